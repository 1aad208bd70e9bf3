"""A whole table validated: typed values, and for each row that may not stand its first broken column.

The rules are data (`kamlib.intake.checks`). The validated rows of a table are kept in the engine once,
with what is used and what is set aside in one place, so that both always add up to what was read.
"""

from datetime import date
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, NamedTuple

import ibis
import ibis.expr.types as ir

from kamlib.core.contract import CONTRACT, IN_ANOTHER_CURRENCY, NUMERIC, PART, Field, fields_of
from kamlib.core.errors import listed
from kamlib.intake import reasons
from kamlib.intake.checks import CHECKS, first_broken, rules_for
from kamlib.intake.engines import DECIMAL, answering, one_of, spelled_apart
from kamlib.intake.how_written import refuse_undeclared, rounded_ids
from kamlib.intake.parse import UNUSABLE, VALUE, Around, Cell, dtype_of, is_exact, parse, words_of
from kamlib.intake.sources import Raw, dialect_of, headed_files, raw_from_database, raw_rows
from kamlib.intake.spelling import holds_tax_ids
from kamlib.intake.values import Dialect
from kamlib.intake.workspace import (
    Workspace,
    defined_once,
    lookup,
    materialize,
    materialize_if_local,
    view,
)

if TYPE_CHECKING:
    from kamlib.settings.inputs import Input

HUNDREDTH = ibis.literal("0.01").cast(DECIMAL)
KNOWN = "known_id"  # of the customer or party; null where nobody knows it
AS_READ = "as read "  # before the name of a column of exact numbers, as it was read
KEPT_ROWS = 3_000_000  # more are read again rather than kept
OF_A_DAY = ("ratings_ours", "ratings_theirs", "evidence")  # what was said holds from a day on
MARKS = ("_file", "_row", "_column", "_reason", "_value")


class Validated(NamedTuple):
    """The validated rows of one input table in the engine, and what the readers counted."""

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


def validate(work: Workspace, table: str, *, known: dict[str, ir.Table] | None = None) -> Validated:
    """Read an input table and hold each of its rows against the contract.

    To a column for every field of the contract, null where the input has none. `known` are the ids
    (``known_id``) of each "customer" or "party"; where one is absent, every id counts as known.
    """
    given = work.engagement.inputs[table]
    if given.database:
        with answering(given.database.engine, f"inputs.{table}.database"):
            return _validated(work, table, *raw_from_database(work, table), known or {})
    files = headed_files(work.engagement, table)
    heads = {name for file in files for name in file.head}
    fields = fields_of(table, given.columns, heads, given.where, given.parts)
    raw = raw_rows(work, table, files, fields)
    return _validated(work, table, raw, fields, known or {})


def _validated(
    work: Workspace, table: str, raw: Raw, fields: tuple[Field, ...], known: dict[str, ir.Table]
) -> Validated:
    """Validate raw rows, and keep them unless they are read from their types anew as fast."""
    fields = tuple(_in_this_engagement(field, work) for field in fields)
    dialect = dialect_of(work.engagement, table)
    for part in raw.parts:
        refuse_undeclared(part, fields, dialect, shown=listed(raw.files, most=3))
        raw.notes.update(rounded_ids(part, fields))
    if work.engagement.as_of:
        raw = _until(work, work.engagement.as_of, table, raw, fields)
    plain = _as_read(work, table, raw.parts, fields)
    given = work.engagement.inputs[table]
    parts = [
        _validated_part(work, table, part, fields, dialect, known, plain) for part in raw.parts
    ]
    if not parts:
        return Validated(table, _no_rows(work, table, fields, list(given.sums)), raw, fields)
    rows = ibis.union(*parts) if len(parts) > 1 else parts[0]
    if table != "invoice_lines":
        return Validated(table, materialize(work, table, rows.drop("_place")), raw, fields)
    rows = rows.mutate(document_type=told_by_number(rows, given), **sums_of(rows, given))
    raw = raw._replace(names=[*raw.names, *given.sums])
    if "net_amount" not in raw.names:
        rows = rows.mutate(net_amount=derived_net(rows))
    typed = rows.drop("_place", *(AS_READ + name for name in plain))
    if work.owns(rows) and not _is_typed(raw, fields):
        return Validated(table, materialize(work, table, typed), raw, fields)
    fine = view(work, f"{table} used", rows.filter(rows["_place"].isnull()).drop("_place"))
    return Validated(table, typed, raw, fields, fine)


