"""Prospects: how likely an open deal is won, by what became of earlier ones, and what that brings.

A deal is held against earlier ones that reached its stage, or without stages were open at its age. Deals
that have been open longer than nearly all that ever closed are hardly open any more: they stand among
the earlier ones, not won, and are themselves taken at that age.

Sources
-------
Beta shrinkage of win rates; Brier (1950) for holding a forecast against what happened.
"""

from collections.abc import Hashable
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from kamlib.core.codes import LETTER
from kamlib.core.contract import CONTRACT
from kamlib.core.language import _, number, percent
from kamlib.core.outcomes import Outcome, outcome_of
from kamlib.core.tables import among
from kamlib.core.timespans import months_earlier
from kamlib.numerics.rates import shrunk_rates

FEWEST = 20  # closed deals; of fewer nobody can tell a rate
OLD = 0.95  # of closed deals were closed at that age
ALIKE = 5  # earlier deals; held against fewer nobody can tell
FEW_FOR_REGRESSION, BETTER = 300, 0.005  # closed deals; of the Brier score, out of time
CHANCES = ["p_win", "p_win_low", "p_win_high"]
RARE = 20  # deals: a value that fewer share is one of the others
TEXTS, SIZES = ("industry_segment", "region", "channel"), ("employees", "annual_revenue")
DRAWS, SEED, TENTHS = 20_000, 20250131, (0.1, 0.9)


class Trial(NamedTuple):
    """What a regression on what was known at entry foretold of later deals, and what one rate did.

    Without a trial the numbers are missing: too few deals were closed.
    """

    closed: int
    won: float
    tested: int = 0
    auc: float = np.nan
    brier: float = np.nan
    brier_of_rate: float = np.nan

    @property
    def better(self) -> bool:
        """Tell whether the regression foretold so much better that it is used."""
        return self.brier <= self.brier_of_rate - BETTER


def as_of(deals: pd.DataFrame, *, end: date) -> pd.DataFrame:
    """Return the deals begun by a day, as they stood then: with ``over``, ``won`` and ``age`` in days.

    Of a deal that closed later it is not known what its amount was before.
    """
    last = pd.Timestamp(end)
    begun = deals[deals["entered"] <= last].set_index("opportunity_id")
    over, later = begun["closed"] <= last, begun["closed"] > last
    money = [name for name in ("amount", "margin_rate") if name in begun]
    begun[money] = begun[money].astype("float64").mask(later)
    age = (begun["closed"].where(over, last) - begun["entered"]).dt.days
    return begun.assign(over=over, won=over & (begun["outcome"] == "won"), age=age)


def win_chances(known: pd.DataFrame, stages: pd.DataFrame | None, *, end: date) -> pd.DataFrame:
    """Say of each open deal how likely it is won, by the earlier ones it is held against.

    Parameters
    ----------
    known : DataFrame of `as_of`
    stages : DataFrame opportunity_id, deal_stage, entered; None: all are held against deals of their age

    Returns
    -------
    DataFrame by opportunity_id, the open deals: ``deal_stage`` (missing where not told), ``earlier`` (how
    many it is held against), ``p_win``, ``p_win_low`` and ``p_win_high`` (90 % interval); unknown, from 0
    to 1, where fewer than 20 deals were closed or it is held against fewer than 5
    """
    over, now = known[known["over"]], known[~known["over"]]
    found = now[[]].assign(deal_stage=pd.Series(dtype="str"), earlier=len(over), p_win=np.nan)
    if len(over) < FEWEST:
        return found.assign(p_win_low=0.0, p_win_high=1.0)
    limit = float(over["age"].quantile(OLD))
    before = pd.concat([over, now[now["age"] > limit]])
    ranked = before.sort_values("age")
    place = np.searchsorted(ranked["age"], now["age"].clip(upper=limit))
    n = (len(ranked) - place).astype(float)
    won = np.append(ranked["won"][::-1].cumsum()[::-1], 0)[place].astype(float)
    if stages is not None:
        until = known["closed"].where(known["over"], pd.Timestamp(end))
        reached = stages[stages["entered"] <= stages["opportunity_id"].map(until)]
        deals_of = reached.groupby("deal_stage")["opportunity_id"].transform("nunique")
        reached = reached.assign(deals=-deals_of).sort_values(["entered", "deals", "deal_stage"])
        stage = reached.groupby("opportunity_id")["deal_stage"].last().reindex(now.index)
        each = reached.drop_duplicates(["opportunity_id", "deal_stage"]).set_index("opportunity_id")
        each = (
            each.join(before["won"], how="inner").groupby("deal_stage")["won"].agg(["size", "sum"])
        )
        counted = each.reindex(stage).set_axis(now.index).fillna(0)
        staged = stage.notna() & (now["age"] <= limit)
        n, won = np.where(staged, counted["size"], n), np.where(staged, counted["sum"], won)
        found["deal_stage"] = stage
    rate = (before["won"].sum() + 0.5) / (len(before) + 1)
    chances = pd.DataFrame(
        dict(zip(CHANCES, shrunk_rates(won, n, rate), strict=True)), index=found.index
    )
    few = n < ALIKE
    for name, unknown in zip(CHANCES, (np.nan, 0.0, 1.0), strict=True):
        found[name] = chances[name].mask(few, unknown)
    return found.assign(earlier=n.astype(int))


