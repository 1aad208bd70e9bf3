"""Verdict rules as data, evaluated elsewhere; and what people decide beside them."""

import math
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, create_model, model_validator
from pydantic_core import InitErrorDetails

from kamlib.core.codes import VERDICTS
from kamlib.core.errors import did_you_mean, listed
from kamlib.core.quantities import conditions
from kamlib.core.rules import ANALYSES
from kamlib.settings.kinds import (
    Day,
    Flag,
    Part,
    Text,
    complaint,
    complaint_at,
    is_number,
    refuse,
    shown,
)

LIMITS = ("at_least", "at_most", "above", "below")
CUT = "cut"
SLACK = 1e-9  # by which a computed share may miss a limit that it reaches
PARTIES = ("customer", "prospect")


def _number_or_cut(value: object) -> float | str | None:
    if value is None or value == CUT:
        return value
    if is_number(value) and math.isfinite(value):
        return float(value)
    raise complaint(f"must be a number or the word cut, not {shown(value)}.")


Limiting = Annotated[float | Literal["cut"] | None, BeforeValidator(_number_or_cut)]


class Bound(Part):
    """Exactly one limit: a number, or the word cut for the cut of that side."""

    at_least: Limiting = None
    at_most: Limiting = None
    above: Limiting = None
    below: Limiting = None

    def problems(self) -> Iterator[InitErrorDetails]:
        given = [name for name in LIMITS if getattr(self, name) is not None]
        if len(given) != 1:
            found = f"not both {' and '.join(given)}" if given else "and none is there"
            yield complaint_at(f"must have exactly one of {listed(LIMITS)}, {found}.")

    @property
    def kind(self) -> str:
        """Return which limit is set: at_least, at_most, above or below."""
        return next(name for name in LIMITS if getattr(self, name) is not None)

    @property
    def limit(self) -> float | str:
        """Return the limit itself."""
        return getattr(self, self.kind)

    def holds(self, value: Any, *, cut: float = math.nan) -> Any:
        """Tell where the values of an array keep the limit; `cut` is what the word cut stands for.

        Examples
        --------
        >>> Bound(at_least=0.3).holds(0.1 + 0.2), Bound(below=0.3).holds(0.1 + 0.2)
        (True, False)
        """
        at = cut if self.limit == CUT else float(self.limit)
        tests = {
            "at_least": value >= at - SLACK,
            "at_most": value <= at + SLACK,
            "above": value > at + SLACK,
            "below": value < at - SLACK,
        }
        return tests[self.kind]


def _without_cut(bound: Bound) -> Bound:
    if bound.limit == CUT:
        message = f"must be a number: only {listed(conditions('cut'))} have a cut."
        refuse([complaint_at(message, bound.kind)])
    return bound


NumberBound = Annotated[Bound, AfterValidator(_without_cut)]


