"""From pydantic's errors to sentences: file, line, key, what was found and what is allowed."""

import re
from collections.abc import Mapping
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from kamlib.core.errors import did_you_mean
from kamlib.settings.kinds import OURS, WrittenAs, shown
from kamlib.settings.written import Key, Place, dotted

MOST = 10
ADD = {  # what to write for the keys that have no default
    ("currency",): ", for example currency: EUR",
    ("periods",): ", for example periods: {FY2025: {from: 2025-01-01, to: 2025-12-31}}",
    ("inputs",): ", for example inputs: {invoice_lines: {files: input/lines.csv}}",
}
SETS = {
    "dict_type": "must be a block of keys, not {}. Write keys under it or take it out.",
    "model_type": "must be a block of keys, not {}. Write keys under it or take it out.",
    "model_attributes_type": "must be a block of keys, not {}. Write keys under it or take it out.",
    "list_type": "must be a list, not {}.",
    "tuple_type": "must be a list, not {}.",
    "string_type": "must be text, not {}.",
    "bool_type": "must be true or false, not {}.",
}


def sentences(problem: ValidationError, model: type[BaseModel], places: Mapping[Key, Place]) -> str:
    """Return all that is wrong, one line each, at most ten, in the order of the files.

    Parameters
    ----------
    problem : what pydantic found
    model : the model that was filled
    places : the line of every key that was read
    """
    found = []
    for error in problem.errors(include_url=False):
        key = written_key(error["loc"], places)
        file, line = places[nearest(key, places)]
        hint = _namesake(key, places) if error["type"] == "missing" else ""
        found.append((file, line, f"{dotted(key)} {half_sentence(error, model)}{hint}"))
    found = list(dict.fromkeys(sorted(found)))
    lines = [f"{file}:{line}: {sentence}" for file, line, sentence in found[:MOST]]
    if len(found) > MOST:
        lines.append(f"And {len(found) - MOST} more.")
    return "\n".join(lines)


def sentences_for_knobs(
    problem: ValidationError, model: type[BaseModel], knobs: Mapping[str, object]
) -> str:
    """Return what is wrong with knobs, each named as the place."""
    lines = []
    for error in problem.errors(include_url=False):
        key = dotted(tuple(error["loc"]))
        sentence = f"{key} {half_sentence(error, model)}"
        if not any(knob == key or key.startswith(f"{knob}.") for knob in knobs):
            turned = ", ".join(f"{knob} {shown(value)}" for knob, value in knobs.items())
            sentence = f"{sentence} (set for this run: {turned})"
        lines.append(sentence)
    return "\n".join(lines[:MOST])


def written_key(loc: tuple[str | int, ...], places: Mapping[Key, Place]) -> Key:
    """Return the key of the file that pydantic's place means: without tags of its own.

    The last part is kept though it is not there, as that of a missing key is not.
    """
    key: Key = ()
    for part in loc:
        if (*key, part) in places:
            key = (*key, part)
    if loc and loc[-1] != "[key]" and (not key or key[-1] != loc[-1]):
        key = (*key, loc[-1])
    return key


def nearest(key: Key, places: Mapping[Key, Place]) -> Key:
    """Return the longest beginning of a key that the file holds."""
    while key and key not in places:
        key = key[:-1]
    return key


def _namesake(key: Key, places: Mapping[Key, Place]) -> str:
    """Ask whether the block that lacks a key is a misspelt one of its neighbours."""
    block = key[:-1]
    if block[:-1] != ("side_a", "criteria"):  # where other names are free
        return ""
    others = [
        str(each[-1])
        for each in places
        if each and each[:-1] == block[:-1] and each != block and len(each) == len(block)
    ]
    hint = did_you_mean(str(block[-1]), others) if others else ""
    return f" {hint}" if hint.startswith("Did") else ""


def half_sentence(error: Mapping[str, Any], model: type[BaseModel]) -> str:
    """Return what is wrong with a value: the sentence after its key."""
    kind, value = error["type"], error["input"]
    if kind == OURS:
        return str(error["msg"])
    if kind == "extra_forbidden":
        known = known_keys(model, error["loc"][:-1])
        hint = f" {did_you_mean(str(error['loc'][-1]), known)}" if known else ""
        return f"is not a known key.{hint}"
    if kind == "missing":
        return f"is missing. Add it{ADD.get(error['loc'], '')}."
    if kind == "literal_error":
        return _not_a_choice(error["ctx"]["expected"], value)
    if kind in SETS:
        return SETS[kind].format(shown(value))
    if kind in ("too_long", "too_short"):
        limit = {"too_long": "at most", "too_short": "at least"}[kind]
        wanted = error["ctx"].get("max_length", error["ctx"].get("min_length"))
        items = "item" if wanted == 1 else "items"
        return f"must have {limit} {wanted} {items}, not {error['ctx']['actual_length']}."
    return f"is not allowed: {error['msg']}, not {shown(value)}."


def _not_a_choice(expected: str, value: object) -> str:
    options = re.findall(r"'([^']*)'", expected)
    allowed = options[0] if len(options) == 1 else f"one of {', '.join(options)}"
    hint = did_you_mean(value, options) if isinstance(value, str) else ""
    hint = f" {hint}" if hint.startswith("Did") else ""
    return f"must be {allowed}, not {shown(value)}.{hint}"


def known_keys(model: type[BaseModel], loc: tuple[str | int, ...]) -> list[str]:
    """Return the keys that a block may have; none where they are free."""
    kind: Any = model
    for part in loc:
        kind = _below(_plain(kind), part)
    kind = _plain(kind)
    if not _is_model(kind):
        return []
    return [info.alias or name for name, info in kind.model_fields.items()]


def _below(kind: Any, part: str | int) -> Any:
    """Return the kind of what stands under a key or at a place of a list."""
    if _is_model(kind):
        names = {info.alias or name: info for name, info in kind.model_fields.items()}
        return names[str(part)].annotation if part in names else None
    inner = get_args(kind)
    if get_origin(kind) is dict:
        return inner[1]
    return inner[0] if inner else None


def _plain(kind: Any) -> Any:
    """Take annotations and the None of an optional value away."""
    while get_origin(kind) in (Annotated, Union, UnionType):
        blocks = [each.block for each in get_args(kind)[1:] if isinstance(each, WrittenAs)]
        if blocks:
            return blocks[0]
        inner = [each for each in get_args(kind) if each is not type(None)]
        kind = inner[0]
    return kind


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
