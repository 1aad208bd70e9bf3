"""The cooperation pyramid: levels by evidence and vetoes, golden shots, and the verdict per account.

A level is a kind of relation and not a band of profit. Levels and verdicts are computed twice, with
what is unknown at its worst and at its best; where the two differ and the stake is material, the
verdict is to find out first.

Sources
-------
Leroy, Mousseau and Pirlot (2011) for majority sorting; vetoes and ascending order as in the MCDA
package for R. Levels follow Millman and Wilson's stages of key account management. The limits are
our own judgement, not calibrated.
"""

from typing import TYPE_CHECKING

from kamlib.core.faces import face

if TYPE_CHECKING:
    from kamlib.pyramid.analyses import (
        golden_shots,
        key_accounts,
        levels,
        nominees,
        overrides,
        questions,
        verdicts,
    )

__all__ = [
    "golden_shots",
    "key_accounts",
    "levels",
    "nominees",
    "overrides",
    "questions",
    "verdicts",
]
__getattr__, __dir__ = face(__name__, __all__)
