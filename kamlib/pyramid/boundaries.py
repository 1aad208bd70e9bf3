"""Levels by boundaries, weights and vetoes: confirmed with the unknowns at worst, possible at best."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kamlib.core.codes import LEVELS
from kamlib.core.language import _, number, percent, points, span
from kamlib.core.outcomes import Outcome, outcome_of
from kamlib.core.tables import untold_levels
from kamlib.core.vocabulary import COLUMNS
from kamlib.numerics.sharing import sort_ascending
from kamlib.pyramid.bounds import Bounds

if TYPE_CHECKING:
    from kamlib.settings import Boundary, Limit, Limits


def assign_levels(
    bounds: Bounds,
    boundaries: "Mapping[str, Boundary]",
    relations: Sequence[str],
    *,
    blocks: bool = True,
) -> pd.DataFrame:
    """Sort every party into a level, twice.

    Parameters
    ----------
    bounds : Bounds of the parties
    boundaries : in ascending order; only criteria with a limit at a boundary vote there
    relations : kind of relation of each party (auto, contractual, project)
    blocks : say what blocks the next level; without it the column is empty

    Returns
    -------
    DataFrame ``party_id, confirmed_level, possible_level, blocked_by``; the last names the limits
    and vetoes that keep the confirmed level from rising
    """
    confirmed = _levels(bounds, boundaries, relations, worst=True)
    possible = _levels(bounds, boundaries, relations, worst=False)
    return pd.DataFrame(
        {
            "party_id": bounds.party_id,
            "confirmed_level": confirmed,
            "possible_level": np.maximum(possible, confirmed),
            "blocked_by": _blocks(bounds, boundaries, relations, confirmed) if blocks else "",
        }
    )


def _levels(
    bounds: Bounds, boundaries: "Mapping[str, Boundary]", relations: Sequence[str], *, worst: bool
) -> np.ndarray:
    support, vetoed = [], []
    for boundary in boundaries.values():
        votes = [_vote(bounds, n, lim, relations, worst) for n, lim in boundary.criteria.items()]
        weights = [limit.weight for limit in boundary.criteria.values()]
        support.append(sum(w * met for w, (met, _veto) in zip(weights, votes, strict=True)))
        vetoed.append(np.any([veto for _met, veto in votes], axis=0))
    majority = [boundary.majority for boundary in boundaries.values()]
    return sort_ascending(np.array(support), np.array(vetoed), majority)


def _vote(
    bounds: Bounds, name: str, limit: "Limit", relations: Sequence[str], worst: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Tell where a criterion is met and where it vetoes, with its unknowns at worst or best."""
    low, high = bounds[name]
    met = np.ones(len(low), dtype=bool)
    veto = np.zeros(len(low), dtype=bool)
    good = low if worst else high  # of what should be high
    bad = high if worst else low  # of what should be low
    for kind, at in _limits(limit, relations):
        if at.at_least is not None:
            met &= ~kind | (good >= at.at_least)
        if at.at_most is not None:
            met &= ~kind | (bad <= at.at_most)
        if at.veto_below is not None:
            veto |= kind & (good < at.veto_below)
        if at.veto_above is not None:
            veto |= kind & (bad > at.veto_above)
    return met, veto


def _limits(limit: "Limit", relations: Sequence[str]) -> "list[tuple[np.ndarray, Limits]]":
    kinds = np.asarray(relations, dtype=object)
    parts = [(kinds == relation, other) for relation, other in limit.by_relation.items()]
    rest = ~np.any([kind for kind, _l in parts], axis=0) if parts else np.ones(len(kinds), bool)
    return [(rest, limit), *parts]


def _blocks(
    bounds: Bounds,
    boundaries: "Mapping[str, Boundary]",
    relations: Sequence[str],
    confirmed: np.ndarray,
) -> list[str]:
    told: list[list[str]] = [[] for _i in range(len(confirmed))]
    for step, boundary in enumerate(boundaries.values(), start=1):
        here = np.flatnonzero(confirmed == step)
        for name, limit in boundary.criteria.items():
            met, veto = _vote(bounds, name, limit, relations, worst=True)
            low, high = bounds[name]
            written: dict[tuple[object, ...], str] = {}  # many customers lack the same
            for i in here[~met[here] | veto[here]]:
                case = (relations[i], low[i], high[i], bool(veto[i]))
                if case not in written:
                    at = limit.by_relation.get(relations[i], limit)
                    written[case] = _block(name, at, (low[i], high[i]), bool(veto[i]))
                told[i].append(written[case])
    return ["; ".join(parts) for parts in told]


