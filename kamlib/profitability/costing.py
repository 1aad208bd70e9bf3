"""Cost-to-serve: pools of cost, their rates, what customers use of them, and freight on the lines.

Cost has levels: of a unit, an order, a customer, a channel, the company. The statement stops at one of
them, and what stands above is on nobody. A support pool passes its cost on; capacity that nobody used is a
line of its own. What stands on the invoice lines already needs no rate, only one owner: the same freight
as a deduction after the invoice, or as a pool, would be counted twice, and is refused.

Sources
-------
Horngren, Datar and Rajan, Cost Accounting, for the hierarchy of customer costs; Kaplan and Anderson (2004),
"Time-Driven Activity-Based Costing": a rate is the cost of capacity supplied over practical capacity.
"""

import re
from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kamlib.core.codes import COST_LEVELS
from kamlib.core.errors import DataError, did_you_mean, listed
from kamlib.core.tables import exact_sums, floats
from kamlib.numerics.sharing import largest_remainder

if TYPE_CHECKING:
    from kamlib.settings import Freight, Resource, TimeEquation


LEVELS = tuple(COST_LEVELS)
NUMBERS = ("theoretical_capacity", "practical_capacity", "avoidable_share")
TEXTS = {"unit": "", "kind": "", "hierarchy_level": "customer", "gl_account": ""}
COLUMNS = ["period", "pool", "cost", *TEXTS, *NUMBERS, "step_down_to"]


def resources_table(resources: "Sequence[Resource]") -> pd.DataFrame:
    """Return the pools of engagement.yaml as a table, in file order.

    To ``period, pool, cost, unit, kind, hierarchy_level, gl_account, theoretical_capacity,
    practical_capacity, avoidable_share, step_down_to``.
    """
    rows = [
        {
            **{name: getattr(r, name, None) for name in COLUMNS},
            "cost": float(r.cost),
            "step_down_to": dict(r.step_down_to),
        }
        for r in resources
    ]
    return _typed(pd.DataFrame(rows, columns=COLUMNS))


def given_resources(
    resources: "Sequence[Resource]", table: pd.DataFrame | None, *, periods: Sequence[str]
) -> pd.DataFrame:
    """Return the pools of engagement.yaml and of the client's table, of some periods.

    Parameters
    ----------
    resources : pools of engagement.yaml
    table : DataFrame, the input table of pools, where ``step_down_to`` is text such as
        ``order desk: 0.5; warehouse: 0.5``; None where there is none
    periods : names

    Raises
    ------
    DataError
        A pool stands twice in one period, is of an unknown level, or is passed on to a pool that is
        not there.
    """
    written = resources_table(resources)
    parts = [written] if table is None else [written, _from_table(table)]
    pools = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    pools = pools[pools["period"].isin(list(periods))].reset_index(drop=True)
    for problem in (*_repeated(pools), *_unknown_levels(pools), *_shares_amiss(pools)):
        raise DataError(problem)
    return pools


def _from_table(table: pd.DataFrame) -> pd.DataFrame:
    rows = table.reindex(columns=COLUMNS)
    told = [
        _shares(text, pool) for text, pool in zip(rows["step_down_to"], rows["pool"], strict=True)
    ]
    rows = rows.assign(
        cost=rows["cost"].astype("float64"),
        step_down_to=pd.Series(told, index=rows.index, dtype=object),
    )
    return _typed(rows)


def _typed(rows: pd.DataFrame) -> pd.DataFrame:
    text = {
        name: rows[name].astype(object).where(rows[name].notna(), otherwise).astype("str")
        for name, otherwise in TEXTS.items()
    }
    return rows.assign(**text).astype(dict.fromkeys(NUMBERS, "float64"))


def _shares(text: object, pool: str) -> dict[str, float]:
    """Read ``desk: 0.5; warehouse: 0.25``; nothing is no step-down."""
    if not isinstance(text, str) or not text.strip():
        return {}
    found: dict[str, float] = {}
    for part in text.split(";"):
        match = re.fullmatch(r"\s*(.+?)\s*:\s*(\d(?:[.,]\d+)?)\s*", part)
        if not match or match[1] in found:
            raise DataError(
                f"step_down_to of pool '{pool}' in the resources table reads '{text}'. Write the "
                f"pools that it serves with their shares, such as 'order desk: 0.5; warehouse: 0.5'."
            )
        found[match[1]] = float(match[2].replace(",", "."))
    return found


def _repeated(pools: pd.DataFrame) -> Iterator[str]:
    twice = pools[pools.duplicated(["period", "pool"])]
    for period, pool in zip(twice["period"], twice["pool"], strict=True):
        yield (
            f"pool '{pool}' stands twice in period {period}: in the resources table, or in it and "
            f"under profitability.resources in engagement.yaml. Keep one, or its cost counts twice."
        )


