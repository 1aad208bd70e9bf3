"""Rules of method: what each asks, and what follows where it is not met; in words in `rules.toml`."""

from pathlib import Path
from typing import NamedTuple

from kamlib.core.language import words_in


class Rule(NamedTuple):
    """A rule of method: `title` names it; all but `section` are templates for readers.

    `section` is the part of notebook 1 that speaks of it; empty: the first, or it is of another notebook.
    """

    title: str
    passed: str = ""
    flag: str = ""
    refuse: str = ""
    bring: str = ""
    section: str = ""


_WORDS = words_in(Path(__file__).with_suffix(".toml"))
RULES = {name: Rule(**fields) for name, fields in _WORDS.items()}
RULES["ledger_before"] = RULES["ledger_revenue"]  # of the period before
FEW_CUSTOMERS = 30  # below it shares and intervals say little

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
