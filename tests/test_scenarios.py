"""Companies at the edge: nobody stands out, seven customers, everybody loses. Each has its own words.

The same cells run on them as on any company; what the scenario's name says must stand in the report.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest
from fastpath import run_stages, table

from demo_company import write_demo
from demo_company.scenario import SCENARIOS, load_scenario
from kamlib.core.errors import ParameterError
from kamlib.page.words import Sum
from kamlib.profitability.statement import company_ladder
from kamlib.profitability.words import statement_finding
from kamlib.pyramid.boundaries import level_counts
from kamlib.pyramid.words import verdict_finding
from kamlib.segmentation.classes import class_summary, whale_curve
from kamlib.segmentation.words import (
    class_finding,
    concentration_finding,
    twenty_eighty_finding,
    whale_finding,
)
from kamlib.summary.words import headline

PERIOD = "FY2025"
MAIN = {"measure": "customer_profit"}


def plain(words: str) -> str:
    """Return words with plain spaces where a reader sees one."""
    return words.replace("\N{NO-BREAK SPACE}", " ")


class World(NamedTuple):
    """One scenario that was run: the folder of its truth and of its stage tables."""

    truth: Path
    stages: Path
    said: list[str]

    def table(self, name: str) -> pd.DataFrame:
        return table(self.stages, name)

    def now(self) -> pd.DataFrame:
        statement = self.table("profitability")
        return statement[statement["period"] == PERIOD]

    def outcome(self, rule: str) -> pd.Series:
        parts = [self.table(path.stem) for path in sorted(self.stages.glob("outcomes_*.parquet"))]
        rows = pd.concat(parts)
        return rows[rows["rule"] == rule].iloc[0]

    def planted(self) -> pd.DataFrame:
        path = self.truth / "customers_true.csv"
        return pd.read_csv(path, dtype={"customer_id": "str"}, keep_default_na=False)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Return a way to run a scenario once."""

    @cache
    def run(scenario: str, customers: int | None = None) -> World:
        folder = tmp_path_factory.mktemp(scenario)
        write_demo(folder / "company", scenario=scenario, customers=customers)
        (folder / "stages").mkdir()
        said: list[str] = []
        stages = run_stages(
            folder / "company",
            PERIOD,
            folder / "stages",
            hear=lambda _by, shown: said.extend(shown),
        )
        return World(folder / "company" / "truth", stages, said)

    return run


@pytest.fixture(scope="module")
def alike(world) -> World:
    return world("no_concentration", 60)


@pytest.fixture(scope="module")
def seven(world) -> World:
    return world("seven_customers")


@pytest.fixture(scope="module")
def losers(world) -> World:
    """Two of 56 earn something; together they lose."""
    return world("all_losses", 60)


@pytest.fixture(scope="module")
def nobody(world) -> World:
    """Nobody earns anything."""
    return world("all_losses", 7)


# ---------------------------------------------------------------------------- all scenarios
@pytest.mark.parametrize("name", ["alike", "seven", "losers", "nobody"])
def test_no_scenario_leaves_a_sum_unexplained(request, name):
    stages = request.getfixturevalue(name).stages
    rows = pd.concat([table(stages, path.stem) for path in stages.glob("ledger_*.parquet")])
    left = rows.loc[rows["role"] == "unexplained", "amount"]

    assert len(left) >= 20
    assert left.abs().max() < 0.005


@pytest.mark.parametrize("name", ["alike", "seven", "losers", "nobody"])
def test_in_every_scenario_the_parts_of_a_sentence_add_up_to_its_whole(request, name):
    sums = [each for each in request.getfixturevalue(name).said if isinstance(each, Sum)]

    assert len(sums) >= 4
    for each in sums:
        assert sum(each.parts) == pytest.approx(each.whole, abs=0.01), each


@pytest.mark.parametrize("name", ["alike", "seven", "losers", "nobody"])
def test_in_no_scenario_a_true_level_lies_outside_what_is_possible(request, name):
    here = request.getfixturevalue(name)
    both = here.table("pyramid").merge(here.planted(), on="customer_id")

    assert both["true_level"].between(both["confirmed_level"], both["possible_level"]).all()


