"""Data prep in one call: the engagement's inputs in, tables that keep the contract out.

Everything is read as text and converted by declared rules. What cannot be read is set aside with
file, line and reason, and the ledger shows that nothing was lost on the way.
"""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from kamlib.core.contract import CONTRACT
from kamlib.core.errors import listed
from kamlib.core.outcomes import Balance, Outcome
from kamlib.core.tables import Tables
from kamlib.intake import findings, ledger
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
from kamlib.intake.identity import Identities, identities_of, names_of_lines
from kamlib.intake.lines import (
    corrections,
    customer_groups,
    customer_months,
    customer_products,
    site_revenue,
    timing,
)
from kamlib.intake.orders import begins_late, deliveries, orders, seen_of_orders, sold_by_order
from kamlib.intake.quarantine import (
    SetAside,
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
    """What was read, while the engine is open: of all tables, the rows validated and set aside."""

    lines: Validated
    typed: ir.Table
    documents: ir.Table
    units: ir.Table | None
    small: dict[str, Small]
    identities: Identities
    converted: pd.DataFrame
    validated: list[Validated]
    set_aside: dict[str, SetAside]

    @property
    def span(self) -> tuple[date, date]:
        """Return the first and the last day of the lines that are used; without one it is refused."""
        tally = self.set_aside["invoice_lines"].tally
        assert tally.first is not None
        assert tally.last is not None
        return tally.first, tally.last

    def frame(self, table: str) -> pd.DataFrame | None:
        return self.small[table].frame if table in self.small else None


class Computed(NamedTuple):
    """What was computed in the engine, as far as outcomes are drawn up from it."""

    tables: Tables
    facts: dict[str, Any]
    money: pd.DataFrame
    activity: pd.DataFrame
    missing: pd.DataFrame
    attributes: dict[str, Attribute]


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
    """Read an engagement's inputs, for a report period, into tables that keep the contract.

    To ``customers, customer_ids, customer_months, orders, corrections, documents, timing,``
    ``identity_pairs, quarantine``, ``customer_products`` where lines name products, ``name_variants``
    where they name customers and nothing else does, and the small tables given.

    Raises
    ------
    DataError
        A file cannot be read as declared, or no invoice line can be used.
    ParameterError
        The period is not known, or a dialect's date format cannot be read.
    """
    engagement.period(period)
    with workspace(engagement) as work, asked(engagement, "invoice_lines"):
        read = _read(work)
        computed = _compute(work, period, read)
    return _handed_over(engagement, period, read, computed)  # when the engine is closed


def _read(work: Workspace) -> Read:
    """Read all input tables: each once, those first that say which ids are known."""
    engagement = work.engagement
    masters = {n: master_table(work, n) for n in MASTERS if n in engagement.inputs}
    identities = identities_of(masters, unit=engagement.unit, identity=engagement.identity)
    units, known = _for_the_engine(work, identities, masters)
    lines = lines_without_repeats(work, known=known)
    refuse_without_rows(lines)
    rates = masters["fx_rates"].frame if "fx_rates" in masters else None
    lines, converted = in_reporting_currency(work, lines, rates)
    typed = typed_lines(work, lines)
    documents = documents_of(work, lines, typed, units)
    set_aside = lines_set_aside(work, lines, documents, known)
    refuse_without_lines(lines, set_aside)
    if "customer" not in known:
        ids = documents.select("customer_id").distinct().to_pyarrow()["customer_id"]
        known = _known(work, {*ids.to_pylist(), *identities.customers}, identities)
    small = masters | {
        name: party_table(work, name, known=known, units=identities.units)
        for name in CONTRACT
        if name in engagement.inputs and name not in (*MASTERS, "invoice_lines")
    }
    every = {name: small[name].validated if name in small else lines for name in engagement.inputs}
    return Read(
        lines,
        typed,
        documents,
        units,
        small,
        identities,
        converted,
        [every[name] for name in CONTRACT if name in every],
        {lines.name: set_aside, **{name: one.apart for name, one in small.items()}},
    )


def _compute(work: Workspace, period: str, read: Read) -> Computed:
    """Take tables and facts out of the engine."""
    lines, documents, apart = read.lines, read.documents, read.set_aside["invoice_lines"]
    activity = site_revenue(documents, work.engagement.period(period))
    sold, placed = sold_by_order(documents, work), placed_in(documents, work)
    missing = missing_customers(apart, activity, read.identities)
    span = work.engagement.previous(period) or work.engagement.period(period)
    tables = _tables(work, activity, missing, sold, placed, read)
    tables.hold({"quarantine": all_set_aside(read.validated, read.set_aside, work.engagement)})
    may_be_cut = "order_date" not in lines.raw.names and begins_late(read.span[0], span.start)
    facts = {
        **counted(read.typed),
        **identical(work, lines),
        **seen_of_documents(documents, placed, linked="corrects_invoice_id" in lines.raw.names),
        **seen_of_orders(sold, may_be_cut=may_be_cut),
    }
    money, attributes = money_read(facts, apart), attribute_values(documents, work.engagement)
    return Computed(tables, facts, money, activity, missing, attributes)


def _tables(
    work: Workspace,
    activity: pd.DataFrame,
    missing: pd.DataFrame,
    sold: ir.Table,
    placed: ir.Table,
    read: Read,
) -> Tables:
    """Return the tables that data prep hands over, all but the quarantine."""
    identities, given = read.identities, {name: each.frame for name, each in read.small.items()}
    given.pop("customers", None)
    people = customer_tables(
        identities,
        activity,
        names_of_lines(read.documents) if "name" in read.lines.raw.names else None,
        missing=missing,
        prospects=given.get("prospects"),
        engagement=work.engagement,
    )
    if "prospects" in given:
        given["prospects"] = prospects_only(given["prospects"], people["customers"], identities)
    tables = Tables(STAGE)
    tables.hold(people)
    for name, answer in _of_many_rows(work, sold, placed, read).items():
        tables.lay_down(name, answer.parts())
    tables.hold({"documents": kinds_of_documents(read.documents), **given})
    return tables


def _of_many_rows(
    work: Workspace, sold: ir.Table, placed: ir.Table, read: Read
) -> dict[str, Answer]:
    """Return the tables that grow with the lines."""
    lines, documents, units = read.lines, read.documents, read.units
    found = {
        "customer_months": customer_months(documents, lines, work, units),
        "orders": orders(sold, lines, work, read.identities, begin=read.span[0]),
        "corrections": corrections(documents, work),
        "timing": timing(documents, placed, work),
        **deliveries(documents, lines, work),
    }
    if "product_id" in lines.raw.names:
        found["customer_products"] = customer_products(work, read.typed, units)
        goods = read.frame("products")
        if goods is not None and "product_group" in goods:
            found["customer_groups"] = customer_groups(work, read.typed, goods, units)
    return found


def _handed_over(engagement: "Engagement", period: str, read: Read, computed: Computed) -> Intake:
    """Draw up balances and outcomes of what was read."""
    tables, currency, small = computed.tables, engagement.currency, read.small
    months, customers, quarantine = (
        tables[n] for n in ("customer_months", "customers", "quarantine")
    )
    span, (first, last) = engagement.period(period), read.span
    refuse_without_customers(customers, months)
    coverage = _coverage(read)
    used = {name: each.tally.used for name, each in read.set_aside.items()}
    used["invoice_lines"] = int(months["lines"].sum())  # those that reached a month
    tied, tie_outcomes = _ledger_lines(engagement, period, months, tables)
    balances = [
        *(ledger.rows_balance(each, quarantine, used[each.name]) for each in read.validated),
        ledger.money_balance(computed.money, months, read.converted, currency=currency),
        *tied,
    ]
    columns, seen = read.lines.raw.names, {name: each.seen for name, each in small.items()}
    missing = computed.missing if "customers" in small else None
    outcomes = [
        rows_set_aside_outcome(computed.money, coverage, quarantine, currency=currency),
        enough_outcome(computed.money, coverage, tables, engagement=engagement, span=span),
        findings.how_read_outcome(read.validated),
        *findings.reach_outcomes(first, last, months, customers, span=span, currency=currency),
        findings.customers_outcome(engagement, customers, sites=len(read.identities.sites)),
        *findings.count_outcomes(computed.facts, last=last, mapped=columns, currency=currency),
        *identity_outcomes(
            tables,
            read.identities,
            computed.activity,
            read.frame("prospects"),
            missing=missing,
            engagement=engagement,
            period=period,
        ),
        *small_outcomes(seen, tables, currency=currency),
        *periods_without_deductions(tables, engagement.periods.values()),
        *words_outcomes(seen, tables, computed.attributes, read.validated, engagement),
        *currency_outcomes(read.converted, engagement),
        *tie_outcomes,
        *findings.table_outcomes(engagement, coverage),
    ]
    return Intake(tables, balances, outcomes, coverage)


def _for_the_engine(
    work: Workspace, identities: Identities, masters: dict[str, Small]
) -> tuple[ir.Table | None, dict[str, ir.Table]]:
    """Return which unit each id belongs to, and which ids are known, as tables for the engine.

    No table of units where every id is its own, and no known ids where any on a line is a customer.
    """
    above = {one: unit for one, unit in identities.units.items() if one != unit}
    units = None
    if above:
        units = _in_engine(work, "units", known_id=list(above), unit=list(above.values()))
    own = work.engagement.identity
    if "customers" not in masters or own.missing_customers == "keep":
        return units, {}
    named = in_one_spelling([*own.intercompany, *own.collective], own).values()
    return units, _known(work, {*identities.customers, *named}, identities)


def _known(work: Workspace, ids: set[str], identities: Identities) -> dict[str, ir.Table]:
    known = {"customer": ids, "party": {*ids, *identities.prospects, *identities.units}}
    return {
        each: _in_engine(work, f"known_{each}", known_id=sorted(of)) for each, of in known.items()
    }


def _in_engine(work: Workspace, table: str, **columns: list[str]) -> ir.Table:
    rows = pa.table({name: pa.array(column, pa.string()) for name, column in columns.items()})
    return work.con.create_table(table, rows, overwrite=True)


def _coverage(read: Read) -> pd.DataFrame:
    """Return one row per input table: what was read, set aside, and from when to when."""
    rows = []
    for each in read.validated:
        tally, files = read.set_aside[each.name].tally, listed(each.raw.files, most=3)
        rows.append((each.name, files, each.raw.rows, tally.set_aside, tally.first, tally.last))
    frame = pd.DataFrame(rows, columns=list(COVERAGE))
    return frame.astype(dict.fromkeys(COVERAGE[4:], "datetime64[us]"))


def _ledger_lines(
    engagement: "Engagement", period: str, months: pd.DataFrame, tables: Tables
) -> tuple[list[Balance], list[Outcome]]:
    """Tie the report period, and the one before it where the ledger has it, to the ledger."""
    before, gl_totals = engagement.previous(period), tables.get("gl_totals")
    names = [period, *([before.name] if before else [])]
    balances, outcomes = list[Balance](), list[Outcome]()
    for name in names:
        balance, outcome = ledger.ledger_of_revenue(
            name,
            months=months,
            customers=tables["customers"],
            quarantine=tables["quarantine"],
            gl_totals=gl_totals,
            engagement=engagement,
        )
        balances += [balance] if balance else []
        if name == period:
            outcomes.append(outcome)
        elif balance:
            outcomes.append(outcome._replace(rule="ledger_before"))
    outcomes += ledger.ledger_lines_outcome(gl_totals, names, currency=engagement.currency)
    return balances, outcomes + ledger.items_outcome(gl_totals, engagement, names)
