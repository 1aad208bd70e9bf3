"""Profit classes: who is one of the vital few, who loses money, and what revenue would have said."""

import numpy as np
import pandas as pd

from kamlib.core.codes import CLASSES_BEFORE, PROFIT_CLASSES
from kamlib.core.errors import DataError
from kamlib.core.frames import (
    main_measure,
    require_columns,
    require_complete,
    require_one_row_each,
    require_share,
)
from kamlib.core.language import _, number
from kamlib.core.outcomes import Balance, Outcome, outcome_of
from kamlib.core.rules import FEW_CUSTOMERS
from kamlib.core.vocabulary import label
from kamlib.numerics.concentration import count_reaching

MEASURES = ("invoice_revenue", "gross_margin", "customer_profit")
SEGMENTS = {
    "period": "str",
    "customer_id": "str",
    "measure": "str",
    **dict.fromkeys(MEASURES, "float64"),
    "rank": "Int64",
    "customer_share": "float64",
    "cumulative_share": "float64",
    "profit_class": "str",
}
UNKNOWN = "unknown"  # class of a customer whose measure is not known


def whale_curve(customers: pd.DataFrame, *, measure: str = "customer_profit") -> pd.DataFrame:
    """Rank customers by a measure and accumulate it, best first.

    From  ``customer_id, <measure>, ...``
    to    ``... + rank, customer_share, cumulative``, best first.

    Notes
    -----
    ``customer_share`` runs from 1/n to 1. ``cumulative`` ends at the total; it peaks before the end when
    some customers lose money. Equal values are ordered by ``customer_id``.

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

    Returns
    -------
    DataFrame, `curve` with ``cumulative_share`` (of what those who earn bring, 0 to 1) and ``profit_class``
    """
    require_share(threshold, name="threshold")
    earned = curve[measure].clip(lower=0)
    first = np.arange(len(curve)) < count_reaching(curve[measure], threshold)
    classes = np.select([curve[measure] < 0, first], ["loss_making", "vital_few"], "useful_many")
    share = earned.cumsum() / (earned.sum() if earned.any() else np.nan)
    return curve.assign(cumulative_share=share, profit_class=classes)


def segment(statement: pd.DataFrame, *, measure: str | None, threshold: float) -> pd.DataFrame:
    """Class the active customers of every period by one measure.

    From  the statement (customer × period)
    to    ``period, customer_id, measure, <the three measures>, rank, customer_share,
          cumulative_share, profit_class``; no rows without a measure. Who has none stands last, in
          the class ``unknown`` and without a rank.

    Raises
    ------
    DataError
        The measure is not known for the whole of any period.
    """
    if measure is None:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in SEGMENTS.items()})
    active = statement[statement["active"]]
    parts = []
    for period, rows in active.groupby("period"):
        known = rows[measure].notna()
        if not known.any():
            continue
        own = rows[["customer_id", *MEASURES]]
        curve = whale_curve(own[known], measure=measure)
        classes = split_vital_few(curve, threshold=threshold, measure=measure)
        silent = own[~known].sort_values("customer_id").assign(profit_class=UNKNOWN)
        both = [part for part in (classes, silent) if len(part)]
        parts.append(pd.concat(both, ignore_index=True).assign(period=period, measure=measure))
    if not parts:
        raise DataError(
            f"{measure} is not known for any period, so there are no profit classes. "
            f"Run notebooks/02_profitability.ipynb with the cost that it asks for."
        )
    return pd.concat(parts, ignore_index=True)[list(SEGMENTS)].astype({"rank": SEGMENTS["rank"]})


