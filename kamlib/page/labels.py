"""Text that does not collide: measured, cut to a width, set in columns, or placed beside its mark."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.textpath import text_to_path
from matplotlib.transforms import ScaledTranslation, Transform

from kamlib.page.style import LIGHT, halo, settle

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
    size: float = 10.5,
    styles: Sequence[dict[str, Any]] | None = None,
) -> float:
    """Write a column of values beside rows 0, 1, 2 …; return where it ends.

    `after` and the result are distances in points from the right edge of the Axes. The widths are
    measured, so columns never touch; the layout of the figure makes room for them.
    """
    styles = styles or [{}] * len(texts)
    wide = [
        width_of(t, size=size, weight=s.get("weight", "normal"))
        for t, s in zip(texts, styles, strict=True)
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
            fontsize=size,
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


def beside(ax: Axes, right: float, down: float) -> Transform:
    """Return the transform of a place in points from the top right corner of the Axes."""
    points = ScaledTranslation(right / 72, -down / 72, ax.figure.dpi_scale_trans)
    across: Any = ax.transAxes
    corner = ScaledTranslation(1, 1, across)
    return points + corner


def place(
    ax: Axes, labels: Sequence[Label], *, avoid: Sequence[Box], soft: Sequence[Box]
) -> list[int]:
    """Put labels beside their marks so that nothing overlaps; return which ones found no place.

    Greedy: each label takes the best free one of 120 places around its mark. It never covers a box of
    `avoid` or another label, and rather not one of `soft`. A line leads to it beyond the first ring.
    """
    renderer = settle(ax)
    frame = np.asarray(ax.get_window_extent(renderer).extents)
    taken = [np.asarray(box, dtype=float) for box in avoid]
    crowd = np.asarray(soft, dtype=float).reshape(-1, 4)
    left_out = []
    for position, label in enumerate(labels):
        text = ax.text(label.x, label.y, label.words, ha="center", va="center", **label.style)
        size = text.get_window_extent(renderer)
        mark = ax.transData.transform((label.x, label.y))
        spot = _best_spot(
            mark, label.radius, (size.width, size.height), frame, np.array(taken), crowd
        )
        if spot is None:
            text.remove()
            left_out.append(position)
            continue
        box, ring = spot
        taken.append(box)
        middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        x, y = ax.transData.inverted().transform(middle)
        text.set_position((x, y))
        halo(text)
        if ring or label.lead:
            _lead(ax, mark, box)
    return left_out


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
