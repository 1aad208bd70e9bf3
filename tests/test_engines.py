"""The same expressions in every engine: what differs between engines stands in one module."""

import datetime as dt
import unicodedata
from decimal import Decimal

import duckdb
import ibis
import pandas as pd
import pyarrow as pa
import pytest
from worlds_in_engines import TABLES_ALIKE, WORLD, alike, engagement_on

from kamlib.core.errors import DataError, ParameterError
from kamlib.intake import read_inputs
from kamlib.intake.engines import (
    exact,
    letters_apart,
    one_that_reads,
    parts_of,
    tidy,
    written,
    written_down,
)
from kamlib.settings.engagement import load_engagement


@pytest.fixture(scope="module")
def con() -> ibis.BaseBackend:
    """Our own engine."""
    return ibis.duckdb.connect()


def column(
    con: ibis.BaseBackend, values: list, kind: pa.DataType, name: str
) -> ibis.expr.types.Column:
    """Return values as a column of the engine, with their order beside."""
    table = pa.table({"n": range(len(values)), "x": pa.array(values, kind)})
    return con.create_table(name, table, overwrite=True)


def said(expression) -> list:
    """Return the values of a column in the order of its table."""
    return expression.order_by("n").to_pyarrow()["y"].to_pylist()


def test_text_has_no_blanks_around_it_and_one_spelling_of_accents(con):
    t = column(con, [" A\u00a0", "\ufeffZ\u0307uk ", " \t ", None, "a b"], pa.string(), "texts")

    assert said(t.mutate(y=tidy(t["x"]))) == ["A", "Żuk", None, None, "a b"]


@pytest.mark.parametrize(
    ("values", "kind", "texts"),
    [
        ([12.0, 12.5, -0.5, float("nan"), None], pa.float64(), ["12", "12.5", "-0.5", None, None]),
        ([7, -7, None], pa.int64(), ["7", "-7", None]),
        (
            [Decimal("12.00"), Decimal("0.50"), Decimal("-3.10"), Decimal("100.00")],
            pa.decimal128(9, 2),
            ["12", "0.5", "-3.1", "100"],
        ),
    ],
)
def test_a_number_as_text_is_as_short_as_it_can_be(con, values, kind, texts):
    t = column(con, values, kind, "numbers")

    assert said(t.mutate(y=written(t["x"]))) == texts


def test_a_float_becomes_the_decimal_that_is_written_of_it(con):
    """1234567890.1 is stored as 1234567890.0999999…, and nobody wrote that."""
    floats = [0.1, 2.675, 1234567890.1, 123456789012.1, 1e12 + 1, float("inf"), float("nan"), None]
    t = column(con, floats, pa.float64(), "floats")

    made = [
        None if one is None else str(one.normalize()) for one in said(t.mutate(y=exact(t["x"])))
    ]

    assert made == ["0.1", "2.675", "1234567890.1", "123456789012.1", None, None, None, None]


def test_a_small_table_is_written_into_the_query_with_whatever_stands_in_it(con):
    frame = pd.DataFrame(
        {
            "known_id": ["A", "x'; DROP TABLE t; --", None],
            "day": [pd.Timestamp("2024-02-29"), pd.NaT, pd.Timestamp("2024-01-01")],
            "rate": [Decimal("4.123456"), None, Decimal("-1")],
        }
    )
    schema = ibis.schema({"known_id": "string", "day": "date", "rate": "decimal(38, 6)"})
    like = con.create_table("anything", pa.table({"x": [1]}), overwrite=True)

    back = written_down(like, frame, schema).to_pyarrow().to_pylist()

    assert back[0] == {"known_id": "A", "day": dt.date(2024, 2, 29), "rate": Decimal("4.123456")}
    assert back[1]["known_id"] == "x'; DROP TABLE t; --"
    assert back[1]["day"] is None
    assert written_down(like, frame.head(0), schema).to_pyarrow().num_rows == 0


# ------------------------------------------------------------------------------ names and queries
@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("lines", ["lines"]),
        ("sales.invoice_lines", ["sales", "invoice_lines"]),
        ('sales."Invoice lines"', ["sales", "Invoice lines"]),
        ('"a.b".c', ["a.b", "c"]),
        ('"x""; COPY t TO PROGRAM --"', ['x"; COPY t TO PROGRAM --']),
    ],
)
def test_a_tables_name_is_split_at_its_points_and_keeps_what_is_quoted(name, parts):
    assert parts_of(name, "table") == parts


@pytest.mark.parametrize(
    "name", ['x"; COPY t TO PROGRAM --', "a b", "a..b", "a.b.c.d", "' OR 1=1", ".a", 'a"b"']
)
def test_what_is_no_name_of_a_table_is_refused(name):
    with pytest.raises(ParameterError, match="must be the name of a table such as"):
        parts_of(name, "inputs.invoice_lines.database.table")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1; DROP TABLE t",
        "DELETE FROM t",
        "COPY t TO PROGRAM 'x'",
        "",
        "SELECT 1) ; COMMIT --",
    ],
)
@pytest.mark.parametrize("engine", ["postgres", "duckdb", "spark"])
def test_a_query_that_does_more_than_read_is_refused(query, engine):
    with pytest.raises(ParameterError, match="must be a single SELECT"):
        one_that_reads(query, engine, "inputs.invoice_lines.database.query")


