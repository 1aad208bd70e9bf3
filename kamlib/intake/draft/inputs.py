"""From placed files to the inputs of a draft: files of one kind together, each key with its evidence."""

import filecmp
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import takewhile
from typing import NamedTuple

from kamlib.core.contract import CONTRACT, NUMERIC
from kamlib.core.language import _
from kamlib.core.naming import plain
from kamlib.intake.draft.matching import Match, Placed, kind_of
from kamlib.intake.inspect.columns import (
    Look,
    decimal_of,
    is_negative,
    marks_in,
    thousands_of,
)
from kamlib.intake.inspect.days import days_in, forms_of
from kamlib.intake.inspect.files import Seen
from kamlib.intake.inspect.heads import SEPARATORS
from kamlib.intake.inspect.words import CURRENCIES, MEANINGS, Evidence, currencies_in, few, worded
from kamlib.intake.values import EXCEL

SAME_DOCUMENTS = 0.5
OF_THE_FILE = ("encoding", "separator", "repair")
OF_NUMBERS = ("decimal", "thousands")
OF_THE_INPUT = ("sheet", "header_row")
PREFIX = re.compile(r"^[^\W\d_]+[ /._-]?")
A_FEW = 12


# ----------------------------------------------------------------------------- how it is written
@dataclass
class Writing:
    """The keys of a dialect with their evidence, and what has to be asked.

    `dates` holds the forms of days in order; a key that no value tells of is absent.
    """

    keys: dict[str, Evidence] = field(default_factory=dict)
    dates: list[Evidence] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    questions_of_days: list[str] = field(default_factory=list)

    def value(self, key: str) -> str:
        """Return what a key says, empty where nothing tells it."""
        return self.keys[key].value if key in self.keys else ""

    def agrees_with(self, other: "Writing") -> bool:
        """Tell whether one dialect can serve both: what both tell is the same."""
        same = all(self.value(key) == other.value(key) for key in OF_THE_FILE)
        both = [(self.value(key), other.value(key)) for key in OF_NUMBERS]
        clash = any(mine and theirs and mine != theirs for mine, theirs in both)
        (decimal, their_decimal), (group, their_group) = both
        crossed = (decimal and decimal == their_group) or (group and group == their_decimal)
        return same and not clash and not crossed and self._days_agree(other)

    def _days_agree(self, other: "Writing") -> bool:
        mine, theirs = ([form.value for form in each.dates] for each in (self, other))
        return not mine or not theirs or mine == theirs

    def asked_beside(self, dialect: "Writing") -> list[str]:
        """Return the questions that are left where the files are read by a shared dialect."""
        settled = dialect.dates and all(each.sure for each in dialect.dates)
        return [*self.questions, *([] if settled else self.questions_of_days)]

    def take(self, other: "Writing") -> None:
        self.keys = {**other.keys, **self.keys}
        mine, theirs = (all(form.sure for form in each.dates) for each in (self, other))
        if not self.dates or (theirs and not mine):
            self.dates = other.dates


def writing_of(group: list[Placed]) -> Writing:
    """Return how files of one table are written, which are written alike."""
    numbers, days = Counter[str](), Counter[str]()
    for each in group:
        for pair in each.match.pairs:
            kind, values = kind_of(pair.ours), each.looks[pair.place].values
            if kind in NUMERIC:
                numbers.update(values)
            elif kind == "date":
                days.update(values)
    marks = marks_in(numbers)
    writing = Writing()
    for key in OF_THE_FILE:
        found = [one.seen.settings[key] for one in group if key in one.seen.settings]
        if found:
            writing.keys[key] = max(found, key=lambda each: each.value != "utf-8")
    decimal, writing.questions = decimal_of(marks)
    thousands = thousands_of(marks, decimal.value if decimal else "")
    if thousands and not decimal:
        other = "." if thousands.value == "," else ","
        decimal = Evidence(other, _("no number has a fraction"), sure=False)
    told = {"decimal": decimal, "thousands": thousands}
    writing.keys |= {key: evidence for key, evidence in told.items() if evidence}
    for form in forms_of(days_in(days)):
        if form.pattern != EXCEL or group[0].seen.kind == "text":
            writing.dates.append(form.evidence._replace(value=form.pattern))
            writing.questions_of_days += [form.question] if form.question else []
    return writing


