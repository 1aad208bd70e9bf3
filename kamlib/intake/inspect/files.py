"""Looking into files: what kind each is, and a bounded part of its cells as text.

A file is read here by the reader that reads it later, with the settings that were seen in it: what
that one refuses, no draft proposes. 20,000 rows are looked at, of a text 8 MB to find out how it is
written; columns of days alone are read to their end (`Seen.to_the_end`). Numbers and days of a file's
own type are marked with `NATIVE`, so that they say nothing of the way in which texts are written.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from kamlib.core.errors import DataError
from kamlib.core.language import _
from kamlib.intake.excel import SheetSeen, sheet_records, sheets_of
from kamlib.intake.inspect.columns import NATIVE
from kamlib.intake.inspect.heads import (
    MARKS,
    ROWS_READ,
    Row,
    head_of,
    head_place,
    is_head,
    is_head_again,
    likely_header_row,
    refuse_mostly_ragged,
    rows_of,
    separator_of,
)
from kamlib.intake.inspect.letters import REPAIRS, encoding_of, is_utf8, spoilt_letters
from kamlib.intake.inspect.words import Evidence, seems_total, worded
from kamlib.intake.invoices_xml import xml_kind, xml_records
from kamlib.intake.readers import EXCEL_ENDINGS, XML_ENDINGS, opened_bytes, records
from kamlib.intake.sources import FIRST_ROWS, READABLE, refuse_another_kind, sound_batches
from kamlib.intake.values import Dialect

BYTES_READ = 8_000_000
EMPTY = b"\xef\xbb\xbf\r\n\t ;,"
AS_TYPED = Dialect(decimal=NATIVE, date=(f"%Y-%m-%d{NATIVE}",))


@dataclass
class Seen:
    """What one file, or one sheet of it, was seen to be.

    `columns` holds the cells by column as far as they were read; `settings` what the file itself
    tells of encoding, separator, repair, header_row and sheet. `problem` says why nothing can be
    proposed for it; it is empty otherwise. `to_the_end` reads one column whole; it is None where
    all rows were looked at.
    """

    path: Path
    shown: str
    kind: str = "text"
    head: list[str] = field(default_factory=list)
    columns: list[list[str]] = field(default_factory=list)
    settings: dict[str, Evidence] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    problem: str = ""
    to_the_end: Callable[[int], Iterator[str]] | None = None

    @property
    def rows(self) -> int:
        return len(self.columns[0]) if self.columns else 0


def is_readable(path: Path) -> bool:
    return path.name.lower().endswith(READABLE)


def look_into(path: Path, *, shown: str) -> Seen:
    """Return what a file is and holds; a file that cannot be read says so in `problem`."""
    name = path.name.lower()
    kinds = ((".parquet",), _parquet), (XML_ENDINGS, _invoices), (EXCEL_ENDINGS, _workbook)
    look = next((look for endings, look in kinds if name.endswith(endings)), _text)
    seen = Seen(path, shown)
    try:
        refuse_another_kind(path, shown)
        look(seen)
    except DataError as error:
        seen.problem = str(error)
    except OSError as error:
        seen.problem = worded(_("it cannot be opened ({why})"), why=error.strerror)
    return seen


def _keep(seen: Seen, read: Callable[[], Iterator[Row]], dialect: Dialect) -> None:
    """Keep the head and the first rows that a reader yields; without rows nothing is proposed."""
    rows = list(islice(read(), ROWS_READ + 1))
    if not rows:
        seen.problem = _("it is empty")
        return
    head = head_of(rows[: FIRST_ROWS + 1], dialect, shown=seen.shown)
    if not is_head(rows[0][1]):
        template = _("no row looks like a head of names (it starts with {example})")
        seen.problem = worded(template, example=rows[0][1])
        return
    body = [cells for _line, cells in rows[1:] if not is_head_again(cells, head)]
    refuse_mostly_ragged(Counter(map(len, body)), len(head), shown=seen.shown)
    data = [cells for cells in body if len(cells) == len(head) and not seems_total(cells)]
    seen.head = [name.strip(MARKS) for name in head]
    if not data:
        seen.problem = worded(_("it has a head of {n} names and no row"), n=len(head))
        return
    twice = sorted({name for name in seen.head if name and seen.head.count(name) > 1})
    if twice:
        template = _("{file}: its head has {names} twice. Rename one, or it will not be read.")
        seen.questions.append(worded(template, file=seen.shown, names=twice))
    seen.columns = [list(column) for column in zip(*data, strict=True)]
    if len(rows) > ROWS_READ:
        seen.to_the_end = partial(_cells_below, read)
        seen.notes.append(worded(_("only the first {n} rows were looked at"), n=ROWS_READ))


def _cells_below(read: Callable[[], Iterator[Row]], place: int) -> Iterator[str]:
    """Yield the cells of one column below the head, to the end."""
    rows = read()
    _line, head = next(rows)
    for _line, cells in rows:
        if place < len(cells) and not is_head_again(cells, head):
            yield cells[place]


# --------------------------------------------------------------------------------- text
def _text(seen: Seen) -> None:
    with opened_bytes(seen.path, seen.shown) as stream:
        raw, whole = stream.read(BYTES_READ), not stream.read(1)
    if not raw.strip(EMPTY):
        seen.problem = _("it is empty")
        return
    encoding = seen.settings["encoding"] = encoding_of(raw)
    codec = "utf-8-sig" if is_utf8(encoding.value) else encoding.value
    text = raw.decode(codec, errors="replace")
    if not whole:
        text = text[: max(text.rfind("\n"), text.rfind("\r")) + 1]
    if not text:
        template = _("its first {n} bytes hold no end of a line: that is no table")
        seen.problem = worded(template, n=BYTES_READ)
        return
    _tell_spoilt(seen, text)
    if separator := separator_of(text):
        seen.settings["separator"] = separator
    written: Any = {key: each.value for key, each in seen.settings.items()}
    dialect = Dialect(**written)
    row = _header_row(seen, rows_of(text, dialect.separator))
    read = partial(records, seen.path, dialect, shown=seen.shown, header_row=row)
    _keep(seen, read, dialect)


def _tell_spoilt(seen: Seen, text: str) -> None:
    """Say that letters were spoilt before, and what mends them."""
    spoilt = spoilt_letters(text)
    if spoilt is None:
        return
    template = _(
        "{n} letters were spoilt before the file came here: UTF-8 was read as {encoding} and saved "
        "again ({example} was {meant})"
    )
    example, meant = [spoilt.example], [spoilt.meant]
    encoding = REPAIRS[spoilt.repair]
    why = worded(template, n=spoilt.places, encoding=encoding, example=example, meant=meant)
    seen.settings["repair"] = Evidence(spoilt.repair, why, sure=False)
    question = _("{file}: {why}. Can it be exported again? Repairing is second best.")
    seen.questions.append(worded(question, file=seen.shown, why=why))


def _header_row(seen: Seen, rows: list[Row]) -> int:
    """Return the line of the head, and say what stands above it; 1 where no row is like one."""
    filled = [(line, cells) for line, cells in rows if any(map(str.strip, cells))]
    place = head_place([cells for _line, cells in filled])
    line = 1 if place is None else filled[place][0]
    _tell_head(seen, line, [cells[0] for _line, cells in filled[:place]])
    return line


def _tell_head(seen: Seen, row: int, above: list[str]) -> None:
    if row > 1:
        template = _("above it stand {titles}") if above else _("above it is nothing")
        seen.settings["header_row"] = Evidence(str(row), worded(template, titles=above))


# ---------------------------------------------------------------------- workbooks, XML, Parquet
def _workbook(seen: Seen) -> None:
    """Look into a workbook: the visible sheet that is most like a table."""
    seen.kind = "excel"
    sheets = [each for each in sheets_of(seen.path, shown=seen.shown) if any(each.rows)]
    if not sheets:
        seen.problem = _("none of its sheets holds anything")
        return
    best = max(sheets, key=lambda each: (not each.hidden, _width(each)))
    row = likely_header_row(best.rows)
    head = best.rows[row - 1 : row]
    alike = [each for each in sheets if not each.hidden and each.rows[row - 1 : row] == head]
    _tell_sheet(seen, sheets, best, [each.name for each in alike])
    _tell_head(seen, row, [cell for each in best.rows[: row - 1] for cell in each if cell])
    names = [each.name for each in alike] or [best.name]
    read = partial(sheet_records, seen.path, AS_TYPED, shown=seen.shown, header_row=row)
    _keep(seen, lambda: chain.from_iterable(read(sheet=name) for name in names), AS_TYPED)


def _width(sheet: SheetSeen) -> int:
    return max(sum(bool(cell) for cell in row) for row in sheet.rows)


def _tell_sheet(seen: Seen, sheets: list[SheetSeen], best: SheetSeen, same_head: list[str]) -> None:
    """Say which sheets are taken, those of one head together, and ask where others could be meant."""
    if len(sheets) == 1 and not best.hidden:
        return
    if len(same_head) > 1:
        template = _("sheets of one head, read as one table: {names}")
        evidence = Evidence("\n".join(same_head), worded(template, names=same_head), sure=False)
        seen.settings["sheet"] = evidence
        question = _("{file}: does a row stand in one of the sheets {names} only, in none again?")
        seen.questions.append(worded(question, file=seen.shown, names=same_head))
        return
    alike = [
        each.name
        for each in sheets
        if each is not best and not each.hidden and 2 * _width(each) > _width(best)
    ]
    if alike:
        question = _("{file}: sheets {names} look like tables too. Which one is meant?")
        seen.questions.append(worded(question, file=seen.shown, names=alike))
    why = worded(_("the widest of {n} sheets"), n=len(sheets))
    seen.settings["sheet"] = Evidence(best.name, why, sure=not alike and not best.hidden)


def _invoices(seen: Seen) -> None:
    """Look into a file of invoices as XML, whose columns need no mapping."""
    kind, seen.kind = xml_kind(seen.path, shown=seen.shown), "xml"
    if not kind:
        seen.problem = _("it is no XML of invoices that is read here (JPK_FA, FA of KSeF)")
        return
    seen.settings["form"] = Evidence(kind, _("its first element and form say so"))
    _keep(seen, partial(xml_records, seen.path, AS_TYPED, shown=seen.shown), AS_TYPED)


def _parquet(seen: Seen) -> None:
    """Look into the first rows of a Parquet file."""
    seen.kind = "parquet"
    first = next(sound_batches(seen.path, shown=seen.shown), None)
    if first is None or not first.num_rows:
        seen.problem = _("it has no row")
        return
    seen.head = list(first.schema.names)
    seen.columns = [_texts(column) for column in first.slice(length=ROWS_READ).columns]
    if pq.read_metadata(seen.path).num_rows > ROWS_READ:
        seen.notes.append(worded(_("only the first {n} rows were looked at"), n=ROWS_READ))
        seen.to_the_end = partial(_whole_column, seen)


def _whole_column(seen: Seen, place: int) -> Iterator[str]:
    """Yield the values of one column of a Parquet file."""
    for batch in sound_batches(seen.path, [seen.head[place]], shown=seen.shown):
        yield from _texts(batch.column(0))


def _texts(column: pa.Array) -> list[str]:
    """Return a column's values as text, its own numbers and days marked."""
    kind = column.type
    own = pa.types.is_temporal(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    if pa.types.is_timestamp(kind):
        column = column.cast(pa.date32(), safe=False)
    return ["" if each is None else f"{each}{NATIVE if own else ''}" for each in column.to_pylist()]
