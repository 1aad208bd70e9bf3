"""Side B: how attractive we are to each customer, by its own criteria and weights, against rivals."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kamlib.attractiveness.ratings import FROM_THEM
from kamlib.errors import DataError, listed
from kamlib.language import number
from kamlib.tables import among
from kamlib.verdicts import Verdict, verdict

US, TRUST = "us", "trust"


def side_b_criteria(ratings: pd.DataFrame, *, guess_halfwidth: float) -> pd.DataFrame:
    """Set us against the best rival on each criterion of each party.

    From  current ratings by supplier: ``party_id, criterion, supplier, weight, rating, source``
    to    one row per party and criterion of its own: ``weight`` (adds up to 1 per party),
          ``us_low``, ``us_high``, ``rival_low``, ``rival_high`` (0 to 10), ``source``, ``rival``.

    Parameters
    ----------
    guess_halfwidth : float, 0 to 1; how far our guess of a rating may be off

    Raises
    ------
    DataError
        The weights of a party are missing or negative, or add up to nothing.

    Notes
    -----
    The best rival is taken criterion by criterion. A criterion on which nobody rated us is 0 to 10;
    one on which no rival is rated, though the party named a rival elsewhere, likewise for the rival.
    A criterion has one weight for all suppliers: of two the latest survey's, of one day their mean.
    """
    own = ratings[(ratings["criterion"] != TRUST) & (ratings["party_id"].notna())]
    names = ["party_id", "criterion", "weight", "us_low", "us_high", "rival_low", "rival_high",
             "source", "rival"]  # fmt: skip
    if own.empty:
        return pd.DataFrame(columns=names)
    weights = _weights(own)
    guess = np.where(own["source"].isin(FROM_THEM), 0.0, 10 * guess_halfwidth)
    rated = own["rating"].astype("float64")
    own = own.assign(low=(rated - guess).clip(0, 10), high=(rated + guess).clip(0, 10))
    own = own[rated.notna()]
    us = own[own["supplier"] == US].set_index(["party_id", "criterion"])
    rivals = own[own["supplier"] != US].sort_values(["rating", "supplier"])
    best = rivals.groupby(["party_id", "criterion"]).agg(
        rival_low=("low", "max"), rival_high=("high", "max"), rival=("supplier", "last")
    )
    table = weights.join(us[["low", "high", "source"]]).join(best).reset_index()
    table = table.rename(columns={"low": "us_low", "high": "us_high"})
    table = table.fillna({"us_low": 0.0, "us_high": 10.0, "source": "unknown"})
    named = among(table["party_id"], rivals["party_id"])
    table["rival_low"] = table["rival_low"].mask(table["rival_low"].isna() & named, 0.0)
    table["rival_high"] = table["rival_high"].mask(table["rival_high"].isna() & named, 10.0)
    return table[names].sort_values(["party_id", "criterion"], ignore_index=True)


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
    or facts on at least one criterion), ``complete`` (on all), ``rival_named``,
    ``relative_strength_low`` and ``_high`` (−1 to 1; +infinity where no rival is named, as nobody
    is known to be better)

    Notes
    -----
    Side B is cut to `unknown_range` unless every criterion has their words or a fact; without any
    it is our guess, and its worst case stays at the lower end: a guess alone never confirms.
    """
    low_end, high_end = unknown_range
    weight = criteria["weight"]
    theirs = criteria["source"].isin(FROM_THEM)
    parts = criteria.assign(
        side_b_low=weight * criteria["us_low"] / 10,
        side_b_high=weight * criteria["us_high"] / 10,
        relative_strength_low=weight * (criteria["us_low"] - criteria["rival_high"]) / 10,
        relative_strength_high=weight * (criteria["us_high"] - criteria["rival_low"]) / 10,
        theirs=theirs,
        named=criteria["rival"].notna(),
    )
    names = ["side_b_low", "side_b_high", "relative_strength_low", "relative_strength_high"]
    groups = parts.groupby("party_id")
    table = (
        groups[names]
        .sum()
        .join(
            groups.agg(
                asked=("theirs", "any"), complete=("theirs", "all"), rival_named=("named", "any")
            )
        )
    )
    table = table.reindex(pd.Index(parties, name="party_id"))
    flags = ["asked", "complete", "rival_named"]
    unknown = table["side_b_low"].isna()
    table[flags] = table[flags].astype("boolean").fillna(False).astype(bool)
    whole = table["complete"]
    low = table["side_b_low"].where(whole, table["side_b_low"].clip(low_end, high_end))
    high = table["side_b_high"].where(whole, table["side_b_high"].clip(low_end, high_end))
    table["side_b_low"] = low.where(table["asked"], low_end).round(12)
    table["side_b_high"] = high.mask(unknown, high_end).round(12)
    no_rival = ~table["rival_named"] & ~unknown
    for end, blank in (("low", -1.0), ("high", 1.0)):
        name = f"relative_strength_{end}"
        table[name] = table[name].mask(no_rival, np.inf).mask(unknown, blank).round(12)
    return table.assign(guessed=~unknown & ~table["asked"]).reset_index()


def their_trust(ratings: pd.DataFrame, parties: pd.Series, sources: Sequence[str]) -> np.ndarray:
    """Return each party's trust in us, 0 to 10, from accepted sources; NaN is unknown."""
    rows = ratings[
        (ratings["criterion"] == TRUST)
        & (ratings["supplier"] == US)
        & ratings["source"].isin(list(sources))
    ]
    rated = rows.set_index("party_id")["rating"].astype("float64")
    return parties.map(rated).to_numpy(dtype=np.float64)


def side_b_verdicts(sides: pd.DataFrame) -> list[Verdict]:
    """Judge side B: who was asked, and who named a rival."""
    unasked = sides[~sides["asked"]]
    counts = {
        "n": number(len(sides)), "unasked": number(len(unasked)),
        "guessed": number(int(unasked["guessed"].sum())),
        "unknown": number(int((~unasked["guessed"]).sum())),
    }  # fmt: skip
    outcome = "PASS" if unasked.empty else "REFUSE" if len(unasked) == len(sides) else "FLAG"
    alone = int((sides["asked"] & ~sides["rival_named"]).sum())
    found = [verdict("side_b", outcome, **counts)]
    if sides["asked"].any():
        found.append(verdict("rivals", "FLAG" if alone else "PASS", n=number(alone)))
    return found
