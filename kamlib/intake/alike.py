"""Pairs of customers that look like one, with the evidence; people decide, nothing is merged here.

Four signs count: the same id but for case, blanks and zeros in front, the same tax id, nearly the same
name, and an id that falls silent when another begins. Names are compared with their neighbours in the
alphabet only, by their first, their last and their sorted words, so that a hundred thousand customers
take seconds. An id is in one proposal at most, because a decision gives it one other.

Of a name, legal form, accents, signs and the order of words do not count. Numbers do, Roman ones and
single letters too: shops 1 and 2 are two. A word that differs must be nearly the same word, however
long the rest of the name is.

Sources
-------
Hernández and Stolfo's sorted neighbourhood; rapidfuzz for the likeness of two names.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple

import pandas as pd
from rapidfuzz import fuzz

from kamlib.intake.spelling import tax_id_of

UNCOMPOSED = str.maketrans("łŁøØđĐ", "lLoOdD") | str.maketrans(
    {"æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE"}
)
POLISH_FORMS = re.compile(
    r"\b(?:(?:PROSTA )?SP(?:OLKA)? ?Z ?(?:O ?O|OGRANICZONA ODPOWIEDZIALNOSCIA)|SPZOO|"
    r"(?:PROSTA )?SPOLKA (?:AKCYJNA|JAWNA|KOMANDYTOWO AKCYJNA|KOMANDYTOWA|CYWILNA|PARTNERSKA)|"
    r"SP ?[JKP]|S ?K ?A|P ?S ?A|S ?[AC]|F ?H ?U|P ?P ?H ?U?|P ?H ?U|"
    r"(?:PRZEDSIEBIORSTWO|FIRMA|ZAKLAD)"
    r"(?: (?:PRODUKCYJN|HANDLOW|USLUGOW|WIELOBRANZOW|TRANSPORTOW)[OAEY])+|"
    r"W (?:LIKWIDACJI|UPADLOSCI|RESTRUKTURYZACJI))\b"
)
FOREIGN_FORMS = re.compile(
    r"(?: (?:GMBH|MBH|AG|KG|CO|UG|E ?K|E ?V|LTD|LIMITED|PLC|LLP|LLC|INC|CORP|(?:SPOL )?S ?R ?O|A ?S|"
    r"B ?V|N ?V|S ?R ?L|S ?P ?A|S ?A ?S|S ?A ?R ?L|A ?B|O ?Y|A ?P ?S|D ?O ?O|K ?F ?T|U ?A ?B|S ?I ?A))+$"
)
BETWEEN_NAMES = re.compile(r"(?<=\w )(?:I|AND|UND|ORAZ|ET)(?= \w)")
ROMAN = re.compile(r"(?:X{1,3}|X{0,3}(?:IX|IV|V?I{1,3}))")
LIKE, WORD_LIKE = 93, 85  # of 100
NEIGHBOURS, HANDOVER_DAYS, PARALLEL_DAYS = 5, 365, 31
HIDDEN = ("Cf", "Cc")  # categories of letters that are not seen
ZEROS_IN_FRONT = re.compile(r"(?<![0-9])0+(?=[0-9])")
PAIRS = {  # the columns of pairs and their types
    "customer_id": "str",
    "keep_as": "str",
    "name": "str",
    "kept_name": "str",
    "alike_by": "str",
    "decision": "str",
    "same_tax_id": "bool",
    "name_likeness": "float64",
    "same_region": "bool",
    "first": "datetime64[us]",
    "last": "datetime64[us]",
    "kept_first": "datetime64[us]",
    "kept_last": "datetime64[us]",
    "invoice_revenue": "float64",
    "decided_by": "str",
    "why": "str",
}


class FirmName(NamedTuple):
    """A name as it is compared: its core, the words in order, and what must agree in two names."""

    core: str
    words: tuple[str, ...]
    numbers: tuple[str, ...]
    letters: tuple[str, ...]


def core_name(name: str) -> str:
    """Return a name without accents, legal form and signs, in capitals."""
    plain = unicodedata.normalize("NFKD", name.translate(UNCOMPOSED)).upper()
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    words = " ".join(re.sub(r"[\W_]+", " ", plain).split())
    shorter = " ".join(POLISH_FORMS.sub(" ", words).split())
    shorter = FOREIGN_FORMS.sub("", BETWEEN_NAMES.sub(" ", shorter) or words)
    return " ".join(shorter.split()) or words


def firm_name(name: str) -> FirmName:
    """Return a name taken apart for comparison."""
    core = core_name(name)
    words = core.split()
    numbers = [part for word in words for part in re.findall(r"\d+", word)]
    numbers += [word for word in words if len(word) > 1 and ROMAN.fullmatch(word)]
    letters = [word for word in words if len(word) == 1 and word.isalpha()]
    return FirmName(core, tuple(sorted(words)), tuple(sorted(numbers)), tuple(sorted(letters)))


def likeness(one: FirmName, other: FirmName) -> float:
    """Return how alike two names are, 0 to 1, as they are written or in whatever order of words."""
    written = fuzz.ratio(one.core, other.core)
    return max(written, fuzz.ratio(" ".join(one.words), " ".join(other.words))) / 100


def may_be_one(one: FirmName, other: FirmName) -> bool:
    """Tell whether two names may be one firm's."""
    if one.words == other.words:
        return bool(one.core)
    if one.numbers != other.numbers:
        return False
    if one.letters and other.letters and one.letters != other.letters:
        return False
    if 100 * likeness(one, other) < LIKE:
        return False
    mine, theirs = _left(one.words, other.words), _left(other.words, one.words)
    return not (mine and theirs) or fuzz.ratio(mine, theirs) >= WORD_LIKE


