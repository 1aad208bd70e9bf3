"""Cells into values: by declared rules, in the engine, with a reason wherever it cannot be done.

`converted` turns one raw column into a typed one; `judged` does so for all columns of a table and
finds the first broken one of each row. Money and numbers become decimals with six digits after the
point, so that sums are exact in any order.
"""

import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from kamlib.core.errors import DataError
from kamlib.intake import reasons
from kamlib.intake.cases import errors_of_excel, in_reach, outside
from kamlib.intake.contract import NUMERIC, Field
from kamlib.intake.dialects import Dialect
from kamlib.intake.engines import DECIMAL, engine_of, exact, one_of, tidy, written
from kamlib.intake.inspect.words import YES_OR_NO
from kamlib.intake.tax_ids import WITHOUT_TAX_ID
from kamlib.intake.typed import WITH_VAT_ONLY
from kamlib.intake.values import day_of, existing_day, number_of

TEXT, MEANT, READ, VALUE = "text ", "meant ", "read ", "value "  # before a column's name
DAYS = (date(1000, 1, 1), date(9999, 12, 31))  # as in text; databases know infinity as well


class Cell(NamedTuple):
    """A converted column: its value, why it may not stand, and what stood there."""

    value: ir.Value
    cases: list[tuple[ir.BooleanValue, str | ir.StringValue]]
    shown: ir.StringValue
    plain: ir.BooleanValue | None = None  # holds where no case can, and shows at a glance

    @property
    def reason(self) -> ir.StringValue:
        """Return why the value may not stand, null where it may."""
        none = ibis.null("string")
        return ibis.cases(*self.cases, else_=none) if self.cases else none

    @property
    def fine(self) -> ir.BooleanValue:
        """Return whether the value may stand: the same as no reason, and quicker to find out."""
        fine: ir.BooleanValue = ibis.literal(True)
        for holds, _why in self.cases:
            fine = fine & ~holds.fill_null(False)
        return fine if self.plain is None else self.plain | fine


def dtype_of(field: Field) -> dt.DataType:
    """Return the type that a field has in the engine."""
    if field.kind in NUMERIC:
        return DECIMAL
    return {"date": dt.date, "bool": dt.boolean}.get(field.kind, dt.string)


class Column(NamedTuple):
    """A column to convert: its field, its cells as they were read, the client's words for values."""

    field: Field
    cells: ir.Column
    words: Mapping[str, str]

    @property
    def goes_by_text(self) -> bool:
        """Tell whether values come from text, not from a type of their own."""
        by_type = self.field.kind in (*NUMERIC, "date") and not self.words
        return self.cells.type().is_string() or not by_type

    @property
    def plain(self) -> ir.BooleanValue | None:
        """Return whether a text is, as it stands, one of those that its field allows."""
        field, is_text = self.field, self.cells.type().is_string()
        if self.words or not is_text or not field.allowed or field.form:
            return None
        return one_of(self.cells, field.allowed) if field.kind in ("id", "text") else None


def converted(
    part: ir.Table, columns: Mapping[str, Column], dialect: Dialect, *, last_day: date
) -> tuple[ir.Table, dict[str, Cell]]:
    """Convert raw columns and say, row by row, why a value may not stand.

    Text, what is meant by it, what is read of it and the value are columns one after the other, so
    that an engine is told each once, however often it is asked for.

    Parameters
    ----------
    part : raw rows
    columns : by the field's name; their words are applied before anything else
    dialect : the declared marks
    last_day : date, the last day that a date of the past may have

    Returns
    -------
    the rows, with what the cells stand on, and the cells by the field's name
    """
    rows = part.mutate(**{TEXT + name: _text(one) for name, one in columns.items()})
    meant = {MEANT + name: _meant(rows, one) for name, one in columns.items() if one.words}
    rows = rows.mutate(**meant) if meant else rows
    by_text = {name: one for name, one in columns.items() if one.goes_by_text}
    read = {READ + name: _read(rows, one, dialect) for name, one in by_text.items()}
    rows = rows.mutate(**{name: value for name, value in read.items() if value is not None})
    values = {VALUE + name: _value(rows, one) for name, one in columns.items()}
    rows = rows.mutate(**values)
    return rows, {name: _cell(rows, one, dialect, last_day) for name, one in columns.items()}


