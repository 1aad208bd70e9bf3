"""engagement.yaml as a typed model: what is specific to one client, checked before anything runs.

The engagement's own file says what, where and when; the decision part (sides, pyramid, doors,
verdicts) has a default, `kamlib/rules.yaml`, over which the engagement's own keys are laid. Whatever
is wrong is a `ParameterError` that names file, line, key, what was found and what is allowed.
"""

from kamlib.engagement.conditions import Bound, Condition, VerdictRule
from kamlib.engagement.costs import Capital, Plus, Profitability, Resource, TimeEquation
from kamlib.engagement.decision import (
    Capacity,
    Doors,
    FindOutFirst,
    GoldenShot,
    KeyAccountUnit,
    SideA,
    SideACriterion,
    SideB,
    Windows,
)
from kamlib.engagement.inputs import Dialect, Input
from kamlib.engagement.levels import Boundary, Limit, Limits, Pyramid
from kamlib.engagement.loading import load_engagement
from kamlib.engagement.model import Engagement
from kamlib.engagement.people import Override, SignOff
from kamlib.engagement.places import project_root
from kamlib.engagement.reference import frozen_files
from kamlib.engagement.schema import engagement_schema
from kamlib.engagement.settings import (
    Identity,
    Interval,
    LedgerSettings,
    Materiality,
    Period,
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
    "Engagement",
    "FindOutFirst",
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
    "TimeEquation",
    "VerdictRule",
    "Windows",
    "engagement_schema",
    "frozen_files",
    "load_engagement",
    "project_root",
]
