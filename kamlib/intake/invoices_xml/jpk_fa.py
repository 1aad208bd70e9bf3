"""JPK_FA, the invoices of a period in one file: heads first, then the lines of all of them.

The file is read once. Lines are put by on disk until the heads, the sums and the control totals are
known, so that no more than a few lines at a time are in memory beside the heads. A correction names
what it corrects and no former buyer: another buyer comes as a correction to nothing and a new
invoice. An advance has no lines; an ordinary invoice that names advances (``NrFaZaliczkowej``) is
their final one.

Sources
-------
Logical structure JPK_FA, edition (4), namespace http://jpk.mf.gov.pl/wzor/2022/02/17/02171/;
editions (1) to (3) name the elements used here alike, but for the currency, which the first two
have once for the file (``DomyslnyKodWaluty``).
"""

import marshal
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from kamlib.core.errors import DataError
from kamlib.intake.counted import BETWEEN
from kamlib.intake.invoices_xml.amounts import (
    CENT,
    NOTHING,
    Sums,
    amount,
    as_text,
    line_net,
    margin_total,
    net_total,
    whole_texts,
)
from kamlib.intake.invoices_xml.buyers import buyer
from kamlib.intake.invoices_xml.elements import Element, elements, opened
from kamlib.intake.invoices_xml.notes import (
    NO_HEAD,
    TAKEN_WHOLE,
    UNTIED,
    WITH_VAT,
    note_seller,
)
from kamlib.intake.invoices_xml.rows import Document, Line, several

LINES_AT_ONCE = 2_000
NO_LINES = Sums()
PutBy = tuple[str, str, str, str, str, str, bool]
TYPES = {"VAT": "invoice", "POZ": "invoice", "ZAL": "advance", "KOREKTA": "correction"}
PARTS = ("Naglowek", "Podmiot1", "Faktura", "FakturaWiersz", "FakturaCtrl", "FakturaWierszCtrl")


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
    sums: dict[str, Sums] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    currency: str = ""
    sellers: list[Element] = field(default_factory=list)

    def is_taken_whole(self, number: str) -> bool:
        """Tell whether the head's net total stands for the lines of an invoice."""
        invoice = self.invoices[number]
        return not self.sums.get(number, NO_LINES).give(invoice.net, invoice.on_margin)


def jpk_fa_lines(path: Path, *, shown: str, notes: Counter[str]) -> Iterator[tuple[Document, Line]]:
    """Yield the lines of a JPK_FA file in its order, then one line for each invoice without any.

    Raises
    ------
    DataError
        No well-formed XML, an invoice number that occurs twice, or fewer or more invoices or lines
        than the control totals say.
    """
    with TemporaryFile() as put_by:
        file = _read(path, put_by, shown)
        _tie(file, shown, notes)
        note_seller(notes, file.sellers, len(file.invoices))
        put_by.seek(0)
        yield from _lines(file, _taken_up(put_by), notes)
    for number, invoice in file.invoices.items():
        if file.is_taken_whole(number):
            notes[TAKEN_WHOLE] += number in file.sums
            for text in whole_texts(invoice.net, invoice.on_margin, invoice.gross):
                yield invoice.document, Line(text)


def _read(path: Path, put_by: IO[bytes], shown: str) -> File:
    """Return heads, sums and control totals of a file, its lines put by in their order."""
    file, rows = File(), list[PutBy]()
    with opened(path, shown=shown) as stream:
        for element in elements(stream, *PARTS, shown=shown):
            if element.name == "FakturaWiersz":
                rows.append(_added(file, element))
                if len(rows) == LINES_AT_ONCE:
                    marshal.dump(rows, put_by)
                    rows.clear()
            elif element.name == "Faktura":
                _take(file, element, shown)
            elif element.name == "Naglowek":
                file.currency = element.text("DomyslnyKodWaluty")
            elif element.name == "Podmiot1":
                file.sellers.append(element)
            else:
                file.said |= element.texts
    marshal.dump(rows, put_by)
    return file


def _added(file: File, line: Element) -> PutBy:
    """Add a line to the sums of its invoice, and return what is put by of it."""
    get, net = line.texts.get, line_net(line)
    number, gross = get("P_2B", ""), get("P_11A", "")
    sums = file.sums.get(number)
    if sums is None:
        sums = file.sums[number] = Sums()
    sums.add(net, gross)
    written = get("P_11", "")
    if net.value is None or net.reckoned:
        written = as_text(net.value, gross)
    return (
        number,
        str(sums.lines),
        get("P_7", ""),
        get("P_8B", ""),
        get("P_9A", ""),
        written,
        net.reckoned,
    )


def _taken_up(put_by: IO[bytes]) -> Iterator[PutBy]:
    """Yield the lines that were put by, in their order."""
    while True:
        try:
            rows: list[PutBy] = marshal.load(put_by)
        except EOFError:
            return
        yield from rows


def _lines(
    file: File, rows: Iterator[PutBy], notes: Counter[str]
) -> Iterator[tuple[Document, Line]]:
    """Yield the lines of those invoices whose lines give their net total."""
    whole = {number for number in file.invoices if file.is_taken_whole(number)}
    for number, place, product, quantity, price, net, reckoned in rows:
        if number in whole:
            continue
        invoice = file.invoices.get(number)
        if invoice is None:
            notes[NO_HEAD] += 1
            invoice = Invoice(Document(number), None, "")
        if reckoned:
            notes[WITH_VAT] += 1
            net = str(Decimal(net) + file.sums[number].rounding(int(place), invoice.net))
        yield invoice.document, Line(net, place, product, quantity, price)


def _take(file: File, element: Element, shown: str) -> None:
    """Take the head of an invoice into the file."""
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
    """Return what the lines of an invoice share."""
    kind, advances = element.text("RodzajFaktury"), element.every("NrFaZaliczkowej")
    is_final = kind == "VAT" and advances
    return Document(
        invoice_id=element.text("P_2A"),
        date=element.text("P_1"),
        buyer=buyer(element.text("P_3A"), element.text("P_5B"), element.text("P_5A")),
        currency=element.text("KodWaluty") or currency,
        document_type="final" if is_final else TYPES.get(kind, kind),
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
