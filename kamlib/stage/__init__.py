"""Opening a stage in a notebook: settings, tables, ledger and verdicts in one place.

The first code cell of each notebook calls `open_stage`, the last one `Stage.finish`, which
leaves the receipt without which no report is published.
"""

from kamlib.stage.names import KNOBS, NOTEBOOKS, WRITTEN_BY
from kamlib.stage.opening import assigned_names, find_stage_folder, open_stage
from kamlib.stage.work import Stage, write_receipt

__all__ = [
    "KNOBS",
    "NOTEBOOKS",
    "WRITTEN_BY",
    "Stage",
    "assigned_names",
    "find_stage_folder",
    "open_stage",
    "write_receipt",
]
