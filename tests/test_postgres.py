"""A real PostgreSQL server: the same tables as from files, nothing written, nothing told."""

import logging
import os

import pandas as pd
import pytest
from postgres_server import CANARY
from worlds_in_engines import WORLD, alike, engagement_on

from kamlib.core.errors import DataError, ParameterError
from kamlib.intake import read_inputs
from kamlib.settings.engagement import load_engagement

psycopg = pytest.importorskip("psycopg") if not os.environ.get("CI") else __import__("psycopg")

KINDS = {
    "string": "text",
    "date32[day]": "date",
    "double": "double precision",
    "bool": "boolean",
    "decimal128(30, 3)": "numeric(30, 3)",
}


def filled(address: str, database: str, form: str) -> str:
    """Put the world into a database of its own and return its address."""
    with psycopg.connect(address, autocommit=True) as con:
        con.execute(f"CREATE DATABASE {database} TEMPLATE template0 LC_COLLATE 'C.UTF-8'")
    address = address.rsplit("/", 1)[0] + f"/{database}"
    with psycopg.connect(address) as con:
        con.execute("CREATE SCHEMA sales")
        for name, table in WORLD.tables(form).items():
            columns = ", ".join(f'"{f.name}" {KINDS[str(f.type)]}' for f in table.schema)
            con.execute(f'CREATE TABLE sales."{name}" ({columns})')
            marks = ", ".join(["%s"] * table.num_columns)
            rows = [tuple(row.values()) for row in table.to_pylist()]
            con.cursor().executemany(f'INSERT INTO sales."{name}" VALUES ({marks})', rows)
    return address


@pytest.fixture(scope="module")
def typed(server) -> str:
    """The world with columns of their own types."""
    return filled(server, "typed", "typed")


@pytest.fixture(scope="module")
def text(server) -> str:
    """The world as text in the Polish dialect."""
    return filled(server, "texts", "text")


@pytest.fixture(scope="module")
def from_csv(tmp_path_factory) -> dict[str, pd.DataFrame]:
    """The tables that data prep makes of the world's CSV files."""
    folder = tmp_path_factory.mktemp("csv")
    return read_inputs(load_engagement(engagement_on(folder, "csv")), "FY2024").tables


def everything(address: str) -> list:
    """Return what is in a database: tables and views of every schema, and how many rows were written."""
    with psycopg.connect(address) as con:
        names = con.execute(
            "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') ORDER BY 1, 2"
        ).fetchall()
        sizes = con.execute('SELECT count(*) FROM sales."invoice lines"').fetchall()
    return [*names, *sizes]


@pytest.mark.parametrize("form", ["typed", pytest.param("text", marks=pytest.mark.soak)])
def test_postgres_gives_what_csv_gives_byte_for_byte(
    tmp_path, from_csv, form, request, monkeypatch
):
    """And leaves nothing behind; rows and money add up."""
    address = request.getfixturevalue(form)
    monkeypatch.setenv("KAM_DB_URL", address)
    before = everything(address)

    intake = read_inputs(load_engagement(engagement_on(tmp_path, "postgres")), "FY2024")

    assert alike(from_csv, intake.tables) == []
    assert everything(address) == before
    assert [balance.what for balance in intake.balances if not balance.holds] == []
    rows = intake.coverage.set_index("table")["rows"]
    assert rows["invoice_lines"] == len(WORLD.lines())


def test_lines_may_be_a_query_and_customers_a_file(tmp_path, from_csv, typed, monkeypatch):
    """The semicolon at its end and the remark are the analyst's habit."""
    monkeypatch.setenv("KAM_DB_URL", typed)
    query = "query: 'SELECT * FROM sales.\"invoice lines\" -- all;\n      ;'"
    folder = engagement_on(tmp_path, "postgres", lines=query)
    text = (folder / "engagement.yaml").read_text()
    place = "database: {engine: postgres, url: '${KAM_DB_URL}', table: sales.customers}"
    (folder / "input" / "customers.csv").write_bytes(
        "Kod;Nazwa;Grupa\nA;Ala;G\nB;Bób;G\nŻ2;;\nŻ3;Żak;\n".encode("cp1250")
    )
    (folder / "engagement.yaml").write_text(text.replace(place, "files: input/customers.csv"))

    tables = read_inputs(load_engagement(folder), "FY2024").tables

    assert alike(from_csv, tables) == []


