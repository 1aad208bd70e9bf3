"""What ends a loss: break-evens one thing at a time, and levers moved towards the peers' level.

A break-even is the solution of one function, `profit_if`, and is put back into it as proof; it says what
is needed, not what the customer will do. An action moves a lever to the peers' level, never beyond it,
and a price at most as far as people hold to be within reach. Quantities stay as they are. Each action is
tried alone, then all of them together; what they do not add up to is the interaction. Letting the
customer go is no part of that sum: it is the alternative to it.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from kamlib.core.tables import among, floats
from kamlib.profitability.causes import PER_ORDER, WORK, Rates, profit_rate

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
    parts = []
    for action in LEVERS:
        effects = whole.alone[action], soon.alone[action]
        rows = _rows(ids, action, "action", *effects, before[action], after[action])
        parts.append(rows[whole.moved[action]])
    several = np.sum(list(whole.moved.values()), axis=0) > 1
    rest = [
        (each.together - np.sum(list(each.alone.values()), axis=0)).round(2) + 0.0
        for each in (whole, soon)
    ]
    parts.append(_rows(ids, "interaction", "interaction", *rest)[several])
    left = dropped["drop_effect"].to_numpy()
    parts.append(_rows(dropped["customer_id"].to_numpy(), "let_go", "alternative", left, left))
    table = pd.concat(parts, ignore_index=True)
    return table.sort_values("customer_id", kind="stable", ignore_index=True)


def _rows(
    ids: np.ndarray,
    action: str,
    role: str,
    effect: np.ndarray,
    soon: np.ndarray,
    before: object = np.nan,
    after: object = np.nan,
) -> pd.DataFrame:
    """Return an action as a row of each customer."""
    told = {"action": action, "role": role, "effect": effect, "effect_soon": soon}
    return pd.DataFrame({"customer_id": ids, **told, "change_from": before, "change_to": after})


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


def profit_if(
    amounts: pd.DataFrame,
    *,
    price_change: object = 0.0,
    orders: object = None,
    days_to_pay: object = None,
) -> np.ndarray:
    """Return the profit that customers would leave with other prices, fewer orders or other terms.

    ::

        (1 + price_change) × (invoice_revenue − off_invoice − receivables × days_to_pay / now)
        − cost_of_goods_sold − work with orders × orders / now − all other work − capital in assets

    Parameters
    ----------
    amounts : DataFrame of `customer_amounts`
    price_change : array or float, share; bonuses, bad debt and what they owe move with the price
    orders : array, number of orders in the period that carry the same goods; lines stay as many
    days_to_pay : array, days

    Returns
    -------
    array of money, one per row; equal to customer_profit when nothing changes
    """
    a = {name: amounts[name].to_numpy(dtype=np.float64) for name in _NEEDED}
    charge = np.nan_to_num(a["capital_charge"])
    assets = np.nan_to_num(a["assets_charge"])
    owed = charge - assets
    if days_to_pay is not None:
        owed = owed * np.asarray(days_to_pay, dtype=np.float64) / a["days_to_pay"]
    with_orders = _work_with_orders(amounts)
    others = np.nan_to_num(a["cost_to_serve"]) - with_orders
    if orders is not None:
        with_orders = with_orders * np.asarray(orders, dtype=np.float64) / a["orders"]
    change = np.asarray(price_change, dtype=np.float64)
    kept = (1 + change) * (a["invoice_revenue"] - a["off_invoice"] - owed)
    spent = a["cost_of_goods_sold"] + with_orders + others + assets
    return np.asarray(kept - spent)


def break_evens(
    amounts: pd.DataFrame, order_values: pd.DataFrame, *, target: float = 0.0, fewest: float = 1.0
) -> pd.DataFrame:
    """Return what each customer would need to leave `target`, one thing at a time.

    Parameters
    ----------
    amounts : DataFrame of `customer_amounts`
    order_values : DataFrame with customer_id and order_value (revenue of each order, money)
    target : float, the profit wanted, in reporting currency
    fewest : float, how many orders must be left: nobody buys a year's goods in one

    Returns
    -------
    DataFrame in the order of `amounts`: ``fix_price_change`` (share of invoice revenue),
    ``fix_volume_loss`` (share of the volume that may go before that price rise gains nothing),
    ``fix_order_value`` (revenue of an order, if all were alike), ``fix_minimum_order`` (the same
    goods, no order below it), ``fix_days_to_pay``; NaN where it cannot be reached, and then the reason
    in ``fix_unknown`` as codes

    Notes
    -----
    Codes: ``price`` (nothing is left of a higher price), ``no_order_work`` (no work is known that
    comes with orders), ``orders`` (even as few orders as may be leave a loss), ``no_capital`` (no
    receivables are known), ``days`` (even payment at once leaves a loss).

    The volume that may go is rise / (margin + rise), the margin being what is left of revenue after
    deductions and goods. Where nothing is left of it, each unit less gains, and it is 1.
    """
    profit = amounts["customer_profit"].to_numpy(dtype=np.float64)
    short = target - profit
    slope = profit_if(amounts, price_change=1.0) - profit_if(amounts)
    change = _over(short, slope)
    count, orders_code = _orders_needed(amounts, short, fewest)
    value = _over(amounts["sold_revenue"].to_numpy(dtype=np.float64), count)
    days, days_code = _days_needed(amounts, short)
    price_code = np.where(np.isnan(change) & ~np.isnan(profit), "price", "")
    codes = zip(price_code, orders_code, days_code, strict=True)
    return pd.DataFrame(
        {
            "customer_id": amounts["customer_id"].to_numpy(),
            "fix_price_change": change,
            "fix_volume_loss": _volume_at_risk(amounts, change),
            "fix_order_value": value,
            "fix_minimum_order": _minimum_order(amounts["customer_id"], order_values, count),
            "fix_days_to_pay": days,
            "fix_unknown": [", ".join(code for code in three if code) for three in codes],
        }
    )


def _volume_at_risk(amounts: pd.DataFrame, rise: np.ndarray) -> np.ndarray:
    """Return the share of volume that may go before a price rise gains nothing; NaN without a rise."""
    names = ("invoice_revenue", "off_invoice", "cost_of_goods_sold")
    revenue, deducted, goods = (amounts[name].to_numpy(dtype=np.float64) for name in names)
    margin = np.clip(_over(revenue - deducted - goods, revenue), 0, None)
    return np.where(rise > 0, _over(rise, margin + rise), np.nan)


def _over(amount: np.ndarray, by: np.ndarray) -> np.ndarray:
    """Return amount / by where `by` is positive, else NaN."""
    positive = np.asarray(by) > 0
    return np.where(positive, amount / np.where(positive, by, 1.0), np.nan)


def _work_with_orders(amounts: pd.DataFrame) -> np.ndarray:
    return amounts[list(PER_ORDER)].to_numpy(dtype=np.float64).sum(axis=1)


def _orders_needed(
    amounts: pd.DataFrame, short: np.ndarray, fewest: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return how many orders may carry the same goods; NaN with the reason's code."""
    now = amounts["orders"].to_numpy(dtype=np.float64)
    work = _work_with_orders(amounts)
    needed = now - _over(short * now, work)
    code = np.where(np.isnan(needed), "no_order_work", np.where(needed < fewest, "orders", ""))
    return np.where(needed >= fewest, needed, np.nan), code


