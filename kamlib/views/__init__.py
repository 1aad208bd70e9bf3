"""Views: what a table or figure on a page is made of, picked and named from stage tables.

Nothing is computed here that a decision rests on; a view chooses rows, adds names and orders them.
"""

from kamlib.views.accounts import (
    account_balances,
    account_table,
    first_steps,
    managers_of,
    overrides_table,
    pyramid_table,
    questions_table,
    shots_table,
    verdict_table,
)
from kamlib.views.company import (
    chain,
    charging_pools,
    concentration_table,
    external,
    external_months,
    monthly_revenue,
    named,
    set_aside_reasons,
    statement_lines,
    top20_interval,
)
from kamlib.views.sides import (
    both_sides,
    criteria_of,
    criteria_summary,
    example_party,
    matrix_frame,
    sides_balances,
    sides_table,
)

__all__ = [
    "account_balances",
    "account_table",
    "both_sides",
    "chain",
    "charging_pools",
    "concentration_table",
    "criteria_of",
    "criteria_summary",
    "example_party",
    "external",
    "external_months",
    "first_steps",
    "managers_of",
    "matrix_frame",
    "monthly_revenue",
    "named",
    "overrides_table",
    "pyramid_table",
    "questions_table",
    "set_aside_reasons",
    "shots_table",
    "sides_balances",
    "sides_table",
    "statement_lines",
    "top20_interval",
    "verdict_table",
]
