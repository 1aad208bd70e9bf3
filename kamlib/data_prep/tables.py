"""Tables of the input: what was set aside, whose names are alike, revenue by month."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from kamlib.core.frames import external
from kamlib.core.language import _, day, percent
from kamlib.core.tables import floats
from kamlib.core.vocabulary import column_label, table_label
from kamlib.intake.checks import remedy_of
from kamlib.intake.reasons import NO_LINE

RULE = ["table", "column", "source_column", "reason"]

EACH = [
    "table",
    "file",
    "row",
    "invoice_id",
    "column",
    "value",
    "reason",
    "customer_id",
    "date",
    "amount",
]

WITH_MONEY = ("invoice_lines", "assets", "off_invoice", "gl_totals")
NONE = "–"
PAIR = ["customer_id", "name", "keep_as", "kept_name", "evidence", "invoice_revenue"]


def quality_table(quarantine: pd.DataFrame) -> pd.DataFrame:
    """Count the rows set aside by rule, with their money and how to mend them at the source.

    Returns
    -------
    DataFrame ``where, reason, rows, amount, share_of_money, remedy``, the largest amount first;
    ``where`` is the table and the column by both its names, ``amount`` missing where none can be
    read and a dash where there is none; the share is of the sum of absolute amounts of its table
    """
    sums = set_aside_reasons(quarantine, by=RULE)
    size = quarantine.assign(size=abs(floats(quarantine["amount"])))
    sizes = size.groupby(RULE, as_index=False).agg(size=("size", "sum"), readable=("size", "count"))
    wide = sums.merge(sizes, on=RULE, how="left")
    whole = wide.groupby("table")["size"].transform("sum")
    worth = wide["table"].isin(WITH_MONEY) & ~wide["reason"].isin(NO_LINE)
    known = wide["readable"] > 0
    told = wide.assign(
        where=[_whose(*rule) for rule in wide[RULE[:3]].itertuples(index=False)],
        amount=_known(wide["amount"], known, worth),
        share_of_money=_known(wide["size"] / whole.where(whole > 0, 1.0), known, worth),
        reason=[_(reason) for reason in wide["reason"]],
        remedy=_remedies(wide),
        order=(~known).astype(int) + ~(known | worth),
    )
    names = ["where", "reason", "rows", "amount", "share_of_money", "remedy"]
    return told.sort_values("order", kind="stable", ignore_index=True)[names]


def rows_set_aside(quarantine: pd.DataFrame, most: int) -> pd.DataFrame:
    """Return the rows set aside for a list to work through, those worth most first.

    Returns
    -------
    DataFrame ``table, file, row, invoice_id, column, value, reason, customer_id, date, amount``; what
    is not known is missing, and so is the row of a database
    """
    top = _by_money(quarantine).head(most)
    return top.assign(
        table=[table_label(name) for name in top["table"]],
        row=top["row"].astype("Int64").where(top["row"] > 0),
        column=_columns(top),
        reason=[_(reason) for reason in top["reason"]],
        amount=floats(top["amount"]),
    )[EACH]


def _known(values: pd.Series, known: pd.Series, worth: pd.Series) -> pd.Series:
    """Return values as objects: missing where they cannot be read, a dash where there are none."""
    return values.astype(object).where(known, float("nan")).where(known | worth, NONE)


def _by_money(quarantine: pd.DataFrame) -> pd.DataFrame:
    """Sort the rows set aside: the largest amount first, unreadable ones last."""
    size = pd.Series(abs(floats(quarantine["amount"])), index=quarantine.index)
    order = ["_size", "table", "file", "row"]
    ranked = quarantine.assign(_size=size.fillna(-1.0))
    return ranked.sort_values(order, ascending=[False, True, True, True], ignore_index=True)


def _columns(rows: pd.DataFrame) -> list[str]:
    """Return the broken columns by both their names; a row broken as a whole says so."""
    pairs = zip(rows["column"], rows["source_column"], strict=True)
    return [column_label(name, theirs) if name else _("whole row") for name, theirs in pairs]


def _whose(table: str, column: str, theirs: str) -> str:
    """Return the table of a rule and, where it is about one, the column."""
    if not column:
        return _("{table}, whole row").format(table=table_label(table))
    words = _("{table}, {column}")
    return words.format(table=table_label(table), column=column_label(column, theirs))


def _remedies(rows: pd.DataFrame) -> list[str]:
    told = rows[["reason", "table", "column"]].itertuples(index=False)
    return [_(remedy_of(reason, table=table, column=column)) for reason, table, column in told]


def pairs_table(pairs: pd.DataFrame, *, decision: str = "proposed") -> pd.DataFrame:
    """Pick pairs of ids that look like one customer, with the evidence a person needs.

    To ``customer_id, name, keep_as, kept_name, evidence, invoice_revenue``; of decided pairs also
    ``decided_by, why`` in the place of the evidence.

    Parameters
    ----------
    pairs : DataFrame `identity_pairs`
    decision : "proposed", "merged" or "kept_apart"
    """
    mine = pairs[pairs["decision"] == decision].reset_index(drop=True)
    told = mine.assign(evidence=["; ".join(evidence_of(row)) for row in mine.to_dict("records")])
    if decision == "proposed":
        return told[PAIR]
    return told[[*PAIR[:4], "decided_by", "why"]]


def evidence_of(pair: Mapping[Any, Any]) -> list[str]:
    """Return what speaks for the two ids of a pair being one customer."""
    found = (
        [_("the same id but for case, blanks or zeros in front")]
        if pair["alike_by"] == "same_id"
        else []
    )
    found += [_("same tax id")] if pair["same_tax_id"] else []
    if pair["name_likeness"] > 0:
        found.append(_("names {share} alike").format(share=percent(pair["name_likeness"])))
    if pair["alike_by"] == "re_registered":
        words = _("the old id ends on {last}, the new one begins on {first}")
        found.append(words.format(last=day(pair["kept_last"]), first=day(pair["first"])))
    return found


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