def _unknown_levels(pools: pd.DataFrame) -> Iterator[str]:
    strange = pools[~pools["hierarchy_level"].isin(LEVELS)]
    for pool, level in zip(strange["pool"], strange["hierarchy_level"], strict=True):
        yield (
            f"hierarchy_level of pool '{pool}' is '{level}', and must be one of "
            f"{listed(LEVELS)}. {did_you_mean(level, LEVELS)}"
        )


def _shares_amiss(pools: pd.DataFrame) -> Iterator[str]:
    there = set(zip(pools["period"], pools["pool"], strict=True))
    rows = zip(pools["period"], pools["pool"], pools["step_down_to"], strict=True)
    for period, pool, shares in rows:
        absent = [to for to in shares if (period, to) not in there]
        if absent:
            yield (
                f"pool '{pool}' is passed on to '{absent[0]}', which is no pool of period {period}. "
                f"{did_you_mean(absent[0], [to for of, to in there if of == period])}"
            )
        if sum(shares.values()) > 1 + 1e-9:
            yield (
                f"pool '{pool}' passes on {sum(shares.values()):g} of its cost in period {period}; "
                f"the shares of step_down_to must not add up to more than 1."
            )


def with_reach(
    pools: pd.DataFrame, equations: "Sequence[TimeEquation]", *, stops_at: str
) -> pd.DataFrame:
    """Add ``charged``: an activity counts the pool, and its level is one the statement reaches.

    Raises
    ------
    DataError
        A pool above that level passes its cost on to one that customers are charged with.

    Examples
    --------
    >>> from types import SimpleNamespace as S
    >>> pools = pd.DataFrame({"period": "FY2025", "pool": ["desk", "fair"], "step_down_to": [{}, {}],
    ...                       "hierarchy_level": ["customer", "channel"]})
    >>> counts = [S(pool="desk"), S(pool="fair")]
    >>> with_reach(pools, counts, stops_at="customer")["charged"].tolist()
    [True, False]
    """
    reached = within_reach(pools["hierarchy_level"], stops_at)
    inside = set(zip(pools["period"], pools["pool"].where(reached), strict=True))
    for row in pools[~reached].to_dict("records"):
        for to in row["step_down_to"] or {}:
            if (row["period"], to) in inside:
                raise DataError(
                    f"pool '{row['pool']}' is cost of the {row['hierarchy_level']}, above the level at "
                    f"which the statement stops ({stops_at}), and passes cost on to '{to}', which "
                    f"customers are charged with. Empty its step_down_to, or correct its level."
                )
    counted = {equation.pool for equation in equations}
    return pools.assign(charged=pools["pool"].isin(counted) & reached)


def within_reach(levels: pd.Series, stops_at: str) -> pd.Series:
    """Tell of each level whether the statement reaches it; company-level cost never."""
    deepest = min(LEVELS.index(stops_at), LEVELS.index("channel"))
    return levels.isin(LEVELS[: deepest + 1])


PRACTICAL = 0.8  # of the theoretical capacity, where no practical one is given
CHARGED = {"used": "cost", "setup_used": "setup_cost", "setup_open": "setup_open_cost"}


def pool_costs(resources: pd.DataFrame, volumes: pd.DataFrame) -> pd.DataFrame:
    """Pass on support pools, and turn each pool's cost into a rate of its practical capacity.

    From  resources (pool × period) and the volumes of `activity_volumes`
    to    ``... + charged, received, passed_on, ending_share, used, capacity, capacity_rate,
          used_share``.

    Parameters
    ----------
    resources : DataFrame with period, pool, cost, theoretical_capacity, practical_capacity,
        step_down_to; ``charged`` says which pools reach customers, without it those that have volumes

    Raises
    ------
    DataError
        Support pools serve each other in a circle.

    Notes
    -----
    A support pool passes on its own cost and what it received; what it does not pass on stays with
    it. ``ending_share`` is what of a pool's cost ends with the work: each part, its own and what it
    received, by the share declared where it came from; unknown where one of these is. Without a
    practical capacity 80 % of the theoretical one counts; without either the rate is
    cost per unit used, and idle time hides in it. Overload is shown and never scaled down. A pool that
    is not charged has no rate.
    """
    pools = _stepped_down(resources.reset_index(drop=True).astype({"cost": "float64"}))
    used = volumes.groupby(["period", "pool"], as_index=False)["used"].sum()
    pools = pools.merge(used, on=["period", "pool"], how="left")
    if "charged" not in pools:
        pools = pools.assign(charged=pools["used"].notna())
    pools = pools.fillna({"used": 0.0})
    capacity = pools["practical_capacity"].fillna(PRACTICAL * pools["theoretical_capacity"])
    base = capacity.where(capacity.notna(), pools["used"])
    rated = pools["charged"] & (base > 0)
    return pools.assign(
        capacity=capacity,
        capacity_rate=(_to_charge(pools) / base.where(rated, 1.0)).where(rated),
        used_share=np.where(capacity.notna(), pools["used"] / capacity, np.nan),
    )


