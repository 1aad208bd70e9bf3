"""The statement, against sums small enough to do in the head."""

from dataclasses import dataclass, field
from decimal import Decimal
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import Equation, Term

from kamlib import DataError
from kamlib.numerics import largest_remainder
from kamlib.profitability import (
    activity_volumes,
    capital_charges,
    charge_customers,
    company_ladder,
    complete_statement,
    customer_statements,
    gross_margins,
    ledger_accounts,
    ledger_verdict,
    loss_makers,
    pool_costs,
    profit_balance,
    statement_balances,
    statement_verdicts,
)
from kamlib.tables import EXACT

YEAR = "FY2025"


def exact(*values) -> pd.Series:
    return pd.Series([None if v is None else Decimal(str(v)) for v in values], dtype=EXACT)


def months(**lines: tuple) -> pd.DataFrame:
    """Build one month per customer from ``id=(list, invoice, cost of goods)``."""
    listed, invoiced, goods = zip(*lines.values(), strict=True)
    return pd.DataFrame({
        "customer_id": list(lines), "month": pd.Timestamp("2025-03-01"), "period": YEAR,
        "list_revenue": exact(*listed), "invoice_revenue": exact(*invoiced),
        "cost_of_goods_sold": exact(*goods),
    })  # fmt: skip


def buyers(*ids: str, **relations: str) -> pd.DataFrame:
    return pd.DataFrame({
        "customer_id": ids, "name": [f"Firm {i}" for i in ids],
        "relation": [relations.get(i, "external") for i in ids],
    })  # fmt: skip


def orders(*rows: tuple) -> pd.DataFrame:
    names = ["customer_id", "lines", "order_channel", "rush", "customer_is_new"]
    return pd.DataFrame(rows, columns=names).assign(period=YEAR)


NO_CORRECTIONS = pd.DataFrame({"period": [], "customer_id": [], "document_type": []})


@dataclass
class Pool:
    pool: str
    cost: Decimal
    practical_capacity: float | None = None
    theoretical_capacity: float | None = None
    period: str = YEAR
    unit: str = "minute"
    hierarchy_level: str = "customer"
    gl_account: str | None = "501"
    step_down_to: dict = field(default_factory=dict)


def pools(*given: Pool) -> pd.DataFrame:
    from kamlib.profitability import resources_table

    return resources_table(given)


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
    bonus = pd.DataFrame({
        "period": YEAR, "customer_id": ["A", "A"], "amount": exact(10, 4),
        "status": ["accrued", "reversed"],
    })  # fmt: skip

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
    upper = gross_margins(months(A=(third, third, 0), B=(third, third, 0), C=("33.333334", "33.333334", 0)),
                          None, buyers("A", "B", "C"))  # fmt: skip

    assert upper["invoice_revenue"].tolist() == [33.33, 33.33, 33.34]  # 100.00 in all
    assert upper["on_invoice_discounts"].tolist() == [0, 0, 0]


def test_unknown_cost_of_goods_leaves_the_margin_unknown_and_not_the_revenue():
    upper = gross_margins(months(A=(100, 90, None)), None, buyers("A"))

    assert upper["invoice_revenue"].tolist() == [90]
    assert upper["gross_margin"].isna().all()


cents = st.integers(-10_000_000, 10_000_000)


@given(st.lists(cents, min_size=1, max_size=30))
def test_largest_remainder_keeps_the_total_and_moves_nobody_by_more_than_a_cent(thousandths):
    values = np.array(thousandths) / 1000

    rounded = largest_remainder(values)

    assert round(rounded.sum() * 100) == np.floor(round(values.sum() * 100, 6) + 0.5)
    assert (np.abs(rounded - values) < 0.01 + 1e-9).all()


# ------------------------------------------------------------------ time equations
DESK = Equation("desk", "order", 6, (Term(1.5, per="line"), Term(4, when={"order_channel": "phone"}),
                                     Term(15, when={"customer_is_new": True})))  # fmt: skip


