"""Do we treat everyone equally? Worlds of a few customers whose shares one can see."""

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.core.outcomes import FLAG, PASS, REFUSE
from kamlib.numerics.concentration import concentration_along
from kamlib.segmentation.effort import (
    customer_effort,
    effort_audit,
    effort_outcome,
    moves,
    noted_effort,
    pools_of_time,
)
from kamlib.segmentation.tables import effort_table
from kamlib.segmentation.words import effort_finding, noted_finding

REFERENCE = Path(os.environ.get("KAM_REFERENCE_DATA", "../shared/data"))
moderately = settings(max_examples=60, deadline=None)


@pytest.mark.parametrize(
    ("effort", "profit", "index"),
    [
        ([1, 1, 1, 1], [5, 3, -1, 9], 0.0),
        ([0, 0, 0, 4], [-1, 3, 5, 9], 0.75),
        ([4, 0, 0, 0], [-1, 3, 5, 9], -0.75),
        ([30, 25, 25, 20], [-70, -10, 60, 100], -0.075),
    ],
)
def test_the_index_is_0_where_all_get_the_same_and_three_quarters_where_one_of_four_gets_all(
    effort, profit, index
):
    assert concentration_along(effort, profit) == pytest.approx(index)


def test_the_index_is_that_of_the_reference_cases():
    cases = REFERENCE.parent / "golden_cases.json"
    if not cases.exists():
        pytest.skip(f"the reference cases are not at {cases}; set KAM_REFERENCE_DATA")
    given_cases = json.loads(cases.read_text())["G40_effort_concentration"]
    found = [concentration_along(*case) for case in given_cases["inputs"]["cases"]]

    assert found == pytest.approx(given_cases["expected"]["C"])


def test_customers_of_equal_profit_share_their_ranks_whatever_their_order():
    assert concentration_along([4, 0], [7, 7]) == concentration_along([0, 4], [7, 7]) == 0.0


efforts = st.lists(st.integers(1, 100), min_size=3, max_size=12)


@moderately
@given(efforts)
def test_a_hundred_hours_more_for_the_worst_lower_the_index_and_ten_times_all_leave_it(hours):
    profit = np.arange(len(hours)) - 1.0
    more = [hours[0] + 100, *hours[1:]]

    assert concentration_along(more, profit) < concentration_along(hours, profit)
    tenfold = concentration_along([10 * each for each in hours], profit)
    assert tenfold == pytest.approx(concentration_along(hours, profit))


def world(n=32):
    """A firm that spends 10 hours of 100 on each customer: the best earns 31, the worst loses 1."""
    ids = [f"K{i:02}" for i in range(n)]
    profit = np.arange(n) * 1000.0 - 1000.0
    statement = pd.DataFrame(
        {
            "customer_id": ids,
            "relation": "external",
            "active": True,
            "customer_profit": profit,
            "gross_margin": profit + 1000.0,
            "on_invoice_discounts": 0.0,
            "off_invoice": 0.0,
            "capital_charge": 0.0,
        }
    )
    served = pd.DataFrame({"customer_id": ids, "pool": "desk", "cost": 1000.0, "used": 600.0})
    pools = pd.DataFrame(
        {"pool": ["desk"], "kind": ["people"], "unit": ["minute"], "avoidable_share": [0.5]}
    )
    few = profit >= 20_000
    classes = pd.Series(np.where(profit < 0, "loss_making", "useful_many"), index=ids)
    return statement, served, pools, classes.mask(few, "vital_few")


def test_ten_hours_for_everybody_lean_neither_way_by_either_ranking():
    statement, served, pools, classes = world()
    effort = customer_effort(statement, served, pools)
    audit = effort_audit(effort, classes).set_index("kind")

    assert effort["hours"].tolist() == [10.0] * 32
    assert audit.loc["people", ["index_before", "index_final"]].tolist() == [0.0, 0.0]
    assert audit.loc["people", "spread"] == "neither"
    assert audit.loc["people", "loss_making"] == 1 / 32
    assert audit.loc["brings", "loss_making"] == 0
    assert effort_finding(audit.reset_index())[2] == (
        "Neither who earns more nor who earns less gets more people's work, whichever way customers are "
        "ranked."
    )


def test_where_both_ends_get_all_and_the_middle_nothing_nobody_says_that_all_get_the_same():
    statement, served, pools, classes = world()
    served["cost"] = [100.0] * 4 + [0.0] * 24 + [100.0] * 4
    statement["customer_profit"] *= 100
    audit = effort_audit(customer_effort(statement, served, pools), classes)

    assert audit.set_index("kind").loc["people", "spread"] == "neither"
    assert "same" not in " ".join(effort_finding(audit))


