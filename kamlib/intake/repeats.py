"""Each line once: what stands in two files, under one number or in two rows is found, and counts once.

Exports overlap, a file is downloaded again after a change, a table is joined with another that has
more rows. The ledger inside ties all the same, and revenue is too high by what stands twice.
"""

from itertools import pairwise
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd

from kamlib.core.contract import BACK, CONTRACT
from kamlib.core.errors import DataError
from kamlib.core.language import N_, money, number
from kamlib.intake.documents import KEY, money_sum, only_row
from kamlib.intake.engines import DECIMAL, answering, engine_of
from kamlib.intake.readers import XML_ENDINGS
from kamlib.intake.reasons import IN_ANOTHER_FILE, NUMBERED_TWICE, REPEATS
from kamlib.intake.totals import without_document_totals, without_sums
from kamlib.intake.validate import Validated, set_aside, validate
from kamlib.intake.workspace import Workspace, fetched

DOCUMENT = ["invoice_id", "customer_id", "date"]
FEW = 300_000  # rows that the engine groups whole as fast
KEPT = N_("lines whose invoice stands twice, kept as declared")
SPREAD = N_("invoices with lines of different numbers in several files, all of them counted")
BETWEEN = ":"  # of file and row, where a row stands that counts


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
    rows differ in a single one are left to the count of identical rows. Only of files that are kept as
    text; two equal Parquet files are told by their bytes.
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
    rows = table.rows
    fine = rows["_reason"].isnull()
    place = ibis.row_number().over(
        group_by=[fine, *(rows[name] for name in table.raw.names)],
        order_by=[rows["_file"], rows["_row"]],
    )
    again = fine & (place > 0)
    return set_aside(work, table, rows, again, f"{table.name}_once", reason=REPEATS)


def numbers_once(work: Workspace, lines: Validated) -> Validated:
    """Set aside lines whose invoice and line number stand in an earlier row.

    What gives back may show a line before and after under one number. The engagement says
    by ``repeated_invoices`` what becomes of an invoice of one number, customer and day in two files:
    it is refused, or the later file's lines are set aside, or kept. Where lines have numbers, these
    tell whether files share an invoice or each has a part of it; a file of invoices has them whole.

    Raises
    ------
    DataError
        An invoice stands in two files, and nobody has said what becomes of it.
    """
    rule = work.engagement.inputs["invoice_lines"].repeated_invoices
    used, numbered = lines.used, "line_id" in lines.raw.names
    number = ["line_id"] if numbered else []
    whole_ones = any(name.lower().endswith(XML_ENDINGS) for name in lines.raw.files)
    in_file = DOCUMENT if whole_ones else [*DOCUMENT, *number]
    several = len(lines.raw.files) > 1 and not work.engagement.inputs["invoice_lines"].database
    shared = _in_two_files(used, in_file) if several else None
    if shared is not None and rule == "refuse" and shared["n"]:
        _refuse(shared, lines, work.engagement.currency)
    in_files = bool(shared and shared["n"])
    if several and number and not (whole_ones or in_files):
        lines.raw.notes[SPREAD] += _in_two_files(used, DOCUMENT)["n"]
    if not (in_files or (numbered and _numbered_twice(used, [*DOCUMENT, *number]))):
        return lines
    marked = _marked(lines, in_file if in_files else [], numbers=number)
    again = marked["_why"].notnull()
    if rule == "keep":
        lines.raw.notes[KEPT] += marked.filter(again).count().to_pyarrow().as_py()
        return lines
    why, first, name = marked["_why"], marked["_first"], "invoice_lines_numbered"
    return set_aside(work, lines, marked, again, name, reason=why, value=first)


def _in_two_files(used: ir.Table, key: list[str]) -> dict[str, Any]:
    """Return how many lines or invoices stand in two files, their money, and the first of them."""
    known = used.filter(used["invoice_id"].notnull())
    each = known.group_by(key).aggregate(
        one=known["_file"].min(), other=known["_file"].max(), amount=money_sum(known["net_amount"])
    )
    twice = each.filter(each["one"] != each["other"])
    total = twice.aggregate(n=twice["invoice_id"].nunique(), amount=twice["amount"].sum())
    found: dict[str, Any] = total.to_pyarrow().to_pylist()[0]
    first = fetched(twice.order_by([*key, "one"]).limit(1)) if found["n"] else pd.DataFrame()
    return {**found, "first": first.to_dict("records")}


def _refuse(shared: dict[str, Any], lines: Validated, currency: str) -> None:
    """Raise DataError because an invoice stands in two files."""
    first, files = shared["first"][0], lines.raw.files
    raise DataError(
        f"{number(shared['n'])} invoices stand in more than one file (both together "
        f"{money(float(shared['amount'] or 0), currency)}), so that they would count twice; the first "
        f"is {first['invoice_id']} of {first['date']:%Y-%m-%d}, in {files[first['one']]} and in "
        f"{files[first['other']]}. Take one of the files out of inputs.invoice_lines.files, or say "
        f"there what becomes of them: repeated_invoices: set_aside (the earlier file counts) or keep "
        f"(each file has a part of the invoice)."
    )


