"""Invoice lines brought to their documents, where the lines lie: what comes out is summed up.

One row for each document, customer and day carries all that months, orders, corrections and outcomes
ask for. Lines themselves never leave their engine, and this is the one pass over all of them.
"""

from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir

from kamlib.core.contract import BACK, CONTRACT, SALES, Field
from kamlib.intake.engines import DECIMAL, answering, engine_of, exact
from kamlib.intake.spelling import is_no_number
from kamlib.intake.validate import KEPT_ROWS, Validated, as_read
from kamlib.intake.workspace import (
    Workspace,
    has_rows,
    materialize,
    materialize_if_local,
    pull,
    view,
)

KEY = "inputs.invoice_lines.database"
KEYS = (
    "invoice_id",
    "order_id",
    "customer_id",
    "name",
    "date",
    "document_type",
    "corrects_invoice_id",
    "delivery_id",
    "order_date",
)
ORDER_ATTRIBUTES = ("order_channel", "rush", "export", "warehouse")
LIST_SHARE, LIST_LINES = (9, 10), 5
# days that an order waits for its invoice: what lies further back, or after it, is no order's day
WAITS_DAYS = 366
FAR, SMALL_CHANGE = 0.5, 1.0
MANY_UNITS = 5  # at which revenue of a line is rarely the cost of it times as many
OF_ESTIMATES = ("_at_list", "_each", "_of_", "_there_", "_alike_")  # columns on the way to one
SAME_AS_NET = ibis.literal("0.999").cast(DECIMAL)


def period_of(day: ir.DateValue, work: Workspace) -> ir.StringValue:
    """Return the name of the period a day lies in, null outside all."""
    cases = [
        (day.between(ibis.literal(span.start), ibis.literal(span.end)), name)
        for name, span in work.engagement.periods.items()
    ]
    return ibis.cases(*cases, else_=ibis.null("string"))


def typed_lines(work: Workspace, lines: Validated) -> ir.Table:
    """Return the used lines with ``untyped``, kind of document, ``list_total`` and ``estimated``."""
    return view(work, "typed_lines", with_list_total(work, lines, _typed_by_sign(lines.used)))


def documents_of(
    work: Workspace, lines: Validated, typed: ir.Table, units: ir.Table | None
) -> ir.Table:
    """Return one row per document, customer and day of the lines that are used, in our own engine.

    To ``invoice_id, order_id, customer_id, name, date, document_type, corrects_invoice_id,
    delivery_id, order_date``, the attributes that time equations ask for, the sums ``net_amount,
    list_total, cost_of_goods_sold, freight, revenue_without_cost``, ``lines``, ``unit``, and
    ``site``: the customer's id in the type in which it was read. Lines of one document whose
    attributes differ are rows of their own. Of an order, ``order_day`` is its date, else the
    invoice's, ``without_number`` tells that a word stood for its number, and ``without_day`` that its
    date cannot be its day. An id that is not in `units` is its own unit.
    """
    summed = pull(work, "documents_summed", _summed(work, lines, typed), key=KEY)
    absent = {
        name: ibis.null("date" if name == "order_date" else "string")
        for name in KEYS
        if name not in summed.columns
    }
    whole = summed.mutate(site=summed["customer_id"], **absent)
    texts = [name for name, kind in summed.schema().items() if name in KEYS and kind.is_integer()]
    whole = whole.mutate(**{name: whole[name].cast("string") for name in texts})
    # twice in memory only where it is small
    keep = materialize if lines.raw.rows <= KEPT_ROWS else view
    return keep(work, "documents", of_unit(_numbered(_dated(whole)), units))


def _numbered(rows: ir.Table) -> ir.Table:
    """Take away what stands for the number of an order or a delivery and is none."""
    none, named = ibis.null("string"), ("order_id", "delivery_id")
    own = {n: is_no_number(rows[n]).ifelse(none, rows[n]).cast("string") for n in named}
    return rows.mutate(without_number=is_no_number(rows["order_id"]), **own)


