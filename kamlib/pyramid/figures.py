"""The pyramid of cooperation."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Polygon, Rectangle

from kamlib.core.codes import LEVELS
from kamlib.core.language import N_, _, ngettext, number, percent
from kamlib.core.tables import untold_levels
from kamlib.page.style import LIGHT, SMALL, dotted, fit, mix, new_axes, styled, width_of

WIDTH, HEIGHT = 560.0, 384.0  # the drawing in points; the Axes has the same units

MIDDLE, BASE, SLOPE = (
    165.0,
    28.0,
    0.32,
)  # middle of the pyramid, its foot, points inward per point up

STEPS = {1: (28.0, 132.0), 2: (132.0, 205.0), 3: (205.0, 278.0), 4: (278.0, 351.0)}  # foot and top

STRIP = 44.0  # points below the foot for those whose level is not told

WORDS_AT = 345.0  # where the text beside the pyramid begins

LINE = 18.0  # points between two lines of names

DIAMOND, LONGEST_GOLDEN = "◆", 120.0  # before the name of a golden shot; points

BETWEEN = " · "

MONEY = ("customer_profit", "gross_margin", "invoice_revenue")  # by which names stand in order

MEANINGS = {
    4: N_("joint teams, products, warehouse"),
    3: N_("trust, many orders, both gain"),
    2: N_("known, little risk, few orders"),
    1: N_("few orders, hardly ever back"),
}


class Line(NamedTuple):
    """A line of names inside a step and how many of the names it holds."""

    words: str
    held: int


@styled
def plot_pyramid(accounts: pd.DataFrame) -> Axes:
    """Draw the four steps with their names, number of customers and share of profit.

    Parameters
    ----------
    accounts : DataFrame, one row per customer
        ``name``; ``confirmed_level``, ``possible_level`` (1 to 4); ``golden_shot`` ("yes", "no" or
        "too young to tell"); ``customer_profit`` (when one is missing, no shares are shown). Names stand
        in its order, else by ``gross_margin`` or ``invoice_revenue``, where they are given.

    Returns
    -------
    Axes, in points, with one polygon per level from 4 down to 1, and a strip for those whose level is
    not told
    """
    money = [name for name in MONEY if name in accounts]
    ranked = accounts.sort_values(money, ascending=False, kind="stable")
    earned, untold = _earned_shares(ranked), untold_levels(ranked)
    below = STRIP if untold.any() else 0.0
    ax = new_axes(height=5.6 + below / 72)
    ax.set(xlim=(0, WIDTH), ylim=(-below, HEIGHT))
    ax.axis("off")

    golden = (ranked["golden_shot"] == "yes") & (ranked["confirmed_level"] == 1) & ~untold
    for level in (4, 3, 2, 1):
        here = (ranked["confirmed_level"] == level) & ~untold
        ax.add_patch(_step(level))
        _say_step(ax, level, ranked[here], earned[here])
        if level > 1 or not golden.any():
            _write_centred(ax, level, ranked.loc[here, "name"].tolist())
    if golden.any():
        others = int(((ranked["confirmed_level"] == 1) & ~golden & ~untold).sum())
        _write_golden(ax, ranked[golden], earned[golden], others)
    soft: dict[str, Any] = {"color": LIGHT["ink_soft"], "va": "center"}
    ax.text(MIDDLE, HEIGHT - 13, _("who stands there"), ha="center", **soft)
    head = _("how many customers")
    if earned.notna().all():
        head = _("how many customers, and\ntheir share of what is earned")
    ax.text(WORDS_AT, HEIGHT - 13, head, linespacing=1.2, **soft)
    note = _("Steps of a relation, not bands of profit: the width of a step carries no number.")
    ax.text(2, 10 - below, note, fontsize=10, **soft)
    if untold.any():
        _say_untold(ax, ranked[untold], earned[untold])
    return ax


def _say_untold(ax: Axes, untold: pd.DataFrame, earned: pd.Series) -> None:
    """Write those whose level is not told into a strip of their own, below the pyramid."""
    foot, top = BASE - 2 - STRIP, BASE - 10
    left, width = MIDDLE - _half(BASE), 2 * _half(BASE)
    ax.add_patch(Rectangle((left, foot), width, top - foot, zorder=1, **dotted()))
    middle, paper = (foot + top) / 2, {"fc": LIGHT["paper"], "ec": "none", "pad": 1}
    (line,) = _lines(untold["name"].tolist(), [width - 24])
    ax.text(MIDDLE, middle, line.words, ha="center", va="center", fontsize=SMALL, bbox=paper)
    words = _("Not told (1 to {n})").format(n=number(int(untold["possible_level"].max())))
    ax.text(
        WORDS_AT,
        middle + 8,
        words,
        weight="bold",
        color=LIGHT["uncertain"],
        va="center",
        fontsize=12,
    )
    ax.text(WORDS_AT, middle - 8, _count(untold, earned), va="center", weight="bold")


def _earned_shares(accounts: pd.DataFrame) -> pd.Series:
    """Return each customer's share of the positive profit, all missing when one profit is unknown."""
    earned = accounts["customer_profit"].clip(lower=0)
    known = accounts["customer_profit"].notna().all() and earned.sum() > 0
    return earned / earned.sum() if known else earned * np.nan


