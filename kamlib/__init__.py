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
    "engagement": "Engagement engagement_schema load_engagement project_root",
    "verdicts": "Balance Verdict verdict",
    "stage": "Stage open_stage",
    "tables": "read_table write_table",
    "display": (
        "show_facts show_figure show_finding show_findings show_headline show_ledger "
        "show_open_verdicts show_strip show_table show_verdicts"
    ),
    "intake": "Intake read_inputs",
    "views": (
        "account_balances account_table both_sides chain charging_pools concentration_table criteria_of "
        "criteria_summary example_party external external_months first_steps managers_of matrix_frame "
        "monthly_revenue named overrides_table pyramid_table questions_table set_aside_reasons shots_table "
        "sides_balances sides_table statement_lines top20_interval verdict_table"
    ),
    "profitability": (
        "Statements activity_volumes capital_charges charge_customers company_ladder "
        "complete_statement customer_statements gross_margins ledger_accounts ledger_verdict "
        "loss_makers pool_costs profit_balance resources_table statement_balances "
        "statement_verdicts"
    ),
    "segmentation": (
        "assessed_parties class_balances class_flips class_summary concentration concentration_curves "
        "door_verdicts interval_verdict main_measure measure_verdicts net_shares_verdict open_doors "
        "reference_window repeat_rates segment split_vital_few staying staying_verdicts "
        "strategic_door whale_curve"
    ),
    "attractiveness": (
        "current_ratings measured_criteria missing_criteria ratings_age_verdict side_a "
        "side_a_criteria side_a_verdicts side_b side_b_criteria side_b_verdicts their_trust"
    ),
    "pyramid": (
        "Bounds DecisionRules account_bounds accounts_at_cuts assess_accounts assign_levels "
        "capacity_verdicts contact_functions decide decision_rules golden_shots golden_verdicts "
        "joint_evidence level_counts margin_percentiles money_of_shots pyramid_verdicts "
        "unit_verdict verdict_counts apply_overrides overrides_verdict"
    ),
    "findings": (
        "both_sides_finding capacity_finding class_finding concentration_finding door_finding "
        "figure_words flips_finding golden_finding headline intake_finding losses_finding "
        "pyramid_finding return_finding revenue_finding shot_dependence_finding side_a_finding "
        "side_b_finding statement_finding twenty_eighty_finding unknown_table "
        "verdict_finding whale_finding"
    ),
    "plots": (
        "plot_capacity plot_concentration plot_losses plot_matrix plot_monthly_revenue "
        "plot_pyramid plot_return plot_statement plot_their_criteria plot_whale_curve"
    ),
    "publish": "publish_report",
    "checking": "Checked check_inputs",
    "demo": "write_demo",
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
