"""The two ways in which a run is rejected: broken data and a wrong setting.

Both say, in this order, what is wrong with its value, where it is, and what to do next. An analysis
that cannot be made is neither: it is an outcome (`kamlib.core.outcomes`), and the run goes on.
"""

import re
from collections.abc import Iterable

ADDRESS = re.compile(r"([A-Za-z][\w+.-]*)://[^\s'\"]*")
MARKS_OF_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
BREAKS = re.compile("[\t\n\v\f\r\x85\u2028\u2029]+")
NOT_SHOWN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")  # controls, halves of letters
SECRET = re.compile(r"\b(password|passwd|pwd|token|secret)(\s*=\s*)[^\s;&'\"]+", re.IGNORECASE)


class DataError(ValueError):
    """A table is broken: mend the table, then run again."""

    def __init__(self, message: str = "") -> None:
        super().__init__(printable(without_secrets(message)))


class ParameterError(ValueError):
    """A setting is wrong: mend engagement.yaml, the parameter or the command line."""

    def __init__(self, message: str = "") -> None:
        super().__init__(printable(without_secrets(message), lines=True))


def printable(text: str, *, lines: bool = False) -> str:
    """Return a text that does nothing to a terminal or to the text around it.

    What names and cells of a client may hold: commands to terminals, breaks of lines that fake one
    of ours, and marks that turn the direction of what follows.

    Parameters
    ----------
    lines : bool, the text is of several lines, so that breaks stay

    Examples
    --------
    >>> printable("Firma\\x1b[2J\\nEvery sum holds."), printable("a\\u202eb")
    ('Firma?[2J Every sum holds.', 'ab')
    """
    whole = text.split("\n") if lines else [text]
    shown = (NOT_SHOWN.sub("?", BREAKS.sub(" ", MARKS_OF_DIRECTION.sub("", one))) for one in whole)
    return "\n".join(shown)


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
