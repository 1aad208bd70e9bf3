"""Engines: how clients' databases are opened and asked, and what each engine says differently.

DuckDB is our own engine; PostgreSQL and Spark are clients', opened for reading only. Where their ways
differ (blanks around text, composed accents, how a number reads as text, decimals from floats, a hash)
the difference stands here and nowhere else, so that one expression means the same in all.

An address comes from the environment when it is needed and is told to nobody: what a database has
against us is said without its words, for libraries put addresses, users and values into them.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from functools import lru_cache
from inspect import Parameter, Signature
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb
import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
import sqlglot
import sqlglot.expressions as sge
from sqlglot.errors import SqlglotError

from kamlib.core.errors import DataError, ParameterError, listed

if TYPE_CHECKING:
    from kamlib.settings import Engagement
    from kamlib.settings.inputs import Database


DECIMAL = dt.Decimal(38, 6)
BLANKS = " \t\n\r\f\v\u00a0\u2007\u202f\ufeff"
REACH = 10**12
WHOLE_REACH = 10**15  # whole floats below are exact, and every engine writes them alike
NEAR = 10**9  # floats below have six exact decimals
COMPOSED = range(0x00C0, 0x0530)  # letters of Latin, Greek and Cyrillic alphabets
NAME = re.compile(r'"(?:[^"]|"")+"|[^".\s]+')
PATIENCE = {  # seconds until a server that is silent counts as gone; an address may say otherwise
    "connect_timeout": 15,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}
TOLD = ("42", "0A", "53", "57", "25006")  # SQLSTATEs whose words name tables, columns and limits


def function_of(
    name: str, kinds: Sequence[dt.DataType | str], gives: dt.DataType | str = "string"
) -> Callable[..., ir.Value]:
    """Return a function that an engine knows by this name, of columns of some kinds."""

    def function() -> None:
        """Stand for the engine's function."""

    places = range(len(kinds))
    function.__signature__ = Signature(  # type: ignore[attr-defined]
        [Parameter(f"given_{place}", Parameter.POSITIONAL_ONLY) for place in places]
    )
    return ibis.udf.scalar.builtin(function, name=name, signature=(tuple(kinds), gives))


COMPOSE = {  # letters and accents; PostgreSQL's in a database of UTF-8
    "duckdb": function_of("nfc_normalize", ["string"]),
    "postgres": function_of("normalize", ["string"]),
}
TRIM_OF = function_of("trim", ["string", "string"])  # DuckDB's; the others have another name for it
BTRIM = function_of("btrim", ["string", "string"])
HASH = {
    "duckdb": function_of("hash", ["string"], dt.uint64),
    "postgres": function_of("hashtextextended", ["string", "int64"], "int64"),
    "spark": function_of("xxhash64", ["string"], "int64"),
}


def engine_of(expression: ir.Expr) -> str:
    """Return the engine that an expression stands on, by the name it has in engagement.yaml."""
    return str(expression.get_backend().name).removeprefix("py")


def trimmed(text: ir.StringValue, marks: str) -> ir.StringValue:
    """Return text without these marks at its ends."""
    return (TRIM_OF if engine_of(text) == "duckdb" else BTRIM)(text, marks)


def one_of(text: ir.StringValue, words: Sequence[str]) -> ir.BooleanValue:
    """Return whether a text is one of a few words; false where there is none.

    Asked word by word: of a list, DuckDB makes a table and joins every row to it.
    """
    return ibis.cases(*((text == word, True) for word in words), else_=False)


def tidy(text: ir.StringValue) -> ir.StringValue:
    """Return text without blanks around it and with composed accents; empty is null.

    Spark cannot compose accents: there it is done as its table is read, see
    `of_query`, and of the rarest scripts with what comes out, see `pull`.
    """
    compose = COMPOSE.get(engine_of(text))
    return trimmed(compose(text) if compose else text, BLANKS).nullif("")


def tidy_text(column: ir.Column) -> ir.Column:
    return tidy(column) if column.type().is_string() else column


def written(number: ir.NumericValue) -> ir.StringValue:
    """Return a number as text: 12.0 is 12, 12.50 is 12.5, and no number is null."""
    kind = number.type()
    if kind.is_integer():
        return number.cast("string")
    if kind.is_floating():
        fraction = _text_of_float(number)
    else:  # the x keeps the zeros in front
        text = number.cast("string")
        bare = trimmed(trimmed(ibis.literal("x").concat(text), "0"), ".").substr(1)
        fraction = text.contains(".").ifelse(bare, text)
    near = _within(number, WHOLE_REACH)
    whole = _if_it_can(near, "int64")
    return (whole.cast(kind) == number).ifelse(whole.cast("string"), fraction)


