"""Rows of an input table as raw columns in the engine: texts from files, typed from Parquet and databases.

Each raw column bears our name. Beside it stand `_file` and `_row`, so that a row that is set aside
can be found again, and `_broken` where the row as a whole cannot be read. What is read of a table on
a server has a fingerprint, as a file has a hash.
"""

import glob
import hashlib
import json
import unicodedata
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import duckdb
import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from kamlib.core.contract import Field, fields_of
from kamlib.core.errors import DataError, did_you_mean, listed
from kamlib.core.language import N_
from kamlib.core.naming import alias_in
from kamlib.intake.document_heads import DocumentHeads, place_of_key
from kamlib.intake.engines import answering, databases, hashed, tidy_text
from kamlib.intake.inspect.heads import head_of, holds_values
from kamlib.intake.inspect.words import money_words
from kamlib.intake.invoice_rows import drop_sellers, taken_rates
from kamlib.intake.parse import as_text
from kamlib.intake.readers import (
    EXCEL_ENDINGS,
    PARQUET,
    TEXT_ENDINGS,
    XML_ENDINGS,
    InputFile,
    records_of,
    refuse_same_bytes,
    write_texts,
)
from kamlib.intake.values import Dialect
from kamlib.intake.workspace import Workspace, own_parquet, pull
from kamlib.settings.written import LOCK

if TYPE_CHECKING:
    from kamlib.settings import Engagement
    from kamlib.settings.inputs import Heads, Input


FIRST_ROWS = 25
SMALL = 5 * 1024**2  # bytes of files in which threads wait for each other longer than they help
OPEN_IN_EXCEL = N_("workbooks that somebody has open in Excel, read as they were saved last")
READABLE = (*TEXT_ENDINGS, *EXCEL_ENDINGS, *XML_ENDINGS, PARQUET)
BROKEN_PARQUET = (pa.ArrowException, OSError, UnicodeError)
PACKED = (".zip", ".7z", ".rar", ".xml.gz")
TRUE_NATURE = {
    b"\x1f\x8b": ("gzip", ".csv.gz"),
    b"PK\x03\x04": ("an Excel workbook or a zip archive", ".xlsx", ".xlsm"),
    b"PAR1": ("Parquet", PARQUET),
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook, or one with a password", ".xls"),
}
BETWEEN, NOTHING = "\x1f", "\x1e"  # what stands between two cells, and for an empty one
SUMMED = dt.Decimal(20, 0)


class Raw(NamedTuple):
    """The raw rows of one input table.

    `parts` are tables of the engine, whose texts are composed, without blanks around them and null where
    there is none: one for all CSV files, one for each Parquet file. `names` are
    our names found in any head; `files` as readers know them; `rows` as the readers counted them;
    `notes` what the readers passed over or put right, with how often; `rates` of exchange that stand
    on invoices, each as a row of fx_rates.
    """

    parts: list[ir.Table]
    names: list[str]
    files: list[str]
    rows: int
    notes: Counter[str]
    rates: tuple[str, ...] = ()


def headed_files(engagement: "Engagement", table: str) -> list[InputFile]:
    """Return the files of an input table with their heads; an empty file has an empty one."""
    given, dialect = engagement.inputs[table], dialect_of(engagement, table)
    files = _headed(engagement, given, engagement.paths(table), dialect)
    refuse_same_bytes(list({file.path: (file.path, file.shown) for file in files}.values()))
    if not given.heads:
        return files
    ((in_lines, by),) = given.heads.by.items()
    heads = DocumentHeads(in_lines)
    for file in _headed(engagement, given.heads, engagement.head_paths(table), dialect):
        heads.add(records_of(file, dialect), file.head, by, shown=file.shown)
    return [_with_heads(file, heads) for file in files]


def _headed(
    engagement: "Engagement", given: "Input | Heads", paths: list[Path], dialect: Dialect
) -> list[InputFile]:
    """Return files, or their sheets, with the names in their heads."""
    files: list[InputFile] = []
    for path in paths:
        shown = engagement.relative(path)
        refuse_another_kind(path, shown)
        for sheet in _sheets(given, path, shown):
            file = InputFile(len(files), path, shown, sheet=sheet, header_row=given.header_row)
            head = [composed(name) for name in _head(file, dialect)]
            twice = sorted({name for name in head if name and head.count(name) > 1})
            if twice:
                raise DataError(
                    f"the head of {shown} has {listed(twice)} twice, so nobody can tell which is "
                    f"meant. Rename one of them in the export."
                )
            files.append(file._replace(head=head))
    return files


