"""Data prep in one call: the engagement's inputs in, tables that keep the contract out.

Everything is read as text and converted by declared rules. What cannot be read is set aside with
file, line and reason, and the ledger shows that nothing was lost on the way.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from kamlib.errors import DataError, listed
from kamlib.intake import findings, ledger
from kamlib.intake import lines as line_work
from kamlib.intake.contract import CONTRACT
from kamlib.intake.judging import (
    Desk,
    Judged,
    Tally,
    desk,
    fetched,
    judged,
    kept,
    quarantine,
    tally,
)
from kamlib.intake.small import Small, master_table, no_customers, party_table
from kamlib.intake.units import unit_of_each, unit_table
from kamlib.verdicts import Balance, Verdict

if TYPE_CHECKING:
    from kamlib.engagement import Engagement

MASTERS = ("customers", "prospects", "products")
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

    To ``customers, customer_months, orders, corrections, timing, quarantine``, ``customer_products``
    where lines name products, and the small tables given.

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
    with desk(engagement) as work:
        masters = {n: master_table(work, n) for n in MASTERS if n in engagement.inputs}
        units, known = _who_is_who(work, masters)
        lines = judged(work, "invoice_lines", known=known)
        _refuse_without_lines(lines)
        worked = kept(work, "worked", line_work.worked_out(lines, units))
        if "customers" not in masters:
            known = _known_from_lines(work, worked, masters)
        small = masters | {
            name: party_table(work, name, known=known, units=units)
            for name in CONTRACT
            if name in engagement.inputs and name not in (*MASTERS, "invoice_lines")
        }
        return _handed_over(work, period, lines, worked, small)


def _handed_over(
    work: Desk, period: str, lines: Judged, worked: ir.Table, small: dict[str, Small]
) -> Intake:
    """Draw up tables, balances and verdicts while the engine is open."""
    engagement, currency = work.engagement, work.engagement.currency
    judged_ = _in_order([lines, *(table.judged for table in small.values())])
    tallies = {table.name: tally(table) for table in judged_}
    coverage = _coverage(judged_, tallies)
    tables = _tables(work, lines, worked, small)
    tables["quarantine"] = _all_set_aside(judged_, tallies)
    months = tables["customer_months"]
    facts, read = line_work.seen_on(worked, lines), line_work.money_read(lines)
    tied, tie_verdicts = _ledger_lines(engagement, period, tables)
    balances = [
        *_rows(judged_, tallies, tables),
        ledger.money_balance(read, months, currency=currency),
        *tied,
    ]
    sites = len(small["customers"].frame) if "customers" in small else 0
    verdicts = [
        findings.set_aside_verdict(read, coverage, currency=currency),
        findings.coverage_verdict(months, facts, span=engagement.period(period)),
        findings.customers_verdict(engagement, tables["customers"], sites=sites),
        *findings.line_verdicts(facts, mapped=lines.raw.names, currency=currency),
        *tie_verdicts,
        *findings.table_verdicts(engagement, coverage),
    ]
    return Intake(tables, balances, verdicts, coverage)


def _tables(
    work: Desk, lines: Judged, worked: ir.Table, small: dict[str, Small]
) -> dict[str, pd.DataFrame]:
    """Return the tables that data prep hands over, all but the quarantine."""
    sites = small["customers"].frame if "customers" in small else no_customers()
    of_each = unit_of_each(sites, unit=work.engagement.unit)
    revenue = line_work.site_revenue(worked)
    return {
        "customers": unit_table(sites, of_each, revenue, engagement=work.engagement),
        "customer_months": line_work.customer_months(worked, lines, work),
        "orders": line_work.orders(worked, lines, work),
        "corrections": line_work.corrections(worked, work),
        "timing": line_work.timing(worked, work),
        **_products(work, lines, worked),
        **{name: table.frame for name, table in small.items() if name != "customers"},
    }


def _products(work: Desk, lines: Judged, worked: ir.Table) -> dict[str, pd.DataFrame]:
    """Return what each customer bought of each product, where lines name products."""
    if "product_id" not in lines.raw.names:
        return {}
    return {"customer_products": line_work.customer_products(worked, work)}


def _in_order(tables: list[Judged]) -> list[Judged]:
    """Return tables in the order of the contract."""
    return sorted(tables, key=lambda table: list(CONTRACT).index(table.name))


def _who_is_who(work: Desk, masters: dict[str, Small]) -> tuple[ir.Table, dict[str, ir.Table]]:
    """Return which unit each id belongs to, and which ids are known, as tables for the engine."""
    sites = masters["customers"].frame if "customers" in masters else no_customers()
    of_each = unit_of_each(sites, unit=work.engagement.unit)
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


def _refuse_without_lines(lines: Judged) -> None:
    """Raise DataError if no invoice line can be used, with the reasons."""
    files = listed(lines.raw.files)
    if not lines.raw.rows:
        raise DataError(
            f"{files} has no invoice line: it is empty or has a head only. "
            f"Export the lines again, or name another file under inputs.invoice_lines."
        )
    if lines.used.count().execute():
        return
    why = lines.rows.group_by(["_column", "_reason"]).aggregate(n=lines.rows.count())
    found = fetched(why.order_by([ibis.desc("n"), "_column", "_reason"]))
    reasons = listed(f"{row.n} × {row[1]} {row[2]}" for row in found.itertuples())
    raise DataError(
        f"none of the {lines.raw.rows} invoice lines of {files} can be used ({reasons}). "
        f"Look at the dialect and the columns of inputs.invoice_lines in engagement.yaml."
    )


def _all_set_aside(tables: list[Judged], tallies: dict[str, Tally]) -> pd.DataFrame:
    """Return the rows set aside of all tables; where nothing was, of the lines, for the columns."""
    broken = [table for table in tables if tallies[table.name].set_aside] or tables[:1]
    return pd.concat([quarantine(table) for table in broken], ignore_index=True)


def _rows(
    judged_: list[Judged], tallies: dict[str, Tally], tables: dict[str, pd.DataFrame]
) -> list[Balance]:
    """Return the balance of rows of each input table; of lines, those that reached a month."""
    aside = tables["quarantine"]
    used = {name: one.used for name, one in tallies.items()}
    used["invoice_lines"] = int(tables["customer_months"]["lines"].sum())
    return [
        ledger.rows_balance(one, aside[aside["table"] == one.name], used[one.name])
        for one in judged_
    ]


def _coverage(tables: list[Judged], tallies: dict[str, Tally]) -> pd.DataFrame:
    """Return one row per input table: what was read, set aside, and from when to when."""
    rows = [
        (one.name, listed(one.raw.files, most=3), one.raw.rows, *tallies[one.name][1:])
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
