"""The cost model, and the ledger that its result is held against."""

from collections.abc import Hashable, Iterator, Sequence
from itertools import chain
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import InitErrorDetails

from kamlib.core.codes import COST_LEVELS
from kamlib.core.errors import did_you_mean, listed
from kamlib.settings.kinds import (
    Cost,
    Money,
    NotNegative,
    Part,
    Positive,
    Several,
    Share,
    Text,
    Thresholds,
    complaint_at,
    refuse,
    shown,
)

EVENTS = (  # counted from the invoice lines
    "order",
    "line",
    "rush_order",
    "export_order",
    "new_customer",
    "delivery",
    "correction",
    "credit_note",
)


class Resource(Part):
    """A pool of people, machines or money: its cost and capacity in one period."""

    pool: Text
    period: Text
    cost: Cost
    theoretical_capacity: Positive | None = None
    practical_capacity: Positive | None = None
    unit: Text
    kind: Literal["money", "material", "people"] | None = None
    hierarchy_level: Literal[tuple(COST_LEVELS)] = "customer"  # type: ignore[valid-type]
    avoidable_share: Share | None = None
    gl_account: Text | None = None
    step_down_to: dict[Text, Share] = Field(default_factory=dict)

    def problems(self) -> Iterator[InitErrorDetails]:
        theory, practice = self.theoretical_capacity, self.practical_capacity
        if theory and practice and practice > theory:
            message = f"must not be above theoretical_capacity: {practice:g} is above {theory:g}."
            yield complaint_at(message, "practical_capacity")
        passed_on = sum(self.step_down_to.values())
        if passed_on > 1 + 1e-9:
            message = f"must not pass on more than 1 in all; the shares add up to {passed_on:g}."
            yield complaint_at(message, "step_down_to")
        if self.step_down_to and self.hierarchy_level == "company":
            message = "must be empty: cost of the whole company is never put on a customer."
            yield complaint_at(message, "step_down_to")


def _plain(when: object) -> object:
    if not isinstance(when, dict):
        return when
    refuse(
        complaint_at(f"must be text, a whole number, true or false, not {shown(value)}.", name)
        for name, value in when.items()
        if not isinstance(value, str | int)
    )
    return {n: v if isinstance(v, str | bool) else int(v) for n, v in when.items()}


When = Annotated[dict[Text, str | bool | int], BeforeValidator(_plain)]


class Plus(Part):
    """Time added to an event, for each line or where an attribute of the order says so."""

    per: Literal["line"] | None = None
    when: When = Field(default_factory=dict)
    time: NotNegative

    def problems(self) -> Iterator[InitErrorDetails]:
        if not self.per and not self.when:
            yield complaint_at("must say when the time is added: per: line, when: {…}, or both.")


class TimeEquation(Part):
    """Time of one pool per event: `base`, plus terms; `driver` where volumes come from a table.

    `when` says for which events it holds: those of one warehouse, say.
    """

    pool: Text
    per: Text
    base: NotNegative
    plus: list[Plus] = Field(default_factory=list)
    when: When = Field(default_factory=dict)
    driver: Text | None = None
    activity: Text | None = None

    @property
    def name(self) -> str:
        """Return the name of the activity; without one, the pool and its event."""
        return self.activity or f"{self.pool}, {self.per}"

    @property
    def attributes(self) -> set[str]:
        """Return the attributes of lines that the equation asks for."""
        asked = {name for when in (self.when, *(term.when for term in self.plus)) for name in when}
        return asked | {self.per.removesuffix("_order")} & {"rush", "export"}

    def problems(self) -> Iterator[InitErrorDetails]:
        if not self.driver and self.per not in EVENTS:
            message = (
                f"must be one of {listed(EVENTS, most=9)}, not '{self.per}', or the equation names the "
                f"driver whose volumes count it."
            )
            yield complaint_at(message, "per")
        for name in ("plus", "when") if self.driver else ():
            if getattr(self, name):
                message = "does not hold for a driver, whose volumes have no attributes."
                yield complaint_at(message, name)


class Freight(Part):
    """Freight that stands on invoice lines: its ledger account, and what of it ends with the work."""

    gl_account: Text | None = None
    avoidable_share: Share = 1.0


