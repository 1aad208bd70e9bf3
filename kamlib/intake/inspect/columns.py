"""What the cells of a column look like: numbers, days, yes and no, ids; counted over all that were read."""

import re
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from kamlib.core.contract import NUMERIC
from kamlib.core.language import N_, _
from kamlib.core.vocabulary import Kind
from kamlib.intake.dialects import EXCEL
from kamlib.intake.inspect.days import Days, days_in
from kamlib.intake.inspect.evidence import FEW, worded
from kamlib.intake.inspect.numbers import NATIVE, Marks, is_number, marks_in
from kamlib.intake.inspect.words import YES_OR_NO

MOST = 0.9
OWN_DAY = re.compile(rf"^\d{{4}}-\d{{2}}-\d{{2}}{NATIVE}$")
OF_KIND = {
    "date": N_("days"),
    "bool": N_("yes or no"),
    **dict.fromkeys(NUMERIC, N_("numbers")),
}


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
        """Return how many cells are empty."""
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
    """Return what the cells of a column look like.

    Examples
    --------
    >>> look = look_of(["05.01.2023", "17.01.2023", ""])
    >>> look.filled, look.of_kind("date")
    (2, 2)
    """
    values = Counter(cell.strip(" \t\u00a0\u202f\ufeff") for cell in cells)
    rows = values.total()
    del values[""]
    own = sum(times for value, times in values.items() if OWN_DAY.match(value))
    boolean = sum(times for value, times in values.items() if value.lower() in YES_OR_NO)
    return Look(values, rows, values.total(), marks_in(values), days_in(values), own, boolean)


def objection(look: Look, kind: Kind, *, least: float = MOST) -> str:
    """Return why a column cannot be of a kind by what it holds; empty where it can.

    Parameters
    ----------
    least : float, the share of filled cells that must be of the kind

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


def misfits(look: Look, kind: Kind) -> Counter[str]:
    """Return the values that are not of a column's kind, with how often each stands.

    Examples
    --------
    >>> misfits(look_of(["05.01.2023", "31.13.2023", "-", "-"]), "date")
    Counter({'-': 2, '31.13.2023': 1})
    """
    if kind == "date":
        fits = [value for value in look.values if days_in(Counter([value])).days]
    elif kind in NUMERIC:
        fits = [value for value in look.values if is_number(value)]
    else:
        return Counter()
    odd = look.values.keys() - set(fits)
    return Counter({v: n for v, n in look.values.items() if v in odd and not OWN_DAY.match(v)})


def fits(look: Look, kind: Kind) -> str:
    """Say how a column fits its kind: the evidence that stands behind a mapped column."""
    if not look.filled:
        return worded(_("all {n} cells are empty"), n=look.rows)
    if kind in OF_KIND:
        template = _("{n} of {all} values are {what}")
        return worded(template, n=look.of_kind(kind), all=look.filled, what=_(OF_KIND[kind]))
    template = _("{n} of {rows} cells filled, {different} different")
    return worded(template, n=look.filled, rows=look.rows, different=len(look.values))
