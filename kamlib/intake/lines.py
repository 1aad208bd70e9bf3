"""Invoice lines into months, orders and corrections, without any line ever leaving the engine.

Sums are of decimals only and every answer is ordered by its key, so that neither the order of the
lines nor the number of threads can change a digit.
"""

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import ibis
import ibis.expr.types as ir
import pandas as pd

from kamlib.intake.contract import CONTRACT, Field
from kamlib.intake.judging import Desk, Judged, fetched
from kamlib.intake.values import DECIMAL

ORDER_ATTRIBUTES = ("order_channel", "rush", "export", "warehouse")
LIST_QUANTILE, LIST_LINES = 0.9, 5
SAME_AS_NET = ibis.literal("0.999").cast(DECIMAL)


@ibis.udf.agg.builtin
def quantile_disc(value: DECIMAL, share: float) -> DECIMAL:
    """Return the value at a share of the ordered values; the engine has it built in."""


class LineFacts(NamedTuple):
    """What was seen on the lines that are used, for verdicts and the ledger."""

    lines: int
    first: date
    last: date
    untyped: int
    without_list: int
    estimated: int
    of_two_units: int
    below_net: int
    without_cost: int
    revenue_without_cost: Decimal
    identical: int
    identical_amount: Decimal


def worked_out(judged: Judged, units: ir.Table) -> ir.Table:
    """Return the used lines with unit, net amount, kind of document and list price of each.

    Parameters
    ----------
    judged : the judged invoice lines
    units : table of ``known_id`` and ``unit``; an id that is not in it is its own unit

    Returns
    -------
    table with ``unit``, ``untyped``, ``net_amount``, ``list_total``, ``estimated`` and the columns
    of the contract
    """
    lines = judged.used
    returned = (lines["net_amount"] < 0) | (lines["quantity"] < 0).fill_null(False)
    by_sign = returned.ifelse("credit_note", "invoice")
    typed = lines.mutate(
        untyped=lines["document_type"].isnull(),
        document_type=ibis.coalesce(lines["document_type"], by_sign),
    )
    joined = typed.left_join(units, typed["customer_id"] == units["known_id"])
    mine = joined.mutate(unit=ibis.coalesce(joined["unit"], joined["customer_id"]))
    return with_list_total(mine.drop("known_id"))


def with_list_total(lines: ir.Table) -> ir.Table:
    """Add what each line would cost at list price.

    Where it is not given, it is the 90 % quantile of the product's unit prices of that month on
    invoices, times the quantity, where at least five lines stand behind it, and never less than
    the net amount; else it is the net amount.
    """
    month = lines["date"].truncate("M")
    sold = lines.filter((lines["document_type"] == "invoice") & (lines["quantity"] > 0))
    sold = sold.filter(sold["product_id"].notnull()).mutate(
        month=sold["date"].truncate("M"),
        unit_price=(sold["net_amount"] / sold["quantity"]).cast(DECIMAL),
    )
    prices = sold.group_by(list_product="product_id", list_month="month").aggregate(
        usual=quantile_disc(sold["unit_price"], LIST_QUANTILE), seen=sold.count()
    )
    prices = prices.filter(prices["seen"] >= LIST_LINES).drop("seen")
    wide = lines.mutate(month=month).left_join(
        prices,
        [lines["product_id"] == prices["list_product"], month == prices["list_month"]],
    )
    at_list = (wide["usual"] * wide["quantity"]).cast(DECIMAL)
    estimate = ((wide["quantity"] > 0) & at_list.notnull()).ifelse(
        ibis.greatest(wide["net_amount"], at_list), ibis.null(DECIMAL)
    )
    estimated = wide["list_price"].isnull() & estimate.notnull()
    total = ibis.coalesce(wide["list_price"], estimate, wide["net_amount"])
    return wide.mutate(list_total=total, estimated=estimated).drop(
        "usual", "list_product", "list_month"
    )


def period_of(day: ir.DateValue, work: Desk) -> ir.StringValue:
    """Return the name of the period a day lies in, null outside all."""
    cases = [
        (day.between(ibis.literal(span.start), ibis.literal(span.end)), name)
        for name, span in work.engagement.periods.items()
    ]
    return ibis.cases(*cases, else_=ibis.null("string"))


