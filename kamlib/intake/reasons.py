"""Why a row may not stand, and how that is mended where it arises: in the client's own systems.

A reason is what the quarantine says of a row; its remedy is what the controller can tell the people
who keep the source. Every reason has one.
"""

from kamlib.core.language import N_

NOT_A_NUMBER = N_("not a number")

NOT_WHOLE = N_("not a whole number")

NOT_A_DATE = N_("not a date")

NO_SUCH_DAY = N_("no such day")

IN_THE_FUTURE = N_("date in the future")

LONG_AGO = N_("a day before 1980")

BELOW_ZERO = N_("below 0")

NOT_ABOVE_ZERO = N_("not above 0")

NO_SHARE = N_("outside 0 to 1")

NO_RATING = N_("outside 0 to 10")

NEITHER = N_("neither yes nor no")

MISSING = N_("missing")

NO_PERIOD = N_("not a period that is declared")

NO_CUSTOMER = N_("customer is not in customers")

ZEROS_LOST = N_("customer is in customers with other zeros in front")

ID_FOR_NONE = N_("number that stands for no customer")

NO_PARTY = N_("neither in customers nor in prospects")

REPEATS = N_("repeats an earlier row")

ID_ROUNDED = N_("an id in scientific notation, whose last digits are lost")

NUMBERED_TWICE = N_("its invoice and line number stand in an earlier row")

IN_ANOTHER_FILE = N_("its invoice stands in an earlier file")

TAX_ID_FOR_NONE = N_("tax id stands for none")

TAX_ID_ROUNDED = N_("tax id in scientific notation")

TAX_ID_CHECK_DIGIT = N_("tax id with a wrong check digit")

TAX_ID_LENGTH = N_("tax id of a wrong length")

TAX_ID_NO_NUMBER = N_("no tax id")

TAX_ID_ZEROS_LOST = N_("tax id that may have lost its leading zeros")

TAX_ID_REGON = N_("a REGON, no tax id")

TAX_ID_PESEL = N_("a PESEL, no tax id")

NO_TAX_NUMBER = N_("the buyer has no tax number on the invoice")

GROSS_ONLY = N_("only an amount with VAT is given")

NOT_A_CURRENCY = N_("not a currency")

IN_ANOTHER_CURRENCY = N_("money in another currency than the report's")

A_TOTAL = N_("a total, no line of its own")

THE_HEAD_AGAIN = N_("the head again, no line of its own")

NO_LINE = (A_TOTAL, THE_HEAD_AGAIN)

TWICE = (NUMBERED_TWICE, IN_ANOTHER_FILE)

FEWER_CELLS = N_("fewer cells than the head has")

MORE_CELLS = N_("more cells than the head has")

EXCEL_ERROR = N_("an error in Excel")

MERGED_ABOVE = N_("merged in Excel with the cell above")

ENDS_BEFORE = N_("ends before it begins")

DIGITS_LOST = N_("a number of more than 15 digits, of which Excel has lost the end")

_REGISTER = N_("correct the number against the public register of tax payers")

_ASK = N_("ask the customer for the number, and have the billing program refuse an invoice without")

_EXPORT_TEXT = N_("format the column as text before exporting, or export without a spreadsheet")

_ALLOWED = N_(
    "correct the word in the source, or say in the settings (values) which of ours it stands for"
)

