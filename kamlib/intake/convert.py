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
from kamlib.intake import contract
from kamlib.intake.contract import RANGES, Field
from kamlib.intake.texts import Dialect
from kamlib.intake.values import DECIMAL, ISO, day_of, number_of

NUMERIC = ("money", "number", "whole", "share", "rating")
SPACE_AROUND = r"[\s\x{00A0}\x{2007}\x{202F}\x{FEFF}]+"
EDGES = f"^{SPACE_AROUND}|{SPACE_AROUND}$"
WORDS = {
    **dict.fromkeys(("1", "true", "yes", "tak", "x"), True),
    **dict.fromkeys(("0", "false", "no", "nie"), False),
}


class Cell(NamedTuple):
    """A converted column: its value, why it may not stand, and what stood there."""

    value: ir.Value
    reason: ir.StringValue
    shown: ir.StringValue


@ibis.udf.scalar.builtin
def nfc_normalize(text: str) -> str:  # type: ignore[empty-body]
    """Compose letters and accents; the engine has it built in."""


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
    text = as_text(column, field.name)
    ours = {unicodedata.normalize("NFC", theirs): word for theirs, word in values.items()}
    meant = text.substitute(ours, else_=text) if ours else text
    if values or column.type().is_string() or field.kind not in (*NUMERIC, "date"):
        value, wrong = _from_text(meant, field, dialect)
    else:
        value, wrong = _from_own_type(column, field)
    cases: list[tuple[ir.BooleanValue, str | ir.StringValue]] = []
    if field.kind != "bool":
        cases += [(meant.notnull() & value.isnull(), wrong)]
        if field.filled:
            cases += [(meant.isnull(), contract.MISSING)]
    cases += _outside(value, meant, field, last_day)
    if field.kind == "bool":
        cases += [(value.isnull(), contract.NEITHER)]
    reason = ibis.cases(*cases, else_=ibis.null("string")) if cases else ibis.null("string")
    return Cell(value, reason, text)


def as_text(column: ir.Column, name: str) -> ir.StringValue:
    """Return a column as text without space around it; empty is null, 12.0 is 12."""
    kind = column.type()
    if kind.is_string():
        tidy = nfc_normalize(column).re_replace(EDGES, "")
        return tidy.nullif("")
    if kind.is_floating():
        return column.cast("string").nullif("nan").re_replace(r"\.0$", "")
    if kind.is_decimal():
        return column.cast("string").re_replace(r"\.0*$|(\.\d*[1-9])0+$", r"\1")
    if kind.is_timestamp() or kind.is_date():
        return column.cast("date").cast("string")
    if kind.is_integer() or kind.is_boolean():
        return column.cast("string")
    raise DataError(
        f"the column for {name} is of type {kind} in the Parquet file, which is neither text nor "
        f"a number, a date or yes and no. Write it as one of these."
    )


def _from_text(
    text: ir.StringValue, field: Field, dialect: Dialect
) -> tuple[ir.Value, str | ir.StringValue]:
    """Return the value of a text and why it has none."""
    if field.kind in NUMERIC:
        return _within_reach(number_of(text, dialect), field)
    if field.kind == "date":
        value, has_form = day_of(text, dialect.date or ISO)
        wrong = has_form.ifelse(contract.NO_SUCH_DAY, contract.NOT_A_DATE)
        return _first_of_month(value, field), wrong
    if field.kind == "bool":
        known = text.isnull().ifelse("false", text.lower())
        yes, no = ([word for word, truth in WORDS.items() if truth is t] for t in (True, False))
        value = ibis.cases(
            (known.isin(yes), True), (known.isin(no), False), else_=ibis.null("bool")
        )
        return value, contract.NEITHER
    return text, ""


def _from_own_type(column: ir.Column, field: Field) -> tuple[ir.Value, str]:
    """Return a number or date of Parquet's own type as ours, and why it has none."""
    kind = column.type()
    if field.kind == "date":
        if not (kind.is_date() or kind.is_timestamp()):
            return ibis.null("date"), contract.NOT_A_DATE
        return _first_of_month(column.cast("date"), field), contract.NO_SUCH_DAY
    if not kind.is_numeric() or kind.is_boolean():
        return ibis.null(DECIMAL), contract.NOT_A_NUMBER
    return _within_reach(column.try_cast(DECIMAL), field)


def _within_reach(value: ir.DecimalValue, field: Field) -> tuple[ir.DecimalValue, str]:
    """Return a number unless it is absurdly large, or broken where it should be whole."""
    usable = value.abs() < ibis.literal(10**12)
    if field.kind == "whole":
        usable = usable & (value == value.floor())
    wrong = contract.NOT_WHOLE if field.kind == "whole" else contract.NOT_A_NUMBER
    return usable.ifelse(value, ibis.null(DECIMAL)), wrong


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
    if field.at_least is not None:
        cases += [(value < field.at_least, f"below {field.at_least}")]
    if field.past:
        cases += [(value > ibis.literal(last_day), contract.IN_THE_FUTURE)]
    return cases
