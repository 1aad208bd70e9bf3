"""Why a customer earns less than its peers: the gap, divided exactly among six causes.

The causes and the function of profit they work on stand in `kamlib.profitability.factors`. Each cause is
replaced by what is usual among the peers, in every order in which that can be done; its effect is the mean
over these orders (Shapley). Effects add up to the gap to the cent, equal causes get equal effects, and a
cause that is as usual gets nothing.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from kamlib.numerics import largest_remainder, shapley
from kamlib.profitability.factors import CAUSES, Rates, profit_rate
from kamlib.verdicts import Verdict, verdict


def cause_effects(own: Rates, usual: Rates) -> np.ndarray:
    """Divide the difference between the customers' profit rate and their peers' among the causes.

    Parameters
    ----------
    own, usual : the rates of `CAUSES`, of the customers and of what is usual among their peers

    Returns
    -------
    array causes × customers, in the order of `CAUSES`; sums to ``profit_rate(own) − profit_rate(usual)``
    """
    owners = [(place, name) for place, names in enumerate(CAUSES.values()) for name in names]

    def with_own(there: tuple[bool, ...]) -> np.ndarray:
        return profit_rate({name: (own if there[place] else usual)[name] for place, name in owners})

    return shapley(with_own, len(CAUSES))


def explain_gaps(amounts: pd.DataFrame, own: Rates, usual: Rates) -> pd.DataFrame:
    """Say of each comparable customer how far it lies from its peers, and why, in money.

    Returns
    -------
    DataFrame in the order of `amounts`: ``peer_level`` (profit in list value of goods sold that is
    usual among the peers), ``gap`` (its profit less that level on its own sales), one
    ``effect_<cause>`` each, which add up to the gap to the cent, and ``largest_cause``, the one that
    takes most away (empty where none does)
    """
    level = profit_rate(usual)
    rates = cause_effects(own, usual)
    money = largest_remainder((rates * amounts["sold_list"].to_numpy()).T).reshape(-1, len(CAUSES))
    worst = np.array(list(CAUSES), dtype=object)[money.argmin(axis=1)] if len(money) else []
    return pd.DataFrame(
        {
            "customer_id": amounts["customer_id"].to_numpy(),
            "peer_level": level,
            "gap": money.sum(axis=1).round(2),
            **{f"effect_{cause}": money[:, place] for place, cause in enumerate(CAUSES)},
            "largest_cause": np.where(money.min(axis=1, initial=0.0) < 0, worst, ""),
        }
    )


def causes_verdict(amounts: pd.DataFrame, *, products: bool) -> Verdict:
    """Judge what the causes rest on: which of them could not be seen in the input."""
    if amounts.empty or amounts["customer_profit"].isna().all():
        return verdict("loss_causes", "REFUSE")
    seen: Mapping[str, float] = {
        "service": amounts[["handling", "delivery", "service"]].abs().to_numpy().sum(),
        "terms": np.nansum(amounts[["capital_charge", "bad_debt"]].abs().to_numpy()),
        "returns": amounts["returned"].abs().sum(),
        "order size": amounts[["order", "line", "freight"]].abs().to_numpy().sum(),
    }
    blind = [name for name, size in seen.items() if not size > 0]
    if not products:
        blind.append("mix apart from price")
    return verdict("loss_causes", "FLAG" if blind else "PASS", blind=", ".join(blind))
