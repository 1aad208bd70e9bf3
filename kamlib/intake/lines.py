"""Invoice lines into months and corrections, without any line ever leaving the engine.

Sums are of decimals only and every answer is ordered by its key, so that neither the order of the
lines nor the number of threads can change a digit.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from kamlib.core.contract import BACK
from kamlib.core.timespans import months_earlier
from kamlib.intake.documents import KEY, money_sum, of_unit, period_of
from kamlib.intake.engines import DECIMAL
from kamlib.intake.validate import Validated
from kamlib.intake.workspace import Answer, Workspace, fetched, lookup, pull

if TYPE_CHECKING:
    from kamlib.core.timespans import Period


LADDER = {  # sums of the upper half → their column, and the name of what was given back
    "list_revenue": ("list_total", "returned_list_revenue"),
    "invoice_revenue": ("net_amount", "returned_revenue"),
    "cost_of_goods_sold": ("cost_of_goods_sold", "returned_cost"),
}


def span_of(day: ir.DateValue, work: Workspace) -> ir.DateValue:
    """Return the first day of the month a day lies in, or of the part of it that is of one period."""
    cuts = {span.start for span in work.engagement.periods.values()}
    cuts |= {span.end + timedelta(days=1) for span in work.engagement.periods.values()}
    within = sorted((cut for cut in cuts if cut.day > 1), reverse=True)
    month = day.truncate("M")
    if not within:
        return month
    passed = ibis.cases(*((day >= cut, ibis.literal(cut)) for cut in within), else_=month)
    return ibis.greatest(month, passed)


def customer_months(
    documents: ir.Table, lines: Validated, work: Workspace, units: ir.Table | None
) -> Answer:
    """Return one row per unit, month and period with exact sums.

    To ``customer_id, month, period``, the sums of the ladder's upper half, ``revenue_without_cost,
    lines``, and ``freight`` where the input has it. Summed by the id as it was read, and rolled up to
    units afterwards.
    """
    sums = ladder_sums(documents)
    sums |= {"revenue_without_cost": money_sum(documents["revenue_without_cost"])}
    sums |= {"freight": money_sum(documents["freight"])} if "freight" in lines.raw.names else {}
    keys = {"site": documents["site"], "span": span_of(documents["date"], work)}
    of_id = documents.group_by(**keys).aggregate(**sums, lines=line_count(documents))
    rows = of_unit(of_id.mutate(customer_id=of_id["site"].cast("string")), units)
    if units is not None:
        rows = rows.group_by("unit", "span").aggregate(
            **{name: money_sum(rows[name]) for name in sums}, lines=line_count(rows)
        )
    months = rows.select(
        customer_id="unit",
        month=rows["span"].truncate("M"),
        period=period_of(rows["span"], work),
        **{name: rows[name] for name in (*sums, "lines")},
    )
    return Answer(months.order_by(["customer_id", "month", "period"]))


def ladder_sums(lines: ir.Table) -> dict[str, ir.DecimalValue]:
    """Return the exact sums of the ladder's upper half, and what of the revenue was given back."""
    back = lines["document_type"].isin(BACK)
    sums = {name: money_sum(lines[column]) for name, (column, _back) in LADDER.items()}
    returned = {name: lines[column].sum(where=back) for column, name in LADDER.values()}
    return sums | {name: each.fill_null(0).cast(DECIMAL) for name, each in returned.items()}


def timing(lines: ir.Table, placed: ir.Table, work: Workspace) -> Answer:
    """Return what credit notes and corrections took from sales of another period.

    To ``period, customer_id, earned_period`` and the sums of the ladder's upper half: posted in
    ``period``, correcting invoices of ``earned_period``; either is null outside all periods. What is
    not placed (`kamlib.intake.corrections.placed_in`) stays in the period in which it was posted.
    """
    late = lines.filter(lines["document_type"].isin(BACK))
    late = late.join(placed, late["corrects_invoice_id"] == placed["names"])
    late = late.mutate(period=period_of(late["date"], work))
    apart = ibis.coalesce(late["period"], "") != ibis.coalesce(late["earned_period"], "")
    moved = late.filter(apart)
    key = ["period", "customer_id", "earned_period"]
    sums = ladder_sums(moved)
    summed = moved.group_by("period", "earned_period", customer_id="unit").aggregate(**sums)
    return Answer(summed.select(*key, *sums).order_by(key))


