"""KSeF invoices, FA(1) to FA(3): one invoice a file, with its lines.

A correction shows each changed line before (``StanPrzed``) and after, or the difference alone. Lines
of the state before count with their sign turned, so that either way the lines add up to the
difference that the invoice charges.

Sources
-------
Logical structure FA of the National e-Invoice System (KSeF), editions FA(2), namespace
http://crd.gov.pl/wzor/2023/06/29/12648/, and FA(3), namespace
http://crd.gov.pl/wzor/2025/06/25/13775/.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from kamlib.errors import DataError
from kamlib.intake.invoices_xml.elements import (
    Element,
    Line,
    elements,
    foreign,
    lines_or_total,
    negated,
    opened,
)
from kamlib.language import N_

TAKEN_WHOLE = N_("invoices whose lines do not add up to their net total, taken as one line each")
TYPES = {
    **dict.fromkeys(("VAT", "UPR"), "invoice"),
    "ZAL": "advance",
    "ROZ": "final",
    **dict.fromkeys(("KOR", "KOR_ZAL", "KOR_ROZ"), "correction"),
}


def ksef_lines(path: Path, *, shown: str, notes: Counter[str]) -> Iterator[Line]:
    """Yield the lines of the invoices in a KSeF file.

    Raises
    ------
    DataError
        No well-formed XML, or no invoice in it.
    """
    buyer, lines, any_invoice = Element("Podmiot2", {}, {}), list[Element](), False
    with opened(path, shown=shown) as stream:
        for element in elements(stream, "Podmiot2", "Fa", "FaWiersz", shown=shown):
            if element.name == "Podmiot2":
                buyer = element
            elif element.name == "FaWiersz":
                lines.append(element)
            else:
                any_invoice = True
                document = _document(element, buyer)
                own = [_line(document, line, place) for place, line in enumerate(lines, start=1)]
                yield from lines_or_total(own, document, element.net, notes, TAKEN_WHOLE)
                lines = []
    if not any_invoice:
        raise DataError(f"{shown} holds no invoice (no element Fa). Download it from KSeF again.")


def _document(invoice: Element, buyer: Element) -> Line:
    """Return what all lines of an invoice share."""
    number = (
        buyer.text("NIP")
        or foreign(buyer.text("KodUE"), buyer.text("NrVatUE"))
        or foreign(buyer.text("KodKraju"), buyer.text("NrID"))
    )
    kind = invoice.text("RodzajFaktury")
    return Line(
        invoice_id=invoice.text("P_2"),
        date=invoice.text("P_1"),
        customer_id=number,
        name=buyer.text("Nazwa"),
        tax_id=number,
        currency=invoice.text("KodWaluty"),
        document_type=TYPES.get(kind, kind),
        corrects_invoice_id=", ".join(invoice.texts.get("NrFaKorygowanej", [])),
    )


def _line(document: Line, line: Element, place: int) -> Line:
    """Return one line of an invoice; the state before a correction with its sign turned."""
    quantity, net = line.text("P_8B"), line.text("P_11")
    if line.text("StanPrzed") == "1":
        quantity, net = negated(quantity), negated(net)
    return document._replace(
        line_id=str(place),
        product_id=line.text("Indeks", "P_7"),
        quantity=quantity,
        unit_price=line.text("P_9A"),
        net_amount=net,
    )
