"""Rounding to cents that add up."""

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
