"""What was said on a day, held against what happened: nothing of later days is known to it."""

import sys
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT
from typer.testing import CliRunner

from kamlib.core.errors import DataError, ParameterError
from kamlib.intake import read_inputs
from kamlib.report.backtest import next_period, require_orders
from kamlib.report.cli import app
from kamlib.report.committing import OWNER, require_own
from kamlib.settings import load_engagement
from kamlib.summary.backtest import bands, since

SETTINGS = """
currency: PLN
periods:
  FY2024: {from: 2024-01-01, to: 2024-12-31}
  FY2025: {from: 2025-01-01, to: 2025-12-31}
inputs:
  invoice_lines: {files: input/lines.csv}
  customers: {files: input/customers.csv}
  ratings_ours: {files: input/ratings.csv}
  evidence: {files: input/evidence.csv}
  drivers: {files: input/drivers.csv}
key_account_unit: {amount: 1000, currency: PLN}
"""
TABLES = {  # the head, what was known at the end of 2024, and what came later
    "lines": (
        "invoice_id,line_id,date,customer_id,net_amount,order_id",
        ["1,1,2024-03-01,A,100,O1", "2,1,2024-12-31,B,50,O2"],
        ["3,1,2025-01-01,A,70,O3"],
    ),
    "customers": ("customer_id,name", ["A,Ala", "B,Bec"], []),
    "ratings": (
        "party_id,criterion,rating,date",
        ["A,openness,5,2024-06-01"],
        ["A,openness,9,2025-06-01", "B,openness,9,"],
    ),
    "evidence": ("party_id,code,date", ["A,edi_vmi,2024-06-01"], ["B,edi_vmi,2025-01-02"]),
    "drivers": ("period,customer_id,driver,volume", ["FY2024,A,visits,3"], ["FY2025,A,visits,9"]),
}


def firm(folder: Path, *, later: bool = True, as_of: str = "") -> Path:
    """Write a firm of two customers, with or without what came after 2024."""
    (folder / "input").mkdir(parents=True)
    for name, (head, known, came) in TABLES.items():
        rows = [head, *known, *(came if later else [])]
        (folder / "input" / f"{name}.csv").write_text("\n".join(rows) + "\n")
    (folder / "engagement.yaml").write_text(SETTINGS + (f"as_of: {as_of}\n" if as_of else ""))
    return folder


def test_rows_ratings_and_evidence_of_later_days_change_nothing_in_what_was_known(tmp_path):
    with_later, without = (
        read_inputs(load_engagement(each), "FY2024")
        for each in (
            firm(tmp_path / "a" / "firm", as_of="2024-12-31"),
            firm(tmp_path / "b" / "firm", as_of="2024-12-31", later=False),
        )
    )

    assert set(with_later.tables) == set(without.tables)
    for name in without.tables:
        pd.testing.assert_frame_equal(with_later.tables[name], without.tables[name])
    assert with_later.tables["ratings_ours"]["rating"].tolist() == [5]
    assert with_later.tables["quarantine"].empty


def test_a_day_before_every_period_ends_is_refused(tmp_path):
    with pytest.raises(ParameterError, match="as_of must not be before every period ends"):
        load_engagement(firm(tmp_path / "firm", as_of="2023-01-01"))


def test_without_a_later_period_there_is_nothing_to_hold_it_against(tmp_path):
    found = load_engagement(firm(tmp_path / "firm"))

    assert next_period(found, "FY2024") == "FY2025"
    done = CliRunner().invoke(app, ["backtest", str(found.folder), "--at", "FY2025"])
    assert done.exit_code == 2
    assert "what came after FY2025 is not known" in done.stderr
    assert "Choose an earlier one with --at: FY2024." in done.stderr


def test_reports_of_another_firm_with_the_same_id_are_left_alone(tmp_path):
    one, other = (firm(tmp_path / place / "firm") for place in ("north", "south"))
    home = tmp_path / "reports" / "firm"
    home.mkdir(parents=True)
    require_own(home, load_engagement(one))

    asked = ["backtest", str(other), "--at", "FY2024", "--reports", str(home.parent)]
    done = CliRunner().invoke(app, asked)

    assert (done.exit_code, [path.name for path in home.iterdir()]) == (2, [OWNER])
    assert "reports of another engagement with the id firm" in done.stderr.replace("\n", " ")


def test_a_next_period_of_which_the_input_has_nothing_is_refused():
    orders = pd.DataFrame({"period": ["FY2024", "FY2024"]})

    require_orders(orders, "FY2024")
    with pytest.raises(DataError, match="the input has no order of FY2025"):
        require_orders(orders, "FY2025")


def test_each_group_says_what_it_brought_then_and_after_and_how_many_still_buy():
    said = pd.Series({"A": "key", "B": "key", "C": "fix"})
    then = pd.Series({"A": 100.0, "B": 50.0, "C": -10.0})
    after = pd.Series({"A": 120.0, "C": -20.0})

    found = since(said, then, after, pd.Series(["A", "C"]), key="verdict")

    assert found.to_dict("list") == {
        "verdict": ["key", "fix"],
        "accounts": [2, 1],
        "profit_before": [150, -10],
        "profit_now": [120, -20],
        "still_buying": [0.5, 1.0],
    }


def test_a_profit_that_is_unknown_makes_the_sum_of_its_group_unknown_and_not_less():
    said = pd.Series({"A": "key", "B": "key", "C": "fix", "D": "fix"})
    then = pd.Series({"A": 100.0, "B": 50.0, "C": 10.0})  # D is in no statement
    after = pd.Series({"A": 120.0, "B": float("nan"), "C": 20.0})

    found = since(said, then, after, pd.Series(["A"]), key="verdict")

    assert found["profit_before"].tolist() == [150, 10]
    assert found["profit_now"].fillna(-1).tolist() == [-1, 20]


def test_chances_of_return_stand_in_five_bands_beside_what_happened():
    chance = pd.Series({"A": 0.1, "B": 0.9, "C": 0.9, "D": 1.0, "E": 0.2, "F": None}, dtype=float)

    found = bands(chance, pd.Series(["B", "C", "F"]))

    assert found["band"].tolist() == ["0% – 20%", "20% – 40%", "80% – 100%"]
    assert found["customers"].tolist() == [1, 1, 3]
    assert found["came_back"].tolist() == [0, 0, pytest.approx(2 / 3)]
    assert found["foretold"].tolist() == pytest.approx([0.1, 0.2, 2.8 / 3])


@pytest.mark.soak
def test_the_page_of_a_small_company_holds_a_year_against_the_next(tmp_path):
    sys.path.append(str(ROOT / "docs"))
    from write_tables import BACKTEST

    from demo_company import write_demo

    home = write_demo(tmp_path / "firm", customers=30)
    before = sorted(home.rglob("*"))

    done = CliRunner().invoke(
        app, ["backtest", str(home), "--at", "FY2024", "--reports", str(tmp_path / "reports")]
    )

    assert done.exit_code == 0, done.stderr
    page = (tmp_path / "reports" / "firm" / "backtest-FY2024.html").read_text()
    assert "still bought in FY2025" in page
    assert "were to come back within 12 months" in page
    for name, columns in BACKTEST.items():
        table = pd.read_parquet(
            tmp_path / "reports" / "firm" / "backtest-FY2024" / f"{name}.parquet"
        )
        assert list(table.columns) == columns.split()
        assert f'href="backtest-FY2024/{name}.csv"' in page
    assert sorted(home.rglob("*")) == before
