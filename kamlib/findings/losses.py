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


def peer_finding(loser: pd.Series, *, name: str, currency: str) -> list[str]:
    """Say how far one customer lies from its peers, then which causes make the gap."""
    if not loser["peers"] or pd.isna(loser["gap"]):
        return [_("{name} cannot be held against peers.").format(name=name)]
    effects = {cause: float(loser[f"effect_{cause}"]) for cause in CAUSES}
    said = ngettext(
        "{name} loses {loss}; customers like it ({n} peer) would leave {usual} on the same sales.",
        "{name} loses {loss}; customers like it ({n} peers) would leave {usual} on the same sales.",
        int(loser["peers"]),
    ).format(
        name=name,
        loss=money(-loser["customer_profit"], currency),
        n=number(loser["peers"]),
        usual=money(loser["customer_profit"] - loser["gap"], currency),
    )
    told = (
        (_("What takes away: {parts}."), _largest(effects, currency, sign=-1)),
        (_("What gives back: {parts}."), _largest(effects, currency, sign=1)),
    )
    return [said, *(words.format(parts=parts) for words, parts in told if parts)]


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


def dropping_finding(rescue: pd.DataFrame, *, currency: str) -> list[str]:
    """Say what dropping all loss-makers would bring, as the numbers say, beside the loss they show.

    Returns
    -------
    list of str: the answer, then what it rests on
    """
    if rescue.empty:
        return [_("Nobody loses money, so there is nobody to drop.")]
    n, loss = number(len(rescue)), money(-rescue["customer_profit"].sum(), currency)
    low, high = rescue["drop_effect_low"].sum(), rescue["drop_effect_high"].sum()
    if not np.isclose(low, high, atol=0.005):
        return [
            _(
                "The loss-makers ({n}) show a loss of {loss}; dropping all of them would change profit "
                "by something between {low} and {high}."
            ).format(n=n, loss=loss, low=money(low, currency), high=money(high, currency)),
            _("It is not declared what of the work would end."),
        ]
    if np.isclose(high, -rescue["customer_profit"].sum(), atol=0.5):
        return [
            _(
                "The loss-makers ({n}) show a loss of {loss}, and dropping all of them would bring at "
                "most that."
            ).format(n=n, loss=loss),
            _("No cost is known that would stay without them."),
        ]
    template = (
        _(
            "The loss-makers ({n}) show a loss of {loss}, yet dropping all of them would cost another "
            "{amount}."
        )
        if high < 0
        else _(
            "The loss-makers ({n}) show a loss of {loss}; dropping all of them would bring {amount}, "
            "not that loss."
        )
    )
    said = template.format(n=n, loss=loss, amount=money(abs(high), currency))
    stays = _("{stranded} of cost would stay and land on the others.").format(
        stranded=money(rescue["stranded_cost"].sum(), currency)
    )
    return [said, stays, _who_gains(rescue, currency)]


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


def actions_finding(actions: pd.DataFrame, losers: pd.DataFrame, *, currency: str) -> str:
    """Say what of the losses of one period mending would end, by which action, and what lies beyond.

    Parameters
    ----------
    actions : DataFrame of one period: customer_id, action, role, effect
    losers : DataFrame of one period: customer_profit, all_actions, ends_of_loss
    """
    mine = actions[actions["role"] == "action"]
    if mine.empty:
        return _("There is no action towards the peers' level that would bring anything.")
    sums = mine.groupby("action")["effect"].agg(["sum", "size"])
    best = sorted(sums.index, key=lambda a: (-sums.loc[a, "sum"], a))[0]
    ended = float(losers["ends_of_loss"].sum())
    said = ngettext(
        "Moved towards its peers' level, never beyond it, {n} account would end {ended} of {loss} of "
        "loss; most comes from one action: {action} (accounts: {many}).",
        "Moved towards their peers' level, never beyond it, {n} accounts would end {ended} of {loss} "
        "of loss; most comes from one action: {action} (accounts: {many}).",
        mine["customer_id"].nunique(),
    ).format(
        n=number(mine["customer_id"].nunique()),
        ended=money(ended, currency),
        loss=money(-losers["customer_profit"].sum(), currency),
        action=_(ACTIONS[best]),
        many=number(sums.loc[best, "size"]),
    )
    beyond = float(losers["all_actions"].sum()) - ended
    if round(beyond) <= 0:
        return said
    return _("{said} The peers' level lies {beyond} above that: not counted on.").format(
        said=said, beyond=money(beyond, currency)
    )


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
    points: pd.DataFrame,
    *,
    net_price: float,
    serve_rate: float,
    currency: str,
    estimated: bool = False,
) -> str:
    """Say where the company's averages lie, and who pays less and costs more than that.

    Parameters
    ----------
    points : DataFrame from `kamlib.views.matrix_points`
    net_price, serve_rate : float, the company's averages, shares of list value
    estimated : bool, the list price of some lines is
    """
    bad = points[points["quadrant"] == "pays_little_costs_much"]
    losing = int((bad["customer_profit"] < 0).sum())
    said = ngettext(
        "On average {net} of 100 at list value are kept, and {serve} go into serving. {n} of {all} "
        "customers pays less and costs more than that",
        "On average {net} of 100 at list value are kept, and {serve} go into serving. {n} of {all} "
        "customers pay less and cost more than that",
        len(bad),
    ).format(
        net=number(100 * net_price, 1),
        serve=number(100 * serve_rate, 1),
        n=number(len(bad)),
        all=number(len(points)),
    )
    if bad.empty:
        return of_estimated_list(_("{said}.").format(said=said), estimated)
    template = ngettext(
        "{said}; together they leave {profit}, and {losing} of them loses money.",
        "{said}; together they leave {profit}, and {losing} of them lose money.",
        losing,
    )
    told = template.format(
        said=said, profit=money(bad["customer_profit"].sum(), currency), losing=number(losing)
    )
    return of_estimated_list(told, estimated)
