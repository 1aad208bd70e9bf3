"""Who stays: each customer's own rhythm, the chances of return and of staying, and who is leaving.

Sources
-------
Wuebben and von Wangenheim (2008) for the silence that tells a customer lost; Mirkovic et al. (2022)
for standing on several days; Brier (1950) for the score by which a candidate wins.
"""

from typing import TYPE_CHECKING

from kamlib.core.faces import face

if TYPE_CHECKING:
    from kamlib.staying.analyses import (
        base_audit,
        cost_at_the_margin,
        likeness,
        neglected,
        profile,
        quiet_leavers,
        return_chances,
    )

__all__ = [
    "base_audit",
    "cost_at_the_margin",
    "likeness",
    "neglected",
    "profile",
    "quiet_leavers",
    "return_chances",
]
__getattr__, __dir__ = face(__name__, __all__)
