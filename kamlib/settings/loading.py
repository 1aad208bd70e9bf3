"""Loading an engagement: its own keys are laid over the default rules, then all is checked."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from kamlib.core.errors import ParameterError
from kamlib.settings.engagement import Engagement
from kamlib.settings.kinds import sentences, written
from kamlib.settings.verdicts import LIMITS
from kamlib.settings.written import Key, Written, find_source, read_yaml

RULES = Path(__file__).resolve().parent.parent / "rules.yaml"


def load_engagement(engagement: str | Path) -> Engagement:
    """Read and check an engagement.

    Parameters
    ----------
    engagement : str or Path
        A name (``demo`` is ``data/demo`` under the project's folder), or the path of an
        engagement's folder or of its engagement.yaml.

    Raises
    ------
    ParameterError
        It is not there, or something in it is wrong: one line per problem, at most ten, each with
        file, line, key, what was found and what is allowed.
    """
    source = find_source(engagement)
    own = read_yaml(source, name=source.name)
    whole = laid_over(_default_rules(RULES, RULES.stat().st_mtime_ns), own)
    given = {"id": source.absolute().parent.name, **whole.data}
    given = {"name": written(given["id"]), **given}
    try:
        return Engagement.checked(given, source=source)
    except ValidationError as problem:
        raise ParameterError(sentences(problem, Engagement, whole.places)) from None


@lru_cache(maxsize=1)
def _default_rules(path: Path, changed: int) -> Written:
    """Read the default decision part once, and again when the file has changed."""
    return read_yaml(path, name=f"{path.parent.name}/{path.name}")


def laid_over(base: Written, own: Written) -> Written:
    """Lay one file over another: blocks of keys merge, everything else replaces.

    A limit such as ``{at_most: 2}`` replaces too, as merged with ``{below: 3}`` it would be two.

    Returns
    -------
    Written, whose places name the file that each value comes from
    """
    places = dict(base.places)
    data = _merged(base.data, own.data, (), places)
    places.update(own.places)
    return Written(data, places)


def _merged(base: Any, own: Any, key: Key, places: dict[Key, Any]) -> Any:
    if isinstance(base, dict) and isinstance(own, dict) and not _is_one_limit(base, own):
        names = [*base, *(name for name in own if name not in base)]
        return {
            name: _merged(base[name], own[name], (*key, name), places)
            if name in base and name in own
            else base.get(name, own.get(name))
            for name in names
        }
    for below in [each for each in places if each[: len(key)] == key and len(each) > len(key)]:
        del places[below]
    return own


def _is_one_limit(base: dict[str, Any], own: dict[str, Any]) -> bool:
    """Tell whether a block is one limit, which is replaced whole."""
    return bool(base and own) and {*base, *own} <= set(LIMITS)
