"""How days are written: the forms that together cover all values, and whether the day comes first."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from kamlib.core.language import _
from kamlib.intake.inspect.words import Evidence, worded
from kamlib.intake.values import EXCEL, ISO, MONTHS

SEPARATED = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
YEAR_FIRST = re.compile(r"\d{4}([./-])(\d{1,2})\1(\d{1,2})(?!\d)")
COMPACT = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$")
DAYS_SINCE_1900 = re.compile(r"^[2-6]\d{4}(?:[.,]\d+)?$")
NAMED = re.compile(
    r"(?:[^\W\d_]{2,14}(?P<weekday>[.,]? ))?\d{1,2}(?P<one>[ .-]*)(?P<month>[^\W\d_]{1,12})\.?"
    r"(?P<two>[ .-]*)(?P<year>\d{4}|\d{2})(?!\d)(?P<end>\.| ?r\.?)?"
)
NAME_FIRST = re.compile(r"(?P<month>[^\W\d_]{3,12})\.? \d{1,2}(?P<mark>,?) \d{4}(?!\d)")
TIME = re.compile(
    r"(?P<gap>,? |[T_])(?P<hour>\d{1,2}):\d{2}(?P<second>:\d{2})?(?P<part>[.,]\d{1,9})?"
    r"(?P<half> ?[AaPp]\.?[Mm]\.?)?(?P<zone> ?(?:Z|[+-]\d{2}:?\d{2}))?$"
)
YEAR_SIGN = re.compile(r" ?r\.?")
LATE = 21  # o'clock: in UTC, midnight in Poland is 22:00 or 23:00 of the day before


@dataclass
class Days:
    """What values say of the way days are written.

    `forms` counts the values of each form that can be told; `orders` those of forms such as
    05/01/2023, by the marks they are written with: how many, with a first number above 12, with a
    second one above 12. `late` counts times near midnight in a zone of their own, by form.
    """

    days: int = 0
    forms: Counter[str] = field(default_factory=Counter)
    orders: dict[str, Counter[str]] = field(default_factory=dict)
    late: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)


class Form(NamedTuple):
    """One form of writing days: the pattern, how often it stands, why it reads so, and a doubt."""

    pattern: str
    times: int
    evidence: Evidence
    question: str = ""


def days_in(values: Counter[str]) -> Days:
    """Return what values say of the way days are written; what is no day is passed over.

    Examples
    --------
    >>> seen = days_in(Counter(["17.01.2023", "5.1.2023", "2023-01-05", "5 paź 2024", "K17"]))
    >>> seen.days, dict(seen.orders["%d.%m.%Y"])
    (4, {'all': 2, 'first': 1})
    """
    seen = Days()
    for value, times in values.items():
        form, order = _form(value)
        if not form:
            continue
        seen.days += times
        seen.examples.setdefault(form, value)
        hour = TIME.search(value) if form.endswith("%z") else None
        seen.late[form] += times * (hour is not None and int(hour["hour"]) >= LATE)
        if order is None:
            seen.forms[form] += times
        else:
            counts = seen.orders.setdefault(form, Counter())
            counts["all"] += times
            if order:
                counts[order] += times
    return seen


def _form(value: str) -> tuple[str, str | None]:
    """Return a value's form, and for 05/01/2023 which of its numbers cannot be a month."""
    if DAYS_SINCE_1900.match(value):
        return EXCEL, None
    if COMPACT.match(value):
        return "%Y%m%d", None
    for pattern, form_of in FORMS.items():
        if (found := pattern.match(value)) and (form := form_of(found)):
            rest = _time(value[found.end() :], iso=form == ISO)
            order = _order(found) if pattern is SEPARATED else None
            return ("", None) if rest is None else (form + rest, order)
    return "", None


def _separated(found: re.Match[str]) -> str:
    first, mark, second, year = found.groups()
    if not (
        1 <= int(first) <= 31 and 1 <= int(second) <= 31 and min(int(first), int(second)) <= 12
    ):
        return ""
    return f"%d{mark}%m{mark}{'%Y' if len(year) == 4 else '%y'}"


def _order(found: re.Match[str]) -> str:
    return "first" if int(found[1]) > 12 else "second" if int(found[3]) > 12 else ""


def _year_first(found: re.Match[str]) -> str:
    fits = 1 <= int(found[2]) <= 12 and 1 <= int(found[3]) <= 31
    return f"%Y{found[1]}%m{found[1]}%d" if fits else ""


