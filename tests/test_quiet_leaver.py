"""A key account of the demo that ordered every ten days and has been silent for seven months."""

import gzip
import shutil

import pandas as pd
import pytest
from conftest import ROOT
from fastpath import run_stages, table

from kamlib.staying.customer_base import leaving

GONE = "K00292"


@pytest.fixture(scope="module")
def without(tmp_path_factory):
    """Return the demo's stage tables without the lines of that customer from June 2025 on."""
    home = tmp_path_factory.mktemp("leaver") / "demo"
    shutil.copytree(ROOT / "data" / "demo", home)
    (home / "reference" / "return_rates.csv").unlink(missing_ok=True)
    file = home / "input" / "sales_2025.csv.gz"
    lines = gzip.decompress(file.read_bytes()).decode().splitlines(keepends=True)
    kept = [
        line
        for line in lines
        if not (line.split(";")[3] == GONE and line.split(";")[2][3:5] >= "06")
    ]
    assert len(lines) > len(kept)
    file.write_bytes(gzip.compress("".join(kept).encode()))
    return run_stages(home, "FY2025", home.parent / "stages", until="pyramid")


def test_who_has_gone_silent_is_no_key_account_now(without, demo_stages):
    before, after = (
        table(stages, "key_accounts").set_index("party_id").loc[GONE]
        for stages in (demo_stages, without)
    )

    assert before["verdict"] == "key_account_now"
    assert after["verdict"] != "key_account_now"


def test_who_has_gone_silent_is_among_the_first_five_who_are_leaving(without):
    statement = table(without, "profitability").query("relation == 'external'")
    profit = statement.groupby("customer_id")["customer_profit"].max()
    stays = table(without, "staying")

    found = leaving(
        stays,
        profit,
        table(without, "customer_months"),
        None,
        end=pd.Timestamp("2025-12-31").date(),
    )

    assert GONE in set(found["customer_id"].head(5))
    signs = found.set_index("customer_id")["signs"]
    assert signs[GONE] == "silent"
