"""Text into cells: the separator, the head under its titles, and rows that are no data."""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from kamlib.intake.draft.told import Told, clipped
from kamlib.intake.heads import MARKS, is_head_again, with_empty_names
from kamlib.intake.texts import CELL_LIMIT
from kamlib.intake.totals import says_total
from kamlib.language import _, ngettext, number

SEPARATORS = (";", "\t", ",", "|")
NAMES = {";": "semicolon", "\t": "tab", ",": "comma", "|": "bar"}
LINES_TRIED = 300
ROWS_READ = 20_000
HEAD_WITHIN = 30
NARROWER = 2  # a head may end in fewer cells than its rows do
VALUE = re.compile(r"^[-+−(]?\d[\d .,:/'\u00a0\u202f-]*\)?-?$")

Row = tuple[int, list[str]]


class Grid(NamedTuple):
    """A table of cells: its head, the row it stands in, and its rows without what is no data.

    `head_row` counts the rows that are not blank, as `head_line` counts lines of the file.
    """

    head: list[str]
    head_row: int
    head_line: int
    rows: list[list[str]]
    titles: list[str]
    totals: int
    blanks: int
    ragged: int
    widest: int


def separator_of(text: str) -> Told | None:
    """Return what separates the cells of a text; None where there is one column only.

    Examples
    --------
    >>> separator_of("Nr;Kwota\\n1;2,50\\n2;3,75\\n").value
    ';'
    """
    said = re.match("sep=(.)\r?\n", text)
    if said:
        return Told(said[1], _("the first line says so"))
    start = "\n".join(text.splitlines()[:LINES_TRIED])
    scored = [(*_agreement(start, each), each) for each in SEPARATORS]
    _headed, share, width, rows, best = max(scored, key=lambda each: each[:3])
    if width < 2:
        return None
    template = _("{n} of the first {rows} rows have {width} cells")
    why = template.format(n=number(round(share * rows)), rows=number(rows), width=width)
    return Told(best, why, sure=share >= 0.5)


def _agreement(text: str, separator: str) -> tuple[bool, float, int, int]:
    """Return whether a likely head is as wide as the rows, their share, width and number."""
    widths = Counter(len(cells) for _line, cells in rows_of(text, separator) if any(cells))
    if not widths:
        return False, 0.0, 0, 0
    width, times = max(widths.items(), key=lambda each: (each[1], each[0]))
    if width < 2:
        return False, 0.0, width, 0
    headed = any(
        width - NARROWER <= len(cells) <= width and names_columns(cells)
        for _line, cells in rows_of(text, separator)[:HEAD_WITHIN]
    )
    return headed, times / widths.total(), width, widths.total()


def rows_of(text: str, separator: str) -> list[Row]:
    """Return the rows of a text, each with its first line; a broken quote ends the reading."""
    csv.field_size_limit(CELL_LIMIT)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows: list[Row] = []
    first = 1
    try:
        for cells in reader:
            rows.append((first, cells))
            first = reader.line_num + 1
            if len(rows) > ROWS_READ:
                break
    except csv.Error:
        return rows
    return rows


def broken_row(text: str, separator: str, *, head_line: int, whole: bool) -> str:
    """Return what is wrong with the first row that cannot be read; empty where all can.

    Parameters
    ----------
    head_line : int, the line of the head; what stands above it is not read
    whole : bool, False if the text may end within a row

    Examples
    --------
    >>> broken_row('a;b\\n1;"2\\n', ";", head_line=1, whole=True)
    'the row that starts in line 2 has a quote that is never closed'
    >>> broken_row('a;b\\n1;"2" x\\n', ";", head_line=1, whole=True)
    'the row that starts in line 2 has text behind a closing quote'
    """
    lines = islice(io.StringIO(text, newline=""), head_line - 1, None)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    first = head_line
    try:
        for _cells in reader:
            first = head_line + reader.line_num
    except csv.Error as error:
        open_ = "unexpected end" in str(error)
        if open_ and not whole:
            return ""
        template = (
            _("the row that starts in line {n} has a quote that is never closed")
            if open_
            else _("the row that starts in line {n} has text behind a closing quote")
        )
        return template.format(n=first)
    return ""


