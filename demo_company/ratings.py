"""What people say: our ratings of customers and prospects, and theirs of us and of our rivals.

A rating is the truth plus a rater's small error, to half a point. What nobody asked is not there.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from demo_company.scenario import stream

STAYING = ([0.2, 0.5, 0.7, 0.9], [0.0, 0.4, 0.7, 1.0])  # chance → value; anchors of rules.yaml
GROWTH = ([-5.0, 0.0, 5.0, 10.0], [0.0, 0.3, 0.7, 1.0])  # % a year → value
CRITERIA = (
    "product quality",
    "delivery reliability",
    "service support",
    "personal interaction",
    "technical help",
    "price level",
    "stock near the plant",
    "joint development",
    "error-free invoices",
)
NO_OTHER = "none"  # the supplier of who says that we are the only one
FACTS = ("delivery reliability", "error-free invoices")
RATERS = ("purchasing", "production planning", "quality", "management board")
YEAR = np.timedelta64(364, "D")
OURS = ("profit_potential", "own_growth", "staying", "openness", "strategic")


def half_points(values: np.ndarray | pd.Series) -> np.ndarray:
    """Round ratings to half points between 0 and 10."""
    return np.clip(np.round(2 * np.asarray(values, dtype=np.float64)) / 2, 0, 10)


def _days(rng: np.random.Generator, n: int, stale: np.ndarray) -> np.ndarray:
    """Draw the days of ratings: of the last months, or of three to four years ago."""
    recent = np.datetime64("2025-03-03") + rng.integers(0, 290, n)
    old = np.datetime64("2021-11-02") + rng.integers(0, 390, n)
    return np.where(stale, old, recent)


def ratings_ours(
    units: pd.DataFrame, prospects: pd.DataFrame, own: Mapping[str, Any], *, seed: int
) -> pd.DataFrame:
    """Return our ratings: ``party_id, criterion, rating, source, rater, date``."""
    rng = stream(seed, "ratings_ours")
    live = units[units["live"]]
    values = _values_of_customers(live, rng)
    parts = [_rated(live["customer_id"], values, own, rng, keep=_kept(live))]
    firms = _values_of_prospects(prospects)
    parts.append(_rated(prospects["prospect_id"], firms, own, rng, keep=None))
    if own.get("both_years"):
        rng = stream(seed, "ratings_ours of the year before")
        before = _rated(live["customer_id"], values, own, rng, keep=_kept(live))
        parts.append(before.assign(date=before["date"] - YEAR))
    table = pd.concat(parts, ignore_index=True)
    return table.sort_values(["party_id", "criterion"], ignore_index=True)


def _values_of_customers(live: pd.DataFrame, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return the true value, 0 to 1, of each criterion of side A that people rate."""
    return {
        "profit_potential": live["potential"].to_numpy(),
        "own_growth": _valued(100 * live["growth"], GROWTH),
        "staying": _valued(live["staying"], STAYING),
        "openness": live["openness"].to_numpy(),
        "strategic": np.clip(live["potential"].to_numpy() * rng.uniform(0.2, 0.9, len(live)), 0, 1),
    }


def _valued(raw: pd.Series, anchors: tuple[list[float], list[float]]) -> np.ndarray:
    """Return the value of measurements by their anchors."""
    return np.asarray(np.interp(raw.to_numpy(dtype=np.float64), *anchors))


def _kept(live: pd.DataFrame) -> np.ndarray:
    """Tell whose staying is rated: everybody's but theirs of whom just that is missing."""
    return (live["gap"] != "no_staying").to_numpy()


def _values_of_prospects(firms: pd.DataFrame) -> dict[str, np.ndarray]:
    return {
        "profit_potential": firms["potential"].to_numpy(),
        "own_growth": _valued(firms["own_growth"], GROWTH),
        "staying": _valued(firms["staying"], STAYING),
        **{
            name: firms[name].to_numpy()
            for name in ("openness", "strategic", "margin_quality", "financial_safety")
        },
    }


