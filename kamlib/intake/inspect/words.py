"""Words that clients use in cells, file names and document numbers, and what they mean to us."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from kamlib.core.errors import listed
from kamlib.core.language import number

FEW = 3
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
_WORDS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
SIGNS: dict[str, list[str]] = _WORDS["signs"]
MEANINGS: dict[str, dict[str, str]] = {  # of the words in code columns
    column: {word: ours for ours, words in codes.items() for word in words}
    for column, codes in _WORDS["codes"].items()
}
IN_FILE_NAMES: dict[str, list[str]] = _WORDS["file_names"]
KNOWN = frozenset(word for words in SIGNS.values() for word in words)
IN_BRACKETS = re.compile(r"\[\$([^\]-]+)[^\]]*\]")
YES_OR_NO = {  # every word that a cell of yes or no may hold
    **dict.fromkeys(["1", "true", "yes", "y", "tak", "t", "x"], True),
    **dict.fromkeys(["0", "false", "no", "nie", "n"], False),
}
CURRENCIES = {  # words beside amounts that mean one currency only
    word.casefold(): code
    for code, words in SIGNS.items()
    for word in words
    if word.upper() != code and sum(word in others for others in SIGNS.values()) == 1
} | {"zlotych": "PLN", "euro": "EUR"}


class Evidence(NamedTuple):
    """A value with the reason for it; `sure` says that the file itself tells, not a custom."""

    value: str
    why: str
    sure: bool = True


def worded(template: str, **values: object) -> str:
    """Fill a translated template: whole numbers in the reader's way, of a listing a few values."""
    return template.format(**{name: _shown(value) for name, value in values.items()})


def _shown(value: object) -> object:
    if isinstance(value, int):
        return number(value)
    return few(value) if isinstance(value, (list, tuple)) else value


def few(values: Iterable[object]) -> str:
    """Write at most three values, each cut to 30 characters: evidence, never a listing of data."""
    items = list(values)
    return listed([*map(clipped, items[:FEW]), *items[FEW:]], most=FEW)


def clipped(value: object, most: int = 30) -> str:
    """Return a value as one short line without what a comment cannot hold."""
    text = "".join(letter if letter.isprintable() else " " for letter in str(value)).strip()
    return text if len(text) <= most else f"{text[: most - 1]}…"


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


def money_in_format(code: str) -> str:
    """Return the sign or word of a currency that a number format of Excel shows; empty without one."""
    if bracketed := IN_BRACKETS.search(code):
        return bracketed[1].strip()
    words = re.split(r"[^\w$€£¥₴]+|[0#?]+", re.sub(r"\[[^\]]*\]|_.|\*.", "", code))
    return next((word for word in words if word in KNOWN), "")


def money_words(currency: str, *, every: bool = False) -> tuple[str, ...]:
    """Return the words that may stand beside an amount of a currency, or of any."""
    own = SIGNS.get(currency, (currency,))
    others = [word for words in SIGNS.values() for word in words] if every else []
    return tuple(dict.fromkeys([*own, *others]))


def currencies_in(values: Counter[str]) -> Counter[str]:
    """Count the currencies of a column; a usual word counts as its three letters.

    Examples
    --------
    >>> currencies_in(Counter(["PLN", "zł", "EUR", "x"])).most_common()
    [('PLN', 2), ('EUR', 1)]
    """
    counts: Counter[str] = Counter()
    for value, times in sorted(values.items()):
        code = CURRENCIES.get(value.casefold(), value.upper())
        if re.fullmatch("[A-Z]{3}", code):
            counts[code] += times
    return counts
