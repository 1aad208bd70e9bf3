"""Who comes back and who stays: reference repeat rates, and what contracts and ratings say.

The chance of return is the repeat rate of customers with as many order days, shrunk towards those
with a few more or less. It stands in for a model of each customer's rhythm, and says so.
"""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from kamlib.core.codes import FROM_THEM
from kamlib.core.language import _, day, number, percent
from kamlib.core.tables import among, content_hash
from kamlib.core.timespans import months_earlier, whole_months
from kamlib.core.verdicts import Balance, Verdict, verdict
from kamlib.numerics import piecewise_inverse

if TYPE_CHECKING:
    from kamlib.settings import Windows

MOST_ORDER_DAYS = 12
STRENGTH = 2.0
MATERIAL = 0.05  # of a repeat rate, between frozen and measured afresh
CONTRACT_COUNTS = 0.90
QUIET_DAYS = 7
YEAR, LONG_ENOUGH = 12, 24  # months of the input, to tell asleep from gone


class Window(NamedTuple):
    """Days in which order days are counted, and days in which a return is looked for."""

    start: pd.Timestamp
    cutoff: pd.Timestamp
    end: pd.Timestamp

    @property
    def months(self) -> int:
        """Return how many months order days are counted in."""
        return (self.cutoff.year - self.start.year) * 12 + self.cutoff.month - self.start.month


def reference_window(
    orders: pd.DataFrame,
    years: Sequence[date],
    *,
    windows: "Windows",
    frozen: pd.DataFrame | None = None,
) -> Window | None:
    """Choose the reference period of the repeat rates; None where the input is too short.

    Parameters
    ----------
    orders : DataFrame with date
    years : first days of the periods in which returns may be looked for, the best first
    frozen : DataFrame of `repeat_rates` that were frozen earlier: their window holds

    Notes
    -----
    Returns are looked for in the first of `years` before which the input reaches back the whole trend
    window. Where there is none, order days are counted in the first 12 months of the input and returns
    looked for in the months after.
    """
    if frozen is not None:
        return _window_of(frozen)
    if orders.empty:
        return None
    first, last = orders["date"].min().normalize(), orders["date"].max()
    if first.day <= 1 + QUIET_DAYS:  # a month is whole if a week of it lacks
        first = first.replace(day=1)
    back = pd.DateOffset(months=windows.trend_months)
    spans = [(pd.Timestamp(each) - back, pd.Timestamp(each)) for each in years]
    whole = [span for span in spans if span[0] >= first]
    later = pd.DateOffset(months=windows.return_months)
    for start, cutoff in [*whole, (first, first + pd.DateOffset(months=YEAR))]:
        if last >= cutoff + later - pd.DateOffset(months=1):
            return Window(start, cutoff, cutoff + later)
    return None


def _window_of(rates: pd.DataFrame) -> Window:
    days = (pd.Timestamp(rates[name].iloc[0]) for name in ("window_start", "cutoff", "window_end"))
    return Window(*days)


