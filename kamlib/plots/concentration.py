"""How unequal customers are: what the best few bring, by each measure."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kamlib.checks import require_columns
from kamlib.columns import COLUMNS
from kamlib.language import _, number, percent
from kamlib.plots.style import (
    DOTTED,
    LIGHT,
    axes_or_new,
    percent_ticks,
    styled,
)

TOP = 0.20
MEASURE_LINES = ((0, (1.2, 1.6)), (0, (6, 2)), "-")  # the main measure, the last one, is solid


@styled
def plot_concentration(
    curves: pd.DataFrame,
    *,
    interval: Mapping[str, float] | None,
    profit_share: float = 0.80,
    ax: Axes | None = None,
) -> Axes:
    """Draw what share of each measure the best x percent of customers bring, beside the 20/80 rule.

    Parameters
    ----------
    curves : DataFrame, one row per measure and customer, best first within a measure
        ``measure`` (a column name), ``customer_share``, ``cumulative_share`` of what those who earn bring.
        The last measure is the main one.
    interval : ``low``, ``high`` and ``value`` of the share that the top 20% bring by the main
        measure, or None when it is not known
    profit_share : float, the 80 of 20/80, 0 to 1
    ax : Axes, optional; a new figure is made without it

    Returns
    -------
    Axes; one line per measure, in their order, after the straight line of equals
    """
    require_columns(curves, "measure", "customer_share", "cumulative_share", of="concentration")
    ax = axes_or_new(ax, height=4.9)

    ax.plot([0, 1], [0, 1], color=LIGHT["neutral"], linewidth=1, linestyle=DOTTED)
    measures = curves["measure"].unique().tolist()
    lines = dict(zip(reversed(measures), reversed(MEASURE_LINES), strict=False))
    for name in measures:
        points = curves[curves["measure"] == name]
        x = [0, *points["customer_share"]]
        ax.plot(x, [0, *points["cumulative_share"]], **_measure_style(lines[name]))
    ax.axvline(TOP, ymax=1 / 1.04, color=LIGHT["ink_soft"], linewidth=0.8, linestyle=DOTTED)
    ax.plot(TOP, profit_share, **_RULE_MARK)
    if interval:
        reach = [[interval["value"] - interval["low"]], [interval["high"] - interval["value"]]]
        ax.errorbar(TOP, interval["value"], yerr=reach, **_VALUE_MARK)
    ax.set(xlim=(0, 1.01), ylim=(0, 1.04))
    percent_ticks(ax.xaxis)
    percent_ticks(ax.yaxis)
    ax.set_xlabel(_("Customers, best first"))
    ax.set_ylabel(_("Share of what those who earn bring"))
    _explain(ax, curves, lines, interval, profit_share)
    return ax


def _measure_style(line: object) -> dict:
    main = line == MEASURE_LINES[-1]
    return {
        "color": LIGHT["earned"] if main else LIGHT["ink"],
        "linestyle": line,
        "linewidth": 2.6 if main else 1.8,
    }


def _explain(
    ax: Axes,
    curves: pd.DataFrame,
    lines: Mapping[str, object],
    interval: Mapping[str, float] | None,
    profit_share: float,
) -> None:
    """Write the key into the corner below the straight line, which no curve can enter."""
    key = {"left": 0.44, "text": 0.535, "value": 0.985, "step": 0.055}
    top = 0.372
    words = _("the top {top} bring").format(top=percent(TOP))
    ax.text(key["value"], top, words, ha="right", va="center", color=LIGHT["ink_soft"])
    for row, name in enumerate(lines, 1):
        y = top - row * key["step"]
        points = curves[curves["measure"] == name]
        value = np.interp(TOP, [0, *points["customer_share"]], [0, *points["cumulative_share"]])
        main = row == 1
        value = interval["value"] if main and interval else value
        ax.plot([key["left"], key["left"] + 0.07], [y, y], **_measure_style(lines[name]))
        ax.text(key["text"], y, _(COLUMNS[name].label), va="center")
        weight = "bold" if main else "normal"
        ax.text(key["value"], y, percent(value), ha="right", va="center", weight=weight)
    y = top - (len(lines) + 1) * key["step"]
    _explain_marks(ax, key, y, interval, profit_share)


def _explain_marks(
    ax: Axes,
    key: Mapping[str, float],
    y: float,
    interval: Mapping[str, float] | None,
    profit_share: float,
) -> None:
    x = key["left"] + 0.035
    soft: dict[str, Any] = {"va": "center", "color": LIGHT["ink_soft"], "fontsize": 10}
    if interval:
        ax.errorbar(x, y, yerr=0.02, **{**_VALUE_MARK, "capsize": 4, "markersize": 6})
        words = _("{low} to {high} in nine cases of ten").format(
            low=percent(interval["low"]), high=percent(interval["high"])
        )
        ax.text(key["text"], y, words, **soft)
        y -= key["step"]
    ax.plot(x, y, **{**_RULE_MARK, "markersize": 10})
    rule = _("the {few}/{part} rule would be here").format(
        few=number(100 * TOP), part=number(100 * profit_share)
    )
    ax.text(key["text"], y, rule, **soft)
    y -= key["step"]
    ax.plot([x - 0.035, x + 0.035], [y, y], color=LIGHT["neutral"], linewidth=1, linestyle=DOTTED)
    ax.text(key["text"], y, _("if everybody brought the same"), **soft)


_RULE_MARK: dict[str, Any] = {
    "marker": "D",
    "markerfacecolor": "none",
    "color": LIGHT["lost"],
    "markersize": 13,
    "markeredgewidth": 1.8,
    "zorder": 7,
    "linestyle": "none",
}
_VALUE_MARK: dict[str, Any] = {
    "color": LIGHT["ink"],
    "capsize": 5,
    "linewidth": 2,
    "marker": "o",
    "markersize": 7,
    "zorder": 6,
}