@pytest.mark.parametrize("name", ["alike", "seven", "losers", "nobody"])
def test_the_statement_of_no_scenario_hides_its_planted_profit(request, name):
    here = request.getfixturevalue(name)
    true = pd.read_csv(here.truth / "profit_true.csv", dtype={"customer_id": "str"})
    true = true[true["period"] == PERIOD].set_index("customer_id")["customer_profit"]
    found = here.now().set_index("customer_id")["customer_profit"].reindex(true.index)

    apart = abs(found.sum() - true.sum())
    assert apart <= 0.02 * here.now()["invoice_revenue"].sum()


# ---------------------------------------------------------------------------- no concentration
def test_a_company_of_equals_has_no_20_80(alike):
    row = alike.table("concentration").set_index("measure").loc["customer_profit"]

    assert row["top20"] < 0.30
    assert row["top20_high"] < 0.80
    said = twenty_eighty_finding(alike.table("concentration"), **MAIN)
    assert said.startswith("There is no 20/80 here: the best 20% bring 2")


def test_among_equals_most_are_needed_for_80_percent_of_the_profit(alike):
    said, _ = concentration_finding(alike.table("concentration"), **MAIN, profit_share=0.80)

    assert said.startswith("47 of 60 active customers (78%) bring 80% of positive customer profit")


def test_among_equals_nobody_loses_and_shares_of_the_net_total_are_shown(alike):
    assert alike.outcome("net_shares")["outcome"] == "PASS"
    assert (alike.now().query("active")["customer_profit"] >= 0).all()


def test_among_equals_the_interval_needs_no_warning_of_heavy_tails(alike):
    assert alike.outcome("interval")["outcome"] == "PASS"


def test_among_equals_no_kind_of_effort_leans_to_one_end(alike):
    audit = alike.table("effort_audit")

    kinds = audit[(audit["period"] == PERIOD) & (audit["kind"] != "brings")]
    assert alike.outcome("equal_treatment")["outcome"] == "PASS"
    assert dict(zip(kinds["kind"], kinds["spread"], strict=True)) == dict.fromkeys(
        ("people", "material", "money"), "neither"
    )


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("seven", "the profit of 7 customers is known; below 30 an index says little"),
        ("losers", "all together the customers lose money"),
    ],
)
def test_of_seven_and_where_all_lose_nothing_is_said_of_equal_treatment(request, name, why):
    here = request.getfixturevalue(name)

    assert here.outcome("equal_treatment")["outcome"] == "REFUSE"
    assert why in here.outcome("equal_treatment")["said"]
    assert not any("get" in each and "people's work" in each for each in here.said)


def test_equal_profit_does_not_make_equal_relations(alike):
    levels = alike.table("pyramid")
    assert {2, 3} <= set(levels["possible_level"])
    assert levels["confirmed_level"].nunique() * levels["possible_level"].nunique() > 1


def test_among_equals_nobody_carries_a_key_account(alike):
    """Each earns about 17,500 a year, and a key account costs 120,000."""
    accounts = alike.table("key_accounts")

    assert headline(accounts).startswith(
        "Can every customer be key? No: nobody carries a key account today"
    )
    assert accounts["profit_kau"].max() < 0.2


# ---------------------------------------------------------------------------- seven customers
def test_seven_customers_are_seven_in_all_rankings(seven):
    assert seven.now()["active"].sum() == 7
    assert len(seven.table("pyramid")) == 7


def test_seven_customers_are_flagged_as_few(seven):
    found = seven.outcome("customers_in_rankings")

    assert found["outcome"] == "FLAG"
    assert found["said"].startswith("Customers active in the period: only 7.")
    assert seven.outcome("reference_values")["outcome"] == "FLAG"
    assert seven.outcome("interval")["outcome"] == "FLAG"


def test_the_best_fifth_of_seven_is_one_customer_and_two_fifths_of_the_next(seven):
    profit = seven.now().query("active")["customer_profit"].sort_values(ascending=False)
    row = seven.table("concentration").set_index("measure").loc["customer_profit"]

    best = profit.iloc[0] + 0.4 * profit.iloc[1]
    assert row["top20"] == pytest.approx(best / profit.clip(lower=0).sum())


