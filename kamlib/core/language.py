"""Words and numbers as a reader sees them: gettext templates, and formats of the reader's language.

Every sentence for readers is a template with named placeholders inside ``_()``; an f-string there is
silently never extracted. Numbers are formatted by Babel, never by hand. English is the only language
so far; a compiled catalogue under ``locale/`` adds one, by the name of its folder.
"""

import gettext
import math
import tomllib
from collections.abc import Iterator
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from babel import Locale
    from babel.numbers import NumberPattern


NBSP = "\u00a0"
MINUS = "\u2212"
UNKNOWN = "?"
NO_VALUE = "–"  # there is none; what is not known says so in words
LOCALE = Path(__file__).parents[1] / "locale"
LANGUAGES = ("en", *sorted(path.parts[-3] for path in LOCALE.glob("*/LC_MESSAGES/kamlib.mo")))
_CURRENT = {"language": "en"}


def use_language(language: str) -> None:
    """Set the language of everything that is written for readers from now on."""
    _CURRENT["language"] = language


def language() -> str:
    """Return the language that readers are written to, such as "en"."""
    return _CURRENT["language"]


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    return gettext.translation("kamlib", LOCALE, languages=[code], fallback=True)


def _(message: str) -> str:
    """Translate a template."""
    return _catalogue(language()).gettext(message)


def N_(message: str) -> str:
    """Mark a template for extraction; it is translated where it is shown."""
    return message


def ngettext(one: str, many: str, n: int) -> str:
    """Translate a template that depends on a count.

    Examples
    --------
    >>> ngettext("{n} customer", "{n} customers", 2).format(n=2)
    '2 customers'
    """
    return _catalogue(language()).ngettext(one, many, n)


def words_in(path: Path) -> dict[str, Any]:
    """Return the words that stand in a TOML file beside the module that gives them a form."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def templates(
    file: IO[bytes], *_marks: object, **_options: object
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Give the templates of a file of words to Babel: line, function, message, comments."""
    for entry in tomllib.load(file).values():
        for name, words in entry.items():
            if isinstance(words, list):  # a column: label, kind, meaning, and perhaps a unit
                label, _kind, *others = words
                yield from ((1, "N_", each, []) for each in (label, *others) if each != "currency")
            elif name != "section":
                yield 1, "N_", words, []


def number(value: float, digits: int = 0, *, signed: bool = False) -> str:
    """Write a number with group separators, a true minus and, for a change, a plus.

    Examples
    --------
    >>> number(-1234.5, 2)
    '−1,234.50'
    >>> number(640, signed=True)
    '+640'
    """
    if not math.isfinite(value):
        return UNKNOWN
    rounded = round(value, digits)
    text = _grouped(abs(rounded), digits, language())
    return ("" if rounded == 0 else MINUS if rounded < 0 else "+" if signed else "") + text


# tables of thousands of customers repeat few different numbers; typed, as some cannot be compared
@lru_cache(maxsize=2**16, typed=True)
def _grouped(size: float, digits: int, code: str) -> str:
    """Write a number without its sign."""
    from babel.numbers import format_decimal

    return str(format_decimal(size, format=_pattern(digits), locale=_locale(code)))


@cache
def _pattern(digits: int) -> "NumberPattern":
    from babel.numbers import parse_pattern

    return parse_pattern("#,##0" + ("." + "0" * digits if digits else ""))


@cache
def _locale(code: str) -> "Locale":
    from babel import Locale

    return Locale.parse(code)


def money(value: float, currency: str, digits: int = 0) -> str:
    """Write an amount for a sentence, such as "PLN 2,880,000".

    Examples
    --------
    >>> money(-2880000, "PLN").replace(NBSP, " ")
    '−PLN 2,880,000'
    """
    text = number(abs(value), digits)
    return (MINUS if round(value, digits) < 0 else "") + f"{currency}{NBSP}{text}"


def percent(share: float) -> str:
    """Write a share of something named: whole percents, one digit below ten, two below 0.05 %.

    Examples
    --------
    >>> percent(0.791), percent(0.049), percent(-0.53), percent(0.0001)
    ('79%', '4.9%', '−53%', '0.01%')
    """
    if not math.isfinite(share):
        return UNKNOWN
    size = abs(share)
    digits = 0 if size >= 0.0995 or size == 0 else 1 if size >= 0.0005 else 2
    return _("{n}%").format(n=number(100 * share, digits))


def cases(level: float) -> str:
    """Write in how many cases something lies, such as "nine cases of ten".

    Examples
    --------
    >>> cases(0.9), cases(0.95)
    ('nine cases of ten', '95 cases of 100')
    """
    if round(level, 9) == 0.9:
        return _("nine cases of ten")
    return _("{n} cases of 100").format(
        n=number(100 * level, 0 if round(100 * level, 9) % 1 == 0 else 1)
    )


def points(score: float) -> str:
    """Write a score of 0 to 1 as points of 100, as both sides are shown.

    Examples
    --------
    >>> points(0.6)
    '60'
    """
    return number(100 * score)


def span_of_points(low: float, high: float, digits: int = 0) -> str:
    """Write a lead, from worst to best, as points of 100 with their sign.

    Examples
    --------
    >>> span_of_points(0.07, 0.07), span_of_points(-0.167, 0.05)
    ('+7', '−17 to +5')
    """
    return span(*(number(100 * each, digits, signed=True) for each in (low, high)))


def span(low: str, high: str) -> str:
    """Write both ends of a range, once where they read alike.

    Examples
    --------
    >>> span("21", "45"), span("40%", "40%")
    ('21 to 45', '40%')
    """
    return low if low == high else _("{low} to {high}").format(low=low, high=high)


def day(value: date) -> str:
    """Write a date.

    Examples
    --------
    >>> day(date(2025, 12, 31))
    '31 Dec 2025'
    """
    from babel.dates import format_date

    return str(format_date(value, _("d MMM y"), locale=language()))


def month(value: date) -> str:
    """Write a month.

    Examples
    --------
    >>> month(date(2025, 12, 31))
    'Dec 2025'
    """
    from babel.dates import format_date

    return str(format_date(value, _("MMM y"), locale=language()))
