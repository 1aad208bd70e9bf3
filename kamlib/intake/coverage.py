"""How far the input reaches: a month cut short, customers younger than the window, a window too short."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pandas as pd

from kamlib.core.language import day, money, month, ngettext, number, percent
from kamlib.core.tables import among, floats
from kamlib.core.verdicts import FLAG, PASS, REFUSE, Verdict, verdict

if TYPE_CHECKING:
    from kamlib.core.periods import Period

YEAR, TWO_YEARS = 12, 24
QUIET_DAYS = 7


def reach_verdicts(
    first: date,
    last: date,
    *,
    months: pd.DataFrame,
    customers: pd.DataFrame,
    span: "Period",
    currency: str,
) -> list[Verdict]:
    """Say what of the window the input does not cover.

    Parameters
    ----------
    first, last : date, first and last day of the lines that are used
    months : DataFrame, `customer_months`
    customers : DataFrame with ``customer_id`` and ``relation``
    span : the report period
    currency : str

    Notes
    -----
    A customer is young when its first line is in the 12 months before the period's end and the
    input reaches further back than that. The last month counts as whole when lines end within a
    week of its end, and the first one when they begin within a week of its start.
    """
    back = whole_months(first - timedelta(days=QUIET_DAYS), span.end)
    reach = REFUSE if back < YEAR else FLAG if back < TWO_YEARS else PASS
    found = [
        verdict("asleep_or_gone", reach, months=_months(back), period=span.name),
        _last_month(min(last, span.end), span),
    ]
    if back > YEAR:
        found.insert(0, _young(months, customers, span, currency))
    return found


def whole_months(start: date, end: date) -> int:
    """Return how many whole months lie between two days, both included.

    Examples
    --------
    >>> whole_months(date(2024, 1, 1), date(2025, 12, 31))
    24
    >>> whole_months(date(2024, 1, 10), date(2024, 12, 31))
    11
    """
    after = end + timedelta(days=1)
    months = 12 * (after.year - start.year) + after.month - start.month
    return max(0, months - (after.day < start.day))


def _months(n: int) -> str:
    return ngettext("{n} month", "{n} months", n).format(n=number(n))


def _last_month(last: date, span: "Period") -> Verdict:
    """Say whether the month in which lines end is whole."""
    next_month = (last.replace(day=1) + timedelta(days=32)).replace(day=1)
    short = (next_month - last).days - 1 > QUIET_DAYS and last >= span.start
    return verdict(
        "partial_month",
        FLAG if short else PASS,
        last=day(last),
        month=month(pd.Timestamp(last)),
    )


def _young(months: pd.DataFrame, customers: pd.DataFrame, span: "Period", currency: str) -> Verdict:
    """Say how many external customers of the period began in its last year."""
    external = customers.loc[customers["relation"] == "external", "customer_id"]
    mine = months[among(months["customer_id"], external)]
    mine = mine.assign(revenue=floats(mine["invoice_revenue"]))
    began = mine.groupby("customer_id")["month"].min()
    here = mine[mine["period"] == span.name].groupby("customer_id")["revenue"].sum()
    year_ago = pd.Timestamp(span.end) + timedelta(days=1) - pd.DateOffset(months=YEAR)
    young = here[began.reindex(here.index) >= year_ago]
    whole = float(here.sum())
    return verdict(
        "young_customers",
        FLAG if len(young) else PASS,
        n=number(len(young)),
        all=number(len(here)),
        period=span.name,
        amount=money(float(young.sum()), currency),
        share=percent(float(young.sum()) / whole if whole else 0.0),
    )