def _setting(seen: Seen, key: str) -> str:
    return seen.settings[key].value if key in seen.settings else ""


def _is_plain(seen: Seen) -> bool:
    cells = (cell for column in seen.columns for cell in column)
    return all(map(str.isascii, seen.head)) and all(map(str.isascii, cells))


def share_dialects(inputs: list["Drafted"]) -> dict[str, Writing]:
    """Name the dialects, one for all inputs that can share it, in the order of the inputs."""
    dialects: dict[str, Writing] = {}
    for each in inputs:
        if not (each.writing.keys or each.writing.dates):
            continue
        fitting = (name for name, known in dialects.items() if known.agrees_with(each.writing))
        each.dialect = next(fitting, "") or _free_name(each, dialects)
        dialects.setdefault(each.dialect, Writing()).take(each.writing)
    return dialects


def _free_name(each: "Drafted", dialects: dict[str, Writing]) -> str:
    stem = each.first.kind
    if stem != "excel":
        stem = (each.writing.value("encoding") or stem).replace("-", "")
    return f"{stem}_{len(dialects) + 1}" if stem in dialects else stem


# --------------------------------------------------------------------------------------- codes
@dataclass
class Codes:
    """Words and prefixes with their meaning: by column of ours, each with its evidence."""

    values: dict[str, dict[str, Evidence]] = field(default_factory=dict)
    prefixes: dict[str, Evidence] = field(default_factory=dict)
    questions: list[str] = field(default_factory=list)

    def tell(self, column: str, word: str, meaning: Evidence) -> None:
        """Take a word of a column; what an earlier file has told stays."""
        self.values.setdefault(column, {}).setdefault(word, meaning)


def _tell_codes(codes: Codes, one: Placed) -> None:
    """Tell what the words in a file's code columns mean, as far as they are known."""
    allowed = {each.name: each.allowed for each in CONTRACT[one.match.table].fields}
    for pair in one.match.pairs:
        look = one.looks[pair.place]
        if pair.ours in MEANINGS and allowed[pair.ours]:
            _tell_words(codes, one.seen, look, pair.ours, allowed[pair.ours])
        elif pair.ours == "currency":
            _tell_currencies(codes, one.seen, look)
    if one.match.table == "invoice_lines" and one.match.place_of("document_type") is None:
        _tell_prefixes(codes, one)


def _tell_words(
    codes: Codes, seen: Seen, look: Look, column: str, allowed: tuple[str, ...]
) -> None:
    """Tell the words of one column; those nobody knows are asked for."""
    known, odd = MEANINGS[column], []
    for value, times in sorted(look.values.items(), key=lambda each: (-each[1], each[0])):
        if plain(value) in known and value not in allowed:
            why = worded(_("a usual word for it; {n} of {all} cells"), n=times, all=look.filled)
            codes.tell(column, value, Evidence(known[plain(value)], why, sure=False))
        elif value not in allowed:
            odd.append(value)
    if odd:
        template = _("{file}: what do the words {words} mean in {column}? It may be {allowed}.")
        said = {"words": odd, "column": column, "allowed": ", ".join(allowed)}
        codes.questions.append(worded(template, file=seen.shown, **said))


def _tell_currencies(codes: Codes, seen: Seen, look: Look) -> None:
    """Tell words that are no three letters, and ask for rates of other currencies."""
    for value, times in sorted(look.values.items()):
        if code := CURRENCIES.get(value.casefold()):
            why = worded(_("{n} of {all} cells"), n=times, all=look.filled)
            codes.tell("currency", value, Evidence(code, why, sure=False))
    counts = currencies_in(look.values)
    if len(counts) > 1:
        (main, times), *others = counts.most_common()
        template = _("{file}: rows in {others}, not in {main}: {n}. Bring fx_rates for them.")
        names = [code for code, _times in others]
        n = counts.total() - times
        codes.questions.append(worded(template, file=seen.shown, n=n, others=names, main=main))


