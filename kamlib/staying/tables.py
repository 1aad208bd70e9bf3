"""Tables of who leaves, who is neglected, and who is like those who stay."""

import pandas as pd

from kamlib.core.language import N_, _
from kamlib.core.vocabulary import label
from kamlib.staying.customer_base import CHANGES
from kamlib.staying.traits import SIZES

SIGNS = {
    "silent": N_("hardly comes back"),
    "fading": N_("buys a third less"),
    "stopped": N_("stopped a product group"),
}
SIZE_WORDS = {"low": N_("lowest third"), "middle": N_("middle third"), "high": N_("highest third")}
NEAREST_SHOWN = 2


def leaving_table(leavers: pd.DataFrame) -> pd.DataFrame:
    """Pick what is told of each leaver, its signs in words."""
    words = [", ".join(_(SIGNS[sign]) for sign in signs.split(", ")) for signs in leavers["signs"]]
    shown = ["name", "profit", "signs", "p_return_12m", "at_stake"]
    return leavers.assign(signs=words)[shown]


def audit_table(audit: pd.DataFrame) -> pd.DataFrame:
    """Name the changes of the base; those that nobody made are left out."""
    rows = audit[audit["customers"] > 0]
    return rows.assign(change=[_(CHANGES[each]) for each in rows["change"]])


def profile_table(profile: pd.DataFrame) -> pd.DataFrame:
    """Put both comparisons side by side: what sets the vital few or those who stay apart.

    Returns
    -------
    DataFrame ``trait, n, key, stays``: shares of those with the trait; only what differs from all for
    certain in one comparison, most of the vital few first
    """
    apart = profile[(profile["lift_low"] > 1) | (profile["lift_high"] < 1)]
    both = profile.set_index(["attribute", "value"])
    both = both[both.index.isin(apart.set_index(["attribute", "value"]).index)]
    table = both.reset_index().pivot_table(
        index=["attribute", "value"], columns="comparison", values="share"
    )
    table["n"] = both.groupby(level=[0, 1])["n"].max()
    table = table.reindex(columns=["n", "key", "stays"]).reset_index()
    table["trait"] = [trait(*each) for each in zip(table["attribute"], table["value"], strict=True)]
    table = table.sort_values(["key", "trait"], ascending=[False, True], ignore_index=True)
    return table[["trait", "n", "key", "stays"]]


def trait(attribute: str, value: str) -> str:
    """Name one attribute with its value."""
    if attribute == "contract":
        return _("with a contract") if value == "yes" else _("without a contract")
    words = _(SIZE_WORDS[value]) if attribute in SIZES else value
    return f"{label(attribute).partition(',')[0]}: {words}"


def likeness_table(likeness: pd.DataFrame) -> pd.DataFrame:
    """Pick what is told of each prospect, the likest first, with the nearest two customers."""
    near = [", ".join(names.split(", ")[:NEAREST_SHOWN]) for names in likeness["nearest"]]
    table = likeness.assign(nearest=near).sort_values(
        ["likeness", "party_id"], ascending=[False, True], ignore_index=True
    )
    return table[["name", "likeness", "p_stay_low", "p_stay_high", "nearest"]]
