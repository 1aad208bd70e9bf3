"""The statement against the general ledger, account by account."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kamlib.columns import LEDGER_LINES, REVENUE_PARTS
from kamlib.language import number, percent
from kamlib.verdicts import Verdict, verdict

if TYPE_CHECKING:
    from kamlib.settings import Materiality, ReconcilingItem

COSTS = ("off_invoice", "cost_of_goods_sold", "cost_to_serve")


def ledger_accounts(
    gl_totals: pd.DataFrame | None,
    statement: pd.DataFrame,
    pools: pd.DataFrame | None,
    quarantine: pd.DataFrame,
    items: "Sequence[ReconcilingItem]",
) -> pd.DataFrame:
    """Hold each account of the general ledger against the statement.

    Returns
    -------
    DataFrame ``period, line, gl_account, ledger, ours, set_aside, reconciling, unexplained``; costs
    are positive as on the ladder. ``unexplained`` is ledger − ours − set_aside − reconciling.

    Notes
    -----
    Accounts of one line are taken together, except cost pools, which stay with their own account. A
    ledger that books revenue at list price and discounts apart is held against invoice revenue.
    """
    columns = ["period", "line", "gl_account", "ledger", "ours", "set_aside", "reconciling"]
    if gl_totals is None:
        return pd.DataFrame(columns=[*columns, "unexplained"])
    rows = _on_lines(gl_totals)
    groups = rows["gl_account"].where(rows["line"] == "cost_to_serve", "")
    key = [rows["period"], rows["line"], groups]
    table = rows.groupby(key).agg(ledger=("ledger", "sum"), accounts=("gl_account", _joined))
    table = table.reset_index()
    ours = pd.concat([_from_statement(statement), _from_pools(pools)], ignore_index=True)
    table = table.merge(ours, on=["period", "line", "gl_account"], how="outer")
    table = table.merge(_set_aside(quarantine), on=["period", "line"], how="left")
    table["gl_account"] = table["accounts"].fillna(table["gl_account"])
    lines = zip(table["period"], table["line"], table["gl_account"], strict=True)
    table["reconciling"] = [_items(*line, items=items) for line in lines]
    table = table.fillna({"ledger": 0.0, "ours": 0.0, "set_aside": 0.0})
    known = table["ours"] + table["set_aside"] + table["reconciling"]
    table["unexplained"] = (table["ledger"] - known).round(2)
    something = table[["ledger", "ours", "set_aside"]].abs().sum(axis=1) > 0
    table = table[something & table["period"].isin(rows["period"])]
    order = table["line"].map({name: i for i, name in enumerate(LEDGER_LINES)})
    table = table.assign(order=order).sort_values(["period", "order", "gl_account"])
    return table[[*columns, "unexplained"]].reset_index(drop=True)


def _on_lines(gl_totals: pd.DataFrame) -> pd.DataFrame:
    """Return the ledger's rows that stand on a line, with their amount as it reads on the ladder."""
    parts = gl_totals["line"].map(REVENUE_PARTS).fillna(1)
    sign = gl_totals["sign"].astype("float64").fillna(1.0) * parts
    line = gl_totals["line"].where(~gl_totals["line"].isin(list(REVENUE_PARTS)), "invoice_revenue")
    rows = gl_totals.assign(line=line, ledger=gl_totals["amount"].astype("float64") * sign)
    return rows[rows["line"].isin(LEDGER_LINES)]


def _joined(accounts: pd.Series) -> str:
    return ", ".join(sorted(set(accounts)))


def _from_statement(statement: pd.DataFrame) -> pd.DataFrame:
    lines = ["invoice_revenue", "off_invoice", "cost_of_goods_sold"]
    goods = statement["cost_of_goods_sold"].fillna(statement["known_cost_of_goods"])
    sums = statement.assign(cost_of_goods_sold=goods).groupby("period")[lines].sum(min_count=1)
    sums = sums.reset_index()
    long = sums.melt("period", var_name="line", value_name="ours")
    return long.assign(gl_account="")


def _from_pools(pools: pd.DataFrame | None) -> pd.DataFrame:
    if pools is None or pools.empty:
        return pd.DataFrame(columns=["period", "line", "gl_account", "ours"])
    sums = pools.groupby(["period", "gl_account"], as_index=False)[["cost"]].sum()
    return sums.rename(columns={"cost": "ours"}).assign(line="cost_to_serve")


def _set_aside(quarantine: pd.DataFrame) -> pd.DataFrame:
    """Add up lines set aside by period, of which the date, the amount and its currency can be read.

    The cost of goods of any other explains nothing either: it belongs to revenue nobody knows.
    """
    rows = quarantine[(quarantine["table"] == "invoice_lines") & quarantine["period"].notna()]
    rows = rows[rows["amount"].notna()]
    rows = rows[rows["column"] != "currency"] if "column" in rows else rows
    money = {"invoice_revenue": "amount", "cost_of_goods_sold": "cost_of_goods_sold"}
    parts = [
        rows.assign(set_aside=rows[column].astype("float64").fillna(0.0), line=line)
        .groupby(["period", "line"], as_index=False)[["set_aside"]]
        .sum()
        for line, column in money.items()
        if column in rows
    ]
    return pd.concat(parts, ignore_index=True)


def named(accounts: object) -> list[str]:
    """Return the accounts of one line as `ledger_accounts` joined them."""
    return [each for each in str(accounts or "").split(", ") if each]


def _items(
    period: str, line: str, accounts: object, *, items: "Sequence[ReconcilingItem]"
) -> float:
    sign = -1 if line in COSTS else 1
    mine = [i.amount for i in items if i.period == period and i.gl_account in named(accounts)]
    return float(sign * sum(mine, Decimal(0)))


def ledger_verdict(accounts: pd.DataFrame, *, period: str, materiality: "Materiality") -> Verdict:
    """Judge the difference between the statement's profit and the general ledger's.

    What was set aside explains nothing of it: it is missing in the statement.
    """
    mine = accounts[accounts["period"] == period]
    if mine.empty:
        return verdict("ledger_absent", "FLAG")
    revenue = mine.loc[mine["line"] == "invoice_revenue", "ledger"].sum()
    apart = float((mine["unexplained"] + mine["set_aside"]).abs().sum())
    share = apart / abs(revenue) if revenue else np.inf
    outcome = "PASS" if share <= materiality.flag else "FLAG"
    outcome = "REFUSE" if share > materiality.refuse else outcome
    return verdict("ledger_profit", outcome, difference=number(apart, 2), share=percent(share))
