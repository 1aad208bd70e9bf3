"""Tables of shares on a page."""

import pandas as pd

from kamlib.core.vocabulary import label
from kamlib.segmentation.shares import FIRST


def concentration_table(measures: pd.DataFrame) -> pd.DataFrame:
    """Pick what is compared between revenue, gross margin and customer profit."""
    table = measures.assign(measure=[label(name) for name in measures["measure"]])
    names = ["few", "few_share", *FIRST, "top20", "gini", "effective_n", "losing"]
    return table[["measure", *names]]


def moves_table(moves: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """Name from whom to whom hours could go."""
    names = customers.set_index("customer_id")["name"]
    return moves.assign(
        from_customer=moves["from_customer"].map(names), to_customer=moves["to_customer"].map(names)
    )
