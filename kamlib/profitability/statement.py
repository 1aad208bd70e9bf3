"""The statement of each customer along the money ladder, in cents that add up; and all of them together.

The posted view ties to the general ledger, and everything else rests on it. In the economic view a
correction belongs to the sale that it corrects and a bonus to the days for which it was earned. Only
lines and deductions move; cost-to-serve and capital are the same in both.
"""

from collections.abc import Iterable
from decimal import Decimal

import numpy as np
import pandas as pd

from kamlib.core.codes import LADDER
from kamlib.core.deductions import earned, effects
from kamlib.core.language import _
from kamlib.core.outcomes import Balance
from kamlib.core.tables import EXACT, among, exact_sums, floats
from kamlib.core.timespans import Period
from kamlib.numerics.sharing import largest_remainder

KEY = ["period", "customer_id"]
LINES = ("list_revenue", "invoice_revenue", "cost_of_goods_sold")
OFF = ("off_invoice", "bad_debt")
BAD_DEBT = "bad_debt"  # a kind of off_invoice, shown apart
NOTHING = Decimal(0)

REST_ON_COST = (
    "gross_margin",
    "customer_profit_before_capital",
    "customer_profit",
    "margin_rate",
    "profit_rate",
)

SETUP = ("setup_cost", "setup_guessed_cost", "setup_open_cost")

MEMO = (
    "returned_revenue",
    "bad_debt",
    "revenue_without_cost",
    "known_cost_of_goods",
    *SETUP,
    "assets_charge",
)


def gross_margins(
    months: pd.DataFrame, off_invoice: pd.DataFrame | None, customers: pd.DataFrame
) -> pd.DataFrame:
    """Add up the months to the upper half of the statement, rounded once, to the cent.

    From  ``period, customer_id, list_revenue, invoice_revenue, cost_of_goods_sold`` by month
    to    one row per period and customer with anything in the period: the ladder from
          ``list_revenue`` to ``gross_margin``, ``relation``, and the memo lines
          ``returned_revenue`` (within invoice revenue), ``bad_debt`` (within off-invoice),
          ``revenue_without_cost`` and ``known_cost_of_goods``.

    Parameters
    ----------
    months : DataFrame customer × month, exact decimals; ``returned_revenue`` and
        ``revenue_without_cost`` where they are known
    off_invoice : DataFrame with period, customer_id, amount (positive as cost to us) and status, of
        all periods, so that a settlement finds its accrual; None: nothing was deducted
    customers : DataFrame with customer_id and relation

    Notes
    -----
    Each line is rounded by largest remainder to its rounded total, external customers and others
    apart; revenue and margins follow by subtraction. A line without a cost of goods is not free of
    cost: that customer's cost of goods and margin are unknown.
    """
    months = _with_gaps(months)
    given = [name for name in ("returned_revenue",) if name in months]
    lines = [*LINES, *given, "revenue_without_cost"]
    sums = _by_period(months, lines).merge(_deductions(off_invoice), on=KEY, how="outer")
    sums = sums.merge(customers[["customer_id", "relation"]], on="customer_id", how="left")
    sums = sums.sort_values(KEY, ignore_index=True)
    unknown = sums["cost_of_goods_sold"].isna() & sums["invoice_revenue"].notna()
    unknown |= sums["revenue_without_cost"].gt(0).fillna(False)
    amounts = [*lines, "off_invoice", "bad_debt"]
    known = pd.DataFrame({name: floats(sums[name].fillna(0)) for name in amounts})
    groups = [sums["period"], sums["relation"]]
    cents = known.groupby(groups).transform(largest_remainder)
    cents["known_cost_of_goods"] = cents["cost_of_goods_sold"]
    cents["cost_of_goods_sold"] = cents["cost_of_goods_sold"].mask(unknown)
    return _margins(sums[[*KEY, "relation"]].join(cents))


def _with_gaps(months: pd.DataFrame) -> pd.DataFrame:
    """Return months that say of how much revenue the cost of goods is missing."""
    if "revenue_without_cost" in months:
        return months
    whole = months["invoice_revenue"].map(abs, na_action="ignore").astype(EXACT)
    gaps = whole.where(months["cost_of_goods_sold"].isna(), NOTHING).astype(EXACT)
    return months.assign(revenue_without_cost=gaps)


def _margins(cents: pd.DataFrame) -> pd.DataFrame:
    """Derive the ladder's upper half by subtraction; memo lines come last."""
    pocket = (cents["invoice_revenue"] - cents["off_invoice"]).round(2)
    table = cents.assign(
        on_invoice_discounts=(cents["list_revenue"] - cents["invoice_revenue"]).round(2),
        pocket_revenue=pocket,
        gross_margin=(pocket - cents["cost_of_goods_sold"]).round(2),
    )
    memo = [name for name in MEMO if name in table]
    upper = [name for name in LADDER if name in table]
    return table[[*KEY, "relation", *upper, *memo]]