def _with_heads(file: InputFile, heads: DocumentHeads) -> InputFile:
    """Return a file of lines whose head has the names of the documents' heads too."""
    if file.is_a(PARQUET, *XML_ENDINGS):
        raise DataError(
            f"{file.shown} is read by its own types, and heads are joined to files of text and "
            f"workbooks only. Join them before, or name them in a query of a database."
        )
    if not file.head:
        return file
    place_of_key(file.head, heads.in_lines, shown=file.shown)
    head = [*file.head, *heads.beside(file.head)]
    return file._replace(head=head, heads=heads, own=len(file.head))


def _sheets(given: "Input | Heads", path: Path, shown: str) -> list[str | None]:
    """Return the sheets of a workbook that are read, each name once; one of None for other files.

    A star stands for any letters, and takes only sheets that one sees and that hold something.
    """
    if not given.sheet or not path.name.lower().endswith(EXCEL_ENDINGS):
        return [None]
    found: list[str | None] = []
    for wanted in given.sheet:
        names = [wanted]
        if "*" in wanted:
            from kamlib.intake.excel import sheets_of

            sheets = sheets_of(path, shown=shown)
            seen = [one.name for one in sheets if any(one.rows) and not one.hidden]
            names = [name for name in seen if fnmatchcase(name.casefold(), wanted.casefold())]
            if not names:
                raise DataError(
                    f"no sheet of {shown} is called like '{wanted}': it has {listed(seen, most=12)}. "
                    f"Set the name under sheet of this input in engagement.yaml."
                )
        found += [name for name in names if name not in found]
    return found


def raw_rows(work: Workspace, table: str, files: list[InputFile], fields: tuple[Field, ...]) -> Raw:
    """Read the files of an input table into the engine, without converting anything."""
    given, notes = work.engagement.inputs[table], Counter[str]()
    texts: list[InputFile] = []
    parts: list[ir.Table] = []
    rows = 0
    if sum(file.path.stat().st_size for file in files) > SMALL:
        work.con.raw_sql("RESET threads")
    for file in files:
        places = places_in(file, fields, given.columns, table=table)
        notes[OPEN_IN_EXCEL] += file.path.with_name(f"{LOCK}{file.path.name}").exists()
        if file.is_a(PARQUET):
            rows += _rows_of_sound_parquet(file, places)
            parts.append(_parquet_part(work.con, file, places))
        elif file.head:
            ids = tuple(places[field.name] for field in fields if field.tells_a_line)
            days = {
                places[field.name]: field.name
                for field in fields
                if field.name in places and field.kind == "date"
            }
            texts.append(file._replace(places=places, ids=ids, days=days))
    if texts:
        names = [f.name for f in fields if any(f.name in file.places for file in texts)]
        target = work.folder / f"{table}.parquet"
        dialect = dialect_of(work.engagement, table)
        rows += write_texts(target, texts, dialect, names=names, notes=notes)
        if texts[0].heads:
            texts[0].heads.count_unmet(notes)
        parts.insert(0, own_parquet(work.con, f"{table} as read", target))
    found = {name for part in parts for name in part.columns}
    names = [field.name for field in fields if field.name in found]
    sheets, rates = Counter(file.path for file in files), taken_rates(notes)
    shown = [
        f"{file.shown}, sheet {file.sheet}" if sheets[file.path] > 1 else file.shown
        for file in files
    ]
    return Raw(parts, names, shown, rows, drop_sellers(notes), rates)


def composed(name: str) -> str:
    """Return a name of a column without space around it and with its accents composed."""
    return unicodedata.normalize("NFC", name).strip()


def dialect_of(engagement: "Engagement", table: str) -> Dialect:
    """Return the dialect declared for an input table; none is UTF-8, comma, point, ISO dates.

    Words beside an amount may be of any currency where a column names it. Days of an Excel sheet may
    also be counted, as Excel does where a cell has no format.
    """
    given = engagement.inputs[table]
    declared = engagement.dialects[given.dialect] if given.dialect else None
    named = {field: getattr(declared, field, None) for field in Dialect._fields}
    forms = named["date"] or ()
    named |= {
        "date": (forms,) if isinstance(forms, str) else tuple(forms),
        "money": money_words(engagement.currency, every="currency" in given.columns),
        "serials": any(
            path.name.lower().endswith(EXCEL_ENDINGS)
            for path in (*engagement.paths(table), *engagement.head_paths(table))
        ),
    }
    return Dialect(**{field: value for field, value in named.items() if value})


