"""Views of the company: months, reasons, statements, concentration, and the ledger in one chain."""

from collections.abc import Mapping, Sequence

import pandas as pd

from kamlib.columns import CHAINS, label
from kamlib.language import NO_VALUE, _, ngettext, number
from kamlib.tables import floats


def set_aside_reasons(
    quarantine: pd.DataFrame, *, by: Sequence[str] = ("table", "column", "reason")
) -> pd.DataFrame:
    """Count rows set aside by table, column and reason, with their readable money.

    Parameters
    ----------
    by : the columns that make a rule

    Returns
    -------
    DataFrame ``table, column, reason, rows, amount``, the largest amount first
    """
    sums = quarantine.groupby(list(by), as_index=False).agg(
        rows=("file", "size"), amount=("amount", _exact), size=("amount", _size)
    )
    ordered = sums.sort_values(
        ["size", "rows", "table", "column"], ascending=[False, False, True, True]
    )
    return ordered.drop(columns="size").reset_index(drop=True)


def _exact(amount: pd.Series) -> float:
    """Return the sum of exact amounts, as the ledger adds them up."""
    return float(amount.dropna().sum() or 0)


def _size(amount: pd.Series) -> float:
    return abs(_exact(amount))


def external(customers: pd.DataFrame) -> pd.Series:
    """Return the ids of external customers."""
    return customers.loc[customers["relation"] == "external", "customer_id"]


def with_relation(table: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """Say beside each customer's id whether it is external, intercompany or collective.

    Tables that tie to the ledger hold all of them; whoever adds one up must be able to tell.
    """
    known = customers.set_index("customer_id")["relation"]
    relation = table["customer_id"].map(known).fillna("external")
    place = list(table.columns).index("customer_id") + 1
    return pd.concat(
        [table.iloc[:, :place], relation.rename("relation"), table.iloc[:, place:]], axis="columns"
    )


def external_months(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the months of external customers."""
    months = tables["customer_months"]
    return months[months["customer_id"].isin(external(tables["customers"]))]


def monthly_revenue(tables: Mapping[str, pd.DataFrame], period: str) -> pd.DataFrame:
    """Add up invoice revenue of external customers by month.

    Returns
    -------
    DataFrame ``month, invoice_revenue, period``: the report period's name, else missing
    """
    months = external_months(tables)
    rows = months.assign(invoice_revenue=floats(months["invoice_revenue"]))
    sums = rows.groupby("month", as_index=False).agg(
        invoice_revenue=("invoice_revenue", "sum"), period=("period", "last")
    )
    return sums.assign(period=sums["period"].where(sums["period"] == period))


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


def statement_lines(losers: pd.DataFrame, measure: str | None) -> pd.DataFrame:
    """Pick the lines of the statement that explain a loss."""
    names = ["name", "pocket_revenue", "gross_margin"]
    if measure == "customer_profit":
        names += ["cost_to_serve", "capital_charge", "customer_profit"]
    return losers[names]


def concentration_table(measures: pd.DataFrame) -> pd.DataFrame:
    """Pick what is compared between revenue, gross margin and customer profit."""
    table = measures.assign(measure=[label(name) for name in measures["measure"]])
    return table[["measure", "few", "few_share", "top20", "gini", "effective_n", "losing"]]


def named(table: pd.DataFrame, names: pd.DataFrame, key: str = "customer_id") -> pd.DataFrame:
    """Put the name in the place of the id, first."""
    known = names.set_index(key)["name"]
    told = table[key].map(known).fillna(table[key])
    rest = [column for column in table.columns if column != key]
    return table[rest].assign(name=told)[["name", *rest]]


def chain(ledger: pd.DataFrame, period: str) -> pd.DataFrame:
    """Pick the one sum that leads to the customers: from the client's ledger, else from list revenue."""
    for words in CHAINS:
        rows = ledger[ledger["what"] == _(words).format(period=period)]
        if len(rows):
            return _items_as_one(rows.reset_index(drop=True))
    return ledger.head(0)


def _items_as_one(rows: pd.DataFrame) -> pd.DataFrame:
    """Add up the reconciling items, which stand one by one in the ledger of their stage."""
    items = rows["why"] == _("reconciling item")
    n = int(items.sum())
    if n < 2:
        return rows
    words = ngettext("{n} reconciling item", "{n} reconciling items", n).format(n=number(n))
    told = rows.copy()
    told.loc[items, "step"], told.loc[items, "amount"] = words, rows.loc[items, "amount"].sum()
    told.loc[items, "why"] = _("listed under profitability")
    return told[~items | ~items.duplicated()].reset_index(drop=True)
