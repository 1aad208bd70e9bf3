"""The statement against the general ledger, and all sums that must hold on the way to customer profit."""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kamlib.core.codes import CHAINS, LEDGER_LINES, REVENUE_PARTS
from kamlib.core.deductions import effects
from kamlib.core.language import N_, _, number, percent
from kamlib.core.outcomes import Balance, Outcome, exact, outcome_of
from kamlib.core.tables import among, exact_sums
from kamlib.core.vocabulary import label

if TYPE_CHECKING:
    from kamlib.settings import Engagement, Materiality, ReconcilingItem


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
    table = rows.groupby(key).agg(
        ledger=("ledger", "sum"),
        accounts=("gl_account", lambda names: ", ".join(sorted(set(names)))),
    )
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


def ledger_outcome(accounts: pd.DataFrame, *, period: str, materiality: "Materiality") -> Outcome:
    """Judge the difference between the statement's profit and the general ledger's.

    What was set aside explains nothing of it: it is missing in the statement.
    """
    mine = accounts[accounts["period"] == period]
    if mine.empty:
        return outcome_of("ledger_absent", "FLAG")
    revenue = mine.loc[mine["line"] == "invoice_revenue", "ledger"].sum()
    apart = float((mine["unexplained"] + mine["set_aside"]).abs().sum())
    share = apart / abs(revenue) if revenue else np.inf
    outcome = "PASS" if share <= materiality.flag else "FLAG"
    outcome = "REFUSE" if share > materiality.refuse else outcome
    return outcome_of("ledger_profit", outcome, difference=number(apart, 2), share=percent(share))


