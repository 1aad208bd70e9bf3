"""Signed off or draft: whether the numbers of a run are those that somebody put a name to."""

import hashlib
import json
from typing import TYPE_CHECKING, NamedTuple

from kamlib import __version__
from kamlib.language import _, day

if TYPE_CHECKING:
    from kamlib.publish.reporting import Run


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
