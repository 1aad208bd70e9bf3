"""The statements seen together: the company's ladder, and who loses."""

import numpy as np
import pandas as pd

from kamlib.columns import LADDER

STEPS = (
    "on_invoice_discounts",
    "off_invoice",
    "margin_unknown",
    "cost_of_goods_sold",
    "cost_to_serve",
    "capital_charge",
)


def company_ladder(statement: pd.DataFrame) -> pd.DataFrame:
    """Add up the statements of the active customers to the company's ladder.

    Returns
    -------
    DataFrame, one row per known line of the ladder: ``line``, ``kind`` (total or step), ``amount``
    (steps are negative where they take away), ``share`` of list revenue. Where the margin of some is
    not known, their pocket revenue is a step of its own, ``margin_unknown``
    """
    rows = statement[statement["active"]]
    known = rows[rows["gross_margin"].notna()]
    upper = LADDER[: LADDER.index("cost_of_goods_sold")]
    sums = {name: rows[name].sum() for name in upper}
    if len(known):
        blind = rows.loc[rows["gross_margin"].isna(), "pocket_revenue"]
        sums |= {"margin_unknown": blind.sum()} if len(blind) else {}
        rest = [name for name in LADDER if name not in upper and known[name].notna().any()]
        sums |= {name: known[name].sum() for name in rest}
    table = pd.DataFrame({"line": list(sums), "amount": list(sums.values())})
    table["kind"] = np.where(table["line"].isin(STEPS), "step", "total")
    table["amount"] = (
        table["amount"].where(table["kind"] == "total", -table["amount"]).round(2) + 0.0
    )
    return table.assign(
        share=table["amount"] / sums["list_revenue"] if sums["list_revenue"] else np.nan
    )


def loss_makers(
    statement: pd.DataFrame, customers: pd.DataFrame, *, measure: str | None
) -> pd.DataFrame:
    """Return the active customers with a negative measure, the largest loss first."""
    if measure is None:
        return statement.head(0).assign(name="")
    losing = statement[statement["active"] & (statement[measure] < 0)]
    named = losing.merge(customers[["customer_id", "name"]], on="customer_id", how="left")
    return named.sort_values([measure, "customer_id"], ignore_index=True)
