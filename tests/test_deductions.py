"""Bonuses after the invoice: what was accrued and then settled is paid once."""

from decimal import Decimal

import pandas as pd
import pytest

from kamlib.deductions import effects
from kamlib.tables import EXACT


def bonus(*rows: tuple) -> pd.DataFrame:
    """Build rows of (day, status, amount) of one customer's yearly bonus."""
    days, status, amount = zip(*rows, strict=True)
    return pd.DataFrame({
        "customer_id": "A", "kind": "annual_bonus", "date": pd.to_datetime(list(days)),
        "status": list(status), "amount": pd.Series([Decimal(a) for a in amount], dtype=EXACT),
    })  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "costs"),
    [
        pytest.param([("2025-03-01", "settled", 40)], [40], id="settled without an accrual"),
        pytest.param([("2024-12-31", "accrued", 100), ("2025-03-01", "settled", 100)], [100, 0],
                     id="settling as much as was accrued costs nothing more"),
        pytest.param([("2024-12-31", "accrued", 100), ("2025-03-01", "settled", 120)], [100, 20],
                     id="only what goes beyond the accrual costs"),
        pytest.param([("2024-12-31", "accrued", 100), ("2025-02-01", "reversed", 100),
                      ("2025-03-01", "settled", 90)], [100, -100, 90],
                     id="after a reversal the settlement costs all of it"),
        pytest.param([("2025-03-01", "settled", 30), ("2025-04-01", "settled", 30),
                      ("2024-12-31", "accrued", 50)], [0, 10, 50],
                     id="two settlements use up one accrual, whatever the order of rows"),
        pytest.param([("2025-03-31", "settled", 10), ("2025-03-31", "accrued", 10)], [0, 10],
                     id="accrued and settled on one day"),
    ],
)  # fmt: skip
def test_a_bonus_is_paid_once(rows, costs):
    assert [float(cost) for cost in effects(bonus(*rows))] == costs


def test_another_customer_s_accrual_is_not_used_up():
    rows = bonus(("2024-12-31", "accrued", 100), ("2025-03-01", "settled", 100))
    rows["customer_id"] = ["A", "B"]

    assert [float(cost) for cost in effects(rows)] == [100, 100]


def test_rows_without_a_status_are_settled():
    rows = bonus(("2025-03-01", "settled", 40)).drop(columns=["status", "kind"])

    assert [float(cost) for cost in effects(rows)] == [40]
