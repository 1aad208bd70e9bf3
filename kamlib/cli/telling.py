"""What a command says when it ends: one line for each thing that can go wrong, and its exit status."""

import contextlib
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import typer

FAILED, REJECTED, REFUSED, GOING_ON, NOT_PUBLISHED, INTERRUPTED, ENDED = 1, 2, 3, 4, 5, 130, 143


@contextlib.contextmanager
def told_in_one_line(lost: str = "nothing was published") -> Iterator[None]:
    """Turn what can go wrong into one message and its exit status, without a traceback.

    `lost` says what a failure or an interruption leaves undone.
    """
    from kamlib.errors import DataError, ParameterError

    before = signal.signal(signal.SIGTERM, _end)
    try:
        yield
    except (DataError, ParameterError) as error:
        stop(f"{type(error).__name__}: {error}", REJECTED)
    except KeyboardInterrupt:
        stop(f"Interrupted: {lost}.", INTERRUPTED)
    except RuntimeError as error:
        status = _status_of(error)
        if status is None:
            raise
        stop(_with_place(error, lost), status)
    finally:
        signal.signal(signal.SIGTERM, before)


def _status_of(error: RuntimeError) -> int | None:
    """Return the exit status of a failed run; None for errors that are nobody's to expect."""
    from kamlib.publish import NotPublished, RunFailed, RunGoingOn

    if isinstance(error, RunGoingOn):
        return GOING_ON
    if isinstance(error, NotPublished):
        return NOT_PUBLISHED
    return FAILED if isinstance(error, RunFailed) else None


def _with_place(error: RuntimeError, lost: str) -> str:
    from kamlib.publish import NotPublished

    kept = getattr(error, "kept", None)
    if kept is None:
        return str(error)
    what = "The draft" if isinstance(error, NotPublished) else "It"
    return f"{lost[0].upper()}{lost[1:]}: {error} {what} is kept in {from_here(kept)}."


def tell(*lines: str) -> None:
    """Print lines in which words of a client may stand."""
    from kamlib.errors import printable

    print("\n".join(map(printable, lines)))


def stop(message: str, status: int) -> NoReturn:
    from kamlib.errors import printable

    print(printable(message, lines=True), file=sys.stderr)
    raise typer.Exit(status) from None


def _end(_signal: int, _frame: object) -> NoReturn:
    raise SystemExit(ENDED)


def say(line: str) -> None:
    from kamlib.errors import printable

    print(printable(line), file=sys.stderr, flush=True)


def from_here(path: Path) -> Path:
    path = path.absolute()
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
