"""Files that keep numbers and days apart from text: workbooks, Parquet and invoices as XML.

Their own numbers and days are marked with `NATIVE`, so that they say nothing of the way in which
texts beside them are written.
"""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from kamlib.errors import DataError
from kamlib.intake.counted import in_words
from kamlib.intake.dialects import Dialect
from kamlib.intake.draft.grids import ROWS_READ, Row, grid_of
from kamlib.intake.draft.marks import NATIVE
from kamlib.intake.draft.seen import Seen, keep
from kamlib.intake.draft.told import Told, few
from kamlib.intake.excel import SheetSeen, likely_header_row, sheet_records, sheets_of
from kamlib.intake.invoices_xml import drop_sellers, taken_rates, xml_kind, xml_records
from kamlib.intake.sources import BROKEN_PARQUET
from kamlib.language import _, number

AS_TYPED = Dialect(decimal=NATIVE, date=(f"%Y-%m-%d{NATIVE}",))


def workbook(path: Path, shown: str) -> Seen:
    """Look into a workbook: the visible sheet that is most like a table.

    Raises
    ------
    DataError
        It is no whole workbook, or its head cannot be told.
    """
    seen = Seen(path, shown, kind="excel")
    sheets = [each for each in sheets_of(path, shown=shown) if any(each.rows)]
    if not sheets:
        seen.problem = _("none of its sheets holds anything")
        return seen
    best = max(sheets, key=lambda each: (not each.hidden, _width(each)))
    row = likely_header_row(best.rows)
    _tell_sheet(seen, sheets, best)
    notes: Counter[str] = Counter()
    records = partial(sheet_records, path, AS_TYPED, shown=shown, sheet=best.name, header_row=row)
    first = list(islice(records(notes=notes), ROWS_READ))
    grid = grid_of(first)
    if grid is None or grid.head_row != 1:
        seen.problem = _("no row of sheet {name} looks like a head of names").format(name=best.name)
        return seen
    if row > 1:
        above = [cell for each in best.rows[: row - 1] for cell in each if cell]
        template = _("above it stand {titles}") if above else _("the rows above it are blank")
        seen.settings["header_row"] = Told(str(row), template.format(titles=few(above)))
    seen.notes += [f"{_(what)}: {number(n)}" for what, n in sorted(notes.items()) if n]
    keep(seen, grid)
    if len(first) == ROWS_READ:
        seen.to_the_end = partial(_cells_below, records)
    return seen


def _cells_below(records: Callable[[], Iterator[Row]], place: int) -> Iterator[str]:
    """Yield the cells of one column below the head, to the end or to what breaks it."""
    with contextlib.suppress(DataError):
        yield from (cells[place] for _row, cells in islice(records(), 1, None))


def _width(sheet: SheetSeen) -> int:
    """Return how many cells the fullest of the first rows has."""
    return max(sum(bool(cell) for cell in row) for row in sheet.rows)


def _tell_sheet(seen: Seen, sheets: list[SheetSeen], best: SheetSeen) -> None:
    """Say which sheet is taken, and ask where another could be meant as well."""
    if len(sheets) == 1 and not best.hidden:
        return
    template = _("{n} columns; the other sheets ({others}) hold less")
    others = [each for each in sheets if each is not best]
    alike = [each.name for each in others if not each.hidden and 2 * _width(each) > _width(best)]
    why = template.format(n=_width(best), others=few(each.name for each in others))
    if alike:
        why = _("the widest of {n} sheets").format(n=len(sheets))
        question = _("{file}: sheets {names} look like tables too. Which one is meant?")
        seen.questions.append(question.format(file=seen.shown, names=few(alike)))
    seen.settings["sheet"] = Told(best.name, why, sure=not alike and not best.hidden)


def invoices(path: Path, shown: str) -> Seen:
    """Look into a file of invoices as XML, whose columns need no mapping.

    Raises
    ------
    DataError
        It is no whole XML.
    """
    seen = Seen(path, shown, kind="xml")
    kind = xml_kind(path, shown=shown)
    if not kind:
        seen.problem = _("it is no XML of invoices that is read here (JPK_FA, FA of KSeF)")
        return seen
    seen.settings["form"] = Told(kind, _("its first element and form say so"))
    notes: Counter[str] = Counter()
    records = partial(xml_records, path, AS_TYPED, shown=shown)
    first = list(islice(records(notes=notes), ROWS_READ))
    grid = grid_of(first)
    if grid is None:
        seen.problem = _("it holds no invoice")
        return seen
    taken_rates(notes)
    told = sorted(drop_sellers(notes).items())
    seen.notes += [f"{in_words(what)}: {number(n)}" for what, n in told if n]
    keep(seen, grid)
    if len(first) == ROWS_READ:
        seen.to_the_end = partial(_cells_below, records)
    return seen


def parquet(path: Path, shown: str) -> Seen:
    """Look into the first rows of a Parquet file.

    Raises
    ------
    DataError
        It is no whole Parquet file.
    """
    seen = Seen(path, shown, kind="parquet")
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            all_rows = file.metadata.num_rows
            first = next(file.iter_batches(batch_size=ROWS_READ), None)
            if first is not None:
                first.validate(full=True)
    except BROKEN_PARQUET as error:
        raise DataError(_("it is no whole Parquet file ({why})").format(why=error)) from error
    if first is None or not first.num_rows:
        seen.problem = _("it has no row")
        return seen
    seen.head = list(first.schema.names)
    seen.columns = [_texts(column) for column in first.columns]
    if all_rows > ROWS_READ:
        template = _("only the first {n} of {all} rows were looked at")
        seen.notes.append(template.format(n=number(first.num_rows), all=number(all_rows)))
        seen.to_the_end = partial(_whole_column, path)
    return seen


def _whole_column(path: Path, place: int) -> Iterator[str]:
    """Yield the values of one column of a Parquet file."""
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            name = file.schema_arrow.names[place]
            column = file.read_row_group(group, columns=[name]).column(0)
            yield from (cell for part in column.chunks for cell in _texts(part))


def _texts(column: pa.Array) -> list[str]:
    """Return a column's values as text, its own numbers and days marked."""
    kind = column.type
    own = pa.types.is_temporal(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    if pa.types.is_timestamp(kind):
        column = column.cast(pa.date32(), safe=False)
    return ["" if each is None else f"{each}{NATIVE if own else ''}" for each in column.to_pylist()]
