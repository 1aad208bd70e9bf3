"""The vocabulary: every column of every table, with its label, unit and meaning; and its codes."""

from kamlib.columns.codes import (
    CHAINS,
    CHANGES,
    COST_LEVELS,
    DOCUMENTS,
    DOORS,
    LADDER,
    LEDGER_LINES,
    LEVELS,
    PAYS,
    PROFIT_CLASSES,
    RANGES,
    REVENUE_PARTS,
    TABLES,
    VERDICTS,
)
from kamlib.columns.losses import ACTIONS, CAUSES, PEER_STEPS, PROPOSALS, QUADRANTS
from kamlib.columns.vocabulary import COLUMNS, Column, Kind, column_label, label, table_label

__all__ = [
    "ACTIONS",
    "CAUSES",
    "CHAINS",
    "CHANGES",
    "COLUMNS",
    "COST_LEVELS",
    "DOCUMENTS",
    "DOORS",
    "LADDER",
    "LEDGER_LINES",
    "LEVELS",
    "PAYS",
    "PEER_STEPS",
    "PROFIT_CLASSES",
    "PROPOSALS",
    "QUADRANTS",
    "RANGES",
    "REVENUE_PARTS",
    "TABLES",
    "VERDICTS",
    "Column",
    "Kind",
    "column_label",
    "label",
    "table_label",
]
