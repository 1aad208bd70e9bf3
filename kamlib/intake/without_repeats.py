"""Each line once: sums of lines are none, a file counts once, and repeats are left as declared."""

from itertools import pairwise

import ibis
import ibis.expr.types as ir

from kamlib.core.contract import CONTRACT
from kamlib.core.errors import DataError
from kamlib.intake import reasons
from kamlib.intake.document_totals import without_document_totals
from kamlib.intake.sums import without_sums
from kamlib.intake.twice import numbers_once
from kamlib.intake.validate import Validated, validate
from kamlib.intake.workspace import Workspace, materialize_if_local


def lines_without_repeats(work: Workspace, *, known: dict[str, ir.Table]) -> Validated:
    """Return the validated invoice lines without sums of others and without what stands twice.

    Raises
    ------
    DataError
        Two files hold the same lines, or an invoice.
    """
    lines = without_sums(work, validate(work, "invoice_lines", known=known))
    lines = without_document_totals(work, lines)
    refuse_copies(work, lines)
    return numbers_once(work, without_repeats(work, lines))


def refuse_copies(work: Workspace, table: Validated) -> None:
    """Raise DataError if two files of a table hold the same rows, in whatever form and order.

    A file and its packed copy, a workbook and its export: every row would count twice. Files whose
    rows differ in a single one are left to the count of identical rows.

    Notes
    -----
    Only of files that are kept as text; two equal Parquet files are told by their bytes.
    """
    if len(table.raw.files) < 2 or table.fine is not None or not work.owns(table.rows):
        return
    amount = CONTRACT[table.name].amount
    used, names = table.used, table.raw.names
    told = next(name for name in CONTRACT[table.name].names if name in names)
    weight = {"lowest": used[told].min(), "highest": used[told].max()}
    weight |= {"weight": used[amount].sum()} if amount in names else {}
    counted = used.group_by("_file").aggregate(n=used.count(), **weight)
    order = ["n", *weight, "_file"]
    files = [
        list(row.values()) for row in counted.select(order).order_by(order).to_pyarrow().to_pylist()
    ]
    for (*one, first), (*other, second) in pairwise(files):
        if one == other and _same_rows(used, names, first, second):
            shown = table.raw.files
            raise DataError(
                f"{shown[second]} holds the same {one[0]} rows as {shown[first]}, so that every one "
                f"would count twice. Take one of the two files out of inputs.{table.name} in "
                f"engagement.yaml."
            )


def _same_rows(used: ir.Table, names: list[str], first: int, second: int) -> bool:
    """Tell whether two files hold the same rows, each as often."""
    one, other = (used.filter(used["_file"] == file).select(names) for file in (first, second))
    rest = ibis.difference(one, other, distinct=False)
    return not rest.limit(1).count().to_pyarrow().as_py()


def without_repeats(work: Workspace, table: Validated) -> Validated:
    """Set aside each used row that repeats an earlier one in every column that was read.

    Only where the engagement says ``identical_rows: quarantine``.
    """
    if work.engagement.inputs[table.name].identical_rows == "keep":
        return table
    again = _stands_before(table)
    whole = table.rows.mutate(
        _column=again.ifelse("", table.rows["_column"]),
        _reason=again.ifelse(reasons.REPEATS, table.rows["_reason"]),
        _value=again.ifelse(ibis.null("string"), table.rows["_value"]),
    )
    return table._replace(rows=materialize_if_local(work, f"{table.name}_once", whole), fine=None)


def _stands_before(table: Validated) -> ir.BooleanValue:
    """Return whether an earlier used row is the same in every column that was read."""
    rows = table.rows
    fine = rows["_reason"].isnull()
    place = ibis.row_number().over(
        group_by=[fine, *(rows[name] for name in table.raw.names)],
        order_by=[rows["_file"], rows["_row"]],
    )
    return fine & (place > 0)
