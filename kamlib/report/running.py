"""Running notebooks one after another, each in a kernel of its own that ends with it, come what may."""

import contextlib
import errno
import json
import math
import os
import re
import shutil
import signal
import tempfile
import time
import traceback
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from kamlib.core.errors import DataError, ParameterError
from kamlib.core.scratch import Scratch

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


class Limits(NamedTuple):
    """The most seconds that a cell, the start of a kernel, and all notebooks of a run may take."""

    cell: float = 600.0
    start: float = 60.0
    run: float = 7200.0


def limits_of(*, cell_minutes: float | None = None, run_minutes: float | None = None) -> Limits:
    """Return the usual limits with those that are given, in minutes, in their place.

    Raises
    ------
    ParameterError
        A limit is not above zero.

    Examples
    --------
    >>> limits_of(run_minutes=2).run, limits_of(run_minutes=2).cell
    (120.0, 600.0)
    """
    given = {"cell": cell_minutes, "run": run_minutes}
    for name, minutes in given.items():
        if minutes is not None and not minutes > 0:
            raise ParameterError(
                f"--{name}-limit must be minutes above 0, not {minutes:g}. Leave it out for "
                f"{getattr(Limits(), name) / 60:g}."
            )
    return Limits()._replace(**{name: 60.0 * each for name, each in given.items() if each})


START_ATTEMPTS = 3
MARK = "KAM_RUN"  # in the environment of kernels and of whatever they start
LONGEST_SOCKET = 90  # characters; systems allow 104 or 108 in the name of a socket


