"""The sales pipeline: deals that pass stages or are lost in one, each with its true chance of winning.

In each stage a deal waits: a shorter time if it will pass, a longer one if it will be lost. So what is
known on a day, the stage and how long it has been there, gives the true chance exactly.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from demo_company.scenario import stream

FIRST, END = np.datetime64("2022-01-10"), np.datetime64("2025-12-31")


def deals(
    units: pd.DataFrame,
    firms: pd.DataFrame,
    own: Mapping[str, Any],
    *,
    seed: int,
    customers: int,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Draw the deals of four years.

    Parameters
    ----------
    own : the scenario's ``deals``; each stage has the odds to pass it, on average, as a logarithm

    Returns
    -------
    opportunities : ``opportunity_id, party_id, entered, closed, outcome, amount, margin_rate``; an open
        one has neither closed nor outcome
    deal_stages : ``opportunity_id, deal_stage, entered``
    truth : ``opportunity_id, chance_at_entry, chance`` (of open ones, on the last day) and ``outcome``,
        of open ones too
    """
    rng, n = stream(seed, "deals"), customers * own["per_customer"]
    who = rng.choice(units.index[units["live"]].to_numpy(), n)
    log_amount = rng.standard_normal(n)
    quality = (
        own["per_point_of_lead"] * units["lead"].to_numpy()[who]
        + own["per_log_amount"] * own["log_spread"] * log_amount
        + own["unseen"] * rng.standard_normal(n)
    )
    passing = 1 / (1 + np.exp(-np.array(list(own["stages"].values())) - quality[:, None]))
    passes = rng.random(passing.shape) < passing
    reached = np.cumprod(np.column_stack([np.ones(n, dtype=int), passes[:, :-1]]), axis=1) == 1
    wait = np.where(passes, own["days_to_pass"], own["days_to_lose"])
    wait = np.where(reached, np.ceil(rng.exponential(wait)), 0).astype(int)
    begun = np.sort(FIRST + rng.integers(0, int((END - FIRST).astype(int)), n))
    entered = begun[:, None] + np.cumsum(wait, axis=1) - wait
    closed, won = begun + wait.sum(axis=1), passes.all(axis=1)
    open_ = closed > END
    name = np.array([f"D{place + 1:05d}" for place in range(n)])
    outcome = np.where(won, "won", "lost")
    opportunities = pd.DataFrame(
        {
            "opportunity_id": name,
            "party_id": _parties(units, firms, who, won & ~open_, own, rng),
            "entered": begun,
            "closed": pd.Series(closed.astype("datetime64[ns]")).mask(open_),
            "outcome": np.where(open_, "", outcome),
            "amount": np.round(own["amount"] * np.exp(own["log_spread"] * log_amount), -2),
            "margin_rate": np.round(
                rng.uniform(own["margin_rate"][0], own["margin_rate"][1], n), 3
            ),
        }
    )
    seen = reached & (entered <= END)
    deal, stage = np.nonzero(seen)
    stages = pd.DataFrame(
        {
            "opportunity_id": name[deal],
            "deal_stage": np.array(list(own["stages"]))[stage],
            "entered": entered[seen],
        }
    )
    now = np.maximum(seen.sum(axis=1) - 1, 0)
    here = np.arange(n), now
    since = (END - entered[here]).astype(int)
    chance = _still(passing[here], since, own) * _after(passing, now)
    truth = pd.DataFrame(
        {
            "opportunity_id": name,
            "chance_at_entry": passing.prod(axis=1).round(4),
            "chance": pd.Series(chance.round(4)).where(open_),
            "outcome": outcome,
        }
    )
    return opportunities, stages, truth


def _parties(
    units: pd.DataFrame,
    firms: pd.DataFrame,
    who: np.ndarray,
    won: np.ndarray,
    own: Mapping[str, Any],
    rng: np.random.Generator,
) -> np.ndarray:
    """Name whose deal it is: who has bought is a customer, of the others some do not buy yet."""
    customer = units["customer_id"].to_numpy()[who]
    prospect = firms["prospect_id"].to_numpy()[rng.integers(0, len(firms), len(who))]
    return np.where(~won & (rng.random(len(who)) < own["of_prospects"]), prospect, customer)


def _still(passing: np.ndarray, days: np.ndarray, own: Mapping[str, Any]) -> np.ndarray:
    """Return the chance to pass a stage after so many days in it: the longer, the less."""
    will = passing * np.exp(-days / own["days_to_pass"])
    return np.asarray(will / (will + (1 - passing) * np.exp(-days / own["days_to_lose"])))


def _after(passing: np.ndarray, now: np.ndarray) -> np.ndarray:
    """Return the chance to pass all stages after the present one."""
    later = np.arange(passing.shape[1]) > now[:, None]
    return np.asarray(np.where(later, passing, 1.0).prod(axis=1))
