"""A whole table judged: typed values, and for each row that may not stand its first broken column.

The judged rows of a table are kept in the engine once, with what is used and what is set aside in
one place, so that both always add up to what was read.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import ibis
import ibis.expr.types as ir

from kamlib.core.errors import listed
from kamlib.intake import reasons
from kamlib.intake.contract import NUMERIC, Field, fields_of
from kamlib.intake.convert import Cell, Column, as_text, converted, dtype_of, is_exact
from kamlib.intake.counted import numbers_read
from kamlib.intake.databases import answering
from kamlib.intake.derived import derived_net, told_by_number
from kamlib.intake.desk import Desk, kept, lookup, viewed
from kamlib.intake.engines import spelled_apart
from kamlib.intake.servers import raw_from_database
from kamlib.intake.sources import Raw, dialect_of, headed_files, raw_rows
from kamlib.intake.spelling import (
    currency_codes,
    currency_words,
    holds_tax_ids,
    with_tax_ids,
    without_nobody,
    without_rounded,
)
from kamlib.intake.undeclared import refuse_undeclared

if TYPE_CHECKING:
    from kamlib.settings.inputs import Input

WHO = {"customer": reasons.NO_CUSTOMER, "party": reasons.NO_PARTY}
RAW = "raw "  # before the name of a column of exact numbers, as it was read
KEPT_FLOATS = 3_000_000  # rows
MARKS = ("_file", "_row", "_column", "_reason", "_value")


class Judged(NamedTuple):
    """The judged rows of one input table in the engine, and what the readers counted."""

    name: str
    rows: ir.Table
    raw: Raw
    fields: tuple[Field, ...]
    fine: ir.Table | None = None  # the rows that may stand, where they are not kept

    @property
    def used(self) -> ir.Table:
        """Return the rows that may stand."""
        if self.fine is not None:
            return self.fine
        return self.rows.filter(self.rows["_reason"].isnull())

    @property
    def set_aside(self) -> ir.Table:
        """Return the rows that may not."""
        return self.rows.filter(self.rows["_reason"].notnull())


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
    given = work.engagement.inputs[table]
    if given.database:
        with answering(given.database.engine, f"inputs.{table}.database"):
            return _judged_rows(work, table, *raw_from_database(work, table), known or {})
    files = headed_files(work.engagement, table)
    heads = {name for file in files for name in file.head}
    fields = fields_of(table, given.columns, heads)
    raw = raw_rows(work.con, work.engagement, table, files, fields, folder=work.folder)
    return _judged_rows(work, table, raw, fields, known or {})


def _judged_rows(
    work: Desk,
    table: str,
    raw: Raw,
    fields: tuple[Field, ...],
    known: dict[str, ir.Table],
) -> Judged:
    """Judge raw rows, and keep them unless they are read from their types anew as fast."""
    fields = tuple(_in_this_engagement(field, work) for field in fields)
    for part in raw.parts:
        dialect = dialect_of(work.engagement, table)
        refuse_undeclared(part, fields, dialect, shown=listed(raw.files, most=3))
        raw.notes.update(numbers_read(part, fields, dialect))
    plain = _as_read(work, table, raw.parts, fields)
    parts = [_judged_part(work, table, part, fields, known, plain) for part in raw.parts]
    if not parts:
        return Judged(table, _no_rows(work, table, fields), raw, fields)
    together = ibis.union(*parts) if len(parts) > 1 else parts[0]
    if table == "invoice_lines":
        given = work.engagement.inputs[table]
        together = together.mutate(document_type=told_by_number(together, given))
        if "net_amount" not in raw.names:
            together = together.mutate(net_amount=derived_net(together))
    if table == "invoice_lines" and (not work.owns(together) or _is_typed(raw, fields)):
        fine = viewed(work, f"{table} used", together.filter(together["_fine"]).drop("_fine"))
        plain = together.drop("_fine", *_raw_of(together))
        return Judged(table, plain, raw, fields, fine)
    return Judged(table, kept(work, table, together.drop("_fine", *_raw_of(together))), raw, fields)


def _raw_of(rows: ir.Table) -> list[str]:
    """Return the columns of numbers as they were read."""
    return [name for name in rows.columns if name.startswith(RAW)]


def _is_typed(raw: Raw, fields: tuple[Field, ...]) -> bool:
    """Tell whether numbers and dates come as such, so that reading a row again costs little.

    Floats are read again only where there are too many rows to keep.
    """
    kinds = [
        part[field.name].type()
        for part in raw.parts
        for field in fields
        if field.name in part.columns and field.kind in (*NUMERIC, "date")
    ]
    floats = raw.rows <= KEPT_FLOATS and any(kind.is_floating() for kind in kinds)
    return not floats and not any(kind.is_string() for kind in kinds)


def _in_this_engagement(field: Field, work: Desk) -> Field:
    """Return a field with the values that this engagement allows."""
    if field.kind == "period":
        names = tuple(work.engagement.periods)
        return field._replace(allowed=names, otherwise=reasons.NO_PERIOD)
    if field.otherwise == reasons.IN_ANOTHER_CURRENCY:
        return field._replace(allowed=(work.engagement.currency,))
    return field


def _judged_part(
    work: Desk,
    table: str,
    part: ir.Table,
    fields: tuple[Field, ...],
    known: dict[str, ir.Table],
    plain: list[str],
) -> ir.Table:
    """Convert the rows of one part and name the first broken column of each."""
    given = work.engagement.inputs[table]
    columns = {
        field.name: Column(field, _one_spelling(part, field, given), _words(field, given))
        for field in fields
        if field.name in part.columns
    }
    dialect = dialect_of(work.engagement, table)
    rows, cells = converted(part, columns, dialect, last_day=work.last_day)
    wide = rows.select(
        "_file",
        "_row",
        "_broken",
        "_cells",
        **{name: cell.value.cast(dtype_of(f)) for name, cell, f in _with_fields(cells, fields)},
        **{f"reason {name}": cell.reason for name, cell in cells.items()},
        **{f"fine {name}": cell.fine for name, cell in cells.items()},
        **{RAW + name: rows[name] for name in plain},
        **{f"shown {name}": cell.shown for name, cell in cells.items()},
    )
    for field in fields:
        if field.name in cells and holds_tax_ids(work.engagement, field):
            wide = with_tax_ids(
                wide,
                field,
                country=work.engagement.identity.country,
                lookup=partial(lookup, work, f"spelling_{table}_{field.name}", like=part),
            )
        if field.who and field.name in cells:
            wide = _must_be_somebody(work, wide, part, field, known)
        if field.name in cells and (field.who or holds_tax_ids(work.engagement, field)):
            wide = wide.mutate(**{f"fine {field.name}": wide[f"reason {field.name}"].isnull()})
    return _with_first_broken(wide, fields, list(cells))


def _as_read(work: Desk, table: str, parts: list[ir.Table], fields: tuple[Field, ...]) -> list[str]:
    """Return the columns of lines whose numbers are grouped and summed as read, in half the time.

    To whole numbers that stand for texts, and money and quantities in exact types of their own.
    """
    given, kinds = work.engagement.inputs[table], [part.schema() for part in parts]
    return [
        field.name
        for field in fields
        if table == "invoice_lines"
        and all(field.name in part.columns for part in parts)
        and len({kind[field.name] for kind in kinds}) == 1
        and field.name not in given.values
        and not holds_tax_ids(work.engagement, field)
        and _stays_as_read(parts[0][field.name], field)
    ]


def _stays_as_read(column: ir.Column, field: Field) -> bool:
    """Tell whether a column's values mean the same before they are converted."""
    if field.kind in NUMERIC:
        return is_exact(column)
    return dtype_of(field).is_string() and column.type().is_integer()


