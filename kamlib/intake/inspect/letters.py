"""Letters in bytes: which encoding a file is written in, and text that was read in a wrong one.

Polish letters tell encodings apart, for in a wrong one they become signs that no name has.
"""

import codecs
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from kamlib.core.errors import DataError
from kamlib.core.language import _
from kamlib.intake.inspect.words import Evidence, worded

POLISH = frozenset("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ")
USUAL = frozenset("\u00a0\u2007\u2009\u202f–—„”“’‚…°§€²³×«»®™")
SINGLE, WESTERN = ("cp1250", "iso8859-2", "cp852"), "cp1252"
REPAIRS = {"utf8_read_as_cp1252": "cp1252", "utf8_read_as_cp1250": "cp1250"}
SURE, ODD, LEAST = 0.9, 0.05, 3
HEAD = 262_144
FEW_LINES = 0.2
MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
RUN = re.compile(r"[^\x00-\x7f]+")
WORD = re.compile(r"[^\s;,|\"]*[^\x00-\x7f\s][^\s;,|\"]*")
LOST = {  # bytes that the encoding has no letter for, where Polish text leaves one choice only
    "cp1252": {"Å\ufffd": "Å\x81", "â€\ufffd": "â€\x9d"},
    "cp1250": {"Ä\ufffd": "Ä\x98"},
}


def is_utf8(name: str) -> bool:
    """Tell whether an encoding is UTF-8 under one of its names."""
    return name.lower().replace("_", "-") in ("utf-8", "utf8", "utf-8-sig")


# ----------------------------------------------------------------------------------- encodings
def encoding_of(raw: bytes) -> Evidence:
    """Return the encoding that bytes are most likely written in, with the evidence.

    Examples
    --------
    >>> [encoding_of("Śruba, Łódź".encode(name)).value for name in ("cp1250", "iso8859-2", "cp852")]
    ['cp1250', 'iso8859-2', 'cp852']
    >>> encoding_of(b"plain").sure
    True
    """
    if name := next((name for mark, name in MARKS.items() if raw.startswith(mark)), ""):
        return Evidence(
            name, worded(_("the file starts with the byte order mark of {name}"), name=name)
        )
    if name := two_bytes_a_letter(raw):
        template = _("a zero byte stands beside every plain letter, as in {name}")
        return Evidence(name, worded(template, name=name))
    if raw.isascii():
        return Evidence("utf-8", _("plain letters only: every encoding reads them the same"))
    if not _is_nearly_utf8(raw):
        return _of_one_byte(raw)
    odd = sum(not letter.isascii() for letter in raw.decode("utf-8", "ignore"))
    return Evidence("utf-8", worded(_("{n} letters beyond ASCII, all of them valid UTF-8"), n=odd))


def _of_one_byte(raw: bytes) -> Evidence:
    """Return the encoding of one byte a letter in which most letters are Polish.

    Signs that stand in any file, such as the no-break space between thousands, are no letters.
    """
    best, other, _least = sorted(SINGLE, key=lambda name: -_polish_share(raw, name))
    letters, polish = _letters(raw, best), {n: _polish(_letters(raw, n)) for n in SINGLE}
    if not letters:
        odd = sum(byte > 127 for byte in raw)
        template = _("no letter beyond ASCII, only signs ({n}) such as no-break spaces")
        return Evidence(best, worded(template, n=odd), sure=False)
    n, every = polish[best], len(letters)
    if 2 * n < every:
        template = _(
            "no UTF-8, and of {all} letters beyond ASCII only {n} would be Polish: western letters?"
        )
        return Evidence(WESTERN, worded(template, all=every, n=n), sure=False)
    template = _("{n} of {all} letters beyond ASCII are Polish in it, {less} in {other}")
    why = worded(template, n=n, all=every, less=polish[other], other=other)
    return Evidence(best, why, sure=n > polish[other] and n >= SURE * every)


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
    of_two_bytes = encoding.lower().replace("_", "-").startswith(("utf-16", "utf16"))
    if not is_utf8(encoding) and not head.isascii() and _is_nearly_utf8(head):
        found = "utf-8"
    elif not of_two_bytes and two_bytes_a_letter(head):
        found = encoding_of(head).value
    else:
        found = "" if is_utf8(encoding) or of_two_bytes else _plainly_another(head, encoding)
    if found:
        raise DataError(
            f"{shown} is declared to be written in {encoding}, but its letters make sense in "
            f"{found} only. Set encoding: {found} in its dialect in engagement.yaml."
        )


