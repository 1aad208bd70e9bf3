"""engagement.yaml as a typed model: what is specific to one client, checked before anything runs.

The engagement's own file says what, where and when; the decision part (sides, pyramid, doors,
verdicts) has a default, `kamlib/rules.yaml`, over which the engagement's own keys are laid. Whatever
is wrong is a `ParameterError` that names file, line, key, what was found and what is allowed.
"""

from kamlib.core.periods import Period
from kamlib.settings.decision import (
    Boundary,
    Capacity,
    Doors,
    FindOutFirst,
    GoldenShot,
    Interval,
    KeyAccountUnit,
    Limit,
    Limits,
    PotentialDoor,
    Pyramid,
    Segmentation,
    SideA,
    SideACriterion,
    SideB,
    Staying,
    StrategicDoor,
    Windows,
)
from kamlib.settings.engagement import Engagement, frozen_files
from kamlib.settings.inputs import Dialect, Identity, Input, SetAside
from kamlib.settings.loading import load_engagement
from kamlib.settings.profitability import (
    Capital,
    Dropping,
    Freight,
    LedgerSettings,
    Materiality,
    Peers,
    Plus,
    Profitability,
    ReconcilingItem,
    Resource,
    TimeEquation,
)
from kamlib.settings.schema import engagement_schema
from kamlib.settings.verdicts import Bound, Condition, Override, SignOff, VerdictRule
from kamlib.settings.written import project_root

__all__ = [
    "Bound",
    "Boundary",
    "Capacity",
    "Capital",
    "Condition",
    "Dialect",
    "Doors",
    "Dropping",
    "Engagement",
    "FindOutFirst",
    "Freight",
    "GoldenShot",
    "Identity",
    "Input",
    "Interval",
    "KeyAccountUnit",
    "LedgerSettings",
    "Limit",
    "Limits",
    "Materiality",
    "Override",
    "Peers",
    "Period",
    "Plus",
    "PotentialDoor",
    "Profitability",
    "Pyramid",
    "ReconcilingItem",
    "Resource",
    "Segmentation",
    "SetAside",
    "SideA",
    "SideACriterion",
    "SideB",
    "SignOff",
    "Staying",
    "StrategicDoor",
    "TimeEquation",
    "VerdictRule",
    "Windows",
    "engagement_schema",
    "frozen_files",
    "load_engagement",
    "project_root",
]
