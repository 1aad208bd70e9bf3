"""The small tables: judged like the lines, rolled up to units, and brought to pandas whole."""

from typing import NamedTuple

import ibis
import ibis.expr.types as ir
import pandas as pd

from kamlib.errors import DataError, listed
from kamlib.intake.booked import of_unit
from kamlib.intake.contract import CONTRACT, Field
from kamlib.intake.desk import Desk, fetched, kept
from kamlib.intake.judging import Judged, judged
from kamlib.intake.once import refuse_copies
from kamlib.intake.values import DECIMAL
from kamlib.language import N_

REPEATS = N_("repeats an earlier row")
ONLY_WHAT_IS_MAPPED = ("customers", "prospects")


class Small(NamedTuple):
    """A small table: its clean frame, and its judged rows in the engine."""

    frame: pd.DataFrame
    judged: Judged


def master_table(work: Desk, table: str) -> Small:
    """Read a table whose key names customers, prospects or products.

    Raises
    ------
    DataError
        One key stands in rows that differ, so that nobody can tell which one holds.
    """
    found = judged(work, table)
    key = list(CONTRACT[table].key)
    used = found.used.select(found.raw.names or key).distinct()
    twice = used.group_by(key).aggregate(n=used.count())
    twice = twice.filter(twice["n"] > 1).order_by(key).to_pyarrow().to_pylist()
    if twice:
        which = listed(" ".join(str(row[name]) for name in key) for row in twice)
        raise DataError(
            f"rows of the {table} table that differ have the same {' and '.join(key)}: {which}. "
            f"Keep one row for each in {listed(found.raw.files)}."
        )
    single = found._replace(rows=_without_repeats(work, found, key))
    return Small(_clean_frame(single.used, single), single)


def party_table(
    work: Desk, table: str, *, known: dict[str, ir.Table], units: ir.Table | None
) -> Small:
    """Read a table that speaks of customers or parties, and roll its ids up to units.

    Drivers are summed per period, unit and driver; nothing else is added up.
    """
    found = judged(work, table, known=known)
    refuse_copies(work, found)
    rows = found.used
    who = next((field.name for field in found.fields if field.who), "")
    if who and units is not None:
        rolled = of_unit(rows, units, who=who)
        rows = rolled.mutate(**{who: rolled["unit"]}).drop("unit")
    if table == "drivers":
        keys = ["period", "customer_id", "driver"]
        rows = rows.group_by(keys).aggregate(volume=rows["volume"].sum().cast(DECIMAL))
    return Small(_clean_frame(rows, found), found)


def _clean_frame(rows: ir.Table, found: Judged) -> pd.DataFrame:
    """Return the used rows in an order that the files cannot change."""
    names = [field.name for field in found.fields if field.name in rows.columns]
    if found.name in ONLY_WHAT_IS_MAPPED:
        names = [name for name in names if _is_kept(name, found)]
    kinds = {field.name: field.kind for field in found.fields}
    frame = fetched(rows.select(names).order_by(names), kinds)
    yes_or_no = [name for name in names if kinds[name] == "bool"]
    return frame.assign(**{name: frame[name].fillna(False).astype(bool) for name in yes_or_no})


def _is_kept(name: str, found: Judged) -> bool:
    """Tell whether a firm's column is kept: what is in the input, and what everybody has."""
    return name in found.raw.names or name in ("customer_id", "name", "parent_id", "relation")


def _without_repeats(work: Desk, found: Judged, key: list[str]) -> ir.Table:
    """Set aside each used row whose key an earlier row has."""
    rows = found.rows
    fine = rows["_reason"].isnull()
    place = ibis.row_number().over(
        group_by=[fine, *(rows[name] for name in key)], order_by=[rows["_file"], rows["_row"]]
    )
    again = rows.mutate(again=fine & (place > 0))
    marked = again.mutate(
        _column=again["again"].ifelse(key[0], again["_column"]),
        _reason=again["again"].ifelse(REPEATS, again["_reason"]),
        _value=again["again"].ifelse(again[key[0]], again["_value"]),
    ).drop("again")
    return kept(work, f"{found.name}_once", marked)


def no_customers(fields: tuple[Field, ...] = CONTRACT["customers"].fields) -> pd.DataFrame:
    """Return a table of customers without rows, for an engagement that gives none."""
    names = [f.name for f in fields if f.name in ("customer_id", "name", "parent_id", "relation")]
    return pd.DataFrame({name: pd.Series(dtype="str") for name in names})
