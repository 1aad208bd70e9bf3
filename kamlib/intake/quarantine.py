"""What was set aside and what is used: counted, weighed in money, and listed so that it can be found."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kamlib.core.contract import CONTRACT, PART, WHERE
from kamlib.core.errors import DataError, listed
from kamlib.core.language import _, money, number, percent
from kamlib.core.outcomes import FLAG, PASS, REFUSE, Outcome, outcome_of
from kamlib.core.tables import Tables, floats
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
    from kamlib.core.timespans import Period
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
    """
    used = documents.aggregate(
        used=documents["lines"].sum().fill_null(0).cast("int64"),
        first=documents["date"].min(),
        last=documents["date"].max(),
        amount=money_sum(documents["net_amount"]),
    )
    found = used.to_pyarrow().to_pylist()[0]
    contract = CONTRACT[lines.name]
    wanted = (*WHO, contract.dated, contract.amount, "cost_of_goods_sold", "invoice_id")
    names = dict.fromkeys([*wanted, *_telling(lines)])
    there = {field.name for field in lines.fields}
    rows = lines.set_aside.select(*MARKS, *(name for name in names if name in there))
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
    mended = [
        ZEROS_LOST if why == NO_CUSTOMER and one and one.lstrip("0") in bare else why
        for why, one in zip(reason, ids, strict=True)
    ]
    return rows.set_column(rows.schema.get_field_index("reason"), "reason", pa.array(mended, TEXT))


def money_read(counted: Mapping[str, Any], apart: SetAside) -> pd.DataFrame:
    """Return ``column, reason, rows, amount, size`` of net amounts by rule; no reason: they are used."""
    lost = apart.rows.select(["column", "reason", "amount"])
    lost = lost.append_column("size", pc.abs(lost["amount"]))
    sums = [("reason", "count"), ("amount", "sum"), ("size", "sum")]
    rules = lost.group_by(["column", "reason"]).aggregate(sums)
    names = {"reason_count": "rows", "amount_sum": "amount", "size_sum": "size"}
    rules = rules.rename_columns([names.get(name, name) for name in rules.column_names])
    used = {"rows": apart.tally.used, "amount": apart.tally.amount, "size": counted["size"]}
    kinds = {"column": TEXT, "reason": TEXT, "rows": pa.int64(), "amount": MONEY, "size": MONEY}
    schema = pa.schema(kinds)
    every = [rules.select(schema.names).cast(schema), pa.Table.from_pylist([used], schema)]
    order = [("column", "ascending"), ("reason", "ascending")]
    return in_pandas(pa.concat_tables(every).sort_by(order))


def _telling(table: Validated) -> list[str]:
    """Return the columns that tell a row of a database, as far as the table has them."""
    columns = (*TELL_A_ROW, *CONTRACT[table.name].key)
    return [name for name in columns if name in table.raw.names]


def _picked(table: Validated, rows: pa.Table) -> pa.Table:
    """Return the rows set aside of one table, with what is told of each."""
    contract = CONTRACT[table.name]
    who = next((name for name in WHO if name in rows.column_names), "")
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
        **{f"{TELLS}{name}": (name, TEXT) for name in _telling(table)},
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
    return pd.concat(
        [_quarantine(one, apart[one.name].rows, engagement.inputs[one.name]) for one in broken],
        ignore_index=True,
    )