def _days_needed(amounts: pd.DataFrame, short: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the days to pay that leave the target, not below nothing; NaN with the reason's code."""
    days = amounts["days_to_pay"].to_numpy(dtype=np.float64)
    owed = np.nan_to_num(amounts["capital_charge"].to_numpy(dtype=np.float64))
    owed = owed - np.nan_to_num(amounts["assets_charge"].to_numpy(dtype=np.float64))
    needed = days - _over(short * days, owed)
    code = np.where(np.isnan(needed), "no_capital", np.where(needed < 0, "days", ""))
    return np.where(needed >= 0, needed, np.nan), code


def orders_left(values: np.ndarray, minimum: float) -> float:
    """Return how many orders carry the same goods when none may be below `minimum`.

    Smaller ones are put together into orders of that size; orders without value stay as they are.

    Examples
    --------
    Four orders of 100 make two of 200, and the large one stays:

    >>> orders_left(np.array([100.0, 100.0, 100.0, 100.0, 900.0]), 200.0)
    3.0
    """
    positive = np.clip(np.asarray(values, dtype=np.float64), 0, None)
    return float(np.where(positive > 0, np.minimum(1.0, positive / minimum), 1.0).sum())


def _minimum_order(ids: pd.Series, order_values: pd.DataFrame, count: np.ndarray) -> np.ndarray:
    """Return the smallest order that leaves `count` orders, as in `orders_left`; NaN where unknown."""
    rows = order_values[among(order_values["customer_id"], ids[~np.isnan(count)])]
    who, value = pd.Index(ids).get_indexer(rows["customer_id"]), floats(rows["order_value"])
    all_, sold = np.bincount(who, minlength=len(ids)), value > 0
    order = np.lexsort((value[sold], who[sold]))
    who, value = who[sold][order], value[sold][order]
    many = np.bincount(who, minlength=len(ids))
    first, found = np.cumsum(many) - many, np.full(len(ids), np.nan)
    for size in np.unique(many[many > 0]):
        mine = np.flatnonzero(many == size)
        ranked = value[first[mine, None] + np.arange(size)]
        found[mine] = _smallest(ranked, all_[mine] - size, count[mine])
    return found


def _smallest(ranked: np.ndarray, free: np.ndarray, count: np.ndarray) -> np.ndarray:
    """Solve ``orders_left(values, minimum) = count``: on each step the rest is sum / minimum.

    Parameters
    ----------
    ranked : array customers × orders, values above nothing, rising
    free : array customers, how many orders without value each has besides
    count : array customers
    """
    size = ranked.shape[1]
    merged = np.cumsum(ranked, axis=1)
    whole = size - np.arange(1, size + 1) + free[:, None]
    more = count[:, None] > whole
    minimum = np.where(more, merged / np.where(more, count[:, None] - whole, 1), np.inf)
    above = np.hstack([ranked[:, 1:], np.full((len(ranked), 1), np.inf)])
    fits = (minimum >= ranked - 1e-9) & (minimum <= above + 1e-9)
    can = (count > free) & (count <= size + free) & fits.any(axis=1)
    at = fits.argmax(axis=1)[:, None]
    return np.where(can, np.take_along_axis(minimum, at, axis=1)[:, 0], np.nan)


_NEEDED = (
    "invoice_revenue",
    "off_invoice",
    "cost_of_goods_sold",
    "cost_to_serve",
    "capital_charge",
    "assets_charge",
    "days_to_pay",
    "orders",
)
