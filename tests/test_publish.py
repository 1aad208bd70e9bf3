"""Publishing: no success without a receipt, and never anything but a whole old or whole new report."""

import errno
import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stub_notebooks import (
    ONE,
    ORDER,
    notebook_of,
    refusing,
    run_here,
    stub_notebook,
    write_engagement,
    write_notebooks,
)

from kamlib import __version__
from kamlib.core.errors import DataError, ParameterError
from kamlib.core.rules import ANALYSES, FOUNDATIONS, RULES
from kamlib.core.tables import file_hash
from kamlib.report import committing
from kamlib.report import committing as folders
from kamlib.report.exporting import write_csv
from kamlib.report.record import require_all_cells_run, require_receipt, signed_hash
from kamlib.report.reporting import publish_report
from kamlib.report.running import (
    Kernels,
    Limits,
    NotPublished,
    RunFailed,
    RunGoingOn,
    failure_in_cell,
    failure_of,
    own_kernels,
    run_notebook,
)
from kamlib.settings.engagement import load_engagement

HERE = ["Cell In[2], line 1", "----> 1 raise"]


class Place:
    """A tiny engagement, its notebooks and its reports."""

    def __init__(self, folder: Path) -> None:
        self.engagement = write_engagement(folder / "tiny")
        self.notebooks = folder / "notebooks"
        self.reports = folder / "reports"
        self.folder = self.reports / "tiny" / "FY2025"
        self.limits = Limits()

    def publish(self, **notebooks: object):
        order = {stage: ORDER[stage] for stage in notebooks}
        files = {ORDER[stage]: notebook for stage, notebook in notebooks.items()}
        write_notebooks(self.notebooks, files)
        return publish_report(
            self.engagement,
            "FY2025",
            reports=self.reports,
            notebooks=self.notebooks,
            order=order,
            limits=self.limits,
        )

    def failure(self) -> dict:
        return json.loads((self.folder / "last_failure.json").read_text())


@pytest.fixture
def place(tmp_path) -> Place:
    return Place(tmp_path)


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> tuple[Place, list]:
    """Two runs on the same inputs, the second one with a notebook more."""
    place = Place(tmp_path_factory.mktemp("published"))
    summary, first = stub_notebook("summary"), stub_notebook("first")
    return place, [place.publish(summary=summary), place.publish(first=first, summary=summary)]


def state(folder: Path) -> tuple[str, dict[str, bytes]]:
    """Return the run that a reader of index.html sees, and all that belongs to it."""
    index = (folder / "index.html").read_text()
    run = re.search(r"runs/([^/\"]+)", index)[1]
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted((folder / "runs" / run).rglob("*"))
        if path.is_file()
    }
    return run, files | {"index.html": index.encode()}


# A good run


def test_a_report_holds_a_page_per_notebook_the_tables_and_how_it_was_made(published):
    place, (_first, second) = published
    run = place.folder / "runs" / second.run_id

    assert second.index == place.folder / "index.html"
    assert second.outcomes == {"PASS": 2, "FLAG": 2, "REFUSE": 0}
    assert sorted(p.name for p in run.iterdir()) == [
        "01_first.html",
        "06_summary.html",
        "run.json",
        "tables",
    ]
    assert (run / "tables" / "first.csv").read_text() == (
        '"customer_id","customer_profit"\n"A",1.5\n"\'=1+1",-2\n'
    )


def test_a_report_s_tables_carry_their_receipts_and_no_path_of_the_machine(published):
    place, (_first, second) = published
    tables = place.folder / "runs" / second.run_id / "tables"

    receipt = json.loads((tables / "receipt_first.json").read_text())

    assert receipt["tables"]["first"]["sha256"] == file_hash(tables / "first.parquet")
    assert sys.executable not in "".join(path.read_text() for path in tables.glob("*.json"))


def test_every_link_of_the_start_page_leads_into_its_own_run(published):
    place, (_first, second) = published
    text = second.index.read_text()

    links = re.findall(r'href="([^"#]+)"', text)
    assert [link for link in links if not (place.folder / link).exists()] == ["data:,"]
    assert {link.split("/")[1] for link in links if link.startswith("runs/")} == {second.run_id}


def test_latest_json_names_the_run_for_machines(published):
    place, (_first, second) = published
    latest = json.loads((place.folder / "latest.json").read_text())

    assert latest["run_id"] == second.run_id
    assert (place.folder / latest["run"] / "run.json").exists()


