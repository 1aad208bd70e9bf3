"""KSeF invoices, FA(1) to FA(3): one invoice a file, with its lines.

A correction shows each changed line before (``StanPrzed``) and after, or the difference alone. Lines
of the state before count with their sign turned, so that either way the lines add up to the
difference that the invoice charges; they are the former buyer's where the correction changes the
buyer (``Podmiot2K``). An invoice for an advance has no lines but an order (``Zamowienie``), which is
no sale yet: it counts by its net total. The final invoice shows the whole order and charges what the
advances have left of it, and so does its correction.

Sources
-------
Logical structure FA of the National e-Invoice System (KSeF), editions FA(2), namespace
http://crd.gov.pl/wzor/2023/06/29/12648/, and FA(3), namespace
http://crd.gov.pl/wzor/2025/06/25/13775/.
"""

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from kamlib.core.errors import DataError
from kamlib.intake.invoices_xml.amounts import (
    LineNet,
    Sums,
    as_text,
    line_net,
    margin_total,
    negated,
    net_total,
    whole_texts,
)
from kamlib.intake.invoices_xml.buyers import Buyer, buyer
from kamlib.intake.invoices_xml.elements import Element, elements, opened
from kamlib.intake.invoices_xml.notes import (
    BUYER_STAYS,
    SEVERAL_BUYERS,
    TAKEN_WHOLE,
    WITH_VAT,
    note_rates,
    note_seller,
)
from kamlib.intake.invoices_xml.rows import Document, Line, several

TYPES = {
    **dict.fromkeys(("VAT", "UPR"), "invoice"),
    "ZAL": "advance",
    "ROZ": "final",
    **dict.fromkeys(("KOR", "KOR_ZAL", "KOR_ROZ"), "correction"),
}
PARTS = ("Podmiot1", "Podmiot2", "Podmiot3", "Podmiot2K", "FaWiersz", "Fa")
IN_KSEF = re.compile(r"[0-9A-Z]{10}-[0-9]{8}-[0-9A-F]{6}-?[0-9A-F]{6}-[0-9A-F]{2}")
A_BUYER_TOO = "4"  # what Podmiot3 is to the invoice: a further buyer


def ksef_lines(path: Path, *, shown: str, notes: Counter[str]) -> Iterator[tuple[Document, Line]]:
    """Yield the lines of the invoices in a KSeF file.

    Raises
    ------
    DataError
        No well-formed XML, or no invoice in it.
    """
    parts: dict[str, list[Element]] = {name: [] for name in PARTS}
    invoices = 0
    with opened(path, shown=shown) as stream:
        for element in elements(stream, *PARTS, shown=shown):
            parts[element.name].append(element)
            if element.name == "Fa":
                invoices += 1
                yield from _invoice(element, parts, path, notes)
                parts = {name: [] for name in PARTS}
    if not invoices:
        raise DataError(f"{shown} holds no invoice (no element Fa). Download it from KSeF again.")


def _invoice(
    invoice: Element, parts: dict[str, list[Element]], path: Path, notes: Counter[str]
) -> Iterator[tuple[Document, Line]]:
    """Yield the lines of an invoice, or one line of its net total where they do not give it."""
    note_seller(notes, parts["Podmiot1"])
    document, former = _documents(invoice, parts, path)
    notes[SEVERAL_BUYERS] += any(each.text("Rola") == A_BUYER_TOO for each in parts["Podmiot3"])
    note_rates(notes, document, [invoice, *parts["FaWiersz"]])
    net, on_margin, lines = net_total(invoice), margin_total(invoice), parts["FaWiersz"]
    nets = [_net(line) for line in lines]
    sums = Sums()
    for line, each in zip(lines, nets, strict=True):
        sums.add(each, _gross(line))
    if not sums.give(net, on_margin):
        notes[TAKEN_WHOLE] += bool(lines)
        notes[BUYER_STAYS] += former != document
        for text in whole_texts(net, on_margin, invoice.text("P_15")):
            yield document, Line(text)
        return
    notes[WITH_VAT] += sum(each.reckoned for each in nets)
    notes[BUYER_STAYS] += former != document and not any(map(_is_before, lines))
    for place, (line, each) in enumerate(zip(lines, nets, strict=True), start=1):
        rounding = sums.rounding(place, net)
        yield former if _is_before(line) else document, _line(line, each, place, rounding)


