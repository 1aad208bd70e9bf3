"""What changed since the previous period: causes that add up, and periods that may be compared."""

from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.core.errors import DataError
from kamlib.profitability.bridge import (
    bridge_balance,
    bridge_measure,
    bridge_outcome,
    bridge_steps,
    largest_changes,
    profit_bridge,
)
from kamlib.profitability.words import bridge_finding, comers_finding

NOW, BEFORE = "FY2025", "FY2024"
YEARS = {"period": NOW, "previous": BEFORE}


def bought(*rows: tuple) -> pd.DataFrame:
    """Build what customers bought from (period, customer, product, quantity, revenue, cost of goods)."""
    names = [
        "period",
        "customer_id",
        "product_id",
        "quantity",
        "invoice_revenue",
        "cost_of_goods_sold",
    ]
    kinds = dict.fromkeys(names[:3], "str") | dict.fromkeys(names[3:], "float64")
    return pd.DataFrame(list(rows), columns=names).astype(kinds)


def stated(products: pd.DataFrame, **lines: dict) -> pd.DataFrame:
    """Build the statements of what was bought; `lines` maps a line to {(period, customer): amount}."""
    money = ["invoice_revenue", "cost_of_goods_sold"]
    sums = products.groupby(["period", "customer_id"], as_index=False)[money].sum().round(2)
    keys = list(zip(sums["period"], sums["customer_id"], strict=True))
    setup = ("setup_guessed_cost", "setup_open_cost")
    for line in ("off_invoice", "cost_to_serve", "capital_charge", *setup):
        sums[line] = [float(lines.get(line, {}).get(key, 0.0)) for key in keys]
    margin = sums["invoice_revenue"] - sums["off_invoice"] - sums["cost_of_goods_sold"]
    profit = margin - sums["cost_to_serve"] - sums["capital_charge"]
    return sums.assign(active=True, gross_margin=margin.round(2), customer_profit=profit.round(2))


def causes(products: pd.DataFrame, customer="A", **lines: dict) -> dict[str, float]:
    bridge = profit_bridge(stated(products, **lines), products, **YEARS)
    mine = bridge[bridge["customer_id"] == customer]
    return dict(zip(mine["cause"], mine["amount"], strict=True))


def plain(said: str) -> str:
    return said.replace("\u00a0", " ")


# --------------------------------------------------------------------------------- one cause at a time
TEN_BOXES = (BEFORE, "A", "box", 10, 100, 60)  # 10 boxes at 10, cost 6: 40 left


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param([(NOW, "A", "box", 10, 110, 60)], {"price": 10}, id="dearer by one each"),
        pytest.param([(NOW, "A", "box", 15, 150, 90)], {"volume": 20}, id="half as many more"),
        pytest.param(
            [(NOW, "A", "box", 10, 100, 65)], {"unit_cost": -5}, id="costs us half a unit more"
        ),
        pytest.param(
            [(NOW, "A", "box", 20, 220, 140)],
            {"price": 20, "volume": 40, "unit_cost": -20},
            id="twice as many, dearer by one, costing one more",
        ),
        pytest.param(
            [(NOW, "A", "box", 5, 50, 30), (NOW, "A", "film", 1, 50, 45)],
            {"mix": -15},
            id="half of the money now goes into something that leaves less",
        ),
        pytest.param(
            [(NOW, "A", "film", 7, 100, 60)], {}, id="another product that leaves the same"
        ),
        pytest.param(
            [(NOW, "A", "box", 0, -8, 0)],
            {"price": -8, "volume": -40},
            id="a credit note without a quantity is a change of price",
        ),
    ],
)
def test_what_a_customer_buys_changes_by_price_volume_mix_and_unit_cost(now, expected):
    assert causes(bought(TEN_BOXES, *now)) == expected


def test_the_lines_below_the_margin_are_causes_of_their_own():
    both = bought(TEN_BOXES, (NOW, *TEN_BOXES[1:]))
    key = (NOW, "A")

    found = causes(both, off_invoice={key: 3}, cost_to_serve={key: 5}, capital_charge={key: 1})

    assert found == {"off_invoice": -3, "cost_to_serve": -5, "capital": -1}


def test_who_left_is_lost_and_who_came_is_new_as_a_whole():
    products = bought(TEN_BOXES, (NOW, "B", "box", 1, 10, 6))

    assert causes(products, "A") == {"lost": -40}
    assert causes(products, "B") == {"new": 4}


