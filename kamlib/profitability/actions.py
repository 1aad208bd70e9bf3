"""What to do about a loss, with money: levers moved towards the peers' level, never beyond it.

A price is raised at most as far as people hold to be within reach. Quantities stay as they are.
Each action is tried alone, then all of them together; what they do not add up to is the interaction.
Letting the customer go is no part of that sum: it is the alternative to it.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from kamlib.profitability.factors import WORK, Rates, profit_rate

LEVERS: dict[str, tuple[str, ...]] = {
    "reprice": ("discount", "off_invoice_rate"),
    "fewer_orders": ("orders_per_list",),
    "order_channel": ("handling_work",),
    "less_service": ("delivery_work", "service_work"),
    "shorter_terms": ("capital_rate",),
    "fewer_returns": ("returned_rate", "recovered_rate", "returns_work"),
}
SMALLEST = 1.0  # money; below it an action is none


class Tried(NamedTuple):
    """The effect of each action alone, and of all together, in money, arrays over customers."""

    alone: dict[str, np.ndarray]
    together: np.ndarray
    moved: dict[str, np.ndarray]


def try_actions(
    own: Rates,
    usual: Rates,
    sales: np.ndarray,
    *,
    price_reach: float,
    counted: Mapping[str, np.ndarray] | None = None,
    chosen: Mapping[str, np.ndarray] | None = None,
) -> Tried:
    """Move the levers of each action to what is usual among the peers, where that is better.

    Parameters
    ----------
    own, usual : rates of the customers and of their peers
    sales : array, list value of goods sold, money
    price_reach : float, the largest price rise, share
    counted : share of each kind of work that is counted; default all of it
    chosen : action → which customers take it; default: whom it brings at least 1 of the currency

    Returns
    -------
    Tried; ``moved`` says who takes which action. Effects are whole cents.
    """
    base = profit_rate(own, counted)
    alone, moved = {}, {}
    for action in LEVERS:
        target = _levered(own, usual, action, price_reach)
        effect = (sales * (profit_rate(target, counted) - base)).round(2)
        moved[action] = effect >= SMALLEST if chosen is None else chosen[action]
        alone[action] = np.where(moved[action], effect, 0.0)
    mixed = {name: np.asarray(values, dtype=np.float64) for name, values in own.items()}
    for action, rates in LEVERS.items():
        target = _levered(own, usual, action, price_reach)
        for name in rates:
            mixed[name] = np.where(moved[action], target[name], mixed[name])
    return Tried(alone, (sales * (profit_rate(mixed, counted) - base)).round(2), moved)


def _levered(own: Rates, usual: Rates, action: str, price_reach: float) -> dict[str, np.ndarray]:
    """Return the rates with the levers of an action at the peers' level where they lie above it."""
    found = dict(own)
    for name in LEVERS[action]:
        found[name] = np.minimum(own[name], usual[name])
    if action == "fewer_returns":  # less comes back, so other goods are recovered, and as usual
        less = own["returned_rate"] > usual["returned_rate"]
        found["recovered_rate"] = np.where(less, usual["recovered_rate"], own["recovered_rate"])
    if action == "reprice":  # first what stands on the invoice, then what is given afterwards
        now = (1 - own["discount"]) * (1 - own["off_invoice_rate"])
        most = now * (1 + price_reach)
        lowest = 1 - most / (1 - own["off_invoice_rate"])
        found["discount"] = np.maximum(found["discount"], np.minimum(lowest, own["discount"]))
        left = 1 - most / (1 - found["discount"])
        kept = np.minimum(left, own["off_invoice_rate"])
        found["off_invoice_rate"] = np.maximum(found["off_invoice_rate"], kept)
    return found


