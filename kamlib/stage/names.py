"""The stages by name: their notebooks, their parameters, and who writes which table."""

from collections.abc import Mapping

NOTEBOOKS = {
    "data_prep": "01_data_prep.ipynb",
    "profitability": "02_profitability.ipynb",
    "segmentation": "03_segmentation.ipynb",
    "staying": "03b_staying.ipynb",
    "attractiveness": "04_attractiveness.ipynb",
    "pyramid": "05_pyramid.ipynb",
    "summary": "06_summary.ipynb",
}
PARAMETERS: dict[str, dict[str, str]] = {  # stage → parameter → its key
    **{stage: {} for stage in NOTEBOOKS},
    "data_prep": {"profit_share": "segmentation.profit_share"},
    "profitability": {
        "price_reach": "profitability.dropping.price_reach",
        "cogs_avoidable": "profitability.dropping.cogs_avoidable",
        "cost_of_capital": "profitability.capital.rate",
    },
    "segmentation": {"profit_share": "segmentation.profit_share"},
    "attractiveness": {"cut_a": "side_a.cut", "cut_b": "side_b.cut"},
    "pyramid": {"managers": "capacity.managers"},
}
KEYS = {name: key for known in PARAMETERS.values() for name, key in known.items()}
SET_IN = {  # parameter → the first stage that uses it: what is set there holds for the whole run
    name: next(stage for stage, known in PARAMETERS.items() if name in known) for name in KEYS
}
FIRST_USED = {  # block of engagement.yaml → the first stage that uses it; the others in data_prep
    "doors": "segmentation",
    "side_b": "attractiveness",
    "golden_shot": "pyramid",
    "capacity": "pyramid",
    "verdicts": "pyramid",
    "find_out_first": "pyramid",
    "name": "summary",
    "required": "summary",
}
FROZEN_IN = {"return_rates": "segmentation", "margin_percentiles": "pyramid"}  # in reference/
WRITES = {  # stage → the tables that it writes for later stages
    "data_prep": (
        "customers customer_ids customer_months customer_products customer_groups orders "
        "corrections documents deliveries timing identity_pairs name_variants quarantine coverage"
    ),
    "profitability": (
        "profitability cost_to_serve pools gl_accounts economic loss_treatment actions "
        "profit_uncertainty profit_bridge"
    ),
    "segmentation": (
        "segmentation concentration effort_audit effort_moves potential open_deals terms_audit doors "
        "staying return_models parties white_space"
    ),
    "staying": "leaving base_audit cost_at_the_margin neglected profile likeness",
    "attractiveness": "attractiveness side_a_criteria side_b_criteria",
    "pyramid": "pyramid golden_shots key_accounts",
}
WRITTEN_BY = {table: stage for stage, tables in WRITES.items() for table in tables.split()}


def stages_before(stage: str) -> list[str]:
    """Return the stages whose tables a stage stands on, in order.

    Examples
    --------
    >>> stages_before("segmentation")
    ['data_prep', 'profitability']
    """
    names = list(NOTEBOOKS)
    return names[: names.index(stage)]


def parameters_of_run(stage: str, parameters: Mapping[str, object]) -> dict[str, object]:
    """Return those parameters of a run that a stage takes: its own, and those set in an earlier one.

    Examples
    --------
    >>> parameters_of_run("attractiveness", {"profit_share": 0.6, "cut_a": 0.7, "managers": 3})
    {'profit_share': 0.6, 'cut_a': 0.7}
    """
    if stage not in NOTEBOOKS:
        return {}
    so_far = [*stages_before(stage), stage]
    return {name: value for name, value in parameters.items() if SET_IN[name] in so_far}