def test_with_seven_customers_the_interval_is_wide_and_nothing_is_claimed(seven):
    measures = seven.table("concentration")
    row = measures.set_index("measure").loc["customer_profit"]

    assert row["top20_high"] - row["top20_low"] >= 0.30
    said = twenty_eighty_finding(measures, **MAIN)
    assert said.endswith("7 customers are too few to say whether the 20/80 rule fits.")


# ---------------------------------------------------------------------------- all at a loss
def test_shares_of_a_negative_total_are_refused_in_words_that_fit(losers):
    found = losers.outcome("net_shares")

    assert losers.now().query("active")["customer_profit"].sum() < 0
    assert found["outcome"] == "REFUSE"
    assert plain(found["said"]).startswith("The total is −PLN ")
    assert found["said"].endswith("a share of it has no meaning. Money is shown.")


def test_where_all_lose_together_no_sentence_boasts_of_a_concentration(losers):
    said = twenty_eighty_finding(losers.table("concentration"), **MAIN)

    assert "all together the customers lose money" in said
    ladder = company_ladder(losers.now())
    assert "nothing is left" in statement_finding(ladder, currency="PLN")


def test_losses_larger_than_all_earnings_are_not_told_as_thousands_of_percent(losers):
    segments = losers.table("segmentation")
    classes = class_summary(segments[segments["period"] == PERIOD])

    told = class_finding(classes, **MAIN, currency="PLN")

    assert told.endswith("(more than all others earn).")


@pytest.mark.parametrize("name", ["losers", "nobody"])
def test_where_all_lose_nobody_is_a_key_account(request, name):
    accounts = request.getfixturevalue(name).table("key_accounts")

    assert "key_account_now" not in set(accounts["verdict"])
    said = verdict_finding(accounts)
    assert said[0] == f"0 of {len(accounts)} customers and prospects are key accounts now."


def test_where_nobody_earns_every_share_is_unknown_and_said_so(nobody):
    measures = nobody.table("concentration")

    assert (nobody.now().query("active")["customer_profit"] < 0).all()
    assert concentration_finding(measures, **MAIN, profit_share=0.80) == [
        "No active customer has a positive customer profit, so nobody brings a share of it."
    ]
    curve = whale_curve(nobody.now().query("active"))
    assert plain(whale_finding(curve, **MAIN, currency="PLN")).startswith(
        "Customer profit never rises above zero; the total is −PLN "
    )


def test_a_level_where_nobody_stands_brings_nothing_rather_than_unknown(nobody):
    pyramid = nobody.table("pyramid")
    names = nobody.table("key_accounts")[["party_id", "customer_profit", "golden_shot"]]
    standing = pyramid.merge(names, left_on="customer_id", right_on="party_id")
    counts = level_counts(standing).set_index("level")

    assert counts.loc["4 synergy", "customer_profit"] == 0
    assert counts["customers"].sum() == 7


# ---------------------------------------------------------------------------- scenario files
@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_scenario_is_complete_and_says_where_its_numbers_come_from(path):
    assert load_scenario(path.stem)
    assert "judgement" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(
            "like: wholesaler\ncompany: {prospcts: 3}\n",
            "company.prospcts, which nothing reads. Did you mean 'prospects'?",
            id="misspelt",
        ),
        pytest.param(
            "like: wholesaler\narchetypes: {dreamer: {share: 1}}\n",
            "no key archetypes.dreamer.level",
            id="a new kind without its level",
        ),
        pytest.param("name: Nobody\n", "no key currency", id="hardly anything"),
        pytest.param(
            "like: wholesaler\nratings: 3\n",
            "ratings of a scenario must hold keys",
            id="a number where keys belong",
        ),
    ],
)
def test_a_key_that_is_unknown_or_missing_is_refused_by_name(tmp_path, words, said):
    (tmp_path / "own.yaml").write_text(words, encoding="utf-8")

    with pytest.raises(ParameterError, match=said.replace(".", r"\.").replace("?", r"\?")):
        write_demo(tmp_path / "company", scenario=tmp_path / "own.yaml")


def test_a_scenario_brings_its_own_number_of_customers():
    assert load_scenario("seven_customers")["company"]["customers"] == 7
    assert load_scenario("wholesaler")["company"]["customers"] == 240
