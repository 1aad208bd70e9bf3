"""Cells into values: by the declared dialect, in the engine, and nothing is refused here.

`parse` adds the value of each column beside what was read, null where there is none; what that means
for the row is said by `kamlib.intake.validate`. Money and numbers become decimals with six digits
after the point, so that sums are exact in any order.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import pyarrow as pa

from kamlib.core.contract import NUMERIC, Field
from kamlib.core.errors import DataError
from kamlib.intake.engines import DECIMAL, REACH, engine_of, exact, written
from kamlib.intake.inspect.words import YES_OR_NO
from kamlib.intake.spelling import currency_codes, currency_words, holds_tax_ids, tax_id_of
from kamlib.intake.values import Dialect, day_of, existing_day, number_of
from kamlib.intake.workspace import Workspace, defined_once, lookup

if TYPE_CHECKING:
    from kamlib.settings.inputs import Input

VALUE = "value of "  # before a column's name, until the row is validated
UNUSABLE = "tax id unusable"
DAYS = (date(1000, 1, 1), date(9999, 12, 31))  # as in text; databases know infinity as well


def dtype_of(field: Field) -> dt.DataType:
    if field.kind in NUMERIC:
        return DECIMAL
    return {"date": dt.date, "bool": dt.boolean}.get(field.kind, dt.string)


class Around(NamedTuple):
    """What a rule may know beside the cell.

    `last_day` is the last day that an event of the past may have; `spared` are ids that the engagement
    names, whatever they look like; `tax_ids` says that ids are tax numbers.
    """

    last_day: date
    spared: frozenset[str] = frozenset()
    tax_ids: bool = False


class Cell(NamedTuple):
    """A column of parsed rows: what was read, its value, and what tells whether it stands.

    `said` is the value of the column that its field names beside it (`Field.unless, where, together`
    or `not_before`); `known` the id of the customer or party where somebody has it, `unusable` why a
    tax id is none.
    """

    field: Field
    dialect: Dialect
    words: Mapping[str, str]
    around: Around
    read: ir.Column
    value: ir.Value
    said: ir.Value | None = None
    known: ir.Value | None = None
    unusable: ir.Value | None = None

    @property
    def columns(self) -> dict[str, ir.Column]:
        """Return the columns that a cell rests on, by what they are to it."""
        names = ("read", "value", "said", "known", "unusable")
        return {name: column for name in names if (column := getattr(self, name)) is not None}

    @property
    def is_text(self) -> bool:
        return bool(self.read.type().is_string())

    @property
    def goes_by_text(self) -> bool:
        """Tell whether a value of another kind is made of text."""
        return self.field.kind in (*NUMERIC, "date", "bool")

    @property
    def is_exact(self) -> bool:
        """Tell whether the value is a number as the source has it, with nothing to convert."""
        return self.field.kind in NUMERIC and not self.words and is_exact(self.read)

    @property
    def there(self) -> ir.BooleanValue:
        """Return whether anything stood there; a float may be none, and hold nothing."""
        return (self.shown if self.read.type().is_floating() else self.read).notnull()

    @property
    def word(self) -> ir.StringValue:
        """Return the word of ours that stands for what was read; of numbers and days, the text."""
        return self.read if self.goes_by_text else self.value

    @property
    def shown(self) -> ir.StringValue:
        return as_text(self.read, self.field.name)

    @property
    def has_form(self) -> ir.BooleanValue:
        """Return whether a cell of days is written as one, whether or not there is such a day."""
        if self.is_text:
            return day_of(self.read, self.dialect.forms)[1]
        kind = self.read.type()
        return ibis.literal(kind.is_date() or kind.is_timestamp())

    @property
    def unread(self) -> ir.BooleanValue:
        fine = in_reach(self.read, self.field) if self.is_exact else self.value.notnull()
        return self.there & ~fine


def parse(
    work: Workspace, table: str, part: ir.Table, fields: Sequence[Field], dialect: Dialect
) -> ir.Table:
    """Return rows with the value of each column beside what was read.

    What is read of a text and its value are columns one after the other, so that an engine is told each
    once, however often it is asked for.
    """
    given = work.engagement.inputs[table]
    there = [field for field in fields if field.name in part.columns]
    words = {field.name: words_of(field, given) for field in there}
    rows = part
    if "currency" in words:
        written = as_text(part["currency"], "currency")
        rows = part.mutate(currency=currency_codes(written, default=given.default_currency))
    rows = rows.mutate(
        **{VALUE + f.name: _said(work, rows, f, words[f.name], dialect) for f in there}
    )
    usable = {
        VALUE + f.name: defined_once(
            work,
            ("usable", f.kind, f.name == "month"),
            lambda read, field=f: _usable(read, field),
            rows[VALUE + f.name],
        )
        for f in there
        if f.kind in (*NUMERIC, "date") and (rows[f.name].type().is_string() or words[f.name])
    }
    rows = rows.mutate(**usable) if usable else rows
    for field in there:
        if holds_tax_ids(work.engagement, field):
            rows = _with_tax_ids(work, table, rows, field)
    return rows


def words_of(field: Field, given: "Input") -> Mapping[str, str]:
    words = given.values.get(field.name, {})
    return currency_words(words) if field.name == "currency" else words


def _said(
    work: Workspace, rows: ir.Table, field: Field, words: Mapping[str, str], dialect: Dialect
) -> ir.Value:
    """Return what a column says: the number or the ISO day of a text, usable or not, or a word."""
    column, kind = rows[field.name], field.kind
    if kind in (*NUMERIC, "date") and not words and not column.type().is_string():
        return _from_own_type(column, field)
    if not words and column.type().is_string() and kind not in (*NUMERIC, "date", "bool"):
        return column
    key = ("said", kind, field.may_be_percent, field.in_percent, tuple(words.items()), dialect)
    return defined_once(work, key, lambda each: _read(each, field, words, dialect), column)


def _read(column: ir.Column, field: Field, words: Mapping[str, str], dialect: Dialect) -> ir.Value:
    text = _meant(as_text(column, field.name), words)
    if field.kind == "bool":  # no word is no
        known = text.isnull().ifelse("false", text.lower())
        return known.cases(*YES_OR_NO.items(), else_=ibis.null("bool"))
    if field.kind == "date":
        return day_of(text, dialect.forms)[0]
    if field.kind not in NUMERIC:
        return text
    number = number_of(text, dialect, percent=field.may_be_percent)
    if field.in_percent:
        number = text.contains("%").ifelse(number * 100, number).cast(DECIMAL)
    return number


def _meant(text: ir.StringValue, words: Mapping[str, str]) -> ir.StringValue:
    ours = {
        unicodedata.normalize(form, theirs): word
        for theirs, word in words.items()
        for form in ("NFC", "NFD")
    }
    return text.substitute(ours, else_=text) if ours else text


def _usable(read: ir.Value, field: Field) -> ir.Value:
    """Return a number that is not out of reach, a day that exists, else null."""
    if field.kind == "date":
        return _first_of_month(existing_day(read), field)
    return in_reach(read, field).ifelse(read, ibis.null(DECIMAL))


def _from_own_type(column: ir.Column, field: Field) -> ir.Value:
    """Return a number or date of its source's own type as ours."""
    kind = column.type()
    if field.kind == "date":
        if not (kind.is_date() or kind.is_timestamp()):
            return ibis.null("date")
        _refuse_instant(column, field.name)
        known = column.between(*(ibis.literal(day).cast(kind) for day in DAYS))
        day = known.ifelse(column.cast("date"), ibis.null("date"))
        return _first_of_month(day, field)
    if not kind.is_numeric() or kind.is_boolean():
        return ibis.null(DECIMAL)
    number = column if is_exact(column) else exact(column)
    return in_reach(number, field).ifelse(number.cast(DECIMAL), ibis.null(DECIMAL))


