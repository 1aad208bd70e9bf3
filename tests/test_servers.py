"""Tables on a server as clients have them: odd names, odd types, refusals, and what changes under a run."""

import json
import traceback
from pathlib import Path

import pytest
from postgres_server import CANARY
from stub_notebooks import ORDER, notebook_of, run_here, stub_notebook, write_notebooks

from kamlib.core.errors import DataError, ParameterError
from kamlib.intake import read_inputs
from kamlib.intake.sources import fingerprints
from kamlib.report.reporting import publish_report
from kamlib.report.running import RunFailed
from kamlib.settings.engagement import load_engagement

psycopg = pytest.importorskip("psycopg")

USUAL = {"invoice_id": "nr", "date": "d", "customer_id": "k", "net_amount": "n"}
ODD = '''
CREATE SCHEMA "Sales ""Q""";
CREATE TABLE "Sales ""Q"""."Lines" (
    "NR" integer, "User" timestamp, "k""x" char(8), "Group" money, "select" numeric(38, 10),
    "Towar" numeric(20, 0), body bytea, note jsonb, made timestamptz DEFAULT now());
INSERT INTO "Sales ""Q"""."Lines" ("NR", "User", "k""x", "Group", "select", "Towar") VALUES
    (1, '2024-01-02 23:59:59', 'A', 10.01, 0.0000000001, 1000000000000000000),
    (2, '2024-01-02 00:00:00', 'A ', 20, 2.5, 100000000000000000),
    (3, '2024-12-31 12:00:00', 'B', -0.01, NULL, 7);
CREATE VIEW "Sales ""Q"""."Select" AS SELECT * FROM "Sales ""Q"""."Lines";
CREATE ROLE reader LOGIN PASSWORD '{canary}';
GRANT USAGE ON SCHEMA "Sales ""Q""" TO reader;
GRANT SELECT ON "Sales ""Q"""."Select" TO reader;

CREATE SCHEMA s;
CREATE TABLE s.nan (nr text, d date, k text, n numeric);
INSERT INTO s.nan VALUES ('1', '2024-03-03', 'A', 5), ('2', '2024-03-03', 'A', 'NaN'),
    ('3', '2024-03-03', 'A', 'Infinity'), ('4', '2024-03-03', 'A', 1e30),
    ('5', 'infinity', 'A', 1), ('6', '-infinity', 'A', 2), ('7', '0044-03-15 BC', 'A', 4);
CREATE TABLE s.kinds (nr text, d date, k text, n numeric(9, 2), at timestamptz, list text[],
    doc jsonb, raw bytea);
INSERT INTO s.kinds VALUES ('1', '2024-03-03', '{canary}', 5, now(), '{{A}}', '{{}}', '\\x41');
CREATE TABLE s.calm (nr text, d date, k text, n numeric(9, 2), unread integer);
INSERT INTO s.calm VALUES ('1', '2024-03-03', 'A', 5, 1), ('2', '2024-03-04', 'B', 6, 2);
'''


@pytest.fixture(scope="module")
def database(server) -> str:
    """The address of a database with tables as clients have them."""
    with psycopg.connect(server, autocommit=True) as con:
        con.execute("CREATE DATABASE odd")
    address = server.rsplit("/", 1)[0] + "/odd"
    with psycopg.connect(address) as con:
        con.execute(ODD.format(canary=CANARY))
    return address


@pytest.fixture
def on(database, tmp_path, monkeypatch):
    """Return a function that writes an engagement over a table or a query, and loads it."""
    monkeypatch.setenv("KAM_DB_URL", database)

    def written(place: dict[str, str], columns: dict[str, str] = USUAL):
        folder = tmp_path / "tiny"
        folder.mkdir(exist_ok=True)
        database = {"engine": "postgres", "url": "${KAM_DB_URL}", **place}
        settings = {
            "id": "tiny",
            "currency": "PLN",
            "periods": {"FY2024": {"from": "2024-01-01", "to": "2024-12-31"}},
            "inputs": {"invoice_lines": {"database": database, "columns": columns}},
        }
        (folder / "engagement.yaml").write_text(json.dumps(settings))  # which is YAML as well
        return load_engagement(folder)

    return written


def test_names_and_types_of_the_client_s_own_making_are_read_by_who_may_only_read(
    on, database, monkeypatch
):
    """A view with a quoted name, money, padded ids, long numeric ids; other columns are no matter."""
    monkeypatch.setenv("KAM_DB_URL", database.replace("//kam:", "//reader:"))
    columns = {
        "invoice_id": "NR",
        "date": "User",
        "customer_id": 'k"x',
        "net_amount": "Group",
        "quantity": "select",
        "product_id": "Towar",
    }

    intake = read_inputs(on({"table": '"Sales ""Q""".Select'}, columns), "FY2024")

    months = intake.tables["customer_months"]
    assert [float(each) for each in months["invoice_revenue"]] == [30.01, -0.01]
    assert list(months["customer_id"]) == ["A", "B"]
    assert sorted(intake.tables["customer_products"]["product_id"]) == [
        "100000000000000000",
        "1000000000000000000",
        "7",
    ]
    assert [balance.what for balance in intake.balances if not balance.holds] == []


