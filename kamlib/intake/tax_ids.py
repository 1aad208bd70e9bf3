"""Tax ids as people type them, into one spelling each; and why one cannot be used.

Check digits and lengths come from a kept library; what is ours is the way a number looks after it
went through a spreadsheet, and which texts stand for "none".

Sources
-------
python-stdnum for the numbers of each country.
"""

import re
import unicodedata
from typing import NamedTuple

from stdnum import get_cc_module
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

from kamlib.method_rules import set_aside

NO_ID_WORDS = frozenset((
    "brak", "brak danych", "brak nip", "n/d", "nd", "n.d.", "nie dotyczy", "none", "null", "nan",
    "na", "n/a", "unknown", "x", "xx", "xxx", "?",
))  # fmt: skip
SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
FLOAT_TAIL = re.compile(r"(?<=\d)[.,]0+$")
BETWEEN = re.compile(r"[\W_]+")
ABROAD = re.compile(r"([A-Z]{2})([0-9A-Z]+)")
FEWEST_DIGITS = 5


class TaxId(NamedTuple):
    """A tax id in its one spelling, or why there is none; exactly one of the two is empty."""

    number: str
    reason: str


def tax_id_of(text: str | None, *, country: str = "PL") -> TaxId:
    """Return a tax id in its one spelling: bare at home, with the country's letters from abroad.

    Parameters
    ----------
    text : str or None, as it is written: with separators, spaces, letters, or as ``1234563218.0``
    country : str, two letters; a number without letters is of this country

    Notes
    -----
    One digit repeated is nobody's number, though its check digit is right. A number in scientific
    notation has lost its digits. A country that the library does not know is taken as it is
    written, if it has at least five digits.

    Examples
    --------
    >>> tax_id_of("PL 123-456-32-18").number, tax_id_of("1234563218.0").number
    ('1234563218', '1234563218')
    >>> tax_id_of("DE 811128135").number
    'DE811128135'
    >>> tax_id_of("000-000-00-00").reason
    'tax id stands for none'
    """
    told = unicodedata.normalize("NFKC", text or "").strip()
    if not told:
        return TaxId("", set_aside.MISSING)
    bare = BETWEEN.sub("", FLOAT_TAIL.sub("", told)).upper()
    if told.lower() in NO_ID_WORDS or not bare or set(bare) == {bare[0]}:
        return TaxId("", set_aside.TAX_ID_FOR_NONE)
    if SCIENTIFIC.fullmatch(told.replace(" ", "")):
        return TaxId("", set_aside.TAX_ID_ROUNDED)
    abroad = ABROAD.fullmatch(bare)
    if abroad and abroad[1] != country:
        return _of_country(abroad[1], abroad[2], home=country)
    return _of_country(country, bare, home=country)


def _of_country(country: str, number: str, *, home: str) -> TaxId:
    """Check a number by the rules of its country."""
    letters = "" if country == home else country
    rules = get_cc_module(country.lower(), "vat")
    if rules is None:
        enough = sum(sign.isdigit() for sign in number) >= FEWEST_DIGITS
        return TaxId(letters + number, "") if enough else TaxId("", set_aside.TAX_ID_NO_NUMBER)
    try:
        valid = str(rules.validate(number)).removeprefix(country)
    except InvalidChecksum:
        return TaxId("", set_aside.TAX_ID_CHECK_DIGIT)
    except InvalidLength:
        return TaxId("", set_aside.TAX_ID_LENGTH)
    except ValidationError:
        return TaxId("", set_aside.TAX_ID_NO_NUMBER)
    if len(set(valid)) == 1:
        return TaxId("", set_aside.TAX_ID_FOR_NONE)
    return TaxId(letters + valid, "")
