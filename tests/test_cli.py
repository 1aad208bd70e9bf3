"""The `kam` command: its exit statuses, and one clean message for each thing that can go wrong."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import ROOT
from stub_notebooks import (
    ONE,
    notebook_of,
    refusing,
    run_here,
    stub_notebook,
    write_engagement,
    write_notebooks,
)
from typer.testing import CliRunner

from kamlib.core.errors import ParameterError
from kamlib.report import reporting, stages
from kamlib.report.cli import app, parameters_of
from kamlib.report.committing import only_run
from kamlib.stage import NOTEBOOKS

KAM = [sys.executable, "-m", "kamlib.report.cli"]


@pytest.fixture
def project(tmp_path) -> Path:
    """A project of its own with a tiny engagement under data/."""
    write_engagement(tmp_path / "data" / "tiny")
    (tmp_path / "notebooks").mkdir()
    return tmp_path


@pytest.fixture
def kam(project, monkeypatch):
    """Run kam in the project, in this process."""
    monkeypatch.setenv("KAM_HOME", str(project))
    monkeypatch.delenv("KAM_STAGES", raising=False)
    monkeypatch.chdir(project)
    return lambda *words: CliRunner().invoke(app, words)


def surroundings(project: Path) -> dict[str, str]:
    return {**os.environ, "KAM_HOME": str(project)}


def first_notebook(project: Path, *codes: str) -> None:
    write_notebooks(project / "notebooks", {NOTEBOOKS["data_prep"]: notebook_of(*codes)})


def test_a_report_that_was_published_is_named_on_the_last_line_and_the_status_is_0(
    project, kam, monkeypatch
):
    write_notebooks(project / "notebooks", {ONE["summary"]: stub_notebook("summary")})
    monkeypatch.setattr(reporting, "NOTEBOOKS", ONE)

    done = kam("report", "tiny")

    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "reports/tiny/FY2025/index.html"
    assert (project / "reports/tiny/FY2025/index.html").exists()


def test_a_report_without_what_is_required_is_published_named_and_status_3(
    project, kam, monkeypatch
):
    settings = project / "data/tiny/engagement.yaml"
    settings.write_text(settings.read_text() + "required: [levels, side_b]\n")
    write_notebooks(project / "notebooks", {ONE["summary"]: refusing("side_b", "trust")})
    monkeypatch.setattr(reporting, "NOTEBOOKS", ONE)

    done = kam("report", "tiny")

    assert done.exit_code == 3
    assert done.stdout.splitlines()[-1] == "reports/tiny/FY2025/index.html"
    assert done.stderr == (
        "Published, but what is required was refused: levels (trust); side_b (side_b).\n"
    )


def in_process(monkeypatch) -> None:
    """Run stub notebooks without kernels, one a report."""
    monkeypatch.setattr("kamlib.report.running.run_notebook", run_here)
    monkeypatch.setattr(reporting, "NOTEBOOKS", ONE)


def test_a_report_that_nothing_can_stand_on_is_not_published_and_status_5(
    project, kam, monkeypatch
):
    in_process(monkeypatch)
    write_notebooks(project / "notebooks", {ONE["summary"]: refusing("coverage", "side_b")})

    done = kam("report", "tiny")

    assert (done.exit_code, done.stdout) == (5, "")
    assert re.fullmatch(
        r"Nothing was published: It is bad\. Bring better\. "
        r"The draft is kept in reports/tiny/FY2025/runs/\S+\.\n",
        done.stderr,
    )
    assert not (project / "reports/tiny/FY2025/index.html").exists()


def test_a_report_with_a_sum_that_does_not_hold_is_published_named_and_status_3(
    project, kam, monkeypatch
):
    in_process(monkeypatch)
    broken = stub_notebook("summary")
    for cell in broken.cells:
        cell.source = cell.source.replace('"holds": [True]', '"holds": [False]')
    write_notebooks(project / "notebooks", {ONE["summary"]: broken})

    done = kam("report", "tiny")

    assert done.exit_code == 3
    assert done.stdout == "reports/tiny/FY2025/index.html\n"
    assert done.stderr == "Published, but sums do not hold: rows.\n"


def test_a_cell_may_take_a_part_of_a_minute(project, kam, monkeypatch):
    write_notebooks(project / "notebooks", {ONE["summary"]: stub_notebook("summary")})
    monkeypatch.setattr(reporting, "NOTEBOOKS", ONE)

    done = kam("report", "tiny", "--cell-limit", "1.33", "--run-limit", "3.7")

    assert (done.exit_code, done.stderr) == (0, "")


def test_the_schema_is_printed_or_written_beside_an_engagement(tmp_path):
    printed = CliRunner().invoke(app, ["schema"])
    written = CliRunner().invoke(app, ["schema", "--write", str(tmp_path)])

    assert (printed.exit_code, written.exit_code) == (0, 0)
    assert (tmp_path / "engagement.schema.json").read_text() == printed.stdout
    assert json.loads(printed.stdout)["properties"]["periods"]
    assert written.stdout == f"{tmp_path / 'engagement.schema.json'}\n"


def test_a_schema_that_cannot_be_written_is_status_2(tmp_path):
    done = CliRunner().invoke(app, ["schema", "--write", str(tmp_path / "none")])

    assert (done.exit_code, done.stdout) == (2, "")
    assert "cannot be written (No such file or directory). Give a folder" in done.stderr


def test_a_failed_stage_is_status_1_with_one_message_that_says_where_it_is_kept(project, kam):
    first_notebook(project, "1 / 0")

    done = kam("report", "tiny", "--period", "FY2024")

    assert (done.exit_code, done.stdout) == (1, "")
    assert (
        "cell [3] of 01_data_prep.ipynb raised ZeroDivisionError: division by zero" in done.stderr
    )
    assert "It is kept in reports/tiny/FY2024/failed-" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_notebook_s_rejection_is_status_2_with_its_own_message(project, kam):
    first_notebook(project, "import kamlib", "raise kamlib.ParameterError('cut_a must be a share')")

    done = kam("report", "tiny")

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
        (["tiny", "--run-limit", "0"], "--run-limit must be minutes above 0, not 0"),
        (["tiny", "--cell-limit", "-1"], "--cell-limit must be minutes above 0, not -1"),
        (["tiny", "--keep-runs", "0"], "--keep-runs"),
    ],
)
def test_what_is_wrong_on_the_command_line_is_status_2(kam, words, said):
    done = kam("report", *words)

    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr


def test_another_run_is_status_4_and_named(project):
    folder = project / "reports" / "tiny" / "FY2025"
    folder.mkdir(parents=True)

    with only_run(folder):
        done = subprocess.run(
            [*KAM, "report", "tiny"],
            cwd=project,
            env=surroundings(project),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

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
        [*KAM, "report", "tiny"],
        cwd=project,
        env=surroundings(project),
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=listen_to_interrupts,
    )
    wait_for(lambda: note.exists() and note.read_text().isdigit())
    running.send_signal(sent)
    _out, said = running.communicate(timeout=120)

    assert running.returncode == status
    assert "Traceback" not in said
    wait_for(lambda: not alive(int(note.read_text())))
    failure = json.loads((project / "reports/tiny/FY2025/last_failure.json").read_text())
    assert failure["cause"] == "interrupted"
    assert not (project / "reports/tiny/FY2025/index.html").exists()


THREE = {"data_prep": "01_a.ipynb", "profitability": "02_b.ipynb", "segmentation": "03_c.ipynb"}


@pytest.fixture
def kam_run(project, kam, monkeypatch):
    """Run `kam run` on stub notebooks, one a stage, or on those given."""
    monkeypatch.setattr(stages, "NOTEBOOKS", THREE)

    def run(*words: str, **notebooks: object):
        stubs = {stage: notebooks.get(stage, stub_notebook(stage)) for stage in THREE}
        files = {THREE[stage]: each for stage, each in stubs.items()}
        write_notebooks(project / "notebooks", files)
        return kam("run", *words)

    return run


def test_run_leaves_tables_and_notebooks_in_the_engagement_s_stages_and_publishes_nothing(
    project, kam_run
):
    done = kam_run("tiny", "--period", "FY2024", "--until", "profitability")
    stages = project / "data/tiny/stages/FY2024"

    assert (done.exit_code, done.stdout, done.stderr) == (0, "data/tiny/stages/FY2024\n", "")
    assert (stages / "profitability.parquet").exists()
    assert sorted(p.name for p in (stages / "notebooks").glob("*.ipynb")) == [
        "01_a.ipynb",
        "02_b.ipynb",
    ]
    assert not (stages / "segmentation.parquet").exists()
    assert not (project / "reports").exists()


def test_run_stops_at_the_stage_that_fails_and_says_where_it_is_kept(project, kam_run):
    stale = project / "data/tiny/stages/FY2025/receipt_profitability.json"
    stale.parent.mkdir(parents=True)
    stale.write_text("{}")

    done = kam_run("tiny", profitability=notebook_of("1 / 0"))

    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("What ran before stays, the rest did not run: cell [3] of 02_b")
    assert "It is kept in data/tiny/stages/FY2025/notebooks/02_b.ipynb." in done.stderr
    assert (stale.parent / "data_prep.parquet").exists()
    assert not (stale.parent / "segmentation.parquet").exists()
    assert not stale.exists()


def test_a_share_that_only_later_notebooks_use_is_no_parameter_of_the_first_ones(kam):
    done = kam("run", "tiny", "--until", "segmentation", "-p", "cut_a=0.7")

    assert done.exit_code == 2
    assert "cut_a is a parameter of 04_attractiveness.ipynb, which does not run" in done.stderr


def test_run_by_a_stage_without_a_receipt_is_a_failure(kam_run):
    done = kam_run("tiny", "--until", "data_prep", data_prep=notebook_of("1 + 1"))

    assert done.exit_code == 1
    assert "01_a.ipynb ran to its end and left no receipt" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["tyni"], "engagement 'tyni' was not found"),
        (["tiny", "--period", "FY1925"], "period 'FY1925' is not in engagement.yaml"),
        (["tiny", "--until", "segmentatoin"], "Did you mean 'segmentation'?"),
        (["tiny", "-p", "profit_share=80"], "profit_share"),
        (["tiny", "-p", "stage_folder=x"], "stage_folder cannot be set with -p"),
        (
            ["tiny", "--until", "segmentation", "-p", "managers=2"],
            "managers is a parameter of 05_pyramid.ipynb, which does not run with --until",
        ),
    ],
)
def test_what_is_wrong_with_the_words_of_run_is_status_2(kam, words, said):
    done = kam("run", *words)

    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr


def test_a_second_run_in_the_same_stages_is_status_4(project, kam):
    folder = project / "data/tiny/stages/FY2025/notebooks"
    folder.mkdir(parents=True)

    with only_run(folder):
        done = kam("run", "tiny")

    assert done.exit_code == 4
    assert "another run of tiny FY2025 is going on" in done.stderr


def wait_for(condition) -> None:
    end = time.monotonic() + 120
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
        "import sys; from kamlib.report.cli import app\n"
        "try: app(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = ('pandas', 'numpy', 'pydantic', 'matplotlib', 'duckdb', 'ibis', 'pyarrow',\n"
        "         'nbformat', 'nbconvert', 'papermill', 'IPython', 'jinja2', 'babel')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stdout.splitlines()[-1] == "[]"
    for command in ("report", "check", "demo", "run", "schema", "notebooks"):
        assert f"  {command} " in done.stdout


def test_values_are_numbers_where_they_look_like_them():
    assert parameters_of(["a=1", "b=0.5", "c=false", "d=x=y"]) == {
        "a": 1,
        "b": 0.5,
        "c": "false",
        "d": "x=y",
    }
    with pytest.raises(ParameterError, match="given twice"):
        parameters_of(["a=1", "a=2"])


def test_demo_hands_on_what_was_given_and_nothing_else(tmp_path, monkeypatch):
    given = {}
    monkeypatch.setattr(
        "demo_company.write_demo", lambda folder, **options: given.update(options, folder=folder)
    )

    done = CliRunner().invoke(app, ["demo", str(tmp_path), "--customers", "40"])

    assert done.exit_code == 0
    assert given == {"folder": tmp_path, "customers": 40}


def test_demo_needs_a_checkout_because_the_wheel_has_no_demo_company(tmp_path):
    """Only kamlib is on the path, as where its wheel is installed."""
    (tmp_path / "kamlib").symlink_to(ROOT / "kamlib")
    alone = "import sys; from pathlib import Path; sys.path = [place for place in sys.path "
    alone += "if not (Path(place) / 'demo_company').is_dir()]"
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"{alone}; from kamlib.report.cli import app; app()",
            "demo",
            "there",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "kam demo needs a checkout" in done.stderr
    assert not (tmp_path / "there").exists()