def test_the_same_inputs_give_the_same_bytes_in_tables(published):
    place, runs = published
    one, two = (place.folder / "runs" / run.run_id / "tables" for run in runs)

    before = {path.name: path.read_bytes() for path in one.iterdir()}
    assert len(before) == 7
    assert before == {name: (two / name).read_bytes() for name in before}


def test_runs_sort_by_time_and_the_earlier_one_is_still_there_unchanged(published):
    place, (first, second) = published

    assert first.run_id < second.run_id
    assert sorted(p.name for p in (place.folder / "runs").iterdir()) == [
        first.run_id,
        second.run_id,
    ]


def test_run_json_records_inputs_and_outcomes_and_no_path_of_this_machine(published):
    place, (_first, second) = published
    text = (place.folder / "runs" / second.run_id / "run.json").read_text()
    record = json.loads(text)

    assert record["inputs"] == {
        name: file_hash(place.engagement / name) for name in ("engagement.yaml", "input/lines.csv")
    }
    assert record["tables"]["first"]["rows"] == 2
    assert record["outcomes"] == {"PASS": 2, "FLAG": 2, "REFUSE": 0}
    assert record["ledger_holds"] is True
    assert list(record["seconds"]) == list(ORDER)
    assert record["kamlib"] == __version__
    assert record["started"].endswith("+00:00")
    assert str(place.reports.parent) not in text


def test_nothing_but_the_report_is_left_behind(published):
    place, _runs = published

    names = sorted(p.name for p in place.folder.iterdir())
    assert names == [".lock", "index.html", "latest.json", "runs"]
    assert sorted(p.name for p in place.engagement.iterdir()) == ["engagement.yaml", "input"]


# Runs that lie


