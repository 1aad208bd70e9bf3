"""A line without a cost of goods is not free of cost: that customer's margin is unknown, and said."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from fastpath import run_stages, table
from hypothesis import given, settings
from hypothesis import strategies as st
from small_firm import YEAR, months, small_firm
from worlds import book, default_rules

from kamlib.core.frames import main_measure
from kamlib.intake import read_inputs
from kamlib.profitability.bridge import bridge_measure, bridge_steps, profit_bridge
from kamlib.profitability.customer_statements import customer_statements, statement_outcomes
from kamlib.profitability.ledger import statement_balances
from kamlib.profitability.statement import company_ladder
from kamlib.segmentation.classes import class_balances, class_summary, segment
from kamlib.segmentation.shares import concentration
from kamlib.settings.engagement import load_engagement

SETTINGS = """
id: gaps
currency: PLN
periods: {FY2025: {from: 2025-01-01, to: 2025-12-31}}
inputs: {invoice_lines: {files: lines.csv}}
"""


def said_of(statement: pd.DataFrame, result, model) -> dict:
    told = statement_outcomes(
        statement,
        result.pools,
        len(model.time_equations),
        period=YEAR,
        stops_at="customer",
        currency="PLN",
    )
    return {each.rule: each for each in told}


def with_gap(who: str, **more: tuple) -> tuple[dict, object]:
    """Return the small firm with one more month of `who`: sold for 50, its cost not known."""
    tables, model = small_firm()
    sales = pd.concat([tables["customer_months"], months(**{who: (50, 50, None)})])
    sales = sales.assign(month=pd.to_datetime(["2025-03-01"] * 3 + ["2025-04-01"]))
    return {**tables, "customer_months": sales.reset_index(drop=True)}, model


# ------------------------------------------------------------------ the statement
def test_a_customer_with_one_line_without_cost_has_no_margin_and_the_others_keep_theirs():
    tables, model = with_gap("B")

    result = customer_statements(tables, model, periods=[YEAR])

    rows = result.statement.set_index("customer_id")
    assert rows["gross_margin"].to_dict() == pytest.approx(
        {"A": 600, "B": np.nan, "X": 0}, nan_ok=True
    )
    assert np.isnan(rows.loc["B", "customer_profit"])
    assert rows.loc["B", ["revenue_without_cost", "known_cost_of_goods"]].tolist() == [50, 100]
    said = said_of(result.statement, result, model)["gross_margin"]
    assert said.outcome == "FLAG"
    # B has 250 of the 1,250 of A and B
    assert said.said.replace("\N{NO-BREAK SPACE}", " ").startswith(
        "Active customers whose cost of goods sold is not known whole: 1, with 20% of revenue (PLN 50 "
    )


def test_too_much_revenue_without_cost_refuses_every_margin_by_the_declared_share():
    tables, model = with_gap("B")
    strict = replace(model, unknown_cost_at_most=0.19)

    result = customer_statements(tables, strict, periods=[YEAR])

    assert result.statement["gross_margin"].isna().all()
    assert result.statement["customer_profit"].isna().all()
    assert said_of(result.statement, result, strict)["gross_margin"].outcome == "REFUSE"
    assert default_rules().profitability.unknown_cost_at_most == 0.20


@settings(deadline=None, max_examples=20)
@given(st.sampled_from(["A", "B", "X", ""]), st.floats(0, 1))
def test_the_sums_hold_whoever_lacks_cost_and_whatever_share_is_allowed(who, allowed):
    tables, model = with_gap(who) if who else small_firm()
    result = customer_statements(
        tables, replace(model, unknown_cost_at_most=allowed), periods=[YEAR]
    )

    balances = statement_balances(
        result.statement, tables["customer_months"], result.pools, period=YEAR, currency="PLN"
    )

    assert [float(each.unexplained) for each in balances] == [0] * len(balances)
    steps = company_ladder(result.statement)
    total = steps.loc[steps["kind"] == "total", "amount"].iloc[-1]
    assert steps.loc[steps["kind"] == "step", "amount"].sum() + steps["amount"].iloc[0] == total


# ------------------------------------------------------------------ 20/80 and what changed
def twelve(unknown: str = "L", profits=range(12, 0, -1)) -> pd.DataFrame:
    return book(
        {
            who: np.nan if who == unknown else p * 10.0
            for who, p in zip("ABCDEFGHIJKL", profits, strict=True)
        }
    )


def test_one_customer_without_a_margin_does_not_refuse_the_20_80_of_the_others():
    statement = twelve()

    measure = main_measure(statement)
    classes = segment(statement, measure=measure, threshold=0.80)

    assert measure == "customer_profit"
    known = classes[classes["profit_class"] != "unknown"]
    alone = segment(statement[statement["customer_id"] != "L"], measure=measure, threshold=0.80)
    assert known["profit_class"].tolist() == alone["profit_class"].tolist()
    last = classes.iloc[-1]
    assert [last["customer_id"], last["profit_class"]] == ["L", "unknown"]
    assert pd.isna(last["rank"])
    summary = class_summary(classes).set_index("profit_class")
    assert summary["customers"].sum() == 12
    assert np.isnan(summary.loc["unknown", "amount"])
    balances = class_balances(statement, classes, measure=measure, currency="PLN")
    assert [float(each.unexplained) for each in balances] == [0, 0]
    row = concentration(statement, threshold=0.8, draws=50, level=0.9, seed=1).iloc[-1]
    assert [row["measure"], row["customers"]] == ["customer_profit", 11]


def test_a_customer_known_in_one_period_only_stands_in_neither_of_the_bridge():
    lines = dict.fromkeys(["off_invoice", "cost_to_serve", "capital_charge"], 0.0)
    now = twelve().assign(cost_of_goods_sold=0.0, **lines)
    before = twelve(unknown="A").assign(period="FY2024", cost_of_goods_sold=0.0, **lines)
    both = pd.concat([before, now], ignore_index=True)
    years = {"period": "FY2025", "previous": "FY2024", "measure": "customer_profit"}

    bridge = profit_bridge(both, None, **years)
    steps = bridge_steps(bridge, both, **years)

    assert bridge_measure(both, period="FY2025", previous="FY2024") == "customer_profit"
    assert set(bridge["customer_id"]).isdisjoint({"A", "L"})
    assert steps["amount"].tolist()[0] == steps["amount"].tolist()[-1] == sum(range(20, 120, 10))


# ------------------------------------------------------------------ from the file to the last page
def a_firm(folder, gap: str):
    folder.mkdir()
    (folder / "engagement.yaml").write_text(SETTINGS)
    rows = [
        f"F{m}{who},2025-{m:02d}-10,{who},P,1,{100 * place},{gap if (who, m) == ('A', 5) else 40 * place}"
        for m in range(1, 13)
        for place, who in enumerate("ABCDEFGHIJKL", start=1)
    ]
    head = "invoice_id,date,customer_id,product_id,quantity,net_amount,cost_of_goods_sold"
    (folder / "lines.csv").write_text("\n".join([head, *rows]) + "\n")
    return folder


def test_lines_without_cost_are_summed_by_month_and_their_products_cost_is_unknown(tmp_path):
    read = read_inputs(load_engagement(a_firm(tmp_path / "gaps", "")), "FY2025").tables

    may = read["customer_months"].query("customer_id == 'A'").set_index("month")
    assert may["revenue_without_cost"].sum() == Decimal(100)
    assert may.loc["2025-05-01", "revenue_without_cost"] == Decimal(100)
    products = read["customer_products"].set_index("customer_id")["cost_of_goods_sold"]
    assert products.isna().to_dict() == {who: who == "A" for who in "ABCDEFGHIJKL"}


def test_one_line_without_cost_leaves_one_customer_open_on_every_page(tmp_path):
    stages = run_stages(a_firm(tmp_path / "gaps", ""), "FY2025", tmp_path / "stages")

    classes = table(stages, "segmentation").set_index("customer_id")
    assert classes.loc["A", "profit_class"] == "unknown"
    assert (classes.drop(index="A")["profit_class"] != "unknown").all()
    assert np.isnan(
        table(stages, "profitability").set_index("customer_id").loc["A", "gross_margin"]
    )
    said = table(stages, "outcomes_profitability").set_index("rule")["outcome"]
    assert said["gross_margin"] == "FLAG"
    assert said["adds_up"] == "PASS"
