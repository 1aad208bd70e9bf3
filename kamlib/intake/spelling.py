"""One spelling for what people write in many, tax ids and currencies, and words that name nobody."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from kamlib.intake import reasons
from kamlib.intake.contract import Field
from kamlib.intake.tax_ids import tax_id_of

if TYPE_CHECKING:
    from kamlib.settings import Engagement
    from kamlib.settings.inputs import Identity

ID_COLUMNS = ("customer_id", "parent_id", "party_id", "prospect_id", "keep_as")
MUST_BE_USABLE = ("customer_id",)
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


def with_tax_ids(
    wide: ir.Table, field: Field, *, country: str, lookup: Callable[[pa.Table], ir.Table]
) -> ir.Table:
    """Write the tax ids of a column in one spelling; a row without a usable one gets a reason.

    Parameters
    ----------
    wide : converted rows, with ``reason <column>`` beside the column
    field : the column; a group or a party may be known by another id and then stays as it is
    country : str, whose tax ids have no letters
    lookup : puts a small table where the rows are
    """
    texts = wide.select(as_written=wide[field.name]).distinct().to_pyarrow()["as_written"]
    written = sorted(text for text in texts.to_pylist() if text is not None)
    found = [tax_id_of(text, country=country) for text in written]
    table = lookup(
        pa.table(
            {
                "_written": pa.array(written, pa.string()),
                "_number": pa.array([one.number or None for one in found], pa.string()),
                "_why": pa.array([one.reason or None for one in found], pa.string()),
            }
        )
    )
    joined = wide.left_join(table, wide[field.name] == table["_written"])
    changed: dict[str, ir.Value] = {
        field.name: ibis.coalesce(joined["_number"], joined[field.name])
    }
    if field.name in MUST_BE_USABLE:
        reason = f"reason {field.name}"
        changed[reason] = ibis.coalesce(joined[reason], joined["_why"])
    return joined.mutate(**changed).drop("_written", "_number", "_why")


def without_nobody(
    wide: ir.Table, field: Field, *, raw: ir.Column | None, named: Iterable[str]
) -> ir.Table:
    """Give a reason to rows whose customer is a word for none, so that those never are one customer.

    Parameters
    ----------
    wide : converted rows, with ``reason <column>`` beside the column
    field : the column
    raw : the column as it was read, where it is kept: whole numbers are compared as such
    named : ids that the engagement names, whatever they look like: they are somebody
    """
    spared = {one.lower() for one in named}
    words = [word for word in FOR_NOBODY if word not in spared]
    if raw is not None and raw.type().is_integer():
        nobody = (raw == 0) if "0" in words else ibis.literal(False)
    else:
        nobody = wide[field.name].lower().isin(words)
    named_so = nobody.ifelse(reasons.ID_FOR_NONE, ibis.null("string"))
    reason = f"reason {field.name}"
    return wide.mutate(**{reason: ibis.coalesce(wide[reason], named_so)})


def is_no_number(text: ir.StringValue) -> ir.BooleanValue:
    """Return whether a text in the column of an order's or a delivery's number is no number at all."""
    return (text.lower().isin(NO_NUMBER) | text.re_search(NO_DIGITS)).fill_null(False)


def without_rounded(wide: ir.Table, field: Field) -> ir.Table:
    """Give a reason to rows whose id a spreadsheet has rounded: several ids may have become one.

    Parameters
    ----------
    wide : converted rows, with ``reason <column>`` beside the column
    field : the column
    """
    text, reason = wide[field.name], f"reason {field.name}"
    rounded = text.contains("+").ifelse(text.re_search(ROUNDED), False)  # hardly any has a plus
    named_so = rounded.ifelse(reasons.ID_ROUNDED, ibis.null("string"))
    return wide.mutate(**{reason: ibis.coalesce(wide[reason], named_so)})


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
