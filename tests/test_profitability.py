"""The statement, against sums small enough to do in the head."""

from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from small_firm import YEAR, buyers, exact, months, small_firm, used
from worlds import CostModel, Equation, Pool

from kamlib.profitability.capital import capital_charges
from kamlib.profitability.customer_statements import customer_statements, statement_outcomes
from kamlib.profitability.statement import (
    company_ladder,
    complete_statement,
    gross_margins,
    loss_makers,
)


@pytest.fixture(name="small_firm")
def _small_firm() -> tuple:
    return small_firm()


# ------------------------------------------------------------------ the ladder
def test_the_ladder_takes_each_step_from_the_one_above():
    sales = months(A=(100, 90, 50))
    bonus = pd.DataFrame(
        {"period": [YEAR], "customer_id": ["A"], "amount": exact(10), "status": ["settled"]}
    )

    row = gross_margins(sales, bonus, buyers("A")).iloc[0]

    assert row["on_invoice_discounts"] == 10  # 100 − 90
    assert row["pocket_revenue"] == 80  # 90 − 10
    assert row["gross_margin"] == 30  # 80 − 50


def test_a_reversed_bonus_gives_its_money_back():
    bonus = pd.DataFrame(
        {
            "period": YEAR,
            "customer_id": ["A", "A"],
            "amount": exact(10, 4),
            "status": ["accrued", "reversed"],
        }
    )

    assert gross_margins(months(A=(100, 100, 0)), bonus, buyers("A"))["off_invoice"].tolist() == [6]


def test_a_customer_with_a_bonus_and_no_line_still_has_a_statement():
    bonus = pd.DataFrame(
        {"period": [YEAR], "customer_id": ["B"], "amount": exact(5), "status": ["settled"]}
    )

    upper = gross_margins(months(A=(100, 100, 60)), bonus, buyers("A", "B"))

    assert upper["customer_id"].tolist() == ["A", "B"]
    assert upper["gross_margin"].tolist() == [40, -5]


def test_thirds_of_a_cent_are_rounded_once_and_add_up():
    third = "33.333333"
    upper = gross_margins(
        months(A=(third, third, 0), B=(third, third, 0), C=("33.333334", "33.333334", 0)),
        None,
        buyers("A", "B", "C"),
    )

    assert upper["invoice_revenue"].tolist() == [33.33, 33.33, 33.34]  # 100.00 in all
    assert upper["on_invoice_discounts"].tolist() == [0, 0, 0]


def test_unknown_cost_of_goods_leaves_the_margin_unknown_and_not_the_revenue():
    upper = gross_margins(months(A=(100, 90, None)), None, buyers("A"))

    assert upper["invoice_revenue"].tolist() == [90]
    assert upper["gross_margin"].isna().all()


# ------------------------------------------------------------------ the whole statement
def test_a_small_firm_s_statements(small_firm):
    tables, model = small_firm

    result = customer_statements(tables, model, periods=[YEAR])

    rows = result.statement.set_index("customer_id")
    assert rows["cost_to_serve"].to_dict() == {"A": 600, "B": 200, "X": 100}
    assert rows["customer_profit"].to_dict() == {"A": 0, "B": -100, "X": -100}
    assert rows["active"].to_dict() == {"A": True, "B": True, "X": False}
    assert result.pools["unused_cost"].tolist() == [100]


def test_without_pools_there_is_gross_margin_and_no_profit(small_firm):
    tables, _model = small_firm
    statement = customer_statements(tables, CostModel((), ()), periods=[YEAR]).statement

    assert statement["gross_margin"].notna().all()
    assert statement["cost_to_serve"].isna().all()
    assert statement["customer_profit"].isna().all()
    outcomes = {
        v.rule: v.outcome
        for v in statement_outcomes(
            statement, None, 0, period=YEAR, stops_at="customer", currency="PLN"
        )
    }
    assert outcomes["cost_to_serve"] == "REFUSE"


