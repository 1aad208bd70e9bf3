"""What gives revenue back, what it corrects, and which lines make an order.

A credit note, a correction and a cancellation give revenue back in the period in which they are
posted. One is placed in another period only when every invoice that it comes to, through corrections
of corrections, is in the input and of one period; an amount is never divided. An advance is money before
the goods: revenue of its invoice, and no second order when the final invoice comes.
"""

from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd

from kamlib.core.contract import BACK, DOCUMENT_TYPES, SALES, SEVERAL
from kamlib.intake.documents import money_sum, only_row, period_of
from kamlib.intake.workspace import Workspace, fetched, has_rows, materialize

LONGEST = 10  # corrections of each other in a row; longer ones name each other in a circle
BETWEEN = r"\s*(?:[;,|+&\n]|\s/\s|\si\s|\soraz\s|\sand\s)\s*"  # the invoices that one cell names


def placed_in(lines: ir.Table, work: Workspace) -> ir.Table:
    """Return to which period belongs what names an invoice, or several: ``names, earned_period``.

    Without a row for what cannot be placed; the period is null outside all. An invoice's day is its first.
    """
    sales = lines.filter(~lines["document_type"].isin(BACK))
    sold = sales.group_by(sold="invoice_id").aggregate(sold_on=sales["date"].min())
    sold = materialize(work, "sold_on", sold)
    back = lines.filter(lines["document_type"].isin(BACK) & lines["corrects_invoice_id"].notnull())
    there = ibis.union(sold.select(there="sold"), back.select(there="invoice_id")).distinct()
    named = materialize(work, "named", named_by(back, there))
    ends = _ends(work, back, named, sold)
    found = ends.left_join(sold, ends["one"] == sold["sold"])
    found = found.mutate(
        missing=found["sold_on"].isnull().cast("int64"),
        within=ibis.coalesce(period_of(found["sold_on"], work), ""),
    )
    each = found.group_by("names").aggregate(
        missing=found["missing"].sum(), first=found["within"].min(), last=found["within"].max()
    )
    whole = each.filter((each["missing"] == 0) & (each["first"] == each["last"]))
    placed = whole.select("names", earned_period=whole["first"].nullif(""))
    return materialize(work, "placed", placed)


def named_by(documents: ir.Table, there: ir.Table) -> ir.Table:
    """Return which documents are named: ``names`` as they stand there, and each ``one`` of them.

    A text that is itself a number of the input (`there`) is one, whatever stands in it.
    """
    names = documents.select(names="corrects_invoice_id").distinct()
    whole = names.select("names", one="names")
    several = names.filter(names["names"].re_search(BETWEEN))
    several = several.anti_join(there, several["names"] == there["there"])
    apart = several["names"].re_replace(BETWEEN, SEVERAL)
    each = several.select("names", one=apart.split(SEVERAL).unnest())
    single = whole.anti_join(several, whole["names"] == several["names"])
    return ibis.union(single, each)


def _ends(work: Workspace, back: ir.Table, named: ir.Table, sold: ir.Table) -> ir.Table:
    """Follow what is named through corrections that name others, to what names nothing more."""
    step = back.select(by="invoice_id", names="corrects_invoice_id").distinct()
    step = step.join(named, step["names"] == named["names"]).select("by", after="one")
    step = step.anti_join(sold, step["by"] == sold["sold"]).distinct()
    step = materialize(work, "named_further", step)
    ends = named
    for place in range(LONGEST):
        if not has_rows(ends.semi_join(step, ends["one"] == step["by"])):
            break
        further = ends.left_join(step, ends["one"] == step["by"])
        further = further.select("names", one=ibis.coalesce(further["after"], further["one"]))
        ends = materialize(work, f"named_{place}", further.distinct())
    return ends


def ordered(lines: ir.Table) -> ir.Table:
    """Return the lines that an order is made of: sales, without invoices that were cancelled whole.

    A cancellation that names an invoice (``corrects_invoice_id``) and takes back all of it leaves
    no order; both stay in the money, where they add up to nothing.
    """
    sales = lines.filter(lines["document_type"].isin(SALES))
    sold = sales.group_by(sold_id="invoice_id").aggregate(sold=sales["net_amount"].sum())
    undone = lines.filter(lines["document_type"] == "cancellation")
    undone = undone.filter(undone["corrects_invoice_id"].notnull())
    undone = undone.group_by(undone_id="corrects_invoice_id")
    back = undone.aggregate(back=ibis._["net_amount"].sum())
    gone = sold.join(back, sold["sold_id"] == back["undone_id"])
    gone = gone.filter(gone["sold"] + gone["back"] == 0).select(gone_id="sold_id")
    return sales.anti_join(gone, sales["invoice_id"] == gone["gone_id"])


def seen_of_documents(lines: ir.Table, placed: ir.Table, *, linked: bool) -> dict[str, Any]:
    """Count credit notes, those that cannot be placed in a period, and open advances, with their money.

    `raised` are documents that give revenue back and add to it, where that is no habit: a correction
    may raise a price. `linked` says whether lines have a column that names what they correct.
    """
    back = lines.filter(lines["document_type"].isin(BACK))
    named = back.left_join(placed, back["corrects_invoice_id"] == placed["names"])
    alone, raised = named["names"].isnull() & linked, named["net_amount"] > 0
    none = ibis.null("string")
    totals = named.aggregate(
        back=named["invoice_id"].nunique(),
        back_amount=-named["net_amount"].sum(),
        orphans=alone.ifelse(named["invoice_id"], none).nunique(),
        orphans_amount=named["net_amount"].sum(where=alone).abs(),
        raised=raised.ifelse(named["invoice_id"], none).nunique(),
        raised_amount=named["net_amount"].sum(where=raised),
        raised_plainly=(raised & (named["document_type"] != "correction")).sum(),
    )
    found = only_row(totals) | only_row(_open_advances(lines))
    if not found["raised_plainly"] and 2 * found["raised"] <= found["back"]:
        found["raised"] = 0
    return found


def kinds_of_documents(lines: ir.Table) -> pd.DataFrame:
    """Return ``document_type, documents, lines, invoice_revenue``, the kinds in the contract's order."""
    counted = lines.group_by("document_type").aggregate(
        documents=lines["invoice_id"].nunique(),
        lines=lines["lines"].sum().cast("int64"),
        invoice_revenue=money_sum(lines["net_amount"]),
    )
    found = fetched(counted.order_by("document_type"))
    order = found["document_type"].map(list(DOCUMENT_TYPES).index).sort_values().index
    return found.loc[order].reset_index(drop=True)


def _open_advances(lines: ir.Table) -> ir.Table:
    """Count advances that no final invoice names or shares an order with."""
    final = lines.filter(lines["document_type"] == "final")
    by_order = final.select(settled=final["order_id"]).filter(ibis._["settled"].notnull())
    named = final.filter(final["corrects_invoice_id"].notnull())
    by_name = named_by(named, lines.select(there="invoice_id")).select(settled="one")
    ahead = lines.filter(lines["document_type"] == "advance")
    ahead = ahead.anti_join(by_order, ahead["order_id"] == by_order["settled"])
    ahead = ahead.anti_join(by_name, ahead["invoice_id"] == by_name["settled"])
    return ahead.aggregate(
        open_advances=ahead["invoice_id"].nunique(), open_advances_amount=ahead["net_amount"].sum()
    )
