"""Stage tables on disk: Parquet with its meaning in the metadata, and a note that proves it.

Beside ``<table>.parquet`` stands ``<table>.json`` with the stage that wrote it, its rows and the hash
of the file. A table without a note was put there by hand and is taken as it is; a table that is not
the one its note speaks of is refused, because a flipped byte gives a wrong sum and no error.
"""

import hashlib
import itertools
import json
import shutil
import weakref
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from kamlib.core.errors import DataError
from kamlib.core.scratch import Scratch
from kamlib.core.vocabulary import COLUMNS

SCHEMA_VERSION = 1
ROWS_IN_A_GROUP = 2**20
EXACT = pd.ArrowDtype(pa.decimal128(38, 6))


@dataclass(frozen=True)
class Note:
    """What was written: table, stage, rows, and the hash of the Parquet file."""

    table: str
    stage: str
    rows: int
    sha256: str
    schema_version: int = SCHEMA_VERSION


def write_table(frame: pd.DataFrame, folder: Path, name: str, *, stage: str) -> Note:
    """Write a stage table and its note; the same frame gives the same bytes.

    Parameters
    ----------
    frame : DataFrame, without an index of its own
    folder : Path, made if it is not there
    name, stage : str, the table and the stage that writes it
    """
    whole = pa.Table.from_pandas(frame, preserve_index=False)
    return write_parts([whole], folder, name, stage=stage)


def write_parts(parts: Iterable[pa.Table], folder: Path, name: str, *, stage: str) -> Note:
    """Write a stage table that comes in parts, of which only a few are held at one time.

    The file has as many rows in a group whatever the parts, so that the same rows give the same
    bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    groups = _groups(parts)
    first = next(groups)
    fields = [column.with_metadata(_meaning(column.name)) for column in first.schema]
    about = {"kam": json.dumps({"table": name, "stage": stage, "schema_version": SCHEMA_VERSION})}
    schema, rows = pa.schema(fields, metadata=about), 0
    path = folder / f"{name}.parquet"
    with pq.ParquetWriter(path, schema, compression="zstd", write_page_checksum=True) as file:
        for group in itertools.chain([first], groups):
            file.write_table(group.cast(schema), row_group_size=ROWS_IN_A_GROUP)
            rows += group.num_rows
    note = Note(name, stage, rows, file_hash(path))
    (folder / f"{name}.json").write_text(json.dumps(note.__dict__, indent=1) + "\n")
    return note


def _groups(parts: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Yield the rows of all parts in groups of one size; of no rows, one group without any."""
    waiting: list[pa.Table] = []
    for part in parts:
        waiting.append(part)
        while sum(table.num_rows for table in waiting) > ROWS_IN_A_GROUP:
            held = pa.concat_tables(waiting)
            yield held.slice(0, ROWS_IN_A_GROUP).combine_chunks()
            waiting = [held.slice(ROWS_IN_A_GROUP)]
    yield pa.concat_tables(waiting).combine_chunks()


class Tables(Mapping[str, pd.DataFrame]):
    """Tables by name: small ones at hand, those of many rows in a folder until they are asked for.

    The folder goes when nobody holds the tables any more.
    """

    def __init__(self, stage: str) -> None:
        self._stage, self._at_hand = stage, dict[str, pd.DataFrame | None]()
        scratch = Scratch()
        self._folder = scratch.path
        weakref.finalize(self, scratch.remove)

    def hold(self, frames: Mapping[str, pd.DataFrame]) -> None:
        """Keep small tables at hand."""
        self._at_hand.update(frames)

    def lay_down(self, name: str, parts: Iterable[pa.Table]) -> None:
        """Put a table of many rows into the folder."""
        write_parts(parts, self._folder, name, stage=self._stage)
        self._at_hand[name] = None

    def write(self, name: str, folder: Path) -> Note:
        """Write one of the tables as a stage table, see `write_table`."""
        frame = self._at_hand[name]
        if frame is not None:
            return write_table(frame, folder, name, stage=self._stage)
        folder.mkdir(parents=True, exist_ok=True)
        for kind in ("parquet", "json"):
            shutil.copyfile(self._folder / f"{name}.{kind}", folder / f"{name}.{kind}")
        note = read_note(folder, name)
        assert note is not None
        return note

    def __getitem__(self, name: str) -> pd.DataFrame:
        frame = self._at_hand[name]
        return read_table(self._folder, name) if frame is None else frame

    def __iter__(self) -> Iterator[str]:
        return iter(self._at_hand)

    def __len__(self) -> int:
        return len(self._at_hand)


