"""Value functions, and sorting into ordered levels."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


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