def repeat_rates(orders: pd.DataFrame, window: Window | None) -> pd.DataFrame | None:
    """Measure how many customers came back, by the number of their order days.

    Returns
    -------
    DataFrame, one row per number of order days 0 to 12 (12: twelve or more): ``order_days``,
    ``n``, ``returned``, ``rate`` (0 to 1, NaN where nobody had as many), the window's days, and
    ``inputs``, the hash of what was measured

    Notes
    -----
    A rate is shrunk with strength 2 towards the rate of its neighbours together: the next lower and
    the next higher number of order days that anybody had. None without a window.
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
    sums = sums.reindex(range(MOST_ORDER_DAYS + 1), fill_value=0).astype(np.int64)
    return pd.DataFrame(
        {
            "order_days": range(MOST_ORDER_DAYS + 1),
            "n": sums["count"].to_numpy(),
            "returned": sums["sum"].to_numpy(),
            "rate": _shrunk(sums["count"], sums["sum"]),
            "window_start": window.start,
            "cutoff": window.cutoff,
            "window_end": window.end,
            "inputs": content_hash(counts.assign(customer_id=customers)),
        }
    )


def _shrunk(counts: pd.Series, returned: pd.Series) -> pd.Series:
    """Return the rate of each class that holds anybody, shrunk towards its neighbours together."""
    here = counts[counts > 0]
    back = returned[here.index]
    around = here.shift(fill_value=0) + here.shift(-1, fill_value=0)
    back_around = back.shift(fill_value=0) + back.shift(-1, fill_value=0)
    alone = around == 0  # no neighbours to lean on
    leaning = (back_around / around.mask(alone, 1)).mask(alone, back / here)
    rates = (back + STRENGTH * leaning) / (here + STRENGTH)
    return rates.reindex(counts.index).reset_index(drop=True)


def staying(
    orders: pd.DataFrame,
    customers: pd.DataFrame,
    rates: pd.DataFrame | None,
    ratings: pd.DataFrame,
    *,
    windows: "Windows",
    end: date,
    scale: Sequence[tuple[float, float]],
) -> pd.DataFrame:
    """Say how well we know each customer, how often it orders, and whether it returns and stays.

    Parameters
    ----------
    orders : DataFrame with customer_id, date
    customers : DataFrame, one row per customer; ``contract_end`` is optional
    rates : DataFrame of `repeat_rates`; None: the chance of return is unknown. Order days are counted
        for it over as many months as they were there
    ratings : DataFrame of our current ratings with party_id, criterion, rating, and where known
        source and date
    windows : months of the trend window and years of staying
    end : last day of the period
    scale : anchors of the criterion staying, (chance, value) pairs

    Returns
    -------
    DataFrame, one row per customer: ``order_days_24m``, ``orders_per_year``, ``age_months``,
    ``known_years`` (both NaN for who never ordered), ``last_order``, ``p_return_12m``, ``p_stay_3y``
    (0 to 1, NaN is unknown), ``staying_source`` (contract, their_words, our_rating, unknown),
    ``staying_date`` (of the rating)
    """
    past = orders[orders["date"] <= pd.Timestamp(end)]
    recent = past[past["date"] >= months_earlier(end, windows.trend_months)]
    first = past.groupby("customer_id")["date"].agg(["min", "max"])
    table = customers[["customer_id"]].merge(
        first.rename(columns={"min": "first_order", "max": "last_order"}),
        left_on="customer_id",
        right_index=True,
        how="left",
    )
    days = recent.groupby("customer_id")["date"].nunique()
    table["order_days_24m"] = table["customer_id"].map(days).fillna(0).astype("int64")
    known = table["first_order"].notna()
    age = whole_months(table["first_order"].fillna(pd.Timestamp(end)), end)
    table["age_months"] = age.astype("float64").where(known)
    table["known_years"] = table["age_months"] / 12
    table["orders_per_year"] = table["order_days_24m"] / (windows.trend_months / 12)
    table["p_return_12m"] = np.nan if rates is None else _return(past, table, rates, end)
    return _stays(table, customers, ratings, end, windows.staying_years, scale)


def _return(past: pd.DataFrame, table: pd.DataFrame, rates: pd.DataFrame, end: date) -> np.ndarray:
    """Return the rate of the class of each customer; NaN where that class was nobody's."""
    recent = past[past["date"] >= months_earlier(end, _window_of(rates).months)]
    days = recent.groupby("customer_id")["date"].nunique()
    own = table["customer_id"].map(days).fillna(0).clip(upper=MOST_ORDER_DAYS)
    return own.map(rates.set_index("order_days")["rate"]).to_numpy(dtype=np.float64)


