"""Two-sided attractiveness: how attractive they are to us, and how attractive we are to them.

Side A values measured and rated criteria by anchored functions, so that adding a customer moves
nobody's score. Side B belongs to each customer: its criteria, its weights, us against its other
suppliers. What is unknown is an interval, never a medium and never re-weighted.

Sources
-------
Belton and Stewart (2002), Multiple Criteria Decision Analysis, for anchored value functions; the
supplier's relative strength as the customer sees it follows the practice of key account management
(McDonald, Rogers and Woodburn). Formulas of both sides are our own design.
"""

from kamlib.attractiveness.ratings import asked_on, current_ratings, ratings_verdicts
from kamlib.attractiveness.side_a import (
    measured_criteria,
    missing_criteria,
    side_a,
    side_a_criteria,
    side_a_verdicts,
)
from kamlib.attractiveness.side_b import (
    side_b,
    side_b_criteria,
    side_b_verdicts,
    their_trust,
)

__all__ = [
    "asked_on",
    "current_ratings",
    "measured_criteria",
    "missing_criteria",
    "ratings_verdicts",
    "side_a",
    "side_a_criteria",
    "side_a_verdicts",
    "side_b",
    "side_b_criteria",
    "side_b_verdicts",
    "their_trust",
]
