"""From placed files to the inputs of a draft: files of one kind together, each key with its evidence."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from kamlib.intake.draft.codes import Codes, codes_told
from kamlib.intake.draft.days import Days
from kamlib.intake.draft.grids import in_words
from kamlib.intake.draft.marks import Marks
from kamlib.intake.draft.placing import Placed
from kamlib.intake.draft.seen import Seen
from kamlib.intake.draft.told import Told, few
from kamlib.intake.draft.writing import Writing, are_alike, dialect_told, writing_of
from kamlib.language import _, number

SAME_DOCUMENTS = 0.5


@dataclass
class Drafted:
    """One input of the draft: its files, how they are written, and whose columns are ours."""

    table: str
    group: list[Placed]
    files: Told
    writing: Writing
    codes: Codes
    questions: list[str] = field(default_factory=list)
    dialect: str = ""

    @property
    def first(self) -> Seen:
        """Return the first of its files, which stands for all of them."""
        return self.group[0].seen

    @property
    def lacks(self) -> list[str]:
        """Return the columns that the table needs and its files have not."""
        match = self.group[0].match
        return match.lacks if match else []


class Left(NamedTuple):
    """A file that is in no input of the draft, and why."""

    shown: str
    why: str


def drafted(table: str, files: list[Placed], all_files: list[str]) -> tuple[Drafted, list[Left]]:
    """Return the input of one table, and the files that are left out of it.

    Files belong together when their columns are called alike and they are written alike; of several
    such groups the one with most rows is taken, and one that lacks a column only where none is whole.
    A file that repeats another is left out.

    Parameters
    ----------
    files : the files that are this table
    all_files : every file as it is shown, so that a pattern takes no others
    """
    groups: list[list[Placed]] = []
    for each in files:
        home = next((group for group in groups if _belongs(group[0], each)), None)
        if home is None:
            groups.append([each])
        else:
            home.append(each)
    groups.sort(
        key=lambda group: (
            group[0].lacks_something,
            -sum(each.seen.rows for each in group),
            group[0].seen.shown,
        )
    )
    best, *others = groups
    kept, left = _without_repeats(table, best)
    one = _input_of(table, kept, all_files)
    for each in (each for group in others for each in group):
        why = _repeats(table, kept, each)
        if not why and each.lacks_something and not kept[0].lacks_something:
            why = each.why
        elif not why:
            why = _otherwise(table, kept[0], each)
            question = _("{file} is left out: {why}.")
            one.questions.append(question.format(file=each.seen.shown, why=why))
        left.append(Left(each.seen.shown, why))
    return one, left


def _belongs(one: Placed, other: Placed) -> bool:
    """Tell whether two files can stand in one input."""
    return _called(one) == _called(other) and are_alike(one.seen, other.seen)


def _called(each: Placed) -> dict[str, str]:
    return {pair.ours: pair.told.value for pair in each.match.pairs} if each.match else {}


def _without_repeats(table: str, group: list[Placed]) -> tuple[list[Placed], list[Left]]:
    """Leave out files that hold the same bytes, or the same documents, as an earlier one."""
    kept: list[Placed] = []
    left: list[Left] = []
    for each in group:
        why = _repeats(table, kept, each)
        if why:
            left.append(Left(each.seen.shown, why))
        else:
            kept.append(each)
    return kept, left


def _repeats(table: str, kept: list[Placed], each: Placed) -> str:
    """Return which file has the same bytes or the same documents; empty where none has."""
    twin = next((other for other in kept if _same_bytes(other.seen.path, each.seen.path)), None)
    if twin:
        return _("holds the same bytes as {other}").format(other=twin.seen.shown)
    shared = next(((o, n) for o in kept if (n := _shared(table, o, each)) > 0), None)
    if shared:
        template = _("{n} of its documents stand in {other} too: their money would count twice")
        return template.format(n=number(shared[1]), other=shared[0].seen.shown)
    return ""


def _otherwise(table: str, kept: Placed, each: Placed) -> str:
    """Say in what a file differs from those of its table, and what makes it one of them."""
    mine, theirs = each.seen.settings, kept.seen.settings
    apart = [
        f"{key} {in_words(mine[key].value)}"
        for key in ("encoding", "separator", "repair", "sheet", "header_row")
        if key in mine and (key not in theirs or mine[key].value != theirs[key].value)
    ]
    known = set(_called(kept).values())
    apart += [few([name]) for name in _called(each).values() if name not in known]
    template = _(
        "its {n} rows look like {table} as well, but it is written otherwise than {kept} ({apart}), "
        "and files of one input are written alike. Export it like the others"
    )
    return template.format(
        n=number(each.seen.rows),
        table=table,
        kept=kept.seen.shown,
        apart=", ".join(apart) or each.seen.kind,
    )


def _same_bytes(one: Path, other: Path) -> bool:
    return one.stat().st_size == other.stat().st_size and _digest(one) == _digest(other)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _shared(table: str, one: Placed, other: Placed) -> int:
    """Return how many documents two files share where it is more than half of one; else 0."""
    if table != "invoice_lines":
        return 0
    mine, theirs = _documents(one), _documents(other)
    both = len(mine & theirs)
    return both if both > SAME_DOCUMENTS * min(len(mine), len(theirs)) else 0


def _documents(each: Placed) -> set[str]:
    place = each.match.place_of("invoice_id") if each.match else None
    return set() if place is None else set(each.looks[place].values)


def _input_of(table: str, group: list[Placed], all_files: list[str]) -> Drafted:
    """Return the input that a group of files makes."""
    marks, days = Marks(), Days()
    for each in group:
        if each.match:
            of_numbers, of_days = writing_of(each.seen, each.looks, each.match)
            marks.add(of_numbers)
            days.add(of_days)
    seen = [each.seen for each in group]
    first = group[0]
    codes = [codes_told(each.seen, each.looks, each.match) for each in group if each.match]
    writing = dialect_told(seen, marks, days)
    questions = [
        *(asked for each in group for asked in each.questions),
        *(asked for each in group for asked in each.seen.questions),
        *_asked_once(group),
        *(asked for each in codes for asked in each.questions),
    ]
    files = _files_told([each.shown for each in seen], all_files, first.why)
    return Drafted(table, group, files, writing, _together(codes), list(dict.fromkeys(questions)))


def _asked_once(group: list[Placed]) -> list[str]:
    """Return what is to be asked of columns, once for files that give rise to the same question."""
    asked: dict[str, str] = {}
    for each in group:
        for one in [*each.match.questions, *each.match.objections] if each.match else []:
            asked.setdefault(one.removeprefix(f"{each.seen.shown}: "), one)
        for ours, one in each.match.lacking(each.seen.shown, each.seen.words) if each.match else []:
            asked.setdefault(ours, one)
    return list(asked.values())


def _files_told(files: list[str], all_files: list[str], why: str) -> Told:
    """Return a file, or a pattern where names differ by their numbers only and take no other file."""
    if len(files) == 1:
        return Told(files[0], why)
    pattern = _pattern(files)
    if pattern and sorted(each for each in all_files if fnmatchcase(each, pattern)) == sorted(
        files
    ):
        template = _("{n} files: {names}; {why}")
        return Told(pattern, template.format(n=len(files), names=few(files), why=why))
    template = _("{n} files with one head; {why}")
    return Told("\n".join(files), template.format(n=len(files), why=why))


def _pattern(files: list[str]) -> str:
    """Return what file names have in common, with a star for the one part in which they differ.

    Examples
    --------
    >>> _pattern(["in/sales_2021.csv", "in/sales_2022.csv"])
    'in/sales_*.csv'
    >>> _pattern(["a.csv", "b.csv"])
    ''
    """
    start = _common(files)
    end = _common([each[len(start) :][::-1] for each in files])[::-1]
    middles = [each[len(start) : len(each) - len(end)] for each in files]
    if not all(any(letter.isdigit() for letter in middle) for middle in middles):
        return ""
    if any(letter in middle for middle in middles for letter in "/*?["):
        return ""
    return f"{start.rstrip('0123456789')}*{end.lstrip('0123456789')}"


def _common(texts: list[str]) -> str:
    """Return the start that all texts share."""
    low, high = min(texts), max(texts)
    for place, letter in enumerate(low):
        if letter != high[place]:
            return low[:place]
    return low


def _together(codes: Iterable[Codes]) -> Codes:
    """Return the codes of all files of a group, each word once."""
    whole = Codes()
    for each in codes:
        for column, words in each.values.items():
            known = whole.values.setdefault(column, [])
            known += [word for word in words if word[0] not in {old for old, _told in known}]
        old = {prefix for prefix, _told in whole.prefixes}
        whole.prefixes += [one for one in each.prefixes if one[0] not in old]
    return whole


def share_dialects(inputs: list[Drafted]) -> dict[str, Writing]:
    """Name the dialects, one for all inputs that can share it, in the order of the inputs."""
    dialects: dict[str, Writing] = {}
    for each in inputs:
        if not each.writing.is_told:
            continue
        kind = each.first.kind
        fitting = (name for name, known in dialects.items() if known.agrees_with(each.writing))
        name = next(fitting, None)
        if name is None:
            encoding = each.writing.keys.get("encoding")
            stem = (
                "excel"
                if kind == "excel"
                else (encoding.value if encoding else kind).replace("-", "")
            )
            name = stem if stem not in dialects else f"{stem}_{len(dialects) + 1}"
            dialects[name] = Writing()
        dialects[name].take(each.writing)
        each.dialect = name
    return dialects
