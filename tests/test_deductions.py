"""Bonuses after the invoice: what was accrued and then settled is paid once."""

from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.core.deductions import effects
from kamlib.core.tables import EXACT


def bonus(*rows: tuple) -> pd.DataFrame:
    """Build rows of (day, status, amount) of one customer's yearly bonus."""
    days, status, amount = zip(*rows, strict=True)
    return pd.DataFrame(
        {
            "customer_id": "A",
            "kind": "annual_bonus",
            "date": pd.to_datetime(list(days)),
            "status": list(status),
            "amount": pd.Series([Decimal(a) for a in amount], dtype=EXACT),
        }
    )


@pytest.mark.parametrize(
    ("rows", "costs"),
    [
        pytest.param([("2025-03-01", "settled", 40)], [40], id="settled without an accrual"),
        pytest.param(
            [("2024-12-31", "accrued", 100), ("2025-03-01", "settled", 100)],
            [100, 0],
            id="settling as much as was accrued costs nothing more",
        ),
        pytest.param(
            [("2024-12-31", "accrued", 100), ("2025-03-01", "settled", 120)],
            [100, 20],
            id="only what goes beyond the accrual costs",
        ),
        pytest.param(
            [
                ("2024-12-31", "accrued", 100),
                ("2025-02-01", "reversed", 100),
                ("2025-03-01", "settled", 90),
            ],
            [100, -100, 90],
            id="after a reversal the settlement costs all of it",
        ),
        pytest.param(
            [
                ("2025-03-01", "settled", 30),
                ("2025-04-01", "settled", 30),
                ("2024-12-31", "accrued", 50),
            ],
            [0, 10, 50],
            id="two settlements use up one accrual, whatever the order of rows",
        ),
        pytest.param(
            [("2025-03-31", "settled", 10), ("2025-03-31", "accrued", 10)],
            [0, 10],
            id="accrued and settled on one day",
        ),
    ],
)
def test_a_bonus_is_paid_once(rows, costs):
    assert [float(cost) for cost in effects(bonus(*rows))] == costs


def test_another_customer_s_accrual_is_not_used_up():
    rows = bonus(("2024-12-31", "accrued", 100), ("2025-03-01", "settled", 100))
    rows["customer_id"] = ["A", "B"]

    assert [float(cost) for cost in effects(rows)] == [100, 100]


def test_rows_without_a_status_are_settled():
    rows = bonus(("2025-03-01", "settled", 40)).drop(columns=["status", "kind"])

    assert [float(cost) for cost in effects(rows)] == [40]


def test_settling_last_year_s_bonus_does_not_use_up_this_year_s_accruals():
    rows = bonus(
        ("2024-12-31", "accrued", 100),
        ("2025-01-31", "accrued", 10),
        ("2025-03-01", "settled", 120),
    ).assign(
        earned_from=pd.to_datetime(["2024-01-01", "2025-01-01", "2024-01-01"]),
        earned_to=pd.to_datetime(["2024-12-31", "2025-01-31", "2024-12-31"]),
    )

    assert [float(cost) for cost in effects(rows)] == [100, 10, 20]


def test_a_settlement_without_days_uses_up_the_oldest_accrual():
    rows = bonus(
        ("2024-06-30", "accrued", 50), ("2024-12-31", "accrued", 50), ("2025-03-01", "settled", 60)
    )

    assert [float(cost) for cost in effects(rows)] == [50, 50, 0]


@pytest.mark.parametrize(
    ("rows", "costs"),
    [
        pytest.param([("2025-03-01", "settled", -10)], [-10], id="money that came back"),
        pytest.param(
            [
                ("2024-12-31", "accrued", 100),
                ("2025-02-01", "accrued", -30),
                ("2025-03-01", "settled", 70),
            ],
            [100, -30, 0],
            id="an accrual taken down",
        ),
        pytest.param(
            [
                ("2024-12-31", "accrued", 1000),
                ("2025-02-01", "reversed", -1000),
                ("2025-03-01", "settled", 950),
            ],
            [1000, -1000, 950],
            id="a reversal written with a minus",
        ),
    ],
)
def test_negative_amounts_give_money_back_once(rows, costs):
    assert [float(cost) for cost in effects(bonus(*rows))] == costs


amounts = st.integers(1, 10**6).map(lambda n: Decimal(n) / 100)


@settings(deadline=None, max_examples=30)
@given(st.lists(amounts, min_size=1, max_size=6), amounts)
def test_whatever_was_accrued_in_the_end_the_settlement_is_what_it_costs(accrued, paid):
    days = pd.date_range("2024-01-31", periods=len(accrued), freq="ME").strftime("%Y-%m-%d")
    months = [(day, "accrued", str(money)) for day, money in zip(days, accrued, strict=True)]

    costs = effects(bonus(*months, ("2025-03-01", "settled", str(paid))))

    assert sum(costs) == max(paid, sum(accrued))  # what is too much accrued is reversed apart
