"""Which file is read, and what is damaged: the file that is named, whole, or a sentence that names it."""

import gzip
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_intake import book, give, world

from kamlib import check_inputs
from kamlib.core.errors import DataError, ParameterError
from kamlib.intake import read_inputs
from kamlib.intake.draft import suggest
from kamlib.report.record import hashes_of_inputs
from kamlib.settings.engagement import load_engagement

HEAD = "invoice_id,date,customer_id,net_amount"
SETTINGS = (
    "id: firm\ncurrency: PLN\nperiods: {FY2024: {from: 2024-01-01, to: 2024-12-31}}\ninputs:\n"
)


def lines(*amounts: float) -> pa.Table:
    """Return one line per amount, all of customer A on one day."""
    return pa.table(
        {
            "invoice_id": [f"F{n}" for n in range(len(amounts))],
            "date": ["2024-03-01"] * len(amounts),
            "customer_id": ["A"] * len(amounts),
            "net_amount": list(map(float, amounts)),
        }
    )


def folder_of(place: Path, files: str) -> Path:
    """Write an engagement whose invoice lines lie under `files`."""
    place.mkdir(exist_ok=True)
    (place / "engagement.yaml").write_text(f"{SETTINGS}  invoice_lines: {{files: '{files}'}}\n")
    return place


def revenue(folder) -> float:
    """Return the invoice revenue that is read from an engagement."""
    found = read_inputs(load_engagement(folder), "FY2024")
    return float(found.tables["customer_months"]["invoice_revenue"].astype(float).sum())


# --------------------------------------------------------------------------------- which file
@pytest.mark.parametrize(
    ("named", "beside"),
    [
        ("sales [1].parquet", "sales 1.parquet"),
        ("sales ?.parquet", "sales 1.parquet"),
        ("sales *.parquet", "sales 1.parquet"),
        ("a=1/net_amount=9/s.parquet", "b.parquet"),
    ],
)
def test_a_name_that_looks_like_a_pattern_reads_that_file_and_no_neighbour(tmp_path, named, beside):
    """600 stand in the file that is named, 6,000 in an old draft beside it."""
    folder = folder_of(tmp_path / "firm [x]", named)
    (folder / named).parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(lines(100, 200, 300), folder / named)
    pq.write_table(lines(1000, 2000, 3000), folder / beside)

    assert revenue(folder) == 600
    assert set(hashes_of_inputs(load_engagement(folder))) == {"engagement.yaml", named}


def test_a_workbook_that_somebody_has_open_is_read_and_its_lock_file_is_not(tmp_path):
    """Excel leaves ~$s.xlsx beside s.xlsx; it is told that what was not saved is not there."""
    folder = folder_of(tmp_path / "firm", "*.xlsx")
    made = openpyxl.Workbook()
    for row in (HEAD.split(","), ["F1", "2024-03-01", "A", 600]):
        made.active.append(row)
    made.save(folder / "s.xlsx")
    (folder / "~$s.xlsx").write_bytes(b"\x03Ann" + b"\0" * 161)

    assert revenue(folder) == 600
    told = "\n".join(check_inputs(folder).lines())
    assert "1 × workbooks that somebody has open in Excel, read as they were saved last" in told
    (folder / "s.xlsx").unlink()
    with pytest.raises(DataError, match="matches no file"):
        revenue(folder)


# --------------------------------------------------------------------------------- damage
def test_a_parquet_page_that_differs_from_its_checksum_is_refused_by_name(tmp_path):
    folder = folder_of(tmp_path / "firm", "s.parquet")
    path = folder / "s.parquet"
    pq.write_table(
        lines(*range(1000)),
        path,
        compression="none",
        use_dictionary=False,
        write_page_checksum=True,
        column_encoding="PLAIN",
    )
    whole = path.read_bytes()
    place = whole.index(b"\x00\x00\x00\x00\x00\xc0\x82\x40")  # 600.0 as eight bytes
    path.write_bytes(whole[: place + 6] + b"\x92" + whole[place + 7 :])

    with pytest.raises(DataError, match=r"s\.parquet is no whole Parquet file .*CRC checksum"):
        revenue(folder)


