"""Customers by relation and by name."""

import pandas as pd


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


def named(table: pd.DataFrame, names: pd.DataFrame, key: str = "customer_id") -> pd.DataFrame:
    """Put the name in the place of the id, first."""
    known = names.set_index(key)["name"]
    told = table[key].map(known).fillna(table[key])
    rest = [column for column in table.columns if column != key]
    return table[rest].assign(name=told)[["name", *rest]]


def main_measure(statement: pd.DataFrame) -> str | None:
    """Return what classes rest on: customer profit, else gross margin, else None.

    It may be unknown for some customers: where that is too many, the statement has none at all.
    """
    active = statement[statement["active"]]
    for name in ("customer_profit", "gross_margin"):
        if active[name].notna().any():
            return name
    return None
