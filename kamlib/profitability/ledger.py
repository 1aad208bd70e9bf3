"""The statement against the general ledger: account by account, and as one sum down to the customers."""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import Protocol

import numpy as np
import pandas as pd

from kamlib.language import N_, _, number, percent
from kamlib.tables import exact_sums
from kamlib.verdicts import Balance, Verdict, exact, verdict

COSTS = ("off_invoice", "cost_of_goods_sold", "cost_to_serve")
LINES = ("invoice_revenue", *COSTS)


class Item(Protocol):
    """A reconciling item named by people: `amount` in profit sense."""

    what: str
    amount: Decimal
    period: str
    gl_account: str | None


class Materiality(Protocol):
    """Shares of revenue from which a difference is flagged and refused."""

    flag: float
    refuse: float


class LedgerSettings(Protocol):
    """Materiality and reconciling items."""

    materiality: Materiality
    reconciling_items: Sequence[Item]


class Declared(Protocol):
    """What an engagement declares about its ledger."""

    currency: str
    ledger: LedgerSettings


def ledger_accounts(
    gl_totals: pd.DataFrame | None,
    statement: pd.DataFrame,
    pools: pd.DataFrame | None,
    quarantine: pd.DataFrame,
    items: Sequence[Item],
) -> pd.DataFrame:
    """Hold each account of the general ledger against the statement.

    Returns
    -------
    DataFrame ``period, line, gl_account, ledger, ours, set_aside, reconciling, unexplained``; costs
    are positive as on the ladder. ``unexplained`` is ledger − ours − set_aside − reconciling.

    Notes
    -----
    Accounts of one line are taken together, except cost pools, which stay with their own account.
    """
    columns = ["period", "line", "gl_account", "ledger", "ours", "set_aside", "reconciling"]
    if gl_totals is None:
        return pd.DataFrame(columns=[*columns, "unexplained"])
    rows = gl_totals[gl_totals["line"].isin(LINES)].copy()
    rows["ledger"] = rows["amount"].astype("float64") * rows["sign"].astype("float64")
    groups = rows["gl_account"].where(rows["line"] == "cost_to_serve", "")
    key = [rows["period"], rows["line"], groups]
    table = rows.groupby(key).agg(ledger=("ledger", "sum"), accounts=("gl_account", _joined))
    table = table.reset_index()
    ours = pd.concat([_from_statement(statement), _from_pools(pools)], ignore_index=True)
    table = table.merge(ours, on=["period", "line", "gl_account"], how="outer")
    table = table.merge(_set_aside(quarantine), on=["period", "line"], how="left")
    lines = zip(table["period"], table["line"], table["accounts"], strict=True)
    table["reconciling"] = [_items(*line, items=items) for line in lines]
    table = table.fillna({"ledger": 0.0, "ours": 0.0, "set_aside": 0.0})
    table["gl_account"] = table["accounts"].fillna(table["gl_account"])
    known = table["ours"] + table["set_aside"] + table["reconciling"]
    table["unexplained"] = (table["ledger"] - known).round(2)
    something = table[["ledger", "ours", "set_aside"]].abs().sum(axis=1) > 0
    table = table[something & table["period"].isin(rows["period"])]
    order = table["line"].map({name: i for i, name in enumerate(LINES)})
    table = table.assign(order=order).sort_values(["period", "order", "gl_account"])
    return table[[*columns, "unexplained"]].reset_index(drop=True)


def _joined(accounts: pd.Series) -> str:
    return ", ".join(sorted(set(accounts)))


def _from_statement(statement: pd.DataFrame) -> pd.DataFrame:
    lines = ["invoice_revenue", "off_invoice", "cost_of_goods_sold"]
    sums = statement.groupby("period")[lines].sum(min_count=1).reset_index()
    long = sums.melt("period", var_name="line", value_name="ours")
    return long.assign(gl_account="")


def _from_pools(pools: pd.DataFrame | None) -> pd.DataFrame:
    if pools is None or pools.empty:
        return pd.DataFrame(columns=["period", "line", "gl_account", "ours"])
    sums = pools.groupby(["period", "gl_account"], as_index=False)[["cost"]].sum()
    return sums.rename(columns={"cost": "ours"}).assign(line="cost_to_serve")


def _set_aside(quarantine: pd.DataFrame) -> pd.DataFrame:
    rows = quarantine[(quarantine["table"] == "invoice_lines") & quarantine["period"].notna()]
    money = {"invoice_revenue": "amount", "cost_of_goods_sold": "cost_of_goods_sold"}
    parts = [
        rows.assign(set_aside=rows[column].astype("float64").fillna(0.0), line=line)
        .groupby(["period", "line"], as_index=False)[["set_aside"]]
        .sum()
        for line, column in money.items()
        if column in rows
    ]
    return pd.concat(parts, ignore_index=True)


def _items(period: str, line: str, accounts: object, *, items: Sequence[Item]) -> float:
    theirs = str(accounts or "").split(", ")
    sign = -1 if line in COSTS else 1
    mine = [i.amount for i in items if i.period == period and i.gl_account in theirs]
    return float(sign * sum(mine, Decimal(0)))


def ledger_verdict(accounts: pd.DataFrame, *, period: str, materiality: Materiality) -> Verdict:
    """Judge the difference between the statement's profit and the general ledger's."""
    mine = accounts[accounts["period"] == period]
    if mine.empty:
        return verdict("ledger_absent", "FLAG")
    revenue = mine.loc[mine["line"] == "invoice_revenue", "ledger"].sum()
    apart = float(mine["unexplained"].abs().sum())
    share = apart / abs(revenue) if revenue else np.inf
    outcome = "PASS" if share <= materiality.flag else "FLAG"
    outcome = "REFUSE" if share > materiality.refuse else outcome
    return verdict("ledger_profit", outcome, difference=number(apart, 2), share=percent(share))


