"""The `kam` command: thin, so that its help is there at once; the work is imported when it is done.

Exit status: 0 published, 1 a stage failed, 2 rejected, 4 another run is going on, 130 interrupted,
143 ended from outside. `report` prints the path of the report as its last line; everything else it
has to say goes to the other stream.
"""

import contextlib
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

FAILED, REJECTED, GOING_ON, INTERRUPTED, ENDED = 1, 2, 4, 130, 143

app = typer.Typer(
    name="kam",
    help="Can every customer be a key customer? Makes the reports of the key account workbook.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.command()
def report(
    engagement: Annotated[str, typer.Argument(help="A name under data/, or a path.")],
    period: Annotated[
        str | None, typer.Option(help="A period of engagement.yaml; the last one without it.")
    ] = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option("-p", "--parameter", metavar="NAME=VALUE", help="A notebook's parameter."),
    ] = None,
    reports: Annotated[
        Path | None, typer.Option(help="Where reports go; reports/ in the project without it.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing while it runs.")] = False,
) -> None:
    """Run all notebooks on an engagement and publish the report."""
    with told_in_one_line():
        from kamlib.publish import publish_report

        published = publish_report(
            engagement,
            period,
            reports=reports,
            knobs=knobs_of(parameter or []),
            progress=None if quiet or not sys.stderr.isatty() else _say,
        )
        print(_from_here(published.index))


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Where the engagement is written.")],
    customers: Annotated[int | None, typer.Option(help="How many customers.")] = None,
    seed: Annotated[int | None, typer.Option(help="Another seed gives another company.")] = None,
    scenario: Annotated[str | None, typer.Option(help="The kind of company.")] = None,
) -> None:
    """Write the engagement of an invented company whose truth is known."""
    given: dict[str, Any] = {"customers": customers, "seed": seed, "scenario": scenario}
    with told_in_one_line():
        from kamlib.demo import write_demo

        write_demo(folder, **{name: value for name, value in given.items() if value is not None})
        print(_from_here(folder / "engagement.yaml"))


@app.command()
def notebooks(
    folder: Annotated[
        Path | None, typer.Argument(help="notebooks/ in the project without it.")
    ] = None,
) -> None:
    """Run the notebooks in place on the demo, as they are stored in git."""
    with told_in_one_line():
        from kamlib.stored import store_notebooks

        for path in store_notebooks(folder, progress=_say):
            print(_from_here(path))


def knobs_of(parameters: list[str]) -> dict[str, object]:
    """Return the values of ``name=value`` pairs: numbers as numbers, the rest as text.

    Raises
    ------
    ParameterError
        A pair has no equals sign, or a name comes twice.

    Examples
    --------
    >>> knobs_of(["profit_share=0.75", "managers=3"])
    {'profit_share': 0.75, 'managers': 3}
    """
    from kamlib.errors import ParameterError

    knobs: dict[str, object] = {}
    for pair in parameters:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise ParameterError(f"-p {pair} is no name=value. Write -p profit_share=0.75.")
        if name.strip() in knobs:
            raise ParameterError(f"-p {name.strip()} was given twice. Give it once.")
        knobs[name.strip()] = _value(value.strip())
    return knobs


def _value(text: str) -> object:
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            return kind(text)
    return text


@contextlib.contextmanager
def told_in_one_line() -> Iterator[None]:
    """Turn what can go wrong into one message and its exit status, without a traceback."""
    from kamlib.errors import DataError, ParameterError

    before = signal.signal(signal.SIGTERM, _end)
    try:
        yield
    except (DataError, ParameterError) as error:
        _stop(f"{type(error).__name__}: {error}", REJECTED)
    except KeyboardInterrupt:
        _stop("Interrupted: nothing was published.", INTERRUPTED)
    except RuntimeError as error:
        status = _status_of(error)
        if status is None:
            raise
        _stop(str(error), status)
    finally:
        signal.signal(signal.SIGTERM, before)


def _status_of(error: RuntimeError) -> int | None:
    """Return the exit status of a failed run; None for errors that are nobody's to expect."""
    from kamlib.publish import RunFailed, RunGoingOn

    if isinstance(error, RunGoingOn):
        return GOING_ON
    if not isinstance(error, RunFailed):
        return None
    if error.kept:
        error.args = (f"Nothing was published: {error} It is kept in {_from_here(error.kept)}.",)
    return FAILED


def _stop(message: str, status: int) -> NoReturn:
    print(message, file=sys.stderr)
    raise typer.Exit(status) from None


def _end(_signal: int, _frame: object) -> NoReturn:
    raise SystemExit(ENDED)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _from_here(path: Path) -> Path:
    path = path.absolute()
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


if __name__ == "__main__":
    app()
