"""Separators and heads: what looks like the names of columns, and heads that do not fit their rows."""

import contextlib
import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from kamlib.core.errors import DataError
from kamlib.core.language import _
from kamlib.intake.inspect.words import Evidence, worded
from kamlib.intake.values import Dialect

SEPARATORS = {";": "';'", "\t": "a tab", ",": "','", "|": "'|'"}
MARKS = " \t\n\r\u00a0\u202f\ufeff"  # around a name, and no part of it
CELL_LIMIT = 1_000_000
LINES_TRIED = 300
ROWS_READ = 20_000
HEAD_WITHIN = 30
NARROWER = 2  # a head may end in fewer cells than its rows do
VALUE = re.compile(r"[-+−(]?[\s.,]*\d[\d\s.,:/'%-]*\)?[-%]?")
YEAR = re.compile(r"(?<=\s)(?:19|20)\d{2}\b")
EXPORT_AGAIN = (
    "Export it again with one separator throughout: ';' or a tab between the cells, or the amounts "
    "in quotes."
)
Row = tuple[int, list[str]]


# ------------------------------------------------------------------------------- separators, rows
def separator_of(text: str) -> Evidence | None:
    """Return what separates the cells of a text; None where there is one column only.

    Examples
    --------
    >>> separator_of("Nr;Kwota\\n1;2,50\\n2;3,75\\n").value
    ';'
    """
    said = re.match("sep=(.)\r?\n", text)
    if said:
        return Evidence(said[1], _("the first line says so"))
    start = "\n".join(text.splitlines()[:LINES_TRIED])
    scored = [(*_agreement(start, each), each) for each in SEPARATORS]
    _headed, share, width, rows, best = max(scored, key=lambda each: each[:3])
    if width < 2:
        return None
    template = _("{n} of the first {rows} rows have {width} cells")
    return Evidence(
        best, worded(template, n=round(share * rows), rows=rows, width=width), share >= 0.5
    )


def _agreement(text: str, separator: str) -> tuple[bool, float, int, int]:
    """Return whether a likely head is as wide as the rows, their share, width and number."""
    rows = [cells for _line, cells in rows_of(text, separator)]
    widths = Counter(len(cells) for cells in rows if any(cells))
    width = most_frequent(widths)
    if width < 2:
        return False, 0.0, width, 0
    headed = any(
        width - NARROWER <= len(cells) <= width and is_head(cells) for cells in rows[:HEAD_WITHIN]
    )
    return headed, widths[width] / widths.total(), width, widths.total()


def rows_of(text: str, separator: str) -> list[Row]:
    """Return the rows of a text, each with its first line; a broken quote ends the reading."""
    csv.field_size_limit(CELL_LIMIT)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows: list[Row] = []
    first = 1
    with contextlib.suppress(csv.Error):
        for cells in reader:
            rows.append((first, cells))
            first = reader.line_num + 1
            if len(rows) > ROWS_READ:
                break
    return rows


def most_frequent(widths: Counter[int]) -> int:
    """Return the width that most rows have, the larger of two; 0 where there is no row."""
    return max(widths, key=lambda width: (widths[width], width), default=0)


# ------------------------------------------------------------------------------------ heads
def head_place(rows: Sequence[Sequence[str]]) -> int | None:
    """Return which row most likely holds the names: as wide as most, and nothing but names.

    Examples
    --------
    >>> head_place([["Report 2024"], ["id", "Q1 2024", "Q2 2024"], ["F1", "10", "12"]])
    1
    >>> head_place([["1", "2"], ["3", "4"]]) is None
    True
    """
    usual = most_frequent(Counter(map(len, rows)))
    for width in (usual, None):
        for place, cells in enumerate(rows[:HEAD_WITHIN]):
            if (len(cells) == width if width else len(cells) > 1) and is_head(cells):
                return place
    return None


def is_head(cells: Sequence[str]) -> bool:
    """Tell whether cells may be names of columns: mostly filled, different, and no values.

    Examples
    --------
    >>> is_head(["id", "Q1 2024", "Q2 2024"]), is_head(["F1", "5", "x"]), is_head(["K017", "P1", "A"])
    (True, False, False)
    """
    names = [cell.strip() for cell in cells if cell.strip()]
    if len(names) < 0.7 * len(cells) or len(set(names)) < 0.8 * len(names):
        return False
    return 4 * sum(map(_is_code, names)) <= len(names) and not any(map(is_value, names))


def holds_values(cells: Sequence[str]) -> bool:
    """Tell whether what stands where names should is a row of values: numbers, days and codes.

    Examples
    --------
    >>> holds_values(["FV/1/2024", "05.01.2024", "ACME", "12,50"])
    True
    >>> holds_values(["id", "Q1 2024", "Q2 2024"])
    False
    """
    filled = [cell.strip() for cell in cells if cell.strip()]
    values = sum(is_value(cell) or _is_code(cell) for cell in filled)
    return values > 1 and 3 * values > len(filled)


def likely_header_row(rows: Sequence[Sequence[str]]) -> int:
    """Return the row of a sheet, from 1, that most likely holds the names; 1 where none is like it.

    It is the first of names only that has at least half as many as the fullest row has cells.
    """
    filled = [[cell for cell in row if cell.strip()] for row in rows]
    widest = max(map(len, filled), default=0)
    for number, names in enumerate(filled, start=1):
        wide = len(names) > 1 or widest == 1
        if wide and 2 * len(names) > widest and is_head(names):
            return number
    return 1


