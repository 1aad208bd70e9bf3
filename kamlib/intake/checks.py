"""Every rule by which a row is set aside: its reason, which columns it is for, and when a cell breaks it.

Data, one row for each rule, in the order in which they are held against a cell; the first that fails
names the reason. What shows only when rows are held against each other is found elsewhere. How each is
mended at the source stands in `remedies.toml`.
"""

from collections.abc import Callable
from datetime import date
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from kamlib.core.contract import CONTRACT, NUMERIC, RANGES
from kamlib.core.language import N_, words_in
from kamlib.intake import reasons
from kamlib.intake.engines import one_of
from kamlib.intake.parse import Cell
from kamlib.intake.spelling import FOR_NOBODY, ROUNDED
from kamlib.intake.workbooks import ERROR_CELLS, MERGED, TOO_LONG

LONG_AGO = date(1980, 1, 1)  # before it no such export was made: the day of an empty cell
BETWEEN = "\x1f"
EXCEL_ERRORS = BETWEEN.join(
    ["", *(mark for mark, why in ERROR_CELLS.items() if why == reasons.EXCEL_ERROR), ""]
)
IS_TEXT = attrgetter("is_text")


class Check(NamedTuple):
    """A rule: the reason it gives, which columns it is for, and when a cell breaks it.

    Without a reason of its own it gives the one of the column's contract (`Field.otherwise`).
    """

    reason: str
    of: Callable[[Cell], object]
    fails: Callable[[Cell], ir.BooleanValue]


def _of_kind(*kinds: str) -> Callable[[Cell], bool]:
    return lambda cell: cell.field.kind in kinds


def _has(name: str) -> Callable[[Cell], object]:
    return lambda cell: getattr(cell.field, name)


def _no_value(cell: Cell) -> ir.BooleanValue:
    """Return whether a mark in place of a value stands for none: the client's words may give it one."""
    return cell.value.isnull() if cell.goes_by_text and cell.words else ibis.literal(True)


def _is_error_of_excel(cell: Cell) -> ir.BooleanValue:
    """Return whether a text is one of Excel's errors; said as one word, which an engine plans faster."""
    one = ibis.literal(EXCEL_ERRORS).contains(ibis.literal(BETWEEN).concat(cell.word, BETWEEN))
    return cell.word.startswith("#").ifelse(one, False) & _no_value(cell)


def _is_empty(cell: Cell) -> ir.BooleanValue:
    """Return whether nothing stands in a cell, unless another column of the row says that it need not."""
    may_be: ir.BooleanValue = ibis.literal(False)
    if cell.field.unless and cell.said is not None:
        may_be = (cell.said.lower() == cell.field.unless[1]).fill_null(False)
    return ~cell.there & ~may_be


def _not_allowed(cell: Cell) -> ir.BooleanValue:
    if cell.field.kind in NUMERIC:
        return ~cell.value.isin([int(word) for word in cell.field.allowed])
    return cell.value.notnull() & ~one_of(cell.value, cell.field.allowed)


def _alone(cell: Cell) -> ir.BooleanValue:
    """Return whether a cell is filled and the one it goes with is not, or the other way round."""
    assert cell.field.together is not None
    assert cell.said is not None
    empty = cell.value.isnull() | (cell.value == cell.field.together[1])
    return empty == cell.said.notnull()


def _outside(cell: Cell) -> ir.BooleanValue:
    low, high = RANGES[cell.field.kind]
    return (cell.value < low) | (cell.value > high)


def _is_nobody(cell: Cell) -> ir.BooleanValue:
    """Return whether a word for none stands for the customer: those never are one customer."""
    words = [word for word in FOR_NOBODY if word not in cell.around.spared]
    if cell.read.type().is_integer() and not cell.words:
        return cell.read == 0 if "0" in words else ibis.literal(False)
    return cell.value.lower().isin(words)


def _asks_for(who: str) -> Callable[[Cell], bool]:
    return lambda cell: cell.field.who == who and cell.known is not None


def _stranger(cell: Cell) -> ir.BooleanValue:
    assert cell.known is not None
    return cell.value.notnull() & cell.known.isnull()


def _unusable(reason: str) -> Check:
    """Return the rule that a tax id cannot be used."""
    return Check(
        reason, lambda cell: cell.unusable is not None, lambda cell: cell.unusable == reason
    )


