"""What is true of the invented company, for tests that hold the workbook against it."""

import numpy as np
import pandas as pd

from demo_company.costs import Equations, activity_name
from demo_company.scenario import PERIODS
from kamlib.numerics.sharing import largest_remainder

STEPS = ("list_revenue", "invoice_revenue", "off_invoice", "cost_of_goods_sold")
LADDER = (
    "list_revenue",
    "on_invoice_discounts",
    "invoice_revenue",
    "off_invoice",
    "pocket_revenue",
    "cost_of_goods_sold",
    "gross_margin",
    "cost_to_serve",
    "customer_profit_before_capital",
    "capital_charge",
    "customer_profit",
)


def true_profit(
    lines: pd.DataFrame,
    off_invoice: pd.DataFrame,
    serving: pd.DataFrame,
    charges: pd.DataFrame,
    units: pd.DataFrame,
    equations: Equations,
) -> pd.DataFrame:
    """Return the ladder of each active external unit and period, to the cent.

    Returns
    -------
    DataFrame ``period, unit, customer_id`` and the ladder, sorted by period and customer. List,
    invoice, off-invoice, goods, each activity and capital are rounded by largest remainder to
    their rounded totals; everything else follows by subtraction.
    """
    activities = [activity_name(equation) for equation in equations]
    parts = [
        _period_profit(period, lines, off_invoice, serving, charges, units, activities)
        for period in PERIODS
    ]
    return pd.concat(parts, ignore_index=True)


def _period_profit(
    period: str,
    lines: pd.DataFrame,
    off_invoice: pd.DataFrame,
    serving: pd.DataFrame,
    charges: pd.DataFrame,
    units: pd.DataFrame,
    activities: list[str],
) -> pd.DataFrame:
    mine = lines[lines["date"].dt.year == PERIODS[period]].groupby("unit")
    sums = mine[["list_cents", "net_cents", "goods_e4"]].sum() / [100, 100, 10_000]
    given = off_invoice[off_invoice["period"] == period].groupby("unit")["cost"].sum()
    cost = serving[serving["period"] == period]
    cost = cost.pivot_table(index="unit", columns="activity", values="cost", aggfunc="sum")
    tied = charges[charges["period"] == period].groupby("unit")["capital_charge"].sum()
    exact = pd.concat([sums, given, cost.reindex(columns=activities), tied], axis=1).fillna(0.0)
    exact = exact[units["relation"].reindex(exact.index) == "external"]
    exact.columns = [
        "list_revenue",
        "invoice_revenue",
        "cost_of_goods_sold",
        "off_invoice",
        *activities,
        "capital_charge",
    ]
    ids = units["customer_id"].reindex(exact.index)
    exact = exact.assign(customer_id=ids, unit=exact.index).sort_values("customer_id")
    for name in [*STEPS, *activities, "capital_charge"]:
        exact[name] = largest_remainder(exact[name].to_numpy())
    return _ladder(exact, activities).assign(period=period)[
        ["period", "unit", "customer_id", *LADDER]
    ]


def _ladder(rows: pd.DataFrame, activities: list[str]) -> pd.DataFrame:
    """Derive everything else by subtraction."""
    pocket = (rows["invoice_revenue"] - rows["off_invoice"]).round(2)
    margin = (pocket - rows["cost_of_goods_sold"]).round(2)
    served = rows[activities].sum(axis=1).round(2)
    before = (margin - served).round(2)
    return rows.assign(
        on_invoice_discounts=(rows["list_revenue"] - rows["invoice_revenue"]).round(2),
        pocket_revenue=pocket,
        gross_margin=margin,
        cost_to_serve=served,
        customer_profit_before_capital=before,
        customer_profit=(before - rows["capital_charge"]).round(2),
    )


def with_true_cause(
    customers: pd.DataFrame, units: pd.DataFrame, causes: pd.Series
) -> pd.DataFrame:
    """Add ``true_cause`` of those who lose: what takes most from them by true amounts.

    It is not always the planted ``loss_cause``: where that alone would not make a loss, the company
    gives such customers a lower price too, and that may cost it more.
    """
    named = pd.Series(causes.to_numpy(), index=units["customer_id"].reindex(causes.index))
    found = customers["customer_id"].map(named).fillna("")
    return customers.assign(true_cause=found.where(customers["loss_cause"] != "", ""))


def true_customers(
    units: pd.DataFrame, profit: pd.DataFrame, *, key_account_unit: float
) -> pd.DataFrame:
    """Return what each external unit truly is.

    Returns
    -------
    DataFrame, one row per unit: ``customer_id, archetype, true_level, golden_shot, loss_cause``
    (of the last period), ``evidence_complete``, ``missing_evidence``, ``active`` (in the last
    period) and the true values behind the ratings
    """
    own = units[units["relation"] == "external"]
    last = profit[profit["period"] == list(PERIODS)[-1]].set_index("unit")["customer_profit"]
    both = profit.groupby("unit")["customer_profit"].sum()
    earned = both.reindex(own.index, fill_value=0.0) >= 0.02 * key_account_unit
    loses = last.reindex(own.index, fill_value=0.0) < 0
    cause = own["loss"].where(own["loss"] != "", "order_size")
    return pd.DataFrame(
        {
            "customer_id": own["customer_id"],
            "archetype": own["archetype"],
            "true_level": own["level"],
            "golden_shot": (own["archetype"].eq("golden_shot") & earned).astype(int),
            "loss_cause": cause.where(loses, ""),
            "evidence_complete": (own["evidence_complete"] & own["live"]).astype(int),
            "missing_evidence": own["gap"].where(own["live"], ""),
            "active": own.index.isin(last.index).astype(int),
            "trust": own["trust"].round(2),
            "side_b": own["side_b"].round(3),
            "p_stay_3y": own["staying"].round(3),
            "functions": own["functions"],
            "days_late": np.round(own["days_late"], 1),
        }
    ).sort_values("customer_id", ignore_index=True)
