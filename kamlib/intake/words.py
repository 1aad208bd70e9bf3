"""Words that decide: those of the input that no rule knows, and settings that match nothing there.

A word that is written otherwise than the rule has it takes its row out of the answer, and nothing else
shows it: a driver that no equation counts is work done free of charge.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import ibis
import ibis.expr.types as ir
import pandas as pd

from kamlib.core.codes import LETTER, SOURCES
from kamlib.core.contract import CONTRACT
from kamlib.core.errors import ParameterError, listed
from kamlib.core.language import _, ngettext, number
from kamlib.core.naming import meant_by, plain
from kamlib.core.tables import Tables
from kamlib.core.verdicts import FLAG, PASS, Verdict, verdict
from kamlib.core.vocabulary import column_label, table_label
from kamlib.intake.small import US, Seen
from kamlib.intake.validate import Validated

if TYPE_CHECKING:
    from kamlib.settings import Engagement

ONE_OWNER = ("bad_debt", "freight", "payment_terms")  # kinds of deductions that have a rule
TRUST = "trust"
FREQUENT, SHOWN, NEAR = 5, 6, 0.8


class Attribute(NamedTuple):
    """Values of an attribute of orders: those that equations ask for and that are there; frequent ones."""

    found: set[str]
    frequent: list[str]
    yes_or_no: bool


def attribute_values(documents: ir.Table, engagement: "Engagement") -> dict[str, Attribute]:
    """Return of each attribute that time equations ask for which of their values documents have."""
    asked = {n: each for n, each in _asked_for(engagement).items() if n in documents.columns}
    if not asked:
        return {}
    counted = ibis.union(
        *(_counted(documents, name, asked[name]) for name in asked), distinct=False
    )
    rows = counted.to_pyarrow().to_pylist()
    return {
        name: Attribute(
            {row["value"] for row in rows if row["attribute"] == name and row["wanted"]},
            sorted(r["value"] for r in rows if r["attribute"] == name and r["place"] < FREQUENT),
            documents[name].type().is_boolean(),
        )
        for name in asked
    }


def _counted(documents: ir.Table, name: str, wanted: Sequence[object]) -> ir.Table:
    """Return the frequent values of an attribute, and those asked for: ``value, place, wanted``."""
    told = documents.select("lines", value=documents[name].cast("string"))
    told = told.filter(told["value"].notnull())
    counted = told.group_by("value").aggregate(lines=told["lines"].sum())
    ranked = counted.select(
        attribute=ibis.literal(name),
        value="value",
        place=ibis.row_number().over(order_by=[ibis.desc(counted["lines"]), counted["value"]]),
        wanted=counted["value"].isin([str(each) for each in wanted]),
    )
    return ranked.filter((ranked["place"] < FREQUENT) | ranked["wanted"])


def _asked_for(engagement: "Engagement") -> dict[str, list[str | bool | int]]:
    """Return the values that time equations ask for, by attribute."""
    asked: dict[str, list[str | bool | int]] = {}
    for equation in engagement.profitability.time_equations:
        for when in (equation.when, *(term.when for term in equation.plus)):
            for name, value in when.items():
                asked.setdefault(name, []).append(value)
    return asked


def words_verdicts(
    seen: Mapping[str, Seen],
    tables: Tables,
    attributes: Mapping[str, Attribute],
    judged: Sequence[Validated],
    engagement: "Engagement",
) -> list[Verdict]:
    """Say which words of the input no rule knows, and which settings match nothing or are not read.

    Raises
    ------
    ParameterError
        A time equation asks whether an attribute is true that holds words.
    """
    _refuse_yes_or_no_of_words(attributes, engagement)
    unknown = [
        *_drivers(seen, tables, engagement),
        *_ratings(tables, engagement),
        *_other_words(tables, engagement),
    ]
    idle = [*_conditions(attributes, engagement), *_of_customers(tables, engagement)]
    unread = list(_unread(judged, engagement))
    found = [verdict("unknown_words", FLAG if unknown else PASS, what="; ".join(unknown))]
    if idle:
        found.append(verdict("idle_settings", FLAG, what="; ".join(idle)))
    if unread:
        found.append(verdict("unread_columns", FLAG, what="; ".join(unread)))
    return found


# ------------------------------------------------------------------------------- of the input
def _drivers(seen: Mapping[str, Seen], tables: Tables, engagement: "Engagement") -> Iterator[str]:
    """Yield drivers that no time equation counts, and those that were taken for one."""
    equations = engagement.profitability.time_equations
    drivers = tables.get("drivers")
    if drivers is None or not equations:
        return
    template = _("driver {word}, counted as {known}")
    for word, known in seen["drivers"].spelled.items():
        yield template.format(word=_quoted(word), known=_quoted(known))
    counted = {each.driver for each in equations if each.driver}
    volume = drivers["volume"].astype("float64").groupby(drivers["driver"]).sum()
    template = _("driver {word}, which no time equation counts (volume {volume}{near})")
    for word in sorted(set(volume.index) - counted):
        yield template.format(
            word=_quoted(word), volume=number(float(volume[word])), near=_near(word, counted)
        )


def _ratings(tables: Tables, engagement: "Engagement") -> Iterator[str]:
    """Yield criteria of ours that side A does not have, sources that are none, and names that may be us."""
    ours, theirs = tables.get("ratings_ours"), tables.get("ratings_theirs")
    if ours is not None:
        yield from _strange("ratings_ours", "criterion", ours, engagement.side_a.criteria)
        yield from _strange("ratings_ours", "source", ours, tuple(SOURCES), _("taken as our guess"))
    if theirs is not None:
        alike = theirs.loc[[one != TRUST and _is_near(one, [TRUST]) for one in theirs["criterion"]]]
        yield from _strange("ratings_theirs", "criterion", alike, [TRUST], _("taken as another"))
        asked = set(theirs.loc[theirs["supplier"] == US, "party_id"])
        alone = theirs[~theirs["party_id"].isin(asked)]
        if len(alone):
            n = int(alone["party_id"].nunique())
            template = ngettext(
                "{n} party that rates suppliers ({who}) and never {us}",
                "{n} who rate suppliers ({who}) and never {us}",
                n,
            )
            who = listed(sorted(alone["supplier"].unique()), most=3)
            yield template.format(n=number(n), who=who, us=_quoted(US))


def _other_words(tables: Tables, engagement: "Engagement") -> Iterator[str]:
    """Yield signs of closeness that no level counts, and deductions nearly of a kind with a rule."""
    evidence, items = tables.get("evidence"), tables.get("off_invoice")
    if evidence is not None:
        codes = engagement.pyramid.evidence_codes
        yield from _strange("evidence", "code", evidence, [*codes.hard, *codes.soft, LETTER])
    if items is not None:
        alike = items.loc[[_is_near(one, ONE_OWNER) for one in items["kind"]]]
        yield from _strange("off_invoice", "kind", alike, ONE_OWNER, _("taken as another kind"))


def _strange(
    table: str, column: str, rows: pd.DataFrame, known: Iterable[str], becomes: str = ""
) -> Iterator[str]:
    """Yield the words of a column that no rule knows, with their rows and the nearest known one."""
    names = list(known)
    counts = rows[column].dropna().value_counts()
    template = _("{table}, {column}: {word} ({n}{becomes}{near})")
    for word in sorted(set(counts.index) - set(names)):
        yield template.format(
            table=table_label(table),
            column=column_label(column).lower(),
            word=_quoted(word),
            n=ngettext("{n} row", "{n} rows", int(counts[word])).format(
                n=number(int(counts[word]))
            ),
            becomes=f", {becomes}" if becomes else "",
            near=_near(word, names),
        )


# ------------------------------------------------------------------------------- of the settings
def _conditions(attributes: Mapping[str, Attribute], engagement: "Engagement") -> Iterator[str]:
    """Yield values that a time equation asks for and no line has."""
    template = _("{name}: {value} in time_equations (the lines have {values}{near})")
    for name, wanted in _asked_for(engagement).items():
        there = attributes.get(name)
        for value in dict.fromkeys(wanted):
            if there is None or isinstance(value, bool) or str(value) in there.found:
                continue
            yield template.format(
                name=name,
                value=value,
                values=listed(there.frequent) or _("nothing"),
                near=_near(str(value), there.frequent),
            )


def _refuse_yes_or_no_of_words(
    attributes: Mapping[str, Attribute], engagement: "Engagement"
) -> None:
    """Raise ParameterError if an equation asks whether an attribute is true that holds words."""
    for name, wanted in _asked_for(engagement).items():
        there = attributes.get(name)
        if there and not there.yes_or_no and any(isinstance(value, bool) for value in wanted):
            word = there.frequent[0] if there.frequent else "yes"
            raise ParameterError(
                f"profitability.time_equations asks whether {name} is true or false, and on the "
                f"lines it is a word ({listed(there.frequent) or 'empty'}). Write the word that is "
                f"meant, in quotes, such as when: {{{name}: '{word}'}}."
            )


def _of_customers(tables: Tables, engagement: "Engagement") -> Iterator[str]:
    """Yield segments that settings name and the table of customers does not have."""
    customers = tables["customers"]
    if "industry_segment" in customers:
        there = sorted(customers["industry_segment"].dropna().unique())
        named = [one for one in engagement.staying.relation if one not in (*there, "default")]
        for name in named:
            yield _("{name} in staying.relation{near}").format(name=name, near=_near(name, there))


def _unread(judged: Sequence[Validated], engagement: "Engagement") -> Iterator[str]:
    """Yield what is mapped and read by nothing: columns of lines, and words of absent columns."""
    names, asked = CONTRACT["invoice_lines"].names, _asked_for(engagement)
    for name, theirs in engagement.inputs["invoice_lines"].columns.items():
        if name not in (*names, *asked):
            template = _("{table}: {name} ({theirs}){near}")
            meant = meant_by(name, names, "invoice_lines")
            yield template.format(
                table=table_label("invoice_lines"),
                name=name,
                theirs=theirs,
                near=_(", did you mean {word}?").format(word=meant) if meant else "",
            )
    for one in judged:
        for name in engagement.inputs[one.name].values:
            if one.raw.rows and name not in one.raw.names:
                template = _("{table}: values of {name}, a column that is not there")
                yield template.format(table=table_label(one.name), name=name)


# ------------------------------------------------------------------------------- likeness
def _nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Return the known word that is most alike, whatever its case, accents and signs; empty if none."""
    names = {plain(name): name for name in known}
    near = difflib.get_close_matches(plain(word), [name for name in names if name], 1, cutoff)
    return names[near[0]] if near else ""


def _is_near(word: object, known: Iterable[str]) -> bool:
    """Tell whether a word may be meant as a known one."""
    return isinstance(word, str) and bool(_nearest(word, known, NEAR))


def _near(word: str, known: Iterable[str | None]) -> str:
    """Offer the nearest known word."""
    near = _nearest(word, [one for one in known if one])
    return _(", did you mean {word}?").format(word=_quoted(near)) if near else ""


def _quoted(word: str) -> str:
    return f"'{word}'"