@pytest.mark.parametrize(
    ("codes", "cause", "said"),
    [
        pytest.param(
            ["import sys; sys.exit(0)", "1"], "cell not run", "by exit", id="exits and reports 0"
        ),
        pytest.param(
            ["import os; os._exit(0)", "1"], "kernel died", "kernel died", id="kernel leaves"
        ),
        pytest.param(
            ["import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "1"],
            "kernel died",
            r"cell \[[23]\] of 06_summary",
            id="kernel is killed",
        ),
        pytest.param(
            ["import time; time.sleep(60)"],
            "time-out",
            "longer than 3 seconds",
            id="takes too long",
        ),
        pytest.param(["1 / 0", "1"], "error in cell", r"cell \[3\].*ZeroDivision", id="an error"),
        pytest.param(["1 + 1"], "no receipt", r"left no receipt.*stage.hand_over", id="no receipt"),
        pytest.param(
            ["raise OSError(28, 'No space left on device')"], "disk", "no room left", id="disk full"
        ),
    ],
)
def test_a_run_that_did_not_come_to_its_end_is_never_published(place, codes, cause, said):
    if cause == "time-out":
        place.limits = Limits(cell=3)
    with pytest.raises(RunFailed, match=said) as caught:
        place.publish(summary=notebook_of(*codes))

    failure = place.failure()
    assert failure["cause"] == caught.value.cause == cause
    assert failure["notebook"] == "06_summary.ipynb"
    assert (place.folder / failure["kept"]).is_file()
    assert not (place.folder / "index.html").exists()
    assert not list(place.folder.glob(".staging-*"))


@pytest.fixture
def kernels(tmp_path) -> Iterator[Kernels]:
    with own_kernels(tmp_path / "kernel.log", Limits(run=0.3)) as kernels:
        yield kernels


def test_a_run_that_takes_too_long_as_a_whole_is_ended_wherever_it_is(
    tmp_path, kernels, monkeypatch
):
    """A notebook of many short cells never takes too long by one of them."""
    ended = threading.Event()
    monkeypatch.setattr(kernels, "kill", ended.set)
    monkeypatch.setattr("kamlib.report.running._execute", lambda *_: ended.wait(60))
    notebooks = write_notebooks(tmp_path / "notebooks", {"06_summary.ipynb": notebook_of("1")})
    source, target = notebooks / "06_summary.ipynb", tmp_path / "none.ipynb"

    with pytest.raises(
        RunFailed, match=r"longer than 0.005 minutes.*06_summary.*--run-limit"
    ) as told:
        run_notebook(source, target, {}, kernels)

    assert (told.value.cause, told.value.notebook) == ("time-out", "06_summary.ipynb")


def test_what_a_cell_started_ends_with_its_kernel_even_out_of_its_group(kernels):
    sleeping = [sys.executable, "-c", "import time; time.sleep(60)"]
    child = subprocess.Popen(sleeping, env=kernels.environment, start_new_session=True)
    other = subprocess.Popen(sleeping, start_new_session=True)
    try:
        if not Path(f"/proc/{child.pid}/environ").exists():
            pytest.skip("this system does not show the environment of a process")
        kernels.kill()

        assert child.wait(timeout=20) == -signal.SIGKILL
        assert other.poll() is None
    finally:
        child.kill()
        other.kill()
        other.wait()


@pytest.mark.soak
@pytest.mark.parametrize(
    "stubborn",
    [
        "while True: pass",
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "import ctypes; ctypes.CDLL(None).sleep(60)",
        "import subprocess; subprocess.run(['sleep', '60'])",
    ],
)
def test_no_cell_outlives_the_time_that_a_run_may_take(place, published, stubborn):
    shutil.copytree(published[0].reports, place.reports)
    (place.folder.parent / folders.OWNER).unlink()
    before = state(place.folder)
    place.limits = Limits(run=6)

    began = time.monotonic()
    with pytest.raises(RunFailed, match=r"the run took longer than 0\.1 minutes"):
        place.publish(summary=notebook_of(stubborn))

    assert time.monotonic() - began < 36
    assert place.failure()["cause"] == "time-out"
    assert state(place.folder) == before


def test_an_error_that_a_tag_lets_pass_is_still_an_error(place):
    swallowed = notebook_of("1 / 0", "1")
    swallowed.cells[2].metadata["tags"] = ["raises-exception"]

    with pytest.raises(RunFailed, match=r"cell \[3\] of 06_summary.ipynb raised ZeroDivisionError"):
        place.publish(summary=swallowed)


def test_a_cell_that_a_tag_skips_was_not_run():
    skipped = stub_notebook("summary")
    for number, cell in enumerate(skipped.cells[1:-1], 1):
        cell.execution_count = number

    with pytest.raises(RunFailed, match="1 of its 5 code cells were not run") as caught:
        require_all_cells_run(skipped, "06_summary.ipynb")

    assert caught.value.cause == "cell not run"


def test_a_notebook_s_own_rejection_keeps_its_message_and_is_no_failure_of_a_stage(place):
    rejecting = notebook_of("import kamlib as kam", "raise kam.DataError('row 3 of lines.csv')")

    with pytest.raises(DataError, match=r"^row 3 of lines.csv$"):
        place.publish(summary=rejecting)

    assert place.failure()["cause"] == "rejected"


def test_a_failed_run_leaves_the_earlier_report_whole_and_a_good_one_clears_the_failure(
    place, published, monkeypatch
):
    shutil.copytree(published[0].reports, place.reports)
    (place.folder.parent / folders.OWNER).unlink()  # the engagement lies elsewhere
    before = state(place.folder)

    def dies(*_args, **_options):
        raise RunFailed("kernel died", "the kernel died", notebook="06_summary.ipynb")

    for _again in range(2):
        with monkeypatch.context() as patch:
            patch.setattr("kamlib.report.running.run_notebook", dies)
            with pytest.raises(RunFailed, match="the kernel died"):
                place.publish(summary=stub_notebook("summary"))

    assert state(place.folder) == before
    assert len(list(place.folder.glob("failed-*"))) == 1, "only the latest failure is kept"
    assert place.failure()["cause"] == "kernel died"

    place.publish(summary=stub_notebook("summary"))
    assert state(place.folder)[0] != before[0]
    assert not list(place.folder.glob("*fail*"))


def test_an_input_that_changes_during_the_run_stops_the_report(place):
    changing = stub_notebook("summary")
    changing.cells[-1].source += "\nwith open(settings.folder / 'input/lines.csv', 'a') as lines:"
    changing.cells[-1].source += "\n    lines.write('2,2025-01-02')"

    with pytest.raises(RunFailed, match=r"input/lines.csv changed during the run"):
        place.publish(summary=changing)

    assert place.failure()["cause"] == "input changed"


# Receipts


@pytest.fixture
def receipt(tmp_path) -> dict:
    """A receipt that holds, written to disk with its table."""
    pq.write_table(pa.table({"a": [1]}), tmp_path / "t.parquet")
    about = {"stage": "summary", "engagement": "tiny", "period": "FY2025", "kamlib": __version__}
    about |= {"executable": sys.executable, "settings": "abc"}
    return about | {"tables": {"t": {"rows": 1, "sha256": file_hash(tmp_path / "t.parquet")}}}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("stage", "pyramid"),
        ("engagement", "other"),
        ("period", "FY2024"),
        ("settings", "def"),
        ("kamlib", "0.0.9"),
        ("executable", "/usr/bin/python3"),
    ],
)
def test_a_receipt_of_something_else_does_not_count(tmp_path, receipt, key, value):
    (tmp_path / "receipt_summary.json").write_text(json.dumps(receipt | {key: value}))
    expected = {"engagement": "tiny", "period": "FY2025", "settings": "abc"}

    with pytest.raises(RunFailed, match=f"does not hold: {key} is {value}") as caught:
        require_receipt(tmp_path, "summary", "06_summary.ipynb", expected)

    assert caught.value.cause == "no receipt"


