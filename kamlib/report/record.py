"""What goes into a run, and what it leaves behind: hashes of inputs, receipts, record, signature."""

import hashlib
import json
import platform
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from kamlib import __version__
from kamlib.core.errors import ParameterError, did_you_mean, listed
from kamlib.core.language import _, day
from kamlib.core.outcomes import FLAG, PASS, REFUSE, nothing_to_stand_on
from kamlib.core.rules import ANALYSES
from kamlib.core.tables import file_hash, read_table
from kamlib.report.running import RunFailed, failure_in_cell
from kamlib.settings.engagement import Engagement, frozen_files
from kamlib.stage.names import KEYS
from kamlib.stage.opening import assigned_values
from kamlib.stage.staleness import input_files

if TYPE_CHECKING:
    from kamlib.report.reporting import Run


def require_all_cells_run(notebook: Any, name: str) -> None:
    """Raise RunFailed if a code cell was not run, or an output of it is an error."""
    codes = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    for cell in codes:
        for output in cell.outputs:
            if output.output_type == "error" and output.ename != "SystemExit":
                raise failure_in_cell(
                    output.ename,
                    output.evalue,
                    output.traceback,
                    notebook=name,
                    cell=cell.execution_count,
                )
    run = [cell.execution_count for cell in codes if cell.execution_count]
    left = len(codes) - len(run)
    ended = any(output.output_type == "error" for cell in codes for output in cell.outputs)
    if left or ended:
        why = " by exit" if ended else ""
        raise RunFailed(
            "cell not run",
            f"{name} ended{why} after cell [{max(run, default=0)}]; {left} of its {len(codes)} code "
            f"cells were not run.",
            notebook=name,
            cell=max(run, default=None),
        )


def require_receipt(
    folder: Path, stage: str, name: str, expected: Mapping[str, object]
) -> dict[str, Any]:
    """Return the receipt of a stage; raise RunFailed if it is not there or does not hold.

    Parameters
    ----------
    folder : Path, the stage folder of this run
    stage, name : str, the stage and its notebook
    expected : dict, what the receipt must say, such as engagement and period
    """
    path = folder / f"receipt_{stage}.json"
    if not path.exists():
        raise RunFailed(
            "no receipt",
            f"{name} ran to its end and left no receipt. Its last cell must be stage.hand_over().",
            notebook=name,
        )
    receipt: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    wanted = dict(expected) | {
        "stage": stage,
        "kamlib": __version__,
        "executable": sys.executable,
    }
    wrong = [key for key, value in wanted.items() if receipt.get(key) != value]
    if wrong:
        raise RunFailed(
            "no receipt",
            f"the receipt of {name} does not hold: {wrong[0]} is {receipt.get(wrong[0])}, not "
            f"{wanted[wrong[0]]}.",
            notebook=name,
        )
    for table, note in receipt["tables"].items():
        file = folder / f"{table}.parquet"
        if not file.exists() or file_hash(file) != note["sha256"]:
            raise RunFailed(
                "no receipt",
                f"the table {table} is not the one that the receipt of {name} speaks of. Something "
                f"else wrote to it.",
                notebook=name,
            )
    return receipt


class Signature(NamedTuple):
    """What a page says of its numbers: `mark` in bold, then a sentence; `signed` or a draft."""

    signed: bool
    mark: str
    said: str