def _by_period(rows: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Add up exact money per period and customer; rows outside all periods are left out."""
    inside = rows[rows["period"].notna()]
    parts = [
        exact_sums(part, names).assign(period=period) for period, part in inside.groupby("period")
    ]
    return pd.concat(parts, ignore_index=True) if parts else inside[[*KEY, *names]]


def _deductions(off_invoice: pd.DataFrame | None) -> pd.DataFrame:
    """Add up what was deducted after the invoice, in the period of each row; bad debt apart too."""
    if off_invoice is None or off_invoice.empty:
        empty = dict.fromkeys(KEY, pd.Series(dtype="str"))
        return pd.DataFrame({**empty, **dict.fromkeys(OFF, pd.Series(dtype=EXACT))})
    cost = effects(off_invoice)
    kind = off_invoice.get("kind", pd.Series("", index=off_invoice.index))
    lost = cost.where(kind == BAD_DEBT, NOTHING).astype(EXACT)
    return _by_period(off_invoice.assign(off_invoice=cost, bad_debt=lost), list(OFF))


def complete_statement(
    upper: pd.DataFrame, cost: pd.DataFrame | None, capital: pd.DataFrame, customers: pd.DataFrame
) -> pd.DataFrame:
    """Bring the statement down to customer profit.

    From  the upper half, cost-to-serve (customer × activity) and capital charges
    to    the whole ladder, memo lines, rates, ``days_late`` and ``active``; one row per period and
          customer.

    Parameters
    ----------
    cost : DataFrame of `charge_customers`; None or a period without rows: cost-to-serve is unknown
        there, and so is everything below it
    capital : DataFrame of `capital_charges`, with ``assets_charge`` where assets are known; a period
        without any charge in it has none computed: its charge is unknown, and customer profit is
        before capital. Who ties up capital and buys nothing has a row too

    Notes
    -----
    Memo lines are parts of a line above and are in it already: returned_revenue, bad_debt,
    revenue_without_cost, known_cost_of_goods, setup_cost (of cost-to-serve), setup_guessed_cost (of
    setup_cost: new by the first order in the input, because no start is recorded), assets_charge (of
    the capital charge). Not in it is setup_open_cost: what setting up would cost where nobody can
    tell whether a customer is new.
    """
    table = upper.merge(_served(cost, customers), on=KEY, how="outer")
    table = table.merge(_tied_up(capital), on=KEY, how="outer")
    table = table.drop(columns="relation").merge(
        customers[["customer_id", "relation"]], on="customer_id", how="left"
    )
    table = table.merge(capital, on=KEY, how="left").sort_values(KEY, ignore_index=True)
    money = [name for name in [*LADDER, *MEMO] if name in upper.columns]
    table[money] = table[money].where(table["list_revenue"].notna(), 0.0)
    known = table["period"].isin([] if cost is None else cost["period"].unique())
    for name in ("cost_to_serve", *SETUP):
        table[name] = table[name].astype("float64").fillna(0.0).where(known)
    charged = capital.loc[capital["capital_charge"].notna(), "period"].unique()
    computed = table["period"].isin(charged)
    for name in ("capital_charge", "assets_charge"):
        table[name] = _rounded(table, name).where(known & computed)
    return _profits(table)


def _served(cost: pd.DataFrame | None, customers: pd.DataFrame) -> pd.DataFrame:
    """Add up what serving each customer costs, and what of it is setting up new ones."""
    if cost is None or cost.empty:
        return pd.DataFrame(columns=[*KEY, "cost_to_serve", *SETUP])
    whole = cost if "setup_cost" in cost else cost.assign(setup_cost=0.0, setup_open_cost=0.0)
    sums = whole.groupby(KEY, as_index=False)[["cost", "setup_cost", "setup_open_cost"]].sum()
    known = customers["since"].notna() if "since" in customers else customers["customer_id"].isna()
    told = among(sums["customer_id"], customers.loc[known, "customer_id"])
    sums["setup_guessed_cost"] = sums["setup_cost"].where(~told, 0.0)
    return sums.round(2).rename(columns={"cost": "cost_to_serve"})


def _tied_up(capital: pd.DataFrame) -> pd.DataFrame:
    """Return who ties up capital of ours: that costs, also where nothing is bought."""
    charge = capital["capital_charge"].astype("float64").fillna(0.0)
    return capital.loc[charge != 0, KEY]


def _rounded(table: pd.DataFrame, name: str) -> pd.Series:
    """Round a charge to cents that add up, by period and relation; without any it is zero."""
    charge = table.get(name, pd.Series(0.0, index=table.index)).astype("float64").fillna(0.0)
    return charge.groupby([table["period"], table["relation"]]).transform(largest_remainder)


def _profits(table: pd.DataFrame) -> pd.DataFrame:
    before = (table["gross_margin"] - table["cost_to_serve"]).round(2)
    profit = (before - table["capital_charge"].fillna(0.0)).round(2)  # not computed: before capital
    pocket = table["pocket_revenue"].where(table["pocket_revenue"] > 0)
    listed = table["list_revenue"].where(table["list_revenue"] > 0)
    table = table.assign(
        customer_profit_before_capital=before,
        customer_profit=profit,
        discount_rate=table["on_invoice_discounts"] / listed,
        margin_rate=table["gross_margin"] / pocket,
        profit_rate=profit / pocket,
        active=table["relation"] == "external",
    )
    memo = [name for name in MEMO if name in table]
    rest = ["discount_rate", "margin_rate", "profit_rate", "days_to_pay", "days_late", "active"]
    return table[[*KEY, "relation", *LADDER, *memo, *rest]]


def margins_withheld(statement: pd.DataFrame, *, unknown_at_most: float) -> pd.DataFrame:
    """Withhold every margin of the periods in which too much cost of goods is not known.

    Parameters
    ----------
    statement : DataFrame of `complete_statement`
    unknown_at_most : share of the active customers' invoice revenue, 0 to 1, that may stand at
        customers whose margin is not known
    """
    blind = statement["period"].map(unknown_margins(statement)["share"]) > unknown_at_most
    names = list(REST_ON_COST)
    return statement.assign(**statement[names].where(~blind))


def unknown_margins(statement: pd.DataFrame) -> pd.DataFrame:
    """Return of each period at how many active customers the cost of goods is not known.

    Returns
    -------
    DataFrame by period: ``customers``; ``revenue`` of the lines without it; ``share`` of invoice
    revenue, without sign, that stands at these customers
    """
    active = statement[statement["active"]]
    revenue, blind = active["invoice_revenue"].abs(), active["cost_of_goods_sold"].isna()
    told = pd.DataFrame(
        {
            "period": active["period"],
            "customers": blind.astype("int64"),
            "revenue": active["revenue_without_cost"],
            "theirs": revenue.where(blind, 0.0),
            "all": revenue,
        }
    )
    sums = told.groupby("period").sum()
    share = (sums["theirs"] / sums["all"].where(sums["all"] > 0, 1.0)).where(sums["customers"] > 0)
    return sums[["customers", "revenue"]].assign(share=share.fillna(0.0))


STEPS = (
    "on_invoice_discounts",
    "off_invoice",
    "margin_unknown",
    "cost_of_goods_sold",
    "cost_to_serve",
    "capital_charge",
)


def company_ladder(statement: pd.DataFrame) -> pd.DataFrame:
    """Add up the statements of the active customers to the company's ladder.

    Returns
    -------
    DataFrame, one row per known line of the ladder: ``line``, ``kind`` (total or step), ``amount``
    (steps are negative where they take away), ``share`` of list revenue. Where the margin of some is
    not known, their pocket revenue is a step of its own, ``margin_unknown``
    """
    rows = statement[statement["active"]]
    known = rows[rows["gross_margin"].notna()]
    upper = LADDER[: LADDER.index("cost_of_goods_sold")]
    sums = {name: rows[name].sum() for name in upper}
    if len(known):
        blind = rows.loc[rows["gross_margin"].isna(), "pocket_revenue"]
        sums |= {"margin_unknown": blind.sum()} if len(blind) else {}
        rest = [name for name in LADDER if name not in upper and known[name].notna().any()]
        sums |= {name: known[name].sum() for name in rest}
    table = pd.DataFrame({"line": list(sums), "amount": list(sums.values())})
    table["kind"] = np.where(table["line"].isin(STEPS), "step", "total")
    table["amount"] = (
        table["amount"].where(table["kind"] == "total", -table["amount"]).round(2) + 0.0
    )
    return table.assign(
        share=table["amount"] / sums["list_revenue"] if sums["list_revenue"] else np.nan
    )


def loss_makers(
    statement: pd.DataFrame, customers: pd.DataFrame, *, measure: str | None
) -> pd.DataFrame:
    """Return the active customers with a negative measure, the largest loss first."""
    if measure is None:
        return statement.head(0).assign(name="")
    losing = statement[statement["active"] & (statement[measure] < 0)]
    named = losing.merge(customers[["customer_id", "name"]], on="customer_id", how="left")
    return named.sort_values([measure, "customer_id"], ignore_index=True)


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
