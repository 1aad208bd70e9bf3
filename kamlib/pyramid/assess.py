"""Levels, verdict and questions of all accounts in one go, and what the rules say about themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kamlib.core.language import N_, _, money, number, points, span
from kamlib.core.outcomes import Outcome, outcome_of
from kamlib.pyramid.boundaries import amount, assign_levels, criterion_label
from kamlib.pyramid.bounds import Bounds
from kamlib.pyramid.decide import (
    KEY,
    DecisionRules,
    accounts_at_cuts,
    both_questions,
    decide,
    run_rules,
)
from kamlib.pyramid.find_out import proofs, questions

if TYPE_CHECKING:
    from kamlib.settings import Boundary, KeyAccountUnit

CUTS_TRIED = (0.50, 0.60, 0.70)
MOST_PROOFS = 2  # that a nominee may lack
KEY_LEVEL = 3
NAMES = {
    "side_a": N_("side A"),
    "side_b": N_("side B"),
    "relative_strength": N_("the lead over the best rival"),
}
LACKS = {
    "side_a": N_("side A is {value}, needs {limit}"),
    "side_b": N_("side B is {value}, needs {limit}"),
    "relative_strength": N_("the best rival is ahead by their criteria ({value} points)"),
}


def assess_accounts(
    bounds: Bounds,
    boundaries: "Mapping[str, Boundary]",
    relations: Sequence[str],
    rules: DecisionRules,
    *,
    missing: Mapping[str, str],
    managers: pd.Series,
    by_when: date,
) -> pd.DataFrame:
    """Give every party its level, its verdict, the answers to both questions, and what to find out.

    Parameters
    ----------
    bounds : Bounds of the parties
    boundaries : of the levels, in ascending order
    relations : kind of relation of each party
    rules : DecisionRules
    missing : party id → the unknown criteria of side A, in words
    managers : Series party id → account manager
    by_when : date until which questions are to be asked

    Returns
    -------
    DataFrame, one row per party: the columns of `assign_levels` (missing for prospects) and
    `decide`, ``key_customer``, ``key_supplier``, ``questions``, ``lacking`` (what is missing for a
    key account), ``proofs`` and ``proofs_missing`` (see `proofs`), and ``nominee``: a customer who fails
    nothing that is known, lacks at most two proofs and has a place at best; ``profit_kau``, profit in
    key-account units; ``pays`` (profit, potential, strategic, no, unknown; missing without a unit): by
    what it earns what a key account costs; a strategic one need not
    """
    levels = assign_levels(bounds, boundaries, relations)
    for_all = replace(rules, places=None)

    def run(tried: Bounds, worst: bool) -> np.ndarray:
        sorted_in = assign_levels(tried, boundaries, relations, blocks=False)
        return run_rules(tried, sorted_in, for_all, worst=worst)[0]

    decided = both_questions(decide(bounds, levels, rules), bounds, rules.cuts)
    decided["questions"] = questions(
        bounds, decided, run, missing, managers, at_most=rules.questions_at_most, by_when=by_when
    )
    prospect = bounds["is_prospect"][0] == 1
    for name in ("confirmed_level", "possible_level"):
        levels[name] = levels[name].astype("Int64").mask(prospect)
    levels["blocked_by"] = levels["blocked_by"].mask(prospect, "")
    needed = proofs(bounds, run, missing, managers, by_when=by_when)
    few = needed["proofs"].between(1, MOST_PROOFS).fillna(False)
    best = decided["verdict_best"] == KEY
    decided = decided.assign(**needed, nominee=few & best & ~prospect)
    known = ~bounds.unknown("profit_12m") & (rules.unit is not None)
    decided["profit_kau"] = np.where(known, bounds["profit_12m"][0], np.nan) / (rules.unit or 1.0)
    decided["pays"] = _pays(bounds, rules.unit)
    table = levels.merge(decided, on="party_id", validate="one_to_one")
    return table.assign(lacking=_lacking(table, bounds, rules.cuts))


def _pays(bounds: Bounds, unit: float | None) -> pd.Series:
    """Say by what each party earns what a key account costs; a strategic one need not."""
    if unit is None:
        return pd.Series(pd.NA, index=range(len(bounds.party_id)), dtype="str")
    worst, best = (
        np.fmax(bounds["profit_12m"][end] / unit, bounds["potential_kau"][end]) for end in (0, 1)
    )
    exempt = bounds["door_strategic"][0] == 1
    today = bounds["profit_12m"][0] >= unit
    told = np.select(
        [today, worst >= 1, exempt, best < 1], ["profit", "potential", "strategic", "no"], "unknown"
    )
    return pd.Series(told, dtype="str")


def _lacking(accounts: pd.DataFrame, bounds: Bounds, cuts: Mapping[str, float]) -> list[str]:
    """Say what each party lacks to be a key account for certain; empty where it lacks nothing."""
    at_worst = {name: bounds[name][0] for name in ("side_a", "side_b", "relative_strength")}
    told: list[list[str]] = [[] for _i in range(len(accounts))]
    for name, words in LACKS.items():
        short = at_worst[name] < cuts[name] - 1e-9
        unsure = bounds.unknown(name) & (bounds[name][1] >= cuts[name])
        limit = points(cuts[name])
        for i in np.flatnonzero(short):
            template = _("{what} is not certain") if unsure[i] else _(words)
            value = span(*(amount(name, end[i], cuts[name]) for end in bounds[name]))
            told[i].append(template.format(what=_(NAMES[name]), value=value, limit=limit))
    below = accounts["confirmed_level"].fillna(3) < KEY_LEVEL
    blocks, side_b = (
        accounts["blocked_by"].str.split("; ").tolist(),
        criterion_label("benefit_theirs"),
    )
    said_already = at_worst["side_b"] < cuts["side_b"] - 1e-9
    for i in np.flatnonzero(below):
        what = [each for each in blocks[i] if not (said_already[i] and each.startswith(side_b))]
        if what:
            told[i].append(_("the relation: {what}").format(what="; ".join(what)))
    return ["; ".join(parts) for parts in told]


def known_levels(accounts: pd.DataFrame) -> pd.DataFrame:
    """Return the levels as `decide` takes them; a prospect stands at the first."""
    return accounts[["party_id", "confirmed_level", "possible_level"]].fillna(1)


def capacity_outcomes(
    accounts: pd.DataFrame, bounds: Bounds, rules: DecisionRules
) -> list[Outcome]:
    """Judge places and cuts: how many qualify, and what other cuts would change."""
    levels = known_levels(accounts)
    qualify = (accounts["verdict_best"] == "key_account_now") | ~accounts["in_capacity"]
    if rules.places is None:
        places = outcome_of("capacity_key_accounts", "FLAG")
    else:
        places = outcome_of(
            "capacity_key_accounts",
            "PASS",
            n=number(int(qualify.sum())),
            places=number(rules.places),
        )
    passing = accounts_at_cuts(bounds, levels, rules, CUTS_TRIED).values()
    told = _("nobody would pass")
    if any(passing):
        words = _("{low}, {middle} and {high} would pass, those included who do not pay")
        told = words.format(
            **dict(zip(("low", "middle", "high"), map(number, passing), strict=True))
        )
    verdicts = accounts["verdict"].value_counts()
    counts = {name: number(int(verdicts.get(name, 0))) for name in ("fix", "let_go", "small_loss")}
    losing = bounds["profit_12m"][0] < 0
    computed = ~bounds.unknown("fix_price_change")[losing]
    outcome = "PASS" if computed.all() else "FLAG"
    return [
        places,
        outcome_of("thresholds", "FLAG", passing=told),
        outcome_of("drop_effect", outcome, **counts),
    ]


def unit_outcome(unit: "KeyAccountUnit", *, is_a_year: bool, profit_known: bool) -> Outcome:
    """Judge whether amounts may be measured in yearly key-account units."""
    amount = money(float(unit.amount), unit.currency)
    if not is_a_year:
        why = _("The period is not a year")
        return outcome_of("key_account_units", "REFUSE", why=why)
    if not profit_known:
        why = _("Customer profit is not known")
        return outcome_of("key_account_units", "REFUSE", why=why)
    if not unit.approved_by:
        return outcome_of("key_account_units", "FLAG", amount=amount)
    return outcome_of("key_account_units", "PASS", amount=amount, by=unit.approved_by)