def _stays(
    table: pd.DataFrame,
    customers: pd.DataFrame,
    ratings: pd.DataFrame,
    end: date,
    years: int,
    scale: Sequence[tuple[float, float]],
) -> pd.DataFrame:
    """Say who stays, from where we know it, and since when: a contract, their words, or our rating."""
    rated = ratings[ratings["criterion"] == "staying"].set_index("party_id")
    value = table["customer_id"].map(rated["rating"]).to_numpy(dtype=np.float64) / 10
    told = rated.get("source", pd.Series(dtype="str")).isin(FROM_THEM)
    theirs = among(table["customer_id"], told.index[told])
    chance = np.where(np.isnan(value), np.nan, piecewise_inverse(np.nan_to_num(value), scale))
    contract = np.zeros(len(table), dtype=bool)
    if "contract_end" in customers:
        ends = table["customer_id"].map(customers.set_index("customer_id")["contract_end"])
        contract = (ends > pd.Timestamp(end) + pd.DateOffset(years=years)).to_numpy()
    source = np.select(
        [contract, theirs & ~np.isnan(chance), ~np.isnan(chance)],
        ["contract", "their_words", "our_rating"],
        "unknown",
    )
    on = table["customer_id"].map(rated["date"].to_dict() if "date" in rated else {})
    return table.assign(
        p_stay_3y=np.where(contract, CONTRACT_COUNTS, chance),
        staying_source=source,
        staying_date=pd.to_datetime(on).astype("datetime64[us]").mask(contract),
    )


def assessed_parties(
    customers: pd.DataFrame,
    prospects: pd.DataFrame | None,
    stays: pd.DataFrame,
    statement: pd.DataFrame,
) -> tuple[pd.DataFrame, Balance]:
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
        .end(_("Customers and prospects"), len(parties))
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
    table: pd.DataFrame,
    active: pd.Series,
    rates: pd.DataFrame | None,
    afresh: pd.DataFrame | None,
    *,
    windows: "Windows",
) -> list[Verdict]:
    """Judge what the chances of return and of staying rest on.

    Parameters
    ----------
    table : DataFrame of `staying`
    active : ids of the customers active in the period
    rates : DataFrame of `repeat_rates` as frozen; None where nothing could be measured
    afresh : the same, measured over the same window on the inputs as they are now
    """
    mine = table[among(table["customer_id"], active)]
    source = mine["staying_source"].value_counts()
    stay = verdict(
        "staying",
        "FLAG",
        contract=number(source.get("contract", 0)),
        told=number(source.get("their_words", 0)),
        rated=number(source.get("our_rating", 0)),
        unknown=number(source.get("unknown", 0)),
    )
    if rates is None:
        return [verdict("reference_values", "REFUSE"), stay]
    window, n = _window_of(rates), int(rates["n"].sum())
    said = _("{start} to {end}").format(
        start=day(window.cutoff), end=day(window.end - pd.Timedelta(days=1))
    )
    months = {"months": number(window.months), "trend": number(windows.trend_months)}
    unmet = int(mine["p_return_12m"].isna().sum())
    return [
        verdict("reference_values", "PASS" if n >= 100 else "FLAG", window=said, n=number(n)),
        verdict(
            "order_days_window",
            "PASS" if window.months == windows.trend_months else "FLAG",
            **months,
        ),
        _afresh(rates, afresh),
        verdict("order_days_met", "FLAG" if unmet else "PASS", n=number(unmet)),
        verdict("chance_of_return", "FLAG"),
        stay,
    ]


def _afresh(rates: pd.DataFrame, afresh: pd.DataFrame | None) -> Verdict:
    """Judge whether what was frozen would be measured so again, over the same days."""
    frozen = rates.set_index("order_days")["rate"]
    now = frozen * np.nan if afresh is None else afresh.set_index("order_days")["rate"]
    apart = (now - frozen).abs()
    if not apart.notna().any():
        return verdict("rates_afresh", "FLAG", said=_("today's inputs do not reach those days"))
    if apart.max() < MATERIAL:
        return verdict("rates_afresh", "PASS")
    most = int(apart.dropna().sort_values(kind="stable").index[-1])
    said = _("{now} instead of {frozen} with order days of {n}").format(
        now=percent(now[most]), frozen=percent(frozen[most]), n=number(most)
    )
    return verdict("rates_afresh", "FLAG", said=said)
