"""How the stages' own computing grows with the number of customers: nothing may be quadratic.

Stage tables are made up by numpy for each size, the stages' functions run on them without notebooks,
and one table of ratios is printed: time(n) / time(1,000), medians of interleaved rounds.

    python benchmarks/growth.py --rounds 3 --sizes 1000 10000 100000
"""

import argparse
import platform
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
from made_up import Engagement, made_up_tables

import kamlib as kam

ROOT = Path(__file__).resolve().parent.parent
RANGES = {"order_desk": 0.15, "warehouse": 0.10, "field_sales, visit": 0.20}
ALLOWED = 1.3  # times as much as the customers: n log n and caches


def stages(tables: dict[str, pd.DataFrame], own: Engagement, draws: int) -> dict[str, float]:
    """Run all five stages on one set of tables and return the seconds of each step."""
    spent: dict[str, float] = {}
    end, periods = own.now.end, own.names

    def step(name: str, work: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        found = work()
        spent[name] = spent.get(name, 0.0) + time.perf_counter() - start
        return found

    result = step("statements", lambda: kam.customer_statements(
        tables, own.rules.profitability, periods=periods))  # fmt: skip
    now = result.statement[result.statement["period"] == own.now.name]
    step(
        "concentration",
        lambda: kam.concentration(now, threshold=0.8, draws=draws, level=0.9, seed=1),
    )
    step("intervals, whale band, bridge", lambda: _doubted(tables, own, result, draws))
    stays, parties, doors = step("classes, staying, doors", lambda: _segmented(
        tables, own, result.statement, now))  # fmt: skip
    values, wanted, sides = step("side A and side B", lambda: _both(
        tables, own, parties, now, stays, doors))  # fmt: skip
    shots = step("golden shots", lambda: _shots(tables, own, result.statement, stays))
    accounts = step("levels and verdicts", lambda: _assessed(
        tables, own, parties, result.statement, stays, sides, doors, shots, values))  # fmt: skip
    assert len(accounts) == len(parties) == len(sides)
    assert end == own.now.end
    assert len(wanted) > len(parties)
    return spent


def _doubted(tables: dict, own: Engagement, result: kam.Statements, draws: int) -> None:
    equations = own.rules.profitability.time_equations
    model = SimpleNamespace(uncertainty=RANGES, time_equations=equations)
    how = {"draws": draws, "seed": 1}
    now = result.statement[result.statement["period"] == own.now.name]
    assert result.cost_to_serve is not None
    sure = kam.profit_sureness(
        now, result.cost_to_serve, model, profit_share=0.8, level=0.9, **how
    )  # fmt: skip
    world = kam.uncertain_profits(now, result.cost_to_serve, model, **how)
    curve = kam.whale_curve(now[now["active"]])
    whale = kam.whale_band(curve, uncertain=world, level=0.9, **how)
    names = {"period": own.now.name, "previous": own.before.name}
    bridge = kam.profit_bridge(result.statement, tables["customer_products"], **names)
    steps = kam.bridge_steps(bridge, result.statement, **names)
    assert len(sure) == whale.numbers["customers"] == len(curve)
    assert kam.largest_changes(bridge)["customer_id"].is_unique
    assert len(steps) > 2


def _segmented(tables: dict, own: Engagement, statement: pd.DataFrame, now: pd.DataFrame) -> tuple:
    measure = kam.main_measure(now)
    segments = kam.segment(statement, measure=measure, threshold=0.8)
    windows = own.rules.windows
    window = kam.reference_window(tables["orders"], own.before.start, windows=windows)
    rates = kam.repeat_rates(tables["orders"], window)
    own.rates = rates
    stays = kam.staying(
        tables["orders"], tables["customers"], rates, tables["ratings_ours"], windows=windows,
        end=own.now.end, scale=own.rules.side_a.criteria["staying"].value,
    )  # fmt: skip
    parties, _who = kam.assessed_parties(tables["customers"], None, stays, now)
    strategic = kam.strategic_door(None, own.rules.doors.strategic, end=own.now.end)
    mine = segments[segments["period"] == own.now.name]
    return stays, parties, kam.open_doors(mine, strategic, parties["party_id"], period=own.now.name)


def _both(
    tables: dict, own: Engagement, parties: pd.DataFrame, now: pd.DataFrame, stays: pd.DataFrame,
    doors: pd.DataFrame,
) -> tuple:  # fmt: skip
    end, rules = own.now.end, own.rules
    ours = kam.current_ratings(tables["ratings_ours"], end=end)
    by = ("party_id", "criterion", "supplier")
    theirs = kam.current_ratings(tables["ratings_theirs"], end=end, by=by)
    measured = kam.measured_criteria(parties, now, stays)
    values = kam.side_a_criteria(measured, ours, rules.side_a.criteria)
    a_side = kam.side_a(values, min_known_weight=rules.side_a.min_known_weight)
    wanted = kam.side_b_criteria(theirs, guess_halfwidth=rules.side_b.our_guess_halfwidth)
    b_side = kam.side_b(wanted, parties["party_id"], unknown_range=rules.side_b.unknown_range)
    sides = kam.both_sides(parties, a_side, b_side, now, doors, values, period=own.now.name)
    sides["trust"] = kam.their_trust(theirs, sides["party_id"], ["their_words", "fact"])
    return values, wanted, sides


def _shots(
    tables: dict, own: Engagement, statement: pd.DataFrame, stays: pd.DataFrame
) -> pd.DataFrame:
    dated, months = own.dated(statement), tables["customer_months"]
    off, customers = tables["off_invoice"], tables["customers"]
    money = kam.money_of_shots(months, off, dated, end=own.now.end, months_back=24)
    then = kam.money_of_shots(months, off, dated, end=own.before.end, months_back=12)
    frozen = kam.margin_percentiles(then, customers)
    return kam.golden_shots(
        customers, money, stays, frozen, own.rules.golden_shot, unit=own.unit,
        relations=["auto"] * len(customers), end=own.now.end,
    )  # fmt: skip


def _assessed(
    tables: dict, own: Engagement, parties: pd.DataFrame, statement: pd.DataFrame,
    stays: pd.DataFrame, sides: pd.DataFrame, doors: pd.DataFrame, shots: pd.DataFrame,
    values: pd.DataFrame,
) -> pd.DataFrame:  # fmt: skip
    rules, end = own.rules, own.now.end
    months = rules.pyramid.evidence_months
    contacts = kam.contact_functions(tables["contacts"], end=end, months=months)
    joint = kam.joint_evidence(tables["evidence"], parties["party_id"], rules.pyramid, end=end)
    bounds = kam.account_bounds(
        parties, own.dated(statement), stays, sides, contacts, joint, doors, shots,
        period=own.now.name, yearly=True,
    )  # fmt: skip
    return kam.assess_accounts(
        bounds, rules.pyramid.boundaries, ["auto"] * len(parties),
        kam.decision_rules(rules, unit=own.unit), missing=kam.missing_criteria(values),
        managers=kam.managers_of(parties), by_when=end,
    )  # fmt: skip


def measure(sizes: list[int], rounds: int, draws: int) -> pd.DataFrame:
    """Return median seconds, one row per step and one column per size."""
    own = Engagement(ROOT / "data" / "demo")
    tables = {n: made_up_tables(n, own) for n in sizes}
    stages(tables[sizes[0]], own, draws)  # what is paid only once, such as imports
    found: dict[int, list[dict[str, float]]] = {n: [] for n in sizes}
    for _round in range(rounds):
        for n in sizes:
            found[n].append(stages(tables[n], own, draws))
    medians = {n: pd.DataFrame(each).median() for n, each in found.items()}
    table = pd.DataFrame(medians)
    return pd.concat([table, table.sum().to_frame("all stages").T])


def report(seconds: pd.DataFrame) -> str:
    """Write the ratios, with each step's share of the time at the largest size."""
    first, last = seconds.columns[0], seconds.columns[-1]
    ratios = seconds.div(seconds[first], axis=0)
    shares = seconds[last] / seconds.loc["all stages", last]
    head = "".join(f"{f'× {n // first:,}':>10}" for n in seconds.columns)
    lines = [f"{'time, for × customers of ' + format(first, ','):<34}{head}{'share':>10}"]
    for name, row in ratios.iterrows():
        cells = "".join(f"{value:>10.1f}" for value in row)
        lines.append(f"{name:<34}{cells}{shares[name]:>10.0%}")
    allowed, got = ALLOWED * last / first, ratios.loc["all stages", last]
    held = "holds" if got <= allowed else "does NOT hold"
    lines += ["", f"{last // first} × the customers in at most {allowed:.0f} × the time: {held} "
              f"({got:.0f}). Share: of the time at {last:,} customers.",
              f"kamlib {kam.__version__}, Python {platform.python_version()}, numpy "
              f"{np.__version__}, pandas {pd.__version__}"]  # fmt: skip
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    ask = argparse.ArgumentParser(description="How the stages grow with the number of customers.")
    ask.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    ask.add_argument("--rounds", type=int, default=3)
    ask.add_argument("--draws", type=int, default=200, help="bootstrap draws; 2,000 in a report")
    ask.add_argument("--out", type=Path, help="a Markdown page to write the table to")
    own = ask.parse_args()
    warnings.simplefilter("ignore")
    text = report(measure(own.sizes, own.rounds, own.draws))
    print(text)
    if own.out:
        page = f"# How the stages grow\n\nWritten by `make bench`.\n\n```text\n{text}\n```\n"
        own.out.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
