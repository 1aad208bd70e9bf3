"""Millions of order lines into customers and years: how near the limit of the machine data prep is.

Ways to the same answer run in turn, each in a process of its own, and are compared in one run; the
same results come first. The clock starts when libraries are loaded and settings are read, which takes
as long for ten lines.

    python benchmarks/order_lines.py --scale 1 10 --rounds 5 --out docs/order_lines.md
"""

import argparse
import functools
import json
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pandas as pd
import pyarrow as pa
from order_data import engagement_with_lines

import kamlib as kam
from kamlib.intake import documents, read_inputs, validate
from kamlib.intake.ledger import money_balance
from kamlib.intake.lines import customer_months
from kamlib.intake.quarantine import all_set_aside, lines_set_aside, money_read
from kamlib.intake.workspace import Workspace, fetched, workspace
from kamlib.settings.engagement import load_engagement

PERIOD = "Y1997"
BY_HAND = """
SELECT customer_id, year(date) AS year, sum(revenue) AS revenue, sum(cost) AS cost, count(*) AS orders,
  sum(lines) AS lines, min(date) AS first, max(date) AS last
FROM (
  SELECT invoice_id, any_value(customer_id) AS customer_id, min(date) AS date, sum(net_amount) AS revenue,
    sum(cost_of_goods_sold) AS cost, count(*) AS lines
  FROM '{file}' GROUP BY invoice_id
) GROUP BY customer_id, year
"""
SCAN = """
SELECT max(invoice_id), max(customer_id), min(date), max(date), sum(net_amount), sum(cost_of_goods_sold)
FROM '{file}'
"""


engagement_of = functools.cache(load_engagement)


def limit(file: Path) -> None:
    """Read the same columns and do nothing with them."""
    duckdb.connect().sql(SCAN.format(file=file)).fetchall()


def by_hand(file: Path) -> tuple:
    """Aggregate in SQL as an expert writes it: through orders."""
    return _told(duckdb.connect().sql(BY_HAND.format(file=file)).to_arrow_table())


def through_queries(file: Path) -> tuple:
    """Aggregate the same by expressions, as all of kamlib's line work is written."""
    lines = ibis.duckdb.connect().read_parquet(file)
    orders = lines.group_by("invoice_id").aggregate(
        customer_id=lines["customer_id"].arbitrary(),
        date=lines["date"].min(),
        revenue=lines["net_amount"].sum(),
        cost=lines["cost_of_goods_sold"].sum(),
        lines=lines.count(),
    )
    years = orders.group_by(customer_id="customer_id", year=orders["date"].year()).aggregate(
        revenue=orders["revenue"].sum(),
        cost=orders["cost"].sum(),
        orders=orders.count(),
        lines=orders["lines"].sum(),
        first=orders["date"].min(),
        last=orders["date"].max(),
    )
    return _told(years.to_pyarrow())


def usual_pandas(file: Path) -> tuple:
    """Aggregate as most notebooks do: read all, group, count distinct orders."""
    columns = ["invoice_id", "customer_id", "date", "net_amount", "cost_of_goods_sold"]
    frame = pd.read_parquet(file, columns=columns)
    money = {name: frame[name].astype("float64") for name in columns[3:]}
    frame = frame.assign(**money, date=pd.to_datetime(frame["date"]))
    groups = frame.groupby(["customer_id", frame["date"].dt.year.rename("year")])
    years = groups.agg(
        revenue=("net_amount", "sum"),
        cost=("cost_of_goods_sold", "sum"),
        orders=("invoice_id", "nunique"),
        lines=("invoice_id", "size"),
        first=("date", "min"),
        last=("date", "max"),
    )
    return _told(pa.Table.from_pandas(years))


def validated_and_tied(file: Path) -> tuple:
    """Validate each line, set aside, aggregate, and tie rows and money: data prep's own line work."""
    with workspace(engagement_of(file.parent)) as work:
        return _line_work(work)


def _line_work(work: Workspace) -> tuple:
    lines = validate.validate(work, "invoice_lines", known={})
    typed = documents.typed_lines(work, lines)
    by_document = documents.documents_of(work, lines, typed, None)
    lost = lines_set_aside(work, lines, by_document, {})
    all_set_aside([lines], {lines.name: lost}, work.engagement)
    months = fetched(customer_months(by_document, lines, work, None).rows)
    none = pd.DataFrame({name: [] for name in ("currency", "lines", "original", "amount")})
    balance = money_balance(
        money_read(documents.counted(typed), lost), months, none, currency="PLN"
    )
    assert balance.holds
    sums = by_document.aggregate(r=by_document["net_amount"].sum(), n=by_document["lines"].sum())
    found = fetched(sums)
    return float(found["r"][0]), int(found["n"][0])


