"""kamlib: what the notebooks of the key account workbook compute with.

Public names are loaded when they are used, so that ``import kamlib as kam`` costs nothing.
"""

from importlib import import_module

__version__ = "0.1.0"

_MODULES = {
    "core.customers": "external named with_relation main_measure",
    "core.errors": "DataError ParameterError",
    "core.tables": "read_table write_table",
    "core.verdicts": "Balance Verdict verdict",
    "core.vocabulary": "label",
    "intake.check": "Checked check_inputs",
    "intake.draft.drafting": "Draft suggest",
    "intake.reading": "Intake read_inputs",
    "page.captions": "figure_words",
    "page.show": (
        "show_claim show_facts show_figure show_finding show_headline show_ledger "
        "show_open_verdicts show_strip show_table show_values show_verdicts"
    ),
    "profitability.breakeven": "break_evens orders_left profit_if",
    "profitability.bridge": (
        "bridge_balance bridge_measure bridge_steps bridge_verdict largest_changes profit_bridge"
    ),
    "profitability.capital": "asset_charges capital_charges days_tied_up",
    "profitability.causes": "matrix_verdict price_matrix",
    "profitability.costing": "charge_customers pool_costs resources_table",
    "profitability.customer_statements": "customer_statements statement_verdicts Statements withheld",
    "profitability.economic": "economic_statements timing_balance",
    "profitability.figures": "plot_bridge plot_price_matrix plot_statement",
    "profitability.ledger": "ledger_accounts ledger_verdict profit_balance statement_balances",
    "profitability.loss_treatment": (
        "drop_effects effect_of_dropping loss_verdicts LossTreatment treat_losses"
    ),
    "profitability.statement": "company_ladder complete_statement gross_margins loss_makers",
    "profitability.tables": (
        "pool_table gl_table largest_losses loss_table matrix_points quadrant_table statement_lines"
    ),
    "profitability.uncertainty": "profit_uncertainty uncertainty_verdict uncertain_profits",
    "profitability.volumes": "activity_volumes",
    "profitability.words": (
        "bridge_finding capacity_finding causes_finding comers_finding dropping_finding "
        "levels_finding losses_headline mover_finding price_matrix_finding setup_finding "
        "statement_finding uncertainty_finding"
    ),
    "report.reporting": "publish_report",
    "settings.engagement": "Engagement",
    "settings.loading": "load_engagement",
    "settings.places": "project_root",
    "settings.schema": "engagement_schema",
    "stage.opening": "open_stage",
    "stage.work": "Stage",
}
ROOMS = (
    "data_prep",
    "profitability",
    "segmentation",
    "staying",
    "attractiveness",
    "pyramid",
    "summary",
)
_HOME = {name: module for module, names in _MODULES.items() for name in names.split()}
__all__ = sorted(_HOME)


def __getattr__(name: str) -> object:
    """Load a public name from its module when it is first used."""
    if name in ROOMS:
        return import_module(f"kamlib.{name}")
    if name not in _HOME:
        from kamlib.core.errors import did_you_mean

        near = did_you_mean(name, [*__all__, *ROOMS])
        raise AttributeError(f"kamlib has no public name '{name}'. {near}")
    return getattr(import_module(f"kamlib.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    """Return the public names."""
    return [*__all__, *ROOMS, "__version__"]
