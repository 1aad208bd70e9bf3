"""Where tests find things, and named worlds that several tests stand on."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = Path(os.environ.setdefault("KAM_REFERENCE_DATA", str(ROOT.parent / "shared" / "data")))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("0*.ipynb"))


@pytest.fixture(scope="session")
def adventureworks() -> Path:
    """Return the engagement on real order lines; skip where the reference data are absent."""
    folder = REFERENCE / "adventureworks_resellers"
    if not folder.exists():
        pytest.skip(f"reference data are absent: set KAM_REFERENCE_DATA (looked in {folder})")
    return ROOT / "data" / "adventureworks"
