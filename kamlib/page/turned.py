"""What a turned knob changes: who was there before, and who is there after."""

from collections.abc import Iterable

from kamlib.core.errors import listed
from kamlib.core.language import _, ngettext, number


def before_and_after(what: str, before: Iterable[str], after: Iterable[str]) -> str:
    """Say how many there are before a knob was turned and after it, and who moves.

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
