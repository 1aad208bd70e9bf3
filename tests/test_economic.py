"""The posted and the economic view: only what was earned in another period moves, and to the cent."""

from datetime import date
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_firm import exact

from kamlib.core.timespans import Period
from kamlib.profitability.statement import economic_statements, timing_balance

YEARS = [
    Period("FY2024", date(2024, 1, 1), date(2024, 12, 31)),
    Period("FY2025", date(2025, 1, 1), date(2025, 12, 31)),
]


def posted(**margins: tuple) -> pd.DataFrame:
    """Build statements from ``id=(margin 2024, margin 2025)``; serving each costs 10."""
    rows = [
        {
            "period": year.name,
            "customer_id": name,
            "relation": "external",
            "active": True,
            "gross_margin": float(margin),
            "customer_profit_before_capital": margin - 10.0,
        }
        for name, both in margins.items()
        for year, margin in zip(YEARS, both, strict=True)
    ]
    return pd.DataFrame(rows)


def corrections(*rows: tuple) -> pd.DataFrame:
    """Build timing rows from (posted, customer, earned, revenue, cost of goods)."""
    names = ["period", "customer_id", "earned_period", "invoice_revenue", "cost_of_goods_sold"]
    table = pd.DataFrame(rows, columns=names)
    return table.assign(**{name: exact(*table[name]) for name in names[3:]})


def bonus(start: str, end: str, *, amount=366, on="2025-03-01", **more) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": ["A"],
            "kind": "bonus",
            "amount": exact(amount),
            "date": pd.Timestamp(on),
            "status": "settled",
            "earned_from": pd.Timestamp(start),
            "earned_to": pd.Timestamp(end),
            **more,
        }
    )


def moved(table: pd.DataFrame, column: str) -> dict:
    return table.set_index(["period", "customer_id"])[column].to_dict()


def test_a_credit_note_belongs_to_the_sale_it_corrects():
    late = corrections(("FY2025", "A", "FY2024", -50, -30))

    both = economic_statements(posted(A=(100, 200)), late, None, YEARS)

    assert moved(both, "economic_margin") == {("FY2024", "A"): 80, ("FY2025", "A"): 220}
    assert moved(both, "economic_profit") == {("FY2024", "A"): 70, ("FY2025", "A"): 210}
    assert moved(both, "revenue_timing") == {("FY2024", "A"): -50, ("FY2025", "A"): 50}


def test_a_bonus_is_split_over_the_days_for_which_it_was_earned():
    given_later = bonus("2024-07-01", "2025-06-30", amount=365)  # 184 days and 181 days

    both = economic_statements(posted(A=(1000, 1000)), None, given_later, YEARS)

    assert moved(both, "off_invoice_timing") == {("FY2024", "A"): 184, ("FY2025", "A"): -184}
    assert moved(both, "economic_margin") == {("FY2024", "A"): 816, ("FY2025", "A"): 1184}


def test_what_was_earned_and_posted_in_one_period_does_not_move():
    same = bonus("2025-01-01", "2025-02-28")
    undated = bonus("2025-01-01", "2025-02-28").drop(columns=["earned_from", "earned_to"])

    for rows in (same, undated):
        both = economic_statements(posted(A=(100, 200)), None, rows, YEARS)

        assert moved(both, "economic_margin") == {("FY2024", "A"): 100, ("FY2025", "A"): 200}


def test_what_was_earned_outside_all_periods_leaves_them():
    both = economic_statements(posted(A=(100, 200)), None, bonus("2023-01-01", "2023-12-31"), YEARS)

    assert moved(both, "economic_margin") == {("FY2024", "A"): 100, ("FY2025", "A"): 566}


def test_a_reversal_gives_back_what_the_accrual_was_earned_for():
    rows = pd.concat(
        [
            bonus("2024-01-01", "2024-12-31", amount=100, on="2024-12-31").assign(status="accrued"),
            bonus("2024-01-01", "2024-12-31", amount=40, on="2025-02-01").assign(
                status="reversed", earned_from=pd.NaT, earned_to=pd.NaT
            ),
        ],
        ignore_index=True,
    )

    both = economic_statements(posted(A=(1000, 1000)), None, rows, YEARS)

    assert moved(both, "off_invoice_timing") == {("FY2024", "A"): -40, ("FY2025", "A"): 40}


def test_the_timing_of_all_customers_is_one_line_of_the_ledger():
    late = corrections(("FY2025", "A", "FY2024", -50, -30))
    both = economic_statements(
        posted(A=(100, 200), B=(5, 5)), late, bonus("2024-01-01", "2024-12-31"), YEARS
    )

    balance = timing_balance(both, period="FY2025", currency="PLN")

    assert [float(step.amount) for step in balance.steps] == [185, 50, 366, -30, 571]
    assert balance.unexplained == 0
    assert balance.steps[-1].what == "As earned"


def test_without_cost_to_serve_both_views_end_at_gross_margin():
    known = posted(A=(100, 200)).assign(customer_profit_before_capital=float("nan"))
    late = corrections(("FY2025", "A", "FY2024", -50, -30))

    both = economic_statements(known, late, None, YEARS)

    balance = timing_balance(both, period="FY2025", currency="PLN")
    assert [float(step.amount) for step in balance.steps] == [200, 50, -30, 220]


def test_a_customer_may_have_something_in_the_economic_view_only():
    late = corrections(("FY2025", "A", "FY2024", -50, None))
    only_now = posted(A=(100, 200)).tail(1)
    before = posted(B=(7, 7))

    both = economic_statements(pd.concat([only_now, before]), late, None, YEARS)

    assert moved(both, "economic_margin")[("FY2024", "A")] == -50
    assert both.set_index(["period", "customer_id"]).loc[("FY2024", "A"), "active"]


thousandths = st.integers(-(10**8), 10**8).map(lambda n: Decimal(n) / 1000)


@settings(deadline=None, max_examples=20)
@given(
    st.lists(st.tuples(st.sampled_from("ABC"), st.booleans(), thousandths, thousandths), max_size=8)
)
def test_what_leaves_a_period_arrives_in_the_other(rows):
    names = ("FY2024", "FY2025")
    late = corrections(
        *[(names[now], who, names[not now], money, goods) for who, now, money, goods in rows]
    )

    both = economic_statements(posted(A=(1, 2), B=(3, 4), C=(5, 6)), late, None, YEARS)

    for column in ("revenue_timing", "goods_timing"):
        assert both[column].sum() == pytest.approx(0, abs=0.0101)  # each total rounded once
    gained = both["economic_margin"] - both["gross_margin"]
    lines = both["revenue_timing"] - both["goods_timing"]
    assert gained.tolist() == pytest.approx(lines.tolist(), abs=0.005)