def test_a_query_that_writes_is_refused_by_the_session(tmp_path, typed, monkeypatch):
    """A function may write where a SELECT seems to read: the transaction only reads."""
    monkeypatch.setenv("KAM_DB_URL", typed)
    with psycopg.connect(typed) as con:
        con.execute(
            "CREATE OR REPLACE FUNCTION sales.sly() RETURNS integer LANGUAGE sql AS "
            "'DELETE FROM sales.customers; SELECT 1'"
        )
    query = 'query: "SELECT l.*, sales.sly() AS x FROM sales.\\"invoice lines\\" AS l"'
    query_of = engagement_on(tmp_path, "postgres", lines=query)
    query_of.joinpath("engagement.yaml").write_text(
        query_of.joinpath("engagement.yaml").read_text().replace("order_id: Zlec", "order_id: x")
    )

    with pytest.raises(DataError, match="ReadOnlySqlTransaction 25006"):
        read_inputs(load_engagement(query_of), "FY2024")

    with psycopg.connect(typed) as con:
        assert con.execute("SELECT count(*) FROM sales.customers").fetchone() == (4,)


@pytest.mark.parametrize("name", ['"x""; DROP TABLE sales.customers; --"', '"\' OR 1=1"'])
def test_a_tables_name_is_a_name_and_never_a_command(tmp_path, typed, monkeypatch, name):
    monkeypatch.setenv("KAM_DB_URL", typed)
    folder = engagement_on(tmp_path, "postgres", lines="table: >-\n        NAME")
    text = (folder / "engagement.yaml").read_text()
    block = "{engine: postgres, url: '${KAM_DB_URL}', table: >-\n        NAME}"
    keys = ["", "engine: postgres", "url: '${KAM_DB_URL}'", f"table: >-\n        {name}"]
    text = text.replace(block, "\n      ".join(keys))
    (folder / "engagement.yaml").write_text(text)

    with pytest.raises(DataError, match="no such table"):
        read_inputs(load_engagement(folder), "FY2024")


@pytest.mark.parametrize(
    "broken",
    [
        "postgresql://kam:{canary}@127.0.0.1:1/postgres",
        "postgresql://kam:wrong-{canary}@127.0.0.1:{port}/postgres",
        "postgresql://{canary}:x@127.0.0.1:{port}/postgres",
        "postgresql://kam:{canary}@127.0.0.1:{port}/{canary}",
        "not an address {canary}",
        "postgresql://kam:{canary}@{canary}.invalid/postgres",
    ],
)
def test_no_message_holds_the_address_of_a_database(tmp_path, server, monkeypatch, broken, caplog):
    import traceback

    port = server.rsplit(":", 1)[1].split("/")[0]
    monkeypatch.setenv("KAM_DB_URL", broken.format(canary=CANARY, port=port))
    caplog.set_level(logging.DEBUG)

    with pytest.raises((DataError, ParameterError), match="did not answer") as error:
        read_inputs(load_engagement(engagement_on(tmp_path, "postgres")), "FY2024")

    told = "".join(traceback.format_exception(error.value)) + caplog.text
    assert CANARY not in told
    assert "inputs.customers.database" in str(error.value)


def test_the_settings_hash_does_not_know_the_address(tmp_path, monkeypatch):
    engagement = load_engagement(engagement_on(tmp_path, "postgres"))
    monkeypatch.setenv("KAM_DB_URL", f"postgresql://kam:{CANARY}@here/db")
    one = engagement.settings_hash()
    monkeypatch.setenv("KAM_DB_URL", "postgresql://elsewhere/db")

    assert engagement.settings_hash() == one
    assert engagement.paths("invoice_lines") == []