def class_summary(segments: pd.DataFrame) -> pd.DataFrame:
    """Count customers and add up the measure per profit class.

    Returns
    -------
    DataFrame ``profit_class, customers, customer_share, amount, share`` (of what those who earn
    bring); a row for those of unknown class where there are any
    """
    measure = segments["measure"].iloc[0] if len(segments) else MEASURES[-1]
    positive = segments[measure].clip(lower=0).sum()
    sums = segments.groupby("profit_class")[measure].agg(["size", "sum"])
    silent = (segments["profit_class"] == UNKNOWN).any()
    names = [name for name in PROFIT_CLASSES if silent or name != UNKNOWN]
    sums = sums.reindex(names).fillna(0)
    if silent:
        sums.loc[UNKNOWN, "sum"] = np.nan
    return pd.DataFrame(
        {
            "profit_class": sums.index,
            "customers": sums["size"].astype(int).to_numpy(),
            "customer_share": (sums["size"] / len(segments)).to_numpy(),
            "amount": sums["sum"].to_numpy(),
            "share": (sums["sum"] / positive).to_numpy() if positive else np.nan,
        }
    )


def class_transitions(segments: pd.DataFrame, *, period: str, previous: str) -> pd.DataFrame:
    """Count which class customers of each class of the previous period are in today.

    Returns
    -------
    DataFrame, one row per class then (``inactive``: did not buy): ``class_before`` and a count per class
    now, such as ``vital_few_now``; no rows where the previous period has no classes
    """
    then, now = (
        segments[segments["period"] == name].set_index("customer_id")["profit_class"]
        for name in (previous, period)
    )
    both = pd.DataFrame({"class_before": then, "now": now}).fillna("inactive")
    order = list(CLASSES_BEFORE)
    counts = pd.crosstab(both["class_before"], both["now"] + "_now")
    counts = counts.reindex(index=order, columns=[f"{name}_now" for name in order], fill_value=0)
    known = [name for name in order if name != UNKNOWN or (both == UNKNOWN).any(axis=None)]
    counts = counts.loc[known, [f"{name}_now" for name in known]]
    return counts.rename_axis(columns=None).reset_index() if len(then) else counts.head(0)


def class_flips(statement: pd.DataFrame, *, measure: str | None, threshold: float) -> pd.DataFrame:
    """Return the customers whose class by revenue is not their class by the main measure.

    Both are classes among those whose main measure is known.

    Returns
    -------
    DataFrame ``customer_id, by_revenue, by_measure, invoice_revenue, <measure>``; largest revenue
    first; no rows without a measure
    """
    if measure is None:
        return pd.DataFrame(columns=["customer_id", "by_revenue", "by_measure", "invoice_revenue"])
    active = statement[statement["active"] & statement[measure].notna()]
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


def measure_outcomes(statement: pd.DataFrame) -> list[Outcome]:
    """Judge what classes rest on, and whether there are enough customers to rank."""
    measure = main_measure(statement)
    outcome = {"customer_profit": "PASS", "gross_margin": "FLAG"}.get(measure or "", "REFUSE")
    n = int(statement["active"].sum())
    many = "REFUSE" if n == 0 else "FLAG" if n < FEW_CUSTOMERS else "PASS"
    return [
        outcome_of("customers_in_rankings", many, n=number(n)),
        outcome_of("class_measure", outcome),
    ]


def class_balances(
    statement: pd.DataFrame, segments: pd.DataFrame, *, measure: str | None, currency: str
) -> list[Balance]:
    """Draw up what came in from the statement and what the classes hold: customers and money."""
    active = statement[statement["active"]]
    rows = Balance(_("Customers in classes"), "rows").start(_("Active customers"), len(active))
    if measure is None:
        rows.change(_("Not classed"), -len(active), _("no measure of profit is known"))
        return [rows.end(_("In no class"), 0)]
    sums = segments.groupby("profit_class")[measure].agg(["size", "sum"]).to_dict("index")
    rows = Balance(_("Customers in classes"), "rows").start(_("In no class"), 0)
    held = Balance(_("{what} in classes").format(what=label(measure)), currency)
    held.start(_("In no class"), 0)
    for name, words in PROFIT_CLASSES.items():
        of_class = sums.get(name, {"size": 0, "sum": 0.0})
        rows.change(_(words), int(of_class["size"]))
        held.change(_(words), round(float(of_class["sum"]), 2))
    total, silent = round(float(active[measure].sum()), 2), active[measure].isna().any()
    return [
        rows.end(_("Active customers"), len(active)),
        held.end(
            _("Customers whose measure is known") if silent else _("All active customers"), total
        ),
    ]