CHECKS = (
    Check(reasons.LEFT_OUT, _has("only"), lambda cell: ~one_of(cell.shown, cell.field.only)),
    Check(reasons.EXCEL_ERROR, IS_TEXT, _is_error_of_excel),
    Check(reasons.MERGED_ABOVE, IS_TEXT, lambda cell: (cell.word == MERGED) & _no_value(cell)),
    Check(
        reasons.DIGITS_LOST,
        IS_TEXT,
        lambda cell: cell.word.startswith(f"{TOO_LONG} ") & _no_value(cell),
    ),
    Check(
        reasons.NO_TAX_NUMBER,
        lambda cell: cell.is_text and cell.field.who == "customer",
        lambda cell: cell.word.startswith(reasons.WITHOUT_TAX_ID),
    ),
    Check(
        reasons.GROSS_ONLY,
        lambda cell: cell.is_text and cell.field.name == "net_amount",
        lambda cell: cell.word.startswith(reasons.WITH_VAT_ONLY),
    ),
    Check(reasons.NO_SUCH_DAY, _of_kind("date"), lambda cell: cell.unread & cell.has_form),
    Check(reasons.NOT_A_DATE, _of_kind("date"), attrgetter("unread")),
    Check(reasons.NOT_WHOLE, _of_kind("whole"), attrgetter("unread")),
    Check(
        reasons.NOT_A_NUMBER, _of_kind("money", "number", "share", "rating"), attrgetter("unread")
    ),
    Check(
        reasons.MISSING,
        lambda cell: cell.field.filled and cell.field.kind != "bool",
        _is_empty,
    ),
    Check("", _has("allowed"), _not_allowed),
    Check(reasons.NO_SHARE, _of_kind("share"), _outside),
    Check(reasons.NO_RATING, _of_kind("rating"), _outside),
    Check("", _has("form"), lambda cell: ~cell.value.re_search(cell.field.form)),
    Check(reasons.NOT_ABOVE_ZERO, lambda cell: cell.field.above == 0, lambda cell: cell.value <= 0),
    Check(reasons.BELOW_ZERO, lambda cell: cell.field.at_least == 0, lambda cell: cell.value < 0),
    Check(reasons.BELOW_ONE, lambda cell: cell.field.at_least == 1, lambda cell: cell.value < 1),
    Check(
        reasons.IN_THE_FUTURE,
        _has("past"),
        lambda cell: cell.value > ibis.literal(cell.around.last_day),
    ),
    Check(reasons.LONG_AGO, _has("past"), lambda cell: cell.value < ibis.literal(LONG_AGO)),
    Check(
        reasons.ENDS_BEFORE,
        lambda cell: cell.field.not_before and cell.said is not None,
        lambda cell: cell.value < cell.said,
    ),
    Check(
        reasons.OUTCOME_ALONE,
        lambda cell: cell.field.together and cell.said is not None,
        _alone,
    ),
    Check(reasons.NEITHER, _of_kind("bool"), lambda cell: cell.value.isnull()),
    *(_unusable(why) for name, why in vars(reasons).items() if name.startswith("TAX_ID_")),
    Check(
        reasons.ID_ROUNDED,
        lambda cell: cell.is_text and cell.field.who and not cell.around.tax_ids,
        lambda cell: cell.value.contains("+").ifelse(cell.value.re_search(ROUNDED), False),
    ),
    Check(reasons.ID_FOR_NONE, lambda cell: cell.field.who and cell.known is None, _is_nobody),
    Check(reasons.NO_CUSTOMER, _asks_for("customer"), _stranger),
    Check(reasons.NO_PARTY, _asks_for("party"), _stranger),
)
NOT_ALLOWED = N_(
    "correct the word in the source, or say in the settings (values) which of ours it stands for"
)
OTHERWISE = N_("look at the row in its file; the reason says which rule it breaks")
_WORDS = words_in(Path(__file__).with_name("remedies.toml"))
REMEDIES: dict[str, str] = {
    **{f.otherwise: NOT_ALLOWED for table in CONTRACT.values() for f in table.fields},
    **{reason: text for all_, text in _WORDS["remedies"].items() for reason in all_.split(" | ")},
}
OF_A_LINE: dict[str, str] = _WORDS["remedies_on_invoice_lines"]


def remedy_of(reason: str, *, table: str = "", column: str = "") -> str:
    """Return how rows of a reason are mended at the source; a reason without its own has a general one.

    Examples
    --------
    >>> remedy_of("date in the future")
    'correct the year in the document'
    """
    general = REMEDIES.get(reason, OTHERWISE)
    return OF_A_LINE.get(f"{column}: {reason}", general) if table == "invoice_lines" else general


def rules_for(cell: Cell) -> dict[int, Check]:
    """Return the rules that a column's cells are held against, by their place in the list."""
    return {place: rule for place, rule in enumerate(CHECKS) if rule.of(cell)}


def first_broken(cell: Cell) -> ir.IntegerValue:
    """Return the place in the list of the first rule that a cell breaks; null where it breaks none."""
    held = [(rule.fails(cell), place) for place, rule in rules_for(cell).items()]
    none = ibis.null("int32")
    return ibis.cases(*held, else_=none).cast("int32") if held else none
