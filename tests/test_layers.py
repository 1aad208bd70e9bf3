"""Who may import whom: stages know the core and never each other; notebooks know public names only."""

import ast
import pkgutil
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import pytest

import demo_company
import kamlib

HOME = Path(kamlib.__file__).parent
DEMO = Path(demo_company.__file__).parent
STAGES = {"profitability", "segmentation", "staying", "attractiveness", "pyramid"}
PAGES = {"words", "figures", "tables", "analyses"}  # modules of a room that put it on a page
LOW = {"core", "numerics", "settings"}
ALLOWED = {
    "core": {"numerics"},
    "numerics": {"core"},
    "settings": {"core"},
    "page": {"core", "numerics"},
    **dict.fromkeys(STAGES | {"data_prep"}, LOW),
    "summary": LOW | STAGES,
    "intake": LOW,
    "stage": LOW | {"page"},
    "intake.draft": LOW | {"intake"},
    "intake.check": LOW | STAGES | {"intake", "data_prep"},
}


def modules() -> list[Path]:
    return sorted(HOME.rglob("*.py"))


def invented() -> list[Path]:
    return sorted(DEMO.rglob("*.py"))


def room(path: Path) -> str:
    return room_of(path.relative_to(HOME).with_suffix("").parts)


def room_of(parts: Sequence[str]) -> str:
    """Return the room of a module; a few rooms lie within another and know more than it does."""
    inner = ".".join(parts[:2])
    return inner if inner in ALLOWED else parts[0]


def imported_modules(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text()))
    return {
        node.module
        for node in nodes
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("kamlib.")
    }


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("kamlib"):
            parts = (node.module or "").split(".")[1:]
            found.update(room_of([*parts, alias.name]) for alias in node.names)
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names if alias.name.startswith("kamlib.")]
            found.update(room_of(name.split(".")[1:]) for name in names)
    return found - {"__version__"}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(HOME)))
def test_a_room_imports_only_what_it_may_know(path):
    allowed = ALLOWED.get(room(path))
    if allowed is None:  # the report and the package itself may know everything
        assert room(path) in {"__init__", "report"}
    elif path.stem == "analyses":  # it brings together what the stages compute and how it is shown
        assert imported(path) - {room(path)} <= LOW | STAGES | {
            "data_prep",
            "intake",
            "page",
            "stage",
        }
    elif path.stem in PAGES and room(path) in STAGES | {"data_prep", "summary"}:
        assert imported(path) - {room(path)} <= allowed | {"page", "intake"}
    else:
        assert imported(path) - {room(path)} <= allowed


@pytest.mark.parametrize("path", invented(), ids=lambda path: path.name)
def test_the_demo_company_knows_nothing_of_how_the_workbook_measures(path):
    assert imported(path) <= {"core", "numerics"}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(HOME)))
def test_nothing_but_the_command_knows_the_demo_company(path):
    assert ("demo_company" in path.read_text()) == (path == HOME / "report" / "cli.py")


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(HOME)))
def test_nothing_that_computes_knows_words_or_figures(path):
    if room(path) in STAGES and path.stem not in PAGES | {"__init__"}:
        pages = {f"kamlib.{room(path)}.{page}" for page in PAGES}
        assert not imported_modules(path) & pages


@pytest.mark.parametrize("path", [*modules(), *invented()], ids=lambda path: path.stem)
def test_functions_stay_short_enough_to_read_at_once(path):
    long = {}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            lines = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
            if lines > 60:
                long[node.name] = lines

    assert long == {}


def test_importing_kamlib_loads_nothing_but_python_s_own():
    import subprocess
    import sys

    code = (
        "import sys; before = set(sys.modules); import kamlib\n"
        "new = {name.split('.')[0] for name in set(sys.modules) - before} - {'kamlib'}\n"
        "print(sorted(new - set(sys.stdlib_module_names)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there():
    for name in kamlib.__all__:
        assert getattr(kamlib, name).__doc__, f"{name} has no docstring"


@pytest.mark.parametrize("name", kamlib.ROOMS)
def test_a_room_offers_its_analyses_whatever_of_it_was_imported_before(name):
    room = import_module(f"kamlib.{name}")
    for module in pkgutil.iter_modules(room.__path__):
        import_module(f"kamlib.{name}.{module.name}")

    for question in room.__all__:
        analysis = getattr(room, question)
        assert callable(analysis), f"kam.{name}.{question} is a module"
        assert analysis.__doc__
