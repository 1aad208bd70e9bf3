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

from kamlib.errors import DataError
from kamlib.intake.contract import NUMERIC, Field
from kamlib.intake.desk import Desk, lookup
from kamlib.intake.dialects import Dialect
from kamlib.intake.engines import DECIMAL, REACH, engine_of, exact, tidy, written
from kamlib.intake.spelling import currency_codes, currency_words, holds_tax_ids
from kamlib.intake.tax_ids import tax_id_of
from kamlib.intake.values import day_of, existing_day, number_of

if TYPE_CHECKING:
    from kamlib.settings.inputs import Input

VALUE = "value of "  # before a column's name, until the row is validated
UNUSABLE = "tax id unusable"
DAYS = (date(1000, 1, 1), date(9999, 12, 31))  # as in text; databases know infinity as well
YES_OR_NO = {  # every word that a cell of yes or no may hold; what is proposed rests on it too
    **dict.fromkeys(("1", "true", "yes", "y", "tak", "t", "x"), True),
    **dict.fromkeys(("0", "false", "no", "nie", "n"), False),
}


def dtype_of(field: Field) -> dt.DataType:
    """Return the type that a field has in the engine."""
    if field.kind in NUMERIC:
        return DECIMAL
    return {"date": dt.date, "bool": dt.boolean}.get(field.kind, dt.string)


class Cell(NamedTuple):
    """A column of parsed rows: what was read, with the dialect and the client's words for values."""

    field: Field
    rows: ir.Table
    dialect: Dialect
    words: Mapping[str, str]

    @property
    def read(self) -> ir.Column:
        """Return what stood there: text without space around it, or the source's own type."""
        return self.rows[self.field.name]

    @property
    def value(self) -> ir.Value:
        """Return the value, null where there is none."""
        return self.rows[VALUE + self.field.name]

    @property
    def is_text(self) -> bool:
        """Tell whether what was read is text."""
        return bool(self.read.type().is_string())

    @property
    def is_measured(self) -> bool:
        """Tell whether the value is a number or a day."""
        return self.field.kind in (*NUMERIC, "date")

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
        by_text = self.is_measured or self.field.kind == "bool"
        return self.read if by_text else self.value

    @property
    def shown(self) -> ir.StringValue:
        """Return what stood there as text."""
        return as_text(self.read, self.field.name)

    @property
    def has_form(self) -> ir.BooleanValue:
        """Return whether a cell of days is written as one, whether or not there is such a day."""
        if self.is_text:
            return day_of(self.read, self.dialect.forms)[1]
        kind = self.read.type()
        return ibis.literal(kind.is_date() or kind.is_timestamp())

    @property
    def in_reach(self) -> ir.BooleanValue:
        """Return whether an exact number may be used; what has a value in its own type, may."""
        return in_reach(self.read, self.field) if self.is_exact else self.value.notnull()


def parse(
    work: Desk, table: str, part: ir.Table, fields: Sequence[Field], dialect: Dialect
) -> ir.Table:
    """Return rows with the value of each column beside what was read.

    Text, what is read of it and the value are columns one after the other, so that an engine is told
    each once, however often it is asked for.
    """
    given = work.engagement.inputs[table]
    there = [field for field in fields if field.name in part.columns]
    words = {field.name: words_of(field, given) for field in there}
    texts = {f.name: _as_read(part, f, given) for f in there if _is_read_as_text(part, f)}
    rows = part.mutate(**texts) if texts else part
    rows = rows.mutate(**{VALUE + f.name: _read(rows, f, words[f.name], dialect) for f in there})
    usable = {VALUE + f.name: _usable(rows, f) for f in there if _may_be_unusable(rows, f, words)}
    rows = rows.mutate(**usable) if usable else rows
    for field in there:
        if holds_tax_ids(work.engagement, field):
            rows = _with_tax_ids(work, table, rows, field)
    return rows


