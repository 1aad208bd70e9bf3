"""Tables of shares on a page."""

import pandas as pd

from kamlib.core.vocabulary import label


def concentration_table(measures: pd.DataFrame) -> pd.DataFrame:
    """Pick what is compared between revenue, gross margin and customer profit."""
    table = measures.assign(measure=[label(name) for name in measures["measure"]])
    return table[["measure", "few", "few_share", "top20", "gini", "effective_n", "losing"]]
