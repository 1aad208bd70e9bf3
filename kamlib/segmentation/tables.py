"""Tables of shares on a page."""

import pandas as pd

from kamlib.core.codes import EFFORT
from kamlib.core.language import N_, NO_VALUE, _
from kamlib.core.vocabulary import label
from kamlib.segmentation.shares import FIRST


def concentration_table(measures: pd.DataFrame) -> pd.DataFrame:
    """Pick what is compared between revenue, gross margin and customer profit."""
    table = measures.assign(measure=[label(name) for name in measures["measure"]])
    names = ["few", "few_share", *FIRST, "top20", "gini", "effective_n", "losing"]
    return table[["measure", *names]]


def effort_table(audit: pd.DataFrame) -> pd.DataFrame:
    """Write each kind of effort in words; what customers bring has no index of its own."""
    indices = ["index_before", "index_final"]
    bring = audit["kind"] == "brings"
    told = audit[indices].astype(object).mask(bring, NO_VALUE, axis="index")
    kinds = [_(EFFORT.get(kind, N_("what they bring"))) for kind in audit["kind"]]
    return audit.assign(kind=kinds, **told).drop(columns="spread")


def moves_table(moves: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """Name from whom to whom hours could go."""
    names = customers.set_index("customer_id")["name"]
    return moves.assign(
        from_customer=moves["from_customer"].map(names), to_customer=moves["to_customer"].map(names)
    )
