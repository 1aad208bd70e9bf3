"""Kinds of values in engagement.yaml: numbers, shares, money, days, text; each refuses in words.

A message is the second half of a sentence, "must be a share between 0 and 1, not 80": the first
half, file, line and key, is known only where the file is read, and put before it by `sentences`.
"""

import contextlib
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal, NoReturn, TypeGuard

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    StrictBool,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from kamlib.core.errors import did_you_mean, listed
from kamlib.settings.written import Key, Place, dotted

OURS = "kamlib"
Relation = Literal["auto", "contractual", "project"]


class Part(BaseModel):
    """A block of keys of engagement.yaml: unknown keys are refused, nothing changes afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="wrap")
    @classmethod
    def _checked(cls, given: object, read: Callable[[object], Any]) -> Any:
        """Say of an unknown key which one may be meant, and hold the keys against each other."""
        try:
            part = read(given)
        except ValidationError as problem:
            known = [info.alias or name for name, info in cls.model_fields.items()]
            refuse(_meant(error, known) for error in problem.errors(include_url=False))
            raise
        refuse(part.problems())
        return part

    def problems(self) -> Iterable[InitErrorDetails]:
        """Return what does not fit together in this block, each at its key."""
        return ()


def _meant(error: Any, known: list[str]) -> InitErrorDetails:
    """Return an error to be raised again; of an unknown key of this block with the one that is meant."""
    place, kind = error["loc"], error["type"]
    if kind == "extra_forbidden" and len(place) == 1:
        hint = did_you_mean(str(place[0]), known)
        return complaint_at(f"is not a known key. {hint}", *place)
    if kind == OURS:
        return complaint_at(error["msg"], *place)
    return InitErrorDetails(type=kind, loc=place, input=error["input"], ctx=error.get("ctx", {}))


def complaint(message: str) -> PydanticCustomError:
    """Return what is wrong with a value, as the second half of a sentence."""
    return PydanticCustomError(OURS, "{message}", {"message": message})


def complaint_at(message: str, *place: str | int) -> InitErrorDetails:
    """Return what is wrong, attached to a key below the block that finds it."""
    return InitErrorDetails(type=complaint(message), loc=place, input=None)


def refuse(complaints: Iterable[InitErrorDetails]) -> None:
    """Raise all complaints at once, if there are any."""
    found = list(complaints)
    if found:
        raise ValidationError.from_exception_data("engagement", found)


def weights_problem(weights: dict[str, float], *place: str | int) -> Iterator[InitErrorDetails]:
    """Yield a complaint where weights do not add up to 1."""
    total = sum(weights.values())
    if abs(total - 1) > 1e-9:
        each = listed((f"{name} {weight:g}" for name, weight in weights.items()), most=20)
        message = f"must have weights that add up to 1, not {total:.10g} ({each or 'none'})."
        yield complaint_at(message, *place)


def shown(value: object) -> str:
    """Write a value as a message shows it.

    Examples
    --------
    >>> shown(80), shown("80"), shown(None), shown([1])
    ('80', "'80'", 'nothing', 'a list')
    """
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a block of keys"
    if isinstance(value, list | tuple):
        return "a list"
    text = value if isinstance(value, str) else written(value)
    text = text if len(text) <= 60 else f"{text[:57]}..."
    return f"'{text}'" if isinstance(value, str) else text


def written(value: object) -> str:
    """Return a number as it stands in the file; other values as Python writes them."""
    return str(getattr(value, "text", value))


def is_number(value: object) -> TypeGuard[int | float | Decimal]:
    """Tell whether a value is a number; true and false are none."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _refuse_kind(wanted: str, value: object) -> NoReturn:
    hint = ""
    if isinstance(value, str):
        plain = value.strip().replace(",", ".")
        hint = f" Write {plain}, without quotes." if _reads_as_number(plain) else ""
    raise complaint(f"must be {wanted}, not {shown(value)}.{hint}")


def _reads_as_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _number(value: object) -> float:
    if not is_number(value) or not math.isfinite(value):
        _refuse_kind("a number", value)
    return float(value)


def _whole(value: object) -> int:
    if not is_number(value) or not isinstance(value, int):
        _refuse_kind("a whole number", value)
    return int(value)


