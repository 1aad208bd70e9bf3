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
    gl_table,
    monthly_revenue,
    named,
    set_aside_reasons,
    statement_lines,
    top20_interval,
)
from kamlib.views.quality import pairs_table, quality_table, rows_set_aside, worst_rows
from kamlib.views.rescue import (
    action_table,
    how_far,
    largest_losses,
    loss_table,
    matrix_points,
    quadrant_table,
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
    "action_table",
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
    "gl_table",
    "how_far",
    "largest_losses",
    "loss_table",
    "managers_of",
    "matrix_frame",
    "matrix_points",
    "monthly_revenue",
    "named",
    "overrides_table",
    "pairs_table",
    "pyramid_table",
    "quadrant_table",
    "quality_table",
    "questions_table",
    "rows_set_aside",
    "set_aside_reasons",
    "shots_table",
    "sides_balances",
    "sides_table",
    "statement_lines",
    "top20_interval",
    "verdict_table",
    "worst_rows",
]