def _dated(rows: ir.Table) -> ir.Table:
    """Add the day of each order: its own where that may be, else the invoice's."""
    ordered_on, earliest = rows["order_date"], rows["date"] - ibis.interval(days=WAITS_DAYS)
    fits = ((ordered_on <= rows["date"]) & (ordered_on >= earliest.cast("date"))).fill_null(False)
    return rows.mutate(
        order_day=fits.ifelse(ordered_on, rows["date"]), without_day=ordered_on.notnull() & ~fits
    )


def of_unit(rows: ir.Table, units: ir.Table | None, *, who: str = "customer_id") -> ir.Table:
    """Return rows with the ``unit`` that the customer of each, in a column of ids, belongs to."""
    if units is None:
        return rows.mutate(unit=rows[who])
    joined = rows.left_join(units, rows[who] == units["known_id"])
    return joined.mutate(unit=ibis.coalesce(joined["unit"], joined[who])).drop("known_id")


def _summed(work: Workspace, lines: Validated, typed: ir.Table) -> ir.Table:
    """Return the documents of the lines that are used, where the lines lie."""
    mapped = [name for name in KEYS if name in lines.raw.names or name == "document_type"]
    attributes = [field.name for field in order_fields(lines, work)]
    money = ["net_amount", "list_total", "cost_of_goods_sold"]
    money += ["freight"] if "freight" in lines.raw.names else []
    without_cost = as_read(typed, "cost_of_goods_sold").isnull()
    size = as_read(typed, "net_amount").abs()
    return typed.group_by(
        **{name: as_read(typed, name) for name in [*mapped, *attributes]}
    ).aggregate(
        **{name: money_sum(as_read(typed, name)) for name in money},
        revenue_without_cost=money_sum(without_cost.ifelse(size, ibis.literal(0))),
        lines=typed.count(),
    )


def order_fields(lines: Validated, work: Workspace) -> list[Field]:
    """Return the attributes of an order that the input has and time equations ask for."""
    equations = work.engagement.profitability.time_equations
    asked = {name for equation in equations for name in equation.attributes}
    own = [f.name for f in lines.fields if f.name not in CONTRACT["invoice_lines"].names]
    names = asked & {*ORDER_ATTRIBUTES, *own} & set(lines.raw.names)
    return [field for field in lines.fields if field.name in names]


def _typed_by_sign(lines: ir.Table) -> ir.Table:
    """Add whether a line tells its kind of document, and the kind by its sign where it does not."""
    returned = (lines["net_amount"] < 0) | (lines["quantity"] < 0).fill_null(False)
    by_sign = returned.ifelse("credit_note", "invoice")
    return lines.mutate(
        untyped=lines["document_type"].isnull(),
        document_type=ibis.coalesce(lines["document_type"], by_sign),
    )


def with_list_total(work: Workspace, validated: Validated, lines: ir.Table) -> ir.Table:
    """Add what each line would cost at list price, and whether that is estimated.

    Where it is not given, it is the 90 % quantile of the product's unit prices of that month on
    invoices, times the quantity, where at least five lines stand behind it, and never less than
    the net amount; else it is the net amount. What comes back takes back the list value at which
    it went out.
    """
    if not _may_be_estimated(validated):
        total = net = as_read(lines, "net_amount")
        if "list_price" in validated.raw.names:
            total = ibis.coalesce(as_read(lines, "list_price"), net)
        return lines.mutate(list_total=total, estimated=ibis.literal(False))
    prices = materialize_if_local(work, "usual_prices", usual_prices(lines))
    same_product = lines["product_id"] == prices["list_product"]
    same_month = lines["date"].truncate("M") == prices["list_month"]
    wide = lines.left_join(prices, [same_product, same_month])
    usual = (wide["usual"] * wide["quantity"].abs()).cast(DECIMAL)
    larger = ibis.greatest(wide["net_amount"].abs(), usual)
    at_list = usual.notnull().ifelse(larger, ibis.null(DECIMAL))
    wide = wide.mutate(_at_list=at_list, _each=unit_price(wide))
    wide = wide.drop("usual", "list_product", "list_month")
    found = _with_what_went_out(work, view(work, "lines_at_list", wide))
    estimate = _estimate(found)
    total = ibis.coalesce(found["list_price"], estimate, found["net_amount"])
    return found.mutate(
        list_total=total, estimated=found["list_price"].isnull() & estimate.notnull()
    ).drop(*(name for name in found.columns if name.startswith(OF_ESTIMATES)))


