"""The vocabulary: every column of every table, with its label, unit and meaning.

One word per thing. A label that a reader sees comes from here and from nowhere else; so do the
descriptions in the metadata of the stage tables. `kind` says how the intake reads the column.
"""

from kamlib.columns.codes import TABLES
from kamlib.columns.column import Column, Kind
from kamlib.columns.costs import COSTS
from kamlib.columns.doubt import DOUBT
from kamlib.columns.inputs import INPUTS
from kamlib.columns.losses import LOSSES
from kamlib.columns.results import RESULTS
from kamlib.language import _

__all__ = ["COLUMNS", "Column", "Kind", "column_label", "label", "table_label"]

COLUMNS: dict[str, Column] = {**INPUTS, **COSTS, **RESULTS, **DOUBT, **LOSSES}


def label(name: str, currency: str = "") -> str:
    """Return the head of a column for readers: its label and unit.

    Examples
    --------
    >>> label("customer_profit", "PLN")
    'Customer profit, PLN'
    """
    return COLUMNS[name].head(currency)


def column_label(name: str, theirs: str = "") -> str:
    """Return what a column of an input is called, with its name in the client's file behind it if another.

    An attribute of the client's own is called as the engagement calls it.

    Examples
    --------
    >>> column_label("customer_id", "NIP")
    'Customer (NIP)'
    """
    ours = _(COLUMNS[name].label) if name in COLUMNS else name
    if not theirs or theirs == name:
        return ours
    return _("{ours} ({theirs})").format(ours=ours, theirs=theirs)


def table_label(name: str) -> str:
    """Return what an input table is called in a sentence.

    Examples
    --------
    >>> table_label("gl_totals")
    'general ledger totals'
    """
    return _(TABLES.get(name, name))
