"""Lines of invoice files as rows of our table: their net amounts, buyers, cells, and what is noted of them.

Where a line gives its gross amount only (sales priced with VAT), the net amount follows from its
VAT or its rate, rounded to the cent; what rounding leaves of the invoice's own net total goes to
the largest such line, so that every invoice adds up to what it says.

The tax number is the customer, in one spelling whatever the program wrote. A buyer without one (a
private person, a firm outside the Union, a firm whose number was left out) is no customer yet: the
lines are set aside with their money under the buyer's name, never as one customer without an id,
and an engagement can give each name an id of its own.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

from kamlib.core.contract import SEVERAL
from kamlib.core.language import N_
from kamlib.intake.how_written import BETWEEN
from kamlib.intake.markup import Element
from kamlib.intake.reasons import MISSING, TAX_ID_FOR_NONE, WITH_VAT_ONLY, WITHOUT_TAX_ID
from kamlib.intake.spelling import tax_id_of
from kamlib.intake.values import Dialect, date_form, day_written, number_written

CENT, NOTHING = Decimal("0.01"), Decimal(0)
NET_BY_RATE = re.compile(r"P_13_(?!11$).*")
ON_MARGIN = "P_13_11"  # the price of what is taxed on the margin, VAT in it
MARKED_MARGIN = ("P_106E_2", "P_106E_3")  # JPK_FA marks such an invoice and gives no sum
VAT_BY_RATE = re.compile(r"P_14_\d+")  # not P_14_1W, which is in zloty whatever the currency
RATES = {
    **{str(rate): Decimal(rate) for rate in (23, 22, 8, 7, 5, 4, 3, 0)},
    **dict.fromkeys(("zw", "oo", "np", "np I", "np II", "0 KR", "0 WDT", "0 EX"), Decimal(0)),
}
BETWEEN_NUMBERS = re.compile(r"\s*[;,]\s*")
TAKEN_WHOLE = N_("invoices whose lines do not add up to their net total, taken as one line each")
WITH_VAT = N_("lines priced with VAT, whose net amount follows from their rate")
SEVERAL_BUYERS = N_("invoices with further buyers, counted for the first one")
BUYER_STAYS = N_(
    "corrections that name another buyer and show no line before: what was sold stays the former's"
)
NO_HEAD = N_("lines whose invoice is not in the file")
UNTIED = N_("a control total that the file does not hold")
RATE = N_("rates that invoices name")
ISSUED = N_("invoices of this seller; purchases among sales?")


class LineNet(NamedTuple):
    """The net amount of a line, None where it does not tell, and whether it follows from the gross."""

    value: Decimal | None = None
    reckoned: bool = False


def amount(text: str) -> Decimal | None:
    """Return a number of the schemas, None where there is none."""
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
    if not amount(text):
        return text
    return text[1:] if text.startswith("-") else f"-{text.lstrip('+')}"


def net_total(invoice: Element) -> Decimal | None:
    """Return the net total over all rates of VAT, None where the invoice does not tell it.

    What is taxed on the margin is no part of it: its price has VAT in it.

    Examples
    --------
    >>> net_total(Element("Fa", {"P_14_1": "23", "P_15": "123"}, {}))
    Decimal('100')
    >>> net_total(Element("Fa", {"P_13_1": "813", "P_13_11": "2000", "P_15": "3000"}, {}))
    Decimal('813')
    """
    if nets := _amounts(invoice, NET_BY_RATE):
        return sum(nets, NOTHING)
    gross, taxes = amount(invoice.text("P_15")), _amounts(invoice, VAT_BY_RATE)
    if gross is None or (gross and not taxes):
        return None
    return gross - sum(taxes, NOTHING)


def margin_total(invoice: Element) -> Decimal:
    """Return the price, VAT included, of what an invoice taxes on the margin; nothing where it does not.

    Examples
    --------
    >>> both = {"P_13_1": "813", "P_14_1": "187", "P_15": "3000", "P_106E_3": "true"}
    >>> margin_total(Element("Faktura", both, {}))
    Decimal('2000')
    """
    on_margin, net = amount(invoice.text(ON_MARGIN)), net_total(invoice)
    if on_margin is not None:
        return on_margin
    gross = amount(invoice.text("P_15"))
    if net is None or gross is None:
        return NOTHING
    if not any(invoice.text(name) in ("true", "1") for name in MARKED_MARGIN):
        return NOTHING
    return gross - net - sum(_amounts(invoice, VAT_BY_RATE), NOTHING)


def _amounts(invoice: Element, names: re.Pattern[str]) -> list[Decimal]:
    found = (amount(text) for name, text in invoice.texts.items() if names.fullmatch(name))
    return [value for value in found if value is not None]


def line_net(line: Element) -> LineNet:
    """Return the net amount of a line: as it says, else its gross amount less the VAT in it.

    Examples
    --------
    >>> line_net(Element("FaWiersz", {"P_11A": "123.00", "P_12": "23"}, {}))
    LineNet(value=Decimal('100.00'), reckoned=True)
    """
    net = amount(line.texts.get("P_11", ""))
    if net is not None:
        return LineNet(net)
    gross = amount(line.text("P_11A"))
    if gross is None:
        return LineNet()
    vat, rate = amount(line.text("P_11Vat")), RATES.get(line.text("P_12"))
    if vat is not None:
        return LineNet(gross - vat, reckoned=True)
    if rate is None:
        return LineNet()
    return LineNet((gross * 100 / (100 + rate)).quantize(CENT, ROUND_HALF_UP), reckoned=True)


def as_text(net: Decimal | None, gross: str) -> str:
    """Return a net amount; where there is none but a gross one, that one marked as such, no number."""
    if net is not None:
        return str(net)
    return f"{WITH_VAT_ONLY}: {gross}" if gross else ""


def whole_texts(net: Decimal | None, on_margin: Decimal, gross: str) -> list[str]:
    """Return the amounts that stand for an invoice taken whole: net, and what has VAT in it."""
    if net is None or not on_margin:
        return [as_text(net, gross)]
    return [as_text(net, ""), as_text(None, str(on_margin))]


@dataclass(slots=True)
class Sums:
    """What the lines of an invoice add up to, and which of them takes up the rounding.

    `gross` is of the lines that give one; `instead` of those among them that give no net amount,
    `untold` of those whose net amount does not follow from it either.
    """

    lines: int = 0
    total: Decimal = NOTHING
    unpriced: int = 0
    reckoned: Decimal = NOTHING
    gross: Decimal = NOTHING
    instead: Decimal = NOTHING
    untold: Decimal = NOTHING
    largest: Decimal = Decimal(-1)
    place: int = 0

    def add(self, net: LineNet, gross: str = "") -> None:
        self.lines += 1
        with_vat = amount(gross) or NOTHING
        self.gross += with_vat
        if net.value is None:
            self.unpriced += 1
            self.instead += with_vat
            self.untold += with_vat
            return
        self.total += net.value
        if net.reckoned:
            self.instead += with_vat
            self.reckoned += net.value
            if abs(net.value) > self.largest:
                self.largest, self.place = abs(net.value), self.lines

    def give(self, net: Decimal | None, on_margin: Decimal = NOTHING) -> bool:
        """Tell whether the lines give the invoice's totals, but for a cent of rounding each."""
        if not self.lines or net is None:
            return self.lines > 0
        if self.unpriced and not (on_margin and self._near(self.untold, on_margin)):
            return False
        return self._near(self.total, net)

    def _near(self, sum_: Decimal, said: Decimal) -> bool:
        return abs(sum_ - said) <= CENT * self.lines

    def rounding(self, place: int, net: Decimal | None) -> Decimal:
        """Return what the line at a place takes up of the rounding: all of it or nothing."""
        return NOTHING if net is None or place != self.place else net - self.total


