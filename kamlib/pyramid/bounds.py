"""What is known of each account, as intervals: the inputs of levels and verdicts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kamlib.core.quantities import ANYTHING, QUANTITIES
from kamlib.core.tables import among
from kamlib.core.timespans import months_earlier

if TYPE_CHECKING:
    from kamlib.settings import Pyramid

BOTH_ENDS = ("side_a", "side_b", "relative_strength")
COUNTED = ("order_days_24m", "orders_per_year")  # no order: zero
AGES = ("age_months", "known_years")  # no order: unknown of a customer, zero of a prospect
NOT_COMPUTED = ("path_cost_to_uplift_2y",)


@dataclass(frozen=True)
class Bounds:
    """Intervals of many quantities over the same parties; low = high where a value is known.

    `of` maps a quantity to (low, high), arrays over `party_id`.
    """

    party_id: np.ndarray
    of: Mapping[str, tuple[np.ndarray, np.ndarray]]

    def __getitem__(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        return self.of[name]

    def unknown(self, name: str) -> np.ndarray:
        """Return where the quantity is not one certain value."""
        low, high = self.of[name]
        return low != high

    def at_one_end(self, name: str, *, worst: bool) -> np.ndarray:
        """Return a quantity with what is unknown of it at its worst or at its best."""
        low, high = self.of[name]
        return high if (QUANTITIES[name].worst == "high") == worst else low

    def without_measured(self) -> "Bounds":
        """Return bounds in which nothing is known that is measured on what customers bought.

        For a period whose lines cannot carry it; what people rated or said stays known.
        """
        ours = self["is_prospect"][0] == 0
        blind = {
            name: _opened(self[name], ours, each.from_lines)
            for name, each in QUANTITIES.items()
            if each.from_lines
        }
        low, high = self["doors"]
        few = self["door_vital_few"][0] * ours
        return self.with_(**blind, doors=(low - few, high - few + ours))

    def with_(self, **intervals: tuple[np.ndarray, np.ndarray]) -> "Bounds":
        """Return bounds with other intervals for some quantities."""
        return Bounds(self.party_id, {**self.of, **intervals})


def _opened(
    known: tuple[np.ndarray, np.ndarray], where: np.ndarray, ends: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Return an interval with other ends at some places."""
    return np.where(where, ends[0], known[0]), np.where(where, ends[1], known[1])


def certain(values: object) -> tuple[np.ndarray, np.ndarray]:
    """Return an interval of one value each; NaN becomes unknown.

    Examples
    --------
    >>> certain([1.0, np.nan])
    (array([  1., -inf]), array([ 1., inf]))
    """
    known = np.asarray(values, dtype=np.float64)
    gap = np.isnan(known)
    return np.where(gap, ANYTHING[0], known), np.where(gap, ANYTHING[1], known)


def contact_functions(contacts: pd.DataFrame | None, *, end: date, months: int) -> pd.Series:
    """Count the functions of theirs in contact within the evidence months; who has no row is unknown."""
    if contacts is None:
        return pd.Series(dtype="float64")
    so_far = contacts[contacts["date"] <= pd.Timestamp(end)]
    recent = so_far[so_far["date"] >= months_earlier(end, months)]
    functions = recent["their_function"].str.strip().str.casefold()  # Buying is buying
    counts = functions.groupby(recent["party_id"]).nunique()
    return counts.reindex(sorted(so_far["party_id"].unique()), fill_value=0).astype("float64")


def joint_evidence(
    evidence: pd.DataFrame | None, parties: pd.Series, settings: "Pyramid", *, end: date
) -> pd.DataFrame:
    """Count the joint things that exist: ``party_id, joint_hard, joint_all``.

    A sign exists while its ``until`` is not past, or without ``until`` if it is dated within the
    evidence months. Without an evidence table all is unknown.
    """
    table = pd.DataFrame({"party_id": parties})
    if evidence is None:
        return table.assign(joint_hard=np.nan, joint_all=np.nan)
    until = evidence["until"] if "until" in evidence else pd.Series(pd.NaT, index=evidence.index)
    last, months = pd.Timestamp(end), settings.evidence_months
    hard, soft = settings.evidence_codes.hard, settings.evidence_codes.soft
    exists = (until >= last) | (until.isna() & (evidence["date"] >= months_earlier(end, months)))
    now = evidence[exists & (evidence["date"] <= last)]
    for name, codes in (("joint_hard", [*hard]), ("joint_all", [*hard, *soft])):
        counts = now[now["code"].isin(codes)].groupby("party_id")["code"].nunique()
        table[name] = table["party_id"].map(counts).fillna(0).astype("float64")
    return table


