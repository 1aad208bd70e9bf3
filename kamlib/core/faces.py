"""What a room offers by name, loaded when it is used."""

from collections.abc import Callable, Sequence
from importlib import import_module


def face(
    room: str, names: Sequence[str]
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return ``__getattr__`` and ``__dir__`` of a room, such as ``kamlib.profitability``: its analyses.

    Raises
    ------
    AttributeError
        The room has no such name; says which one may be meant.
    """

    def attribute(name: str) -> object:
        if name in names:
            return getattr(import_module(f"{room}.analyses"), name)
        if name.startswith("_"):
            raise AttributeError(name)
        from kamlib.core.errors import did_you_mean

        raise AttributeError(f"{room} has no '{name}'. {did_you_mean(name, names)}")

    return attribute, lambda: sorted(names)
