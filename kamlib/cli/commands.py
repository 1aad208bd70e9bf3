"""The `kam` command: thin, so that its help is there at once; the work is imported when it is done.

Exit status: 0 published, 1 a stage failed, 2 rejected, 3 published and something required was
refused or a sum does not hold, 4 another run is going on, 5 not published because nothing can stand
on the inputs, 130 interrupted, 143 ended from outside. `check` ends as `report` would, as far as the
inputs decide it. `report` prints the path of the report as its last line, `run` that of the
stage tables; everything else they have to say goes to the other stream.
"""

import contextlib
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

from kamlib.cli.telling import (
    FAILED,
    NOT_PUBLISHED,
    REFUSED,
    REJECTED,
    from_here,
    say,
    stop,
    tell,
    told_in_one_line,
)

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
        from kamlib.errors import listed
        from kamlib.publish import limits_of, publish_report

        published = publish_report(
            engagement,
            period,
            reports=reports,
            knobs=knobs_of(parameter or []),
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
    from kamlib.errors import listed
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
    from kamlib.errors import DataError

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
        from kamlib.publish import limits_of, run_stages

        stages = run_stages(
            engagement,
            period,
            until=until,
            knobs=knobs_of(parameter or []),
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
        from kamlib.stored import problems_of_notebooks, store_notebooks

        if check:
            problems = problems_of_notebooks(folder)
            if problems:
                stop("\n".join(problems), FAILED)
            return
        for path in store_notebooks(folder, progress=say):
            print(from_here(path))


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
