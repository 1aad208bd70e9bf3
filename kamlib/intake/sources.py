"""Files of an input table, as raw columns in the engine: text from CSV, typed from Parquet.

Each raw column bears our name. Beside it stand `_file` and `_row`, so that a row that is set aside
can be found again, and `_broken` where the row as a whole cannot be read.
"""

import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from kamlib.errors import DataError, did_you_mean, listed
from kamlib.intake.contract import Field
from kamlib.intake.texts import Dialect, TextFile, records, write_texts

if TYPE_CHECKING:
    from kamlib.engagement import Engagement

TEXT_ENDINGS = (".csv", ".csv.gz", ".txt", ".txt.gz", ".tsv", ".tsv.gz")
TRUE_NATURE = {
    b"\x1f\x8b": ("gzip", ".csv.gz"),
    b"PK\x03\x04": ("an Excel workbook or a zip archive", ".xlsx"),
    b"PAR1": ("Parquet", ".parquet"),
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook, or one with a password", ".xls"),
}


class Raw(NamedTuple):
    """The raw rows of one input table.

    `parts` are tables of the engine: one for all CSV files, one for each Parquet file. `names` are
    our names found in any head; `files` as readers know them; `rows` as the readers counted them.
    """

    parts: list[ir.Table]
    names: list[str]
    files: list[str]
    rows: int


class Headed(NamedTuple):
    """A file and the names in its head, as they read after composing letters and accents."""

    number: int
    path: Path
    shown: str
    head: list[str]

    @property
    def is_parquet(self) -> bool:
        """Tell whether the file brings types of its own."""
        return self.path.suffix.lower() == ".parquet"


def headed_files(engagement: "Engagement", table: str) -> list[Headed]:
    """Return the files of an input table with their heads; an empty file has an empty one.

    Raises
    ------
    DataError
        A file is missing, of another kind than its name says, repeats a name in its head, or
        cannot be read as declared.
    """
    dialect = dialect_of(engagement, table)
    files = []
    for number, path in enumerate(engagement.paths(table)):
        shown = engagement.relative(path)
        _refuse_another_kind(path, shown)
        head = [composed(name) for name in _head(path, dialect, shown)]
        twice = sorted({name for name in head if name and head.count(name) > 1})
        if twice:
            raise DataError(
                f"the head of {shown} has {listed(twice)} twice, so nobody can tell which is "
                f"meant. Rename one of them in the export."
            )
        files.append(Headed(number, path, shown, head))
    return files


def raw_rows(
    con: ibis.BaseBackend,
    engagement: "Engagement",
    table: str,
    files: list[Headed],
    fields: tuple[Field, ...],
    *,
    folder: Path,
) -> Raw:
    """Read the files of an input table into the engine, without converting anything.

    Raises
    ------
    DataError
        A head lacks a mapped or a required column, or a file cannot be read as declared.
    """
    columns = engagement.inputs[table].columns
    texts: list[TextFile] = []
    parts: list[ir.Table] = []
    rows = 0
    for file in files:
        places = _places(file, fields, columns, table=table)
        if file.is_parquet:
            rows += pq.read_metadata(file.path).num_rows
            parts.append(_parquet_part(con, file, places))
        elif file.head:
            texts.append(TextFile(file.number, file.path, file.shown, len(file.head), places))
    if texts:
        names = [f.name for f in fields if any(f.name in file.places for file in texts)]
        target = folder / f"{table}.parquet"
        rows += write_texts(target, texts, dialect_of(engagement, table), names=names)
        parts.insert(0, con.read_parquet(target))
    found = {name for part in parts for name in part.columns}
    names = [field.name for field in fields if field.name in found]
    return Raw(parts, names, [file.shown for file in files], rows)


def composed(name: str) -> str:
    """Return a name of a column without space around it and with its accents composed."""
    return unicodedata.normalize("NFC", name).strip()


def dialect_of(engagement: "Engagement", table: str) -> Dialect:
    """Return the dialect declared for an input table; none is UTF-8, comma, point, ISO dates."""
    name = engagement.inputs[table].dialect
    if not name:
        return Dialect()
    given = engagement.dialects[name]
    named = {field: getattr(given, field, None) for field in Dialect._fields}
    return Dialect(**{field: value for field, value in named.items() if value})


def _head(path: Path, dialect: Dialect, shown: str) -> list[str]:
    """Return the names in the head of a file; an empty file has none."""
    if path.suffix.lower() != ".parquet":
        return next(records(path, dialect, shown=shown), (1, []))[1]
    try:
        return list(pq.read_schema(path).names)
    except (pa.ArrowInvalid, OSError) as error:
        raise DataError(
            f"{shown} is no whole Parquet file ({error}). Copy or write it again."
        ) from error


def _places(
    file: Headed, fields: tuple[Field, ...], columns: dict[str, str], *, table: str
) -> dict[str, int]:
    """Return where each of our columns stands in the head of a file."""
    places: dict[str, int] = {}
    taken = {composed(theirs) for theirs in columns.values()}
    for field in fields if file.head else ():
        theirs = composed(columns.get(field.name, field.name))
        if theirs in file.head and (field.name in columns or theirs not in taken):
            places[field.name] = file.head.index(theirs)
        elif field.name in columns or field.needed:
            key = f"inputs.{table}.columns.{field.name}"
            raise DataError(
                f"{file.shown} has no column '{theirs}' for {field.name} of {table}. "
                f"{did_you_mean(theirs, [name for name in file.head if name])} "
                f"Map the client's column to it under {key} in engagement.yaml."
            )
    return places


def _parquet_part(con: ibis.BaseBackend, file: Headed, places: dict[str, int]) -> ir.Table:
    """Return a Parquet file as a raw table: our names, its own types."""
    table = con.read_parquet(file.path, file_row_number=True)
    theirs = pq.read_schema(file.path).names
    none = ibis.null("string")
    return table.select(
        _file=ibis.literal(file.number, "int32"),
        _row=table["file_row_number"].cast("int64") + 1,
        _broken=none,
        _cells=none,
        **{name: table[theirs[place]] for name, place in places.items()},
    )


def _refuse_another_kind(path: Path, shown: str) -> None:
    """Raise DataError if a file is absent, or is not what its name says."""
    if not path.is_file():
        raise DataError(f"{shown} is not there. Look at the files under inputs in engagement.yaml.")
    name = path.name.lower()
    if not name.endswith((*TEXT_ENDINGS, ".parquet")):
        raise DataError(
            f"{shown} is neither CSV nor Parquet by its name. "
            f"Save it as one of {listed((*TEXT_ENDINGS, '.parquet'), most=9)}."
        )
    with path.open("rb") as stream:
        start = stream.read(4)
    for mark, (nature, ending) in TRUE_NATURE.items():
        if start.startswith(mark) and not name.endswith(ending[-3:]):
            raise DataError(
                f"{shown} is {nature}, not what its name says. "
                f"Export it as CSV, or give it the ending {ending} if kamlib can read that."
            )