def test_pieces_or_dozens_make_no_difference():
    pieces = [
        (BEFORE, "A", "box", 24, 240, 100),
        (BEFORE, "A", "film", 5, 60, 30),
        (NOW, "A", "box", 36, 400, 170),
        (NOW, "A", "film", 9, 100, 55),
    ]
    dozens = [(p, c, x, q / 12 if x == "box" else q, r, k) for p, c, x, q, r, k in pieces]

    assert causes(bought(*dozens)) == pytest.approx(causes(bought(*pieces)))


@pytest.mark.parametrize(
    "now",
    [
        pytest.param((NOW, "A", "box", np.nan, 130, 70), id="no quantity"),
        pytest.param((NOW, "A", np.nan, 12, 130, 70), id="no product"),
    ],
)
def test_without_product_or_quantity_there_is_one_line_of_sales_and_margin(now):
    products = bought(TEN_BOXES, now)

    assert causes(products) == {"sales_and_margin": 20}


def test_a_few_lines_without_a_product_do_not_hide_the_causes_of_the_rest():
    products = bought(TEN_BOXES, (NOW, "A", "box", 15, 150, 90), (NOW, "A", np.nan, 1, 4, 1))

    assert causes(products) == {"sales_and_margin": 3, "volume": 20}


def test_without_products_at_all_the_sum_stands_as_sales_and_margin():
    products = bought(TEN_BOXES, (NOW, "A", "box", 15, 150, 90))

    bridge = profit_bridge(stated(products), None, **YEARS)

    assert bridge[["cause", "amount"]].to_numpy().tolist() == [["sales_and_margin", 20.0]]


def test_what_products_do_not_explain_of_the_statement_is_not_hidden_in_mix():
    products = bought(TEN_BOXES, (NOW, "A", "box", 15, 150, 90))
    statement = stated(products)
    now = statement["period"] == NOW
    for line in ("invoice_revenue", "gross_margin", "customer_profit"):
        statement.loc[now, line] += 7

    bridge = profit_bridge(statement, products, **YEARS).set_index("cause")["amount"]

    assert bridge.to_dict() == {"sales_and_margin": 7, "volume": 20}


def test_the_months_of_a_customer_twice_in_a_period_are_rejected():
    products = bought(TEN_BOXES, (NOW, "A", "box", 15, 150, 90))
    statement = stated(products)

    with pytest.raises(DataError, match="FY2025"):
        profit_bridge(pd.concat([statement, statement.tail(1)]), products, **YEARS)


# --------------------------------------------------------------------------------- identities
amount = st.integers(-5_000_000, 5_000_000)
line = st.tuples(
    st.sampled_from([BEFORE, NOW]),
    st.sampled_from("ABC"),
    st.sampled_from(["box", "film", "tape"]),
    st.one_of(st.integers(-50, 500), st.just(np.nan)),
    amount,
    amount,
)
companies = st.lists(line, min_size=1, max_size=14, unique_by=lambda row: row[:3])


def company(rows: list) -> tuple[pd.DataFrame, pd.DataFrame]:
    products = bought(*[(*row[:4], row[4] / 1000, row[5] / 1000) for row in rows])
    below = {(p, c): (ord(c) - 60) / 7 for p in (NOW, BEFORE) for c in "ABC"}
    spent = {key: round(value * (1.3 if key[0] == NOW else 1), 2) for key, value in below.items()}
    return stated(products, off_invoice=spent, cost_to_serve=spent, capital_charge=spent), products


@given(companies)
@settings(max_examples=12, deadline=None)
def test_the_causes_of_each_customer_and_of_all_add_up_to_the_change_to_the_cent(rows):
    statement, products = company(rows)

    bridge = profit_bridge(statement, products, **YEARS)

    wide = statement.pivot(index="customer_id", columns="period", values="customer_profit")
    wide = wide.reindex(columns=[BEFORE, NOW]).fillna(0.0)
    change = (wide[NOW] - wide[BEFORE]).round(2)
    sums = bridge.groupby("customer_id")["amount"].sum().reindex(change.index).fillna(0.0)
    assert sums.round(2).tolist() == change.tolist()
    assert (bridge["amount"] * 100).round(6).mod(1).eq(0).all()
    assert bridge_balance(bridge_steps(bridge, statement, **YEARS), currency="PLN").holds


