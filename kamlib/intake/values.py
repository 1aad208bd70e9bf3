"""Numbers and days as clients write them: text into values by the declared marks, never by a guess.

The expressions are the same on every engine: a regular expression says whether a text is a number
or a day at all, and only what it accepts is cast, so that no engine has to try. Characters beyond
ASCII stand in the expressions as themselves, because engines spell their codes differently.
"""

import re
from collections.abc import Sequence
from datetime import date
from itertools import product
from typing import NamedTuple

import ibis
import ibis.expr.types as ir
from babel import Locale

from kamlib.core.errors import ParameterError
from kamlib.intake.engines import DECIMAL

ISO, EXCEL = "%Y-%m-%d", "excel"
ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
BARE = str.maketrans("ąćęłńóśźż", "acelnoszz")
SPACES = "\u0020\u00a0\u2007\u2008\u2009\u202f"
APOSTROPHES = "'\u2019"
GAP = f"[{SPACES}]?"
MINUS = "\u2212"
ISO_TIME = r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]+)?)?)?"
DIRECTIVES = {
    "%Y": ("([0-9]{4})", "year"),
    "%y": ("([0-9]{2})", "short year"),
    "%m": ("([0-9]{1,2})", "month"),
    "%d": ("([0-9]{1,2})", "day"),
    "%b": ("([^0-9 .,/-]+)[.]?", "month name"),
    "%B": ("([^0-9 .,/-]+)[.]?", "month name"),
    "%A": ("([^0-9 .,/-]+)[.]?", ""),
    **dict.fromkeys(("%H", "%I", "%M", "%S"), ("([0-9]{1,2})", "")),
    "%f": ("([0-9]{1,9})", ""),
    "%p": ("([AaPp][.]?[Mm][.]?)", ""),
    "%z": ("(Z|[+-][0-9]{2}:?[0-9]{2})", ""),
}
IS_DAY = (  # years 1000 to 9999; every month with its own days, February by the leap years
    "^(?:[1-9][0-9]{3}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
    "|(?:[1-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[13579][26])00)-02-29)$"
)
SERIAL = "^[1-9][0-9]{4}(?:[.,][0-9]+)?$"  # from 1927 to 2173
KNOWN_PARTS = [
    sorted([*day, month, year])
    for day in (["day"], [])  # without one it is the first: ledgers have months
    for month in ("month", "month name")
    for year in ("year", "short year")
]
READABLE = {"%d", "%m", "%Y", "%H", "%M", "%S"}


class Dialect(NamedTuple):
    """How a file writes: the defaults hold where engagement.yaml names no dialect.

    `decimal` is None and `date` is empty where nobody has declared them; then numbers have a
    decimal point and days are ISO, and a column that can be read in two ways is rejected. `money`
    are the words that may stand beside an amount, such as ``zł``; `serials` says that days may also
    be counted, as Excel does where a cell has no format.
    """

    encoding: str = "utf-8"
    separator: str = ","
    decimal: str | None = None
    thousands: str | None = None
    date: tuple[str, ...] = ()
    repair: str | None = None
    money: tuple[str, ...] = ()
    serials: bool = False

    @property
    def forms(self) -> tuple[str, ...]:
        return (*(self.date or (ISO,)), *((EXCEL,) if self.serials else ()))


def _months() -> dict[str, str]:
    """Return each name, with and without its Polish letters, as the two digits of its month."""
    found = {name: f"{n:02}" for n, name in enumerate(ROMAN, start=1)} | {"sept": "09"}
    for language, form in product(("pl", "en"), ("format", "stand-alone")):
        names = Locale(language).months[form]
        for n, name in [*names["wide"].items(), *names["abbreviated"].items()]:
            found[name.lower()] = found[name.lower().translate(BARE)] = f"{n:02}"
    return found


MONTHS = _months()


def number_of(text: ir.StringValue, dialect: Dialect, *, percent: bool = False) -> ir.DecimalValue:
    """Return text as an exact number by the declared marks, null where it is none.

    A negative number is written ``-1``, ``−1``, ``1-`` or ``(1)``; a word of the dialect's money may
    stand on either side. Thousands must stand in groups of three: ``1.5`` is no number where the
    point groups thousands.
    """
    decimal = dialect.decimal or "."
    plain = text.re_search(f"^-?[0-9]{{1,30}}(?:[{decimal}][0-9]{{1,30}})?$")
    is_number = text.re_search(number_pattern(dialect, percent=percent))
    bare = text.translate(*_to_bare(dialect))
    digits = ibis.cases(
        (plain, text.replace(decimal, ".") if decimal != "." else text),
        (is_number & bare.contains("-"), ibis.literal("-").concat(bare.replace("-", ""))),
        (is_number, bare),
        else_=ibis.null("string"),
    )
    value = digits.cast(DECIMAL)
    if not percent:
        return value
    return text.contains("%").ifelse(value / 100, value).cast(DECIMAL)


