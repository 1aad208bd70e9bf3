"""What serving costs: true and estimated times, capacity used, pools, and their rates.

Sources
-------
Kaplan and Anderson (2004), "Time-Driven Activity-Based Costing": a pool's rate is the cost of the
capacity supplied over practical capacity; the rest is capacity nobody used.
"""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from demo_company.lines import CORRECTION, CREDIT_NOTE, INVOICE
from demo_company.scenario import PERIODS, stream

SETUP_MONTHS = 12
Equations = Sequence[Mapping[str, Any]]


def true_equations(scenario: Mapping[str, Any], *, seed: int) -> list[dict[str, Any]]:
    """Return the times that hold: the estimated ones, each coefficient a few percent off."""
    rng = stream(seed, "times")
    found = copy.deepcopy([dict(equation) for equation in scenario["time_equations"]])
    for equation in found:
        for part, name in [(equation, "base"), *((p, "time") for p in equation.get("plus", []))]:
            error = np.clip(scenario["time_error"] * rng.standard_normal(), -0.05, 0.05)
            part[name] = round(float(part[name] * (1 + error)), 3)
    return found


def order_table(lines: pd.DataFrame) -> pd.DataFrame:
    """Return one row per order: its unit, first day, lines, how many of them are rush, and attributes.

    An order is a rush order when any line of it is.
    """
    sold = lines[lines["kind"] == INVOICE]
    table = sold.groupby("order", as_index=False).agg(
        unit=("unit", "first"),
        date=("date", "min"),
        lines=("product", "size"),
        order_channel=("channel", "first"),
        rush=("rush", "any"),
        export=("export", "any"),
        warehouse=("warehouse", "first"),
        rush_lines=("rush", "sum"),
    )
    first = table.groupby("unit")["date"].transform("min")
    table["customer_is_new"] = table["date"] < first + pd.DateOffset(months=SETUP_MONTHS)
    return table.assign(period=period_of(table["date"]))


def return_table(lines: pd.DataFrame) -> pd.DataFrame:
    """Return one row per credit note or correction, with its period."""
    table = lines[lines["kind"] != INVOICE].drop_duplicates("document")
    return table[["unit", "kind", "date"]].assign(period=period_of(table["date"]))


def period_of(dates: pd.Series) -> pd.Series:
    """Return the period of each day, empty before the first."""
    names = {year: period for period, year in PERIODS.items()}
    return dates.dt.year.map(names).fillna("")


