"""A real wholesaler with revenue and no costs: what is shown, what is refused, nothing lost."""

import json
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from conftest import REFERENCE, ROOT
from fastpath import run_stages, table

FOLDER = REFERENCE / "uci_online_retail_2010_2011"


@pytest.fixture(scope="module")
def expected() -> dict:
    if not FOLDER.exists():
        pytest.skip(f"reference data are absent: set KAM_REFERENCE_DATA (looked in {FOLDER})")
    return json.loads((FOLDER / "expected.json").read_text())


@pytest.fixture(scope="module")
def stages(expected, tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("online_retail")
    return run_stages(ROOT / "data" / "online_retail", "ALL", home, until="staying")


@pytest.fixture(scope="module")
def outcomes(stages) -> pd.DataFrame:
    parts = [table(stages, path.stem) for path in sorted(stages.glob("outcomes_*.parquet"))]
    return pd.concat(parts).set_index("rule")


@pytest.fixture(scope="module")
def revenue(stages) -> pd.Series:
    return table(stages, "customer_months").groupby("customer_id")["invoice_revenue"].sum()


def test_every_line_is_used_or_has_no_customer(stages, expected):
    used = table(stages, "customer_months")["lines"].sum()
    aside = table(stages, "quarantine")

    assert len(aside) == expected["rows_without_customer"]
    assert used + len(aside) == expected["rows"]
    assert set(aside["reason"]) == {"missing"}
    assert set(aside["column"]) == {"customer_id"}
    assert round(aside["amount"].sum(), 2) == Decimal("1447682.12")


def test_customers_and_revenue_are_the_source_s_and_nobody_is_no_customer(revenue, expected):
    assert len(revenue) == expected["customers"]
    assert not set(revenue.index) & {"", "nan", "None", "<NA>"}
    assert round(revenue.sum(), 2) == Decimal(str(expected["revenue"]))


def test_a_number_that_came_as_a_float_is_the_customer_s_number(revenue, expected):
    ranked = revenue.sort_values(ascending=False).head(10)

    ids = [name.removesuffix(".0") for name, _amount in expected["top10_by_revenue"]]
    assert ranked.index.tolist() == ids
    assert [float(round(one, 2)) for one in ranked] == [
        a for _id, a in expected["top10_by_revenue"]
    ]


def test_cancellations_take_back_what_was_sold(stages, revenue, expected):
    assert revenue["12346"] == 0  # 77,183.60 bought and cancelled
    assert round(revenue["16446"], 2) == Decimal("2.90")  # of 168,472.50
    corrections = table(stages, "corrections")
    named = corrections[corrections["document_type"] == "cancellation"]
    assert named["invoice_id"].str.startswith("C").all()
    raw = pd.read_parquet(FOLDER / "online_retail.parquet", columns=["InvoiceNo", "CustomerID"])
    cancelled = raw["InvoiceNo"].str.startswith("C")
    assert cancelled.sum() == expected["cancel_lines"]
    assert named["lines"].sum() == (cancelled & raw["CustomerID"].notna()).sum()


def test_customers_below_zero_are_counted_exactly_where_doubles_miscount(revenue, expected):
    """The source adds doubles: one customer of exactly 0 comes out below it and five above."""
    assert (revenue < 0).sum() == 41 == expected["negative_revenue_customers"] - 1
    assert (revenue == 0).sum() == 14 == expected["zero_revenue_customers"] + 6


def test_orders_are_invoices_with_a_customer_and_no_cancellations(stages):
    orders = table(stages, "orders")

    assert not orders["order_id"].str.startswith("C").any()
    assert len(orders) == orders["order_id"].nunique()


def test_concentration_of_revenue_is_the_source_s(stages, expected):
    measures = table(stages, "concentration").set_index("measure")

    assert measures.loc["invoice_revenue", "top20"] == pytest.approx(
        expected["top20_revenue_share"],
        abs=0.002,  # of positive revenue, not of the net sum
    )
    assert list(measures.index) == ["invoice_revenue"]


def test_without_costs_margins_and_all_that_follows_are_refused_with_what_to_bring(outcomes):
    for rule in ("cost_of_goods", "gross_margin", "class_measure"):
        assert outcomes.loc[rule, "outcome"] == "REFUSE", rule
    assert "cost_of_goods_sold" in outcomes.loc["cost_of_goods", "bring"]


def test_lines_that_stand_twice_are_told_with_their_money_and_kept(outcomes, expected):
    said = outcomes.loc["identical_rows"]

    assert said["outcome"] == "FLAG"
    assert "read: 5,228, worth" in said["said"]  # 5,268 with those that have no customer
    assert expected["exact_duplicate_lines"] == 5268


def test_every_sum_holds(stages):
    assert table(stages, "ledger_data_prep")["holds"].all()


def test_where_no_profit_is_known_nobody_says_that_none_of_a_kind_are_vital_few(stages):
    assert set(table(stages, "profile").get("comparison", [])) <= {"stays"}
