"""Two views of one profit: by the day of posting, and by the period in which it was earned.

The posted view ties to the general ledger, and everything else rests on it. In the economic view a
correction belongs to the sale that it corrects and a bonus to the days for which it was earned. Only
lines and deductions move; cost-to-serve and capital are the same in both.
"""

from collections.abc import Iterable
from decimal import Decimal

import pandas as pd

from kamlib.core.deductions import earned
from kamlib.core.language import _
from kamlib.core.periods import Period
from kamlib.core.verdicts import Balance
from kamlib.numerics import largest_remainder
from kamlib.profitability.statement import KEY

MOVED = {  # line of the ladder → column of what moved, and its sign in the profit
    "invoice_revenue": ("revenue_timing", 1),
    "off_invoice": ("off_invoice_timing", -1),
    "cost_of_goods_sold": ("goods_timing", -1),
}
POSTED = ("gross_margin", "customer_profit_before_capital")


def economic_statements(
    statement: pd.DataFrame,
    timing: pd.DataFrame | None,
    off_invoice: pd.DataFrame | None,
    spans: Iterable[Period],
) -> pd.DataFrame:
    """Put the economic view beside the posted one, customer by customer.

    From  the statement; corrections of sales of other periods (`timing`); deductions after invoices
    to    ``period, customer_id, relation, active, gross_margin, customer_profit_before_capital,
          revenue_timing, off_invoice_timing, goods_timing, economic_margin, economic_profit``,
          sorted by key.

    Parameters
    ----------
    statement : DataFrame of `customer_statements`
    timing : DataFrame ``period`` (posted), customer_id, earned_period, invoice_revenue,
        cost_of_goods_sold in exact decimals; None: no correction crosses a period
    off_invoice : DataFrame as for `kamlib.deductions.earned`; None: nothing was deducted
    spans : all periods of the engagement

    Returns
    -------
    DataFrame; a column of timing is what the line gains in the economic view, in cents that add up

    Notes
    -----
    Both profits are before capital. What was earned outside the periods of the statement leaves them.
    """
    moved = _moved(timing, off_invoice, list(spans))
    moved = moved[moved["period"].isin(statement["period"].unique())]
    posted = statement[[*KEY, "relation", "active", *POSTED]]
    table = posted.merge(moved, on=KEY, how="outer").sort_values(KEY, ignore_index=True)
    table = _described(table)
    names = [column for column, _sign in MOVED.values()]
    groups = [table["period"], table["relation"]]
    table[names] = (
        table[names].astype("float64").fillna(0.0).groupby(groups).transform(largest_remainder)
    )
    gained = sum(sign * table[column] for column, sign in MOVED.values())
    return table.assign(
        economic_margin=(table["gross_margin"] + gained).round(2),
        economic_profit=(table["customer_profit_before_capital"] + gained).round(2),
    )[[*KEY, "relation", "active", *POSTED, *names, "economic_margin", "economic_profit"]]


def _described(table: pd.DataFrame) -> pd.DataFrame:
    """Describe customers that have something in a period in the economic view only."""
    known = table.dropna(subset="relation").drop_duplicates("customer_id")
    relation = table["customer_id"].map(known.set_index("customer_id")["relation"])
    relation = relation.astype(object).where(relation.notna(), "external").astype("str")
    only_here = table["relation"].isna()
    nothing = {name: table[name].mask(only_here, 0.0) for name in POSTED}
    return table.assign(relation=relation, active=relation == "external", **nothing)


def _moved(
    timing: pd.DataFrame | None, off_invoice: pd.DataFrame | None, spans: list[Period]
) -> pd.DataFrame:
    """Add up what each line gains per period and customer, as exact sums in floats."""
    parts = []
    if timing is not None:
        parts += [_both_ends(timing, line) for line in ("invoice_revenue", "cost_of_goods_sold")]
    if off_invoice is not None and len(off_invoice):
        parts.append(_both_ends(earned(off_invoice, spans), "off_invoice"))
    columns = [column for column, _sign in MOVED.values()]
    filled = [part for part in parts if len(part)]
    if not filled:
        return pd.DataFrame(columns=[*KEY, *columns])
    rows = pd.concat(filled, ignore_index=True)
    sums = rows.groupby([*KEY, "line"])["amount"].sum().unstack("line")
    sums = sums.reindex(columns=list(MOVED)).set_axis(columns, axis=1)
    return sums.astype("float64").reset_index()


def _both_ends(rows: pd.DataFrame, line: str) -> pd.DataFrame:
    """Take each amount out of the period it was posted in, and put it where it was earned."""
    amount = rows[line].map(lambda value: Decimal(0) if pd.isna(value) else Decimal(value))
    ends = [
        rows[["customer_id"]].assign(period=rows["period"], amount=-amount),
        rows[["customer_id"]].assign(period=rows["earned_period"], amount=amount),
    ]
    table = pd.concat(ends, ignore_index=True).assign(line=line)
    return table[table["period"].notna()]


def timing_balance(economic: pd.DataFrame, *, period: str, currency: str) -> Balance:
    """Draw up the sum from the posted to the economic view of a period, all active customers together.

    Down to the profit before capital, or to gross margin where cost-to-serve is not known.
    """
    mine = economic[(economic["period"] == period) & economic["active"]]
    known = mine["customer_profit_before_capital"].notna().any()
    posted, other = (POSTED[1], "economic_profit") if known else (POSTED[0], "economic_margin")
    mine = mine[mine[posted].notna()]
    balance = Balance(_("Posted and economic view, {period}").format(period=period), currency)
    balance.start(
        _("As posted"),
        round(float(mine[posted].sum()), 2),
        _("in the period in which it was posted"),
    )
    reasons = {
        "revenue_timing": _("Credit notes and corrections of sales of other periods"),
        "off_invoice_timing": _("Bonuses and deductions earned in other periods"),
        "goods_timing": _("Cost of goods that came back from sales of other periods"),
    }
    for column, sign in MOVED.values():
        amount = sign * round(float(mine[column].sum()), 2)
        balance.change(reasons[column], amount, _("timing: in the period it was earned"))
    return balance.end(_("As earned"), round(float(mine[other].sum()), 2))
