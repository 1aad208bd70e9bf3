"""How long thousands of draws take: of uncertain costs, and of customers drawn again.

Uncertain costs, 2,000 customers × 2,000 draws × 12 activities, stand against the bare product of
arrays; customers drawn again, 2,000 times, against a loop that sorts each sample. That the answers are
the same is checked first. CPU time is counted, so that other programs on the machine do not; ratios are
of medians of interleaved rounds.

    python benchmarks/draws.py --rounds 7
"""

import argparse
import platform
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import kamlib as kam
from kamlib.numerics.concentration import among_fewest
from kamlib.numerics.draws import Uncertain, odds, range_errors, resampled_shares

CUSTOMERS, DRAWS, ACTIVITIES = 2_000, 2_000, 12
LEVEL, SHARE = 0.90, 0.80
ALLOWED = 10.0
MANY, FEW = 100_000, 1_000  # customers drawn again
ENOUGH, WITHIN = 3.0, 0.050  # times as fast as the loop; seconds for few customers


def world() -> Uncertain:
    """Return a company: a few large customers, costs with heavy tails, ranges of 15 %."""
    rng = np.random.default_rng(1)
    costs = np.exp(rng.normal(6, 1.5, (ACTIVITIES, CUSTOMERS)))
    profit = np.exp(rng.normal(10, 1.5, CUSTOMERS)) - costs.sum(axis=0)
    errors = range_errors([0.15] * ACTIVITIES, draws=DRAWS, seed=1)
    return Uncertain(profit, costs, errors, np.zeros(ACTIVITIES), 1)


def one_by_one(made: Uncertain) -> tuple[np.ndarray, ...]:
    """Do the same the usual way: one statement per draw, then look at all of them."""
    stated = np.stack([made.profit - (made.costs * e[:, None]).sum(axis=0) for e in made.errors])
    ends = np.quantile(stated, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    few = np.stack([among_fewest(each, SHARE) for each in stated])
    return ends[0], ends[1], (stated < 0).mean(axis=0), few.mean(axis=0)


def customers(n: int) -> np.ndarray:
    """Return profits of a company in which a fifth brings most and some lose."""
    return np.round(np.exp(np.random.default_rng(3).normal(8, 1.6, n)) - 800, 2)


def drawn_in_a_loop(values: np.ndarray) -> np.ndarray:
    """Draw and sort customers one sample after another: few, top fifth and sum of each."""
    rng, n = np.random.default_rng(1), len(values)
    found = np.empty((3, DRAWS))
    for draw in range(DRAWS):
        sample = values[rng.integers(0, n, n)]
        earned = np.cumsum(np.clip(np.sort(sample)[::-1], 0, None))
        few = (earned < SHARE * earned[-1] * (1 - 1e-9)).sum() + 1
        found[:, draw] = few, earned[n // 5 - 1] / earned[-1], sample.sum()
    return found


def counted(values: np.ndarray) -> np.ndarray:
    """Do the same as the product does: count how often each customer was drawn."""
    return np.stack(resampled_shares(values, share=SHARE, draws=DRAWS, seed=1))


def drawn_again(rounds: int) -> list[str]:
    """Return the lines on customers drawn again."""
    ways = {"loop": drawn_in_a_loop, "counted": counted}
    lines = []
    for n in (FEW, MANY):
        values = customers(n)
        answers = [work(values) for work in ways.values()]
        np.testing.assert_allclose(answers[0], answers[1], rtol=1e-9)
        found = timed({name: lambda w=work, v=values: w(v) for name, work in ways.items()}, rounds)
        ratio = found["loop"] / found["counted"]
        lines.append(
            f"{n:,} customers drawn again {DRAWS:,} times: {ratio:.1f} × as fast as the loop, "
            f"{1000 * found['counted']:,.0f} ms"
        )
        if n == FEW:
            held = "holds" if found["counted"] <= WITHIN else "does NOT hold"
            lines[-1] += f"; at most {1000 * WITHIN:.0f} ms: {held}"
        else:
            held = "holds" if ratio >= ENOUGH else "does NOT hold"
            lines[-1] += f"; at least {ENOUGH:.0f} × as fast: {held}"
    return lines


def timed(ways: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return median CPU seconds of each way, in interleaved rounds."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _round in range(rounds):
        for name, work in ways.items():
            start = time.process_time()
            work()
            found[name].append(time.process_time() - start)
    return {name: float(np.median(each)) for name, each in found.items()}


def measure(rounds: int) -> dict[str, float]:
    """Return median CPU seconds of each way, after checking that the answers are the same."""
    made = world()
    for ours, theirs in zip(odds(made, level=LEVEL, share=SHARE), one_by_one(made), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-6)
    ways: dict[str, Callable[[], object]] = {
        "array product (matrix, errors @ costs)": lambda: made.errors @ made.costs,
        "array product (einsum, one thread)": lambda: np.einsum(
            "da,ac->dc", made.errors, made.costs
        ),
        "draws of every profit": made.profits,
        "our call: draws, intervals, chances": lambda: odds(made, level=LEVEL, share=SHARE),
        "one statement per draw": lambda: one_by_one(made),
    }
    return timed(ways, rounds)


def report(seconds: dict[str, float], again: list[str]) -> str:
    """Write each way as a multiple of the products, and whether the goal holds."""
    matrix, plain = list(seconds.values())[:2]
    size = f"{CUSTOMERS:,} customers × {DRAWS:,} draws × {ACTIVITIES} activities"
    lines = [f"{size:<46}{'× matrix':>10}{'× einsum':>10}"]
    for name, spent in seconds.items():
        lines.append(f"{name:<46}{spent / matrix:>10.1f}{spent / plain:>10.1f}")
    ours = seconds["our call: draws, intervals, chances"] / plain
    held = "holds" if ours <= ALLOWED else "does NOT hold"
    return "\n".join(
        [
            *lines,
            "",
            f"one call in at most {ALLOWED:.0f} × the product of the arrays "
            f"on one thread: {held} ({ours:.1f})",
            *again,
            f"kamlib {kam.__version__}, Python {platform.python_version()}, numpy {np.__version__}",
        ]
    )


def main() -> None:
    """Measure and print."""
    ask = argparse.ArgumentParser(description="Draws of uncertain costs, as ratios.")
    ask.add_argument("--rounds", type=int, default=7)
    ask.add_argument("--out", type=Path, help="a Markdown page to write the table to")
    own = ask.parse_args()
    text = report(measure(own.rounds), drawn_again(min(own.rounds, 3)))
    print(text)
    if own.out:
        page = f"# How long the draws take\n\nWritten by `make bench`.\n\n```text\n{text}\n```\n"
        own.out.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
