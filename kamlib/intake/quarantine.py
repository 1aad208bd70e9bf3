"""What was set aside and what is used: counted, weighed in money, and listed so that it can be found."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kamlib.core.contract import CONTRACT, PART, WHERE
from kamlib.core.errors import DataError, listed
from kamlib.core.language import _, money, number, percent
from kamlib.core.tables import Tables, floats
from kamlib.core.verdicts import FLAG, PASS, REFUSE, Verdict, verdict
from kamlib.core.vocabulary import table_label
from kamlib.intake.checks import remedy_of
from kamlib.intake.documents import KEY, money_sum
from kamlib.intake.reasons import (
    LEFT_OUT,
    NO_CUSTOMER,
    NO_LINE,
    REPEATS,
    TAX_ID_PESEL,
    TWICE,
    ZEROS_LOST,
)
from kamlib.intake.validate import MARKS, Validated
from kamlib.intake.workspace import Workspace, in_pandas, pull

if TYPE_CHECKING:
    from kamlib.core.periods import Period
    from kamlib.settings import Engagement
    from kamlib.settings.inputs import Input

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
TELL_A_ROW, WHO = ("invoice_id", "line_id"), ("customer_id", "party_id", "prospect_id")
TELLS = "tells "  # before a column that tells a row of a database, which has no number
TEXT, MONEY = pa.string(), pa.decimal128(38, 6)


class Tally(NamedTuple):
    """How many rows of a table are used and set aside, from when to when, and the money of lines used."""

    used: int
    set_aside: int
    first: date | None
    last: date | None
    amount: Decimal | None = None


class SetAside(NamedTuple):
    """The rows set aside of one table, with what is told of each, and how many there are of each kind."""

    rows: pa.Table
    tally: Tally


def set_aside_of(table: Validated, rows: pa.Table) -> SetAside:
    """Return what was set aside of a table's validated rows, all of which are at hand."""
    used = rows.filter(pc.is_null(rows["_reason"]))
    dated = CONTRACT[table.name].dated
    ends = pc.min_max(used[dated]).as_py() if dated else {"min": None, "max": None}
    tally = Tally(len(used), len(rows) - len(used), ends["min"], ends["max"])
    return SetAside(_picked(table, rows.filter(pc.is_valid(rows["_reason"]))), tally)


def lines_set_aside(
    work: Workspace, lines: Validated, documents: ir.Table, known: Mapping[str, ir.Table]
) -> SetAside:
    """Return what was set aside of invoice lines, brought from where they lie.

    An id that is known with other zeros in front is told as such: a spreadsheet has taken them.

    Parameters
    ----------
    work : the workspace
    lines : the validated invoice lines
    documents : table from `kamlib.intake.documents.documents_of`, which has all that is used
    known : dict of "customer" to a table with the column ``known_id``, if there are customers
    """
    used = documents.aggregate(
        used=documents["lines"].sum().fill_null(0).cast("int64"),
        first=documents["date"].min(),
        last=documents["date"].max(),
        amount=money_sum(documents["net_amount"]),
    )
    found = used.to_pyarrow().to_pylist()[0]
    rows = lines.set_aside.select(*MARKS, *_told_columns(lines))
    if found["used"] == lines.raw.rows:  # nothing is left to look for
        lost = rows.schema().to_pyarrow().empty_table()
    else:
        lost = pull(work, "lines_set_aside", rows, key=KEY).to_pyarrow()
    picked = _mark_lost_zeros(_picked(lines, lost), known)
    return SetAside(picked, Tally(set_aside=len(picked), **found))


def _mark_lost_zeros(rows: pa.Table, known: Mapping[str, ir.Table]) -> pa.Table:
    """Give lines a reason of their own whose customer is known with other zeros in front."""
    reason, ids = rows["reason"].to_pylist(), rows["customer_id"].to_pylist()
    if "customer" not in known or NO_CUSTOMER not in reason:
        return rows
    bare = {each.lstrip("0") for each in known["customer"].to_pyarrow()["known_id"].to_pylist()}
    told = [
        ZEROS_LOST if why == NO_CUSTOMER and one and one.lstrip("0") in bare else why
        for why, one in zip(reason, ids, strict=True)
    ]
    return rows.set_column(rows.schema.get_field_index("reason"), "reason", pa.array(told, TEXT))


