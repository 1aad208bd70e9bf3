"""The statement of each customer, along the money ladder, in cents that add up."""

import numpy as np
import pandas as pd

from kamlib.columns import LADDER
from kamlib.deductions import effects
from kamlib.numerics import largest_remainder
from kamlib.tables import EXACT, exact_sums, floats
from kamlib.verdicts import Verdict, verdict

STEPS = ("on_invoice_discounts", "off_invoice", "cost_of_goods_sold", "cost_to_serve",
         "capital_charge")  # fmt: skip


def gross_margins(
    months: pd.DataFrame, off_invoice: pd.DataFrame | None, customers: pd.DataFrame
) -> pd.DataFrame:
    """Add up the months to the upper half of the statement, rounded once, to the cent.

    From  ``period, customer_id, list_revenue, invoice_revenue, cost_of_goods_sold`` by month
    to    one row per period and customer with anything in the period: the ladder from
          ``list_revenue`` to ``gross_margin``, and ``relation``.

    Parameters
    ----------
    months : DataFrame customer × month, exact decimals
    off_invoice : DataFrame with period, customer_id, amount (positive as cost to us) and status, of
        all periods, so that a settlement finds its accrual; None: nothing was deducted
    customers : DataFrame with customer_id and relation

    Notes
    -----
    Each line is rounded by largest remainder to its rounded total, external customers and others
    apart; revenue and margins follow by subtraction.
    """
    lines = ["list_revenue", "invoice_revenue", "cost_of_goods_sold"]
    inside = months[months["period"].notna()]
    parts = [
        exact_sums(rows, lines).assign(period=period) for period, rows in inside.groupby("period")
    ]
    sums = (
        pd.concat(parts, ignore_index=True) if parts else inside[["customer_id", *lines, "period"]]
    )
    sums = sums.merge(_deductions(off_invoice), on=["period", "customer_id"], how="outer")
    sums = sums.merge(customers[["customer_id", "relation"]], on="customer_id", how="left")
    sums = sums.sort_values(["period", "customer_id"], ignore_index=True)
    unknown = sums["cost_of_goods_sold"].isna() & sums["invoice_revenue"].notna()
    known = pd.DataFrame({name: floats(sums[name].fillna(0)) for name in [*lines, "off_invoice"]})
    groups = [sums["period"], sums["relation"]]
    cents = known.groupby(groups).transform(largest_remainder)
    cents["cost_of_goods_sold"] = cents["cost_of_goods_sold"].mask(unknown)
    pocket = (cents["invoice_revenue"] - cents["off_invoice"]).round(2)
    return sums[["period", "customer_id", "relation"]].assign(
        list_revenue=cents["list_revenue"],
        on_invoice_discounts=(cents["list_revenue"] - cents["invoice_revenue"]).round(2),
        invoice_revenue=cents["invoice_revenue"],
        off_invoice=cents["off_invoice"],
        pocket_revenue=pocket,
        cost_of_goods_sold=cents["cost_of_goods_sold"],
        gross_margin=(pocket - cents["cost_of_goods_sold"]).round(2),
    )


def _deductions(off_invoice: pd.DataFrame | None) -> pd.DataFrame:
    """Add up what was deducted after the invoice, in the period of each row."""
    if off_invoice is None or off_invoice.empty:
        empty = {"period": pd.Series(dtype="str"), "customer_id": pd.Series(dtype="str")}
        return pd.DataFrame({**empty, "off_invoice": pd.Series(dtype=EXACT)})
    rows = off_invoice.assign(off_invoice=effects(off_invoice))
    rows = rows[rows["period"].notna()]
    parts = [
        exact_sums(part, ["off_invoice"]).assign(period=period)
        for period, part in rows.groupby("period")
    ]
    return pd.concat(parts, ignore_index=True)


def capital_charges(
    months: pd.DataFrame, receivables: pd.DataFrame | None, *, rate: float, vat_rate: float,
    by: str = "days_to_pay",
) -> pd.DataFrame:  # fmt: skip
    """Price the money that each customer owes us.

    From  revenue by month, and receivables by month
    to    ``period, customer_id, capital_charge`` (unrounded), ``days_to_pay``, ``days_late``.

    Parameters
    ----------
    rate : float, share a year
    vat_rate : float, share; receivables contain VAT and revenue does not
    by : "days_to_pay" (weighted by revenue with VAT, always over 365) or "average_balance"
    """
    columns = ["period", "customer_id", "capital_charge", "days_to_pay", "days_late"]
    if receivables is None or receivables.empty:
        return pd.DataFrame(columns=columns)
    revenue = months[["period", "customer_id", "month"]].assign(
        revenue=floats(months["invoice_revenue"]) * (1 + vat_rate)
    )
    owed = receivables[[c for c in receivables.columns if c != "period"]]
    rows = revenue[revenue["period"].notna()].merge(owed, on=["customer_id", "month"], how="left")
    for name in ("days_to_pay", "days_beyond_terms", "average_balance"):
        if name not in rows:
            rows[name] = np.nan
        rows[name] = rows[name].astype("float64")
    charge = _weighted(rows, "days_to_pay").merge(
        _weighted(rows, "days_beyond_terms"), on=["period", "customer_id"], how="outer"
    )
    charge = charge.merge(
        rows.groupby(["period", "customer_id"], as_index=False)["revenue"].sum(),
        on=["period", "customer_id"],
    )
    if by == "average_balance":
        grossed = rows["average_balance"] * np.where(_with_vat(rows), 1.0, 1 + vat_rate)
        mean = rows.assign(owed=grossed).groupby(["period", "customer_id"])["owed"].mean()
        charge = charge.merge(mean.reset_index(), on=["period", "customer_id"], how="left")
        amount = rate * charge["owed"]
    else:
        amount = rate * charge["revenue"] * charge["days_to_pay"] / 365
    charge = charge.assign(capital_charge=amount)
    return charge.rename(columns={"days_beyond_terms": "days_late"})[columns]