def customer_months(lines: ir.Table, judged: Judged, work: Desk) -> pd.DataFrame:
    """Return one row per unit, month and period with exact sums.

    To ``customer_id, month, period, list_revenue, invoice_revenue, returned_revenue,
    cost_of_goods_sold, lines``, and ``freight`` where the input has it.
    """
    dated = lines.mutate(period=period_of(lines["date"], work))
    key = ["customer_id", "month", "period"]
    freight = {"freight": _sum(dated["freight"])} if "freight" in judged.raw.names else {}
    summed = dated.group_by(customer_id="unit", month="month", period="period").aggregate(
        **ladder_sums(dated), **freight, lines=dated.count()
    )
    return fetched(summed.order_by(key))


def ladder_sums(lines: ir.Table) -> dict[str, ir.DecimalValue]:
    """Return the exact sums of the ladder's upper half, and what of the revenue was given back."""
    back = (lines["document_type"] != "invoice").ifelse(lines["net_amount"], ibis.literal(0))
    return {
        "list_revenue": _sum(lines["list_total"]),
        "invoice_revenue": _sum(lines["net_amount"]),
        "returned_revenue": _sum(back),
        "cost_of_goods_sold": _sum(lines["cost_of_goods_sold"]),
    }


def _sum(money: ir.DecimalValue) -> ir.DecimalValue:
    return money.sum().cast(DECIMAL)


def customer_products(lines: ir.Table, work: Desk) -> pd.DataFrame:
    """Return one row per period, unit and product with exact sums, of the periods of engagement.yaml.

    To ``period, customer_id, product_id, quantity, list_revenue, invoice_revenue,
    returned_revenue, cost_of_goods_sold``.
    """
    dated = lines.mutate(period=period_of(lines["date"], work))
    dated = dated.filter(dated["period"].notnull())
    summed = dated.group_by("period", customer_id="unit", product_id="product_id").aggregate(
        quantity=_sum(dated["quantity"]), **ladder_sums(dated)
    )
    kinds = {"quantity": "number"}
    return fetched(summed.order_by(["period", "customer_id", "product_id"]), kinds)


def timing(lines: ir.Table, work: Desk) -> pd.DataFrame:
    """Return what credit notes and corrections took from sales of another period.

    To ``period, customer_id, earned_period, list_revenue, invoice_revenue, returned_revenue,
    cost_of_goods_sold``: posted in ``period``, correcting an invoice of ``earned_period``; either
    is null outside all periods.

    Notes
    -----
    An invoice's day is its first. A correction of an invoice that is not in the input stays in the
    period in which it was posted.
    """
    sold = lines.filter(lines["document_type"] == "invoice")
    first = sold.group_by(corrected="invoice_id").aggregate(sold_on=sold["date"].min())
    late = lines.filter(lines["document_type"] != "invoice")
    late = late.join(first, late["corrects_invoice_id"] == first["corrected"])
    late = late.mutate(
        period=period_of(late["date"], work), earned_period=period_of(late["sold_on"], work)
    )
    apart = ibis.coalesce(late["period"], "") != ibis.coalesce(late["earned_period"], "")
    moved = late.filter(apart)
    key = ["period", "customer_id", "earned_period"]
    summed = moved.group_by("period", "earned_period", customer_id="unit").aggregate(
        **ladder_sums(moved)
    )
    return fetched(summed.order_by(key))[[*key, *ladder_sums(moved)]]


def site_revenue(lines: ir.Table) -> pd.DataFrame:
    """Return invoice revenue by id as it stands on the lines, over the whole input."""
    summed = lines.group_by("customer_id").aggregate(
        invoice_revenue=lines["net_amount"].sum().cast(DECIMAL)
    )
    return fetched(summed.order_by("customer_id"))


