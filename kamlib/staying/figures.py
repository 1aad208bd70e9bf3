"""Figures of who comes back and who leaves."""

from datetime import date
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.lines import Line2D

from kamlib.core.language import _, number, percent
from kamlib.core.timespans import months_earlier
from kamlib.page.style import (
    LIGHT,
    SMALL,
    fit,
    hatched,
    legend_above,
    mix,
    new_axes,
    percent_ticks,
    records,
    styled,
    swatch,
)
from kamlib.staying.returns import MOST_ORDER_DAYS
from kamlib.staying.rhythm import LATE, LATE_DAYS

MONTHS_SHOWN, ROOM_FOR_WORDS = 18, 340  # days at the right, for the sign and the rhythm
NAME_WIDTH = 150  # points


@styled
def plot_return(classes: pd.DataFrame, *, months: int, later: int) -> Axes:
    """Draw the share of customers that ordered again, by the number of their order days.

    Parameters
    ----------
    classes : DataFrame, one row per number of order days
        ``order_days`` (0 to 12; 12 means 12 and more), ``rate`` (0 to 1, missing for an empty
        class), ``n`` customers counted.
    months : in which order days are counted; of some only as far as the lines reach back
    later : months in which they came back or did not

    Returns
    -------
    Axes; the first line holds the dots
    """
    ax = new_axes(height=4.2)

    days = classes["order_days"].to_numpy()
    ax.plot(
        days, classes["rate"], "o", color=LIGHT["earned"], markersize=8, clip_on=False, zorder=5
    )
    ax.vlines(days, 0, classes["rate"], color=LIGHT["earned"], linewidth=2)
    for x, rate in zip(days, classes["rate"], strict=True):
        if pd.notna(rate):
            ax.annotate(
                percent(rate),
                (x, rate),
                (0, 8),
                textcoords="offset points",
                ha="center",
                fontsize=SMALL,
                weight="bold",
                annotation_clip=False,
            )
    ax.set(xlim=(min(days) - 0.5, max(days) + 0.5), ylim=(0, 1.02))
    percent_ticks(ax.yaxis)
    named = [f"{day}+" if day == MOST_ORDER_DAYS else f"{day}" for day in map(int, days)]
    ax.set_xticks(days, [f"{day}\n{number(n)}" for day, n in zip(named, classes["n"], strict=True)])
    ax.set_xlabel(_("Order days in up to {n} months before; below it, customers").format(n=months))
    ax.set_ylabel(_("Share that ordered again within {n} months").format(n=later))
    return ax


@styled
def plot_leavers(leavers: pd.DataFrame, orders: pd.DataFrame, *, end: date) -> Axes:
    """Draw the order days of each leaver, how long it may be silent, and how long it is overdue.

    Parameters
    ----------
    leavers : DataFrame, most at stake first: ``customer_id, name, silent_days, usual_days,
        revenue_change``, and ``signs``
    orders : DataFrame customer_id, date
    end : last day of the period

    Returns
    -------
    Axes, one line of ticks per customer
    """
    ax = new_axes(height=1.3 + 0.55 * len(leavers))
    today, first = float(date2num(end)), float(date2num(months_earlier(end, MONTHS_SHOWN)))
    due: dict[str, Any] = {"facecolor": mix(LIGHT["earned"], 0.25), "edgecolor": "none"}
    late = hatched(LIGHT["lost"])
    for place, row in enumerate(records(leavers)):
        days = date2num(orders.loc[orders["customer_id"] == row.customer_id, "date"].unique())
        ax.vlines(
            days[days >= first], place - 0.26, place + 0.26, color=LIGHT["ink"], linewidth=1.4
        )
        may = max(LATE * row.usual_days if row.usual_days == row.usual_days else 0, LATE_DAYS)
        last = today - row.silent_days
        ax.barh(
            place, min(may, row.silent_days), left=max(last, first), height=0.52, zorder=0, **due
        )
        if row.silent_days > may:
            ax.barh(place, row.silent_days - may, left=last + may, height=0.52, **late)
        _say_sign(ax, row, today, place, row.silent_days - may)
    ax.set_yticks(range(len(leavers)), [fit(name, NAME_WIDTH, size=10) for name in leavers["name"]])
    ax.set(xlim=(first, today + ROOM_FOR_WORDS), ylim=(len(leavers) - 0.4, -0.6))
    ax.spines["bottom"].set_bounds(first, today)
    ax.axvline(today, color=LIGHT["ink"], linewidth=1.2)
    starts = pd.date_range(months_earlier(end, MONTHS_SHOWN), end, freq="2QS")
    ax.set_xticks(date2num(starts), [f"{each.month:02}/{each.year}" for each in starts])
    order = Line2D([], [], color=LIGHT["ink"], marker="|", linestyle="none", label=_("order"))
    legend_above(ax, [order, swatch(_("silent so far"), due), swatch(_("longer than usual"), late)])
    return ax


def _say_sign(ax: Axes, row: Any, today: float, place: int, late: float) -> None:
    """Write the sign of leaving beside the line, and the rhythm below it."""
    sign = _("stopped a product group")
    if "fading" in row.signs:
        sign = _("▼ buys {less} less").format(less=percent(-row.revenue_change))
    if late > 0:
        sign = _("▲ overdue {n} days").format(n=number(late))
    usual = number(row.usual_days) if row.usual_days == row.usual_days else "?"
    rhythm = _("silent {n}, usually {usual} days").format(n=number(row.silent_days), usual=usual)
    lines: list[tuple[str, int, dict[str, Any]]] = [
        (sign, 1, {"color": LIGHT["lost"], "weight": "bold", "va": "bottom"}),
        (rhythm, -1, {"color": LIGHT["ink_soft"], "va": "top"}),
    ]
    for words, up, style in lines:
        ax.annotate(
            words,
            (today, place),
            (6, up),
            textcoords="offset points",
            fontsize=SMALL,
            in_layout=False,
            **style,
        )
