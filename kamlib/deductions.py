"""What was deducted after the invoice: accrued or settled, never both.

A bonus that was accrued is a cost when it is accrued. Settling it uses up the accrual and costs only
what goes beyond it; reversing it gives its money back.
"""

from collections import defaultdict
from decimal import Decimal

import pandas as pd

from kamlib.tables import EXACT

ACCRUED, SETTLED, REVERSED = "accrued", "settled", "reversed"


def effects(off_invoice: pd.DataFrame) -> pd.Series:
    """Return what each row of `off_invoice` costs us in its own period, exact.

    Parameters
    ----------
    off_invoice : DataFrame with customer_id, kind, date, amount (positive as cost to us, exact)
        and status; without a status a row is settled, without a kind all are of one kind

    Returns
    -------
    Series of exact money, with the index of `off_invoice`

    Notes
    -----
    Rows are taken by date; on one day accruals come before reversals and settlements.

    Examples
    --------
    >>> rows = pd.DataFrame({
    ...     "customer_id": "A", "kind": "bonus", "status": ["accrued", "settled"],
    ...     "date": pd.to_datetime(["2024-12-31", "2025-03-01"]),
    ...     "amount": pd.Series([Decimal(100), Decimal(120)], dtype=EXACT)})
    >>> effects(rows).tolist()
    [Decimal('100.000000'), Decimal('20.000000')]
    """
    table = off_invoice.assign(
        kind=off_invoice.get("kind", pd.Series("", index=off_invoice.index)),
        status=off_invoice.get("status", pd.Series(SETTLED, index=off_invoice.index)),
        date=off_invoice.get("date", pd.Series(pd.NaT, index=off_invoice.index)),
    )
    stands = table["status"].fillna(SETTLED)
    order = stands.map({ACCRUED: 0, REVERSED: 1, SETTLED: 2})
    ordered = table.assign(status=stands, order=order).sort_values(["date", "order"], kind="stable")
    open_accruals: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    found = {}
    rows = ordered[["customer_id", "kind", "status", "amount"]].itertuples(name=None)
    for index, customer, kind, status, amount in rows:
        bonus = (str(customer), str(kind))
        found[index] = _effect(status, Decimal(amount), open_accruals, bonus)
    return pd.Series(found, dtype=EXACT).reindex(off_invoice.index)


def _effect(
    status: str,
    amount: Decimal,
    open_accruals: dict[tuple[str, str], Decimal],
    bonus: tuple[str, str],
) -> Decimal:
    """Return the cost of one row, and keep what is still accrued of its bonus."""
    if status == ACCRUED:
        open_accruals[bonus] += amount
        return amount
    used = min(amount, open_accruals[bonus])
    open_accruals[bonus] -= used
    return -amount if status == REVERSED else amount - used