def _half(height: float) -> float:
    """Return half the width of the pyramid at a height."""
    return 161.0 - SLOPE * (height - BASE)


def _step(level: int) -> Polygon:
    foot, top = STEPS[level][0] + 2, STEPS[level][1] - 2
    corners = [
        (MIDDLE - _half(foot), foot),
        (MIDDLE + _half(foot), foot),
        (MIDDLE + _half(top), top),
        (MIDDLE - _half(top), top),
    ]
    colour = LIGHT[f"level{level}"]
    return Polygon(
        corners, closed=True, facecolor=mix(colour, 0.13), edgecolor=colour, linewidth=1.6
    )


def _say_step(ax: Axes, level: int, here: pd.DataFrame, earned: pd.Series) -> None:
    middle = sum(STEPS[level]) / 2
    name = f"{number(level)}  {_(LEVELS[level])}"
    ax.text(
        WORDS_AT,
        middle + 24,
        name,
        weight="bold",
        color=LIGHT[f"level{level}"],
        va="center",
        fontsize=12,
    )
    ax.text(
        WORDS_AT,
        middle + 7,
        _(MEANINGS[level]),
        va="center",
        color=LIGHT["ink_soft"],
        fontsize=SMALL,
    )
    ax.text(WORDS_AT, middle - 10, _count(here, earned), va="center", weight="bold")
    higher = int((here["possible_level"] > here["confirmed_level"]).sum())
    if higher:
        words = ngettext(
            "{n} of them may stand higher", "{n} of them may stand higher", higher
        ).format(n=number(higher))
        ax.text(WORDS_AT, middle - 25, words, va="center", color=LIGHT["uncertain"], fontsize=SMALL)


def _count(here: pd.DataFrame, earned: pd.Series) -> str:
    n = len(here)
    if not n:
        return _("nobody")
    words = ngettext("{n} customer", "{n} customers", n).format(n=number(n))
    if earned.isna().any():
        return words
    return _("{customers}, {share}").format(customers=words, share=percent(float(earned.sum())))


def _write_centred(ax: Axes, level: int, names: Sequence[object]) -> None:
    """Write as many names as fit, the most profitable first, and how many more there are."""
    middle = sum(STEPS[level]) / 2
    heights = [middle + LINE, middle, middle - LINE]
    lines = _lines(names, [2 * _half(height + 7) - 18 for height in heights])
    if not lines:
        words = _("nobody yet")
        ax.text(MIDDLE, middle, words, ha="center", va="center", color=LIGHT["ink_soft"])
    start = middle + LINE * (len(lines) - 1) / 2
    heights = heights if len(lines) == 3 else [start - LINE * row for row in range(len(lines))]
    for height, line in zip(heights, lines, strict=False):
        ax.text(MIDDLE, height, line.words, ha="center", va="center", fontsize=SMALL)


def _lines(names: Sequence[object], widths: Sequence[float]) -> list[Line]:
    """Fill lines with names from the top; the last one ends with how many more there are."""
    lines: list[Line] = []
    left = list(names)
    for place, width in enumerate(widths):
        if not left:
            break
        last = place == len(widths) - 1
        line = _fill(left, width, tell_rest=last)
        lines.append(line)
        left = left[line.held :]
    return lines


def _fill(names: Sequence[object], width: float, *, tell_rest: bool) -> Line:
    """Put names into one line; with `tell_rest` the line also says how many are left over."""
    best = Line("", 0)
    for held in range(len(names) + 1):
        rest = len(names) - held
        more = [_("{n} more").format(n=number(rest))] if tell_rest and rest else []
        parts = [fit(name, width, size=SMALL) for name in names[:held]] + more
        words = BETWEEN.join(parts)
        if width_of(words, size=SMALL) > width:
            break
        best = Line(words, held)
    return best


def _write_golden(ax: Axes, golden: pd.DataFrame, earned: pd.Series, others: int) -> None:
    """Write the golden shots into the base, each after a diamond, the most profitable first."""
    n = len(golden)
    words = ngettext("{n} golden shot", "{n} golden shots", n).format(n=number(n))
    if not earned.isna().any():
        words = _("{shots}: {share} of what is earned").format(
            shots=words, share=percent(float(earned.sum()))
        )
    top = STEPS[1][1] - 15
    words = fit(words, 2 * _half(top) - 20, weight="bold", size=10)
    centred: dict[str, Any] = {"ha": "center", "va": "center"}
    strong: dict[str, Any] = {"weight": "bold", "color": LIGHT["level1"], "fontsize": 10}
    ax.text(MIDDLE, top, words, **centred, **strong)
    heights = [top - LINE * row for row in (1, 2, 3)]
    names = [f"{DIAMOND} {fit(name, LONGEST_GOLDEN, size=SMALL)}" for name in golden["name"]]
    lines = _lines(names, [2 * _half(height + 7) - 24 for height in heights])
    for height, line in zip(heights, lines, strict=False):
        ax.text(MIDDLE, height, line.words, fontsize=SMALL, **centred)
    if others:
        words = ngettext("{n} other", "{n} others", others).format(n=number(others))
        soft: dict[str, Any] = {"fontsize": SMALL, "color": LIGHT["ink_soft"]}
        ax.text(MIDDLE, heights[len(lines) - 1] - LINE, words, **centred, **soft)
