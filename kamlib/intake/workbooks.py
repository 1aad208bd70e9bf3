"""A workbook and its cells: looked at before openpyxl unpacks it, each cell then a text to read back.

openpyxl opens whatever unpacks. An archive of 300 kilobytes can unpack to 300 megabytes, one with a
password is no archive at all, and a document type in its XML may swell without end. All are refused
here, in words. Macros are parts like others that nobody opens.

Two things are read here because openpyxl loses them. It takes formulas for uncalculated whether or
not the workbook says so, and it gives up a workbook whose styles hold a colour or a fill that it does
not know, where only the number formats are asked for.

openpyxl reads the value of a cell; rows are gone through here. Asked to stream, it shows no merged
cells, no hidden rows, and of a formula either its words or its value; asked for all, it keeps every
cell in memory. It takes any format with a d, m, h, y or s in it for one of days, also ``0.00 USD``.

Numbers come out with the dialect's decimal mark and at Excel's own precision of 15 digits; dates in
the dialect's form; a number that a format of zeros shows as ``00012`` comes out as it is shown,
because such numbers are ids.

Sources
-------
ECMA-376 (Office Open XML), part 1, 18.2 (workbook), 18.3.1 (rows, cells), 18.8 (styles, number
formats), part 2 for the package.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple
from xml.etree import ElementTree

from kamlib.core.errors import DataError
from kamlib.intake.inspect.words import money_in_format
from kamlib.intake.markup import parsed, refuse_document_type
from kamlib.intake.reasons import DIGITS_LOST, EXCEL_ERROR, MERGED_ABOVE
from kamlib.intake.values import Dialect, date_form, number_written, written_day

OLE, ZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, UnicodeError)
UNREADABLE = (KeyError, IndexError, ValueError, TypeError, AttributeError, ElementTree.ParseError)
MOST_PARTS = 10_000
MOST_BYTES = 2 * 1024**3
MOST_AT_ONCE = 512 * 1024**2
MOST_TIMES = 150
UNSUSPICIOUS = 20 * 1024**2
STYLES = "xl/styles.xml"
TRUE = ("1", "true")
MERGED = "#MERGED!"
TOO_LONG = "#DIGITS!"
ERRORS = """
    #N/A #REF! #DIV/0! #VALUE! #NAME? #NUM! #NULL! #SPILL! #CALC! #GETTING_DATA #FIELD!
    #N/D! #N/D #ADR! #DZIEL/0! #ARG! #NAZWA? #LICZBA! #ZERO! #ROZLANIE!