def unit_price(lines: ir.Table) -> ir.DecimalValue:
    """Return what one unit of a line costs, whichever way it goes; null without a quantity."""
    units = lines["quantity"].cast("float64").abs().nullif(0.0)
    return exact(lines["net_amount"].cast("float64").abs() / units)


def is_sold(lines: ir.Table) -> ir.BooleanValue:
    """Return whether goods go out on a line, at a price that is not below zero."""
    return (
        ~lines["document_type"].isin(BACK)
        & (lines["net_amount"] >= 0)
        & (lines["quantity"] > 0).fill_null(False)
    )


def _with_what_went_out(work: Workspace, lines: ir.Table) -> ir.Table:
    """Put beside each line that gives back how much of its product went out, and at what list value.

    On the invoice that it names, else wherever its customer bought the product at the same price.
    """
    back = lines["document_type"].isin(BACK) | (lines["net_amount"] < 0)
    back = back | ((lines["net_amount"] == 0) & (lines["quantity"] < 0).fill_null(False))
    none = ibis.null("string")
    wide = lines.mutate(
        _of_invoice=back.ifelse(lines["corrects_invoice_id"], none),
        _of_customer=back.ifelse(lines["customer_id"], none),
        _of_product=lines["product_id"],
    )
    sold = lines.filter(is_sold(lines))
    listed = ibis.coalesce(sold["list_price"], sold["_at_list"], sold["net_amount"])
    sums = {"list": listed.sum().cast(DECIMAL), "units": sold["quantity"].sum().cast(DECIMAL)}
    ways = {
        "there": {"invoice_id": "_of_invoice", "product_id": "_of_product"},
        "alike": {"customer_id": "_of_customer", "product_id": "_of_product", "_each": "_each"},
    }
    for way, keys in ways.items():
        of = {f"_{way}_{key.strip('_')}": sold[key] for key in keys}
        went = sold.group_by(**of).aggregate(**{f"_{way}_{n}": sums[n] for n in sums})
        went = materialize_if_local(work, f"went_out_{way}", went)
        same = zip(keys.values(), of, strict=True)
        wide = wide.left_join(went, [wide[mine] == went[theirs] for mine, theirs in same])
    return wide


def _estimate(lines: ir.Table) -> ir.DecimalValue:
    """Return the estimated list value of each line, null where nothing tells it.

    Which way a line goes, its amount says: a credit note may have its quantity without a minus.
    An amount above zero beside a quantity below it tells nothing.
    """
    net, quantity, units = lines["net_amount"], lines["quantity"], lines["quantity"].abs()
    listed = ibis.coalesce(lines["_there_list"], lines["_alike_list"])
    went = ibis.coalesce(lines["_there_units"], lines["_alike_units"])
    part = units.cast("float64") / went.cast("float64")
    taken = (units == went).ifelse(listed, exact(listed.cast("float64") * part))
    value = ibis.coalesce(taken, lines["_at_list"])
    comes_back = (net < 0) | ((net == 0) & (quantity < 0))
    goes_out = (net >= 0) & (quantity >= 0) & value.notnull()
    cases = (comes_back, -value), (goes_out, ibis.greatest(net, value))
    return ibis.cases(*cases, else_=ibis.null(DECIMAL)).cast(DECIMAL)


def _may_be_estimated(lines: Validated) -> bool:
    """Tell whether a line lacks its list price and could have one."""
    if not {"product_id", "quantity"} <= set(lines.raw.names):
        return False
    if "list_price" not in lines.raw.names:
        return True
    return has_rows(lines.rows.filter(lines.rows["list_price"].isnull()))


def usual_prices(lines: ir.Table) -> ir.Table:
    """Return ``usual``: the 90 % quantile of a product's unit prices in a month of five lines or more."""
    sold = lines.filter(lines["document_type"].isin(SALES) & is_sold(lines))
    sold = sold.filter(sold["product_id"].notnull())
    sold = sold.select(
        list_product="product_id", list_month=sold["date"].truncate("M"), price=unit_price(sold)
    )
    of_product = ["list_product", "list_month"]
    counted = sold.group_by([*of_product, "price"]).aggregate(n=sold.count())
    so_far = ibis.cumulative_window(group_by=of_product, order_by="price")
    ranked = counted.mutate(
        reached=counted["n"].sum().over(so_far),
        seen=counted["n"].sum().over(ibis.window(group_by=of_product)),
    )
    share, of = LIST_SHARE
    high = ranked.filter(
        (ranked["seen"] >= LIST_LINES) & (ranked["reached"] * of >= ranked["seen"] * share)
    )
    return high.group_by(of_product).aggregate(usual=high["price"].min())