def account_bounds(
    parties: pd.DataFrame,
    statement: pd.DataFrame,
    stays: pd.DataFrame,
    sides: pd.DataFrame,
    contacts: pd.Series,
    joint: pd.DataFrame,
    doors: pd.DataFrame,
    shots: pd.DataFrame,
    *,
    period: str,
    yearly: bool,
    least_uplift: float,
    since: pd.Timestamp,
    uncertainty: pd.DataFrame | None = None,
    losses: pd.DataFrame | None = None,
    deals: pd.Series | None = None,
) -> Bounds:
    """Collect everything that levels and verdicts ask of an account.

    Parameters
    ----------
    parties : DataFrame party_id, is_prospect; sorted by party_id
    statement : statements of all computed periods
    stays, sides, joint, doors, shots : tables of the earlier steps
    contacts : Series by party id; a party that is not there is unknown
    period : the report period
    yearly : profit of the period may be taken as a year's; else it is unknown
    least_uplift : potential in key-account units; rated below it, a door 2 that nobody could judge is shut
    since : first day from which what a party told us confirms a level; older words are unknown
    uncertainty : DataFrame with customer_id and p_unprofitable, rows of the report period; whoever is not
        in it, or without it everybody, may be unprofitable or not
    losses : DataFrame with customer_id, drop_effect_low, drop_effect_high and fix_price_change, rows of
        the report period; without it leaving is taken to cost, and the price that mends is unknown
    deals : Series by party id, what its largest open deal leaves a year if it is won, in key-account units
    """
    ids = parties["party_id"]
    stay, side = stays.set_index("customer_id"), sides.set_index("party_id")
    signs, new = joint.set_index("party_id"), parties["is_prospect"].to_numpy(dtype=bool)
    told = (stay["staying_source"] == "their_words") & (stay["staying_date"] >= since)
    proven = told | (stay["staying_source"] != "their_words")  # their older words confirm no level
    money = _money(parties, statement, period=period, yearly=yearly)
    rated = certain(_of(ids, side["potential_rated"]))
    unranked = among(ids, _unranked(statement, period))
    found = {
        "is_prospect": certain(parties["is_prospect"].astype(float)),
        **money,
        **_doors(doors, ids, rated[1] >= least_uplift, unranked),
        **{name: _both_ends(side, name, ids) for name in BOTH_ENDS},
        **{name: certain(np.nan_to_num(_of(ids, stay[name]))) for name in COUNTED},
        **{name: certain(np.where(new, 0.0, _of(ids, stay[name]))) for name in AGES},
        "p_return_12m": _range(stay, "p_return", ids),
        "p_stay_3y": _range(stay[proven], "p_stay", ids),
        **{name: certain(_of(ids, signs[name])) for name in ("joint_hard", "joint_all")},
        "trust": certain(_of(ids, side["trust"].where(side["trust_date"] >= since))),
        "benefit_theirs": _benefit(side, ids, since),
        "potential_kau": _range(side, "profit_potential", ids),
        "deal_kau": certain(_of(ids, pd.Series(dtype=float) if deals is None else deals)),
        "contact_functions": certain(_of(ids, contacts)),
        "golden_shot": _golden(shots, parties),
        "p_unprofitable": _at_a_loss(uncertainty, ids, money["profit_12m"]),
        **_leaving(losses, ids),
        **{name: certain(np.full(len(ids), np.nan)) for name in NOT_COMPUTED},
    }
    return Bounds(ids.to_numpy(), found)


def _benefit(
    side: pd.DataFrame, ids: pd.Series, since: pd.Timestamp
) -> tuple[np.ndarray, np.ndarray]:
    """Return side B as it votes for a level: anything, where they told us too long ago."""
    old = (ids.map(side["asked"]) & ~(ids.map(side["side_b_date"]) >= since)).to_numpy(dtype=bool)
    return _opened(_both_ends(side, "side_b", ids), old, ANYTHING)


def _of(ids: pd.Series, column: pd.Series) -> np.ndarray:
    return ids.map(column).to_numpy(dtype=np.float64)