def site_revenue(lines: ir.Table, span: "Period") -> pd.DataFrame:
    """Return invoice revenue by id as it stands on the lines, with its days of sale.

    To ``customer_id, invoice_revenue, in_period, first, last``: revenue of all days and of `span`,
    first and last day of a sale; what is given back later does not make an id live longer.
    """
    inside = lines["date"].between(ibis.literal(span.start), ibis.literal(span.end))
    sale = ~lines["document_type"].isin(BACK)
    every = {"first": lines["date"].min(), "last": lines["date"].max()}
    sold = {"first": lines["date"].min(where=sale), "last": lines["date"].max(where=sale)}
    sums = {
        "invoice_revenue": money_sum(lines["net_amount"]),
        "in_period": money_sum(inside.ifelse(lines["net_amount"], ibis.literal(0))),
        **{name: ibis.coalesce(day, every[name]) for name, day in sold.items()},
    }
    summed = lines.group_by("site").aggregate(**sums)
    named = summed.mutate(customer_id=summed["site"].cast("string")).select("customer_id", *sums)
    return fetched(named.order_by("customer_id"))


def line_count(documents: ir.Table) -> ir.IntegerValue:
    """Return how many lines documents have."""
    return documents["lines"].sum().cast("int64")


def corrections(lines: ir.Table, work: Workspace) -> Answer:
    """Return ``invoice_id, customer_id, date, period, document_type, lines`` of each that gives back."""
    back = lines.filter(lines["document_type"].isin(BACK))
    counted = back.group_by(invoice_id="invoice_id", customer_id="unit").aggregate(
        date=back["date"].min(),
        document_type=back["document_type"].min(),
        lines=line_count(back),
    )
    dated = counted.mutate(period=period_of(counted["date"], work))
    names = ["invoice_id", "customer_id", "date", "period", "document_type", "lines"]
    return Answer(dated.select(names).order_by(["invoice_id", "customer_id"]))


BY = ["period", "customer_id", "product_id"]


def customer_products(work: Workspace, typed: ir.Table, units: ir.Table | None) -> Answer:
    """Return ``quantity`` and the sums of the ladder's upper half by ``period, customer_id, product_id``.

    Of the periods of engagement.yaml. The quantity, and the cost of goods sold, are unknown where one
    of the lines has none.
    """
    dated = typed.mutate(period=period_of(typed["date"], work))
    dated = dated.filter(dated["period"].notnull())
    summed = dated.group_by(BY).aggregate(
        quantity=money_sum(dated["quantity"]),
        uncounted=dated.count(where=dated["quantity"].isnull()),
        uncosted=dated.count(where=dated["cost_of_goods_sold"].isnull()),
        **ladder_sums(dated),
    )
    rolled = _of_units(work, "sites_products", summed, units)
    sums = list(ladder_sums(dated))
    whole = {name: money_sum(rolled[name]) for name in ("quantity", *sums)}
    for name, gap in (("quantity", "uncounted"), ("cost_of_goods_sold", "uncosted")):
        whole[name] = (rolled[gap].sum() == 0).ifelse(whole[name], ibis.null(DECIMAL))
    answer = rolled.group_by(BY).aggregate(**whole)
    return Answer(answer.order_by(BY), {"quantity": "number"})


def customer_groups(
    work: Workspace, typed: ir.Table, products: pd.DataFrame, units: ir.Table | None
) -> Answer:
    """Return what each unit bought of which product group in which month.

    To ``customer_id, month, product_group, invoice_revenue``, of the periods of engagement.yaml and the 12
    months before them; a product without a group is left out.
    """
    own = products.dropna(subset=["product_group"])
    rows = {"_product": own["product_id"].tolist(), "_group": own["product_group"].tolist()}
    texts = pa.schema([(name, pa.string()) for name in rows])  # of none at all, too
    groups = lookup(work, "product_groups", pa.table(rows, texts), like=typed)
    begin = min(span.start for span in work.engagement.periods.values())
    dated = typed.filter(typed["date"] >= ibis.literal(months_earlier(begin, 12).date()))
    dated = dated.mutate(month=dated["date"].truncate("M"))
    sold = dated.join(groups, dated["product_id"] == groups["_product"])
    summed = sold.group_by("customer_id", "month", product_group="_group").aggregate(
        invoice_revenue=money_sum(sold["net_amount"])
    )
    rolled = _of_units(work, "sites_groups", summed, units)
    by = ["customer_id", "month", "product_group"]
    revenue = rolled.group_by(by).aggregate(invoice_revenue=money_sum(rolled["invoice_revenue"]))
    return Answer(revenue.order_by(by))


def _of_units(work: Workspace, name: str, sites: ir.Table, units: ir.Table | None) -> ir.Table:
    """Return sums of sites, brought from where lines lie, under the ids of their units."""
    rows = of_unit(pull(work, name, sites, key=KEY), units)
    return rows.mutate(customer_id=rows["unit"])
