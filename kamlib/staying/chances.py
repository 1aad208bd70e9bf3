"""Who comes back and who stays, customer by customer, and what both rest on."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kamlib.core.codes import FROM_THEM, RETURN_MODELS
from kamlib.core.language import _, day, number, percent
from kamlib.core.outcomes import Outcome, outcome_of
from kamlib.core.tables import among
from kamlib.core.timespans import months_earlier, whole_months
from kamlib.numerics.sharing import piecewise_inverse
from kamlib.staying.returns import (
    BASE,
    CELLS,
    PROJECT,
    SOME_ORDER_DAYS,
    STAYING,
    YEAR,
    foretell,
    return_models,
)
from kamlib.staying.rhythm import LATE_DAYS, rhythm

if TYPE_CHECKING:
    from kamlib.settings import Windows

MATERIAL = 0.05  # of a rate, between frozen and measured afresh
CONTRACT_COUNTS = 0.90
FEW_ENDED = 10  # contracts; fewer tell no rate of renewal
RENEWED_DAYS = 90  # after the end of a contract, in which an order renews it
TOO_EARLY = "too_early"
UNTOLD = ["chance", "low", "high"]


def staying_chances(
    orders: pd.DataFrame,
    customers: pd.DataFrame,
    fitted: pd.DataFrame | None,
    ratings: pd.DataFrame,
    *,
    windows: "Windows",
    end: date,
    scale: Sequence[tuple[float, float]],
    relations: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Say how well we know each customer, how often it orders, and whether it returns and stays.

    Parameters
    ----------
    orders : DataFrame with customer_id, date
    customers : DataFrame, one row per customer; ``contract_end``, ``industry_segment`` are optional
    fitted : DataFrame of `return_model`; None: the chance of return is unknown
    ratings : DataFrame of our current ratings with party_id, criterion, rating, and where known
        source and date
    windows : months of the trend window and years of staying
    end : last day of the period
    scale : anchors of the criterion staying, (chance, value) pairs
    relations : kind of relation of each customer: auto, contractual or project

    Returns
    -------
    DataFrame, one row per customer: ``order_days_24m``, ``orders_per_year``, ``age_months``,
    ``known_years`` (both NaN for who never ordered), ``first_order``, ``last_order``, ``silent_days``,
    ``usual_days``, ``overdue``, ``seasonal``, ``model``; ``p_return_12m`` and ``p_stay_3y`` with ``_low``
    and ``_high`` (0 to 1; a range without a value where no point can be told, NaN is unknown);
    ``staying_source`` (contract, their_words, renewals, orders, chance_of_return, unknown),
    ``staying_date`` of their words, ``p_stay_rated`` by our own rating, which stands beside
    """
    past = orders[orders["date"] <= pd.Timestamp(end)]
    first = past.groupby("customer_id")["date"].agg(["min", "max"])
    first = first.reindex(customers["customer_id"])
    table = customers[["customer_id"]].assign(
        first_order=first["min"].to_numpy(), last_order=first["max"].to_numpy()
    )
    recent = past[past["date"] >= months_earlier(end, windows.trend_months)]
    days = recent.groupby("customer_id")["date"].nunique()
    table["order_days_24m"] = table["customer_id"].map(days).fillna(0).astype("int64")
    known = table["first_order"].notna()
    age = whole_months(table["first_order"].fillna(pd.Timestamp(end)), end)
    table["age_months"] = age.astype("float64").where(known)
    table["known_years"] = table["age_months"] / YEAR
    table["orders_per_year"] = table["order_days_24m"] / (windows.trend_months / YEAR)
    kinds = pd.Series(["auto"] * len(table) if relations is None else relations, table.index)
    segments = customers.set_index("customer_id").get("industry_segment")
    now = rhythm(past, pd.Timestamp(end), months=windows.trend_months, segments=segments)
    now = now.set_index("customer_id").reindex(table["customer_id"]).set_axis(table.index)
    flags = now[["overdue", "seasonal"]].astype("boolean")
    own = pd.concat([now[["silent_days", "usual_days"]], flags], axis=1)
    table = pd.concat([table, own], axis=1)
    back, model = _returns(now, fitted, kinds)
    table = table.assign(
        p_return_12m=back["chance"],
        p_return_low=back["low"],
        p_return_high=back["high"],
        model=model,
    )
    stay = _stays(now, fitted, back, kinds, windows.staying_years)
    return _told(table, stay, customers, ratings, kinds, past, end, windows.staying_years, scale)