def _range(stay: pd.DataFrame, name: str, ids: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of a chance; anything where it is not known."""
    low, high = _both_ends(stay, name, ids)
    return certain(low)[0], certain(high)[1]


def _both_ends(side: pd.DataFrame, name: str, ids: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    return _of(ids, side[f"{name}_low"]), _of(ids, side[f"{name}_high"])


def _money(
    parties: pd.DataFrame, statement: pd.DataFrame, *, period: str, yearly: bool
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Profit is nothing for a prospect and for who stands in no statement of the period.

    Where only the gross margin is known, profit is at most that.
    """
    ids = parties["party_id"]
    now = statement[statement["period"] == period].set_index("customer_id")
    profit = _of(ids, now["customer_profit"]).copy()
    if now["customer_profit"].notna().any():
        profit[~among(ids, now.index)] = 0.0
    profit[parties["is_prospect"].to_numpy(dtype=bool)] = 0.0
    low, high = certain(profit)
    margin = _of(ids, now["gross_margin"].astype("float64"))
    high = np.fmin(high, np.where(np.isnan(profit), margin, high))
    if not yearly:
        low, high = certain(np.where(parties["is_prospect"].astype(bool), 0.0, np.nan))
    return {
        "profit_12m": (low, high),
        "loss_periods": _loss_periods(statement, ids),
        "days_late": certain(_of(ids, now["days_late"])),
        "benefit_ours": certain(_of(ids, now["profit_rate"])),
    }


def _unranked(statement: pd.DataFrame, period: str) -> pd.Series:
    """Return who stands in no class because its margin is not known, where that of others is."""
    now = statement[statement["period"] == period]
    for measure in ("customer_profit", "gross_margin"):
        if measure in now and now[measure].notna().any():
            return now.loc[now[measure].isna(), "customer_id"]
    return now["customer_id"].head(0)


def _doors(
    doors: pd.DataFrame, ids: pd.Series, may_grow: np.ndarray, unranked: np.ndarray
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Count the open doors, at worst without and at best with those that nobody can judge.

    The first may stand open for whom nobody could rank.
    """
    opened = doors[doors["open"].astype(bool)]
    least = ids.map(opened.groupby("party_id")["door"].nunique()).fillna(0).to_numpy(dtype=float)
    blind = doors[~doors["judged"].astype(bool)]
    maybe = {name: among(ids, rows["party_id"]) for name, rows in blind.groupby("door")}
    no = np.zeros(len(ids), dtype=bool)
    unranked = unranked | maybe.get("vital_few", no)
    lapsed = maybe.get("strategic", no)
    more = [unranked, maybe.get("potential", no) & may_grow, maybe.get("prospect", no), lapsed]
    strategic = among(ids, opened.loc[opened["door"] == "strategic", "party_id"])
    few = among(ids, opened.loc[opened["door"] == "vital_few", "party_id"])
    only = _strategic_only(opened, ids)
    return {
        "doors": (least, least + np.sum(more, axis=0)),
        "door_strategic": (strategic.astype(np.float64), (strategic | lapsed).astype(np.float64)),
        "door_vital_few": (few.astype(np.float64), (few | unranked).astype(np.float64)),
        "strategic_only": (
            np.where(np.any(more, axis=0), 0.0, only),
            np.fmax(only, lapsed & (least == 0)),
        ),
    }


def _golden(shots: pd.DataFrame, parties: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    told = shots.set_index("customer_id")["golden_shot"]
    golden = parties["party_id"].map(told.map({"yes": 1.0, "no": 0.0, "too young to tell": 0.0}))
    golden = golden.mask(parties["is_prospect"].astype(bool), 0.0)
    known = golden.to_numpy(dtype=np.float64)
    return np.nan_to_num(known, nan=0.0), np.nan_to_num(known, nan=1.0)


def _at_a_loss(
    uncertainty: pd.DataFrame | None, ids: pd.Series, profit: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the share of draws in which each party loses money.

    Where nothing was drawn it is 0 to 1, and 1 for certain where profit is not known and cannot but
    be a loss, as the gross margin is one.
    """
    share = np.full(len(ids), np.nan)
    if uncertainty is not None:
        share = _of(ids, uncertainty.set_index("customer_id")["p_unprofitable"])
    low, high = profit
    share = np.where(np.isnan(share) & (low < high) & (high < 0), 1.0, share)
    return np.nan_to_num(share, nan=0.0), np.nan_to_num(share, nan=1.0)


def _leaving(
    losses: pd.DataFrame | None, ids: pd.Series
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return what leaving would change, and the price rise that ends the loss.

    Who is not among the loss-makers costs us by leaving, and needs no other price. A loss that no price
    ends needs an infinite rise.
    """
    if losses is None or losses.empty:
        return {
            "drop_effect": certain(np.full(len(ids), -np.inf)),
            "fix_price_change": certain(np.full(len(ids), np.nan)),
        }
    own = losses.set_index("customer_id")
    losing = among(ids, own.index)
    low, high = (_of(ids, own[f"drop_effect_{end}"]) for end in ("low", "high"))
    change = _of(ids, own["fix_price_change"].fillna(np.inf))
    return {
        "drop_effect": (np.where(losing, low, -np.inf), np.where(losing, high, -np.inf)),
        "fix_price_change": certain(np.where(losing, change, 0.0)),
    }


def _loss_periods(statement: pd.DataFrame, ids: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Count the periods with a loss; where others' profit is known and one's is not, it may be one."""
    profit = statement["customer_profit"]
    told = statement["period"].isin(statement.loc[profit.notna(), "period"].unique())
    sure, may = (
        ids.map(statement[rows].groupby("customer_id")["period"].nunique()).fillna(0)
        for rows in (profit < 0, told & profit.isna())
    )
    least = sure.to_numpy(dtype=np.float64)
    return least, least + may.to_numpy(dtype=np.float64)


def _strategic_only(opened: pd.DataFrame, ids: pd.Series) -> np.ndarray:
    others = opened.loc[opened["door"] != "strategic", "party_id"]
    only = set(opened.loc[opened["door"] == "strategic", "party_id"]) - set(others)
    return ids.isin(only).to_numpy(dtype=np.float64)
