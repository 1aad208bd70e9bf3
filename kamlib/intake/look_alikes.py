"""Pairs of customers that look like one, with the evidence; people decide, nothing is merged here.

Three signs count: the same tax id, nearly the same name, and an id that falls silent when another
begins. Names are compared with their neighbours in the alphabet only, forwards and by their last
words, so that a hundred thousand customers take seconds.

Sources
-------
Hernández and Stolfo's sorted neighbourhood; rapidfuzz for the likeness of two names.
"""

import re
import unicodedata
from typing import NamedTuple

import numpy as np
import pandas as pd
from rapidfuzz import fuzz

from kamlib.intake.tax_ids import tax_id_of

LEGAL_FORMS = re.compile(
    r"\b(SP(OLKA)? ?Z ?(O ?O|OGRANICZONA ODPOWIEDZIALNOSCIA)|SPZOO|SPOLKA (AKCYJNA|JAWNA|"
    r"KOMANDYTOWA|CYWILNA)|SP ?[JKP]|S ?[AC]|F ?H ?U|P ?P ?H ?U?|P ?H ?U|GMBH|LTD|LIMITED|INC|LLC|"
    r"AG|S ?R ?O|BV|CO|KG)\b"
)
LIKE, NEIGHBOURS, HANDOVER_DAYS = 0.93, 5, 365
PAIR_COLUMNS = [
    "customer_id", "keep_as", "name", "kept_name", "alike_by", "decision", "same_tax_id",
    "name_likeness", "same_region", "first", "last", "kept_first", "kept_last",
    "invoice_revenue", "decided_by", "why",
]  # fmt: skip


class _One(NamedTuple):
    """What is known of an id when it is compared."""

    customer_id: str
    name: str
    core: str
    tax_id: str
    region: str
    top: str
    first: pd.Timestamp
    last: pd.Timestamp
    revenue: float


def core_name(name: str) -> str:
    """Return a name without accents, legal form and signs, in capitals.

    Examples
    --------
    >>> core_name("Łęczyca Hurt spółka z ograniczoną odpowiedzialnością")
    'LECZYCA HURT'
    """
    plain = unicodedata.normalize("NFKD", name.replace("ł", "l").replace("Ł", "L")).upper()
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    words = re.sub(r"[^0-9A-Z]+", " ", plain)
    core = re.sub(r"\s+", " ", LEGAL_FORMS.sub(" ", words)).strip()
    return core or words.strip()


def look_alikes(
    sites: pd.DataFrame,
    activity: pd.DataFrame,
    *,
    tops: dict[str, str],
    decisions: pd.DataFrame,
    country: str,
) -> pd.DataFrame:
    """Return pairs that look like one customer, and those that people have decided on.

    Parameters
    ----------
    sites : DataFrame, one row per id: ``customer_id, name`` and where known ``tax_id, region``
    activity : DataFrame, one row per id: ``customer_id, invoice_revenue, first, last`` (its lines)
    tops : dict of id to the group at its top, before any decision; ids of one group are no pair
    decisions : DataFrame ``customer_id, keep_as, decided_by, why``
    country : str, whose tax ids have no letters

    Returns
    -------
    DataFrame with `PAIR_COLUMNS`, one row per pair: `sign` is same_tax_id, similar_name,
    re_registered or said; `status` proposed, merged or kept_apart. The id that bought first is
    proposed to be kept, because earlier reports know it by that.
    """
    known = _known(sites, activity, tops, country, said=decisions)
    pairs = {**_name_pairs(known), **_tax_pairs(known)}
    by_id = {one.customer_id: one for one in known}
    said = {
        (row[0], row[1]): (row[2], row[3])
        for row in decisions[["customer_id", "keep_as", "decided_by", "why"]].itertuples(
            index=False
        )
    }
    alone = {one for one, other in said if one == other}
    rows = [
        _row(by_id, *((old, new) if (old, new) in said else (new, old)), sign, said)
        for (new, old), sign in pairs.items()
    ]
    rows += [
        _row(by_id, one, other, "said", said)
        for one, other in said
        if one != other and (one, other) not in pairs and (other, one) not in pairs
    ]
    table = _typed(pd.DataFrame(rows, columns=PAIR_COLUMNS))
    both = list(zip(table["customer_id"], table["keep_as"], strict=True))
    merged = np.array([(one, other) in said or (other, one) in said for one, other in both], bool)
    apart = np.array([one in alone or other in alone for one, other in both], bool)
    decision = table["decision"].mask(apart, "kept_apart").mask(merged, "merged")
    ordered = table.assign(decision=decision, _size=-table["invoice_revenue"].abs())
    ordered = ordered.sort_values(["_size", "customer_id", "keep_as"], ignore_index=True)
    return ordered[PAIR_COLUMNS]


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    """Give the columns their types, also where there is no pair."""
    texts = [
        "customer_id",
        "keep_as",
        "name",
        "kept_name",
        "alike_by",
        "decision",
        "decided_by",
        "why",
    ]
    days = ["first", "last", "kept_first", "kept_last"]
    return table.astype({
        **dict.fromkeys(texts, "str"), **dict.fromkeys(days, "datetime64[us]"),
        **dict.fromkeys(["same_tax_id", "same_region"], "bool"),
        **dict.fromkeys(["name_likeness", "invoice_revenue"], "float64"),
    })  # fmt: skip


