"""What one more won and one more kept customer cost: the change of effort over that of their number."""

from datetime import timedelta

import numpy as np
import pandas as pd

from kamlib.core.codes import EFFORT
from kamlib.core.timespans import Period
from kamlib.staying.customer_base import A_WEEK

LEAST, HARDLY = (
    2,
    0.05,
)  # customers, and part of them or of effort: less is hardly a change; a judgement
BY_CHANCE = 1.645  # standard errors within which 9 of 10 changes by chance alone lie


def first_days(orders: pd.DataFrame, periods: list[Period]) -> list[pd.Timestamp]:
    """Return the first days of the period before two, of both, and after them.

    Empty where they are not two, equally long, one after the other, or orders leave out a month.
    """
    if len(periods) < 2:
        return []
    first, second, after = (
        pd.Timestamp(day)
        for day in (periods[0].start, periods[1].start, periods[1].end + timedelta(days=1))
    )
    months = 12 * (second.year - first.year) + second.month - first.month
    length, week = pd.DateOffset(months=months), pd.Timedelta(days=A_WEEK)
    alike = periods[0].end + timedelta(days=1) == periods[1].start and second + length == after
    days = orders.loc[orders["date"].between(first - length, after, inclusive="left"), "date"]
    ends = days.min() <= first - length + week and days.max() >= after - week
    whole = ends and days.dt.to_period("M").nunique() == 3 * months
    return [first - length, first, second, after] if alike and whole else []


def by_purpose(
    effort: pd.DataFrame | None, customers: pd.DataFrame, periods: list[Period]
) -> pd.DataFrame:
    """Add up what was noted to win and to keep customers in two periods, own companies left out.

    Returns
    -------
    DataFrame ``purpose, kind, effort_before, effort_now``: hours of people, else money. NaN where a kind
    is not noted in both periods, or some of it without a purpose; on a prospect that can only be to win.
    """
    columns = ["purpose", "kind", "effort_before", "effort_now"]
    if effort is None or len(periods) < 2:
        return pd.DataFrame(columns=columns)
    relation = effort["party_id"].map(customers.set_index("customer_id")["relation"])
    given = effort.get("purpose", pd.Series("", index=effort.index)).fillna("")
    purposes = given.mask((given == "") & relation.isna(), "win")
    ours = effort.assign(purpose=purposes)[relation.isna() | (relation == "external")]
    rows = []
    for kind in EFFORT:
        mine = ours[ours["kind"] == kind]
        parts = [mine[mine["period"] == each.name] for each in periods]
        known = all(len(part) and (part["purpose"] != "").all() for part in parts)
        for purpose in ("win", "keep"):
            got = [part.loc[part["purpose"] == purpose, "quantity"].sum() for part in parts]
            if any(map(len, parts)) and (any(got) or not known):
                rows.append((purpose, kind, *(got if known else (np.nan, np.nan))))
    return pd.DataFrame(rows, columns=columns)


def won_and_kept(orders: pd.DataFrame, starts: list[pd.Timestamp]) -> pd.DataFrame:
    """Count who was won and who was kept in two periods, from `first_days` of them.

    Won is who bought and had not in the period before, new or back again: so both periods look back as
    far. Kept is who bought in the one before too; ``of`` is how many that were.
    """
    place = pd.DatetimeIndex(starts).searchsorted(orders["date"], side="right")
    earlier, then, now = (set(orders["customer_id"][place == n]) for n in range(1, 4))
    won = (len(then - earlier), len(now - then), np.nan, np.nan)
    kept = (len(then & earlier), len(now & then), len(earlier), len(then))
    columns = ["customers_before", "customers_now", "of_before", "of_now"]
    return pd.DataFrame([won, kept], ["win", "keep"], columns)


def cost_at_the_margin(noted: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """Divide the change of effort by that of customers, where that says anything.

    Parameters
    ----------
    noted, counts : DataFrames of `by_purpose` and `won_and_kept`

    Returns
    -------
    DataFrame with the columns of both, ``one_more`` (hours of people, else money; NaN where not named) and
    ``at_the_margin``: named; chance (named, though by chance alone one change of ten is as large);
    unknown; beside (another kind is unknown); hardly (their number hardly changes); steady (the effort
    does); against (effort and number do not move the same way); mixed (another kind does not)

    Notes
    -----
    Of customers kept, the change is what differs from the share kept before and from the effort on each
    who could be kept: more to keep is no success, and more work on more of them no rise.
    """
    table = noted.join(counts, on="purpose")
    grown = (table["of_now"] / table["of_before"]).fillna(1.0)
    as_before = table["customers_before"] * grown
    more, usual = table["customers_now"] - as_before, table["effort_before"] * grown
    spent = table["effort_now"] - usual
    gone = [1 - (table[f"customers_{n}"] / table[f"of_{n}"]).fillna(0.0) for n in ("before", "now")]
    varies = table["customers_before"] * gone[0] * grown**2 + table["customers_now"] * gone[1]
    steady = spent.abs() <= HARDLY * usual
    against = ~steady & (spent * more < 0)
    reasons = {
        "unknown": spent.isna(),
        "beside": spent.isna().groupby(table["purpose"]).transform("any"),
        "hardly": more.abs() < np.maximum(LEAST, HARDLY * as_before),
        "steady": steady,
        "against": against,
        "mixed": against.groupby(table["purpose"]).transform("any"),
        "chance": more.abs() <= BY_CHANCE * np.sqrt(varies),
    }
    told = np.select(list(reasons.values()), list(reasons), "named")
    one_more = (spent / more).where(np.isin(told, ["named", "chance"]))
    return table.assign(one_more=one_more, at_the_margin=told)
