"""What the capital costs that customers tie up: what they owe us, and what of ours stands with them."""

from datetime import date

import pandas as pd
import pytest
from small_firm import YEAR, exact, months

from kamlib.core.timespans import Period
from kamlib.profitability.capital import asset_charges, capital_charges, days_tied_up


def receivables(**days: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": list(days),
            "month": pd.Timestamp("2025-03-01"),
            "days_to_pay": list(days.values()),
            "days_beyond_terms": 3.0,
        }
    )


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


def test_an_average_balance_costs_its_price_for_the_days_it_was_owed():
    owed = pd.DataFrame(
        {
            "customer_id": "A",
            "month": pd.to_datetime(["2025-01-01", "2025-03-01"]),
            "average_balance": exact(3650, 7300),
            "includes_vat": True,
        }
    )
    sales = pd.concat(
        [months(A=(1, 1, 0)), months(A=(1, 1, 0)).assign(month=pd.Timestamp("2025-01-01"))]
    )

    charge = capital_charges(sales, owed, rate=0.10, vat_rate=0.23, by="average_balance")

    assert charge["capital_charge"].tolist() == pytest.approx([31 + 62])  # 1 and 2 a day


def test_a_balance_without_vat_is_grossed_up():
    owed = pd.DataFrame(
        {
            "customer_id": ["A"],
            "month": pd.Timestamp("2025-03-01"),
            "average_balance": exact(3650),
            "includes_vat": [False],
        }
    )

    charge = capital_charges(
        months(A=(1, 1, 0)), owed, rate=0.10, vat_rate=0.20, by="average_balance"
    )

    assert charge["capital_charge"].tolist() == pytest.approx([31 * 1.2])


def test_exports_carry_no_vat_where_the_receivables_say_so():
    days = receivables(A=73, B=73).assign(vat_rate=[None, 0.0])
    charge = capital_charges(
        months(A=(1000, 1000, 0), B=(1000, 1000, 0)), days, rate=0.10, vat_rate=0.23
    )

    assert charge["capital_charge"].tolist() == pytest.approx([24.6, 20])  # 1,000 × 10 % × 73/365


def test_two_sites_of_a_group_do_not_count_its_revenue_twice():
    sites = pd.concat(
        [
            receivables(A=30).assign(average_balance=exact(100)),
            receivables(A=60).assign(average_balance=exact(200)),
        ],
        ignore_index=True,
    )

    charge = capital_charges(months(A=(36500, 36500, 0)), sites, rate=0.10, vat_rate=0.0)

    assert charge["days_to_pay"].tolist() == pytest.approx([50], abs=1e-6)  # by what each owes
    assert charge["capital_charge"].tolist() == pytest.approx(
        [500], abs=1e-4
    )  # 36,500 × 10 % × 50/365


# ------------------------------------------------------------------ assets
YEARS = [
    Period("FY2024", date(2024, 1, 1), date(2024, 12, 31)),
    Period(YEAR, date(2025, 1, 1), date(2025, 12, 31)),
]


def stock(start: str | None, until: str | None) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": ["A"],
            "kind": "consignment_stock",
            "amount": exact(36500),
            "from": pd.to_datetime([start]),
            "until": pd.to_datetime([until]),
        }
    )


@pytest.mark.parametrize(
    ("start", "until", "days"),
    [
        pytest.param(None, None, [366, 365], id="always there"),
        pytest.param("2024-12-31", "2025-01-01", [1, 1], id="both ends count"),
        pytest.param("2025-12-22", None, [10], id="came late"),
        pytest.param(None, "2023-12-31", [], id="gone before"),
        pytest.param("2026-01-01", None, [], id="not there yet"),
    ],
)
def test_an_asset_is_charged_for_the_days_on_which_it_stands_there(start, until, days):
    tied_up = days_tied_up(stock(start, until), YEARS)

    assert tied_up["days"].tolist() == days
    charge = asset_charges(tied_up, rate=0.10)["assets_charge"].tolist()
    assert charge == pytest.approx([10.0 * n for n in days])  # 36,500 × 10 % is 10 a day


def test_without_assets_there_is_no_charge():
    assert days_tied_up(None, YEARS) is None
    assert asset_charges(None, rate=0.10).empty
