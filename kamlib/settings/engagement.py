"""The engagement as a whole: its parts, what ties them together, and what one asks of it."""

import copy
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PrivateAttr,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails

from kamlib.core.errors import DataError, ParameterError, did_you_mean
from kamlib.core.language import LANGUAGES
from kamlib.core.timespans import Period
from kamlib.settings.decision import (
    Capacity,
    Doors,
    FindOutFirst,
    GoldenShot,
    KeyAccountUnit,
    Pyramid,
    Segmentation,
    SideA,
    SideB,
    Staying,
    Windows,
)
from kamlib.settings.inputs import Dialect, Exchange, Identity, Input, Inputs, SetAside
from kamlib.settings.kinds import (
    Currency,
    Day,
    Part,
    Text,
    complaint,
    complaint_at,
    made_of,
    refuse,
    sentences,
    sentences_for_parameters,
    written,
)
from kamlib.settings.profitability import LedgerSettings, Profitability, ReconcilingItem, Resource
from kamlib.settings.verdicts import LIMITS, Analysis, Overrides, Signature, SignOff, VerdictRule
from kamlib.settings.written import (
    Key,
    Written,
    files_of,
    find_source,
    for_readers,
    read_yaml,
)


class _Span(Part):
    start: Day = Field(alias="from")
    end: Day = Field(alias="to")

    def problems(self) -> Iterator[InitErrorDetails]:
        if self.end < self.start:
            message = f"must not be before its first day: {self.end} is before {self.start}."
            yield complaint_at(message, "to")


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
    dict[Text, Annotated[Period, BeforeValidator(_period)]],
    AfterValidator(_named_and_apart),
]


NAME_OF_ID = "made of A-Z, a-z, 0-9, _ and - (it defaults to the folder's name)"
if TYPE_CHECKING:  # which there are is known only when the folder of catalogues is read
    Language = str
else:
    Language = Literal[LANGUAGES]


