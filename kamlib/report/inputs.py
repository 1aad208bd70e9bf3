"""What goes into a run: its parameters, and the hash of each input file and table on a server."""

from collections.abc import Mapping
from pathlib import Path

from kamlib.core.errors import ParameterError, did_you_mean, listed
from kamlib.core.tables import file_hash
from kamlib.report.running import RunFailed
from kamlib.settings.engagement import Engagement, frozen_files
from kamlib.stage.names import KEYS
from kamlib.stage.opening import assigned_values
from kamlib.stage.staleness import input_files

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
