"""One customer against its peers, and what takes the largest losses away: causes and activities."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from kamlib.checks import require_columns
from kamlib.columns import CAUSES, COLUMNS, PEER_STEPS
from kamlib.language import MINUS, _, number
from kamlib.plots.labels import column_at_right, fit, name_rows
from kamlib.plots.style import (
    LIGHT,
    axes_or_new,
    by_sign,
    dotted,
    legend_above,
    mix,
    money_of,
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
    marked = [{"weight": "bold", "color": LIGHT["lost"]} if bad else soft[i]
              for i, bad in enumerate(worse)]  # fmt: skip
    here, usual = ([number(100 * v, 1) for v in ladder[name]] for name in ("own", "usual"))
    apart = [number(100 * v, 1, signed=True) + (" ▼" if bad else "  ")
             for v, bad in zip(gap, worse, strict=True)]  # fmt: skip
    end = column_at_right(ax, here, head=_("here"), after=0, styles=bold)
    end = column_at_right(ax, usual, head=_("peers"), after=end, styles=soft)
    column_at_right(ax, apart, head=_("gap"), after=end, styles=marked)


@styled
def plot_causes(losers: pd.DataFrame, *, currency: str, ax: Axes | None = None) -> Axes:
    """Draw what sets the largest losses apart from their peers: one bar and number per cause.

    Parameters
    ----------
    losers : DataFrame, one row per customer in the order of the rows; 12 are drawn
        ``name``, ``gap`` and ``effect_<cause>`` in reporting currency.
    currency : str, for the labels, such as "EUR"
    ax : Axes, optional; a new figure is made without it

    Returns
    -------
    Axes, with one field per customer and cause; all bars have one scale
    """
    parts = [f"effect_{cause}" for cause in CAUSES]
    require_columns(losers, "name", "gap", *parts, of="rescue")
    rows = losers.head(MOST)
    ax = axes_or_new(ax, height=1.5 + 0.42 * max(len(rows), 2))
    if rows.empty:
        return _nobody(ax, _("Nobody loses money."))

    money = money_of(rows[["gap", *parts]].to_numpy().ravel(), currency)
    largest = np.nanmax(rows[parts].abs().to_numpy(), initial=1.0)
    for place, row in enumerate(rows[parts].to_numpy(dtype=float)):
        for column, effect in enumerate(row):
            _cause(ax, place, column, effect, largest, money.write(effect, signed=True))
    _fields(ax, rows["name"].tolist(), [_(COLUMNS[part].label) for part in parts])
    gaps = [money.write(gap, signed=True) for gap in rows["gap"]]
    bold = [{"weight": "bold"}] * len(rows)
    column_at_right(ax, gaps, head=_("Gap"), after=0, styles=bold)
    ax.set_xlabel(_("{unit}; hatched takes away, solid adds").format(unit=money.unit))
    return ax


def _cause(ax: Axes, row: int, column: int, effect: float, largest: float, written: str) -> None:
    if np.isnan(effect):
        ax.add_patch(Rectangle((column - 0.45, row - 0.4), 0.9, 0.8, **dotted()))
        ax.text(column, row, "?", ha="center", va="center", fontsize=10)
        return
    wide = 0.86 * abs(effect) / largest
    left = column - 0.43 if effect >= 0 else column + 0.43 - wide
    ax.add_patch(Rectangle((left, row + 0.12), wide, 0.2, **by_sign(effect)))
    soft: dict[str, Any] = {"color": LIGHT["ink_soft"]}
    strong = {"weight": "bold", "color": LIGHT["lost"]} if written[0] == MINUS else soft
    ax.text(column + 0.43, row - 0.14, written, ha="right", va="center", fontsize=10, **strong)


@styled
def plot_activities(served: pd.DataFrame, *, currency: str, ax: Axes | None = None) -> Axes:
    """Draw what each activity costs for the largest losses, in 100 of invoice revenue.

    Parameters
    ----------
    served : DataFrame, one row per customer in the order of the rows; 12 are drawn
        ``name``, then one column per activity in share of invoice revenue; missing: unknown.
    currency : str, for the labels, such as "EUR"
    ax : Axes, optional; a new figure is made without it

    Returns
    -------
    Axes, with a number in each field, darker where the activity costs more
    """
    require_columns(served, "name", of="activities")
    rows = served.head(MOST)
    ax = axes_or_new(ax, height=1.7 + 0.36 * max(len(rows), 2))
    activities = [name for name in served.columns if name != "name"]
    if rows.empty or not activities:
        return _nobody(ax, _("Nobody loses money."))

    shares = 100 * rows[activities].to_numpy(dtype=float)
    largest = max(np.nanmax(shares, initial=0.0), 1e-9)
    for (row, column), share in np.ndenumerate(shares):
        _cell(ax, row, column, share, share / largest)
    _fields(ax, rows["name"].tolist(), activities)
    unknown = np.isnan(shares).any(axis=1)
    totals = [(_("≥ {total}") if part else "{total}").format(total=number(total, 1))
              for total, part in zip(np.nansum(shares, axis=1), unknown, strict=True)]  # fmt: skip
    column_at_right(ax, totals, head=_("Total"), after=0, styles=[{"weight": "bold"}] * len(rows))
    words = _("{currency} per {currency} 100 of invoice revenue").format(currency=currency)
    missing = _("; ? is unknown, not zero") if unknown.any() else ""
    ax.set_xlabel(words + missing)
    return ax


def _cell(ax: Axes, row: int, column: int, share: float, strength: float) -> None:
    box = ((column - 0.47, row - 0.45), 0.94, 0.9)
    if np.isnan(share):
        ax.add_patch(Rectangle(*box, **dotted()))
        ax.text(column, row, "?", ha="center", va="center", fontsize=10, weight="bold",
                bbox={"facecolor": LIGHT["paper"], "edgecolor": "none", "pad": 1})  # fmt: skip
        return
    dark = strength > 0.75
    colour = mix(LIGHT["lost"], 0.06 + 0.94 * max(strength, 0.0))
    ax.add_patch(Rectangle(*box, facecolor=colour, edgecolor="none"))
    ink = LIGHT["paper"] if dark else LIGHT["ink"]
    ax.text(column, row, number(share, 1), ha="center", va="center", fontsize=10, color=ink,
            weight="bold" if strength > 0.5 else "normal")  # fmt: skip


def _fields(ax: Axes, names: Sequence[object], heads: Sequence[str]) -> None:
    """Lay out rows and columns of fields: names at the left, heads above in up to three lines."""
    ax.set_xlim(-0.5, len(heads) - 0.5)
    ax.set_ylim(len(names) - 0.5, -0.5)
    name_rows(ax, names)
    ax.xaxis.tick_top()
    ax.set_xticks(range(len(heads)), [_broken(head, 440 / max(len(heads), 1)) for head in heads])
    ax.tick_params(axis="x", length=0, labelcolor=LIGHT["ink_soft"])
    ax.spines[["left", "bottom"]].set_visible(False)


def _broken(head: str, points: float) -> str:
    """Break a head at its spaces; a word that is too wide is cut."""
    return "\n".join(fit(word, min(points, 110) - 4, size=10) for word in head.split()[:4])


def _nobody(ax: Axes, words: str) -> Axes:
    ax.axis("off")
    ax.text(0.5, 0.5, words, transform=ax.transAxes, ha="center", va="center", fontsize=12)
    return ax


_MARK: dict[str, Any] = {
    "color": LIGHT["ink"],
    "linewidth": 3,
    "solid_capstyle": "butt",
    "zorder": 5,
}
_LEGEND: dict[str, Any] = {"color": LIGHT["ink"], "marker": "|", "markersize": 13,
                           "markeredgewidth": 3, "linestyle": "none"}  # fmt: skip
