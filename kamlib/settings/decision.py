"""The decision part: classes, sides, pyramid, golden shots, doors, capacity. Its default is rules.yaml.

Weights are checked after the engagement's own keys are laid over the default: they must add up to
1, or all of it is rejected; they are never rescaled.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationInfo,
    field_validator,
)
from pydantic_core import InitErrorDetails

from kamlib.core.codes import FROM_THEM, SOURCES
from kamlib.core.errors import did_you_mean, listed
from kamlib.core.quantities import VOTERS
from kamlib.settings.kinds import (
    Count,
    Day,
    Flag,
    InnerShare,
    Number,
    Part,
    PositiveMoney,
    Relation,
    Several,
    Share,
    Text,
    Texts,
    complaint,
    complaint_at,
    refuse,
    weights_problem,
    whole,
    within,
)
from kamlib.settings.verdicts import NumberBound


class Interval(Part):
    """How intervals are drawn: number of draws, level, and the seed that makes them repeat."""

    draws: Annotated[int, whole(low=100)] = 2000
    level: Annotated[float, within(low=0.5, high=0.999)] = 0.90
    seed: Count = 20250131


class Segmentation(Part):
    """20/80: the share of positive profit that the vital few bring."""

    profit_share: InnerShare = 0.80
    interval: Interval = Interval()


class Staying(Part):
    """The kind of relation per industry segment: runs on by itself, by contract, by project."""

    relation: dict[Text, Relation] = {"default": "auto"}  # noqa: RUF012

    def relation_of(self, segment: object) -> str:
        """Return the kind of relation of an industry segment; a missing one has the default.

        Examples
        --------
        >>> Staying(relation={"default": "auto", "projects": "project"}).relation_of("projects")
        'project'
        """
        default = self.relation.get("default", "auto")
        return self.relation.get(segment, default) if isinstance(segment, str) else default


BOUNDARIES = ("cooperation", "partnership", "synergy")
REASONS = ("justification", "owner", "review_on", "market_access", "learning", "rating")


class Windows(Part):
    """How far back each question looks."""

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
    value: Annotated[tuple[tuple[Number, Share], ...], AfterValidator(_rises_and_is_monotone)]
    anchors: Annotated[dict[int | str, Text], BeforeValidator(_numbered)] = Field(
        default_factory=dict
    )


class SideA(Part):
    """How attractive they are to us."""

    cut: Share
    min_known_weight: Share
    missing: Literal["interval"]
    criteria: dict[Text, SideACriterion]

    def problems(self) -> Iterator[InitErrorDetails]:
        return weights_problem({n: c.weight for n, c in self.criteria.items()}, "criteria")


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
    """The door of today's profit; where profit is not known, of the nearest measure that is."""

    measure: Literal["customer_profit"]
    base: Literal["gross_positive"]


class StrategicDoor(Part):
    """The door of strategic reasons: written down, owned, and for a time."""

    rating: AtLeast
    requires: list[Literal[REASONS]]  # type: ignore[valid-type]
    expires_months: Several
    quota_of_key_list: Share


class PotentialDoor(Part):
    """What a customer must be able to bring more, in key-account units; less shuts it for certain.

    `reach` is the share of comparable customers who are among the vital few.
    """

    uplift_kau: AtLeast
    reach: AtLeast


class ProspectDoor(Part):
    """How likely a prospect must be won, and stay, and what it must leave in its second year.

    `letter_of_intent` is the chance that a signed one counts for.
    """

    p_win: AtLeast
    p_win_low: AtLeast
    letter_of_intent: Share
    expected_profit_year2_kau: AtLeast
    p_stay_3y: AtLeast


class Doors(Part):
    """Ways to key status."""

    vital_few: VitalFewDoor
    potential: PotentialDoor
    prospect: ProspectDoor
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


class Stake(Part):
    """What is at stake, in key-account units."""

    stake_kau: AtLeast


class FindOutFirst(Part):
    """When worst and best case differ: from which stake, and with which questions."""

    when: Stake
    names: Questions


