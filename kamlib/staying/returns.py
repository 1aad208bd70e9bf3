"""The chance of return: four candidates and the base rate, chosen by what they foretold.

Each stands one horizon before the end of the input and knows nothing later. The lowest Brier score
wins, unless a simpler one is as good within the larger of .005 and one standard error.
"""

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kamlib.core.tables import among, content_hash
from kamlib.numerics.rates import INTERVAL, shrunk_rates
from kamlib.staying.rhythm import cutoffs_before, months_away, slices

if TYPE_CHECKING:
    from kamlib.settings import Windows

BASE, DAYS, CELLS, SILENT = "base_rate", "order_days", "order_days_overdue", "silent"
REGRESSION = "regression"
CANDIDATES = (BASE, DAYS, CELLS, SILENT, REGRESSION)  # the simpler first
STAYING, PROJECT = "staying", "project"  # the same cells for other questions
MOST_ORDER_DAYS, SOME_ORDER_DAYS = 12, 3
FEW_CASES = 15
FEW_CUSTOMERS, FEW_GONE = 60, 15  # below either there is no regression
AS_GOOD = 0.005  # of a Brier score
CUTOFFS = 12  # monthly: each season once
HORIZONS, PROJECT_MONTHS, YEAR = (12, 6, 3), 24, 12
TERMS = ("intercept", "order_days", "silent_days", "tenure_days", "lateness")
SCORES = ("auc", "brier", "mean_chance", "happened", "tested_on")


def return_model(
    orders: pd.DataFrame,
    *,
    end: date,
    windows: "Windows",
    segments: pd.Series | None = None,
    projects: pd.Series | None = None,
) -> pd.DataFrame | None:
    """Fit the candidates, choose one out of time, and return what is frozen of them.

    Parameters
    ----------
    orders : DataFrame customer_id, date, of external customers
    end : last day that is looked at
    segments : Series, customer_id → industry segment
    projects : ids of customers who buy by project: they are looked at over 24 months

    Returns
    -------
    DataFrame, a row per candidate and ``band``: ``n`` customers, ``rate``, ``low`` and ``high`` (90 %
    interval); of the regression a row per term with its coefficient as ``rate`` and its row of the
    ``covariance``. Each has the ``winner``, ``horizon_months``, the scores of its candidate (missing
    where nothing could be tested), the days, and ``inputs``, the hash of what was measured. None where
    the input is too short.

    Notes
    -----
    Without a test it is the rate by order days and silence, over the longest horizon that fits.
    """
    last = pd.Timestamp(end)
    orders = orders.loc[orders["date"] <= last, ["customer_id", "date"]].drop_duplicates()
    if orders.empty:
        return None
    if orders["date"].max() < months_away(last, -1):
        last = orders["date"].max().normalize()

    def seen(until: pd.Timestamp, months: int, after: int = 0) -> pd.DataFrame:
        day = months_away(until, -months - after)
        days = cutoffs_before(orders, day, horizon=months, at_most=CUTOFFS)
        counted, ahead = windows.trend_months, (after, after + months)
        return slices(orders, days, ahead=ahead, months=counted, segments=segments)

    wanted = [windows.return_months, *(h for h in HORIZONS if h < windows.return_months)]
    months, rows = next(((h, found) for h in wanted if len(found := seen(last, h))), (0, None))
    if rows is None:
        return None
    fitted, winner = fit(rows), CELLS
    before = seen(months_away(last, -months), months)
    if len(before) and months == windows.return_months:
        winner, scores = choose(fit(before), rows[rows["cutoff"] == rows["cutoff"].max()])
        fitted = fitted.merge(scores, on="model", how="left")
    years = YEAR * windows.staying_years
    long = {STAYING: seen(last, YEAR, years - YEAR)}
    if projects is not None and len(projects):
        both = seen(last, PROJECT_MONTHS)
        long[PROJECT] = both[among(both["customer_id"], projects)] if len(both) else both
    cells = [_cells(part).assign(model=name) for name, part in long.items() if len(part)]
    return pd.concat([fitted, *cells], ignore_index=True).assign(
        winner=winner,
        horizon_months=months,
        window_start=orders["date"].min().normalize(),
        cutoff=rows["cutoff"].max(),
        window_end=last,
        inputs=content_hash(orders),
    )