def test_a_table_changed_after_its_receipt_does_not_count(tmp_path, receipt):
    (tmp_path / "receipt_summary.json").write_text(json.dumps(receipt))
    require_receipt(tmp_path, "summary", "06_summary.ipynb", {})
    with (tmp_path / "t.parquet").open("ab") as table:
        table.write(b"x")

    with pytest.raises(RunFailed, match="table t is not the one"):
        require_receipt(tmp_path, "summary", "06_summary.ipynb", {})


# Causes


@pytest.mark.parametrize(
    ("name", "value", "cause"),
    [
        ("MemoryError", "", "memory"),
        ("_ArrayMemoryError", "Unable to allocate 3 GiB", "memory"),
        ("OSError", "[Errno 28] No space left on device", "disk"),
        ("OSError", "[Errno 27] File too large", "disk"),
        ("OSError", "[Errno 280] of something else", "error in cell"),
        ("KeyError", "'customer_id'", "error in cell"),
    ],
)
def test_the_cause_in_a_cell_is_told_from_what_was_raised(name, value, cause):
    failure = failure_in_cell(name, value, HERE, notebook="02_profitability.ipynb", cell=4)

    assert (failure.cause, failure.notebook, failure.cell) == (cause, "02_profitability.ipynb", 4)


def test_a_driver_s_own_data_error_is_not_taken_for_a_rejection():
    theirs = ["File ~/env/site-packages/driver/connection.py:88, in run(query)"]
    ours = ["Cell In[2], line 1", "File ~/kamlib/checks.py:20, in require_columns(table)"]

    failure = failure_in_cell("DataError", "bad", theirs, notebook="n.ipynb", cell=2)
    rejection = failure_in_cell("DataError", "bad", ours, notebook="n.ipynb", cell=2)

    assert (type(failure), type(rejection)) == (RunFailed, DataError)


def test_a_full_disk_of_our_own_is_told_as_such():
    assert failure_of(OSError(errno.ENOSPC, "No space left", "x")).cause == "disk"
    assert failure_of(MemoryError()).cause == "memory"


# Rejected before any kernel starts


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"parameters": {"proft_share": 0.7}},
            r"no notebook has a parameter 'proft_share'. Did you mean",
        ),
        ({"parameters": {"profit_share": 80}}, "profit_share"),
        ({"parameters": {"period": "FY2024"}}, "Choose it with --period"),
        ({"period": "FY2052"}, "period 'FY2052' is not in engagement.yaml"),
    ],
)
def test_a_wrong_parameter_is_rejected_at_once(place, arguments, message):
    began = time.monotonic()

    with pytest.raises(ParameterError, match=message):
        publish_report(place.engagement, reports=place.reports, **arguments)

    assert time.monotonic() - began < 2
    assert not place.reports.exists()


def test_a_missing_input_is_rejected_before_any_kernel_starts(place):
    (place.engagement / "input" / "lines.csv").unlink()

    with pytest.raises(DataError, match=r"lines\.csv"):
        publish_report(place.engagement, reports=place.reports)


