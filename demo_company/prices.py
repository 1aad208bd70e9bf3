"""What each customer pays: a discount and a cost of its goods that give the profit it is meant to bring.

First a price by the margin that its kind of customer leaves on what it buys; then, where the profit
that is left after serving lies outside the range of its archetype, the price that ends at its limit.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from demo_company.lines import CREDIT_NOTE
from demo_company.scenario import PERIODS

FACTOR = (0.30, 1.35)  # of standard cost: what special goods and bad purchases reach


def unit_sums(lines: pd.DataFrame, units: pd.DataFrame, period: str) -> pd.DataFrame:
    """Return per unit what one period sold at list price and standard cost, in PLN.

    Returns
    -------
    DataFrame in the order of `units`: ``base`` and ``cost`` of all lines, ``sold_base`` and
    ``sold_cost`` without returns
    """
    mine = lines[lines["date"].dt.year == PERIODS[period]]
    table = pd.DataFrame(
        {
            "unit": mine["unit"],
            "base": mine["base"] / 100 * (1 + mine["noise"]),
            "cost": mine["cost"] * mine["quantity"],
        }
    )
    sold = mine["kind"] != CREDIT_NOTE
    table = table.assign(
        sold_base=table["base"].where(sold, 0.0), sold_cost=table["cost"].where(sold, 0.0)
    )
    return table.groupby("unit").sum().reindex(units.index, fill_value=0.0)


def customer_prices(
    units: pd.DataFrame,
    lines: pd.DataFrame,
    serving: pd.DataFrame,
    capital: Mapping[str, Any],
) -> pd.DataFrame:
    """Return each unit's ``discount`` (0 to 1) and ``cost_factor`` (of standard cost).

    Parameters
    ----------
    serving : DataFrame of `demo_company.costs.cost_to_serve`

    Notes
    -----
    They are set on the last period in which the unit bought, and hold in all years.
    """
    price = pd.DataFrame({"discount": units["discount"], "cost_factor": 1.0})
    for period in PERIODS:  # the later period overwrites the earlier one
        cost = serving[serving["period"] == period].groupby("unit")["cost"].sum()
        sums = unit_sums(lines, units, period)
        sums["serving"] = cost.reindex(units.index, fill_value=0.0)
        found = _solved(units, sums, capital)
        bought = (sums["sold_base"] > 0) & (units["relation"] == "external")
        price = found.where(bought, price)
    for relation in ("intercompany", "collective"):
        here = units["relation"] == relation
        price.loc[here, "discount"] = units.loc[here, "fixed_discount"]
        price.loc[here, "cost_factor"] = units.loc[here, "fixed_cost_factor"]
    return price


def _solved(units: pd.DataFrame, sums: pd.DataFrame, capital: Mapping[str, Any]) -> pd.DataFrame:
    keep = 1 - units["bonus"]
    days = units["days_to_pay"].where(units["gap"] != "no_receivables", 0.0)
    tied = capital["rate"] * (1 + capital["vat_rate"]) * days / 365
    with np.errstate(divide="ignore", invalid="ignore"):
        paid = sums["sold_cost"] / (keep * (1 - units["margin"]))
        natural = np.clip(
            1 - paid / sums["sold_base"], units["discount_low"], units["discount_high"]
        )
        paid = (1 - natural) * sums["sold_base"]
        factor = keep * (1 - units["margin"]) * paid / sums["sold_cost"]
        net = (1 - natural) * sums["base"]
        rate = 1 - (factor * sums["cost"] + sums["serving"] + tied * net) / (keep * net)
        target = np.clip(rate, units["profit_low"], units["profit_high"])
        target = target.where(units["archetype"] != "one_off", units["profit"])
        left = keep * (1 - target) - tied
        price = (factor * sums["cost"] + sums["serving"]) / left
        discount = np.clip(1 - price / sums["base"], units["discount_low"], units["discount_high"])
        net = (1 - discount) * sums["base"]
        solved = np.clip((net * left - sums["serving"]) / sums["cost"], *FACTOR)
    return pd.DataFrame({"discount": discount, "cost_factor": solved}).fillna(
        {"discount": 0.0, "cost_factor": 1.0}
    )


def priced_lines(lines: pd.DataFrame, prices: pd.DataFrame) -> pd.DataFrame:
    """Add ``net_cents`` (whole grosze) and ``goods_e4`` (cost of goods sold, 1/10,000 PLN)."""
    discount = prices["discount"].to_numpy()[lines["unit"]]
    factor = prices["cost_factor"].to_numpy()[lines["unit"]]
    paid = np.minimum((1 - discount) * (1 + lines["noise"].to_numpy()), 1.0)
    net = np.rint(lines["base"].to_numpy() * paid).astype(np.int64)
    cost = np.rint(lines["cost"].to_numpy() * factor * 10_000).astype(np.int64)
    cents = prices["whole_cents"].to_numpy()[lines["unit"]]
    cost = np.where(cents, np.rint(cost / 100).astype(np.int64) * 100, cost)
    return lines.assign(net_cents=net, goods_e4=cost * lines["quantity"].to_numpy())


def extra_service(
    units: pd.DataFrame,
    lines: pd.DataFrame,
    serving: pd.DataFrame,
    used: pd.DataFrame,
    pools: pd.DataFrame,
) -> pd.DataFrame:
    """Return the visits and deliveries that make over-served customers lose what they should lose.

    Returns
    -------
    DataFrame ``period, unit, visits, deliveries``; two thirds of the extra cost are visits
    """
    rates = pools.set_index(["period", "pool"])["rate"]
    parts = []
    for period in PERIODS:
        sums = unit_sums(lines, units, period)
        cost = serving[serving["period"] == period].groupby("unit")["cost"].sum()
        paid = sums["sold_cost"] / (1 - units["margin"])
        gap = (units["margin"] - units["profit"]) * paid - cost.reindex(units.index, fill_value=0.0)
        gap = gap.where(units["loss"] == "service", 0.0).clip(lower=0.0)
        visits = np.rint(2 / 3 * gap / (3.2 * rates[(period, "field_sales")]))
        drops = np.rint(1 / 3 * gap / rates[(period, "delivery")])
        parts.append(
            pd.DataFrame(
                {"period": period, "unit": units.index, "visits": visits, "deliveries": drops}
            )
        )
    return pd.concat(parts, ignore_index=True)
