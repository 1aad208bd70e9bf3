"""Where things lie: the project, an engagement's folder, and the files it names."""

import glob
import os
import re
from pathlib import Path, PurePosixPath

from kamlib.core.errors import DataError, ParameterError

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
    """Return the engagement.yaml of a name under data/, or of a path to it or its folder.

    Raises
    ------
    ParameterError
        There is none: says where it was looked for and which engagements there are.
    """
    if not str(engagement).strip():
        raise ParameterError(f"engagement is empty. {_there_are()}")
    tried = _candidates(engagement)
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


def _candidates(engagement: str | Path) -> list[Path]:
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
    """Return the files that a pattern matches, links resolved.

    Raises
    ------
    ParameterError
        An environment variable is not set, or a link leads out of the folder.
    DataError
        No file matches, or the name of one is not in UTF-8.
    """
    match = VARIABLE.match(pattern)
    base = _variable(match.group(1), key) if match else folder
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


def _variable(name: str, key: str) -> Path:
    """Return the folder or file that an environment variable names; its value is never shown."""
    value = os.environ.get(name)
    if not value:
        raise ParameterError(
            f"{key} needs the environment variable {name}, which is not set. Set it and run again."
        )
    path = Path(value).expanduser()
    if not path.is_absolute():
        raise ParameterError(
            f"{key} needs the environment variable {name} to hold an absolute path. "
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
