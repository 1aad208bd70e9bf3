"""What one more won and one more kept customer cost, where effort is noted by what it was for."""

import pandas as pd
import pytest
from worlds import order_days

from kamlib.core.tables import write_table
from kamlib.settings import load_engagement
from kamlib.stage.work import Stage
from kamlib.staying.analyses import cost_at_the_margin as analysis
from kamlib.staying.marginal import cost_at_the_margin
from kamlib.staying.words import margin_finding

SETTINGS = """\
id: small
name: Small
currency: PLN
periods:
  FY2024: {{from: {start}, to: {stop}}}
  FY2025: {{from: 2025-01-01, to: {end}}}
inputs: {{invoice_lines: {{files: "input/*.csv"}}}}
"""
NAN = float("nan")
MONTHS = pd.date_range("2023-01-01", periods=36, freq="MS")
ORDERS = order_days(
    steady=[*MONTHS, "2023-01-20", "2025-12-19", "2025-12-31"],
    lost=["2023-06-01"],
    back=["2022-06-01", "2025-06-01"],
    **{f"old{n}": ["2024-06-01", "2025-06-01"] for n in range(10)},
    **{f"new{n}": ["2025-06-01"] for n in range(11)},
)
YEARS = {"start": "2024-01-01", "stop": "2024-12-31", "end": "2025-12-31"}
CUSTOMERS = pd.DataFrame({"customer_id": [*ORDERS["customer_id"].unique(), "own"]}).assign(
    relation=lambda rows: ["external"] * (len(rows) - 1) + ["intercompany"]
)
NOTED = pd.DataFrame(
    [
        ("FY2024", "old1", "people", 100.0, "win"),
        ("FY2024", "steady", "people", 10.0, "keep"),
        ("FY2025", "new1", "people", 90.0, "win"),
        ("FY2025", "prospect", "people", 30.0, "win"),
        ("FY2025", "prospect", "people", 20.0, None),
        ("FY2025", "steady", "people", 110.0, "keep"),
        ("FY2025", "steady", "people", 500.0, "develop"),
        ("FY2025", "own", "people", 900.0, None),
    ],
    columns=["period", "party_id", "kind", "quantity", "purpose"],
)


def told(folder, noted=NOTED, orders=ORDERS, *, period="FY2025", **days):
    """Run the analysis on a firm that won 10 and then 12, and kept 1 of 2 and then 11 of 11."""
    (folder / "engagement.yaml").write_text(SETTINGS.format(**YEARS | days))
    tables = {"customers": CUSTOMERS, "orders": orders.assign(period=""), "effort": noted}
    for name, table in tables.items():
        if table is not None:
            write_table(table, folder / "stages", name, stage="data_prep")
    firm = load_engagement(folder)
    return analysis(Stage("staying", firm, firm.period(period), folder / "stages"))


def test_one_more_costs_the_change_of_effort_over_the_change_of_customers(tmp_path):
    """40 hours more for 2 more won, one of them back after a year; of 11 to keep 5.5 more than half."""
    found = told(tmp_path)

    assert [each.outcome for each in found.outcomes] == ["PASS"]
    assert found.table["one_more"].tolist() == [20, 10]  # 110 hours in place of 10 × 11 / 2
    assert found.table["at_the_margin"].tolist() == ["chance", "chance"]
    assert found.finding == (
        "Customers won: 12 in FY2025 after 10 in FY2024; people's time 140 hours after 100 hours, at the "
        "margin 20 hours for one customer, if more than chance changed their number. "
        "Customers kept: 11 of 11 in FY2025 after 1 of 2 in FY2024; people's time 110 hours after 10 "
        "hours, at the margin 10 hours for one customer, if more than chance changed their number. "
        "Of those kept, a change is what goes beyond the same share and the same effort on each. "
        "Two periods beside each other describe what one more cost; they prove no cause."
    )


def refused(folder, *changes, **more) -> str:
    (outcome,) = told(folder, *changes, **more).outcomes
    assert (outcome.rule, outcome.outcome) == ("cost_at_the_margin", "REFUSE")
    return outcome.said


