"""What a notebook puts on the page: figures, tables, findings, verdicts and the ledger.

Everything is shown twice: as HTML for readers and as plain text for terminals and comparisons. All
text of a client is escaped. Nothing here computes a number.
"""

from kamlib.display.grids import show_ledger, show_open_verdicts, show_table
from kamlib.display.page import (
    show_claim,
    show_facts,
    show_figure,
    show_finding,
    show_headline,
    show_strip,
    show_values,
    show_verdicts,
)

__all__ = [
    "show_claim",
    "show_facts",
    "show_figure",
    "show_finding",
    "show_headline",
    "show_ledger",
    "show_open_verdicts",
    "show_strip",
    "show_table",
    "show_values",
    "show_verdicts",
]
