"""Spark gives what files give, byte for byte. It takes ten seconds to start: run by make soak."""

import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from worlds_in_engines import WORLD, alike, engagement_on

from kamlib.engagement import load_engagement
from kamlib.intake import read_inputs

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