@pytest.mark.parametrize("kind", ["csv.gz", "xlsx", "parquet", "zstd.parquet"])
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(share=st.floats(0.02, 0.98), cut=st.booleans(), bit=st.integers(0, 7))
def test_a_damaged_file_is_read_as_it_was_or_refused_by_name(
    tmp_path_factory, kind, share, cut, bit
):
    """Cut short, or one bit turned: never a traceback, and never another sum where checksums exist."""
    folder = tmp_path_factory.mktemp("damaged")
    content, name = whole_file(folder, kind), f"s.{kind}"
    place = int(share * len(content))
    turned = content[:place] + bytes([content[place] ^ (1 << bit)]) + content[place + 1 :]
    (folder_of(folder, name) / name).write_bytes(content[:place] if cut else turned)

    with named_or_nothing(name):
        assert revenue(folder) == sum(range(400))
    with named_or_nothing(name):
        suggest(folder)


@contextmanager
def named_or_nothing(name: str) -> Iterator[None]:
    """Let a refusal pass that names the file."""
    refused = ""
    try:
        yield
    except DataError as error:
        refused = str(error)
    assert name in (refused or name)


def whole_file(folder: Path, kind: str) -> bytes:
    """Return 400 lines of 0 to 399 in a file of a kind."""
    table = lines(*range(400))
    if kind == "csv.gz":
        rows = [f"F{n},2024-03-01,A,{n}" for n in range(400)]
        return gzip.compress("\n".join([HEAD, *rows]).encode())
    path = folder / "whole"
    if kind == "xlsx":
        made = openpyxl.Workbook()
        made.active.append(HEAD.split(","))
        for row in table.to_pylist():
            made.active.append(list(row.values()))
        made.save(path)
    else:
        packing = "zstd" if kind.startswith("zstd") else "snappy"
        pq.write_table(table, path, compression=packing, write_page_checksum=True)
    return path.read_bytes()


def test_a_packed_file_that_is_both_cut_and_in_another_encoding_is_named_all_the_same(tmp_path):
    engagement = world(tmp_path)
    rows = "".join(f"F{n},2024-03-01,Łódź{n},{n}\n" for n in range(3000))
    packed = gzip.compress(f"{HEAD}\n{rows}".encode("cp1250"))
    give(engagement, "invoice_lines", packed[:-2000], name="s.csv.gz")
    with pytest.raises(DataError, match=r"s\.csv\.gz"):
        read_inputs(engagement, "FY2024")


def test_names_that_are_not_utf_8_are_refused_with_what_they_look_like(tmp_path):
    folder = folder_of(tmp_path / "firm", "*.csv")
    with open(os.fsencode(folder) + b"/sprzeda\xbf.csv", "w") as file:
        file.write(book(HEAD, "F1,2024-03-01,A,600"))
    with pytest.raises(DataError, match=r"sprzeda.\.csv is not written in UTF-8.*Rename it"):
        revenue(folder)

    foreign = os.fsdecode(os.fsencode(tmp_path) + b"/klient\xf3w")
    os.mkdir(foreign)
    folder_of(Path(foreign), "s.csv")
    with pytest.raises(ParameterError, match=r"klient.*is not written in UTF-8.*Rename"):
        load_engagement(foreign)


def test_a_report_grouped_by_customer_is_refused_with_what_its_lines_lack(tmp_path):
    """The customer stands on a row of its own, and the lines below have none."""
    engagement = world(tmp_path)
    grouped = book(
        "date,invoice_id,net_amount,customer_id",
        "Alfa,,,",
        "2024-01-15,A1,100,",
        "2024-02-15,A2,200,",
        "Total for Alfa,,300,",
    )
    give(engagement, "invoice_lines", grouped)
    with pytest.raises(DataError, match=r"none of the 4 invoice lines .* customer_id: missing"):
        read_inputs(engagement, "FY2024")
