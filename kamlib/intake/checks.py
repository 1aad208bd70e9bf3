"""Every rule by which a row is set aside: what it says, how that is mended at the source, and when.

Data, one row for each rule, in the order in which they are held against a cell; the first that fails
names the reason. What shows only when rows are held against each other is found elsewhere and has its
remedy here.
"""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from kamlib.core.contract import IN_ANOTHER_CURRENCY, NOT_A_CURRENCY, NUMERIC, RANGES
from kamlib.core.language import N_
from kamlib.intake import reasons
from kamlib.intake.engines import one_of
from kamlib.intake.parse import Cell
from kamlib.intake.reasons import WITH_VAT_ONLY, WITHOUT_TAX_ID
from kamlib.intake.spelling import FOR_NOBODY, ROUNDED
from kamlib.intake.workbooks import ERROR_CELLS, MERGED, TOO_LONG

LONG_AGO = date(1980, 1, 1)  # before it no such export was made: the day of an empty cell
BETWEEN = "\x1f"
EXCEL_ERRORS = BETWEEN.join(
    ["", *(mark for mark, why in ERROR_CELLS.items() if why == reasons.EXCEL_ERROR), ""]
)


class Around(NamedTuple):
    """What a rule may know beside the cell.

    `last_day` is the last day that an event of the past may have; `spared` are ids that the engagement
    names, whatever they look like; `tax_ids` says that ids are tax numbers.
    """

    last_day: date
    spared: frozenset[str] = frozenset()
    tax_ids: bool = False


class Check(NamedTuple):
    """A rule: the reason it gives, the remedy, which columns it is for, and when a cell breaks it.

    Without a reason of its own it gives the one of the column's contract (`Field.otherwise`).
    """

    reason: str
    remedy: str
    of: Callable[[Cell, Around], bool]
    fails: Callable[[Cell, Around], ir.BooleanValue]


def _of_kind(*kinds: str) -> Callable[[Cell, Around], bool]:
    return lambda cell, _around: cell.field.kind in kinds


def _no_value(cell: Cell) -> ir.BooleanValue:
    """Return whether a mark in place of a value stands for none: the client's words may give it one."""
    return cell.value.isnull() if cell.goes_by_text and cell.words else ibis.literal(True)


def _is_error_of_excel(text: ir.StringValue) -> ir.BooleanValue:
    """Return whether a text is one of Excel's errors; said as one word, which an engine plans faster."""
    return ibis.literal(EXCEL_ERRORS).contains(ibis.literal(BETWEEN).concat(text, BETWEEN))


def _may_be_empty(cell: Cell) -> ir.BooleanValue:
    """Return where another column of the row says that a cell need not be filled."""
    if cell.field.unless is None or cell.said is None:
        return ibis.literal(False)
    return (cell.said.lower() == cell.field.unless[1]).fill_null(False)


def _not_allowed(cell: Cell, _around: Around) -> ir.BooleanValue:
    """Return whether a value is none of those that the contract allows."""
    if cell.field.kind in NUMERIC:
        return ~cell.value.isin([int(word) for word in cell.field.allowed])
    return cell.value.notnull() & ~one_of(cell.value, cell.field.allowed)


def _alone(cell: Cell, _around: Around) -> ir.BooleanValue:
    """Return whether a cell is filled and the one it goes with is not, or the other way round."""
    assert cell.field.together is not None
    assert cell.said is not None
    empty = cell.value.isnull() | (cell.value == cell.field.together[1])
    return empty == cell.said.notnull()


def _outside(cell: Cell, _around: Around) -> ir.BooleanValue:
    low, high = RANGES[cell.field.kind]
    return (cell.value < low) | (cell.value > high)


def _is_nobody(cell: Cell, around: Around) -> ir.BooleanValue:
    """Return whether a word for none stands for the customer: those never are one customer."""
    words = [word for word in FOR_NOBODY if word not in around.spared]
    if cell.read.type().is_integer() and not cell.words:
        return cell.read == 0 if "0" in words else ibis.literal(False)
    return cell.value.lower().isin(words)