def known_at_entry(known: pd.DataFrame, firms: pd.DataFrame) -> pd.DataFrame:
    """Return what was known of each deal when it was entered: the client's own columns, and the firm.

    Its amount is not: many clients write 0 once a deal is lost. Nor is a column of theirs with a frequent
    value that is always or never won: it was written, or filled, when the deal ended.
    """
    ours = {*CONTRACT["opportunities"].names, "period", "over", "won", "age"}
    firm = firms.set_index("party_id").reindex(known["party_id"]).set_index(known.index)
    sizes = firm.reindex(columns=list(SIZES)).astype("float64").clip(lower=0).apply(np.log1p)
    own = [name for name in known if name not in ours and not _tells_the_end(known, name)]
    facts = known[own].join(firm.reindex(columns=[*TEXTS]))
    facts = facts.astype("str").join(sizes)
    return facts.loc[:, facts.nunique() > 1]


def _tells_the_end(known: pd.DataFrame, name: Hashable) -> bool:
    """Tell whether a value that so many closed deals share, or its absence, is always or never won."""
    over = known[known["over"]]
    each = over.groupby(over[name].astype("str").fillna(""))["won"].agg(["size", "mean"])
    return bool(each.loc[each["size"] >= RARE, "mean"].isin([0.0, 1.0]).any())


def trial(known: pd.DataFrame, facts: pd.DataFrame, *, day: pd.Timestamp | None = None) -> Trial:
    """Hold a regression against one rate: learned on deals closed before a day, tested on later ones.

    Parameters
    ----------
    day : None: the day by which half of the closed deals had been entered
    """
    from sklearn.metrics import brier_score_loss, roc_auc_score

    over = known[known["over"]]
    told = Trial(len(over), float(over["won"].mean()) if len(over) else np.nan)
    if len(over) < FEW_FOR_REGRESSION or facts.empty:
        return told
    day = pd.Timestamp(over["entered"].median()) if day is None else day
    before, after = over[over["closed"] < day], over[over["entered"] >= day]
    if min(before["won"].nunique(), after["won"].nunique()) < 2:
        return told
    chance = regression(before, facts, after)
    rate = np.full(len(after), before["won"].mean())
    return told._replace(
        tested=len(after),
        auc=float(roc_auc_score(after["won"], chance)),
        brier=float(brier_score_loss(after["won"], chance)),
        brier_of_rate=float(brier_score_loss(after["won"], rate)),
    )


def regression(before: pd.DataFrame, facts: pd.DataFrame, of: pd.DataFrame) -> np.ndarray:
    """Return the chances of deals by a ridge logistic regression that learned on earlier ones."""
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    sizes = [name for name in facts if name in SIZES]
    texts = [name for name in facts if name not in SIZES]
    values = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=RARE)
    columns = make_column_transformer(
        (values, texts), (make_pipeline(SimpleImputer(), StandardScaler()), sizes)
    )
    model = make_pipeline(columns, LogisticRegression(max_iter=1000))
    model.fit(facts.loc[before.index], before["won"])
    return np.asarray(model.predict_proba(facts.loc[of.index])[:, 1])


