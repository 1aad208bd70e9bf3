"""What a room offers by name, loaded when it is used."""

from collections.abc import Callable, Sequence
from importlib import import_module


def face(
    room: str, names: Sequence[str], module: str = "analyses"
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return ``__getattr__`` and ``__dir__`` of a room whose names lie in one of its modules.

    Parameters
    ----------
    room : str, the package, such as ``kamlib.profitability``
    names : what it offers
    module : where these lie

    Raises
    ------
    AttributeError
        The room has no such name; says which one may be meant.
    """

    def attribute(name: str) -> object:
        if name in names:
            return getattr(import_module(f"{room}.{module}"), name)
        if name.startswith("_"):
            raise AttributeError(name)
        from kamlib.core.errors import did_you_mean

        raise AttributeError(f"{room} has no '{name}'. {did_you_mean(name, names)}")

    return attribute, lambda: sorted(names)