def test_no_number_and_no_day_of_a_database_s_own_infinity_gets_in(on):
    intake = read_inputs(on({"table": "s.nan"}), "FY2024")

    aside = intake.tables["quarantine"].sort_values("value", ignore_index=True)
    told = set(zip(aside["column"], aside["reason"], aside["value"], strict=True))
    assert told == {
        ("net_amount", "not a number", "NaN"),
        ("net_amount", "not a number", "Infinity"),
        ("net_amount", "not a number", "1" + "0" * 30),
        ("date", "no such day", "infinity"),
        ("date", "no such day", "-infinity"),
        ("date", "no such day", "0044-03-15 BC"),
    }
    assert float(intake.tables["customer_months"]["invoice_revenue"].sum()) == 5
    assert [balance.what for balance in intake.balances if not balance.holds] == []


def query(text: str) -> dict[str, str]:
    return {"query": text}


@pytest.mark.parametrize(
    ("place", "columns", "said"),
    [
        ({"table": "s.nope"}, {}, "no such table.*capitals included"),
        ({"table": "nope.nan"}, {}, "no such table"),
        ({"table": "S.NAN"}, {}, "no such table"),
        ({"table": "elsewhere.s.nan"}, {}, "cross-database references"),
        ({"table": "s.nan"}, {"quantity": "qty"}, "has no column 'qty' for quantity"),
        ({"table": "s.kinds"}, {"date": "at"}, "instants.*AT TIME ZONE"),
        ({"table": "s.kinds"}, {"customer_id": "raw"}, "of type binary in its source"),
        ({"table": "s.kinds"}, {"customer_id": "doc"}, "of type jsonb in its source"),
        (query("SELECT nope FROM s.nan"), {}, 'UndefinedColumn 42703: column "nope" does not'),
        (query("SELECT nr, nr, d, k, n FROM s.nan"), {}, "gives nr twice"),
        (query("SELECT * FROM s.calm FOR UPDATE"), {}, "ReadOnlySqlTransaction 25006"),
        (query("SELECT * FROM s.calm WHERE pg_sleep(9) IS NULL"), {}, "57014: .*statement timeout"),
        (
            query("SELECT * FROM s.calm WHERE pg_terminate_backend(pg_backend_pid())"),
            {},
            "AdminShutdown 57P01",
        ),
        (query("SELECT nr, d, n, k::integer AS k FROM s.kinds"), {}, "22P02.*not shown"),
    ],
)
def test_what_a_database_refuses_is_told_in_one_message_with_nobody_s_secret(
    on, place, columns, said, database, monkeypatch
):
    monkeypatch.setenv("KAM_DB_URL", f"{database}?options=-c%20statement_timeout%3D500")
    engagement = on(place, USUAL | columns)

    with pytest.raises(DataError, match=said) as told:
        read_inputs(engagement, "FY2024")

    assert CANARY not in "".join(traceback.format_exception(told.value))


# A table on a server has a fingerprint, as a file has a hash


def changed(database: str, statement: str) -> None:
    with psycopg.connect(database) as con:
        con.execute(statement)


def test_a_fingerprint_is_of_what_is_read_in_whatever_order(on, database):
    engagement = on({"table": "s.calm"})
    before = fingerprints(engagement)
    assert list(before) == ["invoice_lines: s.calm"]

    changed(database, "UPDATE s.calm SET unread = unread + 1")  # moves the rows as well
    assert fingerprints(engagement) == before
    assert fingerprints(on(query("SELECT * FROM s.calm ORDER BY n DESC"))) == {
        "invoice_lines: a query": before["invoice_lines: s.calm"]
    }


@pytest.mark.parametrize(
    ("there", "back"),
    [
        ("UPDATE s.calm SET n = n + 0.01 WHERE k = 'A'", "UPDATE s.calm SET n = 5 WHERE k = 'A'"),
        (
            "UPDATE s.calm SET n = 11 - n",  # the same count, sum, and days
            "UPDATE s.calm SET n = 11 - n",
        ),
        (
            "INSERT INTO s.calm VALUES ('1', '2024-03-03', 'A', 5, 1)",
            "DELETE FROM s.calm WHERE ctid IN (SELECT max(ctid) FROM s.calm WHERE k = 'A')",
        ),
        ("UPDATE s.calm SET k = NULL WHERE k = 'A'", "UPDATE s.calm SET k = 'A' WHERE k IS NULL"),
        ("UPDATE s.calm SET k = '' WHERE k = 'A'", "UPDATE s.calm SET k = 'A' WHERE k = ''"),
    ],
)
def test_a_fingerprint_falls_with_any_value_and_is_the_same_again_with_the_same_rows(
    on, database, there, back
):
    engagement = on({"table": "s.calm"})
    before = fingerprints(engagement)

    changed(database, there)
    try:
        assert fingerprints(engagement) != before
    finally:
        changed(database, back)
    assert fingerprints(engagement) == before


