"""What the cells of a column look like: numbers, days, yes and no, ids; counted over all that were read."""

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from kamlib.core.contract import NUMERIC
from kamlib.core.language import N_, _
from kamlib.core.vocabulary import Kind
from kamlib.intake.inspect.days import Days, days_in
from kamlib.intake.inspect.words import FEW, YES_OR_NO, Evidence, worded
from kamlib.intake.values import EXCEL

SPACES = " \u00a0\u2007\u2009\u202f"
NUMBER = re.compile(
    r"^(?P<open>\()?\s*(?P<before>[A-Za-z]{2,3}|zł|€|\$|£)?\s*(?P<minus>[-+−–])?\s*"
    r"(?P<body>\d(?:[\d.,'’\u0020\u00a0\u2007\u2009\u202f]*\d)?)"
    r"\s*(?P<after>zł|[A-Za-z]{3}|€|\$|£|%)?\s*(?P<end>[-−–])?(?P<close>\))?$"
)
MINUS = ("-", "−", "–")
NATIVE = "\ue000"  # the decimal mark that stands for "a number of Excel's own"
MOST = 0.9
OWN_DAY = re.compile(rf"^\d{{4}}-\d{{2}}-\d{{2}}{NATIVE}$")
OF_KIND = {"date": N_("days"), "bool": N_("yes or no"), **dict.fromkeys(NUMERIC, N_("numbers"))}


@dataclass
class Marks:
    """What the values of some columns say of the way numbers are written.

    `point` counts values whose fraction can only follow that mark, `groups` those in which a mark
    can only part thousands, `either` those such as 1.234 that may be both; `words` counts those
    beside the digits.
    """

    numbers: int = 0
    point: Counter[str] = field(default_factory=Counter)
    groups: Counter[str] = field(default_factory=Counter)
    either: Counter[str] = field(default_factory=Counter)
    words: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)


def marks_in(values: Counter[str]) -> Marks:
    """Return what values say of the way numbers are written; what is no number is passed over.

    Examples
    --------
    >>> seen = marks_in(Counter({"1 234,50": 2, "7": 1, "1.234": 1}))
    >>> dict(seen.point), dict(seen.groups), dict(seen.either), seen.numbers
    ({',': 2}, {' ': 2}, {'.': 1}, 4)
    """
    marks = Marks()
    for value, times in values.items():
        found = NUMBER.match(value)
        said = _shape(found["body"]) if found else None
        marks.numbers += times * (said is not None or NATIVE in value)
        if found is None or said is None:
            continue
        counters = (marks.point, "sure"), (marks.groups, "sure"), (marks.either, "either")
        for (counter, how), mark in zip(counters, said, strict=True):
            if mark:
                counter[mark] += times
                marks.examples.setdefault(f"{how} {mark}", value)
        if word := found["before"] or found["after"]:
            marks.words[word] += times
    return marks


def _shape(body: str) -> tuple[str, str, str] | None:
    """Return the mark before the fraction, that of thousands, and one that may be either."""
    kinds = dict.fromkeys(" " if mark in SPACES else mark for mark in body if not mark.isdigit())
    tidy = "".join(" " if mark in SPACES else mark for mark in body)
    if not kinds:
        return "", "", ""
    if len(kinds) == 2:
        group, point = kinds
        whole, _mark, _rest = tidy.rpartition(point)
        grouped = tidy.count(point) == 1 and point in ".," and _in_threes(whole, group)
        return (point, group, "") if grouped else None
    (mark,) = kinds
    if len(kinds) == 1 and mark in ".," and tidy.count(mark) == 1:
        before, after = tidy.split(mark)
        if len(after) == 3 and len(before) <= 3 and not before.startswith("0"):
            return "", "", mark
        return mark, "", ""
    return ("", mark, "") if _in_threes(tidy, mark) else None


def _in_threes(whole: str, mark: str) -> bool:
    first, *others = whole.split(mark)
    return 1 <= len(first) <= 3 and bool(others) and all(len(each) == 3 for each in others)


def is_number(value: str) -> bool:
    """Tell whether a value may be a number in any way of writing."""
    found = NUMBER.match(value)
    return NATIVE in value or (found is not None and _shape(found["body"]) is not None)


def decimal_of(marks: Marks) -> tuple[Evidence | None, list[str]]:
    """Return the decimal mark with its evidence, and questions; None where no value can tell."""
    sure = marks.point.total()
    if sure:
        mark, times = most(marks.point)
        template = _("{n} of {all} numbers with a fraction can only be read so")
        why = worded(template, n=times, all=sure)
        return Evidence(mark, why, times == sure), _against(marks, mark)
    for mark, other in ((".", ","), (",", ".")):
        if marks.groups[mark]:
            template = _("no number has a fraction, and {mark} parts thousands (values: {n})")
            return Evidence(other, worded(template, mark=mark, n=marks.groups[mark]), False), []
    if not marks.either:
        return None, []
    mark, times = most(marks.either)
    example = marks.examples[f"either {mark}"]
    question = _(
        "{example}: is it above a thousand, or is {mark} the decimal mark? No value tells; values "
        "written so: {n}. The draft takes {mark} for the decimal mark."
    )
    why = worded(_("cannot be told from values such as {example}"), example=example)
    return Evidence(mark, why, False), [worded(question, example=example, mark=mark, n=times)]


