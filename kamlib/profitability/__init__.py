"""Profitability: what each customer leaves us after everything we spend on it.

The statement runs down one ladder, from list revenue to customer profit. Costs follow causes: the
work a customer makes is counted and charged at the rate of the capacity that does it. Capacity nobody
used stays a line of its own, and no cost is spread by revenue.

Sources
-------
Kaplan and Anderson (2004), "Time-Driven Activity-Based Costing"; Horngren, Datar and Rajan, Cost
Accounting, for the hierarchy of customer costs.
"""

from kamlib.profitability.costing import activity_volumes, charge_customers, pool_costs
from kamlib.profitability.ledger import (
    ledger_accounts,
    ledger_verdict,
    profit_balance,
    statement_balances,
)
from kamlib.profitability.statement import (
    capital_charges,
    company_ladder,
    complete_statement,
    gross_margins,
    loss_makers,
    statement_verdicts,
)
from kamlib.profitability.statements import Statements, customer_statements, resources_table

__all__ = [
    "Statements",
    "activity_volumes",
    "capital_charges",
    "charge_customers",
    "company_ladder",
    "complete_statement",
    "customer_statements",
    "gross_margins",
    "ledger_accounts",
    "ledger_verdict",
    "loss_makers",
    "pool_costs",
    "profit_balance",
    "resources_table",
    "statement_balances",
    "statement_verdicts",
]
