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
from kamlib.findings.bridge import bridge_finding, comers_finding
from kamlib.findings.captions import figure_words
from kamlib.findings.company import (
    capacity_finding,
    intake_finding,
    levels_finding,
    losses_headline,
    revenue_finding,
    setup_finding,
    statement_finding,
    whale_finding,
)
from kamlib.findings.losses import (
    causes_finding,
    dropping_finding,
    price_matrix_finding,
)
from kamlib.findings.quality import documents_finding, pairs_finding, quality_finding
from kamlib.findings.shares import (
    class_finding,
    concentration_finding,
    door_finding,
    flips_finding,
    return_finding,
    twenty_eighty_finding,
)
from kamlib.findings.summary import (
    bring_finding,
    headline,
    key_caption,
    main_values,
    nominees_finding,
    population_finding,
    standing_finding,
    unknown_table,
)
from kamlib.findings.sureness import (
    mover_finding,
    sureness_finding,
    whale_doubt_finding,
)

__all__ = [
    "both_sides_finding",
    "bridge_finding",
    "bring_finding",
    "capacity_finding",
    "causes_finding",
    "class_finding",
    "comers_finding",
    "concentration_finding",
    "documents_finding",
    "door_finding",
    "dropping_finding",
    "figure_words",
    "flips_finding",
    "golden_finding",
    "headline",
    "intake_finding",
    "key_caption",
    "levels_finding",
    "losses_headline",
    "main_values",
    "mover_finding",
    "nominees_finding",
    "pairs_finding",
    "population_finding",
    "price_matrix_finding",
    "pyramid_finding",
    "quality_finding",
    "return_finding",
    "revenue_finding",
    "setup_finding",
    "shot_dependence_finding",
    "side_a_finding",
    "side_b_finding",
    "standing_finding",
    "statement_finding",
    "sureness_finding",
    "twenty_eighty_finding",
    "unknown_table",
    "verdict_finding",
    "whale_doubt_finding",
    "whale_finding",
]
