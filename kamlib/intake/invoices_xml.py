"""Polish invoice files (JPK_FA, KSeF) as invoice lines under our names.

JPK_FA has the invoices of a period in one file: heads first, then the lines of all of them. It is
read twice: heads, sums and control totals are to be known before the first line is taken. A correction
names what it corrects and no former buyer: another buyer comes as a correction to nothing and a new
invoice. An advance has no lines; an ordinary invoice that names advances
(``NrFaZaliczkowej``) is their final one.

KSeF has one invoice a file. A correction shows each changed line before (``StanPrzed``) and after, or
the difference alone. Lines of the state before count with their sign turned, so that either way the
lines add up to the difference that the invoice charges; they are the former buyer's where the
correction changes the buyer (``Podmiot2K``). An invoice for an advance has no lines but an order
(``Zamowienie``), which is no sale yet: it counts by its net total. The final invoice shows the whole
order and charges what the advances have left of it, and so does its correction.

Sources
-------
Logical structure JPK_FA, edition (4), namespace http://jpk.mf.gov.pl/wzor/2022/02/17/02171/;
editions (1) to (3) name the elements used here alike, but for the currency, which the first two
have once for the file (``DomyslnyKodWaluty``).
Logical structure FA of the National e-Invoice System (KSeF), editions FA(2), namespace
http://crd.gov.pl/wzor/2023/06/29/12648/, and FA(3), namespace
http://crd.gov.pl/wzor/2025/06/25/13775/.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from kamlib.core.errors import DataError
from kamlib.intake.how_written import BETWEEN
from kamlib.intake.invoice_rows import (
    BUYER_STAYS,
    CENT,
    NO_HEAD,
    NOTHING,
    SEVERAL_BUYERS,
    TAKEN_WHOLE,
    UNTIED,
    WITH_VAT,
    XML_HEAD,
    Buyer,
    Document,
    Line,
    LineNet,
    Sums,
    amount,
    as_text,
    buyer,
    line_net,
    margin_total,
    negated,
    net_total,
    note_rates,
    note_seller,
    several,
    whole_texts,
    written,
)
from kamlib.intake.markup import Element, elements, opened
from kamlib.intake.values import Dialect

NO_LINES = Sums()
JPK_TYPES = {"VAT": "invoice", "POZ": "invoice", "ZAL": "advance", "KOREKTA": "correction"}
JPK_PARTS = ("Naglowek", "Podmiot1", "Faktura", "FakturaWiersz", "FakturaCtrl", "FakturaWierszCtrl")
KSEF_TYPES = {
    **dict.fromkeys(("VAT", "UPR"), "invoice"),
    "ZAL": "advance",
    "ROZ": "final",
    **dict.fromkeys(("KOR", "KOR_ZAL", "KOR_ROZ"), "correction"),
}
KSEF_PARTS = ("Podmiot1", "Podmiot2", "Podmiot3", "Podmiot2K", "FaWiersz", "Fa")
IN_KSEF = re.compile(r"[0-9A-Z]{10}-[0-9]{8}-[0-9A-F]{6}-?[0-9A-F]{6}-[0-9A-F]{2}")
A_BUYER_TOO = "4"  # what Podmiot3 is to the invoice: a further buyer


@dataclass(slots=True)
class Invoice:
    """The head of an invoice, its net total by the head, and its gross total as it is written."""

    document: Document
    net: Decimal | None
    gross: str
    on_margin: Decimal = NOTHING


@dataclass(slots=True)
class File:
    """What a file holds: heads by number, sums of lines by number, and what its control totals say."""

    invoices: dict[str, Invoice] = field(default_factory=dict)
    sums: dict[str, Sums] = field(default_factory=lambda: defaultdict(Sums))
    said: dict[str, str] = field(default_factory=dict)
    currency: str = ""
    sellers: list[Element] = field(default_factory=list)

    def is_taken_whole(self, number: str) -> bool:
        """Tell whether the head's net total stands for the lines of an invoice."""
        invoice = self.invoices[number]
        return not self.sums.get(number, NO_LINES).give(invoice.net, invoice.on_margin)


def jpk_fa_lines(path: Path, *, shown: str, notes: Counter[str]) -> Iterator[tuple[Document, Line]]:
    """Yield the lines of a JPK_FA file in its order, then one line for each invoice without any.

    Only at its end is it known whether lines give an invoice's net total.
    """
    file = _read(path, shown)
    _tie(file, shown, notes)
    note_seller(notes, file.sellers, len(file.invoices))
    yield from _lines(file, path, shown, notes)
    for number, invoice in file.invoices.items():
        if file.is_taken_whole(number):
            notes[TAKEN_WHOLE] += number in file.sums
            for text in whole_texts(invoice.net, invoice.on_margin, invoice.gross):
                yield invoice.document, Line(text)