class Reports:
    """Reports of an engagement over a table, made without a kernel."""

    def __init__(self, engagement, folder: Path) -> None:
        self.engagement, self.folder = engagement, folder
        self.notebooks = write_notebooks(
            folder / "notebooks", {ORDER["summary"]: stub_notebook("summary")}
        )

    def publish(self, notebook: object = None):
        if notebook:
            write_notebooks(self.notebooks, {ORDER["summary"]: notebook})
        return publish_report(
            self.engagement.folder,
            "FY2024",
            reports=self.folder / "reports",
            notebooks=self.notebooks,
            order={"summary": ORDER["summary"]},
        )


def test_a_table_that_changes_under_a_run_stops_the_report_and_one_at_rest_is_recorded(
    on, database, tmp_path, monkeypatch
):
    reports = Reports(on({"table": "s.calm"}), tmp_path)

    def meanwhile(*arguments: object) -> object:
        changed(database, "UPDATE s.calm SET n = n + 1")
        return run_here(*arguments)

    monkeypatch.setattr("kamlib.report.running.run_notebook", meanwhile)
    with pytest.raises(RunFailed, match=r"invoice_lines: s\.calm changed during the run.*a query"):
        reports.publish()
    monkeypatch.setattr("kamlib.report.running.run_notebook", run_here)
    done = reports.publish()

    record = json.loads((done.index.parent / "runs" / done.run_id / "run.json").read_text())
    assert (
        record["inputs"]["invoice_lines: s.calm"]
        == (fingerprints(reports.engagement)["invoice_lines: s.calm"])
    )
    assert CANARY not in json.dumps(record)


def test_a_table_that_is_not_there_is_told_before_any_kernel_starts(on, tmp_path, monkeypatch):
    monkeypatch.setattr("kamlib.report.running.own_kernels", lambda *_: pytest.fail("it started"))

    with pytest.raises(DataError, match="no such table"):
        Reports(on({"table": "s.nope"}), tmp_path).publish()


@pytest.mark.soak
def test_a_database_that_stops_answering_under_a_notebook_tells_nobody_where_it_is(
    on, tmp_path, monkeypatch, capfd
):
    """Neither in the notebook that is kept nor in any file beside it."""
    reports = Reports(on({"table": "s.calm"}), tmp_path)
    monkeypatch.setenv("KAM_ELSEWHERE", f"postgresql://{CANARY}:{CANARY}@127.0.0.1:1/{CANARY}")
    failing = notebook_of(
        "import os; os.environ['KAM_DB_URL'] = os.environ['KAM_ELSEWHERE']",
        "from kamlib import load_engagement\nfrom kamlib.intake import read_inputs",
        "read_inputs(load_engagement(engagement), period)",
    )

    with pytest.raises(DataError, match="did not answer"):
        reports.publish(failing)

    kept = list((tmp_path / "reports").rglob("failed-*/notebooks/06_summary.ipynb"))
    assert "did not answer" in kept[0].read_text()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path for path in files if CANARY.encode() in path.read_bytes()] == []
    assert CANARY not in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    "database",
    [
        "postgresql://kam:{canary}@h/db",
        "{{engine: postgres, url: 'postgresql://kam:{canary}@h/db', table: t}}",
        "{{engine: postgres, url: ['postgresql://kam:{canary}@h/db'], table: t}}",
        "{{engine: postgres, url: '${{KAM_DB_URL}}', password: {canary}, table: t}}",
        "{{engine: postgres, url: 'host=h password={canary}', table: t}}",
        "{{engine: duckdb, url: 'postgresql://kam:{canary}@h/db', table: t}}",
        "{{engine: spark, url: 'sc://h/;token={canary}', table: t}}",
        "{{engine: postgres, 'postgresql://kam:{canary}@h/db': 1, table: t}}",
    ],
)
def test_an_address_in_engagement_yaml_is_refused_and_not_repeated(tmp_path, database):
    (tmp_path / "engagement.yaml").write_text(
        "id: tiny\ncurrency: PLN\nperiods: {FY2024: {from: 2024-01-01, to: 2024-12-31}}\n"
        f"inputs:\n  invoice_lines:\n    database: {database.format(canary=CANARY)}\n"
    )

    with pytest.raises(ParameterError, match=r"inputs\.invoice_lines\.database") as told:
        load_engagement(tmp_path)

    assert CANARY not in "".join(traceback.format_exception(told.value))


def test_an_address_in_place_of_a_table_is_not_repeated(on):
    with pytest.raises((DataError, ParameterError)) as told:
        read_inputs(on({"table": f"postgresql://kam:{CANARY}@h.pl:5432/db"}), "FY2024")

    assert CANARY not in str(told.value)
