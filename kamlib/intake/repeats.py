"""Each line once: what stands in two files, under one number or in two rows, and sums of other lines.

Exports overlap, a file is downloaded again after a change, a table is joined with another that has
more rows. The ledger inside ties all the same, and revenue is too high by what stands twice.

Programs export documents with their lines below one another, and the row of the document has its
number, day and customer as the lines have; a list summed in a spreadsheet ends in an amount beside empty
cells. No word tells them; the sum does. What is no sum stays what it was.
"""

from itertools import pairwise
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from kamlib.core.contract import BACK, CONTRACT
from kamlib.core.errors import DataError
from kamlib.core.language import N_, money, number
from kamlib.intake.documents import KEY, money_sum, only_row
from kamlib.intake.engines import DECIMAL, answering, engine_of, one_of, written
from kamlib.intake.readers import XML_ENDINGS
from kamlib.intake.reasons import A_TOTAL, IN_ANOTHER_FILE, NUMBERED_TWICE, REPEATS
from kamlib.intake.validate import Validated, set_aside, validate
from kamlib.intake.workspace import Workspace, fetched, has_rows, lookup

DOCUMENT = ["invoice_id", "customer_id", "date"]
MANY = 300_000  # rows; the engine groups fewer of them whole as fast
KEPT = N_("lines whose invoice stands twice, kept as declared")
SPREAD = N_("invoices with lines of different numbers in several files, all of them counted")
BETWEEN = ":"  # of file and row, where a row stands that counts
OF_A_LINE = ("product_id", "quantity", "line_id")
WORDS = ("razem", "suma", "ogółem", "łącznie", "total", "sum", "summe", "gesamt")
FEWEST = 3  # documents from which a habit of the export shows
SUMMED = 2  # a row that equals one line above it may be that line's second half
NEVER_OF_A_TOTAL = ("line_id", "product_id")  # a total has none of them
MOST = 20_000  # rows without document and day; a file with more has another fault
MAYBE_TOTALS = N_("rows without product or quantity that have as much as the rest of their invoice")


def lines_without_repeats(work: Workspace, *, known: dict[str, ir.Table]) -> Validated:
    """Return the validated invoice lines without sums of others and without what stands twice."""
    lines = without_sums(work, validate(work, "invoice_lines", known=known))
    lines = without_document_totals(work, lines)
    refuse_copies(work, lines)
    return numbers_once(work, without_repeats(work, lines))


def refuse_copies(work: Workspace, table: Validated) -> None:
    """Raise DataError if two files of a table hold the same rows, in whatever form and order.

    A file and its packed copy, a workbook and its export. Files whose rows differ in a single one are
    left to the count of identical rows; two equal Parquet files are told by their bytes.
    """
    if len(table.raw.files) < 2 or table.fine is not None or not work.owns(table.rows):
        return
    amount = CONTRACT[table.name].amount
    used, names = table.used, table.raw.names
    first_column = next(name for name in CONTRACT[table.name].names if name in names)
    weight = {"lowest": used[first_column].min(), "highest": used[first_column].max()}
    weight |= {"weight": used[amount].sum()} if amount in names else {}
    counted = used.group_by("_file").aggregate(n=used.count(), **weight)
    order = ["n", *weight, "_file"]
    rows = counted.select(order).order_by(order).to_pyarrow().to_pylist()
    for (*one, first), (*other, second) in pairwise(row.values() for row in rows):
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
    return not has_rows(ibis.difference(one, other, distinct=False))


def without_repeats(work: Workspace, table: Validated) -> Validated:
    """Set aside, if so declared, each used row that repeats an earlier one in every column."""
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
    with answering(engine_of(used), KEY):
        return has_rows(each.filter(each["n"] > 1))


def _has_number(rows: ir.Table) -> ir.BooleanValue:
    """Return whether a line has a number, and an amount."""
    return rows["line_id"].notnull() & rows["net_amount"].notnull()


