"""How concentrated the profit is: whale curve, profit classes, x % bring y %, Gini with losses."""

import numpy as np
import pandas as pd

from kamlib.checks import require_columns, require_complete, require_one_row_each, require_share
from kamlib.columns import PROFIT_CLASSES, label
from kamlib.errors import DataError
from kamlib.language import _, money, number, percent
from kamlib.numerics import count_reaching, gini, herfindahl, resampled, stobachoff, top_share
from kamlib.verdicts import Balance, Verdict, verdict

FEW_CUSTOMERS = 30
MEASURES = ("invoice_revenue", "gross_margin", "customer_profit")


def main_measure(statement: pd.DataFrame) -> str | None:
    """Return what classes rest on: customer profit, else gross margin, else None."""
    active = statement[statement["active"]]
    for name in ("customer_profit", "gross_margin"):
        if len(active) and active[name].notna().all():
            return name
    return None


def whale_curve(customers: pd.DataFrame, *, measure: str = "customer_profit") -> pd.DataFrame:
    """Rank customers by a measure and accumulate it, best first.

    From  ``customer_id, <measure>, ...``
    to    ``... + rank, customer_share, cumulative``, best first.

    Parameters
    ----------
    customers : DataFrame, one row per customer; the measure is money and may be negative
    measure : str, the column to rank by

    Returns
    -------
    DataFrame, as many rows as `customers`
        ``customer_share`` runs from 1/n to 1. ``cumulative`` ends at the total; it peaks before the
        end when some customers lose money.

    Raises
    ------
    DataError
        A column is absent, a value is missing, or a customer occurs twice.

    Notes
    -----
    Equal values are ordered by ``customer_id``, so a re-run gives the same rows.

    Examples
    --------
    >>> book = pd.DataFrame({"customer_id": ["A", "B", "C"],
    ...                      "customer_profit": [30.0, -20.0, 90.0]})
    >>> whale_curve(book)["cumulative"].tolist()
    [90.0, 120.0, 100.0]
    """
    require_columns(customers, "customer_id", measure, of="customer")
    require_complete(customers, measure, of="customer")
    require_one_row_each(customers, of="customer")

    ranked = customers.sort_values(
        [measure, "customer_id"], ascending=[False, True], ignore_index=True
    )
    place = np.arange(1, len(ranked) + 1)
    return ranked.assign(
        rank=place, customer_share=place / len(ranked), cumulative=ranked[measure].cumsum()
    )


def split_vital_few(
    curve: pd.DataFrame, *, threshold: float = 0.80, measure: str = "customer_profit"
) -> pd.DataFrame:
    """Label each customer vital_few, useful_many or loss_making.

    The vital few are the smallest group that earns at least `threshold` of the *positive* profit.
    Loss-makers are left out of that base: against the net total, a book with large losses reaches
    80 percent with almost nobody.

    Parameters
    ----------
    curve : DataFrame from `whale_curve`
    threshold : float, share of the positive measure, default 0.80
    measure : str, the column the curve ranks by

    Returns
    -------
    DataFrame, `curve` with ``cumulative_share`` (of the positive sum, 0 to 1) and ``profit_class``

    Raises
    ------
    ParameterError
        `threshold` is not between 0 and 1.
    """
    require_share(threshold, name="threshold")
    earned = curve[measure].clip(lower=0)
    running = earned.cumsum()
    target = threshold * earned.sum()
    earned_before = running - earned
    short = (earned_before < target) & ~np.isclose(earned_before, target) & (earned > 0)
    classes = np.select([curve[measure] < 0, short], ["loss_making", "vital_few"], "useful_many")
    share = running / earned.sum() if earned.any() else running * np.nan
    return curve.assign(cumulative_share=share, profit_class=classes)


def segment(statement: pd.DataFrame, *, measure: str, threshold: float) -> pd.DataFrame:
    """Class the active customers of every period by one measure.

    From  the statement (customer × period)
    to    ``period, customer_id, measure, <the three measures>, rank, customer_share,
          cumulative_share, profit_class``.
    """
    active = statement[statement["active"]]
    parts = []
    for period, rows in active.groupby("period"):
        if rows[measure].isna().any():
            continue
        curve = whale_curve(rows[["customer_id", *MEASURES]], measure=measure)
        classes = split_vital_few(curve, threshold=threshold, measure=measure)
        parts.append(classes.assign(period=period, measure=measure))
    if not parts:
        raise DataError(
            f"{measure} is not known for any period, so there are no profit classes. "
            f"Run notebooks/02_profitability.ipynb with the cost that it asks for."
        )
    names = ["period", "customer_id", "measure", *MEASURES, "rank", "customer_share"]
    return pd.concat(parts, ignore_index=True)[[*names, "cumulative_share", "profit_class"]]