def fit(rows: pd.DataFrame) -> pd.DataFrame:
    """Fit every candidate on `slices`: ``model, band, n, rate, low, high, covariance``."""
    base = rows["returned"].mean()
    parts = [
        _rates(rows, BASE, base),
        _rates(rows, DAYS, base),
        _cells(rows),
        _rates(rows, SILENT, base),
    ]
    gone = rows.loc[~rows["returned"], "customer_id"].nunique()
    if rows["customer_id"].nunique() >= FEW_CUSTOMERS and gone >= FEW_GONE and base > 0:
        parts.append(_regression(rows))
    return pd.concat(parts, ignore_index=True)


def bands(model: str, rows: pd.DataFrame) -> pd.Series:
    """Return the band of each row in which a candidate counts it."""
    if model == BASE:
        return pd.Series("all", index=rows.index)
    if model == DAYS:
        return rows["order_days"].clip(upper=MOST_ORDER_DAYS).astype(str)
    late = np.where(rows["overdue"], "overdue", "on time")
    if model in (CELLS, STAYING, PROJECT):
        rarely = np.where(rows["order_days"] < SOME_ORDER_DAYS, ", rarely", "")
        late = np.char.add(late, rarely)
    return pd.Series(late, index=rows.index)


def _cells(rows: pd.DataFrame) -> pd.DataFrame:
    """Rate by order days and silence, shrunk towards those who are as silent."""
    silent = _rates(rows, SILENT, rows["returned"].mean()).set_index("band")["rate"]
    return _rates(rows, CELLS, bands(SILENT, rows).map(silent))


def _rates(rows: pd.DataFrame, model: str, towards: float | pd.Series) -> pd.DataFrame:
    """Rate of each band, shrunk; a customer who is seen on several days counts as one."""
    seen = rows.assign(towards=towards).groupby(bands(model, rows))
    found = seen.agg(
        n=("customer_id", "nunique"), rate=("returned", "mean"), to=("towards", "first")
    )
    rate, low, high = shrunk_rates(found["n"] * found["rate"], found["n"], found["to"])
    table = found[["n"]].assign(model=model, rate=rate, low=low, high=high, covariance="")
    return table.rename_axis("band").reset_index()


def _design(rows: pd.DataFrame) -> np.ndarray:
    """Return an intercept and the logarithms of order days, silence, tenure and lateness."""
    late = (rows["silent_days"] / rows["usual_days"]).fillna(1.0)
    terms = [rows["order_days"], rows["silent_days"], rows["tenure_days"], late]
    return np.column_stack([np.ones(len(rows)), *(np.log1p(each.astype(float)) for each in terms)])


def _regression(rows: pd.DataFrame) -> pd.DataFrame:
    """Fit a ridge logistic regression, with a covariance that counts customers and not days."""
    from scipy.special import expit
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    terms, back = _design(rows), rows["returned"].to_numpy()
    scaler = StandardScaler().fit(terms[:, 1:])
    found = LogisticRegression().fit(scaler.transform(terms[:, 1:]), back)
    slopes = found.coef_[0] / scaler.scale_
    values = np.array([found.intercept_[0] - slopes @ scaler.mean_, *slopes])
    p = expit(terms @ values)
    ridge = np.diag([0.0, *scaler.scale_**2])
    bread = np.linalg.inv((terms.T * (p * (1 - p))) @ terms + ridge)
    pull = pd.DataFrame(terms * (back - p)[:, None]).groupby(rows["customer_id"].to_numpy()).sum()
    spread = bread @ (pull.T.to_numpy() @ pull.to_numpy()) @ bread
    return pd.DataFrame(
        {
            "model": REGRESSION,
            "band": TERMS,
            "n": rows["customer_id"].nunique(),
            "rate": values,
            "covariance": [" ".join(map(repr, row.tolist())) for row in spread],
        }
    )


