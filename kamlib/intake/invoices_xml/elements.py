"""Elements of an invoice file in a stream: the ones asked for, each with the texts inside it.

Names count without their namespace: editions of a schema differ in it and in little else.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import BinaryIO, NamedTuple

from kamlib.errors import DataError
from kamlib.intake.dialects import Dialect
from kamlib.intake.markup import DEEPEST, careful_parser, fed, local
from kamlib.intake.typed import date_form, day_written, number_written

XML_HEAD = (
    "invoice_id", "line_id", "date", "customer_id", "name", "tax_id", "product_id", "quantity",
    "unit_price", "net_amount", "currency", "document_type", "corrects_invoice_id",
)  # fmt: skip
MOST_XML = 2 * 1024**3
NET_BY_RATE = "P_13_"


class Element(NamedTuple):
    """An element that was asked for: its name, its attributes, and the texts of its leaves by name.

    Leaves of an inner element that was asked for too belong to that one alone.
    """

    name: str
    attributes: dict[str, str]
    texts: dict[str, list[str]]

    def text(self, *names: str) -> str:
        """Return the first text under one of these names, or an empty one."""
        return next((self.texts[name][0] for name in names if name in self.texts), "")

    @property
    def net(self) -> Decimal | None:
        """Return the net total over all rates of VAT, or None where none is given."""
        given = [amount(self.text(name)) for name in self.texts if name.startswith(NET_BY_RATE)]
        known = [value for value in given if value is not None]
        return sum(known, Decimal(0)) if known else None


class Line(NamedTuple):
    """A line of an invoice file as a row of our table; numbers and days as the schema writes them."""

    invoice_id: str
    line_id: str = ""
    date: str = ""
    customer_id: str = ""
    name: str = ""
    tax_id: str = ""
    product_id: str = ""
    quantity: str = ""
    unit_price: str = ""
    net_amount: str = ""
    currency: str = ""
    document_type: str = ""
    corrects_invoice_id: str = ""


@contextmanager
def opened(path: Path, *, shown: str) -> Iterator[BinaryIO]:
    """Open an XML file that is not absurdly large.

    Raises
    ------
    DataError
        The file is larger than any export of invoices.
    """
    size = path.stat().st_size
    if size > MOST_XML:
        raise DataError(
            f"{shown} has {size / 1024**2:,.0f} MB; at most {MOST_XML / 1024**2:,.0f} MB are read "
            f"at once. Export shorter periods, one file each."
        )
    with path.open("rb") as stream:
        yield stream


def elements(stream: BinaryIO, *names: str, shown: str) -> Iterator[Element]:
    """Yield the elements of these names, as soon as each ends.

    Raises
    ------
    DataError
        No well-formed XML, or one with a document type, or elements far too deep.
    """
    parser = careful_parser(shown)
    parser.buffer_size = 1 << 16
    done: list[Element] = []
    inside: list[Element] = []
    path: list[str] = []
    pieces: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        tag = local(tag)
        path.append(tag)
        pieces.clear()
        if len(path) > DEEPEST:
            raise DataError(
                f"{shown} nests its elements more than {DEEPEST} deep: export it again."
            )
        if tag in names:
            inside.append(Element(tag, attributes, {}))

    def end(_: str) -> None:
        tag = path.pop()
        text = "".join(pieces).strip()
        pieces.clear()
        if inside and text:
            inside[-1].texts.setdefault(tag, []).append(text)
        if inside and tag == inside[-1].name:
            done.append(inside.pop())

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = pieces.append
    for _ in fed(parser, stream, shown=shown):
        yield from done
        done.clear()


def amount(text: str) -> Decimal | None:
    """Return a number of the schemas, None where there is none.

    Examples
    --------
    >>> amount("-12.50"), amount(""), amount("12,50")
    (Decimal('-12.50'), None, None)
    """
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def negated(text: str) -> str:
    """Return a number with its sign turned; what is none stays as it is.

    Examples
    --------
    >>> negated("12.50"), negated("-3"), negated("0.00"), negated("")
    ('-12.50', '3', '0.00', '')
    """
    value = amount(text)
    if value is None or not value:
        return text
    return text[1:] if text.startswith("-") else f"-{text.lstrip('+')}"


def foreign(country: str, number: str) -> str:
    """Return a tax number with the country before it, unless that is Poland.

    Examples
    --------
    >>> foreign("PL", "5261040828"), foreign("DE", "123456789"), foreign("DE", "DE123456789")
    ('5261040828', 'DE123456789', 'DE123456789')
    """
    if not number or country in ("", "PL") or number.startswith(country):
        return number
    return f"{country}{number}"


def lines_or_total(
    lines: list[Line], document: Line, net: Decimal | None, taken_whole: Counter[str], note: str
) -> list[Line]:
    """Return the lines of a document, or one line of its net total where they do not give it.

    Lines with gross prices only, invoices without lines, and final invoices that advances were
    taken off have lines that do not add up to what the document charges.
    """
    values = [amount(line.net_amount) for line in lines]
    if net is None and lines:
        return lines
    if lines and all(value is not None for value in values):
        total = sum((value for value in values if value is not None), Decimal(0))
        if adds_up(total, net, len(lines)):
            return lines
    if lines:
        taken_whole[note] += 1
    return [document._replace(net_amount="" if net is None else str(net))]


def adds_up(total: Decimal, net: Decimal | None, lines: int) -> bool:
    """Tell whether lines add up to a net total, but for a cent of rounding each.

    Examples
    --------
    >>> adds_up(Decimal("99.99"), Decimal("100.00"), 2), adds_up(Decimal(90), Decimal(100), 2)
    (True, False)
    """
    return net is None or abs(total - net) <= Decimal("0.01") * max(lines, 1)


def written(line: Line, dialect: Dialect) -> list[str]:
    """Return a line as cells, its numbers and its day written as the dialect writes them.

    Examples
    --------
    >>> polish = Dialect(decimal=",", date=("%d.%m.%Y",))
    >>> written(Line("F1", date="2024-01-02", net_amount="12.50"), polish)[2:10:7]
    ['02.01.2024', '12,5']
    """
    quantity, price, net = (
        number_written(plain(text), dialect) if amount(text) is not None else text
        for text in (line.quantity, line.unit_price, line.net_amount)
    )
    day = day_written(line.date, date_form(dialect))
    return list(line._replace(date=day, quantity=quantity, unit_price=price, net_amount=net))


def plain(text: str) -> str:
    """Return a number without plus sign and without exponent.

    Examples
    --------
    >>> plain("+1E2"), plain("1.50")
    ('100', '1.50')
    """
    return f"{Decimal(text):f}"