def _text(one: Column) -> ir.StringValue:
    """Return cells as text; a word of ours stays as it stands."""
    text = as_text(one.cells, one.field.name)
    return text if one.plain is None else one.plain.ifelse(one.cells, text)


def _meant(rows: ir.Table, one: Column) -> ir.StringValue:
    """Return the words of ours for the client's."""
    ours = {
        unicodedata.normalize(form, theirs): word
        for theirs, word in one.words.items()
        for form in ("NFC", "NFD")
    }
    text: ir.StringValue = rows[TEXT + one.field.name]
    return text.substitute(ours, else_=text)


def _told(rows: ir.Table, one: Column) -> ir.StringValue:
    """Return the text that a value comes from."""
    return rows[(MEANT if one.words else TEXT) + one.field.name]


def _cell(rows: ir.Table, one: Column, dialect: Dialect, last_day: date) -> Cell:
    """Return a converted column: its value, and the cases in which it may not stand."""
    field, meant, value = one.field, _told(rows, one), rows[VALUE + one.field.name]
    is_text = one.cells.type().is_string()
    cases = errors_of_excel(meant) if is_text else []
    if is_text and field.who == "customer":
        cases += [(meant.startswith(WITHOUT_TAX_ID), reasons.NO_TAX_NUMBER)]
    if is_text and field.name == "net_amount":
        cases += [(meant.startswith(WITH_VAT_ONLY), reasons.GROSS_ONLY)]
    if field.kind != "bool":
        there = _is_there(one.cells, meant)
        if field.kind in (*NUMERIC, "date"):
            own = field.kind in NUMERIC and not one.goes_by_text and is_exact(one.cells)
            lost = ~in_reach(one.cells, field) if own else value.isnull()
            cases += [(there & lost, _wrong(meant, one, dialect))]
        if field.filled:
            cases += [(~there & ~_may_be_empty(rows, field), reasons.MISSING)]
    cases += outside(value, meant, field, last_day)
    if field.kind == "bool":
        cases += [(value.isnull(), reasons.NEITHER)]
    return Cell(value, cases, rows[TEXT + field.name], one.plain)


def _may_be_empty(rows: ir.Table, field: Field) -> ir.BooleanValue:
    """Return where another column of the row says that a cell need not be filled."""
    if field.unless is None or VALUE + field.unless[0] not in rows.columns:
        return ibis.literal(False)
    name, word = field.unless
    said: ir.StringValue = rows[VALUE + name]
    return (said.lower() == word).fill_null(False)


def is_exact(column: ir.Column) -> bool:
    """Tell whether a column's own type has whole numbers or at most the six decimals that ours has."""
    kind = column.type()
    return kind.is_integer() or (
        kind.is_decimal() and kind.scale is not None and kind.scale <= DECIMAL.scale
    )


def _is_there(column: ir.Column, text: ir.StringValue) -> ir.BooleanValue:
    """Return whether a cell holds anything; of a typed one that shows without writing it out."""
    kind = column.type()
    own = kind.is_decimal() or kind.is_integer() or kind.is_date() or kind.is_timestamp()
    return column.notnull() if own else text.notnull()


def as_text(column: ir.Column, name: str) -> ir.StringValue:
    """Return a column as text without space around it; empty is null, 12.0 is 12."""
    kind = column.type()
    if kind.is_string():
        return tidy(column)
    if kind.is_numeric() and not kind.is_boolean():
        return written(column)
    if kind.is_timestamp() or kind.is_date():
        _refuse_instant(column, name)
        return column.cast("date").cast("string")
    if kind.is_boolean() or kind.is_uuid() or kind.is_unknown():
        return column.cast("string")
    raise DataError(
        f"the column for {name} is of type {kind} in its source, which is neither text nor a "
        f"number, a date or yes and no. Write it as one of these."
    )


