"""What each customer bought of each product: summed where the lines lie, rolled up to units with us."""

import ibis
import ibis.expr.types as ir
import pandas as pd

from kamlib.intake.booked import KEY, money_sum
from kamlib.intake.desk import Desk, brought, fetched
from kamlib.intake.engines import DECIMAL
from kamlib.intake.lines import ladder_sums, period_of

BY = ["period", "customer_id", "product_id"]


def customer_products(work: Desk, told: ir.Table, units: ir.Table) -> pd.DataFrame:
    """Return one row per period, unit and product with exact sums, of the periods of engagement.yaml.

    To ``period, customer_id, product_id, quantity, list_revenue, invoice_revenue,
    returned_revenue, cost_of_goods_sold`` and the other sums of the ladder's upper half.

    Parameters
    ----------
    work : the desk
    told : table from `kamlib.intake.booked.lines_told`
    units : table of ``known_id`` and ``unit``

    Notes
    -----
    The quantity is unknown where one of the lines has none.
    """
    dated = told.mutate(period=period_of(told["date"], work))
    dated = dated.filter(dated["period"].notnull())
    summed = dated.group_by(BY).aggregate(
        quantity=money_sum(dated["quantity"]),
        uncounted=dated.count(where=dated["quantity"].isnull()),
        **ladder_sums(dated),
    )
    here = brought(work, "sites_products", summed, key=KEY)
    joined = here.left_join(units, here["customer_id"] == units["known_id"])
    of_unit = joined.mutate(customer_id=ibis.coalesce(joined["unit"], joined["customer_id"]))
    sums = list(ladder_sums(dated))
    whole = of_unit.group_by(BY).aggregate(
        quantity=(of_unit["uncounted"].sum() == 0).ifelse(
            money_sum(of_unit["quantity"]), ibis.null(DECIMAL)
        ),
        **{name: money_sum(of_unit[name]) for name in sums},
    )
    return fetched(whole.order_by(BY), {"quantity": "number"})
