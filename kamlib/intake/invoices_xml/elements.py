"""Elements of an invoice file in a stream: the ones asked for, each with the texts inside it.

Names count without their namespace: editions of a schema differ in it and in little else. Nothing is
kept of what was read, so that memory holds one element however long the file is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from kamlib.core.errors import DataError
from kamlib.intake.markup import BYTES_AT_ONCE, DEEPEST, careful_parser, fed, local

MOST_XML = 2 * 1024**3
MOST_OF_ONE = 16 * 1024**2
MOST_NAMES = 10_000


class Element(NamedTuple):
    """An element that was asked for: its name, the texts of its leaves by name, and repeated ones.

    Leaves of an inner element that was asked for too belong to that one alone.
    """

    name: str
    texts: dict[str, str]
    more: dict[str, list[str]]

    def text(self, *names: str) -> str:
        """Return the first text under one of these names, or an empty one.

        Examples
        --------
        >>> Element("Fa", {"P_2": "F1"}, {}).text("P_2A", "P_2")
        'F1'
        """
        for name in names:
            if name in self.texts:
                return self.texts[name]
        return ""

    def every(self, name: str) -> list[str]:
        """Return all texts under a name, in their order.

        Examples
        --------
        >>> Element("Fa", {"WZ": "1"}, {"WZ": ["2", "3"]}).every("WZ")
        ['1', '2', '3']
        """
        return [self.texts[name], *self.more.get(name, [])] if name in self.texts else []


@contextmanager
def opened(path: Path, *, shown: str) -> Iterator[BinaryIO]:
    """Open an XML file that is not absurdly large.

    Raises
    ------
    DataError
        The file is larger than any export of invoices.
    """
    size = path.stat().st_size
    if size > MOST_XML:
        raise DataError(
            f"{shown} has {size / 1024**2:,.0f} MB; at most {MOST_XML / 1024**2:,.0f} MB are read "
            f"at once. Export shorter periods, one file each."
        )
    with path.open("rb") as stream:
        yield stream


def elements(
    stream: BinaryIO, *names: str, shown: str, at_once: int = BYTES_AT_ONCE
) -> Iterator[Element]:
    """Yield the elements of these names, soon after each ends, inner ones first.

    Parameters
    ----------
    at_once : int, how many bytes are read before elements are yielded

    Raises
    ------
    DataError
        No well-formed XML, or one with a document type, or an element far too long or too deep.
    """
    parser = careful_parser(shown)
    gathered = _Gathered(frozenset(names), shown)
    parser.StartElementHandler = gathered.start
    parser.EndElementHandler = gathered.end
    parser.CharacterDataHandler = gathered.pieces.append
    held = 0
    for _ in fed(parser, stream, shown=shown, at_once=at_once):
        held = held + at_once if gathered.is_inside_as_before() else 0
        if held > MOST_OF_ONE:
            raise DataError(
                f"{shown} has one element of more than {MOST_OF_ONE // 1024**2} MB, which no "
                f"invoice is. Export it again."
            )
        yield from gathered.done
        gathered.done.clear()


class _Bare(dict[str, str]):
    """Names without their prefix, by the names as written; each of the first is worked out once."""

    def __missing__(self, written: str) -> str:
        if len(self) < MOST_NAMES:
            self[written] = local(written)
        return local(written)


class _Gathered:
    """What a parser has come across: elements that are done, and those that it is inside of."""

    def __init__(self, asked: frozenset[str], shown: str) -> None:
        self.done: list[Element] = []
        self.pieces: list[str] = []  # of a text
        self._asked, self._shown = asked, shown
        self._inside: list[Element] = []
        self._path: list[str] = []
        self._bare = _Bare()
        self._last: object = None

    def start(self, tag: str, _attributes: object) -> None:
        """Begin an element."""
        name, path = self._bare[tag], self._path
        path.append(name)
        self.pieces.clear()
        if name in self._asked:
            self._inside.append(Element(name, {}, {}))
        if len(path) > DEEPEST:
            raise DataError(
                f"{self._shown} nests its elements more than {DEEPEST} deep: export it again."
            )

    def end(self, _tag: str) -> None:
        """End an element: its text belongs to the innermost one that was asked for."""
        name, inside = self._path.pop(), self._inside
        if not inside:
            self.pieces.clear()
            return
        _, texts, more = element = inside[-1]
        text = "".join(self.pieces).strip()
        if text:
            self.pieces.clear()
            if name in texts:
                more.setdefault(name, []).append(text)
            else:
                texts[name] = text
        if name == element.name:
            self.done.append(inside.pop())

    def is_inside_as_before(self) -> bool:
        """Tell whether the outermost open element is the one that was open when last asked."""
        before, self._last = self._last, self._inside[0] if self._inside else self.pieces or None
        return self._last is not None and self._last is before
