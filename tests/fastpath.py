"""The notebooks' own code cells, run in this process without figures: the fast path of tests.

It runs the same cells that papermill runs, so that it cannot drift from the notebooks.
"""

import ast
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext
from importlib import import_module
from pathlib import Path
from unittest.mock import patch

import nbformat
import pandas as pd

from kamlib.core.tables import read_table
from kamlib.stage import NOTEBOOKS

ROOT = Path(__file__).resolve().parent.parent
QUIET = [
    "show_claim",
    "show_figure",
    "show_table",
    "show_finding",
    "show_values",
    "show_headline",
    "show_verdicts",
    "show_strip",
    "show_facts",
    "show_ledger",
    "show_open_verdicts",
]


Watch = Callable[[str, str], AbstractContextManager[object]]  # of a stage and a cell
Hear = Callable[[str, tuple], None]


def run_stages(
    engagement: Path,
    period: str,
    stages: Path,
    *,
    begin: str = "data_prep",
    until: str = "summary",
    figures: bool = False,
    watch: Watch = lambda _stage, _cell: nullcontext(),
    knobs: Mapping[str, object] | None = None,
    hear: Hear = lambda _name, _shown: None,
) -> Path:
    """Run the notebooks' cells in order from `begin` to `until` and return the folder of their tables.

    Each cell runs inside `watch`. Figures are drawn where they are asked for, and shown to nobody.
    A notebook takes those `knobs` that its parameters cell has, as in a run. `hear` is told what is
    shown, and by which function.
    """
    import kamlib
    from kamlib.page import show

    names = list(NOTEBOOKS)
    with ExitStack() as stack:
        for name in QUIET:
            quiet = _close if figures and name == "show_figure" else _quiet(name, hear)
            stack.enter_context(patch.object(show, name, quiet))
            stack.enter_context(patch.object(kamlib, name, quiet, create=True))
        for name in (n for n in kamlib.__all__ if n.startswith("plot_") and not figures):
            stack.enter_context(
                patch.object(
                    import_module(f"kamlib.{kamlib._HOME[name]}"), name, lambda *a, **k: None
                )
            )
            stack.enter_context(patch.object(kamlib, name, lambda *a, **k: None, create=True))
        for stage in names[names.index(begin) : names.index(until) + 1]:
            _run(stage, engagement, period, stages, watch, knobs or {})
    return stages


def _quiet(name: str, hear: Hear) -> Callable[..., None]:
    return lambda *shown, **_words: hear(name, shown)


def _close(ax, **_words: object) -> None:
    from matplotlib import pyplot

    pyplot.close(ax.figure)


def _run(
    stage: str,
    engagement: Path,
    period: str,
    stages: Path,
    watch: Watch,
    knobs: Mapping[str, object],
) -> None:
    place = {"engagement": str(engagement), "period": period, "stage_folder": str(stages)}
    names: dict[str, object] = {}
    notebook = ROOT / "notebooks" / NOTEBOOKS[stage]
    for cell in nbformat.read(notebook, as_version=4).cells:
        if cell.cell_type == "code":
            with watch(stage, cell.source):
                _execute(cell.source, notebook.name, names)
            if "parameters" in cell.metadata.get("tags", []):
                names.update({name: value for name, value in knobs.items() if name in names})
                names.update(place)


def _execute(source: str, name: str, names: dict[str, object]) -> None:
    """Run a cell as a kernel does: the value of its last line shows itself."""
    tree = ast.parse(source, name)
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr):
        exec(compile(tree, name, "exec"), names)
        return
    exec(compile(ast.Module(tree.body[:-1], []), name, "exec"), names)
    value = eval(compile(ast.Expression(last.value), name, "eval"), names)
    if hasattr(value, "_ipython_display_"):
        value._ipython_display_()


def table(stages: Path, name: str) -> pd.DataFrame:
    """Read a stage table of a run."""
    return read_table(stages, name)
