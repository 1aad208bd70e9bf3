"""Spark gives what files give, byte for byte. It takes ten seconds to start: run by make soak."""

import json
import shutil
import unicodedata
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from worlds_in_engines import WORLD, alike, engagement_on

from kamlib.core.errors import DataError
from kamlib.intake import read_inputs
from kamlib.intake.sources import fingerprints
from kamlib.settings.engagement import load_engagement

pytestmark = pytest.mark.soak


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """A session of our own on two cores, without a page and without a warehouse in the project."""
    pyspark = pytest.importorskip("pyspark", reason="install the extra [spark] to test it")
    if not shutil.which("java"):
        pytest.skip("Spark needs Java: apt-get install default-jre-headless")
    builder = pyspark.sql.SparkSession.builder.master("local[2]").appName("kamlib tests")
    folder = tmp_path_factory.mktemp("spark")
    session = (
        builder.config("spark.ui.enabled", "false")
        .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
        .config("spark.sql.shuffle.partitions", "2")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


def views(session, folder: Path, form: str) -> None:
    """Show the world to the session as temporary views over Parquet."""
    for name, table in WORLD.tables(form).items():
        pq.write_table(table, folder / f"{name}.parquet")
        session.read.parquet(str(folder / f"{name}.parquet")).createOrReplaceTempView(f"`{name}`")


@pytest.mark.parametrize("form", ["typed", "text"])
def test_spark_gives_what_csv_gives_byte_for_byte(session, tmp_path, form):
    (tmp_path / "csv").mkdir()
    (tmp_path / "spark").mkdir()
    from_csv = read_inputs(load_engagement(engagement_on(tmp_path / "csv", "csv")), "FY2024")
    views(session, tmp_path, form)

    intake = read_inputs(load_engagement(engagement_on(tmp_path / "spark", "spark")), "FY2024")

    assert alike(from_csv.tables, intake.tables) == []
    assert [balance.what for balance in intake.balances if not balance.holds] == []


def two_spellings() -> pa.Table:
    """Return lines of one customer and one product, each written in two ways that look the same."""
    apart, composed = (unicodedata.normalize(form, "Żółw") for form in ("NFD", "NFC"))
    rows = [
        (f"F{n}", date(2024, 3, n), (apart, composed)[n % 2], (composed, apart)[n % 2], 2, 20 + n)
        for n in range(1, 9)
    ]
    rows += [("F9", date(2024, 3, 20), each, "X", 1, 1) for each in (apart, composed)]
    names, kinds = ("nr", "d", "k", "p", "q", "n"), {"d": pa.date32(), "n": pa.decimal128(12, 2)}
    columns = {
        name: [Decimal(cell) if name == "n" else cell for cell in column]
        for name, column in zip(names, zip(*rows, strict=True), strict=True)
    }
    return pa.table({name: pa.array(each, kinds.get(name)) for name, each in columns.items()})


def engagement_over(folder: Path, place: dict) -> Path:
    folder.mkdir(exist_ok=True)
    columns = {
        "invoice_id": "nr",
        "date": "d",
        "customer_id": "k",
        "product_id": "p",
        "quantity": "q",
        "net_amount": "n",
    }
    lines = {**place, "columns": columns, "identical_rows": "quarantine"}
    (folder / "engagement.yaml").write_text(
        json.dumps(
            {
                "id": "tiny",
                "currency": "PLN",
                "periods": {"FY2024": {"from": "2024-01-01", "to": "2024-12-31"}},
                "inputs": {"invoice_lines": lines},
            }
        )
    )
    return folder


def on_spark(**what: str) -> dict:
    return {"database": {"engine": "spark", "url": "local[2]", **what}}


def test_two_spellings_of_one_name_are_one_customer_one_product_and_one_row(session, tmp_path):
    """Their usual price is one, and a row that differs from another in nothing else repeats it."""
    path = tmp_path / "lines.parquet"
    pq.write_table(two_spellings(), path)
    session.read.parquet(str(path)).createOrReplaceTempView("spelled")
    from_file = engagement_over(tmp_path / "file", {"files": "lines.parquet"})
    shutil.copyfile(path, from_file / "lines.parquet")
    there = engagement_over(tmp_path / "there", on_spark(table="spelled"))

    one, other = (read_inputs(load_engagement(each), "FY2024") for each in (from_file, there))

    assert list(other.tables["customer_months"]["customer_id"]) == ["Żółw"]
    assert len(other.tables["quarantine"]) == 1
    for name in ("customer_months", "orders", "customer_products", "documents"):
        assert one.tables[name].equals(other.tables[name]), name


def test_a_table_on_spark_has_a_fingerprint_of_what_is_read(session, tmp_path):
    for name, table in {"calm": two_spellings(), "less": two_spellings().slice(1)}.items():
        pq.write_table(table, tmp_path / f"{name}.parquet")
        session.read.parquet(str(tmp_path / f"{name}.parquet")).createOrReplaceTempView(name)

    def of(**what: str) -> str:
        engagement = load_engagement(engagement_over(tmp_path / "tiny", on_spark(**what)))
        return next(iter(fingerprints(engagement).values()))

    assert of(table="calm") == of(query="SELECT *, 1 AS unread FROM calm ORDER BY n DESC")
    assert of(table="calm") != of(table="less")


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ({"table": "nope"}, "no such table"),
        ({"query": "SELECT nope FROM calm"}, "42703.*nope"),
    ],
)
def test_what_spark_refuses_is_told_in_one_message(session, tmp_path, what, said):
    pq.write_table(two_spellings(), tmp_path / "calm.parquet")
    session.read.parquet(str(tmp_path / "calm.parquet")).createOrReplaceTempView("calm")

    with pytest.raises(DataError, match=said):
        read_inputs(load_engagement(engagement_over(tmp_path / "tiny", on_spark(**what))), "FY2024")
