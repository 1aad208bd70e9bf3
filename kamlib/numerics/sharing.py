"""Sharing out, rounding what is shared, and values by points between which they run."""

from collections.abc import Callable
from math import factorial

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def largest_remainder(values: ArrayLike, *, total: ArrayLike | None = None) -> Floats:
    """Round amounts to cents so that they add up to their rounded total.

    Parameters
    ----------
    values : array, last axis customers, in money; unrounded
    total : float or array of the leading shape, optional, in money; what they must add up to.
        Default: their own sum, rounded

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
    whole = cents.sum(axis=-1) if total is None else np.asarray(total, dtype=np.float64) * 100
    goal = np.floor(np.round(whole, 6) + 0.5)
    left = np.asarray(goal - floor.sum(axis=-1)).astype(np.int64)
    order = np.argsort(-np.round(cents - floor, 6), axis=-1, kind="stable")
    place = np.argsort(order, axis=-1, kind="stable")
    n = cents.shape[-1]
    more = left[..., None] // n + (place < (left % n)[..., None])
    return (floor + more) / 100


def shapley(value: Callable[[tuple[bool, ...]], ArrayLike], players: int) -> Floats:
    """Share the difference between all players and none among the players.

    Parameters
    ----------
    value : function of a coalition, a tuple with one truth value per player, to an array whose last
        axis is customers
    players : int, at most about 12: there are 2 to the power of it coalitions

    Returns
    -------
    array players × the shape of a value; its sum over players is value(all) − value(none)

    Notes
    -----
    Each coalition is valued once. A player's share is its mean contribution over all orders in which
    the players may come.

    Examples
    --------
    Two causes that only work together share the effect equally:

    >>> shapley(lambda there: [100.0 if all(there) else 0.0], 2).tolist()
    [[50.0], [50.0]]
    """
    coalitions = [tuple(bool(code >> p & 1) for p in range(players)) for code in range(2**players)]
    worth = [np.asarray(value(there), dtype=np.float64) for there in coalitions]
    shares = np.zeros((players, *worth[0].shape))
    for code, there in enumerate(coalitions):
        size = sum(there)
        for player in np.flatnonzero(~np.asarray(there)):
            weight = factorial(size) * factorial(players - size - 1) / factorial(players)
            shares[player] += weight * (worth[code | 1 << int(player)] - worth[code])
    return shares


def median_of_others(values: ArrayLike) -> Floats:
    """Return for each value the median of all the others, along the last axis.

    Returns
    -------
    array of the shape of `values`; NaN where there is no other

    Examples
    --------
    >>> median_of_others([1.0, 2.0, 10.0, 4.0]).tolist()
    [4.0, 4.0, 2.0, 2.0]
    """
    known = np.asarray(values, dtype=np.float64)
    others = known.shape[-1] - 1
    if others < 1:
        return np.full(known.shape, np.nan)
    order = np.argsort(known, axis=-1, kind="stable")
    place = np.argsort(order, axis=-1, kind="stable")
    ranked = np.take_along_axis(known, order, axis=-1)
    middle = [
        np.where(at < place, ranked[..., at, None], ranked[..., at + 1, None])
        for at in ((others - 1) // 2, others // 2)
    ]
    return np.asarray((middle[0] + middle[1]) / 2)


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
