"""Lines in other currencies, into the reporting one: by the latest rate on or before their day.

Nothing is ever taken one to one. A currency for which there is no rate, or none that is recent
enough, stops the run: a revenue in which euros count as złoty is worse than none.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from kamlib.core.errors import DataError, listed
from kamlib.core.language import _, day, money, number
from kamlib.core.outcomes import FLAG, PASS, Outcome, outcome_of
from kamlib.intake.engines import DECIMAL
from kamlib.intake.validate import Validated
from kamlib.intake.workspace import Workspace, fetched, has_rows, lookup, materialize_if_local

if TYPE_CHECKING:
    from kamlib.settings import Engagement

CONVERTED = ["currency", "lines", "original", "amount"]


def in_reporting_currency(
    work: Workspace, lines: Validated, rates: pd.DataFrame | None
) -> tuple[Validated, pd.DataFrame]:
    """Convert the money of lines that are in another currency, exactly to six digits.

    A line that is set aside for another reason and has no rate keeps no amount, because it cannot
    be said in the reporting currency.
    """
    engagement, rows = work.engagement, lines.rows
    default = engagement.inputs["invoice_lines"].default_currency
    if "currency" not in lines.raw.names and default:
        rows = rows.mutate(currency=ibis.literal(default))
    none = pd.DataFrame({name: [] for name in CONVERTED})
    if "currency" not in lines.raw.names and not default:
        return lines, none
    if not has_rows(rows.filter(rows["currency"] != engagement.currency)):
        return lines, none
    rated = _with_rate(work, rows, rates)
    _refuse_without_rate(rated, engagement, lines.raw.rates)
    apart = rated["currency"] != engagement.currency
    columns = engagement.inputs["invoice_lines"].in_currency_of_line
    apart = apart.fill_null(False)
    changed = {
        n: apart.ifelse((rated[n] * rated["_rate"]).cast(DECIMAL), rated[n]) for n in columns
    }
    before = rated.mutate(_original=rated["net_amount"])
    settled = materialize_if_local(work, "invoice_lines_settled", before.mutate(**changed))
    other = (settled["currency"] != engagement.currency) & settled["_rate"].notnull()
    there = settled.filter(other)
    sums = there.group_by("currency").aggregate(
        lines=there.count(),
        original=there["_original"].sum().cast(DECIMAL),
        amount=there["net_amount"].sum().cast(DECIMAL),
    )
    lines = lines._replace(rows=settled.drop("_rate", "_original"), fine=None)
    return lines, fetched(sums.order_by("currency"))[CONVERTED]


def daily_rates(rates: pd.DataFrame, *, at_most_days_old: int) -> pd.DataFrame:
    """Return the rate of each day on which one may be used: ``fx_currency, fx_day, _rate``."""
    wide = rates.astype({"rate": object}).pivot(index="date", columns="currency", values="rate")
    last = wide.index.max() + pd.Timedelta(days=at_most_days_old)
    every = wide.reindex(pd.date_range(wide.index.min(), last, name="fx_day"))
    held = every.ffill(limit=at_most_days_old) if at_most_days_old else every
    known = held.melt(ignore_index=False, var_name="fx_currency", value_name="_rate").dropna()
    return known.reset_index()[["fx_currency", "fx_day", "_rate"]]


def _with_rate(work: Workspace, rows: ir.Table, given: pd.DataFrame | None) -> ir.Table:
    """Put beside each line the rate of its currency on its day, null where there is none."""
    if given is None or given.empty:
        return rows.mutate(_rate=ibis.null(DECIMAL))
    daily = daily_rates(given, at_most_days_old=work.engagement.exchange.at_most_days_old)
    kinds = {"fx_currency": pa.string(), "fx_day": pa.date32(), "_rate": pa.decimal128(38, 6)}
    table = pa.table({name: pa.array(daily[name].tolist(), kind) for name, kind in kinds.items()})
    rates = lookup(work, "daily_rates", table, like=rows)
    same = [rows["currency"] == rates["fx_currency"], rows["date"] == rates["fx_day"]]
    return rows.left_join(rates, same).drop("fx_currency", "fx_day")


def _refuse_without_rate(rated: ir.Table, engagement: "Engagement", named: Sequence[str]) -> None:
    other = (rated["currency"] != engagement.currency) & rated["_rate"].isnull()
    lost = rated.filter(rated["_reason"].isnull() & other)
    sums = lost.group_by("currency").aggregate(
        n=lost.count(),
        amount=lost["net_amount"].sum(),
        first=lost["date"].min(),
        last=lost["date"].max(),
    )
    found = fetched(sums.order_by("currency"))
    if found.empty:
        return
    what = listed(map(_in_words, found.to_dict("records")), most=9)
    days = engagement.exchange.at_most_days_old
    offered = f" The invoices themselves name these: {listed(named, most=9)}." if named else ""
    raise DataError(
        f"invoice lines are in other currencies than {engagement.currency} and have no rate: {what}. "
        f"Bring fx_rates (date, currency, rate: {engagement.currency} for one unit) with a rate at "
        f"most {days} days before each of these days, and name it under inputs in "
        f"engagement.yaml; exchange.at_most_days_old says how old a rate may be.{offered}"
    )


def _in_words(row: Mapping[Any, Any]) -> str:
    amount = money(float(row["amount"] or 0), row["currency"], 2)
    first, last = row["first"], row["last"]
    lines = "line" if row["n"] == 1 else "lines"
    return f"{amount} on {number(row['n'])} {lines} from {day(first)} to {day(last)}"


def currency_outcomes(converted: pd.DataFrame, engagement: "Engagement") -> list[Outcome]:
    """Say what was converted, and which money of the same lines was not."""
    if converted.empty:
        return []
    given = engagement.inputs["invoice_lines"]
    what, words = [], _("{original} to {amount}")
    for row in converted.to_dict("records"):
        original = money(float(row["original"]), row["currency"])
        amount = money(float(row["amount"]), engagement.currency)
        what.append(words.format(original=original, amount=amount))
    same = converted[(converted["original"] == converted["amount"]) & (converted["amount"] != 0)]
    said = {"what": listed(what, most=9), "alike": listed(same["currency"], most=9)}
    said |= {"columns": ", ".join(given.in_currency_of_line), "currency": engagement.currency}
    return [outcome_of("converted", FLAG if len(same) else PASS, **said)]
