"""The sums that must hold: inside the stage, and against the client's general ledger."""

from decimal import Decimal
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_firm import NO_CORRECTIONS, YEAR, buyers, exact, months, orders, small_firm
from worlds import CostModel, Equation, Pool

from kamlib.core.tables import EXACT
from kamlib.profitability.customer_statements import customer_statements
from kamlib.profitability.ledger import (
    ledger_accounts,
    ledger_outcome,
    profit_balance,
    statement_balances,
)


@pytest.fixture(name="small_firm")
def _small_firm() -> tuple:
    return small_firm()


MATERIAL = SimpleNamespace(flag=0.005, refuse=0.02)


def gl(**accounts: tuple) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"period": YEAR, "gl_account": a, "line": line, "amount": Decimal(str(v)), "sign": sign}
            for a, (line, v, sign) in accounts.items()
        ]
    )


BOOKS = {
    "a701": ("invoice_revenue", -1250, -1),
    "a731": ("cost_of_goods_sold", 550, 1),
    "501": ("cost_to_serve", 1000, 1),
}
EMPTY_QUARANTINE = pd.DataFrame(
    {
        "table": [],
        "period": [],
        "amount": pd.Series(dtype=EXACT),
        "cost_of_goods_sold": pd.Series(dtype=EXACT),
    }
)


def tied(small_firm, books=BOOKS, items=()) -> tuple:
    tables, model = small_firm
    result = customer_statements(tables, model, periods=[YEAR])
    accounts = ledger_accounts(gl(**books), result.statement, result.pools, EMPTY_QUARANTINE, items)
    return result, accounts


def test_every_account_of_the_general_ledger_is_held_against_the_statement(small_firm):
    _result, accounts = tied(small_firm)

    assert accounts["line"].tolist() == ["invoice_revenue", "cost_of_goods_sold", "cost_to_serve"]
    assert accounts["ledger"].tolist() == [1250, 550, 1000]
    assert accounts["unexplained"].tolist() == [0, 0, 0]
    assert ledger_outcome(accounts, period=YEAR, materiality=MATERIAL).outcome == "PASS"


@pytest.mark.parametrize(
    ("revenue", "outcome"),
    [
        pytest.param(-1252, "PASS", id="2 of 1,252 are below half a percent, and said"),
        pytest.param(-1262, "FLAG", id="12 of 1,262 are about one percent"),
        pytest.param(-1300, "REFUSE", id="50 of 1,300 are almost four percent"),
    ],
)
def test_a_difference_to_the_general_ledger_is_judged_by_what_is_material(
    small_firm, revenue, outcome
):
    _result, accounts = tied(small_firm, {**BOOKS, "a701": ("invoice_revenue", revenue, -1)})

    said = ledger_outcome(accounts, period=YEAR, materiality=MATERIAL)

    assert said.outcome == outcome
    assert f"{-revenue - 1250:.2f}" in said.said


def test_a_named_reconciling_item_explains_its_account(small_firm):
    item = SimpleNamespace(
        what="bonus booked late", amount=Decimal(12), period=YEAR, gl_account="a701"
    )

    _result, accounts = tied(small_firm, {**BOOKS, "a701": ("invoice_revenue", -1262, -1)}, [item])

    assert accounts["unexplained"].tolist() == [0, 0, 0]


def test_an_item_without_an_account_explains_nothing_in_the_table_and_nothing_in_the_chain(
    small_firm,
):
    late = {"what": "late", "amount": Decimal(12), "period": YEAR}
    books = {**BOOKS, "a701": ("invoice_revenue", -1262, -1)}

    def left(account: str | None) -> tuple[float, float]:
        items = [SimpleNamespace(**late, gl_account=account)]
        result, accounts = tied(small_firm, books, items)
        declared = SimpleNamespace(
            currency="PLN", ledger=SimpleNamespace(materiality=MATERIAL, reconciling_items=items)
        )
        [chain] = profit_balance(result.statement, result.pools, accounts, declared, period=YEAR)
        return accounts["unexplained"].sum(), float(chain.unexplained)

    assert left("a701") == (0, 0)
    assert left(None) == left("nowhere") == (12, -12)  # a chain reads from the ledger down


