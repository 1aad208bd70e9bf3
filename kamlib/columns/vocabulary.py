"""The vocabulary: every column of every table, with its label, unit and meaning.

One word per thing. A label that a reader sees comes from here and from nowhere else; so do the
descriptions in the metadata of the stage tables. `kind` says how the intake reads the column.
"""

from kamlib.columns.column import Column, Kind
from kamlib.columns.costs import COSTS
from kamlib.columns.doubt import DOUBT
from kamlib.columns.inputs import INPUTS
from kamlib.columns.losses import LOSSES
from kamlib.columns.results import RESULTS

__all__ = ["COLUMNS", "Column", "Kind", "label"]

COLUMNS: dict[str, Column] = {**INPUTS, **COSTS, **RESULTS, **DOUBT, **LOSSES}


def label(name: str, currency: str = "") -> str:
    """Return the head of a column for readers: its label and unit.

    Examples
    --------
    >>> label("customer_profit", "PLN")
    'Customer profit, PLN'
    """
    return COLUMNS[name].head(currency)
