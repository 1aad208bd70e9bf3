"""The decision part: sides, golden shots, doors, capacity. Its default is rules.yaml.

Weights are checked after the engagement's own keys are laid over the default: they must add up to
1, or all of it is rejected; they are never rescaled.
"""

from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    model_validator,
)

from kamlib.columns import LADDER
from kamlib.errors import listed
from kamlib.settings.conditions import NumberBound
from kamlib.settings.kinds import (
    Count,
    Day,
    Flag,
    Number,
    Part,
    PositiveMoney,
    Relation,
    Several,
    Share,
    Text,
    Texts,
    complaint,
    refuse,
    weights_problem,
    within,
)

REASONS = ("justification", "owner", "review_on", "market_access", "learning", "rating")


class Windows(Part):
    """How far back each question looks."""

    profit_months: Several
    trend_months: Several
    return_months: Several
    staying_years: Several
    setup_months: Several


class KeyAccountUnit(Part):
    """The yearly customer profit at which one key account pays for its own care."""

    amount: PositiveMoney
    currency: Text
    approved_by: Text | None = None
    approved_on: Day | None = None


Point = Annotated[tuple[Number, Share], Field()]


def _rises_and_is_monotone(points: tuple[tuple[float, float], ...]) -> Any:
    raw = [point[0] for point in points]
    values = [point[1] for point in points]
    if len(points) < 2:
        raise complaint("must have at least two points [measured, value].")
    if any(b <= a for a, b in pairwise(raw)):
        raise complaint(f"must have its measured values in rising order, not {listed(raw)}.")
    if sorted(values) not in (values, values[::-1]):
        raise complaint(f"must only rise or only fall; its values are {listed(values)}.")
    return points


def _numbered(anchors: object) -> object:
    """Turn the keys of anchors that are whole numbers into numbers."""
    if not isinstance(anchors, dict):
        return anchors
    return {int(k) if str(k).isdigit() else k: words for k, words in anchors.items()}


class SideACriterion(Part):
    """A criterion of side A: weight, unit, value function, and anchors in words for raters."""

    weight: Share
    unit: Text
    value: Annotated[tuple[Point, ...], AfterValidator(_rises_and_is_monotone)]
    anchors: Annotated[dict[int | str, Text], BeforeValidator(_numbered)] = Field(
        default_factory=dict
    )


class SideA(Part):
    """How attractive they are to us."""

    cut: Share
    min_known_weight: Share
    missing: Literal["interval"]
    criteria: dict[Text, SideACriterion]

    @model_validator(mode="after")
    def _weights(self) -> "SideA":
        refuse(weights_problem({n: c.weight for n, c in self.criteria.items()}, "criteria"))
        return self


def _ordered(pair: tuple[float, float]) -> tuple[float, float]:
    if pair[0] > pair[1]:
        raise complaint(f"must run from low to high, not from {pair[0]:g} to {pair[1]:g}.")
    return pair


class SideB(Part):
    """How attractive we are to them: their criteria, their weights, our rating."""

    cut: Share
    relative_cut: Annotated[float, within(low=-1, high=1)]
    unknown_range: Annotated[tuple[Share, Share], AfterValidator(_ordered)]
    our_guess_halfwidth: Share


class PercentileBound(Part):
    """A limit on the percentile among the customers that share `of`."""

    at_least: Share
    of: Literal["industry_segment"]


class GoldenShot(Part):
    """What makes a golden shot; all must hold."""

    money_months: Several
    order_days_24m: NumberBound
    months_since_first_order: NumberBound
    margin_percentile: PercentileBound
    discount: NumberBound
    p_return_12m: NumberBound
    contract: Flag
    profit_kau: NumberBound
    not_in_relations: list[Relation]


class AtLeast(Part):
    """A limit from below."""

    at_least: Number


class VitalFewDoor(Part):
    """The door of today's profit."""

    measure: Literal[LADDER]  # type: ignore[valid-type]
    base: Literal["gross_positive"]


class StrategicDoor(Part):
    """The door of strategic reasons: written down, owned, and for a time."""

    rating: AtLeast
    requires: list[Literal[REASONS]]  # type: ignore[valid-type]
    quota_of_key_list: Share


class PotentialDoor(Part):
    """What a customer must be able to bring, in key-account units; less shuts the door for certain."""

    uplift_kau: AtLeast


class Doors(Part):
    """Ways to key status."""

    vital_few: VitalFewDoor
    potential: PotentialDoor
    strategic: StrategicDoor


class Capacity(Part):
    """How many key accounts people can care for."""

    key_accounts_per_manager: Several
    managers: Count | None = None

    @property
    def places(self) -> int | None:
        """Return the number of key accounts there is room for; None where nobody said."""
        return None if self.managers is None else self.managers * self.key_accounts_per_manager


class Questions(Part):
    """What the answer *find out first* must bring."""

    questions_at_most: Several
    must_say: Texts = Field(alias="with")


class Stake(Part):
    """What is at stake, in key-account units."""

    stake_kau: AtLeast


class FindOutFirst(Part):
    """When worst and best case differ: from which stake, and with which questions."""

    when: Stake
    names: Questions