@pytest.mark.parametrize(
    ("column", "amount", "aside"),
    [
        pytest.param("customer_id", 100, [100, 40], id="nobody knows whose"),
        pytest.param("net_amount", None, [0, 0], id="its amount cannot be read: nor its cost"),
        pytest.param("currency", 100, [0, 0], id="nor is it known what it is worth"),
    ],
)
def test_cost_of_goods_set_aside_counts_only_beside_an_amount_that_can_be_read(
    small_firm, column, amount, aside
):
    tables, model = small_firm
    result = customer_statements(tables, model, periods=[YEAR])
    rows = pd.DataFrame(
        {
            "table": ["invoice_lines"],
            "period": [YEAR],
            "column": [column],
            "amount": exact(amount),
            "cost_of_goods_sold": exact(40),
        }
    )

    accounts = ledger_accounts(gl(**BOOKS), result.statement, result.pools, rows, [])

    assert accounts["set_aside"].tolist()[:2] == aside


def test_the_chain_from_the_ledger_to_the_customers_leaves_nothing_unexplained(small_firm):
    result, accounts = tied(small_firm)
    declared = SimpleNamespace(
        currency="PLN", ledger=SimpleNamespace(materiality=MATERIAL, reconciling_items=[])
    )

    [chain] = profit_balance(result.statement, result.pools, accounts, declared, period=YEAR)

    steps = {step.what: float(step.amount) for step in chain.steps}
    assert steps["Profit in the general ledger"] == -300  # 1,250 − 550 − 1,000
    assert steps["Capacity nobody used"] == 100
    assert steps["Profit on intercompany customers"] == 100  # theirs is −100, so taking it out adds
    assert steps["Customer profit before capital of 2 customers"] == -100
    assert chain.unexplained == 0  # and no memo of a capital charge that nobody computed


FAULTS = [
    "a lost row",
    "a lost row without money",
    "a phantom row",
    "a duplicate",
    "two cents of revenue",
    "two cents of goods",
    "two cents of a bonus",
    "two cents of cost-to-serve",
    "two cents of profit",
    "revenue is not a number",
    "profit is not a number",
    "cost-to-serve is not a number",
]


def corrupted(statement: pd.DataFrame, fault: str) -> pd.DataFrame:
    """Return a statement with one fault in its first row; C has lines and no money."""
    lines = {
        "revenue": "invoice_revenue",
        "goods": "cost_of_goods_sold",
        "a bonus": "off_invoice",
        "cost-to-serve": "cost_to_serve",
        "profit": "customer_profit_before_capital",
    }
    broken = statement.copy()
    if fault == "a lost row":
        return broken.iloc[1:]
    if fault == "a lost row without money":
        return broken[broken["customer_id"] != "C"]
    if fault == "a duplicate":
        return pd.concat([broken, broken.iloc[:1]], ignore_index=True)
    if fault == "a phantom row":
        return pd.concat([broken, broken.iloc[:1].assign(customer_id="nobody")], ignore_index=True)
    line = next(name for word, name in lines.items() if word in fault)
    broken.loc[0, line] = np.nan if "not a number" in fault else broken.loc[0, line] + 0.02
    return broken


@pytest.mark.parametrize("fault", FAULTS)
def test_corruption_of_the_statements_is_noticed(small_firm, fault):
    tables, model = small_firm
    sales = months(A=(1000, 1000, 400), B=(200, 200, 100), X=(50, 50, 50), C=(0, 0, 0))
    bonus = pd.DataFrame(
        {"customer_id": ["A"], "kind": "bonus", "amount": exact(10), "period": YEAR}
    )
    tables = {
        **tables,
        "customer_months": sales,
        "off_invoice": bonus,
        "customers": buyers("A", "B", "C", "X", X="intercompany"),
    }
    result = customer_statements(tables, model, periods=[YEAR])

    def hold(statement: pd.DataFrame) -> bool:
        balances = statement_balances(
            statement, sales, result.pools, period=YEAR, currency="PLN", off_invoice=bonus
        )
        return all(balance.holds for balance in balances)

    assert hold(result.statement)
    assert not hold(corrupted(result.statement, fault))


@pytest.mark.parametrize("fault", ["a lost row", "a duplicate", "two cents"])
def test_corruption_of_the_months_is_noticed(small_firm, fault):
    tables, model = small_firm
    result = customer_statements(tables, model, periods=[YEAR])
    sales = tables["customer_months"]
    broken = {
        "a lost row": sales.iloc[1:],
        "a duplicate": pd.concat([sales, sales.iloc[:1]], ignore_index=True),
        "two cents": sales.assign(invoice_revenue=exact(1000, "200.02", 50)),
    }[fault]

    balances = statement_balances(
        result.statement, broken, result.pools, period=YEAR, currency="PLN"
    )

    assert not all(balance.holds for balance in balances)


