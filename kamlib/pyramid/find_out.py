"""Find out first: which one to three answers decide an open verdict, who asks, and by when."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from kamlib.core.language import N_, _, day
from kamlib.pyramid.bounds import Bounds

# what to ask → the quantities that an answer settles, and the question
ASK: dict[str, tuple[tuple[str, ...], str]] = {
    "side_b": (
        ("side_b", "relative_strength", "benefit_theirs"),
        N_("What do they want, with which weights, and how do we and rivals stand?"),
    ),
    "trust": (("trust",), N_("How far do they trust us, from 0 to 10, in their words?")),
    "side_a": (("side_a",), N_("Rate what is missing of side A: {criteria}.")),
    "potential": (
        ("doors",),
        N_("How large are they (people, yearly sales), and what do they buy a year of everybody?"),
    ),
    "prospect": (
        ("doors",),
        N_(
            "Which deals have we with them: since when, which stage, what amount, a letter of intent?"
        ),
    ),
    "strategic": (
        ("doors", "door_strategic", "strategic_only"),
        N_("Is what makes them strategic still so, and who answers for it?"),
    ),
    "staying": (("p_stay_3y",), N_("Will they still buy from us in three years, and why?")),
    "contacts": (("contact_functions",), N_("Which of their functions talk to us?")),
    "joint": (("joint_hard", "joint_all"), N_("Which joint things exist, since when?")),
    "days_late": (("days_late",), N_("How many days beyond terms do they pay?")),
    "return": (("p_return_12m",), N_("Do they plan to order again within a year?")),
    "profit": (
        ("profit_12m", "benefit_ours", "door_vital_few"),
        N_("What do they leave us in a year, after what it costs to serve them?"),
    ),
    "loss": (("p_unprofitable",), N_("Is the loss real: which cost of serving them may be wrong?")),
    "leaving": (
        ("drop_effect",),
        N_("Which of the work done for them would really end if they left, and its cost with it?"),
    ),
    "path": (
        ("path_cost_to_uplift_2y",),
        N_("What would it cost to catch up with the best rival on their criteria?"),
    ),
}
THEY_ANSWER = ("side_b", "trust")
KEY = "key_account_now"


def questions(
    bounds: Bounds,
    decided: pd.DataFrame,
    run: Callable[[Bounds, bool], np.ndarray],
    missing: Mapping[str, str],
    managers: pd.Series,
    *,
    at_most: int,
    by_when: date,
) -> list[str]:
    """Write the questions that decide each open verdict; empty where nothing is open.

    Parameters
    ----------
    bounds : Bounds of the parties
    decided : DataFrame of `decide`, in the same order
    run : function (bounds, worst) → verdicts on each account's own merits, as if there were places
        for all, so that answers can be tried
    missing : party id → the unknown criteria of side A
    managers : Series party id → account manager
    at_most : how many questions one account may have
    by_when : date until which to ask

    Notes
    -----
    A question is decisive if its best answer changes the worst case, or its worst answer the best
    case. Only decisive ones are asked; where no single answer decides, what is unknown is asked in
    the order in which it is usually cheapest. Where nothing about the account itself can change its
    verdict, it waits for a place that others may take.
    """
    open_ = (decided["verdict_worst"] != decided["verdict_best"]).to_numpy()
    worst, best = run(bounds, True), run(bounds, False)
    score = {}
    for ask, (names, _words) in ASK.items():
        unknown = _unknown(bounds, ask) & (worst != best)
        if not unknown.any():
            continue
        lifted = run(bounds.with_(**{n: _settle(bounds, n, good=True) for n in names}), True)
        dropped = run(bounds.with_(**{n: _settle(bounds, n, good=False) for n in names}), False)
        decisive = (lifted != worst) | (dropped != best)
        score[ask] = np.where(unknown, np.where(decisive, 2, 1), 0)
    known, when = managers.to_dict(), day(by_when)
    return [
        _write(_asked(i, score)[:at_most], missing.get(party, ""), known.get(party), when)
        if open_[i]
        else ""
        for i, party in enumerate(bounds.party_id)
    ]


def proofs(
    bounds: Bounds,
    run: Callable[[Bounds, bool], np.ndarray],
    missing: Mapping[str, str],
    managers: pd.Series,
    *,
    by_when: date,
) -> pd.DataFrame:
    """Find out which answers alone stand between a party and a key account.

    Parameters
    ----------
    bounds, run, missing, managers, by_when : as in `questions`

    Returns
    -------
    DataFrame ``proofs`` (how many good answers are needed; missing where a known thing fails, 0 where
    nothing is missing) and ``proofs_missing`` (what to ask, who asks, by when)

    Notes
    -----
    All that is unknown is first taken as answered well; then one answer after the other is taken back,
    those that are cheapest to ask last, as long as the account holds without it.
    """
    party = bounds.party_id
    holds = run(bounds, False) == KEY
    needed = {ask: holds & _unknown(bounds, ask) for ask in ASK}
    for ask in reversed(ASK):
        without = {**needed, ask: np.zeros(len(party), dtype=bool)}
        still = run(_answered(bounds, without), True) == KEY
        needed[ask] &= ~still
    known, when = managers.to_dict(), day(by_when)
    asked = [[ask for ask in needed if needed[ask][i]] for i in range(len(party))]
    told = [
        _write(asks, missing.get(one, ""), known.get(one), when) if asks else ""
        for one, asks in zip(party, asked, strict=True)
    ]
    count = pd.Series([len(asks) for asks in asked]).where(holds).astype("Int64")
    return pd.DataFrame({"proofs": count, "proofs_missing": pd.Series(told, dtype="str")})


def _unknown(bounds: Bounds, ask: str) -> np.ndarray:
    """Return who has something unknown that a question settles, and is to be asked it."""
    new, (least, most) = bounds["is_prospect"][0] == 1, bounds["doors"]
    others = [bounds.unknown(name) for name in ("door_vital_few", "door_strategic")]
    own = most - least > np.sum(others, axis=0)  # door 2 of customers, door 3 of prospects
    only = {
        "potential": own & ~new,
        "prospect": own & new,
        "strategic": bounds.unknown("door_strategic"),
        "loss": bounds["profit_12m"][1] < 0,
    }
    unknown = np.any([bounds.unknown(name) for name in ASK[ask][0]], axis=0)
    return np.asarray(unknown & only.get(ask, True))


def _answered(bounds: Bounds, well: Mapping[str, np.ndarray]) -> Bounds:
    """Return the bounds after good answers, each to the parties that are marked for it."""
    settled = {}
    for ask, (names, _words) in ASK.items():
        for name in names:
            good, (low, high) = _settle(bounds, name, good=True)[0], bounds[name]
            settled[name] = np.where(well[ask], good, low), np.where(well[ask], good, high)
    return bounds.with_(**settled)


def _settle(bounds: Bounds, name: str, *, good: bool) -> tuple[np.ndarray, np.ndarray]:
    value = bounds.at_one_end(name, worst=not good)
    return value, value


def _asked(i: int, score: Mapping[str, np.ndarray]) -> list[str]:
    """Return what decides; where no single answer does, all that is unknown."""
    decisive = [ask for ask in score if score[ask][i] == 2]
    return decisive or [ask for ask in score if score[ask][i] == 1]


def _write(asked: Sequence[str], criteria: str, manager: Any, when: str) -> str:
    """Write questions with the one who asks: of what they think of us, not their account manager."""
    if not asked:
        words = _("Find out about those who may rank higher: places are limited. By {when}.")
        return words.format(when=when)
    told = " ".join(_(ASK[ask][1]).format(criteria=criteria) for ask in asked)
    others = bool(set(asked) & set(THEY_ANSWER))
    if manager is None or pd.isna(manager):
        template = (
            _("{questions} Somebody other than the account manager asks, by {when}.")
            if others
            else _("{questions} The account manager asks, by {when}.")
        )
        return template.format(questions=told, when=when)
    template = (
        _("{questions} Somebody other than {manager} asks, by {when}.")
        if others
        else _("{questions} {manager} asks, by {when}.")
    )
    return template.format(questions=told, manager=str(manager), when=when)