def test_a_file_in_place_of_the_reports_folder_is_named(place):
    place.reports.write_text("")

    with pytest.raises(ParameterError, match=r"a file is in its place. Move it away or choose"):
        publish_report(place.engagement, reports=place.reports)


def test_a_link_that_leads_nowhere_is_named(place):
    place.reports.symlink_to(place.reports.parent / "gone")

    with pytest.raises(ParameterError, match="cannot hold reports"):
        publish_report(place.engagement, reports=place.reports)


def test_a_folder_that_may_not_be_written_to_is_named(place, monkeypatch):
    place.folder.mkdir(parents=True)
    place.folder.chmod(0o500)
    if os.geteuid() == 0:  # for the superuser every folder is writable
        denied = PermissionError(errno.EACCES, "Permission denied")
        monkeypatch.setattr(Path, "touch", Mock(side_effect=denied))

    with pytest.raises(ParameterError, match=r"cannot be written to.*Mend its permissions"):
        publish_report(place.engagement, reports=place.reports)


# The lock


def test_a_second_run_is_told_who_runs_where_and_since_when(place):
    place.folder.mkdir(parents=True)

    with (
        committing.only_run(place.folder),
        pytest.raises(RunGoingOn, match=rf"process {os.getpid()}, since \d{{4}}-\d\d-\d\dT"),
    ):
        publish_report(place.engagement, reports=place.reports)

    with committing.only_run(place.folder):
        pass  # the lock is free again


def test_a_lock_ends_with_its_process(place):
    place.folder.mkdir(parents=True)
    child = os.fork()
    if child == 0:
        with committing.only_run(place.folder):
            os._exit(1)
    os.waitpid(child, 0)

    with committing.only_run(place.folder):
        holder = json.loads((place.folder / "running.json").read_text())
        assert holder["pid"] == os.getpid()


def test_another_period_runs_beside(place):
    other = place.folder.with_name("FY2024")
    place.folder.mkdir(parents=True)
    other.mkdir()

    with committing.only_run(place.folder), committing.only_run(other):
        assert datetime.now(UTC)


# The commit point


CALLS = [
    (os, "open"),
    (os, "fsync"),
    (os, "rename"),
    (os, "replace"),
    (os, "unlink"),
    (os, "mkdir"),
]


def prepare(folder: Path, run_id: str) -> Path:
    run = folder / f".staging-{run_id}" / "run"
    (run / "tables").mkdir(parents=True)
    (run / "run.json").write_text(run_id)
    (run / "tables" / "t.csv").write_text(run_id * 100)
    return run


def commit(folder: Path, run_id: str, run: Path) -> None:
    committing.commit(
        folder, run, run_id, index=f'<a href="runs/{run_id}/run.json">', latest={"run_id": run_id}
    )


def stopping_at(monkeypatch, number: int, stop) -> list[str]:
    """Call `stop` in place of the call of that number; return the names of those made."""
    made: list[str] = []

    def counted(name, call):
        def instead(*args, **kwargs):
            made.append(name)
            if len(made) == number:
                stop()
            return call(*args, **kwargs)

        return instead

    for module, name in CALLS:
        monkeypatch.setattr(module, name, counted(name, getattr(module, name)))
    return made


def whole(folder: Path) -> str:
    """Return the published run after making sure that it is whole, whatever else lies about."""
    run, files = state(folder)
    assert files[f"runs/{run}/run.json"] == run.encode()
    assert files[f"runs/{run}/tables/t.csv"] == run.encode() * 100
    latest = json.loads((folder / "latest.json").read_text())["run_id"]
    assert (folder / "runs" / latest / "tables" / "t.csv").read_text() == latest * 100
    return run


def no_room() -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_an_error_at_any_call_of_the_commit_leaves_the_old_report_or_the_new_one(tmp_path):
    seen = []
    for number in range(1, 100):
        folder = tmp_path / str(number)
        folder.mkdir()
        commit(folder, "old", prepare(folder, "old"))
        run = prepare(folder, "new")
        with pytest.MonkeyPatch.context() as patch:
            made = stopping_at(patch, number, no_room)
            try:
                commit(folder, "new", run)
                failed = False
            except OSError:
                failed = True
        published = whole(folder)
        latest = json.loads((folder / "latest.json").read_text())["run_id"]
        assert published == latest == ("old" if failed else "new")
        if failed:
            assert sorted(p.name for p in (folder / "runs").iterdir()) == ["old"]
        seen.append(published)
        if len(made) < number:
            break

    assert len(seen) > 10
    assert seen[0] == "old"
    assert seen[-1] == "new"


