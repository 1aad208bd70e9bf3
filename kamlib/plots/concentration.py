"""How unequal customers are: the whale curve, and what the best few bring."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kamlib.checks import require_columns
from kamlib.columns import COLUMNS
from kamlib.language import N_, _, ngettext, number, percent
from kamlib.plots.labels import Label, box_around, boxes_of, place
from kamlib.plots.style import (
    DOTTED,
    LIGHT,
    SMALL,
    Money,
    axes_or_new,
    halo,
    money_of,
    money_ticks,
    percent_ticks,
    settle,
    styled,
)

TOP = 0.20
CUMULATIVE = {
    "customer_profit": COLUMNS["cumulative_profit"].label,
    "gross_margin": N_("Cumulative gross margin"),
    "invoice_revenue": N_("Cumulative invoice revenue"),
}
FALLING = (0, (5, 1.5))
MEASURE_LINES = ((0, (1.2, 1.6)), (0, (6, 2)), "-")  # the main measure, the last one, is solid


@styled
def plot_whale_curve(
    curve: pd.DataFrame, *, currency: str, measure: str = "customer_profit", ax: Axes | None = None
) -> Axes:
    """Draw the running sum over customers, best first, with its peak, total and erosion.

    Parameters
    ----------
    curve : DataFrame, one row per customer, best first
        ``customer_share`` (1/n to 1), ``cumulative`` in reporting currency.
    currency : str, for the axis label, such as "EUR"
    measure : str, the column that was summed; it names the axis
    ax : Axes, optional; a new figure is made without it

    Returns
    -------
    Axes; the first line is the rising part, the second the falling one
    """
    require_columns(curve, "customer_share", "cumulative", of="whale curve")
    ax = axes_or_new(ax, height=4.6)

    share = np.concatenate([[0.0], curve["customer_share"].to_numpy(dtype=float)])
    total = np.concatenate([[0.0], curve["cumulative"].to_numpy(dtype=float)])
    peak = int(total.argmax())
    money = money_of(total, currency)
    ax.plot(share[: peak + 1], total[: peak + 1], color=LIGHT["earned"])
    ax.plot(share[peak:], total[peak:], color=LIGHT["lost"], linestyle=FALLING)
    ax.hlines(total[-1], 0, 1, color=LIGHT["ink_soft"], linewidth=0.8, linestyle=DOTTED)
    low, high = min(total.min(), 0), max(total.max(), 0)
    room = (high - low) or 1.0
    ax.set(xlim=(0, 1), ylim=(low - (0.12 * room if low < 0 else 0), high + 0.14 * room))
    if low < 0:
        ax.axhline(0, color=LIGHT["ink"], linewidth=0.8)
    percent_ticks(ax.xaxis)
    money_ticks(ax.yaxis, money)
    first = _("Customers, most profitable first")
    ax.set_xlabel(first if measure == "customer_profit" else _("Customers, best first"))
    ax.set_ylabel(f"{_(CUMULATIVE[measure])}, {money.unit}")
    _say_total(ax, total, peak, money)
    _say_peak(ax, share, total, peak, money)
    _say_halves(ax, share, total, peak)
    return ax


@styled
def plot_concentration(
    curves: pd.DataFrame, *, interval: Mapping[str, float] | None, profit_share: float = 0.80,
    ax: Axes | None = None,
) -> Axes:  # fmt: skip
    """Draw what share of each measure the best x percent of customers bring, beside the 20/80 rule.

    Parameters
    ----------
    curves : DataFrame, one row per measure and customer, best first within a measure
        ``measure`` (a column name), ``customer_share``, ``cumulative_share`` of the positive sum.
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
    ax.set_ylabel(_("Share of the positive sum"))
    _explain(ax, curves, lines, interval, profit_share)
    return ax


def _say_total(ax: Axes, total: np.ndarray, peak: int, money: Money) -> None:
    end, top = total[-1], total[peak]
    low, high = ax.get_ylim()
    ax.annotate(
        _("total\n{amount}").format(amount=money.write(end)), (1, end), (16, -2 if end < top else 0),
        textcoords="offset points", va="top" if end < top else "center", weight="bold",
        linespacing=1.25, annotation_clip=False,
    )  # fmt: skip
    if end >= top or peak == 0:
        return
    arrow: dict[str, Any] = {
        "arrowstyle": "-|>",
        "color": LIGHT["lost"],
        "lw": 1.6,
        "shrinkA": 0,
        "shrinkB": 0,
    }
    ax.annotate("", (1.02, end), (1.02, top), arrowprops=arrow, annotation_clip=False)
    words = _("erosion\n{amount}\n({share} of\nthe peak)").format(
        amount=money.write(end - top), share=percent((top - end) / top)
    )
    short = (top - end) / (high - low) < 0.27  # then the words stand on the end of the arrow
    ax.annotate(
        words, (1, end if short else (end + top) / 2), (16, 2 if short else 0),
        textcoords="offset points", va="bottom" if short else "center", color=LIGHT["lost"],
        linespacing=1.25, annotation_clip=False,
    )  # fmt: skip


