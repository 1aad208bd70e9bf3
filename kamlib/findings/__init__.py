"""Findings: the computed sentences that a reader reads, one function each, words as templates."""

from kamlib.findings.accounts import (
    both_sides_finding,
    golden_finding,
    pyramid_finding,
    shot_dependence_finding,
    side_a_finding,
    side_b_finding,
    verdict_finding,
)
from kamlib.findings.captions import figure_words
from kamlib.findings.company import (
    capacity_finding,
    intake_finding,
    losses_finding,
    revenue_finding,
    statement_finding,
    whale_finding,
)
from kamlib.findings.shares import (
    class_finding,
    concentration_finding,
    door_finding,
    flips_finding,
    return_finding,
    twenty_eighty_finding,
)
from kamlib.findings.summary import headline, unknown_table

__all__ = [
    "both_sides_finding",
    "capacity_finding",
    "class_finding",
    "concentration_finding",
    "door_finding",
    "figure_words",
    "flips_finding",
    "golden_finding",
    "headline",
    "intake_finding",
    "losses_finding",
    "pyramid_finding",
    "return_finding",
    "revenue_finding",
    "shot_dependence_finding",
    "side_a_finding",
    "side_b_finding",
    "statement_finding",
    "twenty_eighty_finding",
    "unknown_table",
    "verdict_finding",
    "whale_finding",
]
