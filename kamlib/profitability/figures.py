"""Figures of profit: statement, losses, prices, bridge."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from kamlib.core.codes import CHANGES, QUADRANTS
from kamlib.core.language import _, number, percent
from kamlib.core.vocabulary import COLUMNS, label
from kamlib.page.style import (
    DASHED,
    LIGHT,
    Label,
    box_around,
    boxes_of,
    by_sign,
    column_at_right,
    halo,
    heat_map,
    legend_above,
    mix,
    money_of,
    money_ticks,
    name_rows,
    new_axes,
    one_line,
    place,
    records,
    settle,
    styled,
)


@styled
def plot_bridge(steps: pd.DataFrame, *, currency: str, measure: str = "customer_profit") -> Axes:
    """Draw the bridge between two totals: each cause starts where the one before ended.

    Parameters
    ----------
    steps : DataFrame of `bridge_steps`, in order
        ``line`` (a period or a cause), ``kind`` ("total" or "step"), ``amount`` in reporting
        currency with its sign.
    currency : str, for the labels, such as "EUR"
    measure : str, what is compared; it names the axis

    Returns
    -------
    Axes, with one bar per row
    """
    ax = new_axes(height=1.0 + 0.36 * len(steps))

    money = money_of(steps.loc[steps["kind"] == "total", "amount"], currency)
    _waterfall(ax, steps)
    totals = steps["kind"] == "total"
    names = [
        one_line(line) if total else _(CHANGES[line])
        for line, total in zip(steps["line"], totals, strict=True)
    ]
    name_rows(ax, names, points=200)
    weights = _weights(ax, totals)
    amounts = [
        money.write(amount, signed=not total)
        for amount, total in zip(steps["amount"], totals, strict=True)
    ]
    column_at_right(ax, amounts, head=money.unit.replace(" ", "\n"), after=0, styles=weights)
    money_ticks(ax.xaxis, money)
    ax.set_xlabel(label(measure, money.unit))
    return ax


def _weights(ax: Axes, totals: pd.Series) -> list[dict[str, Any]]:
    """Write the names of totals in bold; return the weight of each row."""
    weights = ["bold" if total else "normal" for total in totals]
    for text, weight in zip(ax.get_yticklabels(), weights, strict=True):
        text.set_fontweight(weight)
    return [{"weight": weight} for weight in weights]


@styled
def plot_statement(ladder: pd.DataFrame, *, currency: str) -> Axes:
    """Draw the money ladder as a waterfall from list revenue down to the last line that is known.

    Parameters
    ----------
    ladder : DataFrame, one row per line, from top to bottom
        ``line`` (a column of the money ladder), ``kind`` ("total" or "step"), ``amount`` (steps with
        their sign), ``share`` of list revenue.
    currency : str, for the labels, such as "EUR"

    Returns
    -------
    Axes, with one bar per line
    """
    ax = new_axes(height=1.0 + 0.36 * len(ladder))

    money = money_of(ladder["amount"], currency)
    _waterfall(ax, ladder)
    name_rows(ax, [_(COLUMNS[line].label) for line in ladder["line"]], points=200)
    styles = _weights(ax, ladder["kind"] == "total")
    amounts = [money.write(amount) for amount in ladder["amount"]]
    end = column_at_right(ax, amounts, head=money.unit.replace(" ", "\n"), after=0, styles=styles)
    shares = [percent(share) for share in ladder["share"]]
    soft = [{**style, "color": LIGHT["ink_soft"]} for style in styles]
    column_at_right(ax, shares, head=_("of list\nrevenue"), after=end, styles=soft)
    money_ticks(ax.xaxis, money)
    ax.set_xlabel(money.unit)
    return ax


def _waterfall(ax: Axes, ladder: pd.DataFrame) -> None:
    level = 0.0
    last = len(ladder) - 1
    for row, line in enumerate(records(ladder)):
        total = line.kind == "total"
        ax.barh(row, line.amount, left=0 if total else level, height=0.62, **by_sign(line.amount))
        level = line.amount if total else level + line.amount
        if row < last:
            ax.plot(
                [level, level], [row + 0.31, row + 0.69], color=LIGHT["ink_soft"], linewidth=0.7
            )
        if total and 0 < row < last:
            ax.axhline(row + 0.5, color=LIGHT["rule"], linewidth=0.7, zorder=0)
    ax.axvline(0, color=LIGHT["ink"], linewidth=0.8)
    ax.set_ylim(last + 0.6, -0.6)


CROWD = mix(LIGHT["neutral"], 0.42)


@styled
def plot_work_by_segment(work: pd.DataFrame) -> Axes:
    """Draw what serving each segment takes of 100 of its revenue, pool by pool, as a heat map.

    Parameters
    ----------
    work : DataFrame of `work_by_segment`, shares; the last column is their sum
    """
    points = 100 * work.rename(columns={"together": _("together")})
    written = points.map(lambda share: number(share, 1))
    ax = heat_map(points.assign(**{_("together"): 0.0}), written, colour=LIGHT["lost"])
    for text in ax.texts[len(points.columns) - 1 :: len(points.columns)]:
        text.set_fontweight("bold")
    return ax


@styled
def plot_price_matrix(customers: pd.DataFrame, *, net_price: float, serve_rate: float) -> Axes:
    """Draw net price against cost-to-serve; the company's averages divide four kinds of trade.

    Parameters
    ----------
    customers : DataFrame, one row per customer
        ``name``, ``net_price``, ``serve_rate`` (share of list value), ``sold_list`` (money, for the
        area), ``customer_profit``, ``named`` (its name is written).
    net_price, serve_rate : float, the cuts
    """
    ax = new_axes(height=6.2)
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
    points = points.assign(radius=np.sqrt(points["area"] + 14) / 2 * ax.figure.dpi / 72)
    named = points[points["named"].astype(bool)]
    labels = [
        Label(
            row.x,
            row.y,
            row.radius + 2,
            str(row.name_),
            {"fontsize": 9.5, "color": LIGHT["ink"], "zorder": 7},
        )
        for row in records(named.rename(columns={"name": "name_"}))
    ]
    crowd = [box_around(ax, row.x, row.y, 3) for row in records(points)]
    marks = [box_around(ax, row.x, row.y, row.radius) for row in records(points[loses])]
    place(ax, labels, avoid=[*marks, *boxes_of(ax.texts, renderer)], soft=crowd)
