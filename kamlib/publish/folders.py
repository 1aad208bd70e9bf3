"""The folders of reports: who may read them, whose they are, and how many runs they keep."""

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from kamlib.errors import ParameterError
from kamlib.settings import Engagement

OWNER = "engagement.json"
KEPT_RUNS = 30


def require_folder(
    folder: Path, *, of: str = "reports", otherwise: str = "choose another folder with --reports"
) -> None:
    """Make a folder to write into; raise ParameterError if it cannot be made or written to.

    It and the one above it are made for their owner alone; where the one above is there already,
    for those for whom that is open.
    """
    try:
        folder.parent.parent.mkdir(parents=True, exist_ok=True)
        folder.parent.mkdir(mode=0o700, exist_ok=True)
        with as_open_as(folder.parent):
            folder.mkdir(exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise ParameterError(
            f"{folder} cannot hold {of}: a file is in its place. Move it away or {otherwise}."
        ) from None
    except OSError as error:
        raise ParameterError(_unwritable(folder, error, otherwise)) from None
    probe = folder / f".probe-{os.getpid()}"
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ParameterError(_unwritable(folder, error, otherwise)) from None


def _unwritable(folder: Path, error: OSError, otherwise: str) -> str:
    return f"{folder} cannot be written to ({error.strerror}). Mend its permissions or {otherwise}."


@contextlib.contextmanager
def as_open_as(folder: Path) -> Iterator[None]:
    """Write files for those for whom a folder is open, which is its owner until somebody opens it.

    Kernels and whatever they start write so as well.
    """
    before = os.umask(0o077 & ~folder.stat().st_mode)
    try:
        yield
    finally:
        os.umask(before)


def require_own(home: Path, engagement: Engagement) -> None:
    """Take the folder of an engagement's reports; raise ParameterError if it is another one's.

    Parameters
    ----------
    home : Path, ``reports/<engagement>``
    engagement : Engagement, told from others of its id by where its file lies

    Notes
    -----
    The place is kept as a hash: reports may be given away, and paths have names in them.
    """
    place = os.fspath(engagement.source.resolve())
    mine = {"id": engagement.id, "place": hashlib.sha256(place.encode()).hexdigest()}
    file = home / OWNER
    with contextlib.suppress(FileExistsError), file.open("x", encoding="utf-8") as new:
        new.write(json.dumps(mine, indent=1) + "\n")
    text = file.read_text(encoding="utf-8")
    if text and json.loads(text) != mine:
        raise ParameterError(
            f"{home} has reports of another engagement with the id {engagement.id}, or of this one "
            f"from another place. Give one of the two another id, or choose another folder with "
            f"--reports; if this one has only moved, delete {OWNER} there."
        )


def require_keep_runs(keep: int) -> None:
    """Raise ParameterError unless a number of runs can be kept: the published one always is."""
    if keep < 1:
        raise ParameterError(f"keep_runs must be a whole number of at least 1, not {keep}.")


def forget_old_runs(folder: Path, *, keep: int, signed: str = "") -> list[str]:
    """Remove all but the newest runs of a report; return the ids of those removed.

    The published run and those that somebody signed off stay, however old.

    Parameters
    ----------
    folder : Path, of the period's reports
    keep : int, how many runs stay at least
    signed : str, the hash that is signed off now
    """
    latest = folder / "latest.json"
    published = json.loads(latest.read_text(encoding="utf-8"))["run_id"] if latest.exists() else ""
    old = sorted(path for path in (folder / "runs").iterdir() if path.is_dir())[:-keep]
    gone = [path for path in old if path.name != published and not _is_signed(path, signed)]
    for path in gone:
        aside = folder / f".staging-{path.name}"  # if this process dies, the next run clears it
        with contextlib.suppress(OSError):
            path.rename(aside)
            shutil.rmtree(aside)
    return [path.name for path in gone if not path.exists()]


def _is_signed(run: Path, signed: str) -> bool:
    """Tell whether a run was signed off; one that does not say is left alone."""
    try:
        record = json.loads((run / "run.json").read_text(encoding="utf-8"))
        return bool(record["signed"]) or record["signed_hash"] == signed
    except (OSError, ValueError, KeyError):
        return True