def foretell(fitted: pd.DataFrame, model: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the chance of each row by one candidate: ``chance, low, high``; NaN in a band of nobody.

    Notes
    -----
    Nobody who is silent longer than usual has the rate of those on time: where a candidate does not look
    at silence, or knows fewer than 15 who were as silent, the rate of those who were is the most. Fewer
    than 15 leave the low end at 0. The base rate is one for all.
    """
    own = fitted[fitted["model"] == model].set_index("band")
    if model == BASE:
        return _banded(own, model, rows)[["chance", "low", "high"]]
    found = _regressed(own, rows) if model == REGRESSION else _banded(own, model, rows)
    if model in (STAYING, PROJECT):
        cell = found
    else:
        cell = _banded(fitted[fitted["model"] == CELLS].set_index("band"), CELLS, rows)
    overdue = rows["overdue"].to_numpy()
    few = overdue & ~(cell["n"].to_numpy() >= FEW_CASES)
    capped = few | (overdue & (model == DAYS))
    for name in ("chance", "low", "high"):
        lower = np.fmin(found[name], cell[name].fillna(1.0 if name == "high" else found[name]))
        found[name] = found[name].where(~capped, lower)
    return found.assign(low=found["low"].mask(few, 0.0))[["chance", "low", "high"]]


def _banded(own: pd.DataFrame, model: str, rows: pd.DataFrame) -> pd.DataFrame:
    found = own[["rate", "low", "high", "n"]].reindex(bands(model, rows)).set_axis(rows.index)
    return found.rename(columns={"rate": "chance"})


def _regressed(own: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    from scipy.special import expit, ndtri

    terms, own = _design(rows), own.loc[list(TERMS)]
    spread = np.array([[float(each) for each in row.split()] for row in own["covariance"]])
    middle = terms @ own["rate"].to_numpy(dtype=np.float64)
    error = np.sqrt(np.einsum("ij,jk,ik->i", terms, spread, terms))
    ends = {"chance": 0.0, "low": ndtri(INTERVAL[0]), "high": ndtri(INTERVAL[1])}
    chances = {name: expit(middle + z * error) for name, z in ends.items()}
    return pd.DataFrame(chances, index=rows.index)


def choose(fitted: pd.DataFrame, test: pd.DataFrame) -> tuple[str, pd.DataFrame]:
    """Hold every candidate against what happened, and choose one.

    Parameters
    ----------
    fitted : DataFrame of `fit`, on outcomes that end before the test begins
    test : DataFrame of `slices` of one day

    Returns
    -------
    winner : the simplest candidate that is as good as the best
    scores : DataFrame ``model, auc, brier, mean_chance, happened, tested_on``
    """
    from sklearn.metrics import roc_auc_score

    back = test["returned"].to_numpy()
    there = [name for name in CANDIDATES if name in set(fitted["model"])]
    chances = {n: foretell(fitted, n, test)["chance"].fillna(0.5).to_numpy() for n in there}
    errors = {name: (chance - back) ** 2 for name, chance in chances.items()}
    mixed = 0 < back.mean() < 1
    scores = pd.DataFrame(
        {
            "model": there,
            "auc": [roc_auc_score(back, chances[n]) if mixed else np.nan for n in there],
            "brier": [errors[name].mean() for name in there],
            "mean_chance": [chances[name].mean() for name in there],
            "happened": back.mean(),
            "tested_on": len(test),
        }
    )
    best = min(there, key=lambda name: errors[name].mean())
    apart = {name: errors[name] - errors[best] for name in there}
    allowed = {n: max(AS_GOOD, each.std(ddof=1) / len(test) ** 0.5) for n, each in apart.items()}
    winner = next(name for name in there if apart[name].mean() <= allowed[name])
    return winner, scores


def return_models(fitted: pd.DataFrame) -> pd.DataFrame:
    """Return a row per candidate: its scores where it was tested, and whether it won."""
    known = fitted[fitted["model"].isin(CANDIDATES)].drop_duplicates("model")
    names = ["model", *SCORES, "horizon_months", "cutoff", "window_end"]
    return known.reindex(columns=names).assign(won=known["model"] == known["winner"])


def repeat_rates(fitted: pd.DataFrame) -> pd.DataFrame:
    """Return the rate by order days, 0 to 12 (or more): ``order_days, n, rate``, and the days."""
    own = fitted[fitted["model"] == DAYS]
    table = own.assign(order_days=own["band"].astype(int)).set_index("order_days")
    table = table[["n", "rate"]].reindex(range(MOST_ORDER_DAYS + 1)).reset_index()
    days = {name: fitted[name].iloc[0] for name in ("window_start", "cutoff", "window_end")}
    return table.assign(n=table["n"].fillna(0).astype(int), **days)
