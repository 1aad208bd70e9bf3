"""XML read in a stream and without its dangers: no document type, so no entities and nothing fetched.

Names are compared without their namespace, so that a prefix or a new edition of a schema changes
nothing. The encoding is the one that the XML declares.
"""

from collections.abc import Iterator
from typing import IO, Any, cast
from xml.etree.ElementTree import Element, ParseError, XMLPullParser
from xml.parsers import expat

from kamlib.core.errors import DataError

BYTES_AT_ONCE = 1 << 13  # so few elements at a time that they stay in the processor's cache


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


def parsed(stream: IO[bytes], *events: str, shown: str) -> Iterator[list[tuple[str, Element]]]:
    """Yield the elements that start or end in each piece of a stream, with the event.

    Whoever takes them clears them, so that memory does not grow with the stream.

    Raises
    ------
    DataError
        It is no well-formed XML, or it ends too early.
    """
    parser: Any = XMLPullParser(cast(Any, events))
    try:
        while piece := stream.read(BYTES_AT_ONCE):
            parser.feed(piece)
            yield [*parser.read_events()]
        parser.close()
    except ParseError as error:
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
    """Return a name without its namespace.

    Examples
    --------
    >>> local("{http://jpk.mf.gov.pl/wzor/}FakturaWiersz"), local("row")
    ('FakturaWiersz', 'row')
    """
    return name.rpartition("}")[2]
