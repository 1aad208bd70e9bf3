"""How numbers and days are written: what nobody has declared is refused.

Without a declaration numbers have a decimal point and days are ISO. A column in which every point
may as well group thousands, or whose days are written otherwise, is no file for that.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from kamlib.core.contract import NUMERIC, Field
from kamlib.core.errors import DataError
from kamlib.core.language import N_, _
from kamlib.core.vocabulary import column_label
from kamlib.intake.inspect.days import days_in, forms_of
from kamlib.intake.spelling import ROUNDED
from kamlib.intake.values import ISO, Dialect, date_pattern

MAY_GROUP = "^-?[1-9][0-9]{0,2}[.][0-9]{3}$"
GROUPED = "^-?[1-9][0-9]{0,2}(?:[.][0-9]{3}){2,}$"
DECIMAL_COMMA = "^[(]?-?[0-9][0-9 .'\u00a0\u202f\u2009]*,[0-9]+[)]?-?"
WAYS_OF_DAYS = 10_000  # different texts that are looked at, the most frequent first


def refuse_undeclared(
    part: ir.Table, fields: Sequence[Field], dialect: Dialect, *, shown: str
) -> None:
    """Raise DataError if a column of text can be read in two ways and nobody has said which holds."""
    texts = [f for f in fields if f.name in part.columns and part[f.name].type().is_string()]
    declared = dialect.decimal or dialect.thousands
    numbers = [f.name for f in texts if f.kind in NUMERIC and not declared]
    days = [f.name for f in texts if f.kind == "date" and not dialect.date]
    asked = {name: _counts_of_numbers(part[name].strip()) for name in numbers}
    for name in days:
        text, iso = part[name].strip(), part[name].strip().re_search(date_pattern(ISO)[0])
        asked[name] = {"iso": iso.sum(), "others": ((text != "") & ~iso).sum()}
    found = _row(part, {f"{n} {what}": count for n in asked for what, count in asked[n].items()})
    for name, counts in asked.items():
        of_column = {what: found[f"{name} {what}"] or 0 for what in counts}
        if name in numbers:
            _refuse_numbers(of_column, name, shown)
        elif of_column["others"] > of_column["iso"]:
            _refuse_days(part[name].strip(), of_column["iso"], name, shown)


def _counts_of_numbers(text: ir.StringValue) -> dict[str, ir.Scalar]:
    """Return counts of what a column of numbers looks like, with an example of each doubt."""
    may, grouped, comma = (text.re_search(p) for p in (MAY_GROUP, GROUPED, DECIMAL_COMMA))
    none = ibis.null("string")
    return {
        "filled": (text != "").sum(),
        "point": text.contains(".").sum(),
        "may_group": may.sum(),
        "grouped": grouped.sum(),
        "comma": comma.sum(),
        "sample": (may | grouped).ifelse(text, none).max(),
        "comma_sample": comma.ifelse(text, none).max(),
    }


def _refuse_numbers(count: dict[str, Any], name: str, shown: str) -> None:
    """Raise DataError if the points of a column may group thousands, or commas part its decimals."""
    if 2 * count["comma"] > count["filled"]:
        raise DataError(
            f"{count['comma']} of {count['filled']} numbers in {name} of {shown} have a comma "
            f"(such as {count['comma_sample']}), and nobody has said what it stands for. "
            f"Set decimal: ',' in a dialect of this input in engagement.yaml if it is the decimal "
            f"mark, thousands: ',' if it groups thousands."
        )
    point = count["may_group"] + count["grouped"]
    if count["grouped"] or (point and point == count["point"]):
        raise DataError(
            f"the numbers with a point in {name} of {shown} may be read in two ways: "
            f"{count['sample']} has three digits after it, so that the point may be the decimal "
            f"mark or group thousands. In a dialect of this input in engagement.yaml, set "
            f"decimal: '.' in the first case, decimal: ',' and thousands: '.' in the second."
        )


def _refuse_days(text: ir.StringValue, iso: int, name: str, shown: str) -> None:
    """Raise DataError if most days of a column are written in another way than ISO."""
    different = text.name("day").as_table().group_by("day").aggregate(n=ibis._.count())
    frequent = different.order_by(ibis.desc("n")).limit(WAYS_OF_DAYS).filter(ibis._["day"] != "")
    rows = frequent.order_by(ibis.desc("day")).to_pyarrow().to_pylist()
    seen = days_in(Counter({row["day"]: row["n"] for row in rows}))
    written = seen.forms + Counter({form: order["all"] for form, order in seen.orders.items()})
    if 2 * iso >= written.total():
        return
    shapes = sorted(written, key=lambda form: (-written[form], form))
    ways = ", ".join(f"{written[form]} × like {seen.examples[form]}" for form in shapes)
    forms = [form.pattern for form in forms_of(seen)]
    declared = f"'{forms[0]}'" if len(forms) == 1 else f"[{', '.join(map(repr, forms))}]"
    sure = {form for form, order in seen.orders.items() if order["first"] or order["second"]}
    unsure = [form for form in seen.orders if form not in sure and "." not in form]
    question = ""
    if unsure:
        question = (
            f" No day in {seen.examples[unsure[0]]} and its like is above 12, so nobody can tell the "
            f"day from the month: ask the client."
        )
    raise DataError(
        f"nobody has said how the days in {name} of {shown} are written; found: {ways}.{question} "
        f"If these are meant, set date: {declared} in a dialect of this input in "
        f"engagement.yaml: formats are tried in this order."
    )


ROUNDED_IDS = N_("ids in scientific notation, whose last digits are lost")
BETWEEN = ": "


def rounded_ids(part: ir.Table, fields: Sequence[Field]) -> Counter[str]:
    """Return how many ids a spreadsheet has rounded, per column; those of customers are set aside."""
    ids = [
        f.name
        for f in fields
        if f.kind == "id"
        and not f.who
        and f.name in part.columns
        and part[f.name].type().is_string()
    ]
    lost = {n: part[n].contains("+").ifelse(part[n].re_search(ROUNDED), False) for n in ids}
    found = _row(part, {f"{n}{BETWEEN}{ROUNDED_IDS}": is_lost.sum() for n, is_lost in lost.items()})
    return Counter({key: n for key, n in found.items() if n})


def _row(rows: ir.Table, sums: dict[str, ir.Scalar]) -> dict[str, Any]:
    """Return sums of a table by name."""
    return rows.aggregate(**sums).to_pyarrow().to_pylist()[0] if sums else {}


def in_words(key: str) -> str:
    """Return a count's key as readers see it: the column and the rest in their language."""
    column, between, way = key.rpartition(BETWEEN)
    return f"{column_label(column) if column else ''}{between}{_(way)}"
