"""engagement.yaml as a typed model: what is specific to one client, checked before anything runs.

The engagement's own file says what, where and when; the decision part (sides, pyramid, doors,
verdicts) has a default, `kamlib/rules.yaml`, over which the engagement's own keys are laid. Whatever
is wrong is a `ParameterError` that names file, line, key, what was found and what is allowed.
"""

from kamlib.periods import Period
from kamlib.settings.conditions import Bound, Condition, VerdictRule
from kamlib.settings.costs import (
    Capital,
    Dropping,
    Freight,
    Peers,
    Plus,
    Profitability,
    Resource,
    TimeEquation,
)
from kamlib.settings.decision import (
    Capacity,
    Doors,
    FindOutFirst,
    GoldenShot,
    KeyAccountUnit,
    SideA,
    SideACriterion,
    SideB,
    StrategicDoor,
    Windows,
)
from kamlib.settings.inputs import Dialect, Input
from kamlib.settings.levels import Boundary, Limit, Limits, Pyramid
from kamlib.settings.loading import load_engagement
from kamlib.settings.model import Engagement
from kamlib.settings.people import Override, SignOff
from kamlib.settings.places import project_root
from kamlib.settings.reference import frozen_files
from kamlib.settings.schema import engagement_schema
from kamlib.settings.settings import (
    Identity,
    Interval,
    LedgerSettings,
    Materiality,
    ReconcilingItem,
    Segmentation,
    SetAside,
    Staying,
)

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
