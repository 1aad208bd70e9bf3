"""The file of a workbook: a zip archive that is looked at before openpyxl unpacks it.

openpyxl opens whatever unpacks. An archive of 300 kilobytes can unpack to 300 megabytes, one with a
password is no archive at all, and a document type in its XML may swell without end. All are refused
here, in words. Macros are parts like others that nobody opens.

Two things are read here because openpyxl loses them. It takes formulas for uncalculated whether or
not the workbook says so, and it gives up a workbook whose styles hold a colour or a fill that it does
not know, where only the number formats are asked for.

Sources
-------
ECMA-376 (Office Open XML), part 1, 18.2 (workbook) and 18.8 (styles), part 2 for the package.
"""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

from kamlib.core.errors import DataError
from kamlib.intake.markup import refuse_document_type

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
    """Open a workbook after looking at its kind, its sizes and the head of each part.

    Raises
    ------
    DataError
        It is no workbook of Excel 2007 or later, is damaged, has a password, declares a document
        type, or would unpack to more than a workbook can hold.
    """
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
    """Return what a workbook says of itself."""
    from openpyxl.reader.excel import ExcelReader

    reader = ExcelReader(path, read_only=True, keep_links=False)
    try:
        with reader.archive:
            reader.read_manifest()
            reader.read_strings()
            reader.read_workbook()
            sheets = [
                Sheet(
                    sheet.name,
                    f"sheet '{sheet.name}' of {shown}",
                    link.target,
                    hidden=sheet.state != "visible",
                )
                for sheet, link in reader.parser.find_sheets()
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
    """Return what to say of something in a workbook that is not as Excel writes it."""
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
    """Raise DataError unless the file starts as a zip archive does."""
    with path.open("rb") as stream:
        start = stream.read(512)
    if start.startswith(ZIP):
        return
    if start.startswith(OLE):
        nature, way_out = (
            "an Excel workbook with a password, or one of the old kind (.xls)",
            "Open it in Excel and save it as .xlsx without a password.",
        )
    elif not start:
        nature, way_out = "empty (no byte in it)", "Export it again."
    elif start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        nature, way_out = (
            "a web page or XML that is only named like a workbook",
            "Open it in Excel and save it as .xlsx.",
        )
    elif b"\0" not in start:
        nature, way_out = "plain text, such as CSV, named like a workbook", "Name it .csv."
    else:
        nature, way_out = "no Excel workbook", "Open it in Excel and save it as .xlsx."
    raise DataError(f"{shown} is {nature}, not what its name says. {way_out}")


def _refuse_bombs(archive: zipfile.ZipFile, shown: str) -> None:
    """Raise DataError if the archive would unpack to more than a workbook can hold."""
    parts = archive.infolist()
    unpacked = sum(info.file_size for info in parts)
    packed = max(sum(info.compress_size for info in parts), 1)
    at_once = max(
        (part.file_size for part in parts if not part.filename.startswith("xl/worksheets/")),
        default=0,
    )
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
    """Raise DataError if the archive is a zip of another kind."""
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
    """Write a number of bytes in megabytes."""
    return f"{size / 1024**2:,.1f} MB"