def _returns(
    now: pd.DataFrame, fitted: pd.DataFrame | None, kinds: pd.Series
) -> tuple[pd.DataFrame, pd.Series]:
    """Return each customer's chance of return in 12 months, and the candidate that tells it."""
    found = pd.DataFrame(np.nan, now.index, UNTOLD)
    model = pd.Series("unknown", now.index)
    rows = _ordered(now)
    if fitted is None or rows.empty:
        return found, model
    winner, months = str(fitted["winner"].iloc[0]), int(fitted["horizon_months"].iloc[0])
    chance = foretell(fitted, CELLS if winner == BASE else winner, rows)
    if winner == BASE:  # all that is known is the range of the bands
        chance["low"] = chance["low"].min()
        chance["high"] = chance["high"].where(rows["overdue"], chance["high"].max())
    if months < YEAR:  # who comes back sooner comes back; and at most at the same pace for a year
        chance["high"] = 1 - (1 - chance["high"]) ** (YEAR / months)
    if months < YEAR or winner == BASE:
        chance["chance"] = np.nan
    early = (rows["tenure_days"] < LATE_DAYS) & (rows["order_days"] < SOME_ORDER_DAYS)
    chance.loc[early] = np.nan
    model.loc[rows.index] = np.where(early, TOO_EARLY, winner)
    project = rows[kinds[rows.index] == PROJECT]
    if len(project):
        has = PROJECT in set(fitted["model"])
        chance.loc[project.index] = foretell(fitted, PROJECT, project) if has else np.nan
        model.loc[project.index] = PROJECT if has else "unknown"
    found.loc[rows.index] = chance
    return found, model


def _ordered(now: pd.DataFrame) -> pd.DataFrame:
    """Return those who ever ordered, typed as `rhythm` gives them."""
    return now[now["silent_days"].notna()].astype({"overdue": bool, "order_days": int})


def _stays(
    now: pd.DataFrame,
    fitted: pd.DataFrame | None,
    back: pd.DataFrame,
    kinds: pd.Series,
    years: int,
) -> pd.DataFrame:
    """Return the chance of an order in the third year: measured, else between return³ and return."""
    rows = _ordered(now)
    if fitted is not None and STAYING in set(fitted["model"]):
        found = foretell(fitted, STAYING, rows).reindex(now.index)
        for name in UNTOLD:  # who does not come back does not stay
            found[name] = np.fmin(found[name], back[name])
        source = "orders"
    else:
        found = back.assign(chance=np.nan, low=back["low"] ** years)
        source = "chance_of_return"
    found = found.mask(back["low"].isna() | (kinds == "contractual"))
    return found.assign(source=np.where(found["low"].notna(), source, "unknown"))


def _told(
    table: pd.DataFrame,
    stay: pd.DataFrame,
    customers: pd.DataFrame,
    ratings: pd.DataFrame,
    kinds: pd.Series,
    past: pd.DataFrame,
    end: date,
    years: int,
    scale: Sequence[tuple[float, float]],
) -> pd.DataFrame:
    """Let renewals, the customer's own words and a contract go before what its orders tell."""
    rated = ratings[ratings["criterion"] == "staying"].set_index("party_id")
    value = table["customer_id"].map(rated["rating"]).to_numpy(dtype=np.float64) / 10
    ours = np.where(np.isnan(value), np.nan, piecewise_inverse(np.nan_to_num(value), scale))
    told = rated.get("source", pd.Series(dtype="str")).isin(FROM_THEM)
    theirs = among(table["customer_id"], told.index[told]) & ~np.isnan(ours)
    ends = table["customer_id"].map(customers.set_index("customer_id").get("contract_end", {}))
    ends = pd.to_datetime(ends)
    renewed = _renewal_rate(table, ends, kinds, end)
    contract = (ends > pd.Timestamp(end) + pd.DateOffset(years=years)).to_numpy()
    renews = (kinds == "contractual").to_numpy() & ~np.isnan(renewed)
    for where, chance, source in (
        (renews, renewed, "renewals"),
        (theirs, ours, "their_words"),
        (contract, CONTRACT_COUNTS, "contract"),
    ):
        for name in UNTOLD:
            stay[name] = np.where(where, chance, stay[name])
        stay["source"] = np.where(where, source, stay["source"])
    on = table["customer_id"].map(rated["date"].to_dict() if "date" in rated else {})
    return table.assign(
        p_stay_3y=stay["chance"],
        p_stay_low=stay["low"],
        p_stay_high=stay["high"],
        staying_source=stay["source"],
        staying_date=pd.to_datetime(on).astype("datetime64[us]").where(theirs & ~contract),
        p_stay_rated=np.where(theirs, np.nan, ours),
    )


