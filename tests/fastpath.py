"""The notebooks' own code cells, run in this process without figures: the fast path of tests.

It runs the same cells that papermill runs, so that it cannot drift from the notebooks.
"""

import ast
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path
from unittest.mock import patch

import nbformat
import pandas as pd
from nbformat.v4 import new_output

from kamlib.core.tables import read_table
from kamlib.report.rendering import Page, render
from kamlib.stage import NOTEBOOKS

ROOT = Path(__file__).resolve().parent.parent
QUIET = [
    "show_claim",
    "show_figure",
    "show_table",
    "show_finding",
    "show_values",
    "show_headline",
    "show_outcomes",
    "show_strip",
    "show_facts",
    "show_ledger",
    "show_open_outcomes",
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
    parameters: Mapping[str, object] | None = None,
    hear: Hear = lambda _name, _shown: None,
    aloud: bool = False,
) -> Path:
    """Run the notebooks' cells in order from `begin` to `until` and return the folder of their tables.

    Each cell runs inside `watch`. Figures are drawn where they are asked for, and shown to nobody.
    A notebook takes those `parameters` that its parameters cell has, as in a run. `hear` is told what is
    shown, and by which function. If `aloud`, all of it is shown as in a run.
    """
    from kamlib.page import parts, show

    names = list(NOTEBOOKS)
    with ExitStack() as stack:
        for name in [] if aloud else QUIET:
            quiet = _close if figures and name == "show_figure" else _quiet(name, hear)
            stack.enter_context(patch.object(show, name, quiet))
        if not figures | aloud:
            stack.enter_context(patch.object(parts.Figure, "show", lambda _figure: None))
        for stage in names[names.index(begin) : names.index(until) + 1]:
            _run(stage, engagement, period, stages, watch, parameters or {})
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
    parameters: Mapping[str, object],
) -> None:
    place = {"engagement": str(engagement), "period": period, "stage_folder": str(stages)}
    names: dict[str, object] = {}
    notebook = ROOT / "notebooks" / NOTEBOOKS[stage]
    for cell in nbformat.read(notebook, as_version=4).cells:
        if cell.cell_type == "code":
            with watch(stage, cell.source):
                _execute(cell.source, notebook.name, names)
            if "parameters" in cell.metadata.get("tags", []):
                names.update({name: value for name, value in parameters.items() if name in names})
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


def pages_of(engagement: Path, period: str, stages: Path, **options: str) -> dict[str, str]:
    """Run notebooks as `run_stages` does, and return the page of each as a report would have it."""
    shown: dict[str, list[list[object]]] = {}

    @contextmanager
    def watch(stage: str, _cell: str) -> Iterator[None]:
        shown.setdefault(stage, []).append([])
        yield

    def display(data: dict, metadata: dict, **_raw: object) -> None:
        texts = {k: b64encode(v).decode() if isinstance(v, bytes) else v for k, v in data.items()}
        output = new_output("display_data", data=texts, metadata=metadata)
        shown[list(shown)[-1]][-1].append(output)

    with patch("IPython.display.display", display):
        run_stages(engagement, period, stages, watch=watch, aloud=True, **options)
    return {stage: _page(stage, outputs) for stage, outputs in shown.items()}


def _page(stage: str, outputs: list[list[object]]) -> str:
    notebook = nbformat.read(ROOT / "notebooks" / NOTEBOOKS[stage], as_version=4)
    codes = (cell for cell in notebook.cells if cell.cell_type == "code")
    for cell, mine in zip(codes, outputs, strict=True):
        cell.outputs = mine
    plain = {"title": "", "eyebrow": "", "language": "en", "run_id": "", "run_json": ""}
    return render(notebook, Page(**plain, nav=[], strip=[], tables=[], made=[]))


def table(stages: Path, name: str) -> pd.DataFrame:
    """Read a stage table of a run."""
    return read_table(stages, name)
