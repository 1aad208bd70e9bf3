"""Orders and deliveries: what was asked for or sent at one time, and what differs within it by line.

A number names an order or a delivery of one customer; one that comes again after a quarter names
another. What differs by line (warehouse, channel, rush, an attribute of the client's own) stays with
the lines: an order has a row for each, with how many of its lines it is.
"""

from datetime import date, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from kamlib.core.contract import SALES
from kamlib.intake.corrections import ordered
from kamlib.intake.documents import money_sum, only_row, order_fields, period_of
from kamlib.intake.identity import Identities, counted_as
from kamlib.intake.lines import line_count
from kamlib.intake.validate import Validated
from kamlib.intake.workspace import Answer, Workspace, has_rows, materialize

# a quarter: what is delivered later was ordered anew, and numbers start over yearly
APART_DAYS = 92
LONG_DAYS = 366  # no order goes on for more than a year; a word for none that nobody knows does


def sold_by_order(documents: ir.Table, work: Workspace) -> ir.Table:
    """Return what is sold with the order it belongs to: ``order_id, begun``, and ``numbered``.

    An order is what has one number, as long as that does not rest for a quarter; without a number it
    is an invoice, or each order day on it.
    """
    sold = ordered(documents).mutate(numbered=ibis._["order_id"].notnull())
    numbered = told_apart(work, sold.filter(sold["numbered"]), "order_id", "order_day")
    alone = sold.filter(~sold["numbered"])
    own_day = alone["order_date"].notnull() & ~alone["without_day"]
    alone = alone.mutate(
        order_id=alone["invoice_id"], begun=own_day.ifelse(alone["order_day"], ibis.null("date"))
    )
    return materialize(work, "sold_by_order", ibis.union(numbered, alone.select(numbered.columns)))


def orders(
    sold: ir.Table, lines: Validated, work: Workspace, identities: Identities, *, begin: date
) -> Answer:
    """Return one row per order and what its lines share, in the period of the order's day.

    To ``order_id, customer_id, date, period, lines, document_lines, order_value, customer_is_new,
    first_order`` and the attributes that time equations ask for: ``lines`` and ``order_value`` are of
    the row, ``document_lines`` and ``date`` of the whole order.

    One number used by two units is two orders. Whether a customer is new is missing where its start is
    not recorded and its first order lies within the set-up months of the first line; whether an order is
    its first one, also where it became a customer before that line.
    """
    kinds = {field.name: field.kind for field in order_fields(lines, work)}
    parts = _parts(sold, "order_id", "order_day", list(kinds))
    rows = _new_or_not(parts, work, identities, begin)
    names = ["order_id", "customer_id", "date", "period", "lines", "document_lines", "order_value"]
    rows = rows.mutate(period=period_of(rows["date"], work))
    rows = rows.select(*names, *kinds, "customer_is_new", "first_order")
    return Answer(rows.order_by([*names[:3], *kinds, "lines", "order_value"]), kinds)


def deliveries(documents: ir.Table, lines: Validated, work: Workspace) -> dict[str, Answer]:
    """Return the table of deliveries under its name; nothing where lines name none.

    As orders have them, in the period of the delivery's first day.
    """
    if "delivery_id" not in lines.raw.names:
        return {}
    sold = documents.filter(documents["document_type"].isin(SALES))
    sold = told_apart(work, sold.filter(sold["delivery_id"].notnull()), "delivery_id", "date")
    kinds = {field.name: field.kind for field in order_fields(lines, work)}
    rows = _parts(sold, "delivery_id", "date", list(kinds))
    rows = rows.mutate(period=period_of(rows["date"], work))
    names = ["delivery_id", "customer_id", "date", "period", "lines", "document_lines"]
    return {"deliveries": Answer(rows.select(*names, *kinds).order_by([*names[:3], *kinds]), kinds)}


def told_apart(work: Workspace, rows: ir.Table, named: str, day: str) -> ir.Table:
    """Add since when a number goes on (``begun``): missing where it never rests for a quarter."""
    reach = _reach(rows, named, day)
    far = reach.filter(reach["last"] > _later(reach["first"], APART_DAYS))
    never = rows.mutate(begun=ibis.null("date"))
    if not has_rows(far):
        return never
    begun = _begun(rows, far, named, day)
    same = [named, "unit", day]
    again = rows.join(begun, [rows[name] == begun[f"of {name}"] for name in same])
    never = never.anti_join(far, [never[n] == far[f"of {n}"] for n in same[:2]])
    return ibis.union(never, again.select(never.columns))


def _reach(rows: ir.Table, named: str, day: str) -> ir.Table:
    """Return the first and the last day of each number of a unit, and its money."""
    return rows.group_by(**{"of unit": rows["unit"], f"of {named}": rows[named]}).aggregate(
        first=rows[day].min(), last=rows[day].max(), amount=money_sum(rows["net_amount"])
    )


