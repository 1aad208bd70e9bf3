"""What a rule of method is."""

from typing import NamedTuple


class Rule(NamedTuple):
    """A rule of method: `title` names it; the other fields are templates for readers."""

    title: str
    passed: str = ""
    flag: str = ""
    refuse: str = ""
    bring: str = ""
