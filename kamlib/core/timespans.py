"""Periods, days and months, without time zones: which period a day lies in, and whole months."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd  # elsewhere only where it is used: settings know periods, and no tables


@dataclass(frozen=True)
class Period:
    """A named span of days, both ends included."""

    name: str
    start: date
    end: date

    @property
    def is_a_year(self) -> bool:
        """Tell whether it is twelve whole months.

        Examples
        --------
        >>> Period("FY2025", date(2025, 4, 1), date(2026, 3, 31)).is_a_year
        True
        """
        after = self.end + timedelta(days=1)
        try:
            return after.replace(year=after.year - 1) == self.start
        except ValueError:  # 29 February
            return after.replace(year=after.year - 1, day=28) == self.start


def period_of(days: "pd.Series", periods: Iterable[Period]) -> "pd.Series":
    """Return the name of the period that each day lies in; missing outside of all of them.

    Examples
    --------
    >>> import pandas as pd
    >>> year = Period("FY2025", date(2025, 1, 1), date(2025, 12, 31))
    >>> period_of(pd.Series(pd.to_datetime(["2025-12-31", "2026-01-01"])), [year]).tolist()
    ['FY2025', nan]
    """
    import numpy as np
    import pandas as pd

    names: pd.Series = pd.Series(np.nan, index=days.index, dtype="str")
    for period in periods:
        inside = days.between(pd.Timestamp(period.start), pd.Timestamp(period.end))
        names = names.mask(inside, period.name)
    return names


def months_earlier(day: date, months: int) -> "pd.Timestamp":
    """Return the first day of the window of `months` months that ends on `day`.

    Examples
    --------
    >>> months_earlier(date(2025, 12, 31), 24).date().isoformat()
    '2024-01-01'
    """
    import pandas as pd

    return pd.Timestamp(day) + pd.Timedelta(days=1) - pd.DateOffset(months=months)


def months_later(day: date, months: int) -> "pd.Timestamp":
    """Return the day `months` months after a day.

    Examples
    --------
    >>> months_later(date(2025, 8, 31), 18).date().isoformat()
    '2027-02-28'
    """
    import pandas as pd

    return pd.Timestamp(day) + pd.DateOffset(months=months)


def whole_months(start: "pd.Series", end: date) -> "pd.Series":
    """Return the whole months from each day to `end`, the end counted as a full day.

    Examples
    --------
    >>> import pandas as pd
    >>> whole_months(pd.Series(pd.to_datetime(["2025-01-01", "2025-12-02"])), date(2025, 12, 31))
    0    12
    1     0
    dtype: int64
    """
    import pandas as pd

    after = pd.Timestamp(end) + pd.Timedelta(days=1)
    months = (after.year - start.dt.year) * 12 + (after.month - start.dt.month)
    return (months - (start.dt.day > after.day)).astype("int64")
