"""Which table of the contract a file is, and whose columns are ours: by names, then by their cells.

A name must be known or near to a known one, and the cells must be of the column's kind; a file's own
name alone never decides.
"""

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

import numpy as np

from kamlib.core.codes import TABLES
from kamlib.core.contract import CONTRACT, Field, fields_of
from kamlib.core.errors import DataError
from kamlib.core.language import _
from kamlib.core.naming import WITH_VAT, names_of, plain, without_brackets
from kamlib.core.vocabulary import COLUMNS, Kind
from kamlib.intake.inspect.columns import (
    MOST,
    Look,
    decimal_of,
    fits,
    look_of,
    number_in,
    objection,
)
from kamlib.intake.inspect.files import Seen
from kamlib.intake.inspect.words import IN_FILE_NAMES, Evidence, worded

WITHOUT_VAT = ("net_amount", "unit_price", "list_price", "cost_of_goods_sold", "freight")
SURE, LIKELY, NEAR = 3.0, 2.0, 1.0
ALIKE = 0.86
LONG_ENOUGH = 5
HALF = 0.5
NAMED_SO = 1.5
TOO_NEAR = 0.5
MUCH_MORE = 1.0
ROWS_COMPARED = 3_000
RATES = (1.23, 1.22, 1.08, 1.07, 1.05, 1.19, 1.2, 1.21, 1.25)
WITHIN, CENT = 0.0005, 0.011
Figures = dict[int, np.ndarray]


class Pair(NamedTuple):
    """One of our columns and the client's column for it."""

    ours: str
    place: int
    evidence: Evidence
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

    @property
    def names(self) -> dict[str, str]:
        return {pair.ours: pair.evidence.value for pair in self.pairs}

    def place_of(self, ours: str) -> int | None:
        return next((pair.place for pair in self.pairs if pair.ours == ours), None)

    def unused(self, head: list[str]) -> list[str]:
        mapped = {pair.place for pair in self.pairs}
        return [name for place, name in enumerate(head) if name and place not in mapped]

    def lacking(self, seen: Seen) -> dict[str, str]:
        """Return the question for each column that the table needs and the file has not."""
        free = ", ".join(self.unused(seen.head))
        template = (
            _("{file}: which column is the {column}? Not used yet: {names}.")
            if free
            else _("{file}: no column is left for the {column}. Where does it stand?")
        )
        return {
            name: worded(template, file=seen.shown, column=name, names=free) for name in self.lacks
        }


NO_TABLE = Match("", [], [])


class Placed(NamedTuple):
    """A file, what its columns look like, the table it is, and why; the match of none has no table."""

    seen: Seen
    looks: list[Look]
    match: Match
    why: str
    questions: list[str]

    @property
    def lacks_something(self) -> bool:
        return bool(self.match.lacks)

    def look(self, ours: str) -> Look | None:
        place = self.match.place_of(ours)
        return None if place is None else self.looks[place]


# ------------------------------------------------------------------------------------ tables
def placed(seen: Seen) -> Placed:
    """Return which table a file is, with the score of its columns; or what the nearest one lacks."""
    looks = [look_of(column) for column in seen.columns]
    matches = [matched(seen, looks, table) for table in TABLES if table in CONTRACT]
    whole = [each for each in matches if not each.lacks and not _repeats_its_key(seen, each)]
    ranked = sorted(whole, key=lambda each: -_score(seen, each))
    if not ranked or _is_too_little(seen, ranked[0], matches):
        return _with_gaps(seen, looks, matches)
    best = ranked[0]
    _read_days_to_the_end(seen, looks, best)
    rivals = [
        each.table for each in ranked[1:] if _score(seen, best) - _score(seen, each) < TOO_NEAR
    ]
    question = _("{file}: it may be {table} or {others}. The draft takes {table}. Which is it?")
    asked = worded(question, file=seen.shown, table=best.table, others=", ".join(rivals))
    return Placed(seen, looks, best, _why(seen, best), [asked] if rivals else [])


def _why(seen: Seen, best: Match) -> str:
    if "form" in seen.settings:
        return worded(_("invoices in the form {form}"), form=seen.settings["form"].value)
    template = _("{n} of its {all} columns are those of {table}")
    known = len({pair.place for pair in best.pairs})
    why = worded(template, n=known, all=len(seen.head), table=best.table)
    return why + _(", and its name says so") if _named_so(seen, best.table) else why