def _apart(rows: ir.Table) -> ir.DecimalValue:
    """Return what tells two lines of one number apart: the amount of a correction, which shows two."""
    back = rows["document_type"].isin(BACK).fill_null(False) | (rows["net_amount"] < 0)
    return back.ifelse(rows["net_amount"], ibis.null(DECIMAL))


def _marked(lines: Validated, in_file: list[str], *, numbers: list[str]) -> ir.Table:
    """Add to each line why it is one too many, null where it is none, and where the first stands.

    `in_file` is what no two files may share, nothing where no two do.
    """
    rows = lines.rows.mutate(_fine=lines.rows["_reason"].isnull())
    may = rows["_fine"] & (_has_number(rows) if numbers else ibis.literal(False))
    rows = rows.mutate(_may=may, _apart=_apart(rows))
    of_it = ["_fine", *DOCUMENT, *numbers]
    order = ["_file", "_row", "net_amount", *lines.raw.names]
    again = ibis.window(group_by=[*of_it, "_may", "_apart"], order_by=order)
    rows = rows.mutate(
        _earliest=rows["_file"].min().over(ibis.window(group_by=["_fine", *(in_file or of_it)])),
        _top=rows["_row"].min().over(ibis.window(group_by=[*of_it, "_file"])),
        _place=ibis.row_number().over(again),
    )
    elsewhere = rows["_fine"] & (rows["_file"] > rows["_earliest"]) & bool(in_file)
    numbered = rows["_may"] & (rows["_place"] > 0)
    why = ibis.cases(
        (elsewhere, IN_ANOTHER_FILE), (numbered, NUMBERED_TWICE), else_=ibis.null("string")
    )
    where = rows["_file"].cast("string").concat(BETWEEN, rows["_top"].cast("string"))
    where = elsewhere.ifelse(rows["_earliest"].cast("string"), where)
    return rows.mutate(_why=why, _first=where)


def identical(work: Workspace, table: Validated) -> dict[str, Any]:
    """Count the used lines that repeat another in every column that was read, and their money.

    Of many lines, only those are compared whole that share a 64-bit hash with another, as equal lines do.
    """
    names = table.raw.names
    lines = table.used.select(sorted({*names, "net_amount"}))
    if work.owns(lines) and table.raw.rows > MANY:
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


# ------------------------------------------------------------------------------- totals
def without_document_totals(work: Workspace, lines: Validated) -> Validated:
    """Set aside, with no amount, the rows of documents that are the sums of their lines.

    The sum of a single line is taken for a total only where the export has the habit: that row may
    be a second line as well. Where lines have neither product nor quantity, any row may be one, and
    only the habit tells.
    """
    telling = [name for name in OF_A_LINE if name in lines.raw.names]
    if "net_amount" not in lines.raw.names or (telling and not _any_bare(lines.used, telling)):
        return lines
    seen = _seen(_counted(lines.used, telling), telling)
    found = seen["of_several"] + seen["of_one"]
    # most such rows are sums; where no column tells a line, so good as all
    habit = 2 * found > seen["bare"] if telling else 10 * found >= 9 * seen["bare"]
    habit = habit and found >= FEWEST
    if not (habit or (telling and seen["of_several"])):
        lines.raw.notes[MAYBE_TOTALS] += seen["of_one"] if telling else 0
        return lines
    rows = _counted(lines.rows, telling)
    is_total = _is_sum(rows) & (rows["_others"] >= (1 if habit and telling else 2))
    shown = written(rows["net_amount"])
    name = "lines_without_totals"
    return set_aside(work, lines, rows, is_total, name, reason=A_TOTAL, value=shown)


