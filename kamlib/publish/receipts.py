"""Believing no notebook that ran without a receipt.

A kernel that dies, a time-out and an early exit all leave a notebook behind that looks complete. So
success is: the call returned, every code cell was run and shows no error, and the stage left its
receipt, whose hashes are those of the tables that are there.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kamlib import __version__
from kamlib.publish.failures import RunFailed, failure_in_cell
from kamlib.tables import file_hash


def require_all_cells_run(notebook: Any, name: str) -> None:
    """Raise RunFailed if a code cell was not run, or an output of it is an error."""
    codes = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    for cell in codes:
        for output in cell.outputs:
            if output.output_type == "error" and output.ename != "SystemExit":
                raise failure_in_cell(
                    output.ename,
                    output.evalue,
                    output.traceback,
                    notebook=name,
                    cell=cell.execution_count,
                )
    run = [cell.execution_count for cell in codes if cell.execution_count]
    left = len(codes) - len(run)
    ended = any(output.output_type == "error" for cell in codes for output in cell.outputs)
    if left or ended:
        why = " by exit" if ended else ""
        raise RunFailed(
            "cell not run",
            f"{name} ended{why} after cell [{max(run, default=0)}]; {left} of its {len(codes)} code "
            f"cells were not run.",
            notebook=name,
            cell=max(run, default=None),
        )


def require_receipt(
    folder: Path, stage: str, name: str, expected: Mapping[str, object]
) -> dict[str, Any]:
    """Return the receipt of a stage; raise RunFailed if it is not there or does not hold.

    Parameters
    ----------
    folder : Path, the stage folder of this run
    stage, name : str, the stage and its notebook
    expected : dict, what the receipt must say, such as engagement and period
    """
    path = folder / f"receipt_{stage}.json"
    if not path.exists():
        raise RunFailed(
            "no receipt",
            f"{name} ran to its end and left no receipt. Its last cell must be stage.finish().",
            notebook=name,
        )
    receipt: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    wanted = dict(expected) | {
        "stage": stage,
        "kamlib": __version__,
        "executable": sys.executable,
    }
    wrong = [key for key, value in wanted.items() if receipt.get(key) != value]
    if wrong:
        raise RunFailed(
            "no receipt",
            f"the receipt of {name} does not hold: {wrong[0]} is {receipt.get(wrong[0])}, not "
            f"{wanted[wrong[0]]}.",
            notebook=name,
        )
    for table, note in receipt["tables"].items():
        file = folder / f"{table}.parquet"
        if not file.exists() or file_hash(file) != note["sha256"]:
            raise RunFailed(
                "no receipt",
                f"the table {table} is not the one that the receipt of {name} speaks of. Something "
                f"else wrote to it.",
                notebook=name,
            )
    return receipt