def _first_of_month(value: ir.DateValue, field: Field) -> ir.DateValue:
    return value.truncate("M") if field.name == "month" else value


def is_exact(column: ir.Column) -> bool:
    """Tell whether a column's own type has whole numbers or at most the six decimals that ours has."""
    kind = column.type()
    return kind.is_integer() or (
        kind.is_decimal() and kind.scale is not None and kind.scale <= DECIMAL.scale
    )


def in_reach(number: ir.NumericValue, field: Field) -> ir.BooleanValue:
    """Return whether a number is not absurdly large, nor broken where it should be whole.

    Of a column as it stands the engine may know that from the file's least and greatest value.
    """
    usable = (number > -REACH) & (number < REACH)
    whole = field.kind == "whole" and not number.type().is_integer()
    return usable & (number == number.floor()) if whole else usable


def as_text(column: ir.Column, name: str) -> ir.StringValue:
    """Return a column as text: 12.0 is 12."""
    kind = column.type()
    if kind.is_string():
        return column
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
    kind = column.type()
    if kind.is_timestamp() and kind.timezone and engine_of(column) == "postgres":
        raise DataError(
            f"the column for {name} holds instants (timestamp with time zone), and on which day "
            f"one falls depends on the time zone. Say it in a query: "
            f"(column AT TIME ZONE 'Europe/Warsaw')::date."
        )


def _with_tax_ids(work: Workspace, table: str, rows: ir.Table, field: Field) -> ir.Table:
    """Write the tax ids of a column in one spelling; beside customers, why one is unusable.

    A group or a party may be known by another id and then stays as it is.
    """
    name = VALUE + field.name
    texts = rows.select(written=rows[name]).distinct().to_pyarrow()["written"]
    ids = sorted(text for text in texts.to_pylist() if text is not None)
    found = [tax_id_of(text, country=work.engagement.identity.country) for text in ids]
    columns = {
        "_written": pa.array(ids, pa.string()),
        "_number": pa.array([one.number or None for one in found], pa.string()),
        "_why": pa.array([one.reason or None for one in found], pa.string()),
    }
    spelled = lookup(work, f"spelling_{table}_{field.name}", pa.table(columns), like=rows)
    joined = rows.left_join(spelled, rows[name] == spelled["_written"])
    changed = {name: ibis.coalesce(joined["_number"], joined[name])}
    if field.name == "customer_id":
        changed[UNUSABLE] = joined["_why"]
    return joined.mutate(**changed).drop("_written", "_number", "_why")
