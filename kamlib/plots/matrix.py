"""Both sides in one picture: how attractive a party is to us against how attractive we are to it.

Those with a number are listed beside the figure, so that their names cannot collide; other names are
placed where there is room. A side B that nobody asked about has a strip of its own.
"""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from kamlib.checks import require_columns
from kamlib.language import _, ngettext, number
from kamlib.plots.matrix_key import (
    CROWD,
    SHAPES,
    area_of,
    explain_areas,
    explain_marks,
    list_numbered,
    write_names,
)
from kamlib.plots.style import DASHED, LIGHT, axes_or_new, halo, mix, money_of, records, styled

MOST_NUMBERED = 12
STRIP = (-0.27, -0.04)  # where an unknown side B is drawn
NUMBER_AREA = {"^": 330.0}  # a mark that holds a number is at least this large
OTHER_NUMBER_AREA = 190.0
NAMED_AREA = 36.0
RING = 6.0  # points that a ring is wider than its mark
SIDES = ["side_a_low", "side_a_high", "side_b_low", "side_b_high"]


class Cuts(NamedTuple):
    """Where a side begins to hold, 0 to 1."""

    a: float
    b: float


@styled
def plot_matrix(
    parties: pd.DataFrame, *, cut_a: float, cut_b: float, currency: str, ax: Axes | None = None
) -> Axes:
    """Draw side A against side B; a point is the middle of its interval.

    Parameters
    ----------
    parties : DataFrame, one row per customer or prospect
        ``name``; ``side_a_low``, ``side_a_high``, ``side_b_low``, ``side_b_high`` (0 to 1);
        ``asked`` (False: side B unknown, drawn in a strip below); ``customer_profit`` (missing for
        prospects); ``numbered`` (the first 12 get a number, in the order of the rows); ``named``;
        ``level`` (1 to 4 or missing); ``both_hold`` (yes, may or no: who stands in the corner of
        both sides and is not certain, or behind a rival, gets a ring).
    cut_a, cut_b : float, 0 to 1, from where a side holds
    currency : str, for the legend of areas, such as "EUR"
    ax : Axes, optional; a new figure is made without it

    Returns
    -------
    Axes; ``ax.left_out`` lists the names that found no place beside their mark
    """
    require_columns(
        parties,
        "name",
        *SIDES,
        "asked",
        "customer_profit",
        "numbered",
        "level",
        "named",
        "both_hold",
        of="matrix",
    )
    ax = axes_or_new(ax, height=6.9)

    points = _points(parties, Cuts(cut_a, cut_b))
    corners = _ground(ax, points, Cuts(cut_a, cut_b))
    _draw_crowd(ax, points)
    _draw_told(ax, points)
    _ring(ax, points)
    down = list_numbered(ax, points)
    down = explain_marks(ax, points, down)
    explain_areas(ax, points, money_of(points["customer_profit"], currency), down)
    ax.left_out = write_names(ax, points, corners)  # type: ignore[attr-defined]
    return ax


def _points(parties: pd.DataFrame, cut: Cuts) -> pd.DataFrame:
    """Add the place, area, number and colour of each mark, and who is ringed."""
    points = parties.reset_index(drop=True)
    asked = points["asked"].astype(bool)
    known = (
        points[SIDES].astype(float).fillna({name: float(name.endswith("high")) for name in SIDES})
    )
    x = known[["side_a_low", "side_a_high"]].mean(axis=1)
    y = known[["side_b_low", "side_b_high"]].mean(axis=1)
    rank = x.rank(method="first")  # neighbours in the strip stand at different heights
    strip = sum(STRIP) / 2 + 0.115 * ((rank * 0.618034) % 1 - 0.42)
    flagged = points["numbered"].astype(bool)
    numbers = flagged.cumsum().where(flagged)
    profit = points["customer_profit"]
    points = points.assign(
        **known,
        asked=asked,
        x=x,
        y=y.where(asked, strip),
        ringed=asked & (x >= cut.a) & (y >= cut.b) & (points["both_hold"] != "yes"),
        number=numbers.where(numbers <= MOST_NUMBERED),
        told=flagged | points["named"].astype(bool),
        loss=profit < 0,
        prospect=profit.isna(),
        shape=["o" if pd.isna(level) else SHAPES[int(level)] for level in points["level"]],
        colour=[_colour(*mark) for mark in zip(points["level"], profit, strict=True)],
    )
    return points.assign(area=_areas(points))


def _areas(points: pd.DataFrame) -> pd.Series:
    profit = points["customer_profit"]
    largest = profit.abs().max()
    area = profit.map(lambda one: area_of(one, largest))
    least = points["shape"].map(lambda shape: NUMBER_AREA.get(shape, OTHER_NUMBER_AREA))
    least = least.where(points["number"].notna(), NAMED_AREA)
    marked = points["told"] & ~points["prospect"]
    return area.where(~marked, np.maximum(area, least))


def _colour(level: float, profit: float) -> str:
    if pd.notna(level):
        return LIGHT[f"level{int(level)}"]
    return LIGHT["ink" if pd.isna(profit) else "lost" if profit < 0 else "earned"]


