"""How numbers are written: which mark is the decimal one, told from all values that can tell."""

import re
from collections import Counter
from dataclasses import dataclass, field

from kamlib.intake.draft.told import Told, few
from kamlib.language import _, number

SPACES = " \u00a0\u2007\u2009\u202f"
NUMBER = re.compile(
    r"^(?P<open>\()?\s*(?P<before>[A-Za-z]{2,3}|zł|€|\$|£)?\s*(?P<minus>[-+−–])?\s*"
    r"(?P<body>\d(?:[\d.,'’\u0020\u00a0\u2007\u2009\u202f]*\d)?)(?P<power>[eE][-+]?\d+)?"
    r"\s*(?P<after>zł|[A-Za-z]{3}|€|\$|£|%)?\s*(?P<end>[-−–])?(?P<close>\))?$"
)
NATIVE = "\ue000"  # the decimal mark that stands for "a number of Excel's own"


@dataclass
class Marks:
    """What the values of some columns say of the way numbers are written.

    `point` counts values whose fraction can only follow that mark, `groups` those in which a mark
    can only part thousands, `either` those such as 1.234 that may be both; `forms` counts what
    stands beside the digits.
    """

    numbers: int = 0
    point: Counter[str] = field(default_factory=Counter)
    groups: Counter[str] = field(default_factory=Counter)
    either: Counter[str] = field(default_factory=Counter)
    forms: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def add(self, other: "Marks") -> None:
        """Take over what other values say."""
        self.numbers += other.numbers
        for mine, theirs in (
            (self.point, other.point),
            (self.groups, other.groups),
            (self.either, other.either),
            (self.forms, other.forms),
        ):
            mine.update(theirs)
        self.examples = {**other.examples, **self.examples}


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
        _count(marks, value, times)
    return marks


def _count(marks: Marks, value: str, times: int) -> None:
    """Count one value that stands `times` times."""
    found = NUMBER.match(value)
    said = _shape(found["body"]) if found else None
    if found is None or said is None:
        if NATIVE in value:
            marks.numbers += times
        return
    marks.numbers += times
    point, group, either = said
    for counter, mark in ((marks.point, point), (marks.groups, group), (marks.either, either)):
        if mark:
            counter[mark] += times
            marks.examples.setdefault(f"{'either' if either else 'sure'} {mark}", value)
    for form in _forms(found):
        marks.forms[form] += times
        marks.examples.setdefault(form, value)


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


def _forms(found: re.Match[str]) -> list[str]:
    """Name what stands beside the digits."""
    forms = []
    if found["end"]:
        forms.append("minus behind")
    if found["open"] and found["close"]:
        forms.append("brackets")
    if found["minus"] and found["minus"] not in "+-":
        forms.append("long minus")
    if found["power"]:
        forms.append("power of ten")
    word = found["before"] or found["after"]
    if word:
        forms.append(f"word {word}")
    return forms


def is_number(value: str) -> bool:
    """Tell whether a value may be a number in any way of writing.

    Examples
    --------
    >>> is_number("1 234,50 zł"), is_number("373,32-"), is_number("5 paź 2024")
    (True, True, False)
    """
    found = NUMBER.match(value)
    return NATIVE in value or (found is not None and _shape(found["body"]) is not None)


def decimal_of(marks: Marks) -> tuple[Told | None, list[str]]:
    """Return the decimal mark with its evidence, and questions; None where no value can tell."""
    sure = sum(marks.point.values())
    if sure:
        mark, times = max(marks.point.items(), key=lambda each: (each[1], each[0]))
        template = _("{n} of {all} numbers with a fraction can only be read so")
        why = template.format(n=number(times), all=number(sure))
        return Told(mark, why, sure=times == sure), _against(marks, mark)
    for mark, other in ((".", ","), (",", ".")):
        if marks.groups[mark]:
            template = _("no number has a fraction, and {mark} parts thousands (values: {n})")
            why = template.format(mark=mark, n=number(marks.groups[mark]))
            return Told(other, why, sure=False), []
    if marks.either:
        mark = max(marks.either.items(), key=lambda each: (each[1], each[0]))[0]
        question = _(
            "{example}: is it above a thousand, or is {mark} the decimal mark? No value tells; values "
            "written so: {n}. The draft takes {mark} for the decimal mark."
        )
        shown = marks.examples[f"either {mark}"]
        asked = question.format(example=shown, mark=mark, n=number(marks.either[mark]))
        return Told(
            mark,
            _("cannot be told from values such as {example}").format(example=shown),
            sure=False,
        ), [asked]
    return None, []


def _against(marks: Marks, mark: str) -> list[str]:
    """Ask about values that speak against the decimal mark."""
    others = {each: n for each, n in marks.point.items() if each != mark}
    questions = []
    for other, times in others.items():
        template = _(
            "Values such as {example} ({n}) have {other} as decimal mark, others {mark}. Which holds?"
        )
        example = marks.examples[f"sure {other}"]
        questions.append(template.format(n=number(times), example=example, other=other, mark=mark))
    if marks.groups[mark]:
        template = _(
            "{mark} parts thousands in some values ({n}) and is the decimal mark in others. Which is it?"
        )
        questions.append(template.format(mark=mark, n=number(marks.groups[mark])))
    return questions


def thousands_of(marks: Marks, decimal: str) -> Told | None:
    """Return the mark that parts thousands, None where none does."""
    groups = Counter({mark: n for mark, n in marks.groups.items() if mark != decimal})
    unsure = Counter({mark: n for mark, n in marks.either.items() if mark != decimal})
    if groups:
        mark, times = max(groups.items(), key=lambda each: (each[1], each[0]))
        template = _("between groups of three (values: {n})")
        return Told(mark, template.format(n=number(times + unsure[mark])), sure=len(groups) == 1)
    if unsure:
        mark, times = max(unsure.items(), key=lambda each: (each[1], each[0]))
        template = _("values such as {example} ({n}), as the decimal mark is {decimal}")
        shown = marks.examples[f"either {mark}"]
        why = template.format(n=number(times), example=shown, decimal=decimal)
        return Told(mark, why, sure=bool(marks.point[decimal]))
    return None


def forms_told(marks: Marks) -> list[str]:
    """Say what stands beside digits, with how often and one example."""
    template = _("{what}, such as {example} (numbers: {n})")
    names = {
        "minus behind": _("the minus behind the number"),
        "brackets": _("negative numbers in brackets"),
        "long minus": _("a minus that is no hyphen"),
        "power of ten": _("powers of ten: digits may be lost"),
    }
    return [
        template.format(
            what=names.get(form) or _("the word {word}").format(word=form.removeprefix("word ")),
            n=number(times),
            example=few([marks.examples[form]]),
        )
        for form, times in sorted(marks.forms.items())
    ]
