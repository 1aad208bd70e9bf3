"""The rows of one sheet in a stream: each cell as text, with what people did to the sheet beside it.

Neither of the usual readers shows all that decides whether a cell may be believed. openpyxl, asked
to stream, sees no merged cells and no hidden rows, and shows a formula or its value, never both;
calamine turns errors into blanks and shows neither formulas nor formats. So the sheet's XML is read
here: every cell once, and no more than a few rows at a time in memory.

Sources
-------
ECMA-376, part 1, 18.3.1 (rows, cells, formulas, merged cells).
"""

import re
import zipfile
from collections.abc import Iterator
from typing import NamedTuple
from xml.parsers import expat

from kamlib.core.errors import DataError
from kamlib.intake.dialects import ISO, Dialect
from kamlib.intake.excel.book import Book, Sheet, unescaped
from kamlib.intake.excel.cells import (
    PLAIN,
    day_of_serial,
    masked,
    percent,
    plain_number,
    time_of_day,
    with_money,
)
from kamlib.intake.excel.package import part
from kamlib.intake.markup import BYTES_AT_ONCE, careful_parser, fed, local
from kamlib.intake.typed import date_form, day_written

MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref=["\']([A-Z]+)(\d+):([A-Z]+)(\d+)["\']')
FILLED = re.compile(rb"<(?:\w+:)?(?:v|t)[ >]")
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
MOST_MERGES = 200_000
DIGITS = "0123456789"


class Row(NamedTuple):
    """One row: its number, its cells as text by column from 0, and what is odd about it.

    `masked` counts the numbers that come out as a mask of zeros shows them. `unknown` names the
    cells whose formula was never calculated. `days` are the days of the month of real dates, by column.
    """

    number: int
    cells: dict[int, str]
    hidden: bool
    masked: int
    unknown: list[str]
    days: dict[int, int]