class Limits(Part):
    """Limits and vetoes of one criterion at one boundary."""

    at_least: Number | None = None
    at_most: Number | None = None
    veto_below: Number | None = None
    veto_above: Number | None = None

    def contradictions(self, *place: str | int) -> Iterator[InitErrorDetails]:
        """Yield what contradicts itself in whole limits."""
        least, most, below, above = self.at_least, self.at_most, self.veto_below, self.veto_above
        if least is None and most is None:
            yield complaint_at("must have at_least or at_most.", *place)
        if None not in (least, below) and below > least:  # type: ignore[operator]
            message = f"has veto_below {below:g} above at_least {least:g}. Change one of them."
            yield complaint_at(message, *place)
        if None not in (most, above) and above < most:  # type: ignore[operator]
            message = f"has veto_above {above:g} below at_most {most:g}. Change one of them."
            yield complaint_at(message, *place)


class Limit(Limits):
    """A criterion that votes at a boundary; `by_relation` holds full limits per kind of relation.

    What a kind of relation does not name, it takes from the criterion itself.
    """

    weight: Share
    by_relation: dict[Relation, Limits] = Field(default_factory=dict)
    source: list[Literal[tuple(SOURCES)]] | None = None  # type: ignore[valid-type]

    @field_validator("by_relation")
    @classmethod
    def _complete(cls, special: dict[str, Limits], info: ValidationInfo) -> dict[str, Limits]:
        own = {name: info.data.get(name) for name in Limits.model_fields}
        return {
            relation: Limits.model_validate({**own, **limits.model_dump(exclude_unset=True)})
            for relation, limits in special.items()
        }

    def problems(self) -> Iterator[InitErrorDetails]:
        yield from self.contradictions()
        for relation, limits in self.by_relation.items():
            yield from limits.contradictions("by_relation", relation)


class Boundary(Part):
    """The boundary below a level: the weight that must be met, and the criteria that vote."""

    majority: Share
    criteria: dict[Text, Limit]

    @field_validator("criteria", mode="before")
    @classmethod
    def _known_criteria(cls, criteria: object) -> object:
        refuse(
            complaint_at(f"is not a criterion of the pyramid. {did_you_mean(name, VOTERS)}", name)
            for name in (criteria if isinstance(criteria, dict) else ())
            if name not in VOTERS
        )
        return criteria

    def problems(self) -> Iterator[InitErrorDetails]:
        weights = {name: limit.weight for name, limit in self.criteria.items()}
        return weights_problem(weights, "criteria")


class Unknown(Part):
    """How a criterion that nobody knows votes."""

    confirmed: Literal["not_met"]
    possible: Literal["met"]


class EvidenceCodes(Part):
    """Codes of signs of closeness: joint things that exist, and softer ones."""

    hard: Texts
    soft: Texts

    def problems(self) -> Iterator[InitErrorDetails]:
        both = [code for code in self.soft if code in self.hard]
        if both:
            yield complaint_at(f"must not repeat hard codes: {listed(both)}.", "soft")


def _in_level_order(boundaries: dict[str, Boundary]) -> dict[str, Boundary]:
    refuse(complaint_at("is missing.", name) for name in BOUNDARIES if name not in boundaries)
    return {name: boundaries[name] for name in BOUNDARIES}


Boundaries = Annotated[
    dict[Literal[BOUNDARIES], Boundary],  # type: ignore[valid-type]
    AfterValidator(_in_level_order),
]


class Pyramid(Part):
    """The cooperation pyramid: boundaries between its levels, lowest first."""

    unknown: Unknown
    evidence_months: Several
    boundaries: Boundaries
    evidence_codes: EvidenceCodes

    @property
    def believed_on_trust(self) -> Sequence[str]:
        """Return the sources from which trust is taken; their words and facts where none is named."""
        trust = self.boundaries["partnership"].criteria.get("trust")
        return (trust.source if trust else None) or FROM_THEM
