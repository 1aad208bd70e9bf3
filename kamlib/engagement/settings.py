"""What an engagement says of itself: periods, inputs, ledger, segmentation, kinds of relation."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator
from pydantic_core import InitErrorDetails

from kamlib.columns import COLUMNS
from kamlib.engagement.kinds import (
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
    is_number,
    refuse,
    shown,
    whole,
    within,
    written,
)
from kamlib.errors import did_you_mean

CARRY_ATTRIBUTES = ("invoice_lines", "customers", "prospects")
TABLES = (
    "invoice_lines", "customers", "prospects", "products", "drivers", "receivables",
    "off_invoice", "gl_totals", "strategic", "ratings_ours", "ratings_theirs", "evidence",
    "contacts",
)  # fmt: skip


@dataclass(frozen=True)
class Period:
    """A named span of days, both ends included."""

    name: str
    start: date
    end: date

    @property
    def is_a_year(self) -> bool:
        """Tell whether it is twelve whole months.

        Examples
        --------
        >>> Period("FY2025", date(2025, 1, 1), date(2025, 12, 31)).is_a_year
        True
        """
        after = self.end + timedelta(days=1)
        try:
            return after.replace(year=after.year - 1) == self.start
        except ValueError:  # 29 February
            return after.replace(year=after.year - 1, day=28) == self.start


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


def _sign(value: object) -> str:
    if not isinstance(value, str) or len(value) > 1:
        raise complaint(f"must be one character in quotes, not {shown(value)}.")
    return value


def _mark(value: object) -> str:
    if not _sign(value):
        raise complaint("must be one character in quotes; it is empty.")
    return str(value)


class Dialect(Part):
    """How a client's files write numbers, dates and letters."""

    encoding: Text = "utf-8"
    separator: Annotated[str, BeforeValidator(_mark)] = ","
    decimal: Annotated[str, BeforeValidator(_mark)] = "."
    thousands: Annotated[str, BeforeValidator(_sign)] = ""
    date: Text = "%Y-%m-%d"

    @model_validator(mode="after")
    def _makes_sense(self) -> "Dialect":
        refuse(self._problems())
        return self

    def _problems(self) -> Iterator[InitErrorDetails]:
        if not _is_encoding(self.encoding):
            yield complaint_at(
                f"must be an encoding such as utf-8 or cp1250, not '{self.encoding}'.", "encoding"
            )
        if self.decimal not in (".", ","):
            yield complaint_at(f"must be '.' or ',', not '{self.decimal}'.", "decimal")
        if self.decimal == self.thousands:
            yield complaint_at(f"must differ from decimal, which is '{self.decimal}'.", "thousands")
        if "%" not in self.date:
            yield complaint_at(f"must be a pattern such as %d.%m.%Y, not '{self.date}'.", "date")


def _is_encoding(name: str) -> bool:
    import codecs

    try:
        return bool(codecs.lookup(name))
    except (LookupError, ValueError):
        return False


def _word(value: object) -> object:
    """Take a word of our vocabulary, also where YAML reads it as true, false or a number."""
    if isinstance(value, bool):
        return str(value).lower()
    return written(value) if is_number(value) else value


Word = Annotated[str, BeforeValidator(_word)]


class Input(Part):
    """Where one input table comes from, and how the client's names become ours."""

    files: Texts
    dialect: Text | None = None
    columns: dict[Text, Text] = Field(default_factory=dict)
    values: dict[Text, dict[str, Word]] = Field(default_factory=dict)

    @field_validator("files")
    @classmethod
    def _stay_inside(cls, files: list[str]) -> list[str]:
        from kamlib.engagement.places import problem_of_pattern

        if not files:
            raise complaint("must name at least one file.")
        refuse(
            complaint_at(problem, *([index] if len(files) > 1 else []))
            for index, pattern in enumerate(files)
            if (problem := problem_of_pattern(pattern))
        )
        return files


def _nearest_column(name: str) -> str:
    hint = did_you_mean(name, COLUMNS)
    if hint.startswith("Did"):
        return hint
    return "Ours stand left of the colon, the client's right of it; see kamlib.columns."


def _unknown_columns(table: str, given: Input) -> Iterator[InitErrorDetails]:
    """Yield names that are none of ours, where attributes may be carried only near misses."""
    for part in ("columns", "values"):
        for name in getattr(given, part):
            hint = _nearest_column(name)
            own = table in CARRY_ATTRIBUTES and not hint.startswith("Did")
            if name not in COLUMNS and not own:
                yield complaint_at(f"is not one of our columns. {hint}", table, part, name)


def _known_tables(inputs: dict[str, Input]) -> dict[str, Input]:
    problems = [
        complaint_at(f"is not a table this version reads. {did_you_mean(name, TABLES)}", name)
        for name in inputs
        if name not in TABLES
    ]
    for table, given in inputs.items():
        problems += _unknown_columns(table, given)
    if "invoice_lines" not in inputs:
        problems.append(
            complaint_at("is missing: without invoice lines there is no analysis.", "invoice_lines")
        )
    refuse(problems)
    return inputs


Inputs = Annotated[dict[str, Input], AfterValidator(_known_tables)]


class Identity(Part):
    """Customers that are none: own companies, and pots such as cash sales."""

    intercompany: Texts = Field(default_factory=list)
    collective: Texts = Field(default_factory=list)


class Materiality(Part):
    """Shares of revenue from which a difference to the general ledger is flagged and refused."""

    flag: Share = 0.005
    refuse: Share = 0.02

    @model_validator(mode="after")
    def _in_order(self) -> "Materiality":
        if self.flag > self.refuse:
            message = f"must not be above refuse: {self.flag:g} is above {self.refuse:g}."
            refuse([complaint_at(message, "flag")])
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