class Merge(NamedTuple):
    """A merged area; columns are counted from 0."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    def __str__(self) -> str:
        """Return the area as Excel names it."""
        return f"{letters(self.first_column)}{self.first_row}:{letters(self.last_column)}{self.last_row}"


def rows_of(
    archive: zipfile.ZipFile, book: Book, sheet: Sheet, dialect: Dialect, *, shown: str
) -> Iterator[Row]:
    """Yield the rows of a sheet that have any cell with something in it.

    Raises
    ------
    DataError
        The sheet's XML is broken or declares a document type.
    """
    parser = careful_parser(shown)
    reader = _Reader(parser, book, dialect, shown)
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    with part(archive, sheet.part, shown=shown) as stream:
        for _ in fed(parser, stream, shown=shown):
            yield from reader.rows
            reader.rows.clear()


def merges_of(archive: zipfile.ZipFile, sheet: Sheet, *, shown: str) -> list[Merge]:
    """Return the merged areas of a sheet, uppermost first; they stand after the cells."""
    found: list[Merge] = []
    rest = b""
    with part(archive, sheet.part, shown=shown) as stream:
        while piece := stream.read(BYTES_AT_ONCE * 16):
            text = rest + piece
            if text.startswith((b"\xff\xfe", b"\xfe\xff")):
                raise DataError(f"{shown} is written in UTF-16. Open it in Excel and save it.")
            if b"mergeCell" in text:
                for left, top, right, bottom in MERGE.findall(text):
                    found.append(Merge(int(top), column(left), int(bottom), column(right)))
                rest = text[text.rfind(b"<") :][:4096]
            else:
                rest = text[-256:]
            if len(found) > MOST_MERGES:
                raise DataError(
                    f"{shown} has more than {MOST_MERGES:,} merged areas. Unmerge the cells and "
                    f"fill each row."
                )
    return sorted(set(found))


def has_cells(archive: zipfile.ZipFile, sheet: Sheet, *, shown: str) -> bool:
    """Tell whether any cell of a sheet has something in it."""
    rest = b""
    with part(archive, sheet.part, shown=shown) as stream:
        while piece := stream.read(BYTES_AT_ONCE):
            if FILLED.search(rest + piece):
                return True
            rest = piece[-64:]
    return False


def column(name: str | bytes) -> int:
    """Return the place of a column, counted from 0.

    Examples
    --------
    >>> column("A"), column("Z"), column("AA")
    (0, 25, 26)
    """
    place = 0
    for letter in name if isinstance(name, bytes) else name.encode():
        place = place * 26 + letter - 64
    return place - 1


def letters(place: int) -> str:
    """Return the name of a column from its place.

    Examples
    --------
    >>> letters(0), letters(25), letters(26), letters(701)
    ('A', 'Z', 'AA', 'ZZ')
    """
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name


class _Reader:
    """Takes the XML of a sheet piece by piece from a parser and collects its rows."""

    def __init__(
        self, parser: expat.XMLParserType, book: Book, dialect: Dialect, shown: str
    ) -> None:
        self.parser, self.book, self.shown = parser, book, shown
        self.dialect, self.form = dialect, date_form(dialect)
        self.rows: list[Row] = []
        self.row = Row(0, {}, False, 0, [], {})
        self.number, self.place = 0, -1
        self.columns: dict[str, int] = {}
        self.kind, self.style, self.formula, self.aids, self.masks = "n", 0, False, 0, 0
        self.pieces: list[str] = []

    def start(self, tag: str, given: dict[str, str]) -> None:
        """Take the start of an element."""
        if tag == "v" or tag == "t":
            if not self.aids:
                self.parser.CharacterDataHandler = self.pieces.append
        elif tag == "c":
            self._start_cell(given)
        elif tag == "row":
            self.number = int(given.get("r", self.number + 1))
            self.place, self.masks = -1, 0
            self.row = Row(self.number, {}, given.get("hidden") in ("1", "true"), 0, [], {})
            if self.number > LAST_ROW:
                raise DataError(f"{self.shown} has a row {self.number:,}; Excel has no such row.")
        elif tag == "f":
            self.formula = True
        elif tag == "rPh":
            self.aids += 1
        elif ":" in tag:
            self.start(local(tag), given)

    def end(self, tag: str) -> None:
        """Take the end of an element."""
        if tag == "v" or tag == "t":
            self.parser.CharacterDataHandler = None
        elif tag == "c":
            self._end_cell()
        elif tag == "row":
            if self.row.cells or self.row.unknown:
                self.rows.append(self.row._replace(masked=self.masks))
        elif tag == "rPh":
            self.aids -= 1
        elif ":" in tag:
            self.end(local(tag))

    def _start_cell(self, given: dict[str, str]) -> None:
        """Note where a cell stands and what kind of value it has."""
        place = self.place + 1
        if name := given.get("r"):
            name = name.rstrip(DIGITS)
            if (known := self.columns.get(name)) is None:
                known = self.columns[name] = column(name)
            place = known
        if not 0 <= place < LAST_COLUMN:
            raise DataError(f"{self.shown} has a cell beyond the last column that Excel has.")
        self.place = place
        self.kind, self.style = given.get("t", "n"), int(given.get("s", 0))
        self.formula = False
        self.pieces.clear()

    def _end_cell(self) -> None:
        """Keep a cell that has something in it, as text."""
        stored = "".join(self.pieces)
        if self.formula and self._is_uncalculated(stored):
            self.row.unknown.append(f"{letters(self.place)}{self.number}")
        elif stored:
            text = self._text(stored)
            if text and not text.isspace():
                self.row.cells[self.place] = text

    def _is_uncalculated(self, stored: str) -> bool:
        """Tell whether nobody knows what a formula gives: no value, or a nought put in its place."""
        if self.kind in ("str", "e"):
            return False
        return not stored or (self.book.stale and stored == "0")

    def _text(self, stored: str) -> str:
        """Return a stored value as text."""
        if self.kind == "n":
            return self._number(stored.strip())
        if self.kind == "s":
            return self._shared(stored)
        if self.kind == "b":
            return "true" if stored.strip() == "1" else "false"
        if self.kind == "d":
            return day_written(stored.strip(), self.form)
        return unescaped(stored)

    def _shared(self, stored: str) -> str:
        """Return one of the workbook's shared texts."""
        try:
            return self.book.words[int(stored)]
        except (IndexError, ValueError) as error:
            raise DataError(
                f"cell {letters(self.place)}{self.number} of {self.shown} names a text that the "
                f"workbook lacks. Open it in Excel and save it."
            ) from error

    def _number(self, stored: str) -> str:
        """Return a stored number as its format means it."""
        looks = self.book.looks[self.style] if self.style < len(self.book.looks) else PLAIN
        if looks is PLAIN and len(stored) < 16 and stored.isdecimal():
            return stored
        try:
            plain = plain_number(stored, self.dialect)
            if looks is PLAIN:
                return plain
            if looks.kind == "plain":
                return with_money(plain, looks.money, self.dialect)
            if looks.kind == "percent":
                return percent(stored, self.dialect)
            if looks.kind == "date":
                serial = int(float(stored))
                day = day_of_serial(serial, self.form, from_1904=self.book.from_1904)
                iso = day_of_serial(serial, ISO, from_1904=self.book.from_1904)
                self.row.days.update({self.place: int(iso[-2:])} if iso else {})
                return day or plain
        except (ValueError, OverflowError) as error:
            raise DataError(
                f"cell {letters(self.place)}{self.number} of {self.shown} is stored as a number "
                f"but holds '{stored[:40]}'. Open it in Excel and save it."
            ) from error
        if looks.kind == "time":
            return time_of_day(float(stored)) if 0 <= float(stored) < 1 else plain
        shown = masked(plain, looks.mask) if plain.isdigit() else plain
        self.masks += shown != plain
        return shown
