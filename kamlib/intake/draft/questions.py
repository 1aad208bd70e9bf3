"""What a draft asks over all its inputs: spoilt ids, what was declared otherwise, what is missing."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from kamlib.core.contract import ALWAYS_WANTED, CONTRACT
from kamlib.core.language import N_, _, ngettext
from kamlib.intake.draft.inputs import Drafted
from kamlib.intake.draft.matching import Pair, Placed, kind_of
from kamlib.intake.inspect.columns import misfits
from kamlib.intake.inspect.evidence import worded
from kamlib.intake.spelling import ROUNDED
from kamlib.settings.places import FILE

TAX_DIGITS = 10
KNOWN_ENOUGH = 0.98
ZEROS_EXPLAIN = 0.5
WITHOUT = {
    "cost_of_goods_sold": N_("gross margin and everything after it is refused (profitability)"),
    "list_price": N_("discounts are estimated from other customers' prices (profitability)"),
    "product_id": N_("prices cannot be compared by product, and discounts not be estimated"),
    "document_type": N_("a negative amount is taken for a credit note"),
    "order_id": N_("each invoice is taken for one order"),
}


# ------------------------------------------------------------------------------------ ids, cells
def asked_of_cells(inputs: list[Drafted]) -> Iterator[str]:
    """Yield what has to be asked of cells and ids of all inputs, and of rows that repeat each other."""
    for each in inputs:
        yield from _of_columns(each)
    tables = {each.table: each for each in inputs}
    lines = tables.get("invoice_lines")
    for one in lines.group if lines else ():
        yield from _repeated_rows(one)
    for table, ours in (("customers", "customer_id"), ("products", "product_id")):
        if lines and table in tables:
            yield from _unknown(lines, tables[table], ours)


def _of_columns(each: Drafted) -> Iterator[str]:
    """Yield questions on empty cells and on ids, over all files of an input."""
    filled = {one.name for one in CONTRACT[each.table].fields if one.filled} - {"currency"}
    for pair in each.group[0].match.pairs if each.group[0].match else ():
        looks = [one.looks[pair.place] for one in each.group]
        empty, rows = sum(look.empty for look in looks), sum(look.rows for look in looks)
        name = f"{each.table}, {each.first.head[pair.place]}"
        if empty and pair.ours in filled:
            template = _("{name} is empty in {n} of {all} rows, which will be set aside.")
            yield worded(template, name=name, n=empty, all=rows)
        yield from _of_no_kind(each, pair, name)
        if pair.ours == "tax_id" or kind_of(pair.ours) == "id":
            yield from _spoilt(sorted({value for look in looks for value in look.values}), name)


def _of_no_kind(each: Drafted, pair: Pair, name: str) -> Iterator[str]:
    """Yield the question on cells that are no days or numbers where most are."""
    kind = kind_of(pair.ours)
    odd: Counter[str] = Counter()
    for one in each.group:
        odd += misfits(one.looks[pair.place], kind)
    if odd:
        template = ngettext(
            "{name}: {n} cell is no {what} ({example}); its row will be set aside.",
            "{name}: {n} cells are no {what}, such as {example}; their rows will be set aside.",
            odd.total(),
        )
        what = _("day") if kind == "date" else _("number")
        yield worded(template, name=name, n=odd.total(), what=what, example=sorted(odd))


def _spoilt(values: list[str], name: str) -> Iterator[str]:
    """Yield questions on ids that another program has made numbers of."""
    whole = [value for value in values if value.isdigit()]
    short = [value for value in whole if len(value) == TAX_DIGITS - 1]
    if sum(len(value) == TAX_DIGITS for value in whole) <= len(short):
        short = []
    powers = [value for value in values if re.match(ROUNDED, value)]
    points = [value for value in values if value.endswith(".0") and value[:-2].isdigit()]
    told = (
        (powers, _("{name} has values such as {example} ({n}): their last digits are lost.")),
        (points, _("{name} has values such as {example} ({n}): ids that were read as numbers.")),
        (
            short,
            _("{name} has values of 9 digits such as {example} ({n}), others of 10: a lost zero?"),
        ),
    )
    for found, template in told:
        if found:
            yield worded(template, name=name, n=len(found), example=found[:1])


def _repeated_rows(one: Placed) -> Iterator[str]:
    """Yield the question what becomes of rows that repeat an earlier one in every cell."""
    rows = list(zip(*one.seen.columns, strict=True))
    again = len(rows) - len(set(rows))
    if again:
        template = _(
            "{file}: rows that repeat an earlier one in every cell: {n}. The draft keeps them "
            "(identical_rows: keep). Were they exported twice? Then write identical_rows: quarantine."
        )
        yield worded(template, file=one.seen.shown, n=again)


def _unknown(lines: Drafted, master: Drafted, ours: str) -> Iterator[str]:
    """Yield the question on ids of the lines that the table of customers or products lacks."""
    used, known = (
        {value for look in each.looks(ours) for value in look.values} for each in (lines, master)
    )
    lacking = used - known
    if not known or len(lacking) <= (1 - KNOWN_ENOUGH) * len(used):
        return
    bare = {value.lstrip("0") for value in known}
    template = _("{n} of {all} ids in {ours} of the lines are not in {table}, such as {example}.")
    if sum(value.lstrip("0") in bare for value in lacking) > ZEROS_EXPLAIN * len(lacking):
        template = _(
            "{n} of {all} ids in {ours} of the lines are in {table} only without their first zeros, such "
            "as {example}. One of the two exports has lost them."
        )
    example = sorted(lacking)[:1]
    yield worded(
        template, n=len(lacking), all=len(used), ours=ours, table=master.table, example=example
    )


# -------------------------------------------------------------------------- said already, missing
def differing(declared: dict[str, Any], inputs: list[Drafted]) -> Iterator[str]:
    """Ask wherever engagement.yaml says otherwise than the files."""
    for each in inputs:
        given = part(part(declared, "inputs"), each.table)
        dialect = part(part(declared, "dialects"), str(given.get("dialect")))
        template = _("{table}: {file} says {key} is {said}; the files look like {value} ({why}).")
        for key, evidence in each.writing.keys.items():
            said = str(dialect.get(key, evidence.value))
            if said != evidence.value:
                value, why, _sure = evidence
                yield worded(
                    template, table=each.table, file=FILE, key=key, said=said, value=value, why=why
                )
        match = each.group[0].match
        drawn = match.names if match else {}
        template = _("{table}: {file} maps {column} to {said}, the draft to {value}. Which holds?")
        for ours, theirs in part(given, "columns").items():
            if ours in drawn and drawn[ours] != str(theirs):
                yield worded(
                    template,
                    table=each.table,
                    file=FILE,
                    column=ours,
                    said=[theirs],
                    value=drawn[ours],
                )


def part(data: Any, key: str) -> dict[str, Any]:
    """Return a block of a block, empty where there is none."""
    found = data.get(key) if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}


def missing_words(inputs: list[Drafted], declared: dict[str, Any]) -> Iterator[str]:
    """Yield what is missing: columns of the lines, whole tables, and the costs of serving.

    Parameters
    ----------
    inputs : the inputs of the draft
    declared : what engagement.yaml says already, empty where there is none
    """
    there = {each.table for each in inputs} | set(declared.get("inputs") or {})
    if "invoice_lines" not in there:
        yield _("invoice_lines: without them there is no analysis at all")
    for each in inputs:
        if each.table == "invoice_lines":
            yield from _columns_missing(each)
    for table in ALWAYS_WANTED:
        if table not in there:
            yield f"{table}: {_(CONTRACT[table].loses)}"
    if "customers" not in there:
        yield _("customers: no groups, segments or account managers are known")
    if "resources" not in there and not part(declared, "profitability").get("resources"):
        yield _("profitability.resources: customer profit is refused, there is gross margin only")


def _columns_missing(lines: Drafted) -> Iterator[str]:
    """Yield the columns that lines lack, or that are empty in every row."""
    for ours, without in WITHOUT.items():
        looks = lines.looks(ours)
        if any(look.filled for look in looks) or (ours == "document_type" and lines.codes.prefixes):
            continue
        template = _("invoice_lines.{column}: {without}")
        if looks:
            template = _("invoice_lines.{column} (the column is there, and empty): {without}")
        yield worded(template, column=ours, without=_(without))
