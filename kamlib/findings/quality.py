"""Sentences about data quality: what is broken for how much money, and where to begin."""

import numpy as np
import pandas as pd

from kamlib.language import _, money, ngettext, number, percent
from kamlib.tables import floats


def quality_finding(quality: pd.DataFrame, *, currency: str) -> str:
    """Say which rule costs most money, what part of all it is, and how it is mended.

    Parameters
    ----------
    quality : DataFrame from `kamlib.views.quality_table`
    """
    if quality.empty:
        return _("No row was set aside: nothing has to be mended at the source.")
    first = quality.iloc[0]
    rows = int(quality["rows"].sum())
    by = ngettext("{rules} rule", "{rules} rules", len(quality)).format(rules=number(len(quality)))
    counted = ngettext(
        "{n} row was set aside by {by}.", "{n} rows were set aside by {by}.", rows
    ).format(n=number(rows), by=by)
    if not first["amount"]:
        return counted
    most = _(
        "Begin with {table}, {column} ({reason}): {amount} on {n} rows, {share} of the money set "
        "aside. {remedy}."
    ).format(
        table=first["table"],
        column=first["column"] or _("whole row"),
        reason=first["reason"],
        amount=money(abs(float(first["amount"])), currency),
        n=number(int(first["rows"])),
        share=percent(float(first["share_of_money"])),
        remedy=first["remedy"][:1].upper() + first["remedy"][1:],
    )
    return f"{counted} {most}"


def pairs_finding(pairs: pd.DataFrame, *, currency: str) -> str:
    """Say how many pairs of ids wait for a decision, and how many were decided.

    Parameters
    ----------
    pairs : DataFrame `identity_pairs`
    """
    if pairs.empty:
        return _("No two ids look like one customer, and nobody has said that any are.")
    count = pairs["decision"].value_counts()
    waiting = int(count.get("proposed", 0))
    decided = _("{merged} ids are counted as another's and {apart} pairs are kept apart.").format(
        merged=number(int(count.get("merged", 0))), apart=number(int(count.get("kept_apart", 0)))
    )
    if not waiting:
        return _("No pair of ids waits for a decision; {decided}").format(
            decided=decided[:1].lower() + decided[1:]
        )
    amount = floats(pairs.loc[pairs["decision"] == "proposed", "invoice_revenue"])
    return (
        ngettext(
            "{n} pair of ids looks like one customer and waits for a decision; it is about {amount} of "
            "invoice revenue.",
            "{n} pairs of ids look like one customer and wait for a decision; they are about "
            "{amount} of invoice revenue.",
            waiting,
        ).format(n=number(waiting), amount=money(float(np.nansum(np.abs(amount))), currency))
        + " "
        + decided
    )
