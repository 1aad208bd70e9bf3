"""Running one stage's notebook or several in order, with a receipt for each: what a report stands on.

A report runs them in a folder of its own; `run_stages` runs them into the engagement's own stages
folder, where the notebooks in JupyterLab read and write as well, and goes on where an earlier run of
the same inputs ended. Nothing is published by it.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kamlib import __version__
from kamlib.core.errors import ParameterError, listed
from kamlib.core.frames import require_choice
from kamlib.core.language import use_language
from kamlib.core.tables import file_hash
from kamlib.report import committing
from kamlib.report.record import (
    hashes_of_inputs,
    hashes_of_reference,
    input_changes,
    require_none_saved,
    require_receipt,
    require_unchanged,
    with_parameters,
)
from kamlib.report.running import Limits, RunFailed, failure_of
from kamlib.settings.engagement import Engagement, load_engagement
from kamlib.settings.written import project_root
from kamlib.stage.names import KEYS, NOTEBOOKS, SET_IN, parameters_of_run
from kamlib.stage.opening import find_stage_folder

if TYPE_CHECKING:
    from kamlib.report.running import Kernels


def run_stages(
    engagement: str | Path,
    period: str | None = None,
    *,
    until: str | None = None,
    parameters: Mapping[str, object] | None = None,
    progress: Callable[[str], None] | None = None,
    notebooks: Path | None = None,
    order: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    resume: bool = False,
    into: Path | None = None,
) -> Path:
    """Run the stages' notebooks in order into the engagement's stages folder; publish nothing.

    Parameters
    ----------
    until : str, optional; the last stage that runs, such as "segmentation"; all without it
    progress : callable, optional, given one line for each notebook
    engagement, period, parameters, notebooks, order, limits : as in `publish_report`
    resume : bool, leave out the first stages as far as an earlier run came, if nothing has changed
    into : Path, optional; the folder of the stage tables; the engagement's own without it

    Returns
    -------
    Path, the folder of the stage tables; the notebooks as they ran are in ``notebooks`` below it

    Raises
    ------
    DataError, ParameterError
        Input or a parameter is rejected, before any kernel starts or by a notebook.
    RunGoingOn
        Another run works in this folder.
    RunFailed
        A notebook did not come to its end; later ones did not run.
    """
    parameters = dict(parameters or {})
    chosen = _until(dict(order or NOTEBOOKS), until)
    found = load_engagement(engagement)
    span = found.period(period or list(found.periods)[-1])
    with_parameters(found, parameters)
    _require_used(parameters, chosen)
    source = Path(notebooks or project_root() / "notebooks").absolute()
    require_none_saved(source, chosen)
    hashes = hashes_of_inputs(found)  # what is not there is told before any kernel starts
    use_language(found.language)
    stages = (into or find_stage_folder(found, span)).absolute()
    kept = stages / "notebooks"
    committing.require_folder(kept, of="notebooks", otherwise="set KAM_STAGES")
    with committing.as_open_as(stages), committing.only_run(kept, of=f"{found.id} {span.name}"):
        work = StageRun(found, span.name, stages, source, parameters, hashes, limits or Limits())
        _run_in_order(work, chosen, resume=resume, progress=progress)
    return stages


class StageRun(NamedTuple):
    """One run of stages into the engagement's own folder: what it works on, and where."""

    engagement: Engagement
    period: str
    stages: Path
    source: Path
    parameters: Mapping[str, object]
    hashes: Mapping[str, str]
    limits: Limits


def _until(order: Mapping[str, str], until: str | None) -> dict[str, str]:
    names = list(order)
    if until is None:
        return dict(order)
    require_choice(until, names, name="until")
    return {name: order[name] for name in names[: names.index(until) + 1]}


def _require_used(parameters: Mapping[str, object], order: Mapping[str, str]) -> None:
    """Refuse a parameter that no notebook of this run has."""
    for parameter in parameters:
        stage = SET_IN[parameter]
        if stage not in order:
            raise ParameterError(
                f"{parameter} is a parameter of {NOTEBOOKS[stage]}, which does not run with --until "
                f"{list(order)[-1]}. Leave it out, or run until {stage}."
            )