def open_deals(
    deals: pd.DataFrame,
    stages: pd.DataFrame | None,
    firms: pd.DataFrame,
    letters: pd.Series,
    *,
    rates: tuple[float, float],
    letter: float,
    end: date,
) -> tuple[pd.DataFrame, Trial]:
    """Return each open deal with its chance and its profit, and what the chances rest on.

    Where a regression foretold better than one rate, it moves the odds of each deal.

    Parameters
    ----------
    deals, stages : the input tables
    firms : DataFrame party_id with attributes, of customers and prospects
    letters : ids of parties whose signed letter of intent is in force
    rates : of `usual_rates`
    letter : the chance that such a letter counts for

    Returns
    -------
    DataFrame, a row per open deal: ``opportunity_id, party_id`` (missing: nobody's), ``entered, amount``,
    the columns of `win_chances`, ``profit_year2`` (what it leaves a year if it is won, in money)
    """
    from scipy.special import expit, logit

    known = as_of(deals, end=end)
    facts = known_at_entry(known, firms)
    told, chances = trial(known, facts), win_chances(known, stages, end=end)
    now = known.loc[chances.index]
    if told.better:
        over = known[known["over"]]
        moved = logit(regression(over, facts, now)) - logit(told.won)
        for name in CHANCES:
            chances[name] = expit(logit(chances[name]) + moved)
    chances.loc[among(now["party_id"], letters), CHANCES] = letter
    profit, work = rates
    own = now["margin_rate"].astype("float64") if "margin_rate" in now else np.nan
    rate = pd.Series(own, index=now.index) - work
    amount = now["amount"].astype("float64")
    found = now[["party_id", "entered"]].assign(amount=amount)
    found = found.join(chances).assign(profit_year2=amount * rate.fillna(profit))
    return found.reset_index().sort_values("opportunity_id", ignore_index=True), told


def letters_in_force(evidence: pd.DataFrame | None, *, end: date, months: int) -> pd.Series:
    """Return the parties with a signed letter of intent that holds on a day: until then, or so recent."""
    if evidence is None:
        return pd.Series(dtype="str")
    last = pd.Timestamp(end)
    until = evidence["until"] if "until" in evidence else pd.Series(pd.NaT, index=evidence.index)
    holds = (until >= last) | (until.isna() & (evidence["date"] >= months_earlier(end, months)))
    signed = (evidence["code"] == LETTER) & (evidence["date"] <= last) & holds
    return evidence.loc[signed, "party_id"].drop_duplicates()


def usual_rates(statement: pd.DataFrame) -> tuple[float, float]:
    """Return the median profit rate of those who bought, and what work and capital take of revenue."""
    own = statement[statement["active"] & (statement["relation"] == "external")]
    own = own[own["invoice_revenue"] > 0]
    sales, profit = own["invoice_revenue"].astype(float), own["customer_profit"].astype(float)
    work = (own["gross_margin"].astype(float) - profit) / sales
    return float((profit / sales).median()), float(work.median())


def win_outcome(told: Trial, deals: pd.DataFrame) -> Outcome:
    """Say what the chances of the open deals rest on, and how many of these are nobody's."""
    if told.closed < FEWEST:
        return outcome_of("win_chances", "REFUSE", n=number(told.closed))
    nobody = int(deals["party_id"].isna().sum())
    test = _("{n} closed deals are too few to test whether more can be foretold").format(
        n=number(told.closed)
    )
    if told.tested:
        words = _(
            "on {n} later deals a regression on what was known at entry had an AUC of {auc} and a Brier "
            "score of {brier}, one rate for all {rate}"
        )
        test = words.format(
            n=number(told.tested),
            auc=number(told.auc, 2),
            brier=number(told.brier, 3),
            rate=number(told.brier_of_rate, 3),
        )
    apart = _(" {n} open deals name nobody: they count, and open no door.").format(n=number(nobody))
    return outcome_of(
        "win_chances",
        "PASS" if told.better else "FLAG",
        n=number(told.closed),
        won=percent(told.won),
        test=test,
        apart=apart if nobody else "",
    )


class Outlook(NamedTuple):
    """What open deals bring together: the expected value, and how far from it they may end.

    `nothing` is the chance that none is won; in one of ten cases less than `worst` comes, in one of ten
    more than `best`.
    """

    expected: float
    nothing: float
    worst: float
    best: float


def outlook(chances: ArrayLike, values: ArrayLike) -> Outlook:
    """Return what deals bring together that are won or lost each for itself.

    Examples
    --------
    >>> found = outlook([0.9, 0.6, 0.3, 0.2], [100, 50, 80, 20])
    >>> round(found.expected, 6), round(found.nothing, 4), found.worst, found.best
    (148.0, 0.0224, 100.0, 230.0)
    """
    p, value = np.asarray(chances, dtype=np.float64), np.asarray(values, dtype=np.float64)
    rng = np.random.default_rng(SEED)
    sums = np.zeros(DRAWS)
    for chance, worth in zip(p, value, strict=True):
        sums += worth * (rng.random(DRAWS) < chance)
    worst, best = np.quantile(sums, TENTHS)
    return Outlook(float(p @ value), float(np.prod(1 - p)), float(worst), float(best))
