"""One spelling for what people write in many, tax ids and currencies, and words that name nobody.

Check digits and lengths of tax ids come from a kept library; what is ours is the way a number looks
after it went through a spreadsheet, and which texts stand for "none" (`spelling.toml`).

Sources
-------
python-stdnum for the numbers of each country.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import ibis
import ibis.expr.types as ir
from babel import Locale
from stdnum import get_cc_module
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

from kamlib.core.contract import Field
from kamlib.intake import reasons

if TYPE_CHECKING:
    from kamlib.settings import Engagement
    from kamlib.settings.inputs import Identity

_WORDS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
FOR_NOBODY: tuple[str, ...] = tuple(_WORDS["nobody"])
NO_NUMBER = (*FOR_NOBODY, *_WORDS["no_number"])  # of an order or a delivery that has none
NO_TAX_ID = frozenset((*FOR_NOBODY, *_WORDS["no_tax_id"]))
SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
FLOAT_TAIL = re.compile(r"(?<=\d)[.,]0+$")
BETWEEN = re.compile(r"[\W_]+")
ABROAD = re.compile(r"([A-Z]{2})([0-9A-Z]+)")
SAID_BEFORE = re.compile(
    r"^(?:[A-Z]{2})?(?:NIP|VATID|VATNO|VATREG|VATIN|VAT|TAXID|TAXNO|USTIDNR|USTID|REGON|PESEL)"
    r"(?:UE|EU|PL)?(?=[A-Z]{0,3}\d)"
)
FEWEST_DIGITS, MOST_ZEROS = 5, 4
SAME_COUNTRY = {"GR": "EL", "UK": "GB"}  # as some write it → as its tax ids begin
RULES_OF = {
    "EL": ("gr", "vat"),
    "XI": ("gb", "vat"),
    "CH": ("ch", "uid"),
}  # else by its own letters
SWISS_TAIL = re.compile(r"(?:MWST|TVA|IVA|TPV)$")
OTHER_NUMBERS = {"PL": {"regon": reasons.TAX_ID_REGON, "pesel": reasons.TAX_ID_PESEL}}


class TaxId(NamedTuple):
    """A tax id in its one spelling, or why there is none; exactly one of the two is empty."""

    number: str
    reason: str


def tax_id_of(text: str | None, *, country: str = "PL") -> TaxId:
    """Return a tax id in its one spelling: bare at home, with the country's letters from abroad.

    One digit repeated is nobody's number, though its check digit is right. A number in scientific
    notation has lost its digits, and one that would be right with zeros before it has lost those;
    neither is mended here. Numbers of firms and persons that are no tax ids are named. A country
    whose rules the library does not know is taken as it is written, if it has at least five digits. A
    number without letters is of `country`.

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
        return TaxId("", reasons.MISSING)
    bare = BETWEEN.sub("", FLOAT_TAIL.sub("", told)).upper()
    if told.lower() in NO_TAX_ID or not bare or set(bare) == {bare[0]}:
        return TaxId("", reasons.TAX_ID_FOR_NONE)
    if SCIENTIFIC.fullmatch(told.replace(" ", "")):
        return TaxId("", reasons.TAX_ID_ROUNDED)
    plain = SAID_BEFORE.sub("", bare)
    abroad = ABROAD.fullmatch(plain)
    letters = SAME_COUNTRY.get(abroad[1], abroad[1]) if abroad else country
    if abroad and letters != country:
        return _of_country(letters, abroad[2], home=country)
    return _of_country(country, abroad[2] if abroad else plain, home=country)


def _of_country(country: str, number: str, *, home: str) -> TaxId:
    """Check a number by the rules of its country."""
    letters = "" if country == home else country
    rules = _rules(country)
    if country not in _countries():
        return TaxId("", reasons.TAX_ID_NO_NUMBER)
    if rules is None:
        enough = sum(sign.isdigit() for sign in number) >= FEWEST_DIGITS
        return TaxId(letters + number, "") if enough else TaxId("", reasons.TAX_ID_NO_NUMBER)
    told = country + SWISS_TAIL.sub("", number) if country == "CH" else number
    try:
        valid = str(rules.validate(told)).removeprefix(country)
    except InvalidChecksum:
        return TaxId("", _other_number(country, number) or reasons.TAX_ID_CHECK_DIGIT)
    except InvalidLength:
        return TaxId("", _other_number(country, number) or _of_length(rules, number))
    except ValidationError:
        return TaxId("", reasons.TAX_ID_NO_NUMBER)
    if len(set(valid)) == 1:
        return TaxId("", reasons.TAX_ID_FOR_NONE)
    return TaxId(letters + valid, "")