def read_table(folder: Path, name: str) -> pd.DataFrame:
    """Read a stage table after checking it against its note.

    Exact money columns come as decimals that add up exactly; everything else as usual.

    Raises
    ------
    DataError
        The file is not the one its note speaks of, or has another schema version.
    """
    path = folder / f"{name}.parquet"
    note = read_note(folder, name)
    if note and (note.sha256 != file_hash(path) or note.schema_version != SCHEMA_VERSION):
        raise DataError(
            f"{name}.parquet is not the file that the {note.stage} stage wrote "
            f"(its hash or schema version differs). Run that notebook again; if you replaced the "
            f"table on purpose, delete {name}.json beside it."
        )
    table = pq.read_table(path, page_checksum_verification=True)
    return table.to_pandas(types_mapper=_exact_decimals, ignore_metadata=True)


def read_note(folder: Path, name: str) -> Note | None:
    """Return the note of a table, None where the table was put there by hand."""
    path = folder / f"{name}.json"
    return Note(**json.loads(path.read_text())) if path.exists() else None


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal text."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def content_hash(frame: pd.DataFrame) -> str:
    """Return the SHA-256 of what a frame holds, whatever the order of its rows and columns.

    Examples
    --------
    >>> rows = pd.DataFrame({"a": [2, 1], "b": ["x", "y"]})
    >>> content_hash(rows) == content_hash(rows[["b", "a"]].iloc[::-1])
    True
    """
    ordered = frame[sorted(frame.columns)]
    ordered = ordered.sort_values(list(ordered.columns), ignore_index=True)
    return hashlib.sha256(ordered.to_csv(index=False).encode()).hexdigest()


def untold_levels(accounts: pd.DataFrame) -> pd.Series:
    """Mark who stands at level 1 only because something is missing: its level is not told.

    Examples
    --------
    >>> levels = pd.DataFrame({"confirmed_level": [1, 1, 2], "possible_level": [1, 3, 4]})
    >>> untold_levels(levels).tolist()
    [False, True, False]
    """
    lowest = (accounts["confirmed_level"] == 1) & (accounts["possible_level"] > 1)
    return lowest.fillna(False).astype(bool)


def exact_sums(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Add up exact money columns per customer, without rounding.

    From  ``customer_id, <columns as decimals>``
    to    one row per customer, sorted, with the exact sums.
    """
    table = pa.Table.from_pandas(frame[["customer_id", *columns]], preserve_index=False)
    sums = table.group_by("customer_id", use_threads=False).aggregate(
        [(name, "sum") for name in columns]
    )
    sums = sums.rename_columns(["customer_id", *columns]).sort_by("customer_id")
    return sums.to_pandas(types_mapper=_exact_decimals)


def among(ids: pd.Series | pd.Index, others: pd.Series | pd.Index) -> np.ndarray:
    """Tell which ids are among others: as `isin`, which takes up each of the others by itself.

    Examples
    --------
    >>> among(pd.Series(["A", "B", "C"]), pd.Series(["C", "A"])).tolist()
    [True, False, True]
    """
    mine, theirs = (pa.array(pd.Series(each, dtype="str")) for each in (ids, others))
    return np.asarray(pc.is_in(mine, value_set=theirs))


def floats(exact: pd.Series) -> np.ndarray:
    """Return exact money as floats; nothing known becomes NaN."""
    return exact.astype("float64").to_numpy(dtype=np.float64, na_value=np.nan)


def _exact_decimals(kind: pa.DataType) -> pd.ArrowDtype | None:
    return EXACT if pa.types.is_decimal(kind) else None


def _meaning(name: str) -> dict[str, str]:
    known = COLUMNS.get(name)
    return {"label": known.label, "unit": known.unit, "meaning": known.meaning} if known else {}
