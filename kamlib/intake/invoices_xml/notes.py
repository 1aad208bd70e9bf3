"""What readers should be told of invoice files, with how often it happened."""

from collections import Counter
from collections.abc import Sequence

from kamlib.intake.counted import BETWEEN
from kamlib.intake.invoices_xml.elements import Element
from kamlib.language import N_

TAKEN_WHOLE = N_("invoices whose lines do not add up to their net total, taken as one line each")
WITH_VAT = N_("lines priced with VAT, whose net amount follows from their rate")
SEVERAL_BUYERS = N_("invoices with further buyers, counted for the first one")
BUYER_STAYS = N_(
    "corrections that name another buyer and show no line before: what was sold stays the former's"
)
NO_HEAD = N_("lines whose invoice is not in the file")
UNTIED = N_("a control total that the file does not hold")
ISSUED = N_("invoices of this seller; purchases among sales?")


def note_seller(notes: Counter[str], sellers: Sequence[Element], invoices: int = 1) -> None:
    """Count invoices by the tax number of their seller."""
    number = sellers[0].text("NIP") if sellers else ""
    notes[f"{number}{BETWEEN}{ISSUED}"] += invoices


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