def signed_hash(run: "Run") -> str:
    """Return the SHA-256 of all that decides the numbers of a run, as hexadecimal text.

    That is the period, the settings with those set for this run, the input files, the frozen
    values and the version of kamlib. engagement.yaml counts through its settings and not as a file,
    so that writing the signature into it changes nothing.
    """
    files = {name: one for name, one in run.hashes.items() if name != run.engagement.source.name}
    decides = {
        "engagement": run.engagement.id,
        "period": run.period,
        "settings": run.settings.settings_hash(),
        "inputs": files,
        "reference": run.reference,
        "kamlib": __version__,
    }
    text = json.dumps(decides, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def signature(run: "Run") -> Signature:
    """Return what the pages of a run say of its numbers."""
    if run.withheld:
        return Signature(False, _("Not published."), run.withheld)
    given = run.engagement.sign_off
    if not given.signed or given.on is None:
        return Signature(False, _("Draft."), _("Nobody has signed these numbers off."))
    who = {"by": given.by, "on": day(given.on)}
    if given.of == signed_hash(run):
        return Signature(True, _("Signed."), _("Signed off by {by} on {on}.").format(**who))
    changed = _(
        "{by} signed on {on}, and the signed numbers have changed since: inputs, settings, period "
        "or version are others."
    )
    return Signature(False, _("Draft."), changed.format(**who))


def write_record(run: "Run", path: Path) -> dict[str, Any]:
    """Write how a run was made, and return it."""
    outcomes = pd.concat(_written(run, "outcomes"), ignore_index=True)
    ledgers = pd.concat(_written(run, "ledger"), ignore_index=True)
    broken = list(ledgers.loc[~ledgers["holds"].astype(bool), "what"].unique())
    ended = datetime.now(UTC)
    record = {
        "run_id": run.run_id,
        "engagement": run.engagement.id,
        "period": run.period,
        "parameters": run.parameters,
        "started": run.started.isoformat(timespec="seconds"),
        "ended": ended.isoformat(timespec="seconds"),
        "seconds": run.seconds,
        "kamlib": __version__,
        "python": platform.python_version(),
        "settings": run.settings.settings_hash(),
        "inputs": run.hashes,
        "reference": run.reference,
        "signed_hash": signed_hash(run),
        "signed": signature(run).signed,
        "tables": {
            table: note
            for receipt in run.receipts.values()
            for table, note in sorted(receipt["tables"].items())
        },
        "outcomes": counts(outcomes["outcome"]),
        "required": list(run.engagement.required),
        "required_refused": refused_of(run.engagement.required, outcomes),
        "ledger_holds": not broken,
        "ledger_broken": broken,
        "not_published": run.withheld,
    }
    text = json.dumps(record, indent=1, ensure_ascii=False, default=str) + "\n"
    path.write_text(text, encoding="utf-8")
    return record


def withheld_from(run: "Run") -> str:
    """Say why nothing can stand on what the stages found; empty where something can."""
    return nothing_to_stand_on(pd.concat(_written(run, "outcomes"), ignore_index=True))


def counts(outcomes: pd.Series) -> dict[str, int]:
    """Return how many rules had which outcome.

    Examples
    --------
    >>> counts(pd.Series(["PASS", "FLAG", "PASS"]))
    {'PASS': 2, 'FLAG': 1, 'REFUSE': 0}
    """
    found = Counter(outcomes)
    return {outcome: found[outcome] for outcome in (PASS, FLAG, REFUSE)}


def refused_of(required: Sequence[str], outcomes: pd.DataFrame) -> dict[str, list[str]]:
    """Return the required analyses of which a rule was refused, each with these rules.

    Examples
    --------
    >>> found = pd.DataFrame({"rule": ["side_b", "trust"], "outcome": ["REFUSE", "FLAG"]})
    >>> refused_of(["side_b", "levels"], found)
    {'side_b': ['side_b']}
    """
    refused = set(outcomes.loc[outcomes["outcome"] == REFUSE, "rule"])
    named = {each: [rule for rule in ANALYSES[each] if rule in refused] for each in required}
    return {each: rules for each, rules in named.items() if rules}


def _written(run: "Run", kind: str) -> list[pd.DataFrame]:
    parts = [read_table(run.stages, f"{kind}_{stage}") for stage in run.order]
    return [part for part in parts if len(part)] or parts[:1]


SET_BY_THE_RUN = {
    "engagement": "It is the first word after the command.",
    "period": "Choose it with --period.",
    "stage_folder": "The command chooses it.",
}


def with_parameters(engagement: Engagement, parameters: Mapping[str, object]) -> Engagement:
    """Return the engagement with the parameters of a run set, all checked.

    Raises
    ------
    ParameterError
        No notebook has such a parameter, or its value is not allowed.
    """
    for name in parameters:
        if name in SET_BY_THE_RUN:
            raise ParameterError(f"{name} cannot be set with -p. {SET_BY_THE_RUN[name]}")
        if name not in KEYS:
            known = [*SET_BY_THE_RUN, *KEYS]
            raise ParameterError(
                f"no notebook has a parameter '{name}'. {did_you_mean(name, known)} "
                f"Parameters are {listed(KEYS, most=20)}."
            )
    return engagement.with_parameters({KEYS[name]: value for name, value in parameters.items()})


def require_none_saved(notebooks: Path, order: Mapping[str, str]) -> None:
    """Refuse a notebook in which somebody saved a value for a parameter: it would decide unseen.

    Raises
    ------
    ParameterError
        Names notebook, parameter and value, and where such a value is to stand.
    """
    import nbformat

    for path in (notebooks / name for name in order.values()):
        cells = nbformat.read(path, as_version=4).cells if path.exists() else []
        for cell in cells:
            if "parameters" not in cell.metadata.get("tags", []):
                continue
            for parameter, value in assigned_values(cell.source).items():
                if parameter in KEYS and value != "None":
                    raise ParameterError(
                        f"{path.name} has {parameter} = {value} saved in its parameters cell. Put None "
                        f"back there (git checkout {path.name} takes back whatever was saved in it), "
                        f"and set it with -p {parameter}={value}, or as {KEYS[parameter]} in "
                        f"engagement.yaml."
                    )


def hashes_of_inputs(engagement: Engagement) -> dict[str, str]:
    """Return the SHA-256 of engagement.yaml and of each input, by the name readers may see.

    Of a file that is its path; of a table on a server, ``table: its name there``.

    Raises
    ------
    DataError, ParameterError
        A file or a table is not there, or an environment variable is not set.
    """
    source = {engagement.relative(engagement.source): engagement.source}
    files = sorted((source | input_files(engagement)).items())
    hashes = {name: file_hash(path) for name, path in files}
    if any(given.database for given in engagement.inputs.values()):
        from kamlib.intake.sources import fingerprints

        hashes |= fingerprints(engagement)
    return hashes


def hashes_of_reference(engagement: Engagement) -> dict[str, str]:
    """Return the SHA-256 of the reference values that are frozen with the engagement.

    Raises
    ------
    DataError
        A file of them does not say what it was measured on.
    """
    return {
        path.relative_to(engagement.folder).as_posix(): file_hash(path)
        for path in frozen_files(engagement)
    }


def input_changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Return the inputs that are not what they were, in order.

    Examples
    --------
    >>> input_changes({"a.csv": "1", "b.csv": "2"}, {"a.csv": "1", "c.csv": "3"})
    ['b.csv', 'c.csv']
    """
    names = sorted({*before, *after})
    return [name for name in names if before.get(name) != after.get(name)]


def require_unchanged(
    engagement: Engagement, hashes: Mapping[str, str], reference: Mapping[str, str]
) -> dict[str, str]:
    """Return the hashes of the frozen values after a run whose inputs are what they were before.

    Raises
    ------
    RunFailed
        An input, or a value that was frozen before, has changed.
    """
    changed = input_changes(hashes, hashes_of_inputs(engagement))
    frozen = hashes_of_reference(engagement)
    changed += [name for name in reference if frozen.get(name) != reference[name]]
    if changed:
        raise RunFailed(
            "input changed",
            f"{listed(changed)} changed during the run, so its parts may speak of different data. "
            f"Run it again when the inputs are at rest; of a table in which people work, name a "
            f"query that leaves out what is still being written.",
        )
    return frozen


def folder_of(reports: Path, engagement: Engagement, period: str) -> Path:
    """Return the folder of a report."""
    return reports / engagement.id / period
