"""Totals among lines: rows that have what other rows of their document or file add up to.

Programs export documents with their lines below one another, and the row of the document has its
number, day and customer as the lines have; a list summed in a spreadsheet ends in an amount beside empty
cells. No word tells them; the sum does. Counted as lines they double the revenue. What is no sum stays
what it was.
"""

from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from kamlib.core.language import N_
from kamlib.intake.documents import KEY, money_sum, only_row
from kamlib.intake.engines import answering, engine_of, one_of, written
from kamlib.intake.reasons import A_TOTAL
from kamlib.intake.validate import Validated, set_aside
from kamlib.intake.workspace import Workspace, fetched, lookup

DOCUMENT = ("invoice_id", "customer_id", "date")
OF_A_LINE = ("product_id", "quantity", "line_id")
WORDS = ("razem", "suma", "ogółem", "łącznie", "total", "sum", "summe", "gesamt")
FEWEST = 3  # documents from which a habit of the export shows
SUMMED = 2  # a row that equals one line above it may be that line's second half
NEVER_OF_A_TOTAL = ("line_id", "product_id")  # a total has none of them
MOST = 20_000  # rows without document and day; a file with more has another fault
MAYBE_TOTALS = N_("rows without product or quantity that have as much as the rest of their invoice")


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
    found = seen["of_several"] + seen["of_one"]
    # most such rows are sums; where no column tells a line, so good as all
    habit = 2 * found > seen["bare"] if told else 10 * found >= 9 * seen["bare"]
    habit = habit and found >= FEWEST
    if not (habit or (told and seen["of_several"])):
        lines.raw.notes[MAYBE_TOTALS] += seen["of_one"] if told else 0
        return lines
    rows = _counted(lines.rows, told)
    is_total = _is_sum(rows) & (rows["_others"] >= (1 if habit and told else 2))
    shown = written(rows["net_amount"])
    name = "lines_without_totals"
    return set_aside(work, lines, rows, is_total, name, reason=A_TOTAL, value=shown)


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
    with answering(engine_of(used), KEY):
        found = only_row(counted)
    return 0 < found["bare"] < found["every"]


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


def _seen(rows: ir.Table, told: list[str]) -> dict[str, int]:
    """Count the rows that may be totals: without a column that tells, one for each document."""
    is_sum, others = _is_sum(rows), rows["_others"]
    beside = rows["_bare"] & (rows["_full"] > 0) & (others >= (1 if told else 2))
    totals = rows.aggregate(
        bare=rows.count(where=beside) if told else _documents(rows),
        of_several=rows.count(where=is_sum & (others >= 2)),
        of_one=rows.count(where=is_sum & (others == 1) & ibis.literal(bool(told))),
    )
    with answering(engine_of(rows), KEY):
        return only_row(totals)


def _documents(rows: ir.Table) -> ir.IntegerValue:
    """Return how many documents have three rows or more."""
    several = rows["_others"] >= 2
    share = 1.0 / (rows["_others"] + 1).cast("float64")
    return several.ifelse(share, 0.0).sum().round().cast("int64")


def without_sums(work: Workspace, lines: Validated) -> Validated:
    """Set aside as totals the broken lines that are sums of lines above them, with no amount."""
    rows = lines.rows
    if lines.fine is not None or not work.owns(rows) or "net_amount" not in lines.raw.names:
        return lines
    bare = rows["_reason"].notnull() & (rows["net_amount"].notnull() | (rows["_reason"] == A_TOTAL))
    for field in lines.fields:
        if field.tells_a_line or field.name in NEVER_OF_A_TOTAL:
            bare = bare & rows[field.name].isnull()
    n = rows.filter(bare & rows["net_amount"].notnull()).count().to_pyarrow().as_py()
    if not 0 < n <= MOST:
        return lines
    sums = [(bound["_file"], bound["_row"]) for bound in _sums(_bounds(rows, bare))]
    if not sums:
        return lines
    files, places = zip(*sums, strict=True)
    table = {"sum_file": pa.array(files, pa.int32()), "sum_row": pa.array(places, pa.int64())}
    known = lookup(work, "sums_of_lines", pa.table(table), like=rows)
    same = [rows["_file"] == known["sum_file"], rows["_row"] == known["sum_row"]]
    joined = rows.left_join(known, same)
    is_sum, shown = joined["sum_row"].notnull(), joined["net_amount"].cast("string")
    name = "invoice_lines_without_sums"
    return set_aside(work, lines, joined, is_sum, name, reason=A_TOTAL, value=shown)


def _bounds(rows: ir.Table, bare: ir.BooleanValue) -> list[dict]:
    """Return the rows without document and day in order, with what stands above them in the file."""
    line = rows.mutate(_bare=bare, _own=bare.ifelse(0, rows["net_amount"]).fill_null(0))
    window = ibis.cumulative_window(group_by="_file", order_by="_row")
    wide = line.mutate(
        told=line["_reason"] == A_TOTAL,
        above=line["_own"].sum().over(window),
        lines=(~line["_bare"]).sum().over(window),
    )
    found = wide.filter(wide["_bare"]).order_by(["_file", "_row"])
    columns = ("_file", "_row", "told", "above", "lines")
    return fetched(found.select(*columns, amount="net_amount")).to_dict("records")


def _sums(bounds: list[dict]) -> list[dict]:
    """Return the rows whose amount is what was added since the file began, or since another bound.

    A row that is no sum is a line: it counts in the sums below it.
    """
    found: list[dict] = []
    file, counted, more = None, 0, 0
    began: dict[Any, int] = {}
    for bound in bounds:
        if bound["_file"] != file:
            file, counted, more, began = bound["_file"], 0, 0, {0: 0}
        above, lines, told = bound["above"] + more, bound["lines"] + counted, bound["told"]
        first = None if told else began.get(above - bound["amount"])
        if told or (first is not None and lines - first >= SUMMED):
            found += [] if told else [bound]
            began.setdefault(above, lines)
        else:
            more, counted = more + bound["amount"], counted + 1
    return found