def money_read(counted: Mapping[str, Any], apart: SetAside) -> pd.DataFrame:
    """Return rows and readable net amounts by rule; a null reason is what is used.

    To ``column, reason, rows, amount, size`` (`size` is the sum of absolute amounts).

    Parameters
    ----------
    counted : dict from `kamlib.intake.documents.counted`
    apart : what was set aside of the lines
    """
    lost = apart.rows.select(["column", "reason", "amount"])
    lost = lost.append_column("size", pc.abs(lost["amount"]))
    sums = [("reason", "count"), ("amount", "sum"), ("size", "sum")]
    rules = lost.group_by(["column", "reason"]).aggregate(sums)
    names = {"reason_count": "rows", "amount_sum": "amount", "size_sum": "size"}
    rules = rules.rename_columns([names.get(name, name) for name in rules.column_names])
    used = {"rows": apart.tally.used, "amount": apart.tally.amount, "size": counted["size"]}
    kinds = [
        ("column", TEXT),
        ("reason", TEXT),
        ("rows", pa.int64()),
        ("amount", MONEY),
        ("size", MONEY),
    ]
    schema = pa.schema(kinds)
    every = [rules.select(schema.names).cast(schema), pa.Table.from_pylist([used], schema)]
    return in_pandas(
        pa.concat_tables(every).sort_by([("column", "ascending"), ("reason", "ascending")])
    )


def _told_columns(table: Validated) -> list[str]:
    """Return the columns by which a row set aside is told, as far as the table has them."""
    contract = CONTRACT[table.name]
    wanted = (*WHO, contract.dated, contract.amount, "cost_of_goods_sold", "invoice_id")
    telling = [name for name in (*TELL_A_ROW, *contract.key) if name in table.raw.names]
    names = {field.name for field in table.fields}
    return [name for name in dict.fromkeys([*wanted, *telling]) if name in names]


def _picked(table: Validated, rows: pa.Table) -> pa.Table:
    """Return the rows set aside of one table, with what is told of each."""
    contract = CONTRACT[table.name]
    who = next((name for name in WHO if name in rows.column_names), "")
    telling = [name for name in (*TELL_A_ROW, *contract.key) if name in table.raw.names]
    places = {
        "number": ("_file", pa.int32()),
        "row": ("_row", pa.int64()),
        "invoice_id": ("invoice_id" if table.name == "invoice_lines" else "", TEXT),
        "column": ("_column", TEXT),
        "value": ("_value", TEXT),
        "reason": ("_reason", TEXT),
        "customer_id": (who, TEXT),
        "date": (contract.dated, pa.date32()),
        "amount": (contract.amount, MONEY),
        "cost_of_goods_sold": ("cost_of_goods_sold", MONEY),
        **{f"{TELLS}{name}": (name, TEXT) for name in telling},
    }
    columns = {
        name: rows[place].cast(kind, safe=False)
        if place in rows.column_names
        else pa.nulls(len(rows), kind)
        for name, (place, kind) in places.items()
    }
    return pa.table(columns)


def all_set_aside(
    tables: list[Validated], apart: Mapping[str, SetAside], engagement: "Engagement"
) -> pd.DataFrame:
    """Return the rows set aside of all tables; where nothing was, of the lines, for the columns."""
    broken = [one for one in tables if apart[one.name].tally.set_aside] or tables[:1]
    theirs = {one.name: _their_names(engagement.inputs[one.name]) for one in broken}
    frames = [
        quarantine(one.name, apart[one.name].rows, one.raw.files, theirs[one.name])
        for one in broken
    ]
    return pd.concat(frames, ignore_index=True)


def _their_names(given: "Input") -> dict[str, str]:
    """Return our names of columns with the client's, also of those that have none of ours."""
    parts = [theirs for several in given.parts.values() for theirs in several]
    own = [(WHERE, given.where), (PART, parts)]
    return given.columns | {mark + theirs: theirs for mark, names in own for theirs in names}


