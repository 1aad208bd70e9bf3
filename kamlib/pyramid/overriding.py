"""Decisions of people beside the model's: shown next to it, for a time, and never instead of it."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from kamlib.core.language import _, day, number
from kamlib.core.outcomes import FLAG, PASS, Outcome, outcome_of

if TYPE_CHECKING:
    from kamlib.settings import Override


def apply_overrides(
    accounts: pd.DataFrame, overrides: "Sequence[Override]", *, end: date
) -> pd.DataFrame:
    """Put the decisions of people beside the model's verdicts.

    From  one row per party: ``party_id, verdict, …``
    to    the same rows with ``decided_verdict`` (the model's where nobody decided otherwise),
          ``override_reason``, ``override_author`` and ``override_expires`` (missing there).

    Parameters
    ----------
    accounts : DataFrame
    overrides : of engagement.yaml; one that expires before `end` is ignored
    end : last day of the period
    """
    decided = {each.party: each for each in overrides if each.in_force(end)}
    found = [decided.get(party) for party in accounts["party_id"]]
    expires = [each.expires if each else None for each in found]
    model = accounts["verdict"]
    return accounts.assign(
        decided_verdict=[
            each.value if each else own for each, own in zip(found, model, strict=True)
        ],
        override_reason=_texts([each.reason if each else None for each in found], accounts),
        override_author=_texts([each.author if each else None for each in found], accounts),
        override_expires=pd.to_datetime(
            pd.Series(expires, index=accounts.index, dtype="object")
        ).astype("datetime64[us]"),
    )


def _texts(values: list[str | None], accounts: pd.DataFrame) -> pd.Series:
    return pd.Series(values, index=accounts.index, dtype="str")


def overrides_outcome(
    accounts: pd.DataFrame, overrides: "Sequence[Override]", *, end: date
) -> Outcome:
    """Judge the decisions of people: which have expired, and which name nobody we look at."""
    known = set(accounts["party_id"])
    expired = _("{party} ({author}: expired on {day})")
    nobody = _("{party} ({author}: not among the customers and prospects looked at)")
    idle = [
        (nobody if each.in_force(end) else expired).format(
            party=each.party, author=each.author, day=day(each.expires)
        )
        for each in overrides
        if not each.in_force(end) or each.party not in known
    ]
    if idle:
        return outcome_of("overrides", FLAG, which="; ".join(idle))
    return outcome_of("overrides", PASS, n=number(len(overrides)))
