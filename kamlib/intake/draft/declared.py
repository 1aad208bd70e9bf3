"""What engagement.yaml says already: it is repeated as it stands, and held against what is seen."""

from collections.abc import Iterator
from typing import Any

from kamlib.intake.draft.drafting import Drafted
from kamlib.intake.draft.layout import scalar
from kamlib.intake.draft.told import few
from kamlib.language import _
from kamlib.settings.kinds import written
from kamlib.settings.places import FILE


def declared_lines(data: dict[str, Any]) -> Iterator[str]:
    """Yield blocks of engagement.yaml again, each line saying that it was declared."""
    for key, value in data.items():
        yield from _lines(0, key, value)


def _lines(depth: int, key: str, value: Any) -> Iterator[str]:
    start = f"{'  ' * depth}{scalar(str(key))}:"
    mark = _("declared")
    if isinstance(value, dict) and depth < 1 and value:
        yield start
        for name, below in value.items():
            yield from _lines(depth + 1, name, below)
    else:
        yield f"{start} {_flow(value)}  # {mark}: {FILE}"


def _flow(value: Any) -> str:
    """Return a value as YAML on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(str(k))}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return scalar(value) if isinstance(value, str) else str(written(value))


def differing(declared: dict[str, Any], inputs: list[Drafted]) -> list[str]:
    """Ask wherever engagement.yaml says otherwise than the files."""
    questions = []
    for each in inputs:
        given = _part(_part(declared, "inputs"), each.table)
        dialect = _part(_part(declared, "dialects"), str(given.get("dialect")))
        for key, told in each.writing.keys.items():
            said = dialect.get(key)
            if said is not None and str(said) != told.value:
                template = _(
                    "{table}: {file} says {key} is {said}; the files look like {value} ({why})."
                )
                questions.append(
                    template.format(
                        table=each.table,
                        file=FILE,
                        key=key,
                        said=scalar(str(said)),
                        value=scalar(told.value),
                        why=told.why,
                    )
                )
        questions += _columns(each, _part(given, "columns"))
    return questions


def _columns(each: Drafted, said: dict[str, Any]) -> list[str]:
    """Ask about columns that are mapped in engagement.yaml to another name than in the draft."""
    match = each.group[0].match
    drawn = {pair.ours: pair.told.value for pair in match.pairs} if match else {}
    template = _("{table}: {file} maps {column} to {said}, the draft to {value}. Which holds?")
    return [
        template.format(
            table=each.table, file=FILE, column=ours, said=few([theirs]), value=drawn[ours]
        )
        for ours, theirs in said.items()
        if ours in drawn and drawn[ours] != str(theirs)
    ]


def _part(data: Any, key: str) -> dict[str, Any]:
    """Return a block of a block, empty where there is none."""
    found = data.get(key) if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}
