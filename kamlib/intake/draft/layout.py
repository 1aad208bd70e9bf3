"""A draft as YAML: every line with its evidence or the word that it is assumed, then the questions."""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date

from kamlib.core.contract import CONTRACT
from kamlib.core.language import _, day
from kamlib.intake.draft.inputs import OF_NUMBERS, Drafted, Writing
from kamlib.intake.inspect.words import Evidence, clipped, worded

PLAIN = re.compile(r"[^\W\d_][\w./ %()ąćęłńóśźż-]*(?<![ ])")
WORDS_OF_YAML = {"true", "false", "yes", "no", "on", "off", "null", "y", "n", "~"}
LONGEST = 300
ZEROS_EXPLAIN = 0.5


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
        yield _period(year, why)


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


def lost_zeros(inputs: list[Drafted]) -> Iterator[str]:
    """Yield the question on ids of the lines that another table has without their first zeros."""
    tables = {each.table: each for each in inputs}
    for table, ours in (("customers", "customer_id"), ("products", "product_id")):
        if "invoice_lines" not in tables or table not in tables:
            continue
        used, known = (
            {value for look in tables[name].looks(ours) for value in look.values}
            for name in ("invoice_lines", table)
        )
        bare, lacking = {value.lstrip("0") for value in known}, used - known
        n = sum(value.lstrip("0") in bare for value in lacking)
        if n > ZEROS_EXPLAIN * len(lacking):
            template = _(
                "{n} of {all} ids in {ours} of the lines are in {table} only without their first zeros, "
                "such as {example}. One of the two exports has lost them."
            )
            said = {"ours": ours, "table": table, "example": sorted(lacking)[:1]}
            yield worded(template, n=n, all=len(used), **said)
