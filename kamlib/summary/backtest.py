"""What a run of an earlier day said, held against what happened since."""

import numpy as np
import pandas as pd

from kamlib.core.language import percent

BANDS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


def since(
    said: pd.Series, then: pd.Series, after: pd.Series, buys: pd.Series, *, key: str
) -> pd.DataFrame:
    """Say of each group of customers what it brought then and after, and how many still buy.

    Parameters
    ----------
    said : Series, customer_id → what was said of it, such as its verdict
    then, after : Series, customer_id → profit of either period; who is in no statement brings none
    buys : ids of customers who ordered in the next period
    key : name of the first column

    Returns
    -------
    DataFrame ``key, accounts, profit_before, profit_now, still_buying`` (share from 0 to 1), most profit
    first; a sum of which one part is unknown is unknown
    """
    ids = said.index
    table = pd.DataFrame({key: said})
    for name, profit in (("profit_before", then), ("profit_now", after)):
        table[name] = profit.reindex(ids).where(ids.isin(profit.index), 0.0)
    table["still_buying"] = ids.isin(buys)
    groups = table.groupby(key)
    found = groups[["profit_before", "profit_now"]].sum(skipna=False)
    found.insert(0, "accounts", groups.size())
    found = found.assign(still_buying=groups["still_buying"].mean()).reset_index()
    return found.sort_values(["profit_before", key], ascending=[False, True], ignore_index=True)


def bands(chance: pd.Series, buys: pd.Series) -> pd.DataFrame:
    """Hold chances of return, in five bands, against who ordered again.

    Returns
    -------
    DataFrame ``band, customers, foretold`` (mean chance), ``came_back`` (share), one row per band that
    somebody is in
    """
    known = chance.dropna()
    band = np.digitize(known, BANDS[1:-1])
    back = pd.Series(known.index.isin(buys), known.index)
    groups = pd.DataFrame({"foretold": known, "came_back": back}).groupby(band)
    found = groups.mean()
    found.insert(0, "customers", groups.size())
    names = [f"{percent(BANDS[n])} – {percent(BANDS[n + 1])}" for n in found.index]
    found.insert(0, "band", names)
    return found.reset_index(drop=True)