class Buyer(NamedTuple):
    """Who bought: the customer's id, the name on the invoice, and the tax number."""

    customer_id: str
    name: str
    tax_id: str


@lru_cache(maxsize=65_536)
def buyer(name: str, number: str, country: str = "") -> Buyer:
    """Return a buyer by tax number; without one, the id says so and names the buyer.

    Examples
    --------
    >>> buyer("Młyn", "526-104-08-28", "PL")
    Buyer(customer_id='5261040828', name='Młyn', tax_id='5261040828')
    >>> buyer("Acme Inc.", "").customer_id
    '#no tax number: Acme Inc.'
    """
    tax_id = tax_number(country, number)
    nameless = f"{WITHOUT_TAX_ID}: {name}" if name else WITHOUT_TAX_ID
    return Buyer(tax_id or nameless, name, tax_id)


def tax_number(country: str, number: str) -> str:
    """Return a tax number in its one spelling, empty where it stands for none.

    A number that breaks its country's rules stays as it is written: it still tells buyers apart.

    Examples
    --------
    >>> tax_number("DE", "123456789"), tax_number("US", "77-1"), tax_number("", "0000000000")
    ('DE123456789', 'US77-1', '')
    """
    bare = number.strip()
    whole = bare if country in ("", "PL") or bare.startswith(country) else f"{country}{bare}"
    found = tax_id_of(whole if bare else "")
    if found.reason in (MISSING, TAX_ID_FOR_NONE):
        return ""
    return found.number or whole


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


