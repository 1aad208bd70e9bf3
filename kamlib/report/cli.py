"""The command line: kam."""

import contextlib
import signal
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

FAILED, REJECTED, REFUSED, GOING_ON, NOT_PUBLISHED, INTERRUPTED, ENDED = 1, 2, 3, 4, 5, 130, 143


@contextlib.contextmanager
def told_in_one_line(lost: str = "nothing was published") -> Iterator[None]:
    """Turn what can go wrong into one message and its exit status, without a traceback.

    `lost` says what a failure or an interruption leaves undone.
    """
    from kamlib.core.errors import DataError, ParameterError

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
    from kamlib.report.running import NotPublished, RunFailed, RunGoingOn

    if isinstance(error, RunGoingOn):
        return GOING_ON
    if isinstance(error, NotPublished):
        return NOT_PUBLISHED
    return FAILED if isinstance(error, RunFailed) else None


def _with_place(error: RuntimeError, lost: str) -> str:
    from kamlib.report.running import NotPublished

    kept = getattr(error, "kept", None)
    if kept is None:
        return str(error)
    what = "The draft" if isinstance(error, NotPublished) else "It"
    return f"{lost[0].upper()}{lost[1:]}: {error} {what} is kept in {from_here(kept)}."


def tell(*lines: str) -> None:
    """Print lines in which words of a client may stand."""
    from kamlib.core.errors import printable

    print("\n".join(map(printable, lines)))


def stop(message: str, status: int) -> NoReturn:
    from kamlib.core.errors import printable

    print(printable(message, lines=True), file=sys.stderr)
    raise typer.Exit(status) from None


def _end(_signal: int, _frame: object) -> NoReturn:
    raise SystemExit(ENDED)


def say(line: str) -> None:
    from kamlib.core.errors import printable

    print(printable(line), file=sys.stderr, flush=True)


def from_here(path: Path) -> Path:
    path = path.absolute()
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