def _renewal_rate(table: pd.DataFrame, ends: pd.Series, kinds: pd.Series, end: date) -> float:
    """Return the share of ended contracts after which the customer went on; NaN below ten."""
    over = (kinds == "contractual") & (ends <= pd.Timestamp(end) - pd.Timedelta(days=RENEWED_DAYS))
    if over.sum() < FEW_ENDED:
        return np.nan
    return float((table["last_order"] > ends)[over].mean())


def return_outcomes(
    table: pd.DataFrame,
    active: pd.Series,
    fitted: pd.DataFrame | None,
    afresh: pd.DataFrame | None,
) -> list[Outcome]:
    """Judge what the chances of return and of staying rest on.

    Parameters
    ----------
    table : DataFrame of `staying_chances`
    active : ids of the customers active in the period
    fitted : DataFrame of `return_model` as frozen; None where nothing could be measured
    afresh : the same, measured up to the same day on the inputs as they are now
    """
    mine = table[among(table["customer_id"], active)]
    source = mine["staying_source"].value_counts()
    words = {"contract": "contract", "told": "their_words", "renewed": "renewals"}
    words |= {"orders": "orders", "between": "chance_of_return", "unknown": "unknown"}
    stay = outcome_of("staying", "FLAG", **{k: number(source.get(v, 0)) for k, v in words.items()})
    if fitted is None:
        return [outcome_of("reference_values", "REFUSE"), stay]
    n = int(fitted.loc[fitted["model"] == BASE, "n"].iloc[0])
    window = _("{start} to {end}").format(
        start=day(fitted["window_start"].iloc[0]), end=day(fitted["window_end"].iloc[0])
    )
    return [
        outcome_of("reference_values", "PASS" if n >= 100 else "FLAG", window=window, n=number(n)),
        _foretold(fitted),
        _afresh(fitted, afresh),
        stay,
    ]


def _foretold(fitted: pd.DataFrame) -> Outcome:
    """Judge how well the chance of return foretold what happened."""
    scores = return_models(fitted).set_index("model")
    winner = str(fitted["winner"].iloc[0])
    months, brier = number(fitted["horizon_months"].iloc[0]), scores["brier"]
    if brier.isna().all():
        return outcome_of("return_untested", "FLAG", months=months)
    told = {"months": months, "day": day(scores["cutoff"].iloc[0]), "base": number(brier[BASE], 3)}
    outcome = "FLAG" if winner == BASE else "PASS"
    return outcome_of(
        "chance_of_return",
        outcome,
        **told,
        brier=number(brier[winner], 3),
        model=_(RETURN_MODELS[winner]),
    )


def _afresh(fitted: pd.DataFrame, afresh: pd.DataFrame | None) -> Outcome:
    """Judge whether what was frozen would be measured so again, over the same days."""
    if afresh is None:
        return outcome_of("rates_afresh", "FLAG", said=_("today's inputs do not reach those days"))
    then, now = (
        each[each["model"] == CELLS].set_index("band")["rate"] for each in (fitted, afresh)
    )
    apart = (now - then).abs().dropna()
    if apart.max() < MATERIAL:
        return outcome_of("rates_afresh", "PASS")
    most = str(apart.idxmax())
    said = _("{now} instead of {frozen} ({band})").format(
        now=percent(now[most]), frozen=percent(then[most]), band=most
    )
    return outcome_of("rates_afresh", "FLAG", said=said)