@dataclass
class Kernels:
    """Where kernels of one run keep what they need, and the one that is running now."""

    folder: Path
    log: Path
    environment: dict[str, str]
    limits: Limits
    began: float = field(default_factory=time.monotonic)
    running: list[Any] = field(default_factory=list)

    @property
    def left(self) -> float:
        """Return how many seconds the whole run may still take."""
        return max(self.began + self.limits.run - time.monotonic(), 0.0)

    def kill(self) -> None:
        """End the running kernel at once, with whatever it has started."""
        for manager in self.running:
            process = getattr(manager.provisioner, "process", None)
            if process and process.poll() is None:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)
        for process_id in _marked(f"{MARK}={self.environment[MARK]}"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(process_id, signal.SIGKILL)


def _marked(mark: str) -> list[int]:
    """Return the processes that bear a mark in their environment, where the system shows it.

    A process that a cell has started may have left its group; its environment it inherits.
    """
    found = []
    for place in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if mark.encode() in place.read_bytes().split(b"\0"):
                found.append(int(place.parent.name))
    return found


@contextlib.contextmanager
def own_kernels(log: Path, limits: Limits | None = None) -> Iterator[Kernels]:
    """Give kernels folders of their own, so that an unwritable home or a second run do no harm."""
    with Scratch(_short_folder()) as folder:
        folders = ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR")
        own = {variable: str(folder / variable.lower()) for variable in folders}
        for each in own.values():
            Path(each).mkdir()
        log.unlink(missing_ok=True)  # of an earlier run in the same place
        quiet = {"PYDEVD_DISABLE_FILE_VALIDATION": "1"}
        environment = {**os.environ, **own, **quiet, MARK: folder.name}
        yield Kernels(folder, log, environment, limits or Limits())


def _short_folder() -> str | None:
    usual = tempfile.gettempdir()
    return "/tmp" if len(usual) > LONGEST_SOCKET - 30 and os.access("/tmp", os.W_OK) else usual


def run_notebook(
    source: Path,
    target: Path,
    parameters: Mapping[str, object],
    kernels: Kernels,
) -> Any:
    """Run a notebook with those parameters that its parameters cell has, and return it.

    Only a kernel that did not start is tried again; a cell never runs twice.

    Raises
    ------
    RunFailed, DataError, ParameterError
        It did not come to its end: with the cause, or as the notebook itself rejected its input.
    """
    import papermill

    known = papermill.inspect_notebook(str(source))
    options = {
        "parameters": {name: value for name, value in parameters.items() if name in known},
        "kernel_name": "python3",
        "progress_bar": False,
        "autosave_cell_every": 0,
        "start_timeout": math.ceil(kernels.limits.start),  # it takes whole seconds only
        "execution_timeout": math.ceil(kernels.limits.cell),
        "cwd": str(source.parent),
    }
    for attempt in range(START_ATTEMPTS):
        try:
            return _in_a_thread(source, target, options, kernels)
        except RunFailed as failure:
            if failure.cause != "kernel did not start" or attempt == START_ATTEMPTS - 1:
                raise
            time.sleep(attempt + 1)
    raise AssertionError("unreachable")


def _in_a_thread(source: Path, target: Path, options: dict[str, Any], kernels: Kernels) -> Any:
    """Run papermill beside the main thread, whose signals nbclient would otherwise take."""
    with ThreadPoolExecutor(1) as pool, contextlib.ExitStack() as undo:
        running = pool.submit(_execute, source, target, options, kernels)
        undo.callback(_end, running, kernels)
        wait([running], timeout=kernels.left)
        if running.done():
            return running.result()
    raise RunFailed(
        "time-out",
        f"the run took longer than {kernels.limits.run / 60:.3g} minutes and was stopped in "
        f"{source.name}. Allow it more with --run-limit.",
        notebook=source.name,
        cell=_last_cell(target),
    )


def _end(running: Future[Any], kernels: Kernels) -> None:
    """Kill kernels until a notebook is no longer run; one may only just be coming up."""
    while not running.done():
        kernels.kill()
        wait([running], timeout=0.5)


def _execute(source: Path, target: Path, options: dict[str, Any], kernels: Kernels) -> Any:
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    name = source.name
    kernels.running.clear()
    manager, config = _manager(kernels)
    try:
        return papermill.execute_notebook(
            str(source), str(target), kernel_manager_class=manager, config=config, **options
        )
    except papermill.PapermillExecutionError as error:
        raise failure_in_cell(
            error.ename, error.evalue, error.traceback, notebook=name, cell=error.exec_count
        ) from None
    except CellTimeoutError:
        limit = f"{options['execution_timeout']:g}"
        message = (
            f"a cell of {name} took longer than {limit} seconds and was stopped. Allow it more with "
            f"--cell-limit."
        )
        raise RunFailed("time-out", message, notebook=name, cell=_last_cell(target)) from None
    except (DeadKernelError, RuntimeError) as error:
        raise _without_a_kernel(error, name, target) from None
    finally:
        kernels.kill()


def _manager(kernels: Kernels) -> tuple[type, Any]:
    """Return a manager of kernels that talks through sockets in the run's own folder.

    A kernel is this interpreter, whatever a folder on the search path calls by its name.
    """
    from ipykernel.kernelspec import get_kernel_dict
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager
    from traitlets.config import Config

    class Manager(AsyncKernelManager):
        @property
        def kernel_spec(self) -> KernelSpec:
            return KernelSpec(**get_kernel_dict())

        async def start_kernel(self, **options: Any) -> None:  # type: ignore[override]
            kernels.running.append(self)
            with kernels.log.open("ab") as log:
                options |= {"env": kernels.environment, "stdout": log, "stderr": log}
                await self._async_start_kernel(**options)

    number = len(list(kernels.folder.glob("kernel-*"))) + 1
    place = kernels.folder / f"kernel-{number}"
    place.mkdir()
    config = Config()
    config.KernelManager.connection_file = str(place / "kernel.json")
    if len(str(place)) < LONGEST_SOCKET:
        config.KernelManager.transport = "ipc"
        config.KernelManager.ip = str(place / "k")
    return Manager, config


def _without_a_kernel(error: Exception, name: str, target: Path) -> RunFailed:
    """Tell a kernel that died from one that never came up."""
    cell = _last_cell(target)
    if cell is None:
        return RunFailed(
            "kernel did not start",
            f"the kernel for {name} did not start: {error}. See kernel.log beside the notebooks.",
            notebook=name,
        )
    return RunFailed(
        "kernel died",
        f"the kernel died in or after cell [{cell}] of {name}. If memory is short, the system "
        f"may have ended it; a cell may also have ended it itself.",
        notebook=name,
        cell=cell,
    )


def _last_cell(target: Path) -> int | None:
    """Return the highest number of a cell that a kept notebook shows as run."""
    import nbformat

    if not target.exists():
        return None
    with contextlib.suppress(ValueError, nbformat.reader.NotJSONError):
        cells = nbformat.read(target, as_version=4).cells
        return max((cell.get("execution_count") or 0 for cell in cells), default=0) or None
    return None
