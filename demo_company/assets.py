"""Capital of ours that stands with key customers: stock on consignment, tools, equipment."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from demo_company.scenario import PERIODS, stream, within

WHOLE = 500  # amounts are whole multiples of this
LATER, GONE = np.datetime64("2024-04-01"), np.datetime64("2025-09-30")


def assets(units: pd.DataFrame, own: Mapping[str, Any], *, seed: int) -> pd.DataFrame:
    """Return one row per asset: ``unit, kind, amount, from, until``, either day missing or known.

    Parameters
    ----------
    own : the scenario's ``assets``: who has some, how many of them, and its size by kind
    """
    rng = stream(seed, "assets")
    draws = rng.random((4, len(units), len(own["kinds"])))
    able = (
        units["archetype"].isin(own["archetypes"]) & (units["relation"] == "external")
    ).to_numpy()
    parts = []
    for place, (kind, (low, high)) in enumerate(own["kinds"].items()):
        has, size, start, end = draws[:, :, place]
        chosen = np.flatnonzero(able & (has < own["share"]))
        amount = units["size"].to_numpy()[chosen] * within(size[chosen], low, high)
        parts.append(
            pd.DataFrame(
                {
                    "unit": chosen,
                    "kind": kind,
                    "amount": np.maximum(np.rint(amount / WHOLE), 1) * WHOLE,
                    "from": _days(start[chosen] < 0.4, LATER, start[chosen]),
                    "until": _days(end[chosen] < 0.2, GONE, end[chosen]),
                }
            )
        )
    return pd.concat(parts, ignore_index=True).sort_values(["unit", "kind"], ignore_index=True)


def _days(known: np.ndarray, around: np.datetime64, draws: np.ndarray) -> np.ndarray:
    """Return days from `around` on where they are known, else nothing."""
    days = around + (draws * 200).astype(int)
    return np.where(known, days, np.datetime64("NaT")).astype("datetime64[ns]")


def asset_charges(stands: pd.DataFrame, rate: float) -> pd.DataFrame:
    """Price the capital that stands with each unit: ``period, unit, capital_charge``, not rounded.

    Amount × rate × days inside the period / 365; both ends count.
    """
    parts = []
    for period, year in PERIODS.items():
        start, end = pd.Timestamp(year, 1, 1), pd.Timestamp(year, 12, 31)
        first = stands["from"].fillna(start).where(lambda day, s=start: day > s, start)
        last = stands["until"].fillna(end).where(lambda day, e=end: day < e, end)
        days = ((last - first).dt.days + 1).clip(lower=0)
        charge = stands["amount"] * rate * days / 365
        parts.append(stands[["unit"]].assign(period=period, capital_charge=charge)[days > 0])
    return pd.concat(parts).groupby(["period", "unit"], as_index=False)[["capital_charge"]].sum()