def _head(file: InputFile, dialect: Dialect) -> list[str]:
    """Return the names in the head of a file, of texts once the first rows under it fit; none if empty."""
    if file.is_a(PARQUET):
        try:
            return list(pq.read_schema(file.path).names)
        except BROKEN_PARQUET as error:
            raise _damaged(file.shown, error) from error
    found = records_of(file, dialect)
    if file.is_a(*XML_ENDINGS):
        return next(found)[1]  # ours by nature
    first = list(islice(found, FIRST_ROWS))
    return head_of(first, dialect, shown=file.shown) if first else []


def places_in(
    file: InputFile, fields: tuple[Field, ...], columns: dict[str, str], *, table: str
) -> dict[str, int]:
    """Return where each of our columns stands in the head of a file."""
    places: dict[str, int] = {}
    taken = {composed(theirs) for theirs in columns.values()}
    for field in fields if file.head else ():
        theirs = composed(field.theirs(columns))
        mapped = field.name in columns or bool(field.only or field.part_of)
        if theirs in file.head and (mapped or theirs not in taken):
            places[field.name] = file.head.index(theirs)
        elif field.only or field.part_of:
            what = f"by which rows of {table} count" if field.only else f"a part of {field.part_of}"
            raise DataError(
                f"{file.shown} has no column '{theirs}', {what}. "
                f"{did_you_mean(theirs, [name for name in file.head if name])} Correct the name "
                f"under inputs.{table}.{'where' if field.only else 'sums'} in engagement.yaml."
            )
        elif mapped or field.needed:
            if holds_values(file.head):
                raise DataError(
                    f"the first row of {file.shown} holds values, not the names of columns "
                    f"({listed(name for name in file.head if name)}): it was exported without a head. "
                    f"Export it with one, or write one above the rows."
                )
            key = f"inputs.{table}.columns.{field.name}"
            usual = alias_in(field.name, file.head, table)
            hint = did_you_mean(theirs, [name for name in file.head if name])
            if usual and usual != theirs:
                hint = f"Clients call it '{usual}' at times: is it that one?"
            raise DataError(
                f"{file.shown} has no column '{theirs}' for {field.name} of {table}. {hint} "
                f"Map the client's column to it under {key} in engagement.yaml."
            )
    return places


def _rows_of_sound_parquet(file: InputFile, places: dict[str, int]) -> int:
    """Return how many rows a Parquet file has, once every page of the columns that are used is read."""
    theirs = [file.head[place] for place in places.values()]
    names = [name for name in pq.read_schema(file.path).names if composed(name) in theirs]
    return sum(batch.num_rows for batch in sound_batches(file.path, names, shown=file.shown))


