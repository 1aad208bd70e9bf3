"""How long things may take before a run is ended: a cell, the start of a kernel, the whole run."""

from typing import NamedTuple

from kamlib.errors import ParameterError


class Limits(NamedTuple):
    """The most seconds that a cell, the start of a kernel, and all notebooks of a run may take."""

    cell: float = 600.0
    start: float = 60.0
    run: float = 7200.0


def limits_of(*, cell_minutes: float | None = None, run_minutes: float | None = None) -> Limits:
    """Return the usual limits with those that are given, in minutes, in their place.

    Raises
    ------
    ParameterError
        A limit is not above zero.

    Examples
    --------
    >>> limits_of(run_minutes=2).run, limits_of(run_minutes=2).cell
    (120.0, 600.0)
    """
    given = {"cell": cell_minutes, "run": run_minutes}
    for name, minutes in given.items():
        if minutes is not None and not minutes > 0:
            raise ParameterError(
                f"--{name}-limit must be minutes above 0, not {minutes:g}. Leave it out for "
                f"{getattr(Limits(), name) / 60:g}."
            )
    return Limits()._replace(**{name: 60.0 * each for name, each in given.items() if each})
