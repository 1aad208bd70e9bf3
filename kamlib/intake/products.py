"""What each customer bought of each product: summed where the lines lie, rolled up to units with us."""

import ibis
import ibis.expr.types as ir

from kamlib.intake.documents import KEY, money_sum, of_unit
from kamlib.intake.engines import DECIMAL
from kamlib.intake.lines import ladder_sums, period_of
from kamlib.intake.workspace import Answer, Workspace, pull

BY = ["period", "customer_id", "product_id"]


def customer_products(work: Workspace, told: ir.Table, units: ir.Table | None) -> Answer:
    """Return one row per period, unit and product with exact sums, of the periods of engagement.yaml.

    To ``period, customer_id, product_id, quantity, list_revenue, invoice_revenue,
    returned_revenue, cost_of_goods_sold`` and the other sums of the ladder's upper half.

    Parameters
    ----------
    work : the workspace
    told : table from `kamlib.intake.documents.typed_lines`
    units : table of ``known_id`` and ``unit``; None where every id is its own unit

    Notes
    -----
    The quantity, and the cost of goods sold, are unknown where one of the lines has none.
    """
    dated = told.mutate(period=period_of(told["date"], work))
    dated = dated.filter(dated["period"].notnull())
    summed = dated.group_by(BY).aggregate(
        quantity=money_sum(dated["quantity"]),
        uncounted=dated.count(where=dated["quantity"].isnull()),
        uncosted=dated.count(where=dated["cost_of_goods_sold"].isnull()),
        **ladder_sums(dated),
    )
    here = pull(work, "sites_products", summed, key=KEY)
    rolled = of_unit(here, units)
    rolled = rolled.mutate(customer_id=rolled["unit"])
    sums = list(ladder_sums(dated))
    gaps = {"quantity": "uncounted", "cost_of_goods_sold": "uncosted"}
    known = {name: rolled[gap].sum() == 0 for name, gap in gaps.items()}
    whole = rolled.group_by(BY).aggregate(
        **{
            name: known[name].ifelse(money_sum(rolled[name]), ibis.null(DECIMAL))
            if name in known
            else money_sum(rolled[name])
            for name in ("quantity", *sums)
        }
    )
    return Answer(whole.order_by(BY), {"quantity": "number"})
