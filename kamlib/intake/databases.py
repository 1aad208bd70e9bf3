"""Clients' databases: opened for reading only, asked in their own words, never written to.

An address comes from the environment when it is needed and is told to nobody: what a database has
against us is said without its words, for libraries put addresses, users and values into them.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa

from kamlib.core.errors import DataError, ParameterError
from kamlib.intake.engines import engine_of
from kamlib.intake.queries import all_of, of_query, one_that_reads, parts_of

if TYPE_CHECKING:
    from kamlib.settings import Engagement
    from kamlib.settings.inputs import Database

PATIENCE = {  # seconds until a server that is silent counts as gone; an address may say otherwise
    "connect_timeout": 15,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}
TOLD = ("42", "0A", "53", "57", "25006")  # SQLSTATEs whose words name tables, columns and limits


class Databases(NamedTuple):
    """The databases that one intake has open, each once: all of its tables are of one moment."""

    engagement: "Engagement"
    open: dict[tuple[str, str], ibis.BaseBackend]
    closing: ExitStack

    def table(self, table: str) -> ir.Table:
        """Return an input table as it lies in its database; no row is read.

        Raises
        ------
        DataError
            The database cannot be reached, or has no such table.
        ParameterError
            The query is not one that reads, or a library is not installed.
        """
        given = self.engagement.inputs[table].database
        assert given is not None
        key = f"inputs.{table}.database"
        with answering(given.engine, key):
            con = self._connection(table, given, key)
            dialect = con.name.removeprefix("py")
            if given.query:
                query = one_that_reads(given.query, dialect, f"{key}.query")
            else:
                query = all_of(parts_of(given.table, f"{key}.table"), dialect)
            return of_query(con, query, key)

    def _connection(self, table: str, given: "Database", key: str) -> ibis.BaseBackend:
        """Return the connection to an address, opened when it is first asked for."""
        if given.engine == "duckdb":
            address = str(self.engagement.paths(table)[0])
        else:
            address = given.address(key=f"{key}.url")
        if (given.engine, address) not in self.open:
            self.open[given.engine, address] = ENGINES[given.engine].connect(address, self.closing)
        return self.open[given.engine, address]


@contextmanager
def databases(engagement: "Engagement") -> Iterator[Databases]:
    """Keep the databases of an engagement open as they are asked for, and close them at the end."""
    with ExitStack() as closing:
        yield Databases(engagement, {}, closing)


@contextmanager
def answering(engine: str, key: str) -> Iterator[None]:
    """Say in our words what a database has against us, with none of its own.

    Raises
    ------
    DataError
        The database cannot be reached, refuses, or has no such table.
    ParameterError
        What speaks to it is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as problem:
        if problem.name != ENGINES[engine].package:
            raise
        raise ParameterError(
            f"{key} is in {engine}, and {problem.name} is not installed. "
            f"Install it with python -m pip install -e '.[{engine}]'."
        ) from None
    except ENGINES[engine].refusals() as refused:
        first = _first(refused)
        if _is_absent(first):
            raise DataError(
                f"{key}: the database has no such table, or does not show it to this user. Write "
                f"its name as the database does, capitals included, with its schema before a point."
            ) from None
        told = _told_by(first)
        words = f": {told}" if told else ""
        silent = "" if told else "Its own words are not shown, as they may hold its address. "
        raise DataError(
            f"{key}: the database did not answer ({_kind_of(first)}{words}). {silent}"
            f"Try the same address and table with the database's own client, then run again."
        ) from None


def asked(engagement: "Engagement", table: str) -> AbstractContextManager[None]:
    """Return `answering` for the database of an input table; nothing where it comes from files."""
    given = engagement.inputs[table].database
    if given is None:
        return nullcontext()
    return answering(given.engine, f"inputs.{table}.database")


def _kind_of(problem: Exception) -> str:
    """Return what kind of problem it is: the name of the exception, and its SQLSTATE if it has one."""
    return f"{type(problem).__name__} {_state_of(problem)}".rstrip()


def _state_of(problem: Exception) -> str:
    """Return the SQLSTATE of a refusal, as PostgreSQL and Spark give it; empty where it has none."""
    spark_s = getattr(problem, "getSqlState", None)
    return str((spark_s() if spark_s else getattr(problem, "sqlstate", None)) or "")


