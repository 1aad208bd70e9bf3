"""Reading a YAML file into plain data, with the line of every key.

The file is composed, not constructed: each value keeps the text that was written (so money stays
exact and an id keeps its zeros), tags are refused, and a key that stands twice is refused. The
dialect is YAML 1.2, in which NO is a word.
"""

import contextlib
import glob
import os
import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from kamlib.core.errors import DataError, ParameterError

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
    """Read a YAML file whose top is a block of keys; `name` is how messages call it."""
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
    """Return the value of a word, a number, a day or nothing; numbers keep their text.

    What is none after all, such as 2025-02-30, stays text.
    """
    kind = str(tag).removeprefix(CORE)
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    with contextlib.suppress(ValueError):
        if kind in ("int", "float"):
            return _number(kind, text)
        if kind == "timestamp" and re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text)
    return text


def _number(kind: str, text: str) -> WrittenInt | WrittenFloat:
    plain = text.replace("_", "").lower()
    number: WrittenInt | WrittenFloat
    if kind == "int":
        number = WrittenInt(plain, {"0o": 8, "0x": 16, "0b": 2}.get(plain.lstrip("+-")[:2], 10))
    else:
        number = WrittenFloat(plain.replace(".inf", "inf").replace(".nan", "nan"))
    number.text = text
    return number


def _first_line(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0]


FILE = "engagement.yaml"
LOCK = "~$"  # before the name of a workbook: what Excel leaves beside one that somebody has open
VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}(?:/|$)")


def project_root() -> Path:
    """Return the folder of the project: that of ``KAM_HOME``, else found by walking up.

    The walk starts at the working directory, then at kamlib itself (an editable install), and ends
    at the first folder that holds notebooks/, kamlib/ and pyproject.toml.

    Raises
    ------
    ParameterError
        KAM_HOME names no folder, or no folder above is the project's.
    """
    home = os.environ.get("KAM_HOME")
    if home:
        if not Path(home).is_dir():
            raise ParameterError(
                f"KAM_HOME is {home}, which is no folder. Set it to the project's."
            )
        return Path(home).absolute()
    for start in (Path.cwd(), Path(__file__).resolve().parent):
        for folder in (start, *start.parents):
            if _is_project(folder):
                return folder
    raise ParameterError(
        "The project was not found above the working directory. Work inside it, set KAM_HOME to "
        "its folder, or give the engagement as a path."
    )


def _is_project(folder: Path) -> bool:
    inside = (folder / "notebooks").is_dir() and (folder / "kamlib").is_dir()
    return inside and (folder / "pyproject.toml").is_file()


def find_source(engagement: str | Path) -> Path:
    """Return the engagement.yaml of a name under data/, or of a path to it or its folder."""
    if not str(engagement).strip():
        raise ParameterError(f"engagement is empty. {_there_are()}")
    tried = candidates(engagement)
    for candidate in tried:
        source = candidate / FILE if candidate.is_dir() else candidate
        if source.is_file():
            if not is_utf8(source.absolute()):
                raise ParameterError(f"{_not_utf8(source.absolute())} Rename that folder or file.")
            return source.absolute()
    looked = " and ".join(dict.fromkeys(_told(path) for path in tried))
    missing = f"has no {FILE}" if tried[0].is_dir() else "was not found"
    draft = " `kam check FOLDER --suggest` drafts one." if tried[0].is_dir() else ""
    raise ParameterError(
        f"engagement '{engagement}' {missing}: looked at {looked}. {_there_are()}{draft}"
    )


def candidates(engagement: str | Path) -> list[Path]:
    """Return where an engagement may lie: under data/ of the project if it is a name, and as a path."""
    as_path = Path(engagement).expanduser()
    if isinstance(engagement, Path) or not re.fullmatch(r"[A-Za-z0-9_-]+", engagement):
        return [as_path]
    try:
        return [project_root() / "data" / engagement, as_path]
    except ParameterError:  # outside of the project only a path can do
        return [as_path]


def _there_are() -> str:
    try:
        names = sorted(source.parent.name for source in (project_root() / "data").glob(f"*/{FILE}"))
    except ParameterError:
        return "Give the path of its folder."
    if not names:
        return "There are none under data/; give the path of its folder."
    return f"Under data/ there are {', '.join(names)}."


