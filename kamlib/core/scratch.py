"""Folders for what a run needs and nobody keeps; clients' lines in them outlive no process for long.

Beside each folder lies a lock that its process holds as long as it lives, however it ends. Whoever
makes a folder first removes those whose lock is free: their process was killed.
"""

import contextlib
import secrets
import shutil
import tempfile
from pathlib import Path

from filelock import FileLock, Timeout

PREFIX = "kam-"


class Scratch:
    """A folder of this process alone, for its owner alone; gone when it is removed or left.

    `within` is where it is made, the system's folder for such things without it.
    """

    def __init__(self, within: str | None = None) -> None:
        home = Path(within or tempfile.gettempdir())
        remove_left_behind(home)
        self.path = home / f"{PREFIX}{secrets.token_hex(4)}"
        self._lock = FileLock(f"{self.path}.lock", thread_local=False)
        self._lock.acquire()
        self.path.mkdir(mode=0o700)

    def remove(self) -> None:
        """Remove the folder and all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        Path(self._lock.lock_file).unlink(missing_ok=True)
        self._lock.release()

    def __enter__(self) -> Path:
        """Return the folder."""
        return self.path

    def __exit__(self, *_error: object) -> None:
        """Remove the folder."""
        self.remove()


def remove_left_behind(home: Path) -> None:
    """Remove the folders in `home` that no living process owns."""
    for path in home.glob(f"{PREFIX}*.lock"):
        with contextlib.suppress(Timeout, OSError), FileLock(path, timeout=0):  # held, or another's
            shutil.rmtree(path.with_suffix(""), ignore_errors=True)
            path.unlink(missing_ok=True)