def _say_peak(ax: Axes, share: np.ndarray, total: np.ndarray, peak: int, money: Money) -> None:
    if peak == 0:
        words = _("No customer earns money.")
        ax.annotate(words, (0, 0), (6, 6), textcoords="offset points", weight="bold")
        return
    ax.plot(share[peak], total[peak], "o", clip_on=False, color=LIGHT["paper"], zorder=5,
            markeredgecolor=LIGHT["earned"], markeredgewidth=2)  # fmt: skip
    words = ngettext(
        "peak {amount} after {n} customer ({share})",
        "peak {amount} after {n} customers ({share})",
        peak,
    ).format(amount=money.write(total[peak]), n=number(peak), share=percent(share[peak]))
    if peak == len(share) - 1:
        words = _("nobody loses money: the peak is the total")
    side = "left" if share[peak] < 0.35 else "right" if share[peak] > 0.65 else "center"
    text = ax.annotate(words, (share[peak], total[peak]), (0, 12), textcoords="offset points",
                       ha=side, weight="bold")  # fmt: skip
    halo(text)


def _say_halves(ax: Axes, share: np.ndarray, total: np.ndarray, peak: int) -> None:
    if len(share) <= 3:
        return
    renderer = settle(ax)
    grid = np.linspace(0, 1, 200)
    curve = [box_around(ax, x, np.interp(x, share, total), 7) for x in grid]
    curve += [box_around(ax, x, total[-1], 1) for x in grid]
    curve += boxes_of([text for text in ax.texts if text.get_text()], renderer)
    style: dict[str, Any] = {"fontsize": SMALL + 0.5, "linespacing": 1.25, "zorder": 6}
    labels = []
    if peak > 0:
        x = float(np.interp(total[peak] * 0.55, total[: peak + 1], share[: peak + 1]))
        words = _("the profitable\nbuild it up")
        at = Label(x, total[peak] * 0.55, 4, words, {**style, "color": LIGHT["earned"]})
        labels.append(at)
    fall = (total[peak] - total[-1]) / (total.max() - total.min() or 1)
    if fall > 0.1 and share[-1] - share[peak] > 0.05:
        x = (share[peak] + 1) / 2
        words = _("the loss-makers\ntake it back") if peak else _("each one\nloses money")
        at = Label(x, np.interp(x, share, total), 4, words, {**style, "color": LIGHT["lost"]})
        labels.append(at)
    place(ax, labels, avoid=curve, soft=[])


def _measure_style(line: object) -> dict:
    main = line == MEASURE_LINES[-1]
    return {
        "color": LIGHT["earned"] if main else LIGHT["ink"], "linestyle": line,
        "linewidth": 2.6 if main else 1.8,
    }  # fmt: skip


def _explain(
    ax: Axes, curves: pd.DataFrame, lines: Mapping[str, object],
    interval: Mapping[str, float] | None, profit_share: float,
) -> None:  # fmt: skip
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
    ax: Axes, key: Mapping[str, float], y: float, interval: Mapping[str, float] | None,
    profit_share: float,
) -> None:  # fmt: skip
    x = key["left"] + 0.035
    soft: dict[str, Any] = {"va": "center", "color": LIGHT["ink_soft"], "fontsize": 10}
    if interval:
        ax.errorbar(x, y, yerr=0.02, **{**_VALUE_MARK, "capsize": 4, "markersize": 6})
        words = _("{low} to {high} in nine draws of ten").format(
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
    "marker": "D", "markerfacecolor": "none", "color": LIGHT["lost"], "markersize": 13,
    "markeredgewidth": 1.8, "zorder": 7, "linestyle": "none",
}  # fmt: skip
_VALUE_MARK: dict[str, Any] = {
    "color": LIGHT["ink"], "capsize": 5, "linewidth": 2, "marker": "o", "markersize": 7, "zorder": 6,
}  # fmt: skip
