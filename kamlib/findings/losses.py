"""Sentences about losses: why, what would end them, what dropping would bring, what to do."""

import numpy as np
import pandas as pd

from kamlib.columns import ACTIONS, CAUSES
from kamlib.errors import listed
from kamlib.findings.company import of_estimated_list
from kamlib.language import _, money, ngettext, number, percent


def causes_finding(rescue: pd.DataFrame, *, currency: str) -> str:
    """Say what takes most away from the loss-makers of one period, against their peers."""
    told = rescue[rescue["largest_cause"] != ""]
    if rescue.empty:
        return _("Nobody loses money, so there is no loss to explain.")
    if told.empty:
        return _("None of the losses can be held against peers, so their causes are unknown.")
    counts = told["largest_cause"].value_counts()
    parts = [
        _("{cause} for {n}").format(cause=_(CAUSES[cause]), n=number(counts[cause]))
        for cause in sorted(counts.index, key=lambda c: (-counts[c], list(CAUSES).index(c)))
    ]
    loss = money(-rescue["customer_profit"].sum(), currency)
    said = ngettext(
        "{n} customer loses {loss} in all.", "{n} customers lose {loss} in all.", len(rescue)
    ).format(n=number(len(rescue)), loss=loss)
    return _("{said} What takes most away, against their peers: {parts}.").format(
        said=said, parts=", ".join(parts)
    )


def peer_finding(loser: pd.Series, *, name: str, currency: str) -> str:
    """Say how far one customer lies from its peers, and which causes make the gap."""
    if not loser["peers"] or pd.isna(loser["gap"]):
        return _("{name} cannot be held against peers.").format(name=name)
    effects = {cause: float(loser[f"effect_{cause}"]) for cause in CAUSES}
    said = ngettext(
        "{name} loses {loss}; customers like it ({n} peer) would leave {usual} on the same sales.",
        "{name} loses {loss}; customers like it ({n} peers) would leave {usual} on the same sales.",
        int(loser["peers"]),
    ).format(
        name=name, loss=money(-loser["customer_profit"], currency), n=number(loser["peers"]),
        usual=money(loser["customer_profit"] - loser["gap"], currency),
    )  # fmt: skip
    down = _largest(effects, currency, sign=-1)
    up = _largest(effects, currency, sign=1)
    if down:
        said = _("{said} What takes away: {parts}.").format(said=said, parts=down)
    return _("{said} What gives back: {parts}.").format(said=said, parts=up) if up else said


def _largest(effects: dict[str, float], currency: str, *, sign: int) -> str:
    """Write the effects of one sign that are at least a twentieth of the largest of all."""
    size = max(abs(effect) for effect in effects.values())
    mine = [(c, e) for c, e in effects.items() if sign * e > 0 and abs(e) >= size / 20]
    ordered = sorted(mine, key=lambda pair: -abs(pair[1]))
    return listed(f"{_(CAUSES[cause])} {money(abs(e), currency)}" for cause, e in ordered)


def break_even_finding(rescue: pd.DataFrame, *, price_reach: float) -> str:
    """Say how many losses a price rise within reach would end, and how many fewer orders or terms."""
    if rescue.empty:
        return _("Nobody loses money, so nothing has to be mended.")
    change = rescue["fix_price_change"]
    near = int((change <= price_reach).sum())
    orders, days = (
        int(rescue[name].notna().sum()) for name in ("fix_order_value", "fix_days_to_pay")
    )
    said = _(
        "At the same quantity, a price rise of at most {reach} would end {near} of {n} losses."
    ).format(reach=percent(price_reach), near=number(near), n=number(len(rescue)))
    codes = rescue["fix_unknown"]
    if (codes.str.contains("no_order_work") & codes.str.contains("no_capital")).all():
        return _("{said} What other orders or terms would do is unknown.").format(said=said)
    return _(
        "{said} Fewer, larger orders alone could end {orders}, faster payment alone {days}."
    ).format(said=said, orders=number(orders), days=number(days))


def dropping_finding(rescue: pd.DataFrame, *, currency: str) -> str:
    """Say what dropping all loss-makers would bring, as the numbers say, beside the loss they show."""
    if rescue.empty:
        return _("Nobody loses money, so there is nobody to drop.")
    n, loss = number(len(rescue)), money(-rescue["customer_profit"].sum(), currency)
    low, high = rescue["drop_effect_low"].sum(), rescue["drop_effect_high"].sum()
    if not np.isclose(low, high, atol=0.005):
        return _(
            "The loss-makers ({n}) show a loss of {loss}. Dropping all of them would change profit by "
            "something between {low} and {high}: it is not declared what of the work would end."
        ).format(n=n, loss=loss, low=money(low, currency), high=money(high, currency))
    stranded = money(rescue["stranded_cost"].sum(), currency)
    if np.isclose(high, -rescue["customer_profit"].sum(), atol=0.5):
        return _(
            "The loss-makers ({n}) show a loss of {loss}, and dropping all of them would bring at most "
            "that: no cost is known that would stay without them."
        ).format(n=n, loss=loss)
    if high < 0:
        said = _(
            "The loss-makers ({n}) show a loss of {loss}, yet dropping all of them would cost another "
            "{amount}: {stranded} of cost would stay and land on the others."
        ).format(n=n, loss=loss, amount=money(-high, currency), stranded=stranded)
    else:
        said = _(
            "The loss-makers ({n}) show a loss of {loss}. Dropping all of them would bring {amount}, "
            "not that loss: {stranded} of cost would stay and land on the others."
        ).format(n=n, loss=loss, amount=money(high, currency), stranded=stranded)
    return _("{said} {gains}").format(said=said, gains=_who_gains(rescue, currency))


