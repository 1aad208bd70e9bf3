"""Sentences about losses: why, what dropping would bring, and who pays for what it asks."""

import numpy as np
import pandas as pd

from kamlib.columns import CAUSES
from kamlib.findings.company import of_estimated_list
from kamlib.language import _, money, ngettext, number


def causes_finding(rescue: pd.DataFrame) -> str:
    """Say what takes most away from the loss-makers of one period, against their peers."""
    explained = rescue[rescue["largest_cause"] != ""]
    if explained.empty:
        return _("None of the losses can be held against peers, so their causes are unknown.")
    counts = explained["largest_cause"].value_counts()
    parts = [
        _("{cause} for {n}").format(cause=_(CAUSES[cause]), n=number(counts[cause]))
        for cause in sorted(counts.index, key=lambda c: (-counts[c], list(CAUSES).index(c)))
    ]
    return _("What takes most away, against their peers: {parts}.").format(parts=", ".join(parts))


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
