"""Tables of a report: the stage's Parquet files, and CSV beside them that a spreadsheet can open.

CSV is plain UTF-8 with commas, ISO dates and exact decimals. A text that a spreadsheet would take
for a formula gets an apostrophe in front; numbers never do.
"""

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

ISO = "%Y-%m-%dT%H:%M:%S"
FORMULA = r"\A([=+\-@\t\r\n])"


def export_tables(stages: Path, names: list[str], target: Path) -> None:
    """Copy stage tables to `target` as Parquet and as CSV; the same tables give the same bytes."""
    target.mkdir(parents=True)
    for name in names:
        shutil.copyfile(stages / f"{name}.parquet", target / f"{name}.parquet")
        write_csv(
            pq.read_table(stages / f"{name}.parquet", page_checksum_verification=True),
            target / f"{name}.csv",
        )


def write_csv(table: pa.Table, path: Path) -> None:
    """Write a table as CSV that no spreadsheet takes for formulas."""
    heads = [_safe_head(name) for name in table.column_names]
    columns = [_for_csv(column) for column in table.columns]
    pa.csv.write_csv(
        pa.Table.from_arrays(columns, names=heads),
        path,
        pa.csv.WriteOptions(quoting_style="needed", quoting_header="needed"),
    )


def _safe_head(name: str) -> str:
    return f"'{name}" if name and name[0] in "=+-@\t\r\n" else name


def _same(rounded: pa.ChunkedArray, column: pa.ChunkedArray) -> bool:
    return bool(pc.all(pc.equal(rounded.cast(column.type), column), min_count=0).as_py())


def _for_csv(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column as CSV shall show it: text guarded, days without a time, decimals exact."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _for_csv(column.cast(kind.value_type))
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return pc.replace_substring_regex(column, FORMULA, r"'\1", max_replacements=1)
    if pa.types.is_timestamp(kind):
        days, seconds = (
            column.cast(grain, safe=False) for grain in (pa.date32(), pa.timestamp("s"))
        )
        if _same(days, column):
            return days
        return pc.strftime(seconds if _same(seconds, column) else column, format=ISO)
    if pa.types.is_nested(kind):
        texts = [None if value is None else str(value) for value in column.to_pylist()]
        return _for_csv(pa.chunked_array([pa.array(texts, pa.string())]))
    return column