def _numbered_twice(used: ir.Table, key: list[str]) -> bool:
    """Tell whether a line number stands twice on an invoice."""
    known = used.filter(_has_number(used))
    known = known.mutate(_apart=_apart(known))
    each = known.group_by([*key, "_apart"]).aggregate(n=known.count())
    again = each.filter(each["n"] > 1).limit(1).count()
    with answering(engine_of(used), KEY):
        return bool(again.to_pyarrow().as_py())


def _has_number(rows: ir.Table) -> ir.BooleanValue:
    """Return whether a line has a number, and an amount."""
    return rows["line_id"].notnull() & rows["net_amount"].notnull()


def _apart(rows: ir.Table) -> ir.DecimalValue:
    """Return what may tell two lines of one number apart: the amount, where something is given back.

    A correction shows a line before and after; of what is sold there is one line of a number.
    """
    back = rows["document_type"].isin(BACK).fill_null(False) | (rows["net_amount"] < 0)
    return back.ifelse(rows["net_amount"], ibis.null(DECIMAL))


def _marked(lines: Validated, in_file: list[str], *, numbers: list[str]) -> ir.Table:
    """Add to each line why it is one too many, null where it is none, and where the first stands.

    `in_file` is what no two files may share, nothing where no two do; `numbers` the column of the
    lines' numbers, where they have them.
    """
    rows = lines.rows
    rows = rows.mutate(_fine=rows["_reason"].isnull())
    rows = rows.mutate(
        _may=rows["_fine"] & (_has_number(rows) if numbers else ibis.literal(False)),
        _apart=_apart(rows),
    )
    of_it = ["_fine", *DOCUMENT, *numbers]
    order = ["_file", "_row", "net_amount", *lines.raw.names]
    rows = rows.mutate(
        _earliest=rows["_file"].min().over(ibis.window(group_by=["_fine", *(in_file or of_it)])),
        _top=rows["_row"].min().over(ibis.window(group_by=[*of_it, "_file"])),
        _place=ibis.row_number().over(
            ibis.window(group_by=[*of_it, "_may", "_apart"], order_by=order)
        ),
    )
    elsewhere = rows["_fine"] & (rows["_file"] > rows["_earliest"]) & bool(in_file)
    numbered = rows["_may"] & (rows["_place"] > 0)
    why = ibis.cases(
        (elsewhere, IN_ANOTHER_FILE), (numbered, NUMBERED_TWICE), else_=ibis.null("string")
    )
    where = rows["_file"].cast("string").concat(BETWEEN, rows["_top"].cast("string"))
    where = elsewhere.ifelse(rows["_earliest"].cast("string"), where)
    return rows.mutate(_why=why, _first=where)


def identical(work: Workspace, judged: Validated) -> dict[str, Any]:
    """Count the used lines that repeat another in every column that was read, and their money.

    Of many lines, only those are compared whole that share a 64-bit hash with another: equal lines
    do, so none is missed, and lines that share it by chance are told apart.
    """
    names = judged.raw.names
    lines = judged.used.select(sorted({*names, "net_amount"}))
    if work.owns(lines) and judged.raw.rows > FEW:
        lines = _that_share_a_hash(work, lines, names)
    groups = lines.group_by(names).aggregate(same=lines.count(), each=lines["net_amount"].max())
    again = groups.filter(groups["same"] > 1).mutate(extra=groups["same"] - 1)
    counted = again.aggregate(
        identical=again["extra"].sum(),
        identical_amount=(again["each"] * again["extra"]).cast(DECIMAL).sum().cast(DECIMAL),
    )
    return only_row(counted)


def _that_share_a_hash(work: Workspace, lines: ir.Table, names: list[str]) -> ir.Table:
    """Return the lines whose hash another line has."""
    quoted = ", ".join('"' + name.replace('"', '""') + '"' for name in names)
    query = f'SELECT *, hash({quoted}) AS "_hash" FROM ({work.con.compile(lines)})'
    shared = f'SELECT "_hash" FROM ({query}) GROUP BY "_hash" HAVING count(*) > 1'
    work.con.raw_sql(f"CREATE OR REPLACE TABLE shared_hashes AS {shared}")
    work.con.raw_sql(
        f'CREATE OR REPLACE TABLE maybe_identical AS SELECT * EXCLUDE ("_hash") FROM ({query}) '
        f'SEMI JOIN shared_hashes USING ("_hash")'
    )
    return work.con.table("maybe_identical")
