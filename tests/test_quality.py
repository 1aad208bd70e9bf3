"""Data quality: how far the input reaches, what is broken for how much, and that nothing is lost."""

import random
import re
import zipfile
from datetime import date
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from test_intake import LINES, TWO_FIRMS, TWO_YEARS, book, give, verdict_of, world

from kamlib.findings import quality_finding
from kamlib.intake import contract, read_inputs
from kamlib.intake.coverage import whole_months
from kamlib.method_rules import set_aside as reasons
from kamlib.publish.exporting import write_rows_set_aside
from kamlib.views import quality_table, worst_rows


# --------------------------------------------------------------------------- how far it reaches
def monthly(first, last, *, who="A", day=28):
    days = pd.date_range(first, last, freq="MS") + pd.Timedelta(days=day - 1)
    return [f"{who}{d:%Y%m}, 1, {d:%Y-%m-%d}, {who}, P, 1, 9, 9, 5, invoice" for d in days]


@pytest.mark.parametrize(
    ("first", "outcome", "months"),
    [("2022-01-01", "PASS", "24"), ("2022-06-01", "FLAG", "19"), ("2023-06-01", "REFUSE", "7")],
)
def test_a_window_too_short_to_tell_asleep_from_gone_says_so(tmp_path, first, outcome, months):
    rows = monthly(first, "2023-12-01", day=1)
    engagement = give(world(tmp_path, periods=TWO_YEARS), "invoice_lines", book(LINES, *rows))

    found, said = verdict_of(read_inputs(engagement, "FY2023"), "asleep_or_gone")
    assert found == outcome
    assert f" {months} months back" in said


def test_a_month_cut_short_is_named(tmp_path):
    rows = monthly("2024-01-01", "2024-11-01")
    cut = [*rows, "A9, 1, 2024-12-09, A, P, 1, 9, 9, 5, invoice"]
    engagement = give(world(tmp_path), "invoice_lines", book(LINES, *cut))

    outcome, said = verdict_of(read_inputs(engagement, "FY2024"), "partial_month")
    assert outcome == "FLAG"
    assert "9 Dec 2024" in said
    whole = give(
        world(tmp_path), "invoice_lines", book(LINES, *rows, *monthly("2024-12-01", "2024-12-01"))
    )
    assert verdict_of(read_inputs(whole, "FY2024"), "partial_month")[0] == "PASS"


def test_customers_younger_than_a_year_are_counted_with_their_revenue(tmp_path):
    rows = monthly("2023-01-01", "2024-12-01") + monthly("2024-10-01", "2024-12-01", who="B")
    engagement = give(world(tmp_path, periods=TWO_YEARS), "invoice_lines", book(LINES, *rows))

    outcome, said = verdict_of(read_inputs(engagement, "FY2024"), "young_customers")
    assert outcome == "FLAG"
    assert said.startswith("1 of 2 customers of FY2024")
    assert "PLN\xa027 (20%" in said


def test_months_are_counted_whole():
    assert whole_months(date(2024, 1, 1), date(2024, 12, 31)) == 12
    assert whole_months(date(2024, 1, 2), date(2024, 12, 31)) == 11


# --------------------------------------------------------------------------- what to mend
BROKEN = book(
    LINES,
    "F1, 1, 2024-01-10, A, P, 2, 80, 60, 50, invoice",
    "F2, 1, 2024-01-10, , P, 2, 80, 500, 50, invoice",
    "F3, 1, 2024-01-10, , P, 2, 80, 100, 50, invoice",
    "F4, 1, 2024-02-30, A, P, 2, 80, 300, 50, invoice",
    "F5, 1, 2024-03-01, A, P, 2, 80, many, 50, invoice",
)


@pytest.fixture
def quarantine(tmp_path):
    return read_inputs(give(world(tmp_path), "invoice_lines", BROKEN), "FY2024").tables[
        "quarantine"
    ]


