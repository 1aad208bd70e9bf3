"""Views of losses: causes, activities, break-evens, actions and proposals, named and in order."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from kamlib.columns import ACTIONS, PROPOSALS, QUADRANTS
from kamlib.language import _, money, number, percent
from kamlib.tables import among

MOST_NAMED = 5
REASONS = {  # codes of `break_evens`
    "price": "no price: nothing is left of a higher one",
    "orders": "fewer orders: even one leaves a loss",
    "no_order_work": "fewer orders: no work is known that comes with them",
    "days": "payment at once: a loss is left",
    "no_capital": "payment terms: no receivables are known",
}


def largest_losses(rescue: pd.DataFrame, customers: pd.DataFrame, *, period: str) -> pd.DataFrame:
    """Pick the loss-makers of a period with their names, the largest loss first."""
    mine = rescue[rescue["period"] == period]
    named = mine.merge(customers[["customer_id", "name"]], on="customer_id", how="left")
    named["name"] = named["name"].fillna(named["customer_id"])
    return named.sort_values(["customer_profit", "customer_id"], ignore_index=True)


def served_activities(
    cost_to_serve: pd.DataFrame, losers: pd.DataFrame, statement: pd.DataFrame, *, period: str,
    unknown: Sequence[str] = (),
) -> pd.DataFrame:  # fmt: skip
    """Return what each activity costs for the loss-makers, as share of their invoice revenue.

    Parameters
    ----------
    losers : DataFrame of `largest_losses`
    unknown : activities whose driver nobody gave

    Returns
    -------
    DataFrame ``name`` and one column per activity in the rows' order; missing where unknown
    """
    mine = cost_to_serve[
        (cost_to_serve["period"] == period)
        & among(cost_to_serve["customer_id"], losers["customer_id"])
    ]
    wide = mine.pivot_table(index="customer_id", columns="activity", values="cost", aggfunc="sum")
    wide = wide.reindex(losers["customer_id"]).fillna(0.0)
    now = statement[statement["period"] == period].set_index("customer_id")["invoice_revenue"]
    revenue = losers["customer_id"].map(now).to_numpy(dtype=np.float64)
    share = wide.div(np.where(revenue > 0, revenue, np.nan), axis=0).reset_index(drop=True)
    share = share.assign(**dict.fromkeys(unknown, np.nan))
    share.columns = [str(name).replace("_", " ") for name in share.columns]
    return pd.concat([losers["name"].reset_index(drop=True), share], axis=1)


def matrix_points(
    placed: pd.DataFrame, explained: pd.DataFrame, losers: pd.DataFrame, customers: pd.DataFrame
) -> pd.DataFrame:
    """Join places in the price matrix with names and sales; the largest losses are named."""
    amounts = explained[["customer_id", "sold_list", "customer_profit"]]
    points = placed.merge(amounts, on="customer_id").merge(
        customers[["customer_id", "name"]], on="customer_id", how="left"
    )
    first = losers["customer_id"].head(MOST_NAMED)
    return points.assign(
        name=points["name"].fillna(points["customer_id"]), named=points["customer_id"].isin(first)
    )


def quadrant_table(points: pd.DataFrame) -> pd.DataFrame:
    """Count customers, sales and profit in each quarter of the price matrix."""
    table = points.assign(losing=points["customer_profit"] < 0).groupby("quadrant").agg(
        customers=("customer_id", "size"), losing=("losing", "sum"), list_revenue=("sold_list", "sum"),
        customer_profit=("customer_profit", "sum"),
    )  # fmt: skip
    table = table.reindex([q for q in QUADRANTS if q in table.index]).reset_index()
    return table.assign(quadrant=[_(QUADRANTS[each]) for each in table["quadrant"]])


def break_even_table(losers: pd.DataFrame) -> pd.DataFrame:
    """Pick what would end each loss, one thing at a time, and say what would not (a dash)."""
    levers = ["fix_price_change", "fix_minimum_order", "fix_days_to_pay"]
    reached = losers[levers].astype(object).where(losers[levers].notna(), "–")
    told = [
        "; ".join(_(REASONS[code]) for code in codes.split(", ") if code)
        for codes in losers["fix_unknown"]
    ]
    return losers[["name", "customer_profit"]].join(reached).assign(fix_unknown=told)


def keep_fix_drop_table(losers: pd.DataFrame) -> pd.DataFrame:
    """Put the loss that is shown beside what dropping and mending would bring; small losses in one row."""
    columns = ["name", "customer_profit", "drop_effect", "stranded_cost", "all_actions"]
    small = losers["proposal"] == "small"
    table = losers[~small]
    table = table[columns].assign(proposal=[_(PROPOSALS[each]) for each in table["proposal"]])
    if not small.any():
        return table
    sums = losers.loc[small, columns[1:]].sum(min_count=int(small.sum())).round(2)
    name = _("small losses ({n})").format(n=number(int(small.sum())))
    group = pd.DataFrame([{"name": name, **sums, "proposal": _("one remedy for all")}])
    return pd.concat([part for part in (table, group) if len(part)], ignore_index=True)


def action_table(actions: pd.DataFrame, losers: pd.DataFrame, *, currency: str) -> pd.DataFrame:
    """List what could be done about each of `losers`, how far, and what it brings."""
    order = {who: place for place, who in enumerate(losers["customer_id"])}
    period = losers["period"].iloc[0] if len(losers) else ""
    mine = actions[actions["customer_id"].isin(order) & (actions["period"] == period)]
    mine = mine.assign(order=mine["customer_id"].map(order)).sort_values("order", kind="stable")
    names = losers.set_index("customer_id")["name"]
    return pd.DataFrame({
        "name": mine["customer_id"].map(names),
        "action": [_(ACTIONS[each]) for each in mine["action"]],
        "how": [
            how_far(action, now, then, currency)
            for action, now, then in zip(
                mine["action"], mine["change_from"], mine["change_to"], strict=True
            )
        ],
        "effect": mine["effect"], "effect_soon": mine["effect_soon"],
    }).reset_index(drop=True)  # fmt: skip


def how_far(action: str, now: float, then: float, currency: str) -> str:
    """Say how far a lever is moved, towards the peers' level and never beyond.

    Examples
    --------
    >>> how_far("fewer_orders", 52.0, 33.3, "EUR")
    '52 orders become 33'
    """
    if action == "interaction":
        return _("all of the above at once, less their sum")
    if action == "let_go":
        return _("instead of all of the above")
    if math.isnan(now) or math.isnan(then):
        return _("to the level of its peers")
    template, write = _HOW[action]
    words = {"now": write(now, currency), "then": write(then, currency)}
    rise = percent((1 - then) / (1 - now) - 1) if action == "reprice" and now < 1 else ""
    return _(template).format(**words, rise=rise)


def _amount(value: float, currency: str) -> str:
    return money(value, currency)


def _share(value: float, _currency: str) -> str:
    return percent(value)


def _count(value: float, _currency: str) -> str:
    return number(max(value, 1.0))


_HOW: dict[str, tuple[str, Callable[[float, str], str]]] = {
    "reprice": ("by {rise}: deductions fall from {now} to {then} of list value", _share),
    "fewer_orders": ("{now} orders become {then}", _count),
    "order_channel": ("rush, phone and other handling from {now} to {then} an order", _amount),
    "less_service": ("their cost falls from {now} to {then}", _amount),
    "shorter_terms": ("paid after {then} days, not {now}", _count),
    "fewer_returns": ("credited revenue falls from {now} to {then}", _share),
}