def _begun(rows: ir.Table, far: ir.Table, named: str, day: str) -> ir.Table:
    """Return of each day on which a number of `far` stands since when it goes on."""
    mine = rows.semi_join(far, [rows[n] == far[f"of {n}"] for n in (named, "unit")])
    days = mine.select(**{f"of {n}": mine[n] for n in (named, "unit", day)}).distinct()
    key, at = [f"of {named}", "of unit"], f"of {day}"
    before = days[at].lag().over(ibis.window(group_by=key, order_by=at))
    rests = before.isnull() | (days[at] > _later(before, APART_DAYS))
    days = days.mutate(starts=rests.ifelse(days[at], ibis.null("date")))
    so_far = ibis.cumulative_window(group_by=key, order_by=at)
    return days.mutate(begun=days["starts"].max().over(so_far)).drop("starts")


def _later(day: ir.DateValue, days: int) -> ir.DateValue:
    return (day + ibis.interval(days=days)).cast("date")


def _parts(rows: ir.Table, named: str, day: str, own: list[str]) -> ir.Table:
    """Return one row per order or delivery and what its lines share, with the whole's day and lines."""
    parts = rows.group_by(named, "begun", *own, customer_id="unit").aggregate(
        date=rows[day].min(), lines=line_count(rows), order_value=money_sum(rows["net_amount"])
    )
    if not own:
        return parts.mutate(document_lines=parts["lines"])
    whole = ibis.window(group_by=[named, "customer_id", "begun"])
    return parts.mutate(
        date=parts["date"].min().over(whole),
        document_lines=parts["lines"].sum().over(whole).cast("int64"),
    )


def _new_or_not(parts: ir.Table, work: Workspace, identities: Identities, begin: date) -> ir.Table:
    """Add whether each order's customer is new, and whether it is its first: missing if unknown."""
    months = ibis.interval(months=work.engagement.windows.setup_months)
    first = parts.group_by(who="customer_id").aggregate(first=parts["date"].min())
    since = _since(work, identities)
    start = first.left_join(since, first["who"] == since["unit"])
    began = ibis.least(start["first"], ibis.coalesce(start["since"], start["first"]))
    silent = start["first"] >= (ibis.literal(begin) + months).cast("date")
    # a day after the first order, or of some sites only, is not when the customer began
    recorded = (start["whole"] & (start["since"] <= start["first"])).fill_null(False)
    start = start.select(
        "who",
        "first",
        ends=(began + months).cast("date"),
        known=recorded | silent,
        no_earlier=silent | (recorded & (start["since"] >= begin)),
    )
    joined = parts.join(start, parts["customer_id"] == start["who"])
    fresh, unknown = joined["date"] < joined["ends"], ibis.null("boolean")
    opens = fresh & (joined["date"] == joined["first"])
    return joined.mutate(
        customer_is_new=(fresh & ~joined["known"]).ifelse(unknown, fresh),
        first_order=(opens & ~joined["no_earlier"]).ifelse(unknown, opens),
    )


def _since(work: Workspace, identities: Identities) -> ir.Table:
    """Return the first day recorded for each unit: ``unit, since, whole``, of all its sites or of some."""
    sites = identities.sites
    given = sites["since"] if "since" in sites else pd.Series(pd.NaT, index=sites.index)
    units = counted_as(sites["customer_id"], identities.units)
    days = pd.to_datetime(given).groupby(units).agg(["min", "count", "size"])
    known = days[days["count"] > 0]
    rows = {
        "unit": pa.array(list(known.index), pa.string()),
        "since": pa.array([day.date() for day in known["min"]], pa.date32()),
        "whole": pa.array(list(known["count"] == known["size"]), pa.bool_()),
    }
    return work.con.create_table("since_when", pa.table(rows), overwrite=True)


def seen_of_orders(sold: ir.Table, *, may_be_cut: bool) -> dict[str, Any]:
    """Count the lines whose order has no number or no day of its own, and numbers that come again.

    With their money. `cut` are orders invoiced in parts: where lines begin so late that orders of
    the periods may have begun before them (`may_be_cut`), else 0.
    """
    worded, undated = sold["without_number"], sold["without_day"]
    of_lines = sold.aggregate(
        worded=sold["lines"].sum(where=worded),
        worded_amount=sold["net_amount"].sum(where=worded),
        undated=sold["lines"].sum(where=undated),
        undated_amount=sold["net_amount"].sum(where=undated),
    )
    far = sold.filter(sold["numbered"] & sold["begun"].notnull())
    runs = far.group_by("order_id", "unit", "begun").aggregate(
        last=far["order_day"].max(), amount=money_sum(far["net_amount"])
    )
    runs = runs.mutate(long=runs["last"] > _later(runs["begun"], LONG_DAYS))
    numbers = runs.group_by("order_id", "unit").aggregate(
        again=runs.count() > 1, amount=money_sum(runs["amount"]), long=runs["long"].any()
    )
    of_numbers = numbers.aggregate(
        again=numbers["again"].sum(),
        again_amount=numbers["amount"].sum(where=numbers["again"]),
        long=numbers["long"].sum(),
        long_amount=numbers["amount"].sum(where=numbers["long"]),
    )
    reach = _reach(sold.filter(sold["numbered"]), "order_id", "date")
    in_parts = reach.filter(reach["last"] > reach["first"])
    cut = int(in_parts.count().to_pyarrow().as_py()) if may_be_cut else 0
    return {**only_row(of_lines), **only_row(of_numbers), "cut": cut}


def begins_late(first: date, start: date) -> bool:
    """Tell whether lines from `first` on may lack the beginning of orders of a period."""
    return first > start - timedelta(days=APART_DAYS)
