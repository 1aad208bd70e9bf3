"""The environment: its lists agree, and nothing in them speaks of one machine."""

import os
import re
import subprocess
import tomllib
from importlib.metadata import version

import pytest
from conftest import ROOT
from ruamel.yaml import YAML

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PINS = (ROOT / "constraints.txt").read_text().splitlines()


def test_environment_yml_lists_the_packages_of_pyproject_with_the_same_ranges():
    listed = YAML(typ="safe").load(ROOT / "environment.yml")["dependencies"]

    assert listed[:2] == [f"python{PROJECT['requires-python']}", "pip"]
    assert listed[2]["pip"] == ["-c constraints.txt", *PROJECT["dependencies"], "-e ."]


def test_constraints_pin_versions_and_name_no_file_or_address():
    assert [pin for pin in PINS if not re.fullmatch(r"[A-Za-z0-9._-]+==[^\s@:/]+", pin)] == []
    assert not [pin for pin in PINS if pin.lower().startswith(("torch", "kamlib"))]


@pytest.mark.parametrize("package", ["pandas", "papermill", "nbconvert", "duckdb", "pydantic"])
def test_every_package_of_the_workbook_is_pinned(package):
    assert [pin for pin in PINS if pin.lower().startswith(f"{package}==")] != []


def test_the_pins_lie_within_the_ranges_of_pyproject():
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    pinned = {canonicalize_name(p.split("==")[0]): p.split("==")[1] for p in PINS}
    wanted = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]
    outside = [
        line
        for line in map(Requirement, wanted)
        if pinned.get(canonicalize_name(line.name)) is None
        or not line.specifier.contains(pinned[canonicalize_name(line.name)])
    ]
    assert outside == []


def test_the_version_is_said_once():
    import kamlib

    assert kamlib.__version__ == PROJECT["version"] == version("kamlib")


def test_make_test_runs_pytest_the_notebooks_in_order_the_linter_and_the_types():
    made = subprocess.run(
        ["make", "--dry-run", "test"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout

    runs = [made.index(word) for word in ("-m pytest", "--nbval ", "ruff check", "-m mypy")]
    assert runs == sorted(runs)
    names = re.findall(r"notebooks/(\d\d)_\w+\.ipynb", made)
    assert names == [f"{n:02}" for n in range(1, 7)]


def test_hooks_before_a_commit_come_from_this_checkout_and_call_what_the_environment_has():
    config = YAML(typ="safe").load(ROOT / ".pre-commit-config.yaml")

    assert [repo["repo"] for repo in config["repos"]] == ["local"]
    hooks = config["repos"][0]["hooks"]
    assert {hook["language"] for hook in hooks} == {"system"}
    assert {hook["entry"].split()[0] for hook in hooks} == {".venv/bin/ruff", ".venv/bin/kam"}


def test_ci_runs_the_test_command_and_must_not_skip():
    script = (ROOT / ".ci" / "run").read_text()

    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert script.rstrip().endswith("make test")
    assert "export CI=true" in script


def test_an_unfit_python_is_named_with_what_to_install(tmp_path):
    for name in ("python3", "python3.13", "python3.12", "python3.11"):
        fake = tmp_path / name
        fake.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2\nexit 1\n')
        fake.chmod(0o755)
    (tmp_path / "bash").symlink_to("/bin/bash")

    done = subprocess.run(
        ["/bin/bash", str(ROOT / ".ci" / "find-python")],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "needs Python 3.11, 3.12 or 3.13 with ensurepip, Python 3.9.2 is not" in done.stderr
    assert "make setup PYTHON=" in done.stderr


@pytest.mark.parametrize(
    ("path", "ignored"),
    [
        ("data/acme/engagement.yaml", True),
        ("data/demo/engagement.yaml", False),
        ("data/demo/stages/FY2025/orders.parquet", True),
        ("reports/demo/FY2025/index.html", True),
        (".venv/bin/python", True),
        ("notebooks/.ipynb_checkpoints/x.ipynb", True),
        ("notebooks/01_data_prep.ipynb", False),
    ],
)
def test_git_ignores_clients_and_what_is_built(path, ignored):
    if not (ROOT / ".git").exists():
        pytest.skip("this is no git checkout")
    done = subprocess.run(
        ["git", "check-ignore", "--quiet", "--no-index", path], cwd=ROOT, check=False
    )

    assert (done.returncode == 0) == ignored
