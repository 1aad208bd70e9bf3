"""The price of money that customers tie up: what they owe us, and what stands with them of ours.

Always over 365 days, and never in the general ledger.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from kamlib.core.tables import floats
from kamlib.core.timespans import Period
from kamlib.profitability.statement import KEY

YEAR = 365
SLIVER = 1e-6  # weight of a site without a balance


def capital_charges(
    months: pd.DataFrame,
    receivables: pd.DataFrame | None,
    *,
    rate: float,
    vat_rate: float,
    by: str = "days_to_pay",
) -> pd.DataFrame:
    """Price the money that each customer owes us.

    From  revenue by month, and receivables by month
    to    ``period, customer_id, capital_charge`` (unrounded), ``days_to_pay``, ``days_late``.

    Parameters
    ----------
    rate : float, share a year
    vat_rate : float, share; receivables contain VAT and revenue does not
    by : "days_to_pay" (weighted by revenue with VAT, always over 365) or "average_balance" (of each
        month, times its days over 365; a month without a row owes nothing)

    Notes
    -----
    A ``vat_rate`` of the receivables' own holds for its month: exports carry none.
    """
    columns = [*KEY, "capital_charge", "days_to_pay", "days_late"]
    if receivables is None or receivables.empty:
        return pd.DataFrame(columns=columns)
    rows = _owed(months, receivables, vat_rate=vat_rate)
    charge = _weighted(rows, "days_to_pay").merge(
        _weighted(rows, "days_beyond_terms"), on=KEY, how="outer"
    )
    charge = charge.merge(rows.groupby(KEY, as_index=False)["revenue"].sum(), on=KEY, how="outer")
    if by == "average_balance":
        charge = charge.merge(_balances(rows), on=KEY, how="left")
        amount = rate * charge["owed"] / YEAR
    else:
        amount = rate * charge["revenue"] * charge["days_to_pay"] / YEAR
    charge = charge.assign(capital_charge=amount)
    return charge.rename(columns={"days_beyond_terms": "days_late"})[columns]


def _owed(months: pd.DataFrame, receivables: pd.DataFrame, *, vat_rate: float) -> pd.DataFrame:
    """Put the receivables of each month beside its revenue with VAT; either may be missing."""
    inside = months[months["period"].notna()]
    sold = inside[[*KEY, "month"]].assign(net=floats(inside["invoice_revenue"]))
    spans = sold.drop_duplicates("month")[["month", "period"]]
    owed = _one_row_a_month(receivables, vat_rate=vat_rate).merge(spans, on="month")
    rows = sold.merge(owed, on=[*KEY, "month"], how="outer")
    vat = rows["vat_rate"].fillna(vat_rate)
    return rows.assign(revenue=rows["net"].fillna(0.0) * (1 + vat))


def _one_row_a_month(receivables: pd.DataFrame, *, vat_rate: float) -> pd.DataFrame:
    """Bring the sites of a customer together: balances with VAT add up, days are their mean by balance.

    Sites that owe nothing, or whose balance nobody gave, count alike.
    """
    month = [receivables["customer_id"], receivables["month"]]
    vat = _number(receivables, "vat_rate").fillna(vat_rate)
    with_vat = receivables.get("includes_vat", pd.Series(True, index=receivables.index))
    gross = np.where(with_vat.fillna(True).astype(bool), 1.0, 1 + vat)
    owed = _number(receivables, "average_balance") * gross
    weight = owed.fillna(0.0).clip(lower=0.0) + SLIVER
    found = {"owed": owed.groupby(month).sum(min_count=1)}
    for name in ("days_to_pay", "days_beyond_terms", "vat_rate"):
        value = _number(receivables, name)
        weighted = (value * weight).groupby(month).sum(min_count=1)
        found[name] = weighted / weight.where(value.notna()).groupby(month).sum()
    return pd.DataFrame(found).reset_index()


def _number(table: pd.DataFrame, name: str) -> pd.Series:
    """Return a column as floats, unknown where the table does not have it."""
    return table.get(name, pd.Series(np.nan, index=table.index)).astype("float64")


def _balances(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what was owed times the days it was owed for: ``period, customer_id, owed``."""
    days = pd.to_datetime(rows["month"]).dt.days_in_month
    return rows.assign(owed=rows["owed"] * days).groupby(KEY)["owed"].sum(min_count=1).reset_index()


def _weighted(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the mean of `name` per customer, weighted by revenue; plain where revenue is not positive."""
    known = rows[rows[name].notna()]
    parts = known.assign(product=known[name] * known["revenue"]).groupby(KEY)
    sums = parts[["product", "revenue"]].sum()
    plain = parts[name].mean()
    positive = sums["revenue"] > 0
    mean = (sums["product"] / sums["revenue"].where(positive, 1.0)).where(positive, plain)
    return mean.rename(name).reset_index()


def days_tied_up(assets: pd.DataFrame | None, spans: Iterable[Period]) -> pd.DataFrame | None:
    """Count the days of each period on which an asset of ours stood with a customer.

    From  ``customer_id, kind, amount, from, until``
    to    ``period, customer_id, kind, amount, days``, sorted by key; without rows of no days.

    Parameters
    ----------
    assets : DataFrame; without ``from`` it was always there, without ``until`` it still is, and both
        days count; None stays None
    spans : periods

    Examples
    --------
    >>> from types import SimpleNamespace as S
    >>> from datetime import date
    >>> stock = pd.DataFrame({"customer_id": ["A"], "kind": ["tools"], "amount": [1000.0],
    ...                       "from": pd.to_datetime(["2025-12-22"]), "until": pd.to_datetime([None])})
    >>> year = S(name="FY2025", start=date(2025, 1, 1), end=date(2025, 12, 31))
    >>> days_tied_up(stock, [year])["days"].tolist()
    [10]
    """
    if assets is None:
        return None
    never = pd.Series(pd.NaT, index=assets.index)
    parts = []
    for span in spans:
        start, end = pd.Timestamp(span.start), pd.Timestamp(span.end)
        first = pd.to_datetime(assets.get("from", never)).fillna(start)
        last = pd.to_datetime(assets.get("until", never)).fillna(end)
        first, last = first.where(first > start, start), last.where(last < end, end)
        days = (last - first).dt.days + 1
        parts.append(assets.assign(period=span.name, days=days)[days > 0])
    names = [*KEY, "kind", "amount", "days"]
    return pd.concat(parts, ignore_index=True)[names].sort_values(names, ignore_index=True)


def asset_charges(tied_up: pd.DataFrame | None, *, rate: float) -> pd.DataFrame:
    """Price the capital that stands with each customer: amount × rate × days / 365, not rounded.

    From  ``period, customer_id, amount, days`` of `days_tied_up`
    to    ``period, customer_id, assets_charge``.

    Examples
    --------
    >>> stock = pd.DataFrame({"period": ["FY2025"], "customer_id": ["A"], "amount": [36500.0],
    ...                       "days": [100]})
    >>> asset_charges(stock, rate=0.08)["assets_charge"].tolist()
    [800.0]
    """
    if tied_up is None or tied_up.empty:
        return pd.DataFrame(columns=[*KEY, "assets_charge"])
    money = tied_up["amount"].astype("float64") * rate * tied_up["days"] / YEAR
    charge = tied_up[KEY].assign(assets_charge=money).groupby(KEY, as_index=False)
    return charge.sum(min_count=1)
