"""What is seen, why, and whether the file itself tells it or it is only assumed."""

from collections.abc import Iterable
from typing import NamedTuple

from kamlib.core.errors import listed
from kamlib.core.language import number

FEW = 3


class Evidence(NamedTuple):
    """A value with the reason for it; `sure` says that the file itself tells, not a custom."""

    value: str
    why: str
    sure: bool = True


def worded(template: str, **values: object) -> str:
    """Fill a translated template: whole numbers in the reader's way, of a listing a few values.

    Examples
    --------
    >>> worded("{n} of {all} cells, such as {examples}", n=12, all=3456, examples=["a", "b"])
    '12 of 3,456 cells, such as a, b'
    """
    return template.format(**{name: _shown(value) for name, value in values.items()})


def _shown(value: object) -> object:
    if isinstance(value, int):
        return number(value)
    return few(value) if isinstance(value, (list, tuple)) else value


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