def quarantine(
    name: str, rows: pa.Table, files: list[str], columns: Mapping[str, str]
) -> pd.DataFrame:
    """Return the rows set aside of one table, in the order of its files.

    Parameters
    ----------
    name : str, the input table
    rows : what was set aside, with what is told of each
    files : its files or its database's table, as readers know them
    columns : our name of a column to the client's, where the engagement maps it

    Notes
    -----
    A database has no row numbers: its rows have 0, and the document stands beside the table's name.
    """
    frame = in_pandas(rows)
    telling = [column for column in frame.columns if column.startswith(TELLS)]
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
        said = ", " + column.removeprefix(TELLS) + " " + frame[column].fillna("").astype("str")
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


CARRY_PROFIT = ("invoice_lines", "resources", "drivers", "receivables", "assets", "off_invoice")
LEAST_SHARE = 0.0005


class Lost(NamedTuple):
    """What of a table was set aside, in rows or in money: the share, and how it is said."""

    share: float
    said: str


def rows_set_aside_verdict(read: pd.DataFrame, coverage: pd.DataFrame, *, currency: str) -> Verdict:
    """Say how many rows were set aside, and what part of the lines and of the money they are.

    Parameters
    ----------
    read : DataFrame from `kamlib.intake.quarantine.money_read`
    coverage : DataFrame, one row per input table
    """
    rows, aside = int(coverage["rows"].sum()), int(coverage["set_aside"].sum())
    if not aside:
        return verdict("rows_set_aside", PASS, all=number(rows))
    lines = coverage[coverage["table"] == "invoice_lines"]
    of_lines, every = int(lines["set_aside"].sum()), int(lines["rows"].sum())
    lost = read[read["reason"].notna()]
    size, whole = (float(t["size"].dropna().sum() or 0) for t in (lost, read))
    return verdict(
        "rows_set_aside",
        FLAG,
        n=number(aside),
        all=number(rows),
        lines=number(of_lines),
        every=number(every),
        part=_share(_part(of_lines, every - of_lines)),
        amount=money(float(lost["amount"].dropna().sum() or 0), currency),
        share=_share(_part(size, whole - size)),
    )


def enough_verdict(
    read: pd.DataFrame,
    coverage: pd.DataFrame,
    tables: Tables,
    *,
    engagement: "Engagement",
    span: "Period",
) -> Verdict:
    """Say whether more was set aside of what customer profit rests on than the declared limits allow.

    Parameters
    ----------
    read : DataFrame from `kamlib.intake.quarantine.money_read`
    coverage : DataFrame, one row per input table
    tables : what data prep hands over, the quarantine among them

    Notes
    -----
    Totals and rows that are declared repeats are no rows of their own and count on neither side.
    """
    limits, quarantine = engagement.set_aside, tables["quarantine"]
    declared = engagement.inputs["invoice_lines"].repeated_invoices == "set_aside"
    none = [*NO_LINE, LEFT_OUT, REPEATS, *(TWICE if declared else ())]
    lost = quarantine[~quarantine["reason"].isin(none)]
    found = list(_lost(read, coverage, tables, lost, engagement, span))
    most = max((each.share for each in found), default=0.0)
    outcome = REFUSE if most > limits.refuse else FLAG if most > limits.flag else PASS
    told = [each.said for each in found if each.share > limits.flag]
    limit = limits.flag if outcome == PASS else limits.refuse
    return verdict("too_much_set_aside", outcome, what="; ".join(told), limit=percent(limit))


def _lost(
    read: pd.DataFrame,
    coverage: pd.DataFrame,
    tables: Tables,
    lost: pd.DataFrame,
    engagement: "Engagement",
    span: "Period",
) -> Iterator[Lost]:
    """Yield what was set aside of each table, and of the lines of the report period."""
    currency = engagement.currency
    used = dict(zip(coverage["table"], coverage["rows"] - coverage["set_aside"], strict=True))
    for table in CARRY_PROFIT:
        if table in used and len(rows := lost[lost["table"] == table]):
            size = _size_used(table, read, tables)
            yield from _told(table_label(table), rows, int(used[table]), size, currency)
    lines = lost[lost["table"] == "invoice_lines"]
    inside = lines["date"].between(pd.Timestamp(span.start), pd.Timestamp(span.end))
    if inside.any() and len(engagement.periods) > 1:
        months = tables["customer_months"]
        mine = months[months["period"] == span.name]
        what = _("{table} of {period}").format(table=table_label("invoice_lines"), period=span.name)
        size = float(abs(floats(mine["invoice_revenue"])).sum())
        yield from _told(what, lines[inside], int(mine["lines"].sum()), size, currency)


