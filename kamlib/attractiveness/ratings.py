"""Which rating counts: the latest one, their words and facts before our guess."""

from collections.abc import Iterable, Sequence
from datetime import date

import pandas as pd

from kamlib.core.codes import FROM_THEM
from kamlib.core.errors import listed
from kamlib.core.language import day, number
from kamlib.core.outcomes import Outcome, outcome_of
from kamlib.core.timespans import whole_months

OLD_MONTHS = 18


def current_ratings(
    ratings: pd.DataFrame | None, *, end: date, by: tuple[str, ...] = ("party_id", "criterion")
) -> pd.DataFrame:
    """Return the one rating that counts for each party and criterion.

    Parameters
    ----------
    ratings : DataFrame with the columns `by`, rating (0 to 10), date, source; None gives no rows
    end : last day of the period; later ratings do not count yet
    by : what one rating is of; with ``supplier`` for ratings of suppliers

    Returns
    -------
    DataFrame, one row per `by`, with ``age_months`` and ``at_odds`` (another rating of the same
    standing and day differs); sorted

    Notes
    -----
    Two ratings of one day come from two people, or from two sites of one group: the lower one counts.
    """
    if ratings is None or ratings.empty:
        return pd.DataFrame(
            columns=[*by, "rating", "date", "source", "weight", "age_months", "at_odds"]
        )
    dated = ratings[ratings["date"].isna() | (ratings["date"] <= pd.Timestamp(end))]
    source = dated["source"] if "source" in dated else pd.Series("our_guess", index=dated.index)
    dated = dated.assign(source=source.fillna("our_guess"))
    dated = dated.assign(theirs=dated["source"].isin(FROM_THEM))
    day_of = dated.groupby([*by, "theirs", "date"], dropna=False)["rating"]
    dated = dated.assign(at_odds=day_of.transform("max") > day_of.transform("min"))
    rank = [*by, "theirs", "date", "rating"]
    rising = [*([True] * (len(rank) - 1)), False]  # of two on one day the lower one counts
    ordered = dated.sort_values(rank, ascending=rising, na_position="first")
    latest = ordered.drop_duplicates(list(by), keep="last").reset_index(drop=True)
    age = whole_months(latest["date"].fillna(pd.Timestamp(end)), end).where(latest["date"].notna())
    return latest.drop(columns="theirs").assign(age_months=age)


def ratings_outcomes(ours: pd.DataFrame, theirs: pd.DataFrame) -> list[Outcome]:
    """Judge the ratings in use: how old they are, and which contradict each other.

    Parameters
    ----------
    ours, theirs : DataFrames of `current_ratings`, the second by supplier too
    """
    return [ratings_age_outcome(ours, theirs), _at_odds(ours, theirs)]


def _at_odds(ours: pd.DataFrame, theirs: pd.DataFrame) -> Outcome:
    """Say which ratings and weights in use contradict others, and by which rule one of them counts."""
    both = pd.concat([table[["party_id", "criterion", "at_odds"]] for table in (ours, theirs)])
    torn = both[both["at_odds"].astype(bool)]
    weights = theirs[theirs["weight"].notna()].groupby(["party_id", "criterion"])["weight"]
    twice = weights.nunique()
    whose = twice.index[twice > 1]
    named = zip(torn["party_id"], torn["criterion"], strict=True)
    return outcome_of(
        "ratings_at_odds",
        "FLAG" if len(torn) or len(whose) else "PASS",
        ratings=number(len(torn)),
        who=_named(named),
        weights=number(len(whose)),
        whose=_named(whose),
    )


def _named(keys: Iterable[tuple[str, str]]) -> str:
    """Name parties with their criteria in brackets, nothing where there is none."""
    names = list(dict.fromkeys(" / ".join(key) for key in keys))
    return f" ({listed(names, most=3)})" if names else ""


def asked_on(
    ratings: pd.DataFrame, parties: pd.Series, trust_sources: Sequence[str]
) -> pd.DataFrame:
    """Return the day of what each party told us: of its trust, and of the oldest of its criteria.

    Parameters
    ----------
    ratings : DataFrame of current ratings by supplier
    parties : Series of party ids
    trust_sources : sources from which trust is taken

    Returns
    -------
    DataFrame ``trust_date``, ``side_b_date``, one row per party; missing where nobody asked, or where
    no day was written down
    """
    ours = ratings[(ratings["supplier"] == "us") & ratings["rating"].notna()]
    on_trust = ours["criterion"] == "trust"
    trust = ours[on_trust & ours["source"].isin(list(trust_sources))]
    wanted = ours[~on_trust & ours["source"].isin(FROM_THEM)]
    undated = wanted.loc[wanted["date"].isna(), "party_id"]
    oldest = wanted[~wanted["party_id"].isin(undated)].groupby("party_id")["date"].min()
    days = {"trust_date": trust.set_index("party_id")["date"], "side_b_date": oldest}
    return pd.DataFrame(
        {
            name: pd.to_datetime(parties.map(on.to_dict())).astype("datetime64[us]")
            for name, on in days.items()
        }
    )


def ratings_age_outcome(*tables: pd.DataFrame) -> Outcome:
    """Judge the age of the ratings in use; it is shown and widens nothing yet."""
    ages = pd.concat([table[["age_months", "date"]].astype("object") for table in tables])
    old = ages[ages["age_months"].astype("float64") > OLD_MONTHS]
    months = number(OLD_MONTHS)
    if old.empty:
        return outcome_of("ratings_age", "PASS", months=months)
    return outcome_of(
        "ratings_age",
        "FLAG",
        n=number(len(old)),
        all=number(len(ages)),
        months=months,
        oldest=day(pd.Timestamp(min(old["date"]))),
    )
