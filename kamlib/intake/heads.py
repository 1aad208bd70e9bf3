"""Heads that do not fit what stands under them: rejected with the likely way out, never mended."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from kamlib.core.errors import DataError
from kamlib.intake.dialects import Dialect

SEPARATORS = {";": "';'", ",": "','", "\t": "a tab", "|": "'|'"}
MARKS = " \t\n\r\u00a0\u202f\ufeff"  # around a name, and no part of it
Row = tuple[int, list[str]]


def with_empty_names(head: Sequence[str], rows: Sequence[Row]) -> list[str]:
    """Return a head with an empty name over each empty cell in which all rows under it end.

    Programs write a separator behind the last cell of each row, and none behind the last name.

    Examples
    --------
    >>> with_empty_names(["no", "net"], [(2, ["F1", "5", ""]), (3, ["F2", "7", ""])])
    ['no', 'net', '']
    """
    below = [cells for _, cells in rows if not is_head_again(cells, head)]
    widths = set(map(len, below))
    behind = max(widths, default=0) - len(head)
    empty = not any(cell.strip() for cells in below for cell in cells[len(head) :])
    if len(widths) == 1 and behind > 0 and empty and len(head) > 1:
        return [*head, *[""] * behind]
    return list(head)


def is_head_again(cells: Sequence[str], head: Sequence[str]) -> bool:
    """Tell whether a row repeats the head, as in files put together or printed by page.

    Examples
    --------
    >>> is_head_again(["\\ufeffno", " net"], ["no", "net", ""])
    True
    """
    if not cells or cells[0].strip(MARKS) != head[0].strip(MARKS):
        return False
    names = [unicodedata.normalize("NFC", cell).strip(MARKS) for cell in cells]
    known = [unicodedata.normalize("NFC", cell).strip(MARKS) for cell in head]
    return [*names, *[""] * (len(known) - len(names))] == known


def holds_values(head: Sequence[str]) -> bool:
    """Tell whether what stands where names should is a row of values: numbers, days and the like.

    Examples
    --------
    >>> holds_values(["FV/1/2024", "05.01.2024", "ACME", "12,50"]), holds_values(["no", "Q1 2024"])
    (True, False)
    """
    filled = [cell.strip() for cell in head if cell.strip()]
    values = sum(2 * sum(map(str.isdigit, cell)) >= len(cell) for cell in filled)
    return values > 1 and 3 * values > len(filled)


def refuse_unfit_head(
    head: Sequence[str], rows: Sequence[Row], dialect: Dialect, *, shown: str
) -> None:
    """Raise DataError if the first rows under a head show that it is not the head of them.

    Parameters
    ----------
    head : the cells of the head
    rows : the first rows under it, each with the number of its line
    """
    usual = Counter(len(cells) for _, cells in rows).most_common(1)
    width = usual[0][0] if usual else len(head)
    if len(head) == 1 or width == 1 < len(head):
        _refuse_separator(head, rows, dialect, shown)
    if width == len(head):
        return
    line = next((n for n, cells in rows if len(cells) == width and _is_head_like(cells)), None)
    if line:
        raise DataError(
            f"the head of {shown} has {len(head)} cells, the rows below it {width}: "
            f"line {line} looks like the head. "
            f"Set header_row: {line} for this input in engagement.yaml."
        )
    if width > len(head) and all(len(cells) != len(head) for _, cells in rows):
        _refuse_longer_rows(head, rows, dialect, shown)


def refuse_mostly_ragged(widths: Counter[int], width: int, *, shown: str) -> None:
    """Raise DataError if most rows of a file have more or fewer cells than its head.

    Parameters
    ----------
    widths : Counter, how many rows have how many cells
    width : int, how many cells the head has
    """
    every = widths.total()
    odd = every - widths[width]
    if 2 * odd > every:
        usual = max((n for n in widths if n != width), key=lambda n: (widths[n], n))
        raise DataError(
            f"{odd} of {every} rows of {shown} do not fit its head: it has {width} cells, most "
            f"of them {usual}. Look at the separator and at header_row, or export the file again "
            f"with its texts in quotes."
        )


def _refuse_separator(
    head: Sequence[str], rows: Sequence[Row], dialect: Dialect, shown: str
) -> None:
    """Raise DataError if head or rows plainly have another separator than the declared one."""
    declared = dialect.separator
    top, texts = declared.join(head), [declared.join(cells) for _, cells in rows]
    of_head, of_rows = _separator(top), _separator(*texts) if texts else _separator(top)
    if of_head and of_head == of_rows != declared:
        raise DataError(
            f"the cells of {shown} are separated by {SEPARATORS[of_head]}, not by "
            f"{SEPARATORS.get(declared, repr(declared))}. "
            f"Set separator in its dialect in engagement.yaml."
        )
    if of_head and of_rows and of_head != of_rows:
        why = _decimal_comma(texts) if of_rows == "," else ""
        raise DataError(
            f"the head of {shown} is separated by {SEPARATORS[of_head]}, its rows by "
            f"{SEPARATORS[of_rows]}{why}. {_EXPORT_AGAIN}"
        )


_EXPORT_AGAIN = (
    "Export it again with one separator throughout: ';' or a tab between the cells, or the amounts "
    "in quotes."
)


def _refuse_longer_rows(
    head: Sequence[str], rows: Sequence[Row], dialect: Dialect, shown: str
) -> None:
    """Raise DataError because no row is as short as its head."""
    texts = [dialect.separator.join(cells) for _, cells in rows]
    why = _decimal_comma(texts) if dialect.separator == "," else ""
    raise DataError(
        f"every row of {shown} has more cells than its head, which has {len(head)}"
        f"{why or ', so nobody can tell which cell belongs to which name'}. {_EXPORT_AGAIN}"
    )


def _decimal_comma(texts: Sequence[str]) -> str:
    """Say that a comma parts cells and decimals alike, where rows look like that."""
    halves = sum(
        one.strip().isdigit() and len(two) == 2 and two.isdigit()
        for text in texts
        for one, two in pairwise(text.split(","))
    )
    if halves < len(texts):
        return ""
    return (
        ", and a comma is also the decimal mark of amounts without quotes: where a cell ends "
        "cannot be told from where the cents begin, and nothing brings that back"
    )


def _separator(*texts: str) -> str:
    """Return the separator that all texts have the most of; empty if none has any."""
    found = {mark: min(text.count(mark) for text in texts) for mark in SEPARATORS}
    best = max(SEPARATORS, key=found.__getitem__)
    return best if found[best] else ""


def _is_head_like(cells: Sequence[str]) -> bool:
    """Tell whether cells may be names of columns: filled, each another, none with many digits."""
    names = [cell.strip() for cell in cells]
    return (
        len(names) > 1
        and len(set(names)) == len(names)
        and all(name and sum(map(str.isdigit, name)) * 3 < len(name) for name in names)
    )
