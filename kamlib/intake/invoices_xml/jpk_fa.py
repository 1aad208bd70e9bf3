"""JPK_FA, the invoices of a period in one file: heads first, then the lines of all of them.

The file is read twice: once for the heads, the sums and the control totals, once for the lines, so
that no more than a line at a time is in memory beside the heads.

Sources
-------
Logical structure JPK_FA, edition (4), namespace http://jpk.mf.gov.pl/wzor/2022/02/17/02171/;
editions (1) to (3) name the elements used here alike.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from kamlib.errors import DataError
from kamlib.intake.invoices_xml.elements import (
    Element,
    Line,
    adds_up,
    amount,
    elements,
    foreign,
    opened,
)
from kamlib.intake.invoices_xml.ksef import TAKEN_WHOLE
from kamlib.language import N_

NO_HEAD = N_("lines whose invoice is not in the file")
TYPES = {"VAT": "invoice", "POZ": "invoice", "ZAL": "advance", "KOREKTA": "correction"}
CENT = Decimal("0.01")


@dataclass(slots=True)
class Invoice:
    """The head of an invoice, its net total by the head, and what its lines add up to."""

    head: Line
    net: Decimal | None
    lines: int = 0
    total: Decimal = Decimal(0)
    unpriced: int = 0

    @property
    def is_taken_whole(self) -> bool:
        """Tell whether the head's net total stands for the lines."""
        if not self.lines:
            return True
        return self.net is not None and (
            self.unpriced > 0 or not adds_up(self.total, self.net, self.lines)
        )


@dataclass(slots=True)
class Totals:
    """What the file holds, and what its control totals say."""

    invoices: int = 0
    gross: Decimal = Decimal(0)
    lines: int = 0
    net: Decimal = Decimal(0)
    net_or_gross: Decimal = Decimal(0)
    said: dict[str, str] = field(default_factory=dict)


def jpk_fa_lines(path: Path, *, shown: str, notes: Counter[str]) -> Iterator[Line]:
    """Yield the lines of a JPK_FA file in its order, then one line for each invoice without any.

    Raises
    ------
    DataError
        No well-formed XML, an invoice number that occurs twice, or control totals that do not tie.
    """
    invoices = _invoices(path, shown)
    places: Counter[str] = Counter()
    with opened(path, shown=shown) as stream:
        for line in elements(stream, "FakturaWiersz", shown=shown):
            number = line.text("P_2B")
            invoice = invoices.get(number)
            if invoice is None:
                notes[NO_HEAD] += 1
            elif invoice.is_taken_whole:
                continue
            places[number] += 1
            yield _line(invoice.head if invoice else Line(number), line, places[number])
    for invoice in invoices.values():
        if invoice.is_taken_whole:
            notes.update([TAKEN_WHOLE] if invoice.lines else [])
            yield invoice.head._replace(net_amount="" if invoice.net is None else str(invoice.net))


def _invoices(path: Path, shown: str) -> dict[str, Invoice]:
    """Return the invoices by number, their lines summed, after the control totals tie."""
    invoices: dict[str, Invoice] = {}
    totals = Totals()
    wanted = ("Faktura", "FakturaWiersz", "FakturaCtrl", "FakturaWierszCtrl")
    waiting: dict[str, list[Element]] = {}
    with opened(path, shown=shown) as stream:
        for element in elements(stream, *wanted, shown=shown):
            if element.name == "Faktura":
                invoice = _invoice(element)
                number = invoice.head.invoice_id
                if number in invoices:
                    raise DataError(
                        f"invoice {number} occurs twice in {shown}, so nobody can tell whose its "
                        f"lines are. Export the file again."
                    )
                invoices[number] = invoice
                totals.invoices += 1
                totals.gross += amount(element.text("P_15")) or 0
                for early in waiting.pop(number, []):
                    _add(invoice, early)
            elif element.name == "FakturaWiersz":
                _count(totals, element)
                number = element.text("P_2B")
                if number in invoices:
                    _add(invoices[number], element)
                else:
                    waiting.setdefault(number, []).append(element)
            else:
                totals.said |= {name: texts[0] for name, texts in element.texts.items()}
    _refuse_untied(totals, shown)
    return invoices


def _invoice(element: Element) -> Invoice:
    """Return the head of an invoice."""
    number = foreign(element.text("P_5A"), element.text("P_5B"))
    kind = element.text("RodzajFaktury")
    head = Line(
        invoice_id=element.text("P_2A"),
        date=element.text("P_1"),
        customer_id=number,
        name=element.text("P_3A"),
        tax_id=number,
        currency=element.text("KodWaluty"),
        document_type=TYPES.get(kind, kind),
        corrects_invoice_id=", ".join(element.texts.get("NrFaKorygowanej", [])),
    )
    return Invoice(head, element.net)


def _line(head: Line, line: Element, place: int) -> Line:
    """Return one line of an invoice."""
    return head._replace(
        line_id=str(place),
        product_id=line.text("P_7"),
        quantity=line.text("P_8B"),
        unit_price=line.text("P_9A"),
        net_amount=line.text("P_11"),
    )


def _add(invoice: Invoice, line: Element) -> None:
    """Add a line to what the lines of its invoice add up to."""
    net = amount(line.text("P_11"))
    invoice.lines += 1
    invoice.unpriced += net is None
    invoice.total += net or 0


def _count(totals: Totals, line: Element) -> None:
    """Add a line to what the file holds."""
    net, gross = amount(line.text("P_11")), amount(line.text("P_11A"))
    totals.lines += 1
    totals.net += net or 0
    totals.net_or_gross += (gross if net is None else net) or 0


def _refuse_untied(totals: Totals, shown: str) -> None:
    """Raise DataError if the control totals say something else than the file holds."""
    held = (
        ("LiczbaFaktur", "invoices", [Decimal(totals.invoices)]),
        ("WartoscFaktur", "gross total of the invoices", [totals.gross]),
        ("LiczbaWierszyFaktur", "lines", [Decimal(totals.lines)]),
        ("WartoscWierszyFaktur", "net total of the lines", [totals.net, totals.net_or_gross]),
    )
    for name, what, found in held:
        said = totals.said.get(name)
        if said is None:
            continue
        wanted = amount(said)
        if wanted is None or all(abs(wanted - value) > CENT for value in found):
            raise DataError(
                f"the control total {name} of {shown} says {said}, but the file holds "
                f"{found[0]} ({what}). It was cut or changed after the export: export it again."
            )
