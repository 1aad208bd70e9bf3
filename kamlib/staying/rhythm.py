"""Each customer's own rhythm: what is known of its orders on a day, and what happened after it."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kamlib.core.tables import among

LATE, LATE_DAYS = 2.5, 90  # silent longer than usual: so many usual intervals, and so many days
OWN_INTERVALS = 3  # fewer tell no rhythm of one's own


def months_away(day: pd.Timestamp, months: int) -> pd.Timestamp:
    """Return the day so many months on; the end of a month stays one.

    Examples
    --------
    >>> months_away(pd.Timestamp("2025-11-30"), -6).date().isoformat()
    '2025-05-31'
    """
    return day + pd.Timedelta(days=1) + pd.DateOffset(months=months) - pd.Timedelta(days=1)


def rhythm(
    orders: pd.DataFrame, at: pd.Timestamp, *, months: int, segments: pd.Series | None = None
) -> pd.DataFrame:
    """Describe the rhythm of everybody who ordered up to a day, from those orders alone.

    Parameters
    ----------
    orders : DataFrame customer_id, date
    at : the last day that is known
    months : months up to that day in which order days are counted
    segments : Series, customer_id → industry segment; without it all are one

    Returns
    -------
    DataFrame, one row per customer, sorted: ``order_days``, ``silent_days`` since the last one,
    ``tenure_days`` since the first, ``usual_days`` (median between order days; of who has fewer than
    three such intervals, its segment's; NaN where nobody came twice), ``overdue``, and ``seasonal`` (would
    be, but for the season)

    Notes
    -----
    A seasonal buyer is silent in season: who was silent a year ago on this day, and came back since, is
    usually silent as long as it was then.
    """
    past = orders.loc[orders["date"] <= at, ["customer_id", "date"]].drop_duplicates()
    past = past.sort_values(["customer_id", "date"])
    days = past.groupby("customer_id")["date"]
    table = days.agg(["min", "max"])
    gap = days.diff().dt.days
    own = gap.groupby(past["customer_id"]).agg(["median", "count"])
    kind = (
        past["customer_id"]
        .map({} if segments is None else segments.to_dict())
        .astype("str")
        .fillna("")
    )
    typical = kind.map(gap.groupby(kind).median()).groupby(past["customer_id"]).first()
    usual = own["median"].where(own["count"] >= OWN_INTERVALS, typical.fillna(gap.median()))
    recent = past[past["date"] > months_away(at, -months)]
    counts = recent.groupby("customer_id").size()
    year_ago = months_away(at, -12)
    then = past[past["date"] <= year_ago].groupby("customer_id")["date"].max()
    silent_then = (year_ago - then.reindex(table.index)).dt.days.where(table["max"] > year_ago)
    silent = (at - table["max"]).dt.days
    late = silent > np.maximum(LATE * usual.fillna(0), LATE_DAYS)
    usual = pd.concat([usual, silent_then], axis=1).max(axis=1)
    overdue = silent > np.maximum(LATE * usual.fillna(0), LATE_DAYS)
    return pd.DataFrame(
        {
            "order_days": counts.reindex(table.index, fill_value=0),
            "silent_days": silent,
            "tenure_days": (at - table["min"]).dt.days,
            "usual_days": usual,
            "overdue": overdue,
            "seasonal": late & ~overdue,
        }
    ).reset_index()


def slices(
    orders: pd.DataFrame,
    cutoffs: Sequence[pd.Timestamp],
    *,
    ahead: tuple[int, int],
    months: int,
    segments: pd.Series | None = None,
) -> pd.DataFrame:
    """Stand on several days and look ahead: the rhythm on each, and whether an order followed.

    ``returned`` is an order within the months `ahead` (from, to) of the ``cutoff``. Without a day there is
    no row.
    """
    parts = [pd.DataFrame()]
    for cutoff in cutoffs:
        begin, end = (months_away(cutoff, each) for each in ahead)
        later = orders.loc[(orders["date"] > begin) & (orders["date"] <= end), "customer_id"]
        known = rhythm(orders, cutoff, months=months, segments=segments)
        back = among(known["customer_id"], later.drop_duplicates())
        parts.append(known.assign(cutoff=cutoff, returned=back))
    return pd.concat(parts, ignore_index=True)


def cutoffs_before(
    orders: pd.DataFrame, last: pd.Timestamp, *, horizon: int, at_most: int
) -> list[pd.Timestamp]:
    """Return monthly days up to `last` with enough of the input before them, the latest first.

    Enough is half the horizon, and a quarter at least.
    """
    if orders.empty:
        return []
    enough = orders["date"].min().normalize() + pd.DateOffset(months=max(horizon // 2, 3))
    days = (months_away(last, -back) for back in range(at_most))
    return [day for day in days if day >= enough - pd.Timedelta(days=7)]
