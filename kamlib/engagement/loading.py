"""Loading an engagement: its own keys are laid over the default rules, then all is checked."""

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from kamlib.engagement.complaints import sentences
from kamlib.engagement.conditions import LIMITS
from kamlib.engagement.kinds import written
from kamlib.engagement.model import Engagement
from kamlib.engagement.places import find_source
from kamlib.engagement.written import Key, Written, read_yaml
from kamlib.errors import ParameterError

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
    rules = read_yaml(RULES, name="kamlib/rules.yaml")
    whole = laid_over(rules, own)
    given = {"id": source.absolute().parent.name, **whole.data}
    given = {"name": written(given["id"]), **given}
    try:
        return Engagement.checked(given, source=source)
    except ValidationError as problem:
        raise ParameterError(sentences(problem, Engagement, whole.places)) from None


def laid_over(base: Written, own: Written) -> Written:
    """Lay one file over another: blocks of keys merge, everything else replaces.

    A limit such as ``{at_most: 2}`` replaces too: merged with ``{below: 3}`` it would be two.

    Returns
    -------
    Written, whose places name the file that each value comes from
    """
    places = dict(base.places)
    data = _merged(base.data, own.data, (), places)
    places.update(own.places)
    return Written(data, places)


def _merged(base: Any, own: Any, key: Key, places: dict[Key, Any]) -> Any:
    if isinstance(base, dict) and isinstance(own, dict) and not _one_limit(base, own):
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


def _one_limit(base: dict[str, Any], own: dict[str, Any]) -> bool:
    return bool(base and own) and {*base, *own} <= set(LIMITS)
