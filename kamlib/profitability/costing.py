"""Time-driven costing: capacity rates, step-down of support pools, and unused capacity as its own line.

Sources
-------
Kaplan and Anderson (2004), "Time-Driven Activity-Based Costing": a rate is the cost of capacity supplied
over practical capacity.
"""

from graphlib import CycleError, TopologicalSorter

import numpy as np
import pandas as pd

from kamlib.errors import DataError, listed
from kamlib.numerics import largest_remainder

PRACTICAL = 0.8  # of the theoretical capacity, where no practical one is given
CHARGED = {"used": "cost", "setup_used": "setup_cost", "setup_open": "setup_open_cost"}


def pool_costs(resources: pd.DataFrame, volumes: pd.DataFrame) -> pd.DataFrame:
    """Pass on support pools, and turn each pool's cost into a rate of its practical capacity.

    From  resources (pool × period) and the volumes of `activity_volumes`
    to    ``... + charged, received, passed_on, ending_share, used, capacity, capacity_rate,
          used_share``.

    Parameters
    ----------
    resources : DataFrame with period, pool, cost, theoretical_capacity, practical_capacity,
        step_down_to; ``charged`` says which pools reach customers, without it those that have volumes

    Raises
    ------
    DataError
        Support pools serve each other in a circle.

    Notes
    -----
    A support pool passes on its own cost and what it received; what it does not pass on stays with
    it. ``ending_share`` is what of a pool's cost ends with the work: each part, its own and what it
    received, by the share declared where it came from; unknown where one of these is. Without a
    practical capacity 80 % of the theoretical one counts; without either the rate is
    cost per unit used, and idle time hides in it. Overload is shown and never scaled down. A pool that
    is not charged has no rate.
    """
    pools = _stepped_down(resources.reset_index(drop=True).astype({"cost": "float64"}))
    used = volumes.groupby(["period", "pool"], as_index=False)["used"].sum()
    pools = pools.merge(used, on=["period", "pool"], how="left")
    if "charged" not in pools:
        pools = pools.assign(charged=pools["used"].notna())
    pools = pools.fillna({"used": 0.0})
    capacity = pools["practical_capacity"].fillna(PRACTICAL * pools["theoretical_capacity"])
    base = capacity.where(capacity.notna(), pools["used"])
    rated = pools["charged"] & (base > 0)
    return pools.assign(
        capacity=capacity,
        capacity_rate=(_to_charge(pools) / base.where(rated, 1.0)).where(rated),
        used_share=np.where(capacity.notna(), pools["used"] / capacity, np.nan),
    )


def _to_charge(pools: pd.DataFrame) -> pd.Series:
    return pools["cost"] + pools["received"] - pools["passed_on"]


def _stepped_down(pools: pd.DataFrame) -> pd.DataFrame:
    """Add what each pool received and passed on, and what of its cost, with that, would end."""
    place = {key: i for i, key in enumerate(zip(pools["period"], pools["pool"], strict=True))}
    given = [
        {place[(period, pool)]: share for pool, share in (shares or {}).items()}
        for period, shares in zip(pools["period"], pools["step_down_to"], strict=True)
    ]
    own, received, passed = pools["cost"].to_numpy(), np.zeros(len(pools)), np.zeros(len(pools))
    silent = pd.Series(np.nan, index=pools.index)
    declared = pools.get("avoidable_share", silent).to_numpy(dtype=np.float64)
    ends = np.where(own != 0, own * declared, 0.0)
    for i in _givers_first(given, pools):
        whole = own[i] + received[i]
        for to, share in given[i].items():
            received[to] += whole * share
            passed[i] += whole * share
            ends[to] += ends[i] * share if share and whole else 0.0
    whole = own + received
    ending = np.divide(ends, whole, out=declared.copy(), where=whole != 0)
    return pools.assign(received=received, passed_on=passed, ending_share=ending)


def _givers_first(given: list[dict[int, float]], pools: pd.DataFrame) -> list[int]:
    """Order pools so that each comes after all that pass on to it."""
    before: dict[int, list[int]] = {i: [] for i in range(len(given))}
    for i, shares in enumerate(given):
        for to in shares:
            before[to].append(i)
    try:
        return list(TopologicalSorter(before).static_order())
    except CycleError as circle:
        names = listed(pools["pool"].iloc[sorted(set(circle.args[1]))])
        raise DataError(
            f"the pools {names} pass their cost on to each other in a circle. Take one share out of "
            f"step_down_to: the pool that serves most comes first."
        ) from None


def charge_customers(
    volumes: pd.DataFrame, pools: pd.DataFrame, relations: pd.Series
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Charge each activity to its customers, to the cent, and say what is left in each pool.

    Parameters
    ----------
    volumes : DataFrame of `activity_volumes`
    pools : DataFrame of `pool_costs`
    relations : Series customer_id → external, intercompany or collective

    Returns
    -------
    cost_to_serve : ``volumes`` of charged pools + capacity_rate, cost, setup_cost, setup_open_cost
        (cents, largest remainder per activity, period and relation)
    pools : ``pools`` + assigned_cost, unused_cost, unassigned_cost, which add up to what the pool
        has to charge
    """
    rates = pools.loc[pools["charged"], ["period", "pool", "capacity_rate"]]
    cost = volumes.merge(rates, on=["period", "pool"])
    cost = cost.sort_values(["period", "customer_id", "activity"], ignore_index=True)
    relation = cost["customer_id"].map(relations.astype("str")).fillna("external")
    groups = [cost["period"], cost["activity"], relation]
    for part, name in CHARGED.items():
        used = cost[part] if part in cost else pd.Series(0.0, index=cost.index)
        exact_cost = (used * cost["capacity_rate"]).fillna(0.0)
        cost[name] = exact_cost.groupby(groups).transform(largest_remainder)
    return cost, _left(pools, cost)


def _left(pools: pd.DataFrame, cost: pd.DataFrame) -> pd.DataFrame:
    """Say of each pool what was assigned, what nobody used, and what is on nobody."""
    assigned = cost.groupby(["period", "pool"], as_index=False)[["cost"]].sum()
    assigned = assigned.rename(columns={"cost": "assigned_cost"})
    left = pools.merge(assigned, on=["period", "pool"], how="left").fillna({"assigned_cost": 0.0})
    rest = (_to_charge(left) - left["assigned_cost"]).round(2)
    serves = left["charged"] & left["capacity"].notna()
    return left.assign(
        assigned_cost=left["assigned_cost"].round(2),
        unused_cost=rest.where(serves, 0.0),
        unassigned_cost=rest.where(~serves, 0.0),
    )
