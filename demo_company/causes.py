"""What truly takes most from each customer, and what would truly change if it left.

Both are derived from true amounts: no noise of drivers, no estimated times. The cause is the one that,
put at what is usual in the company with everything else as it is, would bring the customer most.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from demo_company.costs import Equations, activity_name, order_table
from demo_company.lines import INVOICE
from demo_company.scenario import PERIODS

WITH_ORDERS = "deliveries"


def true_amounts(
    lines: pd.DataFrame,
    off_invoice: pd.DataFrame,
    serving: pd.DataFrame,
    profit: pd.DataFrame,
    equations: Equations,
    *,
    period: str,
) -> pd.DataFrame:
    """Return what stands behind the true profit of each active external unit in one period.

    Returns
    -------
    DataFrame by unit, in PLN: ``listed, paid, goods, standard`` of goods sold, ``back`` and
    ``saved`` (revenue and cost of goods of what came back), ``given, debt, capital``, ``orders`` (a
    number), and true work: ``plain_order, plain_line, handling, drops, visits, corrections``
    """
    own = profit[profit["period"] == period].set_index("unit")
    mine = lines[lines["date"].dt.year == PERIODS[period]]
    sold = mine["kind"] == INVOICE
    table = pd.DataFrame(
        {
            "unit": mine["unit"],
            "listed": mine["list_cents"].where(sold, 0) / 100,
            "paid": mine["net_cents"].where(sold, 0) / 100,
            "goods": mine["goods_e4"].where(sold, 0) / 10_000,
            "standard": (mine["cost"] * mine["quantity"]).where(sold, 0.0),
            "back": -mine["net_cents"].where(~sold, 0) / 100,
            "saved": -mine["goods_e4"].where(~sold, 0) / 10_000,
        }
    )
    sums = table.groupby("unit").sum().reindex(own.index, fill_value=0.0)
    items = off_invoice[off_invoice["period"] == period].assign(
        debt=lambda t: t["cost"].where(t["kind"] == "bad_debt", 0.0)
    )
    given = items.groupby("unit")[["cost", "debt"]].sum().reindex(own.index, fill_value=0.0)
    work = _work(lines, serving, equations, period).reindex(own.index, fill_value=0.0)
    return sums.join(work).assign(
        given=given["cost"] - given["debt"], debt=given["debt"], capital=own["capital_charge"]
    )


def _work(
    lines: pd.DataFrame, serving: pd.DataFrame, equations: Equations, period: str
) -> pd.DataFrame:
    """Split the true cost-to-serve of a period by what it is done for."""
    orders = order_table(lines)
    orders = orders[orders["period"] == period].groupby("unit")["lines"].agg(["size", "sum"])
    mine = serving[serving["period"] == period]
    rate = mine.groupby("activity")["cost"].sum() / mine.groupby("activity")["used"].sum()
    cost = mine.pivot_table(index="unit", columns="activity", values="cost", aggfunc="sum")
    cost = cost.fillna(0.0)
    count, rows = (orders[name].reindex(cost.index, fill_value=0) for name in ("size", "sum"))
    found = pd.DataFrame(
        0.0,
        index=cost.index,
        columns=["plain_order", "plain_line", "handling", "drops", "visits", "corrections"],
    )
    for equation in equations:
        name = activity_name(equation)
        if name not in cost:
            continue
        if equation["per"] in ("credit_note", "correction"):
            found["corrections"] += cost[name]
        elif "driver" in equation:
            found["drops" if equation["driver"] == WITH_ORDERS else "visits"] += cost[name]
        else:
            by_line = _per_line(equation)
            here = cost[name] > 0  # a house that does no work for them has no plain work either
            first = (count if equation["per"] == "order" else rows).where(here, 0)
            place = "plain_order" if equation["per"] == "order" else "plain_line"
            found[place] += equation["base"] * rate[name] * first
            found["plain_line"] += by_line * rate[name] * rows.where(here, 0)
            plain = (equation["base"] * first + by_line * rows.where(here, 0)) * rate[name]
            found["handling"] += cost[name] - plain
    return found.assign(orders=count.astype(float))


def _per_line(equation: Mapping[str, Any]) -> float:
    """Return the plain time that each line adds to an order."""
    terms = equation.get("plus", [])
    return float(sum(t["time"] for t in terms if t.get("per") == "line" and not t.get("when")))


def true_causes(amounts: pd.DataFrame) -> pd.Series:
    """Return the cause that takes most from each unit: what is usual in its place would bring most."""
    a = amounts[(amounts[["listed", "paid", "goods", "orders"]] > 0).all(axis=1)]

    def usual(part: pd.Series, of: pd.Series) -> pd.Series:
        return (part / of).median() * of

    work = a["plain_order"] + a["handling"] + a["drops"]
    kept = 1 - (a["back"] + a["given"] + a["debt"] + a["capital"]) / a["paid"]
    brings = pd.DataFrame(
        {
            "price": (usual(a["paid"], a["listed"]) - a["paid"]) * kept
            + a["given"]
            - usual(a["given"], a["paid"])
            + (a["goods"] - a["saved"])
            * (1 - (a["standard"] / a["goods"]) * (a["goods"] / a["standard"]).median()),
            "mix": a["standard"] - usual(a["standard"], a["listed"]),
            "order_size": work * (1 - usual(a["orders"], a["listed"]) / a["orders"])
            + a["plain_line"]
            - usual(a["plain_line"], a["listed"]),
            "service": a["handling"]
            - usual(a["handling"], a["orders"])
            + a["drops"]
            - usual(a["drops"], a["orders"])
            + a["visits"]
            - usual(a["visits"], a["listed"]),
            "terms": a["capital"]
            - usual(a["capital"], a["paid"])
            + a["debt"]
            - usual(a["debt"], a["paid"]),
            "returns": a["back"]
            - usual(a["back"], a["paid"])
            - a["saved"]
            + usual(a["saved"], a["goods"])
            + a["corrections"]
            - usual(a["corrections"], a["listed"]),
        }
    )
    return brings.idxmax(axis=1).reindex(amounts.index).fillna("")


def true_drop_effects(
    profit: pd.DataFrame, serving: pd.DataFrame, pools: pd.DataFrame
) -> pd.DataFrame:
    """Return what would truly change if a unit left: ``period, unit, customer_id, drop_effect``.

    Its pocket revenue goes; all of its goods, the avoidable part of its true work and the capital in
    what it owes come back. Freed capacity stays unused, and leaving costs nothing else. What a pool
    received from support ends as far as support does.
    """
    ends = serving.merge(_ending_shares(pools), on=["period", "pool"])
    ends = ends.assign(ends=ends["cost"] * ends["ending"])
    saved = ends.groupby(["period", "unit"])["ends"].sum().rename("saved").reset_index()
    table = profit.merge(saved, on=["period", "unit"], how="left").fillna({"saved": 0.0})
    effect = table["saved"] + table["capital_charge"] - table["gross_margin"]
    return table[["period", "unit", "customer_id"]].assign(drop_effect=np.round(effect, 2))


def _ending_shares(pools: pd.DataFrame) -> pd.DataFrame:
    """Return what of each pool's cost ends with the work, with what it received: ``ending``."""
    share = pools["avoidable_share"].astype(float)
    passes = pools["to"].map(lambda to: isinstance(to, dict))
    support = share[passes].groupby(pools["period"]).first()
    received = pools["received"].fillna(0.0)
    whole = pools["cost"] + received
    ends = pools["cost"] * share + received * pools["period"].map(support)
    return pools[["period", "pool"]].assign(ending=ends / whole)
