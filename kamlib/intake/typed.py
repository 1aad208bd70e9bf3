"""Typed values as text that the declared dialect reads back: files that know numbers and dates.

A workbook or an invoice file says itself what is a number and what is a day. Both are written with
the dialect's decimal mark and in its date form, so that all files go through one conversion.
"""

import re
from datetime import date

from kamlib.intake.values import Dialect

ISO, READABLE = "%Y-%m-%d", {"%d", "%m", "%Y", "%H", "%M", "%S"}


def date_form(dialect: Dialect) -> str:
    """Return the form in which typed dates are written: the dialect's first one with a full year.

    Examples
    --------
    >>> date_form(Dialect(date=("%d.%m.%Y", "excel"))), date_form(Dialect())
    ('%d.%m.%Y', '%Y-%m-%d')
    """
    usable = [form for form in dialect.date if set(re.findall("%.", form)) <= READABLE]
    return next((form for form in [*usable, ISO] if "%Y" in form), ISO)


def number_written(plain: str, dialect: Dialect) -> str:
    """Return a plain number with the dialect's decimal mark and without needless zeros.

    Where no mark is declared, a number with three digits after the point gets a fourth, so that
    nobody can take the point for one between thousands.

    Examples
    --------
    >>> number_written("12.50", Dialect(decimal=",")), number_written("12.0", Dialect())
    ('12,5', '12')
    >>> number_written("1.234", Dialect()), number_written("1.234", Dialect(decimal="."))
    ('1.2340', '1.234')
    """
    if "." not in plain:
        return plain
    plain = plain.rstrip("0").rstrip(".")
    if dialect.decimal is None and plain[-4:-3] == ".":
        return f"{plain}0"
    return plain.replace(".", dialect.decimal or ".")


def written_day(day: date, form: str) -> str:
    """Return a day in a strptime format; years have four digits on every system.

    Examples
    --------
    >>> written_day(date(2024, 1, 2), "%d.%m.%Y")
    '02.01.2024'
    """
    return day.strftime(form.replace("%Y", f"{day.year:04}"))


def day_written(text: str, form: str) -> str:
    """Return an ISO day, with or without a time, in a form; what is none stays as it is.

    Examples
    --------
    >>> day_written("2024-01-02T10:00:00", "%d.%m.%Y"), day_written("soon", "%d.%m.%Y")
    ('02.01.2024', 'soon')
    """
    try:
        return written_day(date.fromisoformat(text[:10]), form)
    except ValueError:
        return text
