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

from kamlib.errors import DataError
from kamlib.intake.contract import RANGES, Field
from kamlib.intake.dialects import Dialect
from kamlib.intake.engines import DECIMAL, REACH, exact, tidy, written
from kamlib.intake.excel.cells import ERROR_CELLS, MERGED, TOO_LONG
from kamlib.intake.values import day_of, number_of
from kamlib.method_rules import set_aside as reasons

NUMERIC = ("money", "number", "whole", "share", "rating")
WORDS = {
    **dict.fromkeys(("1", "true", "yes", "tak", "x"), True),
    **dict.fromkeys(("0", "false", "no", "nie"), False),
}


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


def converted(
    column: ir.Column,
    field: Field,
    dialect: Dialect,
    *,
    values: Mapping[str, str],
    last_day: date,
) -> Cell:
    """Convert one raw column and say, row by row, why a value may not stand.

    Parameters
    ----------
    column : raw column, text or of Parquet's own type
    values : dict of their word to ours, applied before anything else
    last_day : date, the last day that a date of the past may have
    """
    plain = _is_a_word_of_ours(column, field) if not values else None
    text = as_text(column, field.name)
    if plain is not None:
        text = plain.ifelse(column, text)
    ours = {
        unicodedata.normalize(form, theirs): word
        for theirs, word in values.items()
        for form in ("NFC", "NFD")
    }
    meant = text.substitute(ours, else_=text) if ours else text
    if values or column.type().is_string() or field.kind not in (*NUMERIC, "date"):
        value, wrong = _from_text(meant, field, dialect)
    else:
        value, wrong = _from_own_type(column, field)
    cases = _errors(meant) if column.type().is_string() else []
    if field.kind != "bool":
        there = _is_there(column, meant)
        if value is not meant:
            own = value.type().is_decimal() and not values and is_exact(column)
            cases += [(there & (~_in_reach(column, field) if own else value.isnull()), wrong)]
        if field.filled:
            cases += [(~there, reasons.MISSING)]
    cases += _outside(value, meant, field, last_day)
    if field.kind == "bool":
        cases += [(value.isnull(), reasons.NEITHER)]
    return Cell(value, cases, text, plain)


def is_exact(column: ir.Column) -> bool:
    """Tell whether a column's own type has whole numbers or at most the six decimals that ours has."""
    kind = column.type()
    return kind.is_integer() or (
        kind.is_decimal() and kind.scale is not None and kind.scale <= DECIMAL.scale
    )


def _is_a_word_of_ours(column: ir.Column, field: Field) -> ir.BooleanValue | None:
    """Return whether a text is, as it stands, one of those that its field allows."""
    if (
        not field.allowed
        or field.form
        or field.kind not in ("id", "text")
        or not column.type().is_string()
    ):
        return None
    return column.isin(field.allowed).fill_null(False)


def _is_there(column: ir.Column, text: ir.StringValue) -> ir.BooleanValue:
    """Return whether a cell holds anything; of a typed one that shows without writing it out."""
    kind = column.type()
    own = kind.is_decimal() or kind.is_integer() or kind.is_date() or kind.is_timestamp()
    return column.notnull() if own else text.notnull()


def _errors(text: ir.StringValue) -> list[tuple[ir.BooleanValue, str | ir.StringValue]]:
    """Return the cases in which a cell holds one of Excel's errors, whatever the column."""
    marked, cut = text.startswith("#"), text.startswith(f"{TOO_LONG} ")
    errors = [mark for mark, why in ERROR_CELLS.items() if why == reasons.EXCEL_ERROR]
    return [
        (marked & text.isin(errors), reasons.EXCEL_ERROR),
        (marked & (text == MERGED), reasons.MERGED_ABOVE),
        (marked & cut, reasons.DIGITS_LOST),
    ]


def as_text(column: ir.Column, name: str) -> ir.StringValue:
    """Return a column as text without space around it; empty is null, 12.0 is 12."""
    kind = column.type()
    if kind.is_string():
        return tidy(column)
    if kind.is_numeric() and not kind.is_boolean():
        return written(column)
    if kind.is_timestamp() or kind.is_date():
        return column.cast("date").cast("string")
    if kind.is_boolean() or kind.is_uuid() or kind.is_unknown():
        return column.cast("string")
    raise DataError(
        f"the column for {name} is of type {kind} in its source, which is neither text nor a "
        f"number, a date or yes and no. Write it as one of these."
    )


