"""A firm small enough to do in the head, and the tables it is made of."""

from decimal import Decimal

import pandas as pd
from worlds import CostModel, Equation, Pool

from kamlib.core.tables import EXACT
from kamlib.profitability.costing import resources_table

YEAR = "FY2025"


def exact(*values) -> pd.Series:
    """Return exact money."""
    return pd.Series([None if v is None else Decimal(str(v)) for v in values], dtype=EXACT)


def months(**lines: tuple) -> pd.DataFrame:
    """Build one month per customer from ``id=(list, invoice, cost of goods)``."""
    listed, invoiced, goods = zip(*lines.values(), strict=True)
    return pd.DataFrame(
        {
            "customer_id": list(lines),
            "month": pd.Timestamp("2025-03-01"),
            "period": YEAR,
            "list_revenue": exact(*listed),
            "invoice_revenue": exact(*invoiced),
            "cost_of_goods_sold": exact(*goods),
        }
    )


def buyers(*ids: str, **relations: str) -> pd.DataFrame:
    """Return customers; ``X="intercompany"`` says so of one."""
    return pd.DataFrame(
        {
            "customer_id": ids,
            "name": [f"Firm {i}" for i in ids],
            "relation": [relations.get(i, "external") for i in ids],
        }
    )


def orders(*rows: tuple) -> pd.DataFrame:
    """Return orders from (customer, lines, channel, rush, new), each on one line of the table."""
    names = ["customer_id", "lines", "order_channel", "rush", "customer_is_new"]
    table = pd.DataFrame(rows, columns=names).assign(period=YEAR, date=pd.Timestamp("2025-03-01"))
    numbers = [f"O{n}" for n in range(len(table))]
    whole = {"document_lines": table["lines"], "first_order": table["customer_is_new"]}
    return table.assign(order_id=numbers, order_value=0.0, **whole)


NO_CORRECTIONS = pd.DataFrame({"period": [], "customer_id": [], "document_type": []})


def pools(*given: Pool) -> pd.DataFrame:
    """Return pools of cost as a table."""
    return resources_table(given)


def used(pool: str, **by_customer: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "period": YEAR,
            "customer_id": list(by_customer),
            "activity": f"{pool}, order",
            "pool": pool,
            "driver_volume": 1.0,
            "used": list(map(float, by_customer.values())),
        }
    )


def small_firm() -> tuple[dict, CostModel]:
    """A earns, B loses, X is intercompany. Desk: 1,000 for 500 minutes, A uses 300, B 100, X 50.

    A: 1,000 − 400 = 600 gross, less 600 = 0; B: 200 − 100 = 100 gross, less 200 = −100.
    """
    tables = {
        "customers": buyers("A", "B", "X", X="intercompany"),
        "customer_months": months(A=(1000, 1000, 400), B=(200, 200, 100), X=(50, 50, 50)),
        "orders": orders(
            ("A", 300, "edi", False, False),
            ("B", 100, "edi", False, False),
            ("X", 50, "edi", False, False),
        ),
        "corrections": NO_CORRECTIONS,
    }
    model = CostModel((Pool("desk", Decimal(1000), 500),), (Equation("desk", "line", 1),))
    return tables, model
