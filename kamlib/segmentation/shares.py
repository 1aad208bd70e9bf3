"""How concentrated the profit is: x % bring y %, Gini with losses, and how sure that is."""

import numpy as np
import pandas as pd

from kamlib.core.language import _, cases, money, ngettext, number, percent
from kamlib.core.outcomes import Outcome, outcome_of
from kamlib.core.rules import FEW_CUSTOMERS
from kamlib.numerics.concentration import count_reaching, gini, herfindahl, stobachoff, top_share
from kamlib.numerics.draws import Shares, resampled_shares
from kamlib.segmentation.classes import MEASURES

GIANT = 0.10  # share that makes a customer one by whom the whole stands or falls
ALIKE = 0.20  # Gini up to which no customer is a giant that a sample could miss
FIRST = {"first_1": 1, "first_5": 5, "first_10": 10}  # the share of so many of the best
MEASURED = (
    "measure",
    "customers",
    "few",
    "few_share",
    "few_low",
    "few_high",
    "top20",
    "top20_low",
    "top20_high",
    *FIRST,
    "gini",
    "effective_n",
    "positive",
    "lost",
    "losing",
    "total",
    "total_low",
    "total_high",
    "peak_at",
    "stobachoff",
    "interval_level",
)


def concentration(
    statement: pd.DataFrame, *, threshold: float, draws: int, level: float, seed: int
) -> pd.DataFrame:
    """Measure the concentration of revenue, gross margin and customer profit side by side.

    Returns
    -------
    DataFrame, one row per known measure: ``measure``, ``customers`` (active, with a known measure),
    ``few`` (customers
    who bring `threshold` of what those who earn bring; 0 where nothing is positive), ``few_share`` with
    ``few_low``/``few_high``, ``top20`` (share of what those who earn bring of the best 20 %) with
    ``top20_low``/``top20_high``, ``first_1``, ``first_5`` and ``first_10`` (the same of so many of the
    best), ``gini`` (0 to 1, valid with losses), ``effective_n``,
    ``positive``, ``lost``, ``losing`` (customers), ``total`` with ``total_low``/``total_high``,
    ``peak_at`` (customers), ``stobachoff``, ``interval_level`` (0 to 1, of all three intervals)

    Notes
    -----
    Intervals are plain percentile bootstrap over customers.
    """
    active = statement[statement["active"]].sort_values("customer_id")
    rows = []
    for name in MEASURES:
        values = active[name].dropna().to_numpy(dtype=np.float64)
        if len(values):
            drawn = resampled_shares(values, share=threshold, draws=draws, seed=seed)
            ends = _ends(drawn, level, len(values))
            rows.append({"measure": name, **_measured(values, threshold), **ends})
    return pd.DataFrame(rows, columns=list(MEASURED))


def giants(statement: pd.DataFrame, *, above: float = GIANT) -> pd.Series:
    """Return who alone brings more than a share of revenue: their shares by id, the largest first."""
    active = statement[statement["active"]].set_index("customer_id")
    revenue = active["invoice_revenue"].astype(float).clip(lower=0)
    share = revenue / revenue.sum()
    return share[share > above].sort_values(ascending=False)


def _measured(values: np.ndarray, threshold: float) -> dict[str, float]:
    few = int(count_reaching(values, threshold))
    return {
        "customers": len(values),
        "few": few,
        "few_share": few / len(values),
        "top20": float(top_share(values)),
        **{name: float(top_share(values, min(n / len(values), 1.0))) for name, n in FIRST.items()},
        "gini": float(gini(values)),
        "effective_n": float(1 / herfindahl(values)),
        "positive": values.clip(0).sum(),
        "lost": -values.clip(None, 0).sum(),
        "losing": int((values < 0).sum()),
        "total": values.sum(),
        "peak_at": int((values > 0).sum()),
        "stobachoff": float(stobachoff(values)),
    }


def _ends(drawn: Shares, level: float, n: int) -> dict[str, float]:
    """Return both ends of the intervals of few_share, top20 and total."""
    found = {"interval_level": level}
    shares = {"few": drawn.few / n, "top20": drawn.top, "total": drawn.total}
    for name, found_in in shares.items():
        known = found_in[~np.isnan(found_in)]
        ends = (
            np.quantile(known, [(1 - level) / 2, (1 + level) / 2]) if known.size else [np.nan] * 2
        )
        found[f"{name}_low"], found[f"{name}_high"] = map(float, ends)
    return found


def net_shares_outcome(measures: pd.DataFrame, *, measure: str | None, currency: str) -> Outcome:
    """Judge whether shares of the net total may be shown.

    Tested in this order: total not positive, its interval contains zero, total below two thirds
    of what those who earn bring.
    """
    rows = measures[measures["measure"] == measure]
    if rows.empty:
        said = _("No measure of profit is known, so there are no shares of it.")
        return outcome_of("net_shares", "REFUSE", said=said)
    row = rows.iloc[0]
    if row["total"] <= 0:
        said = _("The total is {total}: a share of it has no meaning. Money is shown.")
    elif row["total_low"] <= 0 <= row["total_high"]:
        said = _(
            "The total of {total} could as well be nothing ({low} to {high} in {cases}), so shares "
            "of it are not shown. {back}."
        )
    elif row["total"] < 2 / 3 * row["positive"]:
        said = _(
            "{back}, so shares of the total would flatter the best. Shares are of what those who earn "
            "bring."
        )
    else:
        return outcome_of("net_shares", "PASS")
    return outcome_of("net_shares", "REFUSE", said=said.format(**_words(row, currency)))


def _words(row: pd.Series, currency: str) -> dict[str, str]:
    positive = row["positive"] or np.nan
    back = ngettext(
        "Of every 100 earned, {back} are given back by {n} customer and {left} remain",
        "Of every 100 earned, {back} are given back by {n} customers and {left} remain",
        int(row["losing"]),
    )
    return {
        "total": money(row["total"], currency),
        "low": money(row["total_low"], currency),
        "high": money(row["total_high"], currency),
        "cases": cases(row["interval_level"]),
        "back": back.format(
            back=number(100 * row["lost"] / positive, 1),
            n=number(row["losing"]),
            left=number(100 * row["total"] / positive, 1),
        ),
    }


def interval_outcome(measures: pd.DataFrame) -> Outcome:
    """Say what a plain bootstrap interval is worth here: much where customers are much alike."""
    n = int(measures["customers"].max()) if len(measures) else 0
    alike = n >= FEW_CUSTOMERS and bool((measures["gini"] <= ALIKE).all())
    largest = float(measures["first_1"].max()) if len(measures) else 0.0
    giant = _(" The largest alone brings {share}: one such more or less moves it further.").format(
        share=percent(largest)
    )
    return outcome_of(
        "interval",
        "PASS" if alike else "FLAG",
        n=number(n),
        covered=_("30 to 82") if largest > GIANT else _("72 to 82"),
        giant=giant if largest > GIANT else "",
    )
