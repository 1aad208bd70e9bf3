"""All statements of an engagement in one go: from the hand-over tables to customer profit."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple, Protocol

import pandas as pd

from kamlib.profitability.costing import Equation, activity_volumes, charge_customers, pool_costs
from kamlib.profitability.statement import capital_charges, complete_statement, gross_margins


class Resource(Protocol):
    """One pool of cost in one period."""

    pool: str
    period: str
    cost: Decimal
    theoretical_capacity: float | None
    practical_capacity: float | None
    unit: str
    hierarchy_level: str
    gl_account: str | None
    step_down_to: Mapping[str, float]


class Capital(Protocol):
    """Rate of capital, how receivables are given, and the VAT in them."""

    rate: float
    receivables: str
    vat_rate: float


class CostModel(Protocol):
    """Pools, times and capital, as engagement.yaml has them."""

    resources: Sequence[Resource]
    time_equations: Sequence[Equation]
    capital: Capital | None


class Statements(NamedTuple):
    """The statement per customer and period, its cost per activity, and the pools."""

    statement: pd.DataFrame
    cost_to_serve: pd.DataFrame | None
    pools: pd.DataFrame | None


def resources_table(resources: Sequence[Resource]) -> pd.DataFrame:
    """Return the pools of engagement.yaml as a table, in file order."""
    return pd.DataFrame([
        {"period": r.period, "pool": r.pool, "cost": float(r.cost), "unit": r.unit,
         "theoretical_capacity": r.theoretical_capacity, "practical_capacity": r.practical_capacity,
         "hierarchy_level": r.hierarchy_level, "gl_account": r.gl_account or "",
         "step_down_to": dict(r.step_down_to)}
        for r in resources
    ]).astype({"theoretical_capacity": "float64", "practical_capacity": "float64"})  # fmt: skip


def customer_statements(
    tables: Mapping[str, pd.DataFrame | None], model: CostModel, *, periods: Sequence[str]
) -> Statements:
    """State the profit of every customer in each of `periods`.

    Parameters
    ----------
    tables : customers, customer_months, orders, corrections; off_invoice, drivers and receivables
        where they are given, else None
    model : CostModel; without resources for a period, cost-to-serve is unknown there
    periods : names of the periods to state

    Returns
    -------
    Statements; ``cost_to_serve`` and ``pools`` are None where no period has resources
    """
    chosen = {name: _within(table, periods) for name, table in tables.items()}
    customers, months = tables["customers"], chosen["customer_months"]
    assert customers is not None
    assert months is not None
    upper = gross_margins(months, tables.get("off_invoice"), customers)
    upper = upper[upper["period"].isin(list(periods))].reset_index(drop=True)
    capital = model.capital
    charges = capital_charges(
        months,
        tables.get("receivables"),
        rate=capital.rate if capital else 0.0,
        vat_rate=capital.vat_rate if capital else 0.0,
        by=capital.receivables if capital else "days_to_pay",
    )
    cost = pools = None
    resources = [r for r in model.resources if r.period in periods]
    if resources:
        orders, corrections = chosen["orders"], chosen["corrections"]
        assert orders is not None
        assert corrections is not None
        volumes = activity_volumes(orders, corrections, chosen.get("drivers"), model.time_equations)
        volumes = volumes[volumes["period"].isin({r.period for r in resources})]
        rated = pool_costs(resources_table(resources), volumes)
        relations = customers.set_index("customer_id")["relation"]
        cost, pools = charge_customers(volumes, rated, relations)
        pools = pools.drop(columns="step_down_to")
    return Statements(complete_statement(upper, cost, charges, customers), cost, pools)


def _within(table: pd.DataFrame | None, periods: Sequence[str]) -> pd.DataFrame | None:
    if table is None or "period" not in table:
        return table
    return table[table["period"].isin(list(periods))].reset_index(drop=True)
