"""What a scenario has to say: every key by name, so that a misspelt or forgotten one is refused."""

from collections.abc import Iterable, Mapping
from typing import Any

from kamlib.core.errors import ParameterError, did_you_mean

SITE = ("size", "orders", "lines", "discount", "cost_factor")
TRAITS = (
    "size",
    "orders",
    "lines",
    "margin",
    "profit",
    "discount",
    "days_to_pay",
    "days_late",
    "trust",
    "side_b",
    "staying",
    "potential",
    "openness",
    "functions",
    "visits",
    "drops",
    "phone",
    "rush",
    "notes",
    "returned",
    "scrapped",
    "corrections",
    "bonus",
    "complete",
    "contract",
    "latest_start",
    "left",
    "rhythm",
    "loss",
)
BLOCKS: dict[str, tuple[str, ...]] = {
    "": (
        "name",
        "currency",
        "key_account_unit",
        "company",
        "products",
        "defaults",
        "archetypes",
        "former",
        "once",
        "pools",
        "support",
        "company_level",
        "time_error",
        "time_equations",
        "assets",
        "accrued",
        "driver_noise",
        "capital",
        "uncertainty",
        "gaps",
        "ratings",
    ),
    "company": (
        "customers",
        "prospects",
        "former_share",
        "group_share",
        "managers",
        "intercompany",
        "collective",
        "seasons",
        "old_share",
        "earliest_start",
        "growth",
        "export_share",
    ),
    "company.intercompany": SITE,
    "company.collective": SITE,
    "products": ("count", "spread", "index", "groups"),
    "products.groups.*": ("label", "price", "cost_share"),
    "defaults": TRAITS,
    "archetypes.*": ("level", "share", *TRAITS),
    "former.*": ("level", "share", *TRAITS),
    "once": ("two_days", "returning", "this_year", "big_shots", "best_sale"),
    "once.big_shots": ("count", "size"),
    "once.best_sale": ("count", "size"),
    "pools.*": ("rate", "use", "unit", "kind", "avoidable_share", "gl_account", "step"),
    "support": ("pool", "share", "to", "kind", "avoidable_share", "gl_account"),
    "company_level": ("pool", "share_of_revenue", "kind", "avoidable_share", "gl_account"),
    "assets": ("archetypes", "share", "kinds"),
    "capital": ("rate", "receivables", "vat_rate"),
    "gaps": ("no_side_b", "guess_only", "no_trust", "no_staying", "no_contacts", "no_receivables"),
    "ratings": ("noise", "guess_noise", "stale", "missing", "rivals"),
    "living": (
        "lost_before",
        "hazard",
        "fading",
        "once_returns",
        "irregularity",
        "season",
        "lead",
        "own_lateness",
        "price_rise",
        "at_limits",
        "doubtful",
        "call_offs",
        "cash_discount",
        "contacts",
        "wallet",
        "deals",
    ),
    "living.hazard": ("intercept", "trust", "lead", "price_rise", "own_lateness", "contract"),
    "living.at_limits": ("known_years", "trust", "side_b", "days_late", "profit"),
    "living.contacts": ("a_year", "thin_out", "left_over"),
    "living.wallet": (
        "in_their_revenue",
        "log_spread",
        "share_at_par",
        "per_point_of_lead",
        "once",
    ),
}
OPTIONAL = {
    "": ("living",),
    "ratings": ("manager_bias", "both_years"),
    "archetypes.*": ("order_value",),
    "former.*": ("order_value",),
    "pools.*": ("theoretical",),
}


def require_known_keys(scenario: Mapping[str, Any], *, of: str) -> None:
    """Raise ParameterError if a block of the scenario has a key that nothing reads.

    Parameters
    ----------
    scenario : as it is written; blocks that are not there are passed over
    of : str, the scenario's name
    """
    for block, names in BLOCKS.items():
        known = (*names, *OPTIONAL.get(block, ()))
        for place, found in _found(scenario, block):
            for name in found:
                if name not in known:
                    raise ParameterError(
                        f"scenario '{of}' has the key {_at(place, name)}, which nothing reads. "
                        f"{did_you_mean(str(name), known)}"
                    )


def require_all_keys(scenario: Mapping[str, Any], *, of: str) -> None:
    """Raise ParameterError if a key is missing in the completed scenario."""
    for block, names in BLOCKS.items():
        for place, found in _found(scenario, block):
            for name in names:
                if name not in found:
                    raise ParameterError(
                        f"scenario '{of}' has no key {_at(place, name)}. "
                        f"Write it, or name a scenario that has it under 'like'."
                    )


def _found(scenario: Mapping[str, Any], block: str) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """Return the places that a block stands for; a star is any name."""
    places: list[tuple[str, Any]] = [("", scenario)]
    for step in filter(None, block.split(".")):
        places = [
            (_at(place, name), inner)
            for place, outer in places
            for name, inner in outer.items()
            if step in ("*", name)
        ]
        for place, inner in places:
            if not isinstance(inner, Mapping):
                raise ParameterError(f"{place} of a scenario must hold keys, not '{inner}'.")
    return places


def _at(place: str, name: object) -> str:
    return f"{place}.{name}" if place else str(name)