def _read(path: Path, shown: str) -> File:
    """Return the heads of a file, the sums of its lines and what its control totals say."""
    file = File()
    with opened(path, shown=shown) as stream:
        for element in elements(stream, *JPK_PARTS, shown=shown):
            if element.name == "FakturaWiersz":
                file.sums[element.text("P_2B")].add(line_net(element), element.text("P_11A"))
            elif element.name == "Faktura":
                _take(file, element, shown)
            elif element.name == "Naglowek":
                file.currency = element.text("DomyslnyKodWaluty")
            elif element.name == "Podmiot1":
                file.sellers.append(element)
            else:
                file.said |= element.texts
    return file


def _lines(
    file: File, path: Path, shown: str, notes: Counter[str]
) -> Iterator[tuple[Document, Line]]:
    """Yield the lines of those invoices whose lines give their net total."""
    whole = {number for number in file.invoices if file.is_taken_whole(number)}
    places: Counter[str] = Counter()
    with opened(path, shown=shown) as stream:
        for line in elements(stream, "FakturaWiersz", shown=shown):
            number = line.text("P_2B")
            places[number] += 1
            if number in whole:
                continue
            invoice = file.invoices.get(number)
            if invoice is None:
                notes[NO_HEAD] += 1
                invoice = Invoice(Document(number), None, "")
            net, written = line_net(line), line.text("P_11")
            if net.value is None:
                written = as_text(None, line.text("P_11A"))
            elif net.reckoned:
                notes[WITH_VAT] += 1
                written = str(net.value + file.sums[number].rounding(places[number], invoice.net))
            own = (line.text("P_7"), line.text("P_8B"), line.text("P_9A"))
            yield invoice.document, Line(written, str(places[number]), *own)


def _take(file: File, element: Element, shown: str) -> None:
    document = _document(element, file.currency)
    number = document.invoice_id
    if number in file.invoices:
        raise DataError(
            f"invoice {number} occurs twice in {shown}, so nobody can tell whose its lines are. "
            f"Export the file again."
        )
    file.invoices[number] = Invoice(
        document, net_total(element), element.text("P_15"), margin_total(element)
    )


def _document(element: Element, currency: str) -> Document:
    kind, advances = element.text("RodzajFaktury"), element.every("NrFaZaliczkowej")
    is_final = kind == "VAT" and advances
    return Document(
        invoice_id=element.text("P_2A"),
        date=element.text("P_1"),
        buyer=buyer(element.text("P_3A"), element.text("P_5B"), element.text("P_5A")),
        currency=element.text("KodWaluty") or currency,
        document_type="final" if is_final else JPK_TYPES.get(kind, kind),
        corrects_invoice_id=several(advances if is_final else element.every("NrFaKorygowanej")),
    )


def _tie(file: File, shown: str, notes: Counter[str]) -> None:
    """Refuse a file that has lost invoices or lines; note a control total of money that is not held.

    Programs sum up lines in three ways: net, gross, or gross where there is no net amount.
    """
    sums = file.sums.values()
    net = sum((each.total - each.reckoned for each in sums), NOTHING)
    gross = sum((each.gross for each in sums), NOTHING)
    either = net + sum((each.instead for each in sums), NOTHING)
    of_all = sum((amount(each.gross) or NOTHING for each in file.invoices.values()), NOTHING)
    for name, counts, found in (
        ("LiczbaFaktur", "invoices", [Decimal(len(file.invoices))]),
        ("LiczbaWierszyFaktur", "lines", [Decimal(sum(each.lines for each in sums))]),
        ("WartoscFaktur", "", [of_all]),
        ("WartoscWierszyFaktur", "", [net, either, gross]),
    ):
        said = file.said.get(name, "")
        wanted = amount(said)
        if not said or any(wanted is not None and abs(wanted - v) <= CENT for v in found):
            continue
        if counts:
            raise DataError(
                f"the control total {name} of {shown} says {said}, but the file holds {found[0]} "
                f"({counts}). It was cut or changed after the export: export it again."
            )
        notes[f"{shown}, {name} {said} ≠ {found[0]}{BETWEEN}{UNTIED}"] += 1


def ksef_lines(path: Path, *, shown: str, notes: Counter[str]) -> Iterator[tuple[Document, Line]]:
    """Yield the lines of the invoices in a KSeF file."""
    parts: dict[str, list[Element]] = {name: [] for name in KSEF_PARTS}
    invoices = 0
    with opened(path, shown=shown) as stream:
        for element in elements(stream, *KSEF_PARTS, shown=shown):
            parts[element.name].append(element)
            if element.name == "Fa":
                invoices += 1
                yield from _invoice(element, parts, path, notes)
                parts = {name: [] for name in KSEF_PARTS}
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
    net, on_margin = net_total(invoice), margin_total(invoice)
    lines, sums = list(map(_turned, parts["FaWiersz"])), Sums()
    nets = list(map(line_net, lines))
    for line, each in zip(lines, nets, strict=True):
        sums.add(each, line.text("P_11A"))
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
        yield former if _is_before(line) else document, _ksef_line(line, each, place, rounding)


