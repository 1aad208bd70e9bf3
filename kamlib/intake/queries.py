"""What a client's database is asked for: a table by its quoted name, or one query that only reads."""

import re
import unicodedata
from functools import lru_cache
from typing import Any

import ibis
import ibis.expr.types as ir
import sqlglot
import sqlglot.expressions as sge
from sqlglot.errors import SqlglotError

from kamlib.core.errors import DataError, ParameterError, listed

COMPOSED = range(0x00C0, 0x0530)  # letters of Latin, Greek and Cyrillic alphabets
NAME = re.compile(r'"(?:[^"]|"")+"|[^".\s]+')


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
    """Return a query if it is a single one that reads.

    Raises
    ------
    ParameterError
        It is several statements, none, or one that does not begin with SELECT or WITH.
    """
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

    Raises
    ------
    DataError
        Two columns have one name.
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
        query = f"SELECT {_as_numbers(names, money)} FROM (\n{query}\n) AS asked"
    mapper = con.compiler.type_mapper
    return con.sql(query, schema={name: mapper.from_string(kind) for name, kind in kinds})


def _kinds_of(con: Any, query: str) -> list[tuple[str, str]]:
    """Return the columns of a query and their types, in the words of the engine."""
    if con.name == "duckdb":
        return [row[:2] for row in con.con.execute(f"DESCRIBE {query}").fetchall()]
    with con.con.cursor() as cursor:
        cursor.execute(f"SELECT * FROM (\n{query}\n) AS asked LIMIT 0")
        return [(column.name, column.type_display) for column in cursor.description]


def _as_numbers(names: list[str], money: list[str]) -> str:
    """Return columns by their quoted names, those of money as numbers."""
    quoted = {name: sge.to_identifier(name, quoted=True).sql("postgres") for name in names}
    return ", ".join(
        f"CAST({q} AS numeric(19, 4)) AS {q}" if name in money else q for name, q in quoted.items()
    )


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
