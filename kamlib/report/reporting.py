"""The run of a report from its parameters to its commit point."""

import contextlib
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from kamlib.core.errors import DataError, ParameterError
from kamlib.core.language import use_language
from kamlib.report import committing
from kamlib.report.record import (
    folder_of,
    hashes_of_inputs,
    hashes_of_reference,
    require_none_saved,
    require_unchanged,
    with_parameters,
)
from kamlib.report.running import Limits, NotPublished, failure_of, keep_failure
from kamlib.report.stages import run_stage
from kamlib.settings.engagement import Engagement, load_engagement
from kamlib.settings.written import project_root
from kamlib.stage.names import NOTEBOOKS

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Published:
    """A published report: its start page, its run, and how many rules had which outcome.

    `refused` has the analyses under `required` that were refused, each with the rules that did so;
    `broken` the lines of the ledger that do not hold.
    """

    index: Path
    run_id: str
    outcomes: dict[str, int]
    refused: dict[str, list[str]] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)


@dataclass
class Run:
    """One run of a report: what it works on, where, and what it has made so far.

    `withheld` says why a report would have nothing to stand on; empty where it has.
    """

    engagement: Engagement
    settings: Engagement
    period: str
    parameters: dict[str, object]
    notebooks: Path
    order: Mapping[str, str]
    run_id: str
    folder: Path
    limits: Limits
    keep_runs: int
    progress: Progress
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    hashes: dict[str, str] = field(default_factory=dict)
    reference: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    receipts: dict[str, dict[str, Any]] = field(default_factory=dict)
    withheld: str = ""

    @property
    def staging(self) -> Path:
        """Return the folder of this run while it goes on."""
        return self.folder / f".staging-{self.run_id}"

    @property
    def stages(self) -> Path:
        """Return the folder of this run's hand-over tables."""
        return self.staging / "stages"


def publish_report(
    engagement: str | Path,
    period: str | None = None,
    *,
    reports: Path | None = None,
    parameters: Mapping[str, object] | None = None,
    progress: Progress | None = None,
    notebooks: Path | None = None,
    order: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    keep_runs: int = committing.KEPT_RUNS,
) -> Published:
    """Run the notebooks on an engagement and publish what they found.

    Parameters
    ----------
    engagement : str or Path, a name under data/ or a path
    period : str, optional; the last period of engagement.yaml without it
    reports : Path, optional; ``reports`` in the project without it
    parameters : dict of a notebook's parameter to its value, such as ``{"profit_share": 0.75}``
    progress : callable, optional, given one line for each step
    notebooks, order : the folder of the notebooks, and stage → file name in the order they run;
        the last one becomes the start page
    limits : Limits, optional; how long a cell, the start of a kernel and the run may take
    keep_runs : int, how many runs of this report stay; older ones are removed, but never the
        published one and none that was signed off

    Returns
    -------
    Published, whose `index` is ``reports/<engagement>/<period>/index.html``

    Raises
    ------
    DataError, ParameterError
        Input or a parameter is rejected, by kamlib before any kernel starts or by a notebook; or
        the reports are those of another engagement with the same id.
    RunGoingOn
        Another run of this report is going on.
    RunFailed
        A notebook did not come to its end; the earlier report is still there.
    NotPublished
        The inputs leave nothing that a report could stand on: the draft is in ``runs/<id>``, and the
        earlier report is still there.
    """
    parameters = dict(parameters or {})
    found = load_engagement(engagement)
    name = found.period(period or list(found.periods)[-1]).name
    settings = with_parameters(found, parameters)
    source, order = Path(notebooks or project_root() / "notebooks").absolute(), order or NOTEBOOKS
    require_none_saved(source, order)
    hashes = hashes_of_inputs(found)
    committing.require_keep_runs(keep_runs)
    folder = folder_of(Path(reports or project_root() / "reports"), found, name).absolute()
    committing.require_folder(folder)
    with committing.as_open_as(folder.parent):
        committing.require_own(folder.parent, found)
    with committing.as_open_as(folder), committing.only_run(folder):
        committing.clear_remains(folder)
        run = Run(
            engagement=found,
            settings=settings,
            period=name,
            parameters=parameters,
            notebooks=source,
            order=order,
            run_id=committing.new_run_id(folder, settings.settings_hash()),
            folder=folder,
            limits=limits or Limits(),
            keep_runs=keep_runs,
            progress=progress or (lambda _line: None),
            hashes=hashes,
            reference=hashes_of_reference(found),
        )
        return _go(run)


