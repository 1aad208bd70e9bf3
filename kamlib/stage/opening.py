"""Opening a stage: find the engagement, refuse unknown parameters, choose the stage folder."""

import ast
import contextlib
import json
import os
import shutil
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from kamlib.core.errors import ParameterError, did_you_mean, listed
from kamlib.core.frames import require_choice
from kamlib.core.language import _, use_language
from kamlib.core.timespans import Period
from kamlib.page import show
from kamlib.settings import Engagement
from kamlib.settings.engagement import load_engagement
from kamlib.settings.written import project_root
from kamlib.stage.names import KEYS, NOTEBOOKS, PARAMETERS, SET_IN
from kamlib.stage.staleness import (
    Receipt,
    parameters_set,
    receipts_before,
    require_current,
    seen_inputs,
)
from kamlib.stage.work import Stage


def open_stage(
    name: str,
    engagement: str,
    period: str,
    stage_folder: str | None = None,
    **parameters: object,
) -> Stage:
    """Open a stage: find the engagement, check the parameters, and give settings and tables.

    Parameters
    ----------
    name : str, a stage such as "segmentation"
    engagement : str, a name under data/ or a path
    period : str, a period of engagement.yaml
    stage_folder : str, optional; where hand-over tables live; without it, what earlier notebooks did
        not leave there is taken from the published report, and said
    **parameters : the notebook's own parameters; None takes the value that the run has, which is the
        engagement's unless an earlier notebook was given another

    Raises
    ------
    ParameterError
        A parameter is unknown, of the wrong kind, or out of range, or had another value where an
        earlier stage used it.
    DataError
        What earlier stages left no longer holds.
    """
    require_choice(name, list(NOTEBOOKS), name="stage")
    refuse_unknown_parameters(name)
    known = PARAMETERS[name]
    strange = [name for name in parameters if name not in known]
    if strange:
        raise ParameterError(
            f"stage {name} has no parameter '{strange[0]}'. {did_you_mean(strange[0], known)}"
        )
    found = load_engagement(str(engagement))
    own = {name: value for name, value in parameters.items() if value is not None}
    span = found.period(str(period))
    folder = find_stage_folder(found, span, stage_folder)
    if stage_folder is None:
        take_published(found, span, folder, name)
    receipts = receipts_before(folder, name)
    changed = parameters_set(receipts) | own
    settings = found.with_parameters({KEYS[name]: value for name, value in changed.items()})
    use_language(settings.language)
    _require_one_value(name, found, settings, own, receipts)
    require_current(found, span.name, folder, name, receipts)
    return Stage(
        name,
        settings,
        span,
        folder,
        changed,
        instead_of={name: _setting(found, name) for name in changed},
        set_before={name: SET_IN[name] for name in changed if name not in own},
        seen=seen_inputs(settings) if name == "data_prep" else {},
        given=found if own else None,
    )


def _setting(engagement: Engagement, parameter: str) -> object:
    """Return the engagement's value of a parameter; None where its block is not given."""
    value: object = engagement
    for part in KEYS[parameter].split("."):
        value = getattr(value, part, None)
    return value


def _require_one_value(
    name: str,
    found: Engagement,
    settings: Engagement,
    own: Mapping[str, object],
    receipts: Mapping[str, Receipt],
) -> None:
    """Refuse a parameter that is set here and had another value where the run first used it."""
    for parameter in own:
        first, value = SET_IN[parameter], partial(_setting, parameter=parameter)
        if first == name or first not in receipts:
            continue
        then = found.with_parameters(
            {KEYS[parameter]: receipts[first].get("parameters", {}).get(parameter, value(found))}
        )
        if value(then) != value(settings):
            raise ParameterError(
                f"{parameter} cannot be {value(settings)} in {NOTEBOOKS[name]}: it was {value(then)} in "
                f"{NOTEBOOKS[first]}, on whose tables this one stands. Take it out here, set it "
                f"there and run the notebooks again from it, or give it to the whole run: "
                f"kam run {found.id} -p {parameter}={value(settings)}"
            )


