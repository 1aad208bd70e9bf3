"""Data prep in one call: the engagement's inputs in, tables that keep the contract out.

Everything is read as text and converted by declared rules. What cannot be read is set aside with
file, line and reason, and the ledger shows that nothing was lost on the way.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import pandas as pd

from kamlib.errors import DataError, ParameterError, did_you_mean, listed
from kamlib.intake import findings, ledger
from kamlib.intake import lines as line_work
from kamlib.intake.contract import CONTRACT
from kamlib.intake.judging import SET_ASIDE, Desk, Judged, desk, fetched, judged, quarantine
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

    To ``customers, customer_months, orders, corrections, quarantine`` and the small tables given.

    Parameters
    ----------
    engagement : Engagement
    period : str, the report period; where periods overlap, days belong to it first

    Returns
    -------
    Intake

    Raises
    ------
    DataError
        A file cannot be read as declared, or no invoice line can be used.
    ParameterError
        The period, an input table or a mapped column is not known.
    """
    engagement.period(period)
    _refuse_unknown_tables(engagement)
    with desk(engagement) as work:
        masters = {n: master_table(work, n) for n in MASTERS if n in engagement.inputs}
        units, known = _who_is_who(work, masters)
        lines = judged(work, "invoice_lines", known=known)
        _refuse_without_lines(lines)
        worked = work.con.create_table(
            "worked", line_work.worked_out(work, lines, units), overwrite=True
        )
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
    sites = small["customers"].frame if "customers" in small else no_customers()
    of_each = unit_of_each(sites, unit=work.engagement.unit)
    revenue = line_work.site_revenue(worked)
    tables = {
        "customers": unit_table(sites, of_each, revenue, engagement=work.engagement),
        "customer_months": line_work.customer_months(worked, work, period),
        "orders": line_work.orders(worked, lines, work, period),
        "corrections": line_work.corrections(worked, work, period),
        "quarantine": _all_set_aside([lines, *(s.judged for s in small.values())]),
        **{name: table.frame for name, table in small.items() if name != "customers"},
    }
    coverage = _coverage([lines, *(s.judged for s in small.values())])
    facts = line_work.seen_on(worked, lines)
    read = line_work.money_read(lines)
    balances = _rows(lines, small, tables)
    balances.append(
        ledger.money_balance(read, tables["customer_months"], currency=work.engagement.currency)
    )
    tied, revenue_verdicts = _ledger_lines(work.engagement, period, tables)
    currency, span = work.engagement.currency, work.engagement.period(period)
    verdicts = [
        findings.set_aside_verdict(read, coverage, currency=currency),
        findings.coverage_verdict(
            tables["customer_months"], facts, period=period, start=span.start, end=span.end
        ),
        findings.customers_verdict(work.engagement, tables["customers"], sites=len(sites)),
        *findings.line_verdicts(facts, mapped=lines.raw.names, currency=currency),
        *revenue_verdicts,
        *findings.table_verdicts(work.engagement, coverage),
    ]
    return Intake(tables, balances + tied, verdicts, coverage)


def _refuse_unknown_tables(engagement: "Engagement") -> None:
    """Raise ParameterError for an input that the contract does not know, or without lines."""
    unknown = [name for name in engagement.inputs if name not in CONTRACT]
    if unknown:
        raise ParameterError(
            f"inputs has {listed(unknown)}, which is no input table. "
            f"{did_you_mean(unknown[0], CONTRACT)}"
        )
    if "invoice_lines" not in engagement.inputs:
        raise ParameterError(
            "inputs has no invoice_lines, the one table that nothing can do without. "
            "Name its files under inputs.invoice_lines in engagement.yaml."
        )


def _who_is_who(work: Desk, masters: dict[str, Small]) -> tuple[ir.Table, dict[str, ir.Table]]:
    """Return which unit each id belongs to, and which ids are known, as tables of the engine."""
    sites = masters["customers"].frame if "customers" in masters else no_customers()
    of_each = unit_of_each(sites, unit=work.engagement.unit)
    schema = {"known_id": "string", "unit": "string"}
    rows = sorted(of_each.items())
    units = work.con.create_table("units", ibis.memtable(rows, schema=schema), overwrite=True)
    if "customers" not in masters:
        return units, {}
    identity = work.engagement.identity
    ids = sorted({*of_each, *identity.intercompany, *identity.collective})
    return units, _known(work, ids, masters)


def _known_from_lines(
    work: Desk, worked: ir.Table, masters: dict[str, Small]
) -> dict[str, ir.Table]:
    """Return which ids are known where the lines alone say who is a customer."""
    ids = worked.select("customer_id").distinct().order_by("customer_id")
    return _known(work, ids.to_pyarrow()["customer_id"].to_pylist(), masters)


def _known(work: Desk, ids: list[str], masters: dict[str, Small]) -> dict[str, ir.Table]:
    """Return the known customers and the known parties as tables of the engine."""
    prospects = masters["prospects"].frame["prospect_id"].tolist() if "prospects" in masters else []
    lists = {"customer": ids, "party": sorted({*ids, *prospects})}
    return {
        who: work.con.create_table(
            f"known_{who}",
            ibis.memtable([(one,) for one in known], schema={"known_id": "string"}),
            overwrite=True,
        )
        for who, known in lists.items()
    }


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


def _all_set_aside(tables: list[Judged]) -> pd.DataFrame:
    """Return the rows set aside of all tables, in the order of the contract."""
    ordered = sorted(tables, key=lambda table: list(CONTRACT).index(table.name))
    return pd.concat([quarantine(table) for table in ordered], ignore_index=True)[list(SET_ASIDE)]


def _rows(lines: Judged, small: dict[str, Small], tables: dict[str, pd.DataFrame]) -> list[Balance]:
    """Return the balance of rows of each input table."""
    aside = tables["quarantine"]
    used = {name: int(s.judged.used.count().execute()) for name, s in small.items()}
    used["invoice_lines"] = int(tables["customer_months"]["lines"].sum())
    return [
        ledger.rows_balance(one, aside[aside["table"] == one.name], used[one.name])
        for one in [lines, *(s.judged for s in small.values())]
    ]


def _coverage(tables: list[Judged]) -> pd.DataFrame:
    """Return one row per input table: what was read, set aside, and from when to when."""
    rows = []
    for table in sorted(tables, key=lambda one: list(CONTRACT).index(one.name)):
        dated, used = CONTRACT[table.name].dated, table.used
        span = used.aggregate(
            first=used[dated].min() if dated else ibis.null("date"),
            last=used[dated].max() if dated else ibis.null("date"),
        )
        first, last = span.to_pyarrow().to_pylist()[0].values()
        aside = int(table.set_aside.count().execute())
        files = listed(table.raw.files, most=3)
        rows.append((table.name, files, table.raw.rows, aside, first, last))
    frame = pd.DataFrame(rows, columns=list(COVERAGE))
    dates = {name: pd.to_datetime(frame[name]).astype("datetime64[us]") for name in COVERAGE[4:]}
    return frame.assign(**dates)


def _ledger_lines(
    engagement: "Engagement", period: str, tables: dict[str, pd.DataFrame]
) -> tuple[list[Balance], list[Verdict]]:
    """Tie the report period, and the one before it where the ledger has it, to the ledger."""
    before = engagement.previous(period)
    names = [period, *([getattr(before, "name", before)] if before else [])]
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
