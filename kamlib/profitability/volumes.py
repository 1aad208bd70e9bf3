"""What customers make us do: events counted from documents and drivers, and the time each takes.

A time equation is data: events of one kind, a base time, and what attributes add to it. Nothing in it is
run as code.

Sources
-------
Kaplan and Anderson (2004), "Time-Driven Activity-Based Costing", for time equations.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import pandas as pd

from kamlib.checks import require_columns
from kamlib.errors import DataError, listed

NEW = "customer_is_new"
VOLUMES = ["period", "customer_id", "activity", "pool", "driver_volume", "used", "setup_used"]
FROM_ORDERS = {  # events that are orders: which attribute of the order must hold
    "order": None, "line": None, "rush_order": "rush", "export_order": "export",
    "new_customer": "first_order",
}  # fmt: skip
FROM_CORRECTIONS = ("correction", "credit_note")


class Term(Protocol):
    """Time that a condition or each line adds to an event."""

    per: str | None
    when: dict[str, object]
    time: float


class Equation(Protocol):
    """Time of one pool per event: `base` plus terms, for events where `when` holds.

    `driver` names the volumes of the drivers table; without it events are counted from documents.
    """

    pool: str
    per: str
    base: float
    plus: Sequence[Term]
    when: dict[str, object]
    driver: str | None

    @property
    def name(self) -> str: ...


def activity_volumes(
    orders: pd.DataFrame, corrections: pd.DataFrame, drivers: pd.DataFrame | None,
    equations: Sequence[Equation], *, deliveries: pd.DataFrame | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Count the events of each activity per customer and period, and the capacity they use.

    From  orders, corrections and deliveries (one row per document), drivers (customer × driver)
    to    ``period, customer_id, activity, pool, driver_volume, used, setup_used``, sorted by key.

    Parameters
    ----------
    orders : DataFrame with period, customer_id, lines and the attributes that equations name; for
        events per new customer also date and order_id, of all orders of the input
    corrections : DataFrame with period, customer_id, document_type, lines
    drivers : DataFrame with period, customer_id, driver, volume; None where there is none: equations
        that name a driver then have no events
    equations : times in the pool's unit
    deliveries : DataFrame with period, customer_id, lines and attributes; None where there is none

    Returns
    -------
    DataFrame; ``setup_used`` is the part of ``used`` that setting up a new customer takes: terms that ask
    for customer_is_new, and all of an activity per new customer

    Raises
    ------
    DataError
        An equation names an attribute, a driver or deliveries that the input does not have.
    """
    tables = {"orders": orders, "corrections": corrections, "deliveries": deliveries}
    parts = [
        _driven(equation, drivers) if equation.driver else _documented(equation, tables)
        for equation in equations
        if drivers is not None or not equation.driver
    ]
    if not parts:
        return pd.DataFrame(columns=VOLUMES)
    volumes = pd.concat(parts, ignore_index=True)[VOLUMES]
    return volumes.sort_values(["period", "customer_id", "activity"], ignore_index=True)


def without_driver(drivers: pd.DataFrame | None, equations: Sequence[Equation]) -> tuple[str, ...]:
    """Return the names of activities that have no volumes because no table of drivers is given."""
    return tuple(e.name for e in equations if e.driver and drivers is None)


def driver_gaps(
    drivers: pd.DataFrame | None, pools: pd.DataFrame, equations: Sequence[Equation]
) -> dict[str, list[str]]:
    """Return by period the drivers that are given for other periods only, though a pool costs in it.

    Cost and volume must speak of the same days: a year's cost over a month's visits is no rate.

    Parameters
    ----------
    pools : DataFrame with period and pool
    """
    if drivers is None:
        return {}
    rows = drivers[["driver", "period"]].drop_duplicates()
    given = set(zip(rows["driver"], rows["period"], strict=True))
    known = {driver for driver, _period in given}
    gaps: dict[str, list[str]] = {}
    for equation in equations:
        for period in pools.loc[pools["pool"] == equation.pool, "period"]:
            if equation.driver in known and (equation.driver, period) not in given:
                gaps.setdefault(str(period), []).append(str(equation.driver))
    return gaps


