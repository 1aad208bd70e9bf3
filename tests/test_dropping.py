"""Keep, fix or drop: what would really change if a customer left."""

import json
from decimal import Decimal
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from conftest import REFERENCE
from hypothesis import given, settings
from hypothesis import strategies as st
from losses_world import amounts, random_amounts
from worlds import default_rules

from kamlib.core.errors import ParameterError
from kamlib.profitability.causes import WORK
from kamlib.profitability.loss_treatment import (
    drop_effects,
    dropping_outcome,
    effect_of_dropping,
    loss_outcomes,
    proposals,
    treat_losses,
)
from kamlib.profitability.tables import largest_losses

COSTS = {
    "cogs": 330,
    "handling_labour": 33,
    "equipment": 9,
    "rent": 14,
    "marketing": 10,
    "orders_delivery": 12,
    "general_admin": 16,
}
ENDS = ("cogs", "handling_labour", "marketing", "orders_delivery")
ADDED = (*ENDS, "equipment")
SHARES = st.floats(0, 1)


def declared(**changes) -> SimpleNamespace:
    told = {
        "cogs_avoidable": 1.0,
        "freed_capacity_used": 0.0,
        "exit_penalties": {},
        "price_reach": 0.1,
        "least_gain_kau": 0.02,
    } | changes
    return SimpleNamespace(**told)


# ------------------------------------------------------------------ Allied West, thousands
def allied_west(ends, **more) -> float:
    costs = [[float(cost)] for cost in COSTS.values()]
    shares = [[float(name in ends)] for name in COSTS]
    return float(effect_of_dropping([400.0], costs, shares, **more)[0])


def test_allied_west_shows_a_loss_of_24_and_dropping_it_would_cost_15():
    assert 400 - sum(COSTS.values()) == -24
    assert allied_west(ENDS) == -15


def test_allied_west_gains_5_where_the_space_is_let_for_20():
    assert allied_west(ENDS, freed_value=[20.0]) == 5


def test_another_customer_like_allied_west_gains_6():
    assert -allied_west(ADDED) == 6


def test_the_reference_says_the_same_of_allied_west():
    cases = REFERENCE.parent / "golden_cases.json"
    if not cases.exists():
        pytest.skip("reference data are absent")
    told = json.loads(cases.read_text())["G4_allied_west"]["expected"]

    assert told["effect_of_drop"] == allied_west(ENDS)
    assert told["effect_of_drop_with_lease"] == allied_west(ENDS, freed_value=[20.0])
    assert told["effect_of_adding_twin"] == -allied_west(ADDED)


# ------------------------------------------------------------------ properties
@settings(deadline=None, max_examples=20)
@given(st.integers(0, 3), SHARES, SHARES)
def test_more_that_is_avoidable_never_makes_dropping_worse(seed, one, other):
    low, high = sorted([one, other])
    table = random_amounts(seed, n=3)

    less, more = (
        drop_effects(table.assign(**{f"{k}_avoidable": share * table[k] for k in WORK}), declared())
        for share in (low, high)
    )

    assert (more["drop_effect"] >= less["drop_effect"] - 0.01).all()


@pytest.mark.parametrize("seed", range(4))
def test_where_nothing_is_avoidable_revenue_is_lost_and_where_all_is_the_profit(seed):
    table = random_amounts(seed, n=3)
    nothing = table.assign(**{f"{kind}_avoidable": 0.0 for kind in WORK}, capital_charge=0.0)
    everything = table.assign(**{f"{kind}_avoidable": table[kind] for kind in WORK})

    lost = drop_effects(nothing, declared(cogs_avoidable=0.0))
    whole = drop_effects(everything, declared())

    assert lost["drop_effect"].to_numpy() == pytest.approx(
        -table["pocket_revenue"].to_numpy(), abs=0.01
    )
    assert whole["drop_effect"].to_numpy() == pytest.approx(
        -table["customer_profit"].to_numpy(), abs=0.011
    )
    assert (whole["stranded_cost"].abs() < 0.01).all()


def test_capacity_that_ends_cannot_be_used_again():
    ends = amounts({}, share=1.0)
    half = amounts({}, share=0.5)

    assert drop_effects(ends, declared(freed_capacity_used=0.6))["drop_effect"].equals(
        drop_effects(ends, declared())["drop_effect"]
    )
    used = drop_effects(half, declared(freed_capacity_used=0.6)).iloc[0]
    idle = drop_effects(half, declared()).iloc[0]
    assert used["drop_effect"] - idle["drop_effect"] == pytest.approx(45)  # 0.6 of the 75 that stay
    assert [idle["stranded_cost"], used["stranded_cost"]] == [75, 30]


def test_what_ends_what_stays_and_what_leaving_costs_stand_side_by_side():
    told = drop_effects(amounts({}), declared(exit_penalties={"C00": Decimal("12.50")})).iloc[0]

    # revenue 900 goes; goods 600, half of 150 of work and 9 of capital end; leaving costs 12.50
    assert told["drop_effect"] == -900 + 600 + 75 + 9 - 12.5
    assert told["stranded_cost"] == 75
    assert told["released_capital"] == 9
    assert told["exit_penalty"] == 12.5