def is_value(cell: str) -> bool:
    """Tell whether a cell reads like a number or a day rather than a name.

    Examples
    --------
    >>> [is_value(cell) for cell in ("(1 234,50)", "12-", "05.01.2024", "8 %", "Q1 2024", "")]
    [True, True, True, True, False, False]
    """
    return bool(VALUE.fullmatch(cell.strip()))


def _is_code(name: str) -> bool:
    """Tell whether more than half of a name are digits; the year behind a name is none of them."""
    bare = YEAR.sub("", name)
    return 2 * sum(map(str.isdigit, bare)) > len(bare)


def head_of(rows: Sequence[Row], dialect: Dialect, *, shown: str) -> list[str]:
    """Return the head of the first rows of a file, once those under it are seen to fit it."""
    (_line, names), *below = rows
    head = with_empty_names(names, below)
    refuse_unfit_head(head, below, dialect, shown=shown)
    return head


def with_empty_names(head: Sequence[str], rows: Sequence[Row]) -> list[str]:
    """Return a head with an empty name over each empty cell in which all rows under it end.

    Programs write a separator behind the last cell of each row, and none behind the last name.

    Examples
    --------
    >>> with_empty_names(["no", "net"], [(2, ["F1", "5", ""]), (3, ["F2", "7", ""])])
    ['no', 'net', '']
    """
    below = [cells for _line, cells in rows if not is_head_again(cells, head)]
    widths = set(map(len, below))
    behind = max(widths, default=0) - len(head)
    empty = not any(cell.strip() for cells in below for cell in cells[len(head) :])
    if len(widths) == 1 and behind > 0 and empty and len(head) > 1:
        return [*head, *[""] * behind]
    return list(head)


def is_head_again(cells: Sequence[str], head: Sequence[str]) -> bool:
    """Tell whether a row repeats the head, as in files put together or printed by page.

    Examples
    --------
    >>> is_head_again(["\\ufeffno", " net"], ["no", "net", ""])
    True
    """
    if not cells or cells[0].strip(MARKS) != head[0].strip(MARKS):
        return False
    names = [unicodedata.normalize("NFC", cell).strip(MARKS) for cell in cells]
    known = [unicodedata.normalize("NFC", cell).strip(MARKS) for cell in head]
    return [*names, *[""] * (len(known) - len(names))] == known


def refuse_unfit_head(
    head: Sequence[str], rows: Sequence[Row], dialect: Dialect, *, shown: str
) -> None:
    """Raise DataError if the first rows under a head show that it is not the head of them."""
    width = most_frequent(Counter(len(cells) for _line, cells in rows)) or len(head)
    if len(head) == 1 or width == 1 < len(head):
        _refuse_separator(head, rows, dialect, shown)
    if width == len(head):
        return
    line = next((n for n, cells in rows if len(cells) == width and is_head(cells)), None)
    if line:
        raise DataError(
            f"the head of {shown} has {len(head)} cells, the rows below it {width}: "
            f"line {line} looks like the head. "
            f"Set header_row: {line} for this input in engagement.yaml."
        )
    if width > len(head) and all(len(cells) != len(head) for _line, cells in rows):
        texts = [dialect.separator.join(cells) for _line, cells in rows]
        why = _decimal_comma(texts) if dialect.separator == "," else ""
        raise DataError(
            f"every row of {shown} has more cells than its head, which has {len(head)}"
            f"{why or ', so nobody can tell which cell belongs to which name'}. {EXPORT_AGAIN}"
        )


def refuse_mostly_ragged(widths: Counter[int], width: int, *, shown: str) -> None:
    """Raise DataError if most rows of a file have more or fewer cells than its head."""
    every = widths.total()
    odd = every - widths[width]
    if 2 * odd > every:
        usual = most_frequent(Counter({n: times for n, times in widths.items() if n != width}))
        raise DataError(
            f"{odd} of {every} rows of {shown} do not fit its head: it has {width} cells, most "
            f"of them {usual}. Look at the separator and at header_row, or export the file again "
            f"with its texts in quotes."
        )


def _refuse_separator(
    head: Sequence[str], rows: Sequence[Row], dialect: Dialect, shown: str
) -> None:
    declared = dialect.separator
    top, texts = declared.join(head), [declared.join(cells) for _line, cells in rows]
    of_head, of_rows = _separator(top), _separator(*texts) if texts else _separator(top)
    if of_head and of_head == of_rows != declared:
        raise DataError(
            f"the cells of {shown} are separated by {SEPARATORS[of_head]}, not by "
            f"{SEPARATORS.get(declared, repr(declared))}. "
            f"Set separator in its dialect in engagement.yaml."
        )
    if of_head and of_rows and of_head != of_rows:
        why = _decimal_comma(texts) if of_rows == "," else ""
        raise DataError(
            f"the head of {shown} is separated by {SEPARATORS[of_head]}, its rows by "
            f"{SEPARATORS[of_rows]}{why}. {EXPORT_AGAIN}"
        )


def _decimal_comma(texts: Sequence[str]) -> str:
    """Say that a comma parts cells and decimals alike, where rows look like that."""
    halves = sum(
        one.strip().isdigit() and len(two) == 2 and two.isdigit()
        for text in texts
        for one, two in pairwise(text.split(","))
    )
    if halves < len(texts):
        return ""
    return (
        ", and a comma is also the decimal mark of amounts without quotes: where a cell ends "
        "cannot be told from where the cents begin, and nothing brings that back"
    )


def _separator(*texts: str) -> str:
    """Return the separator that all texts have the most of; empty if none has any."""
    found = {mark: min(text.count(mark) for text in texts) for mark in SEPARATORS}
    best = max(SEPARATORS, key=found.__getitem__)
    return best if found[best] else ""
