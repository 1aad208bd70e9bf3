"""The one page: its headline, what we found, and what we do not know."""

import pandas as pd

from kamlib.language import _, ngettext, number, percent
from kamlib.tables import untold_levels


def headline(accounts: pd.DataFrame) -> str:
    """Answer the question of the workbook, can every customer be a key customer, in one line.

    Who passes and does not earn what a key account costs is not counted.
    """
    n = len(accounts)
    passed = accounts[accounts["verdict"] == "key_account_now"]
    keys = int((~passed["pays"].isin(["no", "unknown"])).sum())
    nominees = accounts[accounts["nominee"].astype(bool)]
    if accounts["profit_kau"].max() < 1:
        return _nobody_carries(keys, len(nominees))
    if not keys and len(nominees):
        return _none_for_certain(accounts, nominees)
    return _with_hopes(_today(keys, n), accounts, len(nominees))


def _nobody_carries(keys: int, nominees: int) -> str:
    """Say that nobody earns today what a key account costs, and how many may by their potential."""
    said = _("No: nobody carries a key account today; none earns what one costs.")
    if not keys and not nominees:
        return said
    return _("{said} By potential or reason {keys} can, and {n} are nominees.").format(
        said=said, keys=number(keys), n=number(nominees)
    )


def _today(keys: int, n: int) -> str:
    if keys and keys == n:
        return ngettext(
            "Yes: the only one can today.",
            "Yes: all {n} customers and prospects can today.",
            n,
        ).format(n=number(n))
    if keys:
        return ngettext(
            "No: {keys} of {n} customers and prospects can today.",
            "No: {keys} of {n} customers and prospects can today.",
            keys,
        ).format(keys=number(keys), n=number(n))
    return _("No: today none of {n} customers and prospects can be called so.").format(n=number(n))


def _with_hopes(said: str, accounts: pd.DataFrame, nominees: int) -> str:
    """Add how many are nominees; where there are none, how many may be key accounts all the same."""
    if nominees:
        return ngettext(
            "{said} {n} nominee lacks at most two proofs.",
            "{said} {n} nominees lack at most two proofs each.",
            nominees,
        ).format(said=said, n=number(nominees))
    open_ = accounts[accounts["verdict"] == "find_out_first"]
    may = int((open_["verdict_best"] == "key_account_now").sum())
    if not may:
        return said
    return ngettext(
        "{said} {open} more may, once we find out.",
        "{said} {open} more may, once we find out.",
        may,
    ).format(said=said, open=number(may))


def _none_for_certain(accounts: pd.DataFrame, nominees: pd.DataFrame) -> str:
    """Say how many may be named, how many answers decide that, and what hangs on them."""
    n, asked = len(nominees), int(nominees["proofs"].sum())
    said = ngettext(
        "None for certain yet; {n} nominee; {asked}",
        "None for certain yet; {n} nominees; {asked}",
        n,
    ).format(
        n=number(n),
        asked=ngettext("this {m} question decides", "these {m} questions decide", asked).format(
            m=number(asked)
        ),
    )
    earned = accounts["customer_profit"].clip(lower=0).sum()
    if not earned > 0:
        return _("{said}.").format(said=said)
    share = nominees["customer_profit"].clip(lower=0).sum() / earned
    return _("{said} {share} of what is earned.").format(said=said, share=percent(share))


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