def test_time_of_an_order_is_its_base_its_lines_and_what_its_conditions_add():
    book = orders(
        ("A", 2, "edi", False, False),
        ("A", 2, "phone", False, False),
        ("B", 4, "phone", True, True),
    )

    volumes = activity_volumes(book, NO_CORRECTIONS, None, [DESK])

    assert volumes["used"].tolist() == [9 + 13, 31]  # 6+3, 6+3+4; 6+6+4+15
    assert volumes["driver_volume"].tolist() == [2, 1]


def test_time_per_line_counts_lines_and_adds_for_rush():
    warehouse = Equation("warehouse", "line", 3, (Term(5, when={"rush": True}),))
    book = orders(("A", 10, "edi", False, False), ("A", 2, "edi", True, False))

    volumes = activity_volumes(book, NO_CORRECTIONS, None, [warehouse])

    assert volumes["driver_volume"].tolist() == [12]
    assert volumes["used"].tolist() == [10 * 3 + 2 * 8]


def test_corrections_and_drivers_are_counted_from_their_own_tables():
    fixes = pd.DataFrame(
        {"period": YEAR, "customer_id": ["A", "A"], "document_type": ["correction", "credit_note"]}
    )
    visits = pd.DataFrame(
        {"period": [YEAR], "customer_id": ["B"], "driver": ["visits"], "volume": [10.0]}
    )
    equations = [
        Equation("desk", "correction", 22),
        Equation("field", "visit", 1.6, driver="visits"),
    ]

    volumes = activity_volumes(orders(), fixes, visits, equations)

    assert volumes[["customer_id", "used"]].to_numpy().tolist() == [["A", 22.0], ["B", 16.0]]


def test_a_driver_that_nobody_gave_is_named_with_the_equation():
    with pytest.raises(
        DataError, match=r"'field, visit' needs the driver 'visits'.*time_equations"
    ):
        activity_volumes(
            orders(), NO_CORRECTIONS, None, [Equation("field", "visit", 1, driver="visits")]
        )


# ------------------------------------------------------------------ pools
def used(pool: str, **by_customer: float) -> pd.DataFrame:
    return pd.DataFrame({
        "period": YEAR, "customer_id": list(by_customer), "activity": f"{pool}, order", "pool": pool,
        "driver_volume": 1.0, "used": list(map(float, by_customer.values())),
    })  # fmt: skip


EVERYBODY = pd.Series({"A": "external", "B": "external", "X": "intercompany"})


def test_unused_capacity_is_a_line_of_its_own_and_on_nobody():
    volumes = used("desk", A=300, B=100)

    cost, left = charge_customers(
        volumes, pool_costs(pools(Pool("desk", Decimal(1000), 500)), volumes), EVERYBODY
    )

    assert cost["cost"].tolist() == [600, 200]  # rate 2
    assert left["unused_cost"].tolist() == [200]


def test_a_support_pool_passes_on_its_cost_before_rates_and_keeps_the_rest():
    it = Pool("it", Decimal(200), unit="none", step_down_to={"desk": 0.5})
    volumes = used("desk", A=500)

    cost, left = charge_customers(
        volumes, pool_costs(pools(it, Pool("desk", Decimal(900), 500)), volumes), EVERYBODY
    )

    assert cost["cost"].tolist() == [1000]  # (900 + 100) / 500 = 2 a minute
    assert left["unassigned_cost"].tolist() == [100, 0]


def test_overload_is_shown_and_nobody_is_scaled_down():
    volumes = used("desk", A=600)

    rated = pool_costs(pools(Pool("desk", Decimal(1000), 500)), volumes)
    cost, left = charge_customers(volumes, rated, EVERYBODY)

    assert rated["used_share"].tolist() == [1.2]
    assert cost["cost"].tolist() == [1200]
    assert left["unused_cost"].tolist() == [-200]


def test_without_capacity_idle_time_hides_in_the_rate():
    volumes = used("desk", A=300, B=100)

    cost, left = charge_customers(
        volumes, pool_costs(pools(Pool("desk", Decimal(1000))), volumes), EVERYBODY
    )

    assert cost["cost"].tolist() == [750, 250]
    assert left["used_share"].isna().all()