app = typer.Typer(
    name="kam",
    help="Can every customer be a key customer? Makes the reports of the key account workbook.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

EngagementName = Annotated[str, typer.Argument(help="A name under data/, or a path.")]

PeriodName = Annotated[
    str | None, typer.Option(help="A period of engagement.yaml; the last one without it.")
]

Parameters = Annotated[
    list[str] | None,
    typer.Option("-p", "--parameter", metavar="NAME=VALUE", help="A notebook's parameter."),
]

CellLimit = Annotated[
    float | None, typer.Option(help="Minutes that one cell may take; 10 without it.")
]

RunLimit = Annotated[
    float | None, typer.Option(help="Minutes that all notebooks may take; 120 without it.")
]


@app.command()
def report(
    engagement: EngagementName,
    period: PeriodName = None,
    parameter: Parameters = None,
    reports: Annotated[
        Path | None, typer.Option(help="Where reports go; reports/ in the project without it.")
    ] = None,
    keep_runs: Annotated[
        int, typer.Option(min=1, help="How many runs of this report stay; older ones are removed.")
    ] = 30,
    cell_limit: CellLimit = None,
    run_limit: RunLimit = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing while it runs.")] = False,
) -> None:
    """Run all notebooks on an engagement and publish the report."""
    with told_in_one_line():
        from kamlib.core.errors import listed
        from kamlib.report.reporting import publish_report
        from kamlib.report.running import limits_of

        published = publish_report(
            engagement,
            period,
            reports=reports,
            parameters=parameters_of(parameter or []),
            progress=None if quiet or not sys.stderr.isatty() else say,
            limits=limits_of(cell_minutes=cell_limit, run_minutes=run_limit),
            keep_runs=keep_runs,
        )
        print(from_here(published.index))
    lacks = []
    if published.refused:
        named = "; ".join(f"{each} ({', '.join(by)})" for each, by in published.refused.items())
        lacks.append(f"what is required was refused: {named}")
    if published.broken:
        lacks.append(f"sums do not hold: {listed(published.broken)}")
    if lacks:
        stop(f"Published, but {'; and '.join(lacks)}.", REFUSED)


@app.command()
def check(
    engagement: EngagementName,
    period: PeriodName = None,
    suggest: Annotated[
        bool,
        typer.Option("--suggest", help="Draft dialects and columns for files, with evidence."),
    ] = False,
    output: Annotated[
        Path | None, typer.Option(help="With --suggest: a new file to write the draft into.")
    ] = None,
) -> None:
    """Read the inputs only: what came in, what was set aside, what is lacking."""
    with told_in_one_line():
        if suggest:
            _suggest(engagement, output)
            return
        from kamlib.intake.check import check_inputs

        with _pointing_to_suggestions(engagement):
            found = check_inputs(engagement, period)
        tell(*found.lines())
    if found.withheld:
        raise typer.Exit(NOT_PUBLISHED)
    if not found.holds:
        raise typer.Exit(REFUSED)


def _suggest(engagement: str, output: Path | None) -> None:
    """Print a draft of engagement.yaml, or write it into a new file."""
    from kamlib.core.errors import listed
    from kamlib.intake.draft import suggest, write_draft

    draft = suggest(engagement)
    if output:
        print(from_here(write_draft(draft, output)))
    else:
        tell(*draft.text.splitlines())
    if not draft.has_lines:
        if lacks := draft.lacks.get("invoice_lines"):
            stop(f"The draft asks which column is {listed(lacks)} of invoice_lines.", REFUSED)
        stop("No file can stand for invoice lines; the draft says what each one lacks.", REFUSED)


@contextlib.contextmanager
def _pointing_to_suggestions(engagement: str) -> Iterator[None]:
    """Add to an error in the data where a draft of the settings is to be had."""
    from kamlib.core.errors import DataError

    try:
        yield
    except DataError as error:
        hint = f"`kam check {engagement} --suggest` proposes how to read the files."
        raise DataError(f"{error} {hint}") from error


@app.command()
def schema(
    write: Annotated[
        Path | None, typer.Option(help="A folder to write engagement.schema.json into.")
    ] = None,
) -> None:
    """Print the JSON schema of engagement.yaml, for editors."""
    with told_in_one_line():
        from kamlib.settings.schema import schema_text, write_schema

        print(from_here(write_schema(write)) if write else schema_text(), end="\n" if write else "")


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
        if find_spec("demo_company") is None:
            stop("kam demo needs a checkout of the workbook: demo_company/ is not here.", REJECTED)
        from demo_company import write_demo

        write_demo(folder, **{name: value for name, value in given.items() if value is not None})
        print(from_here(folder / "engagement.yaml"))


@app.command()
def run(
    engagement: EngagementName,
    period: PeriodName = None,
    until: Annotated[
        str | None, typer.Option(help="The last stage that runs, such as segmentation.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where an earlier run of the same inputs ended.")
    ] = False,
    parameter: Parameters = None,
    cell_limit: CellLimit = None,
    run_limit: RunLimit = None,
) -> None:
    """Run the stages' notebooks in order into the engagement's stages folder; publish nothing."""
    with told_in_one_line(lost="what ran before stays, the rest did not run"):
        from kamlib.report.running import limits_of
        from kamlib.report.stages import run_stages

        stages = run_stages(
            engagement,
            period,
            until=until,
            parameters=parameters_of(parameter or []),
            progress=say if sys.stderr.isatty() else None,
            limits=limits_of(cell_minutes=cell_limit, run_minutes=run_limit),
            resume=resume,
        )
        print(from_here(stages))


@app.command()
def notebooks(
    folder: Annotated[
        Path | None, typer.Argument(help="notebooks/ in the project without it.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Run nothing: tell whether they are as stored.")
    ] = False,
) -> None:
    """Run the notebooks in place on the demo, as they are stored in git."""
    with told_in_one_line():
        from kamlib.report.stored import problems_of_notebooks, store_notebooks

        if check:
            problems = problems_of_notebooks(folder)
            if problems:
                stop("\n".join(problems), FAILED)
            return
        for path in store_notebooks(folder, progress=say):
            print(from_here(path))


def parameters_of(pairs: list[str]) -> dict[str, object]:
    """Return the values of ``name=value`` pairs: numbers as numbers, the rest as text.

    Raises
    ------
    ParameterError
        A pair has no equals sign, or a name comes twice.

    Examples
    --------
    >>> parameters_of(["profit_share=0.75", "managers=3"])
    {'profit_share': 0.75, 'managers': 3}
    """
    from kamlib.core.errors import ParameterError

    parameters: dict[str, object] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise ParameterError(f"-p {pair} is no name=value. Write -p profit_share=0.75.")
        if name.strip() in parameters:
            raise ParameterError(f"-p {name.strip()} was given twice. Give it once.")
        parameters[name.strip()] = _value(value.strip())
    return parameters


def _value(text: str) -> object:
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            return kind(text)
    return text


if __name__ == "__main__":
    app()
