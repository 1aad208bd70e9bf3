"""Figures of both sides: the matrix, and what a customer wants from each supplier."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from kamlib.core.codes import LEVELS, SOURCES
from kamlib.core.language import UNKNOWN, _, ngettext, number, percent, span_of_points
from kamlib.core.vocabulary import COLUMNS
from kamlib.page.style import (
    DASHED,
    LIGHT,
    SMALL,
    Label,
    Money,
    box_around,
    boxes_of,
    column_at_right,
    dotted,
    fit,
    halo,
    hits,
    legend_above,
    mix,
    money_of,
    name_rows,
    new_axes,
    place,
    records,
    settle,
    styled,
)

SHAPES = {1: "D", 2: "^", 3: "s", 4: "o"}  # the level again, for eyes that do not see its colour
CROWD = mix(LIGHT["neutral"], 0.42)
LEAST_AREA, MOST_AREA, PROSPECT_AREA = 14.0, 560.0, 60.0  # square points
NUMBER_AREA = {"^": 330.0}  # a mark that holds a number is at least this large
OTHER_NUMBER_AREA = 190.0
RING = 6.0  # points that a ring is wider than its mark
LIST_WIDTH = 135  # points for a name of the list
STRIP = (-0.27, -0.04)  # where an unknown side B is drawn
SIDES = ["side_a_low", "side_a_high", "side_b_low", "side_b_high"]
US: dict[str, Any] = {"marker": "o", "linestyle": "none", "color": LIGHT["side_b"], "markersize": 9}
US_GUESSED: dict[str, Any] = {**US, "markerfacecolor": LIGHT["paper"], "markeredgewidth": 1.8}
RIVAL: dict[str, Any] = {**US_GUESSED, "marker": "s", "color": LIGHT["neutral"], "markersize": 8}
HOLLOW = {"facecolor": LIGHT["paper"], "edgecolor": LIGHT["neutral"], "linewidth": 0.9}


@styled
def plot_matrix(parties: pd.DataFrame, *, cut_a: float, cut_b: float, currency: str) -> Axes:
    """Draw side A against side B; a point is the middle of its interval.

    Parameters
    ----------
    parties : DataFrame, one row per customer or prospect
        ``name``; ``side_a_low``, ``side_a_high``, ``side_b_low``, ``side_b_high`` (0 to 1);
        ``asked`` (False: side B unknown, drawn in a strip below); ``customer_profit`` (missing for
        prospects); ``numbered`` (gets a number, in the order of the rows); ``level`` (1 to 4 or
        missing); ``both_hold`` (yes, may or no: who stands in the corner of both sides and is not
        certain, or behind a rival, gets a ring).
    cut_a, cut_b : float, 0 to 1, from where a side holds
    currency : str, for the legend of areas, such as "EUR"
    """
    ax = new_axes(height=6.9)

    points = _points(parties, cut_a, cut_b)
    corners = _ground(ax, points, cut_a, cut_b)
    _draw_crowd(ax, points[points["number"].isna()])
    numbered = points[points["number"].notna()]
    _draw_numbered(ax, numbered.sort_values("area", ascending=False, kind="stable"))
    _ring(ax, points)
    _list_marks(ax, points)
    _explain_areas(ax, points, money_of(points["customer_profit"], currency))
    _write_numbers(ax, points, corners)
    return ax


def _points(parties: pd.DataFrame, cut_a: float, cut_b: float) -> pd.DataFrame:
    """Add the place, area, number and colour of each mark, and who is ringed."""
    points = parties.reset_index(drop=True)
    asked = points["asked"].astype(bool)
    unknown = {name: float(name.endswith("high")) for name in SIDES}
    known = points[SIDES].astype(float).fillna(unknown)
    x = known[["side_a_low", "side_a_high"]].mean(axis=1)
    y = known[["side_b_low", "side_b_high"]].mean(axis=1)
    rank = x.rank(method="first")  # neighbours in the strip stand at different heights
    strip = sum(STRIP) / 2 + 0.115 * ((rank * 0.618034) % 1 - 0.42)
    flagged = points["numbered"].astype(bool)
    profit = points["customer_profit"]
    points = points.assign(
        **known,
        asked=asked,
        x=x,
        y=y.where(asked, strip),
        ringed=asked & (x >= cut_a) & (y >= cut_b) & (points["both_hold"] != "yes"),
        number=flagged.cumsum().where(flagged),
        loss=profit < 0,
        prospect=profit.isna(),
        shape=["o" if pd.isna(level) else SHAPES[int(level)] for level in points["level"]],
        colour=[_colour(*mark) for mark in zip(points["level"], profit, strict=True)],
    )
    least = points["shape"].map(lambda shape: NUMBER_AREA.get(shape, OTHER_NUMBER_AREA))
    area = _area(profit, profit.abs().max())
    held = points["number"].notna() & ~points["prospect"]
    return points.assign(area=area.where(~held, np.maximum(area, least)))


def _area(profit: pd.Series, largest: float) -> pd.Series:
    """Return the area of marks in square points; it grows with the profit or loss."""
    share = profit.abs() / largest if largest > 0 else 0 * profit
    return (LEAST_AREA + (MOST_AREA - LEAST_AREA) * share).fillna(PROSPECT_AREA)


def _colour(level: float, profit: float) -> str:
    if pd.notna(level):
        return LIGHT[f"level{int(level)}"]
    return LIGHT["ink" if pd.isna(profit) else "lost" if profit < 0 else "earned"]


def _ground(ax: Axes, points: pd.DataFrame, cut_a: float, cut_b: float) -> list[Text]:
    """Draw the quarters, the cuts and the strip; return the words in the corners."""
    unknown = int((~points["asked"]).sum())
    bottom, floor = STRIP if unknown else (0.0, 0.0)
    ax.set(xlim=(0, 1), ylim=(bottom, 1))
    shade = mix(LIGHT["earned"], 0.08)
    ax.add_patch(Rectangle((cut_a, cut_b), 1 - cut_a, 1 - cut_b, facecolor=shade, zorder=0))
    style: dict[str, Any] = {"color": LIGHT["ink_soft"], "linewidth": 0.9, "linestyle": DASHED}
    ax.plot([cut_a, cut_a], [floor, 1], zorder=1, **style)
    ax.plot([0, 1], [cut_b, cut_b], zorder=1, **style)
    ticks = np.linspace(0, 1, 6).tolist()
    words = [number(100 * tick) for tick in ticks]
    ax.set_xticks(ticks, words)
    ax.set_xlabel(_("Side A: how attractive they are to us (0 to 100)"))
    ax.set_ylabel(_("Side B: how attractive we are to them (0 to 100)"))
    if unknown:
        ticks, words = [*ticks, sum(STRIP) / 2], [*words, "?"]
        ground = {"facecolor": LIGHT["panel"], "edgecolor": LIGHT["rule"], "linestyle": "-"}
        strip = dotted() | ground | {"linewidth": 0.5}
        ax.add_patch(Rectangle((0, bottom), 1, floor - bottom, zorder=0, **strip))
    ax.set_yticks(ticks, words)
    return _corners(ax, floor, unknown)


def _corners(ax: Axes, floor: float, unknown: int) -> list[Text]:
    bottom = floor + 0.008
    corners = [
        (0.988, 0.984, _("BOTH SIDES HOLD"), "earned"),
        (0.012, 0.984, _("THEY VALUE US, WE GAIN LITTLE\nserve simply"), "ink_soft"),
        (0.988, bottom, _("WE WANT THEM,\nTHEY HAVE BETTER\nimprove, or let go"), "ink_soft"),
        (0.012, bottom, _("TRANSACT"), "ink_soft"),
    ]
    if unknown:
        words = ngettext(
            "SIDE B UNKNOWN: {n} nobody asked", "SIDE B UNKNOWN: {n} nobody asked", unknown
        )
        corners.append((0.012, STRIP[0] + 0.01, words.format(n=number(unknown)), "uncertain"))
    texts = [
        ax.text(
            x,
            y,
            words,
            ha="right" if x > 0.5 else "left",
            va="top" if y > 0.5 else "bottom",
            color=LIGHT[colour],
            weight="bold" if colour == "earned" else "normal",
            fontsize=10,
            linespacing=1.2,
            zorder=6,
        )
        for x, y, words, colour in corners
    ]
    return [halo(text, 4) for text in texts]


def _draw_crowd(ax: Axes, crowd: pd.DataFrame) -> None:
    earns = {"facecolor": CROWD, "edgecolor": LIGHT["paper"], "linewidth": 0.5}
    new = {"marker": "+", "color": LIGHT["neutral"], "linewidth": 1.2}
    looks: list[tuple[pd.Series, dict[str, Any]]] = [
        (~crowd["loss"] & ~crowd["prospect"], earns),
        (crowd["loss"], HOLLOW),
        (crowd["prospect"], new),
    ]
    for there, look in looks:
        marks = crowd[there]
        ax.scatter(marks["x"], marks["y"], s=marks["area"], zorder=2, **look)


def _draw_numbered(ax: Axes, marks: pd.DataFrame) -> None:
    """Draw those with a number, large ones first, with their intervals."""
    asked = marks[marks["asked"]]
    style: dict[str, Any] = {"linewidth": 0.9, "alpha": 0.6, "zorder": 3}
    ax.hlines(marks["y"], marks["side_a_low"], marks["side_a_high"], list(marks["colour"]), **style)
    ax.vlines(asked["x"], asked["side_b_low"], asked["side_b_high"], list(asked["colour"]), **style)
    for mark in records(marks):
        look: dict[str, Any] = {"facecolor": mark.colour, "edgecolor": LIGHT["paper"]}
        if mark.loss:
            look = {"facecolor": LIGHT["paper"], "edgecolor": mark.colour, "linewidth": 1.6}
        if mark.prospect:
            look = {"marker": "+", "color": mark.colour, "linewidth": 2}
        ax.scatter(mark.x, mark.y, s=mark.area, zorder=4, **{"marker": mark.shape} | look)


def _ring(ax: Axes, points: pd.DataFrame) -> None:
    """Ring who stands in the corner of both sides although not all of it holds for certain."""
    for mark in records(points[points["ringed"]]):
        across = 2 * np.sqrt(mark.area / np.pi) + RING
        ax.plot(mark.x, mark.y, zorder=5, **_mark("o", "uncertain", across, hollow=True))


def _mark(marker: str, colour: str, size: float = 8, *, hollow: bool = False) -> dict[str, Any]:
    """Return the look of a mark in a line or a legend."""
    style = {"marker": marker, "color": LIGHT[colour], "markersize": size, "linestyle": "none"}
    return {**style, "markerfacecolor": "none", "markeredgewidth": 1.3} if hollow else style


def _list_marks(ax: Axes, points: pd.DataFrame) -> None:
    """Write names by their numbers and explain the marks that occur, beside the figure."""
    numbered, crowd = points[points["number"].notna()], points[points["number"].isna()]
    rows: list[tuple[str, dict[str, Any]]] = []
    if len(numbered):
        rows.append((_("Numbered in the figure"), {}))
        for mark in records(numbered):
            place_of = number(mark.number).rjust(2, "\N{FIGURE SPACE}")
            rows.append((f"{place_of}  {fit(mark.name, LIST_WIDTH, size=10)}", {}))
    levels = sorted(set(numbered["level"].dropna().astype(int)), reverse=True)
    if levels:
        rows.append((_("Mark = level"), {}))
    for level in levels:
        words = f"{number(level)} {_(LEVELS[level])}"
        rows.append((words, _mark(SHAPES[level], f"level{level}")))
    if (~crowd["loss"] & ~crowd["prospect"]).any():
        words = _("the others") if len(numbered) else _("a customer")
        rows.append((words, {**_mark("o", "neutral"), "color": CROWD}))
    if points["loss"].any():
        rows.append((_("hollow: at a loss"), _mark("o", "neutral", hollow=True)))
    if points["prospect"].any():
        rows.append((_("prospect"), _mark("+", "neutral", hollow=True)))
    if points["ringed"].any():
        rows.append((_("ring: may not hold"), _mark("o", "uncertain", hollow=True)))
    _legend(ax, rows, "outside right upper", handlelength=1.0, labelspacing=0.42)


def _legend(ax: Axes, rows: list[tuple[str, dict[str, Any]]], where: Any, **style: Any) -> None:
    handles = [Line2D([], [], label=words, **{"linestyle": "none"} | look) for words, look in rows]
    ax.figure.legend(
        handles=handles,
        loc=where,
        fontsize=10,
        title_fontsize=10,
        frameon=False,
        alignment="left",
        **style,
    )


def _explain_areas(ax: Axes, points: pd.DataFrame, money: Money) -> None:
    """Write which area means how much money."""
    largest = points["customer_profit"].abs().max()
    if not largest > 0:
        return
    size = 10 ** np.floor(np.log10(largest))
    round_one = size * max(step for step in (1, 2, 5) if step * size <= largest)
    amounts = round_one * pd.Series([0.1, 0.4, 1.0])
    rows = [
        (
            number(amount / money.by, 0 if float(amount / money.by).is_integer() else 1),
            {**_mark("o", "neutral", 2 * np.sqrt(area / np.pi)), "color": CROWD},
        )
        for amount, area in zip(amounts, _area(amounts, largest), strict=True)
    ]
    words = _("Area = profit or loss,\n{unit}").format(unit=money.unit)
    _legend(ax, rows, "outside right lower", title=words, ncols=3, columnspacing=1.0, borderpad=0.8)


def _write_numbers(ax: Axes, points: pd.DataFrame, corners: list[Text]) -> None:
    """Write each number into its mark; beside it where a smaller mark covers it, or it is no disc."""
    avoid = boxes_of(corners, settle(ax))
    pixels = ax.figure.dpi / 72
    radius = np.sqrt(points["area"] / np.pi) * pixels
    boxes = np.array(
        [box_around(ax, *mark) for mark in zip(points["x"], points["y"], radius, strict=True)]
    )
    numbered = points[points["number"].notna()]
    on_top = numbered.sort_values("area", ascending=False, kind="stable")
    labels = []
    for rank, mark in enumerate(records(on_top)):
        words = number(mark.number)
        middle = np.array(box_around(ax, mark.x, mark.y, 7 * pixels))
        if mark.prospect or hits(middle, boxes[on_top.index[rank + 1 :]]).any():
            look = {"fontsize": SMALL, "zorder": 8, "color": mark.colour, "weight": "bold"}
            labels.append(Label(mark.x, mark.y, radius[on_top.index[rank]], words, look, lead=True))
            continue
        ax.annotate(
            words,
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
    avoid += [tuple(box) for box in boxes[numbered.index]]
    place(ax, labels, avoid=avoid, soft=[tuple(box) for box in np.delete(boxes, numbered.index, 0)])


@styled
def plot_their_criteria(criteria: pd.DataFrame) -> Axes:
    """Draw their rating of us and of the best whole rival, criterion by criterion, with their weights.

    Parameters
    ----------
    criteria : DataFrame, one row per criterion, in the order of the rows
        ``criterion``, ``weight`` (share), ``us_low``, ``us_high`` (0 to 10, missing when unknown),
        ``rival_low``, ``rival_high`` (likewise), ``rival`` (its name or missing), ``source``
        (their_words, fact, our_guess or a document).

    Returns
    -------
    Axes, with the lead in points of 100 as the last column: together they are the lead as a whole
    """
    ax = new_axes(height=1.25 + 0.42 * max(len(criteria), 2))

    for row, criterion in enumerate(records(criteria)):
        ax.hlines(row, 0, 10, color=LIGHT["rule"], linewidth=0.8, zorder=0)
        us = US_GUESSED if criterion.source == "our_guess" else US
        _rated(ax, row - 0.16, criterion.us_low, criterion.us_high, us, _("us: unknown"))
        _rated(
            ax, row + 0.16, criterion.rival_low, criterion.rival_high, RIVAL, _("rival: unknown")
        )
    ax.set(xlim=(-0.2, 10.2), ylim=(len(criteria) - 0.4, -0.6))
    ax.set_xticks(range(0, 11, 2))
    ax.spines["bottom"].set_bounds(0, 10)
    name_rows(ax, criteria["criterion"].tolist(), points=160)
    _say_sources(ax, criteria["source"].tolist())
    ax.set_xlabel(_("{rating} (0 to 10)").format(rating=_(COLUMNS["rating"].label)))
    _criteria_columns(ax, criteria)
    legend_above(ax, _criteria_legend(criteria))
    return ax


def _rated(
    ax: Axes, row: float, low: float, high: float, look: dict[str, Any], unknown: str
) -> None:
    """Draw one rating with its reach, or say in a strip that nobody rated."""
    if pd.isna(low) or pd.isna(high):
        ax.add_patch(Rectangle((0, row - 0.15), 10, 0.3, zorder=1, **dotted()))
        on_paper = {"fc": LIGHT["paper"], "ec": "none", "pad": 1}
        look = {"color": LIGHT["uncertain"], "fontsize": SMALL, "bbox": on_paper, "zorder": 2}
        ax.text(0.8, row, unknown, va="center", **look)
        return
    ends = {"ecolor": look["color"], "capsize": 3, "elinewidth": 1.8}
    ax.errorbar((low + high) / 2, row, xerr=(high - low) / 2 or None, **look, **ends)


def _criteria_columns(ax: Axes, criteria: pd.DataFrame) -> None:
    weights = [percent(weight) for weight in criteria["weight"]]
    end = column_at_right(ax, weights, head=_("their\nweight"), after=0)
    leads = [_lead_of(criterion) for criterion in records(criteria)]
    styles = [{"weight": "bold", "color": LIGHT[colour]} for _words, colour in leads]
    column_at_right(
        ax,
        [words for words, _colour in leads],
        head=_("our lead,\nof 100"),
        after=end,
        styles=styles,
    )


def _say_sources(ax: Axes, sources: list[str]) -> None:
    """Write under each criterion where the rating of us is known from."""
    for row, (text, source) in enumerate(zip(ax.get_yticklabels(), sources, strict=True)):
        text.set_verticalalignment("bottom")
        words = _(SOURCES[source]) if source in SOURCES else "" if pd.isna(source) else source
        ax.annotate(
            fit(words, 160, size=9),
            (0, row),
            (-4, -1),
            textcoords="offset points",
            xycoords=ax.get_yaxis_transform(),
            ha="right",
            va="top",
            fontsize=9,
            color=LIGHT["ink_soft"],
            annotation_clip=False,
        )


def _lead_of(criterion: Any) -> tuple[str, str]:
    low = criterion.weight * (criterion.us_low - criterion.rival_high) / 10
    high = criterion.weight * (criterion.us_high - criterion.rival_low) / 10
    if not np.isfinite([low, high]).all():
        return UNKNOWN, "uncertain"
    return span_of_points(low, high, 1), "lost" if high < 0 else "earned" if low > 0 else "ink_soft"


def _criteria_legend(criteria: pd.DataFrame) -> list[Line2D]:
    marks = [Line2D([], [], label=_("us"), **US)]
    if (criteria["source"] == "our_guess").any():
        marks.append(Line2D([], [], label=_("us, our guess"), **US_GUESSED))
    names = criteria["rival"].dropna()
    best = _("{name}, the best rival").format(name=names.iloc[0]) if len(names) else _("rival")
    return [*marks, Line2D([], [], label=fit(best, 220, size=10), **RIVAL)]
