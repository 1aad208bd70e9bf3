"""The whale curve's numbers with their uncertainty: peak, where it is, what is given back, how unequal.

The band comes from the declared ranges of rates where there are any: these customers, whose costs
may be wrong. Without ranges it comes from customers drawn again: other customers like these.

Sources
-------
van Raaij (2003, 2005) for reading the curve; Storbacka for the Stobachoff index.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from kamlib.core.language import _, cases, money, number
from kamlib.core.outcomes import Outcome, outcome_of
from kamlib.numerics.draws import Uncertain, Whales, resampled, whales

PLACES = 200  # at most so many places at which the band is read

RATES, CUSTOMERS = "rates", "customers"

IN_CENTS = ("peak", "erosion", "total")


class Whale(NamedTuple):
    """The whale curve's numbers, the band around it, and what the band rests on.

    `numbers` holds customers, peak, peak_at (customers), erosion, given_back (share of the peak),
    total and stobachoff, each with ``_low`` and ``_high``; NaN where it has no meaning. `band` is
    ``customer_share, low, high``. `rests_on` is rates or customers, `level` the share of draws.
    """

    numbers: dict[str, float]
    band: pd.DataFrame
    rests_on: str
    level: float


def whale_band(
    curve: pd.DataFrame,
    *,
    measure: str = "customer_profit",
    uncertain: Uncertain | None = None,
    draws: int,
    level: float,
    seed: int,
) -> Whale:
    """Measure the whale curve and how far luck or wrong rates could move it.

    Parameters
    ----------
    curve : DataFrame of `whale_curve`, best first
    measure : str, the column that was summed
    uncertain : Uncertain over the same customers: draws of the rates; None, or without a cost that
        is uncertain: customers are drawn again, `draws` times with `seed`
    level : float, share of draws inside the band, 0 to 1

    Notes
    -----
    The band is pointwise: at each place `level` of the draws lie inside, not whole curves. Drawn
    rates reorder customers, so a drawn peak lies rather above than below the plain one.

    Examples
    --------
    >>> book = pd.DataFrame({"customer_share": [0.2, 0.4, 0.6, 0.8, 1.0],
    ...     "customer_profit": [41856.0, 38720, 11545, 2012, -3346]})
    >>> found = whale_band(book, draws=200, level=0.9, seed=1)
    >>> [found.numbers[name] for name in ("peak", "peak_at", "erosion", "total")]
    [94133.0, 4, 3346.0, 90787.0]
    """
    values = curve[measure].to_numpy(dtype=np.float64)
    n = len(values)
    at = np.unique(np.linspace(1, n, min(n, PLACES)).round().astype(np.int64))
    rates = uncertain is not None and len(uncertain.costs) > 0
    samples: Iterator[np.ndarray] = (
        uncertain.row_chunks()
        if rates and uncertain is not None
        else resampled(values, draws=draws, seed=seed)
    )
    drawn = whales(samples, at)
    low, high = np.quantile(drawn.curve, [(1 - level) / 2, (1 + level) / 2], axis=0)
    band = pd.DataFrame({"customer_share": at / n, "low": low, "high": high})
    plain = _measured(whales(iter([values[None, :]]), [n]))
    spread = _measured(drawn)
    numbers: dict[str, float] = {"customers": n}
    for name, value in plain.items():
        ends = _ends(spread[name], level)
        one = value[0].item()
        if name in IN_CENTS:  # of whole cents again, as the statement's
            one, ends = round(one, 2), (round(ends[0], 2), round(ends[1], 2))
        numbers |= {name: one, f"{name}_low": ends[0], f"{name}_high": ends[1]}
    return Whale(numbers, band, RATES if rates else CUSTOMERS, level)


def _measured(drawn: Whales) -> dict[str, np.ndarray]:
    peak, total = drawn.peak, drawn.total
    with np.errstate(invalid="ignore", divide="ignore"):
        back = np.where(peak > 0, (peak - total) / peak, np.nan)
    return {
        "peak": peak,
        "peak_at": drawn.peak_at,
        "erosion": peak - total,
        "given_back": back,
        "total": total,
        "stobachoff": drawn.stobachoff,
    }


def _ends(values: np.ndarray, level: float) -> tuple[float, float]:
    """Return both ends of the interval; NaN where any draw has no meaning."""
    if np.isnan(values).any():
        return float("nan"), float("nan")
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def subsidy_outcome(whale: Whale, *, currency: str) -> Outcome:
    """Judge whether the Stobachoff index may be shown: only of a total that is surely positive."""
    numbers = whale.numbers
    words = {
        "total": money(numbers["total"], currency),
        "low": money(numbers["total_low"], currency),
        "high": money(numbers["total_high"], currency),
        "cases": cases(whale.level),
        "index": number(numbers["stobachoff"], 2),
    }
    if numbers["total"] <= 0:
        said = _(
            "The total is {total}, and the index of subsidy (Stobachoff) needs a positive one."
        )
        return outcome_of("subsidy", "REFUSE", said=said.format(**words))
    if numbers["total_low"] <= 0:
        said = _(
            "The total of {total} could as well be nothing ({low} to {high} in {cases}), so the "
            "index of subsidy (Stobachoff) is not shown."
        )
        return outcome_of("subsidy", "REFUSE", said=said.format(**words))
    return outcome_of("subsidy", "PASS", **words)