def test_a_kill_at_any_call_of_the_commit_leaves_the_old_report_or_the_new_one(tmp_path):
    seen = []
    for number in range(1, 100):
        folder = tmp_path / str(number)
        folder.mkdir()
        commit(folder, "old", prepare(folder, "old"))
        run = prepare(folder, "new")
        child = os.fork()
        if child == 0:
            stopping_at(pytest.MonkeyPatch(), number, lambda: os._exit(9))
            commit(folder, "new", run)
            os._exit(0)
        _pid, status = os.waitpid(child, 0)
        seen.append(whole(folder))
        committing.clear_remains(folder)
        assert not [p.name for p in folder.iterdir() if p.name.startswith(".")]
        if os.waitstatus_to_exitcode(status) == 0:
            break

    assert seen == sorted(seen, reverse=True), "once it is the new report it stays so"
    assert set(seen) == {"old", "new"}


# Tables for spreadsheets


def test_no_text_becomes_a_formula_and_no_number_becomes_text(tmp_path):
    from decimal import Decimal

    day = datetime(2025, 12, 31)
    texts = ["=1+1", "+48 22", "-3", "@x", "\ttab", "\rcr", "a=b", "", None]
    table = pa.table(
        {
            "=name": texts,
            "net": [Decimal("-1.500000")] * 9,
            "rate": [-0.25] * 9,
            "on": [day] * 9,
            "at": [day.replace(hour=7)] * 9,
            "n": [-1] * 9,
        }
    )
    write_csv(table, tmp_path / "t.csv")

    lines = (tmp_path / "t.csv").read_bytes().decode("utf-8").split("\n")
    assert lines[0] == '"\'=name","net","rate","on","at","n"'
    assert lines[1] == '"\'=1+1",-1.500000,-0.25,2025-12-31,"2025-12-31T07:00:00",-1'
    guarded = [line.split(",")[0] for line in lines[1:-1]]
    assert guarded == [
        '"\'=1+1"',
        '"\'+48 22"',
        '"\'-3"',
        '"\'@x"',
        '"\'\ttab"',
        '"\'\rcr"',
        '"a=b"',
        '""',
        "",
    ]


@given(st.lists(st.floats(), min_size=1, max_size=5))
@settings(max_examples=20, deadline=None)
def test_what_has_no_bound_or_is_not_known_is_an_empty_cell(values):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        low = [*values, math.inf, -math.inf, math.nan]
        write_csv(pa.table({"low": low, "n": ["x"] * len(low)}), path)
        cells = [line.split(",")[0] for line in path.read_text().splitlines()[1:]]

    assert cells[-3:] == ["", "", ""]
    assert [float(cell) for cell in cells if cell] == [v for v in values if math.isfinite(v)]


def test_a_table_without_rows_keeps_its_heads(tmp_path):
    write_csv(
        pa.table({"a": pa.array([], pa.timestamp("us")), "b": pa.array([], pa.string())}),
        tmp_path / "t.csv",
    )

    assert (tmp_path / "t.csv").read_text() == '"a","b"\n'


def test_order_of_stubs_is_that_of_the_real_notebooks():
    assert list(ORDER.values()) == sorted(ORDER.values())
    assert set(ONE) <= set(ORDER)


# Signed off, and required


def on_pages(done) -> set[tuple[str, str]]:
    """Return how each page of a run marks its numbers: the mark and its sentence."""
    pages = [done.index, *(done.index.parent / "runs" / done.run_id).glob("*.html")]
    marks = [re.findall(r'<p class="draft.*?<b>(.*?)</b> (.*?)</p>', p.read_text()) for p in pages]
    assert all(len(found) == 1 for found in marks)
    return {found[0] for found in marks}


def record_of(done) -> dict:
    return json.loads((done.index.parent / "runs" / done.run_id / "run.json").read_text())


