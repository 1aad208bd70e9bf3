"""Data prep in one call: the engagement's inputs in, tables that keep the contract out.

Everything is read as text and converted by declared rules. What cannot be read is set aside with
file, line and reason, and the ledger shows that nothing was lost on the way.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from kamlib.core.contract import CONTRACT
from kamlib.core.errors import listed
from kamlib.core.outcomes import Balance, Outcome
from kamlib.core.tables import Tables
from kamlib.intake import findings, ledger
from kamlib.intake import lines as line_work
from kamlib.intake.corrections import kinds_of_documents, placed_in, seen_of_documents
from kamlib.intake.currency import currency_outcomes, in_reporting_currency
from kamlib.intake.customers import (
    customer_tables,
    identity_outcomes,
    missing_customers,
    prospects_only,
)
from kamlib.intake.documents import counted, documents_of, typed_lines
from kamlib.intake.engines import asked
from kamlib.intake.findings import reach_outcomes
from kamlib.intake.identity import Identities, identities_of, names_of_lines
from kamlib.intake.lines import customer_groups, customer_products
from kamlib.intake.orders import begins_late, deliveries, orders, seen_of_orders, sold_by_order
from kamlib.intake.quarantine import (
    SetAside,
    Tally,
    all_set_aside,
    enough_outcome,
    lines_set_aside,
    money_read,
    refuse_without_customers,
    refuse_without_lines,
    refuse_without_rows,
    rows_set_aside_outcome,
)
from kamlib.intake.repeats import identical, lines_without_repeats
from kamlib.intake.small import (
    Small,
    master_table,
    party_table,
    periods_without_deductions,
    small_outcomes,
)
from kamlib.intake.spelling import in_one_spelling
from kamlib.intake.validate import Validated
from kamlib.intake.words import Attribute, attribute_values, words_outcomes
from kamlib.intake.workspace import Answer, Workspace, workspace

if TYPE_CHECKING:
    from kamlib.settings import Engagement


STAGE = "data_prep"
MASTERS = ("identity", "customers", "prospects", "products", "fx_rates")
COVERAGE = ("table", "files", "rows", "set_aside", "first", "last")


class Read(NamedTuple):
    """What was read, while the engine is open."""

    lines: Validated
    told: ir.Table
    worked: ir.Table
    apart: SetAside
    units: ir.Table | None
    small: dict[str, Small]
    who: Identities
    converted: pd.DataFrame


class Taken(NamedTuple):
    """What was taken out of the engine; of what was read, only what needs no engine may be asked."""

    read: Read
    tables: Tables
    judged: list[Validated]
    tallies: dict[str, Tally]
    facts: dict[str, Any]
    money: pd.DataFrame
    activity: pd.DataFrame
    missing: pd.DataFrame | None
    attributes: dict[str, Attribute]


def taken_out(work: Workspace, period: str, read_: Read) -> Taken:
    """Take tables and facts out of the engine."""
    lines, worked, small = read_.lines, read_.worked, read_.small
    judged_ = [lines, *(table.validated for table in small.values())]
    judged_.sort(key=lambda table: list(CONTRACT).index(table.name))
    apart = {lines.name: read_.apart, **{name: one.apart for name, one in small.items()}}
    activity = line_work.site_revenue(worked, work.engagement.period(period))
    sold, placed = sold_by_order(worked, work), placed_in(worked, work)
    missing = missing_customers(read_.apart, activity, read_.who)
    span = work.engagement.previous(period) or work.engagement.period(period)
    tables = _tables(work, activity, missing, (sold, placed), read_)
    tables.hold({"quarantine": all_set_aside(judged_, apart, work.engagement)})
    tally, has = read_.apart.tally, set(lines.raw.names)
    may_be_cut = "order_date" not in has and begins_late(tally.first, span.start)
    facts = {
        "first": tally.first,
        "last": tally.last,
        **counted(read_.told),
        **identical(work, lines),
        **seen_of_documents(worked, placed, linked="corrects_invoice_id" in has),
        **seen_of_orders(sold, may_be_cut=may_be_cut),
    }
    return Taken(
        read_,
        tables,
        judged_,
        {name: one.tally for name, one in apart.items()},
        facts,
        money_read(facts, read_.apart),
        activity,
        missing if "customers" in small else None,
        attribute_values(worked, work.engagement),
    )


def _tables(
    work: Workspace,
    activity: pd.DataFrame,
    missing: pd.DataFrame,
    found: tuple[ir.Table, ir.Table],
    read_: Read,
) -> Tables:
    """Return the tables that data prep hands over, all but the quarantine."""
    lines, worked, small, who = read_.lines, read_.worked, read_.small, read_.who
    names = names_of_lines(worked) if "name" in lines.raw.names else None
    given = {name: table.frame for name, table in small.items() if name != "customers"}
    people = customer_tables(
        who,
        activity,
        names,
        missing=missing,
        prospects=given.get("prospects"),
        engagement=work.engagement,
    )
    if "prospects" in given:
        given["prospects"] = prospects_only(given["prospects"], people["customers"], who)
    tables = Tables(STAGE)
    tables.hold(people)
    for name, answer in _of_many_rows(work, *found, read_).items():
        tables.lay_down(name, answer.parts())
    tables.hold({"documents": kinds_of_documents(worked), **given})
    return tables


def _of_many_rows(
    work: Workspace, sold: ir.Table, placed: ir.Table, read_: Read
) -> dict[str, Answer]:
    """Return the tables that grow with the lines."""
    lines, worked = read_.lines, read_.worked
    begin = read_.apart.tally.first
    assert begin is not None  # without a line that is used, the input is refused
    found = {
        "customer_months": line_work.customer_months(worked, lines, work, read_.units),
        "orders": orders(sold, lines, work, read_.who, begin=begin),
        "corrections": line_work.corrections(worked, work),
        "timing": line_work.timing(worked, placed, work),
        **deliveries(worked, lines, work),
    }
    if "product_id" in lines.raw.names:
        found["customer_products"] = customer_products(work, read_.told, read_.units)
        goods = read_.small["products"].frame if "products" in read_.small else None
        if goods is not None and "product_group" in goods:
            found["customer_groups"] = customer_groups(work, read_.told, goods, read_.units)
    return found


@dataclass(frozen=True)
class Intake:
    """What data prep hands over: tables, the ledger's lines, outcomes, and what was read.

    `coverage` has one row per input table: ``table, files, rows, set_aside, first, last``, the
    dates being those of the rows that are used.
    """

    tables: Tables
    balances: list[Balance]
    outcomes: list[Outcome]
    coverage: pd.DataFrame


def read_inputs(engagement: "Engagement", period: str) -> Intake:
    """Read an engagement's inputs into tables that keep the contract, and a quarantine.

    To ``customers, customer_ids, customer_months, orders, corrections, documents, timing,``
    ``identity_pairs, quarantine``,
    ``customer_products`` where lines name products, ``name_variants`` where they name customers and
    nothing else does, and the small tables given.

    Parameters
    ----------
    engagement : Engagement
    period : str, the report period

    Returns
    -------
    Intake

    Raises
    ------
    DataError
        A file cannot be read as declared, or no invoice line can be used.
    ParameterError
        The period is not known, or a dialect's date format cannot be read.
    """
    engagement.period(period)
    with workspace(engagement) as work, asked(engagement, "invoice_lines"):
        masters = {n: master_table(work, n) for n in MASTERS if n in engagement.inputs}
        who = identities_of(masters, unit=engagement.unit, identity=engagement.identity)
        units, known = _for_the_engine(work, who, masters)
        lines = lines_without_repeats(work, known=known)
        refuse_without_rows(lines)
        rates = masters["fx_rates"].frame if "fx_rates" in masters else None
        lines, converted = in_reporting_currency(work, lines, rates)
        told = typed_lines(work, lines)
        worked = documents_of(work, lines, told, units)
        apart = lines_set_aside(work, lines, worked, known)
        refuse_without_lines(lines, apart)
        if "customer" not in known:
            ids = worked.select("customer_id").distinct().to_pyarrow()["customer_id"]
            known = _known(work, {*ids.to_pylist(), *who.customers}, who)
        small = masters | {
            name: party_table(work, name, known=known, units=who.units)
            for name in CONTRACT
            if name in engagement.inputs and name not in (*MASTERS, "invoice_lines")
        }
        read_ = Read(lines, told, worked, apart, units, small, who, converted)
        taken = taken_out(work, period, read_)
    return _handed_over(engagement, period, taken)


def _handed_over(engagement: "Engagement", period: str, taken: Taken) -> Intake:
    """Draw up balances and outcomes of what was taken out of the engine, which is closed by now."""
    tables, facts, currency = taken.tables, taken.facts, engagement.currency
    months, customers = tables["customer_months"], tables["customers"]
    span, small = engagement.period(period), taken.read.small
    sites = len(small["customers"].frame) if "customers" in small else 0
    refuse_without_customers(customers, months)
    coverage = _coverage(taken.judged, taken.tallies)
    tied, tie_outcomes = _ledger_lines(engagement, period, months, tables)
    balances = [
        *_rows(taken, tables["quarantine"], lines=int(months["lines"].sum())),
        ledger.money_balance(taken.money, months, taken.read.converted, currency=currency),
        *tied,
    ]
    outcomes = [
        rows_set_aside_outcome(taken.money, coverage, currency=currency),
        enough_outcome(taken.money, coverage, tables, engagement=engagement, span=span),
        findings.how_read_outcome(taken.judged),
        *reach_outcomes(
            facts["first"],
            facts["last"],
            months=months,
            customers=customers,
            span=span,
            currency=currency,
        ),
        findings.customers_outcome(engagement, customers, sites=sites),
        *findings.count_outcomes(facts, mapped=taken.read.lines.raw.names, currency=currency),
        *_of_customers_and_words(engagement, period, taken),
        *currency_outcomes(taken.read.converted, engagement),
        *tie_outcomes,
        *findings.table_outcomes(engagement, coverage),
    ]
    return Intake(tables, balances, outcomes, coverage)


def _of_customers_and_words(engagement: "Engagement", period: str, taken: Taken) -> list[Outcome]:
    """Say who is one customer, and what of the small tables and of words that decide is amiss."""
    tables, small = taken.tables, taken.read.small
    seen = {name: table.seen for name, table in small.items()}
    return [
        *identity_outcomes(
            tables,
            taken.read.who,
            taken.activity,
            small["prospects"].frame if "prospects" in small else None,
            missing=taken.missing,
            engagement=engagement,
            period=period,
        ),
        *small_outcomes(seen, tables, currency=engagement.currency),
        *periods_without_deductions(tables, engagement.periods.values()),
        *words_outcomes(seen, tables, taken.attributes, taken.judged, engagement),
    ]


def _for_the_engine(
    work: Workspace, who: Identities, masters: dict[str, Small]
) -> tuple[ir.Table | None, dict[str, ir.Table]]:
    """Return which unit each id belongs to, and which ids are known, as tables for the engine.

    No table of units where every id is its own, and no known ids where any on a line is a customer.
    """
    of_each = who.units
    above = {one: unit for one, unit in of_each.items() if one != unit}
    units = None
    if above:
        units = _in_engine(work, "units", known_id=list(above), unit=list(above.values()))
    own = work.engagement.identity
    if "customers" not in masters or own.missing_customers == "keep":
        return units, {}
    named = in_one_spelling([*own.intercompany, *own.collective], own).values()
    return units, _known(work, {*who.customers, *named}, who)


def _known(work: Workspace, ids: set[str], who: Identities) -> dict[str, ir.Table]:
    return {
        "customer": _in_engine(work, "known_customers", known_id=sorted(ids)),
        "party": _in_engine(
            work, "known_parties", known_id=sorted({*ids, *who.prospects, *who.units})
        ),
    }


def _in_engine(work: Workspace, table: str, **columns: list[str]) -> ir.Table:
    rows = pa.table({name: pa.array(column, pa.string()) for name, column in columns.items()})
    return work.con.create_table(table, rows, overwrite=True)


def _rows(taken: Taken, quarantine: pd.DataFrame, *, lines: int) -> list[Balance]:
    """Return the balance of rows of each input table; of lines, those that reached a month."""
    used = {name: tally.used for name, tally in taken.tallies.items()} | {"invoice_lines": lines}
    return [
        ledger.rows_balance(one, quarantine[quarantine["table"] == one.name], used[one.name])
        for one in taken.judged
    ]


def _coverage(tables: list[Validated], tallies: dict[str, Tally]) -> pd.DataFrame:
    """Return one row per input table: what was read, set aside, and from when to when."""
    rows = [
        (one.name, listed(one.raw.files, most=3), one.raw.rows, *tallies[one.name][1:4])
        for one in tables
    ]
    frame = pd.DataFrame(rows, columns=list(COVERAGE))
    dates = {name: pd.to_datetime(frame[name]).astype("datetime64[us]") for name in COVERAGE[4:]}
    return frame.assign(**dates)


def _ledger_lines(
    engagement: "Engagement", period: str, months: pd.DataFrame, tables: Tables
) -> tuple[list[Balance], list[Outcome]]:
    """Tie the report period, and the one before it where the ledger has it, to the ledger."""
    before = engagement.previous(period)
    names = [period, *([before.name] if before else [])]
    tied = [
        ledger.ledger_of_revenue(
            name,
            months=months,
            customers=tables["customers"],
            quarantine=tables["quarantine"],
            gl_totals=tables.get("gl_totals"),
            engagement=engagement,
        )
        for name in names
    ]
    balances = [balance for balance, _ in tied if balance is not None]
    outcomes = [
        found._replace(rule="ledger_before") if place else found
        for place, (balance, found) in enumerate(tied)
        if balance is not None or place == 0
    ]
    gl_totals, currency = tables.get("gl_totals"), engagement.currency
    outcomes += ledger.ledger_lines_outcome(gl_totals, names, currency=currency)
    return balances, outcomes + ledger.items_outcome(gl_totals, engagement, names)
