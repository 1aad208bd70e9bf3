"""The boundaries of the cooperation pyramid: limits, vetoes and weights, as data."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import InitErrorDetails

from kamlib.columns import SOURCES
from kamlib.columns.quantities import VOTERS
from kamlib.errors import did_you_mean, listed
from kamlib.settings.kinds import (
    Number,
    Part,
    Relation,
    Several,
    Share,
    Text,
    Texts,
    complaint_at,
    refuse,
    weights_problem,
)

BOUNDARIES = ("cooperation", "partnership", "synergy")


class Limits(Part):
    """Limits and vetoes of one criterion at one boundary."""

    at_least: Number | None = None
    at_most: Number | None = None
    veto_below: Number | None = None
    veto_above: Number | None = None

    def problems(self, *place: str | int) -> Iterator[InitErrorDetails]:
        """Yield what contradicts itself."""
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

    @model_validator(mode="after")
    def _no_contradiction(self) -> "Limit":
        problems = [*self.problems()]
        for relation, limits in self.by_relation.items():
            problems += limits.problems("by_relation", relation)
        refuse(problems)
        return self


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

    @model_validator(mode="after")
    def _weights(self) -> "Boundary":
        weights = {name: limit.weight for name, limit in self.criteria.items()}
        refuse(weights_problem(weights, "criteria"))
        return self


class Unknown(Part):
    """How a criterion that nobody knows votes."""

    confirmed: Literal["not_met"]
    possible: Literal["met"]


class EvidenceCodes(Part):
    """Codes of signs of closeness: joint things that exist, and softer ones."""

    hard: Texts
    soft: Texts

    @model_validator(mode="after")
    def _apart(self) -> "EvidenceCodes":
        both = [code for code in self.soft if code in self.hard]
        if both:
            refuse([complaint_at(f"must not repeat hard codes: {listed(both)}.", "soft")])
        return self


def _in_level_order(boundaries: dict[str, Boundary]) -> dict[str, Boundary]:
    refuse(complaint_at("is missing.", name) for name in BOUNDARIES if name not in boundaries)
    return {name: boundaries[name] for name in BOUNDARIES}


Boundaries = Annotated[
    dict[Literal["cooperation", "partnership", "synergy"], Boundary],
    AfterValidator(_in_level_order),
]


class Pyramid(Part):
    """The cooperation pyramid: boundaries between its levels, lowest first."""

    unknown: Unknown
    evidence_months: Several
    boundaries: Boundaries
    evidence_codes: EvidenceCodes
