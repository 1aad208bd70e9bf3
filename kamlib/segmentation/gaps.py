"""White space: which product groups a customer buys less of than comparable customers do.

The mix of comparable customers is set against the customer's own, at its sales today, so that a gap
says what is bought elsewhere or not at all, and not that the customer is small.
"""

import pandas as pd

from kamlib.segmentation.potential import LEAST, LEVELS

LARGEST = 3  # gaps of each customer


def group_sales(sold: pd.DataFrame, products: pd.DataFrame | None) -> pd.DataFrame | None:
    """Return what each customer bought of each product group, customer × group in money.

    Parameters
    ----------
    sold : DataFrame of a period: customer_id, product_id, invoice_revenue
    products : DataFrame product_id, product_group; None, or without groups: None is returned
    """
    if products is None or "product_group" not in products:
        return None
    groups = sold["product_id"].map(products.set_index("product_id")["product_group"])
    amounts = sold["invoice_revenue"].astype(float)
    wide = amounts.groupby([sold["customer_id"], groups]).sum().unstack(fill_value=0)
    return None if len(wide.columns) < 2 else wide.clip(lower=0)


def group_gaps(bought: pd.DataFrame, sales: pd.DataFrame) -> pd.DataFrame:
    """Say by how much each customer is below the mix of comparable customers, customer × group in money.

    Parameters
    ----------
    bought : DataFrame of `buyers`
    sales : DataFrame of `group_sales`

    Returns
    -------
    DataFrame like `sales`, of whom at least twelve others are comparable; 0 where it buys as much
    """
    mine = sales.reindex(bought.index).dropna()
    total = mine.sum(axis="columns")
    mix = mine[total > 0].div(total[total > 0], axis="index")
    usual = pd.DataFrame(index=mix.index, columns=mix.columns, dtype="float64")
    for level in LEVELS.values():
        for _key, alike in bought.dropna(subset=level).groupby(level):
            own = mix.reindex(alike.index).dropna()
            if len(own) > LEAST:
                usual = usual.fillna((own.sum() - own) / (len(own) - 1))
    gaps = usual.mul(total[usual.index], axis="index") - mine.loc[usual.index]
    return gaps.dropna().clip(lower=0)


def widest_gaps(gaps: pd.DataFrame) -> pd.DataFrame:
    """Return the three largest gaps of each, in money: ``customer_id, product_group, white_gap``."""
    named = gaps.rename_axis(index="customer_id", columns="product_group").reset_index()
    rows = named.melt(id_vars="customer_id", value_name="white_gap")
    rows = rows[rows["white_gap"] > 0].sort_values(
        ["customer_id", "white_gap", "product_group"], ascending=[True, False, True]
    )
    return rows.groupby("customer_id").head(LARGEST).reset_index(drop=True)