def _refuse_instant(column: ir.Column, name: str) -> None:
    """Raise DataError if a column's days depend on where the clock of PostgreSQL's server stands."""
    kind = column.type()
    if kind.is_timestamp() and kind.timezone and engine_of(column) == "postgres":
        raise DataError(
            f"the column for {name} holds instants (timestamp with time zone), and on which day "
            f"one falls depends on the time zone. Say it in a query: "
            f"(column AT TIME ZONE 'Europe/Warsaw')::date."
        )


def _read(rows: ir.Table, one: Column, dialect: Dialect) -> ir.Value | None:
    """Return the number or the ISO day of a text, usable or not; None for other kinds."""
    text, field = _told(rows, one), one.field
    if field.kind == "date":
        return day_of(text, dialect.forms)[0]
    if field.kind not in NUMERIC:
        return None
    number = number_of(text, dialect, percent=field.may_be_percent)
    if field.in_percent:
        number = text.contains("%").ifelse(number * 100, number).cast(DECIMAL)
    return number


def _value(rows: ir.Table, one: Column) -> ir.Value:
    """Return the value of each cell, null where it has none that can be used."""
    field = one.field
    if field.kind == "bool":
        return _yes_or_no(_told(rows, one))
    if field.kind not in (*NUMERIC, "date"):
        return _told(rows, one)
    if not one.goes_by_text:
        return _from_own_type(one.cells, field)
    read = rows[READ + field.name]
    if field.kind == "date":
        return _first_of_month(existing_day(read), field)
    return in_reach(read, field).ifelse(read, ibis.null(DECIMAL))


def _yes_or_no(text: ir.StringValue) -> ir.BooleanValue:
    """Return what a word for yes or no says; no word is no."""
    known = text.isnull().ifelse("false", text.lower())
    yes, no = ([word for word, truth in YES_OR_NO.items() if truth is t] for t in (True, False))
    return ibis.cases((known.isin(yes), True), (known.isin(no), False), else_=ibis.null("bool"))


def _wrong(text: ir.StringValue, one: Column, dialect: Dialect) -> str | ir.StringValue:
    """Return why a cell has no number or day."""
    if one.field.kind == "date" and one.goes_by_text:
        has_form = day_of(text, dialect.forms)[1]
        return has_form.ifelse(reasons.NO_SUCH_DAY, reasons.NOT_A_DATE)
    if one.field.kind == "date":
        kind = one.cells.type()
        is_day = kind.is_date() or kind.is_timestamp()
        return reasons.NO_SUCH_DAY if is_day else reasons.NOT_A_DATE
    return reasons.NOT_WHOLE if one.field.kind == "whole" else reasons.NOT_A_NUMBER


def _from_own_type(column: ir.Column, field: Field) -> ir.Value:
    """Return a number or date of its source's own type as ours."""
    kind = column.type()
    if field.kind == "date":
        if not (kind.is_date() or kind.is_timestamp()):
            return ibis.null("date")
        known = column.between(*(ibis.literal(day).cast(kind) for day in DAYS))
        day = known.ifelse(column.cast("date"), ibis.null("date"))
        return _first_of_month(day, field)
    if not kind.is_numeric() or kind.is_boolean():
        return ibis.null(DECIMAL)
    number = column if is_exact(column) else exact(column)
    return in_reach(number, field).ifelse(number.cast(DECIMAL), ibis.null(DECIMAL))


def _first_of_month(value: ir.DateValue, field: Field) -> ir.DateValue:
    """Return the first day of the month where the column is one."""
    return value.truncate("M") if field.name == "month" else value
