"""The look: colours with meaning, their second signs, and Axes that carry the style with them.

The style is in force only while a figure is drawn; nothing global changes. Whatever matplotlib would
read later, when the figure is saved, is set on the artists here.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, wraps
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
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
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


def axes_or_new(ax: Axes | None, *, height: float) -> Axes:
    """Return `ax`, or the Axes of a new figure 8 inches wide, dressed in the style."""
    if ax is None:
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


def percent_ticks(axis: Axis, *, step: float = 0.2) -> None:
    """Put shares on an axis, 0 and 100% among them."""
    ticks = np.arange(0, 1 + step / 2, step)
    axis.set_ticks(ticks, [percent(round(float(tick), 3)) for tick in ticks])


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


def hatched(colour: str = LIGHT["lost"], *, hatch: str = "////") -> dict[str, Any]:
    """Return the fill of what takes away: hatch on a tint, told from solid without colour."""
    return {"facecolor": mix(colour, 0.25), "edgecolor": colour, "hatch": hatch, "linewidth": 0.8}


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


def halo(text: Text, width: float = 3) -> Text:
    """Let a label stay readable where it crosses a line."""
    text.set_path_effects([withStroke(linewidth=width, foreground=LIGHT["paper"])])
    return text


@cache
def _style() -> Any:
    path = Path(__file__).parents[1] / "kam.mplstyle"
    return dict(mpl.rc_params_from_file(path, use_default_template=False))
