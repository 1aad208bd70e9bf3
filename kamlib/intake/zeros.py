"""Ids from which a spreadsheet has taken the first zeros: told as such, and never joined silently."""

import ibis.expr.types as ir

from kamlib.intake.aside import Aside
from kamlib.intake.reasons import NO_CUSTOMER, ZEROS_LOST


def zeros_told(aside: Aside, known: dict[str, ir.Table]) -> Aside:
    """Give lines a reason of their own whose customer is known with other zeros in front.

    Parameters
    ----------
    aside : what was set aside of the lines
    known : dict of "customer" to a table with the column ``known_id``, if there are customers
    """
    rows = aside.rows
    strange = rows.filter(rows["reason"] == NO_CUSTOMER).select("customer_id").distinct()
    ids = _texts(strange, "customer_id") if "customer" in known else []
    if not ids:
        return aside
    bare = {each.lstrip("0") for each in _texts(known["customer"], "known_id")}
    lost = sorted(each for each in ids if each.lstrip("0") in bare)
    is_lost = (rows["reason"] == NO_CUSTOMER) & rows["customer_id"].isin(lost)
    return aside._replace(rows=rows.mutate(reason=is_lost.ifelse(ZEROS_LOST, rows["reason"])))


def _texts(table: ir.Table, name: str) -> list[str]:
    """Return a column's texts."""
    return [each for each in table.to_pyarrow()[name].to_pylist() if each]
