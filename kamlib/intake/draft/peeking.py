"""Looking into files: what kind each is, and a bounded part of its cells as text.

Nothing is converted. At most `BYTES_READ` of a file and 20,000 rows are looked at, and what was left
unread is said; columns of days alone are read to their end (`Seen.to_the_end`).
"""

import contextlib
import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from kamlib.errors import DataError
from kamlib.intake.draft import typed
from kamlib.intake.draft.grids import (
    ROWS_READ,
    SEPARATORS,
    Grid,
    Row,
    broken_row,
    grid_of,
    in_words,
    names_columns,
    rows_of,
    separator_of,
)
from kamlib.intake.draft.letters import encoding_of, spoilt_letters
from kamlib.intake.draft.seen import Seen, keep
from kamlib.intake.draft.told import Told, few
from kamlib.intake.encodings import REPAIRS, lines_not_in, two_bytes_a_letter
from kamlib.language import N_, _, ngettext, number

BYTES_READ = 8_000_000
TEXT = (".csv", ".txt", ".tsv")
EXCEL = (".xlsx", ".xlsm")
ENDINGS = (*TEXT, *(f"{each}.gz" for each in TEXT), *EXCEL, ".xml", ".parquet")
NOT_TEXT = {
    b"\x1f\x8b": N_("it is packed with gzip, and its name does not say so"),
    b"PK\x03\x04": N_("it is an Excel workbook or a zip archive, and its name does not say so"),
    b"PAR1": N_("it is Parquet, and its name does not say so"),
    b"\xd0\xcf\x11\xe0": N_(
        "it is an old Excel workbook, or one with a password: save it as .xlsx"
    ),
    b"%PDF": N_("it is a PDF: ask for the table behind it"),
}


def is_readable(path: Path) -> bool:
    """Tell whether a file has one of the endings that are looked into."""
    return path.name.lower().endswith(ENDINGS)


def look_into(path: Path, *, shown: str) -> Seen:
    """Return what a file is and holds; a file that cannot be read says so in `problem`."""
    ending = path.name.lower().removesuffix(".gz")
    try:
        if ending.endswith(".parquet"):
            return typed.parquet(path, shown)
        if ending.endswith(".xml"):
            return typed.invoices(path, shown)
        if ending.endswith(EXCEL):
            return typed.workbook(path, shown)
        return _text(path, shown)
    except DataError as error:
        return Seen(path, shown, problem=str(error))
    except (EOFError, gzip.BadGzipFile, zlib.error):
        return Seen(path, shown, problem=_("it is no whole gzip file"))
    except OSError as error:
        return Seen(
            path, shown, problem=_("it cannot be opened ({why})").format(why=error.strerror)
        )


# --------------------------------------------------------------------------------- text
def _text(path: Path, shown: str) -> Seen:
    """Look into a file of text: letters first, then cells, then the head."""
    packed = path.name.lower().endswith(".gz")
    with gzip.open(path) if packed else path.open("rb") as stream:
        raw, whole = stream.read(BYTES_READ), not stream.read(1)
    problem = _not_text(raw)
    if problem:
        return Seen(path, shown, problem=problem)
    encoding = encoding_of(raw, whole=whole)
    if problem := _of_two_encodings(raw, encoding.value, whole=whole):
        return Seen(path, shown, problem=problem)
    text = _decoded(raw, encoding.value)
    if not whole:
        text = text[: text.rfind("\n") + 1]
        if not text:
            template = _("its first {n} bytes hold no end of a line: that is no table")
            return Seen(path, shown, problem=template.format(n=number(BYTES_READ)))
    seen = Seen(path, shown, settings={"encoding": encoding})
    _tell_spoilt(seen, text)
    _tell_cells(seen, text, whole=whole)
    if not whole:
        template = _("only the first {n} bytes were looked at")
        seen.notes.append(template.format(n=number(BYTES_READ)))
    return seen


def _of_two_encodings(raw: bytes, encoding: str, *, whole: bool) -> str:
    """Return which line a file of UTF-8 has from elsewhere; empty where there is none."""
    if encoding != "utf-8":
        return ""
    others = lines_not_in(encoding, raw.splitlines() if whole else raw.splitlines()[:-1])
    if not others.n:
        return ""
    template = _(
        "line {line} is not written in UTF-8, but most of it is: of {all} lines with letters beyond "
        "ASCII {n} cannot be read. Were files of two encodings put together? Export it in one"
    )
    return template.format(line=others.first, n=number(others.n), all=number(others.every))


def _decoded(raw: bytes, encoding: str) -> str:
    """Return bytes as text; a byte order mark is no part of it."""
    return raw.decode("utf-8-sig" if encoding == "utf-8" else encoding, errors="replace")


