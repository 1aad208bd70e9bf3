"""Columns in the words of readers, one per name: label, kind, unit, meaning, as in `vocabulary.toml`."""

from pathlib import Path
from typing import Literal, NamedTuple

from kamlib.core.codes import TABLES
from kamlib.core.language import _, words_in

Kind = Literal[
    "id", "text", "money", "number", "whole", "share", "score", "rating", "date", "bool", "period"
]


class Column(NamedTuple):
    """What a column is called, measured in and means; `kind` is how text becomes its value."""

    label: str
    kind: Kind
    meaning: str
    unit: str = ""

    def head(self, currency: str) -> str:
        """Return the label with its unit, for the head of a table or an axis."""
        unit = currency if self.unit == "currency" else self.unit and _(self.unit)
        return f"{_(self.label)}, {unit}" if unit else _(self.label)


_COLUMNS = words_in(Path(__file__).with_suffix(".toml"))
COLUMNS = {name: Column(*words) for name, words in _COLUMNS["columns"].items()}

# Of result tables that no page shows as they are; an engagement may call columns of its own like these.
ONLY_IN_RESULTS = {name: Column(*words) for name, words in _COLUMNS["only_in_results"].items()}


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