def _quarantine(table: Validated, rows: pa.Table, given: "Input") -> pd.DataFrame:
    """Return the rows set aside of one table, in the order of its files.

    A database has no row numbers: its rows have 0, and the document stands beside the table's name.
    """
    frame = in_pandas(rows)
    telling = [column for column in frame.columns if column.startswith(TELLS)]
    order = ["number", "row", *telling, "customer_id", "date", "amount", "column", "value"]
    frame = frame.sort_values(order, ignore_index=True, na_position="last")
    personal, hidden = frame["reason"] == TAX_ID_PESEL, _("not shown")
    frame["value"] = frame["value"].mask(personal, hidden)
    whose = personal & (frame["column"] == "customer_id")
    frame["customer_id"] = frame["customer_id"].mask(whose, hidden)
    shown = dict(enumerate(table.raw.files))
    where = pd.Series(frame["number"].map(shown), index=frame.index, dtype="str")
    for column in telling:
        said = f", {column.removeprefix(TELLS)} " + frame[column].fillna("").astype("str")
        where = where.mask((frame["row"] == 0) & frame[column].notna(), where + said)
    first = [_first_place(each, shown) for each in frame["value"]]
    frame["value"] = frame["value"].mask(frame["reason"].isin(TWICE), first)
    theirs = given.columns | {WHERE + each: each for each in given.where}
    theirs |= {PART + each: each for several in given.parts.values() for each in several}
    source = frame["column"].replace(theirs)
    return frame.assign(table=table.name, file=where, source_column=source)[list(SET_ASIDE)]


def _first_place(value: object, files: Mapping[int, str]) -> str:
    """Return where the row or the invoice stands that counts, from the number of its file and its row."""
    file, _between, row = str(value).partition(":")
    name = files.get(int(file), "") if file.isdigit() else ""
    words = _("counted in {file}, row {row}") if row not in ("", "0") else _("counted in {file}")
    return words.format(file=name, row=row)


CARRY_PROFIT = ("invoice_lines", "resources", "drivers", "receivables", "assets", "off_invoice")
LEAST_SHARE = 0.0005


def rows_set_aside_outcome(
    read: pd.DataFrame, coverage: pd.DataFrame, quarantine: pd.DataFrame, *, currency: str
) -> Outcome:
    """Say how many rows were set aside, and what part of the lines and of the money they are.

    Rows that the settings leave out count on neither side.
    """
    left = quarantine[quarantine["reason"] == LEFT_OUT].groupby("table").size()
    out = coverage["table"].map(left).fillna(0)
    coverage = coverage.assign(rows=coverage["rows"] - out, set_aside=coverage["set_aside"] - out)
    read = read[read["reason"] != LEFT_OUT]
    rows, aside = int(coverage["rows"].sum()), int(coverage["set_aside"].sum())
    words = _(" Left out, as the settings say which rows count: {n}.").format(
        n=number(int(out.sum()))
    )
    told = {"all": number(rows), "left_out": words if out.any() else ""}
    if not aside:
        return outcome_of("rows_set_aside", PASS, **told)
    lines = coverage[coverage["table"] == "invoice_lines"]
    of_lines, every = int(lines["set_aside"].sum()), int(lines["rows"].sum())
    lost = read[read["reason"].notna()]
    size, whole = (float(t["size"].dropna().sum() or 0) for t in (lost, read))
    return outcome_of(
        "rows_set_aside",
        FLAG,
        n=number(aside),
        **told,
        lines=number(of_lines),
        every=number(every),
        part=_share(_part(of_lines, every - of_lines)),
        amount=money(size, currency),
        share=_share(_part(size, whole - size)),
    )


def enough_outcome(
    read: pd.DataFrame,
    coverage: pd.DataFrame,
    tables: Tables,
    *,
    engagement: "Engagement",
    span: "Period",
) -> Outcome:
    """Say whether more was set aside of what customer profit rests on than the declared limits allow.

    Totals and rows that are declared repeats are no rows of their own and count on neither side.
    """
    limits, quarantine = engagement.set_aside, tables["quarantine"]
    declared = engagement.inputs["invoice_lines"].repeated_invoices == "set_aside"
    none = [*NO_LINE, LEFT_OUT, REPEATS, *(TWICE if declared else ())]
    lost = quarantine[~quarantine["reason"].isin(none)]
    found = [
        share_and_words
        for part in _parts(read, coverage, tables, lost, engagement, span)
        for share_and_words in _lost(*part, engagement.currency)
    ]
    most = max((share for share, _words in found), default=0.0)
    outcome = REFUSE if most > limits.refuse else FLAG if most > limits.flag else PASS
    what = "; ".join(words for share, words in found if share > limits.flag)
    limit = limits.flag if outcome == PASS else limits.refuse
    return outcome_of("too_much_set_aside", outcome, what=what, limit=percent(limit))


