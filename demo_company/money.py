"""Money beside the invoices: who owes how much for how long, and what is given back afterwards."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from demo_company.scenario import PERIODS, stream

FOUR_MONTHS, ONE_DAY = pd.Timedelta(days=120), pd.Timedelta(days=1)
KINDS = {"annual_bonus": "735-01", "promotion": "735-02", "bad_debt": "761-01"}


def monthly_revenue(lines: pd.DataFrame) -> pd.DataFrame:
    """Return invoice revenue of the periods by unit and month: ``unit, month, period, revenue``."""
    recent = lines[lines["date"].dt.year.isin(PERIODS.values())]
    month = recent["date"].dt.to_period("M").dt.to_timestamp()
    cents = recent.groupby(["unit", month])["net_cents"].sum().rename_axis(["unit", "month"])
    table = (cents / 100).rename("revenue").reset_index()
    names = {year: period for period, year in PERIODS.items()}
    return table.assign(period=table["month"].dt.year.map(names))


def receivables(
    months: pd.DataFrame, units: pd.DataFrame, capital: Mapping[str, Any], *, seed: int
) -> pd.DataFrame:
    """Return one row per unit and month with revenue, for those whose receivables are known.

    To ``unit, month, average_balance, days_to_pay, days_beyond_terms, includes_vat``.
    """
    rng = stream(seed, "receivables")
    own = units.iloc[months["unit"]].reset_index(drop=True)
    days = np.maximum(0, np.rint(own["days_to_pay"] + rng.normal(0, 2, len(months)))).astype(int)
    late = np.rint(own["days_late"] + rng.normal(0, 1, len(months)))
    late = np.clip(late, 0, days).astype(int)
    owed = months["revenue"].clip(lower=0) * (1 + capital["vat_rate"]) * days / 30
    table = pd.DataFrame(
        {
            "unit": months["unit"],
            "month": months["month"],
            "average_balance": owed.round(2),
            "days_to_pay": days,
            "days_beyond_terms": late,
            "includes_vat": 1,
        }
    )
    known = (own["gap"] != "no_receivables") & (own["relation"] == "external")
    return table[known.to_numpy()].reset_index(drop=True)


def capital_charges(
    months: pd.DataFrame, owed: pd.DataFrame, capital: Mapping[str, Any]
) -> pd.DataFrame:
    """Price the money that each unit owes: ``period, unit, capital_charge``, not rounded.

    Days to pay are weighted by revenue over the months that are known; units without any have none.
    """
    rows = months.merge(owed[["unit", "month", "days_to_pay"]], on=["unit", "month"], how="left")
    known = rows.dropna(subset="days_to_pay")
    known = known.assign(product=known["days_to_pay"] * known["revenue"])
    sums = known.groupby(["period", "unit"]).agg(
        product=("product", "sum"), revenue=("revenue", "sum"), plain=("days_to_pay", "mean")
    )
    days = (sums["product"] / sums["revenue"]).where(sums["revenue"] > 0, sums["plain"])
    total = rows.groupby(["period", "unit"])["revenue"].sum()
    charge = capital["rate"] * total * (1 + capital["vat_rate"]) * days / 365
    return charge.dropna().rename("capital_charge").reset_index()


def off_invoice(
    months: pd.DataFrame, units: pd.DataFrame, *, accrued: float, seed: int
) -> pd.DataFrame:
    """Return bonuses, promotions and bad debts, with what each row truly costs in its own period.

    To ``period, unit, date, kind, amount, earned_from, earned_to, status, cost``.

    Together they are the unit's share of its invoice revenue of the period: mostly an annual bonus
    at the end of the year, some of it promotions of the four months before; late payers leave bad
    debt.

    Parameters
    ----------
    accrued : share of annual bonuses that are accrued at the end of the year; settling them in
        February costs nothing more
    """
    rng = stream(seed, "off_invoice")
    yearly = pd.DataFrame(months.groupby(["period", "unit"], as_index=False)["revenue"].sum())
    own = units.iloc[yearly["unit"]].reset_index(drop=True)
    amount = (yearly["revenue"].clip(lower=0) * own["bonus"]).to_numpy()
    promoted = np.where(rng.random(len(own)) < 0.3, 0.35, 0.0)
    debt = (own["archetype"] == "risky_repeat").to_numpy()
    year = yearly["period"].map(PERIODS).astype(str)
    last = pd.to_datetime(year + "-12-20") + pd.to_timedelta(
        rng.integers(0, 11, len(own)), unit="D"
    )
    spring = pd.to_datetime(year + "-03-01") + pd.to_timedelta(
        rng.integers(0, 200, len(own)), unit="D"
    )
    new_year = pd.to_datetime(year + "-01-01")
    parts = [
        _items(yearly, spring, "promotion", amount * promoted * ~debt, spring - FOUR_MONTHS),
        _items(yearly, last, "annual_bonus", amount * (1 - promoted) * ~debt, new_year),
        _items(yearly, last, "bad_debt", amount * debt, new_year),
    ]
    table = pd.concat(parts, ignore_index=True)
    table = table[(table["amount"] >= 50) & own["relation"].eq("external").to_numpy()[table["row"]]]
    table = table.assign(
        earned_from=table["earned_from"].mask(table["kind"] == "bad_debt"),
        earned_to=table["earned_to"].mask(table["kind"] == "bad_debt"),
        cost=table["amount"],
    )
    table = _with_accruals(table.drop(columns="row"), accrued, stream(seed, "accruals"))
    return table.sort_values(["date", "unit", "kind"], ignore_index=True)


def _with_accruals(table: pd.DataFrame, share: float, rng: np.random.Generator) -> pd.DataFrame:
    """Accrue some annual bonuses, and settle those of the first period in February after it."""
    chosen = (rng.random(len(table)) < share) & (table["kind"] == "annual_bonus").to_numpy()
    table = table.assign(status=np.where(chosen, "accrued", table["status"]))
    first, second = PERIODS
    paid = table[chosen & (table["period"] == first).to_numpy()]
    paid = paid.assign(
        period=second, status="settled", date=pd.Timestamp(PERIODS[second], 2, 14), cost=0.0
    )
    return pd.concat([table, paid], ignore_index=True)


def _items(
    yearly: pd.DataFrame,
    date: pd.Series,
    kind: str,
    amount: np.ndarray | pd.Series,
    earned_from: pd.Series,
) -> pd.DataFrame:
    """Return one item per period and unit; an annual bonus is earned to the end of its year."""
    year_end = pd.to_datetime(yearly["period"].map(PERIODS).astype(str) + "-12-31")
    return pd.DataFrame(
        {
            "row": np.arange(len(yearly)),
            "period": yearly["period"],
            "unit": yearly["unit"],
            "date": date,
            "kind": kind,
            "amount": np.round(amount, 2),
            "earned_from": earned_from,
            "earned_to": year_end if kind == "annual_bonus" else date - ONE_DAY,
            "status": "settled",
        }
    )
