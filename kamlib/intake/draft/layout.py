"""A draft as YAML: every line with its evidence or the word that it is assumed, then the questions."""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from kamlib.core.contract import CONTRACT
from kamlib.core.language import _, day
from kamlib.intake.draft.inputs import OF_NUMBERS, Drafted, Writing
from kamlib.intake.inspect.evidence import Evidence, clipped, worded
from kamlib.settings.places import FILE

PLAIN = re.compile(r"[^\W\d_][\w./ %()ąćęłńóśźż-]*(?<![ ])")
WORDS_OF_YAML = {"true", "false", "yes", "no", "on", "off", "null", "y", "n", "~"}
LONGEST = 300


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
    """Yield the block of dialects."""
    if dialects:
        yield line(0, "dialects")
    for name, writing in dialects.items():
        yield line(1, name)
        for key in ("encoding", "separator", *OF_NUMBERS, "repair"):
            if key in writing.keys:
                yield line(2, key, writing.keys[key])
        yield from several(2, "date", writing.dates)


def input_lines(inputs: list[Drafted]) -> Iterator[str]:
    """Yield the block of inputs."""
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
    match = each.group[0].match
    if match is None or each.first.kind == "xml":
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