def _unknown(who: str) -> Callable[[Cell, Around], bool]:
    return lambda cell, _around: cell.field.who == who and cell.known is not None


def _stranger(cell: Cell, _around: Around) -> ir.BooleanValue:
    assert cell.known is not None
    return cell.value.notnull() & cell.known.isnull()


def _unusable(reason: str) -> Callable[[Cell, Around], ir.BooleanValue]:
    return lambda cell, _around: cell.unusable == reason


_REGISTER = N_("correct the number against the public register of tax payers")
_EXPORT_TEXT = N_("format the column as text before exporting, or export without a spreadsheet")
_ALLOWED = N_(
    "correct the word in the source, or say in the settings (values) which of ours it stands for"
)
_TAX_IDS = {  # why a tax id cannot be used, and how that is mended
    reasons.TAX_ID_FOR_NONE: N_(
        "ask the customer for the number, and have the billing program refuse an invoice without"
    ),
    reasons.TAX_ID_ROUNDED: _EXPORT_TEXT,
    reasons.TAX_ID_CHECK_DIGIT: _REGISTER,
    reasons.TAX_ID_ZEROS_LOST: _EXPORT_TEXT,
    reasons.TAX_ID_REGON: N_("fill in the NIP: a REGON names the firm in another register"),
    reasons.TAX_ID_PESEL: N_(
        "fill in the NIP, or count the person among collective customers; a PESEL has no place in an "
        "analysis"
    ),
    reasons.TAX_ID_LENGTH: N_(
        "correct the number: digits are lost, often zeros in front that a spreadsheet drops, or too many"
    ),
    reasons.TAX_ID_NO_NUMBER: _REGISTER,
}
CHECKS = (
    Check(
        reasons.LEFT_OUT,
        N_("nothing to mend; where it should count, add its word in the settings (where)"),
        lambda cell, _: bool(cell.field.only),
        lambda cell, _: ~one_of(cell.shown, cell.field.only),
    ),
    Check(
        reasons.EXCEL_ERROR,
        N_("mend the formula in the workbook, so that the cell shows a value, and save it"),
        lambda cell, _: cell.is_text,
        lambda cell, _: (
            cell.word.startswith("#").ifelse(_is_error_of_excel(cell.word), False) & _no_value(cell)
        ),
    ),
    Check(
        reasons.MERGED_ABOVE,
        N_("unmerge the cells in Excel and fill each row"),
        lambda cell, _: cell.is_text,
        lambda cell, _: (cell.word == MERGED) & _no_value(cell),
    ),
    Check(
        reasons.DIGITS_LOST,
        _EXPORT_TEXT,
        lambda cell, _: cell.is_text,
        lambda cell, _: cell.word.startswith(f"{TOO_LONG} ") & _no_value(cell),
    ),
    Check(
        reasons.NO_TAX_NUMBER,
        N_(
            "a private person has none; ask a firm for its number, or give the name an id of its own "
            "in the settings (values of the customer's column)"
        ),
        lambda cell, _: cell.is_text and cell.field.who == "customer",
        lambda cell, _: cell.word.startswith(WITHOUT_TAX_ID),
    ),
    Check(
        reasons.GROSS_ONLY,
        N_(
            "simplified invoices and sales taxed on the margin tell no net amount: bring it from the "
            "sales ledger"
        ),
        lambda cell, _: cell.is_text and cell.field.name == "net_amount",
        lambda cell, _: cell.word.startswith(WITH_VAT_ONLY),
    ),
    Check(
        reasons.NO_SUCH_DAY,
        N_("correct the day in the document; a mask in the entry form prevents it"),
        _of_kind("date"),
        lambda cell, _: cell.unread & cell.has_form,
    ),
    Check(
        reasons.NOT_A_DATE,
        N_("export days as 2025-12-31, or say in the settings (dialects) how they are written"),
        _of_kind("date"),
        lambda cell, _: cell.unread,
    ),
    Check(
        reasons.NOT_WHOLE,
        N_("correct the count, or export whole units"),
        _of_kind("whole"),
        lambda cell, _: cell.unread,
    ),
    Check(
        reasons.NOT_A_NUMBER,
        N_(
            "look at the cell: a word, an error or another decimal mark than declared; correct it, or "
            "say in the settings (dialects) how numbers are written"
        ),
        _of_kind(*(kind for kind in NUMERIC if kind != "whole")),
        lambda cell, _: cell.unread,
    ),
    Check(
        reasons.MISSING,
        N_("fill the cell in the source, and make the field compulsory there"),
        lambda cell, _: cell.field.filled and cell.field.kind != "bool",
        lambda cell, _: ~cell.there & ~_may_be_empty(cell),
    ),
    Check("", _ALLOWED, lambda cell, _: bool(cell.field.allowed), _not_allowed),
    Check(reasons.NO_SHARE, N_("write the share as 0.23 or 23%"), _of_kind("share"), _outside),
    Check(
        reasons.NO_RATING,
        N_("rate from 0 to 10, or turn the scale of the source into this one"),
        _of_kind("rating"),
        _outside,
    ),
    Check(
        "",
        _ALLOWED,
        lambda cell, _: bool(cell.field.form),
        lambda cell, _: ~cell.value.re_search(cell.field.form),
    ),
    Check(
        reasons.NOT_ABOVE_ZERO,
        N_("correct the number: it must be above 0"),
        lambda cell, _: cell.field.above == 0,
        lambda cell, _: cell.value <= 0,
    ),
    Check(
        reasons.BELOW_ZERO,
        N_("correct the sign; what is given back has a row or a status of its own"),
        lambda cell, _: cell.field.at_least == 0,
        lambda cell, _: cell.value < 0,
    ),
    Check(
        reasons.BELOW_ONE,
        N_("count from 1, or leave the cell empty where nothing is known"),
        lambda cell, _: cell.field.at_least == 1,
        lambda cell, _: cell.value < 1,
    ),
    Check(
        reasons.IN_THE_FUTURE,
        N_("correct the year in the document"),
        lambda cell, _: cell.field.past,
        lambda cell, around: cell.value > ibis.literal(around.last_day),
    ),
    Check(
        reasons.LONG_AGO,
        N_("fill in the real day: 1900 and 1970 are what programs write for an empty one"),
        lambda cell, _: cell.field.past,
        lambda cell, _: cell.value < ibis.literal(LONG_AGO),
    ),
    Check(
        reasons.ENDS_BEFORE,
        N_("correct one of the two days: nothing ends before it begins"),
        lambda cell, _: bool(cell.field.not_before) and cell.said is not None,
        lambda cell, _: cell.value < cell.said,
    ),
    Check(
        reasons.OUTCOME_ALONE,
        N_(
            "while the deal is open leave both empty: the day on which it is expected to close is none; "
            "once it is won or lost fill both"
        ),
        lambda cell, _: bool(cell.field.together) and cell.said is not None,
        _alone,
    ),
    Check(
        reasons.NEITHER,
        N_(
            "write yes or no, or say in the settings (values) which of the client's words means which"
        ),
        _of_kind("bool"),
        lambda cell, _: cell.value.isnull(),
    ),
    *(
        Check(
            reason,
            remedy,
            lambda cell, _: cell.unusable is not None,
            _unusable(reason),
        )
        for reason, remedy in _TAX_IDS.items()
    ),
    Check(
        reasons.ID_ROUNDED,
        _EXPORT_TEXT,
        lambda cell, around: cell.is_text and bool(cell.field.who) and not around.tax_ids,
        lambda cell, _: cell.value.contains("+").ifelse(cell.value.re_search(ROUNDED), False),
    ),
    Check(
        reasons.ID_FOR_NONE,
        N_(
            "fill in the customer in the source; a pot such as cash sales is named in the settings as a "
            "collective customer"
        ),
        lambda cell, _: bool(cell.field.who) and cell.known is None,
        _is_nobody,
    ),
    Check(
        reasons.NO_CUSTOMER,
        N_("add the customer to the master data, or correct its number on the invoice"),
        _unknown("customer"),
        _stranger,
    ),
    Check(
        reasons.NO_PARTY,
        N_("add it to customers or prospects, or correct its number"),
        _unknown("party"),
        _stranger,
    ),
)
OF_THE_CONTRACT = {  # reasons of columns, where the general remedy for a word is not theirs
    reasons.NO_PERIOD: N_("name the period as the settings do, or declare it there"),
    NOT_A_CURRENCY: N_("write three letters such as EUR, or declare the client's word"),
    IN_ANOTHER_CURRENCY: N_(
        "convert the amount before exporting: only invoice lines are converted; where the word means "
        "the reporting currency, say so in the settings (values)"
    ),
    N_("unknown statement line"): N_(
        "write the line of the statement that the account belongs to, in the word of the contract"
    ),
    N_("neither 1 nor -1"): N_("write the sign as 1 or -1"),
    **dict.fromkeys(
        (
            N_("unknown document type"),
            N_("unknown relation"),
            N_("unknown status"),
            N_("unknown kind"),
            N_("unknown cost level"),
            N_("unknown source"),
            N_("unknown purpose"),
            N_("unknown outcome"),
        ),
        _ALLOWED,
    ),
}
OF_WHOLE_ROWS = {  # found by a reader, or where rows are held against each other
    reasons.ZEROS_LOST: _EXPORT_TEXT,
    reasons.REPEATS: N_(
        "find out whether one file was delivered twice; export the number of each line"
    ),
    reasons.NUMBERED_TWICE: N_(
        "find out which row is right: the earlier one counts; if numbers of lines do come again on an "
        "invoice, leave the line number out of the settings, or say there that repeated invoices are kept"
    ),
    reasons.IN_ANOTHER_FILE: N_("export each invoice into one file; the earlier file counts"),
    reasons.A_TOTAL: N_("nothing to mend; export the lines without totals of pages and reports"),
    reasons.THE_HEAD_AGAIN: N_("nothing to mend; export the lines in one piece, with one head"),
    reasons.FEWER_CELLS: N_(
        "a line break stands inside a text: export texts in quotes, or without breaks"
    ),
    reasons.MORE_CELLS: N_(
        "the separator stands inside a text or an amount: export texts in quotes"
    ),
}
OF_A_LINE: dict[tuple[str, str], str] = {  # on invoice lines, where the column says more
    (reasons.MISSING, "customer_id"): N_(
        "book each sale to a customer and make the field compulsory; sales over the counter to one "
        "collective customer, named as such in the settings"
    ),
    (reasons.MISSING, "currency"): N_(
        "write the currency on each line, or declare in the settings which one is meant; until then "
        "the amount stands as it was written"
    ),
}
REMEDIES = {check.reason: check.remedy for check in CHECKS} | OF_THE_CONTRACT | OF_WHOLE_ROWS
OTHERWISE = N_("look at the row in its file; the reason says which rule it breaks")


def remedy_of(reason: str, *, table: str = "", column: str = "") -> str:
    """Return how rows of a reason are mended at the source; a reason without its own has a general one.

    Examples
    --------
    >>> remedy_of("date in the future")
    'correct the year in the document'
    """
    general = REMEDIES.get(reason, OTHERWISE)
    return OF_A_LINE.get((reason, column), general) if table == "invoice_lines" else general


def rules_for(cell: Cell, around: Around) -> dict[int, Check]:
    """Return the rules that a column's cells are held against, by their place in the list."""
    return {place: rule for place, rule in enumerate(CHECKS) if rule.of(cell, around)}


def first_broken(cell: Cell, around: Around) -> ir.IntegerValue:
    """Return the place in the list of the first rule that a cell breaks; null where it breaks none."""
    rules = rules_for(cell, around)
    none = ibis.null("int32")
    if not rules:
        return none
    held = ((rule.fails(cell, around), place) for place, rule in rules.items())
    return ibis.cases(*held, else_=none).cast("int32")
