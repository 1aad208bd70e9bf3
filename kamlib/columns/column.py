"""What a column is: its label, how text becomes its value, its meaning and its unit."""

from typing import Literal, NamedTuple

from kamlib.language import _

Kind = Literal[
    "id", "text", "money", "number", "whole", "share", "score", "rating", "date", "bool", "period"
]


class Column(NamedTuple):
    """What a column is called, measured in and means; `kind` is how text becomes its value."""

    label: str
    kind: Kind
    meaning: str
    unit: str = ""

    def head(self, currency: str) -> str:
        """Return the label with its unit, for the head of a table or an axis."""
        unit = {"currency": currency}.get(self.unit, self.unit)
        return f"{_(self.label)}, {unit}" if unit else _(self.label)