def test_without_effort_by_purpose_in_both_periods_it_is_refused_by_name(tmp_path):
    nobody = "What one more won and one more kept customer cost us is not known: "
    aimless = nobody + (
        "no effort to win or to keep is noted in FY2025 and in the period before, all of it with a "
        "purpose."
    )

    assert refused(tmp_path, None) == nobody + "nobody noted effort by purpose."
    assert refused(tmp_path, NOTED.drop(columns="purpose")) == aimless
    assert refused(tmp_path, NOTED[NOTED["period"] == "FY2025"]) == aimless
    assert refused(tmp_path, NOTED.replace("keep", None)) == aimless


def test_only_what_lacks_is_asked_for(tmp_path):
    """Lines are there, and then effort is."""
    (nothing_noted,) = told(tmp_path, None).outcomes
    (few_lines,) = told(tmp_path, NOTED, ORDERS[ORDERS["date"] >= "2023-01-15"]).outcomes

    assert nothing_noted.bring == (
        "hours or money that went into winning and into keeping customers, in this period and in the "
        "one before (table effort, with a purpose on every row)"
    )
    assert few_lines.bring == "invoice lines of three equally long periods, this one the last"


def test_without_lines_of_two_equal_periods_before_nobody_was_won_or_kept(tmp_path):
    late = ORDERS[ORDERS["date"] >= "2023-01-15"]
    gap = ORDERS[ORDERS["date"].dt.strftime("%Y-%m") != "2024-03"]
    ends = ORDERS[ORDERS["date"] < "2025-12-15"]
    short = "without lines of FY2025 and of two periods before it, all equally long"

    assert short in refused(tmp_path, NOTED, late)
    assert short in refused(tmp_path, NOTED, gap)
    assert short in refused(tmp_path, NOTED, ends)
    assert short in refused(tmp_path, start="2024-07-01")
    assert short in refused(tmp_path, stop="2024-06-30"), "half a year, and half a year of nothing"
    assert short in refused(tmp_path, end="2025-12-20")
    assert "without lines of FY2024" in refused(tmp_path, period="FY2024"), "no period before it"


def test_where_one_kind_has_gaps_none_is_named(tmp_path):
    money = NOTED.assign(kind="money").replace("keep", None)

    found = told(tmp_path, pd.concat([NOTED, money]))

    assert found.table["one_more"].isna().all()
    assert found.table["at_the_margin"].tolist() == ["beside", "beside", "unknown", "unknown"]
    assert "; money is not noted in both periods, all of it with a purpose." in found.finding


NONE = (NAN, NAN)


@pytest.mark.parametrize(
    ("purpose", "effort", "customers", "of", "why"),
    [
        pytest.param("win", (100, 140), (12, 10), NONE, "against", id="spent more, won fewer"),
        pytest.param("win", (100, 100), (10, 20), NONE, "steady", id="spent the same"),
        pytest.param("win", (500, 505), (10, 20), NONE, "steady", id="spent hardly more"),
        pytest.param("win", (100, 140), (10, 11), NONE, "hardly", id="one more"),
        pytest.param("keep", (100, 140), (90, 94), (100, 100), "hardly", id="less than 5% more"),
        pytest.param("keep", (900, 990), (90, 99), (100, 110), "hardly", id="more to be kept"),
        pytest.param("keep", (400, 800), (80, 160), (100, 200), "hardly", id="all twice as many"),
        pytest.param("keep", (400, 900), (90, 120), (100, 200), "against", id="fewer of more"),
        pytest.param("keep", (100, 600), (10, 40), (50, 100), "named", id="20 more, for 400 more"),
        pytest.param("win", (900, 500), (50, 30), NONE, "named", id="less for fewer"),
    ],
)
def test_where_effort_and_number_tell_nothing_the_page_says_why(
    purpose, effort, customers, of, why
):
    noted = pd.DataFrame([(purpose, "money", *effort)])
    noted.columns = ["purpose", "kind", "effort_before", "effort_now"]
    names = ["customers_before", "customers_now", "of_before", "of_now"]
    counts = pd.DataFrame([(*customers, *of)], [purpose], names, dtype=float)

    found = cost_at_the_margin(noted, counts)
    said = margin_finding(found, ["FY2024", "FY2025"], currency="PLN")

    assert found["at_the_margin"].tolist() == [why]
    assert f"money PLN\xa0{effort[1]} after PLN\xa0{effort[0]}" in said[0]
    assert ("no cost of one more" in said[0]) is (why != "named")
    assert ("at the margin PLN\xa020 for one customer" in said[0]) is (why == "named")
    cautions = (why == "named") * (1 + (purpose == "keep"))
    assert len(said) == 1 + cautions, "what was not named needs no caution"
