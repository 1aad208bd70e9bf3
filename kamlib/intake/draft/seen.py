"""What one file was seen to be: its head, its cells by column, and what it tells of itself."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kamlib.intake.draft.grids import Grid, notes_on
from kamlib.intake.draft.letters import mended
from kamlib.intake.draft.told import Told, few
from kamlib.language import _


@dataclass
class Seen:
    """What one file, or one sheet of it, was seen to be.

    `columns` holds the cells by column as far as they were read; `settings` what the file itself
    tells of encoding, separator, repair, header_row and sheet. `problem` says why nothing can be
    proposed for it; it is empty otherwise. `to_the_end` reads one column whole; it is None where
    all rows were looked at.
    """

    path: Path
    shown: str
    kind: str = "text"
    head: list[str] = field(default_factory=list)
    columns: list[list[str]] = field(default_factory=list)
    settings: dict[str, Told] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    problem: str = ""
    to_the_end: Callable[[int], Iterator[str]] | None = None

    @property
    def rows(self) -> int:
        """Return how many rows were read."""
        return len(self.columns[0]) if self.columns else 0

    @property
    def words(self) -> list[str]:
        """Return the names in the head as they were meant: spoilt letters are put right."""
        if "repair" not in self.settings:
            return self.head
        return [mended(name, self.settings["repair"].value) for name in self.head]


def keep(seen: Seen, grid: Grid) -> None:
    """Keep head and cells of a grid; without rows there is nothing to propose."""
    seen.head = grid.head
    seen.notes += notes_on(grid)
    if not grid.rows:
        seen.problem = _("it has a head of {n} names and no row").format(n=len(grid.head))
        return
    twice = sorted({name for name in grid.head if name and grid.head.count(name) > 1})
    if twice:
        template = _("{file}: its head has {names} twice. Rename one, or it will not be read.")
        seen.questions.append(template.format(file=seen.shown, names=few(twice)))
    seen.columns = [list(column) for column in zip(*grid.rows, strict=True)]