class Engagement(Part):
    """One client's settings, whole and checked; nothing in it changes."""

    id: Annotated[Text, made_of("[A-Za-z0-9_-]+", NAME_OF_ID)]
    name: Text
    currency: Currency
    language: Language = "en"
    unit: Literal["group", "site"] = "site"
    periods: Periods
    as_of: Day | None = None
    dialects: dict[Text, Dialect] = Field(default_factory=dict)
    inputs: Inputs
    identity: Identity = Identity()
    exchange: Exchange = Exchange()
    set_aside: SetAside = SetAside()
    ledger: LedgerSettings = LedgerSettings()
    profitability: Profitability = Profitability()
    segmentation: Segmentation = Segmentation()
    staying: Staying = Staying()
    windows: Windows
    key_account_unit: KeyAccountUnit
    side_a: SideA
    side_b: SideB
    pyramid: Pyramid
    golden_shot: GoldenShot
    doors: Doors
    capacity: Capacity
    verdicts: list[VerdictRule] = Field(min_length=1)
    find_out_first: FindOutFirst
    required: list[Analysis] = Field(default_factory=list)
    overrides: Overrides = Field(default_factory=list)
    sign_off: Signature = SignOff()

    _folder: Path = PrivateAttr(default=Path())
    _source: Path = PrivateAttr(default=Path("engagement.yaml"))
    _given: dict[str, Any] = PrivateAttr(default_factory=dict)
    _later: list[str] = PrivateAttr(default_factory=list)

    @model_validator(mode="after")
    def _hangs_together(self) -> "Engagement":
        if self.as_of:
            self._forget_what_came_after(self.as_of)
        if self.identity.merge and "identity" not in self.inputs:
            self.inputs["identity"] = Input(files=[self.identity.merge])
        refuse(_across(self))
        return self

    def _forget_what_came_after(self, day: date) -> None:
        """Leave out periods that end after a day, what is said of them, and decisions of people.

        A decision says when it expires and not when it was made, and so does who is called strategic.
        """
        self._later = [name for name, span in self.periods.items() if span.end > day]
        if len(self._later) == len(self.periods):
            refuse([complaint_at(f"must not be before every period ends: {day}.", "as_of")])
        for name in self._later:
            del self.periods[name]
        lists: tuple[list[Any], ...] = (
            self.ledger.reconciling_items,
            self.profitability.resources,
        )
        for items in lists:
            items[:] = [each for each in items if each.period not in self._later]
        self.overrides.clear()
        self.inputs.pop("strategic", None)

    @property
    def later_periods(self) -> list[str]:
        """Return the periods of the file that end after `as_of`, which are none of this engagement."""
        return self._later

    @classmethod
    def checked(cls, given: Mapping[str, Any], *, source: Path) -> "Engagement":
        """Return the engagement that settings laid over the default rules describe."""
        made = cls.model_validate(given)
        made._folder, made._source, made._given = source.parent, source, dict(given)
        return made

    @property
    def folder(self) -> Path:
        """Return the engagement's folder."""
        return self._folder

    @property
    def source(self) -> Path:
        """Return the engagement's file."""
        return self._source

    def period(self, name: str) -> Period:
        """Return a period by its name.

        Raises
        ------
        ParameterError
            No period is called so: lists those there are.
        """
        name = str(name)
        if name not in self.periods:
            hint = did_you_mean(name, self.periods)
            raise ParameterError(f"period '{name}' is not in {self._source.name}. {hint}")
        return self.periods[name]

    def previous(self, name: str) -> Period | None:
        """Return the latest period that ends before a period starts; None where there is none."""
        start = self.period(name).start
        earlier = [period for period in self.periods.values() if period.end < start]
        return max(earlier, key=lambda period: period.end, default=None)

    def with_parameters(self, parameters: Mapping[str, object]) -> "Engagement":
        """Return an engagement with some settings changed, checked anew.

        Parameters
        ----------
        parameters : dict of dotted key to value, such as ``{"segmentation.profit_share": 0.75}``

        Raises
        ------
        ParameterError
            A key is not known or a value not allowed: names the parameter.
        """
        if not parameters:
            return self
        given = copy.deepcopy(self._given)
        for parameter, value in parameters.items():
            _set(given, parameter, value)
        try:
            return type(self).checked(given, source=self._source)
        except ValidationError as problem:
            raise ParameterError(sentences_for_parameters(problem, parameters)) from None

    def settings_hash(self) -> str:
        """Return the sha256 of all settings, the default rules included, as canonical JSON.

        ``${ENV_NAME}`` goes in as it is written, so no secret does. The signature stays out: it
        is put under these settings and is none of them.
        """
        return _hash(self.model_dump(mode="json", exclude={"sign_off"}))

    def block_hashes(self) -> dict[str, str]:
        """Return the sha256 of each block of the settings, which names what was changed."""
        blocks = self.model_dump(mode="json", exclude={"sign_off"})
        return {name: _hash(block) for name, block in blocks.items()}

    def paths(self, table: str) -> list[Path]:
        """Return the files of an input table: globs expanded, ``${ENV}`` resolved now, sorted.

        Raises
        ------
        ParameterError
            The table is not among the inputs, an environment variable is not set, or a link leads
            out of the folder.
        DataError
            A pattern matches no file.
        """
        if table not in self.inputs:
            raise ParameterError(
                f"inputs in {self._source.name} has no {table}. {did_you_mean(table, self.inputs)}"
            )
        patterns = _patterns(self.inputs[table], heads=False)
        return self._found(patterns, key=f"inputs.{table}.files")

    def head_paths(self, table: str) -> list[Path]:
        """Return the files with heads of an input table's documents, as `paths` does; maybe none."""
        heads = self.inputs[table].heads
        return self._found(heads.files if heads else [], key=f"inputs.{table}.heads.files")

    def _found(self, patterns: list[str], *, key: str) -> list[Path]:
        found = (files_of(pattern, self._folder, key=key) for pattern in patterns)
        return sorted({path for paths in found for path in paths})

    def relative(self, path: str | Path) -> str:
        """Return a path as readers may see it: inside the folder, or from ``${ENV}`` on."""
        patterns = [pattern for each in self.inputs.values() for pattern in _patterns(each)]
        return for_readers(Path(path), self._folder, patterns)


