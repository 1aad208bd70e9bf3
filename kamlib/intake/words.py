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
from kamlib.core.outcomes import FLAG, PASS, Outcome, outcome_of
from kamlib.core.tables import Tables
from kamlib.core.vocabulary import column_label, table_label
from kamlib.intake.small import US, Seen
from kamlib.intake.validate import Validated

if TYPE_CHECKING:
    from kamlib.settings import Engagement

ONE_OWNER = ("bad_debt", "freight", "payment_terms")  # kinds of deductions that have a rule
TRUST = "trust"
FREQUENT, NEAR = 5, 0.8


class Attribute(NamedTuple):
    """Values of an attribute of orders: those that equations ask for and that are there; frequent ones."""

    found: set[str]
    frequent: list[str]
    yes_or_no: bool


def attribute_values(documents: ir.Table, engagement: "Engagement") -> dict[str, Attribute]:
    """Return of each attribute that time equations ask for which of their values documents have."""
    asked = {n: each for n, each in _asked_for(engagement).items() if n in documents.columns}
    counted = [_counted(documents, name, wanted) for name, wanted in asked.items()]
    rows = ibis.union(*counted, distinct=False).to_pyarrow().to_pylist() if counted else []
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


def words_outcomes(
    seen: Mapping[str, Seen],
    tables: Tables,
    attributes: Mapping[str, Attribute],
    validated: Sequence[Validated],
    engagement: "Engagement",
) -> list[Outcome]:
    """Say which words of the input no rule knows, and which settings match nothing or are not read."""
    _refuse_yes_or_no_of_words(attributes, engagement)
    unknown = [
        *_drivers(seen, tables, engagement),
        *_strange_words(tables, engagement),
        *_never_us(tables.get("ratings_theirs")),
    ]
    idle = [*_conditions(attributes, engagement), *_of_customers(tables, engagement)]
    unread = list(_unread(validated, engagement))
    others = (("idle_settings", idle), ("unread_columns", unread))
    return [
        outcome_of("unknown_words", FLAG if unknown else PASS, what="; ".join(unknown)),
        *(outcome_of(rule, FLAG, what="; ".join(what)) for rule, what in others if what),
    ]


# ------------------------------------------------------------------------------- of the input
def _drivers(seen: Mapping[str, Seen], tables: Tables, engagement: "Engagement") -> Iterator[str]:
    """Yield drivers that no time equation counts, and those that were taken for one."""
    equations = engagement.profitability.time_equations
    drivers = tables.get("drivers")
    if drivers is None or not equations:
        return
    template = _("driver '{word}', counted as '{known}'")
    for word, known in seen["drivers"].spelled.items():
        yield template.format(word=word, known=known)
    counted = {each.driver for each in equations if each.driver}
    volume = drivers["volume"].astype("float64").groupby(drivers["driver"]).sum()
    template = _("driver '{word}', which no time equation counts (volume {volume}{near})")
    for word in sorted(set(volume.index) - counted):
        near = _near(word, counted)
        yield template.format(word=word, volume=number(float(volume[word])), near=near)


def _strange_words(tables: Tables, engagement: "Engagement") -> Iterator[str]:
    """Yield words that no rule knows; where any word may stand, those that are nearly a known one."""
    codes = engagement.pyramid.evidence_codes
    free = (("ratings_theirs", "criterion"), ("off_invoice", "kind"))
    asked: tuple[tuple[str, str, Iterable[str], str], ...] = (
        ("ratings_ours", "criterion", engagement.side_a.criteria, ""),
        ("ratings_ours", "source", SOURCES, _(", taken as our guess")),
        ("ratings_theirs", "criterion", [TRUST], _(", taken as another")),
        ("evidence", "code", [*codes.hard, *codes.soft, LETTER], ""),
        ("off_invoice", "kind", ONE_OWNER, _(", taken as another kind")),
    )
    template = _("{table}, {column}: '{word}' ({n}{becomes}{near})")
    for table, column, known, becomes in asked:
        if table not in tables:
            continue
        counts = tables[table][column].dropna().value_counts()
        for word in sorted(set(counts.index) - set(known)):
            if (table, column) in free and not _nearest(word, known, NEAR):
                continue
            times = int(counts[word])
            yield template.format(
                table=table_label(table),
                column=column_label(column).lower(),
                word=word,
                n=ngettext("{n} row", "{n} rows", times).format(n=number(times)),
                becomes=becomes,
                near=_near(word, known),
            )


def _never_us(theirs: pd.DataFrame | None) -> Iterator[str]:
    """Yield how many parties rate suppliers and never us: one of them may be our name."""
    if theirs is None:
        return
    asked = set(theirs.loc[theirs["supplier"] == US, "party_id"])
    alone = theirs[~theirs["party_id"].isin(asked)]
    if n := int(alone["party_id"].nunique()):
        template = ngettext(
            "{n} party that rates suppliers ({who}) and never '{us}'",
            "{n} who rate suppliers ({who}) and never '{us}'",
            n,
        )
        who = listed(sorted(alone["supplier"].unique()), most=3)
        yield template.format(n=number(n), who=who, us=US)


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


def _unread(validated: Sequence[Validated], engagement: "Engagement") -> Iterator[str]:
    """Yield what is mapped and read by nothing: columns of lines, and words of absent columns."""
    names, asked = CONTRACT["invoice_lines"].names, _asked_for(engagement)
    for name, theirs in engagement.inputs["invoice_lines"].columns.items():
        if name not in (*names, *asked):
            where, table = _("{table}: {name} ({theirs})"), table_label("invoice_lines")
            meant = meant_by(name, names, "invoice_lines")
            near = _(", did you mean {word}?").format(word=meant) if meant else ""
            yield where.format(table=table, name=name, theirs=theirs) + near
    for one in validated:
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


def _near(word: str, known: Iterable[str | None]) -> str:
    """Offer the nearest known word."""
    near = _nearest(word, [one for one in known if one])
    return _(", did you mean '{word}'?").format(word=near) if near else ""