def _go(run: Run) -> Published:
    """Run, render and commit; on the way out of any failure keep what shows it."""
    with contextlib.ExitStack() as way_out:
        way_out.push(partial(_tell_failure, run))
        use_language(run.engagement.language)
        run.staging.mkdir()
        done = _run_all(run)
        published = _publish(run, done)
    shutil.rmtree(run.staging, ignore_errors=True)
    committing.forget_failure(run.folder)
    _forget_old_runs(run)
    return published


def _forget_old_runs(run: Run) -> None:
    committing.forget_old_runs(
        run.folder, keep=run.keep_runs, signed=run.engagement.sign_off.of or ""
    )


def _tell_failure(
    run: Run,
    _kind: type[BaseException] | None,
    error: BaseException | None,
    _trace: TracebackType | None,
) -> None:
    """Keep what shows a failure; raise it as RunFailed unless it speaks for itself."""
    if error is None:
        return
    failure = failure_of(error)
    about = {"run_id": run.run_id, "engagement": run.engagement.id, "period": run.period}
    try:
        keep_failure(run.folder, run.staging, failure, about=about)
    except OSError:  # a full disk: the failure itself must still be told
        shutil.rmtree(run.staging, ignore_errors=True)
    if not isinstance(error, DataError | ParameterError | KeyboardInterrupt | SystemExit):
        raise failure from failure.__cause__


def _run_all(run: Run) -> dict[str, Any]:
    """Run the notebooks in order; return them by their stage."""
    from kamlib.report.running import own_kernels

    (run.staging / "notebooks").mkdir()
    run.stages.mkdir()
    done: dict[str, Any] = {}
    with own_kernels(run.staging / "notebooks" / "kernel.log", run.limits) as kernels:
        for number, (stage, name) in enumerate(run.order.items(), 1):
            began = time.monotonic()
            run.progress(f"[{number}/{len(run.order)}] {name} …")
            done[stage], run.receipts[stage] = run_stage(
                stage,
                run.notebooks / name,
                run.staging / "notebooks" / name,
                engagement=run.engagement,
                period=run.period,
                stages=run.stages,
                parameters=run.parameters,
                kernels=kernels,
            )
            run.seconds[stage] = round(time.monotonic() - began, 2)
            run.progress(f"[{number}/{len(run.order)}] {name} {run.seconds[stage]:.1f} s")
    return done


def _publish(run: Run, done: dict[str, Any]) -> Published:
    """Render a run, check that its inputs are what they were, and commit it, or keep its draft."""
    from kamlib.report.exporting import export_receipts, export_tables
    from kamlib.report.record import withheld_from, write_record
    from kamlib.report.rendering import write_pages

    run.progress("rendering …")
    target = run.staging / "run"
    target.mkdir()
    names = sorted({table for each in run.receipts.values() for table in each["tables"]})
    export_tables(run.stages, names, target / "tables", currency=run.engagement.currency)
    export_receipts(run.stages, run.receipts, target / "tables")
    run.reference = require_unchanged(run.engagement, run.hashes, run.reference)
    run.withheld = withheld_from(run)
    record = write_record(run, target / "run.json")
    index = write_pages(run, done, target)
    if run.withheld:
        failure = NotPublished(run.withheld)
        failure.kept = committing.keep_draft(run.folder, target, run.run_id)
        _forget_old_runs(run)
        raise failure
    latest = {key: record[key] for key in ("run_id", "engagement", "period", "kamlib", "ended")}
    path = committing.commit(
        run.folder, target, run.run_id, index=index, latest=latest | {"run": f"runs/{run.run_id}"}
    )
    told = (record[key] for key in ("outcomes", "required_refused", "ledger_broken"))
    return Published(path, run.run_id, *told)