def _bare(rows: ir.Table, telling: list[str]) -> ir.BooleanValue:
    """Return whether a row names no product and no quantity, or a word for a total instead.

    The one row without a product may also have the quantity of all others, or be one piece.
    """
    bare: ir.BooleanValue = ibis.literal(True)
    for name in telling if telling == ["line_id"] else [n for n in telling if n != "line_id"]:
        bare = bare & (_no_product(rows) if name == "product_id" else rows[name].isnull())
    if not {"product_id", "quantity"} <= set(telling):
        return bare
    of_it, quantity = ibis.window(group_by=DOCUMENT), rows["quantity"]
    lacking = _no_product(rows).ifelse(1, 0).sum().over(of_it)
    of_all = (quantity + quantity == money_sum(quantity).over(of_it)) & (quantity != 0)
    of_all = of_all | (quantity == 1)  # some programs count the document as one
    return bare | (_no_product(rows) & (lacking == 1) & of_all).fill_null(False)


def _no_product(rows: ir.Table) -> ir.BooleanValue:
    product = rows["product_id"]
    return product.isnull() | one_of(product.lower(), WORDS)


def _any_bare(used: ir.Table, telling: list[str]) -> bool:
    """Tell whether some of the rows may be totals, and others are not."""
    marked = used.mutate(_bare=_bare(used, telling))
    counted = marked.aggregate(bare=marked["_bare"].sum(), every=marked.count())
    with answering(engine_of(used), KEY):
        found = only_row(counted)
    return 0 < found["bare"] < found["every"]


def _counted(rows: ir.Table, telling: list[str]) -> ir.Table:
    """Add what the rows of each document add up to, and how many others and how many lines it has."""
    fine = rows["_reason"].isnull() if "_reason" in rows.columns else ibis.literal(True)
    rows = rows.mutate(_fine=fine, _bare=_bare(rows, telling))
    of_it = ibis.window(group_by=["_fine", *DOCUMENT])
    line = (rows["_bare"] & ibis.literal(bool(telling))).ifelse(0, 1)
    return rows.mutate(
        _whole=money_sum(rows["net_amount"]).over(of_it),
        _others=rows.count().over(of_it) - 1,
        _full=line.sum().over(of_it),
    )


def _is_sum(rows: ir.Table) -> ir.BooleanValue:
    """Return whether a row has what all others of its document have together."""
    net = rows["net_amount"]
    whole = (net != 0) & (net + net == rows["_whole"])
    return (rows["_fine"] & rows["_bare"] & (rows["_full"] > 0) & whole).fill_null(False)


def _seen(rows: ir.Table, telling: list[str]) -> dict[str, int]:
    """Count the rows that may be totals: without a column that tells, one for each document."""
    is_sum, others = _is_sum(rows), rows["_others"]
    beside = rows["_bare"] & (rows["_full"] > 0) & (others >= (1 if telling else 2))
    totals = rows.aggregate(
        bare=rows.count(where=beside) if telling else _documents(rows),
        of_several=rows.count(where=is_sum & (others >= 2)),
        of_one=rows.count(where=is_sum & (others == 1) & ibis.literal(bool(telling))),
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
        is_total=line["_reason"] == A_TOTAL,
        above=line["_own"].sum().over(window),
        lines=(~line["_bare"]).sum().over(window),
    )
    found = wide.filter(wide["_bare"]).order_by(["_file", "_row"])
    columns = ("_file", "_row", "is_total", "above", "lines")
    return fetched(found.select(*columns, amount="net_amount")).to_dict("records")


def _sums(bounds: list[dict]) -> list[dict]:
    """Return the rows whose amount is what was added since the file began, or since another bound."""
    found: list[dict] = []
    file, counted, more = None, 0, 0
    began: dict[Any, int] = {}
    for bound in bounds:
        if bound["_file"] != file:
            file, counted, more, began = bound["_file"], 0, 0, {0: 0}
        above, lines, is_total = bound["above"] + more, bound["lines"] + counted, bound["is_total"]
        first = None if is_total else began.get(above - bound["amount"])
        if is_total or (first is not None and lines - first >= SUMMED):
            found += [] if is_total else [bound]
            began.setdefault(above, lines)
        else:  # no sum but a line: it counts in the sums below it
            more, counted = more + bound["amount"], counted + 1
    return found
