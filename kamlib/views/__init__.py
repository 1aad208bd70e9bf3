"""Views: what a table or figure on a page is made of, picked and named from stage tables.

Nothing is computed here that a decision rests on; a view chooses rows, adds names and orders them.
"""

from kamlib.views.accounts import (
    account_balances,
    account_table,
    managers_of,
    nominees_table,
    order_words,
    overrides_table,
    pyramid_table,
    questions_table,
    shots_table,
    verdict_table,
)
from kamlib.views.company import (
    chain,
    concentration_table,
    external,
    external_months,
    gl_table,
    monthly_revenue,
    named,
    pool_table,
    set_aside_reasons,
    statement_lines,
    with_relation,
)
from kamlib.views.first_steps import inquiries, keeping, repairs
from kamlib.views.quality import pairs_table, quality_table, rows_set_aside, worst_rows
from kamlib.views.rescue import (
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
    "both_sides",
    "chain",
    "concentration_table",
    "criteria_of",
    "criteria_summary",
    "example_party",
    "external",
    "external_months",
    "gl_table",
    "inquiries",
    "keeping",
    "largest_losses",
    "loss_table",
    "managers_of",
    "matrix_frame",
    "matrix_points",
    "monthly_revenue",
    "named",
    "nominees_table",
    "order_words",
    "overrides_table",
    "pairs_table",
    "pool_table",
    "pyramid_table",
    "quadrant_table",
    "quality_table",
    "questions_table",
    "repairs",
    "rows_set_aside",
    "set_aside_reasons",
    "shots_table",
    "sides_balances",
    "sides_table",
    "statement_lines",
    "verdict_table",
    "with_relation",
    "worst_rows",
]
