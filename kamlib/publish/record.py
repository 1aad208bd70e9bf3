"""``run.json``: how a report was made, with nothing secret and no path of this machine in it."""

import json
import platform
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from kamlib import __version__
from kamlib.method_rules import ANALYSES
from kamlib.publish.signing import signature, signed_hash
from kamlib.tables import read_table
from kamlib.verdicts import FLAG, PASS, REFUSE, nothing_to_stand_on

if TYPE_CHECKING:
    from kamlib.publish.reporting import Run


def write_record(run: "Run", path: Path) -> dict[str, Any]:
    """Write how a run was made, and return it."""
    verdicts = pd.concat(_written(run, "verdicts"), ignore_index=True)
    ledgers = pd.concat(_written(run, "ledger"), ignore_index=True)
    broken = list(ledgers.loc[~ledgers["holds"].astype(bool), "what"].unique())
    ended = datetime.now(UTC)
    record = {
        "run_id": run.run_id,
        "engagement": run.engagement.id,
        "period": run.period,
        "knobs": run.knobs,
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
        "tables": _notes(run),
        "verdicts": counts(verdicts["outcome"]),
        "required": list(run.engagement.required),
        "required_refused": refused_of(run.engagement.required, verdicts),
        "ledger_holds": not broken,
        "ledger_broken": broken,
        "not_published": run.withheld,
    }
    text = json.dumps(record, indent=1, ensure_ascii=False, default=str) + "\n"
    path.write_text(text, encoding="utf-8")
    return record


def withheld_from(run: "Run") -> str:
    """Say why nothing can stand on what the stages found; empty where something can."""
    return nothing_to_stand_on(pd.concat(_written(run, "verdicts"), ignore_index=True))


def counts(outcomes: pd.Series) -> dict[str, int]:
    """Return how many rules had which outcome.

    Examples
    --------
    >>> counts(pd.Series(["PASS", "FLAG", "PASS"]))
    {'PASS': 2, 'FLAG': 1, 'REFUSE': 0}
    """
    found = Counter(outcomes)
    return {outcome: found[outcome] for outcome in (PASS, FLAG, REFUSE)}


def refused_of(required: Sequence[str], verdicts: pd.DataFrame) -> dict[str, list[str]]:
    """Return the required analyses of which a rule was refused, each with these rules.

    Examples
    --------
    >>> found = pd.DataFrame({"rule": ["side_b", "trust"], "outcome": ["REFUSE", "FLAG"]})
    >>> refused_of(["side_b", "levels"], found)
    {'side_b': ['side_b']}
    """
    refused = set(verdicts.loc[verdicts["outcome"] == REFUSE, "rule"])
    named = {each: [rule for rule in ANALYSES[each] if rule in refused] for each in required}
    return {each: rules for each, rules in named.items() if rules}


def _written(run: "Run", kind: str) -> list[pd.DataFrame]:
    parts = [read_table(run.stages, f"{kind}_{stage}") for stage in run.order]
    return [part for part in parts if len(part)] or parts[:1]


def _notes(run: "Run") -> dict[str, dict[str, Any]]:
    return {
        table: note
        for receipt in run.receipts.values()
        for table, note in sorted(receipt["tables"].items())
    }
