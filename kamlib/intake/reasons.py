"""Why a row may not stand, as the quarantine says it, and what readers write where they find no value.

When a reason holds stands in `kamlib.intake.checks`, how it is mended where it arises in `remedies.toml`.
"""

from kamlib.core.language import N_

NOT_A_NUMBER = N_("not a number")
NOT_WHOLE = N_("not a whole number")
NOT_A_DATE = N_("not a date")
NO_SUCH_DAY = N_("no such day")
IN_THE_FUTURE = N_("date in the future")
LONG_AGO = N_("a day before 1980")
BELOW_ZERO = N_("below 0")
BELOW_ONE = N_("below 1")
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
OF_TAX_IDS = (
    TAX_ID_FOR_NONE,
    TAX_ID_ROUNDED,
    TAX_ID_CHECK_DIGIT,
    TAX_ID_ZEROS_LOST,
    TAX_ID_REGON,
    TAX_ID_PESEL,
    TAX_ID_LENGTH,
    TAX_ID_NO_NUMBER,
)
NO_TAX_NUMBER = N_("the buyer has no tax number on the invoice")
GROSS_ONLY = N_("only an amount with VAT is given")
A_TOTAL = N_("a total, no line of its own")
THE_HEAD_AGAIN = N_("the head again, no line of its own")
LEFT_OUT = N_("left out, as the settings say which rows count")
NO_LINE = (A_TOTAL, THE_HEAD_AGAIN)
TWICE = (NUMBERED_TWICE, IN_ANOTHER_FILE)
FEWER_CELLS = N_("fewer cells than the head has")
MORE_CELLS = N_("more cells than the head has")
EXCEL_ERROR = N_("an error in Excel")
MERGED_ABOVE = N_("merged in Excel with the cell above")
OUTCOME_ALONE = N_("an outcome without the day of closing, or such a day without an outcome")
ENDS_BEFORE = N_("ends before it begins")
DIGITS_LOST = N_("a number of more than 15 digits, of which Excel has lost the end")
WITHOUT_TAX_ID = "#no tax number"  # stands for the buyer on an invoice that has none
WITH_VAT_ONLY = "#with VAT only"  # stands for a net amount where only a gross one is told
