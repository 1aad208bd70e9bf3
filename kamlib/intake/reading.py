"""Data prep in one call: the engagement's inputs in, tables that keep the contract out.

Everything is read as text and converted by declared rules. What cannot be read is set aside with
file, line and reason, and the ledger shows that nothing was lost on the way.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from kamlib.errors import DataError, listed
from kamlib.intake import findings, ledger
from kamlib.intake import lines as line_work
from kamlib.intake.aside import Aside, aside_of, aside_of_lines, money_read, quarantine
from kamlib.intake.booked import booked, counted, lines_told
from kamlib.intake.contract import CONTRACT
from kamlib.intake.coverage import reach_verdicts
from kamlib.intake.currency import currency_verdicts, in_reporting_currency
from kamlib.intake.customers import customer_tables, identity_verdicts
from kamlib.intake.databases import asked
from kamlib.intake.deliveries import deliveries
from kamlib.intake.desk import Desk, desk, fetched
from kamlib.intake.documents import document_verdicts, seen_of_documents, without_repeats
from kamlib.intake.identity import Who, names_of_lines, who_is_who
from kamlib.intake.judging import Judged, judged
from kamlib.intake.products import customer_products
from kamlib.intake.repeated import identical
from kamlib.intake.small import Small, master_table, party_table
from kamlib.verdicts import Balance, Verdict

if TYPE_CHECKING:
    from kamlib.engagement import Engagement

MASTERS = ("identity", "customers", "prospects", "products", "fx_rates")
COVERAGE = ("table", "files", "rows", "set_aside", "first", "last")


@dataclass(frozen=True)
class Intake:
    """What data prep hands over: tables, the ledger's lines, verdicts, and what was read.

    `coverage` has one row per input table: ``table, files, rows, set_aside, first, last``, the
    dates being those of the rows that are used.
    """

    tables: dict[str, pd.DataFrame]
    balances: list[Balance]
    verdicts: list[Verdict]
    coverage: pd.DataFrame


def read_inputs(engagement: "Engagement", period: str) -> Intake:
    """Read an engagement's inputs into tables that keep the contract, and a quarantine.

    To ``customers, customer_months, orders, corrections, timing, identity_pairs, quarantine``,
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
    with desk(engagement) as work, asked(engagement, "invoice_lines"):
        masters = {n: master_table(work, n) for n in MASTERS if n in engagement.inputs}
        who = who_is_who(masters, unit=engagement.unit)
        units, known = _for_the_engine(work, who, masters)
        lines = without_repeats(work, judged(work, "invoice_lines", known=known))
        _refuse_without_rows(lines)
        rates = masters["fx_rates"].frame if "fx_rates" in masters else None
        lines, converted = in_reporting_currency(work, lines, rates)
        told = lines_told(work, lines)
        worked = booked(work, lines, told, units)
        aside = aside_of_lines(work, lines, worked)
        _refuse_without_lines(lines, aside)
        if "customers" not in masters:
            known = _known_from_lines(work, worked, masters)
        small = masters | {
            name: party_table(work, name, known=known, units=units)
            for name in CONTRACT
            if name in engagement.inputs and name not in (*MASTERS, "invoice_lines")
        }
        read_ = Read(lines, told, worked, aside, units, small, who, converted)
        return _handed_over(work, period, read_)


class Read(NamedTuple):
    """What was read, while the engine is open."""

    lines: Judged
    told: ir.Table
    worked: ir.Table
    aside: Aside
    units: ir.Table
    small: dict[str, Small]
    who: Who
    converted: pd.DataFrame