def test_of_two_rankings_that_disagree_nothing_is_claimed():
    statement, served, pools, classes = world()
    served["cost"] = np.arange(32) * 2000.0  # the more it brings before work, the more it gets
    statement["customer_profit"] = 500.0 - np.arange(32)
    audit = effort_audit(customer_effort(statement, served, pools), classes).set_index("kind")

    assert audit.loc["people", "index_before"] > 0.3
    assert audit.loc["people", "index_final"] < -0.3
    assert audit.loc["people", "spread"] == "open"


def test_hours_go_from_who_gets_too_much_to_who_comes_back_and_at_most_double():
    statement, served, pools, classes = world()
    served.loc[0, ["used", "cost"]] = [60_000.0, 100_000.0]  # a loser with a thousand hours
    statement.loc[0, "customer_profit"] = -100_000.0
    effort = customer_effort(statement, served, pools)
    segments = pd.Series("food", index=statement["customer_id"])
    returning = pd.Series(0.9, index=statement["customer_id"])
    returning["K31"] = 0.1  # the best customer bought once and hardly comes back

    found = moves(effort, classes, segments, returning)

    assert set(found["from_customer"]) == {"K00"}
    assert "K31" not in set(found["to_customer"])
    assert found["to_customer"].iloc[0] == "K30"
    assert found["hours"].tolist() == [10.0] * 5, "nobody gets more than twice the ten of today"
    assert found["avoidable_money"].tolist() == pytest.approx([500.0] * 5)


def test_nobody_falls_below_what_is_usual_in_the_segment():
    statement, served, pools, classes = world()
    effort = customer_effort(statement, served, pools)
    segments = pd.Series("food", index=statement["customer_id"])
    returning = pd.Series(1.0, index=statement["customer_id"])

    assert moves(effort, classes, segments, returning).empty, "all have the ten hours of the median"


def test_without_pools_only_money_is_known_and_that_is_flagged():
    statement, *_ = world()
    statement["customer_profit"] = np.nan
    statement["on_invoice_discounts"] = 100.0
    effort = customer_effort(statement, None, None)

    assert "people" not in effort
    assert effort_outcome(effort).outcome == FLAG


def test_seven_customers_and_a_firm_where_all_lose_are_refused():
    statement, served, pools, _classes = world()
    few = customer_effort(statement.head(7), served, pools)
    statement["customer_profit"] = -1.0
    losers = customer_effort(statement, served, pools)

    assert effort_outcome(few).outcome == REFUSE
    assert "the profit of 7 customers is known; below 30" in effort_outcome(few).said
    assert effort_outcome(losers).outcome == REFUSE
    assert "no customer earns anything" in effort_outcome(losers).said
    losers.loc[0, "profit"] = 5.0  # one earns, and all together lose
    assert effort_outcome(losers).outcome == REFUSE
    assert "all together the customers lose money" in effort_outcome(losers).said


def test_a_firm_whose_effort_is_known_passes():
    statement, served, pools, _classes = world()

    assert effort_outcome(customer_effort(statement, served, pools)).outcome == PASS


NOTED = pd.DataFrame(
    [
        ("FY2025", "A", "people", 60.0, "keep"),
        ("FY2025", "P", "people", 30.0, "win"),
        ("FY2025", "P", "people", 10.0, None),
        ("FY2025", "A", "money", 500.0, "develop"),
        ("FY2024", "P", "people", 900.0, "win"),
    ],
    columns=["period", "party_id", "kind", "quantity", "purpose"],
)


def test_of_noted_effort_one_sees_what_goes_to_new_names_and_what_for():
    """Of 100 hours 40 go to the prospect P, 30 of them to win it; last year's 900 do not count."""
    noted = noted_effort(NOTED, ["P"], period="FY2025").set_index("kind")

    shares = ["to_prospects", "win", "keep", "develop"]
    assert noted.loc["people", ["quantity", *shares]].tolist() == [100, 0.4, 0.3, 0.6, 0]
    assert noted.loc["money", ["quantity", *shares]].tolist() == [500, 0, 0, 0, 1]
    assert noted_finding(noted.reset_index().tail(1)) == (
        "Of what people noted, 40% of people's work to prospects, 30% to win new business."
    )
    assert noted_effort(None, ["P"], period="FY2025").empty
    assert noted_finding(noted.head(0)) == ""


def test_only_pools_that_count_people_s_time_have_hours_to_move():
    pools = pd.DataFrame(
        [("field_sales", "people", "hour"), ("delivery", "material", "drop"), ("it", "people", "")],
        columns=["pool", "kind", "unit"],
    )
    assert pools_of_time(pools) == ["field sales"]


def test_the_table_of_effort_speaks_in_words_and_what_customers_bring_has_no_index():
    audit = pd.DataFrame(
        {"kind": ["people", "brings"], "index_before": [0.2, np.nan], "index_final": [0.1, np.nan]}
    )

    shown = effort_table(audit.assign(spread="open"))

    assert shown["kind"].tolist() == ["people's work", "what they bring"]
    assert shown["index_before"].tolist() == [0.2, "–"]