@pytest.mark.parametrize("fault", ["a lost row", "a duplicate", "two cents"])
def test_corruption_of_the_pools_is_noticed(small_firm, fault):
    tables, model = small_firm
    result = customer_statements(tables, model, periods=[YEAR])
    pools = result.pools
    broken = {
        "a lost row": pools.iloc[1:].assign(period=YEAR)
        if len(pools) > 1
        else pools.assign(cost=0.0),
        "a duplicate": pd.concat([pools, pools], ignore_index=True),
        "two cents": pools.assign(unused_cost=pools["unused_cost"] + 0.02),
    }[fault]

    balances = statement_balances(
        result.statement, tables["customer_months"], broken, period=YEAR, currency="PLN"
    )

    assert not all(balance.holds for balance in balances)


def test_a_doubled_account_of_the_ledger_is_noticed(small_firm):
    tables, model = small_firm
    result = customer_statements(tables, model, periods=[YEAR])
    twice = pd.concat([gl(**BOOKS), gl(**BOOKS).tail(1)], ignore_index=True)

    accounts = ledger_accounts(twice, result.statement, result.pools, EMPTY_QUARANTINE, [])

    assert accounts.set_index("line")["unexplained"].to_dict() == {
        "invoice_revenue": 0,
        "cost_of_goods_sold": 0,
        "cost_to_serve": 1000,
    }


def test_a_ledger_with_discounts_apart_is_held_against_invoice_revenue(small_firm):
    books = {
        "a701": ("list_revenue", -1300, -1),
        "a702": ("on_invoice_discounts", 50, 1),
        "a731": ("cost_of_goods_sold", 550, 1),
        "501": ("cost_to_serve", 1000, 1),
    }

    _result, accounts = tied(small_firm, books)

    assert accounts["gl_account"].tolist() == ["a701, a702", "a731", "501"]
    assert accounts["unexplained"].tolist() == [0, 0, 0]


def test_rounding_to_the_cent_is_a_line_of_the_ledger():
    third = "33.333333"
    sales = months(A=(third, third, 0), B=(third, third, 0), C=(third, third, 0))
    statement = customer_statements(
        {
            "customers": buyers("A", "B", "C"),
            "customer_months": sales,
            "orders": orders(),
            "corrections": NO_CORRECTIONS,
        },
        CostModel(),
        periods=[YEAR],
    ).statement

    balances = statement_balances(statement, sales, None, period=YEAR, currency="PLN")

    revenue = next(each for each in balances if each.what.startswith("Invoice revenue"))
    assert [str(step.amount) for step in revenue.steps] == ["99.999999", "0.000001", "100.0"]
    assert revenue.unexplained == 0


def test_rows_without_a_known_cost_of_goods_are_said_and_break_no_sum():
    sales = months(A=(100, 90, 50), B=(40, 40, None))
    statement = customer_statements(
        {
            "customers": buyers("A", "B"),
            "customer_months": sales,
            "orders": orders(),
            "corrections": NO_CORRECTIONS,
        },
        CostModel(),
        periods=[YEAR],
    ).statement

    balances = statement_balances(statement, sales, None, period=YEAR, currency="PLN")

    assert all(balance.holds for balance in balances)
    words = {step.what for balance in balances for step in balance.steps}
    assert "Pocket revenue without a known cost of goods" in words


@settings(deadline=None, max_examples=20)
@given(
    st.lists(st.tuples(*[st.integers(-(10**7), 10**7)] * 3), min_size=1, max_size=12),
    st.integers(0, 10**7),
    st.integers(1, 10**4),
)
def test_ledger_profit_is_customers_plus_what_belongs_to_nobody(lines, cost, capacity):
    names = [f"C{i:02}" for i in range(len(lines))]
    money = {n: tuple(Decimal(v) / 1000 for v in row) for n, row in zip(names, lines, strict=True)}
    sales = months(**{n: (invoiced, invoiced, goods) for n, (_l, invoiced, goods) in money.items()})
    model = CostModel(
        (Pool("desk", Decimal(cost) / 100, float(capacity)),), (Equation("desk", "line", 1),)
    )
    book = orders(*[(n, 3, "edi", False, False) for n in names])

    result = customer_statements(
        {
            "customers": buyers(*names),
            "customer_months": sales,
            "orders": book,
            "corrections": NO_CORRECTIONS,
        },
        model,
        periods=[YEAR],
    )

    profit = result.statement["customer_profit_before_capital"].sum()
    nobody = result.pools[["unused_cost", "unassigned_cost"]].sum().sum()
    revenue = (
        result.statement["invoice_revenue"].sum() - result.statement["cost_of_goods_sold"].sum()
    )
    assert profit - nobody == pytest.approx(revenue - cost / 100, abs=0.005)
    exact_margin = sum(invoiced - goods for _l, invoiced, goods in money.values())
    assert revenue == pytest.approx(
        float(exact_margin), abs=0.0101
    )  # two totals, rounded once each
