"""One customer against its peers, and what takes the largest losses away: causes and activities."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from kamlib.checks import require_columns
from kamlib.columns import PEER_STEPS
from kamlib.language import _, number
from kamlib.plots.labels import column_at_right, name_rows
from kamlib.plots.style import (
    LIGHT,
    axes_or_new,
    by_sign,
    legend_above,
    records,
    solid,
    styled,
    swatch,
)

MOST = 12
WORSE = 0.01  # of list value: from here on a step is marked as worse than usual


@styled
def plot_against_peers(ladder: pd.DataFrame, *, currency: str, ax: Axes | None = None) -> Axes:
    """Draw one customer's way from list value to profit, beside what is usual among its peers.

    Parameters
    ----------
    ladder : DataFrame of `peer_ladder`, one row per line from top to bottom
        ``line``, ``kind`` ("total" or "step"), ``own`` and ``usual`` in list value of goods sold.
    currency : str, for the labels, such as "EUR"
    ax : Axes, optional; a new figure is made without it

    Returns
    -------
    Axes, with one bar per line and a mark at the peers' level of each total
    """
    require_columns(ladder, "line", "kind", "own", "usual", of="peer_ladder")
    ax = axes_or_new(ax, height=1.35 + 0.34 * len(ladder))

    level = 0.0
    for row, line in enumerate(records(ladder)):
        total = line.kind == "total"
        ax.barh(row, 100 * line.own, left=0 if total else level, height=0.6, **by_sign(line.own))
        level = 100 * line.own if total else level + 100 * line.own
        if total:
            ax.plot([100 * line.usual] * 2, [row - 0.42, row + 0.42], **_MARK)
    ax.axvline(0, color=LIGHT["ink"], linewidth=0.8)
    ax.use_sticky_edges = False
    ax.margins(x=0.04)
    ax.set_ylim(len(ladder) - 0.4, -0.6)
    name_rows(ax, [_(PEER_STEPS[line]) for line in ladder["line"]], points=170)
    for text, kind in zip(ax.get_yticklabels(), ladder["kind"], strict=True):
        text.set_fontweight("bold" if kind == "total" else "normal")
    _compared(ax, ladder)
    ax.set_xlabel(_("{currency} per {currency} 100 of list value").format(currency=currency))
    marks = [swatch(_("here"), solid()), Line2D([], [], label=_("usual among peers"), **_LEGEND)]
    legend_above(ax, marks)
    return ax


def _compared(ax: Axes, ladder: pd.DataFrame) -> None:
    """Write the three columns at the right; worse than usual has ▼ and is bold."""
    bold = [{"weight": "bold" if kind == "total" else "normal"} for kind in ladder["kind"]]
    soft = [{**style, "color": LIGHT["ink_soft"]} for style in bold]
    gap = ladder["own"] - ladder["usual"]
    worse = (gap <= -WORSE).tolist()
    marked = [
        {"weight": "bold", "color": LIGHT["lost"]} if bad else soft[i]
        for i, bad in enumerate(worse)
    ]
    here, usual = ([number(100 * v, 1) for v in ladder[name]] for name in ("own", "usual"))
    apart = [
        number(100 * v, 1, signed=True) + (" ▼" if bad else "  ")
        for v, bad in zip(gap, worse, strict=True)
    ]
    end = column_at_right(ax, here, head=_("here"), after=0, styles=bold)
    end = column_at_right(ax, usual, head=_("peers"), after=end, styles=soft)
    column_at_right(ax, apart, head=_("gap"), after=end, styles=marked)


_MARK: dict[str, Any] = {
    "color": LIGHT["ink"],
    "linewidth": 3,
    "solid_capstyle": "butt",
    "zorder": 5,
}
_LEGEND: dict[str, Any] = {
    "color": LIGHT["ink"],
    "marker": "|",
    "markersize": 13,
    "markeredgewidth": 3,
    "linestyle": "none",
}
