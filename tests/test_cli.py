"""The `kam` command: its exit statuses, and one clean message for each thing that can go wrong."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from stub_notebooks import ONE, notebook_of, stub_notebook, write_engagement, write_notebooks
from typer.testing import CliRunner

from kamlib.cli import app, knobs_of
from kamlib.errors import ParameterError
from kamlib.publish.committing import only_run
from kamlib.stage import NOTEBOOKS

KAM = [sys.executable, "-m", "kamlib.cli"]


@pytest.fixture
def project(tmp_path) -> Path:
    """A project of its own with a tiny engagement under data/."""
    write_engagement(tmp_path / "data" / "tiny")
    (tmp_path / "notebooks").mkdir()
    return tmp_path


def kam(project: Path, *words: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [*KAM, *words], cwd=project, env=surroundings(project), capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip


def surroundings(project: Path) -> dict[str, str]:
    return {**os.environ, "KAM_HOME": str(project)}


def first_notebook(project: Path, *codes: str) -> None:
    write_notebooks(project / "notebooks", {NOTEBOOKS["data_prep"]: notebook_of(*codes)})


def test_a_report_that_was_published_is_named_on_the_last_line_and_the_status_is_0(project):
    write_notebooks(project / "notebooks", {ONE["summary"]: stub_notebook("summary")})
    alone = f"from kamlib.publish import reporting; reporting.NOTEBOOKS = {ONE}"

    done = subprocess.run(
        [sys.executable, "-c", f"{alone}; from kamlib.cli import app; app(['report', 'tiny'])"],
        cwd=project, env=surroundings(project), capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "reports/tiny/FY2025/index.html"
    assert (project / "reports/tiny/FY2025/index.html").exists()


def test_a_failed_stage_is_status_1_with_one_message_that_says_where_it_is_kept(project):
    first_notebook(project, "1 / 0")

    done = kam(project, "report", "tiny", "--period", "FY2024")

    assert (done.returncode, done.stdout) == (1, "")
    assert (
        "cell [3] of 01_data_prep.ipynb raised ZeroDivisionError: division by zero" in done.stderr
    )
    assert "It is kept in reports/tiny/FY2024/failed-" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_notebook_s_rejection_is_status_2_with_its_own_message(project, monkeypatch):
    first_notebook(project, "import kamlib", "raise kamlib.ParameterError('cut_a must be a share')")
    monkeypatch.setenv("KAM_HOME", str(project))

    done = CliRunner().invoke(app, ["report", "tiny"])

    assert done.exit_code == 2
    assert done.stderr == "ParameterError: cut_a must be a share\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["tyni"], "engagement 'tyni' was not found"),
        (["tiny", "--period", "FY1925"], "period 'FY1925' is not in engagement.yaml"),
        (["tiny", "-p", "profit_shar=0.8"], "Did you mean 'profit_share'?"),
        (["tiny", "-p", "profit_share=80"], "profit_share"),
        (["tiny", "-p", "profit_share"], "-p profit_share is no name=value"),
        (["tiny", "--perod", "FY2025"], "No such option"),
    ],
)
def test_what_is_wrong_on_the_command_line_is_status_2(project, monkeypatch, words, said):
    monkeypatch.setenv("KAM_HOME", str(project))

    done = CliRunner().invoke(app, ["report", *words])

    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr


def test_another_run_is_status_4_and_named(project):
    folder = project / "reports" / "tiny" / "FY2025"
    folder.mkdir(parents=True)

    with only_run(folder):
        done = kam(project, "report", "tiny")

    assert (done.returncode, done.stdout) == (4, "")
    assert f"process {os.getpid()}, since" in done.stderr


def listen_to_interrupts() -> None:
    """Hear SIGINT also where the tests themselves run in the background, which ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_ends_soon_with_its_kernel_and_publishes_nothing(project, sent, status):
    note = project / "kernel"
    first_notebook(
        project,
        f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid()))",
        "time.sleep(60)",
    )
    running = subprocess.Popen(
        [*KAM, "report", "tiny"], cwd=project, env=surroundings(project), stderr=subprocess.PIPE,
        text=True, preexec_fn=listen_to_interrupts,
    )  # fmt: skip
    wait_for(lambda: note.exists() and note.read_text().isdigit())
    running.send_signal(sent)
    _out, said = running.communicate(timeout=20)

    assert running.returncode == status
    assert "Traceback" not in said
    wait_for(lambda: not alive(int(note.read_text())))
    failure = json.loads((project / "reports/tiny/FY2025/last_failure.json").read_text())
    assert failure["cause"] == "interrupted"
    assert not (project / "reports/tiny/FY2025/index.html").exists()


def wait_for(condition) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process}/stat")
    return not status.exists() or status.read_text().split(") ")[1][0] != "Z"


def test_help_names_the_commands_and_loads_nothing_heavy():
    code = (
        "import sys; from kamlib.cli import app\n"
        "try: app(['--help'])\n"
        "except SystemExit: pass\n"
        "print([n for n in ('pandas', 'pydantic', 'nbconvert', 'papermill') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stdout.splitlines()[-1] == "[]"
    for command in ("report", "demo", "notebooks"):
        assert f"  {command} " in done.stdout


def test_values_are_numbers_where_they_look_like_them():
    assert knobs_of(["a=1", "b=0.5", "c=false", "d=x=y"]) == {
        "a": 1,
        "b": 0.5,
        "c": "false",
        "d": "x=y",
    }
    with pytest.raises(ParameterError, match="given twice"):
        knobs_of(["a=1", "a=2"])


def test_demo_hands_on_what_was_given_and_nothing_else(tmp_path, monkeypatch):
    import types

    given = {}
    stand_in = types.ModuleType("kamlib.demo")
    stand_in.write_demo = lambda folder, **options: given.update(options, folder=folder)
    monkeypatch.setitem(sys.modules, "kamlib.demo", stand_in)

    done = CliRunner().invoke(app, ["demo", str(tmp_path), "--customers", "40"])

    assert done.exit_code == 0
    assert given == {"folder": tmp_path, "customers": 40}
