"""The verdict per account: rules in order, as data; each account with its unknowns at worst and best."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kamlib.core.codes import VERDICTS
from kamlib.core.errors import ParameterError, did_you_mean
from kamlib.core.language import _
from kamlib.pyramid.bounds import Bounds

if TYPE_CHECKING:
    from kamlib.settings import Condition, Engagement, VerdictRule

GAINS = ("loss_kau", "drop_kau")  # what ending the loss, or letting go, would bring
KEY = "key_account_now"
FIND_OUT = "find_out_first"


@dataclass(frozen=True)
class DecisionRules:
    """What the verdicts rest on: the rules in order, cuts by name, places, the strategic quota.

    `unit` is the money of one key-account unit (None: without meaning here), `material` the stake
    in such units from which worst and best must agree, `questions_at_most` how many questions one
    account may have.
    """

    rules: "Sequence[VerdictRule]"
    cuts: Mapping[str, float]
    places: int | None
    strategic_quota: float
    unit: float | None
    material: float
    questions_at_most: int


def decision_rules(engagement: "Engagement", *, unit: float | None) -> DecisionRules:
    """Collect what the verdicts rest on from an engagement's settings."""
    capacity, first = engagement.capacity, engagement.find_out_first
    return DecisionRules(
        rules=engagement.verdicts,
        cuts={
            "side_a": engagement.side_a.cut,
            "side_b": engagement.side_b.cut,
            "relative_strength": engagement.side_b.relative_cut,
            **dict.fromkeys(GAINS, engagement.profitability.dropping.least_gain_kau),
        },
        places=capacity.places,
        strategic_quota=engagement.doors.strategic.quota_of_key_list,
        unit=unit,
        material=first.when.stake_kau.at_least,
        questions_at_most=first.names.questions_at_most,
    )


def decide(bounds: Bounds, levels: pd.DataFrame, settings: DecisionRules) -> pd.DataFrame:
    """Run the rules twice and say what to do with each account.

    Parameters
    ----------
    bounds : Bounds of the parties
    levels : DataFrame of `assign_levels`, in the order of `bounds`
    settings : rules, cuts and places; without a unit the stake is unknown and taken as material

    Returns
    -------
    DataFrame ``party_id, verdict, verdict_worst, verdict_best, stake`` (key-account units),
    ``in_capacity`` (of those who qualify at best), ``passes`` (yes for certain, may, or no; with places
    for all) and ``turn`` (in which those who pass get a place; missing for others)
    """
    worst, inside = run_rules(bounds, levels, settings, worst=True)
    best, also = run_rules(bounds, levels, settings, worst=False)
    inside = inside & also
    stake = _stake(bounds, settings.unit)
    _values, _beyond, first, _turn = _standing(bounds, levels, settings, worst=True)
    _values, _beyond, keys, turn = _standing(bounds, levels, settings, worst=False)
    open_ = (worst != best) & (np.isnan(stake) | (stake >= settings.material))
    return pd.DataFrame(
        {
            "party_id": bounds.party_id,
            "verdict": np.where(open_, FIND_OUT, worst),
            "verdict_worst": worst,
            "verdict_best": best,
            "stake": stake,
            "in_capacity": inside,
            "passes": np.select([first, keys], ["yes", "may"], "no"),
            "turn": pd.Series(np.where(keys, turn, np.nan)).astype("Int64"),
        }
    )


def _stake(bounds: Bounds, unit: float | None) -> np.ndarray:
    """Return what is at stake in key-account units: profit today or what could be gained; NaN unknown."""
    low, high = bounds["profit_12m"]
    customer = bounds["is_prospect"][0] == 0
    known = np.isfinite(low) & np.isfinite(high) & customer & (unit is not None)
    profit = np.where(known, np.abs(np.where(known, high, 0.0)) / (unit or 1.0), np.nan)
    most = np.fmax(bounds["potential_kau"][1], bounds["deal_kau"][0])
    gain = np.where(np.isfinite(most), most, np.nan)
    return np.fmax(profit, gain if unit is not None else np.nan)


