"""Heads of documents in files of their own: each line gets the cells of its document's head, by a key.

Many programs export what stands once on an invoice (number, day, customer) and what stands in its
lines apart. A line whose document has no head stays, with empty cells: what needs them sets it aside.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from kamlib.core.errors import DataError, did_you_mean
from kamlib.core.language import N_

Rows = Iterator[tuple[int, list[str]]]
NO_HEAD = N_("lines whose document has no head")
NO_LINE = N_("heads of documents without a line")


@dataclass
class DocumentHeads:
    """The heads of an input's documents: the names of their columns, and their cells by the key.

    `in_lines` is the name of the key in the lines; `met` are the keys that a line had so far.
    """

    in_lines: str
    names: list[str] = field(default_factory=list)
    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    met: set[str] = field(default_factory=set)

    def add(self, found: Rows, head: Sequence[str], by: str, *, shown: str) -> None:
        """Take in the heads of one file; two of a document that differ are refused."""
        place = place_of_key(head, by, shown=shown)
        self.names += [name for name in head if name not in (by, *self.names)]
        next(found, None)
        for line, cells in found:
            key = cells[place].strip() if place < len(cells) else ""
            row = dict(zip(head, cells, strict=False))
            if key and self.rows.setdefault(key, row) != row:
                raise DataError(
                    f"line {line} of {shown} is a second head of document '{key}' and says otherwise "
                    f"than the first, so nobody can tell which holds. Correct the export, or name a "
                    f"key under heads.by that each document has once."
                )

    def beside(self, head: Sequence[str]) -> list[str]:
        """Return the names that heads bring to lines: those that the lines have not themselves."""
        return [name for name in self.names if name not in head]

    def joined(self, found: Rows, notes: Counter[str], *, head: Sequence[str]) -> Rows:
        """Yield the rows of a file of lines with the cells of their heads behind their own."""
        names, none, place = self.beside(head), dict[str, str](), head.index(self.in_lines)
        the_head_itself = {self.in_lines: dict(zip(names, names, strict=True))}
        for line, cells in found:
            key = cells[place].strip() if place < len(cells) else ""
            row = self.rows.get(key) or the_head_itself.get(key)
            notes[NO_HEAD] += bool(key) and row is None
            self.met.add(key)
            yield line, [*cells, *((row or none).get(name, "") for name in names)]

    def count_unmet(self, notes: Counter[str]) -> None:
        """Count the heads of which no line was read."""
        notes[NO_LINE] += len(self.rows.keys() - self.met)


def place_of_key(head: Sequence[str], by: str, *, shown: str) -> int:
    """Return where the key stands in a head; one without it is refused."""
    if by not in head:
        raise DataError(
            f"{shown} has no column '{by}' that tells its document. {did_you_mean(by, list(head))} "
            f"Set the name under heads.by of this input in engagement.yaml."
        )
    return list(head).index(by)
