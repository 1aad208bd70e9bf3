"""A draft as YAML: every line with its evidence or the word that it is assumed, then the questions."""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from kamlib.intake.contract import CONTRACT
from kamlib.intake.draft.drafting import Drafted
from kamlib.intake.draft.told import Told, clipped
from kamlib.intake.draft.writing import Writing
from kamlib.language import _, day

PLAIN = re.compile(r"[^\W\d_][\w./ %()ąćęłńóśźż-]*(?<![ ])")
WORDS_OF_YAML = {"true", "false", "yes", "no", "on", "off", "null", "y", "n", "~"}
LONGEST = 300
DIALECT_KEYS = ("encoding", "separator", "decimal", "thousands", "repair")


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


def line(depth: int, key: str, told: Told | None = None, *, value: str | None = None) -> str:
    """Return one line of YAML; a value bears a comment that says where it is from."""
    start = f"{'  ' * depth}{key}:"
    if told is None:
        return start
    word = _("seen") if told.sure else _("assumed")
    written = scalar(told.value) if value is None else value
    return f"{start} {written}  # {word}: {clipped(told.why, LONGEST)}"


def dialect_lines(dialects: dict[str, Writing]) -> Iterator[str]:
    """Yield the block of dialects."""
    if dialects:
        yield line(0, "dialects")
    for name, writing in dialects.items():
        yield line(1, name)
        for key in DIALECT_KEYS:
            if key in writing.keys:
                yield line(2, key, writing.keys[key])
        yield from _date_lines(writing.dates)


def _date_lines(forms: list[Told]) -> Iterator[str]:
    """Yield how days are written: one form, or a list in the order in which they are tried."""
    if len(forms) == 1:
        yield line(2, "date", forms[0])
    elif forms:
        yield line(2, "date")
        yield from (_item(3, form) for form in forms)


def _item(depth: int, told: Told) -> str:
    """Return one item of a list with its evidence."""
    return line(depth, "-", told).replace("-:", "-", 1)


def input_lines(inputs: list[Drafted]) -> Iterator[str]:
    """Yield the block of inputs."""
    if inputs:
        yield line(0, "inputs")
    for each in inputs:
        yield line(1, each.table)
        yield from _file_lines(each)
        if each.dialect:
            yield line(2, "dialect", Told(each.dialect, _("as described above")))
        for key in ("sheet", "header_row"):
            if key in each.first.settings:
                told = each.first.settings[key]
                yield line(2, key, told, value=told.value if key == "header_row" else None)
        yield from _column_lines(each)
        yield from _code_lines(each)


def _file_lines(each: Drafted) -> Iterator[str]:
    names = each.files.value.split("\n")
    if len(names) == 1:
        yield line(2, "files", each.files)
        return
    yield line(2, "files")
    yield from (_item(3, each.files._replace(value=name)) for name in names)


def _column_lines(each: Drafted) -> Iterator[str]:
    """Yield ours: theirs, and in its place what is open; invoices as XML need none of it."""
    match = each.group[0].match
    if match is None or each.first.kind == "xml":
        return
    yield line(2, "columns") + "  # " + _("ours: theirs")
    told = {pair.ours: pair.told for pair in match.pairs}
    asked = dict(match.lacking(each.first.shown, each.first.words))
    for ours in CONTRACT[match.table].names:
        if ours in told:
            yield line(3, ours, told[ours])
        elif ours in asked:
            question = clipped(asked[ours], LONGEST)
            yield f"      # {ours}:  # " + _("open: {question}").format(question=question)


def _code_lines(each: Drafted) -> Iterator[str]:
    """Yield what the words in cells and the starts of numbers mean."""
    if each.codes.values:
        yield line(2, "values") + "  # " + _("theirs: ours")
    for column, words in each.codes.values.items():
        yield line(3, column)
        yield from (line(4, scalar(word), told) for word, told in words)
    if each.codes.prefixes:
        yield line(2, "document_prefixes")
        yield from (line(3, scalar(prefix), told) for prefix, told in each.codes.prefixes)


def period_lines(first: date | None, last: date | None) -> Iterator[str]:
    """Yield the calendar years that the days of the lines lie in."""
    yield line(0, "periods")
    if first is None or last is None:
        year = date.today().year - 1
        yield _period(year, _("no day was seen; write your own"))
        return
    template = _(
        "calendar years, as no file tells the business year; the days reach from {first} to {last}"
    )
    for year in range(max(first.year, last.year - 4), last.year + 1):
        why = template.format(first=day(first), last=day(last))
        short = _shortened(year, first, last)
        yield _period(year, f"{why}; {short}" if short else why)


def _shortened(year: int, first: date, last: date) -> str:
    """Say that the days cover a part of a year only."""
    begins = max(first, date(year, 1, 1))
    ends = min(last, date(year, 12, 31))
    if begins - date(year, 1, 1) < timedelta(31) and date(year, 12, 31) - ends < timedelta(31):
        return ""
    return _("of this year only {first} to {last}").format(first=day(begins), last=day(ends))


def _period(year: int, why: str) -> str:
    told = Told("", why, sure=False)
    return line(1, f"FY{year}", told, value=f"{{from: {year}-01-01, to: {year}-12-31}}")


def comment(texts: Iterable[str], title: str, *, numbered: bool = False) -> Iterator[str]:
    """Yield a block of comments under a title, nothing where there are no texts."""
    texts = list(texts)
    if not texts:
        return
    yield "#"
    yield f"# {title}"
    for place, text in enumerate(texts, start=1):
        mark = f"{place}." if numbered else "-"
        yield f"#   {mark} {clipped(text, 2 * LONGEST)}"
