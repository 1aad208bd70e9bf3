"""Views of what is not sure, and of what changed: whom to show, named and in order."""

import pandas as pd

from kamlib.views.company import named

OPEN = (0.05, 0.95)  # a loss in more and in fewer draws than these: its sign is open
SHOWN = ["customer_profit", "profit_low", "profit_high", "p_unprofitable", "moved_most_by"]


def doubtful_losses(sureness: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """Return the customers with a loss and how sure it is, the largest loss first.

    Returns
    -------
    DataFrame ``name, customer_profit, profit_low, profit_high, p_unprofitable, moved_most_by``
    """
    losing = sureness[sureness["customer_profit"] < 0]
    return _shown(losing.sort_values(["customer_profit", "customer_id"]), customers)


def open_signs(sureness: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """Return the customers of whom the draws do not say whether they earn, the widest interval first.

    Returns
    -------
    DataFrame ``name, customer_profit, profit_low, profit_high, p_unprofitable, moved_most_by``
    """
    return _shown(_open(sureness), customers)


def most_doubtful(sureness: pd.DataFrame) -> str | None:
    """Return the id of the customer whose doubt matters most: an open sign, else the largest loss.

    None where nothing that is uncertain touches anybody.
    """
    touched = sureness[sureness["moved_by"] > 0]
    for rows in (_open(touched), touched.sort_values(["customer_profit", "customer_id"])):
        if len(rows):
            return str(rows["customer_id"].iloc[0])
    return None


def _open(sureness: pd.DataFrame) -> pd.DataFrame:
    rows = sureness[sureness["p_unprofitable"].between(*OPEN, inclusive="neither")]
    width = rows["profit_high"] - rows["profit_low"]
    rows = rows.assign(width=width).sort_values(["width", "customer_id"], ascending=[False, True])
    return rows.drop(columns="width")


def _shown(rows: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    plain = rows["moved_most_by"].str.replace("_", " ")
    told = named(rows.assign(moved_most_by=plain), customers)
    return told[["name", *SHOWN]].reset_index(drop=True)