def concentration_curves(statement: pd.DataFrame) -> pd.DataFrame:
    """Return the running share of the positive sum for each known measure, best first.

    Returns
    -------
    DataFrame ``measure, customer_share, cumulative_share``, the main measure last
    """
    active = statement[statement["active"]]
    parts = []
    for name in MEASURES:
        if len(active) and active[name].notna().all() and (active[name] > 0).any():
            curve = split_vital_few(whale_curve(active, measure=name), measure=name)
            parts.append(curve[["customer_share", "cumulative_share"]].assign(measure=name))
    return pd.concat(parts, ignore_index=True)[["measure", "customer_share", "cumulative_share"]]


def concentration(
    statement: pd.DataFrame, *, threshold: float, draws: int, level: float, seed: int
) -> pd.DataFrame:
    """Measure the concentration of revenue, gross margin and customer profit side by side.

    Returns
    -------
    DataFrame, one row per known measure: ``measure``, ``customers`` (active), ``few`` (customers
    who bring `threshold` of the positive sum), ``few_share`` with ``few_low``/``few_high``,
    ``top20`` (share of the positive sum of the best 20 %) with ``top20_low``/``top20_high``,
    ``gini`` (0 to 1, valid with losses), ``effective_n``, ``positive``, ``lost``, ``total`` with
    ``total_low``/``total_high``, ``peak_at`` (customers), ``stobachoff``

    Notes
    -----
    Intervals are plain percentile bootstrap over customers.
    """
    active = statement[statement["active"]].sort_values("customer_id")
    rows = []
    for name in MEASURES:
        values = active[name].to_numpy(dtype=np.float64)
        if len(values) == 0 or np.isnan(values).any():
            continue
        drawn = _bootstrap(values, threshold=threshold, draws=draws, seed=seed)
        low, high = np.nanquantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=1)
        rows.append({
            "measure": name, "customers": len(values),
            "few": int(count_reaching(values, threshold)),
            "few_share": float(count_reaching(values, threshold) / len(values)),
            "few_low": low[0], "few_high": high[0],
            "top20": float(top_share(values)), "top20_low": low[1], "top20_high": high[1],
            "gini": float(gini(values)), "effective_n": float(1 / herfindahl(values)),
            "positive": values.clip(0).sum(), "lost": -values.clip(None, 0).sum(),
            "losing": int((values < 0).sum()), "total": values.sum(),
            "total_low": low[2], "total_high": high[2],
            "peak_at": int((values > 0).sum()), "stobachoff": float(stobachoff(values)),
        })  # fmt: skip
    return pd.DataFrame(rows)


def _bootstrap(values: np.ndarray, *, threshold: float, draws: int, seed: int) -> np.ndarray:
    """Return draws of few_share, top20 and total, array 3 × draws."""
    parts = [
        np.stack([
            count_reaching(sample, threshold) / len(values),
            top_share(sample),
            sample.sum(axis=-1),
        ])
        for sample in resampled(values, draws=draws, seed=seed)
    ]  # fmt: skip
    return np.concatenate(parts, axis=1)


def net_shares_verdict(measures: pd.DataFrame, *, measure: str, currency: str) -> Verdict:
    """Judge whether shares of the net total may be shown.

    Tested in this order: total not positive, its interval contains zero, total below two thirds
    of the positive sum.
    """
    row = measures[measures["measure"] == measure].iloc[0]
    if row["total"] <= 0:
        said = _("The total is {total}: a share of it has no meaning. Money is shown.").format(
            total=money(row["total"], currency)
        )
    elif row["total_low"] <= 0 <= row["total_high"]:
        said = _(
            "The total of {total} could as well be nothing ({low} to {high} in nine draws of ten), "
            "so shares of it are not shown. Of every 100 earned, {back} are given back by {n} "
            "customers and {left} remain."
        ).format(**_given_back(row, currency))
    elif row["total"] < 2 / 3 * row["positive"]:
        said = _(
            "Of every 100 earned, {back} are given back by {n} customers and {left} remain, so "
            "shares of the total would flatter the best. Shares are of the positive sum."
        ).format(**_given_back(row, currency))
    else:
        return verdict("net_shares", "PASS")
    return verdict("net_shares", "REFUSE", said=said)


