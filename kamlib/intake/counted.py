"""How numbers were written where they are not plain: counted per column, so that readers can look."""

import re
from collections import Counter
from collections.abc import Sequence

import ibis.expr.types as ir

from kamlib.core.language import N_, _
from kamlib.core.vocabulary import column_label
from kamlib.intake.contract import NUMERIC, Field
from kamlib.intake.dialects import Dialect
from kamlib.intake.spelling import ROUNDED
from kamlib.intake.values import MINUS, number_pattern

PARENTHESES = N_("negative numbers in parentheses")
MINUS_BEHIND = N_("negative numbers with the minus behind")
LONG_MINUS = N_("negative numbers with a typographic minus")
WITH_MONEY = N_("numbers with a currency beside them")
PERCENT = N_("numbers in percent")
ROUNDED_IDS = N_("ids in scientific notation, whose last digits are lost")
BETWEEN = ": "


def numbers_read(part: ir.Table, fields: Sequence[Field], dialect: Dialect) -> Counter[str]:
    """Return how often numbers were written in a way that had to be understood, per column and way.

    Ids that a spreadsheet has rounded are counted as well.

    Parameters
    ----------
    part : raw table; only its columns of text are counted
    """
    names = [f for f in fields if f.name in part.columns and part[f.name].type().is_string()]
    counts = {
        f"{field.name}{BETWEEN}{way}": (has & _is_number(part[field.name], dialect, field)).sum()
        for field in names
        if field.kind in NUMERIC
        for way, has in _ways(part[field.name].strip(), dialect, field).items()
    }
    counts |= {
        f"{field.name}{BETWEEN}{ROUNDED_IDS}": part[field.name].strip().re_search(ROUNDED).sum()
        for field in names
        if field.kind == "id" and not field.who  # of which such rows are set aside
    }
    if not counts:
        return Counter()
    found = part.aggregate(**counts).to_pyarrow().to_pylist()[0]
    return Counter({key: n for key, n in found.items() if n})


def in_words(key: str) -> str:
    """Return a count's key as readers see it: the column and the rest in their language."""
    column, between, way = key.rpartition(BETWEEN)
    return f"{column_label(column) if column else ''}{between}{_(way)}"


def _is_number(text: ir.StringValue, dialect: Dialect, field: Field) -> ir.BooleanValue:
    """Tell whether a cell is read as a number."""
    return text.strip().re_search(number_pattern(dialect, percent=field.may_be_percent))


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
