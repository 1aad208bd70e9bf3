"""Why a customer earns less than its peers: effects that add up, and name what was made worse."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from losses_world import WORSE, amounts, random_amounts
from worlds import Equation, Term

from kamlib.numerics.sharing import median_of_others, shapley
from kamlib.profitability.causes import (
    CAUSES,
    cause_effects,
    causes_outcome,
    customer_rates,
    explain_gaps,
    kinds_of_work,
    matrix_outcome,
    peers_outcome,
    price_matrix,
    profit_rate,
    tells_apart,
    typical_rates,
)

EFFECTS = [f"effect_{cause}" for cause in CAUSES]


def explained(table: pd.DataFrame, *, at_least: int = 2, kinds=None) -> pd.DataFrame:
    own = customer_rates(table)
    kinds = np.full(len(table), "food", dtype=object) if kinds is None else kinds
    return explain_gaps(table, own, typical_rates(own, kinds, at_least=at_least).rates)


# ------------------------------------------------------------------ the division
@settings(deadline=None, max_examples=30)
@given(st.lists(st.floats(-100, 100), min_size=8, max_size=8))
def test_shares_add_up_to_the_difference_between_all_and_none(worth):
    shares = shapley(lambda there: [worth[sum(1 << p for p in range(3) if there[p])]], 3)

    assert shares.sum() == pytest.approx(worth[7] - worth[0], abs=1e-9)


def test_causes_that_do_the_same_get_the_same_and_one_that_does_nothing_gets_nothing():
    shares = shapley(
        lambda there: [60.0 * (there[0] + there[1]) + 30.0 * (there[0] and there[1])], 3
    )

    assert shares[:, 0].tolist() == [75.0, 75.0, 0.0]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=9))
def test_the_median_of_the_others_leaves_only_the_customer_itself_out(values):
    others = [np.median(np.delete(values, place)) for place in range(len(values))]

    assert median_of_others(values).tolist() == pytest.approx(others)


# ------------------------------------------------------------------ causes
@pytest.mark.parametrize("cause", CAUSES)
def test_what_alone_is_worse_than_usual_carries_the_whole_gap(cause):
    table = amounts(WORSE[cause], *[{}] * 9)

    first = explained(table).iloc[0]

    assert first["gap"] == pytest.approx(-200, abs=2.5)
    assert first["largest_cause"] == cause
    assert first[f"effect_{cause}"] == first["gap"]
    assert (first[[e for e in EFFECTS if e != f"effect_{cause}"]] == 0).all()


def test_a_customer_like_all_others_has_no_gap_and_no_cause():
    table = explained(amounts(*[{}] * 5))

    assert (table[["gap", *EFFECTS]] == 0).all().all()
    assert (table["largest_cause"] == "").all()


@pytest.mark.parametrize("seed", range(5))
def test_effects_add_up_to_the_gap_to_the_cent_and_the_gap_to_the_profit(seed):
    table = random_amounts(seed)
    told = explained(table)

    assert told[EFFECTS].sum(axis=1).to_numpy() == pytest.approx(told["gap"].to_numpy(), abs=1e-6)
    level = told["peer_level"] * table["sold_list"]
    assert (table["customer_profit"] - level - told["gap"]).abs().max() <= 0.0101


@pytest.mark.parametrize("seed", range(5))
def test_the_function_of_rates_is_the_statement(seed):
    table = random_amounts(seed)

    profit = profit_rate(customer_rates(table)) * table["sold_list"]

    assert (profit - table["customer_profit"]).abs().max() < 0.0051


def test_twice_the_money_is_twice_the_effect():
    table = random_amounts(7)
    money = [c for c in table.select_dtypes("float") if c not in ("orders", "days_to_pay")]
    twice = table.assign(**{name: 2 * table[name] for name in money})

    def effects(rows: pd.DataFrame) -> np.ndarray:
        own = customer_rates(rows)
        usual = typical_rates(own, np.full(12, "x", dtype=object), at_least=2).rates
        return cause_effects(own, usual) * rows["sold_list"].to_numpy()

    assert effects(twice) == pytest.approx(2 * effects(table))


def test_the_same_goods_bought_dearer_are_price_and_other_goods_are_mix():
    dearer = amounts({"sold_cost": 700.0, "usual_cost": 600.0}, *[{}] * 4)
    other = amounts({"sold_cost": 700.0, "usual_cost": 700.0}, *[{}] * 4)

    assert explained(dearer)["largest_cause"].iloc[0] == "price"
    assert explained(other)["largest_cause"].iloc[0] == "mix"


# ------------------------------------------------------------------ peers
def test_with_too_few_peers_of_its_kind_a_customer_is_held_against_the_whole_company():
    kinds = np.array(["food", "food", "food", "drinks"], dtype=object)
    typical = typical_rates({"discount": np.array([0.1, 0.2, 0.3, 0.9])}, kinds, at_least=2)

    assert typical.group.tolist() == ["food", "food", "food", ""]
    assert typical.size.tolist() == [2, 2, 2, 3]
    assert typical.rates["discount"].tolist() == pytest.approx([0.25, 0.2, 0.15, 0.2])


def test_held_against_the_whole_company_is_flagged_with_numbers():
    settings_ = SimpleNamespace(by="industry_segment", at_least=8)
    losers = pd.DataFrame({"peers": [9, 214], "peer_group": ["food", ""]})

    told = peers_outcome(losers, settings_)

    assert (told.outcome, told.said) == (
        "FLAG",
        "Loss-makers with fewer than 8 peers of their own industry segment: 1 of 2. They are held "
        "against the whole company, so part of their gap is what sets such customers apart.",
    )
    assert peers_outcome(losers.head(1), settings_).said == (
        "Each loss-maker is held against customers of its own industry segment, 9 or more of them."
    )


def test_what_the_input_does_not_show_is_named():
    blind = amounts({"service": 0.0, "handling": 0.0, "delivery": 0.0, "capital_charge": 0.0})

    assert causes_outcome(amounts({"returned": 5.0}), products=True).outcome == "PASS"
    assert causes_outcome(blind, products=False).said == (
        "Nothing in the input shows service, terms, returns, mix apart from price: such a cause counts "
        "as none, and the others carry what it does."
    )
    assert causes_outcome(blind.assign(customer_profit=np.nan), products=True).outcome == "REFUSE"


# ------------------------------------------------------------------ kinds of work
def test_time_that_a_plain_order_needs_is_told_from_what_is_asked_on_top():
    equations = [
        Equation("desk", "order", 20, [Term(5, per="line"), Term(15, when={"phone": True})]),
        Equation("house", "line", 10, [Term(30, when={"rush": True})]),
        Equation("van", "drop", 1, driver="deliveries"),
        Equation("people", "visit", 1, driver="visits"),
        Equation("desk", "credit_note", 40),
    ]
    orders = pd.DataFrame({"customer_id": ["A", "A"], "lines": [2, 2]})
    names = [equation.name for equation in equations] + ["freight"]
    cost = pd.DataFrame(
        {
            "customer_id": "A",
            "activity": names,
            "cost": [75.0, 100.0, 60.0, 90.0, 40.0, 7.0],
            "pool": ["desk", "house", "van", "people", "desk", "freight"],
            "driver_volume": [2.0, 4.0, 2.0, 3.0, 1.0, 4.0],
            "used": [75.0, 100.0, 2.0, 3.0, 40.0, 7.0],
        }
    )
    avoidable = pd.Series({"desk": 0.5, "house": np.nan, "van": 1.0, "people": 0.0, "freight": 1.0})

    row = kinds_of_work(cost, orders, equations, avoidable).iloc[0]

    assert row["order"] == 60  # 2 × 20 + 4 × 5; the 15 on the phone are handling
    assert row["line"] == 40  # 4 × 10; the 60 in a hurry are handling
    assert row["handling"] == 75  # 15 + 60
    assert row[["delivery", "service", "returns", "freight"]].tolist() == [60, 90, 40, 7]
    assert row["order_avoidable"] == 30
    assert np.isnan(row["line_avoidable"])  # nobody declared it for the house
    assert np.isnan(row["handling_avoidable"])
    assert row["delivery_avoidable"] == 60


# ------------------------------------------------------------------ price and cost-to-serve
def test_the_company_averages_divide_four_kinds_of_trade():
    dear, cheap = {"sold_revenue": 950.0}, {"sold_revenue": 850.0}
    busy, quiet = {"service": 100.0}, {"service": 0.0}
    table = amounts({**dear, **busy}, {**dear, **quiet}, {**cheap, **busy}, {**cheap, **quiet})

    placed, cuts = price_matrix(table)

    assert placed["quadrant"].tolist() == [
        "pays_well_costs_much",
        "pays_well_costs_little",
        "pays_little_costs_much",
        "pays_little_costs_little",
    ]
    assert cuts.net_price == pytest.approx(0.90)
    assert cuts.serve_rate == pytest.approx(0.15)  # 100 plain and 50 of service on 1,000
    assert matrix_outcome(placed, cuts).outcome == "PASS"


def test_cost_that_was_spread_by_revenue_cannot_tell_who_costs_more():
    placed, cuts = price_matrix(amounts(*[{}] * 8))

    assert matrix_outcome(placed, cuts).said == (
        "Cost-to-serve is nearly the same share of sales for everybody (15% to 15% for the middle half "
        "of customers): it was spread by revenue, so it cannot tell who costs more."
    )
    assert [tells_apart(pd.Series([0.025, each]), 0.025) for each in (0.025, 0.04)] == [False, True]
