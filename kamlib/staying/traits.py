"""The profile of those who earn and of those who stay, and which prospects are like them.

It describes and never predicts: its intervals are of one sample that was searched, and exploratory.
"""

from datetime import date

import numpy as np
import pandas as pd

from kamlib.core.tables import among
from kamlib.core.timespans import months_earlier
from kamlib.numerics.rates import shrunk_rates

LEAST = 10  # customers who share a value
NEAREST = 5
KINDS = ("industry_segment", "region", "contract")
SIZES = ("employees", "annual_revenue", "own_growth")  # in thirds of the customers
THIRDS = ("low", "middle", "high")


def attributes(parties: pd.DataFrame) -> pd.DataFrame:
    """Return what is known of each party as words, by ``party_id``; sizes in thirds of the customers."""
    table = parties.set_index("party_id")
    if "contract_end" in table:
        table["contract"] = np.where(table["contract_end"].notna(), "yes", "no")
        table["contract"] = table["contract"].mask(table["is_prospect"].astype(bool))
    found = {name: table[name].astype("str") for name in KINDS if name in table}
    for name in (n for n in SIZES if n in table):
        size = table[name].astype("float64")
        edges = size[~table["is_prospect"].astype(bool)].quantile([1 / 3, 2 / 3]).to_numpy()
        third = pd.Series(np.searchsorted(edges, size, side="left"), index=table.index)
        found[name] = third.map(dict(enumerate(THIRDS))).astype("str").mask(size.isna())
    return pd.DataFrame(found, index=table.index)


def stayed(orders: pd.DataFrame, *, end: date) -> pd.Series:
    """Return who of the customers of the year before ordered in the last one."""
    year, before = months_earlier(end, 12), months_earlier(end, 24)
    then = orders[(orders["date"] >= before) & (orders["date"] < year)]
    now = orders[(orders["date"] >= year) & (orders["date"] <= pd.Timestamp(end))]
    ids = then["customer_id"].drop_duplicates().sort_values()
    return pd.Series(among(ids, now["customer_id"].drop_duplicates()), index=ids.to_numpy())


def profile(traits: pd.DataFrame, groups: dict[str, pd.Series]) -> pd.DataFrame:
    """Hold the customers of a group against the others, value by value.

    Parameters
    ----------
    traits : DataFrame of `attributes`, of customers
    groups : comparison → Series, customer_id → in the group or not: those of door 1 (``key``) against other
        customers, stayers against leavers (``stays``)

    Returns
    -------
    DataFrame, one row per comparison, attribute and value that ten customers share: ``n``, ``share`` of
    them in the group, ``lift`` over all, shrunk with strength 10, ``lift_low`` and ``lift_high`` (90 %)
    """
    parts = []
    for name, group in groups.items():
        inside = group.reindex(traits.index).dropna().astype(float)
        for attribute in traits.columns if inside.any() else ():
            seen = inside.groupby(traits.loc[inside.index, attribute]).agg(["count", "sum"])
            seen = seen[seen["count"] >= LEAST]
            all_, n = inside.mean(), seen["count"]
            rates = shrunk_rates(seen["sum"], n, all_)
            found = {"n": n, "share": seen["sum"] / n, "lift": rates.rate / all_}
            table = pd.DataFrame(
                {**found, "lift_low": rates.low / all_, "lift_high": rates.high / all_}
            )
            table = table.rename_axis("value").reset_index()
            parts.append(table.assign(comparison=name, attribute=attribute))
    names = ["comparison", "attribute", "value", "n", "share", "lift", "lift_low", "lift_high"]
    return pd.concat(parts, ignore_index=True)[names] if parts else pd.DataFrame(columns=names)


def likeness(
    parties: pd.DataFrame, known: pd.DataFrame, stays: pd.DataFrame, good: pd.Series
) -> pd.DataFrame:
    """Say of each prospect how like the key customers it is, whether such stay, and who is nearest.

    Parameters
    ----------
    parties : DataFrame party_id, is_prospect, name and attributes; with the customers who left, or who is
        like them would seem to stay
    known : DataFrame of `profile`
    stays : DataFrame of `staying_chances`
    good : ids of the key customers, among whom the nearest are looked for

    Returns
    -------
    DataFrame, one row per prospect: ``likeness`` (the geometric mean of the lifts of its values; 1 is
    anybody), ``p_stay_low`` and ``p_stay_high`` (the least and the most of what customers with one of its
    values have on average), ``nearest`` (five names). NaN and empty where no value of it is known.
    """
    traits = attributes(parties)
    new = parties.set_index("party_id")["is_prospect"].astype(bool)
    ours, theirs = traits[~new], traits[new]
    key = known[known["comparison"] == "key"].set_index(["attribute", "value"])["lift"]
    log = pd.DataFrame(index=theirs.index)
    for name in traits.columns:
        lifts = key.xs(name) if name in key.index.get_level_values(0) else pd.Series(dtype=float)
        log[name] = theirs[name].map(np.log(lifts.clip(lower=1e-9)))
    chance = stays_of_their_like(parties, stays)
    ours = ours[ours.index.isin(good)]
    names = parties.set_index("party_id")["name"]
    return pd.DataFrame(
        {
            "party_id": theirs.index,
            "likeness": np.exp(log.mean(axis=1)).to_numpy(),
            "p_stay_low": chance["p_stay_low"].to_numpy(),
            "p_stay_high": chance["p_stay_high"].to_numpy(),
            "nearest": [_nearest(row, ours, names) for _id, row in theirs.iterrows()],
        }
    )


def stays_of_their_like(parties: pd.DataFrame, stays: pd.DataFrame) -> pd.DataFrame:
    """Return ``p_stay_low`` and ``p_stay_high`` of each prospect, by party_id, as `likeness` says."""
    traits, new = attributes(parties), parties.set_index("party_id")["is_prospect"].astype(bool)
    ours, theirs = traits[~new], traits[new]
    chance = stays.set_index("customer_id")[["p_stay_low", "p_stay_high"]].reindex(ours.index)
    low, high = (pd.DataFrame(index=theirs.index) for _each in range(2))
    for name in traits.columns:
        shared = chance.groupby(ours[name])
        means = shared.mean()[shared.size() >= LEAST]
        low[name] = theirs[name].map(means["p_stay_low"])
        high[name] = theirs[name].map(means["p_stay_high"])
    return pd.DataFrame({"p_stay_low": low.min(axis=1), "p_stay_high": high.max(axis=1)})


def _nearest(prospect: pd.Series, ours: pd.DataFrame, names: pd.Series) -> str:
    """Name those of `ours` who share most of what is known of a prospect."""
    told = prospect.dropna()
    if told.empty:
        return ""
    shared = (ours[told.index] == told).sum(axis=1)
    best = shared[shared > 0].sort_values(ascending=False, kind="stable").head(NEAREST)
    return ", ".join(names[best.index])
