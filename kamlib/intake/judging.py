"""A whole table judged: typed values, and for each row that may not stand its first broken column.

The judged rows of a table are kept in the engine once, with what is used and what is set aside in
one place, so that both always add up to what was read.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from kamlib.intake import contract
from kamlib.intake.contract import CONTRACT, REPORTING_CURRENCY, Field, fields_of
from kamlib.intake.convert import Cell, converted, dtype_of
from kamlib.intake.sources import Raw, dialect_of, headed_files, raw_rows
from kamlib.intake.values import DECIMAL

if TYPE_CHECKING:
    from kamlib.engagement import Engagement

GRACE = timedelta(days=366)
WHO = {"customer": contract.NO_CUSTOMER, "party": contract.NO_PARTY}
MARKS = ("_file", "_row", "_column", "_reason", "_value")
SET_ASIDE = (
    "table", "file", "row", "column", "value", "reason", "customer_id", "date", "amount",
    "cost_of_goods_sold",
)  # fmt: skip


class Desk(NamedTuple):
    """Where one intake works: its engine, its folder for what is not kept, and the engagement."""

    con: ibis.BaseBackend
    folder: Path
    engagement: "Engagement"

    @property
    def last_day(self) -> date:
        """Return the last day that an event of the past may have."""
        return max(period.end for period in self.engagement.periods.values()) + GRACE


class Judged(NamedTuple):
    """The judged rows of one input table in the engine, and what the readers counted."""

    name: str
    rows: ir.Table
    raw: Raw
    fields: tuple[Field, ...]

    @property
    def used(self) -> ir.Table:
        """Return the rows that may stand."""
        return self.rows.filter(self.rows["_reason"].isnull())

    @property
    def set_aside(self) -> ir.Table:
        """Return the rows that may not."""
        return self.rows.filter(self.rows["_reason"].notnull())


class Tally(NamedTuple):
    """How many rows of a table are used and set aside, and from when to when the used ones run."""

    used: int
    set_aside: int
    first: date | None
    last: date | None


@contextmanager
def desk(engagement: "Engagement") -> Iterator[Desk]:
    """Open an engine whose data lie in a folder that is removed at the end."""
    with TemporaryDirectory(prefix="kamlib-intake-") as name:
        con = ibis.duckdb.connect(Path(name) / "intake.duckdb")
        try:
            con.raw_sql("SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
            yield Desk(con, Path(name), engagement)
        finally:
            con.disconnect()


def judged(work: Desk, table: str, *, known: dict[str, ir.Table] | None = None) -> Judged:
    """Read an input table and judge each of its rows by the contract.

    Parameters
    ----------
    work : the desk
    table : str, a key of `CONTRACT`
    known : dict of "customer" or "party" to a table with the column ``known_id``; where one is
        absent, every id counts as known

    Returns
    -------
    Judged, with a column for every field of the contract (null where the input has none)
    """
    columns = work.engagement.inputs[table].columns
    files = headed_files(work.engagement, table)
    heads = {name for file in files for name in file.head}
    fields = tuple(_in_this_engagement(f, work) for f in fields_of(table, columns, heads))
    raw = raw_rows(work.con, work.engagement, table, files, fields, folder=work.folder)
    parts = [_judged_part(work, table, part, fields, known or {}) for part in raw.parts]
    if not parts:
        return Judged(table, _no_rows(work, table, fields), raw, fields)
    together = ibis.union(*parts) if len(parts) > 1 else parts[0]
    if table == "invoice_lines" and "net_amount" not in raw.names:
        net = (together["quantity"] * together["unit_price"]).cast(DECIMAL)
        together = together.mutate(net_amount=net)
    return Judged(table, kept(work, table, together), raw, fields)


def kept(work: Desk, name: str, expression: ir.Table) -> ir.Table:
    """Compute an expression once and keep it in the engine under a name of ours.

    Said in SQL because ibis, asked to create a table, first spells out the type of each column,
    which takes longer than computing a small table does.
    """
    work.con.raw_sql(f'CREATE OR REPLACE TABLE "{name}" AS {work.con.compile(expression)}')
    return work.con.table(name)


def fetched(expression: ir.Table, kinds: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Bring a small table out of the engine: money exact, days as datetime64, text as text.

    Columns of decimals stay exact unless `kinds` calls them anything but money.
    """
    table = expression.to_pyarrow()
    for place, field in enumerate(table.schema):
        column = table.column(place)
        if pa.types.is_date(field.type):
            table = table.set_column(place, field.name, column.cast(pa.timestamp("us")))
        elif pa.types.is_decimal(field.type) and (kinds or {}).get(field.name, "money") != "money":
            table = table.set_column(place, field.name, column.cast(pa.float64()))
    return table.to_pandas(types_mapper=_exact_if_decimal)


def tally(table: Judged) -> Tally:
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