def _not_text(raw: bytes) -> str:
    """Return why bytes are no text, empty where they may be."""
    if not raw.strip(b"\xef\xbb\xbf\r\n\t ;,"):
        return _("it is empty")
    for mark, nature in NOT_TEXT.items():
        if raw.startswith(mark):
            return _(nature)
    two_bytes = raw[:2] in (b"\xff\xfe", b"\xfe\xff") or two_bytes_a_letter(raw)
    if not two_bytes and b"\x00" in raw:
        return _("it holds zero bytes, which no text has: is it a program's own file?")
    return ""


def _tell_spoilt(seen: Seen, text: str) -> None:
    """Say that letters were spoilt before, and what mends them."""
    spoilt = spoilt_letters(text)
    if spoilt is None:
        return
    template = _(
        "{n} letters were spoilt before the file came here: UTF-8 was read as {encoding} and saved "
        "again ({example} was {meant})"
    )
    why = template.format(
        n=number(spoilt.places),
        encoding=REPAIRS[spoilt.repair],
        example=few([spoilt.example]),
        meant=few([spoilt.meant]),
    )
    seen.settings["repair"] = Told(spoilt.repair, why, sure=False)
    question = _("{file}: {why}. Can it be exported again? Repairing is second best.")
    asked = question.format(file=seen.shown, why=why)
    if spoilt.lost:
        asked += " " + ngettext(
            "{n} letter is lost for good.", "{n} letters are lost for good.", spoilt.lost
        ).format(n=number(spoilt.lost))
    seen.questions.append(asked)


def _tell_cells(seen: Seen, text: str, *, whole: bool) -> None:
    """Find separator and head, and keep the cells by column."""
    separator = separator_of(text)
    rows = rows_of(text, separator.value if separator else ",")
    grid = grid_of(rows)
    if grid is None:
        seen.problem = _no_head(rows, text, separator)
        return
    if grid.widest != len(grid.head):
        seen.problem = _of_two_widths(grid, separator)
        return
    mark = separator.value if separator else ","
    if broken := broken_row(text, mark, head_line=grid.head_line, whole=whole):
        seen.problem = broken
        return
    if separator:
        seen.settings["separator"] = separator
    _tell_head(seen, grid)
    keep(seen, grid)
    if not whole or len(rows) > ROWS_READ:
        seen.to_the_end = partial(_cells_below, seen, mark, grid.head_line)


def _cells_below(seen: Seen, separator: str, head_line: int, place: int) -> Iterator[str]:
    """Yield the cells of one column from the head to the end of the file, or to what breaks it."""
    encoding = seen.settings["encoding"].value
    known = "utf-8-sig" if encoding == "utf-8" else encoding
    packed = seen.path.name.lower().endswith(".gz")
    with (
        gzip.open(seen.path) if packed else seen.path.open("rb") as raw,
        io.TextIOWrapper(raw, known, errors="replace", newline="") as lines,
        contextlib.suppress(csv.Error, EOFError, gzip.BadGzipFile, zlib.error),
    ):
        for cells in csv.reader(islice(lines, head_line, None), delimiter=separator):
            if len(cells) == len(seen.head):
                yield cells[place]


def _no_head(rows: list[Row], text: str, separator: Told | None) -> str:
    """Say why no row is taken for the head."""
    filled = [cells for _line, cells in rows if any(cells)]
    if not filled:
        return _("it is empty")
    first = text.lstrip().partition("\n")[0]
    for mark in SEPARATORS:
        names = rows_of(first, mark)[0][1]
        if len(names) > 1 and separator and mark != separator.value and names_columns(names):
            template = _(
                "its head is separated by a {one}, its rows by a {other}, which stands in numbers or "
                "names too, without quotes. Where a cell ends cannot be told any more; export it again"
            )
            return template.format(one=in_words(mark), other=in_words(separator.value))
    template = _("no row looks like a head of names (it starts with {example})")
    return template.format(example=few(filled[0]))


def _of_two_widths(grid: Grid, separator: Told | None) -> str:
    """Say why head and rows do not fit each other."""
    template = _(
        "its head has {head} names and most rows have {rows} cells: the {separator} separates cells "
        "and stands in numbers or names too, without quotes. Nobody can tell them apart; export it "
        "again with another separator"
    )
    name = in_words(separator.value if separator else ",")
    return template.format(head=len(grid.head), rows=grid.widest, separator=name)


def _tell_head(seen: Seen, grid: Grid) -> None:
    """Say where the head stands."""
    if grid.head_line > 1:
        template = _("above it stand {titles}") if grid.titles else _("above it is nothing")
        why = template.format(titles=few(grid.titles))
        seen.settings["header_row"] = Told(str(grid.head_line), why)
