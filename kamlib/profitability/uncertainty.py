"""How sure each customer's profit is: which rate moves it most, and what thousands of cases tried say.

Only what the engagement declares is uncertain. A range on a pool is a range on its rate, and all who
use the pool move together; on an activity counted from documents it is a range on its time, and moves
all alike too; on an activity whose volumes come from a table it is a range on each customer's own
volume, and customers move apart. A rate that rises takes cost from unused capacity, so nothing is
scaled back to the cost of the pool.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kamlib.core.errors import ParameterError, did_you_mean
from kamlib.core.frames import require_columns, require_share
from kamlib.core.outcomes import Outcome, outcome_of
from kamlib.numerics.draws import Uncertain, odds, range_errors
from kamlib.profitability.costing import TRACED

if TYPE_CHECKING:
    from kamlib.settings import Profitability


UNCERTAINTY = {
    "period": "str",
    "customer_id": "str",
    "customer_profit": "float64",
    "profit_low": "float64",
    "profit_high": "float64",
    "p_unprofitable": "float64",
    "p_vital_few": "float64",
    "moved_most_by": "str",
    "moved_by": "float64",
}


def _most_moved(cost_to_serve: pd.DataFrame, model: "Profitability") -> pd.DataFrame:
    """Return whose range moves each customer and period most, and by how much in one direction.

    Returns
    -------
    DataFrame ``period, customer_id, moved_most_by, moved_by``; who is moved by none has no row
    """
    parts = []
    for source, half_width in model.uncertainty.items():
        mine = cost_to_serve[_belongs(cost_to_serve, source)]
        moved = half_width * mine.groupby(["period", "customer_id"])["cost"].sum().abs()
        both_ways = (2 * moved[moved != 0]).round(2).rename("moved_by")
        parts.append(both_ways.reset_index().assign(moved_most_by=source))
    rows = pd.concat(parts).sort_values(["moved_by", "moved_most_by"], ascending=[False, True])
    first = rows.drop_duplicates(["period", "customer_id"])
    return first.assign(moved_by=(first["moved_by"] / 2).round(2))


def uncertain_profits(
    statement: pd.DataFrame,
    cost_to_serve: pd.DataFrame,
    model: "Profitability",
    *,
    draws: int,
    seed: int,
) -> Uncertain:
    """Collect what of the active customers' profit hangs on declared ranges, ready to be drawn.

    Whose profit is not known is left out. `statement` has rows of one period.

    Returns
    -------
    Uncertain over the active customers in order of customer_id; a cost is one activity. Its error
    is that of its pool's rate and of its time together.

    Raises
    ------
    ParameterError
        A range is declared for what is neither a pool nor an activity.
    """
    require_columns(cost_to_serve, "activity", "pool", "cost", of="cost_to_serve")
    require_declared(model, cost_to_serve)
    ranges = dict(model.uncertainty)
    known = statement["active"] & statement["customer_profit"].notna()
    mine = statement[known].sort_values("customer_id")
    periods = mine["period"].unique()
    costs = cost_to_serve[cost_to_serve["period"].isin(periods)]
    costs = costs[costs["pool"].isin(ranges) | costs["activity"].isin(ranges)]
    grid = costs.pivot_table(
        index=["activity", "pool"], columns="customer_id", values="cost", aggfunc="sum"
    )
    grid = grid.reindex(columns=mine["customer_id"]).fillna(0.0)
    errors, own = _errors(list(grid.index), model, draws=draws, seed=seed)
    profit = mine["customer_profit"].to_numpy(dtype=np.float64)
    return Uncertain(profit, grid.to_numpy(dtype=np.float64), errors, own, seed)


def _errors(
    activities: Sequence[tuple[str, str]], model: "Profitability", *, draws: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the errors that move all customers alike, draws × activities, and their own ranges."""
    ranges = model.uncertainty
    drawn = 1 + range_errors(list(ranges.values()), draws=draws, seed=seed)
    factor = dict(zip(ranges, drawn.T, strict=True))
    together, own = np.ones((draws, len(activities))), np.zeros(len(activities))
    for place, (activity, pool) in enumerate(activities):
        together[:, place] *= factor.get(pool, 1.0)
        if activity == pool or activity not in ranges:
            continue
        if _kind(activity, model) == "volume":
            own[place] = ranges[activity]
        else:
            together[:, place] *= factor[activity]
    return together - 1, own


