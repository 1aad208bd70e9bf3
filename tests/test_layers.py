"""Who may import whom: stages know the core and never each other; notebooks know public names only."""

import ast
from pathlib import Path

import pytest

import kamlib

HOME = Path(kamlib.__file__).parent
CORE = {
    "errors",
    "language",
    "columns",
    "method_rules",
    "checks",
    "verdicts",
    "tables",
    "numerics",
    "scratch",
    "timespans",
    "deductions",
}
STAGES = {"profitability", "segmentation", "staying", "attractiveness", "pyramid"}
ALLOWED = {
    "errors": set(),
    "language": set(),
    "numerics": {"errors"},
    **dict.fromkeys(CORE - {"errors", "language", "numerics"}, CORE),
    "settings": CORE,
    **dict.fromkeys(STAGES, CORE | {"settings"}),
    "findings": CORE | {"settings"},
    "plots": CORE | {"settings"},
    "display": CORE,
    "views": CORE | {"settings"},
    "intake": CORE | {"settings"},
    "stage": CORE | {"settings", "display"},
    "demo": {"errors", "numerics"},
    "checking": CORE | STAGES | {"settings", "intake", "views"},
    "suggesting": CORE | {"settings", "intake", "views"},
}


def modules() -> list[Path]:
    return sorted(path for path in HOME.rglob("*.py") if "__pycache__" not in path.parts)


def room(path: Path) -> str:
    return path.relative_to(HOME).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("kamlib"):
            parts = (node.module or "").split(".")
            names = [parts[1]] if len(parts) > 1 else [alias.name for alias in node.names]
            found.update(names)
        if isinstance(node, ast.Import):
            found.update(a.name.split(".")[1] for a in node.names if a.name.startswith("kamlib."))
    return found - {room(path), "__version__"}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(HOME)))
def test_a_room_imports_only_what_it_may_know(path):
    allowed = ALLOWED.get(room(path))
    if allowed is None:  # publish, cli and the package itself may know everything
        assert room(path) in {"__init__", "publish", "cli", "stored"}
    else:
        assert imported(path) <= allowed


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(HOME)))
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
