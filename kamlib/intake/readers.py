"""One way to read any file: the head, then the rows, every cell a text, in the order of the file.

What a reader yields is written into one file of the engine, chunk by chunk. A row with too few or
too many cells is kept as a broken row, and so is a total that a report prints below its lines: their
cells stay as text, so that no amount of theirs is ever added up.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from kamlib.core.errors import DataError
from kamlib.core.language import N_
from kamlib.intake.dialects import Dialect
from kamlib.intake.document_heads import Joined
from kamlib.intake.engines import BLANKS
from kamlib.intake.inspect.heads import is_head_again, refuse_mostly_ragged
from kamlib.intake.inspect.totals import FIRST_LETTERS, is_total
from kamlib.intake.reasons import A_TOTAL, FEWER_CELLS, MORE_CELLS, THE_HEAD_AGAIN
from kamlib.intake.texts import records

ROWS_AT_ONCE = 2_000  # few enough to stay in the processor's cache
CHUNKS_AT_ONCE = 50
EXCEL_ENDINGS, XML_ENDINGS = (".xlsx", ".xlsm"), (".xml",)
TEXT_ENDINGS = (".csv", ".csv.gz", ".txt", ".txt.gz", ".tsv", ".tsv.gz")
ABOVE_HEAD = N_("lines above the head, passed over")


@dataclass(frozen=True)
class TextFile:
    """One file of texts: where it is, how readers know it, and where our columns stand in it.

    `ids` are the places of the cells that every line of the table has: a total has none of them.
    `days` are those of days, with our names. `joined` brings the cells of heads that stand elsewhere.
    """

    number: int
    path: Path
    shown: str
    head: list[str]
    places: dict[str, int]
    ids: tuple[int, ...] = ()
    sheet: str | None = None
    header_row: int = 1
    days: Mapping[int, str] = field(default_factory=dict)
    joined: Joined | None = None

    @property
    def width(self) -> int:
        """Return how many cells a row has."""
        return len(self.head)


def records_of(
    path: Path,
    dialect: Dialect,
    *,
    shown: str,
    sheet: str | None = None,
    header_row: int = 1,
    notes: Counter[str] | None = None,
    days: Mapping[int, str] | None = None,
) -> Iterator[tuple[int, list[str]]]:
    """Yield the head and the rows of a file of any kind, each with the number of its first line.

    Parameters
    ----------
    shown : str, the file as readers know it
    sheet : str or None, the sheet of an Excel workbook
    header_row : int, the line of a text file, or the row of a sheet, that holds the head
    notes : Counter, takes what readers should be told, with how often it happened
    days : the columns that hold days, by their place, with our name of each

    Raises
    ------
    DataError
        The file cannot be read as declared.
    """
    name = path.name.lower()
    if name.endswith(EXCEL_ENDINGS):
        from kamlib.intake.excel import sheet_records

        return sheet_records(
            path, dialect, shown=shown, sheet=sheet, header_row=header_row, notes=notes, days=days
        )
    if name.endswith(XML_ENDINGS):
        from kamlib.intake.invoices_xml import xml_records

        return xml_records(path, dialect, shown=shown, notes=notes)
    if notes is not None and header_row > 1:
        notes[ABOVE_HEAD] += header_row - 1
    return records(path, dialect, shown=shown, header_row=header_row)


def write_texts(
    target: Path,
    files: list[TextFile],
    dialect: Dialect,
    *,
    names: list[str],
    notes: Counter[str] | None = None,
) -> int:
    """Write the cells of files as text into one Parquet file, chunk by chunk.

    Parameters
    ----------
    target : Path of the Parquet file
    files : the files, all of one dialect
    names : our names of the columns to take; where a file lacks one, the cells are null

    Returns
    -------
    int, the number of rows read, broken ones included

    Raises
    ------
    DataError
        A file cannot be read as declared, or most of its rows do not fit its head.
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
    """Raise DataError if two files of one input are the same, byte by byte, and hold rows.

    Parameters
    ----------
    files : pairs of a path and the file as readers know it
    """
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
    files: list[TextFile], dialect: Dialect, schema: pa.Schema, notes: Counter[str] | None
) -> Iterator[pa.Table]:
    """Yield the rows of files as tables of bounded length, each file checked once it is read."""
    for file in files:
        found = records_of(
            file.path,
            dialect,
            shown=file.shown,
            sheet=file.sheet,
            header_row=file.header_row,
            notes=notes,
            days=file.days,
        )
        if file.joined:
            found = file.joined(found, Counter() if notes is None else notes)
        widths: Counter[int] = Counter()
        for chunk in _chunks(found):
            yield _as_table(chunk, file, schema, widths)
        refuse_mostly_ragged(widths, file.width, shown=file.shown)


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


def _chunks(rows: Iterator[tuple[int, list[str]]]) -> Iterator[list[tuple[int, list[str]]]]:
    """Yield rows in lists of bounded length, without the head."""
    next(rows, None)
    while chunk := list(islice(rows, ROWS_AT_ONCE)):
        yield chunk


def _as_table(
    chunk: list[tuple[int, list[str]]], file: TextFile, schema: pa.Schema, widths: Counter[int]
) -> pa.Table:
    """Return rows of a file as columns of text; a broken row keeps its cells in one text."""
    lines, rows = zip(*chunk, strict=True)
    columns: dict[str, Sequence[object]] = {"_row": lines, "_file": [file.number] * len(chunk)}
    broken = dict.fromkeys(_totals(rows, file), A_TOTAL)
    broken |= dict.fromkeys(_heads_again(rows, file.head), THE_HEAD_AGAIN)
    width = file.width
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
    texts = {name: tidy_cells(pa.array(cells_of[at])) for name, at in file.places.items()}
    marks = {name: pa.array(column) for name, column in columns.items()}
    there = marks | texts
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


def _totals(rows: Sequence[list[str]], file: TextFile) -> Iterator[int]:
    """Yield the places of rows that are totals; a look at the first letter spares the rest."""
    if not file.ids:
        return
    place = file.ids[0]
    for n, cells in enumerate(rows):
        cell = cells[place] if place < len(cells) else ""
        if (cell[:1] in FIRST_LETTERS) and is_total(cells, file.ids):
            yield n


def _heads_again(rows: Sequence[list[str]], head: list[str]) -> Iterator[int]:
    """Yield the places of rows that repeat the head; a look at the first cell spares the rest."""
    first = head[0]
    for n, cells in enumerate(rows):
        if first in cells[0] and is_head_again(cells, head):
            yield n
