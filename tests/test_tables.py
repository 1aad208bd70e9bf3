"""Hand-over tables: the same frame gives the same bytes, and a flipped byte is noticed."""

import json
from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kamlib.core import tables
from kamlib.core.errors import DataError
from kamlib.core.tables import (
    EXACT,
    Tables,
    exact_sums,
    file_hash,
    floats,
    read_table,
    write_parts,
    write_table,
)


@pytest.fixture
def book() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": ["007", "A"],
            "period": "FY2025",
            "invoice_revenue": pd.Series([Decimal("0.1"), Decimal("0.2")], dtype=EXACT),
            "active": [True, False],
        }
    )


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


@pytest.mark.parametrize("rows", [(0,), (3, 2), (1, 1, 1, 1, 1), (5,), (0, 5, 0)])
def test_a_table_written_in_parts_has_the_bytes_of_one_written_whole(rows, tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "ROWS_IN_A_GROUP", 2)
    whole = pa.table({"order_id": [f"F{n}" for n in range(sum(rows))], "lines": range(sum(rows))})
    whole = whole.cast(pa.schema({"order_id": pa.large_string(), "lines": pa.int64()}))
    starts = [sum(rows[:place]) for place in range(len(rows))]
    parts = [whole.slice(start, n) for start, n in zip(starts, rows, strict=True)]

    at_once = write_parts([whole], tmp_path / "a", "orders", stage="data_prep")
    in_parts = write_parts(parts, tmp_path / "b", "orders", stage="data_prep")

    assert at_once == in_parts
    assert in_parts.rows == sum(rows)
    assert pq.ParquetFile(tmp_path / "b" / "orders.parquet").num_row_groups == max(
        1, -(-sum(rows) // 2)
    )


def test_tables_of_many_rows_lie_in_a_folder_that_goes_with_them(book, tmp_path):
    found = Tables("data_prep")
    found.hold({"small": book})
    found.lay_down("large", [pa.Table.from_pandas(book)])
    folder = found._folder

    notes = [found.write(name, tmp_path) for name in found]

    assert [note.table for note in notes] == ["small", "large"]
    assert read_table(tmp_path, "large").equals(found["small"])
    assert found["large"].equals(read_table(tmp_path, "small"))
    assert folder.exists()
    del found
    assert not folder.exists()
