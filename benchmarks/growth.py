"""How the stages' own computing grows with the number of customers: nothing may be quadratic.

Hand-over tables are made up by numpy for each size. The notebooks' own cells of the five stages after
data prep run on them in this process, with their figures, as tests run them. CPU time is counted, so that
other programs on the machine do not; ratios are of medians. A size that has had its share of the time
is not run again.

    python benchmarks/growth.py --sizes 1000 10000 100000
"""

import argparse
import platform
import re
import resource
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from made_up import made_up_engagement, made_up_tables

import kamlib as kam
from kamlib.core.tables import write_table
from kamlib.stage import NOTEBOOKS

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tests"))
ALLOWED = 1.3  # times as much as the customers: n log n and caches
PERIOD = "FY2025"
STAGES = [name for name in NOTEBOOKS if name != "data_prep"]
SHOWN = 12  # steps with the largest share


def place(home: Path, n: int, draws: int) -> Path:
    """Write an engagement with the hand-over tables of `n` customers, as data prep would have."""
    folder = home / str(n)
    engagement = made_up_engagement(ROOT / "data" / "demo", folder, draws=draws)
    for name, table in made_up_tables(n, engagement).items():
        write_table(table, folder / "stages", name, stage="made_up")
    return folder


def stages(folder: Path) -> dict[tuple[str, str], float]:
    """Run all stages after data prep and return the CPU seconds of each step."""
    from fastpath import run_stages

    spent: dict[tuple[str, str], float] = {}

    @contextmanager
    def watch(stage: str, cell: str) -> Iterator[None]:
        start = time.process_time()
        yield
        key = (stage, what(cell))
        spent[key] = spent.get(key, 0.0) + time.process_time() - start

    run_stages(folder, PERIOD, folder / "stages", begin=STAGES[0], figures=True, watch=watch)
    return spent


def what(cell: str) -> str:
    """Name a cell by the functions that it calls first."""
    called = [name for name in re.findall(r"kam\.(\w+)\(", cell) if not _is_show(name)]
    return ", ".join(list(dict.fromkeys(called))[:2]) or "reading, writing, judging"


def _is_show(name: str) -> bool:
    return name.startswith("show_") or name.endswith(("_finding", "_words", "_outcome"))


def measure(
    sizes: list[int], rounds: int, draws: int, most: float
) -> tuple[pd.DataFrame, pd.Series]:
    """Return median CPU seconds, one row per step and one column per size, and the peak memory.

    A size that has used `most` seconds is not run again.
    """
    warm_up = min(sizes) // 5
    found: dict[int, list[dict[tuple[str, str], float]]] = {n: [] for n in sizes}
    memory = {}
    with TemporaryDirectory() as home:
        stages(place(Path(home), warm_up, draws))  # what is paid only once, such as imports
        folders = {n: place(Path(home), n, draws) for n in sorted(sizes)}
        for _round in range(rounds):
            for n, folder in folders.items():
                if sum(sum(each.values()) for each in found[n]) < most:
                    found[n].append(stages(folder))
                memory.setdefault(n, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)
    table = pd.DataFrame({n: pd.DataFrame(each).median() for n, each in found.items()})
    table.index = pd.MultiIndex.from_tuples(table.index)
    return table, pd.Series(memory)


def report(seconds: pd.DataFrame, memory: pd.Series, draws: int) -> str:
    """Write the ratios, with each step's share of the time at the largest size."""
    by_stage = seconds.groupby(level=0).sum().reindex(STAGES)
    by_stage.loc["all stages"] = by_stage.sum()
    first, last = seconds.columns[0], seconds.columns[-1]
    whole = by_stage.loc["all stages", last]
    head = "".join(f"{f'× {n // first:,}':>10}" for n in seconds.columns)
    lines = [f"{'CPU time, for × customers of ' + format(first, ','):<50}{head}{'share':>10}"]
    lines += [_line(name, row, first, whole) for name, row in by_stage.iterrows()]
    slow = seconds.sort_values(last, ascending=False).head(SHOWN)
    lines += ["", "the steps that take most"]
    lines += [
        _line(f"{stage}: {step}"[:49], row, first, whole) for (stage, step), row in slow.iterrows()
    ]
    lines += ["", *_verdict(by_stage.loc["all stages"], seconds)]
    peaks = ", ".join(f"{memory[n]:.1f} GB at {n:,}" for n in seconds.columns)
    lines += [
        f"Share: of the time at {last:,} customers, {draws:,} draws. Largest memory so far: "
        f"{peaks}.",
        f"kamlib {kam.__version__}, Python {platform.python_version()}, numpy "
        f"{np.__version__}, pandas {pd.__version__}",
    ]
    return "\n".join(lines)


def _verdict(whole: pd.Series, seconds: pd.DataFrame) -> list[str]:
    """Say whether the goal holds, and how the largest size grew from the one before.

    What is fixed at any size, such as reading the settings, flatters the first ratio and not the second.
    """
    first, *_between, before, last = [whole.index[0], *whole.index]
    got, allowed = whole[last] / whole[first], ALLOWED * last / first
    held = "holds" if got <= allowed else "does NOT hold"
    large = seconds[seconds[last] > whole[last] / 100]
    grown = large[last] / large[before]
    stage, step = grown.idxmax()
    return [
        f"{last // first} × the customers in at most {allowed:.0f} × the time: {held} ({got:.0f}).",
        f"From {before:,} to {last:,} customers ({last / before:.0f} ×): "
        f"{whole[last] / whole[before]:.1f} × the time; most of all steps above 1%: "
        f"{grown.max():.1f} × ({stage}: {step}).",
    ]


def _line(name: object, row: pd.Series, first: int, whole: float) -> str:
    cells = "".join(f"{value / row[first]:>10.1f}" for value in row)
    return f"{name:<50}{cells}{row.iloc[-1] / whole:>10.0%}"


def main() -> None:
    """Measure and print."""
    ask = argparse.ArgumentParser(description="How the stages grow with the number of customers.")
    ask.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    ask.add_argument("--rounds", type=int, default=3)
    ask.add_argument("--draws", type=int, default=2_000, help="as in a report")
    ask.add_argument("--most", type=float, default=60.0, help="seconds, then a size runs no more")
    ask.add_argument("--out", type=Path, help="a Markdown page to write the table to")
    own = ask.parse_args()
    warnings.simplefilter("ignore")
    text = report(*measure(own.sizes, own.rounds, own.draws, own.most), own.draws)
    print(text)
    if own.out:
        page = f"# How the stages grow\n\nWritten by `make bench`.\n\n```text\n{text}\n```\n"
        own.out.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