def quarantine(rows: Judged) -> pd.DataFrame:
    """Return the rows set aside of one table, in the order of its files."""
    contract_ = CONTRACT[rows.name]
    t = rows.set_aside
    who = next((n for n in ("customer_id", "party_id", "prospect_id") if n in t.columns), "")
    picked = t.select(
        number=t["_file"],
        row=t["_row"],
        column=t["_column"],
        value=t["_value"],
        reason=t["_reason"],
        customer_id=t[who] if who else ibis.null("string"),
        date=t[contract_.dated] if contract_.dated else ibis.null("date"),
        amount=t[contract_.amount] if contract_.amount else ibis.null("decimal(38, 6)"),
        cost_of_goods_sold=(
            t["cost_of_goods_sold"]
            if "cost_of_goods_sold" in t.columns
            else ibis.null("decimal(38, 6)")
        ),
    )
    frame = fetched(picked.order_by(["number", "row"]))
    shown = dict(enumerate(rows.raw.files))
    files = pd.Series(frame["number"].map(shown), index=frame.index, dtype="str")
    return frame.assign(table=rows.name, file=files)[list(SET_ASIDE)]


def _exact_if_decimal(kind: pa.DataType) -> pd.ArrowDtype | None:
    """Keep decimals as decimals when a table goes to pandas."""
    return pd.ArrowDtype(kind) if pa.types.is_decimal(kind) else None


def _in_this_engagement(field: Field, work: Desk) -> Field:
    """Return a field with the values that this engagement allows."""
    if field.allowed == (REPORTING_CURRENCY,):
        return field._replace(allowed=(work.engagement.currency,))
    if field.kind == "period":
        names = tuple(work.engagement.periods)
        return field._replace(allowed=names, otherwise=contract.NO_PERIOD)
    return field


def _judged_part(
    work: Desk,
    table: str,
    part: ir.Table,
    fields: tuple[Field, ...],
    known: dict[str, ir.Table],
) -> ir.Table:
    """Convert the rows of one part and name the first broken column of each."""
    values, dialect = work.engagement.inputs[table].values, dialect_of(work.engagement, table)
    cells = {
        field.name: converted(
            part[field.name], field, dialect,
            values=values.get(field.name, {}), last_day=work.last_day,
        )
        for field in fields
        if field.name in part.columns
    }  # fmt: skip
    wide = part.select(
        "_file", "_row", "_broken", "_cells",
        **{name: cell.value.cast(dtype_of(f)) for name, cell, f in _with_fields(cells, fields)},
        **{f"reason {name}": cell.reason for name, cell in cells.items()},
        **{f"shown {name}": cell.shown for name, cell in cells.items()},
    )  # fmt: skip
    for field in fields:
        if field.who in known and field.name in cells:
            wide = _must_be_known(wide, field, known[field.who])
    return _with_first_broken(wide, fields, list(cells))


def _with_fields(
    cells: dict[str, Cell], fields: tuple[Field, ...]
) -> Iterator[tuple[str, Cell, Field]]:
    """Yield the converted columns with their fields."""
    for field in fields:
        if field.name in cells:
            yield field.name, cells[field.name], field


def _must_be_known(wide: ir.Table, field: Field, known: ir.Table) -> ir.Table:
    """Give a reason to rows whose customer or party nobody knows."""
    joined = wide.left_join(known, wide[field.name] == known["known_id"])
    stranger = joined[field.name].notnull() & joined["known_id"].isnull()
    named = stranger.ifelse(WHO[field.who], ibis.null("string"))
    why = ibis.coalesce(joined[f"reason {field.name}"], named)
    return joined.mutate(**{f"reason {field.name}": why}).drop("known_id")


def _with_first_broken(wide: ir.Table, fields: tuple[Field, ...], present: list[str]) -> ir.Table:
    """Return typed rows with the first broken column, its reason and its text."""
    broken = [(wide["_broken"].notnull(), ("", wide["_broken"], wide["_cells"]))]
    broken += [
        (wide[f"reason {n}"].notnull(), (n, wide[f"reason {n}"], wide[f"shown {n}"]))
        for n in present
    ]
    first = [
        ibis.cases(*((holds, found[place]) for holds, found in broken), else_=ibis.null("string"))
        for place in range(3)
    ]
    typed = {f.name: wide[f.name] if f.name in present else ibis.null(dtype_of(f)) for f in fields}
    return wide.select(
        "_file", "_row", _column=first[0], _reason=first[1], _value=first[2], **typed
    )


def _no_rows(work: Desk, table: str, fields: tuple[Field, ...]) -> ir.Table:
    """Return a judged table without rows."""
    schema = {"_file": "int32", "_row": "int64", **dict.fromkeys(MARKS[2:], "string")}
    schema |= {field.name: str(dtype_of(field)) for field in fields}
    return work.con.create_table(table, schema=ibis.schema(schema), overwrite=True)
