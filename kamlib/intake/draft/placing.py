"""Which table of the contract a file is: by its columns, its keys and its name, never by its name alone."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from kamlib.columns import COLUMNS
from kamlib.columns.naming import plain
from kamlib.intake.contract import CONTRACT
from kamlib.intake.draft.amounts import with_amounts
from kamlib.intake.draft.looks import Look, look_of
from kamlib.intake.draft.matching import Match, matched
from kamlib.intake.draft.seen import Seen
from kamlib.intake.draft.told import few
from kamlib.intake.draft.words import IN_FILE_NAMES
from kamlib.language import _, number
from kamlib.settings.inputs import TABLES

NAMED_SO = 1.5
TOO_NEAR = 0.5
MUCH_MORE = 1.0


class Placed(NamedTuple):
    """A file, what its columns look like, the table it is, and why; `match` is None where it is none."""

    seen: Seen
    looks: list[Look]
    match: Match | None
    why: str
    questions: list[str]

    @property
    def lacks_something(self) -> bool:
        """Tell whether a column that the table needs is not in the file."""
        return bool(self.match and self.match.lacks)


def placed(seen: Seen, tables: Iterable[str] = TABLES) -> Placed:
    """Return which table a file is, with the score of its columns; or what the nearest one lacks.

    Parameters
    ----------
    seen : Seen, a file that could be looked into
    tables : the tables it may be; one where engagement.yaml says which
    """
    looks = [look_of(column) for column in seen.columns]
    matches = [matched(seen, looks, table) for table in tables if table in CONTRACT]
    for each in matches:
        with_amounts(seen, looks, each)
    whole = [each for each in matches if not each.lacks and not _repeats_its_key(seen, each)]
    ranked = sorted(whole, key=lambda each: -_score(seen, each))
    if not ranked or _is_too_little(seen, ranked[0], matches):
        return _with_gaps(seen, looks, matches)
    best = ranked[0]
    template = _("{n} of its {all} columns are those of {table}")
    known = len({pair.place for pair in best.pairs})
    why = template.format(n=known, all=len(seen.head), table=best.table)
    _read_days_to_the_end(seen, looks, best)
    if "form" in seen.settings:
        why = _("invoices in the form {form}").format(form=seen.settings["form"].value)
    elif _named_so(seen, best.table):
        why += _(", and its name says so")
    rivals = [each for each in ranked[1:] if _score(seen, best) - _score(seen, each) < TOO_NEAR]
    question = _("{file}: it may be {table} or {others}. The draft takes {table}. Which is it?")
    asked = [
        question.format(
            file=seen.shown, table=best.table, others=", ".join(e.table for e in rivals)
        )
    ]
    return Placed(seen, looks, best, why, asked if rivals else [])


def _read_days_to_the_end(seen: Seen, looks: list[Look], match: Match) -> None:
    """Look at all days of a file of which the first rows only were looked at, as they are sorted."""
    days = [
        each for each in match.pairs if each.ours in COLUMNS and COLUMNS[each.ours].kind == "date"
    ]
    if seen.to_the_end is None or not days:
        return
    for pair in days:
        looks[pair.place] = look_of(seen.to_the_end(pair.place))
    template = _("days were looked at to the end, in {columns}")
    seen.notes.append(template.format(columns=few(pair.told.value for pair in days)))


def _is_too_little(seen: Seen, best: Match, matches: list[Match]) -> bool:
    """Tell whether a file has too little of a table, or much more of one that it does not fill."""
    if _named_so(seen, best.table):
        return False
    most = max((each.score for each in matches if each.lacks), default=0.0)
    return len(best.pairs) < 2 or most - best.score > MUCH_MORE


def _score(seen: Seen, match: Match) -> float:
    return match.score + (NAMED_SO if _named_so(seen, match.table) else 0.0)


def _named_so(seen: Seen, table: str) -> bool:
    """Tell whether a file's name speaks of a table."""
    stem = plain(re.split(r"[.]", seen.path.name)[0])
    return any(word in stem for word in (plain(table), *IN_FILE_NAMES.get(table, ())))


def _repeats_its_key(seen: Seen, match: Match) -> bool:
    """Tell whether rows share what must be the key of the table: then it is another table."""
    key = CONTRACT[match.table].key
    places = [match.place_of(name) for name in key]
    if not key or None in places:
        return False
    rows = list(zip(*(seen.columns[place] for place in places if place is not None), strict=True))
    return len(set(rows)) < 0.9 * len(rows)


def _nearness(seen: Seen, match: Match) -> float:
    """Return how near a file is to a table that it cannot be as it stands."""
    repeats = 1.0 if _repeats_its_key(seen, match) else 0.0
    return _score(seen, match) - 0.3 * len(match.lacks) - repeats


def _with_gaps(seen: Seen, looks: list[Look], matches: list[Match]) -> Placed:
    """Return a file as the table that it nearly is, with a question for each column it lacks.

    It must hold more of what the table needs than it lacks, or as much where its name speaks of the
    table; where engagement.yaml says which table it is, two known columns are enough.
    """
    nearest = max(matches, key=lambda each: _nearness(seen, each), default=None)
    if nearest is None or not nearest.lacks or _repeats_its_key(seen, nearest):
        return _nowhere(seen, looks, nearest)
    needed = sum(each.needed for each in CONTRACT[nearest.table].fields)
    most = (needed if _named_so(seen, nearest.table) else needed - 1) // 2
    if len(nearest.pairs) < 2 or (len(nearest.lacks) > most and len(matches) > 1):
        return _nowhere(seen, looks, nearest)
    _read_days_to_the_end(seen, looks, nearest)
    template = _("nearest to {table}, but nothing in it is {lacks}")
    why = template.format(table=nearest.table, lacks=", ".join(nearest.lacks))
    return Placed(seen, looks, nearest, why, [])


def _nowhere(seen: Seen, looks: list[Look], nearest: Match | None) -> Placed:
    """Return a file that is no table as it stands, with what the nearest one lacks."""
    if nearest is None or not nearest.pairs:
        why = _("none of its {n} columns is known").format(n=number(len(seen.head)))
        return Placed(seen, looks, None, why, [])
    template = _("nearest to {table}, but nothing in it is {lacks}")
    if not nearest.lacks:
        template = _("nearest to {table}, but its ids repeat or hardly any column is known")
    why = template.format(table=nearest.table, lacks=", ".join(nearest.lacks))
    return Placed(seen, looks, None, why, nearest.objections)