def find_stage_folder(engagement: Engagement, period: Period, given: str | None = None) -> Path:
    """Return the folder of the hand-over tables.

    The parameter wins, then ``KAM_STAGES``, then ``stages/<period>`` in the engagement's folder.
    """
    if given:
        return Path(given)
    base = os.environ.get("KAM_STAGES")
    if base:
        return Path(base) / engagement.id / period.name
    return engagement.folder / "stages" / period.name


def take_published(engagement: Engagement, period: Period, folder: Path, stage: str) -> None:
    """Copy what earlier stages did not leave in `folder` from the published report, and say so.

    Raises
    ------
    DataError
        The report does not stand on what is there now; nothing is copied.
    """
    source = _published(engagement, period)
    receipts = receipts_before(source, stage) if source else {}
    missing = {
        name: receipt
        for name, receipt in receipts.items()
        if not any((folder / f"{each}.parquet").exists() for each in receipt["tables"])
    }
    if source is None or not missing:
        return
    require_current(engagement, period.name, source, stage, receipts)
    folder.mkdir(parents=True, exist_ok=True)
    for name, receipt in missing.items():
        files = [f"{table}.{kind}" for table in receipt["tables"] for kind in ("parquet", "json")]
        for file in [*files, f"receipt_{name}.json"]:
            shutil.copyfile(source / file, folder / file)
    words = _("The tables of {notebooks} are those of the published report.")
    show.show_finding(words.format(notebooks=listed(NOTEBOOKS[name] for name in missing)))


def _published(engagement: Engagement, period: Period) -> Path | None:
    """Return the folder of the published report's tables; None without a report."""
    with contextlib.suppress(ParameterError):  # outside of the project there is none
        report = project_root() / "reports" / engagement.id / period.name
        if (report / "latest.json").exists():
            return report / json.loads((report / "latest.json").read_text())["run"] / "tables"
    return None


def refuse_unknown_parameters(name: str) -> None:
    """Refuse names that a run injected and the notebook's parameters cell does not have.

    papermill logs an unknown parameter and runs with the default; here the injected cell is held
    against the tagged one, as the kernel has seen both.
    """
    declared: list[str] = []
    for source in _cells_so_far():
        names = assigned_names(source)
        if not declared and "engagement" in names:
            declared = names
        elif declared and source.startswith("# Parameters"):
            strange = [each for each in names if each not in declared]
            if strange:
                raise ParameterError(
                    f"{NOTEBOOKS[name]} has no parameter '{strange[0]}'. "
                    f"{did_you_mean(strange[0], declared)} "
                    f"Its parameters are {listed(declared, most=20)}."
                )


def assigned_names(source: str) -> list[str]:
    """Return the names that a cell assigns at its top level, in order.

    Examples
    --------
    >>> assigned_names('period: str = "FY2025"  # a period')
    ['period']
    """
    return list(assigned_values(source))


def assigned_values(source: str) -> dict[str, str]:
    """Return what a cell assigns at its top level, as it is written there.

    Examples
    --------
    >>> assigned_values("cut_a: float = 0.7  # from here")
    {'cut_a': '0.7'}
    """
    try:
        body = ast.parse(source).body
    except SyntaxError:  # a cell with magics is no parameters cell
        return {}
    values: dict[str, str] = {}
    for node in body:
        if not isinstance(node, ast.AnnAssign | ast.Assign) or node.value is None:
            continue
        targets = [node.target] if isinstance(node, ast.AnnAssign) else node.targets
        names = [target.id for target in targets if isinstance(target, ast.Name)]
        values |= dict.fromkeys(names, ast.unparse(node.value))
    return values


def _cells_so_far() -> list[str]:
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module else None
    return [str(source) for source in shell.user_ns.get("In", [])] if shell else []
