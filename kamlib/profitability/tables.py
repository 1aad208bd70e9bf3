"""Tables of profit on a page: losses, actions, kinds of trade, ledger accounts."""

import math
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from kamlib.core.codes import CAUSES, PROPOSALS, QUADRANTS
from kamlib.core.language import NO_VALUE, _, money, number, percent

MOST_NAMED = 5


def largest_losses(losses: pd.DataFrame, customers: pd.DataFrame, *, period: str) -> pd.DataFrame:
    """Pick the loss-makers of a period with their names, the largest loss first."""
    mine = losses[losses["period"] == period]
    named = mine.merge(customers[["customer_id", "name"]], on="customer_id", how="left")
    named["name"] = named["name"].fillna(named["customer_id"])
    return named.sort_values(["customer_profit", "customer_id"], ignore_index=True)


def loss_table(losers: pd.DataFrame, customers: pd.DataFrame, *, currency: str) -> pd.DataFrame:
    """Put the facts that decide about each loss into one row.

    Parameters
    ----------
    losers : DataFrame of `largest_losses`
    customers : DataFrame with customer_id and, where known, account_manager

    Returns
    -------
    DataFrame ``name, customer_profit, largest_cause, ends_it, drop_effect, proposal, who``
    """
    managers = customers.set_index("customer_id").reindex(columns=["account_manager"])
    looked_after = losers["customer_id"].map(managers["account_manager"].astype("object"))
    causes = [_(CAUSES[each]) if each else _("not known") for each in losers["largest_cause"]]
    return pd.DataFrame(
        {
            "name": losers["name"],
            "customer_profit": losers["customer_profit"],
            "largest_cause": causes,
            "ends_it": [what_ends_it(row, currency) for row in losers.to_dict("records")],
            "drop_effect": losers["drop_effect"],
            "proposal": [_(PROPOSALS[each]) for each in losers["proposal"]],
            "who": looked_after.astype(object).fillna(_("nobody named")),
        }
    )


def what_ends_it(loser: Mapping[Hashable, Any], currency: str) -> str:
    """Say what alone would end a loss: a price, larger orders, or faster payment.

    Parameters
    ----------
    loser : fix_price_change, fix_volume_loss, fix_minimum_order, fix_days_to_pay; missing: not by that
    """
    price, order, days = (
        loser[f"fix_{name}"] for name in ("price_change", "minimum_order", "days_to_pay")
    )
    said = []
    if not math.isnan(price):
        rise, lost = percent(price), loser["fix_volume_loss"]
        said.append(  # where goods bring less than they cost, less volume is no harm
            _("price +{rise}").format(rise=rise)
            if lost >= 1
            else _("price +{rise}, unless {lost} of the volume goes").format(
                rise=rise, lost=percent(lost)
            )
        )
    if not math.isnan(order):
        said.append(_("no order below {amount}").format(amount=money(order, currency)))
    if not math.isnan(days):
        within = _("payment within {days} days").format(days=number(math.floor(days)))
        said.append(within if days >= 1 else _("payment at once"))
    return _("; or ").join(said) or _("nothing alone")


def matrix_points(
    placed: pd.DataFrame, explained: pd.DataFrame, losers: pd.DataFrame, customers: pd.DataFrame
) -> pd.DataFrame:
    """Join places in the price matrix with names and sales; the largest losses are named."""
    amounts = explained[["customer_id", "sold_list", "customer_profit"]]
    points = placed.merge(amounts, on="customer_id").merge(
        customers[["customer_id", "name"]], on="customer_id", how="left"
    )
    first = losers["customer_id"].head(MOST_NAMED)
    return points.assign(
        name=points["name"].fillna(points["customer_id"]), named=points["customer_id"].isin(first)
    )


def quadrant_table(points: pd.DataFrame) -> pd.DataFrame:
    """Count customers, sales and profit in each quarter of the price matrix."""
    table = (
        points.assign(losing=points["customer_profit"] < 0)
        .groupby("quadrant")
        .agg(
            customers=("customer_id", "size"),
            losing=("losing", "sum"),
            list_revenue=("sold_list", "sum"),
            customer_profit=("customer_profit", "sum"),
        )
    )
    table = table.reindex([q for q in QUADRANTS if q in table.index]).reset_index()
    return table.assign(quadrant=[_(QUADRANTS[each]) for each in table["quadrant"]])


