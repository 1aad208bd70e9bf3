"""The two ways in which a run is rejected: broken data and a wrong setting.

Both say, in this order, what is wrong with its value, where it is, and what to do next. An analysis
that cannot be made is neither: it is a verdict (`kamlib.verdicts`), and the run goes on.
"""

from collections.abc import Iterable


class DataError(ValueError):
    """A table is broken: mend the table, then run again."""


class ParameterError(ValueError):
    """A setting is wrong: mend engagement.yaml, the parameter or the command line."""


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