def exact(number: ir.NumericValue) -> ir.DecimalValue:
    """Return a number as a decimal, null where it is absurdly large or none.

    Engines make decimals of large floats in ways of their own, but all read the shortest text of a
    float alike.
    """
    near = _within(number, REACH)
    if not number.type().is_floating():
        return near.cast(DECIMAL)
    as_read = _if_it_can(_text_of_float(near), DECIMAL)
    if engine_of(number) != "duckdb" or number.type().is_float32():
        return as_read
    return near.between(-NEAR, NEAR).ifelse(_if_it_can(_within(near, NEAR), DECIMAL), as_read)


def _within(number: ir.NumericValue, reach: int) -> ir.NumericValue:
    """Return a number that is not larger than can be carried, else null."""
    return number.between(-reach, reach).ifelse(number, ibis.null(number.type()))


def _text_of_float(number: ir.FloatingValue) -> ir.StringValue:
    """Return the shortest text of a float; what is no number is null, however it is written."""
    return number.cast("string").nullif("nan").nullif("NaN")


def _if_it_can(value: ir.Value, kind: dt.DataType | str) -> ir.Value:
    """Cast what is within reach.

    DuckDB believes a Parquet file that says its largest float is 3, though it has NaN as well: then
    nothing seems out of reach, and only an attempt is safe.
    """
    return value.try_cast(kind) if engine_of(value) == "duckdb" else value.cast(kind)


def hashed(text: ir.StringValue) -> ir.IntegerValue:
    """Return an engine's own hash of a text: its quickest one of 64 bits."""
    engine = engine_of(text)
    return HASH[engine](text, *([0] if engine == "postgres" else []))


def spelled_apart(ids: pa.Table) -> pa.Table:
    """Return known ids with their accents composed and apart, for engines that cannot compose."""
    forms = {
        unicodedata.normalize(form, one)
        for one in ids["known_id"].to_pylist()
        for form in ("NFC", "NFD")
    }
    return pa.table({"known_id": pa.array(sorted(forms), pa.string())})


def written_down(like: ir.Table, frame: pd.DataFrame, schema: ibis.Schema) -> ir.Table:
    """Return a small table as part of a query of another table's engine; nothing is created there."""
    con = like.get_backend()
    types = [con.compiler.type_mapper.from_ibis(kind) for kind in schema.types]
    rows = [
        sge.Tuple(expressions=[_literal(value) for value in row])
        for row in frame[list(schema.names)].itertuples(index=False, name=None)
    ] or [sge.Tuple(expressions=[sge.Null() for _ in types])]
    names = [sge.to_identifier(name, quoted=True) for name in schema.names]
    values = sge.Values(
        expressions=rows, alias=sge.TableAlias(this=sge.to_identifier("given"), columns=names)
    )
    columns = [
        sge.alias_(sge.Cast(this=sge.Column(this=name.copy()), to=kind), name.copy())
        for name, kind in zip(names, types, strict=True)
    ]
    query = sge.select(*columns).from_(values)
    if frame.empty:
        query = query.where(sge.false())
    return con.sql(query.sql(con.dialect), schema=schema)


def _literal(value: object) -> sge.Expression:
    if pd.isna(value):  # type: ignore[call-overload]
        return sge.Null()
    if isinstance(value, pd.Timestamp):
        return sge.Literal.string(value.date().isoformat())
    return sge.Literal.string(str(value))


def parts_of(name: str, key: str) -> list[str]:
    """Return the parts of a table's name; a part with a point or a space in it stands in quotes."""
    parts = NAME.findall(name)
    if ".".join(parts) != name or not 1 <= len(parts) <= 3:
        raise ParameterError(
            f"{key} must be the name of a table such as sales.invoice_lines, not '{name}'. "
            f'Put a part with other letters in quotes: sales."invoice lines".'
        )
    return [part[1:-1].replace('""', '"') if part[0] == '"' else part for part in parts]


def all_of(parts: list[str], engine: str) -> str:
    """Return a query of all rows of a table, each part of its name quoted.

    Examples
    --------
    >>> all_of(["sales", 'x"; DROP TABLE y; --'], "postgres")
    'SELECT * FROM "sales"."x""; DROP TABLE y; --"'
    """
    name, *above = (sge.to_identifier(part, quoted=True) for part in reversed(parts))
    table = sge.Table(this=name, **dict(zip(("db", "catalog"), above, strict=False)))
    return sge.select("*").from_(table).sql(engine)