def number_pattern(dialect: Dialect, *, percent: bool = False) -> str:
    """Return the regular expression of all that is a number in a dialect."""
    group = _group(dialect.thousands)
    whole = f"[0-9]{{1,3}}(?:{group}[0-9]{{3}}){{1,9}}|[0-9]{{1,30}}" if group else "[0-9]{1,30}"
    number = f"(?:{whole})(?:{_class(dialect.decimal or '.')}[0-9]{{1,30}})?"
    minus = f"[{MINUS}-]"
    words = "|".join(map(re.escape, dialect.money))
    before, after = (f"(?:(?:{words}){GAP})?", f"(?:{GAP}(?:{words}))?") if words else ("", "")
    if percent:
        after = f"(?:{GAP}%)?"
    return (
        f"^(?:{before}(?:{minus}{GAP})?{number}{after}|{minus}{before}{number}"
        f"|{before}{number}{GAP}{minus}{after}|{number}{after}{GAP}{minus}"
        rf"|{before}[(]{before}{number}{after}[)]{after})$"
    )


def _to_bare(dialect: Dialect) -> tuple[str, str]:
    """Return two texts that turn a number into digits, a point and a minus, character by character."""
    decimal = dialect.decimal or "."
    kept = {decimal: ".", MINUS: "-", "(": "-"}
    words = set("".join(dialect.money)) | set(SPACES) | set(APOSTROPHES) | set(".,)%")
    dropped = sorted(words - set(kept) - set("-0123456789"))
    return "".join([*kept, *dropped]), "".join(kept.values())


def _group(mark: str | None) -> str:
    """Return what may stand between groups of thousands, of the mark's kin; empty where nothing may."""
    kin = next((marks for marks in (SPACES, APOSTROPHES) if mark and mark in marks), mark)
    return _class(kin) if kin else ""


def _class(characters: str) -> str:
    return "[" + re.sub(r"([]^\\-])", r"\\\1", characters) + "]"


def day_of(text: ir.StringValue, forms: Sequence[str]) -> tuple[ir.StringValue, ir.BooleanValue]:
    """Return text as an ISO day by the first format it has, and whether it has any of them at all.

    The day need not exist: see `existing_day`.
    """
    found = [_serial_day(text) if form == EXCEL else _written_day(text, form) for form in forms]
    iso = ibis.cases(*((has, iso) for iso, has in found), else_=ibis.null("string"))
    return iso, ibis.or_(*(has for _iso, has in found))


def existing_day(iso: ir.StringValue) -> ir.DateValue:
    return iso.re_search(IS_DAY).ifelse(iso, ibis.null("string")).cast("date")


def _written_day(text: ir.StringValue, form: str) -> tuple[ir.StringValue, ir.BooleanValue]:
    """Return text as an ISO day that may not exist, and whether it has a format."""
    pattern, places = date_pattern(form)
    part = {what: text.re_extract(pattern, place) for what, place in places.items()}
    if "short year" in places:
        short = part["short year"]
        part["year"] = (short >= "69").ifelse("19", "20").concat(short)
    has_form = text.re_search(pattern)
    if "month name" in places:
        name = part["month name"].translate("ĄĆĘŁŃÓŚŹŻ", "ąćęłńóśźż").lower()
        part["month"] = name.substitute(MONTHS, else_="")
        has_form = has_form & (part["month"] != "")
    day = part["day"].lpad(2, "0") if "day" in part else ibis.literal("01")
    iso = part["year"].concat("-", part["month"].lpad(2, "0"), "-", day)
    return iso, has_form


def _serial_day(text: ir.StringValue) -> tuple[ir.StringValue, ir.BooleanValue]:
    """Return Excel's count of days as an ISO day, and whether text is such a count."""
    is_serial = text.re_search(SERIAL)
    days = is_serial.ifelse(text.left(5), ibis.null("string")).cast("int32")
    day = ibis.date("1899-12-30") + days.as_interval("D")
    return day.cast("string").left(10), is_serial


def date_pattern(form: str) -> tuple[str, dict[str, int]]:
    """Return a strptime format as a regular expression, and which group holds which part."""
    pattern, places, group = "", {}, 0
    for piece in re.findall(r"%.|[^%]+|%$", form):
        if not piece.startswith("%"):
            pattern += re.escape(piece)
            continue
        if piece not in DIRECTIVES:
            raise ParameterError(
                f"the date format '{form}' has {piece}, which is not read. "
                f"Use %d, %m, %b, %Y, %y, for a weekday %A and, for a time of day, %H, %I, %M, %S, "
                f"%f, %p and %z; the day is taken as it is written, whatever its time and zone."
            )
        group += 1
        pattern += DIRECTIVES[piece][0]
        places[DIRECTIVES[piece][1]] = group
    places.pop("", None)
    if sorted(places) not in KNOWN_PARTS:
        raise ParameterError(
            f"the date format '{form}' needs a month and a year, and a day if it has one."
        )
    if form == ISO:
        pattern += ISO_TIME
    return f"^{pattern}$", places


def date_form(dialect: Dialect) -> str:
    """Return the form in which typed dates are written: the dialect's first one with a full year.

    Examples
    --------
    >>> date_form(Dialect(date=("%d.%m.%Y", "excel"))), date_form(Dialect())
    ('%d.%m.%Y', '%Y-%m-%d')
    """
    usable = [form for form in dialect.date if set(re.findall("%.", form)) <= READABLE]
    return next((form for form in usable if "%Y" in form), ISO)


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
    """Return a day in a strptime format; years have four digits on every system."""
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
