"""Pools of cost: from engagement.yaml or the client's table, and which of them reach a customer.

Cost has levels: of a unit, an order, a customer, a channel, the company. The statement stops at one of
them, and what stands above is on nobody.

Sources
-------
Horngren, Datar and Rajan, Cost Accounting, for the hierarchy of customer costs.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from kamlib.columns import COST_LEVELS
from kamlib.errors import DataError, did_you_mean, listed

if TYPE_CHECKING:
    from kamlib.settings import Resource, TimeEquation

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
    _require_sound(pools)
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


def _require_sound(pools: pd.DataFrame) -> None:
    for problem in (*_repeated(pools), *_unknown_levels(pools), *_shares_amiss(pools)):
        raise DataError(problem)


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
