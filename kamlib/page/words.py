"""Words of pages: captions of figures, sentences that add up, and what a parameter changes."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kamlib.core.errors import listed
from kamlib.core.language import _, ngettext, number, words_in
from kamlib.core.vocabulary import label

FIGURES = words_in(Path(__file__).parent / "figures.toml")


def figure_words(
    figure: str, *, measure: str = "", name: str = "", estimated: bool = False
) -> dict[str, str]:
    """Return caption and text alternative of a figure, as `show_figure` takes them.

    A page numbers its figures in the order in which they stand on it. Of a figure on list value,
    `estimated` says that the list price of some lines is.

    Examples
    --------
    >>> figure_words("pyramid")["caption"].startswith("The cooperation pyramid")
    True
    """
    words = {"measure": label(measure) if measure else "", "name": name}
    caption, alt = (_(FIGURES[figure][part]).format(**words) for part in ("caption", "alt"))
    return {"caption": of_estimated_list(caption, estimated), "alt": alt}


def of_estimated_list(said: str, estimated: bool) -> str:
    """Add to a sentence on list value that it is estimated, where it is.

    Examples
    --------
    >>> of_estimated_list("82 of 100 are left.", estimated=True)
    '82 of 100 are left. List value is estimated where no list price is given.'
    """
    if not estimated:
        return said
    return _("{said} List value is estimated where no list price is given.").format(said=said)


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


def before_and_after(what: str, before: Iterable[str], after: Iterable[str]) -> str:
    """Say how many there are before a parameter was set and after it, and who moves.

    Parameters
    ----------
    what : what is counted, such as "key accounts"
    before, after : names, in the order in which they are to be told

    Examples
    --------
    >>> before_and_after("key accounts", ["Ala", "Bęc", "Cud"], ["Cud", "Dal"])
    'As in engagement.yaml → as set here: 3 → 2 key accounts; Ala, Bęc leave; Dal comes.'
    >>> before_and_after("key accounts", ["Ala"], ["Ala"])
    'As in engagement.yaml → as set here: 1 → 1 key accounts; nobody leaves or comes.'
    """
    old, new = list(before), list(after)
    leave = [name for name in old if name not in new]
    come = [name for name in new if name not in old]
    moves = []
    if leave:
        words = ngettext("{names} leaves", "{names} leave", len(leave))
        moves.append(words.format(names=listed(leave)))
    if come:
        words = ngettext("{names} comes", "{names} come", len(come))
        moves.append(words.format(names=listed(come)))
    return _("As in engagement.yaml → as set here: {before} → {after} {what}; {moves}.").format(
        before=number(len(old)),
        after=number(len(new)),
        what=what,
        moves="; ".join(moves) or _("nobody leaves or comes"),
    )
