"""Opening a stage in a notebook: settings, tables, ledger and verdicts in one place.

The first code cell of each notebook calls `open_stage`, the last one `Stage.hand_over`, which
leaves the receipt without which no report is published.
"""

from kamlib.stage.names import KEYS, KNOBS, NOTEBOOKS, SET_IN, WRITTEN_BY, knobs_of_run
from kamlib.stage.opening import assigned_names, assigned_values, find_stage_folder, open_stage
from kamlib.stage.staleness import input_files
from kamlib.stage.work import Stage, write_receipt

__all__ = [
    "KEYS",
    "KNOBS",
    "NOTEBOOKS",
    "SET_IN",
    "WRITTEN_BY",
    "Stage",
    "assigned_names",
    "assigned_values",
    "find_stage_folder",
    "input_files",
    "knobs_of_run",
    "open_stage",
    "write_receipt",
]
