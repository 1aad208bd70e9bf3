"""Opening a stage: find the engagement, refuse unknown parameters, choose the stage folder."""

import ast
import os
import sys
from collections.abc import Iterable
from operator import attrgetter
from pathlib import Path

from kamlib.checks import require_choice
from kamlib.engagement import Engagement, Period, load_engagement
from kamlib.errors import ParameterError, did_you_mean, listed
from kamlib.language import use_language
from kamlib.stage.names import KNOBS, NOTEBOOKS
from kamlib.stage.work import Stage


def open_stage(
    name: str,
    engagement: str,
    period: str,
    stage_folder: str | None = None,
    **knobs: object,
) -> Stage:
    """Open a stage: find the engagement, check the parameters, and give settings and tables.

    Parameters
    ----------
    name : str, a stage such as "segmentation"
    engagement : str, a name under data/ or a path
    period : str, a period of engagement.yaml
    stage_folder : str, optional; where hand-over tables live
    **knobs : the notebook's own parameters; None takes the engagement's value

    Raises
    ------
    ParameterError
        A parameter is unknown, of the wrong kind, or out of range.
    """
    require_choice(name, list(NOTEBOOKS), name="stage")
    refuse_unknown_parameters(name)
    known = KNOBS[name]
    strange = [knob for knob in knobs if knob not in known]
    if strange:
        raise ParameterError(
            f"stage {name} has no knob '{strange[0]}'. {did_you_mean(strange[0], known)}"
        )
    found = load_engagement(str(engagement))
    turned = {knob: value for knob, value in knobs.items() if value is not None}
    before = {knob: attrgetter(known[knob])(found) for knob in turned}
    settings = found.with_knobs({known[knob]: value for knob, value in turned.items()})
    use_language(settings.language)
    span = settings.period(str(period))
    folder = find_stage_folder(settings, span, stage_folder)
    return Stage(name, settings, span, folder, turned, instead_of=before)


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
    try:
        body = ast.parse(source).body
    except SyntaxError:  # a cell with magics is no parameters cell
        return []
    names: list[str] = []
    for node in body:
        targets: Iterable[ast.expr] = ()
        if isinstance(node, ast.AnnAssign):
            targets = [node.target]
        elif isinstance(node, ast.Assign):
            targets = node.targets
        names += [target.id for target in targets if isinstance(target, ast.Name)]
    return names


def _cells_so_far() -> list[str]:
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module else None
    return [str(source) for source in shell.user_ns.get("In", [])] if shell else []
