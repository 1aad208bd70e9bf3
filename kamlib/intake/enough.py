"""Is enough left? What was set aside, against the limits of rows and of money that are declared.

A profit that rests on the fifth of the lines that could be read is no profit, however well its sums
add up. Amounts that cannot be read weigh nothing in money: there the count of rows tells.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from kamlib.core.language import _, money, number, percent
from kamlib.core.tables import Tables, floats
from kamlib.core.verdicts import FLAG, PASS, REFUSE, Verdict, verdict
from kamlib.core.vocabulary import table_label
from kamlib.intake.reasons import LEFT_OUT, NO_LINE, REPEATS, TWICE

if TYPE_CHECKING:
    from kamlib.core.periods import Period
    from kamlib.settings import Engagement

CARRY_PROFIT = ("invoice_lines", "resources", "drivers", "receivables", "assets", "off_invoice")
LEAST_SHARE = 0.0005


class Lost(NamedTuple):
    """What of a table was set aside, in rows or in money: the share, and how it is said."""

    share: float
    said: str


def rows_set_aside_verdict(read: pd.DataFrame, coverage: pd.DataFrame, *, currency: str) -> Verdict:
    """Say how many rows were set aside, and what part of the lines and of the money they are.

    Parameters
    ----------
    read : DataFrame from `kamlib.intake.quarantine.money_read`
    coverage : DataFrame, one row per input table
    """
    rows, aside = int(coverage["rows"].sum()), int(coverage["set_aside"].sum())
    if not aside:
        return verdict("rows_set_aside", PASS, all=number(rows))
    lines = coverage[coverage["table"] == "invoice_lines"]
    of_lines, every = int(lines["set_aside"].sum()), int(lines["rows"].sum())
    lost = read[read["reason"].notna()]
    size, whole = (float(t["size"].dropna().sum() or 0) for t in (lost, read))
    return verdict(
        "rows_set_aside",
        FLAG,
        n=number(aside),
        all=number(rows),
        lines=number(of_lines),
        every=number(every),
        part=_share(_part(of_lines, every - of_lines)),
        amount=money(float(lost["amount"].dropna().sum() or 0), currency),
        share=_share(_part(size, whole - size)),
    )


def enough_verdict(
    read: pd.DataFrame,
    coverage: pd.DataFrame,
    tables: Tables,
    *,
    engagement: "Engagement",
    span: "Period",
) -> Verdict:
    """Say whether more was set aside of what customer profit rests on than the declared limits allow.

    Parameters
    ----------
    read : DataFrame from `kamlib.intake.quarantine.money_read`
    coverage : DataFrame, one row per input table
    tables : what data prep hands over, the quarantine among them

    Notes
    -----
    Totals and rows that are declared repeats are no rows of their own and count on neither side.
    """
    limits, quarantine = engagement.set_aside, tables["quarantine"]
    declared = engagement.inputs["invoice_lines"].repeated_invoices == "set_aside"
    none = [*NO_LINE, LEFT_OUT, REPEATS, *(TWICE if declared else ())]
    lost = quarantine[~quarantine["reason"].isin(none)]
    found = list(_lost(read, coverage, tables, lost, engagement, span))
    most = max((each.share for each in found), default=0.0)
    outcome = REFUSE if most > limits.refuse else FLAG if most > limits.flag else PASS
    told = [each.said for each in found if each.share > limits.flag]
    limit = limits.flag if outcome == PASS else limits.refuse
    return verdict("too_much_set_aside", outcome, what="; ".join(told), limit=percent(limit))


def _lost(
    read: pd.DataFrame,
    coverage: pd.DataFrame,
    tables: Tables,
    lost: pd.DataFrame,
    engagement: "Engagement",
    span: "Period",
) -> Iterator[Lost]:
    """Yield what was set aside of each table, and of the lines of the report period."""
    currency = engagement.currency
    used = dict(zip(coverage["table"], coverage["rows"] - coverage["set_aside"], strict=True))
    for table in CARRY_PROFIT:
        if table in used and len(rows := lost[lost["table"] == table]):
            size = _size_used(table, read, tables)
            yield from _told(table_label(table), rows, int(used[table]), size, currency)
    lines = lost[lost["table"] == "invoice_lines"]
    inside = lines["date"].between(pd.Timestamp(span.start), pd.Timestamp(span.end))
    if inside.any() and len(engagement.periods) > 1:
        months = tables["customer_months"]
        mine = months[months["period"] == span.name]
        what = _("{table} of {period}").format(table=table_label("invoice_lines"), period=span.name)
        size = float(abs(floats(mine["invoice_revenue"])).sum())
        yield from _told(what, lines[inside], int(mine["lines"].sum()), size, currency)


def _size_used(table: str, read: pd.DataFrame, tables: Tables) -> float:
    """Return the sum of the absolute amounts that are used of a table; nothing where it has none."""
    if table == "invoice_lines":
        return float(read.loc[read["reason"].isna(), "size"].dropna().sum() or 0)
    frame = tables.get(table)
    if frame is None or "amount" not in frame.columns:
        return 0.0
    return float(abs(floats(frame["amount"])).sum())


def _told(what: str, rows: pd.DataFrame, used: int, size: float, currency: str) -> Iterator[Lost]:
    """Yield what was set aside in rows, and in money where any can be read."""
    share = _part(len(rows), used)
    yield Lost(
        share,
        _("{n} of {all} {table} ({share})").format(
            n=number(len(rows)), all=number(len(rows) + used), table=what, share=_share(share)
        ),
    )
    amount = float(abs(floats(rows["amount"].dropna())).sum())
    if amount:
        share = _part(amount, size)
        yield Lost(
            share,
            _("{amount} of {whole} on {table} ({share})").format(
                amount=money(amount, currency),
                whole=money(amount + size, currency),
                table=what,
                share=_share(share),
            ),
        )


def _part(lost: float, used: float) -> float:
    return lost / (lost + used) if lost else 0.0


def _share(share: float) -> str:
    """Write a share; what would round to nothing is not nothing."""
    return percent(share) if share >= LEAST_SHARE or not share else _("less than 0.1%")
