"""Deliveries: what was sent at one time, where the lines say which they belong to."""

import ibis.expr.types as ir

from kamlib.intake.booked import order_fields
from kamlib.intake.contract import SALES
from kamlib.intake.desk import Answer, Desk
from kamlib.intake.judging import Judged
from kamlib.intake.lines import line_count, period_of


def deliveries(documents: ir.Table, judged: Judged, work: Desk) -> dict[str, Answer]:
    """Return the table of deliveries under its name; nothing where lines name none.

    To ``delivery_id, customer_id, date, period, lines`` and the attributes of an order, one row per
    delivery and unit of documents of sale, in the period of its first day.

    Parameters
    ----------
    documents : table from `kamlib.intake.booked.booked`
    judged : the judged invoice lines
    work : the desk
    """
    if "delivery_id" not in judged.raw.names:
        return {}
    sold = documents.filter(documents["document_type"].isin(SALES))
    sold = sold.filter(sold["delivery_id"].notnull())
    kinds = {field.name: field.kind for field in order_fields(judged)}
    found = {
        name: sold[name].max() if kind == "bool" else sold[name].min()
        for name, kind in kinds.items()
    }
    counted = sold.group_by(delivery_id="delivery_id", customer_id="unit").aggregate(
        date=sold["date"].min(), lines=line_count(sold), **found
    )
    dated = counted.mutate(period=period_of(counted["date"], work))
    names = ["delivery_id", "customer_id", "date", "period", "lines", *found]
    return {"deliveries": Answer(dated.select(names).order_by(names[:2]), kinds)}
