"""Figures of both sides: the matrix, and what customers want from each supplier."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from kamlib.core.codes import LEVELS, SOURCES
from kamlib.core.frames import require_columns
from kamlib.core.language import UNKNOWN, _, ngettext, number, percent, span_of_points
from kamlib.core.vocabulary import COLUMNS
from kamlib.page.style import (
    DASHED,
    LIGHT,
    SMALL,
    Box,
    Label,
    Money,
    axes_or_new,
    beside,
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
    place,
    records,
    settle,
    styled,
    width_of,
)


@styled
def plot_their_criteria(criteria: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw their rating of us and of the best whole rival, criterion by criterion, with their weights.

    Parameters
    ----------
    criteria : DataFrame, one row per criterion, in the order of the rows
        ``criterion``, ``weight`` (share), ``us_low``, ``us_high`` (0 to 10, missing when unknown),
        ``rival_low``, ``rival_high`` (likewise), ``rival`` (its name or missing), ``source``
        (their_words, fact, our_guess or a document).
    ax : Axes, optional; a new figure is made without it

    Returns
    -------
    Axes, with the lead in points of 100 as the last column: together they are the lead as a whole
    """
    ratings = ["us_low", "us_high", "rival_low", "rival_high", "rival"]
    require_columns(criteria, "criterion", "weight", *ratings, "source", of="criteria")
    ax = axes_or_new(ax, height=1.25 + 0.42 * max(len(criteria), 2))

    for row, criterion in enumerate(records(criteria)):
        ax.hlines(row, 0, 10, color=LIGHT["rule"], linewidth=0.8, zorder=0)
        _rival(ax, row, criterion.rival_low, criterion.rival_high)
        _us(ax, row, criterion)
    ax.set(xlim=(-0.2, 10.2), ylim=(len(criteria) - 0.4, -0.6))
    ax.set_xticks(range(0, 11, 2))
    ax.spines["bottom"].set_bounds(0, 10)
    name_rows(ax, criteria["criterion"].tolist(), points=160)
    _say_sources(ax, criteria["source"].tolist())
    ax.set_xlabel(_("{rating} (0 to 10)").format(rating=_(COLUMNS["rating"].label)))
    _criteria_columns(ax, criteria)
    legend_above(ax, _criteria_legend(criteria))
    return ax


def _rival(ax: Axes, row: int, low: float, high: float) -> None:
    if pd.notna(low) and pd.notna(high):
        if high > low:
            ax.hlines(row + 0.18, low, high, color=LIGHT["neutral"], linewidth=1.8)
        ax.plot((low + high) / 2, row + 0.18, **_RIVAL)
        return
    ax.text(
        0.1, row + 0.21, _("? rival unknown"), va="center", fontsize=9, color=LIGHT["uncertain"]
    )


def _us(ax: Axes, row: int, criterion: Any) -> None:
    low, high = criterion.us_low, criterion.us_high
    if pd.isna(low) or pd.isna(high):
        strip = Rectangle((0, row - 0.32), 10, 0.3, zorder=1, **dotted())
        ax.add_patch(strip)
        ax.text(
            0.8,
            row - 0.17,
            _("us: unknown, nobody asked"),
            va="center",
            color=LIGHT["uncertain"],
            fontsize=SMALL,
            bbox={"fc": LIGHT["paper"], "ec": "none", "pad": 1},
            zorder=2,
        )
        return
    middle, reach = (low + high) / 2, (high - low) / 2
    style = _US_GUESSED if criterion.source == "our_guess" else _US
    if reach > 0:
        ax.errorbar(
            middle,
            row - 0.13,
            xerr=reach,
            fmt="none",
            ecolor=LIGHT["side_b"],
            capsize=3,
            elinewidth=1.8,
        )
    ax.plot(middle, row - 0.13, **style)


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
    marks = [Line2D([], [], label=_("us"), **_US)]
    if (criteria["source"] == "our_guess").any():
        marks.append(Line2D([], [], label=_("us, our guess"), **_US_GUESSED))
    names = criteria["rival"].dropna()
    best = _("{name}, the best rival").format(name=names.iloc[0]) if len(names) else _("rival")
    return [*marks, Line2D([], [], label=fit(best, 220, size=10), **_RIVAL)]


_US: dict[str, Any] = {
    "marker": "o",
    "linestyle": "none",
    "color": LIGHT["side_b"],
    "markersize": 9,
}

_US_GUESSED: dict[str, Any] = {**_US, "markerfacecolor": LIGHT["paper"], "markeredgewidth": 1.8}

_RIVAL: dict[str, Any] = {
    "marker": "s",
    "linestyle": "none",
    "color": LIGHT["neutral"],
    "markersize": 8,
    "markerfacecolor": LIGHT["paper"],
    "markeredgewidth": 1.8,
}

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
