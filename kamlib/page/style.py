"""The look of figures: colours with meaning, their second signs, and text that does not collide.

The style is in force only while a figure is drawn; nothing global changes. Whatever matplotlib would
read later, when the figure is saved, is set on the artists here.
"""

import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache, wraps
from pathlib import Path
from typing import Any, NamedTuple, ParamSpec

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import to_rgb
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.textpath import text_to_path
from matplotlib.ticker import MaxNLocator

from kamlib.core.language import _, number, percent

LIGHT = {
    "paper": "#FFFFFF",
    "ink": "#1B2430",
    "ink_soft": "#4A5563",
    "rule": "#D5DAE1",
    "panel": "#F4F6F8",
    "earned": "#0069B4",
    "lost": "#B0490F",
    "neutral": "#5A5E64",
    "uncertain": "#330845",
    "level1": "#865600",
    "level2": "#2A7D6B",
    "level3": "#2036A0",
    "level4": "#2B0531",
    "side_a": "#08404B",
    "side_b": "#B93290",
}

DOTTED = (0, (2, 3))
DASHED = (0, (4, 3))
FIGURE_WIDTH = 8.0  # inches
SMALL = 9.5  # points; nothing is smaller than 9
FEW_THOUSAND = 10_000  # from here on amounts are drawn in thousands
Draw = ParamSpec("Draw")
Colour = str | tuple[float, float, float]


class Money(NamedTuple):
    """How amounts are written in one figure: divided by `by`, called `unit`, with `digits`."""

    by: int
    unit: str
    digits: int

    def write(self, amount: float, *, signed: bool = False) -> str:
        """Write one amount without its unit."""
        return number(amount / self.by, self.digits, signed=signed)


def styled(draw: Callable[Draw, Axes]) -> Callable[Draw, Axes]:
    """Run a drawing function in the style of ``kam.mplstyle`` and leave no global change."""

    @wraps(draw)
    def drawn(*args: Draw.args, **kwargs: Draw.kwargs) -> Axes:
        with plt.rc_context(_style()):
            ax = draw(*args, **kwargs)
            settle(ax)  # ticks made now have the style, ticks made when it is saved would not
        return ax

    return drawn


def settle(ax: Axes) -> Any:
    """Lay the figure out, so that places in pixels are known; return its renderer."""
    figure: Any = ax.figure
    figure.draw_without_rendering()
    return figure.canvas.get_renderer()


def new_axes(*, height: float) -> Axes:
    """Return the Axes of a new figure 8 inches wide, dressed in the style."""
    _figure, ax = plt.subplots(figsize=(FIGURE_WIDTH, height), layout="constrained")
    ax.set_facecolor(LIGHT["paper"])
    ax.spines[["top", "right"]].set_visible(False)
    for name in ("x", "y"):  # ticks that matplotlib makes later, when it saves, must look the same
        ax.tick_params(
            axis=name, labelsize=10, color=LIGHT["ink_soft"], labelcolor=LIGHT["ink_soft"]
        )
    ax.tick_params(axis="x", length=3, width=0.8)
    ax.tick_params(axis="y", length=0)
    return ax


def money_of(amounts: Iterable[float], currency: str) -> Money:
    """Choose thousands or units, and one digit where a small amount would lose too much."""
    sizes = np.abs(np.asarray(list(amounts), dtype=float))
    sizes = sizes[np.isfinite(sizes) & (sizes > 0)]
    if not sizes.size or sizes.max() < FEW_THOUSAND:
        return Money(1, currency, 0)
    fine = sizes.max() < 100_000 or sizes.min() < 500
    return Money(1000, _("{currency} thousand").format(currency=currency), 1 if fine else 0)


def money_ticks(axis: Axis, money: Money) -> None:
    """Put few round amounts on an axis, with group separators and a true minus."""
    axis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(lambda value, _position: number(value / money.by))


def percent_ticks(axis: Axis) -> None:
    """Put shares on an axis, 0 and 100% among them."""
    ticks = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    axis.set_ticks(ticks, [percent(tick) for tick in ticks])


def mix(colour: str, share: float) -> tuple[float, float, float]:
    """Blend a colour into the paper; share 1 is the colour itself."""
    blend = share * np.array(to_rgb(colour)) + (1 - share) * np.array(to_rgb(LIGHT["paper"]))
    red, green, blue = blend.tolist()
    return red, green, blue


def records(table: pd.DataFrame) -> Iterator[Any]:
    """Yield the rows of a table; their columns are attributes."""
    yield from table.itertuples(index=False)


def solid(colour: Colour = LIGHT["earned"]) -> dict[str, Any]:
    """Return the fill of what adds."""
    return {"facecolor": colour, "edgecolor": colour, "linewidth": 0.8}