def sound_batches(
    path: Path, columns: list[str] | None = None, *, shown: str
) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a Parquet file; DataError where a page is damaged or a text no UTF-8.

    Our engine leaves out the checksums that a file may have, and a damaged page shows only in the
    midst of a query.
    """
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as whole:
            for batch in whole.iter_batches(columns=columns):
                batch.validate(full=True)
                yield batch
    except BROKEN_PARQUET as error:
        raise _damaged(shown, error) from error


def _damaged(shown: str, error: Exception) -> DataError:
    return DataError(f"{shown} is no whole Parquet file ({error}). Copy or write it again.")


def _parquet_part(con: ibis.BaseBackend, file: InputFile, places: dict[str, int]) -> ir.Table:
    """Return a Parquet file as a raw table: our names, its own types.

    The engine takes brackets and stars in a name for a pattern, and a folder ``a=1`` for a column.
    """
    path, theirs = glob.escape(str(file.path)), pq.read_schema(file.path).names
    try:
        table = con.read_parquet(path, file_row_number=True, hive_partitioning=False)
        taken = [theirs[place] for place in places.values()]
        table.aggregate([table[name].count().name(name) for name in taken]).to_pyarrow()
    except duckdb.Error as error:
        raise _damaged(file.shown, error) from error
    none = ibis.null("string")
    return table.select(
        _file=ibis.literal(file.number, "int32"),
        _row=table["file_row_number"].cast("int64") + 1,
        _broken=none,
        _cells=none,
        **{name: tidy_text(table[theirs[place]]) for name, place in places.items()},
    )


def refuse_another_kind(path: Path, shown: str) -> None:
    """Raise DataError if a file is absent, or is not what its name says."""
    if not path.is_file():
        raise DataError(f"{shown} is not there. Look at the files under inputs in engagement.yaml.")
    name = path.name.lower()
    if not name.endswith(READABLE):
        if name.endswith(PACKED):
            raise DataError(f"{shown} is packed. Unpack it, and name the files that were in it.")
        raise DataError(
            f"{shown} is of a kind that is not read, by its name. "
            f"Save it as one of {listed(READABLE, most=12)}."
        )
    if name.endswith(EXCEL_ENDINGS):
        return  # whoever reads workbooks looks closer
    with path.open("rb") as stream:
        start = stream.read(4)
    for mark, (nature, ending, *others) in TRUE_NATURE.items():
        ends = tuple(one[-3:] for one in (ending, *others))
        if start.startswith(mark) and name.endswith(XML_ENDINGS):
            raise DataError(f"{shown} is {nature}, not XML as its name says. Unpack or export it.")
        if start.startswith(mark) and not name.endswith(ends):
            raise DataError(
                f"{shown} is {nature}, not what its name says. "
                f"Export it as CSV, or give it the ending {ending} if kamlib can read that."
            )


def raw_from_database(work: Workspace, table: str) -> tuple[Raw, tuple[Field, ...]]:
    """Return the rows of an input table that lies in a client's database, and its fields.

    Invoice lines stay where they are. A small table comes over whole, in the columns we know.
    """
    theirs = work.databases.table(table)
    read, fields, shown = columns_read(work.engagement, table, theirs)
    none = ibis.null("string")
    part = theirs.select(
        _file=ibis.literal(0, "int32"),
        _row=ibis.literal(0, "int64"),
        _broken=none,
        _cells=none,
        **{name: tidy_text(column) for name, column in read.items()},
    )
    if table != "invoice_lines":
        part = pull(work, f"{table}_raw", part, key=f"inputs.{table}.database")
    names = [field.name for field in fields if field.name in part.columns]
    rows = part.count().to_pyarrow().as_py()
    return Raw([part], names, [shown], rows, Counter()), fields


def columns_read(
    engagement: "Engagement", table: str, theirs: ir.Table
) -> tuple[dict[str, ir.Column], tuple[Field, ...], str]:
    """Return the columns that are read of a client's table by our names, its fields and its name."""
    given = engagement.inputs[table]
    shown = given.database.shown if given.database else table
    heads = [composed(name) for name in theirs.columns]
    fields = fields_of(table, given.columns, set(heads), given.where, given.parts)
    places = places_in(InputFile(0, Path(), shown, heads), fields, given.columns, table=table)
    return {name: theirs[theirs.columns[at]] for name, at in places.items()}, fields, shown


def fingerprints(engagement: "Engagement") -> dict[str, str]:
    """Return a hash of what is read of each table on a server, by the names readers know.

    The same rows give the same hash, in whatever order; a database that is a file has the hash of
    that file instead.
    """
    on_servers = {
        table: given.database
        for table, given in engagement.inputs.items()
        if given.database and given.database.engine != "duckdb"
    }
    found: dict[str, str] = {}
    with databases(engagement) as open_:
        for table, given in on_servers.items():
            with answering(given.engine, f"inputs.{table}.database"):
                theirs = open_.table(table)
                read, _fields, shown = columns_read(engagement, table, theirs)
                found[f"{table}: {shown}"] = fingerprint(theirs, read)
    return found


def fingerprint(rows: ir.Table, columns: dict[str, ir.Column]) -> str:
    """Return a hash of some columns of a table, by names of ours; the order of rows is no matter."""
    for name, column in columns.items():
        as_text(column, name)  # refuses what cannot be read at all
    cells = [columns[name].cast("string").fill_null(NOTHING) for name in sorted(columns)]
    whole = hashed(ibis.literal(BETWEEN).join(cells)).cast(SUMMED).sum().cast("string")
    counted = rows.aggregate(rows=rows.count(), hashes=whole).to_pyarrow()
    told = json.dumps([sorted(columns), *counted.to_pylist()[0].values()])
    return hashlib.sha256(told.encode()).hexdigest()
