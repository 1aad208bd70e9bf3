"""What changed: from the profit of one period to that of the next, cause by cause."""

import textwrap

import pandas as pd
from matplotlib.axes import Axes

from kamlib.checks import require_columns
from kamlib.columns import CHANGES, label
from kamlib.language import _
from kamlib.plots.labels import one_line, width_of
from kamlib.plots.style import (
    LIGHT,
    axes_or_new,
    by_sign,
    hatched,
    legend_above,
    money_of,
    money_ticks,
    records,
    solid,
    styled,
    swatch,
)

WIDE = 0.76


@styled
def plot_bridge(
    steps: pd.DataFrame, *, currency: str, measure: str = "customer_profit", ax: Axes | None = None
) -> Axes:
    """Draw the bridge between two totals: each cause starts where the one before ended.

    Parameters
    ----------
    steps : DataFrame of `bridge_steps`, in order
        ``line`` (a period or a cause), ``kind`` ("total" or "step"), ``amount`` in reporting
        currency with its sign.
    currency : str, for the labels, such as "EUR"
    measure : str, what is compared; it names the axis
    ax : Axes, optional; a new figure is made without it

    Returns
    -------
    Axes, with one bar per row
    """
    require_columns(steps, "line", "kind", "amount", of="bridge")
    ax = axes_or_new(ax, height=4.6)

    money = money_of(steps.loc[steps["kind"] == "total", "amount"], currency)
    ends = _bars(ax, steps)
    low, high = min(0.0, *ends), max(0.0, *ends)
    room = (high - low) or 1.0
    ax.set_ylim(low - (0.09 * room if low < 0 else 0), high + 0.09 * room)
    ax.axhline(0, color=LIGHT["ink"], linewidth=0.8)
    for place, row in enumerate(records(steps)):
        _amount(ax, place, row, ends, money.write(row.amount, signed=row.kind == "step"))
    names = [_wrapped(row.line, row.kind, len(steps)) for row in records(steps)]
    ax.set_xticks(range(len(steps)), names)
    ax.tick_params(axis="x", length=0, labelcolor=LIGHT["ink"])
    ax.set_xlim(-0.6, len(steps) - 0.4)
    money_ticks(ax.yaxis, money)
    ax.set_ylabel(label(measure, money.unit))
    legend_above(ax, [swatch(_("adds to it"), solid()), swatch(_("takes away"), hatched())])
    return ax


def _bars(ax: Axes, steps: pd.DataFrame) -> list[float]:
    """Draw the bars and the lines between them; return where each one ends."""
    level, ends = 0.0, []
    for place, row in enumerate(records(steps)):
        total = row.kind == "total"
        start = 0.0 if total else level
        fill = solid(LIGHT["neutral"]) if total else by_sign(row.amount)
        ax.bar(place, row.amount, bottom=start, width=WIDE, **fill)
        level = start + row.amount
        ends.append(level)
        if place < len(steps) - 1:
            across = [place + WIDE / 2, place + 1 - WIDE / 2]
            ax.plot(across, [level, level], color=LIGHT["ink_soft"], linewidth=0.8)
    return ends


def _amount(ax: Axes, place: int, row: object, ends: list[float], words: str) -> None:
    """Write an amount above its bar; below it where the bar hangs under zero."""
    total, amount = row.kind == "total", row.amount  # type: ignore[attr-defined]
    top = max(ends[place], ends[place] - amount if not total else 0.0)
    colour = LIGHT["ink"] if total else LIGHT["lost"] if amount < 0 else LIGHT["earned"]
    below = total and amount < 0
    ax.annotate(
        words,
        (place, ends[place] if below else top),
        (0, -4 if below else 4),
        textcoords="offset points",
        ha="center",
        va="top" if below else "bottom",
        weight="bold",
        color=colour,
    )


def _wrapped(line: str, kind: str, bars: int) -> str:
    words = one_line(line) if kind == "total" else _(CHANGES[line])
    room = 440 / bars  # points of an axis of 8 inches
    chars = max(6, int(room / (width_of("n", size=10) or 6)))
    return "\n".join(textwrap.wrap(words, chars, break_long_words=False, break_on_hyphens=True))
