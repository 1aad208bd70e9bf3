"""What an engagement says of its inputs: where each table is, how it is written, whose columns are ours."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator
from pydantic_core import InitErrorDetails

from kamlib.columns import COLUMNS
from kamlib.engagement.kinds import (
    Part,
    Text,
    Texts,
    complaint,
    complaint_at,
    is_number,
    refuse,
    shown,
    written,
)
from kamlib.errors import did_you_mean

CARRY_ATTRIBUTES = ("invoice_lines", "customers", "prospects")
TABLES = (
    "invoice_lines", "customers", "prospects", "products", "drivers", "receivables",
    "off_invoice", "gl_totals", "strategic", "ratings_ours", "ratings_theirs", "evidence",
    "contacts",
)  # fmt: skip


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
