"""Figures of who comes back and who leaves."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from kamlib.core.checks import require_columns
from kamlib.core.language import _, number, percent
from kamlib.core.vocabulary import COLUMNS
from kamlib.page.style import LIGHT, SMALL, axes_or_new, percent_ticks, styled
from kamlib.staying.returns import MOST_ORDER_DAYS


@styled
def plot_return(classes: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the share of customers that ordered again, by the number of their order days.

    Parameters
    ----------
    classes : DataFrame, one row per number of order days
        ``order_days`` (0 to 12; 12 means 12 and more), ``rate`` (0 to 1, missing for an empty
        class), ``n`` customers counted.
    ax : Axes, optional; a new figure is made without it

    Returns
    -------
    Axes; the first line holds the dots
    """
    require_columns(classes, "order_days", "rate", "n", of="chance of return")
    ax = axes_or_new(ax, height=4.2)

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
    ax.set_xticks(days, named)
    _counts_below(ax, classes)
    column = COLUMNS["order_days_24m"]
    ax.set_xlabel(f"{_(column.label)}: {_(column.meaning)}", labelpad=18)
    ax.set_ylabel(_("Share that ordered again within 12 months"))
    return ax


def _counts_below(ax: Axes, classes: pd.DataFrame) -> None:
    rows = ax.get_xaxis_transform()
    style: dict[str, Any] = {
        "textcoords": "offset points",
        "va": "top",
        "fontsize": 9,
        "color": LIGHT["ink_soft"],
    }
    for x, n in zip(classes["order_days"], classes["n"], strict=True):
        ax.annotate(
            number(n), (x, 0), (0, -20), xycoords=rows, ha="center", annotation_clip=False, **style
        )
    ax.annotate(
        _("customers"),
        (0, 0),
        (-4, -20),
        xycoords="axes fraction",
        ha="right",
        annotation_clip=False,
        **style,
    )
