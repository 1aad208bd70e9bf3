"""The file of a workbook: a zip archive that is looked at before anything in it is unpacked.

An archive of 300 kilobytes can unpack to 300 megabytes, and one with a password is no archive at
all. Both are refused here, in words. Macros are parts like others that nobody opens.

Sources
-------
ECMA-376 (Office Open XML), part 2, for the package: parts, relationships, encodings.
"""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from kamlib.core.errors import DataError

EXCEL_ENDINGS = (".xlsx", ".xlsm")
OLE, ZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, UnicodeError)
MOST_PARTS = 10_000
MOST_BYTES = 2 * 1024**3
MOST_TIMES = 150
UNSUSPICIOUS = 20 * 1024**2
MOST_WORDS = 512 * 1024**2


@contextmanager
def opened(path: Path, *, shown: str) -> Iterator[zipfile.ZipFile]:
    """Open a workbook's archive after looking at its kind and its sizes.

    Raises
    ------
    DataError
        It is no workbook of Excel 2007 or later, is damaged, has a password, or would unpack to
        more than a workbook can hold.
    """
    _refuse_other_kinds(path, shown)
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_bombs(archive, shown)
            _refuse_without_workbook(archive, shown)
            yield archive
    except BROKEN as error:
        raise DataError(
            f"{shown} is no whole workbook ({error}). Copy it again, or open it in Excel and save it."
        ) from error


@contextmanager
def part(archive: zipfile.ZipFile, name: str, *, shown: str) -> Iterator[BinaryIO]:
    """Open one part of a workbook."""
    try:
        info = archive.getinfo(name)
    except KeyError as error:
        raise DataError(
            f"{shown} lacks its part {name}, so it is no whole workbook. Open it in Excel and save it."
        ) from error
    if info.flag_bits & 1:
        raise DataError(f"{shown} has a password. Save it without one.")
    with archive.open(info) as stream:
        yield cast(BinaryIO, stream)


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
    problem = ""
    if len(parts) > MOST_PARTS:
        problem = f"holds {len(parts):,} parts, more than {MOST_PARTS:,}"
    elif unpacked > MOST_BYTES:
        problem = f"would unpack to {_megabytes(unpacked)}, more than {_megabytes(MOST_BYTES)}"
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