XML_HEAD = (*Document._fields[:2], *Buyer._fields, *Document._fields[3:], *Line._fields)


def written(document: Document, line: Line, dialect: Dialect) -> list[str]:
    """Return a line as cells under `XML_HEAD`, numbers and day written as the dialect writes them.

    Examples
    --------
    >>> polish = Dialect(decimal=",", date=("%d.%m.%Y",))
    >>> dict(zip(XML_HEAD, written(Document("F1", "2024-01-02"), Line("12.50"), polish)))["net_amount"]
    '12,5'
    """
    number, date, buyer_, *others = document
    net, place, product, *figures = line
    numbers = (_number(figure, dialect) for figure in figures)
    own = [_number(net, dialect), place, product, *numbers]
    return [number, _day(date, dialect), *buyer_, *others, *own]


def several(texts: Iterable[str]) -> str:
    """Return the numbers of invoices with a comma between, each once, however a program lists them."""
    numbers = (each for text in texts for each in BETWEEN_NUMBERS.split(text))
    return SEVERAL.join(dict.fromkeys(filter(None, numbers)))


@lru_cache(maxsize=4_096)
def _day(text: str, dialect: Dialect) -> str:
    return day_written(text, date_form(dialect))


@lru_cache(maxsize=65_536)
def _number(text: str, dialect: Dialect) -> str:
    value = amount(text)
    return text if value is None else number_written(f"{value:f}", dialect)  # without an exponent


def note_seller(notes: Counter[str], sellers: Sequence[Element], invoices: int = 1) -> None:
    number = sellers[0].text("NIP") if sellers else ""
    notes[f"{number}{BETWEEN}{ISSUED}"] += invoices


def note_rates(notes: Counter[str], document: Document, parts: Sequence[Element]) -> None:
    """Note the rates of exchange that stand on an invoice, for whoever has none."""
    for part in parts:
        for rate in (part.text("KursWaluty"), part.text("KursWalutyZ")):
            if rate and document.currency:
                row = f"{document.date},{document.currency},{rate}"
                notes[f"{row}{BETWEEN}{RATE}"] += 1


def taken_rates(notes: Counter[str]) -> tuple[str, ...]:
    """Take the rates of invoices out of notes: ``date,currency,rate``, in order."""
    end = f"{BETWEEN}{RATE}"
    keys = sorted(key for key in notes if key.endswith(end))
    for key in keys:
        del notes[key]
    return tuple(key.removesuffix(end) for key in keys)


def drop_sellers(notes: Counter[str]) -> Counter[str]:
    """Return notes without the counts by seller, unless there are several sellers."""
    sellers = [key for key in notes if key.endswith(f"{BETWEEN}{ISSUED}")]
    dropped = sellers if len(sellers) == 1 else []
    return Counter({key: n for key, n in notes.items() if n and key not in dropped})
