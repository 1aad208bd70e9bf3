"""Nothing grows faster than customers do: counted in values looked at and in memory, never in seconds."""

import sys
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fastpath import run_stages, table
from worlds import KAU, UNKNOWN, accounts_of, default_rules

from kamlib.numerics.draws import Uncertain, odds, range_errors, resampled_shares, whales
from kamlib.numerics.sharing import median_of_others
from kamlib.pyramid.assess import assess_accounts
from kamlib.pyramid.bounds import Bounds
from kamlib.pyramid.decide import decision_rules

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "benchmarks"))
MEGABYTE = 2**20


class Counted(np.ndarray):
    """An array that counts how many values are looked at, in it and in what is computed from it."""

    looked_at = 0

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **settings):
        plain = [each.view(np.ndarray) if isinstance(each, Counted) else each for each in inputs]
        if out is not None:
            settings["out"] = tuple(each.view(np.ndarray) for each in out)
        Counted.looked_at += max(np.size(each) for each in plain)
        found = getattr(ufunc, method)(*plain, **settings)
        return found.view(Counted) if isinstance(found, np.ndarray) else found


def values_looked_at(customers: int) -> int:
    """Assess so many accounts and count what was looked at."""
    some = accounts_of({"side_a": (0.4, 0.8)}, {}, {"side_b": (0.2, 0.3)}, {"trust": UNKNOWN})
    many = customers // len(some.party_id)
    intervals = {
        name: (np.tile(low, many).view(Counted), np.tile(high, many).view(Counted))
        for name, (low, high) in some.of.items()
    }
    rules = default_rules()
    Counted.looked_at = 0
    assess_accounts(
        Bounds(np.array([f"K{i:05d}" for i in range(customers)], dtype=object), intervals),
        rules.pyramid.boundaries,
        ["auto"] * customers,
        decision_rules(rules, unit=KAU),
        missing={},
        managers=pd.Series(dtype="object"),
        by_when=date(2026, 2, 28),
    )
    return Counted.looked_at


def test_four_times_the_accounts_are_assessed_by_looking_at_four_times_the_values():
    assert values_looked_at(1200) / values_looked_at(300) == pytest.approx(4, rel=0.02)


def uncertain(customers: int, draws: int) -> Uncertain:
    rng = np.random.default_rng(1)
    costs, errors = (
        np.exp(rng.normal(6, 1, (2, customers))),
        range_errors([0.1, 0], draws=draws, seed=1),
    )
    return Uncertain(rng.normal(300, 900, customers), costs, errors, np.array([0.0, 0.2]), 1)


def peak_of(work: Callable[[], object]) -> float:
    """Return how many megabytes a piece of work holds at its most."""
    tracemalloc.start()
    try:
        held = work()
        return tracemalloc.get_traced_memory()[1] / MEGABYTE
    finally:
        del held
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("work", "most"),
    [
        # 200 draws of 20,000 customers are 31 megabytes
        pytest.param(lambda world: odds(world, level=0.9, share=0.8), 24, id="intervals, chances"),
        pytest.param(lambda world: whales(world.row_chunks(), [1, 20_000]), 24, id="whale curves"),
        pytest.param(
            lambda world: resampled_shares(world.profit, share=0.8, draws=200, seed=1),
            24,
            id="customers drawn again",
        ),
        # all pairs of 20,000 customers are 3,052 megabytes
        pytest.param(lambda world: median_of_others(world.profit), 24, id="median of the others"),
    ],
)
def test_neither_all_draws_nor_all_pairs_are_ever_held(work, most, monkeypatch):
    monkeypatch.setattr("kamlib.numerics.draws.CELLS_OF_DRAWS", 200_000)
    world = uncertain(customers=20_000, draws=200)
    assert peak_of(lambda: work(world)) < most


# --------------------------------------------------------------------------------- all stages
def made_up(folder: Path, customers: int, *, draws: int) -> Path:
    from growth import place

    return place(folder, customers, draws)


def test_made_up_customers_of_the_benchmark_go_through_all_stages(tmp_path):
    folder = made_up(tmp_path, 120, draws=100)
    stages = run_stages(folder, "FY2025", folder / "stages", begin="profitability")
    accounts = table(stages, "key_accounts")
    assert len(accounts) == len(table(stages, "parties")) > 100
    assert (table(stages, "loss_treatment")["period"] == "FY2025").sum() > 10
    assert table(stages, "profit_uncertainty")["moved_most_by"].notna().all()


@pytest.mark.soak
def test_four_times_the_customers_need_no_more_than_four_times_the_memory_in_any_step(tmp_path):
    def peaks(customers: int) -> dict[str, float]:
        found: dict[str, float] = {}

        @contextmanager
        def watch(_stage: str, cell: str) -> Iterator[None]:
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            yield
            found[cell] = (tracemalloc.get_traced_memory()[1] - before) / MEGABYTE

        folder = made_up(tmp_path, customers, draws=200)
        tracemalloc.start()
        run_stages(folder, "FY2025", folder / "stages", begin="profitability", watch=watch)
        tracemalloc.stop()
        return found

    peaks(125)  # what is held only once
    few, many = peaks(500), peaks(2000)
    assert {cell: many[cell] for cell in many if many[cell] > 5 * few[cell] + 2} == {}
