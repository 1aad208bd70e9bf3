"""Keep, fix or drop: what would really change if a customer left, by avoidable cost.

A loss is shown at full cost. When the customer leaves, its revenue goes, and only what it alone causes goes
with it: the rest is stranded and lands on the others. So the effect of dropping is another number than
the loss, and often the other way round.

Sources
-------
Horngren, Datar and Rajan, Cost Accounting, on relevant revenues and relevant costs of dropping a customer.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kamlib.language import money, number
from kamlib.profitability.factors import WORK
from kamlib.verdicts import Verdict, verdict

if TYPE_CHECKING:
    from kamlib.settings import Dropping


def effect_of_dropping(
    revenue: object,
    costs: object,
    avoidable: object,
    *,
    capital: object = 0.0,
    freed_value: object = 0.0,
    penalty: object = 0.0,
) -> np.ndarray:
    """Return how profit changes when customers leave: revenue goes, and what is avoidable of the costs.

    Parameters
    ----------
    revenue : array customers, revenue after deductions
    costs, avoidable : arrays costs × customers; money, and the share of it that ends, 0 to 1
    capital : array customers, capital charge that is released
    freed_value : array customers, what the capacity that comes free earns elsewhere; only of capacity
        whose cost stays, because a cost that ends leaves nothing to use
    penalty : array customers, what leaving costs us

    Returns
    -------
    array customers, money; positive: dropping gains

    Examples
    --------
    A customer that shows 100 − 60 − 50 = −10, though only the goods and half of the work would end:

    >>> effect_of_dropping([100.0], [[60.0], [50.0]], [[1.0], [0.5]]).tolist()
    [-15.0]
    """
    ends = (np.asarray(costs, dtype=np.float64) * np.asarray(avoidable, dtype=np.float64)).sum(
        axis=0
    )
    gained = np.asarray(capital, dtype=np.float64) + np.asarray(freed_value, dtype=np.float64)
    lost = np.asarray(revenue, dtype=np.float64) + np.asarray(penalty, dtype=np.float64)
    return np.asarray(ends + gained - lost)


def drop_effects(amounts: pd.DataFrame, dropping: "Dropping") -> pd.DataFrame:
    """Say what dropping each customer would bring, and what would be stranded.

    From  amounts of `customer_amounts`
    to    ``drop_effect_low, drop_effect, drop_effect_high, stranded_cost, released_capital,
          exit_penalty``, in the order of the rows, whole cents.

    Notes
    -----
    Where an avoidable share is not declared, it is taken as nothing and as all: ``drop_effect`` and
    ``stranded_cost`` are then unknown and the interval is shown. Capacity that is put to other use is
    taken from what is stranded, never from what ends.
    """
    work = amounts[list(WORK)].to_numpy(dtype=np.float64).T
    ends = amounts[[f"{kind}_avoidable" for kind in WORK]].to_numpy(dtype=np.float64).T
    goods = amounts["cost_of_goods_sold"].to_numpy(dtype=np.float64)
    capital = np.nan_to_num(amounts["capital_charge"].to_numpy(dtype=np.float64))
    penalty = _penalties(amounts["customer_id"], dropping.exit_penalties)
    costs = np.vstack([goods, work])

    def effect(ending: np.ndarray) -> np.ndarray:
        share = np.divide(ending, work, out=np.zeros(work.shape), where=work != 0)
        share = np.vstack([np.full(goods.shape, dropping.cogs_avoidable), share])
        freed = dropping.freed_capacity_used * (work - ending).sum(axis=0)
        revenue = amounts["pocket_revenue"].to_numpy(dtype=np.float64)
        return effect_of_dropping(
            revenue, costs, share, capital=capital, freed_value=freed, penalty=penalty
        ).round(2)

    low, high = (effect(np.where(np.isnan(ends), end, ends)) for end in (0.0 * work, work))
    stranded = (1 - dropping.freed_capacity_used) * (work - ends).sum(axis=0)
    stranded = stranded + (1 - dropping.cogs_avoidable) * goods
    return pd.DataFrame(
        {
            "customer_id": amounts["customer_id"].to_numpy(),
            "drop_effect_low": low,
            "drop_effect": np.where(low == high, low, np.nan),
            "drop_effect_high": high,
            "stranded_cost": stranded.round(2),
            "released_capital": capital.round(2),
            "exit_penalty": penalty,
        }
    )


def _penalties(ids: pd.Series, declared: Mapping[str, Decimal]) -> np.ndarray:
    known = {who: float(amount) for who, amount in declared.items()}
    return ids.astype("str").map(known).fillna(0.0).to_numpy(dtype=np.float64)


def proposals(rescue: pd.DataFrame, *, price_reach: float, least_gain: float = 0.0) -> np.ndarray:
    """Propose for each loss-maker to keep, fix or drop it.

    * *small*: ending the loss brings no more than `least_gain`, so that it is one of a group;
    * *drop*: dropping gains more than that, and the price that would mend the loss is out of reach
      (above `price_reach`, or not reachable at all);
    * *fix*: that price is within reach, or the actions together bring the loss to nothing;
    * *keep*: neither, so that it pays more than what would end with it;
    * *unknown*: whether dropping gains depends on an avoidable share that nobody declared.

    Parameters
    ----------
    rescue : DataFrame with customer_profit, drop_effect_low, drop_effect_high, fix_price_change,
        all_actions
    price_reach : float, share
    least_gain : float, money
    """
    small = rescue["customer_profit"] >= -least_gain
    gains, may = rescue["drop_effect_low"] > least_gain, rescue["drop_effect_high"] > least_gain
    near = rescue["fix_price_change"].le(price_reach).fillna(False)
    mends = (rescue["customer_profit"] + rescue["all_actions"]).ge(0).fillna(False)
    words = ["small", "fix", "drop", "unknown", "fix"]
    return np.select([small, near, gains, may, mends], words, "keep")


def stranded_verdict(rescue: pd.DataFrame, *, currency: str) -> Verdict | None:
    """Judge whether any cost of the loss-makers of one period would stay; None where nobody loses."""
    if rescue.empty:
        return None
    silent = rescue["stranded_cost"].isna().any()
    stays = float(rescue["stranded_cost"].sum())
    outcome = "PASS" if silent or stays >= 0.005 else "FLAG"
    return verdict("stranded_cost", outcome, amount=money(stays, currency))


def dropping_verdict(pools: pd.DataFrame | None) -> Verdict:
    """Judge whether it is declared of every pool that serves customers what of it would end.

    Support pools count as far as their cost is passed on to such pools.
    """
    if pools is None or pools.empty:
        return verdict("avoidable_cost", "REFUSE")
    serves = pools[pools["assigned_cost"].abs() > 0]
    unknown = serves["ending_share"].isna()
    behind = pools["assigned_cost"].abs().gt(0) | pools["passed_on"].gt(0)
    silent = pools.loc[behind & pools["avoidable_share"].isna(), "pool"].str.replace("_", " ")
    outcome = "FLAG" if unknown.any() else "PASS"
    return verdict("avoidable_cost", outcome, pools=", ".join(silent), n=number(len(serves)))
