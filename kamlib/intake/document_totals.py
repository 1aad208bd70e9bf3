"""Totals of documents among their lines: one row for each invoice that has what its other rows add up to.

Programs export documents with their lines below one another, and the row of the document has its
number, day and customer as the lines have. What tells it, is that it names no product, that its
amount is the sum of the others and so is its quantity, if it has one. Counted as a line, it doubles
the revenue.
"""

from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from kamlib.core.language import N_
from kamlib.intake.documents import money_sum
from kamlib.intake.engines import answering, engine_of, one_of, written
from kamlib.intake.reasons import A_TOTAL
from kamlib.intake.validate import Validated
from kamlib.intake.workspace import Workspace, materialize_if_local

DOCUMENT = ("invoice_id", "customer_id", "date")
OF_A_LINE = ("product_id", "quantity", "line_id")
WORDS = ("razem", "suma", "ogółem", "łącznie", "total", "sum", "summe", "gesamt")
FEWEST = 3  # documents from which a habit of the export shows
MAYBE_TOTALS = N_("rows without product or quantity that have as much as the rest of their invoice")
COUNTED = ("_fine", "_bare", "_whole", "_others", "_full")


class Seen(NamedTuple):
    """Rows that may be totals, one a document, and how many of them are a sum of lines."""

    bare: int
    of_several: int
    of_one: int

    def is_a_habit(self, *, told: bool) -> bool:
        """Tell whether most such rows are sums; where no column tells a line, so good as all."""
        found = self.of_several + self.of_one
        return found >= FEWEST and (2 * found > self.bare if told else 10 * found >= 9 * self.bare)


def without_document_totals(work: Workspace, lines: Validated) -> Validated:
    """Set aside, with no amount, the rows of documents that are the sums of their lines.

    The sum of a single line is taken for a total only where the export has the habit: that row may
    be a second line as well. Where lines have neither product nor quantity, any row may be one, and
    only the habit tells.
    """
    told = [name for name in OF_A_LINE if name in lines.raw.names]
    if "net_amount" not in lines.raw.names or (told and not _any_bare(lines.used, told)):
        return lines
    seen = _seen(_counted(lines.used, told), told)
    habit = seen.is_a_habit(told=bool(told))
    if not (habit or (told and seen.of_several)):
        lines.raw.notes[MAYBE_TOTALS] += seen.of_one if told else 0
        return lines
    least = 1 if habit and told else 2
    marked = _counted(lines.rows, told)
    is_total = _is_sum(marked) & (marked["_others"] >= least)
    money = {
        name: is_total.ifelse(ibis.null(kind), marked[name])
        for name, kind in lines.rows.schema().items()
        if kind.is_decimal()
    }
    whole = marked.mutate(
        _column=is_total.ifelse("", marked["_column"]),
        _reason=is_total.ifelse(A_TOTAL, marked["_reason"]),
        _value=is_total.ifelse(written(marked["net_amount"]), marked["_value"]),
        **money,
    ).drop(*COUNTED)
    return lines._replace(rows=materialize_if_local(work, "lines_without_totals", whole), fine=None)


def _bare(rows: ir.Table, told: list[str]) -> ir.BooleanValue:
    """Return whether a row names no product and no quantity, or a word for a total instead.

    The one row without a product may also have the quantity of all others, or be one piece.
    """
    bare: ir.BooleanValue = ibis.literal(True)
    for name in told if told == ["line_id"] else [n for n in told if n != "line_id"]:
        bare = bare & (_no_product(rows) if name == "product_id" else rows[name].isnull())
    if not {"product_id", "quantity"} <= set(told):
        return bare
    of_it, quantity = ibis.window(group_by=DOCUMENT), rows["quantity"]
    lacking = _no_product(rows).ifelse(1, 0).sum().over(of_it)
    of_all = (quantity + quantity == money_sum(quantity).over(of_it)) & (quantity != 0)
    of_all = of_all | (quantity == 1)  # some programs count the document as one
    return bare | (_no_product(rows) & (lacking == 1) & of_all).fill_null(False)


def _no_product(rows: ir.Table) -> ir.BooleanValue:
    product = rows["product_id"]
    return product.isnull() | one_of(product.lower(), WORDS)


def _any_bare(used: ir.Table, told: list[str]) -> bool:
    """Tell whether some of the rows may be totals, and others are not."""
    marked = used.mutate(_bare=_bare(used, told))
    counted = marked.aggregate(bare=marked["_bare"].sum(), every=marked.count())
    with answering(engine_of(used), "inputs.invoice_lines.database"):
        found = counted.to_pyarrow().to_pylist()[0]
    return 0 < (found["bare"] or 0) < found["every"]


def _counted(rows: ir.Table, told: list[str]) -> ir.Table:
    """Add what the rows of each document add up to, and how many others and how many lines it has."""
    fine = rows["_reason"].isnull() if "_reason" in rows.columns else ibis.literal(True)
    rows = rows.mutate(_fine=fine, _bare=_bare(rows, told))
    of_it = ibis.window(group_by=["_fine", *DOCUMENT])
    line = (rows["_bare"] & ibis.literal(bool(told))).ifelse(0, 1)
    return rows.mutate(
        _whole=money_sum(rows["net_amount"]).over(of_it),
        _others=rows.count().over(of_it) - 1,
        _full=line.sum().over(of_it),
    )


def _is_sum(rows: ir.Table) -> ir.BooleanValue:
    """Return whether a row has what all others of its document have together."""
    net = rows["net_amount"]
    twice = net + net == rows["_whole"]
    return (rows["_fine"] & rows["_bare"] & (rows["_full"] > 0) & (net != 0) & twice).fill_null(
        False
    )


def _seen(rows: ir.Table, told: list[str]) -> Seen:
    """Count the rows that may be totals: without a column that tells, one for each document."""
    is_sum, others = _is_sum(rows), rows["_others"]
    beside = rows["_bare"] & (rows["_full"] > 0) & (others >= (1 if told else 2))
    totals = rows.aggregate(
        bare=rows.count(where=beside) if told else _documents(rows),
        of_several=rows.count(where=is_sum & (others >= 2)),
        of_one=rows.count(where=is_sum & (others == 1) & ibis.literal(bool(told))),
    )
    with answering(engine_of(rows), "inputs.invoice_lines.database"):
        return Seen(**{name: int(n or 0) for name, n in totals.to_pyarrow().to_pylist()[0].items()})


def _documents(rows: ir.Table) -> ir.IntegerValue:
    """Return how many documents have three rows or more."""
    several = rows["_others"] >= 2
    share = 1.0 / (rows["_others"] + 1).cast("float64")
    return several.ifelse(share, 0.0).sum().round().cast("int64")