def _documents(
    invoice: Element, parts: dict[str, list[Element]], path: Path
) -> tuple[Document, Document]:
    """Return what the lines of an invoice share, and what those of the state before share."""
    kind = invoice.text("RodzajFaktury")
    now = parts["Podmiot2"][0] if parts["Podmiot2"] else Element("Podmiot2", {}, {})
    after = Document(
        invoice_id=invoice.text("P_2"),
        date=invoice.text("P_1"),
        buyer=_buyer(now),
        currency=invoice.text("KodWaluty"),
        document_type=TYPES.get(kind, kind),
        corrects_invoice_id=several(_others(invoice, path)),
    )
    before = _former(now, parts["Podmiot2K"])
    if before is None or before.customer_id == after.buyer.customer_id:
        return after, after
    return after, after._replace(buyer=before)


def _others(invoice: Element, path: Path) -> list[str]:
    """Return the numbers of the invoices that one corrects, or of the advances that it settles."""
    right = invoice.every("NrFaKorygowany")  # where the correction mends the number itself
    corrected = right or invoice.every("NrFaKorygowanej")
    if corrected:
        return corrected
    in_ksef = (_own_number(each, path) for each in invoice.every("NrKSeFFaZaliczkowej"))
    return [*invoice.every("NrFaZaliczkowej"), *in_ksef]


def _own_number(in_ksef: str, path: Path) -> str:
    """Return the number of an invoice that is named by its number in KSeF.

    KSeF gives out files under these numbers, so that the other invoice most often lies beside.
    """
    if not IN_KSEF.fullmatch(in_ksef):
        return in_ksef
    beside = path.with_name(f"{in_ksef}.xml")
    if not beside.is_file():
        return in_ksef
    with opened(beside, shown=beside.name) as stream:
        for element in elements(stream, "Fa", shown=beside.name):
            return element.text("P_2") or in_ksef
    return in_ksef


def _buyer(party: Element) -> Buyer:
    """Return the buyer that an element names."""
    person = " ".join(filter(None, (party.text("ImiePierwsze"), party.text("Nazwisko"))))
    name = party.text("Nazwa", "PelnaNazwa") or person
    if party.text("NIP"):
        return buyer(name, party.text("NIP"))
    if party.text("NrVatUE"):
        return buyer(name, party.text("NrVatUE"), party.text("KodUE"))
    return buyer(name, party.text("NrID"), party.text("KodKraju"))


def _former(now: Element, before: list[Element]) -> Buyer | None:
    """Return the buyer before a correction: the one with the key of today's, or the only one."""
    key = now.text("IDNabywcy")
    linked = [each for each in before if key and each.text("IDNabywcy") == key]
    found = linked or before
    return _buyer(found[0]) if len(found) == 1 else None


def _is_before(line: Element) -> bool:
    """Tell whether a line shows the state before a correction."""
    return line.text("StanPrzed") == "1"


def _net(line: Element) -> LineNet:
    """Return the net amount of a line; of the state before with its sign turned."""
    net = line_net(line)
    if net.value is None or not _is_before(line):
        return net
    return net._replace(value=-net.value)


def _gross(line: Element) -> str:
    """Return the gross amount of a line where it gives one; of the state before with its sign turned."""
    return negated(line.text("P_11A")) if _is_before(line) else line.text("P_11A")


def _line(line: Element, net: LineNet, place: int, rounding: Decimal) -> Line:
    """Return what one line has of its own."""
    quantity = line.text("P_8B")
    value = None if net.value is None else net.value + rounding
    return Line(
        as_text(value, _gross(line)),
        line_id=str(place),
        product_id=line.text("Indeks", "P_7"),
        quantity=negated(quantity) if _is_before(line) else quantity,
        unit_price=line.text("P_9A"),
    )
