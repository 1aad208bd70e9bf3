"""Who pays well for what it asks, and who does not."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from kamlib.checks import require_columns
from kamlib.columns import QUADRANTS
from kamlib.language import _, number
from kamlib.plots.labels import Label, box_around, boxes_of, place
from kamlib.plots.style import (
    DASHED,
    LIGHT,
    axes_or_new,
    halo,
    legend_above,
    mix,
    records,
    settle,
    styled,
)

CROWD = mix(LIGHT["neutral"], 0.42)


@styled
def plot_price_matrix(
    customers: pd.DataFrame, *, net_price: float, serve_rate: float, ax: Axes | None = None
) -> Axes:
    """Draw net price against cost-to-serve; the company's averages divide four kinds of trade.

    Parameters
    ----------
    customers : DataFrame, one row per customer
        ``name``, ``net_price``, ``serve_rate`` (share of list value), ``sold_list`` (money, for the
        area), ``customer_profit``, ``named`` (its name is written).
    net_price, serve_rate : float, the cuts
    ax : Axes, optional; a new figure is made without it

    Returns
    -------
    Axes; ``ax.left_out`` lists names that found no place beside their mark, ``ax.outside`` counts
    customers beyond the frame, drawn at its edge
    """
    needed = ["name", "net_price", "serve_rate", "sold_list", "customer_profit", "named"]
    require_columns(customers, *needed, of="price_matrix")
    ax = axes_or_new(ax, height=6.2)
    table = customers[customers[["net_price", "serve_rate"]].notna().all(axis=1)]
    if table.empty:
        ax.axis("off")
        words = _("Nobody can be placed.")
        ax.text(0.5, 0.5, words, transform=ax.transAxes, ha="center", va="center", fontsize=12)
        return ax

    points = _framed(ax, table.reset_index(drop=True), net_price, serve_rate)
    _quarters(ax, points, net_price, serve_rate)
    _spread(ax, points)
    ax.set_xlabel(_("Cost-to-serve, of 100 at list value"))
    ax.set_ylabel(_("Net price: kept of 100 at list value"))
    legend_above(
        ax,
        [
            Line2D(
                [],
                [],
                label=_("earns"),
                marker="o",
                markersize=8,
                linestyle="none",
                markerfacecolor=CROWD,
                markeredgecolor=LIGHT["paper"],
            ),
            Line2D(
                [],
                [],
                label=_("loses"),
                marker="v",
                markersize=9,
                linestyle="none",
                markerfacecolor=LIGHT["paper"],
                markeredgecolor=LIGHT["lost"],
                markeredgewidth=1.6,
            ),
            Line2D([], [], label=_("company average"), color=LIGHT["ink_soft"], linestyle=DASHED),
        ],
    )
    return ax


def _framed(ax: Axes, table: pd.DataFrame, net_price: float, serve_rate: float) -> pd.DataFrame:
    """Set the frame so that single far ones do not press all others together; they stay at its edge."""
    x, y = 100 * table["serve_rate"], 100 * table["net_price"]
    right = max(float(x.quantile(0.98)), 130 * serve_rate, 1.0) * 1.06
    low = min(float(y.quantile(0.005)), 100 * net_price)
    high = max(float(y.quantile(0.995)), 100 * net_price)
    low, high = low - 0.12 * (high - low), high + 0.10 * (high - low)  # room for the four names
    ax.set(xlim=(0, right), ylim=(low, high))
    for axis, ends in ((ax.xaxis, (0.0, right)), (ax.yaxis, (low, high))):
        steps = MaxNLocator(nbins=6, steps=[1, 2, 5, 10]).tick_values(*ends)
        inside = [float(tick) for tick in steps if ends[0] <= tick <= ends[1]]
        axis.set_ticks(inside, [number(tick, 0 if tick == round(tick) else 1) for tick in inside])
    ax.outside = int(((x > right) | (y < low) | (y > high)).sum())  # type: ignore[attr-defined]
    area = 16 + 300 * table["sold_list"] / table["sold_list"].max()
    return table.assign(
        x=x.clip(0, right * 0.99),
        y=y.clip(low + 0.01 * (high - low), high - 0.01 * (high - low)),
        area=area,
    )


def _quarters(ax: Axes, points: pd.DataFrame, net_price: float, serve_rate: float) -> None:
    style: dict[str, Any] = {"color": LIGHT["ink_soft"], "linewidth": 0.9, "linestyle": DASHED}
    ax.axvline(100 * serve_rate, zorder=1, **style)
    ax.axhline(100 * net_price, zorder=1, **style)
    dear, busy = points["net_price"] >= net_price, points["serve_rate"] >= serve_rate
    corners = {
        "pays_well_costs_much": (0.988, 0.985, "right", "top", dear & busy),
        "pays_well_costs_little": (0.012, 0.985, "left", "top", dear & ~busy),
        "pays_little_costs_much": (0.988, 0.015, "right", "bottom", ~dear & busy),
        "pays_little_costs_little": (0.012, 0.015, "left", "bottom", ~dear & ~busy),
    }
    for name, (x, y, ha, va, there) in corners.items():
        words = _("{quadrant}: {n}").format(
            quadrant=_(QUADRANTS[name]).upper(), n=number(there.sum())
        )
        halo(
            ax.text(
                x,
                y,
                words,
                ha=ha,
                va=va,
                transform=ax.transAxes,
                fontsize=10,
                color=LIGHT["ink_soft"],
                weight="bold",
                zorder=6,
            ),
            4,
        )


def _spread(ax: Axes, points: pd.DataFrame) -> None:
    loses = points["customer_profit"] < 0
    earn, lose = points[~loses], points[loses]
    ax.scatter(
        earn["x"],
        earn["y"],
        s=earn["area"],
        facecolor=CROWD,
        edgecolor=LIGHT["paper"],
        linewidth=0.5,
        zorder=2,
    )
    ax.scatter(
        lose["x"],
        lose["y"],
        s=lose["area"] + 14,
        marker="v",
        facecolor=LIGHT["paper"],
        edgecolor=LIGHT["lost"],
        linewidth=1.2,
        zorder=3,
    )
    renderer = settle(ax)
    named = points[points["named"].astype(bool)]
    radius = [np.sqrt(area) / 2 * ax.figure.dpi / 72 for area in named["area"]]
    labels = [
        Label(
            row.x,
            row.y,
            size,
            str(row.name_),
            {"fontsize": 9.5, "color": LIGHT["ink"], "zorder": 7},
        )
        for row, size in zip(records(named.rename(columns={"name": "name_"})), radius, strict=True)
    ]
    crowd = [box_around(ax, row.x, row.y, 3) for row in records(points)]
    left = place(ax, labels, avoid=boxes_of(ax.texts, renderer), soft=crowd)
    ax.left_out = [labels[i].words for i in left]  # type: ignore[attr-defined]