class Capital(Part):
    """Price of the money that customers owe; receivables contain VAT, revenue does not."""

    rate: Share
    receivables: Literal["days_to_pay", "average_balance"]
    vat_rate: Share = 0.0


class Peers(Part):
    """Whom a customer is held against: customers with the same `by`, if there are enough of them."""

    by: Text = "industry_segment"
    at_least: Several = 8


class Dropping(Part):
    """What ends when a customer leaves, and from where a price rise is out of reach.

    To fix or to let go must gain more than `least_gain_kau` key-account units; less is a small loss.
    """

    cogs_avoidable: Share = 1.0
    freed_capacity_used: Share = 0.0
    exit_penalties: dict[Text, Cost] = Field(default_factory=dict)
    price_reach: Share = 0.10
    least_gain_kau: Share = 0.02


class Profitability(Part):
    """The cost model: how far the statement goes, pools of cost, and what uses them.

    `uncertainty` maps a pool or an activity to half of a 90 % range on its rate, time or volume.
    `unknown_cost_at_most` is the share of revenue that may stand at customers whose cost of goods is
    not known; above it no margin is shown.
    """

    stops_at: Literal["unit", "order", "customer", "channel"] = "customer"
    resources: list[Resource] = Field(default_factory=list)
    time_equations: list[TimeEquation] = Field(default_factory=list)
    freight: Freight = Freight()
    peers: Peers = Peers()
    dropping: Dropping = Dropping()
    capital: Capital | None = None
    uncertainty: dict[Text, Share] = Field(default_factory=dict)
    unknown_cost_at_most: Share = 0.20

    def problems(self) -> Iterator[InitErrorDetails]:
        return chain(self._repeated(), self._passed_backwards(), self._ranged())

    def _repeated(self) -> Iterator[InitErrorDetails]:
        pools = [(each.pool, each.period) for each in self.resources]
        for index in _again(pools):
            message = "'{}' stands twice in period {}. Keep one.".format(*pools[index])
            yield complaint_at(message, "resources", index, "pool")
        names = [each.name for each in self.time_equations]
        for index in _again(names):
            twice = self.time_equations[index]
            message = (
                f"'{twice.pool}' has two equations per {twice.per} called '{twice.name}'. Keep one, or "
                f"give each its own activity."
            )
            yield complaint_at(message, "time_equations", index, "pool")

    def _passed_backwards(self) -> Iterator[InitErrorDetails]:
        for index, support in enumerate(self.resources):
            later = [r.pool for r in self.resources[index + 1 :] if r.period == support.period]
            for pool in support.step_down_to:
                if pool not in later:
                    yield complaint_at(
                        f"is not a pool that comes later in period {support.period}. "
                        f"{did_you_mean(pool, later) if later else 'None comes later.'}",
                        "resources",
                        index,
                        "step_down_to",
                        pool,
                    )

    def _ranged(self) -> Iterator[InitErrorDetails]:
        named = {each.pool for each in self.time_equations}
        named |= {each.name for each in self.time_equations}
        for name, half_width in self.uncertainty.items():
            if name not in named:
                near = did_you_mean(name, sorted(named)) if named else "There are none."
                message = (
                    f"is neither a pool of a time equation nor an activity, so a range on it moves "
                    f"no customer. {near}"
                )
                yield complaint_at(message, "uncertainty", name)
            elif half_width == 1:
                message = "must be below 1: half of a 90 % range, such as 0.15 for 15 % up or down."
                yield complaint_at(message, "uncertainty", name)


def _again(keys: Sequence[Hashable]) -> list[int]:
    """Return the places at which a key stands that stood before."""
    return [index for index, key in enumerate(keys) if key in keys[:index]]


class Materiality(Thresholds):
    """Shares of revenue from which a difference to the general ledger is flagged and refused."""

    flag: Share = 0.005
    refuse: Share = 0.02


class ReconcilingItem(Part):
    """A difference to the general ledger that people can name; `amount` is in profit sense."""

    what: Text
    amount: Money
    period: Text
    by: Text
    gl_account: Text | None = None


class LedgerSettings(Part):
    """How the result is held against the client's general ledger."""

    materiality: Materiality = Materiality()
    reconciling_items: list[ReconcilingItem] = Field(default_factory=list)
