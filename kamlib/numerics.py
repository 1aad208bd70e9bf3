"""Arrays in, arrays out: the arithmetic of the methods, which knows no customers and no tables.

The last axis is customers; leading axes broadcast, so that thousands of draws go through in one call.

Sources
-------
Raffinetti, Siletti and Vernizzi (2015), "On the Gini coefficient normalization when attributes with
negative values are considered": `gini`. Storbacka's Stobachoff index as used by van Raaij:
`stobachoff`. Leroy, Mousseau and Pirlot (2011) for majority sorting with vetoes: `sort_ascending`.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
CELLS_AT_ONCE = 200_000


def largest_remainder(values: ArrayLike, *, total: float | None = None) -> Floats:
    """Round amounts to cents so that they add up to their rounded total.

    Parameters
    ----------
    values : array, last axis customers, in money; unrounded
    total : float, optional, in money; what they must add up to. Default: their own sum, rounded

    Returns
    -------
    array of the shape of `values`, in whole cents; none differs from its value by more than a cent
    unless `total` was given

    Notes
    -----
    Half a cent of the total is rounded up. The cents that are left go to the largest remainders;
    equal remainders in order of position.

    Examples
    --------
    >>> largest_remainder([0.333333, 0.333333, 0.333334]).tolist()
    [0.33, 0.33, 0.34]
    """
    cents = np.asarray(values, dtype=np.float64) * 100
    if cents.size == 0:
        return cents / 100
    floor = np.floor(np.round(cents, 6))
    whole = cents.sum(axis=-1) if total is None else np.float64(total) * 100
    goal = np.floor(np.round(whole, 6) + 0.5)
    left = np.asarray(goal - floor.sum(axis=-1)).astype(np.int64)
    order = np.argsort(-np.round(cents - floor, 6), axis=-1, kind="stable")
    place = np.argsort(order, axis=-1, kind="stable")
    n = cents.shape[-1]
    more = left[..., None] // n + (place < (left % n)[..., None])
    return (floor + more) / 100


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
    """Return the smallest number of values that bring `share` of the positive sum.

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
    curve = cumulative_best_first(values)
    total = curve[..., -1]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = curve / total[..., None]
        area = (share.sum(axis=-1) - 0.5) / curve.shape[-1]
        return np.asarray(np.where(total > 0, (area - 0.5) / area, np.nan))


def resampled(values: ArrayLike, *, draws: int, seed: int, chunk: int = 200) -> Iterator[Floats]:
    """Draw bootstrap samples of `values`, at most `chunk` draws at a time and few of many values.

    A sample of 100,000 customers at a time stays near the processor, 200 of them do not; the draws
    are the same either way.

    Yields
    ------
    array draws × n; together `draws` rows

    Examples
    --------
    >>> [rows.shape for rows in resampled([1.0, 2.0, 3.0], draws=250, seed=1)]
    [(200, 3), (50, 3)]
    """
    known = np.asarray(values, dtype=np.float64)
    rng = np.random.default_rng(seed)
    chunk = max(1, min(chunk, CELLS_AT_ONCE // max(known.size, 1)))
    for start in range(0, draws, chunk):
        rows = min(chunk, draws - start)
        yield known[rng.integers(0, known.size, (rows, known.size))]


def piecewise(raw: ArrayLike, points: ArrayLike) -> Floats:
    """Value raw measurements by a piecewise linear function, clipped at both ends.

    Parameters
    ----------
    raw : array of any shape; ±infinity is clipped to the end, NaN stays NaN
    points : array k × 2 of (raw, value), raw ascending

    Examples
    --------
    >>> round(float(piecewise(0.1, [[-0.15, 0], [0, 0.1], [0.25, 0.9], [0.35, 1]])), 12)
    0.42
    """
    knots = np.asarray(points, dtype=np.float64)
    return np.asarray(np.interp(np.asarray(raw, dtype=np.float64), knots[:, 0], knots[:, 1]))


def piecewise_inverse(value: ArrayLike, points: ArrayLike) -> Floats:
    """Return the raw measurement that a piecewise linear function gives `value`, 0 to 1.

    Examples
    --------
    >>> float(piecewise_inverse(0.5, [[0, 0], [10, 1]]))
    5.0
    """
    knots = np.asarray(points, dtype=np.float64)
    if knots[0, 1] > knots[-1, 1]:
        knots = knots[::-1]
    return np.asarray(np.interp(np.asarray(value, dtype=np.float64), knots[:, 1], knots[:, 0]))


def sort_ascending(support: ArrayLike, vetoed: ArrayLike, majority: ArrayLike) -> NDArray[np.int64]:
    """Sort into ordered levels: climb from the lowest boundary, stop at the first not passed.

    Parameters
    ----------
    support : array boundaries × customers, the summed weights of the criteria that are met
    vetoed : array boundaries × customers, bool
    majority : array boundaries, the support that is needed

    Returns
    -------
    array customers, 1 for the lowest level to 1 + number of boundaries

    Examples
    --------
    The first passes no boundary, the second the lower one, the third both:

    >>> support = [[0.4, 0.7, 0.9], [0.9, 0.2, 0.8]]
    >>> sort_ascending(support, [[False] * 3] * 2, [0.6, 0.6]).tolist()
    [1, 2, 3]
    """
    needed = np.asarray(majority, dtype=np.float64)[:, None]
    enough = np.asarray(support, dtype=np.float64) >= needed - 1e-9
    passed = enough & ~np.asarray(vetoed, dtype=bool)
    return 1 + np.cumprod(passed, axis=0, dtype=np.int64).sum(axis=0)
