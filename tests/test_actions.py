"""Actions with money: each alone, all together, and what they do not add up to."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from losses_world import WORSE, amounts, random_amounts

from kamlib.profitability.actions import LEVERS, list_actions, try_actions
from kamlib.profitability.causes import customer_rates, typical_rates
from kamlib.profitability.loss_treatment import drop_effects

DECLARED = SimpleNamespace(cogs_avoidable=1.0, freed_capacity_used=0.0, exit_penalties={})
ACTION_OF = {
    "price": "reprice",
    "order_size": "",
    "service": "less_service",
    "terms": "shorter_terms",
    "returns": "fewer_returns",
    "mix": "",
}


def usual(table: pd.DataFrame) -> dict:
    kinds = np.full(len(table), "x", dtype=object)
    return typical_rates(customer_rates(table), kinds, at_least=2).rates


def listed(table: pd.DataFrame, *, price_reach: float = 1.0) -> pd.DataFrame:
    dropped = drop_effects(table, DECLARED)
    return list_actions(
        table, customer_rates(table), usual(table), dropped, price_reach=price_reach
    )


@pytest.mark.parametrize("cause", WORSE)
def test_what_alone_is_worse_than_usual_has_its_own_action(cause):
    table = amounts(WORSE[cause], *[{}] * 4)
    mine = listed(table).query("customer_id == 'C00' and role == 'action'")

    assert mine["action"].tolist() == [ACTION_OF[cause]] * bool(ACTION_OF[cause])
    assert (mine["effect"] - 200).abs().max() < 3 or mine.empty  # capital moves a little with price


@pytest.mark.parametrize("seed", range(5))
def test_actions_and_their_interaction_add_up_to_all_of_them_together(seed):
    table = random_amounts(seed)
    together = try_actions(
        customer_rates(table), usual(table), table["sold_list"].to_numpy(), price_reach=0.1
    ).together
    parts = listed(table, price_reach=0.1).query("role != 'alternative'")

    sums = parts.groupby("customer_id")["effect"].sum().reindex(table["customer_id"]).fillna(0)

    assert sums.to_numpy() == pytest.approx(together, abs=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_no_action_goes_beyond_the_peers_and_each_brings_something(seed):
    table = random_amounts(seed)
    told = listed(table)
    mine = told[told["role"] == "action"]

    assert (mine["effect"] >= 1).all()
    assert (mine["change_to"] <= mine["change_from"] + 1e-9).all()
    own, theirs = customer_rates(table), usual(table)
    for name in [rate for rates in LEVERS.values() for rate in rates if rate != "recovered_rate"]:
        best = np.minimum(own[name], theirs[name])
        assert (best <= own[name]).all()


def test_a_price_is_raised_at_most_as_far_as_is_within_reach():
    table = amounts({"sold_revenue": 500.0, "off_invoice": 25.0}, *[{}] * 4)
    row = (
        listed(table, price_reach=0.10)
        .query("customer_id == 'C00' and action == 'reprice'")
        .iloc[0]
    )

    kept = 0.5 * 0.95
    assert row["change_from"] == pytest.approx(1 - kept)
    assert row["change_to"] == pytest.approx(1 - 1.10 * kept)  # the peers keep 0.90 of list


def test_of_work_only_what_ends_counts_soon():
    table = amounts({"service": 250.0}, *[{}] * 4, share=0.25)
    row = listed(table).query("customer_id == 'C00' and action == 'less_service'").iloc[0]

    assert row["effect"] == 200
    assert row["effect_soon"] == 50
    assert [row["change_from"], row["change_to"]] == [290, 90]  # visits and deliveries in money


def test_letting_go_is_the_alternative_and_no_part_of_the_sum():
    told = listed(amounts({"service": 250.0}, *[{}] * 4)).query("customer_id == 'C00'")

    assert told["role"].tolist() == ["action", "alternative"]  # one action has no interaction
    assert told["effect"].tolist()[1] == -900 + 600 + 175 + 9


def test_two_actions_on_the_same_work_overlap():
    table = amounts({"orders": 20.0, "order": 40.0, "handling": 60.0, "delivery": 80.0}, *[{}] * 4)
    told = listed(table).query("customer_id == 'C00'").set_index("action")["effect"]

    # half of the orders end 90 of 180; handling of 3 an order falls to 1: 40, but 20 with half of them
    assert told[["fewer_orders", "order_channel", "interaction"]].tolist() == [90, 40, -20]
