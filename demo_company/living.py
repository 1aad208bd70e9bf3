"""A company that can lose customers: who leaves, who fades, why, and what is seen of it before.

Once a year each customer's fate is drawn from a logistic hazard of trust, lead over the best rival,
price rise, own lateness and a contract. Nothing here knows how the workbook measures.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from demo_company.evidence import OUR_FUNCTIONS, THEIR_FUNCTIONS
from demo_company.firms import FIRST_DAY
from demo_company.orders import on_a_weekday
from demo_company.scenario import LIVING_YEARS, PERIODS, stream, within

END, LATER = np.datetime64("2025-12-31"), np.datetime64("2026-12-31")
NEVER = np.datetime64("NaT", "D")
HALF_YEAR = (
    182  # days: orders of who fades halve in this time, contacts thin out before some departures
)
REGULAR = ("regular", "season")
TWO_YEARS_AGO = np.datetime64("2024-01-01")


def with_nature(units: pd.DataFrame, own: Mapping[str, Any], *, seed: int) -> pd.DataFrame:
    """Add what a living customer is like beyond its archetype, and put some at the limits of the rules.

    To ``irregularity`` (spread of days between orders over their mean), ``lead`` over the best rival
    (points of 0 to 10), ``own_lateness`` (% of our deliveries to it that are late), ``season`` (day of
    the year), ``rise_<year>`` (% beyond list prices), ``calls_off`` (a number of orders is agreed), and
    ``wallet``, what it buys in all.
    """
    rng, n = stream(seed, "nature"), len(units)
    units = _at_limits(units, own["at_limits"], rng)
    units = _with_call_offs(units, own["call_offs"], rng)
    units = _with_cash_discount(units, own["cash_discount"], rng)
    lead = np.clip(rng.normal(own["lead"][0], own["lead"][1], n), -4, 4)
    beaten = units["archetype"].eq("beaten_by_rival").to_numpy()
    units = units.assign(
        irregularity=within(rng.random(n), *own["irregularity"]),
        lead=np.where(beaten, -np.abs(lead), lead),
        own_lateness=within(rng.random(n), *own["own_lateness"]),
        season=own["season"] + rng.integers(-20, 21, n),
        **{f"rise_{year}": within(rng.random(n), *own["price_rise"]) for year in LIVING_YEARS[1:]},
    )
    units = units.assign(lead=_lead_of_doubtful(units, own, rng))
    return _with_wallet(units, own["wallet"], rng)


def _lead_of_doubtful(
    units: pd.DataFrame, own: Mapping[str, Any], rng: np.random.Generator
) -> np.ndarray:
    """Return the lead; of a share of regular customers one with which they are as likely to stay as not."""
    able = units["rhythm"].isin(REGULAR) & units["relation"].eq("external") & ~units["has_contract"]
    here, stays = _near(able.to_numpy(), own["doubtful"], rng)
    leaves, now = 1 - np.cbrt(stays), hazard(units, own["hazard"], LIVING_YEARS[-1])
    apart = np.log(leaves / (1 - leaves)) - np.log(now / (1 - now))
    doubtful = units["lead"] + apart / own["hazard"]["lead"]
    return np.where(here & (doubtful.abs() <= 3), doubtful, units["lead"])


def _at_limits(
    units: pd.DataFrame, own: Mapping[str, Any], rng: np.random.Generator
) -> pd.DataFrame:
    """Move a share of the regular customers to within a tenth of each limit, by its trait."""
    regular = (units["rhythm"].isin(REGULAR) & units["relation"].eq("external")).to_numpy()
    loses = units["loss"].isin(["price", "terms"]).to_numpy()  # large ones, who lose for good
    changed = units.copy()
    for name, shares in own.items():
        able = regular & (~loses | (name != "profit"))
        here, value = _near(able, shares, rng)
        if name == "known_years":
            first = END - (365 * value).astype(int)
            changed["start"] = np.where(here, first, changed["start"].to_numpy("datetime64[D]"))
            changed["years_before"] = changed["years_before"].where(~here, 0)
        elif name == "profit":
            for end in ("profit_low", "profit_high"):
                changed[end] = changed[end].where(~here, value)
        else:
            changed[name] = changed[name].where(~here, value)
    later = changed["days_late"] + 14
    return changed.assign(days_to_pay=np.maximum(changed["days_to_pay"], later))


def _near(
    able: np.ndarray, shares: Mapping[Any, float], rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw its share of those who are able for each limit, and a value within a tenth of it.

    Near nothing is what is within a tenth of the smallest other limit.
    """
    limits, lot = np.array([*shares], dtype=np.float64), np.ones(len(able))
    lot[able] = rng.permutation(able.sum()) / able.sum()
    place = np.searchsorted(np.cumsum([*shares.values()]), lot, side="right")
    here = place < len(limits)
    width = 0.1 * np.where(limits == 0, limits[limits > 0].min(), limits)
    value = limits[:, None] + width[:, None] * rng.uniform(-1, 1, (len(limits), len(able)))
    return here, value[np.minimum(place, len(limits) - 1), np.arange(len(able))]


