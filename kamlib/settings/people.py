"""What people decide about an engagement: what it must show, their overrides, and their signature."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, model_validator
from pydantic_core import InitErrorDetails

from kamlib.core.codes import VERDICTS
from kamlib.core.rules import ANALYSES
from kamlib.settings.kinds import Day, Part, Text, complaint, complaint_at, refuse

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

    @model_validator(mode="after")
    def _names_one_party(self) -> "Override":
        if (self.party_id is None) == (self.customer_id is None):
            found = "not both" if self.party_id else "and none is there"
            raise complaint(f"must have either party_id or customer_id, {found}.")
        return self

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

    @model_validator(mode="after")
    def _whole(self) -> "SignOff":
        refuse(self._problems())
        return self

    def _problems(self) -> Iterator[InitErrorDetails]:
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