def gl_table(accounts: pd.DataFrame, period: str) -> pd.DataFrame:
    """Put each account of the ledger beside ours: what explains the difference, and what does not.

    From  ``period, line, gl_account, ledger, ours, set_aside, reconciling, unexplained``
    to    ``line, gl_account, ledger, ours, explained, unexplained`` of one period.
    """
    mine = accounts[accounts["period"] == period]
    explained = (mine["set_aside"] + mine["reconciling"]).round(2)
    names = ["line", "gl_account", "ledger", "ours", "explained", "unexplained"]
    return mine.assign(explained=explained)[names].reset_index(drop=True)


def pool_table(pools: pd.DataFrame, period: str) -> pd.DataFrame:
    """Say of each pool with something left to charge what was used, unused, and belongs to nobody.

    Returns
    -------
    DataFrame ``pool`` with plain names, ``assigned_cost``, ``unused_cost``, ``unassigned_cost``,
    ``used_share`` (above 1: overloaded; a dash for what stands on lines and for who serves nobody)
    """
    parts = ["assigned_cost", "unused_cost", "unassigned_cost"]
    mine = pools[(pools["period"] == period) & (pools[parts].abs().sum(axis=1) > 0)]
    without = mine["used_share"].isna() & (mine["unit"].eq("traced") | ~(mine["assigned_cost"] > 0))
    return mine.assign(
        pool=mine["pool"].str.replace("_", " "),
        used_share=mine["used_share"].astype("object").mask(without, NO_VALUE),
    )[["pool", *parts, "used_share"]].reset_index(drop=True)


def work_by_segment(
    cost_to_serve: pd.DataFrame, statement: pd.DataFrame, customers: pd.DataFrame, *, at_least: int
) -> pd.DataFrame:
    """Say what serving each industry segment costs of its invoice revenue, pool by pool.

    Parameters
    ----------
    cost_to_serve, statement : DataFrames of one period
    customers : DataFrame with industry_segment and relation; external customers count
    at_least : active customers, below which a segment is no row

    Returns
    -------
    DataFrame, one row per segment (index), dearest first; one column per pool, dearest first, and
    ``together``; each a share of the segment's invoice revenue
    """
    told = customers.reindex(columns=["customer_id", "relation", "industry_segment"])
    told = told[(told["relation"] == "external") & told["industry_segment"].fillna("").ne("")]
    segments = dict(zip(told["customer_id"], told["industry_segment"], strict=True))
    active = statement[statement["active"] & statement["customer_id"].isin(segments)]
    segment = active["customer_id"].map(segments).rename("segment")
    revenue = active.groupby(segment)["invoice_revenue"].sum().astype(float)
    revenue = revenue[(active.groupby(segment).size() >= at_least) & (revenue > 0)]
    served = cost_to_serve.assign(segment=cost_to_serve["customer_id"].map(segments))
    costs = served.assign(cost=served["cost"].astype(float)).pivot_table(
        index="segment", columns="pool", values="cost", aggfunc="sum", fill_value=0.0
    )
    shares = costs.reindex(revenue.index, fill_value=0.0).div(revenue, axis="index")
    shares = shares[(shares * revenue.to_numpy()[:, None]).sum().sort_values(ascending=False).index]
    shares = shares.rename(columns=lambda pool: pool.replace("_", " "))
    together = shares.sum(axis="columns")
    return shares.assign(together=together).sort_values("together", ascending=False)


def statement_lines(losers: pd.DataFrame, measure: str | None) -> pd.DataFrame:
    """Pick the lines of the statement that explain a loss."""
    names = ["name", "pocket_revenue", "gross_margin"]
    if measure == "customer_profit":
        names += ["cost_to_serve", "capital_charge", "customer_profit"]
    return losers[names]
