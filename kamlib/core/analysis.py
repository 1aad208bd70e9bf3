"""An analysis: one question to the data, as a value that shows itself.

A notebook names it in the last line of a cell; an analyst takes its tables and goes on from there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from kamlib.core.outcomes import Balance, Outcome

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


class Part(Protocol):
    """What an analysis puts on the page: a figure, a sentence, a table."""

    def show(self) -> None:
        """Display it."""


@dataclass(frozen=True)
class Analysis:
    """What one question to the data gave; a refusal is an analysis too, without tables.

    Attributes
    ----------
    tables : tables by name, the one that answers first; those that later stages read are handed over
    parts : what it shows, in order
    outcomes : of the rules of method that it rests on
    balances : its lines of the ledger
    result : what was computed, for analyses that go on from it

    Examples
    --------
    >>> Analysis().table is None
    True
    """

    tables: "Mapping[str, pd.DataFrame]" = field(default_factory=dict)
    parts: Sequence[Part] = ()
    outcomes: Sequence[Outcome] = ()
    balances: Sequence[Balance] = ()
    result: Any = None

    @property
    def table(self) -> "pd.DataFrame | None":
        """Return the table that answers; None where nothing could be said."""
        return next(iter(self.tables.values()), None)

    @property
    def finding(self) -> str:
        """Return its sentences, as they stand on the page."""
        return " ".join(filter(None, (getattr(part, "said", "") for part in self.parts)))

    @property
    def headline(self) -> str:
        """Return the first sentence that it shows; empty where it shows none."""
        return next((part.said for part in self.parts if hasattr(part, "said")), "")

    def figure(self) -> "Axes | None":
        """Draw its figure and return the Axes, to be changed or saved; None where it has none."""
        return next((part.draw() for part in self.parts if hasattr(part, "draw")), None)

    def __repr__(self) -> str:
        return self.finding or "Analysis(" + ", ".join(self.tables) + ")"

    def _ipython_display_(self) -> None:
        for part in self.parts:
            part.show()