def _parts(
    read: pd.DataFrame,
    coverage: pd.DataFrame,
    tables: Tables,
    lost: pd.DataFrame,
    engagement: "Engagement",
    span: "Period",
) -> Iterator[tuple[str, pd.DataFrame, int, float]]:
    """Yield each table that carries profit, and the lines of the report period.

    With the rows that it lost, how many are used, and the size of their amounts.
    """
    used = dict(zip(coverage["table"], coverage["rows"] - coverage["set_aside"], strict=True))
    for table in (each for each in CARRY_PROFIT if each in used):
        frame = tables.get(table)
        if table == "invoice_lines":
            amounts = read.loc[read["reason"].isna(), "size"]
        else:
            amounts = pd.Series() if frame is None else frame.get("amount", pd.Series())
        yield table_label(table), lost[lost["table"] == table], int(used[table]), _size(amounts)
    if len(engagement.periods) > 1:
        lines = lost[lost["table"] == "invoice_lines"]
        inside = lines["date"].between(pd.Timestamp(span.start), pd.Timestamp(span.end))
        months = tables["customer_months"]
        mine = months[months["period"] == span.name]
        what = _("{table} of {period}").format(table=table_label("invoice_lines"), period=span.name)
        yield what, lines[inside], int(mine["lines"].sum()), _size(mine["invoice_revenue"])


def _lost(
    what: str, rows: pd.DataFrame, used: int, size: float, currency: str
) -> Iterator[tuple[float, str]]:
    """Yield the share that was set aside in rows, and in money where any can be read, in words."""
    in_money = partial(money, currency=currency)
    ways: tuple[tuple[str, float, float, Callable[[float], str]], ...] = (
        (_("{n} of {all} {table} ({share})"), len(rows), used, number),
        (_("{n} of {all} on {table} ({share})"), _size(rows["amount"]), size, in_money),
    )
    for template, lost, of, written in ways:
        if lost:
            share, numbers = _part(lost, of), {"n": written(lost), "all": written(lost + of)}
            yield share, template.format(table=what, share=_share(share), **numbers)


def _size(amounts: pd.Series) -> float:
    """Return the sum of absolute amounts, as far as they are known."""
    return float(abs(floats(amounts.dropna())).sum())


def _part(lost: float, used: float) -> float:
    return lost / (lost + used) if lost else 0.0


def _share(share: float) -> str:
    """Write a share; what would round to nothing is not nothing."""
    return percent(share) if share >= LEAST_SHARE or not share else _("less than 0.1%")


def refuse_without_rows(lines: Validated) -> None:
    """Raise DataError if there is no invoice line at all."""
    if not lines.raw.rows:
        what = "has a head only" if lines.raw.names else "is empty, without even a head"
        raise DataError(
            f"{listed(lines.raw.files)} has no invoice line: it {what}. "
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
    which = listed(
        f"{row['row_count']} × {row['column'] and row['column'] + ': '}{row['reason']}"
        + (f" (such as {row['value_max'][:40]})" if row["value_max"] else "")
        for row in found
    )
    raise DataError(
        f"none of the {lines.raw.rows} invoice lines of {listed(lines.raw.files)} can be used: {which}. "
        f"To mend the first: {remedy_of(found[0]['reason'])}. If cells were read otherwise than they "
        f"are meant, look at the dialect and the columns of inputs.invoice_lines in engagement.yaml."
    )


def refuse_without_customers(customers: pd.DataFrame, months: pd.DataFrame) -> None:
    """Raise DataError if nobody who bought is a customer whose profit can be judged."""
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
