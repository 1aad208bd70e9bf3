"""Stage tables on disk: Parquet with its meaning in the metadata, and a note that proves it.

Beside ``<table>.parquet`` stands ``<table>.json`` with the stage that wrote it, its rows and the hash
of the file. A table without a note was put there by hand and is taken as it is; a table that is not
the one its note speaks of is refused, because a flipped byte gives a wrong sum and no error.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from kamlib.columns import COLUMNS
from kamlib.errors import DataError

SCHEMA_VERSION = 1
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
    folder.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pandas(frame, preserve_index=False)
    fields = [column.with_metadata(_meaning(column.name)) for column in table.schema]
    about = {"kam": json.dumps({"table": name, "stage": stage, "schema_version": SCHEMA_VERSION})}
    table = table.cast(pa.schema(fields)).replace_schema_metadata(about)
    path = folder / f"{name}.parquet"
    pq.write_table(table, path, compression="zstd", write_page_checksum=True)
    note = Note(name, stage, table.num_rows, file_hash(path))
    (folder / f"{name}.json").write_text(json.dumps(note.__dict__, indent=1) + "\n")
    return note


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


def exact_sums(frame: pd.DataFrame, columns: list[str], *, by: str = "customer_id") -> pd.DataFrame:
    """Add up exact money columns per customer, without rounding.

    From  ``customer_id, <columns as decimals>``
    to    one row per customer, sorted, with the exact sums.
    """
    table = pa.Table.from_pandas(frame[[by, *columns]], preserve_index=False)
    sums = table.group_by(by, use_threads=False).aggregate([(name, "sum") for name in columns])
    sums = sums.rename_columns([by, *columns]).sort_by(by)
    return sums.to_pandas(types_mapper=_exact_decimals)


def floats(exact: pd.Series) -> np.ndarray:
    """Return exact money as floats; nothing known becomes NaN."""
    return exact.astype("float64").to_numpy(dtype=np.float64, na_value=np.nan)


def _exact_decimals(kind: pa.DataType) -> pd.ArrowDtype | None:
    return EXACT if pa.types.is_decimal(kind) else None


def _meaning(name: str) -> dict[str, str]:
    known = COLUMNS.get(name)
    return {"label": known.label, "unit": known.unit, "meaning": known.meaning} if known else {}
