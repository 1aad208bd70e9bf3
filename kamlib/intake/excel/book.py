"""What a workbook says of itself: its sheets, its shared words, its formats and its calendar.

Sources
-------
ECMA-376, part 1, 18.2 (workbook), 18.4 (shared strings), 18.8 (styles, built-in number formats).
"""

import posixpath
import re
import zipfile
from typing import NamedTuple

from kamlib.core.errors import DataError
from kamlib.intake.excel.cells import Looks, looks_of
from kamlib.intake.excel.package import MOST_WORDS, part
from kamlib.intake.markup import careful_parser, fed, local

ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


class Sheet(NamedTuple):
    """One sheet with cells: its name, the part it stands in, and whether people see it."""

    name: str
    part: str
    hidden: bool


class Book(NamedTuple):
    """A workbook without its cells.

    `looks` tells by style what a number looks like; `stale` says that its formulas are to be
    calculated when Excel opens it, so that whoever wrote it has not.
    """

    sheets: list[Sheet]
    words: list[str]
    looks: list[Looks]
    from_1904: bool
    stale: bool


class _Element(NamedTuple):
    name: str
    attributes: dict[str, str]


def book_of(archive: zipfile.ZipFile, *, shown: str) -> Book:
    """Return what a workbook says of itself.

    Raises
    ------
    DataError
        A part is missing, broken, or declares a document type.
    """
    main = _main_part(archive, shown)
    related = _related(archive, main, shown)
    elements = _elements(archive, main, shown)
    sheets = [
        Sheet(
            given.get("name", ""),
            related[target][1],
            hidden=given.get("state", "visible") != "visible",
        )
        for name, given in elements
        if name == "sheet"
        and (target := _relation_id(given)) in related
        and related[target][0] == "worksheet"
    ]
    settings = {name: given for name, given in elements if name in ("workbookPr", "calcPr")}
    kinds = dict(related.values())
    return Book(
        sheets,
        _words(archive, kinds.get("sharedStrings"), shown),
        _looks(archive, kinds.get("styles"), shown),
        from_1904=_is_true(settings.get("workbookPr", {}).get("date1904")),
        stale=_is_true(settings.get("calcPr", {}).get("fullCalcOnLoad")),
    )


def unescaped(text: str) -> str:
    """Return text with Excel's way of writing control characters undone.

    Examples
    --------
    >>> unescaped("two_x000A_lines")
    'two\\nlines'
    """
    if "_x" not in text:
        return text
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def _main_part(archive: zipfile.ZipFile, shown: str) -> str:
    """Return the part that lists the sheets."""
    for kind, target in _related(archive, "", shown).values():
        if kind == "officeDocument":
            return target
    raise DataError(f"{shown} names no workbook inside. Open it in Excel and save it.")


def _related(archive: zipfile.ZipFile, name: str, shown: str) -> dict[str, tuple[str, str]]:
    """Return the kind and the part of each relation of a part, by the relation's id."""
    folder, file = posixpath.split(name)
    found = {}
    for element, given in _elements(archive, f"{folder}/_rels/{file}.rels".lstrip("/"), shown):
        if element == "Relationship" and given.get("TargetMode") != "External":
            target = posixpath.normpath(
                posixpath.join("/", folder, given.get("Target", ""))
            ).lstrip("/")
            found[given.get("Id", "")] = (given.get("Type", "").rpartition("/")[2], target)
    return found


def _relation_id(given: dict[str, str]) -> str:
    """Return the relation that an element names, whatever its prefix."""
    return next((value for key, value in given.items() if key.endswith(":id")), "")


def _elements(archive: zipfile.ZipFile, name: str, shown: str) -> list[_Element]:
    """Return all elements of a small part with their attributes, in order."""
    found: list[_Element] = []
    parser = careful_parser(shown)
    parser.StartElementHandler = lambda tag, given: found.append(_Element(local(tag), given))
    with part(archive, name, shown=shown) as stream:
        for _ in fed(parser, stream, shown=shown):
            if len(found) > 2_000_000:
                raise DataError(f"{shown} has far too many formats. Copy its data into a new one.")
    return found


def _words(archive: zipfile.ZipFile, name: str | None, shown: str) -> list[str]:
    """Return the texts that cells share, without the reading aids of East Asian ones."""
    words: list[str] = []
    if name is None:
        return words
    if name in archive.namelist() and archive.getinfo(name).file_size > MOST_WORDS:
        raise DataError(
            f"the texts in {shown} unpack to more than {MOST_WORDS // 1024**2} MB. Export it as CSV."
        )
    parser, aids = careful_parser(shown), [0]
    pieces: list[str] = []

    def start(tag: str, _: dict[str, str]) -> None:
        tag = local(tag)
        if tag == "si":
            pieces.clear()
        aids[0] += tag == "rPh"
        parser.CharacterDataHandler = pieces.append if tag == "t" and not aids[0] else None

    def end(tag: str) -> None:
        parser.CharacterDataHandler = None
        tag = local(tag)
        aids[0] -= tag == "rPh"
        if tag == "si":
            words.append(unescaped("".join(pieces)))

    parser.StartElementHandler, parser.EndElementHandler = start, end
    with part(archive, name, shown=shown) as stream:
        for _ in fed(parser, stream, shown=shown):
            pass
    return words


def _looks(archive: zipfile.ZipFile, name: str | None, shown: str) -> list[Looks]:
    """Return what a number looks like, for each style of a cell."""
    codes: dict[int, str] = {}
    looks: list[Looks] = []
    if name is None:
        return looks
    used = False
    for element, given in _elements(archive, name, shown):
        if element == "numFmt":
            codes[_number(given)] = given.get("formatCode", "")
        elif element in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
            used = element == "cellXfs"
        elif element == "xf" and used:
            looks.append(looks_of(_number(given), codes.get(_number(given), "")))
    return looks


def _number(given: dict[str, str]) -> int:
    """Return the number of a number format; what is none is the general one."""
    number = given.get("numFmtId", "")
    return int(number) if number.isdecimal() else 0


def _is_true(word: str | None) -> bool:
    """Tell whether an attribute says yes."""
    return word in ("1", "true")