def _block(name: str, limit: "Limits", ends: tuple[float, float], veto: bool) -> str:
    least = limit.at_least is not None
    wanted = limit.at_least if least else limit.at_most
    assert wanted is not None
    unknown = ends[0] != ends[1] and not (name in CHANCES and np.isfinite(ends[0]))
    words = {
        "what": criterion_label(name),
        "value": _("unknown") if unknown else span(*(amount(name, end, wanted) for end in ends)),
        "limit": amount(name, wanted, wanted),
    }
    if veto:
        template = (
            _("{what} {value}, needs {limit} (veto)")
            if least
            else _("{what} {value}, at most {limit} (veto)")
        )
    else:
        template = (
            _("{what} {value}, needs {limit}") if least else _("{what} {value}, at most {limit}")
        )
    return template.format(**words)


SIDES = ("side_a", "side_b", "relative_strength")
CHANCES = ("p_return_12m", "p_stay_3y")  # measured ones are ranges
_LABELS = {
    "p_return_12m": "p_return_12m",
    "p_stay_3y": "p_stay_3y",
    "days_late": "days_beyond_terms",
}


def criterion_label(name: str) -> str:
    """Return the reader's word for a criterion of the pyramid."""
    if name == "benefit_theirs":
        return _("side B")
    if name == "benefit_ours":
        return _("our profit rate")
    known = COLUMNS.get(_LABELS.get(name, name))
    return _(known.label).lower() if known else name.replace("_", " ")


def amount(name: str, value: float, limit: float) -> str:
    """Write a value so that it reads like the limit only where it is the limit."""
    if name in CHANCES and 0 < value < 0.01:
        return _("under 1%")
    shares, scores = name in {*CHANCES, "benefit_ours"}, name in {"benefit_theirs", *SIDES}
    scale = 100 if shares or scores else 1
    gap = scale * abs(value - limit)
    if 1e-6 < gap < 0.5:
        told = number(scale * value, 1 if gap >= 0.05 else 2)
        return _("{n}%").format(n=told) if shares else told
    if shares:
        return percent(value)
    return points(value) if scores else number(value, 0 if float(value).is_integer() else 1)


def level_counts(accounts: pd.DataFrame) -> pd.DataFrame:
    """Count customers per confirmed level, the highest first, and whose level is not told.

    Returns
    -------
    DataFrame ``level, customers, may_be_higher, golden_shots, customer_profit``
    """
    untold = untold_levels(accounts)
    told = accounts[~untold]
    groups = {
        f"{level} {_(LEVELS[level])}": told[told["confirmed_level"] == level]
        for level in sorted(LEVELS, reverse=True)
    }
    if untold.any():
        most = number(int(accounts.loc[untold, "possible_level"].max()))
        groups[_("not told (1 to {n})").format(n=most)] = accounts[untold]
    rows = []
    for words, here in groups.items():
        rows.append(
            {
                "level": words,
                "customers": len(here),
                "may_be_higher": int((here["possible_level"] > here["confirmed_level"]).sum()),
                "golden_shots": int((here["golden_shot"] == "yes").sum()),
                "customer_profit": here["customer_profit"].sum(min_count=len(here)),
            }
        )
    return pd.DataFrame(rows)


def pyramid_outcomes(accounts: pd.DataFrame) -> list[Outcome]:
    """Judge the levels of the active customers: how many are certain, and what is unknown."""
    n = len(accounts)
    untold = int(untold_levels(accounts).sum())
    open_ = int((accounts["possible_level"] > accounts["confirmed_level"]).sum())
    parts = {
        _("{n} may stand higher than what is confirmed"): open_ - untold,
        _("{n} cannot be told from a mere transaction"): untold,
    }
    said = _(", and ").join(words.format(n=number(k)) for words, k in parts.items() if k)
    found = [outcome_of("levels", "FLAG" if open_ else "PASS", all=number(n), open=said)]
    blind = int(accounts["trust"].isna().sum())
    outcome = "PASS" if blind == 0 else "REFUSE" if blind == n else "FLAG"
    found.append(outcome_of("trust", outcome, n=number(blind), all=number(n)))
    known = accounts["customer_profit"].notna().any()
    return [*found, outcome_of("benefit_ours", "PASS" if known else "REFUSE")]
