"""What is known of each account, as intervals: the inputs of levels and verdicts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np
import pandas as pd

from kamlib.timespans import months_earlier

UNKNOWN = (-np.inf, np.inf)


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

    def with_(self, **intervals: tuple[np.ndarray, np.ndarray]) -> "Bounds":
        """Return bounds with other intervals for some quantities."""
        return Bounds(self.party_id, {**self.of, **intervals})


class Codes(Protocol):
    """Signs of closeness, hard and soft."""

    hard: Sequence[str]
    soft: Sequence[str]


class Evidence(Protocol):
    """Which signs count, and for how many months one without an end does."""

    evidence_months: int
    evidence_codes: Codes


def certain(values: object) -> tuple[np.ndarray, np.ndarray]:
    """Return an interval of one value each; NaN becomes unknown.

    Examples
    --------
    >>> certain([1.0, np.nan])
    (array([  1., -inf]), array([ 1., inf]))
    """
    known = np.asarray(values, dtype=np.float64)
    gap = np.isnan(known)
    return np.where(gap, UNKNOWN[0], known), np.where(gap, UNKNOWN[1], known)


def contact_functions(contacts: pd.DataFrame | None, *, end: date, months: int) -> pd.Series:
    """Count the functions of theirs in contact within the evidence months; who has no row is unknown."""
    if contacts is None:
        return pd.Series(dtype="float64")
    since = months_earlier(end, months)
    recent = contacts[contacts["date"].between(since, pd.Timestamp(end))]
    counts = recent.groupby("party_id")["their_function"].nunique()
    return counts.reindex(sorted(contacts["party_id"].unique()), fill_value=0).astype("float64")


def joint_evidence(
    evidence: pd.DataFrame | None, parties: pd.Series, settings: Evidence, *, end: date
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
    """
    ids = parties["party_id"]
    prospect = parties["is_prospect"].to_numpy(dtype=bool)
    now = statement[statement["period"] == period].set_index("customer_id")
    stay = stays.set_index("customer_id")
    side = sides.set_index("party_id")
    opened = doors[doors["open"].astype(bool)]
    shot = shots.set_index("customer_id")["golden_shot"]

    def of(table: pd.DataFrame | pd.Series, name: str = "") -> np.ndarray:
        column = table[name] if name else table
        return ids.map(column).to_numpy(dtype=np.float64)

    profit_known = now["customer_profit"].notna().any() and yearly
    profit = (
        np.nan_to_num(of(now, "customer_profit")) if profit_known else np.full(len(ids), np.nan)
    )
    few = opened.loc[opened["door"] == "vital_few", "party_id"]
    golden = ids.map(shot.map({"yes": 1.0, "no": 0.0, "too early to say": 0.0}))
    found = {
        "is_prospect": certain(prospect.astype(float)),
        "age_months": certain(np.nan_to_num(of(stay, "age_months"))),
        "profit_12m": certain(np.where(prospect, 0.0, profit)),
        "loss_periods": certain(_loss_periods(statement, ids)),
        "p_unprofitable": (np.zeros(len(ids)), np.ones(len(ids))),
        "doors": certain(ids.map(opened["party_id"].value_counts()).fillna(0)),
        "door_vital_few": certain(ids.isin(few).to_numpy(dtype=float)),
        "strategic_only": certain(_strategic_only(opened, ids)),
        "side_a": (of(side, "side_a_low"), of(side, "side_a_high")),
        "side_b": (of(side, "side_b_low"), of(side, "side_b_high")),
        "relative_strength": (
            of(side, "relative_strength_low"),
            of(side, "relative_strength_high"),
        ),
        "golden_shot": _zero_to_one(golden.where(~prospect, 0.0)),
        "p_return_12m": certain(of(stay, "p_return_12m")),
        "p_stay_3y": certain(of(stay, "p_stay_3y")),
        "known_years": certain(np.nan_to_num(of(stay, "known_years"))),
        "order_days_24m": certain(np.nan_to_num(of(stay, "order_days_24m"))),
        "orders_per_year": certain(np.nan_to_num(of(stay, "orders_per_year"))),
        "days_late": certain(of(now, "days_late")),
        "benefit_ours": certain(of(now, "profit_rate")),
        "trust": certain(of(side, "trust")),
        "contact_functions": certain(of(contacts)),
        "joint_hard": certain(joint["joint_hard"]),
        "joint_all": certain(joint["joint_all"]),
        "uplift_kau": certain(of(side, "profit_potential")),
        "path_cost_to_uplift_2y": certain(np.full(len(ids), np.nan)),
        "drop_effect": certain(np.full(len(ids), -np.inf)),
        "fix_price_change": certain(np.full(len(ids), np.nan)),
    }
    return Bounds(ids.to_numpy(), found)


def _loss_periods(statement: pd.DataFrame, ids: pd.Series) -> np.ndarray:
    losses = statement[statement["customer_profit"] < 0].groupby("customer_id")["period"].nunique()
    return ids.map(losses).fillna(0).to_numpy(dtype=np.float64)


def _strategic_only(opened: pd.DataFrame, ids: pd.Series) -> np.ndarray:
    others = opened.loc[opened["door"] != "strategic", "party_id"]
    only = set(opened.loc[opened["door"] == "strategic", "party_id"]) - set(others)
    return ids.isin(only).to_numpy(dtype=np.float64)


def _zero_to_one(values: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    known = values.to_numpy(dtype=np.float64)
    return np.nan_to_num(known, nan=0.0), np.nan_to_num(known, nan=1.0)