def test_the_company_ladder_ends_where_knowledge_ends(small_firm):
    tables, model = small_firm
    known = customer_statements(tables, model, periods=[YEAR]).statement
    unknown = customer_statements(tables, CostModel((), ()), periods=[YEAR]).statement

    assert company_ladder(known)["line"].iloc[-1] == "customer_profit"
    assert company_ladder(unknown)["line"].iloc[-1] == "gross_margin"
    steps = company_ladder(known).set_index("line")["amount"]
    assert steps["cost_to_serve"] == -800  # A and B; X is no customer of the rankings


def test_loss_makers_come_largest_loss_first(small_firm):
    tables, model = small_firm
    statement = customer_statements(tables, model, periods=[YEAR]).statement

    losers = loss_makers(statement, tables["customers"], measure="customer_profit")

    assert losers[["name", "customer_profit"]].to_numpy().tolist() == [["Firm B", -100]]


def test_a_cost_of_100_more_for_one_customer_lowers_only_its_profit(small_firm):
    tables, model = small_firm
    before = customer_statements(tables, model, periods=[YEAR]).statement.set_index("customer_id")
    bonus = pd.DataFrame(
        {"period": [YEAR], "customer_id": ["A"], "amount": exact(100), "status": ["settled"]}
    )

    after = customer_statements({**tables, "off_invoice": bonus}, model, periods=[YEAR]).statement

    change = after.set_index("customer_id")["customer_profit"] - before["customer_profit"]
    assert change.to_dict() == {"A": -100, "B": 0, "X": 0}


def test_a_customer_who_does_nothing_has_no_statement_and_no_cost(small_firm):
    tables, model = small_firm
    tables = {**tables, "customers": buyers("A", "B", "X", "Z", X="intercompany")}

    result = customer_statements(tables, model, periods=[YEAR])

    assert "Z" not in set(result.statement["customer_id"]) | set(
        result.cost_to_serve["customer_id"]
    )


def test_inputs_stay_as_they_were(small_firm):
    tables, model = small_firm
    before = {name: table.copy(deep=True) for name, table in tables.items()}

    customer_statements(tables, model, periods=[YEAR])

    for name, table in tables.items():
        pd.testing.assert_frame_equal(table, before[name])


def test_complete_statement_keeps_customers_that_only_cost(small_firm):
    upper = gross_margins(months(A=(10, 10, 4)), None, buyers("A", "B"))
    cost = used("desk", B=5).assign(cost=7.0)

    rows = complete_statement(
        upper,
        cost,
        capital_charges(months(A=(1, 1, 1)), None, rate=0, vat_rate=0),
        buyers("A", "B"),
    ).set_index("customer_id")

    assert rows.loc["B", "customer_profit"] == -7
    assert rows.loc["A", "customer_profit"] == 6


def test_a_rebate_counts_in_the_period_of_its_posting_and_is_paid_once(small_firm):
    tables, model = small_firm
    bonus = pd.DataFrame(
        {
            "customer_id": "A",
            "kind": "bonus",
            "period": ["FY2024", YEAR],
            "amount": exact(100, 130),
            "date": pd.to_datetime(["2024-12-31", "2025-02-01"]),
            "status": ["accrued", "settled"],
        }
    )

    rows = customer_statements({**tables, "off_invoice": bonus}, model, periods=[YEAR]).statement

    assert rows.set_index("customer_id")["off_invoice"].to_dict() == {"A": 30, "B": 0, "X": 0}


def test_bad_debt_is_a_deduction_and_shown_apart(small_firm):
    tables, model = small_firm
    lost = pd.DataFrame(
        {
            "customer_id": ["A", "A"],
            "kind": ["bad_debt", "bonus"],
            "period": YEAR,
            "amount": exact(70, 30),
            "date": pd.Timestamp("2025-06-30"),
            "status": "settled",
        }
    )

    rows = customer_statements({**tables, "off_invoice": lost}, model, periods=[YEAR]).statement

    row = rows.set_index("customer_id").loc["A"]
    assert (row["off_invoice"], row["bad_debt"]) == (100, 70)
    assert row["pocket_revenue"] == 900