@cache
def _rules(country: str) -> Any:
    """Return the library's rules for tax ids of a country; None where it has none."""
    module, kind = RULES_OF.get(country, (country.lower(), "vat"))
    return get_cc_module(module, kind)


@cache
def _countries() -> frozenset[str]:
    """Return the letters that tax ids begin with: those of countries."""
    territories = {str(code) for code in Locale("en").territories}
    return frozenset({*(code for code in territories if code.isalpha()), "EL", "XI"} - {"EU", "ZZ"})


def _other_number(country: str, number: str) -> str:
    """Return the reason where a number is another one of the country's, by its check digit."""
    for kind, reason in OTHER_NUMBERS.get(country, {}).items():
        rules: Any = get_cc_module(country.lower(), kind)
        if rules.is_valid(number):
            return reason
    return ""


def _of_length(rules: Any, number: str) -> str:
    """Return the reason of a wrong length: zeros lost before it where that would make it right."""
    grown = (number.zfill(len(number) + zeros) for zeros in range(1, MOST_ZEROS + 1))
    lost = number.isdigit() and any(rules.is_valid(one) for one in grown)
    return reasons.TAX_ID_ZEROS_LOST if lost else reasons.TAX_ID_LENGTH


ID_COLUMNS = ("customer_id", "parent_id", "party_id", "prospect_id", "keep_as")
NO_DIGITS = "^[0xX .,:;/_#?*–-]+$"  # zeros, crosses and strokes
ROUNDED = "^[0-9](?:[.,][0-9]+)?[Ee][+][0-9]{2,3}$"  # as spreadsheets and programs write it
CURRENCY_WORDS = {
    **dict.fromkeys(("ZŁ", "Zł", "zł", "ZL", "ZŁ.", "Zł.", "zł.", "ZLOTY", "ZŁOTY"), "PLN"),
    **dict.fromkeys(("€", "EURO"), "EUR"),
    "£": "GBP",
    "KČ": "CZK",
    "Kč": "CZK",
    "kč": "CZK",
}


def holds_tax_ids(engagement: "Engagement", field: Field) -> bool:
    """Tell whether a column holds tax ids in this engagement."""
    return engagement.identity.by == "tax_id" and field.name in ID_COLUMNS


def in_one_spelling(ids: Iterable[str], identity: "Identity") -> dict[str, str]:
    """Return ids that engagement.yaml names, each with its spelling in the tables.

    Examples
    --------
    >>> from kamlib.settings.inputs import Identity
    >>> in_one_spelling(["PL 123-456-32-18"], Identity(by="tax_id"))
    {'PL 123-456-32-18': '1234563218'}
    """
    if identity.by != "tax_id":
        return {each: each for each in ids}
    return {each: tax_id_of(each, country=identity.country).number or each for each in ids}


def is_no_number(text: ir.StringValue) -> ir.BooleanValue:
    """Return whether a text in the column of an order's or a delivery's number is no number at all."""
    return (text.lower().isin(NO_NUMBER) | text.re_search(NO_DIGITS)).fill_null(False)


def currency_words(declared: Mapping[str, str]) -> dict[str, str]:
    """Return words for currencies, as they read in capitals, with those that the client declares.

    Examples
    --------
    >>> currency_words({"marka": "DEM"})["MARKA"]
    'DEM'
    """
    own = {theirs.strip(): ours for theirs, ours in declared.items()}
    return CURRENCY_WORDS | own | {theirs.upper(): ours for theirs, ours in own.items()}


def currency_codes(text: ir.StringValue, *, default: str | None) -> ir.StringValue:
    """Return texts in capitals, empty ones as the default currency where one is declared."""
    codes = text.upper()
    return codes if default is None else ibis.coalesce(codes, ibis.literal(default))