def test_a_signature_holds_for_the_numbers_it_was_put_under_and_falls_when_one_changes(place):
    summary = stub_notebook("summary")
    draft = place.publish(summary=summary)
    hash_ = record_of(draft)["signed_hash"]
    settings = place.engagement / "engagement.yaml"
    settings.write_text(
        settings.read_text() + f"sign_off: {{by: A & B, on: 2026-02-01, of: {hash_}}}\n"
    )
    assert on_pages(draft) == {("Draft.", "Nobody has signed these numbers off.")}

    signed = place.publish(summary=summary)
    assert record_of(signed)["signed_hash"] == hash_
    assert on_pages(signed) == {("Signed.", "Signed off by A &amp; B on 1 Feb 2026.")}
    assert 'class="draft signed"' in signed.index.read_text()

    with (place.engagement / "input" / "lines.csv").open("a") as lines:
        lines.write("2,2025-01-02\n")
    changed = place.publish(summary=summary)
    assert record_of(changed)["signed_hash"] != hash_
    ((mark, said),) = on_pages(changed)
    assert mark == "Draft."
    assert "signed on 1 Feb 2026, and the signed numbers have changed since" in said


@pytest.mark.parametrize(
    "change",
    [
        {"period": "FY2024"},
        {"hashes": {"engagement.yaml": "0", "input/lines.csv": "2"}},
        {"reference": {"reference/return_rates.csv": "2"}},
        {"settings": "segmentation: {profit_share: 0.75}"},
        {"settings": "required: [side_b]"},
    ],
)
def test_whatever_decides_the_numbers_is_signed(tmp_path, change):
    here = SimpleNamespace(
        engagement=SimpleNamespace(id="tiny", source=Path("engagement.yaml")),
        period="FY2025",
        settings="",
        hashes={"engagement.yaml": "0", "input/lines.csv": "1"},
        reference={"reference/return_rates.csv": "1"},
    )
    other = SimpleNamespace(**(vars(here) | change))
    for number, each in enumerate((here, other)):
        folder = write_engagement(tmp_path / str(number) / "tiny")
        with (folder / "engagement.yaml").open("a") as file:
            file.write(each.settings)
        each.settings = load_engagement(folder)
    again = SimpleNamespace(**(vars(here) | {"hashes": here.hashes | {"engagement.yaml": "9"}}))

    assert signed_hash(here) != signed_hash(other)
    assert signed_hash(here) == signed_hash(again), "the file itself counts through its settings"


def test_a_required_analysis_that_was_refused_is_published_and_recorded(place):
    settings = place.engagement / "engagement.yaml"
    settings.write_text(settings.read_text() + "required: [side_b, levels, gross_margin]\n")

    done = place.publish(summary=refusing("side_b", "gross_margin"))

    assert done.index.exists()
    assert done.refused == {"side_b": ["side_b"], "gross_margin": ["gross_margin"]}
    record = record_of(done)
    assert record["required"] == ["side_b", "levels", "gross_margin"]
    assert record["required_refused"] == done.refused


def test_what_was_refused_and_is_not_required_is_no_matter(place):
    done = place.publish(summary=refusing("side_b"))

    assert (done.refused, record_of(done)["required_refused"]) == ({}, {})


@pytest.mark.parametrize("analysis", ANALYSES)
def test_every_analysis_stands_on_rules_that_can_refuse(analysis):
    assert all(RULES[rule].refuse for rule in ANALYSES[analysis])


# Nothing to stand on


@pytest.fixture
def in_process(monkeypatch):
    """Run notebooks without kernels."""
    monkeypatch.setattr("kamlib.report.running.run_notebook", run_here)


def test_a_report_without_a_line_in_its_period_stays_a_draft_beside_the_good_one(place, in_process):
    good = place.publish(summary=stub_notebook("summary"))
    before = state(place.folder)

    with pytest.raises(NotPublished, match=r"^It is bad\. Bring better\.$") as told:
        place.publish(first=refusing("coverage", stage="first"), summary=stub_notebook("summary"))

    draft = told.value.kept
    assert state(place.folder) == before, "index.html and its run are as they were"
    assert draft.parent == place.folder / "runs"
    assert draft.name > good.run_id
    assert sorted(each.name for each in draft.iterdir()) == [
        "01_first.html",
        "06_summary.html",
        "run.json",
        "tables",
    ]
    record = json.loads((draft / "run.json").read_text())
    assert record["not_published"] == "It is bad. Bring better."
    for page in draft.glob("*.html"):
        assert "<b>Not published.</b> It is bad. Bring better." in page.read_text()
    assert place.failure() | {"ended": "", "run_id": ""} == {
        "run_id": "",
        "engagement": "tiny",
        "period": "FY2025",
        "ended": "",
        "notebook": None,
        "cause": "not published",
        "message": "It is bad. Bring better.",
        "cell": None,
        "kept": f"runs/{draft.name}",
    }
    assert not list(place.folder.glob(".staging-*"))
    assert not list(place.folder.glob("failed-*"))


