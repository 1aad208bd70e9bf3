"""What customers make us do: events counted from documents and drivers, and the time each takes.

A time equation is data: events of one kind, a base time, and what attributes add to it. Nothing in it is
run as code.

Lines of one order may differ. Time per line counts the lines for which its conditions hold. Time per
order is taken once, and lines carry equal parts of it: where the condition is a text (a warehouse, a
channel), those that have it; where it is a yes (rush), an order with one such line is one, and only such
lines carry it; where it is a no, an order in which any line says yes is none.

Sources
-------
Kaplan and Anderson (2004), "Time-Driven Activity-Based Costing", for time equations.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kamlib.core.errors import DataError, listed
from kamlib.core.frames import require_columns
from kamlib.core.tables import floats

if TYPE_CHECKING:
    from kamlib.settings import TimeEquation


NEW = "customer_is_new"
DOCUMENT = ("order_id", "delivery_id", "customer_id", "date")  # tells an order or a delivery
SUMS = ["driver_volume", "used", "setup_used", "setup_open"]
VOLUMES = ["period", "customer_id", "activity", "pool", *SUMS]
FIRST = "first_order"
NEEDS = {"rush_order": "rush", "export_order": "export", "new_customer": FIRST}  # of an order
FROM_CORRECTIONS = ("correction", "credit_note")


def activity_volumes(
    orders: pd.DataFrame,
    corrections: pd.DataFrame,
    drivers: pd.DataFrame | None,
    equations: "Sequence[TimeEquation]",
    *,
    deliveries: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Count the events of each activity per customer and period, and the capacity they use.

    From  orders and deliveries (one row per document and what its lines share), corrections (one row
          per document), drivers (customer × driver)
    to    ``period, customer_id, activity, pool, driver_volume, used, setup_used, setup_open``, sorted
          by key.

    Parameters
    ----------
    orders : DataFrame with period, order_id, customer_id, date, lines (of the row), document_lines (of
        the order), and first_order and the attributes as far as equations ask for them; of all orders of
        the input
    corrections : DataFrame with period, customer_id, document_type, lines
    drivers : DataFrame with period, customer_id, driver, volume; None where there is none: equations
        that name a driver then have no events
    equations : times in the pool's unit
    deliveries : DataFrame like orders, with delivery_id; None where there is none

    Returns
    -------
    DataFrame; ``setup_used`` is the part of ``used`` that setting up a new customer takes: terms that ask
    for customer_is_new, and all of an activity per new customer. ``setup_open`` is what would be added
    if all were new of whom nobody can tell; they are counted as not new

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


def without_driver(
    drivers: pd.DataFrame | None, equations: "Sequence[TimeEquation]"
) -> tuple[str, ...]:
    """Return the names of activities that have no volumes because no table of drivers is given."""
    return tuple(e.name for e in equations if e.driver and drivers is None)


def driver_gaps(
    drivers: pd.DataFrame | None, pools: pd.DataFrame, equations: "Sequence[TimeEquation]"
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


def _driven(equation: "TimeEquation", drivers: pd.DataFrame | None) -> pd.DataFrame:
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
    none = np.zeros(len(events))
    return _summed(events, equation, count, count * equation.base, none, none)


def _documented(
    equation: "TimeEquation", tables: Mapping[str, pd.DataFrame | None]
) -> pd.DataFrame:
    """Return the volumes of an equation whose events are documents."""
    events, where = _documents(equation, tables)
    count, used, setup = _times(equation, events, where)
    if_new = setup
    unknown = [name for name in (NEW, FIRST) if name in events and events[name].isna().any()]
    if unknown:
        supposed = events.fillna(dict.fromkeys(unknown, True))
        _count, _used, if_new = _times(equation, supposed, where)
    table = _summed(events, equation, count, used, setup, if_new - setup)
    return table[(table[SUMS] != 0).any(axis=1)]


def _times(
    equation: "TimeEquation", events: pd.DataFrame, where: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return how many events each row is, the time they take, and what of it is set-up."""
    needed = NEEDS.get(equation.per)
    here = [*([(needed, True)] if needed else []), *equation.when.items()]
    count = _events(here, events, where, by_line=equation.per == "line")
    used = count * float(equation.base)
    is_setup = equation.per == "new_customer" or (NEW, True) in here
    setup = used * is_setup
    for term in equation.plus:
        there = [*here, *term.when.items()]
        by_line = "line" in (equation.per, term.per)
        added = _events(there, events, where, by_line=by_line) * float(term.time)
        used = used + added
        setup = setup + added * (is_setup or (NEW, True) in there)
    return count, used, setup


