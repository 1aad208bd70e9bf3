"""Days, months and periods, without time zones: which period a day lies in, and whole months."""

from collections.abc import Iterable
from datetime import date

import numpy as np
import pandas as pd

from kamlib.core.periods import Period


def period_of(days: pd.Series, periods: Iterable[Period]) -> pd.Series:
    """Return the name of the period that each day lies in; missing outside of all of them.

    Examples
    --------
    >>> year = Period("FY2025", date(2025, 1, 1), date(2025, 12, 31))
    >>> period_of(pd.Series(pd.to_datetime(["2025-12-31", "2026-01-01"])), [year]).tolist()
    ['FY2025', nan]
    """
    names: pd.Series = pd.Series(np.nan, index=days.index, dtype="str")
    for period in periods:
        inside = days.between(pd.Timestamp(period.start), pd.Timestamp(period.end))
        names = names.mask(inside, period.name)
    return names


def months_earlier(day: date, months: int) -> pd.Timestamp:
    """Return the first day of the window of `months` months that ends on `day`.

    Examples
    --------
    >>> months_earlier(date(2025, 12, 31), 24).date().isoformat()
    '2024-01-01'
    """
    return pd.Timestamp(day) + pd.Timedelta(days=1) - pd.DateOffset(months=months)


def months_later(day: date, months: int) -> pd.Timestamp:
    """Return the day `months` months after a day.

    Examples
    --------
    >>> months_later(date(2025, 8, 31), 18).date().isoformat()
    '2027-02-28'
    """
    return pd.Timestamp(day) + pd.DateOffset(months=months)


def whole_months(start: pd.Series, end: date) -> pd.Series:
    """Return the whole months from each day to `end`, the end counted as a full day.

    Examples
    --------
    >>> whole_months(pd.Series(pd.to_datetime(["2025-01-01", "2025-12-02"])), date(2025, 12, 31))
    0    12
    1     0
    dtype: int64
    """
    after = pd.Timestamp(end) + pd.Timedelta(days=1)
    months = (after.year - start.dt.year) * 12 + (after.month - start.dt.month)
    return (months - (start.dt.day > after.day)).astype("int64")