def _to_charge(pools: pd.DataFrame) -> pd.Series:
    return pools["cost"] + pools["received"] - pools["passed_on"]


def _stepped_down(pools: pd.DataFrame) -> pd.DataFrame:
    """Add what each pool received and passed on, and what of its cost, with that, would end."""
    place = {key: i for i, key in enumerate(zip(pools["period"], pools["pool"], strict=True))}
    given = [
        {place[(period, pool)]: share for pool, share in (shares or {}).items()}
        for period, shares in zip(pools["period"], pools["step_down_to"], strict=True)
    ]
    own, received, passed = pools["cost"].to_numpy(), np.zeros(len(pools)), np.zeros(len(pools))
    silent = pd.Series(np.nan, index=pools.index)
    declared = pools.get("avoidable_share", silent).to_numpy(dtype=np.float64)
    ends = np.where(own != 0, own * declared, 0.0)
    for i in _givers_first(given, pools):
        whole = own[i] + received[i]
        for to, share in given[i].items():
            received[to] += whole * share
            passed[i] += whole * share
            ends[to] += ends[i] * share if share and whole else 0.0
    whole = own + received
    ending = np.divide(ends, whole, out=declared.copy(), where=whole != 0)
    return pools.assign(received=received, passed_on=passed, ending_share=ending)


def _givers_first(given: list[dict[int, float]], pools: pd.DataFrame) -> list[int]:
    """Order pools so that each comes after all that pass on to it."""
    before: dict[int, list[int]] = {i: [] for i in range(len(given))}
    for i, shares in enumerate(given):
        for to in shares:
            before[to].append(i)
    try:
        return list(TopologicalSorter(before).static_order())
    except CycleError as circle:
        names = listed(pools["pool"].iloc[sorted(set(circle.args[1]))])
        raise DataError(
            f"the pools {names} pass their cost on to each other in a circle. Take one share out of "
            f"step_down_to: the pool that serves most comes first."
        ) from None


def charge_customers(
    volumes: pd.DataFrame, pools: pd.DataFrame, relations: pd.Series
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Charge each activity to its customers, to the cent, and say what is left in each pool.

    Parameters
    ----------
    volumes : DataFrame of `activity_volumes`
    pools : DataFrame of `pool_costs`
    relations : Series customer_id → external, intercompany or collective

    Returns
    -------
    cost_to_serve : ``volumes`` of charged pools + capacity_rate, cost, setup_cost, setup_open_cost
        (cents, largest remainder per activity, period and relation)
    pools : ``pools`` + assigned_cost, unused_cost, unassigned_cost, which add up to what the pool
        has to charge
    """
    rates = pools.loc[pools["charged"], ["period", "pool", "capacity_rate"]]
    cost = volumes.merge(rates, on=["period", "pool"])
    cost = cost.sort_values(["period", "customer_id", "activity"], ignore_index=True)
    relation = cost["customer_id"].map(relations.astype("str")).fillna("external")
    groups = [cost["period"], cost["activity"], relation]
    for part, name in CHARGED.items():
        used = cost[part] if part in cost else pd.Series(0.0, index=cost.index)
        exact_cost = (used * cost["capacity_rate"]).fillna(0.0)
        cost[name] = exact_cost.groupby(groups).transform(largest_remainder)
    return cost, _left(pools, cost)


def _left(pools: pd.DataFrame, cost: pd.DataFrame) -> pd.DataFrame:
    """Say of each pool what was assigned, what nobody used, and what is on nobody."""
    assigned = cost.groupby(["period", "pool"], as_index=False)[["cost"]].sum()
    assigned = assigned.rename(columns={"cost": "assigned_cost"})
    left = pools.merge(assigned, on=["period", "pool"], how="left").fillna({"assigned_cost": 0.0})
    rest = (_to_charge(left) - left["assigned_cost"]).round(2)
    serves = left["charged"] & left["capacity"].notna()
    return left.assign(
        assigned_cost=left["assigned_cost"].round(2),
        unused_cost=rest.where(serves, 0.0),
        unassigned_cost=rest.where(~serves, 0.0),
    )


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
