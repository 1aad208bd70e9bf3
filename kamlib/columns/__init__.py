"""The vocabulary: every column of every table, with its label, unit and meaning; and its codes."""

from kamlib.columns.codes import DOORS, LADDER, LEVELS, PROFIT_CLASSES, VERDICTS
from kamlib.columns.vocabulary import COLUMNS, Column, Kind, label

__all__ = [
    "COLUMNS",
    "DOORS",
    "LADDER",
    "LEVELS",
    "PROFIT_CLASSES",
    "VERDICTS",
    "Column",
    "Kind",
    "label",
]
