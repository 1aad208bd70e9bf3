"""kamlib: what the notebooks of the key account workbook compute with.

Public names are loaded when they are used, so that ``import kamlib as kam`` costs nothing.
"""

from importlib import import_module

__version__ = "0.1.0"

_MODULES = {
    "core.analysis": "Analysis",
    "core.errors": "DataError ParameterError",
    "core.tables": "read_table write_table",
    "core.vocabulary": "label",
    "intake.check": "Checked check_inputs",
    "intake.draft": "Draft suggest",
    "intake.reading": "Intake read_inputs",
    "report.reporting": "publish_report",
    "settings.engagement": "Engagement load_engagement",
    "settings.schema": "engagement_schema",
    "settings.written": "project_root",
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