def _tell_prefixes(codes: Codes, one: Placed) -> None:
    """Tell the kind of a document from the start of its number, where no column does."""
    amount = "net_amount" if "net_amount" in one.match.names else "quantity"
    places = [one.match.place_of(ours) for ours in ("invoice_id", amount)]
    if None in places:
        return
    rows, negative = Counter[str](), Counter[str]()
    for document, figure in zip(*(one.seen.columns[at or 0] for at in places), strict=True):
        if start := PREFIX.match(document.strip()):
            rows[start[0]] += 1
            negative[start[0]] += is_negative(figure.strip())
    known = MEANINGS["document_type"]
    found = {prefix: known[plain(prefix)] for prefix in sorted(rows) if plain(prefix) in known}
    if not 1 < len(rows) <= A_FEW or not set(found.values()) - {"invoice"}:
        return
    for prefix, ours in found.items():
        n, minus = rows[prefix], negative[prefix]
        why = worded(_("{minus} of {n} rows are negative"), n=n, minus=minus)
        sure = minus == (0 if ours == "invoice" else n)
        codes.prefixes.setdefault(prefix, Evidence(ours, why, sure))
    odd = sorted(set(rows) - set(found))
    if odd:
        template = _("{file}: what documents are those whose numbers start with {prefixes}?")
        codes.questions.append(worded(template, file=one.seen.shown, prefixes=odd))


# -------------------------------------------------------------------------------------- inputs
@dataclass
class Drafted:
    """One input of the draft: its files, how they are written, and whose columns are ours."""

    table: str
    group: list[Placed]
    files: Evidence
    writing: Writing
    codes: Codes
    questions: list[str]
    dialect: str = ""

    @property
    def first(self) -> Seen:
        return self.group[0].seen

    @property
    def match(self) -> Match:
        return self.group[0].match

    def looks(self, ours: str) -> list[Look]:
        return [look for each in self.group if (look := each.look(ours)) is not None]


class Left(NamedTuple):
    """A file that is in no input of the draft, and why."""

    shown: str
    why: str


def drafted(table: str, files: list[Placed], all_files: list[str]) -> tuple[Drafted, list[Left]]:
    """Return the input of one table, and the files that are left out of it.

    Files belong together when their columns are called alike and they are written alike; of several
    such groups the one with most rows is taken, and one that lacks a column only where none is whole.
    A file that repeats another is left out.
    """
    groups: list[list[Placed]] = []
    for each in files:
        home = next((group for group in groups if _belongs(group[0], each)), None)
        groups.append([each]) if home is None else home.append(each)
    best, *others = sorted(groups, key=_rank)
    kept, left = list[Placed](), list[Left]()
    for each in best:
        why = _repeats(table, kept, each)
        left += [Left(each.seen.shown, why)] if why else []
        kept += [] if why else [each]
    one = _input_of(table, kept, all_files)
    for each in (each for group in others for each in group):
        why = _repeats(table, kept, each)
        if not why and each.lacks_something and not kept[0].lacks_something:
            why = each.why
        elif not why:
            why = _otherwise(table, kept[0], each)
            one.questions.append(
                worded(_("{file} is left out: {why}."), file=each.seen.shown, why=why)
            )
        left.append(Left(each.seen.shown, why))
    return one, left


def _rank(group: list[Placed]) -> tuple[bool, int, str]:
    """Return by what groups are sorted: whole ones, those with most rows, then by name."""
    rows = sum(each.seen.rows for each in group)
    return group[0].lacks_something, -rows, group[0].seen.shown


