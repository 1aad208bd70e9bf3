"""The notebooks' own code cells, run in this process without figures: the fast path of tests.

It runs the same cells that papermill runs, so that it cannot drift from the notebooks.
"""

from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

import nbformat
import pandas as pd

from kamlib.stage import NOTEBOOKS
from kamlib.tables import read_table

ROOT = Path(__file__).resolve().parent.parent
QUIET = ["show_figure", "show_table", "show_finding", "show_findings", "show_headline",
         "show_verdicts", "show_strip", "show_facts", "show_ledger", "show_open_verdicts"]  # fmt: skip


def run_stages(engagement: Path, period: str, stages: Path, *, until: str = "summary") -> Path:
    """Run the notebooks' cells in order up to `until` and return the folder of their tables."""
    import kamlib
    from kamlib import display, plots

    with ExitStack() as stack:
        for name in QUIET:
            stack.enter_context(patch.object(display, name, lambda *a, **k: None))
            stack.enter_context(patch.object(kamlib, name, lambda *a, **k: None, create=True))
        for name in (n for n in kamlib.__all__ if n.startswith("plot_")):
            stack.enter_context(patch.object(plots, name, lambda *a, **k: None))
            stack.enter_context(patch.object(kamlib, name, lambda *a, **k: None, create=True))
        for stage, notebook in NOTEBOOKS.items():
            _run(ROOT / "notebooks" / notebook, engagement, period, stages)
            if stage == until:
                break
    return stages


def _run(notebook: Path, engagement: Path, period: str, stages: Path) -> None:
    place = {"engagement": str(engagement), "period": period, "stage_folder": str(stages)}
    names: dict[str, object] = {}
    for cell in nbformat.read(notebook, as_version=4).cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, notebook.name, "exec"), names)
            if "parameters" in cell.metadata.get("tags", []):
                names.update(place)


def table(stages: Path, name: str) -> pd.DataFrame:
    """Read a stage table of a run."""
    return read_table(stages, name)
