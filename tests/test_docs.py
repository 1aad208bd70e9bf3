"""What the README and its neighbours say is so: their commands exist, their links lead somewhere."""

import doctest
import importlib
import inspect
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from click.testing import CliRunner
from conftest import ROOT
from papermill.cli import papermill

from kamlib.report.cli import app
from kamlib.settings.engagement import load_engagement
from kamlib.stage import NOTEBOOKS

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCED = re.compile(r"^```\w*\n(.*?)^```", flags=re.MULTILINE | re.DOTALL)


def commands(word: str) -> list[str]:
    """Return every command of the pages that starts with `word`, without its comment."""
    found = []
    for page in PAGES:
        text = page.read_text()
        found += [line for block in FENCED.findall(text) for line in block.splitlines()]
        found += re.findall(r"`([^`\n]+)`", FENCED.sub("", text))
    told = (re.split(r"\s#\s", line)[0].strip() for line in found)
    return sorted({line for line in told if line.split()[:1] == [word] and line != word})


SNIPPETS = [
    pytest.param(block, id=f"{page.stem}-{place}")
    for page in PAGES
    for place, block in enumerate(re.findall(r"^```yaml\n(.*?)^```", page.read_text(), re.M | re.S))
]
BARE = "currency: PLN\nperiods: {FY2025: {from: 2025-01-01, to: 2025-12-31}}\n"


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_every_piece_of_engagement_yaml_in_the_pages_is_read_as_it_stands(snippet, tmp_path):
    lines = "" if "invoice_lines" in snippet else "inputs: {invoice_lines: {files: lines.csv}}\n"
    (tmp_path / "engagement.yaml").write_text(BARE + lines + snippet)

    assert load_engagement(tmp_path).periods


def test_every_make_command_named_is_one():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    named = {word for line in commands("make") for word in line.split()[1:] if "=" not in word}

    assert {"report", "test", "lab", "notebooks"} <= named
    assert named <= targets


def test_make_help_lists_every_target():
    made = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    phony = re.search(r"^\.PHONY: (help .*)$", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)

    assert sorted(line.split()[0] for line in made.splitlines()) == sorted(phony[1].split())


@pytest.mark.parametrize("line", commands("kam"))
def test_every_kam_command_named_can_be_given_as_it_stands(line):
    """Parse the words as the command line would, without doing anything."""
    group = typer.main.get_command(app)
    words = shlex.split(line)[1:]
    assert words[0] in group.commands
    command = group.commands[words[0]]
    needed = [p for p in command.params if p.param_type_name == "argument" and p.required]
    if words[1:] or not needed:
        command.make_context(words[0], words[1:])


def test_the_papermill_line_of_the_readme_runs_one_notebook_with_its_parameter(
    demo_stages, tmp_path, monkeypatch
):
    (line,) = commands("papermill")
    words = [str(tmp_path / word) if word == "out.ipynb" else word for word in shlex.split(line)]
    stages = tmp_path / "demo" / "FY2025"
    before = ["data_prep", "profitability", "segmentation", "staying"]
    shutil.copytree(
        demo_stages,
        stages,
        ignore=lambda _folder, names: set(names) - tables_of(demo_stages, before),
    )
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("KAM_STAGES", str(tmp_path))

    done = CliRunner().invoke(papermill, words[1:])

    assert done.exit_code == 0, done.output[-2000:]
    receipt = json.loads((stages / "receipt_attractiveness.json").read_text())
    assert receipt["parameters"] == {"cut_a": 0.7}
    assert "0.70 instead of 0.60" in (tmp_path / "out.ipynb").read_text()


@pytest.mark.soak
def test_every_command_of_the_readme_runs_in_a_fresh_clone(tmp_path):
    """The folder that `kam demo` writes stands for the reader's own; it is written first."""
    clone, firm = tmp_path / "clone", tmp_path / "firm"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    blocks = FENCED.findall((ROOT / "README.md").read_text())
    lines = [re.split(r"\s#\s", line)[0] for block in blocks for line in block.splitlines()]
    ours = [line for line in lines if line.startswith(("kam ", "papermill "))]
    paths = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    ended = {}
    for line in sorted(ours, key=lambda line: not line.startswith("kam demo")):
        done = subprocess.run(
            shlex.split(re.sub("path/to/(folder|engagement)", str(firm), line)),
            cwd=clone,
            env={**os.environ, "PATH": paths, "PYTHONPATH": str(clone)},
            capture_output=True,
            text=True,
            check=False,
        )
        ended[line.strip()] = (done.returncode, done.stderr[-2000:] if done.returncode else "")

    assert len(ended) >= 9
    assert {line: end for line, end in ended.items() if end[0]} == {}


def tables_of(stages: Path, names: list[str]) -> set[str]:
    """Return the files that these stages left."""
    receipts = [stages / f"receipt_{name}.json" for name in names]
    tables = {table for path in receipts for table in json.loads(path.read_text())["tables"]}
    return {path.name for path in receipts} | {f"{table}.parquet" for table in tables}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_relative_links_lead_to_files_of_the_checkout(page):
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text())
    relative = [link.partition("#")[0] for link in links if not re.match(r"[a-z]+:|#", link)]

    assert [link for link in relative if not (page.parent / link).exists()] == []


def test_the_table_of_rooms_names_every_room_of_kamlib_and_no_other():
    text = (ROOT / "docs" / "architecture.md").read_text()
    table = text.partition("## Rooms")[2].partition("`tests/test_layers.py`")[0]
    named = [
        name
        for row in table.splitlines()
        if row.startswith("| `")
        for name in re.findall(r"`(\w+)`", row.split("|")[1])
    ]
    home = ROOT / "kamlib"
    modules = {path.stem for path in home.glob("*.py")} - {"__init__"}
    packages = {path.parent.name for path in home.glob("*/__init__.py")}

    assert len(named) == len(set(named))
    assert set(named) == modules | packages


def test_the_readme_quotes_the_first_page_of_the_demo_as_it_is():
    cells = json.loads((ROOT / "notebooks/06_summary.ipynb").read_text(encoding="utf-8"))["cells"]
    outputs = [out["data"]["text/plain"] for cell in cells for out in cell.get("outputs", [])]
    shown = [line.strip() for text in outputs for line in "".join(text).splitlines()]
    quoted = re.findall(r"^> \*\*(.*)\*\*$", PAGES[0].read_text(encoding="utf-8"), re.MULTILINE)

    assert [line for line in quoted if line in shown] == quoted != []


def test_the_readme_points_to_a_notebook_for_every_stage():
    linked = re.findall(r"\]\(notebooks/([^)]+)\)", (ROOT / "README.md").read_text())

    assert linked == list(NOTEBOOKS.values())


@pytest.mark.parametrize("name", ["numerics", "core.timespans"])
def test_every_public_function_of_the_exact_sums_shows_an_example(name):
    module = importlib.import_module(f"kamlib.{name}")
    shown = {
        test.name.split(".")[-1] for test in doctest.DocTestFinder().find(module) if test.examples
    }
    public = {
        name
        for name, each in vars(module).items()
        if inspect.isfunction(each) and each.__module__ == module.__name__ and name[0] != "_"
    }

    assert public - shown == set()


def test_files_of_kamlib_that_the_pages_name_are_there():
    files = {name for page in PAGES for name in re.findall(r"`(kamlib/[\w/.]+)`", page.read_text())}

    assert files
    assert [name for name in files if not (ROOT / name).exists()] == []
