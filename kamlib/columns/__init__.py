"""The vocabulary: every column of every table, with its label, unit and meaning; and its codes."""

from kamlib.columns.codes import (
    CHANGES,
    COST_LEVELS,
    DOORS,
    LADDER,
    LEVELS,
    PROFIT_CLASSES,
    RANGES,
    VERDICTS,
)
from kamlib.columns.losses import ACTIONS, CAUSES, PEER_STEPS, PROPOSALS, QUADRANTS
from kamlib.columns.vocabulary import COLUMNS, Column, Kind, label

__all__ = [
    "ACTIONS",
    "CAUSES",
    "CHANGES",
    "COLUMNS",
    "COST_LEVELS",
    "DOORS",
    "LADDER",
    "LEVELS",
    "PEER_STEPS",
    "PROFIT_CLASSES",
    "PROPOSALS",
    "QUADRANTS",
    "RANGES",
    "VERDICTS",
    "Column",
    "Kind",
    "label",
]