def _left(words: tuple[str, ...], other: tuple[str, ...]) -> str:
    """Return the words that the other name does not have, each as often as it is too many."""
    return " ".join((Counter(words) - Counter(other)).elements())


def plain_letters(text: str) -> str:
    """Return a text without case, blanks, and letters that nobody sees."""
    seen = (each for each in unicodedata.normalize("NFKC", text) if not each.isspace())
    return "".join(each for each in seen if unicodedata.category(each) not in HIDDEN).casefold()


def plain_id(text: str) -> str:
    """Return an id without what a keyboard or a spreadsheet changes: case, blanks, zeros in front."""
    return ZEROS_IN_FRONT.sub("", plain_letters(text))


class _One(NamedTuple):
    """What is known of an id when it is compared."""

    customer_id: str
    name: str
    firm: FirmName
    tax_id: str
    region: str
    top: str
    unit: str
    first: pd.Timestamp
    last: pd.Timestamp
    revenue: float
    in_table: bool


def look_alikes(
    sites: pd.DataFrame,
    activity: pd.DataFrame,
    *,
    tops: dict[str, str],
    units: dict[str, str],
    decisions: pd.DataFrame,
    country: str,
) -> pd.DataFrame:
    """Return pairs that look like one customer, and those that people have decided on.

    From ``customer_id, name, tax_id, region`` and from ``customer_id, invoice_revenue, first, last``, one
    row per id, to the columns of `PAIRS`, one row per pair: ``alike_by`` is same_id, same_tax_id,
    similar_name, re_registered or said; ``decision`` proposed, merged or kept_apart; the largest
    amounts first. The id that bought first is proposed to be kept, because earlier reports know it by that.

    `tops` is the group of each id before any decision: ids of one group are no pair. `units` is the same
    after all decisions: what they have made one is proposed no more.
    """
    known = _known(sites, activity, tops, units, country, said=decisions)
    by_id = {one.customer_id: one for one in known}
    columns = decisions[["customer_id", "keep_as", "decided_by", "why"]].itertuples(index=False)
    said = {(one, other): (by, why) for one, other, by, why in columns}
    pairs = _best_pairs(known, said)
    signs = {pair[::-1] if pair[::-1] in said else pair: sign for pair, sign in pairs.items()}
    signs |= {pair: "said" for pair in said if pair[0] != pair[1] and pair not in signs}
    rows = [_row(by_id, *pair, sign, said) for pair, sign in signs.items()]
    table = pd.DataFrame(rows, columns=list(PAIRS)).astype(PAIRS)
    size = -table["invoice_revenue"].abs()
    ordered = table.assign(_size=size).sort_values(["_size", "customer_id", "keep_as"])
    return ordered[list(PAIRS)].reset_index(drop=True)


def _known(
    sites: pd.DataFrame,
    activity: pd.DataFrame,
    tops: dict[str, str],
    units: dict[str, str],
    country: str,
    *,
    said: pd.DataFrame,
) -> list[_One]:
    """Gather what is known of each id that could be in a pair, in the order of ids.

    An id has a name, a tax id or another spelling to be alike by, or somebody has decided on it.
    """
    wide = sites.merge(activity, on="customer_id", how="outer").sort_values("customer_id")
    comparable = wide["customer_id"].isin([*said["customer_id"], *said["keep_as"]])
    for column in {"name", "tax_id"} & set(wide.columns):
        comparable |= wide[column].notna()
    comparable |= wide["customer_id"].map(plain_id).duplicated(keep=False)
    wide = wide[comparable]
    texts = ("name", "tax_id", "region")
    wide = wide.assign(**{each: wide[each].fillna("") if each in wide else "" for each in texts})
    ids = wide["customer_id"]
    wide = wide.assign(
        firm=wide["name"].map(firm_name),
        tax_id=[tax_id_of(each, country=country).number for each in wide["tax_id"]],
        top=ids.map(lambda one: tops.get(one, one)),
        unit=ids.map(lambda one: units.get(one, one)),
        revenue=wide["invoice_revenue"].astype("float64").fillna(0.0),
        in_table=ids.isin(sites["customer_id"]),
    )
    return [_One(*row) for row in wide[list(_One._fields)].itertuples(index=False)]


