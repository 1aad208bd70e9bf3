"""A draft as YAML: every line with its evidence or the word that it is assumed, then the questions."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from kamlib.core.contract import ALWAYS_WANTED, CONTRACT
from kamlib.core.language import N_, _, day, ngettext
from kamlib.intake.draft.inputs import OF_NUMBERS, Drafted, Writing
from kamlib.intake.draft.matching import Pair, Placed, kind_of
from kamlib.intake.inspect.columns import misfits
from kamlib.intake.inspect.words import Evidence, clipped, worded
from kamlib.intake.spelling import ROUNDED
from kamlib.settings.written import FILE

PLAIN = re.compile(r"[^\W\d_][\w./ %()ąćęłńóśźż-]*(?<![ ])")
WORDS_OF_YAML = {"true", "false", "yes", "no", "on", "off", "null", "y", "n", "~"}
LONGEST = 300
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


def scalar(text: str) -> str:
    """Return a text as YAML reads it back, in quotes where it needs them.

    Examples
    --------
    >>> scalar("Numer faktury"), scalar(";"), scalar("no"), scalar("%d.%m.%Y")
    ('Numer faktury', '";"', '"no"', '"%d.%m.%Y"')
    """
    if PLAIN.fullmatch(text) and text.casefold() not in WORDS_OF_YAML:
        return text
    return json.dumps(text, ensure_ascii=not text.isprintable())


def line(depth: int, key: str, evidence: Evidence | None = None, *, value: str = "") -> str:
    """Return one line of YAML; a value bears a comment that says where it is from."""
    start = f"{'  ' * depth}{key}:"
    if evidence is None:
        return start
    word = _("seen") if evidence.sure else _("assumed")
    written = value or scalar(evidence.value)
    return f"{start} {written}  # {word}: {clipped(evidence.why, LONGEST)}"


def several(depth: int, key: str, items: list[Evidence]) -> Iterator[str]:
    """Yield a key with one value, or with a list in order; nothing without a value."""
    if len(items) == 1:
        yield line(depth, key, items[0])
    elif items:
        yield line(depth, key)
        yield from (line(depth + 1, "-", item).replace("-:", "-", 1) for item in items)


def declared_lines(data: dict[str, Any]) -> Iterator[str]:
    """Yield blocks of engagement.yaml again, each line saying that it was declared."""
    for key, value in data.items():
        if isinstance(value, dict) and value:
            yield line(0, key)
            yield from (_declared(1, name, below) for name, below in value.items())
        else:
            yield _declared(0, key, value)


def _declared(depth: int, key: str, value: Any) -> str:
    return f"{'  ' * depth}{scalar(str(key))}: {flow(value)}  # {_('declared')}: {FILE}"


def flow(value: Any) -> str:
    """Return a value as YAML on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(str(k))}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return scalar(value) if isinstance(value, str) else str(value)


def dialect_lines(dialects: dict[str, Writing]) -> Iterator[str]:
    if dialects:
        yield line(0, "dialects")
    for name, writing in dialects.items():
        yield line(1, name)
        for key in ("encoding", "separator", *OF_NUMBERS, "repair"):
            if key in writing.keys:
                yield line(2, key, writing.keys[key])
        yield from several(2, "date", writing.dates)


def input_lines(inputs: list[Drafted]) -> Iterator[str]:
    if inputs:
        yield line(0, "inputs")
    for each in inputs:
        yield line(1, each.table)
        names = each.files.value.split("\n")
        yield from several(2, "files", [each.files._replace(value=name) for name in names])
        if each.dialect:
            yield line(2, "dialect", Evidence(each.dialect, _("as described above")))
        settings = each.first.settings
        if found := settings.get("sheet"):
            sheets = [found._replace(value=name) for name in found.value.split("\n")]
            yield from several(2, "sheet", sheets)
        for key in ("header_row", "heads"):
            if found := settings.get(key):
                yield line(2, key, found, value=found.value)
        yield from _column_lines(each)
        yield from _code_lines(each)


def _column_lines(each: Drafted) -> Iterator[str]:
    """Yield ours: theirs, and in its place what is open; invoices as XML need none of it."""
    match = each.match
    if each.first.kind == "xml":
        return
    yield line(2, "columns") + "  # " + _("ours: theirs")
    found = {pair.ours: pair.evidence for pair in match.pairs}
    asked = match.lacking(each.first)
    for ours in CONTRACT[match.table].names:
        if ours in found:
            yield line(3, ours, found[ours])
        elif ours in asked:
            question = clipped(asked[ours], LONGEST)
            yield f"      # {ours}:  # " + worded(_("open: {question}"), question=question)


def _code_lines(each: Drafted) -> Iterator[str]:
    """Yield what the words in cells and the starts of numbers mean."""
    if each.codes.values:
        yield line(2, "values") + "  # " + _("theirs: ours")
    for column, words in each.codes.values.items():
        yield line(3, column)
        yield from (line(4, scalar(word), meaning) for word, meaning in words.items())
    if each.codes.prefixes:
        yield line(2, "document_prefixes")
        yield from (line(3, scalar(start), kind) for start, kind in each.codes.prefixes.items())


def period_lines(first: date | None, last: date | None) -> Iterator[str]:
    """Yield the calendar years that the days of the lines lie in."""
    yield line(0, "periods")
    if first is None or last is None:
        yield _period(date.today().year - 1, _("no day was seen; write your own"))
        return
    template = _(
        "calendar years, as no file tells the business year; the days reach from {first} to {last}"
    )
    why = worded(template, first=day(first), last=day(last))
    for year in range(max(first.year, last.year - 4), last.year + 1):
        short = _shortened(year, first, last)
        yield _period(year, f"{why}; {short}" if short else why)


def _shortened(year: int, first: date, last: date) -> str:
    """Say that the days cover a part of a year only."""
    begins, ends = max(first, date(year, 1, 1)), min(last, date(year, 12, 31))
    month = timedelta(31)
    if begins - date(year, 1, 1) < month and date(year, 12, 31) - ends < month:
        return ""
    return worded(_("of this year only {first} to {last}"), first=day(begins), last=day(ends))


def _period(year: int, why: str) -> str:
    span = f"{{from: {year}-01-01, to: {year}-12-31}}"
    return line(1, f"FY{year}", Evidence("", why, sure=False), value=span)


def comment(texts: Iterable[str], title: str, *, numbered: bool = False) -> Iterator[str]:
    """Yield a block of comments under a title, nothing where there are no texts."""
    for place, text in enumerate(texts, start=1):
        if place == 1:
            yield from ("#", f"# {title}")
        mark = f"{place}." if numbered else "-"
        yield f"#   {mark} {clipped(text, 2 * LONGEST)}"


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
    for pair in each.match.pairs:
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
        drawn = each.match.names
        template = _("{table}: {file} maps {column} to {said}, the draft to {value}. Which holds?")
        for ours, theirs in part(given, "columns").items():
            if ours in drawn and drawn[ours] != str(theirs):
                names = {"column": ours, "said": [theirs], "value": drawn[ours]}
                yield worded(template, table=each.table, file=FILE, **names)


def part(data: Any, key: str) -> dict[str, Any]:
    """Return a block of a block, empty where there is none."""
    found = data.get(key) if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}


def missing_words(inputs: list[Drafted], declared: dict[str, Any]) -> Iterator[str]:
    """Yield what is missing: columns of the lines, whole tables, and the costs of serving."""
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