def test_returns_are_in_invoice_revenue_and_shown_apart(small_firm):
    tables, model = small_firm
    sales = tables["customer_months"].assign(returned_revenue=exact(-40, 0, 0))

    rows = customer_statements(
        {**tables, "customer_months": sales}, model, periods=[YEAR]
    ).statement

    assert rows["returned_revenue"].tolist() == [-40, 0, 0]
    assert rows["invoice_revenue"].tolist() == [1000, 200, 50]


def test_stock_at_a_customer_is_charged_beside_what_it_owes(small_firm):
    tables, model = small_firm
    stock = pd.DataFrame(
        {
            "period": [YEAR],
            "customer_id": ["A"],
            "kind": ["tools"],
            "amount": exact(3650),
            "days": [100],
        }
    )
    owed = pd.DataFrame(
        {"customer_id": ["A"], "month": pd.Timestamp("2025-03-01"), "days_to_pay": [73.0]}
    )
    capital = SimpleNamespace(rate=0.10, receivables="days_to_pay", vat_rate=0.0)
    model = replace(model, capital=capital)

    rows = customer_statements(
        {**tables, "assets": stock, "receivables": owed}, model, periods=[YEAR]
    )

    row = rows.statement.set_index("customer_id").loc["A"]
    assert row["assets_charge"] == 100  # 3,650 × 10 % × 100/365
    assert row["capital_charge"] == 120  # and 1,000 × 10 % × 73/365 = 20
    assert row["customer_profit"] == row["customer_profit_before_capital"] - 120


CAPITAL = SimpleNamespace(rate=0.10, receivables="days_to_pay", vat_rate=0.0)
OWED = pd.DataFrame(
    {
        "customer_id": ["A", "B"],
        "month": pd.Timestamp("2025-03-01"),
        "days_to_pay": [73.0, 73.0],
        "days_beyond_terms": [5.0, 0.0],
    }
)
STOCK = pd.DataFrame(
    {
        "period": [YEAR],
        "customer_id": ["A"],
        "kind": ["tools"],
        "amount": exact(3650),
        "days": [100],
    }
)


@pytest.mark.parametrize(
    ("capital", "given_too", "rule", "outcome", "charges"),
    [
        pytest.param(
            None,
            {"receivables": OWED},
            "capital_absent",
            "FLAG",
            [np.nan, np.nan],
            id="days to pay, and no rate of capital",
        ),
        pytest.param(
            None,
            {"receivables": OWED, "assets": STOCK},
            "capital_absent",
            "FLAG",
            [np.nan, np.nan],
            id="stock too, and no rate",
        ),
        pytest.param(CAPITAL, {}, "capital_absent", "FLAG", [np.nan, np.nan], id="no receivables"),
        pytest.param(
            CAPITAL,
            {"assets": STOCK},
            "receivables_absent",
            "FLAG",
            [100, 0],
            id="only our stock is charged",
        ),
        pytest.param(
            CAPITAL,
            {"receivables": OWED},
            "capital_charge",
            "PASS",
            [20, 4],
            id="both: 10 % of 1,000 and of 200 for 73 days",
        ),
        pytest.param(
            CAPITAL,
            {"receivables": OWED.iloc[:1]},
            "capital_charge",
            "FLAG",
            [20, 0],
            id="the days of one",
        ),
        pytest.param(
            SimpleNamespace(rate=0.10, receivables="average_balance", vat_rate=0.0),
            {"receivables": OWED.drop(columns="days_to_pay").assign(average_balance=3650.0)},
            "capital_charge",
            "PASS",
            [31, 31],
            id="balances, without any days",
        ),
    ],
)
def test_a_charge_that_nobody_computed_is_unknown_and_not_nothing(
    small_firm, capital, given_too, rule, outcome, charges
):
    tables, model = small_firm
    model = replace(model, capital=capital)

    result = customer_statements({**tables, **given_too}, model, periods=[YEAR])

    rows = result.statement[result.statement["active"]]
    assert rows["capital_charge"].tolist() == pytest.approx(charges, nan_ok=True)
    before = rows["customer_profit_before_capital"]
    assert rows["customer_profit"].tolist() == (before - np.nan_to_num(charges)).tolist()
    if given_too.get("receivables") is not None:  # who pays late is known without a rate
        assert rows["days_late"].tolist()[0] == 5
    said = {
        v.rule: v.outcome
        for v in statement_outcomes(
            result.statement, result.pools, 1, period=YEAR, stops_at="customer", currency="PLN"
        )
    }
    assert said[rule] == outcome


