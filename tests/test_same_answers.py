"""What must not matter: the order of lines, the names of customers, the currency's size."""

import gzip
import re
import shutil
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from fastpath import run_stages, table

from kamlib.demo import write_demo


@pytest.fixture(scope="module")
def company(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("company") / "small"
    write_demo(folder, customers=60, seed=7)
    return folder


@pytest.fixture(scope="module")
def answer(company, tmp_path_factory) -> Path:
    return run_stages(company, "FY2025", tmp_path_factory.mktemp("answer"))


def rewritten(company: Path, to: Path, change) -> Path:
    """Copy an engagement, each input file's text passed through `change(name, lines)`."""
    shutil.copytree(company, to, ignore=shutil.ignore_patterns("reference", "stages", "truth"))
    for path in sorted((to / "input").iterdir()):
        read = gzip.open if path.suffix == ".gz" else open
        with read(path, "rt", encoding="utf-8", newline="") as file:
            head, *lines = file.read().splitlines()
        with read(path, "wt", encoding="utf-8", newline="") as file:
            file.write("\n".join([head, *change(path.name, lines)]) + "\n")
    return to


def accounts(stages: Path) -> pd.DataFrame:
    names = [
        "customer_profit",
        "side_a_low",
        "side_b_high",
        "confirmed_level",
        "possible_level",
        "verdict",
    ]
    return table(stages, "key_accounts").set_index("party_id")[names].sort_index()


def test_two_runs_give_the_same_bytes(company, answer, tmp_path):
    again = run_stages(company, "FY2025", tmp_path)

    for path in sorted(answer.glob("*.parquet")):
        assert (again / path.name).read_bytes() == path.read_bytes(), path.name


def test_the_order_of_lines_does_not_matter(company, answer, tmp_path):
    backwards = rewritten(company, tmp_path / "small", lambda _name, lines: lines[::-1])

    other = run_stages(backwards, "FY2025", tmp_path / "stages")

    pd.testing.assert_frame_equal(accounts(other), accounts(answer))
    same = ["profitability", "segmentation", "staying", "golden_shots", "side_b_criteria"]
    for name in same:
        assert (other / f"{name}.parquet").read_bytes() == (
            answer / f"{name}.parquet"
        ).read_bytes(), name


def test_other_customer_ids_give_the_same_answers(company, answer, tmp_path):
    customer = re.compile(r"\bK(\d{5})\b")

    def renamed(_name, lines):
        return [customer.sub(r"X\1", line) for line in lines]

    moved = rewritten(company, tmp_path / "small", renamed)
    settings = moved / "engagement.yaml"
    settings.write_text(
        customer.sub(r"X\1", settings.read_text(encoding="utf-8")), encoding="utf-8"
    )

    other = accounts(run_stages(moved, "FY2025", tmp_path / "stages"))

    other.index = other.index.str.replace("X", "K")
    pd.testing.assert_frame_equal(other.sort_index(), accounts(answer))


MONEY = {"Wartość katalogowa", "Wartość netto", "Koszt własny", "amount", "average_balance"}


def doubled(text: str) -> str:
    """Return a decimal-comma amount twice as large; what is no number stays as it is."""
    plain = text.replace(" ", "").replace(",", ".")
    if not re.fullmatch(r"-?\d+(\.\d+)?", plain):
        return text
    places = len(plain.partition(".")[2])
    return f"{2 * Decimal(plain):.{places}f}".replace(".", ",")


def test_twice_the_money_and_twice_the_key_account_unit_give_the_same_verdicts(
    company, answer, tmp_path
):
    heads = {}

    def twice(name, lines):
        head = heads[name]
        at = [i for i, column in enumerate(head) if column in MONEY]
        rows = [line.split(";") for line in lines]
        return [";".join(doubled(c) if i in at else c for i, c in enumerate(row)) for row in rows]

    for path in (company / "input").iterdir():
        read = gzip.open if path.suffix == ".gz" else open
        with read(path, "rt", encoding="utf-8") as file:
            heads[path.name] = file.readline().strip().split(";")
    large = rewritten(company, tmp_path / "small", twice)
    settings = (large / "engagement.yaml").read_text(encoding="utf-8")
    settings = re.sub(
        r"(\b(?:cost|amount): )(-?[\d.]+)", lambda m: m[1] + str(2 * Decimal(m[2])), settings
    )
    (large / "engagement.yaml").write_text(settings, encoding="utf-8")

    stages = run_stages(large, "FY2025", tmp_path / "stages")

    mine, theirs = accounts(answer), accounts(stages)
    assert theirs["verdict"].tolist() == mine["verdict"].tolist()
    pd.testing.assert_series_equal(theirs["confirmed_level"], mine["confirmed_level"])
    rounded = [
        "list_revenue",
        "invoice_revenue",
        "off_invoice",
        "cost_of_goods_sold",
        "capital_charge",
    ]
    key = ["period", "customer_id"]
    small, big = (table(s, "profitability").set_index(key)[rounded] for s in (answer, stages))
    assert (big / 2 - small).abs().max().max() <= 0.0101  # a cent a customer and rounded line
    key = [*key, "activity"]
    small, big = (table(s, "cost_to_serve").set_index(key)["cost"] for s in (answer, stages))
    assert (big / 2 - small).abs().max() <= 0.0101
