"""The statement of each customer, along the money ladder, in cents that add up."""

from decimal import Decimal

import pandas as pd

from kamlib.columns import LADDER
from kamlib.deductions import effects
from kamlib.numerics import largest_remainder
from kamlib.tables import EXACT, exact_sums, floats

KEY = ["period", "customer_id"]
LINES = ("list_revenue", "invoice_revenue", "cost_of_goods_sold")
OFF = ("off_invoice", "bad_debt")
BAD_DEBT = "bad_debt"  # a kind of off_invoice, shown apart
NOTHING = Decimal(0)
MEMO = ("returned_revenue", "bad_debt", "setup_cost", "assets_charge")


def gross_margins(
    months: pd.DataFrame, off_invoice: pd.DataFrame | None, customers: pd.DataFrame
) -> pd.DataFrame:
    """Add up the months to the upper half of the statement, rounded once, to the cent.

    From  ``period, customer_id, list_revenue, invoice_revenue, cost_of_goods_sold`` by month
    to    one row per period and customer with anything in the period: the ladder from
          ``list_revenue`` to ``gross_margin``, ``relation``, and the memo lines
          ``returned_revenue`` (within invoice revenue) and ``bad_debt`` (within off-invoice).

    Parameters
    ----------
    months : DataFrame customer × month, exact decimals; ``returned_revenue`` where it is known
    off_invoice : DataFrame with period, customer_id, amount (positive as cost to us) and status, of
        all periods, so that a settlement finds its accrual; None: nothing was deducted
    customers : DataFrame with customer_id and relation

    Notes
    -----
    Each line is rounded by largest remainder to its rounded total, external customers and others
    apart; revenue and margins follow by subtraction.
    """
    lines = [*LINES, *(name for name in ("returned_revenue",) if name in months)]
    sums = _by_period(months, lines).merge(_deductions(off_invoice), on=KEY, how="outer")
    sums = sums.merge(customers[["customer_id", "relation"]], on="customer_id", how="left")
    sums = sums.sort_values(KEY, ignore_index=True)
    unknown = sums["cost_of_goods_sold"].isna() & sums["invoice_revenue"].notna()
    amounts = [*lines, "off_invoice", "bad_debt"]
    known = pd.DataFrame({name: floats(sums[name].fillna(0)) for name in amounts})
    groups = [sums["period"], sums["relation"]]
    cents = known.groupby(groups).transform(largest_remainder)
    cents["cost_of_goods_sold"] = cents["cost_of_goods_sold"].mask(unknown)
    return _margins(sums[[*KEY, "relation"]].join(cents))


def _margins(cents: pd.DataFrame) -> pd.DataFrame:
    """Derive the ladder's upper half by subtraction; memo lines come last."""
    pocket = (cents["invoice_revenue"] - cents["off_invoice"]).round(2)
    table = cents.assign(
        on_invoice_discounts=(cents["list_revenue"] - cents["invoice_revenue"]).round(2),
        pocket_revenue=pocket,
        gross_margin=(pocket - cents["cost_of_goods_sold"]).round(2),
    )
    memo = [name for name in ("returned_revenue", "bad_debt") if name in table]
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
    capital : DataFrame of `capital_charges`, with ``assets_charge`` where assets are known; without
        rows customer profit is before capital. Who ties up capital and buys nothing has a row too

    Notes
    -----
    Memo lines are parts of a line above and are in it already: returned_revenue, bad_debt,
    setup_cost (of cost-to-serve), assets_charge (of the capital charge).
    """
    table = upper.merge(_served(cost), on=KEY, how="outer")
    table = table.merge(_tied_up(capital), on=KEY, how="outer")
    table = table.drop(columns="relation").merge(
        customers[["customer_id", "relation"]], on="customer_id", how="left"
    )
    table = table.merge(capital, on=KEY, how="left").sort_values(KEY, ignore_index=True)
    money = [name for name in [*LADDER, *MEMO] if name in upper.columns]
    table[money] = table[money].where(table["list_revenue"].notna(), 0.0)
    known = table["period"].isin([] if cost is None else cost["period"].unique())
    for name in ("cost_to_serve", "setup_cost"):
        table[name] = table[name].astype("float64").fillna(0.0).where(known)
    for name in ("capital_charge", "assets_charge"):
        table[name] = _rounded(table, name).where(known)
    return _profits(table)


def _served(cost: pd.DataFrame | None) -> pd.DataFrame:
    """Add up what serving each customer costs, and what of it is setting up new ones."""
    if cost is None or cost.empty:
        return pd.DataFrame(columns=[*KEY, "cost_to_serve", "setup_cost"])
    whole = cost if "setup_cost" in cost else cost.assign(setup_cost=0.0)
    sums = whole.groupby(KEY, as_index=False)[["cost", "setup_cost"]].sum()
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
    profit = (before - table["capital_charge"]).round(2)
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