def orders(lines: ir.Table, judged: Judged, work: Desk) -> pd.DataFrame:
    """Return one row per order: all its invoice lines, in the period of its first invoice date.

    To ``order_id, customer_id, date, period, lines, customer_is_new`` and the order's attributes.

    Notes
    -----
    One number used by two units is two orders. A yes-or-no attribute holds if any line has it; of
    a text the smallest is taken.
    """
    invoiced = lines.filter(lines["document_type"] == "invoice")
    invoiced = invoiced.mutate(order_id=ibis.coalesce(invoiced["order_id"], invoiced["invoice_id"]))
    found = {field.name: _of_an_order(invoiced, field) for field in order_fields(judged)}
    counted = invoiced.group_by(order_id="order_id", customer_id="unit").aggregate(
        date=invoiced["date"].min(), lines=invoiced.count(), **found
    )
    start = counted.group_by("customer_id").aggregate(start=counted["date"].min())
    start = start.rename(who="customer_id")
    months = ibis.interval(months=work.engagement.windows.setup_months)
    joined = counted.join(start, counted["customer_id"] == start["who"])
    fresh = joined["date"] < (joined["start"] + months).cast("date")
    whole = joined.select(
        "order_id", "customer_id", "date",
        "lines", *found,
        period=period_of(joined["date"], work),
        customer_is_new=fresh,
    )  # fmt: skip
    names = ["order_id", "customer_id", "date", "period", "lines", *found, "customer_is_new"]
    kinds = {field.name: field.kind for field in order_fields(judged)}
    return fetched(whole.order_by(["order_id", "customer_id"]), kinds)[names]


def order_fields(judged: Judged) -> list[Field]:
    """Return the attributes of an order that the input has, the client's own included."""
    own = [f.name for f in judged.fields if f.name not in CONTRACT["invoice_lines"].names]
    names = [*ORDER_ATTRIBUTES, *own]
    return [f for f in judged.fields if f.name in names and f.name in judged.raw.names]


def _of_an_order(lines: ir.Table, field: Field) -> ir.Value:
    """Return what an attribute that may differ by line is for the order as a whole."""
    return lines[field.name].max() if field.kind == "bool" else lines[field.name].min()


def corrections(lines: ir.Table, work: Desk) -> pd.DataFrame:
    """Return one row per credit note or correction.

    To ``invoice_id, customer_id, date, period, document_type, lines``.
    """
    booked = lines.filter(lines["document_type"] != "invoice")
    counted = booked.group_by(invoice_id="invoice_id", customer_id="unit").aggregate(
        date=booked["date"].min(),
        document_type=booked["document_type"].min(),
        lines=booked.count(),
    )
    dated = counted.mutate(period=period_of(counted["date"], work))
    names = ["invoice_id", "customer_id", "date", "period", "document_type", "lines"]
    return fetched(dated.order_by(["invoice_id", "customer_id"]))[names]


def seen_on(lines: ir.Table, judged: Judged) -> LineFacts:
    """Count what verdicts speak of, in two passes over the lines."""
    no_cost = lines["cost_of_goods_sold"].isnull()
    several = lines["list_price"].notnull() & (lines["quantity"] >= 2)  # returns are negative
    below = several & (lines["list_price"] < (lines["net_amount"] * SAME_AS_NET).cast(DECIMAL))
    totals = lines.aggregate(
        lines=lines.count(),
        first=lines["date"].min(),
        last=lines["date"].max(),
        untyped=lines["untyped"].sum(),
        without_list=lines["list_price"].isnull().sum(),
        estimated=lines["estimated"].sum(),
        of_two_units=several.sum(),
        below_net=below.sum(),
        without_cost=no_cost.sum(),
        revenue_without_cost=no_cost.ifelse(lines["net_amount"], 0).sum(),
    )
    facts: dict[str, Any] = totals.to_pyarrow().to_pylist()[0]
    known: dict[str, Any] = {name: value or 0 for name, value in facts.items()}
    return LineFacts(**known, **identical(judged))


def identical(judged: Judged) -> dict[str, Any]:
    """Count the used lines that repeat another in every column that was read, and their money."""
    used = judged.used
    groups = used.group_by(judged.raw.names).aggregate(
        same=used.count(), each=used["net_amount"].max()
    )
    again = groups.filter(groups["same"] > 1).mutate(extra=groups["same"] - 1)
    counted = again.aggregate(
        identical=again["extra"].sum(),
        identical_amount=(again["each"] * again["extra"]).cast(DECIMAL).sum(),
    )
    return {name: value or 0 for name, value in counted.to_pyarrow().to_pylist()[0].items()}


def money_read(judged: Judged) -> pd.DataFrame:
    """Return rows and readable net amounts by reason; a null reason is what is used.

    To ``reason, rows, amount, size`` (`size` is the sum of absolute amounts).
    """
    rows = judged.rows
    summed = rows.group_by(reason="_reason").aggregate(
        rows=rows.count(), amount=rows["net_amount"].sum(), size=rows["net_amount"].abs().sum()
    )
    return fetched(summed.order_by("reason"))
