"""Invoices that stand twice: in two files, or with one line number in two rows; counted once.

Exports overlap, a file is downloaded again after a change, a table is joined with another that has
more rows. The ledger inside ties all the same, and revenue is too high by what stands twice.
"""

from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd

from kamlib.core.contract import BACK
from kamlib.core.errors import DataError
from kamlib.core.language import N_, money, number
from kamlib.intake.documents import KEY, money_sum
from kamlib.intake.engines import DECIMAL, answering, engine_of
from kamlib.intake.invoices_xml import XML_ENDINGS
from kamlib.intake.reasons import IN_ANOTHER_FILE, NUMBERED_TWICE
from kamlib.intake.validate import Validated
from kamlib.intake.workspace import Workspace, fetched, materialize_if_local

DOCUMENT = ["invoice_id", "customer_id", "date"]
KEPT = N_("lines whose invoice stands twice, kept as declared")
SPREAD = N_("invoices with lines of different numbers in several files, all of them counted")
BETWEEN = ":"  # of file and row, where a row stands that counts


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
    shared = _shared(used, in_file) if several else None
    if shared is not None and rule == "refuse" and shared["n"]:
        _refuse(shared, lines, work.engagement.currency)
    in_files = bool(shared and shared["n"])
    if several and number and not (whole_ones or in_files):
        lines.raw.notes[SPREAD] += _shared(used, DOCUMENT)["n"]
    if not (in_files or (numbered and _numbered_twice(used, [*DOCUMENT, *number]))):
        return lines
    marked = _marked(lines, in_file if in_files else [], numbers=number)
    again = marked["_why"].notnull()
    if rule == "keep":
        lines.raw.notes[KEPT] += marked.filter(again).count().to_pyarrow().as_py()
        return lines
    whole = marked.mutate(
        _column=again.ifelse("", marked["_column"]),
        _reason=ibis.coalesce(marked["_why"], marked["_reason"]),
        _value=again.ifelse(marked["_first"], marked["_value"]),
    ).drop("_why", "_first", "_may")
    return lines._replace(
        rows=materialize_if_local(work, "invoice_lines_numbered", whole), fine=None
    )


def _shared(used: ir.Table, key: list[str]) -> dict[str, Any]:
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
    return rows.mutate(_why=why, _first=where).drop(
        "_fine", "_earliest", "_top", "_place", "_apart"
    )
