"""How numbers were written where they are not plain: counted per column, so that readers can look."""

import re
from collections import Counter
from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from kamlib.core.contract import NUMERIC, Field
from kamlib.core.language import N_, _
from kamlib.core.vocabulary import column_label
from kamlib.intake.spelling import ROUNDED
from kamlib.intake.values import APOSTROPHES, MINUS, SPACES, Dialect, number_pattern

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
