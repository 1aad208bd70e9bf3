"""Rows that a report prints below its lines: sums of a page, of a customer, of everything.

A total has no document and no day. It says what it is, in a cell of its own, or it shows it by its
amount (`kamlib.intake.sums`): names of firms begin with the same words.
"""

import re
from collections.abc import Sequence

TOTAL = re.compile(
    r"(?:łącznie|razem|suma|sum|ogółem|ogolem|podsumowanie|do przeniesienia|z przeniesienia|"
    r"przeniesienie|total|sub-?\s?total|grand total|gesamt|summe)"
    r"(?:[\s:.]+(?:stron[ay]|końcow[aey]|dnia|miesiąca|kwartału|roku|ogółem|ogóln[aey]|netto|brutto|vat|razem|suma|dokumentu?|"
    r"raportu?|page|amount|sum|(?:za|dla|z|na|for|of)\s.*|\d.*))*[\s:.]*",
    re.IGNORECASE,
)
WORD = re.compile(
    r"\b(?:razem|suma|sumy|ogółem|ogolem|łącznie|lacznie|łączn[aey]|podsumowanie|total|totals|"
    r"sub-?total|gesamt|summe)\b|[Σ∑]",
    re.IGNORECASE,
)
LEGAL_FORM = re.compile(
    r"\b(?:sp\.?\s?z\s?o\.?\s?o|s\.?\s?a|sp\.?\s?[jkp]|s\.?\s?c|spółka|fundacja|gmbh|ag|ltd|llc|inc|"
    r"s\.?r\.?[ol]|a\.?s|b\.?v)\b\.?",
    re.IGNORECASE,
)
LETTERS = re.compile(r"[^\W\d_]{2}|[Σ∑]")
CODE = re.compile("[A-Z]{3}|zł|szt\\.?", re.IGNORECASE)
FIRST_LETTERS = frozenset(
    ["", " ", "\u00a0", *"łrsopdztgŁRSOPDZTGΣ∑*-="]
)  # of a total, or of nothing


def seems_total(cells: Sequence[str]) -> bool:
    """Tell whether a row is a total where nobody knows yet which cells are ids: half of it is empty.

    Examples
    --------
    >>> seems_total(["Razem strona", "", "", "9,00"]), seems_total(["Total Beauty", "K1", "5", "9"])
    (True, False)
    """
    filled = [cell.strip() for cell in cells if cell.strip()]
    return 2 * len(filled) <= len(cells) + 1 and any(map(says_total, filled))


def is_total(cells: Sequence[str], ids: Sequence[int]) -> bool:
    """Tell whether a row says that it is a total, and the ids of the table are empty in it.

    The words of a total fill their cell; or they stand in the only cell that has words at all, and
    no legal form makes a firm's name of them.

    Examples
    --------
    >>> is_total(["", "", "Razem strona", "373,32"], [0, 1])
    True
    >>> is_total(["F1", "2024-01-01", "Total", "373,32"], [0, 1])
    False
    >>> is_total(["", "", "RAZEM PLN", "373,32"], [0, 1]), is_total(["", "", "Razem S.A.", "5"], [0, 1])
    (True, False)
    """
    own = [cells[place].strip() for place in ids if place < len(cells)]
    if any(cell and not says_total(cell) for cell in own):
        return False
    filled = [stripped for cell in cells if (stripped := cell.strip())]
    if any(TOTAL.fullmatch(cell) for cell in filled):
        return True
    worded = [cell for cell in filled if LETTERS.search(cell) and not CODE.fullmatch(cell)]
    return len(worded) == 1 and says_total(worded[0])


def says_total(cell: str) -> bool:
    """Tell whether a cell has the words of a total and is no name of a firm.

    Examples
    --------
    >>> [says_total(cell) for cell in ("Suma częściowa", "Total Polska Sp. z o.o.", "Sumak")]
    [True, False, False]
    """
    if TOTAL.fullmatch(cell):
        return True
    return bool(WORD.search(cell)) and not LEGAL_FORM.search(cell)
