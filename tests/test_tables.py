"""Hand-over tables: the same frame gives the same bytes, and a flipped byte is noticed."""

import json
from decimal import Decimal

import pandas as pd
import pyarrow.parquet as pq
import pytest

from kamlib import DataError
from kamlib.tables import EXACT, exact_sums, file_hash, floats, read_table, write_table


@pytest.fixture
def book() -> pd.DataFrame:
    return pd.DataFrame({
        "customer_id": ["007", "A"], "period": "FY2025",
        "invoice_revenue": pd.Series([Decimal("0.1"), Decimal("0.2")], dtype=EXACT),
        "active": [True, False],
    })  # fmt: skip


def test_a_table_comes_back_as_it_was_written(book, tmp_path):
    write_table(book, tmp_path, "profitability", stage="profitability")

    back = read_table(tmp_path, "profitability")

    assert back["customer_id"].tolist() == ["007", "A"]
    assert back["invoice_revenue"].tolist() == [Decimal("0.1"), Decimal("0.2")]
    assert back["active"].tolist() == [True, False]


def test_the_same_frame_gives_the_same_bytes(book, tmp_path):
    notes = [write_table(book, tmp_path / name, "t", stage="profitability") for name in "ab"]

    assert notes[0].sha256 == notes[1].sha256


def test_columns_carry_their_meaning(book, tmp_path):
    write_table(book, tmp_path, "t", stage="profitability")

    schema = pq.read_schema(tmp_path / "t.parquet")

    assert schema.field("customer_id").metadata[b"meaning"] == b"id of the buyer who decides"
    assert json.loads(schema.metadata[b"kam"])["stage"] == "profitability"


def test_a_flipped_byte_is_noticed_wherever_it_is(book, tmp_path):
    write_table(book, tmp_path, "t", stage="profitability")
    path = tmp_path / "t.parquet"
    whole = path.read_bytes()

    for place in range(0, len(whole), max(1, len(whole) // 50)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(
            DataError, match=r"not the file that the profitability stage wrote.*delete t.json"
        ):
            read_table(tmp_path, "t")


def test_a_table_put_there_by_hand_is_taken_as_it_is(book, tmp_path):
    write_table(book, tmp_path, "t", stage="profitability")
    (tmp_path / "t.json").unlink()

    assert len(read_table(tmp_path, "t")) == 2


def test_exact_money_adds_up_exactly_where_floats_would_not():
    tenths = pd.DataFrame(
        {"customer_id": "A", "amount": pd.Series([Decimal("0.1")] * 3, dtype=EXACT)}
    )

    sums = exact_sums(tenths, ["amount"])

    assert sums["amount"].tolist() == [Decimal("0.3")]
    assert 0.1 + 0.1 + 0.1 != 0.3
    assert floats(sums["amount"]).tolist() == [0.3]


def test_the_hash_is_that_of_the_bytes(tmp_path):
    (tmp_path / "x").write_bytes(b"abc")

    assert file_hash(tmp_path / "x").startswith("ba7816bf8f01cfea")  # FIPS 180-2, "abc"
