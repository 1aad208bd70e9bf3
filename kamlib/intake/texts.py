"""CSV files as text, cell by cell: nothing is guessed, and nothing is lost on the way.

Python's strict csv module reads, because it neither guesses types nor mends ragged rows. A file
that is not as declared is rejected.
"""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, cast

from kamlib.core.errors import DataError
from kamlib.intake.dialects import Dialect
from kamlib.intake.inspect.heads import CELL_LIMIT
from kamlib.intake.inspect.letters import (
    HEAD,
    composed_lines,
    encoding_of,
    is_utf8,
    lines_not_in,
    mender,
    refuse_other_letters,
    refuse_twice_encoded,
)

LETTERS_AT_ONCE = 1 << 20


def records(
    path: Path, dialect: Dialect, *, shown: str, header_row: int = 1
) -> Iterator[tuple[int, list[str]]]:
    """Yield the head and the rows of a CSV file, each with the number of its first line.

    Lines above `header_row` are passed over, and so are blank lines, rows of empty cells, and a
    first line ``sep=;`` that Excel leaves.

    Parameters
    ----------
    header_row : int, the line of the file that holds the head, from 1

    Raises
    ------
    DataError
        A byte does not belong to the declared encoding, the letters plainly mean another one, a
        quote is never closed, or a packed file is broken.
    """
    first = header_row
    csv.field_size_limit(CELL_LIMIT)
    try:
        _refuse_letters(path, dialect, shown)
        with _opened(path, dialect.encoding, shown) as stream:
            lines = chain.from_iterable(_blocks(stream, shown, mender(dialect.repair)))
            below = islice(lines, header_row - 1, None)
            reader = csv.reader(below, delimiter=dialect.separator, strict=True)
            for cells in reader:
                note = first == 1 and re.fullmatch("sep=.", dialect.separator.join(cells))
                if not note and cells and (cells[0].strip() or any(map(str.strip, cells))):
                    yield first, cells
                first = header_row + reader.line_num
    except UnicodeError as error:
        raise _undecodable(path, dialect.encoding, shown) from error
    except csv.Error as error:
        raise DataError(
            f"the row that starts in line {first} of {shown} {_fault(error)}. Correct that row, or "
            f"export the file again with quotes within a text doubled."
        ) from error


def _blocks(
    stream: io.TextIOBase, shown: str, mend: Callable[[str], str] | None
) -> Iterator[list[str]]:
    """Yield lines, many at once, composed and without a byte order mark before them.

    Raises
    ------
    DataError
        A line holds a zero byte.
    """
    first = 1
    while lines := stream.readlines(LETTERS_AT_ONCE):
        whole = "".join(lines)
        if "\0" in whole:
            number = first + next(n for n, line in enumerate(lines) if "\0" in line)
            raise DataError(
                f"line {number} of {shown} holds a zero byte, which no text has: the file was "
                f"damaged on its way, or it is a program's own. Copy or export it again."
            )
        if first == 1:
            lines[0] = lines[0].removeprefix("\ufeff")
        yield lines if whole.isascii() else list(composed_lines(lines, mend))
        first += len(lines)


@contextmanager
def opened_bytes(path: Path, shown: str) -> Iterator[BinaryIO]:
    """Open a file, packed or not; raise DataError where a packed one turns out to be damaged."""
    try:
        with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as stream:
            yield cast(BinaryIO, stream)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(
            f"{shown} is no whole gzip file ({error}). Copy or pack it again."
        ) from error


@contextmanager
def _opened(path: Path, encoding: str, shown: str) -> Iterator[io.TextIOWrapper]:
    """Open a CSV file as text; a byte order mark of UTF-8 is no part of the head."""
    known = "utf-8-sig" if is_utf8(encoding) else encoding
    with opened_bytes(path, shown) as stream:
        yield io.TextIOWrapper(stream, encoding=known, newline="")


def _refuse_letters(path: Path, dialect: Dialect, shown: str) -> None:
    """Raise DataError if the start of a file plainly is not in the declared encoding."""
    with opened_bytes(path, shown) as stream:
        head = stream.read(HEAD)
    if head.isascii() and b"\x00" not in head:
        return
    refuse_other_letters(head, dialect.encoding, shown)
    if not dialect.repair:
        refuse_twice_encoded(head.decode(dialect.encoding, errors="replace"), shown)


def _fault(error: csv.Error) -> str:
    """Say what is wrong with a row that is no CSV."""
    if "expected after" in str(error):
        return "has text behind a closing quote"
    if "limit" in str(error):
        return f"has a cell of more than {CELL_LIMIT:,} letters: a quote before it is never closed"
    return "has a quote that is never closed"


def _undecodable(path: Path, encoding: str, shown: str) -> DataError:
    """Return the error that names the first line that is not in the declared encoding."""
    with opened_bytes(path, shown) as stream:
        likely = encoding_of(stream.read(HEAD)).value
        stream.seek(0)
        others = lines_not_in(encoding, stream)
    number = max(others.first, 1)
    if likely == encoding.lower():
        return DataError(
            f"line {number} of {shown} is not written in {encoding}, but most of it is: of its "
            f"{others.every} lines with letters beyond ASCII {others.n} cannot be read. Were files of "
            f"two encodings put together? Export it again in one, or give each as a file of its own."
        )
    return DataError(
        f"line {number} of {shown} is not written in {encoding}, the encoding declared for it. "
        f"It looks like {likely}: if so, set encoding: {likely} in its dialect in engagement.yaml."
    )