def _driven(equation: Equation, drivers: pd.DataFrame | None) -> pd.DataFrame:
    """Return the volumes of an equation whose events stand in the drivers table."""
    known = [] if drivers is None else sorted(drivers["driver"].unique())
    if equation.driver not in known:
        raise DataError(
            f"time equation '{equation.name}' needs the driver '{equation.driver}', and the drivers "
            f"table has {listed(known) or 'no rows'}. Add the driver, or take the equation out of "
            f"profitability.time_equations in engagement.yaml."
        )
    assert drivers is not None
    events = drivers[drivers["driver"] == equation.driver]
    count = events["volume"].to_numpy(dtype=np.float64)
    return _summed(events, equation, count, count * equation.base, np.zeros(len(events)))


def _documented(equation: Equation, tables: Mapping[str, pd.DataFrame | None]) -> pd.DataFrame:
    """Return the volumes of an equation whose events are documents."""
    events, where = _documents(equation, tables)
    events = events[events["period"].notna()]
    events = events[_holds(equation.when, events, where) > 0]
    count = np.ones(len(events))
    if equation.per == "line":
        count = events["lines"].to_numpy(dtype=np.float64)
    time, setting_up = np.full(len(events), float(equation.base)), np.zeros(len(events))
    for term in equation.plus:
        added = _added(term, events, where)
        time = time + added
        setting_up = setting_up + added * _is_setup(term.when)
    if equation.per == "new_customer" or _is_setup(equation.when):
        setting_up = time
    return _summed(events, equation, count, count * time, count * setting_up)


def _documents(
    equation: Equation, tables: Mapping[str, pd.DataFrame | None]
) -> tuple[pd.DataFrame, str]:
    """Return the documents that are the equation's events, and what to call their table."""
    where = f"(time equation '{equation.name}')"
    if equation.per in FROM_CORRECTIONS:
        table = tables["corrections"]
        assert table is not None
        return table[table["document_type"] == equation.per], f"corrections {where}"
    if equation.per == "delivery":
        table = tables["deliveries"]
        if table is None:
            raise DataError(
                f"time equation '{equation.name}' counts deliveries, and invoice lines do not say "
                f"which delivery they came with. Map delivery_id under inputs.invoice_lines, or "
                f"count deliveries by a driver."
            )
        return table, f"deliveries {where}"
    orders = tables["orders"]
    assert orders is not None
    if equation.per == "new_customer":
        orders = _first_orders(orders)
    needed = FROM_ORDERS[equation.per]
    if needed and needed != "first_order":
        orders = orders[_holds({needed: True}, orders, f"orders {where}") > 0]
    return orders, f"orders {where}"


def _first_orders(orders: pd.DataFrame) -> pd.DataFrame:
    """Return the first order of each customer in the input: the one that made it a customer."""
    ordered = orders.sort_values(["date", "order_id"], kind="stable")
    return ordered.drop_duplicates("customer_id")


def _added(term: Term, events: pd.DataFrame, where: str) -> np.ndarray:
    holds = _holds(term.when, events, where)
    lines = events["lines"].to_numpy(dtype=np.float64) if term.per == "line" else 1.0
    return holds * lines * float(term.time)


def _holds(when: Mapping[str, object], events: pd.DataFrame, where: str) -> np.ndarray:
    """Return 1 for each event for which all conditions hold, else 0."""
    holds = np.ones(len(events))
    for attribute, wanted in when.items():
        require_columns(events, attribute, of=where)
        holds = holds * _matches(events[attribute], wanted)
    return holds


def _matches(column: pd.Series, wanted: object) -> np.ndarray:
    if isinstance(wanted, bool):
        return np.asarray(column.fillna(False).astype(bool) == wanted, dtype=np.float64)
    return np.asarray(column.astype("str") == str(wanted), dtype=np.float64)


def _is_setup(when: Mapping[str, object]) -> bool:
    return when.get(NEW) is True


def _summed(
    events: pd.DataFrame, equation: Equation, count: np.ndarray, used: np.ndarray,
    setting_up: np.ndarray,
) -> pd.DataFrame:  # fmt: skip
    """Add up the events of one equation per period and customer."""
    key, sums = ["period", "customer_id"], ["driver_volume", "used", "setup_used"]
    rows = events[key].assign(driver_volume=count, used=used, setup_used=setting_up)
    added = rows.groupby(key, as_index=False)[sums].sum()
    return added.assign(activity=equation.name, pool=equation.pool)