def _told(path: Path) -> str:
    """Return a path as given, or from the project's folder on where it lies inside."""
    try:
        return path.relative_to(project_root()).as_posix()
    except (ParameterError, ValueError):
        return path.as_posix()


# --------------------------------------------------------------------------------- files
def problem_of_pattern(pattern: str) -> str | None:
    """Return why a pattern may not stand under files; None where it may."""
    rest = VARIABLE.sub("", pattern, count=1) if VARIABLE.match(pattern) else pattern
    if "${" in rest:
        return f"must have ${{NAME}} at its start and nowhere else, not '{pattern}'."
    if "\\" in rest:
        return f"must be written with /, not '{pattern}'."
    path = PurePosixPath(rest)
    if path.is_absolute() or rest.startswith("~") or ".." in path.parts:
        return (
            f"must stay inside the engagement's folder, not '{pattern}'. For files elsewhere "
            f"set an environment variable and write ${{NAME}}/…"
        )
    return None


def files_of(pattern: str, folder: Path, *, key: str) -> list[Path]:
    """Return the files that a pattern matches, links resolved; none may lie elsewhere unsaid."""
    match = VARIABLE.match(pattern)
    base = _folder_in(match.group(1), key) if match else folder
    rest = pattern[match.end() :] if match else pattern
    found = [path.resolve() for path in _matching(base, rest) if path.is_file()]
    if not found:
        where = f"${{{match.group(1)}}}" if match else _told(folder)
        raise DataError(
            f"{key} is '{pattern}' and matches no file in {where}. "
            f"Put the file there or mend the name in {FILE}."
        )
    foreign = [path for path in found if not is_utf8(path)]
    if foreign:
        raise DataError(f"{key} is '{pattern}', but {_not_utf8(foreign[0])} Rename it.")
    inside = folder.resolve()
    outside = [path for path in found if not match and not path.is_relative_to(inside)]
    if outside:
        raise ParameterError(
            f"{key} is '{pattern}', and {outside[0].name} is a link that leads out of the "
            f"engagement's folder. For files elsewhere write ${{NAME}}/…"
        )
    return sorted(found)


def _matching(base: Path, rest: str) -> list[Path]:
    if (base / rest).is_file():  # a name with brackets or a question mark in it
        return [base / rest]
    found = [base / name for name in glob.glob(rest, root_dir=base, recursive=True)]
    return [path for path in found if not path.name.startswith(LOCK)]


def is_utf8(path: Path) -> bool:
    """Tell whether a path is written in UTF-8; other bytes come as halves of letters."""
    return not any("\ud800" <= letter <= "\udfff" for letter in str(path))


def _not_utf8(path: Path) -> str:
    told = path.as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return (
        f"the name {told} is not written in UTF-8, so that no program can be told of it for sure."
    )


def value_of(variable: str, key: str) -> str:
    """Return what an environment variable holds; it is never shown."""
    value = os.environ.get(variable)
    if not value:
        raise ParameterError(
            f"{key} needs the environment variable {variable}, which is not set. Set it and run again."
        )
    return value


def _folder_in(variable: str, key: str) -> Path:
    """Return the folder or file that an environment variable names."""
    path = Path(value_of(variable, key)).expanduser()
    if not path.is_absolute():
        raise ParameterError(
            f"{key} needs the environment variable {variable} to hold an absolute path. "
            f"Set it so and run again."
        )
    return path


def for_readers(path: Path, folder: Path, patterns: list[str]) -> str:
    """Return a path without what is outside the folder or behind an environment variable."""
    full = (path if path.is_absolute() else folder / path).resolve()
    bases = {"": folder}
    for pattern in patterns:
        match = VARIABLE.match(pattern)
        if match and os.environ.get(match.group(1)):
            bases[match.group(1)] = Path(os.environ[match.group(1)]).expanduser()
    for name, base in bases.items():
        if full.is_relative_to(base.resolve()):
            rest = full.relative_to(base.resolve()).as_posix()
            return f"${{{name}}}/{rest}".removesuffix("/.") if name else rest
    return path.name
