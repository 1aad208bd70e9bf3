"""Rows without document and day whose amount is the sum of lines above them: totals without a word.

A list summed in a spreadsheet ends in an amount beside empty cells, and a report by customer prints
the customer's name there. Neither is told from a broken line by its words; the sum tells. What is
no sum stays what it was: a line without its document, with its money.
"""

from typing import Any, NamedTuple

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from kamlib.intake.reasons import A_TOTAL
from kamlib.intake.validate import Validated
from kamlib.intake.workspace import Workspace, fetched, lookup, materialize

SUMMED = 2  # a row that equals one line above it may be that line's second half
OF_A_LINE = ("line_id", "product_id")  # a total has none of them
MOST = 20_000  # rows without document and day; a file with more has another fault


class Bound(NamedTuple):
    """A row without document and day: how many lines stand above it, and their sum."""

    file: int
    row: int
    told: bool
    amount: Any
    lines: int
    above: Any


def without_sums(work: Workspace, lines: Validated) -> Validated:
    """Set aside as totals the broken lines that are sums of lines above them, with no amount."""
    rows = lines.rows
    if lines.fine is not None or not work.owns(rows) or "net_amount" not in lines.raw.names:
        return lines
    bare = rows["_reason"].notnull() & (rows["net_amount"].notnull() | (rows["_reason"] == A_TOTAL))
    for field in lines.fields:
        if field.tells_a_line or field.name in OF_A_LINE:
            bare = bare & rows[field.name].isnull()
    n = rows.filter(bare & rows["net_amount"].notnull()).count().to_pyarrow().as_py()
    if not 0 < n <= MOST:
        return lines
    sums = [(bound.file, bound.row) for bound in _sums(_bounds(rows, bare))]
    return lines._replace(rows=_marked(work, rows, sums)) if sums else lines


def _bounds(rows: ir.Table, bare: ir.BooleanValue) -> list[Bound]:
    """Return the rows without document and day in order, with what stands above them in the file."""
    line = rows.mutate(_bare=bare, _own=bare.ifelse(0, rows["net_amount"]).fill_null(0))
    above = ibis.cumulative_window(group_by="_file", order_by="_row")
    wide = line.mutate(
        _above=line["_own"].sum().over(above), _lines=(~line["_bare"]).sum().over(above)
    )
    found = wide.filter(wide["_bare"]).order_by(["_file", "_row"])
    frame = fetched(
        found.select(
            "_file",
            "_row",
            told=found["_reason"] == A_TOTAL,
            amount="net_amount",
            lines=found["_lines"],
            above=found["_above"],
        )
    )
    return [Bound(*row) for row in frame.itertuples(index=False, name=None)]


def _sums(bounds: list[Bound]) -> list[Bound]:
    """Return the rows whose amount is what was added since the file began, or since another bound.

    A row that is no sum is a line: it counts in the sums below it.
    """
    found: list[Bound] = []
    file, counted, more = None, 0, 0
    began: dict[Any, int] = {}
    for bound in bounds:
        if bound.file != file:
            file, counted, more, began = bound.file, 0, 0, {0: 0}
        above, lines = bound.above + more, bound.lines + counted
        first = None if bound.told else began.get(above - bound.amount)
        if bound.told or (first is not None and lines - first >= SUMMED):
            found += [] if bound.told else [bound]
            began.setdefault(above, lines)
        else:
            more, counted = more + bound.amount, counted + 1
    return found


def _marked(work: Workspace, rows: ir.Table, sums: list[tuple[int, int]]) -> ir.Table:
    """Give rows the reason of a total, and take their money away."""
    files, places = zip(*sums, strict=True)
    table = pa.table(
        {"sum_file": pa.array(files, pa.int32()), "sum_row": pa.array(places, pa.int64())}
    )
    known = lookup(work, "sums_of_lines", table, like=rows)
    joined = rows.left_join(
        known, [rows["_file"] == known["sum_file"], rows["_row"] == known["sum_row"]]
    )
    is_sum = joined["sum_row"].notnull()
    money = {
        name: is_sum.ifelse(ibis.null(kind), joined[name])
        for name, kind in rows.schema().items()
        if kind.is_decimal()
    }
    whole = joined.mutate(
        _column=is_sum.ifelse("", joined["_column"]),
        _reason=is_sum.ifelse(A_TOTAL, joined["_reason"]),
        _value=is_sum.ifelse(joined["net_amount"].cast("string"), joined["_value"]),
        **money,
    ).drop("sum_file", "sum_row")
    return materialize(work, "invoice_lines_without_sums", whole)