def _size_used(table: str, read: pd.DataFrame, tables: Tables) -> float:
    """Return the sum of the absolute amounts that are used of a table; nothing where it has none."""
    if table == "invoice_lines":
        return float(read.loc[read["reason"].isna(), "size"].dropna().sum() or 0)
    frame = tables.get(table)
    if frame is None or "amount" not in frame.columns:
        return 0.0
    return float(abs(floats(frame["amount"])).sum())


def _told(what: str, rows: pd.DataFrame, used: int, size: float, currency: str) -> Iterator[Lost]:
    """Yield what was set aside in rows, and in money where any can be read."""
    share = _part(len(rows), used)
    yield Lost(
        share,
        _("{n} of {all} {table} ({share})").format(
            n=number(len(rows)), all=number(len(rows) + used), table=what, share=_share(share)
        ),
    )
    amount = float(abs(floats(rows["amount"].dropna())).sum())
    if amount:
        share = _part(amount, size)
        yield Lost(
            share,
            _("{amount} of {whole} on {table} ({share})").format(
                amount=money(amount, currency),
                whole=money(amount + size, currency),
                table=what,
                share=_share(share),
            ),
        )


def _part(lost: float, used: float) -> float:
    return lost / (lost + used) if lost else 0.0


def _share(share: float) -> str:
    """Write a share; what would round to nothing is not nothing."""
    return percent(share) if share >= LEAST_SHARE or not share else _("less than 0.1%")


def refuse_without_rows(lines: Validated) -> None:
    """Raise DataError if there is no invoice line at all."""
    files = listed(lines.raw.files)
    if not lines.raw.rows:
        what = "has a head only" if lines.raw.names else "is empty, without even a head"
        raise DataError(
            f"{files} has no invoice line: it {what}. "
            f"Export the lines again, or name another file under inputs.invoice_lines."
        )


def refuse_without_lines(lines: Validated, apart: SetAside) -> None:
    """Raise DataError if no invoice line can be used, with the reasons and how to mend the first."""
    if apart.tally.used:
        return
    rules = apart.rows.group_by(["column", "reason"])
    why = rules.aggregate([("row", "count"), ("value", "max")])
    order = [("row_count", "descending"), ("column", "ascending"), ("reason", "ascending")]
    found = why.sort_by(order).to_pylist()
    told = listed(
        _in_words(row["column"], row["reason"], row["row_count"], row["value_max"]) for row in found
    )
    raise DataError(
        f"none of the {lines.raw.rows} invoice lines of {listed(lines.raw.files)} can be used: {told}. "
        f"To mend the first: {remedy_of(found[0]['reason'])}. If cells were read otherwise than they "
        f"are meant, look at the dialect and the columns of inputs.invoice_lines in engagement.yaml."
    )


def refuse_without_customers(customers: pd.DataFrame, months: pd.DataFrame) -> None:
    """Raise DataError if nobody who bought is a customer whose profit can be judged.

    Parameters
    ----------
    customers : DataFrame ``customer_id, relation``
    months : DataFrame ``customer_id``, one row for each month in which one bought
    """
    relation = customers.set_index("customer_id")["relation"]
    bought = sorted(months["customer_id"].unique())
    if (relation.reindex(bought) == "external").any():
        return
    who = listed(f"{each} ({relation.get(each)})" for each in bought)
    raise DataError(
        f"no invoice line is of an external customer, so that there is nobody to judge: {who}. Look at "
        f"identity.intercompany and identity.collective in engagement.yaml, and at the column relation "
        f"of customers: own companies and collective customers take no part."
    )


def _in_words(column: str, reason: str, n: int, value: str | None) -> str:
    """Say how many lines have a reason, with what stands in one of them."""
    where = f"{column}: " if column else ""
    example = f" (such as {value[:40]})" if value else ""
    return f"{n} × {where}{reason}{example}"
