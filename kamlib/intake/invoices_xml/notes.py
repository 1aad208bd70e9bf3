"""What readers should be told of invoice files, with how often it happened."""

from collections import Counter
from collections.abc import Sequence

from kamlib.core.language import N_
from kamlib.intake.counted import BETWEEN
from kamlib.intake.invoices_xml.elements import Element
from kamlib.intake.invoices_xml.rows import Document

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


def note_seller(notes: Counter[str], sellers: Sequence[Element], invoices: int = 1) -> None:
    """Count invoices by the tax number of their seller."""
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
    """Take the rates of invoices out of notes: ``date,currency,rate``, in order.

    Examples
    --------
    >>> seen = Counter({f"2025-03-10,EUR,4.2615{BETWEEN}{RATE}": 2})
    >>> taken_rates(seen), seen
    (('2025-03-10,EUR,4.2615',), Counter())
    """
    keys = sorted(key for key in notes if key.endswith(f"{BETWEEN}{RATE}"))
    for key in keys:
        del notes[key]
    return tuple(key.removesuffix(f"{BETWEEN}{RATE}") for key in keys)


def drop_sellers(notes: Counter[str]) -> Counter[str]:
    """Return notes without the counts by seller, unless there are several sellers.

    Examples
    --------
    >>> one = Counter({f"1111111111{BETWEEN}{ISSUED}": 3})
    >>> drop_sellers(one), len(drop_sellers(one + Counter({f"222{BETWEEN}{ISSUED}": 1})))
    (Counter(), 2)
    """
    sellers = [key for key in notes if key.endswith(f"{BETWEEN}{ISSUED}")]
    dropped = sellers if len(sellers) == 1 else []
    return Counter({key: n for key, n in notes.items() if n and key not in dropped})
