"""Opening a stage in a notebook: settings, tables, ledger and outcomes in one place.

The first code cell of each notebook calls `open_stage`, the last one `Stage.hand_over`, which
leaves the receipt without which no report is published.
"""

from kamlib.stage.names import KEYS, NOTEBOOKS, PARAMETERS, SET_IN, WRITTEN_BY
from kamlib.stage.opening import assigned_names, assigned_values
from kamlib.stage.work import Stage

__all__ = [
    "KEYS",
    "NOTEBOOKS",
    "PARAMETERS",
    "SET_IN",
    "WRITTEN_BY",
    "Stage",
    "assigned_names",
    "assigned_values",
]