# ------------------------------------------------------------------------------ one world, all sources
@pytest.fixture(scope="module")
def from_csv(tmp_path_factory) -> dict[str, pd.DataFrame]:
    """The tables that data prep makes of the world's CSV files."""
    folder = tmp_path_factory.mktemp("csv")
    return read_inputs(load_engagement(engagement_on(folder, "csv")), "FY2024").tables


def test_csv_files_hold_the_world(from_csv):
    """Two customers in one group; a stranger, a wrong amount and a wrong day are set aside."""
    months = from_csv["customer_months"]

    assert sorted(set(months["customer_id"])) == ["G", "Ż2"]
    assert Decimal(months["invoice_revenue"].sum()) == WORLD.revenue
    assert sorted(from_csv["quarantine"]["reason"]) == WORLD.reasons


def test_parquet_gives_what_csv_gives(tmp_path, from_csv):
    tables = read_inputs(load_engagement(engagement_on(tmp_path, "parquet")), "FY2024").tables

    assert alike(from_csv, tables) == []


@pytest.mark.parametrize("form", [pytest.param("text", marks=pytest.mark.soak), "typed"])
def test_a_duckdb_file_gives_what_csv_gives(tmp_path, from_csv, form):
    """Its rows have no numbers: those set aside are named by their document."""
    folder = engagement_on(tmp_path, "duckdb", form=form)
    con = duckdb.connect(str(folder / "input" / "client.duckdb"))
    con.execute("CREATE SCHEMA sales")
    for name, table in WORLD.tables(form).items():
        con.register("incoming", table)
        con.execute(f'CREATE TABLE sales."{name}" AS SELECT * FROM incoming')
        con.unregister("incoming")
    con.close()

    tables = read_inputs(load_engagement(folder), "FY2024").tables

    assert alike(from_csv, tables) == []
    assert set(TABLES_ALIKE) <= set(tables)
    aside = tables["quarantine"]
    assert 'sales."invoice lines", invoice_id F9, line_id 1' in set(aside["file"])
    assert set(aside["row"]) == {0}


def test_a_duckdb_file_that_is_none_is_said_without_its_path(tmp_path):
    folder = engagement_on(tmp_path, "duckdb")
    (folder / "input" / "client.duckdb").write_bytes(b"not a database")

    with pytest.raises(DataError, match="did not answer") as error:
        read_inputs(load_engagement(folder), "FY2024")

    assert str(tmp_path) not in str(error.value)
    assert error.value.__cause__ is None


# ------------------------------------------------------------------------------ settings
@pytest.mark.parametrize(
    ("database", "words"),
    [
        (
            "{engine: postgres, url: 'postgresql://me:s3cr3t@host/db', table: t}",
            "environment variable",
        ),
        ("{engine: postgres, url: '${KAM_DB_URL}'}", "either table or query"),
        (
            "{engine: postgres, url: '${KAM_DB_URL}', table: t, query: SELECT 1}",
            "either table or query",
        ),
        ("{engine: spark, url: 'sc://host:15002/;token=s3cr3t', table: t}", "environment variable"),
        ("{engine: duckdb, url: ../x.duckdb, table: t}", "must stay inside"),
        ("{engine: oracle, url: '${KAM_DB_URL}', table: t}", "oracle"),
    ],
)
def test_an_address_stands_in_no_file(tmp_path, database, words):
    (tmp_path / "engagement.yaml").write_text(
        "id: tiny\ncurrency: PLN\nperiods: {FY2024: {from: 2024-01-01, to: 2024-12-31}}\n"
        f"inputs:\n  invoice_lines: {{database: {database}}}\n"
    )

    with pytest.raises(ParameterError, match=words) as error:
        load_engagement(tmp_path)

    assert "s3cr3t" not in str(error.value)


def test_a_table_has_one_source(tmp_path):
    (tmp_path / "engagement.yaml").write_text(
        "id: tiny\ncurrency: PLN\nperiods: {FY2024: {from: 2024-01-01, to: 2024-12-31}}\n"
        "inputs:\n  invoice_lines: {files: a.csv, database: {engine: spark, url: local, table: t}}\n"
    )

    with pytest.raises(ParameterError, match="must not stand beside files"):
        load_engagement(tmp_path)


def test_an_address_that_is_not_set_is_asked_for(tmp_path, monkeypatch):
    monkeypatch.delenv("KAM_DB_URL", raising=False)

    with pytest.raises(ParameterError, match="needs the environment variable KAM_DB_URL"):
        read_inputs(load_engagement(engagement_on(tmp_path, "postgres")), "FY2024")


def test_spark_is_told_how_every_letter_of_our_alphabets_is_composed():
    """Latin, Greek and Cyrillic letters, with one accent or with several."""
    letters = "ąćęłńóśźżĄĆĘŁŃÓŚŹŻäöüßéèçñåøčřžůőűăâîșțģķļņßΆέήίόύώЙйЁёЇї ǖǘǭ"
    text = unicodedata.normalize("NFD", letters)
    for pair in letters_apart().split(" "):
        apart, _, one = pair.partition("=")
        text = text.replace(apart, one)

    assert text == unicodedata.normalize("NFC", letters)