def profit_balance(
    statement: pd.DataFrame,
    pools: pd.DataFrame | None,
    accounts: pd.DataFrame,
    engagement: "Engagement",
    *,
    period: str,
) -> list[Balance]:
    """Draw up the sum from the general ledger's profit to customer profit: the one chain.

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
    title = _(CHAINS[0]).format(period=period)
    balance = Balance(title, currency, tolerance=exact(round(materiality.refuse * revenue, 2)))
    balance.start(_("Profit in the general ledger"), round(total, 2), _("revenue less all costs"))
    held = {account for accounts in gl["gl_account"] for account in named(accounts)}
    for item in items:
        if item.period == period and item.gl_account in held:
            balance.change(item.what, -item.amount, _("reconciling item"))
    aside = float((gl["set_aside"] * sign).sum())
    balance.change(_("Lines set aside"), -round(aside, 2), _("listed under data prep"))
    _others(balance, mine)
    own = pools[pools["period"] == period]
    unused = round(float(own["unused_cost"].sum()), 2)
    nobody = round(float(own["unassigned_cost"].sum()), 2)
    balance.change(_("Capacity nobody used"), unused, _("shown, charged to no customer"))
    balance.change(
        _("Cost that belongs to no customer"), nobody, _("shown, charged to no customer")
    )
    active = mine[mine["active"] & mine["customer_profit_before_capital"].notna()]
    computed = active["capital_charge"].notna().any()
    if computed:
        charge = round(float(active["capital_charge"].sum()), 2)
        balance.change(_("Capital charge"), -charge, _("a memo: not in the general ledger"))
    ends_at = "customer_profit" if computed else "customer_profit_before_capital"
    words = _("{what} of {n} customers").format(what=label(ends_at), n=number(len(active)))
    return [balance.end(words, round(float(active[ends_at].sum()), 2))]


def _others(balance: Balance, mine: pd.DataFrame) -> None:
    """Take out what the statements hold besides the profit of active customers."""
    for relation, words in _OTHERS.items():
        other = mine.loc[mine["relation"] == relation, "customer_profit_before_capital"].sum()
        balance.change(_(words), -round(float(other), 2), _("kept out of rankings"))
    blind = mine[mine["customer_profit_before_capital"].isna()]
    known = blind["pocket_revenue"] - blind["known_cost_of_goods"] - blind["cost_to_serve"]
    balance.change(
        _("Customers whose cost of goods is not known whole"),
        -round(float(known.sum()), 2),
        _("their revenue less what is known of their cost"),
    )


_OTHERS = {
    "intercompany": N_("Profit on intercompany customers"),
    "collective": N_("Profit on collective customers"),
}


def statement_balances(
    statement: pd.DataFrame,
    months: pd.DataFrame,
    pools: pd.DataFrame | None,
    *,
    period: str,
    currency: str,
    off_invoice: pd.DataFrame | None = None,
) -> list[Balance]:
    """Draw up the sums inside the stage: customers, lines of the months, the ladder, and the pools.

    Parameters
    ----------
    off_invoice : DataFrame with period, customer_id and amount; where it is given, deductions are held
        against it too
    """
    mine = statement[statement["period"] == period]
    inside = months[months["period"] == period]
    found = [
        _customers(inside, mine, period),
        *(
            _line(inside, mine, name, period, currency)
            for name in ("invoice_revenue", "cost_of_goods_sold")
        ),
    ]
    if off_invoice is not None:
        cost = off_invoice.assign(off_invoice=effects(off_invoice))
        found.append(_line(cost[cost["period"] == period], mine, "off_invoice", period, currency))
    found.append(_ladder(mine, period, currency))
    if pools is not None and len(own := pools[pools["period"] == period]):
        found.append(_pools(own, mine, period, currency))
    return [balance for balance in found if balance is not None]


def _customers(months: pd.DataFrame, statement: pd.DataFrame, period: str) -> Balance:
    """Count customers: those with lines, and those that have a deduction or a cost only."""
    buyers = months["customer_id"].drop_duplicates()
    others = statement.loc[~among(statement["customer_id"], buyers), "customer_id"].unique()
    balance = Balance(_("Customers of the statement, {period}").format(period=period), "rows")
    balance.start(_("with invoice lines"), len(buyers))
    balance.change(_("without lines, with a deduction or a cost"), len(others))
    return balance.end(_("statements"), len(statement))


_TITLES = {
    "invoice_revenue": N_("Invoice revenue of the statement, {period}"),
    "cost_of_goods_sold": N_("Cost of goods sold of the statement, {period}"),
    "off_invoice": N_("Off-invoice deductions of the statement, {period}"),
}


def _line(
    rows: pd.DataFrame, statement: pd.DataFrame, line: str, period: str, currency: str
) -> Balance | None:
    """Hold one line of the statements against the rows it was added up from; None where unknown."""
    if len(rows) and rows[line].isna().all():
        return None
    total, cents = _rounded(rows, statement, line)
    source = _("Sum of the rows") if line == "off_invoice" else _("Sum of the months")
    balance = Balance(_(_TITLES[line]).format(period=period), currency)
    balance.start(source, total, _("at the scale of the source"))
    balance.change(_("Rounded to the cent"), cents, _("once, at customer grain"))
    if line == "cost_of_goods_sold":
        partly = _sum(statement[statement[line].isna()], "known_cost_of_goods")
        balance.change(
            _("Of customers whose cost of goods is not known whole"),
            -partly,
            _("on lines that have one; their margin is unknown"),
        )
    return balance.end(_("Sum of the statements"), _sum(statement, line))


def _ladder(statement: pd.DataFrame, period: str, currency: str) -> Balance:
    """Add up the ladder of all statements, down to where it is known."""
    blind = statement["gross_margin"].isna()
    served = statement["cost_to_serve"].notna().any()
    steps = {
        "on_invoice_discounts": _("On-invoice discounts"),
        "off_invoice": _("Off-invoice deductions"),
        "cost_of_goods_sold": _("Cost of goods sold"),
        **({"cost_to_serve": _("Cost-to-serve")} if served else {}),
    }
    balance = Balance(_(CHAINS[1]).format(period=period), currency)
    balance.start(_("List revenue"), _sum(statement, "list_revenue"))
    for name, words in steps.items():
        below = name in ("cost_of_goods_sold", "cost_to_serve")
        rows = statement[blind] if below else statement.head(0)
        balance.change(words, -(_sum(statement, name) - _sum(rows, name)))
    unknown = _sum(statement[blind], "pocket_revenue")
    balance.change(_("Pocket revenue without a known cost of goods"), -unknown)
    end = "customer_profit_before_capital" if served else "gross_margin"
    words = _("{what}, intercompany and collective customers included")
    if blind.any():
        words = _("{what} where the cost of goods is known")
    return balance.end(words.format(what=label(end)), _sum(statement, end))


def _pools(own: pd.DataFrame, statement: pd.DataFrame, period: str, currency: str) -> Balance:
    """Add up the pools: what they cost, what nobody used, and what customers were charged."""
    return (
        Balance(_("Cost pools, {period}").format(period=period), currency)
        .start(_("Cost of all pools"), _sum(own, "cost"))
        .change(_("Capacity nobody used"), -_sum(own, "unused_cost"))
        .change(_("Cost that belongs to no customer"), -_sum(own, "unassigned_cost"))
        .end(_("Cost-to-serve of the statements"), _sum(statement, "cost_to_serve"))
    )


def _sum(table: pd.DataFrame, name: str) -> Decimal:
    """Add up a column of whole cents."""
    return exact(round(float(table[name].sum()), 2))


def _rounded(rows: pd.DataFrame, statement: pd.DataFrame, line: str) -> tuple[Decimal, Decimal]:
    """Return the exact sum of a line, and what rounding to the cent adds to it.

    External customers and others are rounded apart, as in the statement; half a cent goes up.
    """
    relation = statement.drop_duplicates("customer_id").set_index("customer_id")["relation"]
    total = added = Decimal(0)
    for _name, mine in rows.groupby(rows["customer_id"].map(relation).fillna("external")):
        known = mine[mine[line].notna()]
        part = exact(exact_sums(known, [line])[line].sum()) if len(known) else Decimal(0)
        whole = (part * 100 + Decimal("0.5")).to_integral_value(ROUND_FLOOR) / 100
        total, added = total + part, added + whole - part
    return total, added
