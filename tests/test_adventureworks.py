"""Real order lines of a firm that loses money once freight is paid: what is said, what refused."""

import json
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from conftest import REFERENCE
from fastpath import run_stages, table

from kamlib.profitability.statement import company_ladder
from kamlib.profitability.words import statement_finding


@pytest.fixture(scope="module")
def stages(adventureworks, tmp_path_factory) -> Path:
    return run_stages(adventureworks, "ALL", tmp_path_factory.mktemp("adventureworks"))


@pytest.fixture(scope="module")
def expected(adventureworks) -> dict:
    return json.loads((REFERENCE / "adventureworks_resellers" / "expected.json").read_text())


@pytest.fixture(scope="module")
def outcomes(stages) -> pd.DataFrame:
    parts = [table(stages, path.stem) for path in sorted(stages.glob("outcomes_*.parquet"))]
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


def test_freight_on_the_lines_takes_the_company_below_zero(stages, expected):
    after = expected["after_freight"]
    statement = table(stages, "profitability")

    total = statement["customer_profit"].sum()
    assert total == pytest.approx(after["profit"], abs=0.02)  # the source rounds per line
    losing = (statement["customer_profit"] < 0).sum()
    assert losing == after["unprofitable_customers"]
    assert losing / len(statement) == pytest.approx(0.628, abs=0.0005)
    pools = table(stages, "pools")
    assert pools["pool"].tolist() == ["freight"]
    assert pools["cost"].sum() == pytest.approx(expected["profit"] - after["profit"], abs=0.02)
    assert pools["assigned_cost"].tolist() == pools["cost"].tolist()


def test_the_best_and_the_worst_after_freight_are_the_source_s(stages, expected):
    after = expected["after_freight"]
    ranked = table(stages, "profitability").sort_values("customer_profit", ascending=False)

    assert ranked["customer_id"].head(10).tolist() == [k for k, _v in after["top10_by_profit"]]
    assert ranked["customer_id"].tail(10).tolist() == [k for k, _v in after["worst10"]]


def test_the_report_says_that_cost_to_serve_is_freight_only(outcomes):
    said = outcomes.loc["cost_to_serve", "said"]

    assert outcomes.loc["cost_to_serve", "outcome"] == "FLAG"
    assert "it consists of freight only" in said
    assert "Customer profit is too high by what is missing" in said


def test_classes_rest_on_customer_profit_after_freight(stages, expected):
    after = expected["after_freight"]
    classes = table(stages, "segmentation")

    assert set(classes["measure"]) == {"customer_profit"}
    assert (classes["profit_class"] == "loss_making").sum() == after["unprofitable_customers"]
    measures = table(stages, "concentration").set_index("measure")
    assert measures.loc["customer_profit", "peak_at"] == after["whale_peak_at_customer"]
    assert measures.loc["gross_margin", "peak_at"] == expected["whale_peak_at_customer"]
    assert measures.loc["invoice_revenue", "few"] == expected["customers_reaching_80pct_revenue"]
    assert measures.loc["invoice_revenue", "top20"] == pytest.approx(
        expected["top20_revenue_share"], abs=1e-6
    )


def test_shares_of_the_net_total_are_refused_in_words_that_make_sense(outcomes):
    said = outcomes.loc["net_shares", "said"]

    assert outcomes.loc["net_shares", "outcome"] == "REFUSE"
    assert "1,540,783: a share of it has no meaning. Money is shown." in said


def test_sentences_about_a_loss_speak_of_a_loss(stages):
    statement = table(stages, "profitability")
    words = statement_finding(company_ladder(statement), currency="USD")

    assert "nothing is left; 1.9 more are lost: customer profit is" in words
    assert (statement["customer_profit"] < 0).sum() == 399


def test_every_sum_holds(stages):
    parts = [table(stages, path.stem) for path in stages.glob("ledger_*.parquet")]

    assert pd.concat(parts)["holds"].all()


def test_nothing_is_measured_in_yearly_key_account_units(stages, outcomes):
    assert outcomes.loc["key_account_units", "outcome"] == "REFUSE"
    assert table(stages, "golden_shots")["golden_shot"].isna().all()
    assert table(stages, "key_accounts")["stake"].isna().all()


def test_nobody_is_called_a_key_account_and_nobody_s_level_is_made_up(stages):
    accounts = table(stages, "key_accounts")

    assert "key_account_now" not in set(accounts["verdict"])
    assert accounts["confirmed_level"].max() == 1
    assert (accounts["possible_level"] > 1).any()  # unknown is not low
