"""One spelling for what people write in many, tax ids and currencies, and words that name nobody."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from kamlib.core.contract import Field
from kamlib.intake.tax_ids import tax_id_of

if TYPE_CHECKING:
    from kamlib.settings import Engagement
    from kamlib.settings.inputs import Identity

ID_COLUMNS = ("customer_id", "parent_id", "party_id", "prospect_id", "keep_as")
FOR_NOBODY = (
    "brak",
    "brak danych",
    "nieznany",
    "n/a",
    "#n/a",
    "n/d",
    "#n/d",
    "null",
    "(null)",
    "none",
    "nan",
    "undefined",
    "unknown",
    "?",
    "0",
    *("-" * n for n in range(1, 6)),
)
NO_NUMBER = (  # what stands for the number of an order or a delivery that has none
    *FOR_NOBODY,
    "tel",
    "tel.",
    "telefon",
    "telefonicznie",
    "telefoniczne",
    "phone",
    "by phone",
    "fax",
    "faks",
    "mail",
    "e-mail",
    "email",
    "mailem",
    "mailowo",
    "ustne",
    "ustnie",
    "ustna",
    "verbal",
    "oral",
    "nd",
    "nd.",
    "n.d.",
    "na",
    "n.a.",
    "nil",
    "nie dotyczy",
    "brak nr",
    "brak numeru",
    "brak zamówienia",
    "bez numeru",
    "bez zamówienia",
    "no number",
    "no po",
    "no order",
    "not applicable",
    "various",
    "różne",
    "tbc",
    "tbd",
    "do ustalenia",
)
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