def profit_balance(
    statement: pd.DataFrame,
    pools: pd.DataFrame | None,
    accounts: pd.DataFrame,
    engagement: Declared,
    *,
    period: str,
) -> list[Balance]:
    """Draw up the sum from the general ledger's profit to the customers' profit before capital.

    Empty where there is no general ledger or no cost-to-serve.
    """
    currency, items = engagement.currency, engagement.ledger.reconciling_items
    materiality = engagement.ledger.materiality
    mine = statement[statement["period"] == period]
    gl = accounts[accounts["period"] == period]
    if gl.empty or pools is None or mine["customer_profit_before_capital"].isna().all():
        return []
    sign = np.where(gl["line"].isin(COSTS), -1, 1)
    total = float((gl["ledger"] * sign).sum())
    revenue = abs(float(gl.loc[gl["line"] == "invoice_revenue", "ledger"].sum()))
    title = _("From the general ledger to the customers, {period}").format(period=period)
    balance = Balance(title, currency, tolerance=exact(round(materiality.refuse * revenue, 2)))
    balance.start(_("Profit in the general ledger"), round(total, 2), _("revenue less all costs"))
    for item in items:
        if item.period == period:
            balance.change(item.what, -item.amount, _("reconciling item"))
    aside = float((gl["set_aside"] * sign).sum())
    balance.change(_("Lines set aside in quarantine"), -round(aside, 2), _("listed in notebook 1"))
    for relation, words in _OTHERS.items():
        other = mine.loc[mine["relation"] == relation, "customer_profit_before_capital"].sum()
        balance.change(_(words), -round(float(other), 2), _("kept out of rankings"))
    own = pools[pools["period"] == period]
    unused = round(float(own["unused_cost"].sum()), 2)
    nobody = round(float(own["unassigned_cost"].sum()), 2)
    balance.change(_("Capacity nobody used"), unused, _("shown, charged to no customer"))
    balance.change(
        _("Cost that belongs to no customer"), nobody, _("shown, charged to no customer")
    )
    active = mine[mine["active"]]
    profit = round(float(active["customer_profit_before_capital"].sum()), 2)
    words = _("Profit before capital of {n} customers").format(n=number(len(active)))
    return [balance.end(words, profit), _capital_memo(active, period, currency)]


def _capital_memo(active: pd.DataFrame, period: str, currency: str) -> Balance:
    """Draw up the memo line after reconciliation: the capital charge is not in the ledger."""
    title = _("Memo: the capital charge, {period}").format(period=period)
    before, charge, after = (
        round(float(active[name].sum()), 2)
        for name in ("customer_profit_before_capital", "capital_charge", "customer_profit")
    )
    return (
        Balance(title, currency)
        .start(_("Profit before capital"), before)
        .change(_("Capital charge"), -charge, _("not in the general ledger"))
        .end(_("Customer profit"), after)
    )


_OTHERS = {
    "intercompany": N_("Profit on intercompany customers"),
    "collective": N_("Profit on collective customers"),
}


def statement_balances(
    statement: pd.DataFrame, months: pd.DataFrame, pools: pd.DataFrame | None, *, period: str,
    currency: str,
) -> list[Balance]:  # fmt: skip
    """Draw up the sums inside the stage: revenue of the months, each pool, and the ladder."""
    mine = statement[statement["period"] == period]
    inside = months[months["period"] == period]
    exact_total, cents = _rounded(inside, mine)
    revenue = round(float(mine["invoice_revenue"].sum()), 2)
    title = _("Invoice revenue of the statement, {period}").format(period=period)
    found = [
        Balance(title, currency)
        .start(_("Sum of the months"), exact_total, _("at the scale of the source"))
        .change(_("Rounded to the cent"), cents, _("once, at customer grain"))
        .end(_("Sum of the statements"), revenue)
    ]
    if pools is not None and len(own := pools[pools["period"] == period]):
        title = _("Cost pools, {period}").format(period=period)
        unused = round(float(own["unused_cost"].sum()), 2)
        nobody = round(float(own["unassigned_cost"].sum()), 2)
        served = round(float(mine["cost_to_serve"].sum()), 2)
        found.append(
            Balance(title, currency)
            .start(_("Cost of all pools"), round(float(own["cost"].sum()), 2))
            .change(_("Capacity nobody used"), -unused)
            .change(_("Cost that belongs to no customer"), -nobody)
            .end(_("Cost-to-serve of the statements"), served)
        )
    return found


def _rounded(months: pd.DataFrame, statement: pd.DataFrame) -> tuple[Decimal, Decimal]:
    """Return the exact revenue of the months, and what rounding to the cent adds to it.

    External customers and others are rounded apart, as in the statement; half a cent goes up.
    """
    relation = statement.drop_duplicates("customer_id").set_index("customer_id")["relation"]
    total = added = Decimal(0)
    for _name, rows in months.groupby(months["customer_id"].map(relation).fillna("external")):
        part = exact(exact_sums(rows, ["invoice_revenue"])["invoice_revenue"].sum())
        whole = (part * 100 + Decimal("0.5")).to_integral_value(ROUND_FLOOR) / 100
        total, added = total + part, added + whole - part
    return total, added