def _read_days_to_the_end(seen: Seen, looks: list[Look], match: Match) -> None:
    """Look at all days of a file of which the first rows only were looked at, as they are sorted."""
    try:
        for pair in match.pairs:
            if seen.to_the_end and kind_of(pair.ours) == "date":
                looks[pair.place] = look_of(seen.to_the_end(pair.place))
    except DataError as error:
        seen.problem = str(error)


def kind_of(ours: str) -> Kind:
    return COLUMNS[ours].kind if ours in COLUMNS else "text"


def _is_too_little(seen: Seen, best: Match, matches: list[Match]) -> bool:
    """Tell whether a file has too little of a table, or much more of one that it does not fill."""
    if _named_so(seen, best.table):
        return False
    most = max((each.score for each in matches if each.lacks), default=0.0)
    return len(best.pairs) < 2 or most - best.score > MUCH_MORE


def _score(seen: Seen, match: Match) -> float:
    return match.score + (NAMED_SO if _named_so(seen, match.table) else 0.0)


def _named_so(seen: Seen, table: str) -> bool:
    stem = plain(seen.path.name.partition(".")[0])
    return any(word in stem for word in (plain(table), *IN_FILE_NAMES.get(table, ())))


def _repeats_its_key(seen: Seen, match: Match) -> bool:
    """Tell whether rows share what must be the key of the table: then it is another table."""
    places = [match.place_of(name) for name in CONTRACT[match.table].key]
    if not places or None in places:
        return False
    rows = list(zip(*(seen.columns[place] for place in places if place is not None), strict=True))
    return len(set(rows)) < 0.9 * len(rows)


def _nearness(seen: Seen, match: Match) -> float:
    return _score(seen, match) - 0.3 * len(match.lacks) - _repeats_its_key(seen, match)


def _with_gaps(seen: Seen, looks: list[Look], matches: list[Match]) -> Placed:
    """Return a file as the table that it nearly is, with a question for each column it lacks.

    It must hold more of what the table needs than it lacks, or as much where its name speaks of the
    table. Else it is no table, and what the nearest one lacks is the reason.
    """
    nearest = max(matches, key=lambda each: _nearness(seen, each), default=None)
    if nearest is None or not nearest.pairs:
        why = worded(_("none of its {n} columns is known"), n=len(seen.head))
        return Placed(seen, looks, NO_TABLE, why, [])
    template = _("nearest to {table}, but its ids repeat or hardly any column is known")
    if nearest.lacks:
        template = _("nearest to {table}, but nothing in it is {lacks}")
    why = worded(template, table=nearest.table, lacks=", ".join(nearest.lacks))
    needed = sum(each.needed for each in CONTRACT[nearest.table].fields)
    most = (needed if _named_so(seen, nearest.table) else needed - 1) // 2
    too_little = len(nearest.pairs) < 2 or len(nearest.lacks) > most
    if not nearest.lacks or too_little or _repeats_its_key(seen, nearest):
        return Placed(seen, looks, NO_TABLE, why, nearest.objections)
    _read_days_to_the_end(seen, looks, nearest)
    return Placed(seen, looks, nearest, why, [])


# ----------------------------------------------------------------------------------- columns
class _Candidate(NamedTuple):
    """A column that may be ours; `elsewhere` says that its name surely means another of ours."""

    weight: float
    rank: int
    place: int
    why: str
    elsewhere: bool = False


def matched(seen: Seen, looks: list[Look], table: str) -> Match:
    """Return how the columns of a file fit one table; columns that it needs are looked for first."""
    fields = CONTRACT[table].fields
    found = {each.name: _candidates(seen, looks, each, table) for each in fields}
    match = Match(table, [], [])
    match.objections += (why for each in fields for why in _objections(seen, looks, each, table))
    taken: set[int] = set()
    for needed, least in ((True, SURE), (True, 0), (False, SURE), (False, 0)):
        for each in fields:
            if each.needed == needed and match.place_of(each.name) is None:
                free = [c for c in found[each.name] if c.place not in taken and c.weight >= least]
                if free:
                    taken.add(free[0].place)
                    _take(match, seen, looks, each, free)
    given = dict.fromkeys(match.names, "")
    lacking = [each.name for each in fields_of(table, given, set()) if each.needed]
    match.lacks = [name for name in lacking if name not in given]
    order = [each.name for each in fields]
    match.pairs.sort(key=lambda pair: order.index(pair.ours))
    return match