def _hash(settings: object) -> str:
    text = json.dumps(settings, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _patterns(given: Input, *, heads: bool = True) -> list[str]:
    """Return the files of an input table; a DuckDB database is one."""
    file = given.database and given.database.engine == "duckdb"
    if given.database and file:
        return [given.database.url]
    return [*given.files, *(given.heads.files if given.heads and heads else ())]


def _set(given: dict[str, Any], parameter: str, value: object) -> None:
    """Set one dotted key in the settings."""
    *blocks, last = parameter.split(".")
    here = given
    for block in blocks:
        below = here.get(block)
        here[block] = below if isinstance(below, dict) else {}
        here = here[block]
    here[last] = value


def _across(given: Engagement) -> Iterator[InitErrorDetails]:
    """Yield what names something in another part that is not there."""
    for table, each in given.inputs.items():
        if each.dialect and each.dialect not in given.dialects:
            message = _not_among(each.dialect, "dialects", list(given.dialects))
            yield complaint_at(message, "inputs", table, "dialect")
    yield from _periods_named(given)
    yield from _pools_named(given)
    if given.key_account_unit.currency != given.currency:
        message = (
            f"must be the engagement's currency, {given.currency}, not "
            f"'{given.key_account_unit.currency}'. Declare key_account_unit with amount and "
            f"currency in engagement.yaml."
        )
        yield complaint_at(message, "key_account_unit", "currency")


def _periods_named(given: Engagement) -> Iterator[InitErrorDetails]:
    lists: dict[tuple[str, str], Sequence[ReconcilingItem | Resource]] = {
        ("ledger", "reconciling_items"): given.ledger.reconciling_items,
        ("profitability", "resources"): given.profitability.resources,
    }
    for place, items in lists.items():
        for index, item in enumerate(items):
            if item.period not in given.periods:
                message = _not_among(item.period, "periods", list(given.periods))
                yield complaint_at(message, *place, index, "period")


def _pools_named(given: Engagement) -> Iterator[InitErrorDetails]:
    if "resources" in given.inputs:  # the table may have more; profitability looks when it is read
        return
    pools = list(dict.fromkeys(each.pool for each in given.profitability.resources))
    for index, each in enumerate(given.profitability.time_equations):
        if each.pool not in pools:
            message = _not_among(each.pool, "profitability.resources", pools)
            yield complaint_at(message, "profitability", "time_equations", index, "pool")


def _not_among(name: str, where: str, known: list[str]) -> str:
    hint = did_you_mean(name, known) if known else "None is declared."
    return f"'{name}' is not among {where}. {hint}"


MEASURED_ON = "inputs"  # the column that holds the hash of what was measured


def frozen_files(engagement: Engagement) -> list[Path]:
    """Return the files of frozen reference values, each of which says what it was measured on."""
    files = sorted((engagement.folder / "reference").glob("*.csv"))
    for path in files:
        with path.open(encoding="utf-8", errors="replace") as file:
            names = file.readline().strip().split(",")
        if MEASURED_ON not in names:
            raise DataError(
                f"{engagement.relative(path)} does not say what it was measured on (it has no column "
                f"'{MEASURED_ON}'), so nobody can tell whether it still holds. Delete it, and the next "
                f"run measures it afresh."
            )
    return files


RULES = Path(__file__).resolve().parent.parent / "rules.yaml"


def load_engagement(engagement: str | Path) -> Engagement:
    """Read and check an engagement.

    Parameters
    ----------
    engagement : str or Path
        A name (``demo`` is ``data/demo`` under the project's folder), or the path of an
        engagement's folder or of its engagement.yaml.

    Raises
    ------
    ParameterError
        It is not there, or something in it is wrong: one line per problem, at most ten, each with
        file, line, key, what was found and what is allowed.
    """
    source = find_source(engagement)
    own = read_yaml(source, name=source.name)
    whole = laid_over(_default_rules(RULES, RULES.stat().st_mtime_ns), own)
    given = {"id": source.absolute().parent.name, **whole.data}
    given = {"name": written(given["id"]), **given}
    try:
        return Engagement.checked(given, source=source)
    except ValidationError as problem:
        raise ParameterError(sentences(problem, whole.places)) from None


@lru_cache(maxsize=1)
def _default_rules(path: Path, changed: int) -> Written:
    """Read the default decision part once, and again when the file has changed."""
    return read_yaml(path, name=f"{path.parent.name}/{path.name}")


def laid_over(base: Written, own: Written) -> Written:
    """Lay one file over another: blocks of keys merge, everything else replaces.

    A limit such as ``{at_most: 2}`` replaces too, as merged with ``{below: 3}`` it would be two. Places
    name the file that each value comes from.
    """
    places = dict(base.places)
    data = _merged(base.data, own.data, (), places)
    places.update(own.places)
    return Written(data, places)


def _merged(base: Any, own: Any, key: Key, places: dict[Key, Any]) -> Any:
    if isinstance(base, dict) and isinstance(own, dict) and not _is_one_limit(base, own):
        names = [*base, *(name for name in own if name not in base)]
        return {
            name: _merged(base[name], own[name], (*key, name), places)
            if name in base and name in own
            else base.get(name, own.get(name))
            for name in names
        }
    for below in [each for each in places if each[: len(key)] == key and len(each) > len(key)]:
        del places[below]
    return own


def _is_one_limit(base: dict[str, Any], own: dict[str, Any]) -> bool:
    """Tell whether a block is one limit, which is replaced whole."""
    return bool(base and own) and {*base, *own} <= set(LIMITS)
