"""Tables of a report: the stage's Parquet files, CSV beside them, and the rows set aside in Excel.

CSV is plain UTF-8 with commas, ISO dates and exact decimals; what is not known, or has no bound, is
an empty cell. A text that a spreadsheet would take
for a formula gets an apostrophe in front; numbers never do.
"""

import json
import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from kamlib.core.language import _, number
from kamlib.core.tables import read_table
from kamlib.core.vocabulary import label
from kamlib.data_prep.tables import quality_table, rows_set_aside

ROWS_SET_ASIDE = "rows_set_aside.xlsx"
MOST_ROWS = 150_000  # as many as a person can open and filter
WIDTHS = {"remedy": 70, "file": 32, "where": 40, "reason": 32, "column": 28, "value": 24}
NARROW = {"row": 9, "rows": 9, "date": 11}

EXACT_TEXT = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "constant_memory": True,
}

ISO = "%Y-%m-%dT%H:%M:%S"
FORMULA = r"\A([=+\-@\t\r\n])"


def export_tables(stages: Path, names: list[str], target: Path, *, currency: str) -> None:
    """Copy stage tables to `target` as Parquet and as CSV; the same tables give the same bytes.

    Where rows were set aside, `ROWS_SET_ASIDE` lists them for people.
    """
    target.mkdir(parents=True)
    for name in names:
        shutil.copyfile(stages / f"{name}.parquet", target / f"{name}.parquet")
        table = pq.read_table(stages / f"{name}.parquet", page_checksum_verification=True)
        write_csv(table, target / f"{name}.csv")
    if "quarantine" in names:
        rows = read_table(stages, "quarantine")
        write_rows_set_aside(rows, target / ROWS_SET_ASIDE, currency=currency)


def export_receipts(stages: Path, receipts: Mapping[str, Mapping[str, Any]], target: Path) -> None:
    """Put notes and receipts beside exported tables, so that a notebook can go on from them.

    Where Python lies on this machine is left out.
    """
    for stage, receipt in receipts.items():
        told = {key: value for key, value in receipt.items() if key != "executable"}
        (target / f"receipt_{stage}.json").write_text(json.dumps(told, indent=1) + "\n")
        for note in (stages / f"{table}.json" for table in receipt["tables"]):
            if note.exists():
                shutil.copyfile(note, target / note.name)


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
    """Return a column as CSV shall show it: text guarded, days without a time, numbers finite."""
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
    if pa.types.is_floating(kind):  # without a bound there is no number to show
        return pc.if_else(pc.is_finite(column), column, pa.scalar(None, kind))
    if pa.types.is_nested(kind):
        texts = [None if value is None else str(value) for value in column.to_pylist()]
        return _for_csv(pa.chunked_array([pa.array(texts, pa.string())]))
    return column


def write_rows_set_aside(quarantine: pd.DataFrame, path: Path, *, currency: str) -> None:
    """Write the rows set aside as a workbook: one sheet by rule, one row by row.

    The same rows give the same bytes. Text stays text, whatever it begins with. Of more than
    `MOST_ROWS` rows those worth most are written; the CSV beside it has all.

    Parameters
    ----------
    quarantine : DataFrame, the rows set aside
    path : Path, of the workbook
    currency : str, of the heads of amounts
    """
    import xlsxwriter

    book = xlsxwriter.Workbook(path, EXACT_TEXT)
    book.set_properties({"created": datetime(1980, 1, 1, tzinfo=UTC)})
    _sheet(book, _("By rule"), quality_table(quarantine), currency)
    rows = rows_set_aside(quarantine, most=MOST_ROWS)
    name = _("Rows") if len(rows) == len(quarantine) else _("Rows, first {n}")
    _sheet(book, name.format(n=number(len(rows))), rows, currency)
    book.close()


def _sheet(book: Any, name: str, table: pd.DataFrame, currency: str) -> None:
    """Write a table as a sheet: head in bold and fixed, days as days, money with two digits."""
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    kinds = {"amount": "#,##0.00", "share_of_money": "0.0%", "date": "yyyy-mm-dd", "rows": "#,##0"}
    forms = {column: book.add_format({"num_format": form}) for column, form in kinds.items()}
    sheet = book.add_worksheet(name[:31])
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    for place, column in enumerate(table.columns):
        width = NARROW.get(column) or WIDTHS.get(column, 16)
        sheet.set_column(place, place, width, forms.get(column))
        sheet.write_string(0, place, label(column, currency), bold)
    writers = [_writer(sheet, name, forms) for name in table.columns]
    columns = [table[name].astype(object).where(table[name].notna(), None) for name in table]
    for line, row in enumerate(zip(*columns, strict=True), start=1):
        for place, value in enumerate(row):
            if value is not None:
                writers[place](line, place, value)
    sheet.autofilter(0, 0, max(len(table), 1), len(table.columns) - 1)


def _writer(sheet: Any, column: str, forms: Mapping[str, Any]) -> Callable[[int, int, Any], None]:
    """Return what writes a cell of a column: text as text, whatever it looks like."""
    form = forms.get(column)

    def write(line: int, place: int, value: Any) -> None:
        if isinstance(value, str):
            sheet.write_string(line, place, value)
        elif column == "date":
            sheet.write_datetime(line, place, value, form)
        else:
            sheet.write_number(line, place, value, form)

    return write