def _with_call_offs(
    units: pd.DataFrame, own: Mapping[str, Any], rng: np.random.Generator
) -> pd.DataFrame:
    """Let some agree on how many orders they place in two years, and on no days."""
    old = units["start"].to_numpy("datetime64[D]") < TWO_YEARS_AGO
    able = old & (units["rhythm"].eq("regular") & units["relation"].eq("external")).to_numpy()
    here, orders = _near(able, own, rng)
    return units.assign(calls_off=here, orders=units["orders"].where(~here, orders))


def _with_cash_discount(
    units: pd.DataFrame, own: Mapping[str, Any], rng: np.random.Generator
) -> pd.DataFrame:
    """Let some of those who order rarely have the usual discount for cash, and no other."""
    rarely = units["rhythm"].isin(["once", "season"]) | units["archetype"].eq("occasional")
    able = rarely & units["archetype"].ne("golden_shot")
    here, rate = _near(able.to_numpy(), own, rng)
    ends = ("discount_low", "discount_high")
    return units.assign(**{end: units[end].where(~here, rate) for end in ends})


def _with_wallet(
    units: pd.DataFrame, own: Mapping[str, Any], rng: np.random.Generator
) -> pd.DataFrame:
    """Add the wallet behind our sales, and the customer's own size behind the wallet.

    Our share follows the lead. Given its own size, the logarithm of a wallet is normal with the
    scenario's spread; as our sales are drawn first, its size is drawn given the wallet.
    """
    share = 1 / (1 + np.exp(-own["share_at_par"] - own["per_point_of_lead"] * units["lead"]))
    share = np.where(units["rhythm"].isin(REGULAR), share, share * own["once"])
    log = np.log(units["size"] / share)
    middle, spread = log.mean(), max(log.std(ddof=0), 1.1 * own["log_spread"])
    kept = 1 - (own["log_spread"] / spread) ** 2
    noise = own["log_spread"] * np.sqrt(kept) * rng.standard_normal(len(units))
    revenue = np.exp(middle + kept * (log - middle) + noise) / own["in_their_revenue"]
    workers = revenue / rng.uniform(350_000, 700_000, len(units))
    return units.assign(
        wallet=np.exp(log),
        share_of_wallet=share,
        annual_revenue=np.round(revenue, -4),
        employees=np.maximum(2, np.round(workers)).astype(int),
    )


