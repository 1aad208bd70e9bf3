"""What a room offers by name, loaded when it is used."""

from collections.abc import Callable
from importlib import import_module


def face(room: str, names: dict[str, str]) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return ``__getattr__`` and ``__dir__`` of a room whose names lie in its modules.

    Parameters
    ----------
    room : str, the package, such as ``kamlib.profitability``
    names : module of the room → the names that it gives, divided by spaces

    Raises
    ------
    AttributeError
        It has no such name; says which one may be meant.
    """
    home = {name: module for module, each in names.items() for name in each.split()}

    def attribute(name: str) -> object:
        if name in home:
            return getattr(import_module(f"{room}.{home[name]}"), name)
        if name.startswith("_"):
            raise AttributeError(name)
        from kamlib.core.errors import did_you_mean

        raise AttributeError(f"{room} has no '{name}'. {did_you_mean(name, home)}")

    return attribute, lambda: sorted(home)