def hatched(colour: str = LIGHT["lost"]) -> dict[str, Any]:
    """Return the fill of what takes away: hatch on a tint, told from solid without colour."""
    return {"facecolor": mix(colour, 0.25), "edgecolor": colour, "hatch": "////", "linewidth": 0.8}


def dotted(colour: str = LIGHT["uncertain"]) -> dict[str, Any]:
    """Return the fill of what is unknown or belongs to nobody: dots and a dashed edge."""
    return {
        "facecolor": LIGHT["paper"],
        "edgecolor": colour,
        "hatch": "....",
        "linewidth": 0.8,
        "linestyle": DASHED,
    }


def by_sign(amount: float) -> dict[str, Any]:
    """Return the fill of an amount: solid when it adds, hatched when it takes away."""
    return hatched() if amount < 0 else solid()


def swatch(label: str, fill: dict[str, Any]) -> Rectangle:
    """Return a patch for a legend."""
    return Rectangle((0, 0), 1, 1, label=label, **fill)


def legend_above(ax: Axes, handles: Sequence[Artist]) -> None:
    """Explain marks in one row above the Axes, never on data; the layout makes room for it."""
    ax.figure.legend(
        handles=handles,
        loc="outside upper left",
        ncols=len(handles),
        columnspacing=1.4,
        handlelength=1.5,
        handletextpad=0.6,
        borderaxespad=0.2,
        frameon=False,
    )


def heat_map(values: pd.DataFrame, written: pd.DataFrame, *, colour: str) -> Axes:
    """Draw a table, darker where a value is larger, with what is `written` in its cells."""
    import seaborn as sns

    ax = new_axes(height=1.1 + 0.36 * len(values))
    sns.heatmap(
        values,
        ax=ax,
        cmap=sns.light_palette(mix(colour, 0.55), as_cmap=True),
        annot=written,
        fmt="",
        annot_kws={"color": LIGHT["ink"]},
        vmin=0,
        cbar=False,
        linewidths=1.5,
        linecolor=LIGHT["paper"],
    )
    ax.set_xticklabels([textwrap.fill(name, 12) for name in values.columns], rotation=0)
    names = [textwrap.shorten(name, 30, placeholder="…") for name in values.index]
    ax.set_yticklabels(names, rotation=0)
    ax.tick_params(length=0, labelcolor=LIGHT["ink"], labeltop=True, labelbottom=False)
    ax.set(xlabel="", ylabel="")
    ax.grid(visible=False)
    return ax


def halo(text: Text, width: float = 3) -> Text:
    """Let a label stay readable where it crosses a line."""
    text.set_path_effects([withStroke(linewidth=width, foreground=LIGHT["paper"])])
    return text


@cache
def _style() -> Any:
    path = Path(__file__).parents[1] / "kam.mplstyle"
    return dict(mpl.rc_params_from_file(path, use_default_template=False))


Box = tuple[float, float, float, float]  # left, bottom, right, top in pixels
RINGS = (4, 18, 34, 54, 78)  # pixels between the mark and the label
ANGLES = range(0, 360, 15)


class Label(NamedTuple):
    """A text that wants a place beside the mark at `x`, `y`, whose radius is in pixels."""

    x: float
    y: float
    radius: float
    words: str
    style: dict[str, Any]
    lead: bool = False  # draw the line to the mark even from the first ring


@lru_cache(maxsize=8192)
def width_of(words: str, *, size: float = 10.5, weight: str = "normal") -> float:
    """Return the width of one line of text in points."""
    font = FontProperties(family="DejaVu Sans", size=size, weight=weight)
    width, _height, _descent = text_to_path.get_text_width_height_descent(words, font, False)
    return float(width)


def one_line(words: object) -> str:
    """Return a name without line breaks, tabs and double spaces."""
    return " ".join(str(words).split())


def fit(words: object, points: float, *, size: float = 10.5, weight: str = "normal") -> str:
    """Return a name as it is, or cut with … so that it is at most `points` wide."""
    text = one_line(words)
    if width_of(text, size=size, weight=weight) <= points:
        return text
    low, high = 0, len(text)  # the longest beginning that fits lies between them
    while low < high:
        middle = (low + high + 1) // 2
        wide = width_of(text[:middle].rstrip() + "…", size=size, weight=weight)
        low, high = (middle, high) if wide <= points else (low, middle - 1)
    return text[:low].rstrip() + "…"


def name_rows(ax: Axes, names: Sequence[object], *, points: float = 150) -> None:
    """Write names beside horizontal rows 0, 1, 2 … from top to bottom."""
    ax.set_yticks(range(len(names)), [fit(name, points, size=10) for name in names])
    ax.tick_params(axis="y", labelcolor=LIGHT["ink"], length=0)
    ax.spines["left"].set_visible(False)


