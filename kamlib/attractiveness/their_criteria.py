"""Side B: how attractive we are to each customer, by its own criteria and weights, against rivals."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kamlib.core.codes import FROM_THEM
from kamlib.core.errors import DataError, listed
from kamlib.core.language import number
from kamlib.core.outcomes import Outcome, outcome_of
from kamlib.core.tables import among

US, TRUST = "us", "trust"
NO_OTHER = "none"  # the supplier of who says that we are the only one
KEY = ["party_id", "criterion"]


def side_b_criteria(ratings: pd.DataFrame, *, guess_halfwidth: float) -> pd.DataFrame:
    """Set us against the best whole rival on each criterion of each party.

    From  current ratings by supplier: ``party_id, criterion, supplier, weight, rating, source``
    to    one row per party and criterion of its own: ``weight`` (adds up to 1 per party),
          ``us_low``, ``us_high``, ``rival_low``, ``rival_high`` (0 to 10), ``source``, ``rival``
          (one per party; `none` where the party says that it has no other supplier),
          ``rival_side_low``, ``rival_side_high`` (0 to 1: what the best rival reaches with the
          party's weights, at worst and at best for it).

    Parameters
    ----------
    guess_halfwidth : float, 0 to 1; how far our guess of a rating may be off

    Raises
    ------
    DataError
        The weights of a party are missing or negative, or add up to nothing.

    Notes
    -----
    A rival is one supplier with all its strengths and weaknesses: the best one has the highest
    weighted rating, at its best. Where it is not rated it may be anything from 0 to 10, and where
    we only guessed it may be 10. A criterion on which nobody rated us is 0 to 10. A criterion has one
    weight for all suppliers: of two the latest survey's, of one day their mean.
    """
    asked = ratings[(ratings["criterion"] != TRUST) & (ratings["party_id"].notna())]
    supplier = asked["supplier"].str.lower()
    own = asked[supplier != NO_OTHER]
    names = [
        *KEY,
        "weight",
        "us_low",
        "us_high",
        "rival_low",
        "rival_high",
        "source",
        "rival",
        "rival_side_low",
        "rival_side_high",
    ]
    if own.empty:
        return pd.DataFrame(columns=names)
    weights = _weights(own)
    rated = own.assign(**_ends(own, guess_halfwidth))[own["rating"].notna()]
    us = rated[rated["supplier"] == US].set_index(KEY)[["low", "high", "source"]]
    table = weights.join(us).reset_index()
    table = table.rename(columns={"low": "us_low", "high": "us_high"})
    table = table.fillna({"us_low": 0.0, "us_high": 10.0, "source": "unknown"})
    rivals = _best_rivals(rated[rated["supplier"] != US], weights)
    table = table.merge(rivals, on=KEY, how="left")
    said = asked.loc[(supplier == NO_OTHER) & asked["source"].isin(FROM_THEM), "party_id"]
    alone = among(table["party_id"], said) & table["rival"].isna()
    table["rival"] = table["rival"].mask(alone, NO_OTHER)
    return table[names].sort_values(KEY, ignore_index=True)


def _ends(own: pd.DataFrame, guess_halfwidth: float) -> dict[str, pd.Series]:
    """Return each rating at its lowest and highest; a rival that we only guessed may be 10."""
    guessed = ~own["source"].isin(FROM_THEM)
    rating = own["rating"].astype("float64")
    reach = guessed * 10 * guess_halfwidth
    high = (rating + reach).mask(guessed & (own["supplier"] != US), 10.0)
    return {"low": (rating - reach).clip(0, 10), "high": high.clip(0, 10)}


def _best_rivals(rivals: pd.DataFrame, weights: pd.DataFrame) -> pd.DataFrame:
    """Return the best whole rival of each party: its ratings, and what it reaches as a whole."""
    named = rivals[["party_id", "supplier"]].drop_duplicates()
    each = weights.reset_index().merge(named, on="party_id")
    each = each.merge(rivals[[*KEY, "supplier", "low", "high"]], on=[*KEY, "supplier"], how="left")
    each = each.fillna({"low": 0.0, "high": 10.0})
    points = each.assign(low=each["weight"] * each["low"], high=each["weight"] * each["high"])
    whole = points.groupby(["party_id", "supplier"])[["low", "high"]].sum().div(10).round(12)
    ends = whole.groupby(level="party_id").max().add_prefix("rival_side_")
    first = whole.reset_index().sort_values(
        ["party_id", "high", "low", "supplier"], ascending=[True, False, False, True]
    )
    best = first.drop_duplicates("party_id")[["party_id", "supplier"]]
    mine = each.merge(best, on=["party_id", "supplier"]).join(ends, on="party_id")
    mine = mine.rename(columns={"low": "rival_low", "high": "rival_high", "supplier": "rival"})
    return mine.drop(columns="weight")


def _weights(own: pd.DataFrame) -> pd.DataFrame:
    """Return one weight per party and criterion, adding up to 1 per party.

    Surveys ask a party's suppliers together; where its sites or a later survey weigh a criterion
    otherwise, the latest weight counts, and of one day the mean.
    """
    key = ["party_id", "criterion"]
    day = pd.to_datetime(own.get("date", pd.Series(pd.NaT, index=own.index)))
    told = own.assign(weight=own["weight"].astype("float64"), day=day.fillna(pd.Timestamp(0)))
    each = told[told["weight"].notna()]
    latest = each[each["day"] == each.groupby(key)["day"].transform("max")]
    weights = latest.groupby(key)["weight"].agg(["min", "max", "mean"])
    points = weights["mean"].where(weights["min"] < weights["max"], weights["max"])
    points = points.reindex(pd.MultiIndex.from_frame(told[key].drop_duplicates().sort_values(key)))
    sums = points.groupby(level="party_id").transform("sum")
    wrong = points[points.isna() | (points < 0) | (sums <= 0)]
    if len(wrong):
        who = listed(sorted(set(wrong.index.get_level_values("party_id"))))
        raise DataError(
            f"weights in ratings_theirs of {who} are missing or negative, or add up to nothing. "
            f"Give each of the party's criteria a weight above 0, on any scale."
        )
    return (points / sums).rename("weight").to_frame()


def side_b(
    criteria: pd.DataFrame, parties: pd.Series, *, unknown_range: tuple[float, float]
) -> pd.DataFrame:
    """Add up each party's criteria with its weights to side B and our lead over the best rival.

    Parameters
    ----------
    criteria : DataFrame of `side_b_criteria`
    parties : Series of party ids; one that was never asked is unknown
    unknown_range : (low, high), 0 to 1, what side B may be where nobody asked

    Returns
    -------
    DataFrame, one row per party: ``side_b_low``, ``side_b_high`` (0 to 1), ``asked`` (their words
    or facts on at least one criterion), ``complete`` (on all), ``rival_named``, ``rival`` (the best
    whole one), ``relative_strength_low`` and ``_high`` (our side less the best rival's, −1 to 1; 1
    where the party says that it has no other supplier, anything where it named nobody)

    Notes
    -----
    At its worst a guessed criterion is worth no more than the lower end of `unknown_range`, so that
    a guess never confirms. Side B is cut to `unknown_range` unless every criterion has their words
    or a fact.
    """
    low_end, high_end = unknown_range
    weight = criteria["weight"]
    theirs = criteria["source"].isin(FROM_THEM)
    us_low = criteria["us_low"].where(theirs, criteria["us_low"].clip(upper=10 * low_end))
    parts = criteria.assign(
        us_low=weight * us_low / 10, us_high=weight * criteria["us_high"] / 10, theirs=theirs
    )
    table = parts.groupby("party_id").agg(
        us_low=("us_low", "sum"),
        us_high=("us_high", "sum"),
        asked=("theirs", "any"),
        complete=("theirs", "all"),
        rival=("rival", "first"),
        best_low=("rival_side_low", "first"),
        best_high=("rival_side_high", "first"),
    )
    table = table.reindex(pd.Index(parties, name="party_id"))
    flags = ["asked", "complete"]
    table[flags] = table[flags].astype("boolean").fillna(False).astype(bool)
    table["rival_named"] = table["rival"].notna() & (table["rival"] != NO_OTHER)
    unknown = table["us_low"].isna()
    whole = table["complete"]
    low = table["us_low"].where(whole, table["us_low"].clip(low_end, high_end))
    high = table["us_high"].where(whole, table["us_high"].clip(low_end, high_end))
    alone = table["rival"] == NO_OTHER
    lead = {
        "low": table["us_low"] - table["best_high"],
        "high": table["us_high"] - table["best_low"],
    }
    for end, blank in (("low", -1.0), ("high", 1.0)):
        known = lead[end].where(table["rival_named"], blank).mask(alone, 1.0)
        table[f"relative_strength_{end}"] = known.astype("float64").round(12)
    return (
        table.assign(
            side_b_low=low.where(table["asked"], low_end).astype("float64").round(12),
            side_b_high=high.mask(unknown, high_end).astype("float64").round(12),
            rival=table["rival"].astype("str"),
            guessed=~unknown & ~table["asked"],
        )
        .drop(columns=["us_low", "us_high", "best_low", "best_high"])
        .reset_index()
    )


def their_trust(ratings: pd.DataFrame, parties: pd.Series, sources: Sequence[str]) -> np.ndarray:
    """Return each party's trust in us, 0 to 10, from accepted sources; NaN is unknown."""
    rows = ratings[
        (ratings["criterion"] == TRUST)
        & (ratings["supplier"] == US)
        & ratings["source"].isin(list(sources))
    ]
    rated = rows.set_index("party_id")["rating"].astype("float64")
    return parties.map(rated).to_numpy(dtype=np.float64)


def side_b_outcomes(sides: pd.DataFrame) -> list[Outcome]:
    """Judge side B: who was asked, and who named a rival or said that there is none."""
    unasked = sides[~sides["asked"]]
    counts = {
        "n": number(len(sides)),
        "unasked": number(len(unasked)),
        "guessed": number(int(unasked["guessed"].sum())),
        "unknown": number(int((~unasked["guessed"]).sum())),
    }
    outcome = "PASS" if unasked.empty else "REFUSE" if len(unasked) == len(sides) else "FLAG"
    silent = int((sides["asked"] & sides["rival"].isna()).sum())
    found = [outcome_of("side_b", outcome, **counts)]
    if sides["asked"].any():
        found.append(outcome_of("rivals", "FLAG" if silent else "PASS", n=number(silent)))
    return found
