"""Sentences about the company: what came in, what is left, who loses."""

import numpy as np
import pandas as pd

from kamlib.columns import COST_LEVELS, label
from kamlib.findings.sums import Sum
from kamlib.language import _, money, month, ngettext, number, percent
from kamlib.tables import floats


def intake_finding(coverage: pd.DataFrame, quarantine: pd.DataFrame, *, currency: str) -> str:
    """Say how much was read and how much was set aside."""
    lines = coverage[coverage["table"] == "invoice_lines"].iloc[0]
    aside = quarantine[quarantine["table"] == "invoice_lines"]
    amount = float(np.nansum(floats(aside["amount"]))) if len(aside) else 0.0
    read = _("{n} invoice lines were read, from {first} to {last}").format(
        n=number(lines["rows"]), first=month(lines["first"]), last=month(lines["last"])
    )
    if aside.empty:
        return _("{read}; none was set aside.").format(read=read)
    return ngettext(
        "{read}; {n} was set aside with its reason ({amount} where it can be read).",
        "{read}; {n} were set aside with their reasons ({amount} where it can be read).",
        len(aside),
    ).format(read=read, n=number(len(aside)), amount=money(amount, currency))


def revenue_finding(
    months: pd.DataFrame, *, period: str, previous: str | None, currency: str
) -> str:
    """Say what was invoiced in the period, and against the one before."""
    if not (months["period"] == period).any():
        return _(
            "What customers were invoiced in {period} is not known: no invoice line lies in it."
        ).format(period=period)
    now = float(floats(months.loc[months["period"] == period, "invoice_revenue"]).sum())
    said = _("Customers were invoiced {now} in {period}").format(
        now=money(now, currency), period=period
    )
    before = months["period"] == previous if previous else pd.Series(False, index=months.index)
    if not before.any():
        return _("{said}.").format(said=said)
    then = float(floats(months.loc[before, "invoice_revenue"]).sum())
    if then <= 0:
        return _("{said}, after {then} in {previous}.").format(
            said=said, then=money(then, currency), previous=previous
        )
    change = now / then - 1
    template = (
        _("{said}, {share} more than in {previous}.")
        if change >= 0
        else _("{said}, {share} less than in {previous}.")
    )
    return template.format(said=said, share=percent(abs(change)), previous=previous)


def of_estimated_list(said: str, estimated: bool) -> str:
    """Add to a sentence on list value that it is estimated, where it is.

    Examples
    --------
    >>> of_estimated_list("82 of 100 are left.", estimated=True)
    '82 of 100 are left. List value is estimated where no list price is given.'
    """
    if not estimated:
        return said
    return _("{said} List value is estimated where no list price is given.").format(said=said)


def statement_finding(ladder: pd.DataFrame, *, currency: str, estimated: bool = False) -> str:
    """Say what is left of every 100 at list price, and where the statement ends.

    Parameters
    ----------
    ladder : DataFrame from `kamlib.profitability.company_ladder`
    estimated : bool, the list price of some lines is
    """
    last = ladder[ladder["kind"] == "total"].iloc[-1]
    template = (
        _("Of every {currency} 100 at list price {left} are left as {what}: {amount} in all.")
        if last["amount"] >= 0
        else _(
            "Of every {currency} 100 at list price nothing is left; {left} more are lost: {what} is "
            "{amount} in all."
        )
    )
    said = template.format(
        currency=currency,
        left=number(100 * abs(last["share"]), 1),
        what=label(last["line"]).lower(),
        amount=money(last["amount"], currency),
    )
    return of_estimated_list(said, estimated)


def capacity_finding(pools: pd.DataFrame, *, currency: str) -> str:
    """Say what the pools cost, and what of it nobody used; of freight on lines, what it comes to.

    Parameters
    ----------
    pools : DataFrame, all pools of one period: unit, cost, assigned_cost, unused_cost,
        unassigned_cost; one that passed its cost on has a cost and no part of its own
    """
    cost = pools["cost"].sum()
    if (pools["unit"] == "traced").all():
        return _(
            "Freight that stands on invoice lines comes to {cost}: all of it names its customer."
        ).format(cost=money(cost, currency))
    assigned = pools["assigned_cost"].sum()
    unused, nobody = pools["unused_cost"].sum(), pools["unassigned_cost"].sum()
    said = _(
        "Of {cost} of cost, {assigned} ({share}) is work done for customers; {unused} is capacity "
        "that nobody used and {nobody} belongs to no customer."
    ).format(
        cost=money(cost, currency),
        assigned=money(assigned, currency),
        share=percent(assigned / cost),
        unused=money(unused, currency),
        nobody=money(nobody, currency),
    )
    return Sum(said, cost, [assigned, unused, nobody])