def _from_text(
    text: ir.StringValue, field: Field, dialect: Dialect
) -> tuple[ir.Value, str | ir.StringValue]:
    """Return the value of a text and why it has none."""
    if field.kind in NUMERIC:
        number = number_of(text, dialect, percent=field.kind == "share")
        return _within_reach(number, field)
    if field.kind == "date":
        value, has_form = day_of(text, dialect.forms)
        wrong = has_form.ifelse(reasons.NO_SUCH_DAY, reasons.NOT_A_DATE)
        return _first_of_month(value, field), wrong
    if field.kind == "bool":
        known = text.isnull().ifelse("false", text.lower())
        yes, no = ([word for word, truth in WORDS.items() if truth is t] for t in (True, False))
        value = ibis.cases(
            (known.isin(yes), True), (known.isin(no), False), else_=ibis.null("bool")
        )
        return value, reasons.NEITHER
    return text, ""


def _from_own_type(column: ir.Column, field: Field) -> tuple[ir.Value, str]:
    """Return a number or date of Parquet's own type as ours, and why it has none."""
    kind = column.type()
    if field.kind == "date":
        if not (kind.is_date() or kind.is_timestamp()):
            return ibis.null("date"), reasons.NOT_A_DATE
        return _first_of_month(column.cast("date"), field), reasons.NO_SUCH_DAY
    if not kind.is_numeric() or kind.is_boolean():
        return ibis.null(DECIMAL), reasons.NOT_A_NUMBER
    if is_exact(column):
        wrong = reasons.NOT_WHOLE if field.kind == "whole" else reasons.NOT_A_NUMBER
        value = _in_reach(column, field).ifelse(column.cast(DECIMAL), ibis.null(DECIMAL))
        return value, wrong
    return _within_reach(exact(column), field)


def _in_reach(number: ir.NumericValue, field: Field) -> ir.BooleanValue:
    """Return whether a number is not absurdly large, nor broken where it should be whole.

    Of a column as it stands the engine may know that from the file's least and greatest value.
    """
    usable = (number > -REACH) & (number < REACH)
    whole = field.kind == "whole" and not number.type().is_integer()
    return usable & (number == number.floor()) if whole else usable


def _within_reach(value: ir.DecimalValue, field: Field) -> tuple[ir.DecimalValue, str]:
    """Return a number unless it is absurdly large, or broken where it should be whole."""
    wrong = reasons.NOT_WHOLE if field.kind == "whole" else reasons.NOT_A_NUMBER
    return _in_reach(value, field).ifelse(value, ibis.null(DECIMAL)), wrong


def _first_of_month(value: ir.DateValue, field: Field) -> ir.DateValue:
    """Return the first day of the month where the column is one."""
    return value.truncate("M") if field.name == "month" else value


def _outside(
    value: ir.Value, text: ir.StringValue, field: Field, last_day: date
) -> list[tuple[ir.BooleanValue, str]]:
    """Return the cases in which a value that could be read may not stand."""
    cases: list[tuple[ir.BooleanValue, str]] = []
    if field.allowed and field.kind in NUMERIC:
        cases += [(~value.isin([int(word) for word in field.allowed]), field.otherwise)]
    elif field.allowed:
        cases += [(~text.isin(field.allowed), field.otherwise)]
    if field.kind in RANGES:
        low, high = RANGES[field.kind]
        cases += [((value < low) | (value > high), f"outside {low} to {high}")]
    if field.form:
        cases += [(~text.re_search(field.form), field.otherwise)]
    if field.above is not None:
        cases += [(value <= field.above, f"not above {field.above}")]
    if field.at_least is not None:
        cases += [(value < field.at_least, f"below {field.at_least}")]
    if field.past:
        cases += [(value > ibis.literal(last_day), reasons.IN_THE_FUTURE)]
    return cases
