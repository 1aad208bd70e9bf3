"""A line of an invoice file as a row of our table, its cells as the declared dialect writes them."""

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from kamlib.core.contract import SEVERAL
from kamlib.intake.dialects import Dialect
from kamlib.intake.invoices_xml.amounts import amount
from kamlib.intake.invoices_xml.buyers import Buyer
from kamlib.intake.typed import date_form, day_written, number_written

XML_HEAD = (
    "invoice_id",
    "line_id",
    "date",
    "customer_id",
    "name",
    "tax_id",
    "product_id",
    "quantity",
    "unit_price",
    "net_amount",
    "currency",
    "document_type",
    "corrects_invoice_id",
)
BETWEEN_NUMBERS = re.compile(r"\s*[;,]\s*")


class Document(NamedTuple):
    """What all lines of a document share; its day as the schema writes it."""

    invoice_id: str
    date: str = ""
    buyer: Buyer = Buyer("", "", "")
    currency: str = ""
    document_type: str = ""
    corrects_invoice_id: str = ""


class Line(NamedTuple):
    """What a line has of its own; numbers as the schema writes them. A total has a net amount alone."""

    net_amount: str
    line_id: str = ""
    product_id: str = ""
    quantity: str = ""
    unit_price: str = ""


def written(document: Document, line: Line, dialect: Dialect) -> list[str]:
    """Return a line as cells under `XML_HEAD`, numbers and day written as the dialect writes them.

    Examples
    --------
    >>> polish = Dialect(decimal=",", date=("%d.%m.%Y",))
    >>> written(Document("F1", date="2024-01-02"), Line("12.50"), polish)[2:10:7]
    ['02.01.2024', '12,5']
    """
    number, date, (customer, name, tax_id), currency, kind, corrects = document
    net, place, product, quantity, price = line
    return [
        number,
        place,
        _day(date, dialect),
        customer,
        name,
        tax_id,
        product,
        _number(quantity, dialect),
        _number(price, dialect),
        _number(net, dialect),
        currency,
        kind,
        corrects,
    ]


def several(texts: Iterable[str]) -> str:
    """Return the numbers of invoices with a comma between, each once, however a program lists them.

    Examples
    --------
    >>> several(["ZAL/1; ZAL/2", "ZAL/1"]), several([])
    ('ZAL/1, ZAL/2', '')
    """
    numbers = (each for text in texts for each in BETWEEN_NUMBERS.split(text))
    return SEVERAL.join(dict.fromkeys(filter(None, numbers)))


@lru_cache(maxsize=4_096)
def _day(text: str, dialect: Dialect) -> str:
    """Return a day of the schemas as the dialect writes it."""
    return day_written(text, date_form(dialect))


@lru_cache(maxsize=65_536)
def _number(text: str, dialect: Dialect) -> str:
    """Return a number of the schemas as the dialect writes it; what is none stays as it is."""
    return text if amount(text) is None else number_written(plain(text), dialect)


def plain(text: str) -> str:
    """Return a number without plus sign and without exponent.

    Examples
    --------
    >>> plain("+1E2"), plain("1.50")
    ('100', '1.50')
    """
    return f"{Decimal(text):f}"