def levels_finding(pools: pd.DataFrame, *, stops_at: str, currency: str) -> str:
    """Say down to which level of the cost hierarchy customers are charged, and what stands above it.

    Parameters
    ----------
    pools : DataFrame of the pools of one period: pool, hierarchy_level, unassigned_cost
    stops_at : str, a level of `kamlib.columns.COST_LEVELS`
    """
    levels = list(COST_LEVELS)
    above = pools[pools["hierarchy_level"].isin(levels[levels.index(stops_at) + 1 :])]
    said = _("Costs are followed to the {level} and no further").format(
        level=_(COST_LEVELS[stops_at])
    )
    if above["unassigned_cost"].abs().sum() < 1:
        return _("{said}.").format(said=said)
    return _("{said}: {amount} of {pools} stands above it and is on nobody.").format(
        said=said,
        amount=money(above["unassigned_cost"].sum(), currency),
        pools=", ".join(name.replace("_", " ") for name in above["pool"]),
    )


def setup_finding(statement: pd.DataFrame, *, currency: str) -> str:
    """Say what of cost-to-serve was setting up new customers, all active customers together."""
    active = statement[statement["active"]]
    fresh = active[active["setup_cost"] > 0]
    if fresh.empty:
        return _("No cost of setting up new customers is counted.")
    share = fresh["setup_cost"].sum() / active["cost_to_serve"].sum()
    return ngettext(
        "Of cost-to-serve, {amount} ({share}) was setting up {n} new customer; it does not come back.",
        "Of cost-to-serve, {amount} ({share}) was setting up {n} new customers; it does not come back.",
        len(fresh),
    ).format(
        amount=money(fresh["setup_cost"].sum(), currency),
        share=percent(share),
        n=number(len(fresh)),
    )


def losses_headline(
    statement: pd.DataFrame,
    losers: pd.DataFrame,
    *,
    measure: str | None,
    price_reach: float,
    currency: str,
) -> str:
    """Say in one line who loses how much, and how many losses a price rise within reach would end.

    Parameters
    ----------
    statement : DataFrame of one period: active and the measures
    losers : DataFrame of `largest_losses`: fix_price_change; no rows without customer profit
    """
    active = statement[statement["active"]]
    if measure is None:
        return _("What customers leave us is not known: revenue is shown, and no margin")
    lost = active.loc[active[measure] < 0, measure]
    if lost.empty:
        return _("None of {all} customers has a negative {what}").format(
            all=number(len(active)), what=label(measure).lower()
        )
    template = (
        ngettext(
            "{n} of {all} customers loses {lost}", "{n} of {all} customers lose {lost}", len(lost)
        )
        if measure == "customer_profit"
        else ngettext(
            "{n} of {all} customers loses {lost} before any work for it is paid",
            "{n} of {all} customers lose {lost} before any work for them is paid",
            len(lost),
        )
    )
    said = template.format(
        n=number(len(lost)), all=number(len(active)), lost=money(-lost.sum(), currency)
    )
    near = int((losers["fix_price_change"] <= price_reach).sum())
    if not near:
        return said
    return ngettext(
        "{said}; a price rise of at most {reach} would end {near} of the losses",
        "{said}; a price rise of at most {reach} would end {near} of the losses",
        near,
    ).format(said=said, reach=percent(price_reach), near=number(near))


def whale_finding(curve: pd.DataFrame, *, measure: str, currency: str) -> str:
    """Say where the cumulative curve peaks and what is left at its end."""
    peak = curve["cumulative"].max()
    at = int(curve["cumulative"].argmax()) + 1
    total = curve["cumulative"].iloc[-1]
    what = label(measure)
    if peak <= 0:
        return _("{what} never rises above zero; the total is {total}.").format(
            what=what, total=money(total, currency)
        )
    if peak == total:
        return _(
            "{what} rises to the last customer: {total}, and nobody takes anything back."
        ).format(what=what, total=money(total, currency))
    return ngettext(
        "{what} would peak at {peak} with {at} of {all} customers; the last one takes it down to "
        "{total}.",
        "{what} would peak at {peak} with {at} of {all} customers; the other {rest} take it down to "
        "{total}.",
        len(curve) - at,
    ).format(
        what=what,
        peak=money(peak, currency),
        at=number(at),
        all=number(len(curve)),
        rest=number(len(curve) - at),
        total=money(total, currency),
    )
