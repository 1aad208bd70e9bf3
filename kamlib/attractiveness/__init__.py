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

from typing import TYPE_CHECKING

from kamlib.core.faces import face

if TYPE_CHECKING:
    from kamlib.attractiveness.analyses import both_sides, side_a, side_b

__all__ = [
    "both_sides",
    "side_a",
    "side_b",
]
__getattr__, __dir__ = face(__name__, __all__)
