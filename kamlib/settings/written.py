"""Reading a YAML file into plain data, with the line of every key.

The file is composed, not constructed: each value keeps the text that was written (so money stays
exact and an id keeps its zeros), tags are refused, and a key that stands twice is refused. The
dialect is YAML 1.2, in which NO is a word.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from kamlib.core.errors import ParameterError

LARGEST = 1_000_000
MOST_ALIASES = 100
MOST_VALUES = 100_000
DEEPEST = 40
CORE = "tag:yaml.org,2002:"

Key = tuple[str | int, ...]


class Place(NamedTuple):
    """A line of a file."""

    file: str
    line: int


@dataclass
class Written:
    """What a file says, and the line at which each key stands."""

    data: dict[str, Any]
    places: dict[Key, Place] = field(default_factory=dict)


class WrittenFloat(float):
    """A number with a fraction and its text."""

    text: str = ""


class WrittenInt(int):
    """A whole number and its text."""

    text: str = ""


def read_yaml(path: Path, *, name: str) -> Written:
    """Read a YAML file whose top is a block of keys.

    Parameters
    ----------
    path : Path
    name : str, how messages call the file

    Raises
    ------
    ParameterError
        The file is too large, no YAML, holds tags or too many aliases, or a key stands twice.
    """
    return _Reader(name).read(_text(path, name))


def _text(path: Path, name: str) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ParameterError(f"{name} cannot be read ({error.strerror}).") from None
    if len(raw) > LARGEST:
        raise ParameterError(
            f"{name} is larger than 1 MB. Settings stand there; put data into files of their own."
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ParameterError(f"{name}:{line}: is not UTF-8 text. Save the file as UTF-8.") from None


class _Reader:
    """Turns the nodes of one file into data, and remembers where each stood."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.places: dict[Key, Place] = {}
        self.seen = 0

    def read(self, text: str) -> Written:
        """Return the data of the text and the place of every key."""
        root = self._compose(text)
        if root is None or root.id != "mapping":
            raise self.rejected(1, "the file must be a block of keys such as currency: EUR.")
        data = self._value(root, ())
        self.places[()] = Place(self.name, 1)
        return Written(data, self.places)

    def rejected(self, line: int, message: str) -> ParameterError:
        """Return the error that names file and line."""
        return ParameterError(f"{self.name}:{line}: {message}")

    def _compose(self, text: str) -> Any:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import MarkedYAMLError, YAMLError

        yaml = YAML(typ="rt")
        try:
            self._inspect(yaml.parse(text))
            return YAML(typ="rt").compose(text)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise self.rejected(
                mark.line + 1 if mark else 1,
                f"cannot be read as YAML ({_first_line(error.problem or error.context)}). "
                f"Look at indentation, colons and quotes here and just above.",
            ) from None
        except YAMLError as error:
            raise self.rejected(1, f"cannot be read as YAML ({_first_line(str(error))}).") from None

    def _inspect(self, events: Any) -> None:
        """Refuse what a settings file does not need, before anything is built from it."""
        from ruamel.yaml import events as kinds

        depth = marks = documents = 0
        for event in events:
            line = event.start_mark.line + 1
            depth += isinstance(event, kinds.CollectionStartEvent)
            depth -= isinstance(event, kinds.CollectionEndEvent)
            documents += isinstance(event, kinds.DocumentStartEvent)
            marks += getattr(event, "anchor", None) is not None
            if isinstance(event, kinds.DocumentStartEvent) and event.version not in (None, (1, 2)):
                raise self.rejected(line, "must be YAML 1.2. Take the %YAML line out.")
            if getattr(event, "tag", None):
                tag = str(event.tag).replace(CORE, "!!")
                raise self.rejected(line, f"has the tag '{tag}'. Tags are not read: take it out.")
            if depth > DEEPEST:
                raise self.rejected(line, f"goes deeper than {DEEPEST} levels.")
            if marks > MOST_ALIASES:
                raise self.rejected(line, f"has more than {MOST_ALIASES} anchors and aliases.")
            if documents > 1:
                raise self.rejected(line, "starts a second document. Keep one.")

    def _value(self, node: Any, key: Key) -> Any:
        self.seen += 1
        line = node.start_mark.line + 1
        self.places.setdefault(key, Place(self.name, line))
        if self.seen > MOST_VALUES or len(key) > DEEPEST:
            raise self.rejected(line, "unfolds into too many values. Write without aliases.")
        if node.id == "mapping":
            return self._mapping(node, key)
        if node.id == "sequence":
            return [self._value(each, (*key, index)) for index, each in enumerate(node.value)]
        return _scalar(node.tag, node.value)

    def _mapping(self, node: Any, key: Key) -> dict[str, Any]:
        lines: dict[str, int] = {}
        data: dict[str, Any] = {}
        for name_node, value_node in node.value:
            line = name_node.start_mark.line + 1
            if name_node.id != "scalar":
                raise self.rejected(line, "has a key that is no plain word.")
            if str(name_node.tag) == f"{CORE}merge":
                raise self.rejected(line, "has a merge key <<. Write the keys out.")
            name = name_node.value
            if name in lines:
                message = f"stands twice, first on line {lines[name]}. Keep one."
                raise self.rejected(line, f"{dotted((*key, name))} {message}")
            lines[name] = line
            self.places[(*key, name)] = Place(self.name, line)
            data[name] = self._value(value_node, (*key, name))
        return data


def dotted(key: Key) -> str:
    """Write a key as readers count: items of a list from 1.

    Examples
    --------
    >>> dotted(("ledger", "reconciling_items", 0, "period"))
    'ledger.reconciling_items[1].period'
    """
    parts = (f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in key)
    return "".join(parts).removeprefix(".")


def _scalar(tag: str, text: str) -> Any:
    """Return the value of a word, a number, a day or nothing; numbers keep their text."""
    kind = str(tag).removeprefix(CORE)
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    if kind == "int":
        return _int(text)
    if kind == "float":
        return _float(text)
    if kind == "timestamp" and re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return _day(text)
    return text


def _int(text: str) -> Any:
    plain = text.replace("_", "")
    base = {"0o": 8, "0x": 16, "0b": 2}.get(plain.lstrip("+-")[:2].lower(), 10)
    try:
        number = WrittenInt(plain, base)
    except ValueError:  # beyond the digits Python reads
        return text
    number.text = text
    return number


def _float(text: str) -> Any:
    plain = text.replace("_", "").lower().replace(".inf", "inf").replace(".nan", "nan")
    try:
        number = WrittenFloat(plain)
    except ValueError:
        return text
    number.text = text
    return number


def _day(text: str) -> Any:
    try:
        return date.fromisoformat(text)
    except ValueError:  # 2025-02-30 stays text, which is no day
        return text


def _first_line(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0]
