"""Why a cell may not stand: errors of Excel, numbers out of reach, values outside what a field allows."""

from datetime import date

import ibis
import ibis.expr.types as ir

from kamlib.intake import reasons
from kamlib.intake.contract import NUMERIC, RANGES, Field
from kamlib.intake.engines import REACH, one_of
from kamlib.intake.excel.cells import ERROR_CELLS, MERGED, TOO_LONG

LONG_AGO = date(1980, 1, 1)  # before it no such export was made: the day of an empty cell


def errors_of_excel(text: ir.StringValue) -> list[tuple[ir.BooleanValue, str | ir.StringValue]]:
    """Return the cases in which a cell holds one of Excel's errors, whatever the column."""
    marked, cut = text.startswith("#"), text.startswith(f"{TOO_LONG} ")
    errors = [mark for mark, why in ERROR_CELLS.items() if why == reasons.EXCEL_ERROR]
    return [
        (marked.ifelse(one_of(text, errors), False), reasons.EXCEL_ERROR),
        (text == MERGED, reasons.MERGED_ABOVE),
        (cut, reasons.DIGITS_LOST),
    ]


def in_reach(number: ir.NumericValue, field: Field) -> ir.BooleanValue:
    """Return whether a number is not absurdly large, nor broken where it should be whole.

    Of a column as it stands the engine may know that from the file's least and greatest value.
    """
    usable = (number > -REACH) & (number < REACH)
    whole = field.kind == "whole" and not number.type().is_integer()
    return usable & (number == number.floor()) if whole else usable


def outside(
    value: ir.Value, text: ir.StringValue, field: Field, last_day: date
) -> list[tuple[ir.BooleanValue, str]]:
    """Return the cases in which a value that could be read may not stand."""
    cases: list[tuple[ir.BooleanValue, str]] = []
    if field.allowed and field.kind in NUMERIC:
        cases += [(~value.isin([int(word) for word in field.allowed]), field.otherwise)]
    elif field.allowed:
        cases += [(text.notnull() & ~one_of(text, field.allowed), field.otherwise)]
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
        cases += [
            (value > ibis.literal(last_day), reasons.IN_THE_FUTURE),
            (value < ibis.literal(LONG_AGO), reasons.LONG_AGO),
        ]
    return cases
