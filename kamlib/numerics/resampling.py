"""Customers drawn again: bootstrap samples, and what their best bring, counted instead of sorted.

Sources
-------
Efron and Tibshirani (1993), An Introduction to the Bootstrap.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kamlib.numerics.concentration import count_reaching

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
CELLS_AT_ONCE = 200_000


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
    for places in _places(known.size, draws=draws, seed=seed, chunk=chunk):
        yield known[places]


def _rows(n: int, most: int) -> int:
    return max(1, min(most, CELLS_AT_ONCE // max(n, 1)))


def _places(n: int, *, draws: int, seed: int, chunk: int) -> Iterator[NDArray[np.int32]]:
    rng = np.random.default_rng(seed)
    chunk = _rows(n, chunk)
    for start in range(0, draws, chunk):
        yield rng.integers(0, n, (min(chunk, draws - start), n), dtype=np.int32)


class Shares(NamedTuple):
    """What the best bring in each bootstrap sample; every field is an array over draws."""

    few: Floats  # how many bring the share of what those who earn bring; NaN where nothing is positive
    top: Floats  # share of what those who earn bring that the best part brings; NaN likewise
    total: Floats


def resampled_shares(
    values: ArrayLike, *, share: float, part: float = 0.20, draws: int, seed: int, chunk: int = 200
) -> Shares:
    """Measure in every sample of `resampled` how many bring `share`, what the best `part` brings, the sum.

    The same as `count_reaching`, `top_share` and the sum of each sample. It is counted how often each
    value was drawn, so that nothing is sorted but the values, once; and of them no more are looked at
    than the best who are asked for. Whole cents are added up without any error, in whatever order.

    Parameters
    ----------
    values : array, last axis customers; may be negative
    share, part : float, 0 to 1
    draws, seed, chunk : as for `resampled`

    Examples
    --------
    >>> found = resampled_shares([100.0, 60.0, 20.0, -10.0], share=0.8, part=0.25, draws=4, seed=1)
    >>> sample = next(resampled([100.0, 60.0, 20.0, -10.0], draws=4, seed=1))
    >>> bool(np.allclose(found.total, sample.sum(axis=-1)))
    True
    """
    known, cent = _whole(np.asarray(values, dtype=np.float64))
    n, positive = known.size, np.clip(known, 0, None)
    order = np.argsort(-known, kind="stable")
    near = _likely(known, share, part)
    parts = []
    drawn = np.empty((_rows(n, chunk), n))
    for places in _places(n, draws=draws, seed=seed, chunk=chunk):
        counts = _counted(places, n)
        np.copyto(drawn[: len(counts)], counts)
        earned = np.einsum("dc,c->d", drawn[: len(counts)], positive)
        while not (found := _best(counts, order[:near], positive, earned, share, part)):
            near *= 2
        parts.append(Shares(*found, np.einsum("dc,c->d", drawn[: len(counts)], known) / cent))
    return Shares(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def _whole(values: Floats) -> tuple[Floats, float]:
    """Return money in cents, which are whole numbers, and how many a unit has; else values as they are."""
    cents = np.rint(values * 100)
    return (cents, 100.0) if (cents / 100 == values).all() else (values, 1.0)


def _counted(places: NDArray[np.int32], n: int) -> Counts:
    """Return how often each value was drawn, draws × values."""
    rows = len(places)
    apart = places + n * np.arange(rows)[:, None]  # 64 bits: bincount is five times as slow from 32
    return np.bincount(apart.ravel(), minlength=rows * n).reshape(rows, n)


def _likely(known: Floats, share: float, part: float) -> int:
    """Return how many of the best a sample needs at most, likely; where it needs more, it gets them."""
    most = max(float(count_reaching(known, share)), part * known.size)
    return int(most + 6 * np.sqrt(known.size)) + 1


def _best(
    counts: Counts,
    near: NDArray[np.int64],
    positive: Floats,
    total: Floats,
    share: float,
    part: float,
) -> tuple[Floats, Floats] | None:
    """Return few and top of each draw from the values `near` the top; None where they are too few."""
    n, best = counts.shape[1], positive[near]
    counts = counts.take(near, axis=1)
    drawn, earned = np.cumsum(counts, axis=1), np.cumsum(counts * best, axis=1)
    target = share * total - 1e-9 * total
    whole = min(int(np.floor(part * n + 1e-9)), n)
    if (earned[:, -1] < target).any() or (drawn[:, -1] < min(whole + 1, n)).any():
        return None
    at = _first(earned, target)
    with np.errstate(invalid="ignore", divide="ignore"):
        more = np.ceil((target - _before(earned, at)) / best[at])
        few = np.where(total > 0, _before(drawn, at) + np.maximum(more, 1), np.nan)
        at = _first(drawn, np.full(len(counts), whole))
        start = _before(earned, at) + (whole - _before(drawn, at)) * best[at]
        then = best[_first(drawn, np.full(len(counts), min(whole + 1, n)))]
        return few, (start + (part * n - whole) * then) / total


def _first(rising: Floats | Counts, wanted: Floats | Counts) -> Counts:
    """Return the first place of each row that reaches what is wanted."""
    return np.asarray((rising < wanted[:, None]).sum(axis=1))


def _before(rising: Floats | Counts, at: Counts) -> Floats | Counts:
    """Return what each row has reached before a place."""
    last = np.take_along_axis(rising, np.maximum(at - 1, 0)[:, None], axis=1)[:, 0]
    return np.where(at > 0, last, 0)