def whole_data_prep(file: Path) -> tuple:
    """Do all of data prep and write every table that the stages read."""
    tables = read_inputs(engagement_of(file.parent), PERIOD).tables
    with tempfile.TemporaryDirectory() as folder:
        for name in tables:
            tables.write(name, Path(folder))
    months = tables["customer_months"]
    return float(months["invoice_revenue"].sum()), int(months["lines"].sum())


WAYS: dict[str, Callable[[Path], Any]] = {
    "scan of the same columns": limit,
    "SQL by hand, through orders": by_hand,
    "the same through our query layer": through_queries,
    "pandas as usual": usual_pandas,
    "validated, set aside, tied": validated_and_tied,
    "all of data prep, tables written": whole_data_prep,
}


def _told(table: pa.Table) -> tuple:
    """Return what two ways must agree on: revenue and lines."""
    sums = [sum(map(float, (table["revenue"].to_pandas().astype("float64").sum(),)))]
    return round(sums[0], 2), int(table["lines"].to_pandas().astype("int64").sum())


def measured(way: str, home: Path) -> dict[str, Any]:
    """Run one way in a process of its own; return seconds, gigabytes at the peak, and its answer."""
    words = [sys.executable, __file__, "--way", way, "--home", str(home)]
    out = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    return dict(json.loads(out.splitlines()[-1]))


def one(way: str, home: Path) -> None:
    """Run one way here and print what it took."""
    engagement_of(home)
    ibis.duckdb.connect().disconnect()
    start = time.perf_counter()
    answer = WAYS[way](home / "lines.parquet")
    took = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(json.dumps({"seconds": took, "gigabytes": peak, "answer": answer}))


def table_of(home: Path, ways: list[str], rounds: int) -> pd.DataFrame:
    """Return median seconds and the highest peak of each way, in interleaved rounds."""
    found: dict[str, list[dict]] = {way: [] for way in ways}
    for _round in range(rounds):
        for way in ways:
            found[way].append(measured(way, home))
    answers = {tuple(run["answer"]) for runs in found.values() for run in runs if run["answer"]}
    revenue, lines = zip(*answers, strict=True)
    assert len(set(lines)) == 1
    assert max(revenue) - min(revenue) < 1e-9 * abs(max(revenue)), answers
    return pd.DataFrame(
        {
            "seconds": {
                way: statistics.median(r["seconds"] for r in runs) for way, runs in found.items()
            },
            "gigabytes": {way: max(r["gigabytes"] for r in runs) for way, runs in found.items()},
        }
    )


def report(found: dict[int, pd.DataFrame], rounds: dict[int, int]) -> str:
    """Write the ratios to SQL by hand, and how ten times the lines take."""
    text = []
    for scale, table in found.items():
        hand = table.loc["SQL by hand, through orders", "seconds"]
        text.append(
            f"{6 * scale} million lines, medians of {rounds[scale]}; × is time by SQL by hand"
        )
        for way, row in table.iterrows():
            took = (
                f"{row['seconds'] / hand:8.2f} ×{row['seconds']:8.1f} s{row['gigabytes']:7.2f} GB"
            )
            text.append(f"  {way:<36}{took}")
        text.append("")
    scales = sorted(found)
    if len(scales) > 1:
        small, large = found[scales[0]], found[scales[-1]]
        for way in large.index:
            grown = large.loc[way, "seconds"] / small.loc[way, "seconds"]
            text.append(f"  {scales[-1] // scales[0]} × the lines: {grown:5.1f} × the time, {way}")
    text.append(
        f"kamlib {kam.__version__}, Python {platform.python_version()}, duckdb {duckdb.__version__}, "
        f"ibis {ibis.__version__}, pandas {pd.__version__}, pyarrow {pa.__version__}"
    )
    return "\n".join(text)


def main() -> None:
    """Measure and print, or run one way."""
    ask = argparse.ArgumentParser(description="Order lines into customers and years.")
    ask.add_argument("--scale", type=int, nargs="+", default=[1])
    ask.add_argument("--rounds", type=int, default=5)
    ask.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "kam-order-lines")
    ask.add_argument("--out", type=Path, help="a Markdown page to write the table to")
    ask.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    ask.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    own = ask.parse_args()
    if own.way:
        one(own.way, own.home)
        return
    rounds = {scale: own.rounds if scale < 10 else min(own.rounds, 3) for scale in own.scale}
    found = {}
    for scale in own.scale:
        home = engagement_with_lines(own.folder, scale)
        small = [way for way in WAYS if scale < 10 or way != "pandas as usual"]
        start = time.perf_counter()
        found[scale] = table_of(home, small, rounds[scale])
        print(f"scale {scale} took {timedelta(seconds=round(time.perf_counter() - start))}")
    text = report(found, rounds)
    print(text)
    if own.out:
        page = f"# Millions of order lines\n\nWritten by `make bench`.\n\n```text\n{text}\n```\n"
        own.out.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
