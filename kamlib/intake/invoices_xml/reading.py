"""An invoice file as a table of text: which structure it is, then its lines under our names."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from kamlib.core.errors import DataError
from kamlib.intake.dialects import Dialect
from kamlib.intake.invoices_xml.elements import Element, elements, opened
from kamlib.intake.invoices_xml.jpk_fa import jpk_fa_lines
from kamlib.intake.invoices_xml.ksef import ksef_lines
from kamlib.intake.invoices_xml.rows import XML_HEAD, written

XML_ENDINGS = (".xml",)
READ = {"JPK_FA": jpk_fa_lines, "FA": ksef_lines}


def xml_records(
    path: Path, dialect: Dialect, *, shown: str, notes: Counter[str] | None = None
) -> Iterator[tuple[int, list[str]]]:
    """Yield the head and the lines of an invoice file, numbered as rows of a table.

    The head is `XML_HEAD`, which names our columns, so that the engagement maps none. The buyer's
    tax number is the customer; for a buyer without one stands a text that says so and names the
    buyer. Amounts are net of VAT.

    Parameters
    ----------
    path : Path of a JPK_FA or a KSeF file
    dialect : Dialect, whose decimal mark and date form numbers and days are written in
    shown : str, the file as readers know it
    notes : Counter, to which what is worth knowing is added

    Raises
    ------
    DataError
        No well-formed XML, another structure, or invoices or lines that the control totals miss.
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
    """Return the structure of a file, such as "JPK_FA (4)" or "FA (3)"; empty if it names none.

    Raises
    ------
    DataError
        No well-formed XML.
    """
    heading = Element("Naglowek", {}, {})
    with opened(path, shown=shown) as stream:
        for element in elements(stream, "Naglowek", shown=shown):
            heading = element
            break
    form = heading.text("KodFormularza")
    variant = heading.text("WariantFormularza")
    return f"{form} ({variant})" if form and variant else form
