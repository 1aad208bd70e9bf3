"""Ids that were spoilt on the way: empty, in powers of ten, without their zeros, or unknown elsewhere."""

import re
from collections import Counter
from collections.abc import Iterator

from kamlib.columns import COLUMNS
from kamlib.intake.contract import CONTRACT
from kamlib.intake.draft.drafting import Drafted
from kamlib.intake.draft.looks import misfits
from kamlib.intake.draft.matching import Pair
from kamlib.intake.draft.placing import Placed
from kamlib.intake.draft.told import few
from kamlib.language import _, ngettext, number

POWER = re.compile(r"^\d+[.,]?\d*[eE][+]?\d+$")
TAX_DIGITS = 10
KNOWN_ENOUGH = 0.98
ZEROS_EXPLAIN = 0.5


def asked_of_ids(inputs: list[Drafted]) -> list[str]:
    """Return what has to be asked of the ids of all inputs, and of rows that repeat each other."""
    questions = [asked for each in inputs for asked in _of_columns(each)]
    tables = {each.table: each for each in inputs}
    if "invoice_lines" in tables:
        lines = tables["invoice_lines"]
        questions += [asked for one in lines.group for asked in _repeated_rows(one)]
        for table, ours in (("customers", "customer_id"), ("products", "product_id")):
            if table in tables:
                questions += _unknown(lines, tables[table], ours)
    return questions


def _of_columns(each: Drafted) -> Iterator[str]:
    """Yield questions on empty cells and on ids, over all files of an input."""
    filled = {
        one.name for one in CONTRACT[each.table].fields if one.filled and one.name != "currency"
    }
    for pair in each.group[0].match.pairs if each.group[0].match else []:
        looks = [one.looks[pair.place] for one in each.group]
        empty = sum(look.empty for look in looks)
        name = f"{each.table}, {each.first.words[pair.place]}"
        if empty and pair.ours in filled:
            template = _("{name} is empty in {n} of {all} rows, which will be set aside.")
            yield template.format(
                name=name, n=number(empty), all=number(sum(look.rows for look in looks))
            )
        yield from _of_no_kind(each, pair, name)
        if pair.ours == "tax_id" or (pair.ours in COLUMNS and COLUMNS[pair.ours].kind == "id"):
            values = {value for one in each.group for value in one.looks[pair.place].values}
            yield from _spoilt(sorted(values), name)


def _of_no_kind(each: Drafted, pair: Pair, name: str) -> Iterator[str]:
    """Yield the question on cells that are no days or numbers where most are."""
    kind = COLUMNS[pair.ours].kind if pair.ours in COLUMNS else "text"
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
        yield template.format(name=name, n=number(odd.total()), what=what, example=few(sorted(odd)))


def _spoilt(values: list[str], name: str) -> Iterator[str]:
    """Yield questions on ids that another program has made numbers of."""
    powers = [value for value in values if POWER.match(value)]
    if powers:
        template = _("{name} has values such as {example} ({n}): their last digits are lost.")
        yield template.format(name=name, n=number(len(powers)), example=few(powers[:1]))
    points = [value for value in values if value.endswith(".0") and value[:-2].isdigit()]
    if points:
        template = _("{name} has values such as {example} ({n}): ids that were read as numbers.")
        yield template.format(name=name, n=number(len(points)), example=few(points[:1]))
    short = [value for value in values if value.isdigit() and len(value) == TAX_DIGITS - 1]
    whole = sum(value.isdigit() and len(value) == TAX_DIGITS for value in values)
    if short and whole > len(short):
        template = _(
            "{name} has values of 9 digits such as {example} ({n}), others of 10: a lost zero?"
        )
        yield template.format(name=name, n=number(len(short)), example=few(short[:1]))


def _repeated_rows(one: Placed) -> Iterator[str]:
    """Yield the question what becomes of rows that repeat an earlier one in every cell."""
    rows = list(zip(*one.seen.columns, strict=True))
    again = len(rows) - len(set(rows))
    if again:
        template = _(
            "{file}: rows that repeat an earlier one in every cell: {n}. The draft keeps them "
            "(identical_rows: keep). Were they exported twice? Then write identical_rows: quarantine."
        )
        yield template.format(file=one.seen.shown, n=number(again))


def _unknown(lines: Drafted, master: Drafted, ours: str) -> Iterator[str]:
    """Yield the question on ids of the lines that the table of customers or products lacks."""
    used, known = _values(lines, ours), _values(master, ours)
    if not used or not known:
        return
    lacking = used - known
    if len(lacking) <= (1 - KNOWN_ENOUGH) * len(used):
        return
    bare = {value.lstrip("0") for value in known}
    if sum(value.lstrip("0") in bare for value in lacking) > ZEROS_EXPLAIN * len(lacking):
        template = _(
            "{n} of {all} ids in {ours} of the lines are in {table} only without their first zeros, such "
            "as {example}. One of the two exports has lost them."
        )
    else:
        template = _(
            "{n} of {all} ids in {ours} of the lines are not in {table}, such as {example}."
        )
    yield template.format(
        n=number(len(lacking)),
        all=number(len(used)),
        ours=ours,
        table=master.table,
        example=few(sorted(lacking)[:1]),
    )


def _values(each: Drafted, ours: str) -> set[str]:
    """Return the different values of one of our columns."""
    places = [(one, one.match.place_of(ours)) for one in each.group if one.match]
    return {
        value for one, place in places if place is not None for value in one.looks[place].values
    }
