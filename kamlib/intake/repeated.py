"""Lines that repeat another in every column that was read: counted exactly, in bounded memory."""

from collections.abc import Iterable, Iterator
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from kamlib.intake.engines import DECIMAL
from kamlib.intake.validate import Validated
from kamlib.intake.workspace import Workspace

FEW = 300_000  # rows that the engine groups whole as fast
AT_ONCE = 64_000_000  # hashes of eight bytes held at one time


def identical(work: Workspace, judged: Validated, *, amount: str = "net_amount") -> dict[str, Any]:
    """Count the used lines that repeat another in every column that was read, and their money.

    Of another table than the lines, `amount` says which of its columns weighs a row.

    Notes
    -----
    Of many lines, only those are compared whole that share a 64-bit hash with another: equal lines
    do, so none is missed, and lines that share it by chance are told apart.
    """
    names = judged.raw.names
    lines = judged.used.select(sorted({*names, amount}))
    if work.owns(lines) and judged.raw.rows > FEW:
        lines = _that_share_a_hash(work, lines, names, rows=judged.raw.rows)
    groups = lines.group_by(names).aggregate(same=lines.count(), each=lines[amount].max())
    again = groups.filter(groups["same"] > 1).mutate(extra=groups["same"] - 1)
    counted = again.aggregate(
        identical=again["extra"].sum(),
        identical_amount=(again["each"] * again["extra"]).cast(DECIMAL).sum().cast(DECIMAL),
    )
    return {name: value or 0 for name, value in counted.to_pyarrow().to_pylist()[0].items()}


def _that_share_a_hash(
    work: Workspace, lines: ir.Table, names: list[str], *, rows: int
) -> ir.Table:
    """Return the lines whose hash another line has."""
    hashed = f"hash({', '.join(_quoted(name) for name in names)})"
    query = f'SELECT *, {hashed} AS "_hash" FROM ({work.con.compile(lines)})'
    shared = np.concatenate(list(_shared(work, query, rows=rows, parts=1 + rows // AT_ONCE)))
    table = pa.table({"_hash": pa.array(shared, pa.uint64())})
    work.con.create_table("shared_hashes", table, overwrite=True)
    if not len(shared):
        return lines.limit(0)
    work.con.raw_sql(
        f'CREATE OR REPLACE TABLE maybe_identical AS SELECT * EXCLUDE ("_hash") FROM ({query}) '
        f'SEMI JOIN shared_hashes USING ("_hash")'
    )
    return work.con.table("maybe_identical")


def _shared(work: Workspace, query: str, *, rows: int, parts: int) -> Iterator[np.ndarray]:
    """Yield the hashes that stand more than once, in parts that are held at one time."""
    for part in range(parts):
        mine = f'WHERE "_hash" % {parts} = {part}' if parts > 1 else ""
        own: Any = work.con
        asked = own.con.sql(f'SELECT "_hash" FROM ({query}) {mine}')
        batches = asked.to_arrow_reader(1_000_000)
        found = _held((batch.column(0).to_numpy() for batch in batches), about=rows // parts)
        found.sort()
        yield np.unique(found[1:][found[1:] == found[:-1]])


def _held(batches: Iterable[np.ndarray], *, about: int) -> np.ndarray:
    """Return the hashes of all batches in one array, which is made once for about so many."""
    held, n = np.empty(about, np.uint64), 0
    for batch in batches:
        if n + len(batch) > len(held):
            held = np.concatenate([held[:n], np.empty(len(batch) + n // 4, np.uint64)])
        held[n : n + len(batch)] = batch
        n += len(batch)
    return held[:n]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
