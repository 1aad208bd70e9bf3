"""Time-driven costing: capacity rates, time equations as data, and unused capacity as its own line."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import pandas as pd

from kamlib.checks import require_columns
from kamlib.errors import DataError, listed
from kamlib.numerics import largest_remainder


class Term(Protocol):
    """Time that a condition or each line adds to an event."""

    per: str | None
    when: dict[str, object]
    time: float


class Equation(Protocol):
    """Time of one pool per event: `base` plus terms; `driver` where volumes come from a table."""

    pool: str
    per: str
    base: float
    plus: Sequence[Term]
    driver: str | None

    @property
    def name(self) -> str: ...


def activity_volumes(
    orders: pd.DataFrame,
    corrections: pd.DataFrame,
    drivers: pd.DataFrame | None,
    equations: Sequence[Equation],
) -> pd.DataFrame:
    """Count the events of each activity per customer and period, and the capacity they use.

    From  orders and corrections (one row per document), drivers (customer × driver)
    to    ``period, customer_id, activity, pool, driver_volume, used``, sorted by key.

    Parameters
    ----------
    orders : DataFrame with period, customer_id, lines and the attributes that equations name
    corrections : DataFrame with period, customer_id, document_type
    drivers : DataFrame with period, customer_id, driver, volume; None where there is none
    equations : times in the pool's unit

    Raises
    ------
    DataError
        An equation names an attribute or driver that the input does not have.
    """
    parts = [_events(equation, orders, corrections, drivers) for equation in equations]
    columns = ["period", "customer_id", "activity", "pool", "driver_volume", "used"]
    if not parts:
        return pd.DataFrame(columns=columns)
    volumes = pd.concat(parts, ignore_index=True)[columns]
    return volumes.sort_values(["period", "customer_id", "activity"], ignore_index=True)


def _events(
    equation: Equation,
    orders: pd.DataFrame,
    corrections: pd.DataFrame,
    drivers: pd.DataFrame | None,
) -> pd.DataFrame:
    if equation.driver:
        events = _driver_rows(equation, drivers)
        count = events["volume"].to_numpy(dtype=np.float64)
        used = count * equation.base
    elif equation.per in ("order", "line"):
        events = orders[orders["period"].notna()]
        lines = events["lines"].to_numpy(dtype=np.float64)
        time = equation.base + sum(_added(term, events, equation) for term in equation.plus)
        count = lines if equation.per == "line" else np.ones(len(events))
        used = count * time
    else:
        events = corrections[
            (corrections["document_type"] == equation.per) & corrections["period"].notna()
        ]
        count = np.ones(len(events))
        used = np.full(len(events), float(equation.base))
    rows = events[["period", "customer_id"]].assign(driver_volume=count, used=used)
    sums = rows.groupby(["period", "customer_id"], as_index=False)[["driver_volume", "used"]].sum()
    return sums.assign(activity=equation.name, pool=equation.pool)


def _driver_rows(equation: Equation, drivers: pd.DataFrame | None) -> pd.DataFrame:
    known = [] if drivers is None else sorted(drivers["driver"].unique())
    if equation.driver not in known:
        raise DataError(
            f"time equation '{equation.name}' needs the driver '{equation.driver}', and the drivers "
            f"table has {listed(known) or 'no rows'}. Add the driver, or take the equation out of "
            f"profitability.time_equations in engagement.yaml."
        )
    assert drivers is not None
    return drivers[drivers["driver"] == equation.driver]


def _added(term: Term, events: pd.DataFrame, equation: Equation) -> np.ndarray:
    holds = np.ones(len(events))
    for attribute, wanted in term.when.items():
        require_columns(events, attribute, of=f"orders (time equation '{equation.name}')")
        holds = holds * _matches(events[attribute], wanted)
    lines = events["lines"].to_numpy(dtype=np.float64) if term.per == "line" else 1.0
    return holds * lines * float(term.time)


def _matches(column: pd.Series, wanted: object) -> np.ndarray:
    if isinstance(wanted, bool):
        return np.asarray(column.fillna(False).astype(bool) == wanted, dtype=np.float64)
    return np.asarray(column.astype("str") == str(wanted), dtype=np.float64)


def pool_costs(resources: pd.DataFrame, volumes: pd.DataFrame) -> pd.DataFrame:
    """Pass on support pools, and turn each pool's cost into a rate of its practical capacity.

    From  resources (pool × period) and the volumes of `activity_volumes`
    to    ``period, pool, cost, passed_on, received, capacity, used, used_share, capacity_rate``.

    Notes
    -----
    Support pools pass on in file order; what they do not pass on stays with them. Without a
    practical capacity 80 % of the theoretical one counts; without either the rate is cost per unit
    used, and idle time hides in it. Overload is shown and never scaled down.
    """
    pools = resources.reset_index(drop=True).copy()
    received = np.zeros(len(pools))
    passed = np.zeros(len(pools))
    own = pools["cost"].astype("float64").to_numpy()
    place = {key: i for i, key in enumerate(zip(pools["period"], pools["pool"], strict=True))}
    for i, (period, shares) in enumerate(zip(pools["period"], pools["step_down_to"], strict=True)):
        for pool, share in (shares or {}).items():
            amount = (own[i] + received[i]) * share
            received[place[(period, pool)]] += amount
            passed[i] += amount
    pools = pools.assign(cost=own, received=received, passed_on=passed)
    used = volumes.groupby(["period", "pool"], as_index=False)["used"].sum()
    pools = pools.merge(used, on=["period", "pool"], how="left").fillna({"used": 0.0})
    capacity = pools["practical_capacity"].fillna(0.8 * pools["theoretical_capacity"])
    known = capacity.notna()
    to_charge = pools["cost"] + pools["received"] - pools["passed_on"]
    base = capacity.where(known, pools["used"])
    return pools.assign(
        capacity=capacity,
        capacity_rate=np.where(base > 0, to_charge / base.where(base > 0, 1.0), np.nan),
        used_share=np.where(known, pools["used"] / capacity, np.nan),
    )


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
    cost_to_serve : ``volumes`` + capacity_rate, cost (cents, largest remainder per activity,
        period and relation)
    pools : ``pools`` + assigned_cost, unused_cost, unassigned_cost, which add up to what the pool
        has to charge
    """
    cost = volumes.merge(pools[["period", "pool", "capacity_rate"]], on=["period", "pool"])
    cost = cost.sort_values(["period", "customer_id", "activity"], ignore_index=True)
    relation = cost["customer_id"].map(relations.astype("str")).fillna("external")
    exact_cost = cost["used"] * cost["capacity_rate"]
    groups = [cost["period"], cost["activity"], relation]
    cost["cost"] = exact_cost.groupby(groups).transform(largest_remainder)
    assigned = cost.groupby(["period", "pool"], as_index=False)[["cost"]].sum()
    assigned = assigned.rename(columns={"cost": "assigned_cost"})
    left = pools.merge(assigned, on=["period", "pool"], how="left").fillna({"assigned_cost": 0.0})
    rest = (left["cost"] + left["received"] - left["passed_on"] - left["assigned_cost"]).round(2)
    serves = left["used"].gt(0) & left["capacity"].notna()
    return cost, left.assign(
        assigned_cost=left["assigned_cost"].round(2),
        unused_cost=rest.where(serves, 0.0),
        unassigned_cost=rest.where(~serves, 0.0),
    )