def words_of(field: Field, given: "Input") -> Mapping[str, str]:
    """Return the client's words for the values of a column."""
    words = given.values.get(field.name, {})
    return currency_words(words) if field.name == "currency" else words


def _is_read_as_text(part: ir.Table, field: Field) -> bool:
    return bool(part[field.name].type().is_string()) or field.name == "currency"


def _as_read(part: ir.Table, field: Field, given: "Input") -> ir.StringValue:
    """Return a column of text without space around it; currencies in capitals."""
    text = as_text(part[field.name], field.name)
    if field.name != "currency":
        return text
    return currency_codes(text, default=given.default_currency)


def _read(rows: ir.Table, field: Field, words: Mapping[str, str], dialect: Dialect) -> ir.Value:
    """Return what a column says: the number or the ISO day of a text, usable or not, or a word."""
    column, measured = rows[field.name], field.kind in (*NUMERIC, "date")
    if measured and not words and not column.type().is_string():
        return _from_own_type(column, field)
    text = _meant(as_text(column, field.name), words)
    if field.kind == "bool":
        return _yes_or_no(text)
    if field.kind == "date":
        return day_of(text, dialect.forms)[0]
    if not measured:
        return text
    number = number_of(text, dialect, percent=field.may_be_percent)
    if field.in_percent:
        number = text.contains("%").ifelse(number * 100, number).cast(DECIMAL)
    return number


def _meant(text: ir.StringValue, words: Mapping[str, str]) -> ir.StringValue:
    """Return the words of ours for the client's."""
    ours = {
        unicodedata.normalize(form, theirs): word
        for theirs, word in words.items()
        for form in ("NFC", "NFD")
    }
    return text.substitute(ours, else_=text) if ours else text


def _may_be_unusable(rows: ir.Table, field: Field, words: Mapping[str, Mapping[str, str]]) -> bool:
    """Tell whether a number or a day was read of text, so that there may be none such."""
    is_text = rows[field.name].type().is_string() or bool(words[field.name])
    return field.kind in (*NUMERIC, "date") and is_text


def _usable(rows: ir.Table, field: Field) -> ir.Value:
    """Return a number that is not out of reach, a day that exists, else null."""
    read = rows[VALUE + field.name]
    if field.kind == "date":
        return _first_of_month(existing_day(read), field)
    return in_reach(read, field).ifelse(read, ibis.null(DECIMAL))


def _yes_or_no(text: ir.StringValue) -> ir.BooleanValue:
    """Return what a word for yes or no says; no word is no."""
    known = text.isnull().ifelse("false", text.lower())
    yes, no = ([word for word, truth in YES_OR_NO.items() if truth is t] for t in (True, False))
    return ibis.cases((known.isin(yes), True), (known.isin(no), False), else_=ibis.null("bool"))


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
    """Return the first day of the month where the column is one."""
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


def _with_tax_ids(work: Desk, table: str, rows: ir.Table, field: Field) -> ir.Table:
    """Write the tax ids of a column in one spelling; beside customers, why one is unusable.

    A group or a party may be known by another id and then stays as it is.
    """
    name = VALUE + field.name
    texts = rows.select(written=rows[name]).distinct().to_pyarrow()["written"]
    ids = sorted(text for text in texts.to_pylist() if text is not None)
    found = [tax_id_of(text, country=work.engagement.identity.country) for text in ids]
    spelled = lookup(
        work,
        f"spelling_{table}_{field.name}",
        pa.table(
            {
                "_written": pa.array(ids, pa.string()),
                "_number": pa.array([one.number or None for one in found], pa.string()),
                "_why": pa.array([one.reason or None for one in found], pa.string()),
            }
        ),
        like=rows,
    )
    joined = rows.left_join(spelled, rows[name] == spelled["_written"])
    changed = {name: ibis.coalesce(joined["_number"], joined[name])}
    if field.name == "customer_id":
        changed[UNUSABLE] = joined["_why"]
    return joined.mutate(**changed).drop("_written", "_number", "_why")