def _rated(
    party: pd.Series,
    values: Mapping[str, np.ndarray],
    own: Mapping[str, Any],
    rng: np.random.Generator,
    *,
    keep: np.ndarray | None,
) -> pd.DataFrame:
    parts = []
    for name, value in values.items():
        n = len(party)
        error = own["noise"] * np.clip(rng.standard_normal(n), -2, 2)
        if name not in ("own_growth", "strategic"):  # account managers rate these, and their own
            error += own.get("manager_bias", 0.0)
        there = rng.random(n) >= own["missing"]
        if name == "staying" and keep is not None:
            there = keep
        parts.append(
            pd.DataFrame(
                {
                    "party_id": party.to_numpy(),
                    "criterion": name,
                    "rating": half_points(10 * value + error),
                    "source": "fact" if name == "own_growth" else "our_guess",
                    "rater": "sales director" if name == "strategic" else "account manager",
                    "date": _days(rng, n, rng.random(n) < own["stale"]),
                }
            )[there]
        )
    return pd.concat(parts, ignore_index=True)


def ratings_theirs(
    units: pd.DataFrame, prospects: pd.DataFrame, own: Mapping[str, Any], *, seed: int
) -> pd.DataFrame:
    """Return what customers and prospects say of us and of rivals, each by criteria of its own.

    To ``party_id, criterion, weight, supplier, rating, source, rater, date``; trust has no weight.
    """
    rng = stream(seed, "ratings_theirs")
    asked = units[units["live"] & (units["gap"] != "no_side_b") & _would_be_asked(units)]
    some = prospects[prospects.index % 5 < 2].rename(columns={"prospect_id": "customer_id"})
    parties = pd.concat([asked, some.assign(gap="", archetype="prospect")], ignore_index=True)
    criteria = _criteria(parties, rng)
    table = _survey(criteria, parties, own, rng, stream(seed, "rivals"))
    if own.get("both_years"):
        again = stream(seed, "ratings_theirs of the year before")
        before = _survey(criteria, parties, own, again, stream(seed, "rivals"))
        table = pd.concat([table, before.assign(date=before["date"] - YEAR)], ignore_index=True)
    order = ["party_id", "criterion", "supplier"]
    return table.sort_values(order, ignore_index=True)[
        ["party_id", "criterion", "weight", "supplier", "rating", "source", "rater", "date"]
    ]


def _survey(
    criteria: pd.DataFrame,
    parties: pd.DataFrame,
    own: Mapping[str, Any],
    rng: np.random.Generator,
    tastes: np.random.Generator,
) -> pd.DataFrame:
    """Return what parties say in one year: of us, of rivals, that there is none, and of trust."""
    us = _about_us(criteria, parties, own, rng)
    rivals = _about_rivals(us, parties, own, rng, tastes)
    trust = _trust(parties, own, rng)
    alone = _without_rivals(us, rivals, parties)
    return pd.concat([us, rivals, alone, trust], ignore_index=True)


def _would_be_asked(units: pd.DataFrame) -> pd.Series:
    """Tell who was asked at all: of those who hardly come back only where all is complete."""
    return (units["rhythm"] == "regular") | units["evidence_complete"]


