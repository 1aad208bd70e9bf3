"""Statements that are not to be believed: unknown from the first line to the last, and never zero.

Where too many lines are missing, or the general ledger says otherwise, each number below is wrong by
an amount that nobody knows. What builds on it receives *unknown*.
"""

import pandas as pd

from kamlib.profitability.statements import Statements

KEPT = ("period", "customer_id", "relation", "days_to_pay", "days_late", "active")


def withheld(result: Statements, why: str, *, period: str) -> Statements:
    """Return statements of which those of a period are unknown; all as they are without a reason.

    Parameters
    ----------
    result : Statements of `customer_statements`
    why : str, what was refused, in words; empty where nothing was
    period : str, the report period

    Returns
    -------
    Statements in which each customer of the period still stands, its money missing; cost-to-serve and
    pools without rows of the period, None where no other has any
    """
    if not why:
        return result
    table = result.statement
    mine = table["period"] == period
    money = [name for name in table.columns if name not in KEPT]
    blind = table.assign(**{name: table[name].mask(mine) for name in money})
    cost, pools = (_of_others(each, period) for each in (result.cost_to_serve, result.pools))
    unknown = {**result.unknown, period: why.rstrip(".")}
    return result._replace(statement=blind, cost_to_serve=cost, pools=pools, unknown=unknown)


def _of_others(table: pd.DataFrame | None, period: str) -> pd.DataFrame | None:
    """Return the rows of other periods; None where there are none."""
    if table is None:
        return None
    others = table[table["period"] != period]
    return others.reset_index(drop=True) if len(others) else None
