"""What counts say of a rate: the best guess, and how far from it the rate may lie."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

INTERVAL = (0.05, 0.95)
STRENGTH = 10  # cases that a rate is shrunk with


class Rates(NamedTuple):
    """A rate for each group, and both ends of its 90 % interval."""

    rate: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def shrunk_rates(hits: ArrayLike, n: ArrayLike, towards: ArrayLike) -> Rates:
    """Return rates shrunk towards those of others, as if ten of these had been seen as well.

    The shrunk rate is the better guess. An interval that counts the others as seen is too narrow where
    a group differs from them, so it reaches as far as what was counted alone does, too.

    Parameters
    ----------
    hits, n : how many of how many
    towards : rates from 0 to 1

    Sources
    -------
    Brown, Cai, DasGupta (2001), the interval of Jeffreys.

    Examples
    --------
    >>> found = shrunk_rates([0, 10], [20, 20], 0.5)
    >>> found.rate.round(2), found.low.round(2), found.high.round(2)
    (array([0.17, 0.5 ]), array([0.  , 0.32]), array([0.3 , 0.68]))
    """
    from scipy.stats import beta

    won, all_ = np.asarray(hits, dtype=np.float64), np.asarray(n, dtype=np.float64)
    lost, more = all_ - won, STRENGTH * np.asarray(towards, dtype=np.float64)
    alone, shrunk = (won, lost), (won + more, lost + STRENGTH - more)
    low, high = (
        [beta.ppf(end, each + 0.5, other + 0.5) for each, other in (alone, shrunk)]
        for end in INTERVAL
    )
    rate = shrunk[0] / (all_ + STRENGTH)
    return Rates(rate, np.minimum.reduce([*low, rate]), np.maximum.reduce([*high, rate]))