def _known(
    sites: pd.DataFrame,
    activity: pd.DataFrame,
    tops: dict[str, str],
    country: str,
    *,
    said: pd.DataFrame,
) -> list[_One]:
    """Gather what is known of each id that could be in a pair, in the order of ids.

    An id has a name or a tax id to be alike by, or somebody has decided on it.
    """
    wide = sites.merge(activity, on="customer_id", how="outer").sort_values("customer_id")
    told = wide["customer_id"].isin([*said["customer_id"], *said["keep_as"]])
    for column in {"name", "tax_id"} & set(wide.columns):
        told |= wide[column].notna()
    wide = wide[told]
    found = []
    for row in wide.to_dict("records"):
        who, name, tax = row["customer_id"], row.get("name"), row.get("tax_id")
        name = name if isinstance(name, str) else ""
        region = row.get("region")
        revenue = row.get("invoice_revenue")
        found.append(_One(
            who, name, core_name(name) if name else "",
            tax_id_of(tax, country=country).number if isinstance(tax, str) else "",
            region if isinstance(region, str) else "", tops.get(who, who),
            row["first"], row["last"], 0.0 if pd.isna(revenue) else float(revenue),
        ))  # fmt: skip
    return found


def _tax_pairs(known: list[_One]) -> dict[tuple[str, str], str]:
    """Pair each id with the first one of the same tax id outside its group."""
    holders: dict[str, list[_One]] = {}
    for one in known:
        if one.tax_id:
            holders.setdefault(one.tax_id, []).append(one)
    pairs = {}
    for several in holders.values():
        oldest = min(several, key=_age)
        for one in several:
            if one.top != oldest.top:
                follows = _follows(oldest, one)
                pairs[one.customer_id, oldest.customer_id] = (
                    "re_registered" if follows else "same_tax_id"
                )
    return pairs


def _name_pairs(known: list[_One]) -> dict[tuple[str, str], str]:
    """Pair ids whose names are alike, where nothing speaks against it."""
    named = [one for one in known if one.core]
    orders = (
        sorted(named, key=lambda one: (one.core, one.customer_id)),
        sorted(named, key=lambda one: (one.core.split()[::-1], one.customer_id)),
    )
    pairs = {}
    for order in orders:
        for place, one in enumerate(order):
            for other in order[place + 1 : place + 1 + NEIGHBOURS]:
                sign = _alike(*sorted((one, other), key=_age))
                if sign:
                    old, new = sorted((one, other), key=_age)
                    pairs[new.customer_id, old.customer_id] = sign
    return pairs


def _alike(old: _One, new: _One) -> str:
    """Say by which sign two ids with like names look like one customer, if any."""
    if old.top == new.top or (old.region and new.region and old.region != new.region):
        return ""
    if re.findall(r"\d+", old.core) != re.findall(r"\d+", new.core):
        return ""
    if fuzz.token_sort_ratio(old.core, new.core) < 100 * LIKE:
        return ""
    if _follows(old, new):
        return "re_registered"
    return "" if old.tax_id and new.tax_id and old.tax_id != new.tax_id else "similar_name"


def _follows(old: _One, new: _One) -> bool:
    """Tell whether the old id fell silent before the new one began, not long before."""
    if pd.isna(old.last) or pd.isna(new.first):
        return False
    days = (new.first - old.last).days
    return 0 <= days <= HANDOVER_DAYS


def _age(one: _One) -> tuple[bool, pd.Timestamp, str]:
    """Order ids by their first line; those without lines come last."""
    return (
        pd.isna(one.first),
        one.first if not pd.isna(one.first) else pd.Timestamp(0),
        one.customer_id,
    )


def _row(
    by_id: dict[str, _One], new: str, old: str, sign: str, said: dict[tuple[str, str], tuple[str, str]]
) -> dict[str, object]:  # fmt: skip
    """Return a pair with its evidence and, where there is one, its decision."""
    nobody = _One("", "", "", "", "", "", pd.NaT, pd.NaT, 0.0)  # type: ignore[arg-type]
    one, kept = by_id.get(new, nobody), by_id.get(old, nobody)
    decision = said.get((new, old)) or said.get((old, new)) or said.get((new, new)) or (None, None)
    likeness = fuzz.token_sort_ratio(one.core, kept.core) / 100 if one.core and kept.core else 0.0
    return {
        "customer_id": new, "keep_as": old, "name": one.name, "kept_name": kept.name, "alike_by": sign,
        "same_tax_id": bool(one.tax_id) and one.tax_id == kept.tax_id,
        "name_likeness": round(likeness, 3),
        "same_region": bool(one.region) and one.region == kept.region,
        "first": one.first, "last": one.last, "kept_first": kept.first, "kept_last": kept.last,
        "invoice_revenue": min(one.revenue, kept.revenue), "decided_by": decision[0],
        "why": decision[1], "decision": "proposed",
    }  # fmt: skip
