"""Running notebooks one after another, and believing none of them without a receipt.

A kernel that dies, a time-out and an early exit all leave a notebook behind that looks complete. So
success is: the call returned, every code cell was run and shows no error, and the stage left its
receipt, whose hashes are those of the tables that are there.
"""

import contextlib
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kamlib import __version__
from kamlib.publish.failures import RunFailed, failure_in_cell
from kamlib.tables import file_hash

START_ATTEMPTS = 3
LONGEST_SOCKET = 90  # characters; systems allow 104 or 108 in the name of a socket


@dataclass
class Kernels:
    """Where kernels of one run keep what they need, and the one that is running now."""

    folder: Path
    log: Path
    environment: dict[str, str]
    running: list[Any] = field(default_factory=list)

    def kill(self) -> None:
        """End the running kernel at once, with whatever it has started."""
        for manager in self.running:
            process = getattr(manager.provisioner, "process", None)
            if process and process.poll() is None:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)


@contextlib.contextmanager
def own_kernels(log: Path) -> Iterator[Kernels]:
    """Give kernels folders of their own, so that an unwritable home or a second run do no harm."""
    with tempfile.TemporaryDirectory(prefix="kam-", dir=_short_folder()) as name:
        folders = ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR")
        own = {variable: str(Path(name) / variable.lower()) for variable in folders}
        for each in own.values():
            Path(each).mkdir()
        quiet = {"PYDEVD_DISABLE_FILE_VALIDATION": "1"}
        yield Kernels(Path(name), log, {**os.environ, **own, **quiet})


def _short_folder() -> str | None:
    usual = tempfile.gettempdir()
    return "/tmp" if len(usual) > LONGEST_SOCKET - 30 and os.access("/tmp", os.W_OK) else usual


def run_notebook(
    source: Path,
    target: Path,
    parameters: Mapping[str, object],
    kernels: Kernels,
    *,
    cell_timeout: float,
    start_timeout: float,
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
        "start_timeout": start_timeout,
        "execution_timeout": cell_timeout,
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
        undo.callback(kernels.kill)
        result = pool.submit(_execute, source, target, options, kernels).result()
        undo.pop_all()  # it came to its end: no kernel to kill
        return result


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
        message = f"a cell of {name} took longer than {limit} seconds and was stopped."
        raise RunFailed("time-out", message, notebook=name, cell=_last_cell(target)) from None
    except (DeadKernelError, RuntimeError) as error:
        raise _without_a_kernel(error, name, target) from None
    finally:
        kernels.kill()


def _manager(kernels: Kernels) -> tuple[type, Any]:
    """Return a manager of kernels that talks through sockets in the run's own folder."""
    from jupyter_client.manager import AsyncKernelManager
    from traitlets.config import Config

    class Manager(AsyncKernelManager):
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


def require_all_cells_run(notebook: Any, name: str) -> None:
    """Raise RunFailed if a code cell was not run, or an output of it is an error."""
    codes = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    for cell in codes:
        for output in cell.outputs:
            if output.output_type == "error" and output.ename != "SystemExit":
                raise failure_in_cell(
                    output.ename, output.evalue, output.traceback,
                    notebook=name, cell=cell.execution_count,
                )  # fmt: skip
    run = [cell.execution_count for cell in codes if cell.execution_count]
    left = len(codes) - len(run)
    ended = any(output.output_type == "error" for cell in codes for output in cell.outputs)
    if left or ended:
        why = " by exit" if ended else ""
        raise RunFailed(
            "cell not run",
            f"{name} ended{why} after cell [{max(run, default=0)}]; {left} of its {len(codes)} code "
            f"cells were not run.",
            notebook=name,
            cell=max(run, default=None),
        )


def require_receipt(
    folder: Path, stage: str, name: str, expected: Mapping[str, object]
) -> dict[str, Any]:
    """Return the receipt of a stage; raise RunFailed if it is not there or does not hold.

    Parameters
    ----------
    folder : Path, the stage folder of this run
    stage, name : str, the stage and its notebook
    expected : dict, what the receipt must say, such as engagement and period
    """
    path = folder / f"receipt_{stage}.json"
    if not path.exists():
        raise RunFailed(
            "no receipt",
            f"{name} ran to its end and left no receipt. Its last cell must be stage.finish().",
            notebook=name,
        )
    receipt: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    wanted = dict(expected) | {
        "stage": stage,
        "kamlib": __version__,
        "executable": sys.executable,
    }
    wrong = [key for key, value in wanted.items() if receipt.get(key) != value]
    if wrong:
        raise RunFailed(
            "no receipt",
            f"the receipt of {name} does not hold: {wrong[0]} is {receipt.get(wrong[0])}, not "
            f"{wanted[wrong[0]]}.",
            notebook=name,
        )
    for table, note in receipt["tables"].items():
        file = folder / f"{table}.parquet"
        if not file.exists() or file_hash(file) != note["sha256"]:
            raise RunFailed(
                "no receipt",
                f"the table {table} is not the one that the receipt of {name} speaks of. Something "
                f"else wrote to it.",
                notebook=name,
            )
    return receipt
