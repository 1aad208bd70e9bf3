"""Verdicts say what they found and what to bring; balances leave nothing unexplained unnoticed."""

from decimal import Decimal

import pytest

from kamlib.core.errors import ParameterError
from kamlib.core.outcomes import FLAG, PASS, REFUSE, Balance, ledger_table, outcome_of
from kamlib.core.rules import RULES


def test_a_refusal_says_why_and_what_to_bring():
    said = outcome_of("cost_to_serve", REFUSE, why="there is no table of cost pools for FY2025")

    assert said.said == (
        "Cost-to-serve, and with it customer profit, are not shown: there is no table of cost pools "
        "for FY2025. The statement ends at gross margin."
    )
    assert said.bring == "resources (cost and capacity of each pool), time equations, drivers"


def test_a_pass_brings_nothing():
    assert outcome_of("gross_margin", PASS).bring == ""


def test_an_unknown_rule_is_refused_with_the_nearest_one():
    with pytest.raises(
        ParameterError, match=r"no rule 'cost_to_srve'. Did you mean 'cost_to_serve'"
    ):
        outcome_of("cost_to_srve", PASS)


def test_an_outcome_without_words_is_refused():
    with pytest.raises(
        ParameterError, match=r"'perhaps_otherwise' has no words for PASS in kamlib/core/rules.toml"
    ):
        outcome_of("perhaps_otherwise", PASS)


@pytest.mark.parametrize("name", RULES)
def test_every_rule_has_a_title_and_at_least_one_outcome(name):
    rule = RULES[name]

    assert rule.title
    assert rule.passed or rule.flag or rule.refuse


@pytest.mark.parametrize(
    ("end", "holds"),
    [
        pytest.param("97.004", True, id="four tenths of a cent"),
        pytest.param("97.005", True, id="half a cent"),
        pytest.param("97.01", False, id="a cent"),
        pytest.param("97.02", False, id="two cents"),
    ],
)
def test_a_balance_holds_within_half_a_cent(end, holds):
    balance = Balance("money", "PLN").start("in", 100).change("aside", -3).end("out", Decimal(end))

    assert balance.holds is holds


def test_a_balance_reads_as_a_sum_from_top_to_bottom():
    rows = ledger_table(
        [Balance("rows", "rows").start("read", 5).change("aside", -2).end("used", 3)]
    )

    assert rows["step"].tolist() == ["read", "aside", "used", "Unexplained"]
    assert rows["amount"].tolist() == [5, -2, 3, 0]


def test_a_change_of_nothing_is_not_shown():
    assert (
        len(Balance("rows", "rows").start("read", 5).change("aside", 0).end("used", 5).steps) == 2
    )


def test_flags_keep_their_numbers():
    assert "12 active customers" in outcome_of("capital_charge", FLAG, n="12").said