def _belongs(one: Placed, other: Placed) -> bool:
    mine, theirs = one.seen, other.seen
    keys = ("separator", "repair", *OF_THE_INPUT)
    same = all(_setting(mine, key) == _setting(theirs, key) for key in keys)
    encodings = _setting(mine, "encoding") == _setting(theirs, "encoding")
    alike = mine.kind == theirs.kind and one.match.names == other.match.names
    return alike and same and (encodings or _is_plain(mine) or _is_plain(theirs))


def _repeats(table: str, kept: list[Placed], each: Placed) -> str:
    """Return which file has the same bytes or the same documents; empty where none has."""
    for other in kept:
        if filecmp.cmp(other.seen.path, each.seen.path, shallow=False):
            return worded(_("holds the same bytes as {other}"), other=other.seen.shown)
    for other in kept if table == "invoice_lines" else ():
        mine, theirs = (
            set(look.values) if (look := one.look("invoice_id")) else set() for one in (each, other)
        )
        both = len(mine & theirs)
        if both > SAME_DOCUMENTS * min(len(mine), len(theirs)):
            template = _("{n} of its documents stand in {other} too: their money would count twice")
            return worded(template, n=both, other=other.seen.shown)
    return ""


def _otherwise(table: str, kept: Placed, each: Placed) -> str:
    """Say in what a file differs from those of its table, and what makes it one of them."""
    apart = [
        f"{key} {SEPARATORS.get(mine, mine)}"
        for key in (*OF_THE_FILE, *OF_THE_INPUT)
        if (mine := _setting(each.seen, key)) and mine != _setting(kept.seen, key)
    ]
    known = set(kept.match.names.values())
    apart += [few([name]) for name in each.match.names.values() if name not in known]
    template = _(
        "its {n} rows look like {table} as well, but it is written otherwise than {kept} ({apart}), "
        "and files of one input are written alike. Export it like the others"
    )
    said = ", ".join(apart) or each.seen.kind
    return worded(template, n=each.seen.rows, table=table, kept=kept.seen.shown, apart=said)


def _input_of(table: str, group: list[Placed], all_files: list[str]) -> Drafted:
    codes = Codes()
    for each in group:
        _tell_codes(codes, each)
    questions = [
        *(asked for each in group for asked in each.questions),
        *(asked for each in group for asked in each.seen.questions),
        *_asked_once(group),
        *codes.questions,
    ]
    files = _files(group, all_files)
    return Drafted(table, group, files, writing_of(group), codes, list(dict.fromkeys(questions)))


def _asked_once(group: list[Placed]) -> Iterable[str]:
    """Return what is to be asked of columns, once for files that give rise to the same question."""
    asked: dict[str, str] = {}
    for each in group:
        for one in (*each.match.questions, *each.match.objections):
            asked.setdefault(one.removeprefix(f"{each.seen.shown}: "), one)
        for ours, one in each.match.lacking(each.seen).items():
            asked.setdefault(ours, one)
    return asked.values()


def _files(group: list[Placed], all_files: list[str]) -> Evidence:
    """Return a file, or a pattern where names differ by their numbers only and take no other file."""
    names, why = [each.seen.shown for each in group], group[0].why
    if len(names) == 1:
        return Evidence(names[0], why)
    pattern = _pattern(names)
    taken = [each for each in all_files if fnmatchcase(each, pattern)]
    if sorted(taken) == sorted(names):
        template = _("{n} files: {names}; {why}")
        return Evidence(pattern, worded(template, n=len(names), names=names, why=why))
    return Evidence(
        "\n".join(names), worded(_("{n} files with one head; {why}"), n=len(names), why=why)
    )


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
    if not all(re.fullmatch(r"[^/*?\[]*\d[^/*?\[]*", middle) for middle in middles):
        return ""
    return f"{start.rstrip('0123456789')}*{end.lstrip('0123456789')}"


def _common(texts: list[str]) -> str:
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*texts, strict=False))
    return "".join(letters[0] for letters in alike)
