"""The rules of method, each with its words: what PASS, FLAG and REFUSE say, and what to bring.

A rule with no words for an outcome cannot have it. The numbers in a template are named, and are
given already formatted by the stage that applies the rule.
"""

from kamlib.method_rules.attractiveness import ATTRACTIVENESS
from kamlib.method_rules.data_prep import DATA_PREP
from kamlib.method_rules.identity import IDENTITY
from kamlib.method_rules.losses import LOSSES
from kamlib.method_rules.profitability import PROFITABILITY
from kamlib.method_rules.pyramid import PYRAMID
from kamlib.method_rules.rule import Rule
from kamlib.method_rules.segmentation import SEGMENTATION

__all__ = ["ANALYSES", "FEW_CUSTOMERS", "FOUNDATIONS", "RULES", "Rule"]

FEW_CUSTOMERS = 30  # below it shares and intervals say little
RULES: dict[str, Rule] = {
    **DATA_PREP,
    **IDENTITY,
    **PROFITABILITY,
    **LOSSES,
    **SEGMENTATION,
    **ATTRACTIVENESS,
    **PYRAMID,
}
# what is measured of customers rests on these: refused, nothing of it is known, and no report comes out
FOUNDATIONS = ("coverage", "too_much_set_aside", "ledger_revenue", "ledger_profit")
ASKED = ("side_b",)  # what customers say rests on no line
_OWN: dict[str, tuple[str, ...]] = {
    "gross_margin": ("gross_margin",),
    "customer_profit": ("cost_to_serve", "gross_margin"),
    "loss_causes": ("loss_causes",),
    "drop_effect": ("avoidable_cost",),
    "classes": ("class_measure",),
    "side_a": ("side_a",),
    "side_b": ("side_b",),
    "levels": ("benefit_ours", "trust"),
    "golden_shots": ("golden_shots",),
    "ledger": ("ledger_profit", "ledger_revenue", "ledger_before", "adds_up"),
}
ANALYSES: dict[str, tuple[str, ...]] = {  # what may stand under `required` → rules that refuse it
    name: tuple(dict.fromkeys((*own, *(FOUNDATIONS[:1] if name in ASKED else FOUNDATIONS))))
    for name, own in _OWN.items()
}