def _documents(
    equation: "TimeEquation", tables: Mapping[str, pd.DataFrame | None]
) -> tuple[pd.DataFrame, str]:
    """Return the documents that are the equation's events, and what to call their table."""
    where = f"(time equation '{equation.name}')"
    if equation.per in FROM_CORRECTIONS:
        table = tables["corrections"]
        assert table is not None
        mine = (table["document_type"] == equation.per) & table["period"].notna()
        return table[mine], f"corrections {where}"
    if equation.per == "delivery":
        table = tables["deliveries"]
        if table is None:
            raise DataError(
                f"time equation '{equation.name}' counts deliveries, and invoice lines do not say "
                f"which delivery they came with. Map delivery_id under inputs.invoice_lines, or "
                f"count deliveries by a driver."
            )
        return table[table["period"].notna()], f"deliveries {where}"
    orders = tables["orders"]
    assert orders is not None
    if equation.per == "new_customer":
        orders = _first_orders(orders)
    return orders[orders["period"].notna()], f"orders {where}"


def _first_orders(orders: pd.DataFrame) -> pd.DataFrame:
    """Return the first order of each customer in the input: the one that may have made it one."""
    key = ["order_id", "customer_id", "date"]
    first = orders[key].sort_values(["date", "order_id"], kind="stable")
    return orders.merge(first.drop_duplicates("customer_id"), on=key)


def whole_orders(orders: pd.DataFrame) -> pd.DataFrame:
    """Return one row per order: ``order_id, customer_id, date, lines, order_value``."""
    names = ["order_id", "customer_id", "date", "lines", "order_value"]
    apart = (orders["lines"] < orders["document_lines"]).to_numpy()
    if not apart.any():
        return orders[names]
    table = orders[names].assign(order_value=floats(orders["order_value"]))
    together = table[apart].groupby(names[:3], as_index=False)[names[3:]].sum()
    return pd.concat([table[~apart], together], ignore_index=True)


def _events(
    conditions: Sequence[tuple[str, object]], rows: pd.DataFrame, where: str, *, by_line: bool
) -> np.ndarray:
    """Return how many lines, or else orders, each row is for which all conditions hold.

    An order is one, in equal parts on the lines that carry it.
    """
    for attribute, _wanted in conditions:
        require_columns(rows, attribute, of=where)
    if by_line:
        holds = _all_match(conditions, rows)
        return holds * rows["lines"].to_numpy(dtype=np.float64)
    flags = [each for each in conditions if isinstance(each[1], bool)]
    texts = [each for each in conditions if not isinstance(each[1], bool)]
    carried = _all_match(flags, rows)
    if "document_lines" not in rows:  # one row is a whole document
        return carried * _all_match(texts, rows)
    lines, whole = (rows[n].to_numpy(dtype=np.float64) for n in ("lines", "document_lines"))
    apart = lines < whole
    if apart.any():
        mine = rows[apart]
        document = mine.groupby([n for n in DOCUMENT if n in rows], sort=False).ngroup().to_numpy()
        for attribute, wanted in flags:
            if wanted is False:
                others = np.bincount(document, _matches(mine[attribute], True))
                carried[apart] *= others[document] == 0
        held = np.bincount(document, lines[apart] * carried[apart])[document]
        carried[apart] *= lines[apart] / np.where(held > 0, held, 1.0)
    return carried * _all_match(texts, rows)


def _all_match(conditions: Sequence[tuple[str, object]], rows: pd.DataFrame) -> np.ndarray:
    """Return 1 for each row that has what all conditions want, else 0."""
    holds = np.ones(len(rows))
    for attribute, wanted in conditions:
        holds = holds * _matches(rows[attribute], wanted)
    return holds


def _matches(column: pd.Series, wanted: object) -> np.ndarray:
    if isinstance(wanted, bool):
        return np.asarray(column.fillna(False).astype(bool) == wanted, dtype=np.float64)
    return np.asarray(column.astype("str") == str(wanted), dtype=np.float64)


def _summed(events: pd.DataFrame, equation: "TimeEquation", *sums: np.ndarray) -> pd.DataFrame:
    """Add up the `SUMS` of one equation's events per period and customer."""
    key = ["period", "customer_id"]
    rows = events[key].assign(**dict(zip(SUMS, sums, strict=True)))
    added = rows.groupby(key, as_index=False)[SUMS].sum()
    return added.assign(activity=equation.name, pool=equation.pool)
