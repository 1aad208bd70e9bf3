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
from kamlib.views.doubt import doubtful_losses, most_doubtful, open_signs
from kamlib.views.quality import pairs_table, quality_table, worst_rows
from kamlib.views.rescue import (
    action_table,
    break_even_table,
    how_far,
    keep_fix_drop_table,
    largest_losses,
    matrix_points,
    quadrant_table,
    served_activities,
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
    "break_even_table",
    "chain",
    "charging_pools",
    "concentration_table",
    "criteria_of",
    "criteria_summary",
    "doubtful_losses",
    "example_party",
    "external",
    "external_months",
    "first_steps",
    "gl_table",
    "how_far",
    "keep_fix_drop_table",
    "largest_losses",
    "managers_of",
    "matrix_frame",
    "matrix_points",
    "monthly_revenue",
    "most_doubtful",
    "named",
    "open_signs",
    "overrides_table",
    "pairs_table",
    "pyramid_table",
    "quadrant_table",
    "quality_table",
    "questions_table",
    "served_activities",
    "set_aside_reasons",
    "shots_table",
    "sides_balances",
    "sides_table",
    "statement_lines",
    "top20_interval",
    "verdict_table",
    "worst_rows",
]
