"""What was set aside and what is used: counted, weighed in money, and listed so that it can be found."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import ibis
import ibis.expr.types as ir
import pandas as pd

from kamlib.intake.booked import KEY, money_sum
from kamlib.intake.contract import CONTRACT
from kamlib.intake.desk import Desk, brought, fetched
from kamlib.intake.engines import DECIMAL
from kamlib.intake.reasons import TAX_ID_PESEL, TWICE
from kamlib.intake.validate import Validated
from kamlib.language import _

if TYPE_CHECKING:
    from kamlib.settings import Engagement

SET_ASIDE = (
    "table",
    "file",
    "row",
    "invoice_id",
    "column",
    "source_column",
    "value",
    "reason",
    "customer_id",
    "date",
    "amount",
    "cost_of_goods_sold",
)
TELL_A_ROW = ("invoice_id", "line_id")


class Aside(NamedTuple):
    """The rows set aside of one table in our engine, and how many rows it has of each kind."""

    rows: ir.Table
    tally: "Tally"


class Tally(NamedTuple):
    """How many rows of a table are used and set aside, and from when to when the used ones run."""

    used: int
    set_aside: int
    first: date | None
    last: date | None


def aside_of(table: Validated) -> Aside:
    """Return what was set aside of a table that is kept in our engine."""
    return Aside(picked(table), tally(table))


def aside_of_lines(work: Desk, lines: Validated, documents: ir.Table) -> Aside:
    """Return what was set aside of invoice lines, brought to our engine.

    Parameters
    ----------
    work : the desk
    lines : the judged invoice lines
    documents : table from `kamlib.intake.booked.booked`, which has all that is used
    """
    used = documents.aggregate(
        used=documents["lines"].sum().fill_null(0).cast("int64"),
        first=documents["date"].min(),
        last=documents["date"].max(),
    )
    found = used.to_pyarrow().to_pylist()[0]
    rows = picked(lines)
    if found["used"] == lines.raw.rows:  # nothing is left to look for
        rows = work.con.create_table("lines_aside", schema=rows.schema(), overwrite=True)
        return Aside(rows, Tally(set_aside=0, **found))
    rows = brought(work, "lines_aside", rows, key=KEY)
    return Aside(rows, Tally(set_aside=rows.count().to_pyarrow().as_py(), **found))


def money_read(documents: ir.Table, counted: Mapping[str, Any], aside: Aside) -> pd.DataFrame:
    """Return rows and readable net amounts by rule; a null reason is what is used.

    To ``column, reason, rows, amount, size`` (`size` is the sum of absolute amounts).

    Parameters
    ----------
    documents : table from `kamlib.intake.booked.booked`
    counted : dict from `kamlib.intake.booked.counted`
    aside : what was set aside of the lines
    """
    used = documents.aggregate(
        rows=documents["lines"].sum().cast("int64"),
        amount=money_sum(documents["net_amount"]),
        size=ibis.literal(f"{counted['size']:f}").cast(DECIMAL),  # as a number it would be rounded
    ).mutate(column=ibis.null("string"), reason=ibis.null("string"))
    lost = aside.rows.group_by("column", "reason").aggregate(
        rows=aside.rows.count(),
        amount=money_sum(aside.rows["amount"]),
        size=money_sum(aside.rows["amount"].abs()),
    )
    names = ["column", "reason", "rows", "amount", "size"]
    every = ibis.union(lost.select(names), used.select(names))
    return fetched(every.order_by("column", "reason"))


def tally(table: Validated) -> Tally:
    """Count the rows of a judged table that are used and set aside, and find its first and last day."""
    rows, dated = table.rows, CONTRACT[table.name].dated
    fine = rows["_reason"].isnull()
    day = fine.ifelse(rows[dated], ibis.null("date")) if dated else None
    counted = rows.aggregate(
        used=fine.sum().fill_null(0),
        set_aside=(~fine).sum().fill_null(0),
        first=ibis.null("date") if day is None else day.min(),
        last=ibis.null("date") if day is None else day.max(),
    )
    return Tally(**counted.to_pyarrow().to_pylist()[0])


def picked(rows: Validated) -> ir.Table:
    """Return the rows set aside of one table, with what is told of each."""
    t, contract = rows.set_aside, CONTRACT[rows.name]
    who = next((n for n in ("customer_id", "party_id", "prospect_id") if n in t.columns), "")
    telling = [name for name in (*TELL_A_ROW, *contract.key) if name in rows.raw.names]
    cost = "cost_of_goods_sold" if "cost_of_goods_sold" in t.columns else ""
    bill = "invoice_id" if rows.name == "invoice_lines" else ""
    none = ibis.null(DECIMAL)
    return t.select(
        number=t["_file"],
        row=t["_row"],
        invoice_id=t[bill] if bill else ibis.null("string"),
        column=t["_column"],
        value=t["_value"],
        reason=t["_reason"],
        customer_id=t[who] if who else ibis.null("string"),
        date=t[contract.dated] if contract.dated else ibis.null("date"),
        amount=t[contract.amount] if contract.amount else none,
        cost_of_goods_sold=t[cost] if cost else none,
        **{f"tells {name}": t[name] for name in telling},
    )


def all_set_aside(
    tables: list[Validated], apart: Mapping[str, Aside], engagement: "Engagement"
) -> pd.DataFrame:
    """Return the rows set aside of all tables; where nothing was, of the lines, for the columns."""
    broken = [one for one in tables if apart[one.name].tally.set_aside] or tables[:1]
    theirs = {one.name: engagement.inputs[one.name].columns for one in broken}
    frames = [
        quarantine(one.name, apart[one.name].rows, one.raw.files, theirs[one.name])
        for one in broken
    ]
    return pd.concat(frames, ignore_index=True)


def quarantine(
    name: str, aside: ir.Table, files: list[str], columns: Mapping[str, str]
) -> pd.DataFrame:
    """Return the rows set aside of one table, in the order of its files.

    Parameters
    ----------
    name : str, the input table
    aside : table from `picked`
    files : its files or its database's table, as readers know them
    columns : our name of a column to the client's, where the engagement maps it

    Notes
    -----
    A database has no row numbers: its rows have 0, and the document stands beside the table's name.
    """
    frame = fetched(aside)
    telling = [column for column in frame.columns if column.startswith("tells ")]
    order = ["number", "row", *telling, "customer_id", "date", "amount", "column", "value"]
    frame = frame.sort_values(order, ignore_index=True, na_position="last")
    personal = frame["reason"] == TAX_ID_PESEL
    frame["value"] = frame["value"].mask(personal, _("not shown"))
    told = personal & (frame["column"] == "customer_id")
    frame["customer_id"] = frame["customer_id"].mask(told, _("not shown"))
    shown = dict(enumerate(files))
    where = pd.Series(frame["number"].map(shown), index=frame.index, dtype="str")
    for column in telling:
        known = (frame["row"] == 0) & frame[column].notna()
        said = ", " + column.removeprefix("tells ") + " " + frame[column].fillna("").astype("str")
        where = where.mask(known, where + said)
    twice = frame["reason"].isin(TWICE)
    frame["value"] = frame["value"].mask(
        twice, [_first_place(each, shown) for each in frame["value"]]
    )
    theirs = frame["column"].replace(dict(columns))
    return frame.assign(table=name, file=where, source_column=theirs)[list(SET_ASIDE)]


def _first_place(value: object, files: Mapping[int, str]) -> str:
    """Return where the row or the invoice stands that counts, from the number of its file and its row."""
    file, _between, row = str(value).partition(":")
    name = files.get(int(file), "") if file.isdigit() else ""
    words = _("counted in {file}, row {row}") if row not in ("", "0") else _("counted in {file}")
    return words.format(file=name, row=row)