def _told_by(problem: Exception) -> str:
    """Return the database's own words where they speak of tables, columns and limits alone."""
    if not _state_of(problem).startswith(TOLD):
        return ""
    said = getattr(problem, "diag", None)
    words = str(said.message_primary if said else problem)
    return words.splitlines()[0] if words else ""


def _is_absent(problem: Exception) -> bool:
    """Tell whether a refusal says that there is no such table, schema or catalogue."""
    absent = _state_of(problem) in ("42P01", "3F000")
    return absent or isinstance(problem, duckdb.CatalogException)


def _first(problem: Exception) -> Exception:
    """Return the first of several refusals: closing a cursor after one is refused as well."""
    while hasattr(problem.__context__, "sqlstate"):
        problem = problem.__context__  # type: ignore[assignment]
    return problem


@contextmanager
def streamed(expression: ir.Table, *, rows: int) -> Iterator[pa.RecordBatchReader]:
    """Give the rows of a client's database to our engine, so many at once.

    What the database refuses on the way is raised in its own name: our engine would tell it as
    trouble of its own, with all the words of the client's.
    """
    con: Any = expression.get_backend()
    if con.name == "duckdb":
        yield con.con.sql(con.compile(expression)).to_arrow_reader(rows)
        return
    refused: list[Exception] = []
    reader = expression.to_pyarrow_batches(chunk_size=rows)
    batches = _noting(reader, ENGINES[engine_of(expression)].refusals(), refused)
    try:
        yield pa.RecordBatchReader.from_batches(reader.schema, batches)
    except duckdb.Error:
        if refused:
            raise refused[0] from None
        raise


def _noting(
    batches: Iterable[pa.RecordBatch], kinds: tuple[type[Exception], ...], refused: list[Exception]
) -> Iterator[pa.RecordBatch]:
    """Yield batches and note a refusal on its way, which Arrow turns into text."""
    try:
        yield from batches
    except kinds as problem:
        refused.append(_first(problem))
        raise


def _postgres(address: str, closing: ExitStack) -> ibis.BaseBackend:
    """Open PostgreSQL in one transaction that only reads: whatever is asked is of one moment."""
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    options: dict[str, Any] = {**PATIENCE, **conninfo_to_dict(address)}
    con = psycopg.connect(**options)
    closing.callback(con.close)
    con.read_only, con.isolation_level = True, psycopg.IsolationLevel.REPEATABLE_READ
    con.execute("SELECT 1")  # the transaction begins; those of ibis are savepoints in it
    return ibis.postgres.from_connection(con)


def _duckdb(address: str, closing: ExitStack) -> ibis.BaseBackend:
    """Open a DuckDB file for reading; what runs in it reaches no other file."""
    con = ibis.duckdb.connect(address, read_only=True)
    closing.callback(con.disconnect)
    con.raw_sql("SET TimeZone = 'UTC'; SET enable_external_access = false")
    return con


def _spark(address: str, closing: ExitStack) -> ibis.BaseBackend:
    """Open a Spark session, or use the one that is there."""
    from pyspark.sql import SparkSession

    there = SparkSession.getActiveSession()
    builder = SparkSession.builder.appName("kamlib")
    remote = address.startswith("sc://")
    session = (builder.remote(address) if remote else builder.master(address)).getOrCreate()
    if there is None:
        closing.callback(session.stop)
    return ibis.pyspark.connect(session)


def _refusals_of_postgres() -> tuple[type[Exception], ...]:
    import psycopg

    return (psycopg.Error,)


def _refusals_of_spark() -> tuple[type[Exception], ...]:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    return (PySparkException, Py4JError)


class Engine(NamedTuple):
    """How an engine is opened, the exceptions in which it refuses, and the package that speaks to it."""

    connect: Callable[[str, ExitStack], ibis.BaseBackend]
    refusals: Callable[[], tuple[type[Exception], ...]]
    package: str


ENGINES = {  # by the name in engagement.yaml, which is the extra that brings the package, too
    "postgres": Engine(_postgres, _refusals_of_postgres, "psycopg"),
    "spark": Engine(_spark, _refusals_of_spark, "pyspark"),
    "duckdb": Engine(_duckdb, lambda: (duckdb.Error,), "duckdb"),
}
