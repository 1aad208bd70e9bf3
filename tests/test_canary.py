"""What an environment variable holds is used and never written: not on a page, in a file or a message."""

from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kamlib.report import reporting
from kamlib.report.cli import app
from kamlib.settings.engagement import load_engagement
from kamlib.settings.written import project_root

CANARY = "s3cr3t-canary-7c1f"
LINES = "invoice_id,date,customer_id,net_amount\n1,2024-01-02,A,100.00\n2,2025-06-30,B,50.00\n"
CUSTOMERS = "customer_id,name\nA,Anna\nB,Bert\n"
BROKEN = {  # what lies at the end of the path → what is said of it
    "lines.csv": (b"invoice_id,date\n1,2025-01-01\n", "has no column"),
    "lines.txt": (b"invoice_id,date,customer_id,net_amount\n1,\xff\xfe,A,1\n", ""),
    "lines.csv.gz": (b"\x1f\x8b\x08\x00broken", ""),
    "lines.parquet": (b"PAR1 and no more", "no whole Parquet file"),
    "cut.parquet": (b"", ""),
    "book.xlsx": (b"PK\x03\x04", "no whole workbook"),
    "none.csv": (None, "matches no file in ${KAM_EXPORTS}"),
}


class Done(NamedTuple):
    """How a command ended and what it said, of its kernels and libraries as well."""

    status: int
    out: str
    err: str


@pytest.fixture
def elsewhere(tmp_path) -> Path:
    """A folder outside of the engagement whose path is nobody's business."""
    folder = tmp_path / CANARY / "exports"
    folder.mkdir(parents=True)
    (folder / "lines.csv").write_text(LINES)
    (folder.parent / "customers.csv").write_text(CUSTOMERS)
    return folder


@pytest.fixture
def kam(elsewhere, monkeypatch, capfd):
    """Run kam with data prep alone; the variables are in the environment of every process."""
    monkeypatch.setattr(reporting, "NOTEBOOKS", {"data_prep": "01_data_prep.ipynb"})
    monkeypatch.setenv("KAM_EXPORTS", str(elsewhere))
    monkeypatch.setenv("KAM_CUSTOMERS", str(elsewhere.parent / "customers.csv"))
    monkeypatch.setenv("KAM_HOME", str(project_root()))

    def run(*words: object) -> Done:
        with pytest.raises(SystemExit) as ended:
            app([str(word) for word in words])
        return Done(ended.value.code, *capfd.readouterr())

    return run


def engagement(folder: Path, files: str, more: str = "") -> Path:
    folder.mkdir()
    (folder / "engagement.yaml").write_text(
        "id: tiny\ncurrency: PLN\n"
        "periods:\n  FY2024: {from: 2024-01-01, to: 2024-12-31}\n"
        "  FY2025: {from: 2025-01-01, to: 2025-12-31}\n"
        f'inputs:\n  invoice_lines: {{files: "{files}"}}\n{more}'
    )
    return folder


def whatever_says_it(*folders: Path) -> list[str]:
    """Return the files that hold the canary, in their name or as bytes."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [
        str(path) for path in files if CANARY.encode() in path.name.encode() + path.read_bytes()
    ]


def test_the_path_is_shown_from_the_variable_on(tmp_path, elsewhere, monkeypatch):
    monkeypatch.setenv("KAM_EXPORTS", str(elsewhere))
    tiny = load_engagement(engagement(tmp_path / "tiny", "${KAM_EXPORTS}/lines.csv"))

    assert tiny.relative(elsewhere / "lines.csv") == "${KAM_EXPORTS}/lines.csv"


def test_a_report_and_a_check_do_not_say_where_the_data_lie(tmp_path, kam):
    """One variable names a folder, the other the file itself."""
    named = ["${KAM_EXPORTS}/lines.csv", "${KAM_CUSTOMERS}"]
    more = f'  customers: {{files: "{named[1]}"}}\n'
    tiny, reports = engagement(tmp_path / "tiny", named[0], more), tmp_path / "reports"

    checked = kam("check", tiny)
    published = kam("report", tiny, "--reports", reports)

    assert (checked.status, published.status) == (0, 0), checked.err + published.err
    assert "invoice_lines" in checked.out
    assert CANARY not in "".join(checked[1:] + published[1:])
    (record,) = [path.read_text() for path in reports.rglob("run.json")]
    assert [name for name in named if f'"{name}":' not in record] == []
    assert whatever_says_it(tiny, reports) == []


@pytest.mark.parametrize("name", BROKEN)
def test_no_message_says_where_broken_data_lie(tmp_path, elsewhere, kam, name):
    content, said = BROKEN[name]
    if name == "cut.parquet":
        pq.write_table(pa.table({"invoice_id": ["1"] * 100}), elsewhere / name)
        whole = (elsewhere / name).read_bytes()
        content = whole[:20] + b"\0" * (len(whole) - 30) + whole[-10:]
    if content is not None:
        (elsewhere / name).write_bytes(content)
    tiny = engagement(tmp_path / "tiny", f"${{KAM_EXPORTS}}/{name}")

    checked = kam("check", tiny)

    assert CANARY not in checked.out + checked.err
    assert said in checked.err
    assert checked.status == 2, checked.err


def test_a_run_that_failed_keeps_nothing_that_says_where_the_data_lie(tmp_path, elsewhere, kam):
    (elsewhere / "lines.csv").write_bytes(BROKEN["lines.csv"][0])
    tiny, reports = engagement(tmp_path / "tiny", "${KAM_EXPORTS}/*.csv"), tmp_path / "reports"

    done = kam("report", tiny, "--reports", reports)

    assert done.status == 2, done.err
    assert list(reports.rglob("failed-*/notebooks/01_data_prep.ipynb"))
    assert CANARY not in done.out + done.err
    assert whatever_says_it(tiny, reports) == []