def _take(
    match: Match, seen: Seen, looks: list[Look], wanted: Field, free: list[_Candidate]
) -> None:
    best, theirs = free[0], seen.head[free[0].place]
    rivals = [each for each in free[1:] if each.weight == best.weight and not each.elsewhere]
    if plain(theirs) == plain(wanted.name):
        rivals = []
    why = f"{best.why}; {fits(looks[best.place], wanted.kind)}"
    evidence = Evidence(theirs, why, best.weight == SURE and not rivals)
    match.pairs.append(Pair(wanted.name, best.place, evidence, best.weight))
    names = ", ".join(seen.head[each.place] for each in (best, *rivals))
    template = _("{file}: is {best} really the {column}? ({why})")
    if rivals:
        template = _("{file}: {column} may be {names}. The draft takes {best}. Which one is meant?")
    if rivals or best.weight < SURE:
        said = {"column": wanted.name, "names": names, "best": theirs, "why": best.why}
        match.questions.append(worded(template, file=seen.shown, **said))


def _candidates(seen: Seen, looks: list[Look], wanted: Field, table: str) -> list[_Candidate]:
    found = [
        each
        for place, word in enumerate(seen.head)
        if not has_vat(wanted.name, word)
        and (each := _candidate(place, word, wanted, table))
        and not objection(looks[place], wanted.kind, least=HALF if each.weight == SURE else MOST)
    ]
    return sorted(found, key=lambda each: (-each.weight, each.rank, each.place))


def _candidate(place: int, word: str, wanted: Field, table: str) -> _Candidate | None:
    """Return a column as one that may be ours by its name, None where the name is a strange one."""
    sure, likely = names_of(wanted.name, table)
    name = _known_as(word, sure, likely)
    if name in sure:
        own = name == plain(wanted.name)
        why = _("our own name") if own else _("a usual name for it")
        return _Candidate(SURE, sure.index(name), place, why)
    if name in likely:
        others = (each.name for each in CONTRACT[table].fields if each.name != wanted.name)
        elsewhere = any(name in names_of(other, table)[0] for other in others)
        why = _("a name used for it and for other things")
        return _Candidate(LIKELY, likely.index(name), place, why, elsewhere)
    near = _near(name, sure)
    return _Candidate(NEAR, 0, place, worded(_("near to {name}"), name=near)) if near else None


def _known_as(word: str, *known: Iterable[str]) -> str:
    """Return a name as names are compared; what stands in brackets goes where that makes it known."""
    name, bare = plain(word), plain(without_brackets(word))
    return bare if any(bare in names and name not in names for names in known) else name


@cache
def _near(name: str, known: tuple[str, ...]) -> str:
    """Return the known name that a name is a slip of, empty where there is none."""
    if len(name) < LONG_ENOUGH:
        return ""
    long = [each for each in known if len(each) >= LONG_ENOUGH]
    return next(iter(difflib.get_close_matches(name, long, n=1, cutoff=ALIKE)), "")


def has_vat(ours: str, theirs: str) -> bool:
    """Tell whether a name says that VAT is in it, where ours is without."""
    return ours in WITHOUT_VAT and any(word in plain(theirs) for word in WITH_VAT)


def _objections(seen: Seen, looks: list[Look], wanted: Field, table: str) -> Iterator[str]:
    sure = names_of(wanted.name, table)[0]
    template = _("{file}: {theirs} is called like {column}, but {why}.")
    for place, word in enumerate(seen.head):
        known = _known_as(word, sure) in sure
        if known and (why := objection(looks[place], wanted.kind, least=HALF)):
            yield worded(template, file=seen.shown, theirs=word, column=wanted.name, why=why)


def confirm_amounts(one: Placed) -> None:
    """Confirm, refuse or question what a file of lines takes for its net amount."""
    seen, match = one.seen, one.match
    if match.table != "invoice_lines":
        return
    figures = {
        place: _numbers(cells[:ROWS_COMPARED], look)
        for place, (cells, look) in enumerate(zip(seen.columns, one.looks, strict=True))
        if look.filled and look.of_kind("money") >= MOST * look.filled
    }
    net = match.place_of("net_amount")
    if net in figures:
        _judge_net(seen, match, figures, net)
    if net is not None:
        return
    gross = [place for place, name in enumerate(seen.head) if has_vat("net_amount", name)]
    template = _("{file}: {name} says that VAT is in it, so it is not taken for net_amount.")
    match.objections += [
        worded(template, file=seen.shown, name=seen.head[place]) for place in gross
    ]
    if not match.lacks and {"quantity", "unit_price"} <= match.names.keys():
        _tell_products(seen, match, figures, gross)


def _numbers(cells: list[str], look: Look) -> np.ndarray:
    decimal, _questions = decimal_of(look.marks)
    return np.array([number_in(cell.strip(), decimal.value if decimal else ".") for cell in cells])


