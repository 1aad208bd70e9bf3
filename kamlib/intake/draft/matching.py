"""Whose columns are ours: names in a head against names that clients use, then the cells behind them."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from kamlib.columns.aliases import WITH_VAT
from kamlib.columns.naming import names_of, plain, without_brackets
from kamlib.intake.contract import CONTRACT, Field, fields_of
from kamlib.intake.draft.looks import MOST, Look, fits, objection
from kamlib.intake.draft.seen import Seen
from kamlib.intake.draft.told import Told
from kamlib.language import _

WITHOUT_VAT = ("net_amount", "unit_price", "list_price", "cost_of_goods_sold", "freight")
SURE, LIKELY, NEAR = 3.0, 2.0, 1.0
ALIKE = 0.86
LONG_ENOUGH = 5
HALF = 0.5


class Pair(NamedTuple):
    """One of our columns and the client's column for it."""

    ours: str
    place: int
    told: Told
    weight: float


@dataclass
class Match:
    """How a file fits one table of the contract."""

    table: str
    pairs: list[Pair]
    lacks: list[str]
    questions: list[str] = field(default_factory=list)
    objections: list[str] = field(default_factory=list)

    @property
    def score(self) -> float:
        """Return how well the columns fit: a sure one counts 1, a likely one less."""
        return sum(pair.weight for pair in self.pairs) / SURE

    def lacking(self, shown: str, words: list[str]) -> list[tuple[str, str]]:
        """Return each column that the table needs and the file has not, with the question for it."""
        mapped = {pair.place for pair in self.pairs}
        free = [word for place, word in enumerate(words) if word and place not in mapped]
        if free:
            template = _("{file}: which column is the {column}? Not used yet: {names}.")
        else:
            template = _("{file}: no column is left for the {column}. Where does it stand?")
        names = ", ".join(free)
        return [
            (name, template.format(file=shown, column=name, names=names)) for name in self.lacks
        ]

    def place_of(self, ours: str) -> int | None:
        """Return where the client's column for one of ours stands."""
        return next((pair.place for pair in self.pairs if pair.ours == ours), None)


class _Candidate(NamedTuple):
    """A column that may be ours; `elsewhere` says that its name surely means another of ours."""

    weight: float
    rank: int
    place: int
    why: str
    elsewhere: bool = False


def matched(seen: Seen, looks: list[Look], table: str) -> Match:
    """Return how the columns of a file fit one table of the contract.

    Columns that a table needs are looked for first. A name must be known or near to a known one,
    and the cells must be of the column's kind.
    """
    fields = CONTRACT[table].fields
    found = {each.name: _candidates(seen, looks, each, table) for each in fields}
    match = Match(table, [], [])
    for each in fields:
        match.objections += _objections(seen, looks, each, table)
    taken: set[int] = set()
    for needed, least in ((True, SURE), (True, 0), (False, SURE), (False, 0)):
        for each in fields:
            if each.needed == needed:
                _take(match, seen, looks, each, found[each.name], least, taken)
    given = {pair.ours: "" for pair in match.pairs}
    lacking = [each.name for each in fields_of(table, given, set()) if each.needed]
    match.lacks = [name for name in lacking if name not in given]
    order = [each.name for each in fields]
    match.pairs.sort(key=lambda pair: order.index(pair.ours))
    return match