def _best_pairs(
    known: list[_One], said: Mapping[tuple[str, str], object]
) -> dict[tuple[str, str], str]:
    """Return the sign of pairs (new, old): those decided on, and each other id with the most alike one."""
    decided: dict[tuple[str, str], str] = {}
    best: dict[str, tuple[Any, str, str]] = {}
    for old, new, sign in chain(_id_pairs(known), _tax_pairs(known), _name_pairs(known)):
        pair = new.customer_id, old.customer_id
        if pair in said or pair[::-1] in said:
            decided.setdefault(pair, sign)
        elif old.unit != new.unit:
            same = bool(old.tax_id) and old.tax_id == new.tax_id
            rank = (sign != "same_id", not same, -likeness(old.firm, new.firm), _age(old))
            if new.customer_id not in best or rank < best[new.customer_id][0]:
                best[new.customer_id] = (rank, old.customer_id, sign)
    return decided | {(new, old): sign for new, (_, old, sign) in best.items()}


def _id_pairs(known: list[_One]) -> Iterator[tuple[_One, _One, str]]:
    """Pair each id with the one alike but for case, blanks and zeros: that of the table, then the first."""
    for several in _alike_by(lambda one: plain_id(one.customer_id), known):
        oldest = min(several, key=lambda one: (not one.in_table, _age(one)))
        yield from ((oldest, one, "same_id") for one in several if one is not oldest)


def _tax_pairs(known: list[_One]) -> Iterator[tuple[_One, _One, str]]:
    """Pair each id with the first one of the same tax id outside its group: old, new, sign."""
    for several in _alike_by(lambda one: one.tax_id, known):
        oldest = min(several, key=_age)
        for one in several:
            if one.top != oldest.top:
                yield oldest, one, "re_registered" if _follows(oldest, one) else "same_tax_id"


def _alike_by(key: Callable[[_One], str], known: list[_One]) -> Iterator[list[_One]]:
    """Yield the ids that have the same of something, if they have any."""
    alike = defaultdict(list)
    for one in known:
        alike[key(one)].append(one)
    yield from (several for value, several in alike.items() if value)


def _name_pairs(known: list[_One]) -> Iterator[tuple[_One, _One, str]]:
    """Pair ids whose names are alike, where nothing speaks against it: old, new, sign."""
    named = sorted((one for one in known if one.firm.core), key=_age)
    orders: tuple[Callable[[_One], Any], ...] = (
        lambda one: one.firm.core,
        lambda one: one.firm.core.split()[::-1],
        lambda one: one.firm.words,
    )
    for order in orders:
        ranked = sorted(named, key=order)
        for place, one in enumerate(ranked):
            for other in ranked[place + 1 : place + 1 + NEIGHBOURS]:
                old, new = (one, other) if _age(one) <= _age(other) else (other, one)
                if sign := _alike(old, new):
                    yield old, new, sign


def _alike(old: _One, new: _One) -> str:
    """Say by which sign two ids with like names look like one customer, if any."""
    apart = old.top == new.top or (old.region and new.region and old.region != new.region)
    if apart or not may_be_one(old.firm, new.firm):
        return ""
    if _follows(old, new):
        return "re_registered"
    return "" if old.tax_id and new.tax_id and old.tax_id != new.tax_id else "similar_name"


def _follows(old: _One, new: _One) -> bool:
    """Tell whether the old id fell silent when the new one began: not long before, hardly after."""
    if pd.isna(old.last) or pd.isna(new.first):
        return False
    days = (new.first - old.last).days
    if days >= 0:
        return days <= HANDOVER_DAYS
    begun = (new.first - old.first).days > PARALLEL_DAYS
    return begun and days >= -PARALLEL_DAYS and bool(new.last > old.last)


def _age(one: _One) -> tuple[bool, pd.Timestamp, str]:
    """Order ids by their first line; those without lines come last."""
    first = pd.Timestamp(0) if pd.isna(one.first) else one.first
    return pd.isna(one.first), first, one.customer_id


def _row(
    by_id: dict[str, _One],
    new: str,
    old: str,
    sign: str,
    said: dict[tuple[str, str], tuple[str, str]],
) -> dict[str, object]:
    """Return a pair with its evidence and its decision; an id is kept apart under its unit's name too."""
    nobody = _One("", "", firm_name(""), "", "", "", "", pd.NaT, pd.NaT, 0.0, False)  # type: ignore[arg-type]
    one, kept = by_id.get(new, nobody), by_id.get(old, nobody)
    merged = said.get((new, old)) or said.get((old, new))
    apart = any((each, each) in said for each in (new, old, one.unit, kept.unit))
    by, why = merged or said.get((new, new)) or (None, None)
    alike = likeness(one.firm, kept.firm) if one.firm.core and kept.firm.core else 0.0
    return {
        "customer_id": new,
        "keep_as": old,
        "name": one.name,
        "kept_name": kept.name,
        "alike_by": sign,
        "same_tax_id": bool(one.tax_id) and one.tax_id == kept.tax_id,
        "name_likeness": round(alike, 3),
        "same_region": bool(one.region) and one.region == kept.region,
        "first": one.first,
        "last": one.last,
        "kept_first": kept.first,
        "kept_last": kept.last,
        "invoice_revenue": min(one.revenue, kept.revenue),
        "decided_by": by,
        "why": why,
        "decision": "merged" if merged else "kept_apart" if apart else "proposed",
    }
