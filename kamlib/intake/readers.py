"""One way to read any file: the head, then the rows, every cell a text, in the order of the file.

What a reader yields is written into one file of the engine, chunk by chunk. A row with too few or
too many cells is kept as a broken row, and so is a total that a report prints below its lines: their
cells stay as text, so that no amount of theirs is ever added up.
"""

import csv
import gzip
import hashlib
import io
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kamlib.core.errors import DataError
from kamlib.core.language import N_
from kamlib.intake.document_heads import DocumentHeads
from kamlib.intake.engines import BLANKS
from kamlib.intake.inspect.heads import CELL_LIMIT, is_head_again, refuse_mostly_ragged
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
from kamlib.intake.inspect.words import FIRST_LETTERS, is_total
from kamlib.intake.reasons import A_TOTAL, FEWER_CELLS, MORE_CELLS, THE_HEAD_AGAIN
from kamlib.intake.values import Dialect

LETTERS_AT_ONCE = 1 << 20
ROWS_AT_ONCE = 2_000  # few enough to stay in the processor's cache
CHUNKS_AT_ONCE = 50
EXCEL_ENDINGS, XML_ENDINGS, PARQUET = (".xlsx", ".xlsm"), (".xml",), ".parquet"
TEXT_ENDINGS = (".csv", ".csv.gz", ".txt", ".txt.gz", ".tsv", ".tsv.gz")
ABOVE_HEAD = N_("lines above the head, passed over")


def records(
    path: Path, dialect: Dialect, *, shown: str, header_row: int = 1
) -> Iterator[tuple[int, list[str]]]:
    """Yield the head and the rows of a CSV file, each with the number of its first line.

    Lines above `header_row` are passed over, and so are blank lines, rows of empty cells, and a
    first line ``sep=;`` that Excel leaves.
    """
    first = header_row
    csv.field_size_limit(CELL_LIMIT)
    try:
        _refuse_letters(path, dialect, shown)
        encoding = "utf-8-sig" if is_utf8(dialect.encoding) else dialect.encoding
        with opened_bytes(path, shown) as stream:
            text = io.TextIOWrapper(stream, encoding=encoding, newline="")
            lines = chain.from_iterable(_blocks(text, shown, mender(dialect.repair)))
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
    """Yield lines, many at once, composed and without a byte order mark before them."""
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


def _refuse_letters(path: Path, dialect: Dialect, shown: str) -> None:
    with opened_bytes(path, shown) as stream:
        head = stream.read(HEAD)
    if head.isascii() and b"\x00" not in head:
        return
    refuse_other_letters(head, dialect.encoding, shown)
    if not dialect.repair:
        refuse_twice_encoded(head.decode(dialect.encoding, errors="replace"), shown)


def _fault(error: csv.Error) -> str:
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


class InputFile(NamedTuple):
    """One file, or one sheet: where it is, how readers know it, and where our columns stand in it.

    `heads` are those of documents in files of their own, whose names follow the `own` ones in the
    head. `places` are those of our columns, `days` those of days with our names, `ids` those of the
    cells that every line of the table has: a total has none of them.
    """

    number: int
    path: Path
    shown: str
    head: Sequence[str] = ()
    sheet: str | None = None
    header_row: int = 1
    heads: DocumentHeads | None = None
    own: int = 0
    places: Mapping[str, int] = {}
    days: Mapping[int, str] = {}
    ids: tuple[int, ...] = ()

    def is_a(self, *endings: str) -> bool:
        """Tell whether the file's name has one of these endings."""
        return self.path.name.lower().endswith(endings)


def records_of(
    file: InputFile, dialect: Dialect, notes: Counter[str] | None = None
) -> Iterator[tuple[int, list[str]]]:
    """Yield the head and the rows of a file of any kind, each with the number of its first line.

    `notes` takes what readers should be told, with how often it happened. DataError where the file
    cannot be read as declared.
    """
    path, shown, row = file.path, file.shown, file.header_row
    if file.is_a(*EXCEL_ENDINGS):
        from kamlib.intake.excel import sheet_records

        return sheet_records(
            path,
            dialect,
            shown=shown,
            sheet=file.sheet,
            header_row=row,
            notes=notes,
            days=file.days,
        )
    if file.is_a(*XML_ENDINGS):
        from kamlib.intake.invoices_xml import xml_records

        return xml_records(path, dialect, shown=shown, notes=notes)
    if notes is not None and row > 1:
        notes[ABOVE_HEAD] += row - 1
    return records(path, dialect, shown=shown, header_row=row)