@given(companies)
@settings(max_examples=6, deadline=None)
def test_with_the_periods_exchanged_the_lost_are_new_and_the_sum_is_its_opposite(rows):
    statement, products = company(rows)

    there = profit_bridge(statement, products, period=NOW, previous=BEFORE)
    back = profit_bridge(statement, products, period=BEFORE, previous=NOW)

    def of(bridge: pd.DataFrame, cause: str) -> dict:
        return bridge[bridge["cause"] == cause].set_index("customer_id")["amount"].to_dict()

    assert of(back, "new") == {who: -value for who, value in of(there, "lost").items()}
    assert of(back, "lost") == {who: -value for who, value in of(there, "new").items()}
    for cause in ("off_invoice", "cost_to_serve", "capital"):
        assert of(back, cause) == {who: -value for who, value in of(there, cause).items()}
    assert round(back["amount"].sum() + there["amount"].sum(), 2) == 0


def test_the_order_of_rows_changes_nothing():
    statement, products = company(
        [
            (BEFORE, "A", "box", 3, 900, 400),
            (NOW, "A", "box", 4, 1400, 500),
            (BEFORE, "B", "box", 3, 900, 400),
            (NOW, "C", "tape", 4, 1400, 500),
        ]
    )

    again = profit_bridge(statement.iloc[::-1], products.iloc[::-1], **YEARS)

    pd.testing.assert_frame_equal(again, profit_bridge(statement, products, **YEARS))


# --------------------------------------------------------------------------------- may it be compared
def span(name: str, start: tuple, end: tuple) -> SimpleNamespace:
    return SimpleNamespace(name=name, start=date(*start), end=date(*end))


THIS_YEAR = span(NOW, (2025, 1, 1), (2025, 12, 31))
LAST_YEAR = span(BEFORE, (2024, 1, 1), (2024, 12, 31))
SAME = bought(TEN_BOXES, (NOW, "A", "box", 15, 150, 90))


def judged(statement=None, *, first="2024-01-01", last="2025-12-01", previous=LAST_YEAR, **more):
    statement = stated(SAME, capital_charge=_each(1)) if statement is None else statement
    months = pd.DataFrame({"month": pd.to_datetime([first, last])})
    told = {"bridge": None, "cost": None, "measure": "customer_profit"} | more
    return bridge_outcome(
        statement,
        told["bridge"],
        told["cost"],
        months,
        period=THIS_YEAR,
        previous=previous,
        measure=told["measure"],
    )


def _each(value: float) -> dict:
    return {(period, "A"): value for period in (NOW, BEFORE)}


@pytest.mark.parametrize(
    ("given_", "outcome", "said"),
    [
        pytest.param({}, "PASS", "FY2024 is known as far as FY2025", id="two whole years"),
        pytest.param({"previous": None}, "REFUSE", "no period before FY2025", id="no year before"),
        pytest.param(
            {"first": "2024-05-01"},
            "REFUSE",
            "begin in May 2024, 4 months after FY2024",
            id="a third of the year before is not there",
        ),
        pytest.param(
            {"first": "2024-02-01"}, "FLAG", "1 month after FY2024", id="a month is missing"
        ),
        pytest.param(
            {"previous": span(BEFORE, (2023, 10, 1), (2024, 9, 30)), "first": "2023-10-01"},
            "FLAG",
            "92 days between FY2024 and FY2025 are in neither of them",
            id="a moved fiscal year",
        ),
        pytest.param(
            {"last": "2025-09-01"}, "REFUSE", "3 months before FY2025", id="ends too early"
        ),
        pytest.param(
            {"previous": span("H1", (2024, 7, 1), (2024, 12, 31))},
            "REFUSE",
            "H1 and FY2025 cannot be compared: their months are 6 and 12",
            id="half a year against a year",
        ),
        pytest.param({"measure": None}, "REFUSE", "Neither customer profit", id="no margin"),
        pytest.param(
            {"measure": "gross_margin"}, "FLAG", "ends at gross margin", id="no work counted"
        ),
        pytest.param(
            {
                "statement": stated(
                    SAME, capital_charge=_each(1), setup_open_cost={(BEFORE, "A"): 7}
                )
            },
            "FLAG",
            "set-up of 0 is charged by the first order in the input, and 7 is not charged",
            id="nobody can tell who was new before",
        ),
        pytest.param(
            {"statement": stated(SAME, capital_charge={(NOW, "A"): 4})},
            "FLAG",
            "capital charge is counted in FY2025 only",
            id="receivables of one year",
        ),
        pytest.param(
            {
                "cost": pd.DataFrame(
                    {
                        "period": [BEFORE, NOW, NOW],
                        "cost": 1.0,
                        "activity": ["desk", "desk", "field_sales"],
                    }
                )
            },
            "FLAG",
            "one of the two periods only: field sales",
            id="visits were not counted before",
        ),
        pytest.param(
            {"bridge": pd.DataFrame({"customer_id": ["A"], "cause": ["sales_and_margin"]})},
            "FLAG",
            "For 1 customer (100% of revenue) product or quantity is missing",
            id="no products",
        ),
    ],
)
def test_a_comparison_is_made_only_of_what_can_be_compared(given_, outcome, said):
    found = judged(**given_)

    assert found.outcome == outcome
    assert said in plain(found.said)


