"""Where one intake works: an engine of our own, a folder that is removed at the end, clients' databases.

What is computed once is kept in our engine (`materialize`); what lies in a client's engine comes out
summed up (`pull`), and nothing is ever created there.
"""

import gc
import glob
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
import sqlglot.expressions as sge
from ibis.backends.sql.datatypes import DuckDBType

from kamlib.core.scratch import Scratch
from kamlib.intake.engines import (
    COMPOSE,
    Databases,
    answering,
    databases,
    engine_of,
    function_of,
    streamed,
    written_down,
)

if TYPE_CHECKING:
    from kamlib.settings import Engagement

GRACE = timedelta(days=366)
MEMORY = "2GB"  # of our engine, which goes on in files of its folder
ROWS_AT_ONCE = 100_000


class Workspace(NamedTuple):
    """Where one intake works: its engine, its folder for what is not kept, and the engagement."""

    con: ibis.BaseBackend
    folder: Path
    engagement: "Engagement"
    databases: Databases
    functions: dict[Hashable, Callable[..., ir.Value]]

    @property
    def last_day(self) -> date:
        return max(period.end for period in self.engagement.periods.values()) + GRACE

    def owns(self, expression: ir.Expr) -> bool:
        return expression.get_backend() is self.con


@contextmanager
def workspace(engagement: "Engagement") -> Iterator[Workspace]:
    """Open an engine whose data lie in a folder that is removed at the end."""
    with Scratch() as folder, databases(engagement) as open_, _unhindered():
        con = ibis.duckdb.connect(temp_directory=folder)
        try:
            con.raw_sql(
                "SET TimeZone = 'UTC'; SET preserve_insertion_order = false; "
                f"SET memory_limit = '{MEMORY}'; SET threads = 1"  # until files are large
            )
            yield Workspace(con, folder, engagement, open_, {})
        finally:
            con.disconnect()


def defined_once(
    work: Workspace, key: Hashable, build: Callable[..., ir.Value], *columns: ir.Column
) -> ir.Value:
    """Return what `build` makes of columns and `key`; our engine is told it once and calls it by a name."""
    if not work.owns(columns[0]):
        return build(*columns)
    kinds = tuple(column.type() for column in columns)
    if (key, kinds) not in work.functions:
        work.functions[key, kinds] = _function(work, f"kam_{len(work.functions)}", build, kinds)
    return work.functions[key, kinds](*columns)


def _function(
    work: Workspace, name: str, build: Callable[..., ir.Value], kinds: tuple[dt.DataType, ...]
) -> Callable[..., ir.Value]:
    """Make a function of our engine from an expression of columns."""
    names = [f"given_{place}" for place in range(len(kinds))]
    schema = ibis.schema(dict(zip(names, kinds, strict=True)))
    given = ops.DatabaseTable("given", schema, work.con).to_expr()  # there need be no such table
    value = build(*(given[each] for each in names))
    con: Any = work.con
    said = con.compiler.to_sqlglot(given.select(value=value)).expressions[0].this
    for column in said.find_all(sge.Column):
        column.set("table", None)
    con.raw_sql(f"CREATE TEMP MACRO {name}({', '.join(names)}) AS ({said.sql('duckdb')})")
    return function_of(name, kinds, value.type())


@contextmanager
def _unhindered() -> Iterator[None]:
    """Let queries stand on each other (fused, they repeat much), and leave garbage until the end."""
    collects, fuses = gc.isenabled(), ibis.options.sql.fuse_selects
    gc.disable()
    ibis.options.sql.fuse_selects = False
    try:
        yield
    finally:
        ibis.options.sql.fuse_selects = fuses
        if collects:
            gc.enable()


def materialize(work: Workspace, name: str, expression: ir.Table) -> ir.Table:
    """Compute an expression once and keep it in the engine under a name of ours.

    In SQL: ibis would first spell out the type of each column, which takes longer for a small table.
    """
    work.con.raw_sql(f'CREATE OR REPLACE TABLE "{name}" AS {work.con.compile(expression)}')
    return _table(work.con, name)


def own_parquet(con: Any, name: str, path: Path) -> ir.Table:
    """Return a Parquet file that this intake has written as a table of its engine."""
    source = glob.escape(str(path)).replace("'", "''")
    con.raw_sql(f"CREATE OR REPLACE TEMP VIEW \"{name}\" AS FROM read_parquet('{source}')")
    return _table(con, name)