def true_drivers(
    orders: pd.DataFrame, units: pd.DataFrame, *, seed: int, extra: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return true visits and deliveries: ``period, unit, driver, volume``.

    Parameters
    ----------
    extra : DataFrame period, unit, visits, deliveries that come on top
    """
    rng = stream(seed, "drivers_true")
    grid = pd.MultiIndex.from_product([PERIODS, units.index], names=["period", "unit"])
    count = orders.groupby(["period", "unit"]).size().reindex(grid, fill_value=0).to_numpy()
    own = units.iloc[grid.get_level_values("unit")]
    visits = np.rint(own["visits"] * rng.uniform(0.85, 1.15, len(grid))) * (count > 0)
    drops = np.rint(own["drops"] * count * rng.uniform(0.97, 1.03, len(grid)))
    table = pd.DataFrame({"visits": visits.to_numpy(), "deliveries": drops.to_numpy()}, index=grid)
    if extra is not None:
        table = table.add(extra.set_index(["period", "unit"]).reindex(grid, fill_value=0))
    long = pd.Series(table.rename_axis(columns="driver").stack()).rename("volume").reset_index()
    return long[long["volume"] > 0].reset_index(drop=True)


def observed_drivers(drivers: pd.DataFrame, *, noise: float, seed: int) -> pd.DataFrame:
    """Return what calendars and route plans say of the true volumes: whole numbers, a little off."""
    z = stream(seed, "drivers").standard_normal(len(drivers))
    seen = np.rint(drivers["volume"] * (1 + noise * np.clip(z, -2.5, 2.5)))
    table = drivers.assign(volume=seen.astype(int))
    return table[table["volume"] > 0].reset_index(drop=True)


def capacity_used(
    orders: pd.DataFrame, returns: pd.DataFrame, drivers: pd.DataFrame, equations: Equations
) -> pd.DataFrame:
    """Return the capacity each activity uses per unit: ``period, unit, activity, pool, used``."""
    parts = [_used(equation, orders, returns, drivers) for equation in equations]
    table = pd.concat(parts, ignore_index=True)
    return table[table["period"] != ""].reset_index(drop=True)


def _used(
    equation: Mapping[str, Any], orders: pd.DataFrame, returns: pd.DataFrame, drivers: pd.DataFrame
) -> pd.DataFrame:
    if "driver" in equation:
        rows = drivers[drivers["driver"] == equation["driver"]]
        used = rows["volume"] * equation["base"]
    elif equation["per"] in ("order", "line"):
        rows = orders[_holds(equation.get("when", {}), orders)]
        events = rows["lines"] if equation["per"] == "line" else pd.Series(1, index=rows.index)
        used = events * float(equation["base"])
        for term in equation.get("plus", []):
            used = used + _plus(term, rows, per=term.get("per", equation["per"]))
    else:
        kind = {"correction": CORRECTION, "credit_note": CREDIT_NOTE}[equation["per"]]
        rows = returns[returns["kind"] == kind]
        used = pd.Series(float(equation["base"]), index=rows.index)
    sums = (
        rows[["period", "unit"]].assign(used=used).groupby(["period", "unit"], as_index=False).sum()
    )
    return sums.assign(activity=activity_name(equation), pool=equation["pool"])


def _plus(term: Mapping[str, Any], orders: pd.DataFrame, *, per: str) -> pd.Series:
    """Return the time a term adds to each order: once, or for each line for which it holds."""
    when = term.get("when", {})
    time = pd.Series(float(term["time"]), index=orders.index)
    if per == "line":
        time = time * (orders["rush_lines"] if when.get("rush") else orders["lines"])
    return time * _holds(when, orders)


def _holds(when: Mapping[str, Any], orders: pd.DataFrame) -> pd.Series:
    """Tell for which orders all conditions hold."""
    holds = pd.Series(True, index=orders.index)
    for name, value in when.items():
        holds = holds & (orders[name] == value)
    return holds


def activity_name(equation: Mapping[str, Any]) -> str:
    """Return the name of an activity: its pool and its event."""
    return f"{equation['pool']}, {equation['per']}"


def cost_pools(
    used: pd.DataFrame, scenario: Mapping[str, Any], revenue: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """Supply each pool with the capacity and the cost that the scenario's use and rate ask for.

    Parameters
    ----------
    used : DataFrame of `capacity_used` with the true times
    revenue : invoice revenue by period, for the cost of management; None leaves it out

    Returns
    -------
    DataFrame, one row per period and pool in the order of passing on: ``cost`` (whole PLN),
    ``practical_capacity``, ``theoretical_capacity``, ``received``, ``rate``, and what is said of it
    """
    sums = used.groupby(["period", "pool"])["used"].sum()
    rows: list[dict[str, Any]] = []
    for period in PERIODS:
        direct = [_pool(period, name, pool, sums) for name, pool in scenario["pools"].items()]
        support = scenario["support"]
        served = sum(row["cost"] for row in direct if row["pool"] in support["to"])
        cost = float(np.rint(served * support["share"]))
        for row in direct:
            row["received"] = cost * support["to"].get(row["pool"], 0.0)
            row["rate"] = (row["cost"] + row["received"]) / row["practical_capacity"]
        rows += [{**support, "period": period, "cost": cost, "unit": "none"}, *direct]
        if revenue is not None:
            own = scenario["company_level"]
            overhead = float(np.rint(own["share_of_revenue"] * revenue[period] / 1000) * 1000)
            rows.append(
                {
                    **own,
                    "period": period,
                    "cost": overhead,
                    "unit": "none",
                    "hierarchy_level": "company",
                }
            )
    return pd.DataFrame(rows)


def _pool(period: str, name: str, pool: Mapping[str, Any], used: pd.Series) -> dict[str, Any]:
    """Return a pool's capacity and cost in one period."""
    step = pool["step"]
    need = float(used.get((period, name), 0.0)) / pool["use"][period]
    capacity = max(step, int(np.rint(need / step)) * step)
    theory = {"theoretical_capacity": round(capacity / 0.8)} if pool.get("theoretical") else {}
    return {
        "period": period,
        "pool": name,
        "practical_capacity": capacity,
        **theory,
        "cost": float(np.rint(capacity * pool["rate"][period])),
        **{key: pool[key] for key in ("unit", "kind", "avoidable_share", "gl_account")},
    }


def cost_to_serve(used: pd.DataFrame, pools: pd.DataFrame) -> pd.DataFrame:
    """Price the capacity used: ``period, unit, activity, cost``, not rounded."""
    rates = pools[["period", "pool", "rate"]]
    priced = used.merge(rates, on=["period", "pool"])
    return priced.assign(cost=priced["used"] * priced["rate"])
