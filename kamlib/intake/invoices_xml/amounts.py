"""Amounts of the schemas: net totals, lines that give a gross amount only, and what they add up to.

Where a line gives its gross amount only (sales priced with VAT), the net amount follows from its
VAT or its rate, rounded to the cent; what rounding leaves of the invoice's own net total goes to
the largest such line, so that every invoice adds up to what it says.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import NamedTuple

from kamlib.intake.invoices_xml.elements import Element
from kamlib.intake.typed import WITH_VAT_ONLY

CENT, NOTHING = Decimal("0.01"), Decimal(0)
NET_BY_RATE = "P_13_"
VAT_BY_RATE = re.compile(r"P_14_\d+")  # not P_14_1W, which is in zloty whatever the currency
RATES = {
    **{str(rate): Decimal(rate) for rate in (23, 22, 8, 7, 5, 4, 3, 0)},
    **dict.fromkeys(("zw", "oo", "np", "np I", "np II", "0 KR", "0 WDT", "0 EX"), Decimal(0)),
}


class LineNet(NamedTuple):
    """The net amount of a line, None where it does not tell, and whether it follows from the gross."""

    value: Decimal | None
    reckoned: bool = False


UNTOLD = LineNet(None)


def amount(text: str) -> Decimal | None:
    """Return a number of the schemas, None where there is none.

    Examples
    --------
    >>> amount("-12.50"), amount(""), amount("12,50")
    (Decimal('-12.50'), None, None)
    """
    if not text:
        return None
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


def net_total(invoice: Element) -> Decimal | None:
    """Return the net total over all rates of VAT, None where the invoice does not tell it.

    Examples
    --------
    >>> net_total(Element("Fa", {"P_13_1": "100", "P_13_6_1": "5", "P_15": "128"}, {}))
    Decimal('105')
    >>> net_total(Element("Fa", {"P_14_1": "23", "P_15": "123"}, {}))
    Decimal('100')
    >>> net_total(Element("Fa", {"P_15": "123"}, {})) is None
    True
    """
    by_rate = [n for n in invoice.texts if n.startswith(NET_BY_RATE)]
    nets = [value for n in by_rate if (value := amount(invoice.text(n))) is not None]
    if nets:
        return sum(nets, NOTHING)
    gross = amount(invoice.text("P_15"))
    taxed = [n for n in invoice.texts if VAT_BY_RATE.fullmatch(n)]
    taxes = [value for n in taxed if (value := amount(invoice.text(n))) is not None]
    if gross is None or (gross and not taxes):
        return None
    return gross - sum(taxes, NOTHING)


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
        return UNTOLD
    vat, rate = amount(line.text("P_11Vat")), RATES.get(line.text("P_12"))
    if vat is not None:
        return LineNet(gross - vat, reckoned=True)
    if rate is None:
        return UNTOLD
    return LineNet((gross * 100 / (100 + rate)).quantize(CENT, ROUND_HALF_UP), reckoned=True)


def as_text(net: Decimal | None, gross: str) -> str:
    """Return a net amount; where there is none but a gross one, that one marked as such, no number.

    Examples
    --------
    >>> as_text(Decimal("100.00"), "123.00"), as_text(None, "123.00"), as_text(None, "")
    ('100.00', '#with VAT only: 123.00', '')
    """
    if net is not None:
        return str(net)
    return f"{WITH_VAT_ONLY}: {gross}" if gross else ""


@dataclass(slots=True)
class Sums:
    """What the lines of an invoice add up to, and which of them takes up the rounding.

    `gross` is of the lines that give one; `instead` of those among them that give no net amount.
    """

    lines: int = 0
    total: Decimal = NOTHING
    unpriced: int = 0
    reckoned: Decimal = NOTHING
    gross: Decimal = NOTHING
    instead: Decimal = NOTHING
    largest: Decimal = Decimal(-1)
    place: int = 0

    def add(self, net: LineNet, gross: str = "") -> None:
        """Add a line, with its gross amount where it gives one."""
        self.lines += 1
        if gross:
            self._add_gross(net, amount(gross) or NOTHING)
        if net.value is None:
            self.unpriced += 1
            return
        self.total += net.value
        if net.reckoned:
            self.reckoned += net.value
            if abs(net.value) > self.largest:
                self.largest, self.place = abs(net.value), self.lines

    def _add_gross(self, net: LineNet, gross: Decimal) -> None:
        self.gross += gross
        if net.reckoned or net.value is None:
            self.instead += gross

    def give(self, net: Decimal | None) -> bool:
        """Tell whether the lines give the invoice's net total, but for a cent of rounding each."""
        if not self.lines or net is None:
            return self.lines > 0
        return not self.unpriced and abs(self.total - net) <= CENT * self.lines

    def rounding(self, place: int, net: Decimal | None) -> Decimal:
        """Return what the line at a place takes up of the rounding: all of it or nothing."""
        if net is None or place != self.place:
            return NOTHING
        return net - self.total