def test_rules_are_told_by_money_with_how_to_mend_them_at_the_source(quarantine):
    table = quality_table(quarantine)

    assert table[["column", "reason", "rows", "amount"]].values.tolist() == [
        ["customer_id", "missing", 2, 600.0],
        ["date", "no such day", 1, 300.0],
        ["net_amount", "not a number", 1, 0.0],
    ]
    assert table["share_of_money"].tolist() == pytest.approx([2 / 3, 1 / 3, 0])
    assert table["remedy"].str.len().min() > 20
    said = quality_finding(table, currency="PLN")
    assert said.startswith(
        "4 rows were set aside by 3 rules. Begin with invoice_lines, customer_id"
    )


def test_the_rows_worth_most_come_first_and_unreadable_amounts_last(quarantine):
    assert worst_rows(quarantine, most=3)["amount"].tolist() == [500, 300, 100]
    assert worst_rows(quarantine)["value"].tolist()[-1] == "many"


def test_every_reason_of_the_contract_has_a_remedy():
    fields = [field for table in contract.CONTRACT.values() for field in table.fields]
    told = {field.otherwise for field in fields if field.otherwise}
    told |= {value for name, value in vars(reasons).items()
             if name.isupper() and isinstance(value, str) and name != "OTHERWISE"
             and not name.startswith("_")}  # fmt: skip

    assert told <= set(reasons.REMEDIES)


def test_the_list_in_excel_runs_no_formula_and_has_the_same_bytes_each_time(quarantine, tmp_path):
    bad = quarantine.assign(value='=HYPERLINK("http://x.invalid";"a")', customer_id="+48 601")
    write_rows_set_aside(bad, tmp_path / "a.xlsx")
    write_rows_set_aside(bad, tmp_path / "b.xlsx")

    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book_:
        sheets = "".join(book_.read(n).decode() for n in book_.namelist() if "sheet" in n)
        everything = "".join(book_.read(n).decode() for n in book_.namelist())
    assert "<f>" not in sheets
    assert "hyperlink" not in sheets
    assert "=HYPERLINK(" in everything  # as text
    assert re.search(r"<v>500</v>", sheets)


# --------------------------------------------------------------------------- nothing is lost
GARBAGE = ("", "x", "1,5", "2024-02-30", "2099-01-01", "C9", "nan", "1e9", "-", "12.34", "#N/A")
CLEAN = [row for who in "AB" for row in monthly("2024-01-01", "2024-12-01", who=who)]


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink],
)
@given(seed=st.integers(0, 10**6), faults=st.integers(1, 12))
def test_whatever_happens_to_a_clean_file_rows_and_money_are_used_or_set_aside(
    tmp_path_factory, seed, faults
):
    """Delete a cell, garble a number, double a row, name a stranger, break a day: all is accounted for."""
    rng = random.Random(seed)
    rows = [row.replace(" ", "").split(",") for row in CLEAN]
    for _ in range(faults):
        place = rng.randrange(len(rows))
        if rng.random() < 0.25:
            rows.append(list(rows[place]))
        else:
            rows[place][rng.randrange(len(rows[place]))] = rng.choice(GARBAGE).replace(",", ".")
    text = "\n".join([LINES, *(",".join(row) for row in rows)]) + "\n"
    engagement = give(world(tmp_path_factory.mktemp("clean")), "invoice_lines", text)
    give(engagement, "customers", "customer_id,name\nA,Alfa\nB,Beta\n")
    intake = read_inputs(engagement, "FY2024")

    aside, months = intake.tables["quarantine"], intake.tables["customer_months"]
    assert months["lines"].sum() + len(aside) == len(rows)
    readable = sum(Decimal(row[7]) for row in rows if re.fullmatch(r"-?\d+(\.\d+)?", row[7]))
    assert months["invoice_revenue"].sum() + (aside["amount"].sum() or 0) == readable
    assert all(balance.holds for balance in intake.balances)
    per_rule = aside.groupby(["column", "reason"])["row"].count()
    assert per_rule.sum() == len(aside)
    assert aside["reason"].notna().all()
    assert aside["row"].is_unique


def test_a_clean_file_is_used_whole(tmp_path):
    intake = read_inputs(give(world(tmp_path), "invoice_lines", TWO_FIRMS), "FY2024")

    assert intake.tables["quarantine"].empty
    assert quality_table(intake.tables["quarantine"]).empty
    assert "nothing has to be mended" in quality_finding(
        quality_table(intake.tables["quarantine"]), currency="PLN"
    )
