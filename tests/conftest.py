"""Where tests find things, and named worlds that several tests stand on."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from postgres_server import running_server

hypothesis.settings.register_profile("unhurried", deadline=None)  # machines differ in speed
hypothesis.settings.load_profile("unhurried")
ROOT = Path(__file__).resolve().parent.parent
REFERENCE = Path(os.environ.setdefault("KAM_REFERENCE_DATA", str(ROOT.parent / "shared" / "data")))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("0*.ipynb"))
LONGEST = (  # begun first, so that at the end no worker is left alone with one of them
    "test_intake.py",
    "test_small_tables.py",
    "test_identity.py",
    "test_scenarios.py",
    "test_same_answers.py",
    "test_check.py",
    "test_one_run.py",
    "test_polish_dirty.py",
    "test_claims.py",
    "test_publish.py",
    "test_polish_buyers.py",
    "test_quality.py",
    "test_messy_files.py",
    "test_cli.py",
    "test_draft.py",
    "test_documents.py",
    "test_orders.py",
    "test_postgres.py",
    "test_truth.py",
    "test_canary.py",
    "test_currency.py",
    "test_demo.py",
    "test_withholding.py",
    "test_what_cells_mean.py",
    "test_invoices_xml.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; within a file the order stays."""
    place = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.name, len(LONGEST)))


def pytest_collection_finish() -> None:
    """Let the collector look less often, and not at what is loaded: queries are compiled faster."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session")
def adventureworks() -> Path:
    """Return the engagement on real order lines; skip where the reference data are absent."""
    folder = REFERENCE / "adventureworks_resellers"
    if not folder.exists():
        pytest.skip(f"reference data are absent: set KAM_REFERENCE_DATA (looked in {folder})")
    return ROOT / "data" / "adventureworks"


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Return the address of a PostgreSQL server; skip where there is none."""
    with running_server() as address:
        yield address


@pytest.fixture(scope="session")
def demo_stages(tmp_path_factory) -> Path:
    """Return the demo's stage tables for FY2025, made once for all workers; nobody may change them."""
    from fastpath import run_stages  # the Spark tests have an environment without notebooks
    from filelock import FileLock

    home = tmp_path_factory.getbasetemp()
    shared = home.parent if "PYTEST_XDIST_WORKER" in os.environ else home
    folder = shared / "demo_stages"
    with FileLock(f"{folder}.lock"):
        if not (folder / "receipt_summary.json").exists():
            run_stages(ROOT / "data" / "demo", "FY2025", folder)
    return folder