def test_without_a_report_before_it_a_draft_is_none_either(place, in_process):
    with pytest.raises(NotPublished):
        place.publish(summary=refusing("too_much_set_aside"))

    assert len(list((place.folder / "runs").iterdir())) == 1
    assert not (place.folder / "index.html").exists()
    assert not (place.folder / "latest.json").exists()

    assert place.publish(summary=stub_notebook("summary")).index.exists()
    assert not (place.folder / "last_failure.json").exists()


@pytest.mark.parametrize("rule", FOUNDATIONS)
def test_what_no_report_can_stand_on_is_a_rule_that_can_refuse(rule):
    assert rule not in RULES or RULES[rule].refuse


def test_a_sum_that_does_not_hold_is_published_and_named(place, in_process):
    broken = stub_notebook("summary")
    for cell in broken.cells:
        cell.source = cell.source.replace('"holds": [True]', '"holds": [False]')

    done = place.publish(summary=broken)

    assert (done.broken, done.refused) == (["rows"], {})
    assert record_of(done)["ledger_holds"] is False


# A value saved in a notebook


def test_a_parameter_saved_in_a_notebook_is_named_with_its_remedy_before_anything_runs(
    place, in_process
):
    saved = stub_notebook("summary")
    saved.cells[1].source += "cut_a: float = 0.7  # attractive to us; key: side_a.cut\n"

    with pytest.raises(
        ParameterError,
        match=r"06_summary.ipynb has cut_a = 0.7 saved in its parameters cell. Put None back"
        r".*-p cut_a=0.7, or as side_a.cut in engagement.yaml",
    ):
        place.publish(summary=saved)
    assert not place.reports.exists()

    saved.cells[1].source = saved.cells[1].source.replace("0.7", "None")
    assert place.publish(summary=saved).index.exists()


# Whose eyes


@pytest.mark.parametrize("mode", [0o700, 0o750, 0o755])
def test_the_folder_of_runs_is_open_to_those_to_whom_the_report_is(tmp_path, mode):
    """Somebody opens the report's folder after a first, private run."""
    before = os.umask(0o077)
    try:
        commit(tmp_path, "old", prepare(tmp_path, "old"))
        tmp_path.chmod(mode)
        commit(tmp_path, "new", prepare(tmp_path, "new"))
    finally:
        os.umask(before)

    assert oct((tmp_path / "runs").stat().st_mode & 0o777) == oct(mode)


# Who is in a table


def test_a_link_to_a_table_with_others_than_external_customers_says_how_many(place, in_process):
    """Summed up by region without a look at the relation, it would hold too much."""
    summary = stub_notebook("summary")
    for cell in summary.cells:
        cell.source = cell.source.replace(
            '"customer_profit": [1.5, -2.0]',
            '"relation": ["external", "collective"], "customer_profit": [1.5, -2.0]',
        )

    page = place.publish(summary=summary).index.read_text().replace("\u00a0", " ")

    assert ">summary (2 rows), 1 of them intercompany or collective: column relation</a>" in page
    assert ">outcomes_summary (2 rows)</a>" in page


# Whose kernel


def test_a_kernel_of_another_interpreter_under_the_same_name_is_passed_by(tmp_path, monkeypatch):
    """A kernel python3 in ~/.local/share/jupyter may be any program; cells run in our own."""
    foreign = tmp_path / "jupyter" / "kernels" / "python3"
    foreign.mkdir(parents=True)
    argv = ["/bin/false", "{connection_file}"]
    spec = {"argv": argv, "display_name": "Theirs", "language": "python"}
    (foreign / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    notebook = notebook_of("import sys; print(sys.executable)")
    source, target = tmp_path / "one.ipynb", tmp_path / "ran.ipynb"
    write_notebooks(tmp_path, {"one.ipynb": notebook})

    with own_kernels(tmp_path / "kernel.log", Limits(start=20)) as kernels:
        ran = run_notebook(source, target, {}, kernels)

    assert ran.cells[-1].outputs[0].text.strip() == sys.executable
