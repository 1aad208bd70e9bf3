"""How sure a profit is: the interval of each customer, and what moves one customer's profit most."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from kamlib.checks import require_columns
from kamlib.columns import RANGES, label
from kamlib.language import _, draws, number
from kamlib.plots.labels import column_at_right, name_rows
from kamlib.plots.style import (
    DOTTED,
    LIGHT,
    Money,
    axes_or_new,
    hatched,
    legend_above,
    money_of,
    money_ticks,
    records,
    solid,
    styled,
    swatch,
)

MOST = 12
SURE = 0.95  # share of draws from which a loss or a profit is drawn as sure


@styled
def plot_sureness(
    customers: pd.DataFrame, *, currency: str, level: float = 0.90, ax: Axes | None = None
) -> Axes:
    """Draw the profit of some customers with its interval, and in how many draws it is a loss.

    Parameters
    ----------
    customers : DataFrame, one row per customer, in the order of the rows; 12 are drawn
        ``name``, ``customer_profit``, ``profit_low``, ``profit_high`` in reporting currency,
        ``p_unprofitable`` (0 to 1).
    currency : str, for the labels, such as "EUR"
    level : float, share of draws inside the intervals
    ax : Axes, optional; a new figure is made without it

    Returns
    -------
    Axes, with one mark and one bar per customer
    """
    money_columns = ["customer_profit", "profit_low", "profit_high"]
    require_columns(customers, "name", *money_columns, "p_unprofitable", of="profit_sureness")
    rows = customers.head(MOST)
    ax = axes_or_new(ax, height=1.35 + 0.34 * max(len(rows), 2))

    money = money_of(rows[money_columns].to_numpy().ravel(), currency)
    for place, row in enumerate(records(rows)):
        ax.hlines(place, row.profit_low, row.profit_high, color=_colour(row), linewidth=2.2)
        ax.plot(row.customer_profit, place, **_mark(row))
    ax.axvline(0, color=LIGHT["ink"], linewidth=1, zorder=1)
    ax.margins(x=0.04)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    name_rows(ax, rows["name"].tolist())
    end = _money_column(ax, rows["customer_profit"], money, after=0.0)
    told = [number(100 * share) for share in rows["p_unprofitable"]]
    bold = [{"weight": "bold", "color": _colour(row)} for row in records(rows)]
    column_at_right(ax, told, head=_("at a loss in\n… of 100"), after=end, styles=bold)
    money_ticks(ax.xaxis, money)
    ax.set_xlabel(label("customer_profit", money.unit))
    legend_above(ax, _legend(rows, level))
    return ax


@styled
def plot_tornado(
    tornado: pd.DataFrame, *, profit: float, currency: str, ax: Axes | None = None
) -> Axes:
    """Draw what moves one customer's profit: both ends of each declared range, the largest first.

    Parameters
    ----------
    tornado : DataFrame, one row per range, the largest swing first; 12 are drawn
        ``source`` (a pool or an activity), ``kind`` (rate, time or volume), ``low_profit``,
        ``high_profit`` in reporting currency.
    profit : float, the customer's profit as it stands
    currency : str, for the labels, such as "EUR"
    ax : Axes, optional; a new figure is made without it

    Returns
    -------
    Axes, with two bars per range
    """
    require_columns(tornado, "source", "kind", "low_profit", "high_profit", of="tornado")
    rows = tornado.head(MOST)
    ax = axes_or_new(ax, height=1.45 + 0.4 * max(len(rows), 2))

    money = money_of([profit, *rows["low_profit"], *rows["high_profit"]], currency)
    for place, row in enumerate(records(rows)):
        ax.barh(place, row.low_profit - profit, left=profit, height=0.62, **hatched())
        ax.barh(place, row.high_profit - profit, left=profit, height=0.62, **solid())
    ax.axvline(profit, color=LIGHT["ink"], linewidth=1)
    ax.margins(x=0.06)
    low, high = ax.get_xlim()
    if low <= 0 <= high:
        ax.axvline(0, color=LIGHT["ink_soft"], linewidth=0.9, linestyle=DOTTED)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    name_rows(ax, [_source(row) for row in records(rows)], points=190)
    end = _money_column(ax, rows["low_profit"], money, head=_("at the\nupper end"), after=0.0)
    _money_column(ax, rows["high_profit"], money, head=_("at the\nlower end"), after=end)
    money_ticks(ax.xaxis, money)
    ax.set_xlabel(label("customer_profit", money.unit))
    here = {"marker": "|", "markersize": 13, "linestyle": "none", "color": LIGHT["ink"]}
    as_it_stands = _("as it stands: {amount}").format(amount=money.write(profit))
    legend_above(ax, [
        swatch(_("if it costs more"), hatched()), swatch(_("if it costs less"), solid()),
        Line2D([], [], label=as_it_stands, **here),  # type: ignore[arg-type]
    ])  # fmt: skip
    return ax


def _source(row: Any) -> str:
    return _("{source}: {kind}").format(
        source=str(row.source).replace("_", " "), kind=_(RANGES[row.kind])
    )


def _money_column(
    ax: Axes, amounts: pd.Series, money: Money, *, after: float, head: str = ""
) -> float:
    told = [money.write(amount) for amount in amounts]
    return column_at_right(ax, told, head=head or money.unit.replace(" ", "\n"), after=after)


def _is_open(row: Any) -> bool:
    return bool(1 - SURE < row.p_unprofitable < SURE)


def _colour(row: Any) -> str:
    if _is_open(row):
        return LIGHT["uncertain"]
    return LIGHT["lost"] if row.customer_profit < 0 else LIGHT["earned"]


def _mark(row: Any) -> dict[str, Any]:
    """Return the mark of a profit: hollow where its sign is open, a triangle down where it is lost."""
    shape = "o" if _is_open(row) or row.customer_profit >= 0 else "v"
    return {
        "marker": shape, "markersize": 8, "color": _colour(row), "zorder": 5, "linestyle": "none",
        "markerfacecolor": LIGHT["paper"] if _is_open(row) else _colour(row), "markeredgewidth": 1.8,
    }  # fmt: skip


def _legend(rows: pd.DataFrame, level: float) -> list[Line2D]:
    kinds = {
        "open": _("earns or loses: not sure"), "lost": _("surely a loss"),
        "earned": _("surely a profit"),
    }  # fmt: skip
    seen: dict[str, Line2D] = {}
    for row in records(rows):
        kind = "open" if _is_open(row) else "lost" if row.customer_profit < 0 else "earned"
        seen.setdefault(kind, Line2D([], [], label=kinds[kind], **_mark(row)))
    within = {"color": LIGHT["ink_soft"], "linewidth": 2.2, "label": draws(level)}
    return [*(seen[kind] for kind in kinds if kind in seen), Line2D([], [], **within)]  # type: ignore[arg-type]
