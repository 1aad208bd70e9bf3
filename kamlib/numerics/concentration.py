"""How unequal amounts are: running sums, shares of the best, and indices that bear losses."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def cumulative_best_first(values: ArrayLike) -> Floats:
    """Add up values from the largest to the smallest, along the last axis.

    Examples
    --------
    >>> cumulative_best_first([30, -20, 90]).tolist()
    [90.0, 120.0, 100.0]
    """
    return np.cumsum(-np.sort(-np.asarray(values, dtype=np.float64), axis=-1), axis=-1)


def top_share(values: ArrayLike, share: float = 0.20) -> Floats:
    """Return the share of the *positive* sum that the best `share` of the values bring.

    Parameters
    ----------
    values : array, last axis customers; may be negative
    share : float, 0 to 1; between two whole customers it is interpolated

    Returns
    -------
    array of the leading shape, 0 to 1; NaN where nothing is positive

    Examples
    --------
    >>> float(top_share([50, 30, 10, 10, 0, -40], 2 / 6))
    0.8
    """
    earned = cumulative_best_first(np.clip(np.asarray(values, dtype=np.float64), 0, None))
    n = earned.shape[-1]
    whole = min(int(np.floor(share * n + 1e-9)), n)
    start = earned[..., whole - 1] if whole else np.zeros(earned.shape[:-1])
    step = (earned[..., whole] - start) if whole < n else 0.0
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((start + (share * n - whole) * step) / earned[..., -1])


def count_reaching(values: ArrayLike, share: float = 0.80) -> NDArray[np.int64]:
    """Return the smallest number of values that bring `share` of what those who earn bring.

    Returns
    -------
    array of the leading shape; 0 where nothing is positive. A billionth of the sum may be missing,
    so that 55 of 100 are 55 percent in floats too.

    Examples
    --------
    >>> int(count_reaching([100, 60, 20, -10, -70]))
    2
    """
    positive = np.clip(np.asarray(values, dtype=np.float64), 0, None)
    total = positive.sum(axis=-1)
    target = share * total - 1e-9 * total
    short = cumulative_best_first(positive) < target[..., None]
    return np.asarray(np.where(total > 0, short.sum(axis=-1) + 1, 0), dtype=np.int64)


def among_fewest(values: ArrayLike, share: float = 0.80) -> NDArray[np.bool_]:
    """Tell which values are among the smallest number that bring `share` of what those who earn bring.

    Returns
    -------
    array of the shape of `values`; of equal values at the cut the first ones are in

    Examples
    --------
    >>> among_fewest([20, 100, -10, 60, -70]).tolist()
    [False, True, False, True, False]
    """
    known = np.asarray(values, dtype=np.float64)
    total = np.clip(known, 0, None).sum(axis=-1, keepdims=True)
    live = _may_be_among(known, total, share)
    inside = np.zeros(known.shape, dtype=bool)
    if live.any():
        inside[..., live] = _first_to_reach(known[..., live], total, share)
    return inside


def _may_be_among(known: Floats, total: Floats, share: float) -> NDArray[np.bool_]:
    """Tell which places of the last axis may hold one of the fewest in any row.

    Whatever is at the cut or below brings more than 1 − share of the total, and is at most as many as
    there are values: so the value at the cut is at least their mean.
    """
    n = known.shape[-1]
    least = (1 - share) * total / max(n, 1) * (1 - 1e-6)
    return np.asarray((known >= least).reshape(-1, n).any(axis=0))


def _first_to_reach(known: Floats, total: Floats, share: float) -> NDArray[np.bool_]:
    ranked = np.sort(known, axis=-1)
    np.clip(ranked, 0, None, out=ranked)
    earned = np.cumsum(ranked[..., ::-1], axis=-1)
    few = (earned < share * total - 1e-9 * total).sum(axis=-1, keepdims=True) + 1
    few = np.minimum(few, known.shape[-1])
    cut = np.take_along_axis(ranked, known.shape[-1] - few, axis=-1)
    inside = (known >= cut) & (total > 0)
    many = inside.sum(axis=-1, keepdims=True) > few
    if many.any():  # equal values at the cut
        left = few - (known > cut).sum(axis=-1, keepdims=True)
        inside &= (known > cut) | (np.cumsum(known == cut, axis=-1) <= left)
    return inside


def gini(values: ArrayLike) -> Floats:
    """Return the Gini coefficient that stays within 0 and 1 when some values are negative.

    The sum of all absolute differences over its largest possible value, 2 (n - 1) times the sum of
    absolute values. NaN where all values are zero; 0 for a single value.

    Examples
    --------
    >>> round(float(gini([-7, -15, 11, -10, 2, 4, 40])), 6)
    0.816479
    """
    ranked = np.sort(np.asarray(values, dtype=np.float64), axis=-1)
    n = ranked.shape[-1]
    if n == 1:
        return np.zeros(ranked.shape[:-1])
    weight = 2 * np.arange(1, n + 1) - n - 1
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((weight * ranked).sum(axis=-1) / ((n - 1) * np.abs(ranked).sum(axis=-1)))


def herfindahl(values: ArrayLike) -> Floats:
    """Return the Herfindahl index of values cut at zero, 1/n to 1; its inverse is the effective n.

    Examples
    --------
    >>> round(float(herfindahl([40, 30, 20, 10])), 4)
    0.3
    """
    positive = np.clip(np.asarray(values, dtype=np.float64), 0, None)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = positive / positive.sum(axis=-1, keepdims=True)
    return np.asarray((share**2).sum(axis=-1))


def stobachoff(values: ArrayLike) -> Floats:
    """Return Storbacka's index of subsidy: 0 when all bring the same, towards 1 for strong subsidy.

    ``(A - 1/2) / A``, where A is the area under the cumulative share of the *net* total, best first,
    by trapezoids. Only where the total is positive; NaN otherwise.

    Examples
    --------
    >>> round(float(stobachoff([85, 33, -9])), 6)
    0.365049
    """
    return subsidy_of(cumulative_best_first(values))


def subsidy_of(curve: Floats) -> Floats:
    """Return the Stobachoff index of running sums that are already best first."""
    total = curve[..., -1]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = curve / total[..., None]
        area = (share.sum(axis=-1) - 0.5) / curve.shape[-1]
        return np.asarray(np.where(total > 0, (area - 0.5) / area, np.nan))


def concentration_along(effort: ArrayLike, ranked_by: ArrayLike) -> float:
    """Say whether what is spent goes to those who rank high: the concentration index.

    Parameters
    ----------
    effort : array, what each customer gets, never negative
    ranked_by : array, what customers are ranked by, worst first; equals share their ranks

    Returns
    -------
    float, -1 to 1: 0 where everybody gets the same, above 0 where those who rank high get more; NaN
    where nothing is spent

    Examples
    --------
    >>> concentration_along([1, 1, 1, 1], [5, 3, -1, 9])
    0.0
    >>> concentration_along([0, 0, 0, 4], [-1, 3, 5, 9])
    0.75
    """
    spent, by = np.asarray(effort, dtype=np.float64), np.asarray(ranked_by, dtype=np.float64)
    n, total = len(spent), spent.sum()
    if n == 0 or total <= 0:
        return float("nan")
    _values, place, count = np.unique(by, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    middle = (last - count + last) / 2  # of the ranks that equals share, counted from 0
    return float(2 * (spent * middle[place]).sum() / (n * total) - 1)
