"""Why a report was not published: a cause in words, and ``last_failure.json`` that keeps it."""

import errno
import json
import re
import shutil
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kamlib.core.errors import DataError, ParameterError

LAST_FAILURE = "last_failure.json"

NO_ROOM = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}

NO_ROOM_SAID = re.compile(rf"\[Errno ({'|'.join(map(str, sorted(NO_ROOM)))})\]|No space left")

REJECTIONS = {"DataError": DataError, "ParameterError": ParameterError}

COLOURS = re.compile("\x1b\\[[0-9;]*m")


class RunFailed(RuntimeError):
    """A run ended without a report.

    `cause` is one of: kernel died, kernel did not start, time-out, disk, memory, error in cell,
    cell not run, no receipt, input changed, interrupted, rejected, not published, error. `notebook`
    and `cell` say where, if there was a place; `kept` where the failing notebook lies.
    """

    def __init__(
        self, cause: str, message: str, *, notebook: str | None = None, cell: int | None = None
    ) -> None:
        super().__init__(message)
        self.cause = cause
        self.notebook = notebook
        self.cell = cell
        self.kept: Path | None = None


class NotPublished(RunFailed):
    """A run found that a report would have nothing to stand on; `kept` is where its draft lies."""

    def __init__(self, message: str) -> None:
        super().__init__("not published", message)


class RunGoingOn(RuntimeError):
    """Another run of the same report is going on."""


def failure_of(error: BaseException) -> RunFailed:
    """Return an error of our own process as a failure with its cause."""
    if isinstance(error, RunFailed):
        return error
    if isinstance(error, DataError | ParameterError):
        return RunFailed("rejected", str(error))
    if isinstance(error, MemoryError):
        return RunFailed("memory", "memory ran out while the report was put together.")
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return RunFailed("disk", f"no room left on the disk of {error.filename or 'the report'}.")
    if isinstance(error, KeyboardInterrupt | SystemExit):
        return RunFailed("interrupted", "the run was interrupted.")
    failure = RunFailed("error", f"{type(error).__name__}: {error}")
    failure.__cause__ = error
    return failure


def failure_in_cell(
    name: str, value: str, frames: list[str], *, notebook: str, cell: int | None
) -> Exception:
    """Return what a cell raised: a rejection with its own message, or a failure with its cause."""
    if name in REJECTIONS and _is_ours(frames):
        return REJECTIONS[name](value)
    where = f"cell [{cell}] of {notebook}"
    place: dict[str, Any] = {"notebook": notebook, "cell": cell}
    if "Memory" in name:
        return RunFailed("memory", f"memory ran out in {where}.", **place)
    if NO_ROOM_SAID.search(value):
        return RunFailed("disk", f"no room left on the disk in {where}: {value}", **place)
    told = f"{name}: {value}" if value else name
    return RunFailed("error in cell", f"{where} raised {told}", **place)


def _is_ours(told: list[str]) -> bool:
    """Tell whether the last frame is kamlib's or the notebook's: others have a DataError too."""
    text = COLOURS.sub("", "\n".join(told))
    frames = re.findall(r"^(?:File |Cell |Input )(.+)$", text, flags=re.MULTILINE)
    return not frames or "kamlib" in frames[-1] or frames[-1].startswith("In")


def keep_failure(
    folder: Path, staging: Path, failure: RunFailed, *, about: Mapping[str, object]
) -> None:
    """Move the staging folder to ``failed-<run id>``, the only one kept, and say why in JSON.

    Where the failure is kept elsewhere, as a draft is, the staging folder is removed.

    Parameters
    ----------
    folder : Path, of the period's reports
    staging : Path, the folder of the run that failed
    about : dict, what else to record
    """
    kept = folder / f"failed-{about['run_id']}"
    for old in folder.glob("failed-*"):
        shutil.rmtree(old, ignore_errors=True)
    if failure.kept:
        shutil.rmtree(staging, ignore_errors=True)
    elif staging.exists():
        staging.rename(kept)
    if failure.cause == "error" and failure.__cause__:
        text = "".join(traceback.format_exception(failure.__cause__))
        (kept / "traceback.txt").write_text(text, encoding="utf-8")
    place = kept / "notebooks" / failure.notebook if failure.notebook else kept
    failure.kept = failure.kept or place
    record = dict(about) | {
        "ended": datetime.now(UTC).isoformat(timespec="seconds"),
        "cause": failure.cause,
        "message": str(failure),
        "notebook": failure.notebook,
        "cell": failure.cell,
        "kept": failure.kept.relative_to(folder).as_posix(),
    }
    draft = folder / f".{LAST_FAILURE}"
    draft.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    draft.replace(folder / LAST_FAILURE)