def _handed_over(work: Desk, period: str, read_: Read) -> Intake:
    """Draw up tables, balances and verdicts while the engine is open."""
    lines, worked, small, converted = read_.lines, read_.worked, read_.small, read_.converted
    engagement, currency = work.engagement, work.engagement.currency
    judged_ = _in_order([lines, *(table.judged for table in small.values())])
    apart = {one.name: read_.aside if one is lines else aside_of(one) for one in judged_}
    coverage = _coverage(judged_, apart)
    tables = _tables(work, read_)
    tables["quarantine"] = _all_set_aside(judged_, apart)
    months = tables["customer_months"]
    of_all = counted(lines, read_.told)
    facts = line_work.seen_on(worked, of_all, identical(work, lines))
    read = money_read(worked, of_all, read_.aside)
    tied, tie_verdicts = _ledger_lines(engagement, period, tables)
    balances = [
        *_rows(judged_, apart, tables),
        ledger.money_balance(read, months, converted, currency=currency),
        *tied,
    ]
    sites = len(small["customers"].frame) if "customers" in small else 0
    verdicts = [
        findings.set_aside_verdict(read, coverage, currency=currency),
        findings.how_read_verdict(judged_),
        findings.coverage_verdict(months, facts, span=engagement.period(period)),
        *reach_verdicts(
            facts.first, facts.last, months=months, customers=tables["customers"],
            span=engagement.period(period), currency=currency,
        ),
        findings.customers_verdict(engagement, tables["customers"], sites=sites),
        *findings.line_verdicts(facts, mapped=lines.raw.names, currency=currency),
        *document_verdicts(seen_of_documents(worked, lines, of_all), currency=currency),
        *identity_verdicts(tables["identity_pairs"], currency=currency),
        *currency_verdicts(converted, engagement),
        *tie_verdicts,
        *findings.table_verdicts(engagement, coverage),
    ]  # fmt: skip
    return Intake(tables, balances, verdicts, coverage)


def _tables(work: Desk, read_: Read) -> dict[str, pd.DataFrame]:
    """Return the tables that data prep hands over, all but the quarantine."""
    lines, worked, small, who = read_.lines, read_.worked, read_.small, read_.who
    activity = line_work.site_revenue(worked)
    names = names_of_lines(worked) if "name" in lines.raw.names else None
    return {
        **customer_tables(who, activity, names, engagement=work.engagement),
        "customer_months": line_work.customer_months(worked, lines, work),
        "orders": line_work.orders(worked, lines, work),
        "corrections": line_work.corrections(worked, work),
        "timing": line_work.timing(worked, work),
        **_products(work, read_),
        **deliveries(worked, lines, work),
        **{name: table.frame for name, table in small.items() if name != "customers"},
    }


def _products(work: Desk, read_: Read) -> dict[str, pd.DataFrame]:
    """Return what each customer bought of each product, where lines name products."""
    if "product_id" not in read_.lines.raw.names:
        return {}
    return {"customer_products": customer_products(work, read_.told, read_.units)}


def _in_order(tables: list[Judged]) -> list[Judged]:
    """Return tables in the order of the contract."""
    return sorted(tables, key=lambda table: list(CONTRACT).index(table.name))


def _for_the_engine(
    work: Desk, who: Who, masters: dict[str, Small]
) -> tuple[ir.Table, dict[str, ir.Table]]:
    """Return which unit each id belongs to, and which ids are known, as tables for the engine."""
    of_each = who.units
    units = _in_engine(work, "units", known_id=list(of_each), unit=list(of_each.values()))
    if "customers" not in masters:
        return units, {}
    identity = work.engagement.identity
    return units, _known(work, {*of_each, *identity.intercompany, *identity.collective}, masters)


def _known_from_lines(
    work: Desk, worked: ir.Table, masters: dict[str, Small]
) -> dict[str, ir.Table]:
    """Return which ids are known where the lines alone say who is a customer."""
    ids = worked.select("customer_id").distinct().to_pyarrow()["customer_id"].to_pylist()
    return _known(work, set(ids), masters)


def _known(work: Desk, ids: set[str], masters: dict[str, Small]) -> dict[str, ir.Table]:
    """Return the known customers and the known parties as tables for the engine."""
    prospects = set(masters["prospects"].frame["prospect_id"]) if "prospects" in masters else set()
    return {
        "customer": _in_engine(work, "known_customers", known_id=sorted(ids)),
        "party": _in_engine(work, "known_parties", known_id=sorted({*ids, *prospects})),
    }


