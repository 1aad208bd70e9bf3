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

from kamlib.pyramid.assess import assess_accounts, capacity_verdicts, unit_verdict
from kamlib.pyramid.bounds import Bounds, account_bounds, contact_functions, joint_evidence
from kamlib.pyramid.decide import (
    DecisionRules,
    accounts_at_cuts,
    decide,
    decision_rules,
    verdict_counts,
)
from kamlib.pyramid.golden import (
    golden_shots,
    golden_verdicts,
    margin_percentiles,
    money_of_shots,
    percentiles_verdict,
)
from kamlib.pyramid.levels import assign_levels, level_counts, pyramid_verdicts
from kamlib.pyramid.overrides import apply_overrides, overrides_verdict

__all__ = [
    "Bounds",
    "DecisionRules",
    "account_bounds",
    "accounts_at_cuts",
    "apply_overrides",
    "assess_accounts",
    "assign_levels",
    "capacity_verdicts",
    "contact_functions",
    "decide",
    "decision_rules",
    "golden_shots",
    "golden_verdicts",
    "joint_evidence",
    "level_counts",
    "margin_percentiles",
    "money_of_shots",
    "overrides_verdict",
    "percentiles_verdict",
    "pyramid_verdicts",
    "unit_verdict",
    "verdict_counts",
]
