"""What the cells of a column look like: numbers, days, yes and no, ids; counted over all that were read."""

import re
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from kamlib.columns import Kind
from kamlib.intake.contract import NUMERIC
from kamlib.intake.draft.days import Days, days_in
from kamlib.intake.draft.marks import NATIVE, Marks, is_number, marks_in
from kamlib.intake.draft.told import FEW, few
from kamlib.intake.parse import YES_OR_NO
from kamlib.language import _, number

MOST = 0.9
OWN_DAY = re.compile(rf"^\d{{4}}-\d{{2}}-\d{{2}}{NATIVE}$")


class Look(NamedTuple):
    """What a column holds: its values with how often each stands, and how many are of a kind."""

    values: Counter[str]
    rows: int
    marks: Marks
    days: Days
    own_days: int
    yes_or_no: int

    @property
    def filled(self) -> int:
        """Return how many cells are not empty."""
        return self.values.total()

    @property
    def empty(self) -> int:
        """Return how many cells are empty."""
        return self.rows - self.filled

    @property
    def day_share(self) -> float:
        """Return the share of filled cells that are days."""
        return (self.days.days + self.own_days) / max(self.filled, 1)

    @property
    def number_share(self) -> float:
        """Return the share of filled cells that are numbers."""
        return (self.marks.numbers - self.own_days) / max(self.filled, 1)


def look_of(cells: Iterable[str]) -> Look:
    """Return what the cells of a column look like.

    Examples
    --------
    >>> look = look_of(["05.01.2023", "17.01.2023", ""])
    >>> look.filled, look.day_share
    (2, 1.0)
    """
    values = Counter(cell.strip(" \t\u00a0\u202f\ufeff") for cell in cells)
    rows = values.total()
    del values[""]
    own = sum(times for value, times in values.items() if OWN_DAY.match(value))
    boolean = sum(times for value, times in values.items() if value.lower() in YES_OR_NO)
    return Look(values, rows, marks_in(values), days_in(values), own, boolean)


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
    if not look.filled:
        return ""
    if kind == "date":
        fits, what = round(look.day_share * look.filled), _("days")
    elif kind in NUMERIC:
        fits, what = round(_numbers_that_are_no_days(look) * look.filled), _("numbers")
    elif kind == "bool":
        fits, what = look.yes_or_no, _("yes or no")
    elif kind == "id" and _plain_days(look) >= MOST:
        return _("its values are days such as {example}").format(example=few(list(look.values)[:1]))
    else:
        return ""
    if fits >= least * look.filled:
        return ""
    template = _("only {n} of {all} values are {what}, not {examples}")
    shown = few(value.removesuffix(NATIVE) for value in islice(look.values, FEW))
    return template.format(n=number(fits), all=number(look.filled), what=what, examples=shown)


def _numbers_that_are_no_days(look: Look) -> float:
    """Return the share of numbers, 0 where the column is one of days."""
    return 0.0 if _plain_days(look) >= MOST else look.number_share


def _plain_days(look: Look) -> float:
    """Return the share of cells that can be nothing but days."""
    unsure = look.days.forms["%Y%m%d"] + look.days.forms["excel"]
    return (look.days.days - unsure + look.own_days) / max(look.filled, 1)


def misfits(look: Look, kind: Kind) -> Counter[str]:
    """Return the values that are not of a column's kind, with how often each stands.

    Examples
    --------
    >>> misfits(look_of(["05.01.2023", "31.13.2023", "-", "-"]), "date")
    Counter({'-': 2, '31.13.2023': 1})
    """
    if kind not in ("date", *NUMERIC):
        return Counter()
    return Counter(
        {
            value: times
            for value, times in look.values.items()
            if not (
                OWN_DAY.match(value)
                or (kind == "date" and days_in(Counter([value])).days)
                or (kind != "date" and is_number(value))
            )
        }
    )


def fits(look: Look, kind: Kind, rows: int) -> str:
    """Say how a column fits its kind: the evidence that stands behind a mapped column."""
    if not look.filled:
        return _("all {n} cells are empty").format(n=number(rows))
    filled = number(look.filled)
    if kind == "date":
        template, n = _("{n} of {all} values are days"), look.days.days + look.own_days
    elif kind in NUMERIC:
        template, n = _("{n} of {all} values are numbers"), look.marks.numbers
    elif kind == "bool":
        template, n = _("{n} of {all} values are yes or no"), look.yes_or_no
    else:
        template = _("{n} of {rows} cells filled, {different} different")
        return template.format(n=filled, rows=number(rows), different=number(len(look.values)))
    return template.format(n=number(n), all=filled)
