"""What is proposed, why, and whether it was seen or is only assumed."""

from collections.abc import Iterable
from typing import NamedTuple

from kamlib.errors import listed

FEW = 3


class Told(NamedTuple):
    """A proposed value with its evidence; `sure` says that the file itself tells, not a custom."""

    value: str
    why: str
    sure: bool = True


def few(values: Iterable[object]) -> str:
    """Write at most three values, each cut to 30 characters: evidence, never a listing of data.

    Examples
    --------
    >>> few(["a", "b", "c", "d"])
    'a, b, c and 1 more'
    """
    items = list(values)
    return listed([*map(clipped, items[:FEW]), *items[FEW:]], most=FEW)


def clipped(value: object, most: int = 30) -> str:
    """Return a value as one short line without what a comment cannot hold.

    Examples
    --------
    >>> clipped("two\\nlines")
    'two lines'
    """
    text = "".join(letter if letter.isprintable() else " " for letter in str(value)).strip()
    return text if len(text) <= most else f"{text[: most - 1]}…"