def most(counts: Counter[str]) -> tuple[str, int]:
    """Return what stands most often, and how often; of two the later one by name."""
    return max(counts.items(), key=lambda each: (each[1], each[0]))


def _against(marks: Marks, mark: str) -> list[str]:
    """Ask about values that speak against the decimal mark."""
    template = _(
        "Values such as {example} ({n}) have {other} as decimal mark, others {mark}. Which holds?"
    )
    questions = [
        worded(template, n=n, example=marks.examples[f"sure {other}"], other=other, mark=mark)
        for other, n in marks.point.items()
        if other != mark
    ]
    if marks.groups[mark]:
        template = _(
            "{mark} parts thousands in some values ({n}) and is the decimal mark in others. Which is it?"
        )
        questions.append(worded(template, mark=mark, n=marks.groups[mark]))
    return questions


def thousands_of(marks: Marks, decimal: str) -> Evidence | None:
    """Return the mark that parts thousands, None where none does."""
    groups = Counter({mark: n for mark, n in marks.groups.items() if mark != decimal})
    unsure = Counter({mark: n for mark, n in marks.either.items() if mark != decimal})
    if groups:
        mark, times = most(groups)
        template = _("between groups of three (values: {n})")
        return Evidence(mark, worded(template, n=times + unsure[mark]), len(groups) == 1)
    if unsure:
        mark, times = most(unsure)
        template = _("values such as {example} ({n}), as the decimal mark is {decimal}")
        why = worded(template, n=times, example=marks.examples[f"either {mark}"], decimal=decimal)
        return Evidence(mark, why, bool(marks.point[decimal]))
    return None


def number_in(cell: str, decimal: str) -> float:
    """Return what a cell means by a decimal mark, nan where it is no number.

    Examples
    --------
    >>> number_in("(1 234,50 zł)", ","), number_in("7-", ","), number_in("x", ",")
    (-1234.5, -7.0, nan)
    """
    if NATIVE in cell:
        cell, decimal = cell.rstrip(NATIVE).replace(NATIVE, "."), "."
    found = NUMBER.match(cell)
    digits = re.sub(rf"[^\d{decimal}]", "", found["body"]).replace(decimal, ".") if found else ""
    if found is None or digits.count(".") > 1:
        return math.nan
    negative = found["minus"] in MINUS or found["end"]
    bracketed = found["open"] and found["close"]
    return -float(digits) if negative or bracketed else float(digits)


def is_negative(cell: str) -> bool:
    """Tell whether a cell bears a minus before or behind it, or stands in brackets."""
    return cell.startswith((*MINUS, "(")) or cell.endswith(MINUS)


class Look(NamedTuple):
    """What a column holds: its values with how often each stands, and how many are of a kind."""

    values: Counter[str]
    rows: int
    filled: int
    marks: Marks
    days: Days
    own_days: int
    yes_or_no: int

    @property
    def empty(self) -> int:
        return self.rows - self.filled

    @property
    def plain_day_share(self) -> float:
        """Return the share of filled cells that can be nothing but days."""
        unsure = self.days.forms["%Y%m%d"] + self.days.forms[EXCEL]
        return (self.days.days - unsure + self.own_days) / max(self.filled, 1)

    def of_kind(self, kind: Kind) -> int:
        """Return how many cells are of a kind; all of a kind that takes any text."""
        if kind == "date":
            return self.days.days + self.own_days
        if kind in NUMERIC:
            return self.marks.numbers - self.own_days
        return self.yes_or_no if kind == "bool" else self.filled


def look_of(cells: Iterable[str]) -> Look:
    """Return what the cells of a column look like."""
    values = Counter(cell.strip(" \t\u00a0\u202f\ufeff") for cell in cells)
    rows = values.total()
    del values[""]
    own = sum(times for value, times in values.items() if OWN_DAY.match(value))
    boolean = sum(times for value, times in values.items() if value.lower() in YES_OR_NO)
    return Look(values, rows, values.total(), marks_in(values), days_in(values), own, boolean)


def objection(look: Look, kind: Kind, *, least: float = MOST) -> str:
    """Return why a column cannot be of a kind by what it holds; empty where it can.

    Examples
    --------
    >>> objection(look_of(["05.01.2023", "17.01.2023"]), "money")
    'only 0 of 2 values are numbers, not 05.01.2023, 17.01.2023'
    >>> objection(look_of(["12,50"]), "money")
    ''
    """
    are_days = look.plain_day_share >= MOST
    if look.filled and kind == "id" and are_days:
        return worded(_("its values are days such as {example}"), example=list(look.values)[:1])
    n = 0 if kind in NUMERIC and are_days else look.of_kind(kind)
    if n >= least * look.filled:
        return ""
    template = _("only {n} of {all} values are {what}, not {examples}")
    shown = [value.removesuffix(NATIVE) for value in islice(look.values, FEW)]
    return worded(template, n=n, all=look.filled, what=_(OF_KIND[kind]), examples=shown)


def fits(look: Look, kind: Kind) -> str:
    if not look.filled:
        return worded(_("all {n} cells are empty"), n=look.rows)
    if kind in OF_KIND:
        template = _("{n} of {all} values are {what}")
        return worded(template, n=look.of_kind(kind), all=look.filled, what=_(OF_KIND[kind]))
    template = _("{n} of {rows} cells filled, {different} different")
    return worded(template, n=look.filled, rows=look.rows, different=len(look.values))
