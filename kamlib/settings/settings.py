"""What an engagement says of itself: periods, inputs, ledger, segmentation, kinds of relation."""

import re
from dataclasses import replace
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from kamlib.periods import Period
from kamlib.settings.kinds import (
    Count,
    Day,
    InnerShare,
    Money,
    Part,
    Relation,
    Share,
    Text,
    Texts,
    WrittenAs,
    complaint,
    complaint_at,
    refuse,
    whole,
    within,
)


class _Span(Part):
    start: Day = Field(alias="from")
    end: Day = Field(alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> "_Span":
        if self.end < self.start:
            message = f"must not be before its first day: {self.end} is before {self.start}."
            refuse([complaint_at(message, "to")])
        return self


def _period(given: object) -> object:
    if isinstance(given, Period):
        return given
    span = _Span.model_validate(given)
    return Period("", span.start, span.end)


def _named_and_apart(periods: dict[str, Period]) -> dict[str, Period]:
    """Name the periods by their keys, sort them, and refuse those that overlap or none at all."""
    if not periods:
        raise complaint("must name at least one period such as FY2025: {from: …, to: …}.")
    refuse(
        complaint_at("must be made of letters, digits, space, _, - and . (it names folders).", name)
        for name in periods
        if not re.fullmatch(r"\w[\w .-]*(?<![ .])", name)
    )
    named = [replace(period, name=name) for name, period in periods.items()]
    ordered = sorted(named, key=lambda period: (period.start, period.end))
    refuse(
        complaint_at(
            f"starts on {later.start}, before {earlier.name} ends on {earlier.end}. "
            f"Periods must not overlap.",
            later.name,
        )
        for earlier, later in pairwise(ordered)
        if later.start <= earlier.end
    )
    return {period.name: period for period in ordered}


Periods = Annotated[
    dict[Text, Annotated[Period, BeforeValidator(_period), WrittenAs(_Span)]],
    AfterValidator(_named_and_apart),
]


def _file_inside(path: str) -> str:
    from kamlib.settings.places import problem_of_pattern

    problem = problem_of_pattern(path)
    if problem:
        raise complaint(problem)
    return path


def _country(value: str) -> str:
    if not re.fullmatch(r"[A-Z]{2}", value):
        raise complaint(f"must be two capital letters such as PL, not '{value}'.")
    return value


class Identity(Part):
    """Who is one customer, and which customers are none: own companies, pots such as cash sales.

    `by` says whether ids are the client's numbers or tax ids; a tax id without letters is of
    `country`. `merge` names a file of decisions: ids that are one customer, and who said so.
    `missing_customers` says what becomes of ids on lines that the table of customers does not have:
    their lines are set aside, or they are customers whose name is their id.
    """

    by: Literal["customer_id", "tax_id"] = "customer_id"
    country: Annotated[Text, AfterValidator(_country)] = "PL"
    merge: Annotated[Text, AfterValidator(_file_inside)] | None = None
    missing_customers: Literal["set_aside", "keep"] = "set_aside"
    intercompany: Texts = Field(default_factory=list)
    collective: Texts = Field(default_factory=list)


class Exchange(Part):
    """How old the latest rate before a day may be to be used for that day."""

    at_most_days_old: Count = 7


def refuse_unordered(flag: float, refused: float) -> None:
    """Refuse a share that flags and is above the one that refuses."""
    if flag > refused:
        message = f"must not be above refuse: {flag:g} is above {refused:g}."
        refuse([complaint_at(message, "flag")])


class Materiality(Part):
    """Shares of revenue from which a difference to the general ledger is flagged and refused."""

    flag: Share = 0.005
    refuse: Share = 0.02

    @model_validator(mode="after")
    def _in_order(self) -> "Materiality":
        refuse_unordered(self.flag, self.refuse)
        return self


class SetAside(Part):
    """Shares of rows, and of the money in them, from which what is set aside is flagged and refused.

    Of invoice lines and of each table that customer profit rests on; the larger share counts.
    """

    flag: Share = 0.02
    refuse: Share = 0.10

    @model_validator(mode="after")
    def _in_order(self) -> "SetAside":
        refuse_unordered(self.flag, self.refuse)
        return self


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