"""
ERROR_CELLS = {
    **dict.fromkeys(ERRORS.split(), EXCEL_ERROR),
    MERGED: MERGED_ABOVE,
    TOO_LONG: DIGITS_LOST,
}
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
ROW, FORMULA, VALUE = f"{MAIN}row", f"{MAIN}f", f"{MAIN}v"
ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
LITERALS = re.compile(r'"([^"]*)"|\\(.)')
MASK = re.compile(r"0[0\- ]*0")
NOT_A_PLACE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|[sS]\.?0+')
FIRST_LOST = 10**15
THE_DAY_THAT_NEVER_WAS = 60  # 29 February 1900, which Excel counts


class Sheet(NamedTuple):
    """One sheet with cells: its name, how readers know it, its part, and whether people see it."""

    name: str
    place: str
    part: str
    hidden: bool


class Book(NamedTuple):
    """A workbook without its cells.

    `words` are the texts that cells share; `formats` are the number formats by style; `epoch` is the
    day from which days are counted; `stale` says that its formulas are to be calculated when
    Excel opens it, so that whoever wrote it has not.
    """

    archive: zipfile.ZipFile
    sheets: list[Sheet]
    words: list[str]
    formats: dict[int, str]
    epoch: Any
    stale: bool


@contextmanager
def opened(path: Path, *, shown: str) -> Iterator[Book]:
    """Open a workbook after looking at its kind, its sizes and the head of each part."""
    _refuse_other_kinds(path, shown)
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_bombs(archive, shown)
            _refuse_without_workbook(archive, shown)
            for info in archive.infolist():
                if info.flag_bits & 1:
                    raise DataError(f"{shown} has a password. Save it without one.")
                with archive.open(info) as stream:
                    refuse_document_type(stream, shown=shown)
            yield _book(path, archive, shown)
    except BROKEN as error:
        raise DataError(
            f"{shown} is no whole workbook ({error}). Copy it again, or open it in Excel and save it."
        ) from error


def _book(path: Path, archive: zipfile.ZipFile, shown: str) -> Book:
    from openpyxl.reader.excel import ExcelReader

    reader = ExcelReader(path, read_only=True, keep_links=False)
    try:
        with reader.archive:
            reader.read_manifest()
            reader.read_strings()
            reader.read_workbook()
            sheets = [
                Sheet(
                    each.name,
                    f"sheet '{each.name}' of {shown}",
                    link.target,
                    each.state != "visible",
                )
                for each, link in reader.parser.find_sheets()
                if link.Type.endswith("/worksheet")
            ]
        for sheet in sheets:
            archive.getinfo(sheet.part)
        main = ElementTree.fromstring(archive.read(reader.parser.workbook_part_name))
        calculation = main.find("{*}calcPr")
        stale = calculation is not None and calculation.get("fullCalcOnLoad") in TRUE
        formats = _formats(archive) if STYLES in archive.namelist() else {}
    except UNREADABLE as error:
        raise unreadable(shown, error) from error
    return Book(archive, sheets, reader.shared_strings, formats, reader.wb.epoch, stale)


def unreadable(place: str, error: Exception) -> DataError:
    return DataError(f"{place} is not as Excel writes it ({error}). Open it in Excel and save it.")


def _formats(archive: zipfile.ZipFile) -> dict[int, str]:
    """Return the number format of each style that cells have.

    The built-in formats of currencies show the sign of whoever opens the workbook, so that they name
    none; openpyxl does not know the East Asian ones of days.
    """
    from openpyxl.styles.numbers import BUILTIN_FORMATS

    styles = ElementTree.fromstring(archive.read(STYLES))
    codes = {number: code.replace('"$"', "") for number, code in BUILTIN_FORMATS.items()}
    codes |= dict.fromkeys((*range(27, 37), *range(50, 59)), "yyyy-mm-dd")
    for each in styles.findall("{*}numFmts/{*}numFmt"):
        codes[int(each.attrib["numFmtId"])] = each.attrib["formatCode"]
    numbers = [int(each.get("numFmtId", 0)) for each in styles.findall("{*}cellXfs/{*}xf")]
    return {style: codes.get(number, "General") for style, number in enumerate(numbers)}


def _refuse_other_kinds(path: Path, shown: str) -> None:
    with path.open("rb") as stream:
        start = stream.read(512)
    if start.startswith(ZIP):
        return
    nature, way_out = "no Excel workbook", "Open it in Excel and save it as .xlsx."
    if start.startswith(OLE):
        nature = "an Excel workbook with a password, or one of the old kind (.xls)"
        way_out = "Open it in Excel and save it as .xlsx without a password."
    elif not start:
        nature, way_out = "empty (no byte in it)", "Export it again."
    elif start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        nature = "a web page or XML that is only named like a workbook"
    elif b"\0" not in start:
        nature, way_out = "plain text, such as CSV, named like a workbook", "Name it .csv."
    raise DataError(f"{shown} is {nature}, not what its name says. {way_out}")


def _refuse_bombs(archive: zipfile.ZipFile, shown: str) -> None:
    parts = archive.infolist()
    unpacked = sum(info.file_size for info in parts)
    packed = max(sum(info.compress_size for info in parts), 1)
    others = (part for part in parts if not part.filename.startswith("xl/worksheets/"))
    at_once = max((part.file_size for part in others), default=0)
    problem = ""
    if len(parts) > MOST_PARTS:
        problem = f"holds {len(parts):,} parts, more than {MOST_PARTS:,}"
    elif unpacked > MOST_BYTES:
        problem = f"would unpack to {_megabytes(unpacked)}, more than {_megabytes(MOST_BYTES)}"
    elif at_once > MOST_AT_ONCE:
        problem = (
            f"has texts or formats of {_megabytes(at_once)}, more than {_megabytes(MOST_AT_ONCE)}"
        )
    elif unpacked > UNSUSPICIOUS and unpacked > MOST_TIMES * packed:
        problem = (
            f"would unpack from {_megabytes(packed)} to {_megabytes(unpacked)}, which is "
            f"{unpacked // packed:,} times its size; at most {MOST_TIMES} times is read"
        )
    if problem:
        raise DataError(
            f"{shown} {problem}. A workbook from Excel does not look like that: find out where it "
            f"comes from, or copy the data into a new workbook or a CSV file."
        )


def _refuse_without_workbook(archive: zipfile.ZipFile, shown: str) -> None:
    names = set(archive.namelist())
    if "[Content_Types].xml" in names and "xl/workbook.bin" not in names:
        return
    nature = "a zip archive, not a workbook. Unpack it"
    if "xl/workbook.bin" in names:
        nature = "a binary workbook (.xlsb). Save it as .xlsx"
    elif "content.xml" in names:
        nature = "a workbook of LibreOffice (.ods). Save it as .xlsx"
    raise DataError(f"{shown} is {nature}.")


def _megabytes(size: int) -> str:
    return f"{size / 1024**2:,.1f} MB"


class Row(NamedTuple):
    """One row: its number, its cells as text by column from 0, and what is odd about it.

    `masked` are the columns whose numbers come out as a mask of zeros shows them, `unknown` those
    whose formula was never calculated; `days` are the days of the month of real dates, by column.
    """

    number: int
    cells: dict[int, str]
    hidden: bool
    masked: list[int]
    unknown: list[int]
    days: dict[int, int]


class Looks(NamedTuple):
    """What a number looks like: plain, percent, a day or a time, or ids under a mask of zeros.

    `money` is the sign or word of the currency that a plain one shows.
    """

    kind: Literal["plain", "percent", "moment", "mask"]
    mask: str = ""
    money: str = ""


PLAIN = Looks("plain")


def rows_of(book: Book, sheet: Sheet, dialect: Dialect) -> Iterator[Row]:
    """Yield the rows of a sheet that have any cell with something in it."""
    from openpyxl.worksheet._reader import WorkSheetParser

    parser, number = WorkSheetParser(None, book.words, data_only=True), 0
    for element in _elements(book, sheet, "row"):
        try:
            number = int(element.get("r", number + 1))
            row = _row(number, element, parser, book, dialect)
        except UNREADABLE as error:
            place = f"row {element.get('r', number)} of {sheet.place}"
            raise unreadable(place, error) from error
        if row.cells or row.unknown:
            yield row


def merges_of(book: Book, sheet: Sheet) -> list[Any]:
    """Return the merged areas of a sheet, uppermost first; in the file they stand after its cells."""
    from openpyxl.worksheet.cell_range import CellRange

    areas = [each.get("ref") for each in _elements(book, sheet, "mergeCell")]
    try:
        return sorted(map(CellRange, areas), key=lambda area: (area.min_row, area.min_col))
    except UNREADABLE as error:
        raise unreadable(f"a merged area of {sheet.place}", error) from error


def _elements(book: Book, sheet: Sheet, name: str) -> Iterator[ElementTree.Element]:
    """Yield the elements of a sheet that have a name, one at a time."""
    wanted = f"{MAIN}{name}"
    with book.archive.open(sheet.part) as stream:
        for events in parsed(stream, "end", shown=sheet.place):
            for _, element in events:
                if element.tag == wanted:
                    yield element
                if element.tag == ROW:
                    element.clear()
    if element.tag != f"{MAIN}worksheet":  # the last one is the outermost
        raise DataError(
            f"{sheet.place} is not written as Excel writes it (perhaps as Strict Open XML). "
            f"Open it in Excel and save it as an ordinary .xlsx."
        )


def _row(
    number: int, element: ElementTree.Element, parser: Any, book: Book, dialect: Dialect
) -> Row:
    row, form = Row(number, {}, element.get("hidden") in TRUE, [], [], {}), date_form(dialect)
    parser.row_counter, parser.col_counter = number, 0
    for each in element:
        cell = parser.parse_cell(each)
        at, value, looks = cell["column"] - 1, cell["value"], PLAIN
        if (
            each.find(FORMULA) is not None
            and each.get("t") not in ("str", "e")
            and each.findtext(VALUE, "") in (("", "0") if book.stale else ("",))
        ):  # nobody knows what the formula gives: no value, or a nought put in its place
            row.unknown.append(at)
            continue
        if value is None:
            continue
        if cell["data_type"] == "n":
            looks = looks_of(book.formats.get(cell["style_id"], "General"))
            if looks.kind == "moment":
                value = _moment(value, book.epoch)
        if isinstance(value, date):
            row.days[at] = value.day
        text = _text(value, looks, dialect, form)
        if looks.kind == "mask" and text != plain_number(value, dialect):
            row.masked.append(at)
        if text and not text.isspace():
            row.cells[at] = text
    return row


def _moment(serial: float, epoch: Any) -> Any:
    """Return the day or the time of day of a serial number; the number where there is none."""
    from openpyxl.utils.datetime import WINDOWS_EPOCH, from_excel

    if serial < 0 or (int(serial) == THE_DAY_THAT_NEVER_WAS and epoch == WINDOWS_EPOCH):
        return serial
    try:
        return from_excel(serial, epoch)
    except (OverflowError, ValueError):  # beyond the year 9999
        return serial


def _text(value: Any, looks: Looks, dialect: Dialect, form: str) -> str:
    if isinstance(value, str):
        return ESCAPED.sub(lambda found: chr(int(found[1], 16)), value) if "_x" in value else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return written_day(value, form)
    if isinstance(value, time):
        return value.isoformat("seconds")
    if looks.kind == "percent":
        return f"{plain_number(value * 100, dialect)}%"
    plain = plain_number(value, dialect)
    if looks.kind == "mask":
        return masked(plain, looks.mask) if plain.isdigit() else plain
    return f"{plain} {looks.money}" if looks.money and looks.money not in dialect.money else plain


@lru_cache(maxsize=10_000)
def looks_of(code: str) -> Looks:
    """Return what a number format makes of a number.

    Examples
    --------
    >>> looks_of("dd.mm.yyyy").kind, looks_of("#,##0.00").kind, looks_of("[h]:mm").kind
    ('moment', 'plain', 'plain')
    >>> looks_of('000"-"000'), looks_of("0.00 USD")
    (Looks(kind='mask', mask='000-000', money=''), Looks(kind='plain', mask='', money='USD'))
    """
    from openpyxl.styles.numbers import is_date_format, is_timedelta_format

    positive = code.split(";")[0]
    written = LITERALS.sub(lambda found: found[1] or found[2] or "", positive)
    if MASK.fullmatch(written):
        return Looks("mask", written)
    bare = NOT_A_PLACE.sub("", positive)
    if "%" in bare:
        return Looks("percent")
    if not re.search("[0#?]", bare) and is_date_format(code):
        return PLAIN if is_timedelta_format(code) else Looks("moment")
    return Looks("plain", money=money_in_format(positive))


def plain_number(value: float, dialect: Dialect) -> str:
    """Return a number at Excel's precision, without exponent or needless zeros.

    Examples
    --------
    >>> plain_number(1122.2800000000001, Dialect(decimal=",")), plain_number(1e-4, Dialect())
    ('1122,28', '0.0001')
    >>> plain_number(123456789012345678, Dialect())
    '#DIGITS! 1.23456789012346E+17'
    """
    if abs(value) >= FIRST_LOST:
        return f"{TOO_LONG} {value:.15G}"
    plain = str(value) if isinstance(value, int) else f"{value:.15g}"
    return number_written(f"{Decimal(plain):f}" if "e" in plain else plain, dialect)


def masked(number: str, mask: str) -> str:
    """Return a whole number as a mask of zeros shows it."""
    digits = number.zfill(mask.count("0"))
    spare = len(digits) - mask.count("0")
    rest = iter(digits[spare:])
    return digits[:spare] + "".join(next(rest) if sign == "0" else sign for sign in mask)
