"""How long thousands of draws of uncertain costs take, against the bare product of arrays.

2,000 customers × 2,000 draws × 12 activities. The same profits are checked first, then medians of
interleaved rounds are taken as ratios of one run.

    python benchmarks/draws.py --rounds 7
"""

import argparse
import platform
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import kamlib as kam
from kamlib.numerics import Uncertain, among_fewest, odds, range_errors

CUSTOMERS, DRAWS, ACTIVITIES = 2_000, 2_000, 12
LEVEL, SHARE = 0.90, 0.80
ALLOWED = 10.0


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


def measure(rounds: int) -> dict[str, float]:
    """Return median seconds of each way, after checking that the answers are the same."""
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
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _round in range(rounds):
        for name, work in ways.items():
            start = time.perf_counter()
            work()
            found[name].append(time.perf_counter() - start)
    return {name: float(np.median(each)) for name, each in found.items()}


def report(seconds: dict[str, float]) -> str:
    """Write each way as a multiple of the products, and whether the goal holds."""
    matrix, plain = list(seconds.values())[:2]
    size = f"{CUSTOMERS:,} customers × {DRAWS:,} draws × {ACTIVITIES} activities"
    lines = [f"{size:<46}{'× matrix':>10}{'× einsum':>10}"]
    for name, spent in seconds.items():
        lines.append(f"{name:<46}{spent / matrix:>10.1f}{spent / plain:>10.1f}")
    ours = seconds["our call: draws, intervals, chances"] / plain
    held = "holds" if ours <= ALLOWED else "does NOT hold"
    return "\n".join([*lines, "", f"one call in at most {ALLOWED:.0f} × the product of the arrays "
                      f"on one thread: {held} ({ours:.1f})",
                      f"kamlib {kam.__version__}, Python {platform.python_version()}, numpy "
                      f"{np.__version__}"])  # fmt: skip


def main() -> None:
    """Measure and print."""
    ask = argparse.ArgumentParser(description="Draws of uncertain costs, as ratios.")
    ask.add_argument("--rounds", type=int, default=7)
    ask.add_argument("--out", type=Path, help="a Markdown page to write the table to")
    own = ask.parse_args()
    text = report(measure(own.rounds))
    print(text)
    if own.out:
        page = f"# How long the draws take\n\nWritten by `make bench`.\n\n```text\n{text}\n```\n"
        own.out.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