def _documents(
    invoice: Element, parts: dict[str, list[Element]], path: Path
) -> tuple[Document, Document]:
    kind = invoice.text("RodzajFaktury")
    now = parts["Podmiot2"][0] if parts["Podmiot2"] else Element("Podmiot2", {}, {})
    after = Document(
        invoice_id=invoice.text("P_2"),
        date=invoice.text("P_1"),
        buyer=_buyer(now),
        currency=invoice.text("KodWaluty"),
        document_type=KSEF_TYPES.get(kind, kind),
        corrects_invoice_id=several(_others(invoice, path)),
    )
    before = _former(now, parts["Podmiot2K"])
    if before is None or before.customer_id == after.buyer.customer_id:
        return after, after
    return after, after._replace(buyer=before)


def _others(invoice: Element, path: Path) -> list[str]:
    mended = invoice.every("NrFaKorygowany")  # where the correction mends the number itself
    if corrected := mended or invoice.every("NrFaKorygowanej"):
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
        invoice = next(elements(stream, "Fa", shown=beside.name), None)
    return (invoice and invoice.text("P_2")) or in_ksef


def _buyer(party: Element) -> Buyer:
    person = " ".join(filter(None, (party.text("ImiePierwsze"), party.text("Nazwisko"))))
    name = party.text("Nazwa", "PelnaNazwa") or person
    if party.text("NIP"):
        return buyer(name, party.text("NIP"))
    if party.text("NrVatUE"):
        return buyer(name, party.text("NrVatUE"), party.text("KodUE"))
    return buyer(name, party.text("NrID"), party.text("KodKraju"))


def _former(now: Element, before: list[Element]) -> Buyer | None:
    key = now.text("IDNabywcy")
    linked = [each for each in before if key and each.text("IDNabywcy") == key]
    found = linked or before
    return _buyer(found[0]) if len(found) == 1 else None


def _is_before(line: Element) -> bool:
    return line.text("StanPrzed") == "1"


def _turned(line: Element) -> Element:
    """Return a line with the signs of its figures turned where it shows the state before a correction."""
    figures = ("P_8B", "P_11", "P_11A", "P_11Vat") if _is_before(line) else ()
    texts = {name: negated(line.texts[name]) for name in figures if name in line.texts}
    return line._replace(texts=line.texts | texts)


def _ksef_line(line: Element, net: LineNet, place: int, rounding: Decimal) -> Line:
    """Return what one line has of its own."""
    value = None if net.value is None else net.value + rounding
    written, product = as_text(value, line.text("P_11A")), line.text("Indeks", "P_7")
    return Line(written, str(place), product, line.text("P_8B"), line.text("P_9A"))


READ = {"JPK_FA": jpk_fa_lines, "FA": ksef_lines}


def xml_records(
    path: Path, dialect: Dialect, *, shown: str, notes: Counter[str] | None = None
) -> Iterator[tuple[int, list[str]]]:
    """Yield the head and the lines of an invoice file, numbered as rows of a table.

    The head is `XML_HEAD`, which names our columns, so that the engagement maps none. The buyer's
    tax number is the customer; for a buyer without one stands a text that says so and names the
    buyer. Amounts are net of VAT.
    """
    kind = xml_kind(path, shown=shown)
    read = READ.get(kind.partition(" ")[0])
    if read is None:
        what = f"is {kind}" if kind else "is XML, but no file of invoices"
        raise DataError(
            f"{shown} {what}. Of XML, only JPK_FA and invoices from KSeF (FA) hold invoice lines: "
            f"export one of these, or leave this one out of inputs.invoice_lines.files."
        )
    yield 1, list(XML_HEAD)
    lines = read(path, shown=shown, notes=Counter() if notes is None else notes)
    for number, (document, line) in enumerate(lines, start=2):
        yield number, written(document, line, dialect)


def xml_kind(path: Path, *, shown: str) -> str:
    """Return the structure of a file, such as "JPK_FA (4)" or "FA (3)"; empty if it names none."""
    with opened(path, shown=shown) as stream:
        none = Element("Naglowek", {}, {})
        heading = next(elements(stream, "Naglowek", shown=shown), none)
    form = heading.text("KodFormularza")
    variant = heading.text("WariantFormularza")
    return f"{form} ({variant})" if form and variant else form
