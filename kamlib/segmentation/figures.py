"""The whale curve."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kamlib.core.codes import EFFORT, PROFIT_CLASSES
from kamlib.core.language import N_, _, cases, ngettext, number, percent
from kamlib.core.vocabulary import COLUMNS
from kamlib.page.style import (
    DOTTED,
    LIGHT,
    Money,
    halo,
    heat_map,
    legend_above,
    mix,
    money_of,
    money_ticks,
    new_axes,
    percent_ticks,
    styled,
    swatch,
)

if TYPE_CHECKING:
    from kamlib.segmentation.band import Whale


CUMULATIVE = {
    "customer_profit": COLUMNS["cumulative_profit"].label,
    "gross_margin": N_("Cumulative gross margin"),
    "invoice_revenue": N_("Cumulative invoice revenue"),
}

FALLING = (0, (5, 1.5))
BAND = mix(LIGHT["neutral"], 0.22)

CLASSES = ("vital_few", "useful_many", "loss_making")

SHORT = {
    "brings": N_("brings, of what is earned"),
    "people": N_("gets of people's work"),
    "material": N_("of material"),
    "money": N_("of money"),
}

FILLS: dict[str, dict[str, Any]] = {
    "people": {"color": LIGHT["ink_soft"]},
    "material": {"color": mix(LIGHT["ink_soft"], 0.55)},
    "money": {"facecolor": LIGHT["paper"], "edgecolor": LIGHT["ink_soft"], "hatch": "////"},
}


@styled
def plot_whale_curve(
    curve: pd.DataFrame,
    *,
    currency: str,
    measure: str = "customer_profit",
    whale: "Whale | None" = None,
) -> Axes:
    """Draw the running sum over customers, best first, with its peak, total, erosion and band.

    Parameters
    ----------
    curve : DataFrame, one row per customer, best first
        ``customer_share`` (1/n to 1), ``cumulative`` in reporting currency.
    currency : str, for the axis label, such as "EUR"
    measure : str, the column that was summed; it names the axis
    whale : the band around the curve, and what it rests on; None draws the curve alone

    Returns
    -------
    Axes; the first line is the rising part, the second the falling one; the band is a collection
    """
    ax = new_axes(height=4.6)

    share = np.concatenate([[0.0], curve["customer_share"].to_numpy(dtype=float)])
    total = np.concatenate([[0.0], curve["cumulative"].to_numpy(dtype=float)])
    peak = int(total.argmax())
    money = money_of(total, currency)
    band = _band(ax, whale)
    ax.plot(share[: peak + 1], total[: peak + 1], color=LIGHT["earned"])
    ax.plot(share[peak:], total[peak:], color=LIGHT["lost"], linestyle=FALLING)
    ax.hlines(total[-1], 0, 1, color=LIGHT["ink_soft"], linewidth=0.8, linestyle=DOTTED)
    low, high = min(total.min(), band["low"].min()), max(total.max(), band["high"].max())
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
    if whale is not None:
        legend_above(ax, [swatch(_band_words(whale), {"color": BAND})])
    return ax


def _say_total(ax: Axes, total: np.ndarray, peak: int, money: Money) -> None:
    end, top = total[-1], total[peak]
    low, high = ax.get_ylim()
    ax.annotate(
        _("total\n{amount}").format(amount=money.write(end)),
        (1, end),
        (16, -2 if end < top else 0),
        textcoords="offset points",
        va="top" if end < top else "center",
        weight="bold",
        linespacing=1.25,
        annotation_clip=False,
    )
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
        words,
        (1, end if short else (end + top) / 2),
        (16, 2 if short else 0),
        textcoords="offset points",
        va="bottom" if short else "center",
        color=LIGHT["lost"],
        linespacing=1.25,
        annotation_clip=False,
    )


def _say_peak(ax: Axes, share: np.ndarray, total: np.ndarray, peak: int, money: Money) -> None:
    if peak == 0:
        words = _("No customer earns money.")
        ax.annotate(words, (0, 0), (6, 6), textcoords="offset points", weight="bold")
        return
    ax.plot(
        share[peak],
        total[peak],
        "o",
        clip_on=False,
        color=LIGHT["paper"],
        zorder=5,
        markeredgecolor=LIGHT["earned"],
        markeredgewidth=2,
    )
    words = ngettext(
        "peak {amount} after {n} customer ({share})",
        "peak {amount} after {n} customers ({share})",
        peak,
    ).format(amount=money.write(total[peak]), n=number(peak), share=percent(share[peak]))
    if peak == len(share) - 1:
        words = _("nobody loses money: the peak is the total")
    side = "left" if share[peak] < 0.35 else "right" if share[peak] > 0.65 else "center"
    text = ax.annotate(
        words,
        (share[peak], total[peak]),
        (0, 12),
        textcoords="offset points",
        ha=side,
        weight="bold",
    )
    halo(text)


def _band(ax: Axes, whale: "Whale | None") -> pd.DataFrame:
    """Draw the band and return it from the first customer's left on; nothing drawn is 0 to 0."""
    start = pd.DataFrame({"customer_share": [0.0], "low": [0.0], "high": [0.0]})
    if whale is None:
        return start
    band = pd.concat([start, whale.band], ignore_index=True)
    ax.fill_between(
        band["customer_share"],
        band["low"],
        band["high"],
        linewidth=0,
        color=BAND,
        zorder=1,
    )
    return band


def _band_words(whale: "Whale") -> str:
    template = (
        _("the band: {cases}, within the declared ranges of cost")
        if whale.rests_on == "rates"
        else _("the band: {cases} of customers like these")
    )
    return template.format(cases=cases(whale.level))


@styled
def plot_effort(audit: pd.DataFrame) -> Axes:
    """Draw what each class brings, and what it gets of each kind of effort.

    Parameters
    ----------
    audit : DataFrame of `effort_audit`: kind, vital_few, useful_many, loss_making (shares)
    """
    ax = new_axes(height=4.6)
    rows = audit.set_index("kind")
    kinds = ["brings", *(kind for kind in EFFORT if kind in rows.index)]
    height = 0.8 / len(kinds)
    for step, kind in enumerate(kinds):
        fill: dict[str, Any] = {"color": LIGHT["earned"]} if kind == "brings" else FILLS[kind]
        shares = [float(rows[name][kind]) for name in CLASSES]
        at = [group + step * height for group in range(len(CLASSES))]
        name = _(SHORT[kind])
        bars = ax.barh(at, shares, height * 0.9, label=name, **fill)
        ax.bar_label(bars, [percent(share) for share in shares], padding=4)
    middle = (len(kinds) - 1) * height / 2
    ax.set_yticks([group + middle for group in range(len(CLASSES))])
    ax.set_yticklabels([_(PROFIT_CLASSES[name]) for name in CLASSES])
    ax.tick_params(axis="y", length=0, labelcolor=LIGHT["ink"])
    ax.invert_yaxis()
    ax.set_xlim(0, 1.0)
    percent_ticks(ax.xaxis)
    legend_above(ax, ax.get_legend_handles_labels()[0])
    return ax


@styled
def plot_white_space(gaps: pd.DataFrame, *, currency: str) -> Axes:
    """Draw by how much customers are below the mix of comparable ones, as a heat map.

    Parameters
    ----------
    gaps : DataFrame customer × product group in money, by name
    """
    written = gaps.map(lambda gap: number(gap / 1000) if gap >= 500 else "")
    ax = heat_map(gaps / 1000, written, colour=LIGHT["earned"])
    ax.set_xlabel(_("{currency} thousand").format(currency=currency))
    return ax