def _agreement(
    one: np.ndarray | None, other: np.ndarray | None, rates: tuple[float, ...] = RATES
) -> dict[str, int] | None:
    """Return in how many of the rows that have both one figure is the other at a rate, if in nearly all."""
    if one is None or other is None:
        return None
    known = np.nan_to_num(one * other) != 0
    gross, net = one[known, None], other[known, None]
    near = np.abs(gross - net * rates) <= np.maximum(CENT, WITHIN * np.abs(gross))
    n, every = int(near.any(axis=1).sum()), len(gross)
    return {"n": n, "all": every} if every and n >= MOST * every else None


def _judge_net(seen: Seen, match: Match, figures: Figures, place: int) -> None:
    net, mapped = figures[place], {pair.place for pair in match.pairs}
    certain = next(pair.weight for pair in match.pairs if pair.ours == "net_amount") == SURE
    for other, amounts in figures.items():
        if other in mapped:
            continue
        if not certain and (found := _agreement(net, amounts)):
            _refuse_gross(seen, match, place, other, found)
            return
        if found := _agreement(amounts, net):
            why = worded(
                _("{other} is it with VAT in {n} of {all} rows"), other=seen.head[other], **found
            )
            _confirm(match, "net_amount", why, sure=True)
            return
    if found := _agreement(net, _products(match, figures), (1.0,)):
        template = _("quantity × unit price gives it in {n} of {all} rows")
        _confirm(match, "net_amount", worded(template, **found), sure=False)


def _refuse_gross(seen: Seen, match: Match, place: int, other: int, found: dict[str, int]) -> None:
    gross, net = seen.head[place], seen.head[other]
    template = _(
        "{file}: {gross} is {other} with VAT in {n} of {all} rows, so {other} is taken for net_amount."
    )
    said = worded(template, file=seen.shown, gross=gross, other=net, **found)
    match.questions = [each for each in match.questions if "net_amount" not in each]
    match.questions.append(f"{said} " + _("Is that right?"))
    match.pairs = [
        pair for pair in match.pairs if pair.ours != "net_amount" and pair.place != other
    ]
    template = _("{gross} is it with VAT in {n} of {all} rows")
    why = worded(template, gross=gross, **found)
    match.pairs.append(Pair("net_amount", other, Evidence(net, why, sure=False), SURE))


def _tell_products(seen: Seen, match: Match, figures: Figures, gross: list[int]) -> None:
    """Say that the net amount is worked out, and hold it against an amount with VAT."""
    less = match.place_of("discount") is not None
    what = _("quantity × unit price less discount") if less else _("quantity × unit price")
    products = _products(match, figures)
    for place in gross:
        if found := _agreement(figures.get(place), products):
            template = _("{what} with VAT gives {gross} in {n} of {all} rows")
            why = worded(template, what=what, gross=seen.head[place], **found)
            _confirm(match, "unit_price", why, sure=True)
            break
    if less:
        _ask_of_discount(seen, match, figures)
    template = _(
        "{file}: there is no net amount; it is {what}. Is the price in {price} without VAT?"
    )
    price = match.names["unit_price"]
    match.questions.append(worded(template, file=seen.shown, what=what, price=price))


def _products(match: Match, figures: Figures) -> np.ndarray | None:
    quantity, price, discount = (
        figures.get(-1 if (place := match.place_of(name)) is None else place)
        for name in ("quantity", "unit_price", "discount")
    )
    if quantity is None or price is None:
        return None
    return quantity * price * (1 - np.nan_to_num(0 if discount is None else discount) / 100)


def _ask_of_discount(seen: Seen, match: Match, figures: Figures) -> None:
    """Ask whether discounts are shares, where none is above 1."""
    place = match.place_of("discount")
    if place not in figures or any("%" in cell for cell in seen.columns[place]):
        return
    if 0 < np.nanmax(figures[place]) <= 1:
        template = _(
            "{file}: no discount in {name} is above 1, and discounts are read as percent. Are they shares?"
        )
        match.questions.append(worded(template, file=seen.shown, name=seen.head[place]))


def _confirm(match: Match, ours: str, why: str, *, sure: bool) -> None:
    for i, pair in enumerate(match.pairs):
        if pair.ours == ours:
            name, known, certain = pair.evidence
            evidence = Evidence(name, f"{known}; {why}", certain or sure)
            match.pairs[i] = pair._replace(evidence=evidence)
    if sure:
        match.questions = [each for each in match.questions if ours not in each]
