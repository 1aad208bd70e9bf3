"""Side A: how attractive a customer or prospect is to us, by anchored value functions."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kamlib.core.language import number, percent
from kamlib.core.outcomes import Outcome, outcome_of
from kamlib.numerics.sharing import piecewise, piecewise_inverse

if TYPE_CHECKING:
    from kamlib.settings import SideACriterion

RECURRING = 0.5  # chance of return from which today's profit counts as one of years to come
POTENTIAL = {  # ends of what was measured → the same as a criterion of side A
    "uplift_kau_low": "profit_potential_low",
    "uplift_kau": "profit_potential",
    "uplift_kau_high": "profit_potential_high",
}


def profit_at_potential(
    potential: pd.DataFrame | None, statement: pd.DataFrame, stays: pd.DataFrame, *, unit: float
) -> pd.DataFrame:
    """Return the yearly profit of each customer at its potential, in key-account units.

    It is the uplift that comparable customers or its own words promise, and today's profit where the
    customer is likely to return.

    Returns
    -------
    DataFrame by customer_id: ``profit_potential_low, profit_potential, profit_potential_high``; without
    rows where nothing was measured
    """
    if potential is None:
        return pd.DataFrame(columns=list(POTENTIAL.values()), dtype="float64")
    more = potential.set_index("customer_id")[list(POTENTIAL)].rename(columns=POTENTIAL)
    returning = stays.set_index("customer_id")["p_return_low"].reindex(more.index) >= RECURRING
    today = statement.set_index("customer_id")["customer_profit"].reindex(more.index) / unit
    return more.add(today.where(returning, 0.0), axis="index").dropna()


def measured_criteria(
    parties: pd.DataFrame,
    statement: pd.DataFrame,
    stays: pd.DataFrame,
    likeness: pd.DataFrame | None = None,
    potential: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Collect what is measured of side A, in each criterion's own unit.

    From  parties (customers and prospects), the statement of the report period, `staying`, and what
          `profit_at_potential` gives
    to    ``party_id, profit_potential, own_growth, margin_quality, staying, financial_safety``; NaN is
          not measured. Of the chance of staying it is the low end, of prospects that of `likeness`; their
          own words on it are a rating.
    """
    ids = parties["party_id"]
    rows = statement.set_index("customer_id")
    told = stays[stays["staying_source"] != "their_words"].set_index("customer_id")["p_stay_low"]
    if likeness is not None:
        told = pd.concat([told, likeness.set_index("party_id")["p_stay_low"]])
    growth = parties.get("own_growth", np.nan)
    return pd.DataFrame({"party_id": ids}).assign(
        profit_potential=np.nan if potential is None else ids.map(potential["profit_potential"]),
        own_growth=growth,
        margin_quality=ids.map(100 * rows["profit_rate"]),
        staying=ids.map(told),
        financial_safety=ids.map(rows["days_late"]),
    )


def side_a_criteria(
    measured: pd.DataFrame, ratings: pd.DataFrame, criteria: "Mapping[str, SideACriterion]"
) -> pd.DataFrame:
    """Value every criterion of every party.

    Parameters
    ----------
    measured : DataFrame of `measured_criteria`, one row per party
    ratings : DataFrame of our current ratings: party_id, criterion, rating 0 to 10
    criteria : criterion → weight and value function, (raw, value) pairs

    Returns
    -------
    DataFrame, party × criterion: ``weight``, ``raw`` and ``raw_rated`` (own unit; the second by the
    rating alone), ``rating``, ``source`` (measured, rated, unknown), ``value_low`` and ``value_high`` (0
    to 1; an unknown is 0 to 1)

    Notes
    -----
    A measured value beats a rating. A rating's value is rating / 10, and its raw value is read
    from the value function backwards.
    """
    wide = ratings.pivot_table(
        index="party_id", columns="criterion", values="rating", aggfunc="last"
    )
    nothing = pd.Series(np.nan, index=measured.index)
    parts = []
    for name, criterion in criteria.items():
        own = measured.get(name, nothing)
        given = measured["party_id"].map(wide[name]) if name in wide else nothing
        raw, rated = own.to_numpy(dtype=np.float64), given.to_numpy(dtype=np.float64)
        is_measured = ~np.isnan(raw)
        is_rated = ~is_measured & ~np.isnan(rated)
        value = np.where(is_measured, piecewise(np.nan_to_num(raw), criterion.value), rated / 10)
        by_anchor = piecewise_inverse(np.nan_to_num(rated) / 10, criterion.value)
        by_anchor = np.where(np.isnan(rated), np.nan, by_anchor)
        parts.append(
            pd.DataFrame(
                {
                    "party_id": measured["party_id"],
                    "criterion": name,
                    "weight": criterion.weight,
                    "raw": np.where(is_rated, by_anchor, raw),
                    "raw_rated": by_anchor,
                    "rating": rated,
                    "source": np.select([is_measured, is_rated], ["measured", "rated"], "unknown"),
                    "value_low": np.nan_to_num(value, nan=0.0),
                    "value_high": np.nan_to_num(value, nan=1.0),
                }
            )
        )
    table = pd.concat(parts, ignore_index=True)
    return table.sort_values(["party_id", "criterion"], ignore_index=True)


def side_a(values: pd.DataFrame, *, min_known_weight: float) -> pd.DataFrame:
    """Add up the values of each party to an interval.

    Returns
    -------
    DataFrame, one row per party: ``side_a_low``, ``side_a_high``, ``known_weight`` (all 0 to 1),
    ``side_a_known``. Where less than `min_known_weight` is known, side A is unknown: 0 to 1.
    """
    weighted = values.assign(
        side_a_low=values["weight"] * values["value_low"],
        side_a_high=values["weight"] * values["value_high"],
        known_weight=values["weight"].where(values["source"] != "unknown", 0.0),
    )
    names = ["side_a_low", "side_a_high", "known_weight"]
    sums = weighted.groupby("party_id", as_index=False)[names].sum()
    known = sums["known_weight"] >= min_known_weight - 1e-9
    return sums.assign(
        side_a_known=known,
        side_a_low=sums["side_a_low"].where(known, 0.0).round(12),
        side_a_high=sums["side_a_high"].where(known, 1.0).round(12),
    )


def missing_criteria(values: pd.DataFrame) -> dict[str, str]:
    """Return the unknown criteria of each party, in words; parties that miss none are left out."""
    unknown = values[values["source"] == "unknown"]
    words = unknown["criterion"].str.replace("_", " ")
    joined = words.groupby(unknown["party_id"]).agg(", ".join)
    return {str(party): names for party, names in joined.items()}


def side_a_outcomes(
    sides: pd.DataFrame, values: pd.DataFrame, *, min_known_weight: float
) -> list[Outcome]:
    """Judge side A: for how many it is known, and which criteria are ratings by anchor."""
    unknown = int((~sides["side_a_known"]).sum())
    outcome = "PASS" if unknown == 0 else "REFUSE" if unknown == len(sides) else "FLAG"
    found = [
        outcome_of(
            "side_a",
            outcome,
            n=number(len(sides)),
            unknown=number(unknown),
            least=percent(min_known_weight),
        )
    ]
    return [*found, outcome_of("rated_criteria", "FLAG")]
