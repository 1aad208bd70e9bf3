"""Net price against cost-to-serve: who pays well for what it asks, and who neither pays nor asks.

Sources
-------
Shapiro, Rangan, Moriarty and Ross (1987), "Manage Customers for Profits (Not Just Sales)".
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from kamlib.language import percent
from kamlib.verdicts import Verdict, verdict

SPREAD = 0.05  # of the average: below it the middle half of customers costs the same share of sales
QUADRANTS = (
    "pays_well_costs_much",
    "pays_well_costs_little",
    "pays_little_costs_much",
    "pays_little_costs_little",
)


class Cuts(NamedTuple):
    """The company's own averages: net price and cost-to-serve, both in list value of goods sold."""

    net_price: float
    serve_rate: float


def price_matrix(amounts: pd.DataFrame) -> tuple[pd.DataFrame, Cuts]:
    """Place each customer by its net price and its cost-to-serve, against the company's averages.

    From  amounts of `customer_amounts`
    to    ``customer_id, net_price, serve_rate, quadrant`` of those who sold anything, and the cuts.

    Notes
    -----
    Net price is what is left of 100 at list after all deductions, of goods sold. The cuts are the averages
    of all these customers, weighted by sales: they are the company's level, so that a customer above the
    cut pays or costs more than the company's average unit of sales. On a cut counts as high.
    """
    table = amounts[amounts["sold_list"] > 0].reset_index(drop=True)
    pocket = table["sold_revenue"] - table["off_invoice"]
    served = table["cost_to_serve"]
    sales = table["sold_list"]
    total = float(sales.sum())
    cuts = Cuts(float(pocket.sum()) / total, float(served.sum()) / total) if total else Cuts(1, 0)
    price, serve = pocket / sales, served / sales
    dear, busy = price >= cuts.net_price, serve >= cuts.serve_rate
    quadrant = np.select([dear & busy, dear & ~busy, ~dear & busy], QUADRANTS[:3], QUADRANTS[3])
    return pd.DataFrame(
        {
            "customer_id": table["customer_id"],
            "net_price": price,
            "serve_rate": serve,
            "quadrant": np.where(served.isna(), "", quadrant),
        }
    ), cuts


def matrix_verdict(placed: pd.DataFrame, cuts: Cuts) -> Verdict:
    """Judge whether cost-to-serve tells customers apart, or was only spread by revenue."""
    rates = placed["serve_rate"].dropna()
    low, high = (float(rates.quantile(q)) if len(rates) else 0.0 for q in (0.25, 0.75))
    apart = high - low > SPREAD * cuts.serve_rate
    outcome = "PASS" if apart else "REFUSE"
    return verdict("price_matrix", outcome, low=percent(low), high=percent(high))
