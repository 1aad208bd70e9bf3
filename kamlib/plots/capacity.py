"""What the capacity of each cost pool was used for."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from kamlib.checks import require_columns
from kamlib.columns import COLUMNS
from kamlib.language import UNKNOWN, _, percent
from kamlib.plots.labels import column_at_right, name_rows
from kamlib.plots.style import (
    LIGHT,
    axes_or_new,
    dotted,
    hatched,
    legend_above,
    mix,
    money_of,
    money_ticks,
    solid,
    styled,
    swatch,
)

FILLS = {
    "assigned_cost": solid(mix(LIGHT["neutral"], 0.75)),
    "unused_cost": hatched(),
    "unassigned_cost": dotted(),
}


@styled
def plot_capacity(pools: pd.DataFrame, *, currency: str, ax: Axes | None = None) -> Axes:
    """Draw the cost of each pool: charged to customers, unused, and belonging to no customer.

    Parameters
    ----------
    pools : DataFrame, one row per cost pool, in the order of the rows
        ``pool``, ``assigned_cost``, ``unused_cost``, ``unassigned_cost`` in reporting currency;
        ``used_share`` of practical capacity, 0 to 1 and above, missing where no capacity is known
        or the pool does nothing that a customer causes.
    currency : str, for the axis label, such as "EUR"
    ax : Axes, optional; a new figure is made without it

    Returns
    -------
    Axes, with three bars per pool
    """
    require_columns(pools, "pool", *FILLS, "used_share", of="cost pool")
    ax = axes_or_new(ax, height=1.2 + 0.4 * max(len(pools), 2))

    left = np.zeros(len(pools))
    for name, fill in FILLS.items():
        cost = pools[name].fillna(0).clip(lower=0).to_numpy()
        bars = ax.barh(range(len(pools)), cost, left=left, height=0.6, **fill)
        for bar in bars:
            bar.set_visible(bar.get_width() > 0)  # or its edge would show
        left = left + cost
    money = money_of(left, currency)
    ax.set_ylim(len(pools) - 0.4, -0.6)
    name_rows(ax, pools["pool"].tolist(), points=170)
    serves = pools["assigned_cost"].fillna(0) > 0
    traced = pools["unit"].eq("traced") if "unit" in pools else pd.Series(False, index=pools.index)
    words = [_use(*row) for row in zip(pools["used_share"], serves, traced, strict=True)]
    styles = [_use_style(*row) for row in zip(pools["used_share"], traced, strict=True)]
    head = _("{used},\nof capacity").format(used=_(COLUMNS["used_share"].label))
    column_at_right(ax, words, head=head, after=0, styles=styles)
    legend_above(ax, [swatch(_(COLUMNS[name].label), fill) for name, fill in FILLS.items()])
    money_ticks(ax.xaxis, money)
    ax.set_xlabel(f"{_(COLUMNS['cost'].label)}, {money.unit}")
    return ax


def _use(share: float, serves: bool, traced: bool) -> str:
    if traced:  # what stands on invoice lines has no capacity
        return "–"
    if pd.isna(share) and not serves:
        return _("serves no one")
    if pd.isna(share):
        return _("{mark} unknown").format(mark=UNKNOWN)
    return _("overloaded: {share}").format(share=percent(share)) if share > 1 else percent(share)


def _use_style(share: float, traced: bool) -> dict[str, str]:
    if pd.isna(share) and not traced:
        return {"color": LIGHT["uncertain"]}
    return {"weight": "bold", "color": LIGHT["lost"]} if share > 1 else {}