def _until(work: Workspace, day: date, table: str, raw: Raw, fields: tuple[Field, ...]) -> Raw:
    """Leave out rows of later days or periods, as if they had not been written yet.

    A rating or a proof without a day is one of no day up to this one. Other rows whose day cannot be
    read stay, and are set aside.
    """
    dialect, dated = dialect_of(work.engagement, table), CONTRACT[table].dated
    undated, parts = table not in OF_A_DAY, []
    when = [field for field in fields if field.name in (dated, "period")]
    for part in raw.parts:
        rows, there = parse(work, table, part, when, dialect), part.columns
        keep = ibis.literal(undated)
        if dated in there:
            keep = (rows[VALUE + dated] <= ibis.literal(day)).fill_null(undated)
        elif "period" in there and (later := work.engagement.later_periods):
            keep = ~one_of(rows[VALUE + "period"], later).fill_null(False)
        parts.append(rows.filter(keep).select(*there))
    return raw._replace(parts=parts, rows=sum(int(part.count().execute()) for part in parts))


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
    floats = raw.rows <= KEPT_ROWS and any(kind.is_floating() for kind in kinds)
    return not floats and not any(kind.is_string() for kind in kinds)


def _in_this_engagement(field: Field, work: Workspace) -> Field:
    """Return a field with the values that this engagement allows."""
    if field.kind == "period":
        names = tuple(work.engagement.periods)
        return field._replace(allowed=names, otherwise=reasons.NO_PERIOD)
    if field.otherwise == IN_ANOTHER_CURRENCY:
        return field._replace(allowed=(work.engagement.currency,))
    return field


def _validated_part(
    work: Workspace,
    table: str,
    part: ir.Table,
    fields: tuple[Field, ...],
    dialect: Dialect,
    known: dict[str, ir.Table],
    plain: list[str],
) -> ir.Table:
    """Parse the rows of one part and name the first broken column of each."""
    own = work.engagement.identity
    rows = parse(work, table, part, fields, dialect)
    there = [field for field in fields if field.name in part.columns]
    who = next((field for field in there if field.who), None)
    everybody = known.get(who.who) if who else None
    if who and everybody is not None:
        rows = _beside_known(work, rows, VALUE + who.name, everybody)
    spared = frozenset(one.lower() for one in (*own.intercompany, *own.collective))
    around = Around(work.last_day, spared, tax_ids=own.by == "tax_id")
    cells = [_cell(work, table, rows, field, dialect, around) for field in there]
    values = {cell.field.name: cell.value.cast(dtype_of(cell.field)) for cell in cells}
    absent = {f.name: ibis.null(dtype_of(f)) for f in fields if f.name not in values}
    return _marked(work, rows, cells).select(
        "_file",
        "_row",
        "_place",
        **{AS_READ + name: rows[name] for name in plain},
        _column="_column",
        _reason="_reason",
        _value="_value",
        **{f.name: (values | absent)[f.name] for f in fields},
    )


def _cell(
    work: Workspace, table: str, rows: ir.Table, field: Field, dialect: Dialect, around: Around
) -> Cell:
    """Return a column of parsed rows with all that its rules may ask for."""
    words = field.unless or field.together
    other = words[0] if words else field.not_before
    beside = {
        "said": VALUE + other if other else "",
        "known": KNOWN if field.who else "",
        "unusable": UNUSABLE if field.name == "customer_id" else "",
    }
    return Cell(
        field,
        dialect,
        words_of(field, work.engagement.inputs[table]),
        around,
        rows[field.name],
        rows[VALUE + field.name],
        **{what: rows[name] for what, name in beside.items() if name in rows.columns},
    )


def _marked(work: Workspace, rows: ir.Table, cells: list[Cell]) -> ir.Table:
    """Add which rule a row breaks first, with its column, its reason and what stood there.

    `_place` counts the rules of all columns in a row; behind them is a row that is broken as a whole.
    """
    none, every = ibis.null("string"), len(CHECKS)
    behind = len(cells) * every
    whole = rows["_broken"].notnull().ifelse(behind, ibis.null("int32"))
    broken = [_first_broken(work, cell) + n * every for n, cell in enumerate(cells)]
    rows = rows.mutate(_place=ibis.coalesce(whole, *broken))
    place, column, of_reasons = rows["_place"], rows["_place"] // every, dict[str, list[int]]()
    for n, cell in enumerate(cells):
        for rule, check in rules_for(cell).items():
            reason = check.reason or cell.field.otherwise
            of_reasons.setdefault(reason, []).append(n * every + rule)
    names = ((n, cell.field.name) for n, cell in enumerate(cells))
    shown = ((n, cell.shown) for n, cell in enumerate(cells))
    reasons_ = ((place.isin(found), reason) for reason, found in of_reasons.items())
    return rows.mutate(
        _column=column.cases((len(cells), ""), *names, else_=none),
        _reason=ibis.cases((place == behind, rows["_broken"]), *reasons_, else_=none),
        _value=column.cases((len(cells), rows["_cells"]), *shown, else_=none),
    )