def _with_vat(rows: pd.DataFrame) -> pd.Series:
    if "includes_vat" not in rows:
        return pd.Series(True, index=rows.index)
    return rows["includes_vat"].fillna(True).astype(bool)


def _weighted(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the mean of `name` per customer, weighted by revenue; plain where revenue is not positive."""
    known = rows[rows[name].notna()]
    parts = known.assign(product=known[name] * known["revenue"]).groupby(["period", "customer_id"])
    sums = parts[["product", "revenue"]].sum()
    plain = parts[name].mean()
    positive = sums["revenue"] > 0
    mean = (sums["product"] / sums["revenue"].where(positive, 1.0)).where(positive, plain)
    return mean.rename(name).reset_index()


def complete_statement(
    upper: pd.DataFrame, cost: pd.DataFrame | None, capital: pd.DataFrame, customers: pd.DataFrame
) -> pd.DataFrame:
    """Bring the statement down to customer profit.

    From  the upper half, cost-to-serve (customer × activity) and capital charges
    to    the whole ladder, rates, ``days_late`` and ``active``; one row per period and customer.

    Parameters
    ----------
    cost : DataFrame of `charge_customers`; None or a period without rows: cost-to-serve is unknown
        there, and so is everything below it
    capital : DataFrame of `capital_charges`; without rows customer profit is before capital
    """
    key = ["period", "customer_id"]
    periods = set() if cost is None else set(cost["period"])
    served = pd.DataFrame(columns=[*key, "cost_to_serve"])
    if cost is not None and len(cost):
        served = cost.groupby(key, as_index=False)[["cost"]].sum()
        served = served.rename(columns={"cost": "cost_to_serve"})
    table = upper.merge(served, on=key, how="outer")
    table = table.drop(columns="relation").merge(
        customers[["customer_id", "relation"]], on="customer_id", how="left"
    )
    table = table.merge(capital, on=key, how="left").sort_values(key, ignore_index=True)
    money = [name for name in LADDER if name in upper.columns]
    table[money] = table[money].where(table["list_revenue"].notna(), 0.0)
    known = table["period"].isin(periods)
    table["cost_to_serve"] = table["cost_to_serve"].astype("float64").fillna(0.0).where(known)
    table["capital_charge"] = _rounded_capital(table).where(known)
    return _profits(table)


def _rounded_capital(table: pd.DataFrame) -> pd.Series:
    charge = table["capital_charge"].astype("float64").fillna(0.0)
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
    rest = ["discount_rate", "margin_rate", "profit_rate", "days_to_pay", "days_late", "active"]
    return table[["period", "customer_id", "relation", *LADDER, *rest]]


def company_ladder(statement: pd.DataFrame) -> pd.DataFrame:
    """Add up the statements of the active customers to the company's ladder.

    Returns
    -------
    DataFrame, one row per known line of the ladder: ``line``, ``kind`` (total or step), ``amount``
    (steps are negative where they take away), ``share`` of list revenue
    """
    rows = statement[statement["active"]]
    sums = {name: rows[name].sum() for name in LADDER if rows[name].notna().all()}
    table = pd.DataFrame({"line": list(sums), "amount": list(sums.values())})
    table["kind"] = np.where(table["line"].isin(STEPS), "step", "total")
    table["amount"] = table["amount"].where(table["kind"] == "total", -table["amount"]).round(2)
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


def statement_verdicts(
    statement: pd.DataFrame, pools: pd.DataFrame | None, activities: int, *, period: str,
    stops_at: str, currency: str,
) -> list[Verdict]:  # fmt: skip
    """Judge the statement of one period: what is known, what rests on what, what belongs to nobody."""
    from kamlib.language import money, number

    mine = statement[(statement["period"] == period) & statement["active"]]
    known = pd.DataFrame() if pools is None else pools[pools["period"] == period]
    outcome = "PASS" if mine["gross_margin"].notna().all() else "REFUSE"
    found = [verdict("gross_margin", outcome)]
    if not len(known):
        return [*found, verdict("cost_to_serve", "REFUSE", period=period)]
    found.append(
        verdict("cost_to_serve", "PASS", pools=number(len(known)), activities=number(activities))
    )
    nobody = known[known["unassigned_cost"].abs() > 0.005]
    if len(nobody):
        total = money(nobody["unassigned_cost"].sum(), currency)
        found.append(
            verdict("unit_of_cost", "FLAG", amount=total, pools=", ".join(_plain(nobody["pool"])))
        )
    else:
        found.append(verdict("unit_of_cost", "PASS", level=stops_at))
    over = known[known["used_share"] > 1]
    outcome = "FLAG" if len(over) else "PASS"
    found.append(verdict("capacity", outcome, pools=", ".join(_plain(over["pool"]))))
    blind = known[(known["used"] > 0) & known["capacity"].isna()]
    outcome = "FLAG" if len(blind) else "PASS"
    found.append(verdict("practical_capacity", outcome, pools=", ".join(_plain(blind["pool"]))))
    without = int((mine["days_to_pay"].isna() & (mine["invoice_revenue"] != 0)).sum())
    if mine["days_to_pay"].isna().all():
        return [*found, verdict("capital_absent", "FLAG")]
    return [*found, verdict("capital_charge", "FLAG" if without else "PASS", n=number(without))]


def _plain(pools: pd.Series) -> list[str]:
    return [pool.replace("_", " ") for pool in pools]
