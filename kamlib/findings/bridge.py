"""Sentences about what changed since the previous period, and why."""

import pandas as pd

from kamlib.columns import CHANGES, label
from kamlib.language import N_, _, money, ngettext, number

AS_SUBJECT = {"lost": N_("lost customers"), "new": N_("new customers")}


def bridge_finding(steps: pd.DataFrame, *, currency: str, measure: str = "customer_profit") -> str:
    """Say how far the profit moved, and what moved it most in either direction."""
    first, last = steps.iloc[0], steps.iloc[-1]
    change = round(last["amount"] - first["amount"], 2)
    template = (
        _("{what} rose by {change}, from {before} in {previous} to {now} in {period}.")
        if change > 0
        else _("{what} fell by {change}, from {before} in {previous} to {now} in {period}.")
        if change < 0
        else _("{what} is {now} in {period}, as in {previous}.")
    )
    said = template.format(
        what=label(measure),
        change=money(abs(change), currency),
        before=money(first["amount"], currency),
        previous=first["line"],
        now=money(last["amount"], currency),
        period=last["line"],
    )
    return _causes(said, steps[steps["kind"] == "step"], currency)


def _causes(said: str, moves: pd.DataFrame, currency: str) -> str:
    adds, takes = moves[moves["amount"] > 0], moves[moves["amount"] < 0]
    template = (
        _("{said} {adds} added most ({added}), {takes} took most away ({taken}).")
        if len(adds) and len(takes)
        else _("{said} {adds} added most ({added}); nothing took away.")
        if len(adds)
        else _("{said} {takes} took most away ({taken}); nothing added.")
        if len(takes)
        else "{said}"
    )
    most, least = adds.nlargest(1, "amount"), takes.nsmallest(1, "amount")
    return template.format(
        said=said,
        adds=_first(most, upper=True),
        added=_signed(most["amount"].sum(), currency),
        takes=_first(least, upper=adds.empty),
        taken=_signed(least["amount"].sum(), currency),
    )


def _first(rows: pd.DataFrame, *, upper: bool) -> str:
    if rows.empty:
        return ""
    cause = rows["line"].iloc[0]
    words = _(AS_SUBJECT.get(cause, CHANGES[cause]))
    return words[:1].upper() + words[1:] if upper else words


def _signed(amount: float, currency: str) -> str:
    return ("+" if amount > 0 else "") + money(amount, currency)


def comers_finding(steps: pd.DataFrame, *, currency: str) -> str:
    """Say how many customers are no longer there, how many have come, and what that changed."""
    (lost, taken), (new, brought) = _touched(steps, "lost"), _touched(steps, "new")
    gone = ngettext(
        "{n} customer is no longer there ({amount})",
        "{n} customers are no longer there ({amount})",
        lost,
    ).format(n=number(lost), amount=_signed(taken, currency))
    come = ngettext(
        "{n} did not buy in the period before ({amount})",
        "{n} did not buy in the period before ({amount})",
        new,
    ).format(n=number(new), amount=_signed(brought, currency))
    return _("{gone}; {come}.").format(gone=gone, come=come)


def _touched(steps: pd.DataFrame, cause: str) -> tuple[int, float]:
    row = steps[steps["line"] == cause]
    return int(row["customers"].sum()), float(row["amount"].sum())
