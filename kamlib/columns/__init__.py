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
from kamlib.columns.losses import CAUSES, PROPOSALS, QUADRANTS
from kamlib.columns.vocabulary import COLUMNS, Column, Kind, column_label, label, table_label

__all__ = [
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
