"""How near the workbook comes to a planted truth: fresh companies, run as a client's would be.

Companies that no test has seen are invented, the notebooks' own cells are run on them without
figures, and what they find is held against what is true. Writes ``docs/accuracy.md``.

    python benchmarks/accuracy.py --seeds 10 --customers 120 --large-seeds 2 --large 600

Sources
-------
What a sound method reaches was simulated before the workbook existed; a page that shows more than
that has been tuned to luck.
"""

import argparse
import sys
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import NormalDist
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "benchmarks")]

from living import FIRST_LIVING_SEED, Living, deals_told, drivers_seen, living_company, pooled  # noqa: E402

PERIOD = "FY2025"
FIRST_SEED = 1001  # the demo and the tests use small ones
LEVEL = 0.90
SIGMA, ALPHA = 1.6832, np.log(5) / np.log(4)  # both populations are 80/20 exactly
ALIKE = 0.06  # log spread of customers who are nearly alike
ALIKE_TRUTH = NormalDist().cdf(ALIKE - NormalDist().inv_cdf(0.8))  # share of their best 20 %
SIZES = (50, 240, 600)
LATELY = 120  # days since the last order
WORSE = """like: wholesaler
driver_noise: 0.20                  # calendars and route plans three times as wrong
time_error: 0.05                    # times up to the largest error that the generator draws
ratings: {noise: 1.0, guess_noise: 1.6}   # raters four times as wrong, guesses twice
"""


def planted_company(job: tuple[int, int, bool]) -> dict[str, float]:
    """Invent one company, run the notebooks' cells on it, and count how often they are right.

    Parameters
    ----------
    job : seed, number of customers, and whether observations are worse than the demo's
    """
    from fastpath import run_stages

    from demo_company import write_demo

    warnings.simplefilter("ignore")
    seed, customers, worse = job
    with TemporaryDirectory() as place:
        started = time.perf_counter()
        own = Path(place) / "worse.yaml"
        own.write_text(WORSE, encoding="utf-8")
        company = write_demo(
            Path(place) / "company",
            customers=customers,
            seed=seed,
            scenario=own if worse else "wholesaler",
        )
        written = time.perf_counter()
        stages = Path(place) / "stages"
        stages.mkdir()
        run_stages(company, PERIOD, stages)
        spent = {"writing": written - started, "running": time.perf_counter() - written}
        truth = company / "truth"
        found = {**_profit(stages, truth), **_levels(stages, truth), **_shots(stages, truth)}
        job_ = {"seed": seed, "customers": customers, "worse": worse}
        return {**job_, **spent, **found, **_ledger(stages)}


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype={"customer_id": "str"})


def _profit(stages: Path, truth: Path) -> dict[str, float]:
    """Return the rank correlation of profit, and of cost-to-serve spread by revenue instead."""
    from fastpath import table

    true = _read(truth / "profit_true.csv")
    true = true[true["period"] == PERIOD].set_index("customer_id")["customer_profit"]
    own = table(stages, "profitability")
    own = own[(own["period"] == PERIOD) & own["active"].astype(bool)].set_index("customer_id")
    served, revenue = own["cost_to_serve"].sum(), own["invoice_revenue"].sum()
    spread = own["gross_margin"] - served / revenue * own["invoice_revenue"] - own["capital_charge"]
    return {
        "active": len(true),
        "profit": _rank_correlation(true, own["customer_profit"]),
        "spread": _rank_correlation(true, spread),
        "served": served / revenue,
    }


def _rank_correlation(true: pd.Series, found: pd.Series) -> float:
    return float(true.rank().corr(found.reindex(true.index).rank()))


def _levels(stages: Path, truth: Path) -> dict[str, float]:
    """Count customers whose true level lies within the range, is told exactly, or is two away."""
    from fastpath import table

    planted = _read(truth / "customers_true.csv")
    both = table(stages, "pyramid").merge(planted, on="customer_id", suffixes=("", "_planted"))
    both = both[both["active"].astype(bool)]
    true, low, high = both["true_level"], both["confirmed_level"], both["possible_level"]
    complete = both["evidence_complete"].astype(bool)
    return {
        "levels": len(both),
        "inside": int(true.between(low, high).sum()),
        "complete": int(complete.sum()),
        "exact": int((complete & (low == true) & (high == true)).sum()),
        "two_off": int(((low == high) & ((true - low).abs() >= 2)).sum()),
    }


def _shots(stages: Path, truth: Path) -> dict[str, float]:
    """Count golden shots that were planted, found, both, and missed though they ordered just now."""
    from fastpath import table

    found = table(stages, "golden_shots").set_index("customer_id")["golden_shot"] == "yes"
    true = _read(truth / "customers_true.csv").set_index("customer_id")["golden_shot"] == 1
    said = found.reindex(true.index, fill_value=False).astype(bool)
    silent = table(stages, "staying").set_index("customer_id")["silent_days"].reindex(true.index)
    counts = {
        "planted": true,
        "hits": true & said,
        "missed_lately": true & ~said & (silent <= LATELY),
    }
    return {"found": int(found.sum())} | {name: int(each.sum()) for name, each in counts.items()}