def _first_broken(work: Workspace, cell: Cell) -> ir.IntegerValue:
    """Return the first rule that a cell breaks, told to our engine once for all columns alike."""
    names = list(cell.columns)
    rules = tuple(rules_for(cell))
    key = (
        "broken",
        cell.field._replace(name=cell.field.kind, needed=False),
        rules,
        cell.dialect,
        bool(cell.words),
    )

    def build(*columns: ir.Column) -> ir.IntegerValue:
        return first_broken(cell._replace(**dict(zip(names, columns, strict=True))))

    return defined_once(work, key, build, *cell.columns.values())


def _beside_known(work: Workspace, rows: ir.Table, name: str, everybody: ir.Table) -> ir.Table:
    """Put the id of the known customer or party beside each row; null where nobody knows it."""
    if not work.owns(rows):
        everybody = lookup(work, "", spelled_apart(everybody.to_pyarrow()), like=rows)
    return rows.left_join(everybody, rows[name] == everybody[KNOWN])


def _as_read(
    work: Workspace, table: str, parts: list[ir.Table], fields: tuple[Field, ...]
) -> list[str]:
    """Return the columns of lines whose exact numbers are grouped and summed as read, in half the time."""
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
    return lines[AS_READ + name if AS_READ + name in lines.columns else name]


def _no_rows(work: Workspace, table: str, fields: tuple[Field, ...], sums: list[str]) -> ir.Table:
    """Return a validated table without rows."""
    schema = {"_file": "int32", "_row": "int64", **dict.fromkeys(MARKS[2:], "string")}
    schema |= {field.name: str(dtype_of(field)) for field in (*fields, *map(Field, sums))}
    return work.con.create_table(table, schema=ibis.schema(schema), overwrite=True)


def set_aside(
    work: Workspace,
    table: Validated,
    rows: ir.Table,
    where: ir.BooleanValue,
    name: str,
    *,
    reason: str | ir.StringValue,
    value: ir.StringValue | None = None,
) -> Validated:
    """Return a table of which more rows are set aside, as a whole, for a reason.

    A total has no amount of its own: it goes. `rows` are the table's with more columns, which are dropped;
    `name` is that under which our engine keeps them, `value` what is shown of a row.
    """
    marks = {
        "_column": where.ifelse("", rows["_column"]),
        "_reason": where.ifelse(reason, rows["_reason"]),
        "_value": where.ifelse(ibis.null("string") if value is None else value, rows["_value"]),
    }
    is_total = isinstance(reason, str) and reason == reasons.A_TOTAL
    money = {
        each: where.ifelse(ibis.null(kind), rows[each])
        for each, kind in table.rows.schema().items()
        if is_total and kind.is_decimal()
    }
    more = [each for each in rows.columns if each not in table.rows.columns]
    whole = rows.mutate(**marks, **money).drop(*more)
    return table._replace(rows=materialize_if_local(work, name, whole), fine=None)


def derived_net(lines: ir.Table) -> ir.DecimalValue:
    """Return quantity × unit price, less the discount in percent where there is one."""
    gross = (lines["quantity"] * lines["unit_price"]).cast(DECIMAL)
    kept_percent = (ibis.literal(100).cast(DECIMAL) - lines["discount"].fill_null(0)).cast(DECIMAL)
    return ((gross * kept_percent).cast(DECIMAL) * HUNDREDTH).cast(DECIMAL)


def sums_of(lines: ir.Table, given: "Input") -> dict[str, ir.DecimalValue]:
    """Return the costs that are made of several columns; one that is empty leaves them unknown."""
    nothing = ibis.literal(0).cast(DECIMAL)
    return {
        name: reduce(add, (lines[PART + column] for column in made.plus))
        - reduce(add, (lines[PART + column] for column in made.minus), nothing)
        for name, made in given.sums.items()
    }


def told_by_number(lines: ir.Table, given: "Input") -> ir.StringValue:
    """Return the kind of document: as the line says, else by the longest start of its number that fits."""
    starts = sorted(given.document_prefixes.items(), key=lambda one: (-len(one[0]), one[0]))
    if not starts:
        return lines["document_type"]
    cases = [(lines["invoice_id"].startswith(start), kind) for start, kind in starts]
    return ibis.coalesce(lines["document_type"], ibis.cases(*cases, else_=ibis.null("string")))
