"""A small world of customers alike, in which one thing at a time can be made worse."""

import numpy as np
import pandas as pd

from kamlib.profitability.causes import WORK

ALIKE = {
    "sold_list": 1000.0,
    "sold_revenue": 900.0,
    "sold_cost": 600.0,
    "usual_cost": 600.0,
    "returned": 0.0,
    "recovered": 0.0,
    "off_invoice": 0.0,
    "bad_debt": 0.0,
    "orders": 10.0,
    "order": 20.0,
    "line": 30.0,
    "handling": 10.0,
    "delivery": 40.0,
    "service": 50.0,
    "freight": 0.0,
    "returns": 0.0,
    "capital_charge": 9.0,
    "assets_charge": 0.0,
    "days_to_pay": 45.0,
}
# What is made worse, and the cause that owns it; profit falls by about 200 each time
WORSE = {
    "price": {"sold_revenue": 700.0, "capital_charge": 7.0},
    "mix": {"sold_cost": 800.0, "usual_cost": 800.0},
    "order_size": {"line": 230.0},
    "service": {"service": 250.0},
    "terms": {"capital_charge": 209.0, "days_to_pay": 1045.0},
    "returns": {"returned": 200.0},
}


def amounts(*customers: dict, share: float = 0.5) -> pd.DataFrame:
    """Build amounts of customers; each is alike but for what is given. Half of all work is avoidable."""
    table = pd.DataFrame([{**ALIKE, **each} for each in customers])
    served = table[list(WORK)].sum(axis=1)
    revenue = table["sold_revenue"] - table["returned"]
    goods = table["sold_cost"] - table["recovered"]
    pocket = revenue - table["off_invoice"]
    profit = pocket - goods - served - table["capital_charge"]
    ends = {f"{kind}_avoidable": share * table[kind] for kind in WORK}
    return table.assign(
        period="FY2025",
        customer_id=[f"C{n:02}" for n in range(len(table))],
        active=True,
        list_revenue=table["sold_list"],
        invoice_revenue=revenue,
        pocket_revenue=pocket,
        cost_of_goods_sold=goods,
        gross_margin=pocket - goods,
        cost_to_serve=served,
        customer_profit=profit.round(2),
        **ends,
    )


def random_amounts(seed: int, n: int = 12) -> pd.DataFrame:
    """Build customers that differ in everything, with a seed."""
    rng = np.random.default_rng(seed)
    rows = []
    for _i in range(n):
        sales = float(rng.uniform(500, 50_000))
        paid = sales * rng.uniform(0.6, 1.0)
        cost = sales * rng.uniform(0.4, 0.75)
        back = paid * rng.uniform(0, 0.2)
        work = {kind: sales * float(rng.uniform(0, 0.04)) for kind in WORK}
        rows.append(
            {
                "sold_list": sales,
                "sold_revenue": paid,
                "sold_cost": cost,
                "usual_cost": cost * rng.uniform(0.9, 1.1),
                "returned": back,
                "recovered": back * rng.uniform(0, 0.6),
                "orders": float(rng.integers(1, 60)),
                "off_invoice": paid * rng.uniform(0, 0.05),
                "bad_debt": paid * rng.uniform(0, 0.01),
                "capital_charge": paid * rng.uniform(0, 0.05),
                "days_to_pay": rng.uniform(1, 200),
                **work,
            }
        )
    return amounts(*rows)


def right_causes(losses: pd.DataFrame, true: pd.Series) -> float:
    """Return for what share of the loss-makers that truly lose the largest cause is the true one."""
    told = true != ""
    return float((losses.loc[told, "largest_cause"] == true[told]).mean())


def signs_of_dropping(
    losses: pd.DataFrame, true: pd.Series, revenue: pd.Series, *, band: float = 0.01
) -> tuple[int, float]:
    """Return how many would truly gain by leaving, and the balanced accuracy of the sign we found.

    Effects within `band` of pocket revenue around zero do not count: nobody would act on them.
    """
    clear = true.abs() > band * revenue.abs()
    gains, found = true > 0, losses["drop_effect"] > 0
    right = [(found == gains)[clear & (gains == side)].mean() for side in (True, False)]
    return int((clear & gains).sum()), float(np.mean(right))
