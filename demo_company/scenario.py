"""The scenario: every number of the invented company, and one random stream for each table.

A stream depends on the seed and the table's name only, so that a new table changes no other.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from ruamel.yaml import YAML

from demo_company.shape import require_all_keys, require_known_keys
from kamlib.core.errors import ParameterError, listed

SCENARIOS = Path(__file__).parent / "scenarios"
YEARS = (2021, 2022, 2023, 2024, 2025)
LIVING_YEARS = (*YEARS, 2026)  # a company that can lose customers lives on after the input's end
PERIODS = {"FY2024": 2024, "FY2025": 2025}
KINDS = ("archetypes", "former")


def load_scenario(scenario: str | Path) -> dict[str, Any]:
    """Read a scenario and complete each archetype with the defaults.

    Parameters
    ----------
    scenario : str or Path, the name of a scenario of the demo company, or a YAML file

    Raises
    ------
    ParameterError
        No scenario is called so: lists those there are. Or a key is unknown or missing: names it.

    Notes
    -----
    A scenario that says ``like: <another>`` takes from it what it does not say itself. Of archetypes
    only those that it names occur; each takes its traits from the one of that name there.
    """
    name = scenario.stem if isinstance(scenario, Path) else str(scenario)
    written = _written(scenario)
    for block in KINDS:
        written[block] = {
            kind: {**written.get("defaults", {}), **own}
            for kind, own in written.get(block, {}).items()
        }
    require_all_keys(written, of=name)
    return written


def _written(scenario: str | Path) -> dict[str, Any]:
    """Return a scenario as it is written, on top of the one it is like."""
    path = scenario if isinstance(scenario, Path) else SCENARIOS / f"{scenario}.yaml"
    if not path.is_file():
        known = listed(sorted(file.stem for file in SCENARIOS.glob("*.yaml")))
        raise ParameterError(f"there is no scenario '{scenario}'. Known here: {known}.")
    own = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    model = own.pop("like", None)
    require_known_keys(own, of=path.stem)
    return own if model is None else _on_top(_written(str(model)), own)


def _on_top(
    model: Mapping[str, Any], own: Mapping[str, Any], *, kinds: bool = False
) -> dict[str, Any]:
    """Put own values over those of the model, block by block; of kinds only its own occur."""
    merged = {} if kinds else dict(model)
    for name, value in own.items():
        there: Any = model.get(name)
        both = isinstance(value, Mapping) and isinstance(there, Mapping)
        merged[name] = _on_top(there, value, kinds=name in KINDS) if both else value
    return merged


def stream(seed: int, table: str) -> np.random.Generator:
    """Return the random stream of one table.

    Examples
    --------
    >>> a, b = stream(20, "orders"), stream(20, "orders")
    >>> bool(a.random() == b.random())
    True
    """
    return np.random.default_rng([seed, crc32(table.encode())])


def apportion(shares: list[float], total: int) -> list[int]:
    """Split a whole number by shares; what is left goes to the largest remainders.

    Examples
    --------
    >>> apportion([1, 1, 2], 7)
    [2, 2, 3]
    """
    exact = [share * total / sum(shares) for share in shares]
    counts = [math.floor(value) for value in exact]
    order = sorted(range(len(shares)), key=lambda i: (counts[i] - exact[i], i))
    for place in order[: total - sum(counts)]:
        counts[place] += 1
    return counts


def within(u: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Return values evenly between `low` and `high` for draws between 0 and 1."""
    return low + (high - low) * u