def _ground(ax: Axes, points: pd.DataFrame, cut: Cuts) -> list[Text]:
    """Draw the quarters, the cuts and the strip; return the words in the corners."""
    unknown = int((~points["asked"]).sum())
    bottom = STRIP[0] if unknown else 0.0
    floor = STRIP[1] if unknown else 0.0
    ax.set(xlim=(0, 1), ylim=(bottom, 1))
    corner = Rectangle((cut.a, cut.b), 1 - cut.a, 1 - cut.b, facecolor=mix(LIGHT["earned"], 0.08))
    corner.set_zorder(0)
    ax.add_patch(corner)
    style: dict[str, Any] = {
        "color": LIGHT["ink_soft"],
        "linewidth": 0.9,
        "linestyle": DASHED,
        "zorder": 1,
    }
    ax.plot([cut.a, cut.a], [floor, 1], **style)
    ax.plot([0, 1], [cut.b, cut.b], **style)
    ticks = np.linspace(0, 1, 6)
    words = [number(100 * tick) for tick in ticks]
    ax.set_xticks(ticks, words)
    ax.set_yticks(
        [*ticks, sum(STRIP) / 2][: 7 if unknown else 6], [*words, "?"][: 7 if unknown else 6]
    )
    ax.set_xlabel(_("Side A: how attractive they are to us (0 to 100)"))
    ax.set_ylabel(_("Side B: how attractive we are to them (0 to 100)"))
    if unknown:
        strip = Rectangle(
            (0, bottom),
            1,
            floor - bottom,
            facecolor=LIGHT["panel"],
            hatch="....",
            edgecolor=LIGHT["rule"],
            linewidth=0.5,
            zorder=0,
        )
        ax.add_patch(strip)
    return _corners(ax, floor, unknown)


def _corners(ax: Axes, floor: float, unknown: int) -> list[Text]:
    style: dict[str, Any] = {
        "fontsize": 10,
        "zorder": 6,
        "linespacing": 1.2,
        "color": LIGHT["ink_soft"],
    }
    strong: dict[str, Any] = {**style, "color": LIGHT["earned"], "weight": "bold"}
    bottom = floor + 0.008
    texts = [
        ax.text(0.988, 0.984, _("BOTH SIDES HOLD"), ha="right", va="top", **strong),
        ax.text(0.012, 0.984, _("THEY VALUE US, WE GAIN LITTLE\nserve simply"), va="top", **style),
        ax.text(
            0.988,
            bottom,
            _("WE WANT THEM,\nTHEY HAVE BETTER\nimprove, or let go"),
            ha="right",
            va="bottom",
            **style,
        ),
        ax.text(0.012, bottom, _("TRANSACT"), va="bottom", **style),
    ]
    if unknown:
        words = ngettext(
            "SIDE B UNKNOWN: {n} nobody asked",
            "SIDE B UNKNOWN: {n} nobody asked",
            unknown,
        ).format(n=number(unknown))
        dark: dict[str, Any] = {**style, "color": LIGHT["uncertain"]}
        texts.append(ax.text(0.012, STRIP[0] + 0.01, words, va="bottom", **dark))
    return [halo(text, 4) for text in texts]


def _draw_crowd(ax: Axes, points: pd.DataFrame) -> None:
    crowd = points[~points["told"]]
    grey = crowd[~crowd["loss"] & ~crowd["prospect"]]
    ax.scatter(
        grey["x"],
        grey["y"],
        s=grey["area"],
        facecolor=CROWD,
        edgecolor=LIGHT["paper"],
        linewidth=0.5,
        zorder=2,
    )
    losing = crowd[crowd["loss"]]
    ax.scatter(
        losing["x"],
        losing["y"],
        s=losing["area"],
        facecolor=LIGHT["paper"],
        edgecolor=LIGHT["neutral"],
        linewidth=0.9,
        zorder=2,
    )
    prospects = crowd[crowd["prospect"]]
    ax.scatter(
        prospects["x"],
        prospects["y"],
        s=42,
        marker="+",
        color=LIGHT["neutral"],
        linewidth=1.2,
        zorder=2,
    )


def _ring(ax: Axes, points: pd.DataFrame) -> None:
    """Ring who stands in the corner of both sides although not all of it holds for certain."""
    for mark in records(points[points["ringed"]]):
        across = 2 * np.sqrt(mark.area / np.pi) + RING
        ax.plot(
            mark.x,
            mark.y,
            "o",
            markersize=across,
            markerfacecolor="none",
            color=LIGHT["uncertain"],
            markeredgewidth=1.3,
            zorder=5,
        )


def _draw_told(ax: Axes, points: pd.DataFrame) -> None:
    """Draw those with a number or a name, large ones first, with their intervals."""
    told = points[points["told"]].sort_values("area", ascending=False, kind="stable")
    for mark in records(told):
        style: dict[str, Any] = {"color": mark.colour, "linewidth": 0.9, "alpha": 0.6, "zorder": 3}
        ax.hlines(mark.y, mark.side_a_low, mark.side_a_high, **style)
        if mark.asked:
            ax.vlines(mark.x, mark.side_b_low, mark.side_b_high, **style)
        if mark.prospect:
            ax.scatter(mark.x, mark.y, s=80, marker="+", color=mark.colour, linewidth=2, zorder=4)
            continue
        ax.scatter(
            mark.x,
            mark.y,
            s=mark.area,
            marker=mark.shape,
            zorder=4,
            linewidth=1.6 if mark.loss else 1,
            facecolor=LIGHT["paper"] if mark.loss else mark.colour,
            edgecolor=mark.colour if mark.loss else LIGHT["paper"],
        )
