"""engagement.yaml as a typed model: what is specific to one client, checked before anything runs.

The engagement's own file says what, where and when; the decision part (sides, pyramid, doors,
verdicts) has a default, `kamlib/rules.yaml`, over which the engagement's own keys are laid. Whatever
is wrong is a `ParameterError` that names file, line, key, what was found and what is allowed.
"""

from kamlib.settings.decision import (
    Boundary,
    GoldenShot,
    KeyAccountUnit,
    Limit,
    Limits,
    PotentialDoor,
    ProspectDoor,
    Pyramid,
    SideACriterion,
    StrategicDoor,
    Windows,
)
from kamlib.settings.engagement import Engagement, frozen_files, load_engagement
from kamlib.settings.inputs import Dialect, Input, SetAside
from kamlib.settings.profitability import (
    Dropping,
    Freight,
    Materiality,
    Profitability,
    ReconcilingItem,
    Resource,
    TimeEquation,
)
from kamlib.settings.schema import engagement_schema
from kamlib.settings.verdicts import Bound, Condition, Override, VerdictRule

__all__ = [
    "Bound",
    "Boundary",
    "Condition",
    "Dialect",
    "Dropping",
    "Engagement",
    "Freight",
    "GoldenShot",
    "Input",
    "KeyAccountUnit",
    "Limit",
    "Limits",
    "Materiality",
    "Override",
    "PotentialDoor",
    "Profitability",
    "ProspectDoor",
    "Pyramid",
    "ReconcilingItem",
    "Resource",
    "SetAside",
    "SideACriterion",
    "StrategicDoor",
    "TimeEquation",
    "VerdictRule",
    "Windows",
    "engagement_schema",
    "frozen_files",
    "load_engagement",
]
