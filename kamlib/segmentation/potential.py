"""Potential: what a customer could buy, by what comparable customers do buy.

A mean of the comparable ones would say what is usual; potential is what a good customer of its kind
buys, so it is a high quantile of theirs. Nobody counts among its own comparables, so that the error of
a basis is measured on customers whom it has not seen.

Sources
-------
Perlich, Rosset, Lawrence and Zadrozny (2007) for wallets as high quantiles of comparable customers.
"""

from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from kamlib.core.codes import FROM_THEM
from kamlib.core.timespans import months_earlier

LEAST = 12  # comparable customers; with fewer a quantile is anything from half to twice the truth
ENDS = {"potential_low": 0.70, "potential": 0.80, "potential_high": 0.90}  # quantiles
UPLIFTS = {name: name.replace("potential", "uplift_kau") for name in ENDS}
ONE_SIDED = 1.645  # standard errors of a 90 % interval
LEVELS = {  # who is comparable, the nearest first
    "segment_and_size": ["industry_segment", "size_band"],
    "size": ["size_band"],
    "segment": ["industry_segment"],
}
SIZES = ("annual_revenue", "employees")  # of equally many customers the first counts


def buyers(
    statement: pd.DataFrame, customers: pd.DataFrame, segments: pd.DataFrame
) -> pd.DataFrame:
    """Return the external active customers who bought, with what makes them comparable.

    Returns
    -------
    DataFrame by customer_id: ``sales`` (invoice revenue), ``profit_rate`` (customer profit in sales),
    ``industry_segment``, ``size`` (revenue or employees, whichever more of them tell), ``size_kind``,
    ``size_band`` (True: above the median of their sizes), ``few`` (one of the vital few)
    """
    now = statement[statement["active"] & (statement["relation"] == "external")]
    now = now[now["invoice_revenue"] > 0].set_index("customer_id")
    few = segments.loc[segments["profit_class"] == "vital_few", "customer_id"]
    told = ["industry_segment", *SIZES]
    about = customers.set_index("customer_id").reindex(index=now.index, columns=told)
    sizes = about[list(SIZES)].astype(float)
    sizes = sizes.where(sizes > 0)
    kind = str(sizes.count().idxmax())
    size, sales = sizes[kind], now["invoice_revenue"].astype(float)
    return pd.DataFrame(
        {
            "sales": sales,
            "profit_rate": now["customer_profit"].astype(float) / sales,
            "industry_segment": about["industry_segment"].replace("", pd.NA),
            "size": size,
            "size_kind": kind,
            "size_band": (size > size.median()).astype(object).where(size.notna()),
            "few": now.index.isin(few),
        }
    )


def potential(bought: pd.DataFrame, said: pd.Series, *, unit: float) -> pd.DataFrame:
    """Estimate what each customer could buy a year, and what more profit would come of it.

    Comparable customers' sales are taken as they are, or per unit of their own size, whichever misses
    by less. What a customer says it buys of everybody comes first. It is never less than sales today.

    Parameters
    ----------
    bought : DataFrame of `buyers`, of a year
    said : Series of `stated_purchases`
    unit : yearly profit of one key-account unit, in the currency of sales

    Returns
    -------
    DataFrame, a row per customer of `bought`: ``customer_id, sales, basis`` (said, sales, per
    annual_revenue or employees; missing: nobody alike), the columns of `ENDS` in money, ``uplift_rate``
    (of profit in more sales: its own or the comparable ones', whichever is lower), the columns of
    `UPLIFTS` in key-account units, and ``reach, comparables, compared_by`` of `comparable`
    """
    plain, sized = comparable(bought, by_size=False), comparable(bought, by_size=True)
    sales, both = bought["sales"], plain.index.intersection(sized.index)
    missed = [pinball(sales[both], each["potential"][both]) for each in (plain, sized)]
    chosen = sized if len(both) and missed[1] < missed[0] else plain
    found = pd.concat([chosen, plain[~plain.index.isin(chosen.index)]]).reindex(bought.index)
    told = said.reindex(bought.index).dropna()
    told = told[
        told >= sales[told.index]
    ]  # who says less than it buys of us speaks of something else
    by_size = bought.index.isin(sized.index) & (chosen is sized)
    found["basis"] = bought["size_kind"].where(by_size, "sales").where(found["potential"].notna())
    found.loc[told.index, "basis"] = "said"
    rate = bought["profit_rate"]
    rate = rate.mask(found["usual_rate"] < rate, found["usual_rate"]).clip(lower=0)
    for name, more in UPLIFTS.items():
        found.loc[told.index, name] = told
        found[name] = found[name].clip(lower=sales)
        found[more] = (found[name] - sales) * rate / unit
    columns = ["customer_id", "sales", "basis", *ENDS, "uplift_rate", *UPLIFTS.values()]
    found = found.assign(sales=sales, uplift_rate=rate).rename_axis("customer_id").reset_index()
    return found[[*columns, "reach", "comparables", "compared_by"]]


