"""Profitability: what each customer leaves us after everything we spend on it.

The statement runs down one ladder, from list revenue to customer profit. Costs follow causes: the
work a customer makes is counted and charged at the rate of the capacity that does it. Capacity nobody
used stays a line of its own, and no cost is spread by revenue.

Sources
-------
Kaplan and Anderson (2004), "Time-Driven Activity-Based Costing"; Horngren, Datar and Rajan, Cost
Accounting, for the hierarchy of customer costs.
"""

from typing import TYPE_CHECKING

from kamlib.core.faces import face

if TYPE_CHECKING:
    from kamlib.profitability.analyses import (
        cost_pools,
        economic_view,
        losses,
        parameters_changed,
        price_matrix,
        profit_bridge,
        profit_ledger,
        profit_uncertainty,
        statements,
    )

__all__ = [
    "cost_pools",
    "economic_view",
    "losses",
    "parameters_changed",
    "price_matrix",
    "profit_bridge",
    "profit_ledger",
    "profit_uncertainty",
    "statements",
]
__getattr__, __dir__ = face(__name__, __all__)
