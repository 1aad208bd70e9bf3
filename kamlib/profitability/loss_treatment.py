"""Loss-makers in one go: why they lose, what would mend it, and what would really change if one left.

A loss is shown at full cost. When the customer leaves, its revenue goes, and only what it alone causes goes
with it: the rest is stranded and lands on the others. So the effect of dropping is another number than
the loss, and often the other way round.

Sources
-------
Horngren, Datar and Rajan, Cost Accounting, on relevant revenues and relevant costs of dropping a customer.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from kamlib.core.errors import ParameterError, did_you_mean
from kamlib.core.language import money, number
from kamlib.core.outcomes import Outcome, outcome_of
from kamlib.core.tables import among
from kamlib.profitability.actions import break_evens, list_actions
from kamlib.profitability.causes import (
    CAUSES,
    WORK,
    Typical,
    causes_outcome,
    comparable,
    customer_amounts,
    customer_rates,
    explain_gaps,
    kinds_of_work,
    peer_kinds,
    peers_outcome,
    typical_rates,
)
from kamlib.profitability.volumes import whole_orders

if TYPE_CHECKING:
    from kamlib.settings import Dropping, Profitability


COLUMNS = [
    "period",
    "customer_id",
    "customer_profit",
    "peer_group",
    "peers",
    "peer_level",
    "gap",
    *(f"effect_{cause}" for cause in CAUSES),
    "largest_cause",
    "fix_price_change",
    "fix_volume_loss",
    "fix_order_value",
    "fix_minimum_order",
    "fix_days_to_pay",
    "fix_unknown",
    "drop_effect",
    "drop_effect_low",
    "drop_effect_high",
    "stranded_cost",
    "released_capital",
    "exit_penalty",
    "all_actions",
    "ends_of_loss",
    "proposal",
]
ACTION_COLUMNS = [
    "period",
    "customer_id",
    "action",
    "role",
    "effect",
    "effect_soon",
    "change_from",
    "change_to",
]


class LossTreatment(NamedTuple):
    """Loss-makers with causes and proposals, what to do about them, and all customers explained.

    `explained` has one row per comparable active customer: its amounts, its causes, and the rates that
    are usual among its peers.
    """

    losses: pd.DataFrame
    actions: pd.DataFrame
    explained: pd.DataFrame


def treat_losses(
    tables: Mapping[str, pd.DataFrame | None],
    statement: pd.DataFrame,
    cost_to_serve: pd.DataFrame | None,
    pools: pd.DataFrame | None,
    model: "Profitability",
    *,
    unit: float | None = None,
) -> LossTreatment:
    """Explain the losses of every period whose customer profit is known.

    Parameters
    ----------
    tables : customers, customer_months, orders; customer_products where products are known
    statement, cost_to_serve, pools : as `customer_statements` gives them
    unit : money of one key-account unit, in which the least gain of a proposal is measured; None: any
        gain counts

    Returns
    -------
    LossTreatment; tables without rows where customer profit is not known

    Raises
    ------
    ParameterError
        An exit penalty is declared for a customer that is not there.
    """
    require_known(model.dropping, tables["customers"])
    given: dict[str, Any] = {
        "statement": statement[statement["active"]],
        "cost_to_serve": cost_to_serve,
        "pools": pools,
        **{name: tables.get(name) for name in ("customer_months", "orders", "customer_products")},
    }
    found = []
    for period in sorted(statement.loc[statement["customer_profit"].notna(), "period"].unique()):
        mine: dict[str, Any] = {
            name: None if table is None else table[table["period"] == period]
            for name, table in given.items()
        }
        mine |= {"customers": tables["customers"], "orders": whole_orders(mine["orders"])}
        found.append(_of_period(mine, model, str(period), unit))
    if not found:
        return LossTreatment(_nothing(COLUMNS), _nothing(ACTION_COLUMNS), statement.head(0))
    losses, actions, explained = (
        pd.concat(part, ignore_index=True) for part in zip(*found, strict=True)
    )
    return LossTreatment(losses[COLUMNS], actions[ACTION_COLUMNS], explained)


def _nothing(columns: list[str]) -> pd.DataFrame:
    """Return a table without rows; what is text in it is text all the same."""
    texts = {
        "period",
        "customer_id",
        "peer_group",
        "largest_cause",
        "fix_unknown",
        "proposal",
        "action",
        "role",
    }
    kinds = {name: "str" if name in texts else "float64" for name in columns}
    return pd.DataFrame(columns=columns).astype(kinds)


def require_known(dropping: "Dropping", customers: pd.DataFrame | None) -> None:
    """Raise ParameterError if an exit penalty is declared for a customer that is not there."""
    known = [] if customers is None else customers["customer_id"].tolist()
    for who in dropping.exit_penalties:
        if who not in known:
            raise ParameterError(
                f"profitability.dropping.exit_penalties names {who}, and there is no such customer. "
                f"{did_you_mean(who, known)}"
            )


def _amounts(mine: Mapping[str, Any], model: "Profitability") -> pd.DataFrame:
    """Collect the amounts behind the statements of one period, as `customer_amounts` does."""
    products, cost, pools = mine["customer_products"], mine["cost_to_serve"], mine["pools"]
    work = kinds_of_work(
        pd.DataFrame(columns=["activity", "customer_id"]) if cost is None else cost,
        mine["orders"],
        model.time_equations,
        pd.Series(dtype="float64") if pools is None else pools.set_index("pool")["ending_share"],
    )
    if products is not None and products.empty:
        products = None
    return customer_amounts(
        mine["statement"], mine["customer_months"], products, mine["orders"], work
    )


def _of_period(
    mine: Mapping[str, Any], model: "Profitability", period: str, unit: float | None
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    amounts = _amounts(mine, model)
    whole = amounts[comparable(amounts)].reset_index(drop=True)
    own = customer_rates(whole)
    kinds = peer_kinds(whole["customer_id"], mine["customers"], model.peers)
    typical = typical_rates(own, kinds, at_least=model.peers.at_least)
    told = explain_gaps(whole, own, typical.rates).assign(
        peer_group=typical.group, peers=typical.size
    )
    usual = pd.DataFrame({f"usual_{name}": values for name, values in typical.rates.items()})
    losing = amounts[amounts["customer_profit"] < 0].reset_index(drop=True)
    dropped = drop_effects(losing, model.dropping)
    listed = _actions(dropped, whole, own, typical, model.dropping.price_reach)
    losses = losing[["customer_id", "customer_profit"]].merge(told, on="customer_id", how="left")
    fewest = max(mine["customer_months"]["month"].nunique(), 1)  # nobody is asked for fewer
    ends = break_evens(losing, mine["orders"], fewest=fewest)
    losses = losses.merge(ends, on="customer_id")
    losses = losses.merge(dropped, on="customer_id").assign(period=period)
    losses["peers"] = losses["peers"].fillna(0).astype("int64")
    losses = losses.fillna({"peer_group": "", "largest_cause": ""})
    brings = listed[listed["role"] != "alternative"].groupby("customer_id")["effect"].sum().round(2)
    all_actions = losses["customer_id"].map(brings).fillna(0.0)
    losses["all_actions"] = all_actions.where(losses["peers"] > 0)
    losses["ends_of_loss"] = np.minimum(losses["all_actions"], -losses["customer_profit"])
    losses["proposal"] = proposals(
        losses,
        price_reach=model.dropping.price_reach,
        least_gain=model.dropping.least_gain_kau * (unit or 0.0),
    )
    explained = pd.concat([whole, told.drop(columns="customer_id"), usual], axis=1)
    explained = explained.assign(period=period)
    return losses, listed.assign(period=period), explained


def _actions(
    dropped: pd.DataFrame,
    whole: pd.DataFrame,
    own: Mapping[str, np.ndarray],
    typical: Typical,
    price_reach: float,
) -> pd.DataFrame:
    """List the actions of the loss-makers; those that nobody can be compared with may only be let go."""
    at = np.flatnonzero(among(whole["customer_id"], dropped["customer_id"]))
    mine = {name: values[at] for name, values in own.items()}
    theirs = {name: values[at] for name, values in typical.rates.items()}
    there = whole.iloc[at].reset_index(drop=True)
    if len(whole) < 2:
        theirs = mine
    return list_actions(there, mine, theirs, dropped, price_reach=price_reach)


def loss_outcomes(
    found: LossTreatment,
    pools: pd.DataFrame | None,
    model: "Profitability",
    *,
    period: str,
    products: bool,
    currency: str,
) -> list[Outcome]:
    """Judge what is said of the losses of one period: peers, causes, avoidable cost."""
    mine = found.explained[found.explained["period"] == period]
    causes = causes_outcome(mine, products=products)
    if mine.empty:
        return [causes, dropping_outcome(None)]
    losing = found.losses[found.losses["period"] == period]
    own = pools[pools["period"] == period] if pools is not None else None
    told = [peers_outcome(losing, model.peers), causes, dropping_outcome(own)]
    stays = stranded_outcome(losing, currency=currency)
    return [*told, stays] if stays else told


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


def proposals(losses: pd.DataFrame, *, price_reach: float, least_gain: float = 0.0) -> np.ndarray:
    """Propose for each loss-maker to keep, fix or drop it.

    * *small*: ending the loss brings no more than `least_gain`, so that it is one of a group;
    * *drop*: dropping gains more than that, and the price that would mend the loss is out of reach
      (above `price_reach`, or not reachable at all);
    * *fix*: that price is within reach, or the actions together bring the loss to nothing;
    * *keep*: neither, so that it pays more than what would end with it;
    * *unknown*: whether dropping gains depends on an avoidable share that nobody declared.

    Parameters
    ----------
    losses : DataFrame with customer_profit, drop_effect_low, drop_effect_high, fix_price_change,
        all_actions
    price_reach : float, share
    least_gain : float, money
    """
    small = losses["customer_profit"] >= -least_gain
    gains, may = losses["drop_effect_low"] > least_gain, losses["drop_effect_high"] > least_gain
    near = losses["fix_price_change"].le(price_reach).fillna(False)
    mends = (losses["customer_profit"] + losses["all_actions"]).ge(0).fillna(False)
    words = ["small", "fix", "drop", "unknown", "fix"]
    return np.select([small, near, gains, may, mends], words, "keep")


def stranded_outcome(losses: pd.DataFrame, *, currency: str) -> Outcome | None:
    """Judge whether any cost of the loss-makers of one period would stay; None where nobody loses."""
    if losses.empty:
        return None
    silent = losses["stranded_cost"].isna().any()
    stays = float(losses["stranded_cost"].sum())
    outcome = "PASS" if silent or stays >= 0.005 else "FLAG"
    return outcome_of("stranded_cost", outcome, amount=money(stays, currency))


def dropping_outcome(pools: pd.DataFrame | None) -> Outcome:
    """Judge whether it is declared of every pool that serves customers what of it would end.

    Support pools count as far as their cost is passed on to such pools.
    """
    if pools is None or pools.empty:
        return outcome_of("avoidable_cost", "REFUSE")
    serves = pools[pools["assigned_cost"].abs() > 0]
    unknown = serves["ending_share"].isna()
    behind = pools["assigned_cost"].abs().gt(0) | pools["passed_on"].gt(0)
    silent = pools.loc[behind & pools["avoidable_share"].isna(), "pool"].str.replace("_", " ")
    outcome = "FLAG" if unknown.any() else "PASS"
    return outcome_of("avoidable_cost", outcome, pools=", ".join(silent), n=number(len(serves)))