class Condition(Part):
    """One condition: `name` with a `bound` or a value it `equals`, or `any` of several.

    In YAML ``{profit_12m: {below: 0}}``, ``{golden_shot: false}``, ``{is: customer}`` or
    ``{any: [...]}``.
    """

    name: str
    bound: Bound | None = None
    equals: str | bool | None = None
    any: tuple["Condition", ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _from_yaml(cls, given: object) -> object:
        if isinstance(given, Condition) or (isinstance(given, dict) and "name" in given):
            return given
        if not isinstance(given, dict):
            raise complaint(f"must be a condition such as {{is: customer}}, not {shown(given)}.")
        if len(given) != 1:
            found = f"{listed(given)} together; each condition is an item of its own"
            raise complaint(f"must be one condition such as {{is: customer}}, not {found}.")
        asked = AskedFor.model_validate(given)
        (name,) = asked.model_fields_set
        value = getattr(asked, name)
        field = "bound" if isinstance(value, Bound) else "any" if name == "any" else "equals"
        return {"name": name, field: value}


def _limits(value: object) -> object:
    if not isinstance(value, dict):
        raise complaint(f"must be a limit such as {{at_least: 1}}, not {shown(value)}.")
    return value


ASKED = {  # how a quantity may be asked for, and how that is written
    "cut": Annotated[Bound, BeforeValidator(_limits)],
    "number": Annotated[NumberBound, BeforeValidator(_limits)],
    "yes or no": Flag,
}
KEYS: Any = {name: (ASKED[how], None) for how in ASKED for name in conditions(how)} | {
    "is": (Literal[PARTIES], None),
    "any": (Annotated[list[Condition], Field(min_length=1)], None),
}
AskedFor = create_model("AskedFor", __base__=Part, **KEYS)  # a condition as it is written


class Becomes(Part):
    """Further conditions under which a verdict becomes another one."""

    all: tuple[Condition, ...] = Field(min_length=1)


class VerdictRule(Part):
    """A verdict, the conditions that must all hold, and what it becomes under further ones."""

    verdict: str
    all: tuple[Condition, ...] = Field(min_length=1)
    becomes: dict[str, Becomes] = Field(default_factory=dict)

    def problems(self) -> Iterator[InitErrorDetails]:
        for name in self.becomes:
            if name not in VERDICTS:
                hint = did_you_mean(name, VERDICTS)
                yield complaint_at(f"is no verdict. {hint}", "becomes", name)
        if self.verdict not in VERDICTS:
            hint = did_you_mean(self.verdict, VERDICTS)
            yield complaint_at(f"is '{self.verdict}', no verdict. {hint}", "verdict")


if TYPE_CHECKING:  # which words are allowed is known only when the vocabulary is read
    Analysis = str
    Decided = str
else:
    Analysis = Literal[tuple(ANALYSES)]
    Decided = Literal[tuple(VERDICTS)]


class Override(Part):
    """One human decision that stands beside the model's, until it expires.

    A customer may be named under `customer_id` as well; `party` is who is meant either way.
    """

    party_id: Text | None = None
    customer_id: Text | None = None
    field: Literal["verdict"] = "verdict"
    value: Decided
    author: Text
    reason: Text
    expires: Day

    def problems(self) -> Iterator[InitErrorDetails]:
        if (self.party_id is None) == (self.customer_id is None):
            found = "not both" if self.party_id else "and none is there"
            yield complaint_at(f"must have either party_id or customer_id, {found}.")

    @property
    def party(self) -> str:
        """Return the id of the customer or prospect."""
        return str(self.party_id or self.customer_id)

    def under(self, party: str) -> "Override":
        """Return the same decision on a party by another id of it."""
        return self.model_copy(update={"party_id": party, "customer_id": None})

    def in_force(self, end: date) -> bool:
        """Tell whether it still stands on the last day of a period."""
        return self.expires >= end


def _one_each(overrides: list[Override]) -> list[Override]:
    seen = Counter((each.party, each.field) for each in overrides)
    refuse(
        complaint_at(f"'{each.party}' has {seen[each.party, each.field]} overrides. Keep one.", i)
        for i, each in enumerate(overrides)
        if seen[each.party, each.field] > 1
    )
    return overrides


Overrides = Annotated[list[Override], AfterValidator(_one_each)]


class SignOff(Part):
    """Who signed the numbers off, when, and the hash of what was signed; all or nothing."""

    by: Text | None = None
    on: Day | None = None
    of: Text | None = None

    def problems(self) -> Iterator[InitErrorDetails]:
        given = {name: getattr(self, name) for name in ("by", "on", "of")}
        if any(given.values()):
            for name, value in given.items():
                if not value:
                    yield complaint_at(
                        "is missing: a signature has by, on and of (signed_hash in the run.json "
                        "of the report that was signed). Give all three or none.",
                        name,
                    )

    @property
    def signed(self) -> bool:
        """Tell whether somebody has signed."""
        return self.of is not None


def _unsigned(given: object) -> object:
    return SignOff() if given is None else given


Signature = Annotated[SignOff, BeforeValidator(_unsigned)]