@pytest.mark.parametrize(
    ("change", "rule", "outcome", "words"),
    [
        pytest.param(
            {"resources": ()},
            "cost_to_serve",
            "REFUSE",
            "there is no table of cost pools",
            id="no pools",
        ),
        pytest.param(
            {"time_equations": ()},
            "cost_to_serve",
            "REFUSE",
            "no activity counts",
            id="pools that no activity counts",
        ),
        pytest.param(
            {"resources": (Pool("desk", Decimal(1000)),)},
            "practical_capacity",
            "FLAG",
            "No capacity is given for desk",
            id="no practical capacity",
        ),
        pytest.param(
            {"resources": (Pool("desk", Decimal(1000), 400),)},
            "capacity",
            "FLAG",
            "nothing was scaled down",
            id="used above capacity",
        ),
        pytest.param(
            {"resources": (Pool("desk", Decimal(1000), 60 * 500),)},
            "capacity",
            "FLAG",
            "hardly used, as if its capacity were in another unit",
            id="minutes for hours",
        ),
        pytest.param(
            {"resources": (Pool("desk", Decimal(1000), 4500),)},
            "capacity",
            "PASS",
            "within its practical capacity",
            id="a tenth is used",
        ),
        pytest.param(
            {"resources": (Pool("desk", Decimal(1000), 500), Pool("fair", Decimal(80)))},
            "unit_of_cost",
            "FLAG",
            "80 of cost in fair is charged to nobody",
            id="a pool without a driver",
        ),
        pytest.param(
            {}, "capital_absent", "FLAG", "the capital charge is not computed", id="no receivables"
        ),
        pytest.param(
            {},
            "unit_of_cost",
            "PASS",
            "Costs are followed to the customer",
            id="the level at which cost stops",
        ),
    ],
)
def test_what_is_missing_is_said_in_words(small_firm, change, rule, outcome, words):
    tables, model = small_firm
    model = replace(model, **change)
    result = customer_statements(tables, model, periods=[YEAR])

    said = {
        v.rule: v
        for v in statement_outcomes(
            result.statement,
            result.pools,
            len(model.time_equations),
            period=YEAR,
            stops_at="customer",
            currency="PLN",
            unknown=result.unknown.get(YEAR, ""),
            left_out=result.left_out,
        )
    }

    assert said[rule].outcome == outcome
    assert words in said[rule].said.replace("\N{NO-BREAK SPACE}", " ")
    known = result.statement["customer_profit"].notna().all()
    assert known == (said["cost_to_serve"].outcome != "REFUSE")


def test_without_drivers_the_rest_is_counted_from_documents_and_said(small_firm):
    tables, model = small_firm
    pools = (*model.resources, Pool("field", Decimal(400), 100))
    visits = Equation("field", "visit", 1, driver="visits")
    model = replace(model, resources=pools, time_equations=(*model.time_equations, visits))

    result = customer_statements(tables, model, periods=[YEAR])

    assert result.left_out == ("field, visit",)
    left = result.pools.set_index("pool")
    assert left.loc["field", "unassigned_cost"] == 400
    said = {
        v.rule: v
        for v in statement_outcomes(
            result.statement,
            result.pools,
            2,
            period=YEAR,
            stops_at="customer",
            currency="PLN",
            left_out=result.left_out,
        )
    }
    assert said["cost_to_serve"].outcome == "FLAG"
    assert "documents only, and nothing counts field, visit" in said["cost_to_serve"].said
    assert "Customer profit is too high" in said["cost_to_serve"].said
