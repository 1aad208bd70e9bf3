"""Clients' databases: opened for reading only, asked in their own words, never written to.

An address comes from the environment when it is needed and is told to nobody: what a database has
against us is said without its words, for libraries put addresses, users and values into them.
"""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb
import ibis
import ibis.common.exceptions as com
import ibis.expr.types as ir
import sqlglot
import sqlglot.expressions as sge
from sqlglot.errors import SqlglotError

from kamlib.errors import DataError, ParameterError

if TYPE_CHECKING:
    from kamlib.engagement import Engagement
    from kamlib.engagement.database import Database

EXTRAS = {"postgres": "psycopg", "spark": "pyspark"}
DIALECTS = {"postgres": "postgres", "spark": "spark", "duckdb": "duckdb"}
NAME = re.compile(r'"(?:[^"]|"")+"|[^".\s]+')
SECONDS_TO_CONNECT = 15


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
            if given.query:
                return _of_query(con, given, key)
            *above, name = parts_of(given.table, f"{key}.table")
            if given.engine == "spark":  # ibis asks Spark's catalogue without quoting
                return con.sql(sge.select("*").from_(_named(*above, name)).sql("spark"))
            return con.table(name, database=tuple(above) or None)

    def _connection(self, table: str, given: "Database", key: str) -> ibis.BaseBackend:
        """Return the connection to an address, opened when it is first asked for."""
        if given.engine == "duckdb":
            address = str(self.engagement.paths(table)[0])
        else:
            address = given.address(key=f"{key}.url")
        if (given.engine, address) not in self.open:
            connect = {"postgres": _postgres, "spark": _spark, "duckdb": _duckdb}[given.engine]
            self.open[given.engine, address] = connect(address, self.closing)
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
        if problem.name not in EXTRAS.values():
            raise
        raise ParameterError(
            f"{key} is in {engine}, and {problem.name} is not installed. "
            f"Install it with python -m pip install -e '.[{engine}]'."
        ) from None
    except com.TableNotFound:
        raise DataError(
            f"{key}: the database has no such table, or does not show it to this user. Write its "
            f"name as the database does, capitals included, with its schema before a point."
        ) from None
    except refusals(engine) as problem:
        raise DataError(
            f"{key}: the database did not answer ({_kind_of(problem)}). Its own words are not "
            f"shown, as they may hold its address. Try the same address and table with the "
            f"database's own client, then run again."
        ) from None


def asked(engagement: "Engagement", table: str) -> AbstractContextManager[None]:
    """Return `answering` for the database of an input table; nothing where it comes from files."""
    given = engagement.inputs[table].database
    if given is None:
        return nullcontext()
    return answering(given.engine, f"inputs.{table}.database")


def refusals(engine: str) -> tuple[type[Exception], ...]:
    """Return the exceptions in which an engine says that it will not or cannot."""
    if engine == "postgres":
        import psycopg

        return (psycopg.Error,)
    if engine == "spark":
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        return (PySparkException, Py4JError)
    return (duckdb.Error,)


def _kind_of(problem: Exception) -> str:
    """Return what kind of problem it is: the name of the exception, and its SQLSTATE if it has one.

    Closing a cursor after a refusal is refused as well: the first one is meant.
    """
    while getattr(problem.__context__, "sqlstate", None):
        problem = problem.__context__  # type: ignore[assignment]
    state = getattr(problem, "sqlstate", None)
    return f"{type(problem).__name__} {state}" if state else type(problem).__name__


def parts_of(name: str, key: str) -> list[str]:
    """Return the parts of a table's name; a part with a point or a space in it stands in quotes.

    Raises
    ------
    ParameterError
        It is no name of one to three parts.

    Examples
    --------
    >>> parts_of('sales."Invoice lines"', "table")
    ['sales', 'Invoice lines']
    """
    parts = NAME.findall(name)
    if ".".join(parts) != name or not 1 <= len(parts) <= 3:
        raise ParameterError(
            f"{key} must be the name of a table such as sales.invoice_lines, not '{name}'. "
            f'Put a part with other letters in quotes: sales."invoice lines".'
        )
    return [part[1:-1].replace('""', '"') if part[0] == '"' else part for part in parts]


def _named(*parts: str) -> sge.Table:
    """Return a table's name with each of its parts quoted."""
    name, *above = (sge.to_identifier(part, quoted=True) for part in reversed(parts))
    return sge.Table(this=name, **dict(zip(("db", "catalog"), above, strict=False)))


def one_that_reads(query: str, engine: str, key: str) -> str:
    """Return a query if it is a single one that reads.

    Raises
    ------
    ParameterError
        It is several statements, none, or one that does not begin with SELECT or WITH.
    """
    try:
        found = [each for each in sqlglot.parse(query, dialect=DIALECTS[engine]) if each]
    except SqlglotError:
        found = []
    if len(found) != 1 or not isinstance(found[0], sge.Query):
        raise ParameterError(
            f"{key} must be a single SELECT, and it is not one that can be read. "
            f"Take out what follows it, or make a view of it and name that under table."
        )
    return query.strip().rstrip(";")


def _of_query(con: ibis.BaseBackend, given: "Database", key: str) -> ir.Table:
    """Return a query of the analyst as a table."""
    query = one_that_reads(given.query, given.engine, f"{key}.query")
    if given.engine != "postgres":
        return con.sql(query)
    postgres: Any = con
    with postgres.con.cursor() as cursor:
        cursor.execute(f"SELECT * FROM (\n{query}\n) AS asked LIMIT 0")
        kinds = {column.name: column.type_display for column in cursor.description}
    mapper = postgres.compiler.type_mapper
    return con.sql(query, schema={name: mapper.from_string(kind) for name, kind in kinds.items()})


def _postgres(address: str, closing: ExitStack) -> ibis.BaseBackend:
    """Open PostgreSQL in one transaction that only reads: whatever is asked is of one moment."""
    import psycopg

    con = psycopg.connect(address, connect_timeout=SECONDS_TO_CONNECT)
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