def _ledger(stages: Path) -> dict[str, float]:
    from fastpath import table

    parts = [table(stages, path.stem) for path in stages.glob("ledger_*.parquet")]
    rows = pd.concat(parts)
    left = rows.loc[rows["role"] == "unexplained", "amount"].abs()
    return {"sums": len(left), "unexplained": float(left.max())}


def coverage(job: tuple[str, int, int, int]) -> dict[str, object]:
    """Measure how often the interval of the best 20 % holds the truth of its population.

    Parameters
    ----------
    job : kind of population, customers of a company, number of companies, bootstrap draws
    """
    from kamlib.segmentation.shares import concentration

    kind, n, companies, draws = job
    started = time.perf_counter()
    rng = np.random.default_rng([20_260, n, len(kind)])
    truth = ALIKE_TRUTH if kind == "alike" else 0.80
    ids = [f"K{i:05d}" for i in range(n)]
    held = []
    for company in range(companies):
        statement = pd.DataFrame(
            {
                "customer_id": ids,
                "active": True,
                "invoice_revenue": np.nan,
                "gross_margin": np.nan,
                "customer_profit": _population(kind, n, rng),
            }
        )
        row = concentration(statement, threshold=0.80, draws=draws, level=LEVEL, seed=company)
        held.append(row["top20_low"].iloc[0] <= truth <= row["top20_high"].iloc[0])
    spent = time.perf_counter() - started
    return {"kind": kind, "n": n, "companies": companies, "held": np.mean(held), "spent": spent}


def _population(kind: str, n: int, rng: np.random.Generator) -> np.ndarray:
    if kind == "pareto":
        return np.asarray(1 + rng.pareto(ALPHA, n))
    return np.exp((SIGMA if kind == "lognormal" else ALIKE) * rng.standard_normal(n))


def measure(
    own: argparse.Namespace,
) -> tuple[pd.DataFrame, pd.DataFrame, Living, pd.DataFrame, pd.DataFrame]:
    """Run all companies and all intervals on `own.workers` processes."""
    sizes = [own.customers] * own.seeds + [own.large] * own.large_seeds
    jobs = [(FIRST_SEED + i, n, False) for i, n in enumerate(sizes)]
    jobs += [(FIRST_SEED + i, own.customers, True) for i in range(own.worse_seeds)]
    kinds = ("lognormal", "pareto", "alike")
    drawn = [(kind, n, own.resamples, own.draws) for kind in kinds for n in reversed(SIZES)]
    with ProcessPoolExecutor(own.workers, mp_context=get_context("spawn")) as pool:
        companies = pool.map(planted_company, sorted(jobs, key=lambda job: -job[1]))
        intervals = pool.map(coverage, drawn)
        seeds = range(FIRST_LIVING_SEED, FIRST_LIVING_SEED + own.driver_seeds)
        living = pool.map(living_company, [(n, own.living) for n in seeds[: own.living_seeds]])
        seen = pool.map(drivers_seen, [(n, own.living) for n in seeds])
        deals = pool.map(deals_told, [(n, own.living) for n in seeds[: own.living_seeds]])
        tables = pd.DataFrame(list(companies)), pd.DataFrame(list(intervals))
        return *tables, pooled(list(living)), pd.concat(seen), pd.concat(deals)


def options(words: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    ask = argparse.ArgumentParser(description="How near the workbook comes to a planted truth.")
    ask.add_argument("--seeds", type=int, default=10, help="companies of the usual size")
    ask.add_argument("--customers", type=int, default=120, help="their customers")
    ask.add_argument("--large-seeds", type=int, default=2, help="large companies")
    ask.add_argument("--large", type=int, default=600, help="their customers")
    ask.add_argument("--worse-seeds", type=int, default=4, help="companies with worse observations")
    ask.add_argument(
        "--resamples", type=int, default=300, help="companies per interval, 200 or more"
    )
    ask.add_argument("--draws", type=int, default=1000, help="bootstrap draws per company")
    ask.add_argument("--living-seeds", type=int, default=3, help="companies that lose customers")
    ask.add_argument("--living", type=int, default=2000, help="their customers")
    ask.add_argument("--driver-seeds", type=int, default=10, help="of them for the drivers alone")
    ask.add_argument("--workers", type=int, default=2, help="processes")
    ask.add_argument("--out", type=Path, default=ROOT / "docs" / "accuracy.md")
    return ask.parse_args(words)


def main() -> None:
    """Measure, and write the page."""
    from accuracy_page import page

    own = options()
    text = page(*measure(own), draws=own.draws)
    own.out.write_text(text, encoding="utf-8")
    print(own.out)


if __name__ == "__main__":
    main()
