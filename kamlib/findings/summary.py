"""The one page: its headline, what we found, and what we do not know."""

import pandas as pd

from kamlib.language import _, ngettext, number
from kamlib.tables import untold_levels


def headline(accounts: pd.DataFrame) -> str:
    """Answer the question of the workbook, can every customer be a key customer, in one line."""
    n = len(accounts)
    keys = int((accounts["verdict"] == "key_account_now").sum())
    open_ = accounts[accounts["verdict"] == "find_out_first"]
    may = int((open_["verdict_best"] == "key_account_now").sum())
    if keys and keys == n:
        said = ngettext(
            "Yes: the only one can today.",
            "Yes: all {n} customers and prospects can today.",
            n,
        ).format(n=number(n))
    elif keys:
        said = ngettext(
            "No: {keys} of {n} customers and prospects can today.",
            "No: {keys} of {n} customers and prospects can today.",
            keys,
        ).format(keys=number(keys), n=number(n))
    else:
        said = _("No: today none of {n} customers and prospects can be called so.").format(
            n=number(n)
        )
    if not may:
        return said
    return ngettext(
        "{said} {open} more may, once we find out.",
        "{said} {open} more may, once we find out.",
        may,
    ).format(said=said, open=number(may))


def unknown_table(accounts: pd.DataFrame) -> pd.DataFrame:
    """Count what is unknown of active customers and prospects, and say what to bring.

    Returns
    -------
    DataFrame ``unknown, parties, means, bring``
    """
    customers = accounts[~accounts["is_prospect"]]
    untold = untold_levels(customers)
    higher = customers["possible_level"] > customers["confirmed_level"]
    rows = [
        (_("Side B"), int((~accounts["asked"]).sum()), _("cannot be a key account; not counted as bad"),
         _("an interview, not by the account's own manager")),
        (_("Side A"), int((~accounts["side_a_known"]).sum()), _("neither attractive nor not"),
         _("ratings by anchors")),
        (_("Trust"), int(customers["trust"].isna().sum()), _("no partnership is confirmed"),
         _("one question to the customer")),
        (_("Level"), int((higher & ~untold).sum()), _("may stand higher than confirmed"),
         _("what is named under find out first")),
        (_("Level not told"), int(untold.sum()), _("neither a transaction nor more"),
         _("what is named under find out first")),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["unknown", "parties", "means", "bring"])
    return table[table["parties"] > 0].reset_index(drop=True)
