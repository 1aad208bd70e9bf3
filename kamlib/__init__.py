"""kamlib: what the notebooks of the key account workbook compute with.

Public names are loaded when they are used, so that ``import kamlib as kam`` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from kamlib.attractiveness import *  # noqa: F403
    from kamlib.findings import *  # noqa: F403
    from kamlib.profitability import *  # noqa: F403
    from kamlib.pyramid import *  # noqa: F403
    from kamlib.segmentation import *  # noqa: F403

_MODULES = {
    "errors": "DataError ParameterError",
    "columns": "label",
    "settings": "Engagement engagement_schema load_engagement project_root",
    "verdicts": "Balance Verdict verdict",
    "stage": "Stage open_stage",
    "tables": "read_table write_table",
    "display": (
        "show_claim show_facts show_figure show_finding show_headline show_ledger "
        "show_open_verdicts show_strip show_table show_values show_verdicts"
    ),
    "intake": "Intake read_inputs verdicts_about",
    "views": (
        "account_balances account_table both_sides chain "
        "pool_table concentration_table criteria_of criteria_summary "
        "example_party external external_months gl_table inquiries keeping "
        "largest_losses loss_table managers_of matrix_frame matrix_points monthly_revenue named "
        "nominees_table order_words overrides_table pairs_table pyramid_table quadrant_table quality_table "
        "questions_table repairs rows_set_aside set_aside_reasons shots_table sides_balances "
        "sides_table statement_lines verdict_table with_relation worst_rows"
    ),
    "profitability": (
        "activity_volumes asset_charges break_evens bridge_balance bridge_measure bridge_steps "
        "bridge_verdict capital_charges charge_customers company_ladder complete_statement "
        "customer_statements days_tied_up drop_effects economic_statements effect_of_dropping "
        "gross_margins largest_changes ledger_accounts ledger_verdict loss_makers matrix_verdict "
        "orders_left pool_costs price_matrix profit_balance profit_bridge profit_if "
        "profit_sureness Rescue rescue_losses rescue_verdicts resources_table "
        "statement_balances statement_verdicts Statements sureness_verdict timing_balance "
        "uncertain_profits withheld"
    ),
    "segmentation": (
        "asleep_verdict assessed_parties class_balances class_flips class_summary concentration "
        "door_verdicts interval_verdict main_measure measure_verdicts "
        "net_shares_verdict open_doors "
        "reference_window repeat_rates segment split_vital_few staying staying_verdicts "
        "strategic_door subsidy_verdict Whale whale_band whale_curve"
    ),
    "attractiveness": (
        "asked_on current_ratings measured_criteria missing_criteria ratings_verdicts side_a "
        "side_a_criteria side_a_verdicts side_b side_b_criteria side_b_verdicts their_trust"
    ),
    "pyramid": (
        "account_bounds accounts_at_cuts apply_overrides assess_accounts assign_levels Bounds "
        "capacity_verdicts contact_functions decide decision_rules DecisionRules golden_shots "
        "golden_verdicts joint_evidence level_counts margin_percentiles money_of_shots "
        "overrides_verdict percentiles_verdict pyramid_verdicts unit_verdict verdict_counts"
    ),
    "findings": (
        "both_sides_finding bridge_finding bring_finding capacity_finding "
        "causes_finding class_finding comers_finding concentration_finding documents_finding "
        "door_finding dropping_finding figure_words flips_finding golden_finding headline "
        "intake_finding key_caption levels_finding losses_headline main_values "
        "mover_finding nominees_finding pairs_finding population_finding "
        "price_matrix_finding pyramid_finding quality_finding return_finding revenue_finding "
        "setup_finding shot_dependence_finding side_a_finding side_b_finding "
        "standing_finding statement_finding sureness_finding twenty_eighty_finding unknown_table "
        "verdict_finding whale_doubt_finding "
        "whale_finding"
    ),
    "plots": (
        "plot_bridge "
        "plot_matrix plot_monthly_revenue plot_price_matrix "
        "plot_pyramid plot_return plot_statement plot_their_criteria "
        "plot_whale_curve"
    ),
    "publish": "publish_report",
    "intake.check": "Checked check_inputs",
    "intake.draft": "Draft suggest",
}
_HOME = {name: module for module, names in _MODULES.items() for name in names.split()}
__all__ = sorted(_HOME)


def __getattr__(name: str) -> object:
    """Load a public name from its module when it is first used."""
    if name not in _HOME:
        raise AttributeError(f"kamlib has no public name '{name}'")
    return getattr(import_module(f"kamlib.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    """Return the public names."""
    return [*__all__, "__version__"]
