"""Deliveries: what left in one go, counted from the invoice lines that name it."""

import ibis.expr.types as ir
import pandas as pd

from kamlib.intake.booked import order_fields
from kamlib.intake.desk import Desk, fetched
from kamlib.intake.documents import ordered
from kamlib.intake.judging import Judged
from kamlib.intake.lines import line_count, period_of


def deliveries(lines: ir.Table, judged: Judged, work: Desk) -> dict[str, pd.DataFrame]:
    """Return one row per delivery and unit, by the name of its table; nothing where lines name none.

    To ``delivery_id, customer_id, date, period, lines`` and the attributes of an order: of a text the
    smallest, of a yes or no whether any line has it.

    Parameters
    ----------
    lines : table from `kamlib.intake.booked.booked`
    judged : the judged invoice lines

    Notes
    -----
    A delivery lies in the period of its first invoice date. Lines without a delivery make none.
    """
    if "delivery_id" not in judged.raw.names:
        return {}
    sent = ordered(lines)
    sent = sent.filter(sent["delivery_id"].notnull())
    fields = order_fields(judged)
    found = {
        each.name: sent[each.name].max() if each.kind == "bool" else sent[each.name].min()
        for each in fields
    }
    counted = sent.group_by(delivery_id="delivery_id", customer_id="unit").aggregate(
        date=sent["date"].min(), lines=line_count(sent), **found
    )
    dated = counted.mutate(period=period_of(counted["date"], work))
    names = ["delivery_id", "customer_id", "date", "period", "lines", *found]
    kinds = {each.name: each.kind for each in fields}
    return {"deliveries": fetched(dated.order_by(["delivery_id", "customer_id"]), kinds)[names]}