def _criteria(parties: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Let each party choose three to six criteria, and give them points."""
    n = len(parties)
    order = np.argsort(rng.random((n, len(CRITERIA))), axis=1)
    count = rng.integers(3, 7, n)
    row = np.repeat(np.arange(n), count)
    place = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    scale = np.array([1, 10, 20])[rng.integers(0, 3, n)]
    return pd.DataFrame(
        {
            "row": row,
            "criterion": np.array(CRITERIA)[order[row, place]],
            "weight": rng.integers(1, 6, len(row)) * scale[row],
        }
    )


def _about_us(
    criteria: pd.DataFrame, parties: pd.DataFrame, own: Mapping[str, Any], rng: np.random.Generator
) -> pd.DataFrame:
    """Rate us on each criterion so that the weighted mean is the party's true side B, nearly."""
    row, n = criteria["row"].to_numpy(), len(criteria)
    spread = np.clip(rng.normal(0, 0.09, n), -0.15, 0.15)
    weight = criteria["weight"].to_numpy(float)
    whole = np.bincount(row, weights=weight, minlength=len(parties))
    mean = np.bincount(row, weights=weight * spread, minlength=len(parties)) / whole
    true = parties["side_b"].to_numpy()[row] + spread - mean[row]
    guessed = (parties["gap"] == "guess_only").to_numpy()[row]
    noise = np.where(guessed, own["guess_noise"], own["noise"])
    error = noise * np.clip(rng.standard_normal(n), -2, 2)
    error += np.where(guessed, own.get("manager_bias", 0.0), 0.0)
    if "own_lateness" in parties:  # half a point for each 5 % of late deliveries
        late = parties["own_lateness"].fillna(0).to_numpy()[row] / 10
        error -= np.where(criteria["criterion"] == "delivery reliability", late, 0.0)
    rating = half_points(10 * true + error)
    fact = criteria["criterion"].isin(FACTS).to_numpy() & (rng.random(n) < 0.6)
    when = _days(rng, len(parties), rng.random(len(parties)) < own["stale"])
    rater = np.array(RATERS)[rng.integers(0, len(RATERS), len(parties))]
    return criteria.assign(
        party_id=parties["customer_id"].to_numpy()[row],
        supplier="us",
        rating=rating,
        source=np.select([guessed, fact], ["our_guess", "fact"], "their_words"),
        rater=np.where(guessed, "account manager", rater[row]),
        date=when[row],
    )


def _about_rivals(
    us: pd.DataFrame,
    parties: pd.DataFrame,
    own: Mapping[str, Any],
    rng: np.random.Generator,
    tastes: np.random.Generator,
) -> pd.DataFrame:
    """Rate the rivals that a party names: each better than us at something and worse at something else.

    As a whole, by the party's weights, a rival is mostly a little worse than us, and some are better.
    """
    row = us["row"].to_numpy()
    names = own["rivals"]
    beaten = (parties["archetype"] == "beaten_by_rival").to_numpy()
    count = np.minimum(np.maximum(rng.integers(0, 4, len(parties)), beaten), len(names))
    gap = np.where(
        beaten, rng.uniform(0.8, 1.6, len(parties)), rng.uniform(-2.2, -0.7, len(parties))
    )
    lead = parties["lead"].to_numpy() if "lead" in parties else np.full(len(parties), np.nan)
    parts = []
    for place, name in enumerate(names):
        noise = rng.normal(0, 0.35, len(us))
        whole = np.where(np.isnan(lead), gap * (1 if place == 0 else 1.2), -lead - place / 2)
        whole = np.where(beaten & (place > 0), -1.0, whole)
        strength = dict(zip(CRITERIA, tastes.normal(0, 1.5, len(CRITERIA)), strict=True))
        apart = _evened_out(us, us["criterion"].map(strength).to_numpy() + noise, len(parties))
        rating = half_points(us["rating"] + whole[row] + apart)
        parts.append(us.assign(supplier=name, rating=rating)[place < count[row]])
    return pd.concat(parts, ignore_index=True)


def _evened_out(us: pd.DataFrame, apart: np.ndarray, parties: int) -> np.ndarray:
    """Return strengths and weaknesses that make up for each other by each party's weights."""
    row, weight = us["row"].to_numpy(), us["weight"].to_numpy(dtype=np.float64)
    sums = np.bincount(row, weights=weight * apart, minlength=parties)
    mean = sums / np.bincount(row, weights=weight, minlength=parties)
    return np.asarray(np.clip(apart - mean[row], -3, 3))


def _without_rivals(us: pd.DataFrame, rivals: pd.DataFrame, parties: pd.DataFrame) -> pd.DataFrame:
    """Let most of those who name no rival say that there is none; the others were not asked that."""
    first = us.drop_duplicates("row")
    silent = (parties["gap"] != "").to_numpy()[first["row"]] & (first["row"].to_numpy() % 2 == 1)
    alone = first[~first["row"].isin(rivals["row"]) & ~silent]
    return alone.assign(supplier=NO_OTHER, criterion="", weight=np.nan, rating=np.nan)


def _trust(parties: pd.DataFrame, own: Mapping[str, Any], rng: np.random.Generator) -> pd.DataFrame:
    """Return trust by their own words; where it was not asked, our guess at most."""
    n = len(parties)
    error = own["noise"] * np.clip(rng.standard_normal(n), -2, 2)
    guessed = parties["gap"].isin(["guess_only", "no_trust"]).to_numpy()
    error += np.where(guessed, own.get("manager_bias", 0.0), 0.0)
    return pd.DataFrame(
        {
            "party_id": parties["customer_id"],
            "criterion": "trust",
            "weight": np.nan,
            "supplier": "us",
            "rating": half_points(parties["trust"] + error),
            "source": np.where(guessed, "our_guess", "their_words"),
            "rater": np.where(guessed, "account manager", "purchasing"),
            "date": _days(rng, n, rng.random(n) < own["stale"]),
        }
    )
