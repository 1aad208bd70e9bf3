"""The two ways in which a run is rejected: broken data and a wrong setting.

Both say, in this order, what is wrong with its value, where it is, and what to do next. An analysis
that cannot be made is neither: it is a verdict (`kamlib.verdicts`), and the run goes on.
"""

import re
from collections.abc import Iterable

ADDRESS = re.compile(r"([A-Za-z][\w+.-]*)://[^\s'\"]*")
SECRET = re.compile(r"\b(password|passwd|pwd|token|secret)(\s*=\s*)[^\s;&'\"]+", re.IGNORECASE)


class DataError(ValueError):
    """A table is broken: mend the table, then run again."""

    def __init__(self, message: str = "") -> None:
        super().__init__(without_secrets(message))


class ParameterError(ValueError):
    """A setting is wrong: mend engagement.yaml, the parameter or the command line."""

    def __init__(self, message: str = "") -> None:
        super().__init__(without_secrets(message))


def without_secrets(text: str) -> str:
    """Return a message without addresses of servers and passwords that somebody put into a setting.

    Examples
    --------
    >>> without_secrets("table is 'postgresql://kam:s3cr3t@h/db', not host=h password=s3cr3t")
    "table is 'postgresql://…', not host=h password=…"
    >>> without_secrets("see https://example.org/a")
    'see https://example.org/a'
    """
    told = ADDRESS.sub(lambda found: found[0] if _is_page(found) else f"{found[1]}://…", str(text))
    return SECRET.sub(r"\1\2…", told)


def _is_page(found: re.Match[str]) -> bool:
    """Tell whether an address is that of a page, with nobody's name in it."""
    return found[1] in ("http", "https") and "@" not in found[0]


def listed(values: Iterable[object], *, most: int = 5) -> str:
    """Write up to `most` values, and how many more there are.

    Examples
    --------
    >>> listed(["A", "B", "C"], most=2)
    'A, B and 1 more'
    """
    items = [str(value) for value in values]
    shown = ", ".join(items[:most])
    return shown if len(items) <= most else f"{shown} and {len(items) - most} more"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Offer the nearest known name, or list the known ones.

    Examples
    --------
    >>> did_you_mean("proft_share", ["profit_share", "period"])
    "Did you mean 'profit_share'?"
    """
    import difflib

    known = list(known)
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if near:
        return f"Did you mean '{near[0]}'?"
    return f"Known here: {listed(known, most=30)}."
