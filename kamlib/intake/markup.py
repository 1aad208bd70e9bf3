"""XML read in a stream and without its dangers: no document type, so no entities and nothing fetched.

Names are compared without their namespace, so that a prefix or a new edition of a schema changes
nothing. The encoding is the one that the XML declares.
"""

from collections.abc import Iterator
from typing import BinaryIO
from xml.parsers import expat

from kamlib.core.errors import DataError

BYTES_AT_ONCE = 1 << 16
DEEPEST = 200


def careful_parser(shown: str) -> expat.XMLParserType:
    """Return a parser that raises DataError at a document type; `shown` names the file."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def refuse(*_: object) -> None:
        raise DataError(
            f"{shown} declares a document type (<!DOCTYPE ...>), which may call in other files or "
            f"swell without end. No invoice and no workbook needs one: export the file again."
        )

    parser.StartDoctypeDeclHandler = refuse
    return parser


def fed(
    parser: expat.XMLParserType, stream: BinaryIO, *, shown: str, at_once: int = BYTES_AT_ONCE
) -> Iterator[None]:
    """Feed a stream to a parser and pause after each piece.

    Raises
    ------
    DataError
        It is no well-formed XML, or it ends too early.
    """
    try:
        while piece := stream.read(at_once):
            parser.Parse(piece, False)
            yield
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise not_whole(shown, code=error.code, line=error.lineno) from error
    except (LookupError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise misdeclared(shown, error) from error
    yield


def not_whole(shown: str, *, code: int, line: int) -> DataError:
    """Return what to say of XML that is broken; a sign of another encoding is named as such."""
    why = expat.errors.messages[code]
    if code == expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN]:
        why += ", or a letter that is not in the encoding its first line names,"
    return DataError(f"{shown} is no whole XML: {why} in line {line}. Copy or export it again.")


def misdeclared(shown: str, error: Exception) -> DataError:
    """Return what to say of XML in an encoding that nobody reads."""
    return DataError(
        f"{shown} cannot be read as what it says it is ({error}). Export it again, as UTF-8."
    )


def local(name: str) -> str:
    """Return a name without its prefix.

    Examples
    --------
    >>> local("tns:FakturaWiersz"), local("row")
    ('FakturaWiersz', 'row')
    """
    return name.rpartition(":")[2] if ":" in name else name
