"""What data prep takes out of the engine: tables, and what verdicts and balances speak of.

Tables of many rows go straight from the engine into files, so many rows at once; what is small comes
to pandas. Afterwards the engine is not needed any more.
"""

from typing import NamedTuple

import ibis.expr.types as ir
import pandas as pd

from kamlib.core.contract import CONTRACT
from kamlib.core.tables import Tables
from kamlib.intake import lines as line_work
from kamlib.intake.corrected import placed_in
from kamlib.intake.customers import customer_tables, missing_customers, prospects_only
from kamlib.intake.document_facts import DocumentFacts, kinds_of_documents, seen_of_documents
from kamlib.intake.documents import counted
from kamlib.intake.identity import Who, names_of_lines
from kamlib.intake.lines import LineFacts
from kamlib.intake.orders import (
    OrderFacts,
    begins_late,
    deliveries,
    orders,
    seen_of_orders,
    sold_by_order,
)
from kamlib.intake.products import customer_products
from kamlib.intake.quarantine import SetAside, Tally, all_set_aside, money_read
from kamlib.intake.repeated import identical
from kamlib.intake.small import Seen, Small
from kamlib.intake.validate import Validated
from kamlib.intake.words import Attribute, attribute_values
from kamlib.intake.workspace import Answer, Workspace

STAGE = "data_prep"


class Read(NamedTuple):
    """What was read, while the engine is open."""

    lines: Validated
    told: ir.Table
    worked: ir.Table
    apart: SetAside
    units: ir.Table | None
    small: dict[str, Small]
    who: Who
    converted: pd.DataFrame


class Taken(NamedTuple):
    """What was taken out of the engine; of `judged`, only what needs no engine may be asked."""

    tables: Tables
    judged: list[Validated]
    tallies: dict[str, Tally]
    mapped: list[str]
    facts: LineFacts
    documents: DocumentFacts
    orders: OrderFacts
    money: pd.DataFrame
    converted: pd.DataFrame
    activity: pd.DataFrame
    who: Who
    prospects: pd.DataFrame | None
    sites: int
    seen: dict[str, Seen]
    missing: pd.DataFrame | None
    attributes: dict[str, Attribute]


def taken_out(work: Workspace, period: str, read_: Read) -> Taken:
    """Take tables and facts out of the engine."""
    lines, worked, small = read_.lines, read_.worked, read_.small
    judged_ = _in_order([lines, *(table.validated for table in small.values())])
    apart = {lines.name: read_.apart, **{name: one.apart for name, one in small.items()}}
    activity = line_work.site_revenue(worked, work.engagement.period(period))
    sold, placed = sold_by_order(worked, work), placed_in(worked, work)
    missing = missing_customers(read_.apart, activity, read_.who)
    span = work.engagement.previous(period) or work.engagement.period(period)
    late = begins_late(read_.apart.tally.first, span.start)
    tables = _tables(work, activity, missing, (sold, placed), read_)
    tables.hold({"quarantine": all_set_aside(judged_, apart, work.engagement)})
    of_all = counted(lines, read_.told)
    return Taken(
        tables,
        judged_,
        {name: one.tally for name, one in apart.items()},
        lines.raw.names,
        line_work.seen_on(read_.apart.tally, of_all, identical(work, lines)),
        seen_of_documents(worked, placed, lines, of_all),
        seen_of_orders(sold, lines, late=late),
        money_read(of_all, read_.apart),
        read_.converted,
        activity,
        read_.who,
        prospects=small["prospects"].frame if "prospects" in small else None,
        sites=len(small["customers"].frame) if "customers" in small else 0,
        seen={name: table.seen for name, table in small.items()},
        missing=missing if "customers" in small else None,
        attributes=attribute_values(worked, work.engagement),
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
    people = customer_tables(who, activity, names, missing=missing, engagement=work.engagement)
    given = {name: table.frame for name, table in small.items() if name != "customers"}
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
    return found


def _in_order(tables: list[Validated]) -> list[Validated]:
    """Return tables in the order of the contract."""
    return sorted(tables, key=lambda table: list(CONTRACT).index(table.name))