def with_fate(
    units: pd.DataFrame, own: Mapping[str, Any], *, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw year by year who leaves and who begins to fade.

    Returns
    -------
    units : with ``end`` (the day of leaving, or after all is over), ``fades_from``, ``warns`` (contacts
        thin out before the departure) and ``staying``, the chance that follows from the hazard
    fate : one row per customer and year in which it was there on 1 January
    """
    rng, n = stream(seed, "fate"), len(units)
    able = units["rhythm"].isin(REGULAR) & units["relation"].eq("external")
    left, fading = np.full(n, NEVER), np.full(n, NEVER)
    parts = []
    for year in LIVING_YEARS[1:]:
        new_year = np.datetime64(f"{year}-01-01")
        draws, day = rng.random((2, n)), rng.integers(0, 365, (2, n))
        chance = hazard(units, own["hazard"], year)
        there = able.to_numpy() & (units["start"] < new_year).to_numpy() & np.isnat(left)
        leaves = there & (draws[0] < chance)
        fades = there & ~leaves & np.isnat(fading) & (draws[1] < own["fading"])
        left = np.where(leaves, new_year + day[0], left)
        fading = np.where(fades, new_year + day[1], fading)
        row = units.assign(unit=units.index, year=year, hazard=chance, leaves=leaves, fades=fades)
        parts.append(row.assign(price_rise=row[f"rise_{year}"])[there])
    names = ["unit", "customer_id", "year", "hazard", "leaves", "fades", "trust", "lead"]
    names += ["price_rise", "own_lateness", "has_contract"]
    fate = pd.concat(parts, ignore_index=True)[names]
    stays = (1 - hazard(units, own["hazard"], LIVING_YEARS[-1])) ** 3
    units = units.assign(
        end=np.where(np.isnat(left), LATER + 1, left),
        fades_from=fading,
        warns=rng.random(n) < own["contacts"]["thin_out"],
        staying=units["staying"].where(~able, stays),
    )
    return units, fate


def hazard(units: pd.DataFrame, own: Mapping[str, float], year: int) -> np.ndarray:
    """Return the chance that each customer leaves in a year: logistic in what it has lived through."""
    logit = (
        own["intercept"]
        + own["trust"] * units["trust"]
        + own["lead"] * units["lead"]
        + own["price_rise"] * units[f"rise_{year}"]
        + own["own_lateness"] * units["own_lateness"]
        + own["contract"] * units["has_contract"].astype(float)
    )
    return np.asarray(1 / (1 + np.exp(-logit)))


def price_level(units: pd.DataFrame, lines: pd.DataFrame) -> np.ndarray:
    """Return each line's price against that of 2025: what rose since stands on no older line."""
    level = np.ones((len(units), len(LIVING_YEARS)))
    for place in range(len(LIVING_YEARS) - 3, -1, -1):  # 2024, then back
        rise = units[f"rise_{LIVING_YEARS[place + 1]}"].to_numpy() / 100
        level[:, place] = level[:, place + 1] / (1 + rise)
    return np.asarray(level[lines["unit"], lines["date"].dt.year - LIVING_YEARS[0]])


def renewals(
    units: pd.DataFrame, seasons: list[float], own: Mapping[str, Any], *, seed: int
) -> pd.DataFrame:
    """Draw orders to the end of the year after the input: ``unit, date, value``.

    Days between two orders follow a gamma distribution with the customer's own irregularity; those of
    the season order once a year around their day; those who hardly come back do so by chance.
    """
    rng = stream(seed, "renewals")
    who = np.flatnonzero(units["rhythm"].isin(REGULAR))
    drawn = [_days_of(unit, rng) for unit in units.iloc[who].itertuples()]
    unit = np.repeat(who, [len(days) for days in drawn])
    days = np.concatenate(drawn)
    back = _back_after_all(units, own["once_returns"], rng)
    unit, days = np.append(unit, back), np.append(days, END + rng.integers(5, 360, len(back)))
    dates = on_a_weekday(days)
    year, month = pd.DatetimeIndex(dates).year, pd.DatetimeIndex(dates).month
    mine = units.iloc[unit]
    each = mine["size"].to_numpy() / np.maximum(mine["orders"].to_numpy(), 1)
    each = each * (1 + mine["growth"].to_numpy()) ** (year - 2025)
    value = each * np.array(seasons)[month - 1] * np.exp(rng.normal(-0.06, 0.35, len(dates)))
    return pd.DataFrame({"unit": unit, "date": dates, "value": value})


def _days_of(unit: Any, rng: np.random.Generator) -> np.ndarray:
    """Return the days on which one customer orders, until it leaves."""
    start, end = np.datetime64(unit.start, "D"), np.datetime64(unit.end, "D")
    if unit.rhythm == "season":
        years = np.array([f"{year}-01-01" for year in LIVING_YEARS], dtype="datetime64[D]")
        days = years + (unit.season + rng.normal(0, 10, len(years))).astype(int)
    elif unit.calls_off:
        days = _call_offs(unit, rng)
    else:
        usual, shape = 365 / unit.orders, unit.irregularity**-2
        most = int((LATER - start).astype(int) / usual * 1.5 + 30)
        days = start + np.cumsum(rng.gamma(shape, usual / shape, most)).astype(int)
        if start > FIRST_DAY + 30:  # who came later came with an order
            days = np.append(start, days)
    if not pd.isna(unit.fades_from):
        since = (days - np.datetime64(unit.fades_from, "D")).astype(int)
        days = days[rng.random(len(days)) >= 0.5 * np.clip(since / HALF_YEAR, 0, 1)]
    return days[(days >= start) & (days <= min(end, LATER))]


def _call_offs(unit: Any, rng: np.random.Generator) -> np.ndarray:
    """Return days of as many orders as were agreed for every two years, as irregular as it is."""
    new_years = np.arange("2020", "2028", 2, dtype="datetime64[Y]").astype("datetime64[D]")
    count, shape = round(2 * unit.orders), unit.irregularity**-2
    gaps = rng.gamma(shape, 1 / shape, (len(new_years), count + 1))
    passed = np.cumsum(gaps, axis=1)[:, :-1] / gaps.sum(axis=1, keepdims=True)
    return np.asarray((new_years[:, None] + (730 * passed).astype(int)).ravel())


def _back_after_all(units: pd.DataFrame, chance: float, rng: np.random.Generator) -> np.ndarray:
    """Return those who hardly come back and do so in the year after the input."""
    return np.flatnonzero(units["rhythm"].eq("once") & (rng.random(len(units)) < chance))


def contacts(units: pd.DataFrame, own: Mapping[str, Any], *, seed: int) -> pd.DataFrame:
    """Return contacts of the last three years; before some of the departures they thin out.

    They end a month after who leaves has decided to.
    """
    rng = stream(seed, "contacts")
    known = units[
        units["live"] & (units["gap"] != "no_contacts") & units["relation"].eq("external")
    ]
    parts = []
    rows: Any = known.itertuples()
    for unit in rows:
        functions = min(max(unit.functions, 1), len(THEIR_FUNCTIONS))
        yearly = own["a_year"] * functions if unit.rhythm in REGULAR else 1
        day = END - rng.integers(0, 3 * 365, rng.poisson(3 * yearly))
        leaves = np.datetime64(unit.end, "D") if unit.rhythm in REGULAR else LATER + 1
        thin = unit.warns & (day > leaves - HALF_YEAR)
        rare = rng.random(len(day)) < own["left_over"]
        day = day[(day <= leaves + 30) & (~thin | rare)]
        theirs = rng.integers(0, functions, len(day))
        part = pd.DataFrame({"party_id": unit.customer_id, "date": day, "theirs": theirs})
        parts.append(part)
    table = pd.concat(parts, ignore_index=True)
    ours = (table["theirs"] + rng.integers(0, 2, len(table))) % len(OUR_FUNCTIONS)
    table["date"] = on_a_weekday(table["date"].to_numpy("datetime64[D]")).clip(max=END)
    table = table.assign(
        their_function=np.array(THEIR_FUNCTIONS)[table["theirs"]],
        our_function=np.array(OUR_FUNCTIONS)[ours],
    ).drop(columns="theirs")
    return table.sort_values(["party_id", "date", "their_function"], ignore_index=True)


def staying_true(fate: pd.DataFrame, units: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    """Return the hazard of each customer and year, what it rests on, and the last order."""
    last = orders.groupby("unit")["date"].max()
    left_on = fate["unit"].map(units["end"]).where(fate["leaves"])
    table = fate.assign(left_on=left_on, last_order=fate["unit"].map(last))
    flags = {name: table[name].astype(int) for name in ("leaves", "fades", "has_contract")}
    exact = {name: table[name].round(4) for name in ("hazard", "trust", "lead", "price_rise")}
    table = table.assign(**flags, **exact, own_lateness=table["own_lateness"].round(2))
    table = table.rename(columns={"has_contract": "contract"}).drop(columns="unit")
    return table.sort_values(["customer_id", "year"], ignore_index=True)


def next_year(units: pd.DataFrame, orders: pd.DataFrame, profit: pd.DataFrame) -> pd.DataFrame:
    """Return what each customer does in the 12 months after the input's end.

    To ``customer_id, profit, orders, still_buying``. Its profit is its margin of the last period in
    which it bought, on what it buys now at the year's price, less what its orders cost to serve.
    """
    external = units.index[units["relation"] == "external"]
    year = orders["date"].dt.year.rename("year")
    sums = orders.groupby([year, "unit"])["value"].agg(["sum", "size"])
    now = sums.reindex([(2026, unit) for unit in external], fill_value=0.0).set_axis(external)
    before = _last_period(profit, sums).reindex(external).fillna({"sum": 0.0, "size": 0})
    value = now["sum"] / before["sum"].where(before["sum"] > 0)
    count = now["size"] / before["size"].where(before["size"] > 0)
    margin = before["gross_margin"] - before["capital_charge"]
    rise = before["pocket_revenue"] * units["rise_2026"].reindex(external) / 100
    earned = value * (margin + rise) - count * before["cost_to_serve"]
    table = pd.DataFrame(
        {
            "customer_id": units["customer_id"].reindex(external),
            "profit": earned.fillna(0.0),
            "orders": now["size"].astype(int),
            "still_buying": (now["size"] > 0).astype(int),
        }
    )
    return table.sort_values("customer_id", ignore_index=True)


def _last_period(profit: pd.DataFrame, sums: pd.DataFrame) -> pd.DataFrame:
    """Return the ladder of the last period in which each unit bought, with its orders' value."""
    ladder = profit.assign(year=profit["period"].map(PERIODS)).set_index(["year", "unit"])
    both = ladder.join(sums, how="inner").reset_index("year").sort_values("year", kind="stable")
    return both[~both.index.duplicated(keep="last")]


def potential_true(
    units: pd.DataFrame, firms: pd.DataFrame, own: Mapping[str, Any], *, seed: int
) -> pd.DataFrame:
    """Return the wallet of each customer and prospect, and our share: ``party_id, wallet, share``."""
    external = units[units["relation"] == "external"]
    noise = own["log_spread"] * stream(seed, "wallets").standard_normal(len(firms))
    theirs = firms["annual_revenue"] * own["in_their_revenue"] * np.exp(noise)
    parts = [
        external[["customer_id", "wallet", "share_of_wallet"]].set_axis(
            ["party_id", "wallet", "share"], axis=1
        ),
        pd.DataFrame({"party_id": firms["prospect_id"], "wallet": theirs, "share": 0.0}),
    ]
    table = pd.concat(parts).sort_values("party_id", ignore_index=True)
    return table.assign(wallet=table["wallet"].round(-2), share=table["share"].round(4))
