"""First steps, and the chain from ledger to customer profit."""

from collections.abc import Hashable, Mapping
from datetime import date
from typing import Any

import pandas as pd

from kamlib.core.codes import CHAINS
from kamlib.core.language import _, day, ngettext, number
from kamlib.core.timespans import months_later
from kamlib.profitability.tables import what_ends_it
from kamlib.pyramid.tables import STAKES, by_stake, key_accounts


def chain(ledger: pd.DataFrame, period: str) -> pd.DataFrame:
    """Pick the one sum that leads to the customers: from the client's ledger, else from list revenue."""
    for words in CHAINS:
        rows = ledger[ledger["what"] == _(words).format(period=period)]
        if len(rows):
            return _items_as_one(rows.reset_index(drop=True))
    return ledger.head(0)


def _items_as_one(rows: pd.DataFrame) -> pd.DataFrame:
    """Add up the reconciling items, which stand one by one in the ledger of their stage."""
    items = rows["why"] == _("reconciling item")
    n = int(items.sum())
    if n < 2:
        return rows
    words = ngettext("{n} reconciling item", "{n} reconciling items", n).format(n=number(n))
    told = rows.copy()
    told.loc[items, "step"], told.loc[items, "amount"] = words, rows.loc[items, "amount"].sum()
    told.loc[items, "why"] = _("listed under profitability")
    return told[~items | ~items.duplicated()].reset_index(drop=True)


STEP = ["name", "what", "worth", "who", "by_when"]

MENDED = ("fix", "let_go")


def repairs(
    accounts: pd.DataFrame, losses: pd.DataFrame | None, *, by_when: date, currency: str
) -> pd.DataFrame:
    """Return the losses to end, those that bring most first; whoever makes none is no repair.

    Parameters
    ----------
    accounts : DataFrame of `account_table` with decided verdicts
    losses : DataFrame of the report period; None: nothing is known of what would end a loss

    Returns
    -------
    DataFrame ``name, what, worth, who, by_when``; worth is what mending ends of the loss, or what
    letting go brings
    """
    at_loss = accounts["customer_profit"] < 0
    chosen = accounts[at_loss & accounts["verdict"].isin(MENDED)]
    known = {} if losses is None else losses.set_index("customer_id").to_dict("index")
    rows = [(row, known.get(row["party_id"], {})) for row in chosen.to_dict("records")]
    table = pd.DataFrame(
        {
            "name": chosen["name"],
            "what": [_mend(row["verdict"], loss, currency) for row, loss in rows],
            "worth": [_worth(row, loss) for row, loss in rows],
            "who": _owner(chosen),
            "by_when": day(by_when),
            "party_id": chosen["party_id"],
        }
    )
    order = ["worth", "party_id"]
    table = table.sort_values(order, ascending=[False, True], na_position="last", ignore_index=True)
    return table[STEP]


def _mend(verdict: str, loss: Mapping[Hashable, Any], currency: str) -> str:
    if verdict == "let_go":
        return _("let go: no price within reach ends the loss") if loss else _("let go")
    if not loss:
        return _("find the cause of the loss: price, order size, service, terms")
    return what_ends_it(loss, currency)


def _worth(row: Mapping[Hashable, Any], loss: Mapping[Hashable, Any]) -> float:
    if row["verdict"] == "let_go":
        return float(loss.get("drop_effect", float("nan")))
    ends = float(loss.get("ends_of_loss", float("nan")))
    return ends if ends == ends else -float(row["customer_profit"])


def inquiries(accounts: pd.DataFrame, *, unit: float) -> pd.DataFrame:
    """Return the questions to ask of nominees and open accounts, in the order of `by_stake`.

    Parameters
    ----------
    accounts : DataFrame of `account_table`
    unit : money of one key-account unit

    Returns
    -------
    DataFrame ``name, what, worth``; what says who asks and by when, worth is what is at stake: profit
    today or what could be gained. Where that is known of nobody, ``gross_margin`` or
    ``invoice_revenue`` stands in the place of worth
    """
    nominee = accounts["nominee"].astype(bool)
    chosen = by_stake(accounts[nominee | (accounts["verdict"] == "find_out_first")])
    asked = chosen["questions"].mask(chosen["nominee"].astype(bool), chosen["proofs_missing"])
    worth = (chosen["stake"] * unit).round(0)
    known = [name for name in STAKES[1:] if chosen[name].notna().any()]
    money = known[0] if known and worth.isna().all() else "worth"
    table = chosen.assign(what=asked, worth=worth)[["name", "what", money]]
    return table.reset_index(drop=True)


def keeping(accounts: pd.DataFrame, *, evidence_months: int, by_when: date) -> pd.DataFrame:
    """Return what keeps a key account one: to ask again before what it told us is too old to count.

    Returns
    -------
    DataFrame ``name, what, worth, who, by_when``, the highest customer profit first; the day is the
    one on which the oldest answer in use no longer counts
    """
    chosen = key_accounts(accounts)
    told = chosen[["trust_date", "side_b_date"]].min(axis=1)
    ends = [months_later(each, evidence_months) if each == each else by_when for each in told]
    words = _("ask how we stand and are trusted: told on {day}")
    table = pd.DataFrame(
        {
            "name": chosen["name"],
            "what": [
                words.format(day=day(each)) if each == each else _("ask how we stand, and date it")
                for each in told
            ],
            "worth": chosen["customer_profit"],
            "who": _owner(chosen),
            "by_when": [day(each) for each in ends],
            "party_id": chosen["party_id"],
        }
    )
    order = ["worth", "party_id"]
    table = table.sort_values(order, ascending=[False, True], na_position="last", ignore_index=True)
    return table[STEP]


def _owner(accounts: pd.DataFrame) -> pd.Series:
    return accounts["account_manager"].fillna(_("nobody named"))
