"""Views of data quality: which rules broke, for how much money, and how that is mended at the source."""

import pandas as pd

from kamlib.language import _, number
from kamlib.method_rules.set_aside import remedy_of
from kamlib.tables import floats
from kamlib.views.company import set_aside_reasons

WORST = ["where", "column", "value", "reason", "customer_id", "amount"]


def quality_table(quarantine: pd.DataFrame) -> pd.DataFrame:
    """Count the rows set aside by rule, with their money and how to mend them at the source.

    Returns
    -------
    DataFrame ``table, column, reason, rows, amount, share_of_money, remedy``, the largest amount
    first; the share is of the sum of absolute amounts that can be read
    """
    sums = set_aside_reasons(quarantine)
    size = quarantine.assign(size=abs(floats(quarantine["amount"])))
    keys = ["table", "column", "reason"]
    sizes = size.groupby(keys, as_index=False)["size"].sum()
    wide = sums.merge(sizes, on=keys, how="left")
    whole = float(wide["size"].sum())
    return wide.assign(
        share_of_money=wide["size"] / whole if whole else 0.0,
        reason=[_(reason) for reason in wide["reason"]],
        remedy=[_(remedy_of(reason)) for reason in wide["reason"]],
    ).drop(columns="size")[[*keys, "rows", "amount", "share_of_money", "remedy"]]


def worst_rows(quarantine: pd.DataFrame, most: int = 10) -> pd.DataFrame:
    """Pick the rows set aside that are worth most, with where they stand and why.

    Parameters
    ----------
    quarantine : DataFrame, one row per row set aside
    most : int, how many at most

    Notes
    -----
    Rows of equal amounts are ordered by table, file and row; those whose amount cannot be read come
    last.
    """
    size = pd.Series(abs(floats(quarantine["amount"])), index=quarantine.index)
    ranked = quarantine.assign(_size=size.fillna(-1.0)).sort_values(
        ["_size", "table", "file", "row"], ascending=[False, True, True, True], ignore_index=True
    )
    top = ranked.head(most)
    return top.assign(
        where=[_place(file, row) for file, row in zip(top["file"], top["row"], strict=True)],
        amount=floats(top["amount"]), reason=[_(reason) for reason in top["reason"]],
    )[WORST]  # fmt: skip


def _place(file: str, row: int) -> str:
    """Return where a row stands: the file's name and its line; a database's row has its document."""
    name = file.rpartition("/")[2]
    return _("{file}, row {row}").format(file=name, row=number(row)) if row else file


def pairs_table(pairs: pd.DataFrame, *, decision: str = "proposed") -> pd.DataFrame:
    """Pick pairs of ids that look like one customer, with the evidence a person needs.

    Parameters
    ----------
    pairs : DataFrame `identity_pairs`
    decision : "proposed", "merged" or "kept_apart"
    """
    names = ["customer_id", "keep_as", "name", "kept_name", "alike_by", "same_tax_id", "name_likeness",
             "kept_last", "first", "invoice_revenue"]  # fmt: skip
    if decision != "proposed":
        names += ["decided_by", "why"]
    return pairs.loc[pairs["decision"] == decision, names].reset_index(drop=True)