def _take(
    match: Match,
    seen: Seen,
    looks: list[Look],
    wanted: Field,
    found: list[_Candidate],
    least: float,
    taken: set[int],
) -> None:
    """Take the best free candidate for a column, and ask where another is as good."""
    if match.place_of(wanted.name) is not None:
        return
    free = [each for each in found if each.place not in taken and each.weight >= least]
    if not free:
        return
    best = free[0]
    taken.add(best.place)
    own = plain(seen.words[best.place]) == plain(wanted.name)
    rivals = (each for each in free[1:] if each.weight == best.weight and not each.elsewhere)
    others = [] if own else list(rivals)
    evidence = fits(looks[best.place], wanted.kind, seen.rows)
    sure = best.weight == SURE and not others
    match.pairs.append(
        Pair(
            wanted.name,
            best.place,
            Told(seen.words[best.place], f"{best.why}; {evidence}", sure),
            best.weight,
        )
    )
    if others:
        template = _("{file}: {column} may be {names}. The draft takes {best}. Which one is meant?")
        names = ", ".join(seen.words[each.place] for each in (best, *others))
        match.questions.append(
            template.format(
                file=seen.shown, column=wanted.name, names=names, best=seen.words[best.place]
            )
        )
    elif best.weight < SURE:
        template = _("{file}: is {theirs} really the {column}? ({why})")
        match.questions.append(
            template.format(
                file=seen.shown, theirs=seen.words[best.place], column=wanted.name, why=best.why
            )
        )


def _candidates(seen: Seen, looks: list[Look], wanted: Field, table: str) -> list[_Candidate]:
    """Return the columns that may be one of ours, best first; those whose cells forbid it left out."""
    sure, likely = names_of(wanted.name, table)
    found = []
    for place, word in enumerate(seen.words):
        name = _known_as(word, sure, likely)
        near = _near(name, sure)
        if not (name in sure or name in likely or near) or has_vat(wanted.name, word):
            continue
        if objection(looks[place], wanted.kind, least=_least(name, sure)):
            continue
        if name in sure:
            why = _("our own name") if name == plain(wanted.name) else _("a usual name for it")
            found.append(_Candidate(SURE, sure.index(name), place, why))
        elif name in likely:
            why = _("a name used for it and for other things")
            found.append(
                _Candidate(LIKELY, likely.index(name), place, why, _is_another(name, wanted, table))
            )
        else:
            why = _("near to {name}").format(name=near)
            found.append(_Candidate(NEAR, 0, place, why))
    return sorted(found, key=lambda each: (-each.weight, each.rank, each.place))


def _known_as(word: str, *known: Iterable[str]) -> str:
    """Return a name as names are compared; what stands in brackets goes where that makes it known."""
    name, bare = plain(word), plain(without_brackets(word))
    return bare if any(bare in names and name not in names for names in known) else name


def _least(name: str, sure: Iterable[str]) -> float:
    """Return the share of cells that must be of a column's kind: half, where its name is sure."""
    return HALF if name in sure else MOST


def _is_another(name: str, wanted: Field, table: str) -> bool:
    """Tell whether a name surely means another column of the same table."""
    others = (each.name for each in CONTRACT[table].fields if each.name != wanted.name)
    return any(name in names_of(other, table)[0] for other in others)


@cache
def _near(name: str, known: tuple[str, ...]) -> str:
    """Return the known name that a name is a slip of, empty where there is none."""
    if len(name) < LONG_ENOUGH:
        return ""
    long = [each for each in known if len(each) >= LONG_ENOUGH]
    return next(iter(difflib.get_close_matches(name, long, n=1, cutoff=ALIKE)), "")


def has_vat(ours: str, theirs: str) -> bool:
    """Tell whether a name says that VAT is in it, where ours is without.

    Examples
    --------
    >>> has_vat("net_amount", "Wartość brutto"), has_vat("net_amount", "Wartość netto")
    (True, False)
    """
    name = plain(theirs)
    return ours in WITHOUT_VAT and any(word in name for word in WITH_VAT)


def _objections(seen: Seen, looks: list[Look], wanted: Field, table: str) -> list[str]:
    """Say which columns bear a sure name and hold something else."""
    sure = names_of(wanted.name, table)[0]
    template = _("{file}: {theirs} is called like {column}, but {why}.")
    return [
        template.format(file=seen.shown, theirs=word, column=wanted.name, why=why)
        for place, word in enumerate(seen.words)
        if _known_as(word, sure) in sure
        and (why := objection(looks[place], wanted.kind, least=HALF))
    ]
