"""Golden shots: very profitable, no haggling, and hardly ever back."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kamlib.core.deductions import effects
from kamlib.core.language import _, day, percent
from kamlib.core.outcomes import Outcome, outcome_of
from kamlib.core.tables import among, content_hash, exact_sums, floats
from kamlib.core.timespans import months_earlier

if TYPE_CHECKING:
    from kamlib.settings import GoldenShot

YES, NO, EARLY = "yes", "no", "too young to tell"
PERCENTS = np.linspace(0, 1, 21)
ALL_SEGMENTS = "all"
FEWEST = 8
REFERENCE_MONTHS = 12
MATERIAL = 0.01  # of a margin, between frozen and measured afresh


def money_of_shots(
    months: pd.DataFrame,
    off_invoice: pd.DataFrame | None,
    statement: pd.DataFrame,
    *,
    end: date,
    months_back: int,
) -> pd.DataFrame:
    """Add up the money of the window that golden shots are measured over.

    Returns
    -------
    DataFrame, one row per customer: ``margin_rate``, ``discount_rate`` (NaN where nothing was
    sold), ``gross_margin``, ``profit`` over the window, ``on_profit`` (True where cost-to-serve
    covers it; else ``profit`` is the gross margin)
    """
    start = months_earlier(end, months_back)
    inside = months[(months["month"] >= start) & (months["month"] <= pd.Timestamp(end))]
    blind = inside["cost_of_goods_sold"].isna()
    if "revenue_without_cost" in inside:
        blind |= inside["revenue_without_cost"].gt(0).fillna(False)
    sums = exact_sums(inside, ["list_revenue", "invoice_revenue", "cost_of_goods_sold"])
    table = sums.assign(**{name: floats(sums[name]) for name in sums.columns[1:]})
    table["off_invoice"] = 0.0
    if off_invoice is not None and len(off_invoice):
        dated = off_invoice.assign(amount=effects(off_invoice))
        dated = dated[dated["date"].between(start, pd.Timestamp(end))]
        amount = dated.assign(amount=floats(dated["amount"])).groupby("customer_id")["amount"].sum()
        table["off_invoice"] = table["customer_id"].map(amount).fillna(0.0)
    pocket = table["invoice_revenue"] - table["off_invoice"]
    unknown = among(table["customer_id"], inside.loc[blind, "customer_id"])
    margin = (pocket - table["cost_of_goods_sold"]).mask(unknown)
    profit, covers = _profit(statement, start, end)
    return pd.DataFrame(
        {
            "customer_id": table["customer_id"],
            "margin_rate": margin / pocket.where(pocket > 0),
            "discount_rate": 1
            - table["invoice_revenue"] / table["list_revenue"].where(table["list_revenue"] > 0),
            "gross_margin": margin,
            "profit": table["customer_id"].map(profit).fillna(0.0).mask(unknown)
            if covers
            else margin,
            "on_profit": covers,
        }
    )


def _profit(statement: pd.DataFrame, start: pd.Timestamp, end: date) -> tuple[pd.Series, bool]:
    """Return customer profit over the computed periods, and whether they are the whole window."""
    known = statement[statement["customer_profit"].notna()]
    profit = known.groupby("customer_id")["customer_profit"].sum()
    spans = (
        known.groupby("period")[["period_start", "period_end"]].first().sort_values("period_start")
    )
    if spans.empty:
        return profit, False
    joined = (
        spans["period_start"].iloc[1:].to_numpy()
        == (spans["period_end"].iloc[:-1] + pd.Timedelta(days=1)).to_numpy()
    ).all()
    whole = spans["period_start"].iloc[0] == start and spans["period_end"].iloc[-1] == pd.Timestamp(
        end
    )
    return profit, bool(joined and whole)


def margin_percentiles(money: pd.DataFrame, customers: pd.DataFrame, *, end: date) -> pd.DataFrame:
    """Freeze the percentiles of margin rates per industry segment.

    Parameters
    ----------
    money : DataFrame with customer_id, margin_rate, over the reference period
    customers : DataFrame with customer_id and, where known, industry_segment
    end : last day of the reference period of 12 months

    Returns
    -------
    DataFrame ``industry_segment, percent, margin_rate``: 21 steps from 0 to 1 for each segment of
    at least 8 external customers, and for ``all``; no rows where no margin is known. Each row has the
    days of the reference period and ``inputs``, the hash of what was measured
    """
    outside = customers.loc[_external(customers), "customer_id"]
    known = money[money["margin_rate"].notna() & among(money["customer_id"], outside)]
    groups = {ALL_SEGMENTS: known["margin_rate"]}
    segments = customers.get("industry_segment", pd.Series(ALL_SEGMENTS, index=customers.index))
    segment = known["customer_id"].map(dict(zip(customers["customer_id"], segments, strict=True)))
    for name, rows in known.groupby(segment):
        if len(rows) >= FEWEST:
            groups[str(name)] = rows["margin_rate"]
    parts = [
        pd.DataFrame(
            {
                "industry_segment": name,
                "percent": PERCENTS,
                "margin_rate": np.quantile(rates.sort_values(), PERCENTS),
            }
        )
        for name, rates in groups.items()
        if len(rates)
    ]
    if not parts:
        return pd.DataFrame(columns=["industry_segment", "percent", "margin_rate"])
    measured = known[["customer_id", "margin_rate"]].assign(industry_segment=segment)
    return pd.concat(parts, ignore_index=True).assign(
        window_start=months_earlier(end, REFERENCE_MONTHS),
        window_end=pd.Timestamp(end),
        inputs=content_hash(measured),
    )


def percentiles_outcome(
    frozen: pd.DataFrame, afresh: pd.DataFrame, definition: "GoldenShot"
) -> Outcome:
    """Judge whether the margins that golden shots are held against would be measured so again."""
    if frozen.empty:
        return outcome_of("margin_percentiles", "REFUSE")
    first, last = (pd.Timestamp(frozen[name].iloc[0]) for name in ("window_start", "window_end"))
    window = _("{start} to {end}").format(start=day(first), end=day(last))
    then, now = (_high_from(table, definition) for table in (frozen, afresh))
    apart = (now - then).abs()
    if not apart.notna().any():
        said = _("today's inputs do not reach those days")
    elif apart.max() < MATERIAL:
        return outcome_of("margin_percentiles", "PASS", window=window)
    else:
        most = str(apart.idxmax())
        said = _("from {now} instead of {frozen} ({segment})").format(
            now=percent(now[most]), frozen=percent(then[most]), segment=most
        )
    return outcome_of("margin_percentiles", "FLAG", window=window, said=said)


def _high_from(ladder: pd.DataFrame, definition: "GoldenShot") -> pd.Series:
    """Return from which margin on a sale may be a golden shot, by segment."""
    at = definition.margin_percentile.at_least
    found = {
        str(name): float(np.interp(at, steps["percent"], steps["margin_rate"]))
        for name, steps in ladder.groupby("industry_segment")
    }
    return pd.Series(found, dtype="float64")


def _external(customers: pd.DataFrame) -> np.ndarray:
    relation = customers.get("relation", pd.Series("external", index=customers.index))
    return (relation == "external").to_numpy()


def golden_shots(
    customers: pd.DataFrame,
    money: pd.DataFrame,
    stays: pd.DataFrame,
    percentiles: pd.DataFrame,
    definition: "GoldenShot",
    *,
    unit: float | None,
    relations: Sequence[str],
    end: date,
) -> pd.DataFrame:
    """Tell golden shots from the rest: all conditions of the definition must hold.

    Parameters
    ----------
    customers : DataFrame customer_id, industry_segment, contract_end (the last two optional)
    money : DataFrame of `money_of_shots`
    stays : DataFrame of `staying_chances`
    percentiles : DataFrame of `margin_percentiles`, frozen
    unit : float, money of one key-account unit; None where it has no meaning: nobody is one
    relations : kind of relation of each customer

    Returns
    -------
    DataFrame, one row per customer: ``margin_percentile``, ``discount_rate``, ``profit``,
    ``profit_kau``, ``golden_shot`` (yes, no, too young to tell; missing where it cannot be told)
    """
    table = customers[["customer_id"]].merge(money, on="customer_id", how="left")
    table = table.merge(stays, on="customer_id", how="left")
    table["margin_percentile"] = _percentile(table, customers, percentiles)
    table["profit_kau"] = table["profit"] / unit if unit else np.nan
    contract = np.zeros(len(table), dtype=bool)
    if "contract_end" in customers:
        contract = (customers["contract_end"] >= pd.Timestamp(end)).to_numpy()
    rest = (
        (table["order_days_24m"] >= 1)
        & definition.order_days_24m.holds(table["order_days_24m"])
        & (table["margin_percentile"] >= definition.margin_percentile.at_least)
        & definition.discount.holds(table["discount_rate"])
        & ~contract
        & _external(customers)
        & ~pd.Series(relations).isin(definition.not_in_relations).to_numpy()
        & definition.profit_kau.holds(table["profit_kau"])
    )
    shot = rest & definition.p_return_12m.holds(table["p_return_12m"])
    untold = rest & table["p_return_12m"].isna()
    age = table["age_months"]
    early = age.notna() & ~definition.months_since_first_order.holds(age)
    told = np.select([(shot | untold) & early, shot], [EARLY, YES], NO)
    words = pd.Series(told, index=table.index, dtype="str").mask(untold & ~early)
    blind = unit is None or table["margin_percentile"].isna().all()
    names = ["customer_id", "margin_percentile", "discount_rate", "profit", "profit_kau"]
    return table[names].assign(golden_shot=words.mask(pd.Series(blind, index=table.index)))


def _percentile(
    table: pd.DataFrame, customers: pd.DataFrame, percentiles: pd.DataFrame
) -> np.ndarray:
    ladders = dict(iter(percentiles.groupby("industry_segment")))
    segment = customers.get("industry_segment", pd.Series(ALL_SEGMENTS, index=customers.index))
    segment = segment.where(segment.isin(list(ladders)), ALL_SEGMENTS)
    found = np.full(len(table), np.nan)
    for name, ladder in ladders.items():
        here = (segment == name).to_numpy() & table["margin_rate"].notna().to_numpy()
        steps = ladder.sort_values("percent")
        found[here] = np.interp(
            table["margin_rate"].to_numpy()[here], steps["margin_rate"], steps["percent"]
        )
    return found


def golden_outcomes(shots: pd.DataFrame, money: pd.DataFrame) -> Outcome:
    """Judge what golden shots are measured on."""
    if shots["golden_shot"].isna().all():
        return outcome_of(
            "golden_shots",
            "REFUSE",
            why=_("a key-account unit, repeat rates or margins are missing"),
        )
    return outcome_of("golden_shots", "PASS" if money["on_profit"].all() else "FLAG")