def _run_in_order(
    work: StageRun,
    order: Mapping[str, str],
    *,
    resume: bool,
    progress: Callable[[str], None] | None,
) -> None:
    from kamlib.report.running import own_kernels

    kept, frozen = work.stages / "notebooks", hashes_of_reference(work.engagement)
    ran = resumable_stages(work, order) if resume else {}
    with own_kernels(kept / "kernel.log", work.limits) as kernels:
        for number, (stage, name) in enumerate(order.items(), 1):
            if stage in ran:
                continue
            if progress:
                progress(f"[{number}/{len(order)}] {name} …")
            try:
                run_stage(
                    stage,
                    work.source / name,
                    kept / name,
                    engagement=work.engagement,
                    period=work.period,
                    stages=work.stages,
                    parameters=work.parameters,
                    kernels=kernels,
                )
            except (RunFailed, MemoryError, OSError) as error:
                failure = failure_of(error)
                failure.kept = kept / name
                raise failure from None
            ran[stage] = mark_of(work, stage, name)
            remember(work, ran)
    require_unchanged(work.engagement, work.hashes, frozen)


def run_stage(
    stage: str,
    source: Path,
    target: Path,
    *,
    engagement: Engagement,
    period: str,
    stages: Path,
    parameters: Mapping[str, object],
    kernels: "Kernels",
) -> tuple[Any, dict[str, Any]]:
    """Run the notebook of one stage and return it with the receipt that it left.

    Parameters
    ----------
    stage : str, such as "segmentation"
    source, target : Path, the notebook, and where it is kept as it ran
    engagement : Engagement, as it is written, no parameter set
    stages : Path, where the hand-over tables live
    parameters : of the whole run; a notebook takes its own, and from the stage folder those of earlier ones

    Raises
    ------
    RunFailed, DataError, ParameterError
        It did not come to its end or left no receipt that holds.
    """
    from kamlib.report.record import require_all_cells_run, require_receipt
    from kamlib.report.running import run_notebook

    (stages / f"receipt_{stage}.json").unlink(missing_ok=True)  # of an earlier run
    place = {
        "engagement": str(engagement.source.absolute().parent),
        "period": period,
        "stage_folder": str(stages),
    }
    notebook = run_notebook(source, target, {**parameters, **place}, kernels)
    require_all_cells_run(notebook, source.name)
    changed = {KEYS[name]: value for name, value in parameters_of_run(stage, parameters).items()}
    settings = engagement.with_parameters(changed)
    expected = {
        "engagement": engagement.id,
        "period": period,
        "settings": settings.settings_hash(),
    }
    return notebook, require_receipt(stages, stage, source.name, expected)


RAN = "ran.json"  # beside the notebooks as they ran


def remember(work: "StageRun", stages: Mapping[str, str]) -> None:
    """Write down what a run stands on and which stages came to their end, each with its mark."""
    record = _stands_on(work) | {"stages": stages}
    text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
    committing.write_whole(work.stages / "notebooks" / RAN, text)


def mark_of(work: "StageRun", stage: str, name: str) -> str:
    """Return the hashes of a stage's notebook and of the receipt that it left; empty without one."""
    receipt = work.stages / f"receipt_{stage}.json"
    return f"{file_hash(work.source / name)} {file_hash(receipt)}" if receipt.exists() else ""


def resumable_stages(work: "StageRun", order: Mapping[str, str]) -> dict[str, str]:
    """Return the first stages whose earlier run still holds, each with its mark.

    Raises
    ------
    ParameterError
        What that run stood on has changed since.
    """
    path = work.stages / "notebooks" / RAN
    if not path.exists():
        return {}
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    _refuse_changed(record, json.loads(json.dumps(_stands_on(work))))
    done: dict[str, str] = {}
    for stage, name in order.items():
        mark = record["stages"].get(stage)
        if mark != mark_of(work, stage, name) or not _holds(work.stages, stage, name):
            break
        done[stage] = mark
    return done


def _stands_on(work: "StageRun") -> dict[str, Any]:
    return {
        "kamlib": __version__,
        "inputs": dict(work.hashes),
        "parameters": dict(work.parameters),
        "reference": hashes_of_reference(work.engagement),
    }


def _refuse_changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    changed = [
        *(["the version of kamlib"] if before["kamlib"] != now["kamlib"] else []),
        *(["a parameter"] if before["parameters"] != now["parameters"] else []),
        *input_changes(before["inputs"], now["inputs"]),
        *input_changes(before["reference"], now["reference"]),
    ]
    if changed:
        raise ParameterError(
            f"the earlier run cannot be resumed: {listed(changed)} changed since. "
            f"Run all of it, without --resume."
        )


def _holds(stages: Path, stage: str, name: str) -> bool:
    """Tell whether the tables of a stage are those that its receipt speaks of."""
    try:
        require_receipt(stages, stage, name, {})
    except RunFailed:
        return False
    return True
