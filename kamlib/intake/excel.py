"""A sheet as a table of text: the head, then the rows, as a CSV file would give them.

What people do to sheets is either harmless (hidden rows, stray cells), or it hides to which row or
column a value belongs (merged cells, heads of two rows), or it hides the value itself (a formula
that nobody calculated). The first is read and noted, the second and third are refused or marked;
nothing is ever filled in.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from kamlib.core.errors import DataError, did_you_mean, listed
from kamlib.core.language import N_
from kamlib.intake.how_written import BETWEEN
from kamlib.intake.inspect.heads import is_value, likely_header_row
from kamlib.intake.inspect.words import money_words
from kamlib.intake.values import SERIAL, Dialect, date_form, written_day
from kamlib.intake.workbooks import MERGED, Book, Row, Sheet, merges_of, opened, rows_of

HIDDEN_ROWS = N_("rows hidden in Excel, read like the others")
MASKED_IDS = N_("numbers read with the zeros that Excel shows, not as Excel stores them")
STRAY_CELLS = N_("cells right of the table, left out")
SWAPPED = N_(
    "column whose days up to 12 are dates and whose days above are texts: Excel has likely taken the "
    "day for the month in each of these dates; export it again without Excel"
)
MONTHS_OF_A_YEAR, FEWEST_OF_EACH, FEWEST_DAYS = 12, 2, 6
WRITTEN_DAY = re.compile(r"(\d{1,2})[./ -](\d{1,2})[./ -]\d{2,4}")
ROWS_TO_LOOK_AT = 20
FROM_1904 = date(1904, 1, 1)


class SheetSeen(NamedTuple):
    """A sheet as one sees it: its name, whether it is hidden, and its first rows as text."""

    name: str
    hidden: bool
    rows: list[list[str]]


def sheet_records(
    path: Path,
    dialect: Dialect,
    *,
    shown: str,
    sheet: str | None = None,
    header_row: int = 1,
    notes: Counter[str] | None = None,
    days: Mapping[int, str] | None = None,
) -> Iterator[tuple[int, list[str]]]:
    """Yield the head and the rows of a sheet, each with its number in Excel.

    Blank rows are passed over. Every row has as many cells as the head. A workbook without any cell
    yields nothing.
    """
    noted: Counter[str] = Counter() if notes is None else notes
    with opened(path, shown=shown) as book:
        chosen = _chosen(book, dialect, sheet, shown)
        if chosen is None:
            return
        place, merges = chosen.place, merges_of(book, chosen)
        _refuse_merged_head(merges, header_row, place)
        rows = rows_of(book, chosen, dialect)
        head = _head(rows, header_row, place)
        yield head.number, _filled(head, _width(head))
        first, seen = True, Counter[tuple[int, str, bool]]()
        for row in _judged(rows, _width(head), merges, place, noted):
            if first:
                _refuse_second_head(head, row, place)
            first = False
            cells = _filled(row, _width(head))
            for at in days or ():
                if book.epoch.year == FROM_1904.year and re.fullmatch(SERIAL, cells[at]):
                    day = FROM_1904 + timedelta(days=int(cells[at][:5]))  # a count without a format
                    cells[at] = written_day(day, date_form(dialect))
                seen.update(_kind_of_day(row, at))
            yield row.number, cells
    noted.update(_likely_swapped(seen, days or {}))


def _kind_of_day(row: Row, at: int) -> list[tuple[int, str, bool]]:
    """Return whether a cell holds a real date or a text of one, and whether that can be turned round."""
    if at in row.days:
        return [(at, "date", row.days[at] <= MONTHS_OF_A_YEAR)]
    parts = WRITTEN_DAY.match(row.cells.get(at, "").strip())
    if not parts:
        return []
    return [(at, "text", all(int(part) <= MONTHS_OF_A_YEAR for part in parts.groups()))]


def _likely_swapped(seen: Counter[tuple[int, str, bool]], days: Mapping[int, str]) -> Iterator[str]:
    """Yield a note for each column whose days up to 12 are all dates, and all above 12 texts.

    Excel, opening texts in a country of another order, makes a date of each that it can.
    """
    for at, name in days.items():
        dates, texts = seen[at, "date", True], seen[at, "text", False]
        others = seen[at, "date", False] + seen[at, "text", True]
        if min(dates, texts) >= FEWEST_OF_EACH and dates + texts >= FEWEST_DAYS and not others:
            yield f"{name}{BETWEEN}{SWAPPED}"


def sheets_of(path: Path, *, shown: str, rows: int = ROWS_TO_LOOK_AT) -> list[SheetSeen]:
    """Return the sheets of a workbook with their first `rows` rows; blank ones are empty lists."""
    seen, any_money = [], Dialect(money=money_words("", every=True))
    with opened(path, shown=shown) as book:
        for sheet in book.sheets:
            first: list[list[str]] = [[] for _ in range(rows)]
            for row in rows_of(book, sheet, any_money):
                if row.number > rows:
                    break
                first[row.number - 1] = _filled(row, _width(row))
            while first and not first[-1]:
                first.pop()
            seen.append(SheetSeen(sheet.name, sheet.hidden, first))
    return seen


def _chosen(book: Book, dialect: Dialect, wanted: str | None, shown: str) -> Sheet | None:
    """Return the sheet to read, or None where no visible one has a cell."""
    names = [sheet.name for sheet in book.sheets]
    if wanted is not None:
        for sheet in book.sheets:
            if _same(sheet.name) == _same(wanted):
                return sheet
        raise DataError(
            f"{shown} has no sheet '{wanted}'. {did_you_mean(wanted, names)} "
            f"Set the name under sheet of this input in engagement.yaml."
        )
    visible = [
        sheet for sheet in book.sheets if not sheet.hidden and any(rows_of(book, sheet, dialect))
    ]
    if len(visible) > 1:
        raise DataError(
            f"{shown} has {len(visible)} sheets with data "
            f"({listed((sheet.name for sheet in visible), most=12)}), and nothing says which is "
            f"meant. Name one under sheet of this input in engagement.yaml."
        )
    return visible[0] if visible else None


def _same(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip().casefold()


def _head(rows: Iterator[Row], number: int, place: str) -> Row:
    """Return the row that holds the names of the columns."""
    early: list[list[str]] = []
    for row in rows:
        if row.number == number:
            return row
        if row.number < ROWS_TO_LOOK_AT:
            early += [[] for _ in range(row.number - len(early) - 1)]
            early.append(_filled(row, _width(row)))
        if row.number > number:
            break
    guess = likely_header_row(early)
    hint = f" Row {guess} looks like it." if early and guess != number else ""
    raise DataError(
        f"row {number} of {place} is empty, but the names of the columns should stand in it.{hint} "
        f"Set header_row of this input in engagement.yaml."
    )


def _width(row: Row) -> int:
    return max(row.cells, default=-1) + 1


def _filled(row: Row, width: int) -> list[str]:
    """Return the cells of a row from the first column on, empty ones included."""
    cells = row.cells
    return [cells.get(place, "") for place in range(width)]


def _judged(
    rows: Iterator[Row], width: int, merges: list[Any], place: str, noted: Counter[str]
) -> Iterator[Row]:
    """Yield the rows that have something inside the table, with merged cells marked."""
    tall = [area for area in merges if area.max_row > area.min_row]
    waiting, active = iter(tall), list[Any]()
    coming = next(waiting, None)
    for row in rows:
        while coming is not None and coming.min_row < row.number:
            active.append(coming)
            coming = next(waiting, None)
        stray = sum(at >= width for at in row.cells)
        noted.update({STRAY_CELLS: stray} if stray else {})
        _refuse_uncalculated(row, width, place)
        if stray == len(row.cells):
            continue
        noted.update({HIDDEN_ROWS: 1} if row.hidden else {})
        noted.update({MASKED_IDS: len(row.masked)} if row.masked else {})
        if active:
            active = [area for area in active if area.max_row >= row.number]
            under = (
                at for area in active for at in range(area.min_col - 1, min(area.max_col, width))
            )
            row = row._replace(cells=row.cells | dict.fromkeys(under, MERGED))
        yield row


def _refuse_merged_head(merges: list[Any], header_row: int, place: str) -> None:
    in_head = [area.coord for area in merges if area.min_row <= header_row <= area.max_row]
    if in_head:
        raise DataError(
            f"the head in row {header_row} of {place} has merged cells ({listed(in_head)}), so some "
            f"columns have no name. Unmerge them and write one name over each column, in one row; "
            f"if that row is another one, set header_row of this input in engagement.yaml."
        )


def _refuse_second_head(head: Row, row: Row, place: str) -> None:
    width = _width(head)
    unnamed = [at for at in row.cells if at < width and at not in head.cells]
    if unnamed and not any(map(is_value, row.cells.values())):
        where = _cells(row, unnamed)
        raise DataError(
            f"the names of the columns of {place} stand in two rows: row {head.number} leaves out "
            f"what {where} names. Write one name over each column, in one row, and set header_row "
            f"of this input in engagement.yaml to that row."
        )


def _refuse_uncalculated(row: Row, width: int, place: str) -> None:
    inside = [at for at in row.unknown if at < width]
    if inside:
        raise DataError(
            f"{place} has formulas that were never calculated ({_cells(row, inside)}): the program that "
            f"wrote the file left their values out. Open it in Excel, save it, and run again."
        )


def _cells(row: Row, places: list[int]) -> str:
    from openpyxl.utils import get_column_letter

    return listed(f"{get_column_letter(at + 1)}{row.number}" for at in places)
