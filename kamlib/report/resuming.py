"""Going on where an earlier run of the stages ended: what it ran on, and what still holds of it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kamlib import __version__
from kamlib.core.errors import ParameterError, listed
from kamlib.core.tables import file_hash
from kamlib.report import committing, inputs
from kamlib.report.failures import RunFailed
from kamlib.report.record import require_receipt

if TYPE_CHECKING:
    from kamlib.report.stages import StageRun


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
        "knobs": dict(work.knobs),
        "reference": inputs.hashes_of_reference(work.engagement),
    }


def _refuse_changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    changed = [
        *(["the version of kamlib"] if before["kamlib"] != now["kamlib"] else []),
        *(["a parameter"] if before["knobs"] != now["knobs"] else []),
        *inputs.input_changes(before["inputs"], now["inputs"]),
        *inputs.input_changes(before["reference"], now["reference"]),
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