def _share(value: object) -> float:
    text = value.strip() if isinstance(value, str) else ""
    percent = text.endswith("%") and _reads_as_number(text[:-1])
    number = float(text[:-1]) if percent else _number(value)
    if percent or not 0 <= number <= 1:
        hint = ""
        if percent or 1 < number <= 100:
            hint = f" For {number:g} percent write {number / 100:.{_places(number)}f}."
        raise complaint(f"must be a share between 0 and 1, not {shown(value)}.{hint}")
    return number


def _places(percent: float) -> int:
    return max(2, len(f"{percent / 100:.10f}".rstrip("0").partition(".")[2]))


def _money(value: object) -> Decimal:
    if not is_number(value):
        _refuse_kind("an amount of money", value)
    try:
        amount = Decimal(written(value).replace("_", ""))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        _refuse_kind("an amount of money", value)
    return amount


def _without_end_zeros(amount: Decimal) -> str:
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _day(value: object) -> date:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        with contextlib.suppress(ValueError):
            return date.fromisoformat(value)
    if not isinstance(value, date) or isinstance(value, datetime):
        raise complaint(f"must be a day such as 2025-12-31, not {shown(value)}.")
    return value


def _text(value: object) -> str:
    if is_number(value):
        return written(value)
    if not isinstance(value, str):
        raise complaint(f"must be text, not {shown(value)}. Text such as true goes in quotes.")
    if not value.strip():
        raise complaint("must not be empty.")
    return value


def _texts(value: object) -> Any:
    return [value] if isinstance(value, str) or is_number(value) else value


def within(
    *,
    low: float = -math.inf,
    high: float = math.inf,
    above: float = -math.inf,
    read: Callable[[object], Any] = _number,
) -> BeforeValidator:
    """Return a validator for a number from `low` to `high`, or above `above`."""

    def check(value: object) -> Any:
        number = read(value)
        if number < low or number > high or number <= above:
            raise complaint(f"must be {_range(low, high, above)}, not {shown(value)}.")
        return number

    return BeforeValidator(check)


def _range(low: float, high: float, above: float) -> str:
    if above > -math.inf:
        return f"above {above:g}"
    return f"between {low:g} and {high:g}" if high < math.inf else f"at least {low:g}"


def _inner_share(value: object) -> float:
    number = _share(value)
    if number in (0, 1):
        raise complaint(f"must be a share above 0 and below 1, not {shown(value)}.")
    return number


