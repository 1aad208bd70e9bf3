"""What rests on lines that cannot carry it is unknown to the end: no zero, no class, no verdict."""

import numpy as np
import pandas as pd
import pytest
from fastpath import run_stages, table
from small_firm import YEAR, small_firm
from test_stage import opened, small  # noqa: F401  a fixture
from worlds import IDEAL, WANTED, accounts_of

from demo_company import write_demo
from kamlib.core.analysis import Analysis
from kamlib.core.outcomes import REFUSE, Outcome
from kamlib.core.rules import ANALYSES, FOUNDATIONS, RULES
from kamlib.data_prep.words import revenue_finding
from kamlib.profitability.customer_statements import customer_statements, withheld


@pytest.mark.parametrize("rule", FOUNDATIONS)
def test_nothing_is_known_above_a_foundation_that_was_refused(small, rule):  # noqa: F811
    (small / "lines.csv").write_text("invoice_id\n")
    first = opened(small, "data_prep")
    told = Outcome(rule, REFUSE, "title", "too little is left.", "")
    first.keep("read", Analysis(outcomes=[told]))
    first.hand_over()

    later = opened(small, "pyramid")

    assert not any(later.knows(each) for each in RULES)
    assert later.withheld == "too little is left."
    assert later.freeze("repeat_rates", pd.DataFrame({"rate": [0.5]}))["rate"].tolist() == [0.5]
    assert not (later.engagement.folder / "reference").exists()


def test_all_but_what_customers_say_is_refused_with_too_much_set_aside():
    resting = [name for name, rules in ANALYSES.items() if "too_much_set_aside" in rules]
    assert sorted(set(ANALYSES) - set(resting)) == ["side_b"]
    assert all("coverage" in rules for rules in ANALYSES.values())


def test_a_withheld_statement_has_its_customers_and_none_of_their_money():
    tables, model = small_firm()
    whole = customer_statements(tables, model, periods=[YEAR])

    blind = withheld(whole, "too little is left.", period=YEAR)

    assert blind.statement["customer_id"].tolist() == ["A", "B", "X"]
    money = ["list_revenue", "invoice_revenue", "gross_margin", "customer_profit", "profit_rate"]
    assert blind.statement[money].isna().all(axis=None)
    assert (blind.cost_to_serve, blind.pools) == (None, None)
    assert withheld(whole, "", period=YEAR) is whole


def test_without_what_is_measured_a_customer_may_stand_anywhere_and_a_prospect_stays():
    loser = {**IDEAL, "profit_12m": -5.0, "loss_periods": 2.0, "p_unprofitable": 1.0}
    bounds = accounts_of(IDEAL, loser, WANTED).without_measured()

    for name, ends in {
        "profit_12m": (-np.inf, np.inf),
        "golden_shot": (0, 1),
        "doors": (0, 1),
    }.items():
        low, high = bounds[name]
        assert [(low[i], high[i]) for i in (0, 1)] == [ends, ends], name
    assert bounds["side_b"][0].tolist() == [0.8, 0.8, 0.8]
    assert [float(end[2]) for end in bounds["profit_12m"]] == [0.0, 0.0]


def test_a_year_that_is_missing_from_the_glob_lets_nobody_go(tmp_path):
    """The file of the year's sales was not delivered; its costs, assets and ratings were."""
    folder = tmp_path / "company"
    write_demo(folder, customers=30, seed=5)
    missing = [path for path in (folder / "input").glob("sales_*") if "2025" in path.name]
    assert missing
    for path in missing:
        path.unlink()

    stages = run_stages(folder, "FY2025", tmp_path / "stages")

    accounts = table(stages, "key_accounts")
    ours = accounts[~accounts["is_prospect"]]
    assert set(ours["verdict"]) == {"find_out_first"}
    assert set(ours["confirmed_level"]) == {1}
    assert ours["customer_profit"].isna().all()
    assert table(stages, "segmentation").empty
    assert set(table(stages, "loss_treatment")["period"]) == {"FY2024"}
    now = table(stages, "profitability")
    now = now[now["period"] == "FY2025"]
    assert now[["invoice_revenue", "customer_profit"]].isna().all(axis=None)
    assert not (folder / "reference").exists()


def test_revenue_of_a_period_without_lines_is_not_nothing():
    months = pd.DataFrame({"period": ["FY2024"], "invoice_revenue": [5.0]})
    said = revenue_finding(months, period="FY2025", previous="FY2024", currency="PLN")
    assert (
        said == "What customers were invoiced in FY2025 is not known: no invoice line lies in it."
    )
