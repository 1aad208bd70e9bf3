"""A cell's stored value as text that the declared dialect reads back, without a guess.

Excel keeps numbers, dates and yes or no apart from texts. Numbers come out with the dialect's
decimal mark and at Excel's own precision of 15 digits; dates in the dialect's form; a number that a
format of zeros shows as ``00012`` comes out as it is shown, because such numbers are ids.

Sources
-------
ECMA-376, part 1, 18.8.30 (number formats) and 18.17.4 (dates as serial numbers, 1900 and 1904).
"""

import re
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

from kamlib.intake.currency_words import money_in_format
from kamlib.intake.dialects import Dialect
from kamlib.intake.reasons import DIGITS_LOST, EXCEL_ERROR, MERGED_ABOVE
from kamlib.intake.typed import number_written, written_day

MERGED = "#MERGED!"
TOO_LONG = "#DIGITS!"
ERROR_CELLS = {
    **dict.fromkeys(
        (
            "#N/A",
            "#REF!",
            "#DIV/0!",
            "#VALUE!",
            "#NAME?",
            "#NUM!",
            "#NULL!",
            "#SPILL!",
            "#CALC!",
            "#GETTING_DATA",
            "#FIELD!",
            "#N/D!",
            "#N/D",
            "#ADR!",
            "#DZIEL/0!",
            "#ARG!",
            "#NAZWA?",
            "#LICZBA!",
            "#ZERO!",
            "#ROZLANIE!",
        ),
        EXCEL_ERROR,
    ),
    MERGED: MERGED_ABOVE,
    TOO_LONG: DIGITS_LOST,
}

BUILT_IN_DATES = {*range(14, 18), 22, *range(27, 37), *range(50, 59)}
BUILT_IN_TIMES = {18, 19, 20, 21}
BUILT_IN_PERCENT = {9, 10}
NOT_SHOWN_AS_CODE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
LITERALS = re.compile(r'"([^"]*)"|\\(.)')
MASK = re.compile(r"0[0\- ]*0")
LAST_SERIAL = 2_958_465  # 9999-12-31
FIRST_LOST = 10**15


class Looks(NamedTuple):
    """What a number looks like: plain, percent, a date, a time of day, or ids under a mask of zeros.

    `money` is the sign or word of the currency that a plain one shows.
    """

    kind: Literal["plain", "percent", "date", "time", "mask"]
    mask: str = ""
    money: str = ""


PLAIN = Looks("plain")


def looks_of(number: int, code: str) -> Looks:
    """Return what a number format makes of a number.

    Parameters
    ----------
    number : int, the format's number; the built-in ones have no code
    code : str, the format's code, or empty

    Examples
    --------
    >>> looks_of(164, "dd.mm.yyyy").kind, looks_of(165, "#,##0.00").kind, looks_of(14, "").kind
    ('date', 'plain', 'date')
    >>> looks_of(166, '000"-"000')
    Looks(kind='mask', mask='000-000', money='')
    """
    if not code:
        if number in BUILT_IN_DATES:
            return Looks("date")
        if number in BUILT_IN_PERCENT:
            return Looks("percent")
        return Looks("time") if number in BUILT_IN_TIMES else PLAIN
    positive = code.split(";")[0]
    written = LITERALS.sub(lambda found: found[1] or found[2] or "", positive)
    if MASK.fullmatch(written):
        return Looks("mask", written)
    bare = NOT_SHOWN_AS_CODE.sub("", positive).lower()
    if "%" in bare:
        return Looks("percent")
    if "general" in bare or re.search(r"[0#?]", re.sub(r"[s]\.?0+", "", bare)):
        money = money_in_format(positive)
        return Looks("plain", money=money) if money else PLAIN
    if re.search(r"\[(h+|m+|s+)\]", positive.lower()):
        return PLAIN
    if re.search("[yd]|rr|^m+$", bare) or ("m" in bare and not re.search("[hs]", bare)):
        return Looks("date")
    return Looks("time") if re.search("[hs]", bare) else PLAIN


def percent(stored: str, dialect: Dialect) -> str:
    """Return a stored number as percent, as Excel shows it: 0.1 is 10%.

    Examples
    --------
    >>> percent("0.1", Dialect()), percent("0.125", Dialect(decimal=","))
    ('10%', '12,5%')
    """
    return f"{plain_number(str(Decimal(stored) * 100), dialect)}%"


def plain_number(stored: str, dialect: Dialect) -> str:
    """Return a stored number at Excel's precision, without exponent or needless zeros.

    Examples
    --------
    >>> plain_number("1122.2800000000001", Dialect(decimal=",")), plain_number("1E-4", Dialect())
    ('1122,28', '0.0001')
    >>> plain_number("123456789012345678", Dialect())
    '#DIGITS! 1.23456789012346E+17'
    """
    if len(stored) > 15 or "E" in stored or "e" in stored:
        value = float(stored)
        if abs(value) >= FIRST_LOST:
            return f"{TOO_LONG} {value:.15G}"
        stored = f"{Decimal(f'{value:.15g}'):f}"
    return number_written(stored, dialect)


def with_money(number: str, money: str, dialect: Dialect) -> str:
    """Return a number with the currency that its format shows, unless it is the reporting one.

    Examples
    --------
    >>> with_money("100", "EUR", Dialect(money=("zł",))), with_money("100", "zł", Dialect(money=("zł",)))
    ('100 EUR', '100')
    """
    return f"{number} {money}" if money and money not in dialect.money else number


@lru_cache(maxsize=20_000)
def day_of_serial(serial: int, form: str, *, from_1904: bool) -> str | None:
    """Return the day of a serial number, written in a form, or None where there is none.

    The calendar that starts in 1900 counts a 29 February 1900 that never was.

    Examples
    --------
    >>> day_of_serial(45292, "%d.%m.%Y", from_1904=False)
    '01.01.2024'
    >>> day_of_serial(43830, "%Y-%m-%d", from_1904=True)
    '2024-01-01'
    """
    if not 0 < serial <= LAST_SERIAL or (serial == 60 and not from_1904):
        return None
    start = date(1904, 1, 1) if from_1904 else date(1899, 12, 30 if serial > 60 else 31)
    try:
        return written_day(start + timedelta(days=serial), form)
    except OverflowError:
        return None


def masked(number: str, mask: str) -> str:
    """Return a whole number as a mask of zeros shows it.

    Examples
    --------
    >>> masked("12", "00000"), masked("1234567890", "000-000-00-00")
    ('00012', '123-456-78-90')
    """
    digits = number.zfill(mask.count("0"))
    spare = len(digits) - mask.count("0")
    rest = iter(digits[spare:])
    return digits[:spare] + "".join(next(rest) if sign == "0" else sign for sign in mask)


def time_of_day(share: float) -> str:
    """Return a share of a day as a time of day.

    Examples
    --------
    >>> time_of_day(0.75)
    '18:00:00'
    """
    seconds = round(share * 86_400) % 86_400
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