def counted(lines: ir.Table) -> dict[str, Any]:
    """Return how many of all lines an outcome speaks of, and their money as ``<what>_amount``.

    With ``lines`` and ``size``, the sum of absolute net amounts. A column that is not mapped is absent
    on every line. What looks like the price or the cost of one unit counts where it is a habit only.
    """
    names = ("net_amount", "list_price", "cost_of_goods_sold", "quantity", "freight")
    net, list_price, cost, quantity, freight = (as_read(lines, name) for name in names)
    sale = lines["document_type"].isin(SALES)
    below = (list_price < net).ifelse(list_price < net * SAME_AS_NET, False)  # rarely multiplied
    of_two_units = list_price.notnull() & (quantity >= 2)  # returns are negative
    of_five_units = sale & (cost > 0) & (net > 0) & (quantity >= MANY_UNITS)
    times = cost.cast("float64") * quantity.cast("float64")
    conditions = {
        "untyped": lines["untyped"],
        "without_list": list_price.isnull(),
        "estimated": lines["estimated"],
        "of_two_units": of_two_units,
        "below_net": of_two_units & below,
        "both_costed": (cost != 0) & (net != 0),
        "of_five_units": of_five_units,
        "cost_of_one": of_five_units & (times <= net.cast("float64")),
        "freighted": sale & (freight != 0),
    }
    with_money = {
        "without_cost": (cost.isnull(), net),
        "turned": (((cost < 0) & (net > 0)) | ((cost > 0) & (net < 0)), cost.abs()),
        "costless": (sale & (cost == 0) & (net > 0), net),
        "freight_below": (sale & (freight < 0), freight.abs()),
        "samples": ((net == 0) & (quantity > 0), cost),
        "far": (sale & _far_from_price(lines), net.abs()),
        "no_quantity": (sale & (quantity == 0) & (net != 0), net.abs()),
        "ahead": (lines["date"] > ibis.literal(today()), net),
    }
    conditions |= {what: where for what, (where, _money) in with_money.items()}
    totals = lines.aggregate(
        lines=lines.count(),
        size=money_sum(net.abs()),
        **{what: lines.count(where=where) for what, where in conditions.items()},
        **{f"{what}_amount": money_sum(of, where) for what, (where, of) in with_money.items()},
    )
    with answering(engine_of(totals), KEY):
        found = only_row(totals)
    most = {"cost_of_one": "of_five_units", "below_net": "of_two_units"}
    return found | {what: 0 for what, every in most.items() if 2 * found[what] <= found[every]}


def only_row(totals: ir.Table) -> dict[str, Any]:
    """Return the one row of totals by name: counts, and exact money under names that end on it."""
    row = totals.to_pyarrow().to_pylist()[0]
    money = ("size", "amount")
    return {n: (value or 0) if n.endswith(money) else int(value or 0) for n, value in row.items()}


def _far_from_price(lines: ir.Table) -> ir.BooleanValue:
    """Return whether a net amount is half as much again as quantity × price, or half of it."""
    given = {name: lines[name].cast("float64") for name in ("quantity", "unit_price", "net_amount")}
    kept = 1 - lines["discount"].cast("float64").fill_null(0.0) / 100
    expected = (given["quantity"] * given["unit_price"] * kept).abs()
    apart = (given["net_amount"].abs() - expected).abs()
    return ((apart > FAR * expected) & (apart > SMALL_CHANGE)).fill_null(False)


def today() -> date:
    """Return the day on which the input is read."""
    return date.today()


def money_sum(money: ir.DecimalValue, where: ir.BooleanValue | None = None) -> ir.DecimalValue:
    """Return an exact sum of money."""
    return money.sum(where=where).cast(DECIMAL)