def _given_back(row: pd.Series, currency: str) -> dict[str, str]:
    return {
        "total": money(row["total"], currency),
        "low": money(row["total_low"], currency),
        "high": money(row["total_high"], currency),
        "back": number(100 * row["lost"] / row["positive"], 1),
        "left": number(100 * row["total"] / row["positive"], 1),
        "n": number(row["losing"]),
    }


def class_summary(segments: pd.DataFrame) -> pd.DataFrame:
    """Count customers and add up the measure per profit class.

    Returns
    -------
    DataFrame ``profit_class, customers, customer_share, amount, share`` (of the positive sum)
    """
    measure = segments["measure"].iloc[0]
    positive = segments[measure].clip(lower=0).sum()
    sums = segments.groupby("profit_class")[measure].agg(["count", "sum"])
    sums = sums.reindex(["vital_few", "useful_many", "loss_making"]).fillna(0)
    return pd.DataFrame({
        "profit_class": sums.index,
        "customers": sums["count"].astype(int).to_numpy(),
        "customer_share": (sums["count"] / len(segments)).to_numpy(),
        "amount": sums["sum"].to_numpy(),
        "share": (sums["sum"] / positive).to_numpy() if positive else np.nan,
    })  # fmt: skip


def class_flips(statement: pd.DataFrame, *, measure: str, threshold: float) -> pd.DataFrame:
    """Return the customers whose class by revenue is not their class by the main measure.

    Returns
    -------
    DataFrame ``customer_id, by_revenue, by_measure, invoice_revenue, <measure>``; largest revenue
    first
    """
    active = statement[statement["active"]]
    by = {}
    for name in ("invoice_revenue", measure):
        curve = split_vital_few(
            whale_curve(active, measure=name), threshold=threshold, measure=name
        )
        by[name] = curve.set_index("customer_id")["profit_class"]
    table = active[["customer_id", "invoice_revenue", measure]].assign(
        by_revenue=active["customer_id"].map(by["invoice_revenue"]),
        by_measure=active["customer_id"].map(by[measure]),
    )
    flipped = table[table["by_revenue"] != table["by_measure"]]
    return flipped.sort_values(
        ["invoice_revenue", "customer_id"], ascending=[False, True], ignore_index=True
    )[["customer_id", "by_revenue", "by_measure", "invoice_revenue", measure]]


def measure_verdicts(statement: pd.DataFrame) -> list[Verdict]:
    """Judge what classes rest on, and whether there are enough customers to rank."""
    measure = main_measure(statement)
    outcome = {"customer_profit": "PASS", "gross_margin": "FLAG"}.get(measure or "", "REFUSE")
    n = int(statement["active"].sum())
    many = "REFUSE" if n == 0 else "FLAG" if n < FEW_CUSTOMERS else "PASS"
    return [verdict("customers_in_rankings", many, n=number(n)), verdict("class_measure", outcome)]


def interval_verdict(measures: pd.DataFrame, *, level: float) -> Verdict:
    """Say what a plain bootstrap interval is worth here."""
    n = int(measures["customers"].max()) if len(measures) else 0
    return verdict("interval", "FLAG", n=number(n), level=percent(level))


def class_balances(
    statement: pd.DataFrame, segments: pd.DataFrame, *, measure: str, currency: str
) -> list[Balance]:
    """Draw up what came in from the statement and what the classes hold: customers and money."""
    active = statement[statement["active"]]
    sums = segments.groupby("profit_class")[measure].agg(["count", "sum"])
    rows = Balance(_("Customers in classes"), "rows").start(_("Active customers"), len(active))
    money_in = round(float(active[measure].sum()), 2)
    held = Balance(_("{what} in classes").format(what=label(measure)), currency)
    held.start(_("All active customers"), money_in)
    for name, words in PROFIT_CLASSES.items():
        count, amount = sums.loc[name] if name in sums.index else (0, 0.0)
        rows.change(_(words), -int(count))
        held.change(_(words), -round(float(amount), 2))
    return [rows.end(_("In no class"), 0), held.end(_("In no class"), 0)]
