"""What an analysis puts on a page, part by part; each shows itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from kamlib.core.language import _
from kamlib.core.outcomes import Outcome
from kamlib.page import show
from kamlib.page.words import figure_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Figure:
    """A figure, drawn when it is shown; `name` leads to its caption, `words` fill that in."""

    name: str
    draw: "Callable[[], Axes]"
    words: Mapping[str, object] = field(default_factory=dict)

    def show(self) -> None:
        """Draw, display and close it."""
        show.show_figure(self.draw(), **figure_words(self.name, **self.words))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Headline:
    """The answer of the whole notebook."""

    said: str

    def show(self) -> None:
        """Display it; on the page it is the title."""
        show.show_headline(self.said)


@dataclass(frozen=True, init=False)
class Claim:
    """What a section found: its head on the page, and the sentences that follow."""

    sentences: tuple[str, ...]

    def __init__(self, *sentences: str) -> None:
        object.__setattr__(self, "sentences", tuple(filter(None, sentences)))

    @property
    def said(self) -> str:
        """Return its sentences as one text."""
        return " ".join(self.sentences)

    def show(self) -> None:
        """Display the head and the rest; nothing where nothing is said."""
        if self.sentences:
            show.show_claim(*self.sentences)


class Finding(Claim):
    """Sentences below a figure or a table, where the section has its head already."""

    def show(self) -> None:
        """Display them; nothing where nothing is said."""
        if self.sentences:
            show.show_finding(*self.sentences)


@dataclass(frozen=True)
class Refusal:
    """Why something is not shown, in its place; on the page only where it was not said before."""

    why: str
    on_page: bool = True

    @property
    def said(self) -> str:
        """Return its sentence."""
        return _("Not shown. {why}").format(why=self.why)

    def show(self) -> None:
        """Display it."""
        show.show_finding(self.said, on_page=self.on_page)


@dataclass(frozen=True)
class Table:
    """A table on the page; see `show.show_table`."""

    frame: pd.DataFrame
    caption: str
    currency: str = ""
    heads: Mapping[str, str] | None = None
    digits: Mapping[str, int] | None = None
    most: int = show.MOST_ROWS
    fold: bool = False
    rest: str = ""

    def show(self) -> None:
        """Display it."""
        told = {name: value for name, value in vars(self).items() if name != "frame"}
        show.show_table(self.frame, **told)


@dataclass(frozen=True)
class Outcomes:
    """What is to be read with care, and what is not shown, where it acts."""

    outcomes: tuple[Outcome, ...]

    def show(self) -> None:
        """Display FLAG and REFUSE with what would settle them."""
        show.show_outcomes(list(self.outcomes))


@dataclass(frozen=True)
class Ledger:
    """Sums from top to bottom; folded, if at all, as long as each holds."""

    ledger: pd.DataFrame
    fold: bool = True

    def show(self) -> None:
        """Display them."""
        show.show_ledger(self.ledger, fold=self.fold)


@dataclass(frozen=True)
class Values:
    """A few values beside each other, each with its name and what changed."""

    values: pd.DataFrame

    def show(self) -> None:
        """Display them."""
        show.show_values(self.values)


@dataclass(frozen=True)
class OpenOutcomes:
    """What of the whole run is not shown, and what is to be read with care, folded."""

    outcomes: pd.DataFrame

    def show(self) -> None:
        """Display both, each with what would settle it."""
        show.show_open_outcomes(self.outcomes)


@dataclass(frozen=True)
class Strip:
    """How many rules passed, were flagged and were refused."""

    outcomes: pd.DataFrame

    def show(self) -> None:
        """Display the three numbers."""
        show.show_strip(self.outcomes)
