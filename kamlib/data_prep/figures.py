"""Figures of the input."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kamlib.core.language import language
from kamlib.core.vocabulary import label
from kamlib.page.style import (
    LIGHT,
    hatched,
    mix,
    money_of,
    money_ticks,
    new_axes,
    one_line,
    solid,
    styled,
)

MONTHS_WITH_QUARTERS = 36  # longer series show half-years, then years only
MONTHS_WITH_HALF_YEARS = 60


@styled
def plot_monthly_revenue(months: pd.DataFrame, *, currency: str) -> Axes:
    """Draw invoice revenue by month; the months of the report period are solid and named.

    Parameters
    ----------
    months : DataFrame, one row per month
        ``month`` (date), ``invoice_revenue`` in reporting currency, ``period`` (the name of the
        report period, or missing for other months).
    currency : str, for the axis label, such as "EUR"

    Returns
    -------
    Axes, with bars at 12 × year + month − 1
    """
    ax = new_axes(height=4.4)

    dates = pd.to_datetime(months["month"])
    at = (12 * dates.dt.year + dates.dt.month - 1).to_numpy()
    for x, amount, period in zip(at, months["invoice_revenue"], months["period"], strict=True):
        ax.bar(x, amount, width=0.74, **_month_fill(amount, inside=pd.notna(period)))
    money = money_of(months["invoice_revenue"], currency)
    money_ticks(ax.yaxis, money)
    ax.set_ylabel(label("invoice_revenue", money.unit))
    ax.margins(x=0.01)
    if (months["invoice_revenue"] < 0).any():
        ax.axhline(0, color=LIGHT["ink"], linewidth=0.8)
    _month_ticks(ax, at)
    _name_periods(ax, at, months)
    return ax


def _month_fill(amount: float, *, inside: bool) -> dict:
    if amount < 0:
        return hatched()
    return solid() if inside else solid(mix(LIGHT["neutral"], 0.42))


def _month_ticks(ax: Axes, at: np.ndarray) -> None:
    from babel.dates import format_date

    months = np.arange(at.min(), at.max() + 1)
    long = len(months)
    step = 3 if long <= MONTHS_WITH_QUARTERS else 6 if long <= MONTHS_WITH_HALF_YEARS else 12
    ticks = [int(x) for x in months if x % step == 0] or [int(months[0])]
    named = []
    for place, x in enumerate(ticks):
        day = pd.Timestamp(year=x // 12, month=x % 12 + 1, day=1)
        short = format_date(day, "MMM", locale=language())
        year = x % 12 == 0 or place == 0
        named.append(f"{short}\n{day.year}" if year else short)
    ax.set_xticks(ticks, named)


def _name_periods(ax: Axes, at: np.ndarray, months: pd.DataFrame) -> None:
    low, high = ax.get_ylim()
    ax.set_ylim(low, high + 0.12 * (high - low))
    line = high + 0.03 * (high - low)
    for period in months["period"].dropna().unique():
        inside = at[(months["period"] == period).to_numpy()]
        first, last = inside.min() - 0.4, inside.max() + 0.4
        ax.plot([first, last], [line, line], color=LIGHT["earned"], linewidth=2, clip_on=False)
        ax.annotate(
            one_line(period),
            ((first + last) / 2, line),
            (0, 3),
            textcoords="offset points",
            ha="center",
            va="bottom",
            weight="bold",
            color=LIGHT["earned"],
        )