def test_four_fifths_of_the_theoretical_capacity_count_where_no_practical_one_is_given():
    pool = Pool("desk", Decimal(800), theoretical_capacity=1000)

    assert pool_costs(pools(pool), used("desk", A=1))["capacity_rate"].tolist() == [1.0]


def test_doubling_all_work_leaves_the_shares_of_customers_as_they_were():
    once, twice = used("desk", A=30, B=10), used("desk", A=60, B=20)
    pool = pools(Pool("desk", Decimal(1000), 500))

    shares = [
        (c := charge_customers(v, pool_costs(pool, v), EVERYBODY)[0]["cost"]) / c.sum()
        for v in (once, twice)
    ]

    assert shares[0].tolist() == shares[1].tolist()


@given(
    st.lists(st.floats(0, 1e5), min_size=1, max_size=20), st.integers(0, 10**9), st.floats(1, 1e6)
)
def test_every_cent_of_a_pool_is_assigned_unused_or_unassigned(work, cost, capacity):
    volumes = used("desk", **{f"C{i:02}": w for i, w in enumerate(work)})

    _cost, left = charge_customers(
        volumes, pool_costs(pools(Pool("desk", Decimal(cost) / 100, capacity)), volumes), EVERYBODY
    )

    parts = left[["assigned_cost", "unused_cost", "unassigned_cost"]].sum(axis=1)
    assert parts.tolist() == pytest.approx([cost / 100], abs=0.005)


# ------------------------------------------------------------------ capital
def receivables(**days: float) -> pd.DataFrame:
    return pd.DataFrame({
        "customer_id": list(days), "month": pd.Timestamp("2025-03-01"),
        "days_to_pay": list(days.values()), "days_beyond_terms": 3.0,
    })  # fmt: skip


def test_a_million_waiting_ninety_days_at_eight_percent_costs_19726_03():
    charge = capital_charges(
        months(A=(1_000_000, 1_000_000, 0)), receivables(A=90), rate=0.08, vat_rate=0.0
    )

    assert round(charge["capital_charge"].item(), 2) == 19_726.03  # 1,000,000 × 90/365 × 8 %


def test_receivables_contain_vat_and_revenue_does_not():
    sales, days = months(A=(1_000_000, 1_000_000, 0)), receivables(A=90)
    plain = capital_charges(sales, days, rate=0.08, vat_rate=0.0)["capital_charge"].item()

    grossed = capital_charges(sales, days, rate=0.08, vat_rate=0.23)["capital_charge"].item()

    assert grossed == pytest.approx(1.23 * plain)


def test_days_are_weighted_by_the_revenue_of_their_month():
    sales = pd.concat(
        [months(A=(300, 300, 0)), months(A=(100, 100, 0)).assign(month=pd.Timestamp("2025-04-01"))]
    )
    days = pd.concat(
        [receivables(A=10), receivables(A=50).assign(month=pd.Timestamp("2025-04-01"))]
    )

    assert capital_charges(sales, days, rate=0.1, vat_rate=0)["days_to_pay"].tolist() == [
        20
    ]  # (3000+5000)/400


# ------------------------------------------------------------------ the whole statement
@dataclass
class Model:
    resources: tuple
    time_equations: tuple
    capital: object = None
    stops_at: str = "customer"


@pytest.fixture
def small_firm() -> tuple[dict, Model]:
    """A earns, B loses, X is intercompany. Desk: 1,000 for 500 minutes, A uses 300, B 100, X 50.

    A: 1,000 − 400 = 600 gross, less 600 = 0; B: 200 − 100 = 100 gross, less 200 = −100.
    """
    tables = {
        "customers": buyers("A", "B", "X", X="intercompany"),
        "customer_months": months(A=(1000, 1000, 400), B=(200, 200, 100), X=(50, 50, 50)),
        "orders": orders(("A", 300, "edi", False, False), ("B", 100, "edi", False, False),
                         ("X", 50, "edi", False, False)),
        "corrections": NO_CORRECTIONS,
    }  # fmt: skip
    model = Model((Pool("desk", Decimal(1000), 500),), (Equation("desk", "line", 1),))
    return tables, model


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
    statement = customer_statements(tables, Model((), ()), periods=[YEAR]).statement

    assert statement["gross_margin"].notna().all()
    assert statement["cost_to_serve"].isna().all()
    assert statement["customer_profit"].isna().all()
    outcomes = {
        v.rule: v.outcome
        for v in statement_verdicts(
            statement, None, 0, period=YEAR, stops_at="customer", currency="PLN"
        )
    }
    assert outcomes["cost_to_serve"] == "REFUSE"