def list_actions(
    amounts: pd.DataFrame, own: Rates, usual: Rates, dropped: pd.DataFrame, *, price_reach: float
) -> pd.DataFrame:
    """List what could be done about each customer, with what it brings.

    From  amounts, rates and drop effects of the customers, in the same order
    to    ``customer_id, action, role, effect, effect_soon, change_from, change_to``: the actions that
          bring something, their ``interaction``, and letting go as ``alternative``.

    Notes
    -----
    ``effect`` is the change of the statement, at full cost. ``effect_soon`` counts of the work only what
    ends when it is no longer done (NaN where nobody declared it). The effects of actions and interaction
    add up to that of all actions together, to the cent. ``change_from`` and ``change_to`` are in the
    lever's own unit: discount off list (reprice), orders, work per order in money (order_channel),
    visits and deliveries in money (less_service), days (shorter_terms), share of revenue (fewer_returns).
    """
    sales = amounts["sold_list"].to_numpy(dtype=np.float64)
    whole = try_actions(own, usual, sales, price_reach=price_reach)
    soon = try_actions(
        own, usual, sales, price_reach=price_reach, counted=_ending(amounts), chosen=whole.moved
    )
    moved = {
        name: rates
        for action in LEVERS
        for name, rates in _levered(own, usual, action, price_reach).items()
        if name in LEVERS[action]
    }
    before, after = _in_their_units(amounts, own, own), _in_their_units(amounts, own, moved)
    ids = amounts["customer_id"].to_numpy()
    parts = [
        pd.DataFrame(
            {
                "customer_id": ids,
                "action": action,
                "role": "action",
                "effect": whole.alone[action],
                "effect_soon": soon.alone[action],
                "change_from": before[action],
                "change_to": after[action],
            }
        )[whole.moved[action]]
        for action in LEVERS
    ]
    parts += [_interaction(ids, whole, soon), _letting_go(dropped)]
    table = pd.concat(parts, ignore_index=True)
    order = table["action"].map({a: i for i, a in enumerate([*LEVERS, "interaction", "let_go"])})
    table = table.assign(order=order).sort_values(["customer_id", "order"], ignore_index=True)
    return table.drop(columns="order")


def _ending(amounts: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return the share of each kind of work that ends when it is no longer done."""
    return {
        kind: np.divide(
            amounts[f"{kind}_avoidable"].to_numpy(dtype=np.float64),
            amounts[kind].to_numpy(dtype=np.float64),
            out=np.ones(len(amounts)),
            where=amounts[kind].to_numpy(dtype=np.float64) != 0,
        )
        for kind in WORK
    }


def _interaction(ids: np.ndarray, whole: Tried, soon: Tried) -> pd.DataFrame:
    several = np.sum(list(whole.moved.values()), axis=0) > 1
    table = pd.DataFrame(
        {
            "customer_id": ids,
            "action": "interaction",
            "role": "interaction",
            "effect": (whole.together - np.sum(list(whole.alone.values()), axis=0)).round(2) + 0.0,
            "effect_soon": (soon.together - np.sum(list(soon.alone.values()), axis=0)).round(2)
            + 0.0,
            "change_from": np.nan,
            "change_to": np.nan,
        }
    )
    return table[several]


def _letting_go(dropped: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": dropped["customer_id"].to_numpy(),
            "action": "let_go",
            "role": "alternative",
            "effect": dropped["drop_effect"].to_numpy(),
            "effect_soon": dropped["drop_effect"].to_numpy(),
            "change_from": np.nan,
            "change_to": np.nan,
        }
    )


def _in_their_units(amounts: pd.DataFrame, own: Rates, rates: Rates) -> dict[str, np.ndarray]:
    """Return each lever in the unit a reader knows, at the given rates."""
    sales = amounts["sold_list"].to_numpy(dtype=np.float64)
    orders = amounts["orders"].to_numpy(dtype=np.float64)
    days = amounts["days_to_pay"].to_numpy(dtype=np.float64)
    kept = (1 - rates["discount"]) * (1 - rates["off_invoice_rate"])
    capital = own["capital_rate"]
    share = np.divide(rates["capital_rate"], capital, out=np.ones(len(capital)), where=capital > 0)
    levers = {
        "reprice": 1 - kept,
        "fewer_orders": rates["orders_per_list"] * sales,
        "order_channel": rates["handling_work"],
        "less_service": rates["delivery_work"] * orders + rates["service_work"] * sales,
        "shorter_terms": days * share,
        "fewer_returns": rates["returned_rate"],
    }
    return {action: values + 0.0 for action, values in levers.items()}  # no minus before nothing
