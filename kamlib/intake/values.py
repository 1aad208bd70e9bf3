"""Numbers and days as clients write them: text into values by the declared marks, never by a guess."""

import re

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from kamlib.errors import ParameterError
from kamlib.intake.texts import Dialect

DECIMAL = dt.Decimal(38, 6)
SPACES = "\u0020\u00a0\u2007\u202f"
ISO, ISO_TIME = "%Y-%m-%d", r"(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
DIRECTIVES = {
    "%Y": (r"(\d{4})", "year"), "%y": (r"(\d{2})", "short year"),
    "%m": (r"(\d{1,2})", "month"), "%d": (r"(\d{1,2})", "day"),
    "%H": (r"(\d{1,2})", ""), "%M": (r"(\d{1,2})", ""), "%S": (r"(\d{1,2})", ""),
}  # fmt: skip


def number_of(text: ir.StringValue, dialect: Dialect) -> ir.DecimalValue:
    """Return text as an exact number by the declared marks, null where it is none.

    Thousands must stand in groups of three: ``1.5`` is no number where the point groups thousands.
    """
    point = re.escape(dialect.decimal)
    whole = r"\d+"
    tidy = text.replace("\u2212", "-")
    if dialect.thousands:
        group = f"[{SPACES}]" if dialect.thousands in SPACES else re.escape(dialect.thousands)
        whole = rf"(?:\d+|\d{{1,3}}(?:{group}\d{{3}})+)"
        bare = tidy.re_replace(group, "")
    else:
        bare = tidy
    plain = bare.replace(dialect.decimal, ".") if dialect.decimal != "." else bare
    is_number = tidy.re_search(rf"^-?{whole}(?:{point}\d+)?$")
    return is_number.ifelse(plain, ibis.null("string")).try_cast(DECIMAL)


def day_of(text: ir.StringValue, form: str) -> tuple[ir.DateValue, ir.BooleanValue]:
    """Return text as a date by a strptime format, and whether it has that form at all."""
    pattern, places = date_pattern(form)
    part = {what: text.re_extract(pattern, place) for what, place in places.items()}
    if "short year" in places:
        short = part["short year"]
        part["year"] = (short >= "69").ifelse("19", "20").concat(short)
    iso = part["year"].concat("-", part["month"].lpad(2, "0"), "-", part["day"].lpad(2, "0"))
    has_form = text.re_search(pattern)
    return has_form.ifelse(iso, ibis.null("string")).try_cast("date"), has_form


def date_pattern(form: str) -> tuple[str, dict[str, int]]:
    """Return a strptime format as a regular expression, and which group holds which part.

    Examples
    --------
    >>> date_pattern("%d.%m.%Y")[1]
    {'day': 1, 'month': 2, 'year': 3}
    """
    pattern, places, group = "", {}, 0
    for piece in re.findall(r"%.|[^%]+|%$", form):
        if not piece.startswith("%"):
            pattern += re.escape(piece)
            continue
        if piece not in DIRECTIVES:
            raise ParameterError(
                f"the date format '{form}' has {piece}, which is not read. "
                f"Use %d, %m, %Y, %y and, for a time of day, %H, %M and %S."
            )
        group += 1
        pattern += DIRECTIVES[piece][0]
        places[DIRECTIVES[piece][1]] = group
    places.pop("", None)
    if not {"day", "month"} <= set(places) or len(places) != 3:
        raise ParameterError(f"the date format '{form}' needs a day, a month and a year.")
    if form == ISO:
        pattern += ISO_TIME
    return f"^{pattern}$", places