def test_an_avoidable_share_that_nobody_declared_leaves_an_interval():
    table = amounts({}).assign(service_avoidable=np.nan)

    told = drop_effects(table, declared()).iloc[0]

    assert np.isnan(told["drop_effect"])
    assert np.isnan(told["stranded_cost"])
    assert [told["drop_effect_low"], told["drop_effect_high"]] == [-241, -191]  # 0 or all of 50


# ------------------------------------------------------------------ proposals
@pytest.mark.parametrize(
    ("low", "high", "price", "actions", "proposal"),
    [
        pytest.param(5, 5, 0.11, 10, "drop", id="dropping gains, the price is out of reach"),
        pytest.param(5, 5, 0.10, 0, "fix", id="ten percent more would mend it"),
        pytest.param(5, 5, np.nan, 0, "drop", id="no price mends it"),
        pytest.param(-5, -5, 0.11, 100, "fix", id="the actions together mend it"),
        pytest.param(-5, -5, 0.11, 99, "keep", id="it pays more than what would end with it"),
        pytest.param(-5, 5, 0.11, 0, "unknown", id="it depends on what nobody declared"),
        pytest.param(-5, -5, 0.11, np.nan, "keep", id="no peers, no actions, dropping costs"),
    ],
)
def test_keep_fix_or_drop(low, high, price, actions, proposal):
    loser = pd.DataFrame(
        {
            "customer_profit": [-100.0],
            "drop_effect_low": [low],
            "drop_effect_high": [high],
            "fix_price_change": [price],
            "all_actions": [actions],
        }
    )

    assert proposals(loser, price_reach=0.10).tolist() == [proposal]


@pytest.mark.parametrize(
    ("profit", "low", "high", "proposal"),
    [
        pytest.param(-2_400, 2_000, 2_000, "small", id="a loss of .02 units is one of a group"),
        pytest.param(-2_401, -5, -5, "keep", id="more than that stands for itself"),
        pytest.param(-9_000, 2_400, 2_400, "keep", id="dropping gains too little"),
        pytest.param(-9_000, 2_401, 2_401, "drop", id="dropping gains enough"),
        pytest.param(-9_000, -5, 2_400, "keep", id="it gains too little whatever ends"),
        pytest.param(-9_000, -5, 2_401, "unknown", id="it may gain enough"),
    ],
)
def test_to_fix_or_drop_must_gain_more_than_a_fiftieth_of_a_key_account(
    profit, low, high, proposal
):
    loser = pd.DataFrame(
        {
            "customer_profit": [float(profit)],
            "drop_effect_low": [low],
            "drop_effect_high": [high],
            "fix_price_change": [0.5],
            "all_actions": [0.0],
        }
    )

    assert proposals(loser, price_reach=0.10, least_gain=0.02 * 120_000).tolist() == [proposal]


def test_pools_of_which_nobody_said_what_ends_are_named():
    pools = pd.DataFrame(
        {
            "pool": ["order_desk", "van", "it"],
            "assigned_cost": [10.0, 5.0, 0.0],
            "avoidable_share": [np.nan, 0.5, np.nan],
            "ending_share": [np.nan, 0.5, np.nan],
            "passed_on": 0.0,
        }
    )

    assert dropping_outcome(pools).said == (
        "Nobody declared what would end of order desk: the effect of dropping a customer is shown as an "
        "interval, from nothing of it to all."
    )
    assert dropping_outcome(pools.iloc[1:]).outcome == "PASS"
    assert dropping_outcome(None).outcome == "REFUSE"


# ------------------------------------------------------------------ settings
def test_by_default_goods_end_freed_capacity_stays_idle_and_ten_percent_are_within_reach():
    model = default_rules().profitability

    assert [model.peers.by, model.peers.at_least] == ["industry_segment", 8]
    told = model.dropping
    assert [told.cogs_avoidable, told.freed_capacity_used, told.price_reach] == [1.0, 0.0, 0.10]
    assert told.exit_penalties == {}
    assert told.least_gain_kau == 0.02


def test_an_exit_penalty_of_a_customer_that_is_not_there_is_refused():
    model = SimpleNamespace(dropping=declared(exit_penalties={"K0001": Decimal(5)}))
    customers = pd.DataFrame({"customer_id": ["K00001"]})

    with pytest.raises(ParameterError, match=r"there is no such customer\. Did you mean 'K00001'"):
        treat_losses({"customers": customers}, pd.DataFrame(), None, None, model)


def test_without_customer_profit_nothing_is_said_and_the_tables_are_empty():
    statement = pd.DataFrame(
        {
            "period": ["FY2025"],
            "customer_id": ["A"],
            "customer_profit": [np.nan],
            "active": [True],
        }
    )
    customers = pd.DataFrame({"customer_id": ["A"], "name": ["Alba"]})
    model = SimpleNamespace(dropping=declared(), time_equations=[], peers=None)

    found = treat_losses({"customers": customers}, statement, None, None, model)

    assert [len(found.losses), len(found.actions), len(found.explained)] == [0, 0, 0]
    told = loss_outcomes(found, None, model, period="FY2025", products=True, currency="PLN")
    assert [v.outcome for v in told] == ["REFUSE", "REFUSE"]
    assert largest_losses(found.losses, customers, period="FY2025").empty