def run_rules(
    bounds: Bounds, levels: pd.DataFrame, settings: DecisionRules, *, worst: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return the verdict of each account with the unknowns at one end, and who has a place."""
    values, beyond, keys, turn = _standing(bounds, levels, settings, worst=worst)
    inside = ~beyond
    if settings.places is not None:
        inside &= ~keys | (turn <= settings.places)
    values["in_capacity"] = inside.astype(float)
    return _verdicts(values, settings), inside


def _standing(
    bounds: Bounds, levels: pd.DataFrame, settings: DecisionRules, *, worst: bool
) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray, np.ndarray]:
    """Return values at one end, who is beyond the quota, who passes with places for all, and their turns.

    Who holds at worst has a place before who holds only at best, in the same order at both ends, so that
    nobody loses by the hopes of others.
    """
    ids, unit = bounds.party_id, settings.unit
    nobody = np.full(len(ids), np.inf)
    values = _at_one_end(bounds, levels, worst=True)
    beyond, keys = _holding(values, nobody, ids, settings)
    turn = _rank(values, keys, nobody, ids, unit)
    if not worst:
        first = np.where(keys, turn, np.inf)
        values = _at_one_end(bounds, levels, worst=False)
        beyond, keys = _holding(values, first, ids, settings)
        turn = _rank(values, keys, first, ids, unit)
    return values, beyond, keys, turn


def _at_one_end(bounds: Bounds, levels: pd.DataFrame, *, worst: bool) -> dict[str, np.ndarray]:
    values = {name: bounds.at_one_end(name, worst=worst) for name in bounds.of}
    column = "confirmed_level" if worst else "possible_level"
    values["level"] = levels[column].to_numpy(dtype=np.float64)
    values["in_capacity"] = np.ones(len(bounds.party_id))
    return values


def _holding(
    values: Mapping[str, np.ndarray], first: np.ndarray, ids: np.ndarray, settings: DecisionRules
) -> tuple[np.ndarray, np.ndarray]:
    """Return who is beyond the quota of the strategic door, and who would hold with places for all.

    The quota is of those who came through that door alone, in the order of `first` before the others;
    whoever is beyond it has no place.
    """
    keys = _verdicts(values, settings) == KEY
    only = keys & (values["strategic_only"] == 1)
    quota = int(np.floor(settings.strategic_quota * (keys & ~only).sum() + 1e-9))
    beyond = only & (_rank(values, only, first, ids, settings.unit) > quota)
    return beyond, keys & ~beyond


def _rank(
    values: Mapping[str, np.ndarray],
    among: np.ndarray,
    first: np.ndarray,
    ids: np.ndarray,
    unit: float | None,
) -> np.ndarray:
    """Rank those `among`; 1 is the first.

    Who has a turn in `first` comes before others, in that order; then who earns most, today or at its
    potential where that is known, then by side A, then by id. Each takes one place, so that this order is
    the best choice for any number.
    """
    potential = values["potential_kau"] * (unit or np.nan)
    worth = np.fmax(values["profit_12m"], np.where(np.isfinite(potential), potential, np.nan))
    order = np.lexsort((ids, -values["side_a"], -worth, first, ~among))
    ranks = np.empty(len(ids))
    ranks[order] = np.arange(1, len(ids) + 1)
    return ranks


def _verdicts(values: Mapping[str, np.ndarray], settings: DecisionRules) -> np.ndarray:
    n = len(values["is_prospect"])
    answer = np.full(n, "", dtype=object)
    values = {**values, **_gains(values, settings.unit)}
    for rule in settings.rules:
        holds = (answer == "") & _all(rule.all, values, settings.cuts)
        answer[holds] = rule.verdict
        for other, further in rule.becomes.items():
            answer[holds & _all(further.all, values, settings.cuts)] = other
    if (answer == "").any():
        raise ParameterError(
            "verdicts in engagement.yaml leave some accounts without a verdict. "
            "End the list with a rule for every customer and one for every prospect."
        )
    return answer


def _gains(values: Mapping[str, np.ndarray], unit: float | None) -> dict[str, np.ndarray]:
    """Return what ending the loss and what letting go would bring, in units; any gain without one."""
    gains = (-values["profit_12m"], values["drop_effect"])
    return {
        name: gain / unit if unit else np.where(gain > 0, np.inf, -np.inf)
        for name, gain in zip(GAINS, gains, strict=True)
    }


def _all(
    conditions: "Sequence[Condition]", values: Mapping[str, np.ndarray], cuts: Mapping[str, float]
) -> np.ndarray:
    holds = np.ones(len(values["is_prospect"]), dtype=bool)
    for condition in conditions:
        holds &= _holds(condition, values, cuts)
    return holds


def _holds(
    condition: "Condition", values: Mapping[str, np.ndarray], cuts: Mapping[str, float]
) -> np.ndarray:
    if condition.any:
        return np.any([_holds(each, values, cuts) for each in condition.any], axis=0)
    if condition.name == "is":
        return (values["is_prospect"] == 1) == (condition.equals == "prospect")
    if condition.name not in values:
        raise ParameterError(
            f"verdicts in engagement.yaml ask for '{condition.name}', which is not known. "
            f"{did_you_mean(condition.name, values)}"
        )
    value = values[condition.name]
    if condition.bound is None:
        return (value == 1) == bool(condition.equals)
    return condition.bound.holds(value, cut=cuts.get(condition.name, np.nan))


def both_questions(
    decided: pd.DataFrame, bounds: Bounds, cuts: Mapping[str, float]
) -> pd.DataFrame:
    """Answer both questions for each account: key customer? and can we be their key supplier?

    Returns
    -------
    DataFrame, `decided` with ``key_customer`` and ``key_supplier``: yes, no or unknown
    """
    a_low, a_high = bounds["side_a"]
    b_low, b_high = bounds["side_b"]
    r_low, r_high = bounds["relative_strength"]
    cut_a, cut_b = cuts["side_a"], cuts["side_b"]
    relative_cut = cuts["relative_strength"]
    least, most = bounds["doors"]
    customer = np.select(
        [(least >= 1) & (a_low >= cut_a), (most < 1) | (a_high < cut_a)], ["yes", "no"], "unknown"
    )
    supplier = np.select(
        [(b_low >= cut_b) & (r_low >= relative_cut), (b_high < cut_b) | (r_high < relative_cut)],
        ["yes", "no"],
        "unknown",
    )
    return decided.assign(key_customer=customer, key_supplier=supplier)


def verdict_counts(decided: pd.DataFrame) -> pd.DataFrame:
    """Count accounts per verdict, in the order of what they ask of us.

    Who passes and does not earn for certain what a key account costs is counted apart.
    """
    short = _("passes, does not pay for certain")
    passes = decided["verdict"] == KEY
    counts = decided["verdict"].mask(passes & decided["pays"].isin(["no", "unknown"]), short)
    order = [KEY, short, *VERDICTS]
    counts = counts.value_counts()
    names = [name for name in dict.fromkeys(order) if name in counts]
    return pd.DataFrame({"verdict": names, "accounts": [int(counts[name]) for name in names]})


def accounts_at_cuts(
    bounds: Bounds, levels: pd.DataFrame, settings: DecisionRules, cuts: Sequence[float]
) -> dict[float, int]:
    """Count the certain key accounts if both sides were cut elsewhere."""
    found = {}
    for cut in cuts:
        moved = replace(settings, cuts={**settings.cuts, "side_a": cut, "side_b": cut})
        verdicts, _inside = run_rules(bounds, levels, moved, worst=True)
        found[cut] = int((verdicts == "key_account_now").sum())
    return found
