"""Files of the invented company, byte for byte the same for the same seed."""

import gzip
import io
from pathlib import Path

import numpy as np
import pandas as pd

GROUPED_EVERY = 89  # one amount in so many is written with a space between thousands
MONTH_FIRST = "%d.%m.%Y"


def numbers(values: pd.Series | np.ndarray, *, places: int) -> np.ndarray:
    """Write numbers with a decimal comma, now and then with a space between thousands.

    Examples
    --------
    >>> numbers(np.array([-1234.5, 7.25]), places=2).tolist()
    ['-1 234,50', '7,25']
    """
    plain = np.asarray(values, dtype=np.float64)
    texts = [f"{value:.{places}f}".replace(".", ",") for value in plain.tolist()]
    for place in range(0, len(texts), GROUPED_EVERY):
        if abs(plain[place]) >= 1000:
            grouped = f"{plain[place]:,.{places}f}".replace(",", " ").replace(".", ",")
            texts[place] = grouped
    return np.array(texts, dtype=object)


def days(values: pd.Series) -> pd.Series:
    """Write days as day.month.year; missing ones as nothing.

    Examples
    --------
    >>> days(pd.Series(pd.to_datetime(["2025-12-31", None]))).tolist()
    ['31.12.2025', '']
    """
    return pd.to_datetime(values).dt.strftime(MONTH_FIRST).fillna("")


def write_text(path: Path, text: str) -> None:
    """Write text as UTF-8; a name that ends in gz is packed without name and time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = text.encode("utf-8")
    if path.suffix == ".gz":
        packed = io.BytesIO()
        with gzip.GzipFile("", "wb", compresslevel=9, fileobj=packed, mtime=0) as file:
            file.write(data)
        data = packed.getvalue()
    path.write_bytes(data)


def write_table(path: Path, table: pd.DataFrame) -> None:
    """Write a table of texts and whole numbers with semicolons and a head."""
    write_text(path, table.to_csv(sep=";", index=False, lineterminator="\n"))