def _named(found: re.Match[str]) -> str:
    if found["month"].casefold() not in MONTHS:
        return ""
    weekday = f"%A{found['weekday'].lstrip('.')}" if found["weekday"] else ""
    year = "%Y" if len(found["year"]) == 4 else "%y"
    return f"{weekday}%d{found['one']}%b{found['two'].lstrip('.')}{year}{found['end'] or ''}"


def _name_first(found: re.Match[str]) -> str:
    return f"%b %d{found['mark']} %Y" if found["month"].casefold() in MONTHS else ""


FORMS = {  # such as 05/01/2023, 2023-01-05, 5 paź 2024 r., Jan 5, 2024
    SEPARATED: _separated,
    YEAR_FIRST: _year_first,
    NAMED: _named,
    NAME_FIRST: _name_first,
}


def _time(rest: str, *, iso: bool) -> str | None:
    """Return the form of a time of day behind a day, None if it is none; ISO takes a plain one."""
    if not rest or YEAR_SIGN.fullmatch(rest):
        return rest
    found = TIME.match(rest)
    if not found:
        return None
    half, zone = found["half"] or "", found["zone"] or ""
    if iso and not half and not zone and found["gap"] in ("T", " ") and "," not in rest:
        return ""
    form = f"{found['gap']}{'%I' if half else '%H'}:%M{':%S' if found['second'] else ''}"
    form += f"{found['part'][0]}%f" if found["part"] else ""
    form += half[: -len(half.lstrip())] + "%p" if half else ""
    return form + (" " * zone.startswith(" ") + "%z" if zone else "")


def forms_of(days: Days) -> list[Form]:
    """Return the forms in which days are written, most frequent first.

    Examples
    --------
    >>> forms = forms_of(days_in(Counter(["17/01/2023", "1/2/2023"])))
    >>> [(form.pattern, form.evidence.sure) for form in forms]
    [('%d/%m/%Y', True)]
    >>> forms_of(days_in(Counter(["03/04/2024"])))[0].evidence.sure
    False
    """
    found = [_plain(days, form, n) for form, n in days.forms.items()]
    seen = (("first", "day"), ("second", "month"))
    orders = days.orders.values()
    known = {order for key, order in seen if any(counts[key] for counts in orders)}
    found += [_ordered(days, form, counts, known) for form, counts in days.orders.items()]
    return sorted(found, key=lambda form: (-form.times, form.pattern))


def _plain(days: Days, form: str, n: int) -> Form:
    """Return a form that its values tell by themselves, with a doubt about another time zone."""
    template = _("{n} of {all} days, such as {example}")
    why = worded(template, n=n, all=days.days, example=days.examples[form])
    late = days.late[form]
    question = _(
        "{example}: is this day the client's own? {n} times stand shortly before midnight in another "
        "time zone, where the client's next day has begun. The draft reads the day as it is written; "
        "if it is not meant, export days without a time."
    )
    asked = worded(question, example=days.examples[form], n=late) if late else ""
    return Form(form, n, Evidence(form, why, not late), asked)


def _ordered(days: Days, form: str, counts: Counter[str], known: set[str]) -> Form:
    """Return a form such as 05/01/2023 with the order that its values, or else others, tell."""
    every, first, second = counts["all"], counts["first"], counts["second"]
    example = days.examples[form]
    turned = form.replace("%d", "%_").replace("%m", "%d").replace("%_", "%m")
    if first and not second:
        why = worded(_("{n} of {all} days are above 12: day first"), n=first, all=every)
        return Form(form, every, Evidence(form, why))
    if second and not first:
        template = _("{n} of {all} second numbers are above 12: month first")
        return Form(turned, every, Evidence(turned, worded(template, n=second, all=every)))
    if first and second:
        template = _(
            "{a} of {all} first numbers and {b} second numbers are above 12: both orders stand there"
        )
        why = worded(template, a=first, b=second, all=every)
        kept = form if first >= second else turned
        question = _(
            "Days such as {example}: some can only be day first, others only month first. Which holds?"
        )
        return Form(kept, every, Evidence(kept, why, False), worded(question, example=[example]))
    kept = turned if known == {"month"} else form
    why = (
        _("no number is above 12, so that no value tells the order")
        if len(known) != 1
        else _("no number is above 12; the order is that of the other days")
    )
    question = _(
        "{example}: does the day or the month come first? None of {n} values tells. The draft reads {form}."
    )
    asked = worded(question, example=[example], n=every, form=kept)
    return Form(kept, every, Evidence(kept, why, False), asked)
