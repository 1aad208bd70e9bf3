"""When they order: a regular rhythm for regular customers, one or two days for the others."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from demo_company.scenario import YEARS, stream

CHANNELS = np.array(["edi", "web", "mail", "phone"])


def order_days(
    units: pd.DataFrame,
    sites: pd.DataFrame,
    scenario: Mapping[str, Any],
    *,
    seed: int,
    regular: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Draw the orders of all units.

    Parameters
    ----------
    regular : DataFrame ``unit, date, value``, orders of regular customers; None draws a steady rhythm

    Returns
    -------
    DataFrame, one row per order in the order of its day: ``unit``, ``date``, ``value`` (at list
    price of 2025), ``lines``, ``channel``, ``rush``, ``export``, ``site``
    """
    if regular is None:
        regular = _regular(units, scenario["company"]["seasons"], stream(seed, "rhythm"))
    once = _once(units, scenario["once"], stream(seed, "once"))
    orders = pd.concat([regular, once], ignore_index=True)
    orders = orders.sort_values(["date", "unit"], kind="stable", ignore_index=True)
    return _with_attributes(orders, units, sites, stream(seed, "orders"))


def _regular(units: pd.DataFrame, seasons: list[float], rng: np.random.Generator) -> pd.DataFrame:
    """Spread the orders of each unit and year evenly, with a jitter below half their distance."""
    who = np.flatnonzero(units["rhythm"] == "regular")
    grid = pd.MultiIndex.from_product([who, YEARS], names=["unit", "year"]).to_frame(index=False)
    own = units.iloc[grid["unit"]].reset_index(drop=True)
    new_year = pd.to_datetime(grid["year"].astype(str) + "-01-04").to_numpy("datetime64[D]")
    low = np.maximum(new_year, own["start"].to_numpy("datetime64[D]"))
    high = np.minimum(new_year + 359, own["end"].to_numpy("datetime64[D]"))
    days = np.maximum((high - low).astype(int), 0)
    count = np.rint(own["orders"] * days / 360 * rng.uniform(0.95, 1.05, len(own))).astype(int)
    count = np.where((days > 0) & (low > new_year), np.maximum(count, 1), count)
    growth = (1 + own["growth"]) ** (grid["year"] - 2025)
    each = own["size"] * growth / own["orders"]
    row = np.repeat(np.arange(len(grid)), count)
    place = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    middle = place + 0.5 + rng.uniform(-0.4, 0.4, len(row))
    day = low[row] + (days[row] * middle / count[row]).astype(int)
    dates = on_a_weekday(day)
    season = np.array(seasons)[pd.DatetimeIndex(dates).month - 1]
    value = each.to_numpy()[row] * season * np.exp(rng.normal(-0.06, 0.35, len(row)))
    return pd.DataFrame({"unit": grid["unit"].to_numpy()[row], "date": dates, "value": value})


def on_a_weekday(days: np.ndarray) -> np.ndarray:
    """Move Saturdays to Friday and Sundays to Monday."""
    weekday = (days.astype(int) + 3) % 7  # 1970-01-01 was a Thursday
    return days + np.select([weekday == 5, weekday == 6], [-1, 1], 0)


def _once(units: pd.DataFrame, once: Mapping[str, Any], rng: np.random.Generator) -> pd.DataFrame:
    """Draw the one or two days of those who hardly come back."""
    who = np.flatnonzero(units["rhythm"] == "once")
    own = units.iloc[who].reset_index(drop=True)
    first = _first_days(own, once, rng)
    size = own["size"].to_numpy()
    two = (rng.random(len(who)) < once["two_days"]) | (
        own["archetype"].eq("golden_shot") & own["big"]
    )
    second = first + (25 + rng.random(len(who)) * 150).astype(int)
    later = np.datetime64("2025-09-08") + rng.integers(0, 60, len(who))
    second = np.where(own["big"] & own["archetype"].eq("golden_shot"), later, second)
    two = (
        two.to_numpy()
        & (second <= np.datetime64("2025-12-20"))
        & ~(own["big"] & own["archetype"].eq("too_early")).to_numpy()
    )
    part = np.where(own["big"], 0.08, rng.uniform(0.4, 0.7, len(who)))
    back = (rng.random(len(who)) < once["returning"]) & own["archetype"].eq("one_off").to_numpy()
    early = np.datetime64("2022-02-01") + rng.integers(0, 685, len(who))
    parts = [
        (who, first, np.where(two, size * part, size)),
        (who[two], second[two], (size * (1 - part))[two]),
        (who[back], early[back], size[back]),
    ]
    unit, days, value = (np.concatenate(column) for column in zip(*parts, strict=True))
    return pd.DataFrame({"unit": unit, "date": on_a_weekday(days), "value": value})


def _first_days(own: pd.DataFrame, once: Mapping[str, Any], rng: np.random.Generator) -> np.ndarray:
    """Draw the first day that counts of each one-off, by its archetype."""
    u, v = rng.random((2, len(own)))
    this_year = np.datetime64("2025-01-20") + (u * 320).astype(int)
    year_before = np.datetime64("2024-01-15") + (u * 320).astype(int)
    long_ago = np.datetime64("2021-02-01") + (u * 1030).astype(int)
    autumn = np.datetime64("2024-10-07") + (u * 50).astype(int)
    kind = own["archetype"]
    return np.select(
        [
            kind.eq("golden_shot") & own["big"],
            kind.eq("golden_shot"),
            kind.eq("too_early"),
            kind.eq("one_off") & (v < once["this_year"]),
            kind.eq("one_off"),
        ],
        [autumn, year_before, this_year, this_year, year_before],
        long_ago,
    ).astype("datetime64[D]")


def _with_attributes(
    orders: pd.DataFrame, units: pd.DataFrame, sites: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Give each order its lines, channel, rush and site."""
    n = len(orders)
    own = units.iloc[orders["unit"]].reset_index(drop=True)
    lines = np.clip(1 + rng.poisson(np.maximum(own["lines"] - 1, 0)), 1, 14)
    big = (own["size"] / own["orders"] > 9000).to_numpy()
    other = np.where(rng.random(n) < np.where(big, 0.6, 0.1), 0, rng.integers(1, 3, n))
    channel = CHANNELS[np.where(rng.random(n) < own["phone"], 3, other)]
    count = sites.groupby("unit").size().to_numpy()
    first = np.cumsum(count) - count
    u = rng.random(n)
    site = first[orders["unit"]] + (u * u * count[orders["unit"]]).astype(int)
    return orders.assign(
        lines=lines,
        channel=channel,
        rush=rng.random(n) < own["rush"].to_numpy(),
        export=own["export"].to_numpy(),
        site=site,
    )
