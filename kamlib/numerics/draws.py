"""Many draws at once: profits that hang on uncertain costs, and customers drawn again (bootstrap).

Draws stand on the leading axis and customers on the last. Nothing here holds more than a part of
all draws of all customers, and how it is cut changes no number.

Sources
-------
Efron and Tibshirani (1993), An Introduction to the Bootstrap.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kamlib.numerics.concentration import among_fewest, count_reaching, subsidy_of

Floats = NDArray[np.float64]
CELLS_OF_DRAWS = 2_000_000  # 16 MB
HALF_WIDTH = 1.645  # standard deviations from the middle of a 90 % range to its end
BLOCK = (20, 4096)  # draws × customers whose own errors come from one seed


def range_errors(half_widths: ArrayLike, *, draws: int, seed: int) -> Floats:
    """Draw relative errors from declared ranges, independent of each other.

    Parameters
    ----------
    half_widths : array sources; half of a 90 % range, relative: 0.15 is 15 % up or down
    draws, seed : int

    Returns
    -------
    array draws × sources of errors of a factor 1, normal, never below −1: a cost has no negative
    rate. Another source at the end leaves the earlier ones as they are.

    Examples
    --------
    >>> errors = range_errors([0.0, 0.1], draws=10_000, seed=1)
    >>> errors[:, 0].any(), round(float(np.mean(np.abs(errors[:, 1]) < 0.1)), 2)
    (np.False_, 0.9)
    """
    spread = np.asarray(half_widths, dtype=np.float64) / HALF_WIDTH
    normal = np.random.default_rng(seed).standard_normal((spread.size, draws))
    return np.maximum(normal.T * spread, -1.0)


@dataclass(frozen=True)
class Uncertain:
    """Profits of customers that hang on costs whose size is not sure.

    A cost is what stands in `costs` times (1 + its error of that draw), times (1 + the customer's
    own error) where it has one.
    """

    profit: Floats  # customers, in money, with every cost as it stands
    costs: Floats  # costs × customers, in money
    errors: Floats  # draws × costs, relative and common to all customers
    own: Floats  # costs: half-width of the 90 % range of each customer's own error, 0 for none
    seed: int

    @property
    def draws(self) -> int:
        """Return the number of draws."""
        return len(self.errors)

    def profits(
        self, rows: slice = slice(None), sheet: slice = slice(None), *, by_customer: bool = False
    ) -> Floats:
        """Return the profits of some draws (`rows`) of some customers (`sheet`).

        Parameters
        ----------
        rows, sheet : slices that begin at a whole block of draws and of customers
        by_customer : bool, lay the draws of one customer beside each other in memory

        Returns
        -------
        array draws × customers
        """
        errors, costs = self.errors[rows], self.costs[:, sheet]
        found = np.empty((len(errors), costs.shape[1]), order="F" if by_customer else "C")
        np.matmul(errors, costs, out=found)
        np.subtract(self.profit[sheet], found, out=found)
        for source in np.flatnonzero(self.own):
            self._apart(int(source), found, rows, sheet)
        return found

    def _apart(self, source: int, found: Floats, rows: slice, sheet: slice) -> None:
        """Take each customer's own error of one cost from its profits; a block always has the same ones."""
        first, last, _step = rows.indices(self.draws)
        left, right, _step = sheet.indices(self.profit.size)
        for down in range(first, last, BLOCK[0]):
            for across in range(left, right, BLOCK[1]):
                here = (
                    slice(down, min(down + BLOCK[0], last)),
                    slice(across, min(across + BLOCK[1], right)),
                )
                error = self._block(source, down, across)[: last - down, : right - across]
                error *= self.own[source] / HALF_WIDTH
                np.maximum(error, -1.0, out=error)
                error *= (1 + self.errors[here[0], source, None]) * self.costs[source, here[1]]
                there = found[down - first :, across - left :][: len(error), : error.shape[1]]
                there -= error

    def _block(self, source: int, down: int, across: int) -> Floats:
        place = [self.seed, source, down // BLOCK[0], across // BLOCK[1]]
        width = min(BLOCK[1], self.profit.size - across)
        return np.random.default_rng(place).standard_normal((BLOCK[0], width))

    def row_chunks(self) -> Iterator[Floats]:
        """Yield the profits of all customers, some draws at a time."""
        blocks = max(1, CELLS_OF_DRAWS // (BLOCK[0] * max(self.profit.size, 1)))
        for start in range(0, self.draws, blocks * BLOCK[0]):
            yield self.profits(slice(start, start + blocks * BLOCK[0]))


class Odds(NamedTuple):
    """What many draws say of each customer; every field is an array over customers."""

    low: Floats  # lower end of the interval of its profit
    high: Floats
    below: Floats  # share of draws in which it loses money
    among: Floats  # share of draws in which it is among the fewest who bring the share


def odds(world: Uncertain, *, level: float, share: float) -> Odds:
    """Return the interval of each profit, and how often it is a loss or among the best few.

    Parameters
    ----------
    world : Uncertain
    level : float, share of draws inside the interval, such as 0.90
    share : float, share of what those who earn bring that the best few bring

    Examples
    --------
    A cost of 100 that is sure to a tenth, and a profit of 5 after it:

    >>> errors = range_errors([0.10], draws=2000, seed=1)
    >>> found = odds(Uncertain(np.array([5.0]), np.array([[100.0]]), errors, np.zeros(1), 1),
    ...              level=0.90, share=0.80)
    >>> [round(float(each[0]), 1) for each in (found.low, found.high, found.below)]
    [-5.2, 14.9, 0.2]
    """
    n = world.profit.size
    low, high, below, among = np.zeros((4, n))
    width = max(BLOCK[1], CELLS_OF_DRAWS // max(world.draws, 1) // BLOCK[1] * BLOCK[1])
    for start in range(0, n, width):
        sheet = slice(start, min(start + width, n))
        profits = world.profits(sheet=sheet, by_customer=True)
        profits.sort(axis=0)
        below[sheet] = (profits < 0).sum(axis=0) / world.draws
        low[sheet] = _quantile(profits, (1 - level) / 2)
        high[sheet] = _quantile(profits, (1 + level) / 2)
    for rows in world.row_chunks():
        among += among_fewest(rows, share).sum(axis=0)
    return Odds(low, high, below, among / world.draws)


def _quantile(ranked: Floats, q: float) -> Floats:
    """Return the quantile of each column of draws that are sorted, linear between two of them."""
    place = q * (len(ranked) - 1)
    first = int(place)
    last = min(first + 1, len(ranked) - 1)
    return np.asarray(ranked[first] + (place - first) * (ranked[last] - ranked[first]))


class Whales(NamedTuple):
    """The whale curve of many draws; every field has draws on its leading axis."""

    curve: Floats  # draws × places: the running sum there
    peak: Floats
    peak_at: NDArray[np.int64]  # customers up to the peak, 0 where nobody earns
    total: Floats
    stobachoff: Floats  # NaN where the total is not positive


def whales(samples: Iterator[Floats], at: ArrayLike) -> Whales:
    """Read the whale curve of every draw at some places, with its peak and its total.

    Parameters
    ----------
    samples : arrays draws × customers, one after another
    at : array of whole numbers: after how many customers the curve is read

    Examples
    --------
    >>> found = whales(iter([np.array([[30.0, -20, 90], [5, 5, 5]])]), [1, 3])
    >>> found.curve.tolist(), found.peak.tolist(), found.peak_at.tolist()
    ([[90.0, 100.0], [5.0, 15.0]], [120.0, 15.0], [2, 3])
    """
    places = np.asarray(at, dtype=np.int64) - 1
    parts = []
    for sample in samples:
        curve = np.cumsum(np.sort(sample, axis=-1)[..., ::-1], axis=-1)
        peak_at = (sample > 0).sum(axis=-1)
        peak = np.where(peak_at > 0, curve.max(axis=-1), 0.0)
        index = subsidy_of(curve)
        total = curve[..., -1].copy()  # a view would keep every curve of all draws in memory
        parts.append(Whales(curve[..., places], peak, peak_at, total, index))
    return Whales(*(np.concatenate(each) for each in zip(*parts, strict=True)))


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