def test_the_comparison_ends_where_both_periods_are_known():
    statement = stated(SAME)
    short = statement.assign(
        customer_profit=statement["customer_profit"].where(statement["period"] == NOW)
    )

    assert bridge_measure(statement, **YEARS) == "customer_profit"
    assert bridge_measure(short, **YEARS) == "gross_margin"
    assert bridge_measure(short.assign(gross_margin=np.nan), **YEARS) is None
    assert bridge_measure(statement, period=NOW, previous=None) is None


# --------------------------------------------------------------------------------- words
def steps(*causes_: tuple, before=100.0) -> pd.DataFrame:
    """Build the steps from (cause, amount, customers)."""
    rows = [(cause, "step", float(amount_), n) for cause, amount_, n in causes_]
    after = before + sum(row[2] for row in rows)
    rows = [(BEFORE, "total", before, 9), *rows, (NOW, "total", after, 9)]
    return pd.DataFrame(rows, columns=["line", "kind", "amount", "customers"])


@pytest.mark.parametrize(
    ("moves", "said"),
    [
        pytest.param(
            [("price", 64, 9), ("volume", 20, 9), ("cost_to_serve", -30, 9)],
            "Customer profit rose by PLN 54, from PLN 100 in FY2024 to PLN 154 in FY2025. Price added "
            "most (+PLN 64), cost to serve took most away (−PLN 30).",
            id="up and down",
        ),
        pytest.param(
            [("lost", -30, 2)],
            "Customer profit fell by PLN 30, from PLN 100 in FY2024 to PLN 70 in FY2025. Lost "
            "customers took most away (−PLN 30); nothing added.",
            id="only down",
        ),
        pytest.param(
            [("mix", 5, 1)],
            "Customer profit rose by PLN 5, from PLN 100 in FY2024 to PLN 105 in FY2025. Mix added "
            "most (+PLN 5); nothing took away.",
            id="only up",
        ),
        pytest.param([], "Customer profit is PLN 100 in FY2025, as in FY2024.", id="nothing moved"),
    ],
)
def test_what_moved_the_profit_most_is_said(moves, said):
    assert plain(bridge_finding(steps(*moves), currency="PLN")) == said


@pytest.mark.parametrize(
    ("moves", "said"),
    [
        pytest.param(
            [("lost", -30, 2), ("new", 12, 1)],
            "2 customers bought nothing any more (−PLN 30); 1 did not buy in the period before "
            "(+PLN 12).",
            id="both",
        ),
        pytest.param(
            [("lost", 30, 1)],
            "1 customer bought nothing any more (+PLN 30); 0 did not buy in the period before (PLN 0).",
            id="a loss-maker left",
        ),
    ],
)
def test_who_left_and_who_came_is_said(moves, said):
    assert plain(comers_finding(steps(*moves), currency="PLN")) == said


def test_the_largest_change_stands_first_with_its_largest_cause():
    bridge = pd.DataFrame(
        {
            "customer_id": ["A", "A", "B", "C"],
            "cause": ["price", "volume", "lost", "new"],
            "amount": [5.0, -9.0, -50.0, 50.0],
        }
    )

    assert largest_changes(bridge).to_numpy().tolist() == [
        ["B", -50.0, "lost", -50.0],
        ["C", 50.0, "new", 50.0],
        ["A", -4.0, "volume", -9.0],
    ]