def _in_engine(work: Desk, table: str, **columns: list[str]) -> ir.Table:
    """Keep columns of text as a table of the engine."""
    rows = pa.table({name: pa.array(column, pa.string()) for name, column in columns.items()})
    return work.con.create_table(table, rows, overwrite=True)


def _refuse_without_rows(lines: Judged) -> None:
    """Raise DataError if there is no invoice line at all."""
    files = listed(lines.raw.files)
    if not lines.raw.rows:
        what = "has a head only" if lines.raw.names else "is empty, without even a head"
        raise DataError(
            f"{files} has no invoice line: it {what}. "
            f"Export the lines again, or name another file under inputs.invoice_lines."
        )


def _refuse_without_lines(lines: Judged, aside: Aside) -> None:
    """Raise DataError if no invoice line can be used, with the reasons."""
    files = listed(lines.raw.files)
    if aside.tally.used:
        return
    why = aside.rows.group_by(["column", "reason"]).aggregate(n=aside.rows.count())
    found = fetched(why.order_by([ibis.desc("n"), "column", "reason"]))
    reasons = listed(f"{row.n} × {row[1]} {row[2]}" for row in found.itertuples())
    raise DataError(
        f"none of the {lines.raw.rows} invoice lines of {files} can be used ({reasons}). "
        f"Look at the dialect and the columns of inputs.invoice_lines in engagement.yaml."
    )


def _all_set_aside(tables: list[Judged], apart: dict[str, Aside]) -> pd.DataFrame:
    """Return the rows set aside of all tables; where nothing was, of the lines, for the columns."""
    broken = [one for one in tables if apart[one.name].tally.set_aside] or tables[:1]
    frames = [quarantine(one.name, apart[one.name].rows, one.raw.files) for one in broken]
    return pd.concat(frames, ignore_index=True)


def _rows(
    judged_: list[Judged], apart: dict[str, Aside], tables: dict[str, pd.DataFrame]
) -> list[Balance]:
    """Return the balance of rows of each input table; of lines, those that reached a month."""
    aside = tables["quarantine"]
    used = {name: one.tally.used for name, one in apart.items()}
    used["invoice_lines"] = int(tables["customer_months"]["lines"].sum())
    return [
        ledger.rows_balance(one, aside[aside["table"] == one.name], used[one.name])
        for one in judged_
    ]


def _coverage(tables: list[Judged], apart: dict[str, Aside]) -> pd.DataFrame:
    """Return one row per input table: what was read, set aside, and from when to when."""
    rows = [
        (one.name, listed(one.raw.files, most=3), one.raw.rows, *apart[one.name].tally[1:])
        for one in tables
    ]
    frame = pd.DataFrame(rows, columns=list(COVERAGE))
    dates = {name: pd.to_datetime(frame[name]).astype("datetime64[us]") for name in COVERAGE[4:]}
    return frame.assign(**dates)


def _ledger_lines(
    engagement: "Engagement", period: str, tables: dict[str, pd.DataFrame]
) -> tuple[list[Balance], list[Verdict]]:
    """Tie the report period, and the one before it where the ledger has it, to the ledger."""
    before = engagement.previous(period)
    names = [period, *([before.name] if before else [])]
    tied = [
        ledger.ledger_of_revenue(
            name,
            months=tables["customer_months"],
            customers=tables["customers"],
            quarantine=tables["quarantine"],
            gl_totals=tables.get("gl_totals"),
            engagement=engagement,
        )
        for name in names
    ]
    balances = [balance for balance, _ in tied if balance is not None]
    verdicts = [
        verdict
        for place, (balance, verdict) in enumerate(tied)
        if balance is not None or place == 0
    ]
    return balances, verdicts