def stated_purchases(stated: pd.DataFrame | None, *, end: date, months: int) -> pd.Series:
    """Return what each party says, or a document shows, it buys a year; by party_id, its latest word.

    What we guess is no word of theirs, and what is older than so many months confirms nothing. Amounts of
    one day, of several sites or goods, add up.
    """
    if stated is None:
        return pd.Series(dtype="float64")
    recent = stated["date"].between(months_earlier(end, months), pd.Timestamp(end))
    theirs = stated[stated["source"].isin(FROM_THEM) & recent]
    days = theirs["amount"].astype(float).groupby([theirs["party_id"], theirs["date"]]).sum()
    return days.groupby(level="party_id").last()


def comparable(
    bought: pd.DataFrame, *, by_size: bool, levels: list[str] | None = None
) -> pd.DataFrame:
    """Say what customers comparable to each buy: the nearest level with at least twelve others counts.

    Parameters
    ----------
    bought : DataFrame of `buyers`
    by_size : sales per unit of their own size, times the customer's; else sales as they are
    levels : names of `LEVELS` to look at; None: all

    Returns
    -------
    DataFrame by customer_id, without who has too few: the columns of `ENDS` in money, ``usual_rate``
    (their median profit rate), ``reach`` (share of them among the vital few), ``comparables`` (how
    many), ``compared_by`` (the level)
    """
    unit = bought["size"] if by_size else pd.Series(1.0, bought.index)
    table = bought.assign(unit=unit, value=bought["sales"] / unit)
    numbers = [*ENDS, "usual_rate", "reach", "comparables"]
    found = pd.DataFrame(index=bought.index[:0], columns=[*numbers, "compared_by"])
    for level in levels or LEVELS:
        known = table.dropna(subset=["value", *LEVELS[level]])
        groups = known.groupby(LEVELS[level])
        parts = [_among(group, level) for _key, group in groups if len(group) > LEAST]
        more = [part[~part.index.isin(found.index)] for part in parts]
        found = pd.concat([found, *more]) if len(found) else pd.concat(more or [found])
    return found.astype(dict.fromkeys(numbers, "float64"))


def _among(group: pd.DataFrame, level: str) -> pd.DataFrame:
    n = len(group) - 1
    found = pd.DataFrame(index=group.index)
    for name, q in ENDS.items():
        aside = {"potential_low": -ONE_SIDED, "potential_high": ONE_SIDED}.get(name, 0.0)
        wide = float(np.clip(q + aside * np.sqrt(q * (1 - q) / n), 0, 1))
        found[name] = quantile_of_others(group["value"], wide) * group["unit"]
    return found.assign(
        usual_rate=group["profit_rate"].median(),
        reach=(group["few"].sum() - group["few"]) / n,
        comparables=n,
        compared_by=level,
    )


def quantile_of_others(values: ArrayLike, q: float) -> np.ndarray:
    """Return for each value the quantile of all the others, interpolated.

    Examples
    --------
    >>> quantile_of_others([1.0, 2.0, 3.0, 10.0], 0.5).tolist()
    [3.0, 3.0, 2.0, 2.0]
    """
    known = np.asarray(values, dtype=np.float64)
    order = np.argsort(known, kind="stable")
    place = np.argsort(order, kind="stable")
    ranked, at = known[order], q * (len(known) - 2)
    below, above = int(np.floor(at)), int(np.ceil(at))
    lower, upper = (ranked[k + (k >= place)] for k in (below, above))
    return np.asarray(lower + (at - below) * (upper - lower))


def pinball(actual: pd.Series, quantile: pd.Series, q: float = ENDS["potential"]) -> float:
    """Return the mean pinball loss, which the true quantile makes least.

    Examples
    --------
    >>> round(pinball(pd.Series([100.0, 100.0]), pd.Series([90.0, 110.0])), 6)  # .8 × 10 and .2 × 10
    5.0
    """
    short = actual - quantile
    return float(np.maximum(q * short, (q - 1) * short).mean())
