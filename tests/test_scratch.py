"""What a killed run leaves in the temporary folder is gone with the next one; a living one's stays."""

import contextlib
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from kamlib.core.scratch import Scratch
from kamlib.core.tables import Tables

RUN = """
import sys
import pyarrow as pa
from kamlib.core.tables import Tables

tables = Tables("data_prep")
tables.lay_down("orders", [pa.table({"customer": ["Kanarek"]})])
print("laid down", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """Give this process and those it starts a folder for temporary things of their own."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def running() -> subprocess.Popen:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    process = subprocess.Popen([sys.executable, "-c", RUN], text=True, **pipes)
    assert process.stdout.readline() == "laid down\n"
    return process


def test_lines_that_a_killed_run_left_are_removed_by_the_next_one_and_no_living_one_s(home):
    killed, living = running(), running()
    try:
        os.kill(killed.pid, signal.SIGKILL)
        killed.wait()
        assert len(list(home.rglob("orders.parquet"))) == 2, "nothing else removes them"

        mine = Tables("data_prep")

        assert len(list(home.rglob("orders.parquet"))) == 1
        living.communicate("", timeout=60)
        assert living.returncode == 0
        del mine
        assert list(home.iterdir()) == []
    finally:
        living.kill()
        living.wait()


def test_a_folder_is_its_owner_s_alone_and_goes_whatever_happens_in_it(home):
    with contextlib.suppress(ZeroDivisionError), Scratch() as folder:
        mode = stat.S_IMODE(folder.stat().st_mode)
        (folder / "lines.csv").write_text("Kanarek")
        raise ZeroDivisionError

    assert mode == 0o700
    assert list(home.iterdir()) == []


def test_tables_go_when_nobody_holds_them_any_more(home):
    tables = Tables("data_prep")
    tables.lay_down("orders", [pa.table({"a": [1]})])
    assert tables["orders"]["a"].tolist() == [1]

    del tables

    assert list(home.iterdir()) == []
