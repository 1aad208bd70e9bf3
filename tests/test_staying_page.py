"""What page 3b says of those who leave, come and stay."""

import pandas as pd
import pytest

from kamlib.core.tables import write_table
from kamlib.page.parts import Ledger
from kamlib.settings import load_engagement
from kamlib.stage.work import Stage
from kamlib.staying.analyses import base_audit
from kamlib.staying.tables import likeness_table, profile_table
from kamlib.staying.words import (
    audit_finding,
    first_calls,
    leaving_finding,
    likeness_finding,
    neglected_finding,
    profile_finding,
    return_finding,
    staying_finding,
)


def leavers(*signs: str) -> pd.DataFrame:
    """Build one leaver per sign: each earns 100, and half of it is at stake."""
    names = [f"Firm {each}" for each in "ABCD"[: len(signs)]]
    return pd.DataFrame(
        {
            "name": names,
            "customer_profit": 100.0,
            "p_return_12m": [0.1, 0.2, 0.9, 0.9][: len(signs)],
            "at_stake": 50.0,
            "signs": list(signs),
        }
    )


def test_the_profit_of_all_who_show_a_sign_is_named_and_what_of_it_may_go():
    found = leavers("silent", "silent", "fading", "fading")
    how = {"currency": "PLN", "measure": "customer_profit", "when": "in 35 months"}

    headline, signs = leaving_finding(found, **how)
    untested = leaving_finding(found.assign(p_return_12m=float("nan")), **how)

    assert headline == (
        "4 regular customers show a sign of leaving; in 35 months they brought PLN\xa0400 of "
        "customer profit."
    )
    assert signs == (
        "2 are silent longer than usual, with a chance of return of at most 20%, 2 clearly buy at "
        "least a third less than in the same six months a year before; PLN\xa0200 of it may go."
    )
    assert untested[1].startswith("2 are silent longer than usual, 2 clearly")
    assert first_calls(found) == "To be called first: Firm A; Firm B; Firm C"


def test_the_chance_of_return_is_told_of_those_on_time_and_of_those_silent_too_long():
    """Who buys by project is looked at over 24 months, and of whom nothing is known is not counted."""
    stays = pd.DataFrame(
        [
            (False, "regression", 0.82, 0.7, 0.9),
            (False, "regression", 0.91, 0.8, 0.95),
            (True, "regression", 0.19, 0.1, 0.3),
            (False, "project", 0.01, 0.0, 0.02),
            (False, "too_early", None, None, None),
        ],
        columns=["overdue", "model", "p_return_12m", "p_return_low", "p_return_high"],
    )

    untested = stays.assign(p_return_12m=float("nan"))[:2]

    assert return_finding(stays) == (
        "Chance of return within 12 months: 82% to 91% for 2 on time, "
        "19% for 1 silent longer than usual."
    )
    assert return_finding(untested).endswith(": 70% to 95% for 2 on time.")
    assert return_finding(stays[4:]) == "How many come back could not be measured."


def test_the_start_page_names_leavers_and_the_neglected_in_one_sentence_or_none():
    nobody = pd.DataFrame()
    how = {"good": 8, "currency": "PLN", "measure": "customer_profit"}

    assert staying_finding(leavers("silent"), pd.DataFrame({"profit_now": [1.0, 2.0]}), **how) == (
        "1 regular customer shows a sign of leaving (PLN\xa0100 of customer profit); "
        "2 of 8 vital few are seen a third less often than before."
    )
    assert staying_finding(nobody, nobody, **how) == ""


def test_where_nobody_shows_a_sign_nobody_is_to_be_called():
    nobody = leavers().astype({"signs": "str"})

    how = {"currency": "PLN", "measure": "gross_margin", "when": "in 12 months"}
    assert leaving_finding(nobody, **how) == [
        "No regular customer who brings anything shows a sign of leaving."
    ]
    assert first_calls(nobody) == ""


def test_the_change_of_profit_is_told_by_those_who_stayed_came_and_left():
    """Up 50 and down 10 are 40 more, new 20 less recovered 3 are 17, and 30 are lost: 27 more."""
    audit = pd.DataFrame(
        {
            "movement": ["lost", "down", "up", "new", "recovered"],
            "customers": [2, 1, 4, 1, 1],
            "profit_change": [-30.0, -10.0, 50.0, 20.0, -3.0],
        }
    )

    said = audit_finding(audit, currency="PLN")
    fell = audit_finding(audit.assign(profit_change=audit["profit_change"] - 20), currency="PLN")

    assert said == (
        "Profit from customers rose by PLN\xa027: those who stayed bring PLN\xa040 more, "
        "2 who came PLN\xa017; 2 who bought nothing had brought PLN\xa030."
    )
    assert fell.startswith(
        "Profit from customers fell by PLN\xa073: those who stayed bring PLN\xa00"
    )


