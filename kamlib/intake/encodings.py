"""Letters in bytes: which encoding a file is written in, and text that was read in a wrong one.

Nothing here decides: an encoding is declared, and what is likely is only ever suggested. Polish
letters tell encodings apart, for in a wrong one they become signs that no name has.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from kamlib.core.errors import DataError

POLISH = frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ")
USUAL = frozenset("\u00a0\u2007\u2009\u202f–—„”“’‚…°§€²³×«»®™")
LIKELY = ("cp1250", "iso8859-2", "cp852")
REPAIRS = {"utf8_read_as_cp1252": "cp1252", "utf8_read_as_cp1250": "cp1250"}
SURE, ODD, LEAST = 0.9, 0.05, 3
HEAD = 262_144
FEW_LINES = 0.2
RUN = re.compile(r"[^\x00-\x7f]+")
LOST = {  # bytes that the encoding has no letter for, where Polish text leaves one choice only
    "cp1252": {"Å\ufffd": "Å\x81", "â€\ufffd": "â€\x9d"},
    "cp1250": {"Ä\ufffd": "Ä\x98"},
}


def is_utf8(name: str) -> bool:
    """Tell whether an encoding is UTF-8 under one of its names."""
    return name.lower().replace("_", "-") in ("utf-8", "utf8", "utf-8-sig")


def likely_encoding(head: bytes) -> str:
    """Return the encoding that bytes are most likely written in; only ever a suggestion.

    Examples
    --------
    >>> likely_encoding("Śruba, Łódź".encode("cp1250"))
    'cp1250'
    >>> likely_encoding("Śruba, Łódź".encode("iso8859-2"))
    'iso8859-2'
    >>> likely_encoding("Śruba, Łódź".encode("cp852"))
    'cp852'
    """
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    if two := two_bytes_a_letter(head):
        return two
    if _is_nearly_utf8(head):
        return "utf-8"
    return max(LIKELY, key=lambda encoding: _polish_share(head, encoding))


def two_bytes_a_letter(head: bytes) -> str:
    """Return the encoding of two bytes a letter that bytes without a mark are in, else nothing.

    Plain letters then have a zero byte each, always on the same side.

    Examples
    --------
    >>> two_bytes_a_letter("Faktura;1".encode("utf-16-le")), two_bytes_a_letter(b"Faktura\\0;1")
    ('utf-16-le', '')
    """
    start = head[:2_000]
    for name, side in (("utf-16-le", start[1::2]), ("utf-16-be", start[::2])):
        if 2 * side.count(0) > len(side) and 4 * side.count(0) > 3 * start.count(0):
            return name
    return ""


def refuse_other_letters(head: bytes, encoding: str, shown: str) -> None:
    """Raise DataError if bytes can be read as declared, but plainly mean another encoding.

    A file in UTF-8 reads without complaint as cp1250, and one in ISO-8859-2 too; the names of the
    customers would be wrong for good.
    """
    if not is_utf8(encoding) and not head.isascii() and _is_nearly_utf8(head):
        found = "utf-8"
    elif not encoding.lower().startswith(("utf-16", "utf_16", "utf16")) and two_bytes_a_letter(
        head
    ):
        found = likely_encoding(head)
    elif is_utf8(encoding):
        found = ""
    else:
        found = _plainly_another(head, encoding)
    if found:
        raise DataError(
            f"{shown} is declared to be written in {encoding}, but its letters make sense in "
            f"{found} only. Set encoding: {found} in its dialect in engagement.yaml."
        )


def refuse_twice_encoded(text: str, shown: str) -> None:
    """Raise DataError if UTF-8 was read in a Windows encoding before the file was written."""
    found = [name for name in REPAIRS if _mended_letters(text, name)]
    if not found:
        return
    best = max(found, key=lambda name: _mended_letters(text, name))
    sample = next(run for run in RUN.findall(text) if _polish_letters(_again(run, REPAIRS[best])))
    meant = _again(sample, REPAIRS[best])
    raise DataError(
        f"{shown} was spoilt before it came here: text in UTF-8 was opened as "
        f"{REPAIRS[best]} and saved again, so that '{meant}' reads '{sample}'. "
        f"Export it again from its source; if that cannot be, set repair: {best} in its dialect "
        f"in engagement.yaml, and look at the names afterwards."
    )


def mender(repair: str | None) -> Callable[[str], str] | None:
    """Return what turns a spoilt line back into what it was, None where no repair is declared.

    Examples
    --------
    >>> mender("utf8_read_as_cp1252")("Å\\ufffdÃ³dÅº")
    'Łódź'
    """
    if not repair:
        return None
    through = REPAIRS[repair]
    return lambda line: RUN.sub(lambda run: _again(run.group(), through), line)


def composed_lines(lines: Iterable[str], mend: Callable[[str], str] | None) -> Iterator[str]:
    """Yield lines with letters and accents composed (NFC), mended first if that is declared."""
    for line in lines:
        if line.isascii():
            yield line
        else:
            yield unicodedata.normalize("NFC", mend(line) if mend else line)


class Others(NamedTuple):
    """Lines that cannot be read in an encoding: the first, how many, of how many beyond ASCII."""

    first: int
    n: int
    every: int


def lines_not_in(encoding: str, lines: Iterable[bytes]) -> Others:
    """Return which lines cannot be read in an encoding, of those with letters beyond ASCII.

    Examples
    --------
    >>> lines_not_in("utf-8", ["Łódź".encode(), b"Foto", "Kraków".encode("cp1250")])
    Others(first=3, n=1, every=2)
    """
    first = n = every = 0
    for number, line in enumerate(lines, start=1):
        if not line.isascii():
            every += 1
            if not _is_in(encoding, line):
                first, n = first or number, n + 1
    return Others(first, n, every)


def _is_in(encoding: str, line: bytes) -> bool:
    """Tell whether a line can be read in an encoding."""
    try:
        line.decode(encoding)
    except UnicodeError:
        return False
    return True


def _is_nearly_utf8(head: bytes) -> bool:
    """Tell whether bytes are UTF-8, but for a few lines that come from elsewhere."""
    if _is_whole_utf8(head):
        return True
    others = lines_not_in("utf-8", head.splitlines())
    return others.n <= FEW_LINES * others.every


def _is_whole_utf8(head: bytes) -> bool:
    """Tell whether bytes are UTF-8, but for a letter that is cut at their end."""
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(head) - 4 and len(head) >= HEAD
    return True


def _letters(head: bytes, encoding: str) -> str:
    """Return the characters beyond ASCII, those left out that stand in any file."""
    text = head.decode(encoding, errors="replace")
    return "".join(one for run in RUN.findall(text) for one in run if one not in USUAL)


def _polish_share(head: bytes, encoding: str) -> float:
    """Return the share of Polish letters among the letters beyond ASCII, less the odd signs."""
    found = _letters(head, encoding)
    return (_polish_letters(found) - _odd_signs(found)) / max(len(found), 1)


def _plainly_another(head: bytes, encoding: str) -> str:
    """Return the encoding that bytes plainly mean, empty if the declared one may well be right."""
    found = _letters(head, encoding)
    odd = {letter for letter in found if not letter.isalpha()}
    if len(odd) < 2 or _odd_signs(found) < max(LEAST, ODD * len(found)):
        return ""
    other = likely_encoding(head)
    return other if _polish_share(head, other) >= SURE else ""


def _polish_letters(text: str) -> int:
    """Count the Polish letters of a text."""
    return sum(letter in POLISH for letter in text)


def _odd_signs(text: str) -> int:
    """Count the characters that are no letters."""
    return sum(not letter.isalpha() for letter in text)


def _again(run: str, through: str) -> str:
    """Return what a spoilt run of characters was, or the run itself if it was not spoilt."""
    whole = run
    for lost, meant in LOST[through].items():
        whole = whole.replace(lost, meant)
    try:
        return b"".join(_byte(one, through) for one in whole).decode("utf-8")
    except UnicodeError:
        return run


def _byte(one: str, through: str) -> bytes:
    """Return the byte that a character was read from; unused ones read as controls."""
    return bytes([ord(one)]) if "\x80" <= one <= "\x9f" else one.encode(through)


def _mended_letters(text: str, repair: str) -> int:
    """Count the Polish letters that a repair brings back, 0 where more of them are whole already."""
    meant = {run: _again(run, REPAIRS[repair]) for run in set(RUN.findall(text))}
    back = sum(_polish_letters(now) for run, now in meant.items() if now != run)
    whole = sum(_polish_letters(now) for run, now in meant.items() if now == run)
    return back if back > whole else 0
