"""Sharing a difference among its causes, and the middle of the others.

Sources
-------
Shapley (1953), "A Value for n-Person Games": the one division that adds up, treats equal causes equally
and gives nothing to a cause that changes nothing.
"""

from collections.abc import Callable
from math import factorial

import numpy as np
from numpy.typing import ArrayLike

from kamlib.numerics.rounding import Floats


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
