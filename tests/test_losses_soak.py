"""Causes and drop effects against the planted truth of 2,000 customers."""

import pandas as pd
import pytest
from fastpath import run_stages, table
from losses_world import right_causes, signs_of_dropping

from demo_company import write_demo
from kamlib.core.timespans import period_of
from kamlib.profitability.capital import days_tied_up
from kamlib.profitability.customer_statements import customer_statements
from kamlib.profitability.loss_treatment import treat_losses
from kamlib.settings.engagement import load_engagement

PERIODS = ["FY2024", "FY2025"]
TABLES = [
    "customers",
    "customer_months",
    "customer_products",
    "orders",
    "corrections",
    "off_invoice",
    "drivers",
    "receivables",
    "assets",
]


@pytest.mark.soak
@pytest.mark.parametrize("seed", [7, 11])
def test_causes_and_signs_are_found_among_2000_customers(tmp_path, seed):
    folder = write_demo(tmp_path / "demo", customers=2000, seed=seed)
    stages = run_stages(folder, "FY2025", tmp_path / "stages", until="data_prep")
    demo = load_engagement(folder)
    spans = [demo.period(name) for name in PERIODS]
    tables = {name: table(stages, name) for name in TABLES}
    bonus = tables["off_invoice"]
    tables |= {
        "off_invoice": bonus.assign(period=period_of(bonus["date"], spans)),
        "assets": days_tied_up(tables["assets"], spans),
    }
    model = demo.profitability
    told = customer_statements(tables, model, periods=PERIODS)

    found = treat_losses(tables, told.statement, told.cost_to_serve, told.pools, model).losses

    losses = found[found["period"] == "FY2025"].set_index("customer_id")
    kinds = {"customer_id": "str"}
    customers = pd.read_csv(folder / "truth" / "customers_true.csv", dtype=kinds)
    cause = customers.set_index("customer_id")["true_cause"].reindex(losses.index).fillna("")
    assert right_causes(losses, cause) >= 0.95
    drops = pd.read_csv(folder / "truth" / "drops_true.csv", dtype=kinds)
    drops = drops[drops["period"] == "FY2025"].set_index("customer_id")["drop_effect"]
    now = told.statement[told.statement["period"] == "FY2025"].set_index("customer_id")
    gains, right = signs_of_dropping(
        losses, drops.reindex(losses.index), now["pocket_revenue"].reindex(losses.index)
    )
    assert gains >= 20
    assert right >= 0.9
