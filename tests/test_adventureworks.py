"""Real order lines of a firm with hardly any margin and no cost-to-serve: what is said, what refused."""

import json
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from conftest import REFERENCE
from fastpath import run_stages, table


@pytest.fixture(scope="module")
def stages(adventureworks, tmp_path_factory) -> Path:
    return run_stages(adventureworks, "ALL", tmp_path_factory.mktemp("adventureworks"))


@pytest.fixture(scope="module")
def expected(adventureworks) -> dict:
    return json.loads((REFERENCE / "adventureworks_resellers" / "expected.json").read_text())


@pytest.fixture(scope="module")
def verdicts(stages) -> pd.DataFrame:
    parts = [table(stages, path.stem) for path in sorted(stages.glob("verdicts_*.parquet"))]
    return pd.concat(parts).set_index("rule")


def test_every_line_and_every_cent_of_revenue_is_there(stages, expected):
    months = table(stages, "customer_months")

    assert months["lines"].sum() == expected["rows"]
    assert round(months["invoice_revenue"].sum(), 2) == Decimal("80450596.98")
    assert months["customer_id"].nunique() == expected["customers"]
    assert len(table(stages, "orders")) == expected["orders"]


def test_the_statement_s_revenue_and_margin_are_the_source_s_to_the_cent(stages, expected):
    statement = table(stages, "profitability")

    assert round(statement["invoice_revenue"].sum(), 2) == expected["revenue"]
    assert (
        round(statement["gross_margin"].sum(), 2) == expected["profit"]
    )  # the source calls it profit
    assert (statement["gross_margin"] < 0).sum() == expected["unprofitable_customers"]
    losses = statement["gross_margin"].clip(upper=0).sum()
    assert losses == pytest.approx(expected["sum_of_losses"], abs=1.0)  # the source rounds per line


def test_the_ten_best_and_the_ten_worst_are_the_source_s(stages, expected):
    ranked = table(stages, "profitability").sort_values("gross_margin", ascending=False)

    assert ranked["customer_id"].head(10).tolist() == [
        key for key, _v in expected["top10_by_profit"]
    ]
    assert ranked["customer_id"].tail(10).tolist() == [key for key, _v in expected["worst10"]]


def test_there_is_no_customer_profit_and_the_report_says_why(stages, verdicts):
    assert table(stages, "profitability")["customer_profit"].isna().all()
    assert verdicts.loc["cost_to_serve", "outcome"] == "REFUSE"
    assert "with it customer profit, are not shown" in verdicts.loc["cost_to_serve", "said"]


def test_classes_rest_on_gross_margin_and_later_stages_carry_the_flag(stages, verdicts, expected):
    classes = table(stages, "segmentation")

    assert set(classes["measure"]) == {"gross_margin"}
    assert (classes["profit_class"] == "loss_making").sum() == expected["unprofitable_customers"]
    assert verdicts.loc["class_measure", "outcome"] == "FLAG"
    measures = table(stages, "concentration").set_index("measure")
    assert measures.loc["gross_margin", "peak_at"] == expected["whale_peak_at_customer"]
    assert measures.loc["invoice_revenue", "few"] == expected["customers_reaching_80pct_revenue"]
    assert measures.loc["invoice_revenue", "top20"] == pytest.approx(
        expected["top20_revenue_share"], abs=1e-6
    )


def test_shares_of_the_net_total_are_refused_in_words_that_make_sense(verdicts):
    said = verdicts.loc["net_shares", "said"]

    assert verdicts.loc["net_shares", "outcome"] == "REFUSE"
    assert "Of every 100 earned, 82.2 are given back by 335 customers and 17.8 remain." in said


def test_nothing_is_measured_in_yearly_key_account_units(stages, verdicts):
    assert verdicts.loc["key_account_units", "outcome"] == "REFUSE"
    assert table(stages, "golden_shots")["golden_shot"].isna().all()
    assert table(stages, "key_accounts")["stake"].isna().all()


def test_nobody_is_called_a_key_account_and_nobody_s_level_is_made_up(stages):
    accounts = table(stages, "key_accounts")

    assert "key_account_now" not in set(accounts["verdict"])
    assert accounts["confirmed_level"].max() == 1
    assert (accounts["possible_level"] > 1).any()  # unknown is not low