def one_that_reads(query: str, engine: str, key: str) -> str:
    """Return a query if it is a single one that reads."""
    try:
        found = [each for each in sqlglot.parse(query, dialect=engine) if each]
    except SqlglotError:
        found = []
    if len(found) != 1 or not isinstance(found[0], sge.Query):
        raise ParameterError(
            f"{key} must be a single SELECT, and it is not one that can be read. "
            f"Take out what follows it, or make a view of it and name that under table."
        )
    return query.strip().rstrip(";")


def of_query(con: ibis.BaseBackend, query: str, key: str) -> ir.Table:
    """Return a query as a table; no row is read.

    PostgreSQL's money is a number that a setting of the server dresses up when it is written, so it
    is taken as the number. Spark has no function that composes letters and accents, so its texts
    are composed by what the query says.
    """
    if con.name == "pyspark":
        return con.sql(_with_composed_texts(query, con.sql(query).schema()))
    kinds = _kinds_of(con, query)
    names = [name for name, _kind in kinds]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(
            f"{key} gives {listed(twice)} twice, so nobody can tell which is meant. "
            f"Give one of them another name with AS."
        )
    money = [name for name, kind in kinds if kind == "money"]
    if money:
        quoted = {name: sge.to_identifier(name, quoted=True).sql("postgres") for name in names}
        columns = (
            f"CAST({said} AS numeric(19, 4)) AS {said}" if name in money else said
            for name, said in quoted.items()
        )
        query = f"SELECT {', '.join(columns)} FROM (\n{query}\n) AS asked"
    mapper = con.compiler.type_mapper
    return con.sql(query, schema={name: mapper.from_string(kind) for name, kind in kinds})


def _kinds_of(con: Any, query: str) -> list[tuple[str, str]]:
    """Return the columns of a query and their types, in the words of the engine."""
    if con.name == "duckdb":
        return [row[:2] for row in con.con.execute(f"DESCRIBE {query}").fetchall()]
    with con.con.cursor() as cursor:
        cursor.execute(f"SELECT * FROM (\n{query}\n) AS asked LIMIT 0")
        return [(column.name, column.type_display) for column in cursor.description]


def _with_composed_texts(query: str, schema: ibis.Schema) -> str:
    """Return Spark's query with letters and their accents as one character in its texts."""
    columns = []
    for name, kind in schema.items():
        column = sge.to_identifier(name, quoted=True).sql("spark")
        composed = (
            f"aggregate(split('{letters_apart()}', ' '), {column}, (text, pair) -> "
            f"replace(text, substring_index(pair, '=', 1), substring_index(pair, '=', -1)))"
        )
        columns.append(
            f"CASE WHEN {column} RLIKE '[\u0300-\u036f]' THEN {composed} ELSE {column} END AS {column}"
            if kind.is_string()
            else column
        )
    return f"SELECT {', '.join(columns)} FROM (\n{query}\n) AS asked"


@lru_cache(maxsize=1)
def letters_apart() -> str:
    """Return what is composed as ``apart=composed``, the longest first, with a space in between."""
    apart = {unicodedata.normalize("NFD", chr(code)): chr(code) for code in COMPOSED}
    pairs = [
        (parts, one)
        for parts, one in apart.items()
        if parts != one and unicodedata.normalize("NFC", parts) == one
    ]
    pairs.sort(key=lambda pair: (-len(pair[0]), pair))
    return " ".join(f"{parts}={one}" for parts, one in pairs)


class Databases(NamedTuple):
    """The databases that one intake has open, each once: all of its tables are of one moment."""

    engagement: "Engagement"
    open: dict[tuple[str, str], ibis.BaseBackend]
    closing: ExitStack

    def table(self, table: str) -> ir.Table:
        """Return an input table as it lies in its database; no row is read."""
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
    """Say in our words what a database has against us, with none of its own."""
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
        state = _state_of(first)
        if state in ("42P01", "3F000") or isinstance(first, duckdb.CatalogException):
            raise DataError(
                f"{key}: the database has no such table, or does not show it to this user. Write "
                f"its name as the database does, capitals included, with its schema before a point."
            ) from None
        told = _told_by(first)
        words, kind = f": {told}" if told else "", f"{type(first).__name__} {state}".rstrip()
        silent = "" if told else "Its own words are not shown, as they may hold its address. "
        raise DataError(
            f"{key}: the database did not answer ({kind}{words}). {silent}"
            f"Try the same address and table with the database's own client, then run again."
        ) from None


def asked(engagement: "Engagement", table: str) -> AbstractContextManager[None]:
    """Return `answering` for the database of an input table; nothing where it comes from files."""
    given = engagement.inputs[table].database
    if given is None:
        return nullcontext()
    return answering(given.engine, f"inputs.{table}.database")


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
