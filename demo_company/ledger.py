"""The general ledger of the invented company, and the rows that its export broke.

The ledger knows what the broken rows were; where their amount or day can no longer be read, the
controller names them as reconciling items, so that the sum is explained to the cent.
"""

from typing import Any

import numpy as np
import pandas as pd

from demo_company.lines import INVOICE
from demo_company.money import KINDS
from demo_company.scenario import PERIODS, YEARS, stream

DOMESTIC, EXPORT, GOODS = "730-01", "730-02", "731-01"
FREIGHT = "T9000"
NOBODY, UNREADABLE, NO_SUCH_DAY = "K88888", "brak", "31.02."
FAULTS = {
    "no customer": "customer_id",
    "unknown customer": "customer_id",
    "no such day": "date",
    "amount not readable": "net_amount",
}
LOST_PROMOTION = 1850.00


def broken_lines(lines: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Return one broken freight surcharge per year and fault, with the amount it really had.

    Returns
    -------
    DataFrame ``year, fault, column, date, net_cents, invoice_id, order_id, customer_id``; they are
    surcharges without cost of goods
    """
    rng = stream(seed, "broken rows")
    table = pd.DataFrame(
        [(year, fault) for year in YEARS for fault in FAULTS], columns=["year", "fault"]
    )
    n = len(table)
    day = pd.to_datetime(table["year"].astype(str) + "-02-10")
    day += pd.to_timedelta(rng.integers(0, 290, n), unit="D")
    buyers = np.sort(lines.loc[lines["kind"] == INVOICE, "site_id"].unique())
    serial = (90_001 + np.arange(n)).astype(str)
    return table.assign(
        column=table["fault"].map(FAULTS),
        date=day,
        net_cents=rng.integers(18_000, 420_000, n),
        invoice_id="FV/" + table["year"].astype(str) + "/" + serial,
        order_id="Z9" + pd.Series(serial),
        customer_id=buyers[rng.integers(0, len(buyers), n)],
    )


def reconciling_items(broken: pd.DataFrame) -> list[dict[str, Any]]:
    """Return what the controller can name of the rows that cannot be read, in profit sense."""
    items = []
    for period, year in PERIODS.items():
        lost = broken[(broken["year"] == year) & broken["column"].isin(["date", "net_amount"])]
        items += [
            {
                "what": f"freight surcharge {row['invoice_id']}, {row['fault']} in the export",
                "amount": row["net_cents"] / 100,
                "gl_account": DOMESTIC,
                "period": period,
                "by": "controller",
            }
            for row in lost.to_dict("records")
        ]
    promotion = {
        "what": "promotion of June, amount not readable in the export",
        "amount": -LOST_PROMOTION,
        "gl_account": KINDS["promotion"],
        "period": "FY2025",
        "by": "controller",
    }
    return [*items, promotion]


def gl_totals(
    lines: pd.DataFrame, off_invoice: pd.DataFrame, pools: pd.DataFrame, broken: pd.DataFrame
) -> pd.DataFrame:
    """Return the general ledger: ``period, gl_account, amount, line, sign``.

    Revenue is booked in credit, so its amounts are negative and its sign is -1.
    """
    rows: list[tuple[str, str, float, str, int]] = []
    for period, year in PERIODS.items():
        mine = lines[lines["date"].dt.year == year]
        abroad = mine["export"].to_numpy()
        lost = int(broken.loc[broken["year"] == year, "net_cents"].sum())
        home = int(mine.loc[~abroad, "net_cents"].sum()) + lost
        rows += [
            (period, DOMESTIC, -home / 100, "invoice_revenue", -1),
            (
                period,
                EXPORT,
                -int(mine.loc[abroad, "net_cents"].sum()) / 100,
                "invoice_revenue",
                -1,
            ),
            (period, GOODS, _cents(int(mine["goods_e4"].sum())), "cost_of_goods_sold", 1),
        ]
        rows += _deductions(period, off_invoice)
        own = pools[pools["period"] == period]
        rows += [
            (period, account, cost, "cost_to_serve", 1)
            for account, cost in zip(own["gl_account"], own["cost"], strict=True)
        ]
    return pd.DataFrame(rows, columns=["period", "gl_account", "amount", "line", "sign"])


def _cents(e4: int) -> float:
    """Round ten-thousandths to cents."""
    return (e4 + 50) // 100 / 100


def _deductions(period: str, off_invoice: pd.DataFrame) -> list[tuple[str, str, float, str, int]]:
    mine = off_invoice[off_invoice["period"] == period]
    cents = (mine["cost"] * 100).round().groupby(mine["kind"]).sum()
    lost = LOST_PROMOTION if period == "FY2025" else 0.0
    return [
        (
            period,
            account,
            cents.get(kind, 0.0) / 100 + lost * (kind == "promotion"),
            "off_invoice",
            1,
        )
        for kind, account in KINDS.items()
    ]
