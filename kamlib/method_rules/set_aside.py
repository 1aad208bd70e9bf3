"""Why a row may not stand, and how that is mended where it arises: in the client's own systems.

A reason is what the quarantine says of a row; its remedy is what the controller can tell the people
who keep the source. Every reason has one.
"""

from kamlib.language import N_

NOT_A_NUMBER = N_("not a number")
NOT_WHOLE = N_("not a whole number")
NOT_A_DATE = N_("not a date")
NO_SUCH_DAY = N_("no such day")
IN_THE_FUTURE = N_("date in the future")
NEITHER = N_("neither yes nor no")
MISSING = N_("missing")
NO_PERIOD = N_("not a period of engagement.yaml")
NO_CUSTOMER = N_("customer is not in customers")
NO_PARTY = N_("neither in customers nor in prospects")
REPEATS = N_("repeats an earlier row")
TAX_ID_FOR_NONE = N_("tax id stands for none")
TAX_ID_ROUNDED = N_("tax id in scientific notation")
TAX_ID_CHECK_DIGIT = N_("tax id with a wrong check digit")
TAX_ID_LENGTH = N_("tax id of a wrong length")
TAX_ID_NO_NUMBER = N_("no tax id")
NOT_A_CURRENCY = N_("not a currency")
A_TOTAL = N_("a total, no line of its own")
EXCEL_ERROR = N_("an error in Excel")
MERGED_ABOVE = N_("merged in Excel with the cell above")
DIGITS_LOST = N_("a number of more than 15 digits, of which Excel has lost the end")

UNASSIGNED = (
    MISSING, NO_CUSTOMER, TAX_ID_FOR_NONE, TAX_ID_ROUNDED, TAX_ID_CHECK_DIGIT,
    TAX_ID_LENGTH, TAX_ID_NO_NUMBER,
)  # fmt: skip

_ASK = N_("ask the customer for the number, and have the billing program refuse an invoice without")
_EXPORT_TEXT = N_("format the column as text before exporting, or export without a spreadsheet")
_ALLOWED = N_("declare the client's word under `values`, or correct it in the master data")
REMEDIES: dict[str, str] = {
    NOT_A_NUMBER: N_(
        "look at the cell: a word, an error or another decimal mark than declared; correct it, or "
        "declare the marks under `dialects`"
    ),
    NOT_WHOLE: N_("correct the count, or export whole units"),
    NOT_A_DATE: N_("declare how days are written under `dialects`, or export them as 2025-12-31"),
    NO_SUCH_DAY: N_("correct the day in the document; a mask in the entry form prevents it"),
    IN_THE_FUTURE: N_("correct the year in the document"),
    NEITHER: N_("declare the client's words for yes and no under `values`"),
    MISSING: N_("fill the cell in the source, and make the field compulsory there"),
    NO_PERIOD: N_("name the period as engagement.yaml does, or declare it there"),
    NO_CUSTOMER: N_("add the customer to the master data, or correct its number on the invoice"),
    NO_PARTY: N_("add the party to customers or prospects, or correct its number"),
    REPEATS: N_("find out whether one file was delivered twice; number the lines (line_id)"),
    TAX_ID_FOR_NONE: _ASK,
    TAX_ID_ROUNDED: _EXPORT_TEXT,
    TAX_ID_CHECK_DIGIT: N_("correct the number against the public register of tax payers"),
    TAX_ID_LENGTH: N_("correct the number: digits are lost or too many; leading zeros often are"),
    TAX_ID_NO_NUMBER: N_("correct the number against the public register of tax payers"),
    NOT_A_CURRENCY: N_("write three letters such as EUR, or declare the client's word"),
    A_TOTAL: N_("nothing to mend; export the lines without totals of pages and reports"),
    EXCEL_ERROR: N_(
        "mend the formula in the workbook, so that the cell shows a value, and save it"
    ),
    MERGED_ABOVE: N_("unmerge the cells in Excel and fill each row"),
    DIGITS_LOST: _EXPORT_TEXT,
    N_("not in the reporting currency"): N_("bring fx_rates"),
    N_("unknown document type"): _ALLOWED,
    N_("unknown relation"): _ALLOWED,
    N_("unknown status"): _ALLOWED,
    N_("unknown kind"): _ALLOWED,
    N_("unknown cost level"): _ALLOWED,
    N_("unknown source"): _ALLOWED,
    N_("unknown statement line"): N_("name the line as the statement of profitability does"),
    N_("neither 1 nor -1"): N_("write the sign as 1 or -1"),
}
OTHERWISE = N_("look at the row in its file; the reason says which rule it breaks")


def remedy_of(reason: str) -> str:
    """Return how rows of a reason are mended at the source; a reason without its own has a general one.

    Examples
    --------
    >>> remedy_of("date in the future")
    'correct the year in the document'
    """
    return REMEDIES.get(reason, OTHERWISE)