def _table(con: Any, name: str) -> ir.Table:
    """Return a table of our engine; ibis would read the type of each of its columns anew."""
    found = con.con.table(name)
    kinds = map(_kind, map(str, found.types))
    return ops.DatabaseTable(name, dict(zip(found.columns, kinds, strict=True)), con).to_expr()


@cache
def _kind(said: str) -> dt.DataType:
    return DuckDBType.from_string(said)


def materialize_if_local(work: Workspace, name: str, expression: ir.Table) -> ir.Table:
    """Keep an expression where the engine is ours; in a client's it stays an expression."""
    return materialize(work, name, expression) if work.owns(expression) else expression


def view(work: Workspace, name: str, expression: ir.Table) -> ir.Table:
    """Put an expression that many queries stand on into the engine's words once; nothing is computed."""
    con: Any = expression.get_backend()
    words = con.compile(expression)
    if con.name != "duckdb":
        return con.sql(words, schema=expression.schema())
    con.raw_sql(f'CREATE OR REPLACE TEMPORARY VIEW "kam {name}" AS {words}')
    return ops.DatabaseTable(f"kam {name}", expression.schema(), con).to_expr()


def pull(work: Workspace, name: str, expression: ir.Table, *, key: str) -> ir.Table:
    """Compute an expression where its rows lie and keep the result, accents composed, in our own engine."""
    if work.owns(expression):
        return materialize(work, name, expression)
    own: Any = work.con
    with answering(engine_of(expression), key), streamed(expression, rows=ROWS_AT_ONCE) as rows:
        own.con.register("incoming", rows)
        try:
            own.raw_sql(f'CREATE OR REPLACE TABLE "{name}" AS SELECT * FROM incoming')
        finally:
            own.con.unregister("incoming")
    table = _table(own, name)
    texts = [name for name, kind in table.schema().items() if kind.is_string()]
    return table.mutate(**{name: COMPOSE["duckdb"](table[name]) for name in texts})


def has_rows(rows: ir.Table) -> bool:
    """Tell whether there is any row; no more than one is looked for."""
    return bool(rows.limit(1).count().to_pyarrow().as_py())


def lookup(work: Workspace, name: str, rows: pa.Table, *, like: ir.Table) -> ir.Table:
    """Put a small table where rows of an input are: in a client's database, into the query."""
    if work.owns(like):
        return work.con.create_table(name, rows, overwrite=True)
    return written_down(like, rows.to_pandas(), ibis.schema(rows.schema))


class Answer(NamedTuple):
    """A table that is computed when it is asked for: its rows in order, and kinds of its columns."""

    rows: ir.Table
    kinds: Mapping[str, str] = {}

    def parts(self) -> Iterator[pa.Table]:
        """Yield the rows so many at once, as `fetched` types them."""
        own: Any = self.rows.get_backend()
        reader = own.con.sql(own.compile(self.rows)).to_arrow_reader(ROWS_AT_ONCE)
        types = self.rows.schema().to_pyarrow()  # the engine's own sums of counts are wider
        yield _typed(types.empty_table(), self.kinds)
        for batch in reader:
            yield _typed(pa.Table.from_batches([batch]).cast(types), self.kinds)


def fetched(expression: ir.Table, kinds: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Bring a small table out of the engine: days as datetime64, decimals exact unless no money."""
    return in_pandas(expression.to_pyarrow(), kinds)


def in_pandas(table: pa.Table, kinds: Mapping[str, str] | None = None) -> pd.DataFrame:
    exact = {kind: pd.ArrowDtype(kind) for kind in table.schema.types if pa.types.is_decimal(kind)}
    return _typed(table, kinds or {}).to_pandas(types_mapper=exact.get)


def _typed(table: pa.Table, kinds: Mapping[str, str]) -> pa.Table:
    """Return a table with days as timestamps, text as pandas writes it, and only money as decimals."""
    types = {field.name: field.type for field in table.schema}
    for name, kind in types.items():
        if pa.types.is_date(kind):
            types[name] = pa.timestamp("us")
        elif pa.types.is_decimal(kind) and kinds.get(name, "money") != "money":
            types[name] = pa.float64()
        elif pa.types.is_string(kind):
            types[name] = pa.large_string()
    return table.cast(pa.schema(types))