def column_at_right(
    ax: Axes,
    texts: Sequence[str],
    *,
    head: str,
    after: float,
    styles: Sequence[dict[str, Any]] | None = None,
) -> float:
    """Write a column of values beside rows 0, 1, 2 …; return where it ends.

    `after` and the result are distances in points from the right edge of the Axes. The widths are
    measured, so columns never touch; the layout of the figure makes room for them.
    """
    styles = styles or [{}] * len(texts)
    wide = [
        width_of(t, weight=s.get("weight", "normal")) for t, s in zip(texts, styles, strict=True)
    ]
    heads = head.split("\n")
    end = after + 14 + max([0.0, *wide, *(width_of(line, size=10) for line in heads)])
    rows = ax.get_yaxis_transform()
    for row, (text, style) in enumerate(zip(texts, styles, strict=True)):
        ax.annotate(
            text,
            (1, row),
            (end, 0),
            xycoords=rows,
            textcoords="offset points",
            ha="right",
            va="center",
            fontsize=10.5,
            annotation_clip=False,
            **style,
        )
    ax.annotate(
        head,
        (1, 1),
        (end, 2),
        xycoords="axes fraction",
        textcoords="offset points",
        ha="right",
        va="bottom",
        color=LIGHT["ink_soft"],
        fontsize=10,
        annotation_clip=False,
    )
    return end


def place(ax: Axes, labels: Sequence[Label], *, avoid: Sequence[Box], soft: Sequence[Box]) -> None:
    """Put labels beside their marks so that nothing overlaps; one that finds no place is left out.

    Greedy: each label takes the best free one of 120 places around its mark. It never covers a box of
    `avoid` or another label, and rather not one of `soft`. A line leads to it beyond the first ring.
    """
    renderer = settle(ax)
    frame = np.asarray(ax.get_window_extent(renderer).extents)
    taken = [np.asarray(box, dtype=float) for box in avoid]
    crowd = np.asarray(soft, dtype=float).reshape(-1, 4)
    for label in labels:
        text = ax.text(label.x, label.y, label.words, ha="center", va="center", **label.style)
        size = text.get_window_extent(renderer)
        mark = ax.transData.transform((label.x, label.y))
        spot = _best_spot(
            mark, label.radius, (size.width, size.height), frame, np.array(taken), crowd
        )
        if spot is None:
            text.remove()
            continue
        box, ring = spot
        taken.append(box)
        middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        x, y = ax.transData.inverted().transform(middle)
        text.set_position((x, y))
        halo(text)
        if ring or label.lead:
            _lead(ax, mark, box)


def boxes_of(texts: Sequence[Text], renderer: Any) -> list[Box]:
    """Return the boxes of texts in pixels."""
    boxes = []
    for text in texts:
        left, bottom, right, top = text.get_window_extent(renderer).extents
        boxes.append((left, bottom, right, top))
    return boxes


def box_around(ax: Axes, x: float, y: float, radius: float) -> Box:
    """Return the box of a mark in pixels; call it after the layout is known."""
    middle_x, middle_y = ax.transData.transform((x, y))
    return middle_x - radius, middle_y - radius, middle_x + radius, middle_y + radius


def hits(box: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return which of the boxes `others` overlap with `box`."""
    if not len(others):
        return np.zeros(0, dtype=bool)
    apart_x = (box[0] >= others[:, 2]) | (others[:, 0] >= box[2])
    apart_y = (box[1] >= others[:, 3]) | (others[:, 1] >= box[3])
    return ~(apart_x | apart_y)


def _best_spot(
    mark: np.ndarray,
    radius: float,
    size: tuple[float, float],
    frame: np.ndarray,
    taken: np.ndarray,
    crowd: np.ndarray,
) -> tuple[np.ndarray, int] | None:
    best, least = None, np.inf
    for ring, gap in enumerate(RINGS):
        for angle in ANGLES:
            box = _box_at(mark, radius + gap, angle, size)
            inside = (box[:2] > frame[:2]).all() and (box[2:] < frame[2:]).all()
            if not inside or hits(box, taken).any():
                continue
            cost = 14 * ring + 7 * hits(box, crowd).sum() + (0 if angle in (0, 180) else 1.5)
            if cost < least:
                best, least = (box, ring), cost
    return best


def _box_at(mark: np.ndarray, reach: float, angle: int, size: tuple[float, float]) -> np.ndarray:
    way = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    wide = np.array(size)
    corner = mark + reach * way + np.where(way > 0.35, 0, np.where(way < -0.35, -wide, -wide / 2))
    return np.concatenate([corner - (2, 1), corner + wide + (2, 1)])


def _lead(ax: Axes, mark: np.ndarray, box: np.ndarray) -> None:
    end = np.clip(mark, box[:2], box[2:])
    (x0, y0), (x1, y1) = ax.transData.inverted().transform([end, mark])
    ax.plot([x0, x1], [y0, y1], color=LIGHT["ink_soft"], linewidth=0.7, zorder=7)
