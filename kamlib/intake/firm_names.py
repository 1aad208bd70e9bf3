"""What a firm is called without what does not tell it apart, and whether two names may be one firm's.

Legal form, accents, signs and the order of words do not count. Numbers do, Roman ones and single
letters too: shops 1 and 2 are two. A word that differs must be nearly the same word, however long
the rest of the name is.

Sources
-------
rapidfuzz for the likeness of two names.
"""

import re
import unicodedata
from typing import NamedTuple

from rapidfuzz import fuzz

UNCOMPOSED = str.maketrans(
    {
        "ł": "l",
        "Ł": "L",
        "ø": "o",
        "Ø": "O",
        "đ": "d",
        "Đ": "D",
        "æ": "ae",
        "Æ": "AE",
        "œ": "oe",
        "Œ": "OE",
    }
)
POLISH_FORMS = re.compile(
    r"\b(?:(?:PROSTA )?SP(?:OLKA)? ?Z ?(?:O ?O|OGRANICZONA ODPOWIEDZIALNOSCIA)|SPZOO|"
    r"(?:PROSTA )?SPOLKA (?:AKCYJNA|JAWNA|KOMANDYTOWO AKCYJNA|KOMANDYTOWA|CYWILNA|PARTNERSKA)|"
    r"SP ?[JKP]|S ?K ?A|P ?S ?A|S ?[AC]|F ?H ?U|P ?P ?H ?U?|P ?H ?U|"
    r"(?:PRZEDSIEBIORSTWO|FIRMA|ZAKLAD)"
    r"(?: (?:PRODUKCYJN|HANDLOW|USLUGOW|WIELOBRANZOW|TRANSPORTOW)[OAEY])+|"
    r"W (?:LIKWIDACJI|UPADLOSCI|RESTRUKTURYZACJI))\b"
)
FOREIGN_FORMS = re.compile(
    r"(?: (?:GMBH|MBH|AG|KG|CO|UG|E ?K|E ?V|LTD|LIMITED|PLC|LLP|LLC|INC|CORP|(?:SPOL )?S ?R ?O|A ?S|"
    r"B ?V|N ?V|S ?R ?L|S ?P ?A|S ?A ?S|S ?A ?R ?L|A ?B|O ?Y|A ?P ?S|D ?O ?O|K ?F ?T|U ?A ?B|S ?I ?A))+$"
)
BETWEEN_NAMES = re.compile(r"(?<=\w )(?:I|AND|UND|ORAZ|ET)(?= \w)")
ROMAN = re.compile(r"(?:X{1,3}|X{0,3}(?:IX|IV|V?I{1,3}))")
LIKE, WORD_LIKE = 93, 85  # of 100


class FirmName(NamedTuple):
    """A name as it is compared: its core, the words in order, and what must agree in two names."""

    core: str
    words: tuple[str, ...]
    numbers: tuple[str, ...]
    letters: tuple[str, ...]


def core_name(name: str) -> str:
    """Return a name without accents, legal form and signs, in capitals.

    Examples
    --------
    >>> core_name("Łęczyca Hurt spółka z ograniczoną odpowiedzialnością")
    'LECZYCA HURT'
    >>> core_name("Müller & Söhne GmbH & Co. KG")
    'MULLER SOHNE'
    """
    plain = unicodedata.normalize("NFKD", name.translate(UNCOMPOSED)).upper()
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    words = " ".join(re.sub(r"[\W_]+", " ", plain).split())
    shorter = " ".join(POLISH_FORMS.sub(" ", words).split())
    shorter = FOREIGN_FORMS.sub("", BETWEEN_NAMES.sub(" ", shorter) or words)
    return " ".join(shorter.split()) or words


def firm_name(name: str) -> FirmName:
    """Return a name taken apart for comparison."""
    core = core_name(name)
    words = core.split()
    numbers = [part for word in words for part in re.findall(r"\d+", word)]
    numbers += [word for word in words if len(word) > 1 and ROMAN.fullmatch(word)]
    letters = [word for word in words if len(word) == 1 and word.isalpha()]
    return FirmName(core, tuple(sorted(words)), tuple(sorted(numbers)), tuple(sorted(letters)))


def likeness(one: FirmName, other: FirmName) -> float:
    """Return how alike two names are, 0 to 1, as they are written or in whatever order of words."""
    written = fuzz.ratio(one.core, other.core)
    return max(written, fuzz.ratio(" ".join(one.words), " ".join(other.words))) / 100


def may_be_one(one: FirmName, other: FirmName) -> bool:
    """Tell whether two names may be one firm's.

    Examples
    --------
    >>> may_be_one(firm_name("Sklep nr 1"), firm_name("Sklep nr 2"))
    False
    >>> may_be_one(firm_name("Hurtownia Łoś s.c."), firm_name("ŁOŚ HURTOWNIA"))
    True
    """
    if one.words == other.words:
        return bool(one.core)
    if one.numbers != other.numbers:
        return False
    if one.letters and other.letters and one.letters != other.letters:
        return False
    if 100 * likeness(one, other) < LIKE:
        return False
    mine, theirs = _left(one.words, other.words), _left(other.words, one.words)
    return not (mine and theirs) or fuzz.ratio(mine, theirs) >= WORD_LIKE


def _left(words: tuple[str, ...], other: tuple[str, ...]) -> str:
    """Return the words that the other name does not have, each as often as it is too many."""
    rest = list(words)
    for word in other:
        if word in rest:
            rest.remove(word)
    return " ".join(rest)
