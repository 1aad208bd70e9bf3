"""Who is looked at from here on, and who is dormant."""

import numpy as np
import pandas as pd

from kamlib.core.language import _, number
from kamlib.core.outcomes import Balance, Outcome, outcome_of
from kamlib.core.tables import among

QUIET_DAYS = 7
YEAR, LONG_ENOUGH = 12, 24  # months of the input, to tell dormant from gone


def assessed_parties(
    customers: pd.DataFrame,
    prospects: pd.DataFrame | None,
    stays: pd.DataFrame,
    statement: pd.DataFrame,
) -> tuple[pd.DataFrame, Balance]:
    """Return who is looked at from here on: live external customers, and prospects.

    A customer is live with an order in the trend window or as active in the report period. A
    prospect who is one of them is looked at once, as the customer.

    Returns
    -------
    parties : DataFrame ``party_id, is_prospect``, name and every attribute, sorted by party_id
    balance : the ledger line, from the units of the input to the parties
    """
    external = customers["relation"] == "external"
    alive = _alive(customers, stays, statement)
    chosen = customers[external & alive].rename(columns={"customer_id": "party_id"})
    parts, twice = [chosen.assign(is_prospect=False)], 0
    if prospects is not None and len(prospects):
        firms = prospects.rename(columns={"prospect_id": "party_id"})
        bought = among(firms["party_id"], chosen["party_id"])
        twice = int(bought.sum())
        parts.append(firms[~bought].assign(is_prospect=True))
    parties = pd.concat(parts, ignore_index=True).sort_values("party_id", ignore_index=True)
    balance = (
        Balance(_("Who is looked at"), "rows")
        .start(_("Customers of the input"), len(customers))
        .change(_("Intercompany and collective"), -int((~external).sum()), _("out of rankings"))
        .change(*_in_the_ledger(-int((external & ~alive).sum()), _reach(stays)))
        .change(_("Prospects"), len(parties) - len(chosen) + twice)
        .change(_("Prospects who are customers"), -twice, _("looked at as customers"))
        .end(_("Customers and prospects"), len(parties))
    )
    return parties, balance


def dormant_outcome(
    customers: pd.DataFrame, stays: pd.DataFrame, statement: pd.DataFrame
) -> Outcome:
    """Say how many external customers are dormant; withheld where the input is too short to tell.

    Parameters
    ----------
    customers : DataFrame with customer_id, relation
    stays : DataFrame of `staying_chances`
    statement : DataFrame of the report period with customer_id, active
    """
    quiet = (customers["relation"] == "external") & ~_alive(customers, stays, statement)
    reach = _reach(stays)
    outcome = "REFUSE" if reach < YEAR else "FLAG" if reach < LONG_ENOUGH else "PASS"
    return outcome_of("dormant", outcome, n=number(int(quiet.sum())), months=number(reach))


def _alive(customers: pd.DataFrame, stays: pd.DataFrame, statement: pd.DataFrame) -> np.ndarray:
    """Tell which customers ordered in the trend window, or are active in the report period."""
    live = stays["customer_id"][stays["order_days_24m"] > 0]
    active = statement["customer_id"][statement["active"]]
    return among(customers["customer_id"], live) | among(customers["customer_id"], active)


def _reach(stays: pd.DataFrame) -> int:
    """Return how many months the orders reach back; the first one is whole if a week of it lacks."""
    if not stays["age_months"].any():
        return 0
    begun = 1 < stays["first_order"].min().day <= 1 + QUIET_DAYS
    return int(stays["age_months"].max()) + begun


def _in_the_ledger(change: int, reach: int) -> tuple[str, int, str]:
    """Return the line of customers without an order; what a short input cannot tell is not said."""
    if reach < YEAR:
        return _("Without an order"), change, _("dormant or gone: the input is too short to tell")
    months = _("no order in 24 months")
    if reach < LONG_ENOUGH:
        months = _("no order in the {n} months of the input").format(n=number(reach))
    return _("Dormant"), change, months
