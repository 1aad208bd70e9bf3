"""What an environment variable holds is used and never written: not on a page, in a file or a message."""

import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from kamlib.engagement import load_engagement, project_root

CANARY = "s3cr3t-canary-7c1f"
LINES = "invoice_id,date,customer_id,net_amount\n1,2024-01-02,A,100.00\n2,2025-06-30,B,50.00\n"
RUN = """\
import sys
from kamlib.publish import reporting
reporting.NOTEBOOKS = {"data_prep": "01_data_prep.ipynb"}
from kamlib.cli import app
app(sys.argv[1:])
"""
BROKEN = {  # what lies at the end of the path → what is said of it
    "lines.csv": (b"invoice_id,date\n1,2025-01-01\n", "has no column"),
    "lines.txt": (b"invoice_id,date,customer_id,net_amount\n1,\xff\xfe,A,1\n", ""),
    "lines.csv.gz": (b"\x1f\x8b\x08\x00broken", ""),
    "lines.parquet": (b"PAR1 and no more", "no whole Parquet file"),
    "cut.parquet": (b"", ""),
    "book.xlsx": (b"PK\x03\x04", "no whole workbook"),
    "none.csv": (None, "matches no file in ${KAM_EXPORTS}"),
}


@pytest.fixture
def elsewhere(tmp_path) -> Path:
    """A folder outside of the engagement whose path is nobody's business."""
    folder = tmp_path / CANARY / "exports"
    folder.mkdir(parents=True)
    (folder / "lines.csv").write_text(LINES)
    return folder


def engagement(folder: Path, files: str) -> Path:
    folder.mkdir()
    (folder / "engagement.yaml").write_text(
        "id: tiny\ncurrency: PLN\n"
        "periods:\n  FY2024: {from: 2024-01-01, to: 2024-12-31}\n"
        "  FY2025: {from: 2025-01-01, to: 2025-12-31}\n"
        f'inputs:\n  invoice_lines: {{files: "{files}"}}\n'
    )
    return folder


def run(*words: object, exports: Path) -> subprocess.CompletedProcess:
    """Run kam with data prep alone; the variable is in the environment of every process."""
    root = str(project_root())
    return subprocess.run(
        [sys.executable, "-c", RUN, *map(str, words)], capture_output=True, text=True, check=False,
        env={**os.environ, "KAM_EXPORTS": str(exports), "KAM_HOME": root}, cwd=root, timeout=180,
    )  # fmt: skip


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


@pytest.mark.parametrize("file", ["lines.csv", ""])
def test_a_report_and_a_check_do_not_say_where_the_data_lie(tmp_path, elsewhere, file):
    """The variable names a folder, or the file itself."""
    pattern = f"${{KAM_EXPORTS}}/{file}".rstrip("/")
    exports = elsewhere if file else elsewhere / "lines.csv"
    tiny, reports = engagement(tmp_path / "tiny", pattern), tmp_path / "reports"

    checked = run("check", tiny, exports=exports)
    published = run("report", tiny, "--reports", reports, exports=exports)

    assert (checked.returncode, published.returncode) == (0, 0), checked.stderr + published.stderr
    assert "invoice_lines" in checked.stdout
    told = checked.stdout + checked.stderr + published.stdout + published.stderr
    assert CANARY not in told
    assert list(reports.rglob("run.json"))
    assert f'"{pattern}":' in next(reports.rglob("run.json")).read_text()
    assert whatever_says_it(tiny, reports) == []


@pytest.mark.parametrize("name", BROKEN)
def test_no_message_says_where_broken_data_lie(tmp_path, elsewhere, name):
    content, said = BROKEN[name]
    if name == "cut.parquet":
        pq.write_table(pa.table({"invoice_id": ["1"] * 100}), elsewhere / name)
        whole = (elsewhere / name).read_bytes()
        content = whole[:20] + b"\0" * (len(whole) - 30) + whole[-10:]
    if content is not None:
        (elsewhere / name).write_bytes(content)
    tiny = engagement(tmp_path / "tiny", f"${{KAM_EXPORTS}}/{name}")

    checked = run("check", tiny, exports=elsewhere)

    assert CANARY not in checked.stdout + checked.stderr
    assert said in checked.stderr
    assert checked.returncode == 2, checked.stderr


def test_a_run_that_failed_keeps_nothing_that_says_where_the_data_lie(tmp_path, elsewhere):
    (elsewhere / "lines.csv").write_bytes(BROKEN["lines.csv"][0])
    tiny, reports = engagement(tmp_path / "tiny", "${KAM_EXPORTS}/*.csv"), tmp_path / "reports"

    done = run("report", tiny, "--reports", reports, exports=elsewhere)

    assert done.returncode == 2, done.stderr
    assert list(reports.rglob("failed-*/notebooks/01_data_prep.ipynb"))
    assert CANARY not in done.stdout + done.stderr
    assert whatever_says_it(tiny, reports) == []
