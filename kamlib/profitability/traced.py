"""Costs that stand on the invoice lines already: they need no rate, only one owner.

Freight is cost-to-serve; where it stands on the lines it is traced to the customer whole. The same freight
as a deduction after the invoice, or as a pool, would be counted twice, and is refused.
"""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kamlib.errors import DataError
from kamlib.numerics import largest_remainder
from kamlib.tables import exact_sums, floats

if TYPE_CHECKING:
    from kamlib.settings import Freight

FREIGHT = "freight"
TRACED = "traced"  # the unit of a pool that has no capacity, because each cost names its customer


def freight_costs(months: pd.DataFrame, relations: pd.Series) -> pd.DataFrame | None:
    """Return the freight that stands on each customer's lines, as an activity of cost-to-serve.

    From  ``period, customer_id, freight, lines`` by month
    to    the columns of cost_to_serve, activity and pool ``freight``; None where lines have none.

    Parameters
    ----------
    months : DataFrame customer × month, freight in exact decimals
    relations : Series customer_id → external, intercompany or collective

    Notes
    -----
    ``driver_volume`` counts invoice lines, ``used`` is the freight itself, at a rate of 1.
    """
    if FREIGHT not in months or months[FREIGHT].isna().all():
        return None
    inside = months[months["period"].notna() & months[FREIGHT].notna()]
    parts = [_of_period(rows, str(period)) for period, rows in inside.groupby("period")]
    cost = pd.concat(parts, ignore_index=True)
    relation = cost["customer_id"].map(relations.astype("str")).fillna("external")
    groups = [cost["period"], relation]
    return cost.assign(cost=cost["used"].groupby(groups).transform(largest_remainder))


def _of_period(rows: pd.DataFrame, period: str) -> pd.DataFrame:
    sums = exact_sums(rows, [FREIGHT])
    lines = (
        rows.groupby("customer_id")["lines"].sum() if "lines" in rows else pd.Series(dtype=float)
    )
    count = sums["customer_id"].map(lines).to_numpy(dtype=np.float64, na_value=np.nan)
    return pd.DataFrame(
        {
            "period": period,
            "customer_id": sums["customer_id"],
            "activity": FREIGHT,
            "pool": FREIGHT,
            "driver_volume": count,
            "used": floats(sums[FREIGHT]),
            "setup_used": 0.0,
            "setup_open": 0.0,
            "capacity_rate": 1.0,
            "setup_cost": 0.0,
            "setup_open_cost": 0.0,
        }
    )


def freight_pools(freight: pd.DataFrame, told: "Freight") -> pd.DataFrame:
    """Return one pool per period that holds all freight of the lines: assigned whole, without capacity."""
    sums = freight.groupby("period", as_index=False).agg(cost=("cost", "sum"), used=("used", "sum"))
    cost = sums["cost"].round(2)
    nothing = dict.fromkeys(["received", "passed_on", "unused_cost", "unassigned_cost"], 0.0)
    unknown = dict.fromkeys(
        ["theoretical_capacity", "practical_capacity", "capacity", "used_share"], np.nan
    )
    return sums.assign(
        pool=FREIGHT,
        cost=cost,
        assigned_cost=cost,
        unit=TRACED,
        kind="money",
        hierarchy_level="order",
        gl_account=told.gl_account or "",
        charged=True,
        avoidable_share=float(told.avoidable_share),
        ending_share=float(told.avoidable_share),
        capacity_rate=1.0,
        **nothing,
        **unknown,
    )


def require_one_owner(
    months: pd.DataFrame, off_invoice: pd.DataFrame | None, pools: pd.DataFrame, *, capital: bool
) -> None:
    """Raise DataError if a cost would be counted in two places.

    Parameters
    ----------
    pools : DataFrame with pool, of what costs in the periods
    capital : bool, a capital charge is counted, so that payment terms have their owner
    """
    kinds = (
        [] if off_invoice is None or "kind" not in off_invoice else [*off_invoice["kind"].unique()]
    )
    on_lines = FREIGHT in months and months[FREIGHT].notna().any()
    if on_lines and FREIGHT in kinds:
        raise DataError(_TWICE.format(cost=FREIGHT, one=_ON_LINES, other=_AFTERWARDS))
    if on_lines and FREIGHT in set(pools["pool"]):
        raise DataError(_TWICE.format(cost=FREIGHT, one=_ON_LINES, other=_AS_POOL))
    if FREIGHT in kinds and FREIGHT in set(pools["pool"]):
        raise DataError(_TWICE.format(cost=FREIGHT, one=_AFTERWARDS, other=_AS_POOL))
    if capital and TERMS in kinds:
        raise DataError(_TWICE.format(cost="payment terms", one=_AFTERWARDS, other=_AS_CAPITAL))


TERMS = "payment_terms"  # a kind of off_invoice: what waiting for the money costs
_TWICE = (
    "{cost} would be counted twice: it stands {one} and {other}. Each cost has one owner; take it out "
    "of one of them in engagement.yaml or in the input."
)
_ON_LINES = "on the invoice lines (column freight)"
_AFTERWARDS = "in off_invoice (column kind)"
_AS_POOL = "among the pools of cost"
_AS_CAPITAL = "in the capital charge on receivables (profitability.capital)"