def made_of(pattern: str, wanted: str) -> AfterValidator:
    """Return a validator for a text that a pattern fits whole."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise complaint(f"must be {wanted}, not '{value}'.")
        return value

    return AfterValidator(check)


Number = Annotated[float, BeforeValidator(_number)]
NotNegative = Annotated[float, within(low=0)]
Positive = Annotated[float, within(above=0)]
OfShares = WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1})
InnerShares = WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1})
OfMoney = WithJsonSchema({"type": "number"})
OfText = WithJsonSchema({"type": ["string", "number"]})

OfTexts = WithJsonSchema(
    {"type": ["string", "number", "array"], "items": {"type": ["string", "number"]}}
)

Share = Annotated[float, BeforeValidator(_share), OfShares]
InnerShare = Annotated[float, BeforeValidator(_inner_share), InnerShares]
Count = Annotated[int, within(low=0, read=_whole)]
Several = Annotated[int, within(low=1, read=_whole)]
InJson = PlainSerializer(_without_end_zeros, when_used="json")
Money = Annotated[Decimal, BeforeValidator(_money), InJson, OfMoney]
Cost = Annotated[Decimal, within(low=0, read=_money), InJson, OfMoney]
PositiveMoney = Annotated[Decimal, within(above=0, read=_money), InJson, OfMoney]
Day = Annotated[date, BeforeValidator(_day)]
Text = Annotated[str, BeforeValidator(_text), OfText]
Currency = Annotated[Text, made_of("[A-Z]{3}", "three capital letters such as EUR")]
Flag = StrictBool
Texts = Annotated[list[Text], BeforeValidator(_texts), OfTexts]


def whole(*, low: int) -> BeforeValidator:
    """Return a validator for a whole number from `low`."""
    return within(low=low, read=_whole)


class Thresholds(Part):
    """A share from which something is flagged, and one from which it is refused."""

    flag: Share
    refuse: Share

    def problems(self) -> Iterator[InitErrorDetails]:
        if self.flag > self.refuse:
            message = f"must not be above refuse: {self.flag:g} is above {self.refuse:g}."
            yield complaint_at(message, "flag")


MOST = 10

ADD = {  # what to write for the keys that have no default
    ("currency",): ", for example currency: EUR",
    ("periods",): ", for example periods: {FY2025: {from: 2025-01-01, to: 2025-12-31}}",
    ("inputs",): ", for example inputs: {invoice_lines: {files: input/lines.csv}}",
}

SETS = {
    "dict_type": "must be a block of keys, not {}. Write keys under it or take it out.",
    "model_type": "must be a block of keys, not {}. Write keys under it or take it out.",
    "model_attributes_type": "must be a block of keys, not {}. Write keys under it or take it out.",
    "list_type": "must be a list, not {}.",
    "tuple_type": "must be a list, not {}.",
    "string_type": "must be text, not {}.",
    "bool_type": "must be true or false, not {}.",
}


def sentences(problem: ValidationError, places: Mapping[Key, Place]) -> str:
    """Return all that is wrong, one line each, at most ten, in the order of the files."""
    found = []
    for error in problem.errors(include_url=False):
        key = written_key(error["loc"], places)
        file, line = places[nearest(key, places)]
        hint = _namesake(key, places) if error["type"] == "missing" else ""
        found.append((file, line, f"{dotted(key)} {half_sentence(error)}{hint}"))
    found = list(dict.fromkeys(sorted(found)))
    lines = [f"{file}:{line}: {sentence}" for file, line, sentence in found[:MOST]]
    if len(found) > MOST:
        lines.append(f"And {len(found) - MOST} more.")
    return "\n".join(lines)


def sentences_for_parameters(problem: ValidationError, parameters: Mapping[str, object]) -> str:
    """Return what is wrong with parameters, each named as the place."""
    lines = []
    for error in problem.errors(include_url=False):
        key = dotted(tuple(error["loc"]))
        sentence = f"{key} {half_sentence(error)}"
        if not any(name == key or key.startswith(f"{name}.") for name in parameters):
            changed = ", ".join(f"{name} {shown(value)}" for name, value in parameters.items())
            sentence = f"{sentence} (set for this run: {changed})"
        lines.append(sentence)
    return "\n".join(lines[:MOST])


def written_key(loc: tuple[str | int, ...], places: Mapping[Key, Place]) -> Key:
    """Return the key of the file that pydantic's place means: without tags of its own.

    The last part is kept though it is not there, as that of a missing key is not.
    """
    key: Key = ()
    for part in loc:
        if (*key, part) in places:
            key = (*key, part)
    if loc and loc[-1] != "[key]" and (not key or key[-1] != loc[-1]):
        key = (*key, loc[-1])
    return key


def nearest(key: Key, places: Mapping[Key, Place]) -> Key:
    """Return the longest beginning of a key that the file holds."""
    while key and key not in places:
        key = key[:-1]
    return key


def _namesake(key: Key, places: Mapping[Key, Place]) -> str:
    """Ask whether the block that lacks a key is a misspelt one of its neighbours."""
    block = key[:-1]
    if block[:-1] != ("side_a", "criteria"):  # where other names are free
        return ""
    others = [
        str(each[-1])
        for each in places
        if each and each[:-1] == block[:-1] and each != block and len(each) == len(block)
    ]
    hint = did_you_mean(str(block[-1]), others) if others else ""
    return f" {hint}" if hint.startswith("Did") else ""


def half_sentence(error: Mapping[str, Any]) -> str:
    """Return what is wrong with a value: the sentence after its key."""
    kind, value = error["type"], error["input"]
    if kind == OURS:
        return str(error["msg"])
    if kind == "missing":
        return f"is missing. Add it{ADD.get(error['loc'], '')}."
    if kind == "literal_error":
        return _not_a_choice(error["ctx"]["expected"], value)
    if kind in SETS:
        return SETS[kind].format(shown(value))
    if kind in ("too_long", "too_short"):
        limit = {"too_long": "at most", "too_short": "at least"}[kind]
        wanted = error["ctx"].get("max_length", error["ctx"].get("min_length"))
        items = "item" if wanted == 1 else "items"
        return f"must have {limit} {wanted} {items}, not {error['ctx']['actual_length']}."
    return f"is not allowed: {error['msg']}, not {shown(value)}."


def _not_a_choice(expected: str, value: object) -> str:
    options = re.findall(r"'([^']*)'", expected)
    allowed = options[0] if len(options) == 1 else f"one of {', '.join(options)}"
    hint = did_you_mean(value, options) if isinstance(value, str) else ""
    hint = f" {hint}" if hint.startswith("Did") else ""
    return f"must be {allowed}, not {shown(value)}.{hint}"
