"""Which encoding bytes are written in, and whether letters were spoilt before they came to us."""

import codecs
import re
from collections import Counter
from typing import NamedTuple

from kamlib.intake.draft.told import Told, few
from kamlib.intake.encodings import (
    POLISH,
    REPAIRS,
    USUAL,
    likely_encoding,
    mender,
    two_bytes_a_letter,
)
from kamlib.language import _, number

SINGLE = ("cp1250", "iso8859-2", "cp852")
WESTERN = "cp1252"
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WORD = re.compile(r"[^\s;,|\"]*[^\x00-\x7f\s][^\s;,|\"]*")
ENOUGH = 3


class Spoilt(NamedTuple):
    """Letters that were read in a wrong encoding and saved again.

    `repair` is what mends them, `places` how many Polish letters come back, `lost` how many do not.
    """

    repair: str
    places: int
    example: str
    meant: str
    lost: int


def encoding_of(raw: bytes, *, whole: bool = True) -> Told:
    """Return the encoding that bytes are written in, with the evidence.

    Parameters
    ----------
    raw : bytes, the start of a file
    whole : bool, False if the bytes may end within a letter

    Examples
    --------
    >>> encoding_of("Śruba, Łódź".encode("cp1250")).value
    'cp1250'
    >>> encoding_of("Śruba, Łódź".encode("cp852")).value
    'cp852'
    >>> encoding_of(b"plain").sure
    True
    """
    for mark, name in MARKS:
        if raw.startswith(mark):
            return Told(
                name, _("the file starts with the byte order mark of {name}").format(name=name)
            )
    if name := two_bytes_a_letter(raw):
        template = _("a zero byte stands beside every plain letter, as in {name}")
        return Told(name, template.format(name=name))
    if raw.isascii():
        return Told("utf-8", _("plain letters only: every encoding reads them the same"))
    try:
        codecs.getincrementaldecoder("utf-8")().decode(raw, whole)
    except UnicodeDecodeError:
        if likely_encoding(raw) != "utf-8":
            return _single(raw)
    text = raw.decode("utf-8", "ignore")
    odd = len(text) - len(text.encode("ascii", "ignore"))
    template = _("{n} letters beyond ASCII, all of them valid UTF-8")
    return Told("utf-8", template.format(n=number(odd)))


def _single(raw: bytes) -> Told:
    """Return the encoding of one byte a letter in which most letters are Polish.

    Signs that stand in any file, such as the no-break space between thousands, are no letters.
    """
    counts = Counter(byte for byte in raw if byte > 127)
    hits = {name: _polish_bytes(name) for name in SINGLE}
    found = {name: sum(counts[byte] for byte in hits[name]) for name in SINGLE}
    best = max(SINGLE, key=lambda name: found[name])
    odd = sum(n for byte, n in counts.items() if not _is_usual(byte, best))
    if not odd:
        template = _("no letter beyond ASCII, only signs ({n}) such as no-break spaces")
        return Told(best, template.format(n=number(counts.total())), sure=False)
    if found[best] < 0.5 * odd:
        template = _(
            "no UTF-8, and of {all} letters beyond ASCII only {n} would be Polish: western letters?"
        )
        return Told(WESTERN, template.format(all=number(odd), n=number(found[best])), sure=False)
    only = sorted(hits[best] & set(counts) - _of_others(hits, best))
    if only:
        template = _("{n} of {all} letters beyond ASCII are Polish in it; {bytes} only there")
        shown = few(f"0x{byte:02X}" for byte in only)
        why = template.format(n=number(found[best]), all=number(odd), bytes=shown)
        return Told(best, why, sure=found[best] >= 0.9 * odd)
    alike = [name for name in SINGLE if found[name] == found[best]]
    template = _("{n} of {all} letters beyond ASCII are Polish in it; {others} read them the same")
    why = template.format(n=number(found[best]), all=number(odd), others=", ".join(alike[1:]))
    return Told(best, why, sure=False)


def _polish_bytes(name: str) -> set[int]:
    return {letter.encode(name)[0] for letter in POLISH}


def _is_usual(byte: int, name: str) -> bool:
    """Tell whether a byte is a sign that stands in any file."""
    return bytes([byte]).decode(name, errors="replace") in USUAL


def _of_others(hits: dict[str, set[int]], best: str) -> set[int]:
    return set().union(*(bytes_ for name, bytes_ in hits.items() if name != best))


def spoilt_letters(text: str) -> Spoilt | None:
    """Tell whether text was read in a wrong encoding and saved again; None if it was not.

    Examples
    --------
    >>> spoilt_letters("Gdańsk Łódź Żory".encode().decode("cp1252", "replace")).meant
    'Gdańsk'
    >>> spoilt_letters("Ångström, Gdańsk") is None
    True
    """
    words = Counter(WORD.findall(text))
    found = {repair: _brought_back(words, repair) for repair in REPAIRS}
    repair = max(found, key=lambda each: found[each])
    if found[repair] < ENOUGH:
        return None
    mend = mender(repair)
    assert mend is not None
    example = next(word for word in words if _polish(mend(word)) > _polish(word))
    lost = mend(text).count("\ufffd")
    return Spoilt(repair, found[repair], example, mend(example), lost)


def _brought_back(words: Counter[str], repair: str) -> int:
    """Count the Polish letters that a repair brings back, less those that are whole already."""
    mend = mender(repair)
    assert mend is not None
    back = whole = 0
    for word, times in words.items():
        meant = mend(word)
        back += times * _polish(meant) if meant != word else 0
        whole += times * _polish(word) if meant == word else 0
    return back if back > whole else 0


def _polish(word: str) -> int:
    return sum(letter in POLISH for letter in word)


def mended(name: str, repair: str) -> str:
    """Return a name with spoilt letters put right as far as that can be done.

    Examples
    --------
    >>> mended("IloÅ›Ä‡", "utf8_read_as_cp1252")
    'Ilość'
    """
    mend = mender(repair)
    return mend(name) if mend else name
