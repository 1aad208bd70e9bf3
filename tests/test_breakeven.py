"""Break-evens: each is put back in, and gives the profit that was wanted."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from losses_world import amounts, random_amounts

from kamlib.profitability.actions import break_evens, orders_left, profit_if

LOSING = {"sold_revenue": 740.0, "capital_charge": 40.0}  # 740 − 600 − 150 − 40 = −50


def values(table: pd.DataFrame) -> pd.DataFrame:
    """Give each order of a customer the same revenue."""
    n = table["orders"].astype(int)
    each = (table["sold_revenue"] / n).repeat(n)
    return pd.DataFrame({"customer_id": table["customer_id"].repeat(n), "order_value": each})


def test_nothing_changed_is_the_profit_as_it_stands():
    table = random_amounts(1)

    assert profit_if(table) == pytest.approx(table["customer_profit"].to_numpy(), abs=0.0051)


def test_a_loss_that_one_can_mend_in_the_head():
    table = amounts(LOSING)
    told = break_evens(table, values(table)).iloc[0]

    assert told["fix_price_change"] == pytest.approx(
        50 / 700
    )  # 740 less 40 of capital move with it
    assert told["fix_order_value"] == pytest.approx(
        740 / (10 * (1 - 50 / 70))
    )  # 70 come with orders
    assert np.isnan(told["fix_days_to_pay"])  # 40 of capital are less than the loss of 50
    assert told["fix_unknown"] == "days"


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("target", [0.0, -300.0, 500.0])
def test_each_break_even_put_back_in_gives_the_target_within_a_cent(seed, target):
    table = random_amounts(seed)
    told = break_evens(table, values(table), target=target)

    price = profit_if(table, price_change=told["fix_price_change"])
    orders = profit_if(table, orders=table["sold_revenue"] / told["fix_order_value"])
    days = profit_if(table, days_to_pay=told["fix_days_to_pay"])

    for profit in (price, orders, days):
        assert np.abs(profit[~np.isnan(profit)] - target).max(initial=0) < 0.01


@settings(deadline=None, max_examples=25)
@given(st.lists(st.floats(1, 1000), min_size=2, max_size=30), st.floats(0, 60))
def test_the_minimum_order_put_back_in_gives_the_target_within_a_cent(orders, short):
    table = amounts({**LOSING, "orders": float(len(orders))})
    each = pd.DataFrame({"customer_id": "C00", "order_value": orders})
    told = break_evens(table, each, target=-50 + short).iloc[0]

    if np.isnan(told["fix_minimum_order"]):
        assert "orders" in told["fix_unknown"]
        return
    left = orders_left(np.array(orders), told["fix_minimum_order"])
    assert profit_if(table, orders=[left])[0] == pytest.approx(-50 + short, abs=0.01)


@pytest.mark.parametrize(
    ("customer", "codes"),
    [
        pytest.param(
            {"sold_revenue": 670.0, "order": 0.0, "handling": 0.0, "delivery": 0.0},
            "no_order_work, days",
            id="no work is known that comes with orders",
        ),
        pytest.param({"sold_revenue": 600.0}, "orders, days", id="even one order leaves a loss"),
        pytest.param(
            {**LOSING, "capital_charge": 0.0, "sold_revenue": 700.0},
            "no_capital",
            id="no receivables are known",
        ),
        pytest.param(
            {"returned": 1200.0}, "price, orders, days", id="more came back than was sold"
        ),
    ],
)
def test_what_cannot_be_reached_is_unknown_and_says_why(customer, codes):
    table = amounts(customer)
    told = break_evens(table, values(table)).iloc[0]

    assert told["fix_unknown"] == codes


def test_twice_the_money_needs_the_same_price_rise_and_days():
    table = random_amounts(5)
    money = [c for c in table.select_dtypes("float") if c not in ("orders", "days_to_pay")]
    twice = table.assign(**{name: 2 * table[name] for name in money})

    once, double = break_evens(table, values(table)), break_evens(twice, values(twice))

    same = ["fix_price_change", "fix_days_to_pay"]
    assert double[same].to_numpy() == pytest.approx(once[same].to_numpy(), rel=1e-6, nan_ok=True)
    assert double["fix_order_value"].to_numpy() == pytest.approx(
        2 * once["fix_order_value"].to_numpy(), rel=1e-4, nan_ok=True
    )


def test_a_price_rise_says_how_much_volume_may_go_before_it_gains_nothing():
    rising = amounts({**LOSING, "capital_charge": 0.0})  # 740 − 600 is a margin of 140, the loss 10

    told = break_evens(rising, values(rising)).iloc[0]

    rise = told["fix_price_change"]
    assert rise == pytest.approx(10 / 740)
    assert told["fix_volume_loss"] == pytest.approx(rise / (140 / 740 + rise))  # 10 of 150
    below_cost = amounts({"sold_revenue": 500.0})  # each unit less loses less
    assert break_evens(below_cost, values(below_cost)).iloc[0]["fix_volume_loss"] == 1


def test_nobody_is_asked_to_order_less_often_than_once_a_month():
    table = amounts({**LOSING, "orders": 24.0})

    freely = break_evens(table, values(table)).iloc[0]
    monthly = break_evens(table, values(table), fewest=12).iloc[0]

    assert (
        table["sold_revenue"][0] / freely["fix_order_value"] < 12
    )  # 24 × (1 − 50/70) = 6.9 orders
    assert np.isnan(monthly["fix_order_value"])
    assert np.isnan(monthly["fix_minimum_order"])
    assert "orders" in monthly["fix_unknown"]


def test_a_capital_charge_that_nobody_computed_leaves_the_other_break_evens_as_they_are():
    orders = pd.DataFrame({"customer_id": ["C00"] * 10, "order_value": [90.0] * 10})
    none = amounts({"capital_charge": 0.0, "sold_cost": 800.0})
    silent = none.assign(capital_charge=np.nan, assets_charge=np.nan)

    with_none, without = (break_evens(each, orders).iloc[0] for each in (none, silent))

    assert without["fix_price_change"] == with_none["fix_price_change"] == pytest.approx(50 / 900)
    assert "no_capital" in without["fix_unknown"]
