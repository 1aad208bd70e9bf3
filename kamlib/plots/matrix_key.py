"""The words of the matrix: the list of numbers, the key of marks and areas, names beside marks."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.text import Text

from kamlib.columns import LEVELS
from kamlib.language import _, ngettext, number
from kamlib.plots.labels import (
    Box,
    Label,
    beside,
    box_around,
    boxes_of,
    fit,
    hits,
    place,
    width_of,
)
from kamlib.plots.style import LIGHT, SMALL, Money, mix, records, settle

SHAPES = {1: "D", 2: "^", 3: "s", 4: "o"}  # the level again, for eyes that do not see its colour
CROWD = mix(LIGHT["neutral"], 0.42)
LEAST_AREA, MOST_AREA = 14.0, 560.0  # square points
PROSPECT_AREA = 60.0
LIST_WIDTH = 135  # points for a name of the list
STEP = 16  # points between two rows beside the figure


def area_of(profit: float, largest: float) -> float:
    """Return the area of a mark in square points; it grows with the profit or loss."""
    if not np.isfinite(profit):
        return PROSPECT_AREA
    return (
        LEAST_AREA + (MOST_AREA - LEAST_AREA) * abs(profit) / largest if largest > 0 else LEAST_AREA
    )


def list_numbered(ax: Axes, points: pd.DataFrame) -> float:
    """Write the list of numbers and names; return where the next row stands, in points."""
    listed = points[points["number"].notna()]
    if listed.empty:
        return 10.0
    _beside(ax, 14, 10, _("Numbered in the figure"), color=LIGHT["ink_soft"])
    for mark in records(listed):
        down = 10 + STEP * mark.number
        _beside(ax, 28, down, number(mark.number), ha="right", weight="bold")
        _beside(ax, 35, down, fit(mark.name, LIST_WIDTH, size=10))
    return 10.0 + STEP * (len(listed) + 1.6)


def explain_marks(ax: Axes, points: pd.DataFrame, down: float) -> float:
    """Write the key of the marks that occur; return where the next row stands, in points."""
    told, crowd = points[points["told"]], points[~points["told"]]
    rows: list[tuple[str, dict[str, Any]]] = []
    levels = sorted(set(told["level"].dropna().astype(int)), reverse=True)
    for level in levels:
        words = f"{number(level)} {_(LEVELS[level])}"
        rows.append((words, {"marker": SHAPES[level], "color": LIGHT[f"level{level}"]}))
    hollow: dict[str, Any] = {
        "marker": "o",
        "markerfacecolor": LIGHT["paper"],
        "color": LIGHT["neutral"],
    }
    if (~crowd["loss"] & ~crowd["prospect"]).any():
        words = _("the others") if len(told) else _("a customer")
        rows.append((words, {"marker": "o", "color": CROWD}))
    if points["loss"].any():
        rows.append((_("hollow: at a loss"), {**hollow, "markeredgewidth": 1.4}))
    if points["prospect"].any():
        rows.append(
            (_("prospect"), {"marker": "+", "color": LIGHT["neutral"], "markeredgewidth": 1.4})
        )
    if points["ringed"].any():
        ring = {**hollow, "color": LIGHT["uncertain"], "markeredgewidth": 1.3}
        rows.append((_("ring: may not hold"), ring))
    if levels:
        _beside(ax, 14, down, _("Mark = level"), color=LIGHT["ink_soft"])
        down += STEP
    for words, style in rows:
        _mark_beside(ax, 23, down, markersize=8, **style)
        _beside(ax, 35, down, words)
        down += STEP
    return down + 0.6 * STEP


def explain_areas(ax: Axes, points: pd.DataFrame, money: Money, down: float) -> None:
    """Write which area means how much money."""
    largest = points["customer_profit"].abs().max()
    if not largest > 0:
        return
    words = _("Area = profit or loss,\n{unit}").format(unit=money.unit)
    _beside(ax, 14, down + 5, words, color=LIGHT["ink_soft"])
    size = 10 ** np.floor(np.log10(largest))
    round_one = size * max(step for step in (1, 2, 5) if step * size <= largest)
    right = 14.0
    for part in (0.1, 0.4, 1.0):
        radius = np.sqrt(area_of(part * round_one, largest) / np.pi)
        amount = part * round_one / money.by
        text = number(amount, 0 if float(amount).is_integer() else 1)
        right += max(radius, width_of(text, size=10) / 2)
        _mark_beside(ax, right, down + 38, marker="o", color=CROWD, markersize=2 * radius)
        _beside(ax, right, down + 62, text, ha="center")
        right += max(radius, width_of(text, size=10) / 2) + 12


def write_names(ax: Axes, points: pd.DataFrame, corners: list[Text]) -> list[str]:
    """Write numbers into marks and names beside them; return the names that found no place."""
    avoid = boxes_of(corners, settle(ax))
    told = points[points["told"]]
    labels, wanting = _write_numbers(ax, told)
    avoid += [_mark_box(ax, mark) for mark in records(told)]
    soft = _mark_boxes(ax, points[~points["told"]])
    soft += [box for mark in records(told) for box in _interval_boxes(ax, mark)]
    named = told[told["number"].isna()].sort_values("area", ascending=False, kind="stable")
    labels += [
        _label_of(ax, mark, fit(mark.name, LIST_WIDTH, size=SMALL)) for mark in records(named)
    ]
    wanting += named["name"].tolist()
    left_out = [wanting[position] for position in place(ax, labels, avoid=avoid, soft=soft)]
    if left_out:
        words = ngettext(
            "{n} name found no place", "{n} names found no place", len(left_out)
        ).format(n=number(len(left_out)))
        ax.annotate(
            words,
            (1, 0),
            (14, 4),
            xycoords="axes fraction",
            textcoords="offset points",
            fontsize=SMALL,
            color=LIGHT["ink_soft"],
            annotation_clip=False,
        )
    return left_out


def _write_numbers(ax: Axes, told: pd.DataFrame) -> tuple[list[Label], list[str]]:
    """Write each number into its mark; return labels and names of those that have no room there."""
    labels: list[Label] = []
    names: list[str] = []
    on_top = told.sort_values("area", ascending=False, kind="stable")
    boxes = np.array([_mark_box(ax, mark) for mark in records(on_top)])
    for rank, mark in enumerate(records(on_top)):
        if np.isnan(mark.number):
            continue
        box = np.array(box_around(ax, mark.x, mark.y, 7 * _pixels(ax)))
        if (
            mark.prospect or hits(box, boxes[rank + 1 :]).any()
        ):  # no disc, or a smaller one covers it
            labels.append(_label_of(ax, mark, number(mark.number), weight="bold", lead=True))
            names.append(mark.name)
            continue
        ax.annotate(
            number(mark.number),
            (mark.x, mark.y),
            (0, -2.5 if mark.shape == "^" else -0.4),
            textcoords="offset points",
            ha="center",
            va="center_baseline",
            fontsize=9,
            weight="bold",
            color=mark.colour if mark.loss else LIGHT["paper"],
            zorder=9,
        )
    return labels, names


def _label_of(ax: Axes, mark: Any, words: str, *, lead: bool = False, **style: Any) -> Label:
    radius = np.sqrt(mark.area / np.pi) * _pixels(ax)
    look: dict[str, Any] = {"fontsize": SMALL, "zorder": 8, "color": mark.colour, **style}
    return Label(mark.x, mark.y, radius, words, look, lead)


def _mark_box(ax: Axes, mark: Any) -> Box:
    return box_around(ax, mark.x, mark.y, np.sqrt(mark.area / np.pi) * _pixels(ax))


def _mark_boxes(ax: Axes, marks: pd.DataFrame) -> list[Box]:
    """Return the boxes of many marks in pixels."""
    middle = ax.transData.transform(marks[["x", "y"]].to_numpy(dtype=np.float64))
    radius = np.sqrt(marks["area"].to_numpy(dtype=np.float64) / np.pi)[:, None] * _pixels(ax)
    return [(*low, *high) for low, high in zip(middle - radius, middle + radius, strict=True)]


def _interval_boxes(ax: Axes, mark: Any) -> list[Box]:
    ends = [((mark.side_a_low, mark.y), (mark.side_a_high, mark.y))]
    if mark.asked:
        ends.append(((mark.x, mark.side_b_low), (mark.x, mark.side_b_high)))
    pixels = [ax.transData.transform(pair) for pair in ends]
    return [(*(low - 1), *(high + 1)) for low, high in pixels]


def _pixels(ax: Axes) -> float:
    return ax.figure.dpi / 72


def _beside(ax: Axes, right: float, down: float, words: str, **style: Any) -> None:
    ax.annotate(
        words,
        (1, 1),
        (right, -down),
        xycoords="axes fraction",
        va="center",
        fontsize=10,
        textcoords="offset points",
        annotation_clip=False,
        **style,
    )


def _mark_beside(ax: Axes, right: float, down: float, **style: Any) -> None:
    ax.plot([0], [0], transform=beside(ax, right, down), clip_on=False, linestyle="none", **style)
