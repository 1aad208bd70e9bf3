"""Tables in a client's database: the columns that are read of them, and a fingerprint of those.

A file has a hash; a table on a server has none, so one is computed where it lies: of each row the
engine's own hash, of all rows the sum of these, which no order of rows changes. It takes one pass
over the columns that are read and brings out one row.
"""

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from kamlib.core.contract import Field, fields_of
from kamlib.intake.databases import answering, databases
from kamlib.intake.engines import engine_of, tidy_text
from kamlib.intake.parse import as_text
from kamlib.intake.sources import Headed, Raw, composed, places_in
from kamlib.intake.workspace import pull

if TYPE_CHECKING:
    from kamlib.intake.workspace import Workspace
    from kamlib.settings import Engagement

BETWEEN, NOTHING = "\x1f", "\x1e"  # what stands between two cells, and for an empty one
SUMMED = dt.Decimal(20, 0)


@ibis.udf.scalar.builtin(name="hash")
def hash_of(text: str) -> dt.uint64:
    """Hash a text: DuckDB's."""


@ibis.udf.scalar.builtin
def hashtextextended(text: str, seed: int) -> int:  # type: ignore[empty-body]
    """Hash a text: PostgreSQL's."""


@ibis.udf.scalar.builtin
def xxhash64(text: str) -> int:  # type: ignore[empty-body]
    """Hash a text: Spark's."""


def raw_from_database(work: "Workspace", table: str) -> tuple[Raw, tuple[Field, ...]]:
    """Return the rows of an input table that lies in a client's database, and its fields.

    Invoice lines stay where they are. A small table comes over whole, in the columns we know.

    Raises
    ------
    DataError
        The database refuses, or has no mapped or no required column.
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
    """Return the columns that are read of a client's table by our names, its fields and its name.

    Raises
    ------
    DataError
        A mapped or a required column is not there.
    """
    given = engagement.inputs[table]
    shown = given.database.shown if given.database else table
    heads = [composed(name) for name in theirs.columns]
    fields = fields_of(table, given.columns, set(heads), given.where, given.parts)
    places = places_in(Headed(0, Path(), shown, heads), fields, given.columns, table=table)
    return {name: theirs[theirs.columns[at]] for name, at in places.items()}, fields, shown


def fingerprints(engagement: "Engagement") -> dict[str, str]:
    """Return a hash of what is read of each table on a server, by the names readers know.

    The same rows give the same hash, in whatever order; a database that is a file has the hash of
    that file instead.

    Raises
    ------
    DataError, ParameterError
        A database cannot be reached, or has no such table or column.
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
    cells = [_cell(columns[name], name) for name in sorted(columns)]
    whole = _hashed(ibis.literal(BETWEEN).join(cells)).cast(SUMMED).sum().cast("string")
    counted = rows.aggregate(rows=rows.count(), hashes=whole).to_pyarrow()
    told = json.dumps([sorted(columns), *counted.to_pylist()[0].values()])
    return hashlib.sha256(told.encode()).hexdigest()


def _cell(column: ir.Column, name: str) -> ir.StringValue:
    """Return a cell as its engine writes it; columns that cannot be read at all are refused."""
    as_text(column, name)
    return column.cast("string").fill_null(NOTHING)


def _hashed(text: ir.StringValue) -> ir.IntegerValue:
    """Return an engine's own hash of a text: its quickest one of 64 bits."""
    engine = engine_of(text)
    if engine == "postgres":
        return hashtextextended(text, 0)
    return xxhash64(text) if engine == "spark" else hash_of(text)
