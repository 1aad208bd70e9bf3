"""What engines say differently, so that one expression means the same in all: text, exact numbers.

DuckDB is our own engine; PostgreSQL and Spark are clients'. Where their ways differ (blanks around
text, composed accents, how a number reads as text, decimals from floats) the difference stands here
and nowhere else.
"""

import unicodedata
from collections.abc import Callable, Sequence

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
import sqlglot.expressions as sge

DECIMAL = dt.Decimal(38, 6)
BLANKS = " \t\n\r\f\v\u00a0\u2007\u202f\ufeff"
REACH = 10**12
WHOLE_REACH = 10**15  # whole floats below are exact, and every engine writes them alike
NEAR = 10**9  # floats below have six exact decimals


@ibis.udf.scalar.builtin
def nfc_normalize(text: str) -> str:  # type: ignore[empty-body]
    """Compose letters and accents: DuckDB's."""


@ibis.udf.scalar.builtin
def normalize(text: str) -> str:  # type: ignore[empty-body]
    """Compose letters and accents: PostgreSQL's, in a database of UTF-8."""


@ibis.udf.scalar.builtin(name="trim")
def trim_of(text: str, marks: str) -> str:  # type: ignore[empty-body]
    """Take marks from both ends of a text: DuckDB's."""


@ibis.udf.scalar.builtin
def btrim(text: str, marks: str) -> str:  # type: ignore[empty-body]
    """Take marks from both ends of a text: PostgreSQL's and Spark's."""


def engine_of(expression: ir.Expr) -> str:
    """Return the engine that an expression stands on, by the name it has in engagement.yaml."""
    return str(expression.get_backend().name).removeprefix("py")


def trimmed(text: ir.StringValue, marks: str) -> ir.StringValue:
    """Return text without given marks at its ends."""
    return trim_of(text, marks) if engine_of(text) == "duckdb" else btrim(text, marks)


def one_of(text: ir.StringValue, words: Sequence[str]) -> ir.BooleanValue:
    """Return whether a text is one of a few words; false where there is none.

    Asked word by word: of a list, DuckDB makes a table and joins every row to it.
    """
    return ibis.cases(*((text == word, True) for word in words), else_=False)


def tidy(text: ir.StringValue) -> ir.StringValue:
    """Return text without blanks around it and with composed accents; empty is null.

    Notes
    -----
    Spark cannot compose accents: there it is done as its table is read, see
    `kamlib.intake.queries`, and of the rarest scripts with what comes out, see `pull`.
    """
    composers: dict[str, Callable[[ir.StringValue], ir.StringValue]] = {
        "duckdb": nfc_normalize,
        "postgres": normalize,
    }
    compose = composers.get(engine_of(text))
    return trimmed(compose(text) if compose else text, BLANKS).nullif("")


def tidy_text(column: ir.Column) -> ir.Column:
    """Return a column of text tidy, any other as it is."""
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

    Notes
    -----
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


def spelled_apart(ids: pa.Table) -> pa.Table:
    """Return known ids with their accents composed and apart, for engines that cannot compose."""
    forms = {
        unicodedata.normalize(form, one)
        for one in ids["known_id"].to_pylist()
        for form in ("NFC", "NFD")
    }
    return pa.table({"known_id": pa.array(sorted(forms), pa.string())})


def written_down(like: ir.Table, frame: pd.DataFrame, schema: ibis.Schema) -> ir.Table:
    """Return a small table as part of a query of another table's engine; nothing is created there.

    Parameters
    ----------
    like : table of the engine
    frame : DataFrame of text, dates or decimals
    schema : its columns' types in the engine
    """
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
