"""Periods: the spans of days that an engagement is told in."""

from dataclasses import dataclass
from datetime import date, timedelta


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
