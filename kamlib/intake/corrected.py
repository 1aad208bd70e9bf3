"""What a credit note or a correction corrects: the invoices that it names, through others if need be.

A document may name an invoice, several, or another correction. It is placed in a period only when every
invoice that it comes to is in the input and all of them are of one period; an amount is never divided.
"""

import ibis
import ibis.expr.types as ir

from kamlib.core.contract import BACK, SEVERAL
from kamlib.intake.lines import period_of
from kamlib.intake.workspace import Workspace, materialize

LONGEST = 10  # corrections of each other in a row; longer ones name each other in a circle
BETWEEN = r"\s*(?:[;,|+&\n]|\s/\s|\si\s|\soraz\s|\sand\s)\s*"  # the invoices that one cell names


def placed_in(lines: ir.Table, work: Workspace) -> ir.Table:
    """Return to which period belongs what names an invoice, or several: ``names, earned_period``.

    Without a row for what cannot be placed; the period is null outside all of them.

    Parameters
    ----------
    lines : table from `kamlib.intake.documents.documents_of`
    work : the workspace

    Notes
    -----
    An invoice's day is its first.
    """
    sales = lines.filter(~lines["document_type"].isin(BACK))
    sold = materialize(
        work, "sold_on", sales.group_by(sold="invoice_id").aggregate(sold_on=sales["date"].min())
    )
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
    return materialize(
        work, "placed", whole.select("names", earned_period=whole["first"].nullif(""))
    )


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
    step = materialize(
        work, "named_further", step.anti_join(sold, step["by"] == sold["sold"]).distinct()
    )
    ends = named
    for place in range(LONGEST):
        if (
            not ends.semi_join(step, ends["one"] == step["by"])
            .limit(1)
            .count()
            .to_pyarrow()
            .as_py()
        ):
            break
        further = ends.left_join(step, ends["one"] == step["by"])
        further = further.select("names", one=ibis.coalesce(further["after"], further["one"]))
        ends = materialize(work, f"named_{place}", further.distinct())
    return ends