def _plainly_another(head: bytes, encoding: str) -> str:
    """Return the encoding that bytes plainly mean, empty if the declared one may well be right."""
    found = _letters(head, encoding)
    odd = {letter for letter in found if not letter.isalpha()}
    if len(odd) < 2 or _odd_signs(found) < max(LEAST, ODD * len(found)):
        return ""
    other = encoding_of(head).value
    return other if _polish_share(head, other) >= SURE else ""


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
        every += not line.isascii()
        try:
            line.decode("ascii" if line.isascii() else encoding)
        except UnicodeError:
            first, n = first or number, n + 1
    return Others(first, n, every)


def _is_nearly_utf8(head: bytes) -> bool:
    """Tell whether bytes are UTF-8, but for a few lines that come from elsewhere."""
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(head) - 4 and len(head) >= HEAD:  # a letter that is cut at the end
            return True
        others = lines_not_in("utf-8", head.splitlines())
        return others.n <= FEW_LINES * others.every
    return True


def _letters(head: bytes, encoding: str) -> str:
    """Return the characters beyond ASCII, those left out that stand in any file."""
    text = head.decode(encoding, errors="replace")
    return "".join(one for run in RUN.findall(text) for one in run if one not in USUAL)


def _polish_share(head: bytes, encoding: str) -> float:
    """Return the share of Polish letters among the letters beyond ASCII, less the odd signs."""
    found = _letters(head, encoding)
    return (_polish(found) - _odd_signs(found)) / max(len(found), 1)


def _polish(text: str) -> int:
    return sum(letter in POLISH for letter in text)


def _odd_signs(text: str) -> int:
    return sum(not letter.isalpha() for letter in text)


# --------------------------------------------------------------------- read in a wrong encoding
class Spoilt(NamedTuple):
    """Letters that were read in a wrong encoding and saved again.

    `repair` is what mends them, `places` how many Polish letters come back.
    """

    repair: str
    places: int
    example: str
    meant: str


def spoilt_letters(text: str) -> Spoilt | None:
    """Tell whether text was read in a wrong encoding and saved again; None if it was not.

    Examples
    --------
    >>> spoilt_letters("Gdańsk Łódź Żory".encode().decode("cp1252", "replace")).meant
    'Gdańsk'
    >>> spoilt_letters("Ångström, Gdańsk") is None
    True
    """
    runs = Counter(RUN.findall(text))
    back = {each: _brought_back(runs, each) for each in REPAIRS}
    repair = max(back, key=back.__getitem__)
    places, mend = back[repair], mender(repair)
    if not places or mend is None:
        return None
    example = next(word for word in WORD.findall(text) if _polish(mend(word)) > _polish(word))
    return Spoilt(repair, places, example, mend(example))


def refuse_twice_encoded(text: str, shown: str) -> None:
    """Raise DataError if UTF-8 was read in a Windows encoding before the file was written."""
    spoilt = spoilt_letters(text)
    if spoilt:
        raise DataError(
            f"{shown} was spoilt before it came here: text in UTF-8 was opened as "
            f"{REPAIRS[spoilt.repair]} and saved again, so that '{spoilt.meant}' reads "
            f"'{spoilt.example}'. Export it again from its source; if that cannot be, set repair: "
            f"{spoilt.repair} in its dialect in engagement.yaml, and look at the names afterwards."
        )


def mender(repair: str | None) -> Callable[[str], str] | None:
    """Return what turns a spoilt line back into what it was, None where no repair is declared."""
    if not repair:
        return None
    through = REPAIRS[repair]
    return lambda line: RUN.sub(lambda run: _again(run.group(), through), line)


def composed_lines(lines: Iterable[str], mend: Callable[[str], str] | None) -> Iterator[str]:
    """Yield lines with letters and accents composed (NFC), mended first if that is declared."""
    for line in lines:
        mended = mend(line) if mend and not line.isascii() else line
        yield unicodedata.normalize("NFC", mended)


def _again(run: str, through: str) -> str:
    """Return what a spoilt run of characters was, or the run itself if it was not spoilt."""
    whole = run
    for lost, meant in LOST[through].items():
        whole = whole.replace(lost, meant)
    try:
        return b"".join(
            bytes([ord(one)]) if "\x80" <= one <= "\x9f" else one.encode(through)
            for one in whole  # unused bytes were read as controls
        ).decode("utf-8")
    except UnicodeError:
        return run


def _brought_back(runs: Counter[str], repair: str) -> int:
    """Count the Polish letters that a repair brings back, 0 where more of them are whole already."""
    meant = {run: _again(run, REPAIRS[repair]) for run in runs}
    back = sum(runs[run] * _polish(now) for run, now in meant.items() if now != run)
    whole = sum(runs[run] * _polish(now) for run, now in meant.items() if now == run)
    return back if back > whole else 0
