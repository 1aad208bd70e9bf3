"""What they want from a supplier and how we do beside the best rival, and who orders again."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from kamlib.checks import require_columns
from kamlib.columns import COLUMNS, SOURCES
from kamlib.language import UNKNOWN, _, number, percent, span_of_points
from kamlib.plots.labels import column_at_right, fit, name_rows
from kamlib.plots.style import (
    LIGHT,
    SMALL,
    axes_or_new,
    dotted,
    legend_above,
    percent_ticks,
    records,
    styled,
)

MOST_ORDER_DAYS = 12  # the last class holds this many and more


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