def profit_uncertainty(
    statement: pd.DataFrame,
    cost_to_serve: pd.DataFrame | None,
    model: "Profitability",
    *,
    profit_share: float,
    draws: int,
    level: float,
    seed: int,
) -> pd.DataFrame:
    """Say how sure the profit of each active customer is: its interval, and its chances.

    Parameters
    ----------
    profit_share : float, 0 to 1; what the vital few bring of what those who earn bring
    level : float, share of draws inside the interval, such as 0.90

    Returns
    -------
    DataFrame of the columns of `UNCERTAINTY`, sorted by key; no rows where nothing is declared. Money in
    reporting currency, chances 0 to 1. ``moved_most_by`` is the pool or activity whose range moves the
    customer most, ``moved_by`` by how much in one direction; missing and 0 for who is touched by none.

    Raises
    ------
    ParameterError
        A share is not between 0 and 1, or a range is declared for nothing that exists.
    """
    require_share(profit_share, name="profit_share")
    require_share(level, name="level")
    known = statement[statement["active"] & statement["customer_profit"].notna()]
    if cost_to_serve is None or not model.uncertainty or known.empty:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in UNCERTAINTY.items()})
    parts = []
    for _period, rows in known.groupby("period"):
        world = uncertain_profits(rows, cost_to_serve, model, draws=draws, seed=seed)
        said = odds(world, level=level, share=profit_share)
        parts.append(
            rows.sort_values("customer_id").assign(
                profit_low=said.low.round(2),
                profit_high=said.high.round(2),
                p_unprofitable=said.below,
                p_vital_few=said.among,
            )
        )
    table = pd.concat(parts, ignore_index=True)
    most = _most_moved(cost_to_serve, model)
    table = table.merge(most, on=["period", "customer_id"], how="left")
    table = table.fillna({"moved_by": 0.0})
    table = table.sort_values(["period", "customer_id"], ignore_index=True)
    return table[list(UNCERTAINTY)].astype({"moved_most_by": "str"})


def uncertainty_outcome(
    cost_to_serve: pd.DataFrame | None,
    pools: pd.DataFrame | None,
    model: "Profitability",
    *,
    period: str,
) -> Outcome:
    """Judge what the intervals rest on: every pool that charges customers, some of them, or none."""
    if not model.uncertainty or cost_to_serve is None:
        return outcome_of("uncertainty", "REFUSE")
    mine = cost_to_serve[(cost_to_serve["period"] == period) & (cost_to_serve["cost"] != 0)]
    traced = set() if pools is None else set(pools.loc[pools["unit"] == TRACED, "pool"])
    bare = sorted(set(mine["pool"].unique()) - set(model.uncertainty) - traced)
    if not bare:
        return outcome_of("uncertainty", "PASS")
    named = ", ".join(pool.replace("_", " ") for pool in bare)
    return outcome_of("uncertainty", "FLAG", pools=named)


def require_declared(model: "Profitability", cost_to_serve: pd.DataFrame) -> None:
    """Raise ParameterError if a range is declared for what charges no customer in any period."""
    there = {each.pool for each in model.time_equations}
    there |= {each.name for each in model.time_equations}
    there |= {*cost_to_serve["pool"].unique(), *cost_to_serve["activity"].unique()}
    for name in model.uncertainty:
        if name not in there:
            raise ParameterError(
                f"profitability.uncertainty in engagement.yaml declares a range for '{name}', which "
                f"is neither a pool that charges customers nor an activity. "
                f"{did_you_mean(name, sorted(there))}"
            )


def _belongs(costs: pd.DataFrame, source: str) -> pd.Series:
    """Return the rows that a declared range moves: of the pool of that name, else of the activity."""
    pool = costs["pool"] == source
    return pool if pool.any() else costs["activity"] == source


def _kind(source: str, model: "Profitability") -> str:
    """Say what a range is a range of: the rate of a pool, the time or the volume of an activity."""
    if source in {each.pool for each in model.time_equations}:
        return "rate"
    counted = {each.name: bool(each.driver) for each in model.time_equations}
    if source not in counted:
        return "rate"
    return "volume" if counted[source] else "time"