def grid_of(rows: Sequence[Row]) -> Grid | None:
    """Return the head and the data among rows; None where no row can be a head.

    Examples
    --------
    >>> made = grid_of([(1, ["Report"]), (2, []), (3, ["No", "Net"]), (4, ["1", "2"]), (5, ["Total", ""])])
    >>> made.head, made.head_row, made.head_line, made.rows, made.totals
    (['No', 'Net'], 2, 3, [['1', '2']], 1)
    """
    filled = [(line, cells) for line, cells in rows if any(cell.strip() for cell in cells)]
    widths = Counter(len(cells) for _line, cells in filled)
    if not widths:
        return None
    usual = max(widths.items(), key=lambda each: (each[1], each[0]))[0]
    place = _head_place(filled, usual)
    if place is None:
        return None
    line, head = filled[place]
    below = filled[place + 1 :]
    head = with_empty_names(head, [row for row in below if len(row[1]) == usual])
    body = [cells for _line, cells in below if not is_head_again(cells, head)]
    whole = [cells for cells in body if len(cells) == len(head)]
    data = [cells for cells in whole if not is_total(cells)]
    return Grid(
        head=[cell.strip(MARKS) for cell in head],
        head_row=place + 1,
        head_line=line,
        rows=data,
        titles=[clipped(cells[0]) for _line, cells in filled[:place]],
        totals=len(whole) - len(data),
        blanks=sum(len(cells) > 1 for _line, cells in rows)
        - sum(len(c) > 1 for _line, c in filled),
        ragged=len(body) - len(whole),
        widest=usual,
    )


def _head_place(rows: Sequence[Row], usual: int) -> int | None:
    """Return which row is the head: as wide as most, and nothing but names."""
    for width in (usual, None):
        for place, (_line, cells) in enumerate(rows[:HEAD_WITHIN]):
            wide = len(cells) == width if width else len(cells) > 1
            if wide and names_columns(cells):
                return place
    return None


def names_columns(cells: Sequence[str]) -> bool:
    """Tell whether cells may be names of columns: mostly filled, different, and no values."""
    names = [cell.strip() for cell in cells if cell.strip()]
    if len(names) < 0.7 * len(cells) or len(set(names)) < 0.8 * len(names):
        return False
    coded = sum(2 * sum(map(str.isdigit, name)) > len(name) for name in names)
    return 4 * coded <= len(names) and not any(VALUE.match(name) for name in names)


def is_total(cells: Sequence[str]) -> bool:
    """Tell whether a row is a sum over others: it says so, and most of its cells are empty.

    Examples
    --------
    >>> is_total(["Razem strona", "", "", "120,00"]), is_total(["Total Beauty Ltd", "K1", "5", "9"])
    (True, False)
    """
    filled = [cell for cell in cells if cell.strip()]
    if not filled or 2 * len(filled) > len(cells) + 1:
        return False
    return any(says_total(cell.strip()) for cell in filled)


def in_words(separator: str) -> str:
    """Return what a separator is called.

    Examples
    --------
    >>> in_words(";")
    'semicolon'
    """
    return NAMES.get(separator, separator)


def notes_on(grid: Grid) -> list[str]:
    """Say which rows were found that are no data."""
    notes = []
    if len(grid.rows) + grid.totals + grid.ragged >= ROWS_READ - 1:
        notes.append(_("only the first {n} rows were looked at").format(n=number(ROWS_READ)))
    if grid.totals:
        template = ngettext(
            "{n} row says that it is a total: its money must not be counted twice",
            "{n} rows say that they are totals: their money must not be counted twice",
            grid.totals,
        )
        notes.append(template.format(n=number(grid.totals)))
    if grid.blanks:
        template = ngettext("{n} row is blank", "{n} rows are blank", grid.blanks)
        notes.append(template.format(n=number(grid.blanks)))
    if grid.ragged:
        template = ngettext(
            "{n} row has not the {width} cells of the head",
            "{n} rows have not the {width} cells of the head",
            grid.ragged,
        )
        notes.append(template.format(n=number(grid.ragged), width=len(grid.head)))
    return notes
