"""XML read in a stream and without its dangers: no document type, so no entities and nothing fetched.

Names are compared without their namespace, so that a prefix or a new edition of a schema changes
nothing. The encoding is the one that the XML declares.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, NamedTuple, cast
from xml.etree import ElementTree
from xml.parsers import expat

from kamlib.core.errors import DataError

BYTES_AT_ONCE = 1 << 13  # so few elements at a time that they stay in the processor's cache
MOST_XML = 2 * 1024**3
MOST_OF_ONE = 16 * 1024**2
DEEPEST = 200


def refuse_document_type(stream: IO[bytes], *, shown: str) -> None:
    """Raise DataError at a document type, which stands before the first element.

    What is no XML passes: whoever reads it says so.
    """
    found: list[bool] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = lambda *_: found.append(True)
    parser.StartElementHandler = lambda *_: found.append(False)
    try:
        while not found and (piece := stream.read(BYTES_AT_ONCE)):
            parser.Parse(piece, False)
    except (expat.ExpatError, LookupError, ValueError):
        pass
    if any(found):
        raise DataError(
            f"{shown} declares a document type (<!DOCTYPE ...>), which may call in other files or "
            f"swell without end. No invoice and no workbook needs one: export the file again."
        )


def parsed(
    stream: IO[bytes], *events: str, shown: str
) -> Iterator[list[tuple[str, ElementTree.Element]]]:
    """Yield the elements that start or end in each piece of a stream, with the event.

    Whoever takes them clears them, so that memory does not grow with the stream.
    """
    parser: Any = ElementTree.XMLPullParser(cast(Any, events))
    try:
        while piece := stream.read(BYTES_AT_ONCE):
            parser.feed(piece)
            yield [*parser.read_events()]
        parser.close()
    except ElementTree.ParseError as error:
        why = expat.errors.messages[error.code]
        if error.code == expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN]:
            why += ", or a letter that is not in the encoding its first line names,"
        raise DataError(
            f"{shown} is no whole XML: {why} in line {error.position[0]}. Copy or export it again."
        ) from error
    except (LookupError, ValueError) as error:
        raise DataError(
            f"{shown} cannot be read as what it says it is ({error}). Export it again, as UTF-8."
        ) from error


def local(name: str) -> str:
    return name.rpartition("}")[2]


class Element(NamedTuple):
    """An element that was asked for: its name, the texts of its leaves by name, and repeated ones.

    Leaves of an inner element that was asked for too belong to that one alone.
    """

    name: str
    texts: dict[str, str]
    more: dict[str, list[str]]

    def text(self, *names: str) -> str:
        for name in names:
            if name in self.texts:
                return self.texts[name]
        return ""

    def every(self, name: str) -> list[str]:
        return [self.texts[name], *self.more.get(name, [])] if name in self.texts else []


@contextmanager
def opened(path: Path, *, shown: str) -> Iterator[BinaryIO]:
    """Open an XML file that is not absurdly large."""
    size = path.stat().st_size
    if size > MOST_XML:
        raise DataError(
            f"{shown} has {size / 1024**2:,.0f} MB; at most {MOST_XML / 1024**2:,.0f} MB are read "
            f"at once. Export shorter periods, one file each."
        )
    with path.open("rb") as stream:
        yield stream


def elements(stream: BinaryIO, *names: str, shown: str) -> Iterator[Element]:
    """Yield the elements of these names, soon after each ends, inner ones first."""
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