def test_one_neglected_customer_is_named_by_what_it_earns():
    found = pd.DataFrame({"profit_now": [500.0]})

    assert neglected_finding(found, 8, currency="PLN") == (
        "1 of 8 vital few is seen at least a third less often than before, though its profit "
        "did not fall so: PLN\xa0500."
    )


def lifts() -> pd.DataFrame:
    """Build a profile: who has a contract stays more often for certain, food tells nothing."""
    rows = [
        ("stays", "contract", "yes", 20, 0.95, 1.10, 1.30),
        ("key", "contract", "yes", 10, 0.40, 0.90, 1.60),
        ("stays", "industry_segment", "food", 30, 0.80, 0.90, 1.10),
        ("key", "employees", "high", 12, 0.50, 1.20, 2.00),
    ]
    names = ["comparison", "attribute", "value", "n", "share", "lift_low", "lift_high"]
    return pd.DataFrame(rows, columns=names)


def test_only_what_sets_customers_apart_for_certain_is_shown_and_said():
    table = profile_table(lifts())

    assert table["trait"].tolist() == ["the highest third by employees", "with a contract"]
    assert table["vital_share"].tolist() == [0.5, 0.4]
    assert table["stay_share"].tolist() == pytest.approx([float("nan"), 0.95], nan_ok=True)
    assert profile_finding(lifts()) == [
        "Most surely loyal: with a contract (95% of 20 ordered again).",
        "Most surely one of the vital few: the highest third by employees (50% of 12).",
    ]


def test_most_surely_loyal_are_those_whose_interval_begins_highest_and_not_all_of_a_few():
    """All 28 with a contract came back, and 89 of 90 of the largest: the table shows both."""
    rows = [
        ("stays", "contract", "yes", 28, 1.0, 1.01, 1.12),
        ("stays", "employees", "high", 90, 0.99, 1.06, 1.12),
    ]
    known = pd.DataFrame(rows, columns=lifts().columns)

    assert profile_finding(known) == [
        "Most surely loyal: the highest third by employees (99% of 90 ordered again)."
    ]


def test_where_nothing_sets_them_apart_the_page_says_so():
    nothing = lifts().assign(lift_low=0.9, lift_high=1.1)

    assert profile_table(nothing).empty
    assert profile_finding(nothing) == ["Nothing that is known sets those who stay apart from all."]


def test_a_prospect_of_whom_nothing_is_known_is_not_said_to_be_unlike():
    prospects = pd.DataFrame(
        {
            "party_id": ["P1", "P2", "P3"],
            "name": ["plain", "like", "unknown"],
            "likeness": [0.8, 1.5, float("nan")],
            "p_stay_low": 0.5,
            "p_stay_high": 0.9,
            "nearest": ["B, C", "A, B", ""],
        }
    )

    assert likeness_finding(prospects) == (
        "1 of 3 prospects is more like the vital few than customers are on average; "
        "of 1 too little is known."
    )
    assert likeness_table(prospects)["name"].tolist() == ["like", "plain", "unknown"]
    assert likeness_table(prospects)["nearest"].tolist() == ["A", "B", ""]


ONE_PERIOD = """\
id: small
name: Small
currency: PLN
periods: {ALL: {from: 2024-01-01, to: 2025-12-31}}
inputs: {invoice_lines: {files: "input/*.csv"}}
"""


def test_without_a_period_before_the_page_says_so_and_no_sum_is_said_to_hold(tmp_path):
    """A earned 10 in the only period there is: nothing to hold it against, and nothing to add up."""
    (tmp_path / "engagement.yaml").write_text(ONE_PERIOD)
    earned = {"customer_id": ["A"], "customer_profit": [10.0], "gross_margin": [10.0]}
    statement = pd.DataFrame({**earned, "active": True, "period": "ALL"})
    write_table(statement, tmp_path / "stages", "profitability", stage="profitability")
    firm = load_engagement(tmp_path)
    stage = Stage("staying", firm, firm.period("ALL"), tmp_path / "stages")

    audit, sums = base_audit(stage), stage.adds_up()

    assert audit.finding == (
        "How it changed is not known: profit of this period and of the one before is needed."
    )
    assert not sums.outcomes
    assert not any(isinstance(part, Ledger) for part in sums.parts)
