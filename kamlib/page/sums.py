"""Sentences that name a whole and its parts, with the amounts behind the words."""

from collections.abc import Iterable
from typing import Any


class Sum(str):
    """A sentence that names a whole and its parts, which can be added up.

    Attributes
    ----------
    whole : float
    parts : tuple of float; their sum is `whole`, or the sentence is wrong

    Examples
    --------
    >>> said = Sum("Of 10 customers 7 earn and 3 lose.", 10, [7, 3])
    >>> said, said.whole == sum(said.parts)
    ('Of 10 customers 7 earn and 3 lose.', True)
    """

    whole: float
    parts: tuple[float, ...]

    def __new__(cls, said: str, whole: Any, parts: Iterable[Any]) -> "Sum":
        """Return the sentence with its amounts."""
        sentence = super().__new__(cls, said)
        sentence.whole, sentence.parts = float(whole), tuple(float(part) for part in parts)
        return sentence
