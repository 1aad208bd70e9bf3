"""Tables of who leaves, who is neglected, and who is like those who stay."""

import pandas as pd

from kamlib.core.codes import RETURN_MODELS
from kamlib.core.language import N_, _
from kamlib.core.vocabulary import label
from kamlib.staying.customer_base import MOVEMENTS

SIGNS = {
    "silent": N_("silent longer than usual"),
    "fading": N_("buys at least a third less"),
    "stopped": N_("stopped a product group"),
}
THIRD_OF = {  # attribute in thirds → how a third of the customers is called
    "employees": N_("the {third} third by employees"),
    "annual_revenue": N_("the {third} third by their own revenue"),
    "own_growth": N_("the {third} third by growth"),
}
THIRDS = {"low": N_("lowest"), "middle": N_("middle"), "high": N_("highest")}


def leaving_table(leavers: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Pick what is told of each leaver, its signs in words."""
    words = [", ".join(_(SIGNS[sign]) for sign in signs.split(", ")) for signs in leavers["signs"]]
    shown = ["name", measure, "signs", "p_return_12m", "at_stake"]
    return leavers.assign(signs=words)[shown]


def models_table(models: pd.DataFrame) -> pd.DataFrame:
    """Pick what foretells returns, in words, with what it foretold and what happened."""
    names = [_(RETURN_MODELS[name]) for name in models["model"]]
    shown = ["model", "auc", "brier", "mean_chance", "happened", "tested_on", "won"]
    return models.assign(model=names)[shown]


def audit_table(audit: pd.DataFrame) -> pd.DataFrame:
    """Name the changes of the base; those that nobody made are left out."""
    rows = audit[audit["customers"] > 0]
    return rows.assign(movement=[_(MOVEMENTS[each]) for each in rows["movement"]])


def profile_table(profile: pd.DataFrame) -> pd.DataFrame:
    """Put both comparisons side by side: what sets the vital few or those who stay apart.

    Returns
    -------
    DataFrame ``trait, customers, vital_share, stay_share``; only what differs from all for certain in
    one comparison, most of the vital few first. Where nobody knows these, their column is left out
    """
    rows = profile.set_index(["attribute", "value"])
    apart = rows.index[(rows["lift_low"] > 1) | (rows["lift_high"] < 1)]
    rows = rows[rows.index.isin(apart)].set_index("comparison", append=True)
    table = rows["share"].unstack().reindex(columns=["key", "stays"])
    table = table.set_axis(["vital_share", "stay_share"], axis="columns")
    table.insert(0, "customers", rows["n"].groupby(level=[0, 1]).max())
    table.insert(0, "trait", [trait(*each) for each in table.index])
    by = ["vital_share", "stay_share", "trait"]
    table = table.sort_values(by, ascending=[False, False, True], ignore_index=True)
    return table.dropna(axis="columns", how="all") if len(table) else table


def trait(attribute: str, value: str) -> str:
    """Name what customers with one value of an attribute share."""
    if attribute == "contract":
        return _("with a contract") if value == "yes" else _("without a contract")
    if attribute in THIRD_OF:
        return _(THIRD_OF[attribute]).format(third=_(THIRDS[value]))
    return f"{label(attribute)}: {value}"


def likeness_table(likeness: pd.DataFrame) -> pd.DataFrame:
    """Pick what is told of each prospect, the likest first, with the nearest customer."""
    near = [names.partition(", ")[0] for names in likeness["nearest"]]
    table = likeness.assign(nearest=near).sort_values(
        ["likeness", "party_id"], ascending=[False, True], ignore_index=True
    )
    return table[["name", "likeness", "p_stay_low", "p_stay_high", "nearest"]]
