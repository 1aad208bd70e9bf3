"""Rows of a sheet: each cell as text that the declared dialect reads back, without a guess.

openpyxl reads the value of a cell; rows are gone through here. Asked to stream, it shows no merged
cells, no hidden rows, and of a formula either its words or its value; asked for all, it keeps every
cell in memory. It takes any format with a d, m, h, y or s in it for one of days, also ``0.00 USD``.

Excel keeps numbers, dates and yes or no apart from texts. Numbers come out with the dialect's
decimal mark and at Excel's own precision of 15 digits; dates in the dialect's form; a number that a
format of zeros shows as ``00012`` comes out as it is shown, because such numbers are ids.

Sources
-------
ECMA-376, part 1, 18.3.1 (rows, cells), 18.8.30 (number formats).
"""

import re
from collections.abc import Iterator
from datetime import date, time
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal, NamedTuple
from xml.etree import ElementTree

from kamlib.core.errors import DataError
from kamlib.intake.currency_words import money_in_format
from kamlib.intake.dialects import Dialect
from kamlib.intake.excel.package import TRUE, UNREADABLE, Book, Sheet, unreadable
from kamlib.intake.markup import parsed
from kamlib.intake.reasons import DIGITS_LOST, EXCEL_ERROR, MERGED_ABOVE
from kamlib.intake.typed import date_form, number_written, written_day

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
    """Yield the rows of a sheet that have any cell with something in it.

    Raises
    ------
    DataError
        The sheet's XML is broken, or no Excel workbook's.
    """
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
    """Return a row, whose cells openpyxl reads."""
    row, form = Row(number, {}, element.get("hidden") in TRUE, [], [], {}), date_form(dialect)
    parser.row_counter, parser.col_counter = number, 0
    for each in element:
        cell = parser.parse_cell(each)
        at, value, looks = cell["column"] - 1, cell["value"], PLAIN
        if _is_uncalculated(each, stale=book.stale):
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


def _is_uncalculated(cell: ElementTree.Element, *, stale: bool) -> bool:
    """Tell whether nobody knows what a formula gives: no value, or a nought put in its place."""
    if cell.find(FORMULA) is None or cell.get("t") in ("str", "e"):
        return False
    return cell.findtext(VALUE, "") in (("", "0") if stale else ("",))


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
    """Return a cell's value as text."""
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
    return with_money(plain, looks.money, dialect)


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


def with_money(number: str, money: str, dialect: Dialect) -> str:
    """Return a number with the currency that its format shows, unless it is the reporting one.

    Examples
    --------
    >>> with_money("100", "EUR", Dialect(money=("zł",))), with_money("100", "zł", Dialect(money=("zł",)))
    ('100 EUR', '100')
    """
    return f"{number} {money}" if money and money not in dialect.money else number


def masked(number: str, mask: str) -> str:
    """Return a whole number as a mask of zeros shows it.

    Examples
    --------
    >>> masked("12", "00000"), masked("1234567890", "000-000-00-00")
    ('00012', '123-456-78-90')
    """
    digits = number.zfill(mask.count("0"))
    spare = len(digits) - mask.count("0")
    rest = iter(digits[spare:])
    return digits[:spare] + "".join(next(rest) if sign == "0" else sign for sign in mask)
