"""How numbers and days are written: what nobody has declared is refused, what was understood is counted.

Without a declaration numbers have a decimal point and days are ISO. A column in which every point
may as well group thousands, or whose days are written otherwise, is no file for that.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from kamlib.core.contract import NUMERIC, Field
from kamlib.core.errors import DataError
from kamlib.core.language import N_, _
from kamlib.core.vocabulary import column_label
from kamlib.intake.spelling import ROUNDED
from kamlib.intake.values import (
    APOSTROPHES,
    EXCEL,
    ISO,
    MINUS,
    SERIAL,
    SPACES,
    Dialect,
    date_pattern,
    number_pattern,
)

MAY_GROUP = "^-?[1-9][0-9]{0,2}[.][0-9]{3}$"

GROUPED = "^-?[1-9][0-9]{0,2}(?:[.][0-9]{3}){2,}$"

DECIMAL_COMMA = "^[(]?-?[0-9][0-9 .'\u00a0\u202f\u2009]*,[0-9]+[)]?-?"

SHAPES = (
    ISO,
    "%d.%m.%Y",
    "%d.%m.%y",
    "%d/%m/%Y",
    "%d-%m-%Y",
    "%d/%m/%y",
    "%Y.%m.%d",
    "%Y/%m/%d",
    "%Y%m%d",
    "%d %b %Y",
    EXCEL,
)

EITHER_WAY = ("%d/%m/%Y", "%d-%m-%Y", "%d/%m/%y")

ABOVE_12 = "(?:1[3-9]|2[0-9]|3[01])"

DAY_FIRST, MONTH_FIRST = f"^{ABOVE_12}[/-][0-9]", f"^[0-9]{{1,2}}[/-]{ABOVE_12}[/-]"


class Shape(NamedTuple):
    """One way in which the days of a column are written: how often, with an example."""

    form: str
    n: int
    sample: str
    day_first: int
    month_first: int


def refuse_undeclared(
    part: ir.Table, fields: Sequence[Field], dialect: Dialect, *, shown: str
) -> None:
    """Raise DataError if a column of text can be read in two ways and nobody has said which holds.

    Parameters
    ----------
    part : raw table
    shown : str, the files as readers know them
    """
    texts = [f for f in fields if f.name in part.columns and part[f.name].type().is_string()]
    numbers = [f.name for f in texts if f.kind in NUMERIC and not dialect.marks_declared]
    days = [f.name for f in texts if f.kind == "date" and not dialect.date]
    found = [how for name in numbers for how in _counts_of_number(part[name].strip(), name)]
    found += [how for name in days for how in _counts_of_days(part[name].strip(), name)]
    if not found:
        return
    counts = part.aggregate(**dict(found)).to_pyarrow().to_pylist()[0]
    for name in numbers:
        _refuse_number({key: counts[f"{name} {key}"] for key in NUMBER_COUNTS}, name, shown)
    for name in days:
        _refuse_days(_shapes(counts, name), name, shown)


NUMBER_COUNTS = ("filled", "point", "may_group", "grouped", "comma", "sample", "comma_sample")


def _counts_of_number(text: ir.StringValue, name: str) -> Iterator[tuple[str, ir.Scalar]]:
    """Yield counts of what a column of numbers looks like, under names of their own."""
    may, grouped, comma = (text.re_search(p) for p in (MAY_GROUP, GROUPED, DECIMAL_COMMA))
    none = ibis.null("string")
    yield f"{name} filled", (text != "").sum()
    yield f"{name} point", text.contains(".").sum()
    yield f"{name} may_group", may.sum()
    yield f"{name} grouped", grouped.sum()
    yield f"{name} comma", comma.sum()
    yield f"{name} sample", (may | grouped).ifelse(text, none).max()
    yield f"{name} comma_sample", comma.ifelse(text, none).max()


def _refuse_number(counts: dict, name: str, shown: str) -> None:
    """Raise DataError if the points of a column may group thousands, or commas part its decimals."""
    count = {key: counts[key] or 0 for key in NUMBER_COUNTS}
    if 2 * count["comma"] > count["filled"]:
        raise DataError(
            f"{count['comma']} of {count['filled']} numbers in {name} of {shown} have a comma "
            f"(such as {counts['comma_sample']}), and nobody has said what it stands for. "
            f"Set decimal: ',' in a dialect of this input in engagement.yaml if it is the decimal "
            f"mark, thousands: ',' if it groups thousands."
        )
    point = count["may_group"] + count["grouped"]
    if count["grouped"] or (point and point == count["point"]):
        raise DataError(
            f"the numbers with a point in {name} of {shown} may be read in two ways: "
            f"{counts['sample']} has three digits after it, so that the point may be the decimal "
            f"mark or group thousands. In a dialect of this input in engagement.yaml, set "
            f"decimal: '.' in the first case, decimal: ',' and thousands: '.' in the second."
        )


def _counts_of_days(text: ir.StringValue, name: str) -> Iterator[tuple[str, ir.Scalar]]:
    """Yield counts of the ways in which days are written, under names of their own."""
    none = ibis.null("string")
    for form in SHAPES:
        has = text.re_search(SERIAL if form == EXCEL else date_pattern(form)[0])
        yield f"{name} n {form}", has.sum()
        yield f"{name} sample {form}", has.ifelse(text, none).max()
        if form in EITHER_WAY:
            yield f"{name} day {form}", (has & text.re_search(DAY_FIRST)).sum()
            yield f"{name} month {form}", (has & text.re_search(MONTH_FIRST)).sum()


def _shapes(counts: dict, name: str) -> list[Shape]:
    """Return the ways in which days are written, the most frequent first."""
    found = [
        Shape(
            form,
            counts[f"{name} n {form}"] or 0,
            counts[f"{name} sample {form}"] or "",
            counts.get(f"{name} day {form}") or 0,
            counts.get(f"{name} month {form}") or 0,
        )
        for form in SHAPES
    ]
    return sorted((shape for shape in found if shape.n), key=lambda shape: -shape.n)


def _refuse_days(shapes: list[Shape], name: str, shown: str) -> None:
    """Raise DataError if most days of a column are written in another way than ISO."""
    iso = next((shape.n for shape in shapes if shape.form == ISO), 0)
    if not shapes or iso >= sum(shape.n for shape in shapes) - iso:
        return
    ways = ", ".join(f"{shape.n} × like {shape.sample}" for shape in shapes)
    forms = [_form_meant(shape) for shape in shapes]
    declared = f"'{forms[0]}'" if len(forms) == 1 else f"[{', '.join(map(repr, forms))}]"
    open_ = [s for s in shapes if s.form in EITHER_WAY and not (s.day_first or s.month_first)]
    question = (
        f" No day in {open_[0].sample} and its like is above 12, so nobody can tell the day from "
        f"the month: ask the client."
        if open_
        else ""
    )
    raise DataError(
        f"nobody has said how the days in {name} of {shown} are written; found: {ways}.{question} "
        f"If these are meant, set date: {declared} in a dialect of this input in "
        f"engagement.yaml: formats are tried in this order."
    )


def _form_meant(shape: Shape) -> str:
    """Return the format that the days of a shape have; month first where a day above 12 shows it."""
    if shape.month_first and not shape.day_first:
        return shape.form.replace("%d", "%x").replace("%m", "%d").replace("%x", "%m")
    return shape.form


PARENTHESES = N_("negative numbers in parentheses")

MINUS_BEHIND = N_("negative numbers with the minus behind")

LONG_MINUS = N_("negative numbers with a typographic minus")

WITH_MONEY = N_("numbers with a currency beside them")

PERCENT = N_("numbers in percent")

ROUNDED_IDS = N_("ids in scientific notation, whose last digits are lost")

BETWEEN = ": "

PLAIN = f"^-?[0-9][0-9.,{SPACES}{APOSTROPHES}]*$"  # as most numbers are written


def numbers_read(part: ir.Table, fields: Sequence[Field], dialect: Dialect) -> Counter[str]:
    """Return how often numbers were written in a way that had to be understood, per column and way.

    Ids that a spreadsheet has rounded are counted as well.

    Parameters
    ----------
    part : raw table; only its columns of text are counted
    """
    texts = [f for f in fields if f.name in part.columns and part[f.name].type().is_string()]
    numbers = [field for field in texts if field.kind in NUMERIC]
    ids = [
        field for field in texts if field.kind == "id" and not field.who
    ]  # of others a row is set aside
    odd = {f.name: ~part[f.name].re_search(PLAIN) for f in numbers}
    odd |= {f.name: part[f.name].contains("+") for f in ids}
    seen = {
        name
        for name, some in _row(part, {n: is_odd.any() for n, is_odd in odd.items()}).items()
        if some
    }
    if not seen:
        return Counter()
    few = part.filter(ibis.or_(*(odd[name] for name in seen)))
    counts = {
        f"{field.name}{BETWEEN}{way}": (has & _is_number(few[field.name], dialect, field)).sum()
        for field in numbers
        if field.name in seen
        for way, has in _ways(few[field.name], dialect, field).items()
    }
    counts |= {
        f"{field.name}{BETWEEN}{ROUNDED_IDS}": few[field.name].re_search(ROUNDED).sum()
        for field in ids
        if field.name in seen
    }
    return Counter({key: n for key, n in _row(few, counts).items() if n})


def _row(rows: ir.Table, sums: dict[str, ir.Scalar]) -> dict[str, int]:
    """Return sums of a table by name."""
    return rows.aggregate(**sums).to_pyarrow().to_pylist()[0] if sums else {}


def in_words(key: str) -> str:
    """Return a count's key as readers see it: the column and the rest in their language."""
    column, between, way = key.rpartition(BETWEEN)
    return f"{column_label(column) if column else ''}{between}{_(way)}"


def _is_number(text: ir.StringValue, dialect: Dialect, field: Field) -> ir.BooleanValue:
    """Tell whether a cell is read as a number."""
    return text.re_search(number_pattern(dialect, percent=field.may_be_percent))


def _ways(text: ir.StringValue, dialect: Dialect, field: Field) -> dict[str, ir.BooleanValue]:
    """Return the ways of writing a number that are counted, each with its test."""
    ways = {
        PARENTHESES: text.contains("("),
        MINUS_BEHIND: text.re_search(f"[0-9][^0-9]*[{MINUS}-]"),
        LONG_MINUS: text.contains(MINUS),
    }
    if dialect.money:
        ways[WITH_MONEY] = text.re_search("|".join(map(re.escape, dialect.money)))
    if field.may_be_percent:
        ways[PERCENT] = text.contains("%")
    return ways
