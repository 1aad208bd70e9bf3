"""Elements of an invoice file in a stream: the ones asked for, each with the texts inside it.

Names count without their namespace: editions of a schema differ in it and in little else. Nothing is
kept of what was read, so that memory holds one element however long the file is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple
from xml.etree import ElementTree

from kamlib.core.errors import DataError
from kamlib.intake.markup import BYTES_AT_ONCE, local, parsed, refuse_document_type

MOST_XML = 2 * 1024**3
MOST_OF_ONE = 16 * 1024**2
DEEPEST = 200


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


def elements(stream: BinaryIO, *names: str, shown: str) -> Iterator[Element]:
    """Yield the elements of these names, soon after each ends, inner ones first.

    Raises
    ------
    DataError
        No well-formed XML, or one with a document type, or an element far too long or too deep.
    """
    refuse_document_type(stream, shown=shown)
    stream.seek(0)
    path: list[ElementTree.Element] = []
    inside = held = 0  # elements asked for that are open; bytes since the outermost one began
    for events in parsed(stream, "start", "end", shown=shown):
        held += BYTES_AT_ONCE
        for event, element in events:
            name = local(element.tag)
            if event == "start":
                path.append(element)
                inside += name in names
                if len(path) > DEEPEST:
                    raise DataError(
                        f"{shown} nests its elements more than {DEEPEST} deep: export it again."
                    )
                continue
            path.pop()
            if name in names:
                inside -= 1
                yield _gathered(name, element)
                element.clear()
            if not inside:
                held = 0
                if path:
                    path[-1].clear()
        if held > MOST_OF_ONE:
            raise DataError(
                f"{shown} has one element of more than {MOST_OF_ONE // 1024**2} MB, which no "
                f"invoice is. Export it again."
            )


def _gathered(name: str, element: ElementTree.Element) -> Element:
    """Return the texts in an element; what was asked for inside it has been cleared."""
    found = Element(name, {}, {})
    for leaf in element.iter():
        if text := (leaf.text or "").strip():
            of = local(leaf.tag)
            if of in found.texts:
                found.more.setdefault(of, []).append(text)
            else:
                found.texts[of] = text
    return found
