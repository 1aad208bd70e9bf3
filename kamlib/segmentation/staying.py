"""Who comes back and who stays: reference repeat rates, and what contracts and ratings say.

The chance of return is the repeat rate of customers with as many order days, shrunk and never
falling. It stands in for a model of each customer's rhythm, and says so.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple, Protocol

import numpy as np
import pandas as pd

from kamlib.language import _, day, number
from kamlib.numerics import piecewise_inverse
from kamlib.tables import among
from kamlib.timespans import months_earlier, whole_months
from kamlib.verdicts import Balance, Verdict, verdict

MOST_ORDER_DAYS = 12
STRENGTH = 2.0
CONTRACT_COUNTS = 0.90
QUIET_DAYS = 7
YEAR, LONG_ENOUGH = 12, 24  # months of the input, to tell asleep from gone


class Windows(Protocol):
    """Lengths of the windows that engagement.yaml declares."""

    trend_months: int
    return_months: int
    staying_years: int


class Window(NamedTuple):
    """Days in which order days are counted, and days in which a return is looked for."""

    start: pd.Timestamp
    cutoff: pd.Timestamp
    end: pd.Timestamp


def reference_window(
    orders: pd.DataFrame, previous: date | None, *, windows: Windows
) -> Window | None:
    """Choose the reference period of the repeat rates; None where the input is too short.

    Parameters
    ----------
    orders : DataFrame with date
    previous : first day of the period before the report period; None where there is none

    Notes
    -----
    Returns are looked for in the previous period, order days counted in the trend months before
    it. Without a previous period that the input reaches, order days are counted in the first 12
    months of the input and returns looked for in the months after.
    """
    if orders.empty:
        return None
    first, last = orders["date"].min(), orders["date"].max()
    if previous is not None and months_earlier(previous, 12) >= first:
        cutoff = pd.Timestamp(previous)
        start = cutoff - pd.DateOffset(months=windows.trend_months)
    else:
        start = first.normalize()
        cutoff = start + pd.DateOffset(months=12)
    end = cutoff + pd.DateOffset(months=windows.return_months)
    return Window(start, cutoff, end) if last >= end - pd.DateOffset(months=1) else None


def repeat_rates(orders: pd.DataFrame, window: Window | None) -> pd.DataFrame | None:
    """Measure how many customers came back, by the number of their order days.

    Returns
    -------
    DataFrame, one row per number of order days 0 to 12 (12: twelve or more): ``order_days``,
    ``n``, ``returned``, ``rate`` (0 to 1), and the window's days

    Notes
    -----
    A rate is shrunk with strength 2 towards the rate of the next lower number, 0 below the lowest,
    and never falls with more order days. None without a window.
    """
    if window is None:
        return None
    before = orders[orders["date"] < window.cutoff]
    inside = before[before["date"] >= window.start]
    days = inside.groupby("customer_id")["date"].nunique()
    customers = pd.Index(sorted(before["customer_id"].unique()))
    days = days.reindex(customers, fill_value=0).clip(upper=MOST_ORDER_DAYS)
    after = orders[(orders["date"] >= window.cutoff) & (orders["date"] < window.end)]
    returned = among(customers, after["customer_id"].drop_duplicates())
    counts = pd.DataFrame({"order_days": days.to_numpy(), "returned": returned})
    sums = counts.groupby("order_days")["returned"].agg(["count", "sum"])
    sums = sums.reindex(range(MOST_ORDER_DAYS + 1), fill_value=0)
    rates, below = [], 0.0
    for n, back in zip(sums["count"], sums["sum"], strict=True):
        below = max(below, (back + STRENGTH * below) / (n + STRENGTH))
        rates.append(below)
    return pd.DataFrame({
        "order_days": range(MOST_ORDER_DAYS + 1), "n": sums["count"].to_numpy(dtype=np.int64),
        "returned": sums["sum"].to_numpy(dtype=np.int64), "rate": rates,
        "window_start": window.start, "cutoff": window.cutoff, "window_end": window.end,
    })  # fmt: skip


def staying(
    orders: pd.DataFrame,
    customers: pd.DataFrame,
    rates: pd.DataFrame | None,
    ratings: pd.DataFrame,
    *,
    windows: Windows,
    end: date,
    scale: Sequence[tuple[float, float]],
) -> pd.DataFrame:
    """Say how well we know each customer, how often it orders, and whether it returns and stays.

    Parameters
    ----------
    orders : DataFrame with customer_id, date
    customers : DataFrame, one row per customer; ``contract_end`` is optional
    rates : DataFrame of `repeat_rates`; None: the chance of return is unknown
    ratings : DataFrame of our current ratings with party_id, criterion, rating
    windows : months of the trend window and years of staying
    end : last day of the period
    scale : anchors of the criterion staying, (chance, value) pairs

    Returns
    -------
    DataFrame, one row per customer: ``order_days_24m``, ``orders_per_year``, ``age_months``,
    ``known_years`` (both NaN for who never ordered), ``last_order``, ``p_return_12m``, ``p_stay_3y``
    (0 to 1, NaN is unknown), ``staying_source``
    """
    past = orders[orders["date"] <= pd.Timestamp(end)]
    recent = past[past["date"] >= months_earlier(end, windows.trend_months)]
    first = past.groupby("customer_id")["date"].agg(["min", "max"])
    table = customers[["customer_id"]].merge(
        first.rename(columns={"min": "first_order", "max": "last_order"}),
        left_on="customer_id", right_index=True, how="left",
    )  # fmt: skip
    days = recent.groupby("customer_id")["date"].nunique()
    table["order_days_24m"] = table["customer_id"].map(days).fillna(0).astype("int64")
    known = table["first_order"].notna()
    age = whole_months(table["first_order"].fillna(pd.Timestamp(end)), end)
    table["age_months"] = age.astype("float64").where(known)
    table["known_years"] = table["age_months"] / 12
    table["orders_per_year"] = table["order_days_24m"] / (windows.trend_months / 12)
    table["p_return_12m"] = np.nan if rates is None else _rate_of(table["order_days_24m"], rates)
    stay, source = _stays(table, customers, ratings, end, windows.staying_years, scale)
    return table.assign(p_stay_3y=stay, staying_source=source)


def _rate_of(order_days: pd.Series, rates: pd.DataFrame) -> np.ndarray:
    table = rates.sort_values("order_days")["rate"].to_numpy(dtype=np.float64)
    return table[order_days.clip(upper=MOST_ORDER_DAYS).to_numpy()]


def _stays(
    table: pd.DataFrame, customers: pd.DataFrame, ratings: pd.DataFrame, end: date,
    years: int, scale: Sequence[tuple[float, float]],
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    rated = ratings[ratings["criterion"] == "staying"].set_index("party_id")["rating"]
    value = table["customer_id"].map(rated).to_numpy(dtype=np.float64) / 10
    chance = np.where(np.isnan(value), np.nan, piecewise_inverse(np.nan_to_num(value), scale))
    contract = np.zeros(len(table), dtype=bool)
    if "contract_end" in customers:
        ends = table["customer_id"].map(customers.set_index("customer_id")["contract_end"])
        contract = (ends > pd.Timestamp(end) + pd.DateOffset(years=years)).to_numpy()
    source = np.select([contract, ~np.isnan(chance)], ["contract", "our_rating"], "unknown")
    return np.where(contract, CONTRACT_COUNTS, chance), source


def assessed_parties(
    customers: pd.DataFrame, prospects: pd.DataFrame | None, stays: pd.DataFrame,
    statement: pd.DataFrame,
) -> tuple[pd.DataFrame, Balance]:  # fmt: skip
    """Return who is looked at from here on: live external customers, and prospects.

    A customer is live with an order in the trend window or as active in the report period. A
    prospect who is one of them is looked at once, as the customer.

    Returns
    -------
    parties : DataFrame ``party_id, is_prospect``, name and every attribute, sorted by party_id
    balance : the ledger line, from the units of the input to the parties
    """
    external = customers["relation"] == "external"
    alive = _alive(customers, stays, statement)
    chosen = customers[external & alive].rename(columns={"customer_id": "party_id"})
    parts, twice = [chosen.assign(is_prospect=False)], 0
    if prospects is not None and len(prospects):
        firms = prospects.rename(columns={"prospect_id": "party_id"})
        bought = among(firms["party_id"], chosen["party_id"])
        twice = int(bought.sum())
        parts.append(firms[~bought].assign(is_prospect=True))
    parties = pd.concat(parts, ignore_index=True).sort_values("party_id", ignore_index=True)
    balance = (
        Balance(_("Who is looked at"), "rows")
        .start(_("Customers of the input"), len(customers))
        .change(_("Intercompany and collective"), -int((~external).sum()), _("out of rankings"))
        .change(*_in_the_ledger(-int((external & ~alive).sum()), _reach(stays)))
        .change(_("Prospects"), len(parties) - len(chosen) + twice)
        .change(_("Prospects who are customers"), -twice, _("looked at as customers"))
        .end(_("Parties"), len(parties))
    )
    return parties, balance


def asleep_verdict(
    customers: pd.DataFrame, stays: pd.DataFrame, statement: pd.DataFrame
) -> Verdict:
    """Say how many external customers are asleep; withheld where the input is too short to tell.

    Parameters
    ----------
    customers : DataFrame with customer_id, relation
    stays : DataFrame of `staying`
    statement : DataFrame of the report period with customer_id, active
    """
    quiet = (customers["relation"] == "external") & ~_alive(customers, stays, statement)
    reach = _reach(stays)
    outcome = "REFUSE" if reach < YEAR else "FLAG" if reach < LONG_ENOUGH else "PASS"
    return verdict("asleep", outcome, n=number(int(quiet.sum())), months=number(reach))


def _alive(customers: pd.DataFrame, stays: pd.DataFrame, statement: pd.DataFrame) -> np.ndarray:
    """Tell which customers ordered in the trend window, or are active in the report period."""
    live = stays["customer_id"][stays["order_days_24m"] > 0]
    active = statement["customer_id"][statement["active"]]
    return among(customers["customer_id"], live) | among(customers["customer_id"], active)


def _reach(stays: pd.DataFrame) -> int:
    """Return how many months the orders reach back; the first one is whole if a week of it lacks."""
    if not stays["age_months"].any():
        return 0
    begun = 1 < stays["first_order"].min().day <= 1 + QUIET_DAYS
    return int(stays["age_months"].max()) + begun


def _in_the_ledger(change: int, reach: int) -> tuple[str, int, str]:
    """Return the line of customers without an order; what a short input cannot tell is not said."""
    if reach < YEAR:
        return _("Without an order"), change, _("asleep or gone: the input is too short to tell")
    months = _("no order in 24 months")
    if reach < LONG_ENOUGH:
        months = _("no order in the {n} months of the input").format(n=number(reach))
    return _("Asleep"), change, months


def staying_verdicts(
    table: pd.DataFrame, active: pd.Series, rates: pd.DataFrame | None
) -> list[Verdict]:
    """Judge what the chances of return and of staying rest on."""
    mine = table[among(table["customer_id"], active)]
    source = mine["staying_source"].value_counts()
    stay = verdict(
        "staying", "FLAG", contract=number(source.get("contract", 0)),
        rated=number(source.get("our_rating", 0)), unknown=number(source.get("unknown", 0)),
    )  # fmt: skip
    if rates is None:
        return [verdict("reference_values", "REFUSE"), stay]
    window = _("{start} to {end}").format(
        start=day(pd.Timestamp(rates["cutoff"].iloc[0])),
        end=day(pd.Timestamp(rates["window_end"].iloc[0]) - pd.Timedelta(days=1)),
    )
    n = int(rates["n"].sum())
    outcome = "PASS" if n >= 100 else "FLAG"
    frozen = verdict("reference_values", outcome, window=window, n=number(n))
    return [frozen, verdict("chance_of_return", "FLAG"), stay]
