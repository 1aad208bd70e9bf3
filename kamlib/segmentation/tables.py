"""Tables of shares on a page."""

import pandas as pd

from kamlib.core.vocabulary import label
from kamlib.segmentation.effort import beyond_share
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


def beyond_table(
    effort: pd.DataFrame, classes: pd.Series, customers: pd.DataFrame, *, each: int = 5
) -> pd.DataFrame:
    """Pick who gets most work beyond its share, and who of the vital few goes furthest short.

    Returns
    -------
    DataFrame ``name, profit_class, work, beyond_share`` in money, furthest beyond first
    """
    own = effort.set_index("customer_id")
    table = pd.DataFrame(
        {
            "name": customers.set_index("customer_id")["name"].reindex(own.index),
            "profit_class": classes.reindex(own.index),
            "work": own["people"] + own["material"],
            "beyond_share": beyond_share(effort),
        }
    ).sort_values("beyond_share", ascending=False)
    short = table[(table["profit_class"] == "vital_few") & (table["beyond_share"] < 0)]
    most = table[table["beyond_share"] > 0].head(each)
    return pd.concat([most, short.tail(each)], ignore_index=True)
