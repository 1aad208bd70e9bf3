"""Whether the tables of earlier stages still stand on what they were made from.

A receipt says from which settings, input files and tables of earlier stages its stage was made, and
by which kamlib. Opening a later stage holds them against what is there now, so that no page shows
old numbers; a table that somebody put there by hand has no note and is taken as it is. Tables on a
server are not asked again here: `kam run` and `kam report` do that.
"""

import contextlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kamlib.core.errors import DataError, ParameterError, listed
from kamlib.core.tables import file_hash, read_note
from kamlib.settings import Engagement
from kamlib.stage.names import (
    FIRST_USED,
    FROZEN_IN,
    KEYS,
    NOTEBOOKS,
    SET_IN,
    parameters_of_run,
    stages_before,
)

Receipt = dict[str, Any]


def receipts_before(folder: Path, stage: str) -> dict[str, Receipt]:
    """Return the receipts that the earlier stages left, in order."""
    paths = {name: folder / f"receipt_{name}.json" for name in stages_before(stage)}
    return {name: json.loads(path.read_text()) for name, path in paths.items() if path.exists()}


def parameters_set(receipts: Mapping[str, Receipt]) -> dict[str, object]:
    """Return the parameters that earlier stages were given, each as its first user has it."""
    given = {
        parameter: receipts.get(first, {}).get("parameters", {})
        for parameter, first in SET_IN.items()
    }
    return {name: parameters[name] for name, parameters in given.items() if name in parameters}


def input_files(engagement: Engagement) -> dict[str, Path]:
    """Return the input files of an engagement by the name that readers may see.

    Raises
    ------
    DataError, ParameterError
        A pattern matches no file, or an environment variable is not set.
    """
    paths = {
        path
        for table in engagement.inputs
        for path in (*engagement.paths(table), *engagement.head_paths(table))
    }
    return {engagement.relative(path): path for path in sorted(paths)}


def seen_inputs(engagement: Engagement) -> dict[str, list[int]]:
    """Return size and time of each input file; nothing where one is not there, as reading says."""
    with contextlib.suppress(DataError, ParameterError):
        return {name: _size_and_time(path) for name, path in input_files(engagement).items()}
    return {}


def noted_inputs(
    engagement: Engagement, seen: Mapping[str, list[int]]
) -> dict[str, dict[str, object]]:
    """Return size, time and hash of each input file that data prep has read.

    One that is not as it was `seen` when the notebook was opened gets no hash: nobody knows which of
    the two was read.
    """
    noted: dict[str, dict[str, object]] = {}
    for name, path in input_files(engagement).items():
        about = _size_and_time(path)
        read = file_hash(path) if seen.get(name) == about else ""
        noted[name] = {"size_and_time": about, "sha256": read}
    return noted


def _size_and_time(path: Path) -> list[int]:
    about = path.stat()
    return [about.st_size, about.st_mtime_ns]


def require_current(
    engagement: Engagement, period: str, folder: Path, stage: str, receipts: Mapping[str, Receipt]
) -> None:
    """Refuse tables of earlier stages that do not stand on what is there now.

    Parameters
    ----------
    engagement : Engagement, as it is written, no parameter set
    period : str
    folder : Path, of the hand-over tables
    stage : str, which is to be opened
    receipts : dict from `receipts_before`

    Raises
    ------
    DataError
        Names the first notebook that must run again, and why.
    """
    parameters = parameters_set(receipts)
    for earlier in stages_before(stage):
        if earlier in receipts:
            changed = {
                KEYS[name]: value for name, value in parameters_of_run(earlier, parameters).items()
            }
            settings = engagement.with_parameters(changed)
            changes = _changes(settings, period, folder, earlier, receipts[earlier])
        else:
            changes = _unfinished(folder, earlier)
        for why in changes:
            first, *rest = (NOTEBOOKS[each] for each in _up_to(stage, earlier))
            then = f", then {listed(rest)}" if rest else ""
            raise DataError(
                f"{NOTEBOOKS[stage]} would show what no longer holds: {why} {first} ran to its end. "
                f"Run notebooks/{first} again{then}."
            )


def _up_to(stage: str, first: str) -> list[str]:
    before = stages_before(stage)
    return before[before.index(first) :]


def _unfinished(folder: Path, stage: str) -> Iterator[str]:
    """Say that a stage has written tables and no receipt: the first half of a sentence."""
    notes = (read_note(folder, path.stem) for path in sorted(folder.glob("*.parquet")))
    if any(note and note.stage == stage for note in notes):
        yield "hand-over tables were written before"


def _changes(
    settings: Engagement, period: str, folder: Path, stage: str, receipt: Receipt
) -> Iterator[str]:
    """Say what is not as it was when a stage ran: first halves of sentences."""
    from kamlib import __version__

    place = {"engagement": settings.id, "period": period, "kamlib": __version__}
    other = [key for key, value in place.items() if receipt.get(key) != value]
    if other or "parameters" not in receipt:
        yield f"the {listed(other or ['version of kamlib'])} changed since"
        return
    so_far = [*stages_before(stage), stage]
    blocks = [
        block
        for block, digest in settings.block_hashes().items()
        if receipt["blocks"].get(block) != digest and FIRST_USED.get(block, "data_prep") in so_far
    ]
    if blocks:
        yield f"the settings under {listed(blocks)} changed since"
    frozen = frozen_hashes(settings, stage)
    changed = [name for name, digest in receipt["reference"].items() if frozen[name] != digest]
    if changed:
        yield f"{listed(f'reference/{name}.csv' for name in changed)} changed since"
    if stage == "data_prep":
        files = _changed_files(receipt["inputs"], input_files(settings))
        yield from [f"{listed(files)} changed since"] if files else []
    yield from _changed_tables(folder, receipt)


def _changed_files(
    noted: Mapping[str, Mapping[str, object]], files: Mapping[str, Path]
) -> list[str]:
    """Return the files that are others than those read; the same size and time is the same file."""
    changed = sorted(noted.keys() ^ files.keys())
    for name in sorted(noted.keys() & files.keys()):
        before = noted[name]
        same = _size_and_time(files[name]) == before["size_and_time"]
        if not before["sha256"] or not (same or file_hash(files[name]) == before["sha256"]):
            changed.append(name)
    return changed


def _changed_tables(folder: Path, receipt: Receipt) -> Iterator[str]:
    """Say which tables that a stage wrote or read are others now."""
    read = [
        table for table, digest in receipt["read"].items() if table_hash(folder, table) != digest
    ]
    if read:
        yield f"the hand-over table {listed(read)} changed since"
    for table, note in receipt["tables"].items():
        written = read_note(folder, table)
        if written and written.sha256 != note["sha256"]:
            yield f"the hand-over table {table} was written again since"


def frozen_hashes(engagement: Engagement, stage: str) -> dict[str, str | None]:
    """Return the hash of each file of frozen values that a stage uses; None of one not there."""
    mine = [name for name, user in FROZEN_IN.items() if user == stage]
    paths = {name: engagement.folder / "reference" / f"{name}.csv" for name in mine}
    return {name: file_hash(path) if path.exists() else None for name, path in paths.items()}


def table_hash(folder: Path, table: str) -> str | None:
    """Return the hash of a hand-over table: as noted, or of one put there by hand; None without it."""
    path = folder / f"{table}.parquet"
    if not path.exists():
        return None
    note = read_note(folder, table)
    return note.sha256 if note else file_hash(path)