REMEDIES: dict[str, str] = {
    NOT_A_NUMBER: N_(
        "look at the cell: a word, an error or another decimal mark than declared; correct it, or "
        "say in the settings (dialects) how numbers are written"
    ),
    NOT_WHOLE: N_("correct the count, or export whole units"),
    NOT_A_DATE: N_(
        "export days as 2025-12-31, or say in the settings (dialects) how they are written"
    ),
    NO_SUCH_DAY: N_("correct the day in the document; a mask in the entry form prevents it"),
    IN_THE_FUTURE: N_("correct the year in the document"),
    LONG_AGO: N_("fill in the real day: 1900 and 1970 are what programs write for an empty one"),
    BELOW_ZERO: N_("correct the sign; what is given back has a row or a status of its own"),
    NOT_ABOVE_ZERO: N_("correct the number: it must be above 0"),
    NO_SHARE: N_("write the share as 0.23 or 23%"),
    NO_RATING: N_("rate from 0 to 10, or turn the scale of the source into this one"),
    NEITHER: N_(
        "write yes or no, or say in the settings (values) which of the client's words means which"
    ),
    MISSING: N_("fill the cell in the source, and make the field compulsory there"),
    NO_PERIOD: N_("name the period as the settings do, or declare it there"),
    ZEROS_LOST: _EXPORT_TEXT,
    NO_CUSTOMER: N_("add the customer to the master data, or correct its number on the invoice"),
    ID_FOR_NONE: N_(
        "fill in the customer in the source; a pot such as cash sales is named in the settings as a "
        "collective customer"
    ),
    NO_PARTY: N_("add it to customers or prospects, or correct its number"),
    REPEATS: N_("find out whether one file was delivered twice; export the number of each line"),
    ID_ROUNDED: _EXPORT_TEXT,
    NUMBERED_TWICE: N_(
        "find out which row is right: the earlier one counts; if numbers of lines do come again on an "
        "invoice, leave the line number out of the settings, or say there that repeated invoices are kept"
    ),
    IN_ANOTHER_FILE: N_("export each invoice into one file; the earlier file counts"),
    TAX_ID_FOR_NONE: _ASK,
    TAX_ID_ROUNDED: _EXPORT_TEXT,
    TAX_ID_CHECK_DIGIT: _REGISTER,
    TAX_ID_ZEROS_LOST: _EXPORT_TEXT,
    TAX_ID_REGON: N_("fill in the NIP: a REGON names the firm in another register"),
    TAX_ID_PESEL: N_(
        "fill in the NIP, or count the person among collective customers; a PESEL has no place in an "
        "analysis"
    ),
    TAX_ID_LENGTH: N_(
        "correct the number: digits are lost, often zeros in front that a spreadsheet drops, or too many"
    ),
    TAX_ID_NO_NUMBER: _REGISTER,
    GROSS_ONLY: N_(
        "simplified invoices and sales taxed on the margin tell no net amount: bring it from the "
        "sales ledger"
    ),
    NO_TAX_NUMBER: N_(
        "a private person has none; ask a firm for its number, or give the name an id of its own in "
        "the settings (values of the customer's column)"
    ),
    NOT_A_CURRENCY: N_("write three letters such as EUR, or declare the client's word"),
    IN_ANOTHER_CURRENCY: N_(
        "convert the amount before exporting: only invoice lines are converted; where the word means "
        "the reporting currency, say so in the settings (values)"
    ),
    ENDS_BEFORE: N_("correct from or until: an asset stands with a customer for a day at least"),
    A_TOTAL: N_("nothing to mend; export the lines without totals of pages and reports"),
    THE_HEAD_AGAIN: N_("nothing to mend; export the lines in one piece, with one head"),
    FEWER_CELLS: N_("a line break stands inside a text: export texts in quotes, or without breaks"),
    MORE_CELLS: N_("the separator stands inside a text or an amount: export texts in quotes"),
    EXCEL_ERROR: N_(
        "mend the formula in the workbook, so that the cell shows a value, and save it"
    ),
    MERGED_ABOVE: N_("unmerge the cells in Excel and fill each row"),
    DIGITS_LOST: _EXPORT_TEXT,
    N_("unknown document type"): _ALLOWED,
    N_("unknown relation"): _ALLOWED,
    N_("unknown status"): _ALLOWED,
    N_("unknown kind"): _ALLOWED,
    N_("unknown cost level"): _ALLOWED,
    N_("unknown source"): _ALLOWED,
    N_("unknown statement line"): N_(
        "write the line of the statement that the account belongs to, in the word of the contract"
    ),
    N_("neither 1 nor -1"): N_("write the sign as 1 or -1"),
}

OF_A_LINE: dict[tuple[str, str], str] = {  # on invoice lines, where the column says more
    (MISSING, "customer_id"): N_(
        "book each sale to a customer and make the field compulsory; sales over the counter to one "
        "collective customer, named as such in the settings"
    ),
    (MISSING, "currency"): N_(
        "write the currency on each line, or declare in the settings which one is meant; until then "
        "the amount stands as it was written"
    ),
}

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
