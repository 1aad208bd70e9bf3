"""The places of a report on disk: the lock, the staging folder, and the one commit point.

Whatever happens before ``index.html`` is replaced leaves the earlier report whole; afterwards the new
one is. Pages that somebody has open stay whole, because a run's folder never changes.
"""

import contextlib
import hashlib
import json
import os
import shutil
import socket
import stat
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from kamlib.core.errors import ParameterError
from kamlib.report.running import LAST_FAILURE, RunGoingOn
from kamlib.settings.engagement import Engagement

RUNNING = "running.json"


@contextlib.contextmanager
def only_run(folder: Path, *, of: str | None = None) -> Iterator[None]:
    """Hold the lock of a folder, by default of a report; raise RunGoingOn if another run does.

    The lock is the operating system's and ends with its process, however that ends; who holds it
    stands beside it for people. It does not work across hosts on network file systems.
    """
    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        what = of or f"{folder.parent.name} {folder.name}"
        raise RunGoingOn(_who_runs(folder, what)) from None
    try:
        holder = {
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        write_whole(folder / RUNNING, json.dumps(holder) + "\n")
        yield
    finally:
        (folder / RUNNING).unlink(missing_ok=True)
        lock.release()


def _who_runs(folder: Path, of: str) -> str:
    what = f"another run of {of} is going on"
    for _attempt in range(5):  # the other run may have the lock and not yet have written its name
        with contextlib.suppress(OSError, ValueError, KeyError):
            holder = json.loads((folder / RUNNING).read_text(encoding="utf-8"))
            return (
                f"{what} on {holder['host']}, process {holder['pid']}, since {holder['since']}. "
                f"Wait for it, or end that process."
            )
        time.sleep(0.1)
    return f"{what}. Wait for it."


def clear_remains(folder: Path) -> None:
    """Remove what killed runs left behind; to be called under the lock."""
    for staging in folder.glob(".staging-*"):
        shutil.rmtree(staging, ignore_errors=True)
    for draft in [*folder.glob(".*.draft"), *folder.glob(".probe-*")]:
        draft.unlink(missing_ok=True)


def new_run_id(folder: Path, settings_hash: str) -> str:
    """Return the time in UTC and the start of the settings' hash: sorts by time, occurs once."""
    while True:
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        run_id = f"{stamp}-{settings_hash[:6]}"
        if not any((folder / "runs").glob(f"{stamp}-*")):
            return run_id
        time.sleep(0.05)


def commit(folder: Path, run: Path, run_id: str, *, index: str, latest: dict[str, object]) -> Path:
    """Publish a finished run: move it to ``runs/<id>`` and replace ``index.html``, in this order.

    Parameters
    ----------
    folder : Path, of the period's reports
    run : Path, the finished run on the same file system
    run_id : str
    index : str, the start page, whose links go into ``runs/<id>``
    latest : dict, for ``latest.json``

    Returns
    -------
    Path of ``index.html``
    """
    final = folder / "runs" / run_id
    told = json.dumps(latest, indent=1, ensure_ascii=False)
    drafts = {
        name: draft_of(folder / name, text)
        for name, text in {"latest.json": told + "\n", "index.html": index}.items()
    }
    before = folder / "latest.json"
    earlier = before.read_bytes() if before.exists() else None
    sync_tree(run)
    with contextlib.ExitStack() as undo:
        undo.callback(_take_back, final, run, before, earlier, drafts)
        _open_runs(folder)
        os.rename(run, final)
        sync_folder(final.parent)
        os.replace(drafts["latest.json"], before)
        os.replace(drafts["index.html"], folder / "index.html")
        undo.pop_all()  # all is in its place: nothing to take back
    with contextlib.suppress(OSError):  # it is published; the system writes it out in its own time
        sync_folder(folder)
    return folder / "index.html"


def keep_draft(folder: Path, run: Path, run_id: str) -> Path:
    """Move a run that is not to be published to ``runs/<id>``; the report stays as it is."""
    final = folder / "runs" / run_id
    sync_tree(run)
    _open_runs(folder)
    os.rename(run, final)
    sync_folder(final.parent)
    return final


def _open_runs(folder: Path) -> None:
    """Make the folder of runs, open to those to whom the report's folder is open by now."""
    runs = folder / "runs"
    runs.mkdir(exist_ok=True)
    mode = stat.S_IMODE(folder.stat().st_mode)
    if stat.S_IMODE(runs.stat().st_mode) != mode:
        with contextlib.suppress(PermissionError):  # of another owner: theirs to open
            runs.chmod(mode)


def _take_back(
    final: Path, run: Path, latest: Path, earlier: bytes | None, drafts: dict[str, Path]
) -> None:
    if not drafts["index.html"].exists():  # replaced after all: published
        return
    with contextlib.suppress(OSError):
        if earlier is None:
            latest.unlink(missing_ok=True)
        elif latest.read_bytes() != earlier:
            write_whole(latest, earlier.decode())
    with contextlib.suppress(OSError):
        if final.exists() and not run.exists():
            os.rename(final, run)
    for draft in drafts.values():
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def forget_failure(folder: Path) -> None:
    """Remove what an earlier failed run left: a report has come out since."""
    (folder / LAST_FAILURE).unlink(missing_ok=True)
    for kept in folder.glob("failed-*"):
        shutil.rmtree(kept, ignore_errors=True)


def write_whole(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old text or the new one."""
    os.replace(draft_of(path, text), path)


def draft_of(path: Path, text: str) -> Path:
    """Write a draft beside a file, down to the disk."""
    draft = path.with_name(f".{path.name}.draft")
    with draft.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return draft


def sync_tree(folder: Path) -> None:
    """Write everything below a folder down to the disk."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
        else:
            sync_folder(path)
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Write the names in a folder down to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


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