def _who_gains(rescue: pd.DataFrame, currency: str) -> str:
    gains = rescue[rescue["drop_effect_low"] > 0]
    if gains.empty:
        return _("There is none whose leaving would gain anything.")
    if len(gains) == len(rescue):
        return _("Each of them would gain something by leaving.")
    return ngettext(
        "For {n} of them leaving would gain: {amount}.",
        "For {n} of them leaving would gain: {amount} together.",
        len(gains),
    ).format(n=number(len(gains)), amount=money(gains["drop_effect_low"].sum(), currency))


def actions_finding(actions: pd.DataFrame, *, currency: str) -> str:
    """Say what mending the losses of one period would bring, and which action brings most."""
    scenario = actions[actions["role"] != "alternative"]
    mine = scenario[scenario["role"] == "action"]
    if mine.empty:
        return _("There is no action towards the peers' level that would bring anything.")
    sums = mine.groupby("action")["effect"].agg(["sum", "size"])
    best = sorted(sums.index, key=lambda a: (-sums.loc[a, "sum"], a))[0]
    said = ngettext(
        "Moved towards its peers' level, never beyond it, {n} account would have brought {total}",
        "Moved towards their peers' level, never beyond it, {n} accounts would have brought {total}",
        mine["customer_id"].nunique(),
    ).format(
        n=number(mine["customer_id"].nunique()), total=money(scenario["effect"].sum(), currency)
    )
    soon = scenario["effect_soon"].sum(min_count=len(scenario))
    if not np.isnan(soon) and round(soon - scenario["effect"].sum(), 2):
        said = _("{said}, {soon} of it soon (the rest once capacity is given up or used)").format(
            said=said, soon=money(soon, currency)
        )
    return _("{said}. Most comes from one action: {action}, {amount} (accounts: {n}).").format(
        said=said, action=_(ACTIONS[best]), amount=money(sums.loc[best, "sum"], currency),
        n=number(sums.loc[best, "size"]),
    )  # fmt: skip


def small_losses_finding(rescue: pd.DataFrame, actions: pd.DataFrame, *, currency: str) -> str:
    """Say what the losses that are too small for a plan of their own come to, and the one remedy.

    That is the action which would end most of them; more than its loss is counted of nobody. Empty
    where there are none.
    """
    small = rescue[rescue["proposal"] == "small"]
    if small.empty:
        return ""
    said = ngettext(
        "{n} customer loses too little for a plan of its own: {loss}.",
        "{n} customers lose too little for plans of their own: {loss} together.",
        len(small),
    ).format(n=number(len(small)), loss=money(-small["customer_profit"].sum(), currency))
    losses = -small.set_index("customer_id")["customer_profit"]
    mine = actions[(actions["role"] == "action") & actions["customer_id"].isin(losses.index)]
    ends = mine["effect"].clip(upper=mine["customer_id"].map(losses)).groupby(mine["action"]).sum()
    if not (ends > 0).any():
        return said
    best = sorted(ends.index, key=lambda action: (-ends[action], action))[0]
    return _("{said} One remedy for all: {action}, which would end {amount} of it.").format(
        said=said, action=_(ACTIONS[best]), amount=money(ends[best], currency)
    )


def price_matrix_finding(
    points: pd.DataFrame, *, net_price: float, serve_rate: float, estimated: bool = False
) -> str:
    """Say where the company's averages lie, and who pays less and costs more than that.

    Parameters
    ----------
    points : DataFrame from `kamlib.views.matrix_points`
    net_price, serve_rate : float, the company's averages, shares of list value
    estimated : bool, the list price of some lines is
    """
    bad = points[points["quadrant"] == "aggressive"]
    losing = int((bad["customer_profit"] < 0).sum())
    said = ngettext(
        "On average {net} of 100 at list value are kept, and {serve} go into serving. {n} of {all} "
        "customers pays less and costs more than that",
        "On average {net} of 100 at list value are kept, and {serve} go into serving. {n} of {all} "
        "customers pay less and cost more than that",
        len(bad),
    ).format(
        net=number(100 * net_price, 1), serve=number(100 * serve_rate, 1), n=number(len(bad)),
        all=number(len(points)),
    )  # fmt: skip
    if not losing:
        return of_estimated_list(_("{said}.").format(said=said), estimated)
    words = ngettext(
        "{said}; {losing} of these loses money.", "{said}; {losing} of these lose money.", losing
    )
    return of_estimated_list(words.format(said=said, losing=number(losing)), estimated)
