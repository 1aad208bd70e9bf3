"""Reference values that are frozen with an engagement: where they stand, and what they rest on."""

from pathlib import Path
from typing import TYPE_CHECKING

from kamlib.core.errors import DataError

if TYPE_CHECKING:
    from kamlib.settings.model import Engagement

MEASURED_ON = "inputs"  # the column that holds the hash of what was measured


def frozen_files(engagement: "Engagement") -> list[Path]:
    """Return the files of reference values that were frozen with an engagement.

    Raises
    ------
    DataError
        One of them does not say what it was measured on.
    """
    files = sorted((engagement.folder / "reference").glob("*.csv"))
    for path in files:
        with path.open(encoding="utf-8", errors="replace") as file:
            names = file.readline().strip().split(",")
        if MEASURED_ON not in names:
            raise DataError(
                f"{engagement.relative(path)} does not say what it was measured on (it has no column "
                f"'{MEASURED_ON}'), so nobody can tell whether it still holds. Delete it, and the next "
                f"run measures it afresh."
            )
    return files
