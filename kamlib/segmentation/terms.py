"""Equal terms: do discounts, days to pay and service follow what customers earn, or their size?

A term lowers the very profit that it is held against; each is therefore held against the profit rate
before it and the one after it, and anything is said of it only where both agree. How far a rank
correlation could lie elsewhere is an interval after Bonett and Wright.

Sources
-------
Bonett and Wright (2000), "Sample size requirements for estimating Pearson, Kendall and Spearman
correlations", for the interval.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from kamlib.core.rules import FEW_CUSTOMERS

NINETY = 1.6449  # standard errors to each side


class Term(NamedTuple):
    """A term: how generous it is to each customer, and what it took from profit (money)."""

    name: str
    granted: pd.Series
    taken: pd.Series


def terms_audit(
    statement: pd.DataFrame, orders: pd.DataFrame, declared: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Hold each term against the profit rate before it, after it, and revenue.

    Parameters
    ----------
    statement : DataFrame of one period: relation, active, list_revenue, the lines of the ladder,
        days_to_pay, and customer_profit or gross_margin
    orders : DataFrame of that period: customer_id, order_value, rush
    declared : the input table ``terms``: customer_id and any of free_freight, minimum_order,
        service_class

    Returns
    -------
    DataFrame, one row per term that at least 30 customers have: ``term, customers, with_before, low,
    high`` (rank correlation with the profit rate before the term and its 90 % interval, -1 to 1),
    ``with_final, with_revenue`` and ``called``: follows (the higher the rate the more, before the term
    and after it), inverse, flat (neither goes with it), open (before it the other way round than after
    it) or untold (only one of both goes with it)
    """
    external = statement[statement["active"] & (statement["relation"] == "external")]
    measure = "customer_profit" if external["customer_profit"].notna().any() else "gross_margin"
    own = external[external[measure].notna() & (external["invoice_revenue"] > 0)]
    own = own.set_index("customer_id")
    profit, listed = own[measure].astype(float), own["list_revenue"].astype(float)
    revenue = own["invoice_revenue"].astype(float)
    rows = []
    for term in [*_terms(own, orders), *_declared(own, declared)]:
        granted = term.granted.reindex(own.index).astype(float)
        taken = term.taken.reindex(own.index).astype(float).fillna(0.0)
        known = granted.notna()
        if known.sum() < FEW_CUSTOMERS or granted[known].nunique() < 2:
            continue
        before = _ranks(granted[known], ((profit + taken) / listed)[known])
        final = _ranks(granted[known], (profit / revenue)[known])
        low, high = _interval(before, int(known.sum()))
        rows.append(
            {
                "term": term.name,
                "customers": int(known.sum()),
                "with_before": before,
                "low": low,
                "high": high,
                "with_final": final,
                "with_revenue": _ranks(granted[known], revenue[known]),
                "called": _called(before, final, int(known.sum())),
            }
        )
    columns = ["term", "customers", "with_before", "low", "high", "with_final", "with_revenue"]
    return pd.DataFrame(rows, columns=[*columns, "called"])


def _terms(own: pd.DataFrame, orders: pd.DataFrame) -> list[Term]:
    """Return the terms that the statement and the orders know of; work counts with all its cost."""
    of = orders.groupby("customer_id")
    size = of["order_value"].median().astype(float)
    nothing = pd.Series(0.0, index=own.index)
    work = own["cost_to_serve"] if own["cost_to_serve"].notna().any() else nothing
    deductions = own["off_invoice"].astype(float) / own["invoice_revenue"].astype(float)
    terms = [
        Term("discount", own["discount_rate"], own["on_invoice_discounts"]),
        Term("deductions", deductions.where(own["invoice_revenue"] > 0), own["off_invoice"]),
        Term("days_to_pay", own["days_to_pay"], own["capital_charge"]),
        Term("small_orders", -size, work),
    ]
    if "rush" in orders and orders["rush"].any():
        terms.append(Term("rush_orders", of["rush"].mean().astype(float), work))
    return terms


def _declared(own: pd.DataFrame, declared: pd.DataFrame | None) -> list[Term]:
    """Return the declared terms, the more generous the higher; of a customer's sites the best counts."""
    if declared is None:
        return []
    work = own["cost_to_serve"].astype(float)
    generous = {"free_freight": 1.0, "minimum_order": -1.0, "service_class": -1.0}
    told = declared.reindex(columns=list(generous)).astype("Float64").astype(float)
    best = told.mul(pd.Series(generous))
    best = best.groupby(declared["customer_id"]).max()
    return [Term(name, best[name], work) for name in generous]


def _called(before: float, final: float, n: int) -> str:
    """Say how a term goes with the profit rate where the intervals before and after it agree."""
    both = _interval(before, n), _interval(final, n)
    if all(low > 0 for low, _high in both):
        return "follows"
    if all(high < 0 for _low, high in both):
        return "inverse"
    if all(low <= 0 <= high for low, high in both):
        return "flat"
    return "open" if before * final < 0 else "untold"


def _ranks(one: pd.Series, other: pd.Series) -> float:
    if min(one.nunique(), other.nunique()) < 2:
        return float("nan")
    return float(one.corr(other, method="spearman"))


def _interval(rank: float, n: int) -> tuple[float, float]:
    """Return the 90 % interval of a rank correlation of `n` customers."""
    if not np.isfinite(rank) or abs(rank) >= 1:
        return rank, rank
    wide = NINETY * np.sqrt((1 + rank**2 / 2) / (n - 3))
    return float(np.tanh(np.arctanh(rank) - wide)), float(np.tanh(np.arctanh(rank) + wide))