def test_the_company_ladder_ends_where_knowledge_ends(small_firm):
    tables, model = small_firm
    known = customer_statements(tables, model, periods=[YEAR]).statement
    unknown = customer_statements(tables, Model((), ()), periods=[YEAR]).statement

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


# ------------------------------------------------------------------ the ledger
MATERIAL = SimpleNamespace(flag=0.005, refuse=0.02)


def gl(**accounts: tuple) -> pd.DataFrame:
    return pd.DataFrame(
        [{"period": YEAR, "gl_account": a, "line": line, "amount": Decimal(str(v)), "sign": sign}
         for a, (line, v, sign) in accounts.items()]
    )  # fmt: skip


BOOKS = {"a701": ("invoice_revenue", -1250, -1), "a731": ("cost_of_goods_sold", 550, 1),
         "501": ("cost_to_serve", 1000, 1)}  # fmt: skip
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
    assert ledger_verdict(accounts, period=YEAR, materiality=MATERIAL).outcome == "PASS"


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

    said = ledger_verdict(accounts, period=YEAR, materiality=MATERIAL)

    assert said.outcome == outcome
    assert f"{-revenue - 1250:.2f}" in said.said


def test_a_named_reconciling_item_explains_its_account(small_firm):
    item = SimpleNamespace(
        what="bonus booked late", amount=Decimal(12), period=YEAR, gl_account="a701"
    )

    _result, accounts = tied(small_firm, {**BOOKS, "a701": ("invoice_revenue", -1262, -1)}, [item])

    assert accounts["unexplained"].tolist() == [0, 0, 0]


def test_the_chain_from_the_ledger_to_the_customers_leaves_nothing_unexplained(small_firm):
    result, accounts = tied(small_firm)
    declared = SimpleNamespace(
        currency="PLN", ledger=SimpleNamespace(materiality=MATERIAL, reconciling_items=[])
    )

    chain, memo = profit_balance(result.statement, result.pools, accounts, declared, period=YEAR)

    steps = {step.what: float(step.amount) for step in chain.steps}
    assert steps["Profit in the general ledger"] == -300  # 1,250 − 550 − 1,000
    assert steps["Capacity nobody used"] == 100
    assert steps["Profit on intercompany customers"] == 100  # theirs is −100, so taking it out adds
    assert steps["Profit before capital of 2 customers"] == -100
    assert chain.unexplained == memo.unexplained == 0


@pytest.mark.parametrize("fault", ["a lost row", "a phantom row", "two cents"])
def test_corruption_between_months_and_statements_is_noticed(small_firm, fault):
    tables, model = small_firm
    result = customer_statements(tables, model, periods=[YEAR])
    broken = result.statement.copy()
    if fault == "a lost row":
        broken = broken.iloc[1:]
    elif fault == "a phantom row":
        broken = pd.concat([broken, broken.iloc[:1]])
    else:
        broken.loc[0, "invoice_revenue"] += 0.02

    balances = statement_balances(
        broken, tables["customer_months"], result.pools, period=YEAR, currency="PLN"
    )

    assert not all(balance.holds for balance in balances)


def test_complete_statement_keeps_customers_that_only_cost(small_firm):
    upper = gross_margins(months(A=(10, 10, 4)), None, buyers("A", "B"))
    cost = used("desk", B=5).assign(cost=7.0)

    rows = complete_statement(upper, cost, capital_charges(months(A=(1, 1, 1)), None, rate=0, vat_rate=0),
                              buyers("A", "B")).set_index("customer_id")  # fmt: skip

    assert rows.loc["B", "customer_profit"] == -7
    assert rows.loc["A", "customer_profit"] == 6
