"""CSV files as text, cell by cell: nothing is guessed, and nothing is lost on the way.

Python's strict csv module reads, because it neither guesses types nor mends ragged rows. A row with
too few or too many cells is kept as a broken row; a file that is not as declared is rejected.
"""

import csv
import gzip
import io
import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice, takewhile
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

import pyarrow as pa
import pyarrow.parquet as pq

from kamlib.errors import DataError

ROWS_AT_ONCE = 2_000  # few enough to stay in the processor's cache
CHUNKS_AT_ONCE = 50
POLISH = set("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ")
LIKELY = ("cp1250", "iso8859-2", "cp852")
CELL_LIMIT = 1_000_000


class Dialect(NamedTuple):
    """How a file writes: the defaults hold where engagement.yaml names no dialect."""

    encoding: str = "utf-8"
    separator: str = ","
    decimal: str = "."
    thousands: str | None = None
    date: str | None = "%Y-%m-%d"


class TextFile(NamedTuple):
    """One CSV file: where it is, how readers know it, and where our columns stand in it."""

    number: int
    path: Path
    shown: str
    width: int
    places: dict[str, int]


def records(path: Path, dialect: Dialect, *, shown: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the head and the rows of a CSV file, each with the number of its first line.

    Blank lines are passed over, and so is a first line ``sep=;`` that Excel leaves.

    Raises
    ------
    DataError
        A byte does not belong to the declared encoding, a quote is never closed, or a packed file
        is broken.
    """
    first = 1
    csv.field_size_limit(CELL_LIMIT)
    try:
        with _opened(path, dialect.encoding) as stream:
            reader = csv.reader(_composed(stream), delimiter=dialect.separator, strict=True)
            for cells in reader:
                note = first == 1 and re.fullmatch("sep=.", dialect.separator.join(cells))
                if cells and not note:
                    yield first, cells
                first = reader.line_num + 1
    except UnicodeDecodeError as error:
        raise _undecodable(path, dialect.encoding, shown) from error
    except csv.Error as error:
        raise DataError(
            f"the row that starts in line {first} of {shown} cannot be read as CSV ({error}). "
            f"Look for a quote that is never closed, or export the file again."
        ) from error
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(
            f"{shown} is no whole gzip file ({error}). Copy or pack it again."
        ) from error


def write_texts(target: Path, files: list[TextFile], dialect: Dialect, *, names: list[str]) -> int:
    """Write the cells of CSV files as text into one Parquet file, chunk by chunk.

    Parameters
    ----------
    target : Path of the Parquet file
    files : the files, all of one dialect
    names : our names of the columns to take; where a file lacks one, the cells are null

    Returns
    -------
    int, the number of rows read, broken ones included
    """
    text, rows = pa.string(), 0
    marks = [("_file", pa.int32()), ("_row", pa.int64()), ("_broken", text), ("_cells", text)]
    schema = pa.schema([*marks, *((name, text) for name in names)])
    with pq.ParquetWriter(target, schema, use_dictionary=False) as writer:
        for file in files:
            chunks = _chunks(records(file.path, dialect, shown=file.shown))
            tables = (_as_table(chunk, file, schema) for chunk in chunks)
            while group := list(islice(tables, CHUNKS_AT_ONCE)):
                writer.write_table(pa.concat_tables(group))
                rows += sum(table.num_rows for table in group)
    return rows


def _chunks(rows: Iterator[tuple[int, list[str]]]) -> Iterator[list[tuple[int, list[str]]]]:
    """Yield rows in lists of bounded length, without the head."""
    next(rows, None)
    while chunk := list(islice(rows, ROWS_AT_ONCE)):
        yield chunk


def _as_table(chunk: list[tuple[int, list[str]]], file: TextFile, schema: pa.Schema) -> pa.Table:
    """Return rows of a file as columns of text; a ragged row keeps its cells in one text."""
    lines, rows = zip(*chunk, strict=True)
    columns: dict[str, Sequence[object]] = {"_row": lines, "_file": [file.number] * len(chunk)}
    if any(len(cells) != file.width for cells in rows):
        ragged = [None if len(cells) == file.width else cells for cells in rows]
        columns["_broken"] = [
            f"{len(cells)} cells where the head has {file.width}" if cells else None
            for cells in ragged
        ]
        columns["_cells"] = [" | ".join(cells)[:200] if cells else None for cells in ragged]
        none = [None] * file.width
        rows = tuple(none if odd else cells for odd, cells in zip(ragged, rows, strict=True))
    for name, place in file.places.items():
        columns[name] = list(map(itemgetter(place), rows))
    arrays = [
        pa.array(columns[f.name], f.type) if f.name in columns else pa.nulls(len(chunk), f.type)
        for f in schema
    ]
    return pa.table(arrays, schema=schema)


@contextmanager
def _bytes(path: Path) -> Iterator[BinaryIO]:
    """Open a file, packed or not."""
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
        yield cast(BinaryIO, stream)


@contextmanager
def _opened(path: Path, encoding: str) -> Iterator[io.TextIOWrapper]:
    """Open a CSV file as text; a byte order mark of UTF-8 is no part of the head."""
    known = "utf-8-sig" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding
    with _bytes(path) as stream:
        yield io.TextIOWrapper(stream, encoding=known, newline="")


def _composed(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines with letters and accents composed (NFC), so that equal names are equal."""
    for line in lines:
        yield line if line.isascii() else unicodedata.normalize("NFC", line)


def _undecodable(path: Path, encoding: str, shown: str) -> DataError:
    """Return the error that names the first line that is not in the declared encoding."""
    with _bytes(path) as stream:
        likely = likely_encoding(stream.read(1_000_000))
        stream.seek(0)
        number = 1 + sum(1 for _ in takewhile(partial(_is_in, encoding), stream))
    return DataError(
        f"line {number} of {shown} is not written in {encoding}, the encoding declared for it. "
        f"It looks like {likely}: if so, set encoding: {likely} in its dialect in engagement.yaml."
    )


def _is_in(encoding: str, line: bytes) -> bool:
    """Tell whether a line can be read in an encoding."""
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def likely_encoding(head: bytes) -> str:
    """Return the encoding that bytes are most likely written in; only ever a suggestion.

    Examples
    --------
    >>> likely_encoding("Śruba, Łódź".encode("cp1250"))
    'cp1250'
    >>> likely_encoding("Śruba, Łódź".encode("iso8859-2"))
    'iso8859-2'
    """
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            return max(LIKELY, key=lambda encoding: _polish_share(head, encoding))
    return "utf-8"


def _polish_share(head: bytes, encoding: str) -> float:
    """Return the share of Polish letters among the characters beyond ASCII."""
    odd = [letter for letter in head.decode(encoding, errors="replace") if not letter.isascii()]
    return sum(letter in POLISH for letter in odd) / max(len(odd), 1)
