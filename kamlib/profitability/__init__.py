"""Profitability: what each customer leaves us after everything we spend on it.

The statement runs down one ladder, from list revenue to customer profit. Costs follow causes: the
work a customer makes is counted and charged at the rate of the capacity that does it. Capacity nobody
used stays a line of its own, and no cost is spread by revenue.

Sources
-------
Kaplan and Anderson (2004), "Time-Driven Activity-Based Costing"; Horngren, Datar and Rajan, Cost
Accounting, for the hierarchy of customer costs.
"""

from kamlib.profitability.breakeven import break_evens, orders_left, profit_if
from kamlib.profitability.bridge import (
    bridge_balance,
    bridge_measure,
    bridge_steps,
    bridge_verdict,
    largest_changes,
    profit_bridge,
)
from kamlib.profitability.capital import asset_charges, capital_charges, days_tied_up
from kamlib.profitability.causes import matrix_verdict, price_matrix
from kamlib.profitability.costing import charge_customers, pool_costs, resources_table
from kamlib.profitability.economic import economic_statements, timing_balance
from kamlib.profitability.ledger import (
    ledger_accounts,
    ledger_verdict,
    profit_balance,
    statement_balances,
)
from kamlib.profitability.loss_treatment import (
    LossTreatment,
    drop_effects,
    effect_of_dropping,
    loss_verdicts,
    treat_losses,
)
from kamlib.profitability.statement import (
    company_ladder,
    complete_statement,
    gross_margins,
    loss_makers,
)
from kamlib.profitability.statements import (
    Statements,
    customer_statements,
    statement_verdicts,
    withheld,
)
from kamlib.profitability.uncertainty import (
    profit_tornado,
    profit_uncertainty,
    uncertain_profits,
    uncertainty_verdict,
)
from kamlib.profitability.volumes import activity_volumes

__all__ = [
    "LossTreatment",
    "Statements",
    "activity_volumes",
    "asset_charges",
    "break_evens",
    "bridge_balance",
    "bridge_measure",
    "bridge_steps",
    "bridge_verdict",
    "capital_charges",
    "charge_customers",
    "company_ladder",
    "complete_statement",
    "customer_statements",
    "days_tied_up",
    "drop_effects",
    "economic_statements",
    "effect_of_dropping",
    "gross_margins",
    "largest_changes",
    "ledger_accounts",
    "ledger_verdict",
    "loss_makers",
    "loss_verdicts",
    "matrix_verdict",
    "orders_left",
    "pool_costs",
    "price_matrix",
    "profit_balance",
    "profit_bridge",
    "profit_if",
    "profit_tornado",
    "profit_uncertainty",
    "resources_table",
    "statement_balances",
    "statement_verdicts",
    "timing_balance",
    "treat_losses",
    "uncertain_profits",
    "uncertainty_verdict",
    "withheld",
]