def as_read(lines: ir.Table, name: str) -> ir.Column:
    """Return a column of lines that are used: in the type it was read in, where that is as good."""
    return lines[RAW + name if RAW + name in lines.columns else name]


def _one_spelling(part: ir.Table, field: Field, given: "Input") -> ir.Column:
    """Return a raw column; currencies in capitals, as many spellings as they have."""
    column = part[field.name]
    if field.name != "currency":
        return column
    return currency_codes(as_text(column, field.name), default=given.default_currency)


def _words(field: Field, given: "Input") -> Mapping[str, str]:
    """Return the client's words for the values of a column."""
    words = given.values.get(field.name, {})
    return currency_words(words) if field.name == "currency" else words


def _with_fields(
    cells: dict[str, Cell], fields: tuple[Field, ...]
) -> Iterator[tuple[str, Cell, Field]]:
    """Yield the converted columns with their fields."""
    for field in fields:
        if field.name in cells:
            yield field.name, cells[field.name], field


def _must_be_somebody(
    work: Desk, wide: ir.Table, part: ir.Table, field: Field, known: dict[str, ir.Table]
) -> ir.Table:
    """Give a reason to rows whose customer or party nobody knows, or whose customer is a word for none.

    Or whose id is no longer whole.
    """
    if part[field.name].type().is_string() and not holds_tax_ids(work.engagement, field):
        wide = without_rounded(wide, field)
    if field.who not in known:
        raw = wide[RAW + field.name] if RAW + field.name in wide.columns else None
        own = work.engagement.identity
        return without_nobody(wide, field, raw=raw, named=[*own.intercompany, *own.collective])
    everybody = known[field.who]
    if not work.owns(part):
        everybody = lookup(work, "", spelled_apart(everybody.to_pyarrow()), like=part)
    return _must_be_known(wide, field, everybody)


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
    fine = wide["_broken"].isnull()
    for name in present:
        fine = fine & wide[f"fine {name}"]
    raw = [name for name in wide.columns if name.startswith(RAW)]
    typed = {f.name: wide[f.name] if f.name in present else ibis.null(dtype_of(f)) for f in fields}
    return wide.select(
        "_file",
        "_row",
        *raw,
        _column=first[0],
        _reason=first[1],
        _value=first[2],
        _fine=fine,
        **typed,
    )


def _no_rows(work: Desk, table: str, fields: tuple[Field, ...]) -> ir.Table:
    """Return a judged table without rows."""
    schema = {"_file": "int32", "_row": "int64", **dict.fromkeys(MARKS[2:], "string")}
    schema |= {field.name: str(dtype_of(field)) for field in fields}
    return work.con.create_table(table, schema=ibis.schema(schema), overwrite=True)