def write_texts(
    target: Path,
    files: list[InputFile],
    dialect: Dialect,
    *,
    names: list[str],
    notes: Counter[str] | None = None,
) -> int:
    """Write the cells of files of one dialect as text into one Parquet file, and count their rows.

    `names` are our names of the columns to take; where a file lacks one, the cells are null.
    """
    text, rows = pa.string(), 0
    marks = [("_file", pa.int32()), ("_row", pa.int64()), ("_broken", text), ("_cells", text)]
    schema = pa.schema([*marks, *((name, text) for name in names)])
    with pq.ParquetWriter(target, schema, use_dictionary=False, write_statistics=False) as writer:
        tables = _tables(files, dialect, schema, notes)
        for group in _grouped(tables):
            writer.write_table(pa.concat_tables(group))
            rows += sum(table.num_rows for table in group)
    return rows


def refuse_same_bytes(files: Sequence[tuple[Path, str]]) -> None:
    """Raise DataError if two files of one input are the same, byte by byte, and hold rows."""
    seen: dict[tuple[int, bytes], str] = {}
    sizes = Counter(path.stat().st_size for path, _ in files)
    for path, shown in files:
        size = path.stat().st_size
        if sizes[size] < 2 or not _holds_rows(path):
            continue
        with path.open("rb") as stream:
            print_ = (size, hashlib.file_digest(stream, "sha256").digest())
        if print_ in seen:
            raise DataError(
                f"{shown} and {seen[print_]} are the same file under two names, so that every "
                f"line would count twice. Take one of them out of the inputs."
            )
        seen[print_] = shown


def _holds_rows(path: Path) -> bool:
    """Tell whether a file has more than a head; months without a line are alike and may be."""
    with path.open("rb") as stream:
        return bool(stream.readline() and stream.readline().strip())


def _tables(
    files: list[InputFile], dialect: Dialect, schema: pa.Schema, notes: Counter[str] | None
) -> Iterator[pa.Table]:
    """Yield the rows of files as tables of bounded length, each file checked once it is read."""
    for file in files:
        found = records_of(file, dialect, notes)
        if file.heads:
            told: Counter[str] = Counter() if notes is None else notes
            found = file.heads.joined(found, told, head=file.head[: file.own])
        widths: Counter[int] = Counter()
        next(found, None)
        while chunk := list(islice(found, ROWS_AT_ONCE)):
            yield _as_table(chunk, file, schema, widths)
        refuse_mostly_ragged(widths, len(file.head), shown=file.shown)


def _grouped(tables: Iterator[pa.Table]) -> Iterator[list[pa.Table]]:
    """Yield tables in groups of so many rows that thousands of small files are written as few."""
    group, rows = list[pa.Table](), 0
    for table in tables:
        group.append(table)
        rows += table.num_rows
        if rows >= ROWS_AT_ONCE * CHUNKS_AT_ONCE:
            yield group
            group, rows = [], 0
    if group:
        yield group


def _as_table(
    chunk: list[tuple[int, list[str]]], file: InputFile, schema: pa.Schema, widths: Counter[int]
) -> pa.Table:
    """Return rows of a file as columns of text; a broken row keeps its cells in one text."""
    lines, rows = zip(*chunk, strict=True)
    columns: dict[str, Sequence[object]] = {"_row": lines, "_file": [file.number] * len(chunk)}
    width = len(file.head)
    broken = {  # a look at the first letter, or at the first cell, spares the rest
        n: A_TOTAL
        for at in file.ids[:1]
        for n, cells in enumerate(rows)
        if (cells[at] if at < len(cells) else "")[:1] in FIRST_LETTERS and is_total(cells, file.ids)
    }
    broken |= {
        n: THE_HEAD_AGAIN
        for n, cells in enumerate(rows)
        if file.head[0] in cells[0] and is_head_again(cells, file.head)
    }
    for n in [n for n, cells in enumerate(rows) if len(cells) != width]:
        if n not in broken:
            broken[n] = FEWER_CELLS if len(rows[n]) < width else MORE_CELLS
            widths[len(rows[n])] += 1
    widths[width] += len(rows) - len(broken)
    if broken:
        columns["_broken"] = [broken.get(n) for n in range(len(rows))]
        columns["_cells"] = [
            " | ".join(cells)[:200] if n in broken else None for n, cells in enumerate(rows)
        ]
        none = [None] * width
        rows = tuple(none if n in broken else cells for n, cells in enumerate(rows))
    cells_of = list(zip(*rows, strict=True))
    there = {name: pa.array(column) for name, column in columns.items()}
    there |= {name: tidy_cells(pa.array(cells_of[at])) for name, at in file.places.items()}
    arrays = [
        there[f.name].cast(f.type) if f.name in there else pa.nulls(len(chunk), f.type)
        for f in schema
    ]
    return pa.table(arrays, schema=schema)


def tidy_cells(cells: pa.Array) -> pa.Array:
    """Return cells composed and without blanks around them; empty is null, as in `engines.tidy`."""
    texts = cells.cast(pa.string())
    if not pc.all(pc.string_is_ascii(texts)).as_py():
        texts = pc.utf8_normalize(texts, "NFC")
    texts = pc.utf8_trim(texts, BLANKS)
    return pc.if_else(pc.equal(texts, ""), None, texts)
