"""The cost model: pools of cost with their capacity, and time equations that say what uses them."""

from collections import Counter
from collections.abc import Iterator
from typing import Literal

from pydantic import Field, field_validator, model_validator
from pydantic_core import InitErrorDetails

from kamlib.engagement.kinds import (
    Cost,
    NotNegative,
    Part,
    Positive,
    Share,
    Text,
    complaint,
    complaint_at,
    refuse,
    shown,
)
from kamlib.errors import did_you_mean, listed

EVENTS = ("order", "line", "correction", "credit_note")  # counted from the invoice lines


class Resource(Part):
    """A pool of people, machines or money: its cost and capacity in one period."""

    pool: Text
    period: Text
    cost: Cost
    theoretical_capacity: Positive | None = None
    practical_capacity: Positive | None = None
    unit: Text
    kind: Literal["money", "material", "people"] | None = None
    hierarchy_level: Text = "customer"
    avoidable_share: Share | None = None
    gl_account: Text | None = None
    step_down_to: dict[Text, Share] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fits(self) -> "Resource":
        refuse(self._problems())
        return self

    def _problems(self) -> Iterator[InitErrorDetails]:
        theory, practice = self.theoretical_capacity, self.practical_capacity
        if theory and practice and practice > theory:
            message = f"must not be above theoretical_capacity: {practice:g} is above {theory:g}."
            yield complaint_at(message, "practical_capacity")
        passed_on = sum(self.step_down_to.values())
        if passed_on > 1 + 1e-9:
            message = f"must not pass on more than 1 in all; the shares add up to {passed_on:g}."
            yield complaint_at(message, "step_down_to")


class Plus(Part):
    """Time added to an event, for each line or where an attribute of the order says so."""

    per: Literal["line"] | None = None
    when: dict[Text, str | bool | int] = Field(default_factory=dict)
    time: NotNegative

    @field_validator("when", mode="before")
    @classmethod
    def _plain(cls, when: object) -> object:
        if not isinstance(when, dict):
            return when
        refuse(
            complaint_at(f"must be text, a whole number, true or false, not {shown(value)}.", name)
            for name, value in when.items()
            if not isinstance(value, str | int)
        )
        return {n: v if isinstance(v, str | bool) else int(v) for n, v in when.items()}

    @model_validator(mode="after")
    def _says_when(self) -> "Plus":
        if not self.per and not self.when:
            raise complaint("must say when the time is added: per: line, when: {…}, or both.")
        return self


class TimeEquation(Part):
    """Time of one pool per event: `base`, plus terms; `driver` where volumes come from a table."""

    pool: Text
    per: Text
    base: NotNegative
    plus: list[Plus] = Field(default_factory=list)
    driver: Text | None = None
    activity: Text | None = None

    @property
    def name(self) -> str:
        """Return the name of the activity; without one, the pool and its event."""
        return self.activity or f"{self.pool}, {self.per}"

    @model_validator(mode="after")
    def _is_countable(self) -> "TimeEquation":
        if not self.driver and self.per not in EVENTS:
            message = (
                f"must be one of {listed(EVENTS)}, not '{self.per}', or the equation names the "
                f"driver whose volumes count it."
            )
            refuse([complaint_at(message, "per")])
        return self


class Capital(Part):
    """Price of the money that customers owe; receivables contain VAT, revenue does not."""

    rate: Share
    receivables: Literal["days_to_pay", "average_balance"]
    vat_rate: Share = 0.0


class Profitability(Part):
    """The cost model: how far the statement goes, pools of cost, and what uses them."""

    stops_at: Literal["unit", "order", "customer", "channel"] = "customer"
    resources: list[Resource] = Field(default_factory=list)
    time_equations: list[TimeEquation] = Field(default_factory=list)
    capital: Capital | None = None

    @model_validator(mode="after")
    def _hangs_together(self) -> "Profitability":
        refuse([*self._repeated(), *self._passed_backwards()])
        return self

    def _repeated(self) -> Iterator[InitErrorDetails]:
        pools = [(each.pool, each.period) for each in self.resources]
        for index in _again(pools):
            message = "'{}' stands twice in period {}. Keep one.".format(*pools[index])
            yield complaint_at(message, "resources", index, "pool")
        events = [(each.pool, each.per) for each in self.time_equations]
        for index in _again(events):
            message = "'{}' has two equations per {}. Keep one.".format(*events[index])
            yield complaint_at(message, "time_equations", index, "pool")

    def _passed_backwards(self) -> Iterator[InitErrorDetails]:
        for index, support in enumerate(self.resources):
            later = [r.pool for r in self.resources[index + 1 :] if r.period == support.period]
            for pool in support.step_down_to:
                if pool not in later:
                    yield complaint_at(
                        f"is not a pool that comes later in period {support.period}. "
                        f"{did_you_mean(pool, later) if later else 'None comes later.'}",
                        "resources", index, "step_down_to", pool,
                    )  # fmt: skip


def _again(keys: list[tuple[str, str]]) -> list[int]:
    """Return the places at which a key stands that stood before."""
    seen: Counter[tuple[str, str]] = Counter()
    again = []
    for index, key in enumerate(keys):
        seen[key] += 1
        if seen[key] > 1:
            again.append(index)
    return again
