"""Which files there are to look into, and what an engagement.yaml has said of them already."""

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kamlib.errors import DataError, ParameterError
from kamlib.intake.draft.peeking import ENDINGS, is_readable
from kamlib.language import _
from kamlib.settings.inputs import TABLES
from kamlib.settings.places import (
    FILE,
    files_of,
    find_source,
    for_readers,
    is_utf8,
    project_root,
)
from kamlib.settings.written import read_yaml

MOST_FILES = 200
FOLDERS = ("", "input")


@dataclass
class Found:
    """The files of a folder: by the table that engagement.yaml names for them, or `free`.

    `declared` is what engagement.yaml says, empty where there is none; `notes` what was passed over.
    """

    folder: Path
    free: list[Path]
    named: dict[str, list[Path]] = field(default_factory=dict)
    declared: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def shown(self, path: Path) -> str:
        """Return a file as it is written under files."""
        patterns = [name for names in _patterns(self.declared).values() for name in names]
        return for_readers(path, self.folder, patterns)


def found_files(engagement: str | Path) -> Found:
    """Return the files of an engagement, or of a folder that is none yet.

    Raises
    ------
    DataError
        There is no file to look into, or a pattern of engagement.yaml matches none.
    ParameterError
        There is no such engagement or folder, or its engagement.yaml is no YAML.
    """
    folder, declared = _said(engagement)
    named = {
        table: [
            path for name in names for path in files_of(name, folder, key=f"inputs.{table}.files")
        ]
        for table, names in _patterns(declared).items()
    }
    taken = {path for paths in named.values() for path in paths}
    there = [path for path in _files_in(folder) if path not in taken]
    free = list(filter(is_utf8, there))
    found = Found(folder, _spread(free), named, declared)
    if len(there) > len(free):
        template = _("{n} files have names that are not written in UTF-8: rename them")
        found.notes.append(template.format(n=len(there) - len(free)))
    if len(free) > len(found.free):
        template = _("{n} more files were not looked into")
        found.notes.append(template.format(n=len(free) - len(found.free)))
    if not free and not named:
        raise DataError(
            f"there is no file to look into in {folder.name}/ or {folder.name}/input/. "
            f"Put exports there whose names end in {', '.join(ENDINGS)}."
        )
    return found


def _spread(paths: list[Path]) -> list[Path]:
    """Return all files, or of too many some of each kind, the first and the last by name included."""
    if len(paths) <= MOST_FILES:
        return paths
    kinds: dict[str, list[Path]] = {}
    for path in paths:
        kinds.setdefault(path.suffix.lower(), []).append(path)
    most = max(2, MOST_FILES // len(kinds))
    places = {
        kind: {i * (len(group) - 1) // (most - 1) for i in range(most)}
        for kind, group in kinds.items()
    }
    return sorted(group[i] for kind, group in kinds.items() for i in places[kind])


def _said(engagement: str | Path) -> tuple[Path, dict[str, Any]]:
    """Return the folder, and what its engagement.yaml says where there is one."""
    try:
        source = find_source(engagement)
    except ParameterError:
        folder = _bare_folder(engagement)
        if folder is None:
            raise
        return folder.resolve(), {}
    return source.parent.resolve(), read_yaml(source, name=FILE).data


def _bare_folder(engagement: str | Path) -> Path | None:
    """Return a folder without an engagement.yaml, as a path or under data/."""
    tried = [Path(engagement).expanduser()] if str(engagement).strip() else []
    with contextlib.suppress(ParameterError):
        tried.append(project_root() / "data" / str(engagement))
    return next((path for path in tried if path.is_dir()), None)


def _patterns(declared: dict[str, Any]) -> dict[str, list[str]]:
    """Return the file names that each declared input gives."""
    inputs = declared.get("inputs")
    found = {}
    for table, given in (inputs if isinstance(inputs, dict) else {}).items():
        files = given.get("files") if isinstance(given, dict) else given
        names = [files] if isinstance(files, str) else files
        if table in TABLES and isinstance(names, list):
            found[table] = [str(name) for name in names]
    return found


def _files_in(folder: Path) -> list[Path]:
    """Return the readable files of a folder and its input/, sorted by name; links out are left."""
    paths = (
        path for name in FOLDERS if (folder / name).is_dir() for path in (folder / name).iterdir()
    )
    return sorted(
        path.resolve()
        for path in paths
        if path.is_file()
        and not path.name.startswith((".", "~"))
        and is_readable(path)
        and path.resolve().is_relative_to(folder)
    )
