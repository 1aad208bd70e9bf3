"""What was deducted after the invoice: accrued or settled, never both; and for which days it was earned.

A bonus that was accrued is a cost when it is accrued. Settling it uses up the accrual and costs only
what goes beyond it; reversing it gives its money back. Where rows say for which days a bonus was earned,
a settlement uses up accruals of those days only.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

import pandas as pd

from kamlib.core.tables import EXACT
from kamlib.core.timespans import Period, period_of

ACCRUED, SETTLED, REVERSED = "accrued", "settled", "reversed"
EARNED = ("earned_from", "earned_to")
SCALE = Decimal("0.000001")
Days = tuple[pd.Timestamp, pd.Timestamp] | None


class Part(NamedTuple):
    """What a row costs, or a part of it, and the days for which that was earned, if it says so."""

    row: object
    amount: Decimal
    days: Days


def effects(off_invoice: pd.DataFrame) -> pd.Series:
    """Return what each row of `off_invoice` costs us in its own period, exact.

    Parameters
    ----------
    off_invoice : DataFrame with customer_id, kind, date, amount (positive as cost to us, exact),
        status, earned_from and earned_to; without a status a row is settled, without a kind all are
        of one kind, without days a row stands for any

    Returns
    -------
    Series of exact money, with the index of `off_invoice`

    Notes
    -----
    Rows are taken by date; on one day accruals come before reversals and settlements. The oldest
    accrual is used up first. A negative accrual is a reversal, and so is a negative reversal: what it
    says is in its status. A negative settlement is money that came back.

    Examples
    --------
    >>> rows = pd.DataFrame({
    ...     "customer_id": "A", "kind": "bonus", "status": ["accrued", "settled"],
    ...     "date": pd.to_datetime(["2024-12-31", "2025-03-01"]),
    ...     "amount": pd.Series([Decimal(100), Decimal(120)], dtype=EXACT)})
    >>> effects(rows).tolist()
    [Decimal('100.000000'), Decimal('20.000000')]
    """
    found: dict[object, Decimal] = dict.fromkeys(off_invoice.index, Decimal(0))
    for part in _parts(off_invoice):
        found[part.row] += part.amount
    return pd.Series(found, dtype=EXACT).reindex(off_invoice.index)


def earned(off_invoice: pd.DataFrame, spans: Iterable[Period]) -> pd.DataFrame:
    """Return what was posted in one period and earned in another, split by days, exact.

    From  ``customer_id, date, kind, amount, status, earned_from, earned_to``
    to    ``period`` (of the posting), ``customer_id, earned_period, off_invoice``; a period is missing
          outside all of them.

    Notes
    -----
    A row without days was earned on the day of its posting. What is reversed had been earned when
    the accrual that it takes back was.
    """
    periods = list(spans)
    posted = period_of(off_invoice["date"], periods)
    places = dict(
        zip(off_invoice.index, zip(posted, off_invoice["customer_id"], strict=True), strict=True)
    )
    rows = []
    for part in _parts(off_invoice):
        where, who = places[part.row]
        there = {where: part.amount} if part.days is None else _by_days(part, periods)
        rows += [(where, who, name, amount) for name, amount in there.items()]
    table = pd.DataFrame(rows, columns=["period", "customer_id", "earned_period", "off_invoice"])
    apart = table["period"].fillna("") != table["earned_period"].fillna("")
    return table[apart & (table["off_invoice"] != 0)].reset_index(drop=True)


def _by_days(part: Part, periods: list[Period]) -> dict[str | None, Decimal]:
    """Split an amount over the periods in which its days lie; the rest lies outside of all."""
    assert part.days is not None
    first, last = part.days
    whole, before, given = (last - first).days + 1, 0, Decimal(0)
    found: dict[str | None, Decimal] = {}
    for span in periods:
        start, end = max(first, pd.Timestamp(span.start)), min(last, pd.Timestamp(span.end))
        before += max((end - start).days + 1, 0)
        so_far = (part.amount * before / whole).quantize(SCALE)
        found[span.name], given = so_far - given, so_far
    return {**found, None: part.amount - given}


def _parts(off_invoice: pd.DataFrame) -> Iterator[Part]:
    """Yield what each row costs, in the order of their dates."""
    open_accruals: dict[tuple[str, str], list[Part]] = defaultdict(list)
    ordered = _ordered(off_invoice)
    names = ("customer_id", "kind", "status", "amount", *EARNED)
    columns = [ordered[name].tolist() for name in names]
    for row, customer, kind, status, money, first, last in zip(
        ordered.index, *columns, strict=True
    ):
        bonus, days, amount = (str(customer), str(kind)), _days(first, last), Decimal(money)
        if status == ACCRUED and amount >= 0:
            open_accruals[bonus].append(Part(row, amount, days))
            yield Part(row, amount, days)
            continue
        size = amount if status == SETTLED else abs(amount)
        used = list(_used_up(open_accruals[bonus], size, days))
        rest = size - sum((part.amount for part in used), Decimal(0))
        if status == SETTLED:
            yield Part(row, rest, days)
            continue
        yield from (Part(row, -part.amount, part.days or days) for part in used)
        yield Part(row, -rest, days)


def _ordered(off_invoice: pd.DataFrame) -> pd.DataFrame:
    """Return the rows by date, with what they do not say filled in."""
    missing = {
        "kind": "",
        "status": SETTLED,
        "date": pd.NaT,
        "earned_from": pd.NaT,
        "earned_to": pd.NaT,
    }
    told = {
        name: off_invoice.get(name, pd.Series(otherwise, index=off_invoice.index))
        for name, otherwise in missing.items()
    }
    table = off_invoice[["customer_id", "amount"]].assign(**told)
    table["status"] = table["status"].fillna(SETTLED)
    order = table["status"].map({ACCRUED: 0, REVERSED: 1, SETTLED: 2})
    return table.assign(order=order).sort_values(["date", "order"], kind="stable")


def _days(first: pd.Timestamp, last: pd.Timestamp) -> Days:
    if pd.isna(first) and pd.isna(last):
        return None
    start, end = (last if pd.isna(first) else first), (first if pd.isna(last) else last)
    return min(start, end), max(start, end)


def _used_up(accruals: list[Part], amount: Decimal, days: Days) -> Iterator[Part]:
    """Take an amount out of open accruals of the same days, the oldest first."""
    for place, accrual in enumerate(accruals):
        taken = min(amount, accrual.amount)
        if taken > 0 and _overlap(accrual.days, days):
            accruals[place] = accrual._replace(amount=accrual.amount - taken)
            amount -= taken
            yield accrual._replace(amount=taken)


def _overlap(one: Days, other: Days) -> bool:
    return one is None or other is None or (one[0] <= other[1] and other[0] <= one[1])
