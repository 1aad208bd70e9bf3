"""Twenty-five ways in which one Polish sales export arrives: each has its verdict, and no money is lost.

The same 383 lines each time; the data lie outside the project, and without them these tests skip.
Who buys, in what currency and how often a line stands there is in test_polish_buyers.
"""

import json
import os
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from kamlib.core.errors import DataError
from kamlib.intake import read_inputs
from kamlib.settings.engagement import load_engagement

REFERENCE = Path(os.environ.get("KAM_REFERENCE_DATA", Path(__file__).parents[1] / "../shared/data"))
DIRTY = REFERENCE / "polish_dirty"
pytestmark = pytest.mark.skipif(
    not (DIRTY / "truth.json").is_file(), reason="no polish_dirty under KAM_REFERENCE_DATA"
)

COLUMNS = {
    "invoice_id": "Numer faktury",
    "date": "Data sprzedaży",
    "customer_id": "NIP",
    "product_id": "Indeks",
    "quantity": "Ilość",
    "net_amount": "Wartość netto",
    "cost_of_goods_sold": "Koszt własny",
}
ERP = {
    "encoding": "cp1250",
    "separator": ";",
    "decimal": ",",
    "thousands": " ",
    "date": "%d.%m.%Y",
}
PERIODS = {"FY2024": {"from": "2024-01-01", "to": "2024-12-31"}}
UTF8 = {"encoding": "utf-8"}
NAMES = {name.partition("_")[0]: name for name in os.listdir(DIRTY)} if DIRTY.is_dir() else {}


def engagement_for(
    folder, number, *, dialect=None, columns=None, dialects=True, extra=None, **given
):
    """Write an engagement around one of the files and load it.

    `dialect` is laid over `ERP` (``dialects=False``: nothing is declared), `columns` over `COLUMNS`
    (None takes one away); `given` are further keys of the input, `extra` of the engagement.
    """
    name = NAMES[number]
    (folder / "input").mkdir(exist_ok=True)
    shutil.copy(DIRTY / name, folder / "input" / name)
    mapped = {ours: theirs for ours, theirs in (COLUMNS | (columns or {})).items() if theirs}
    lines = {"files": f"input/{name}", "columns": mapped, **given}
    whole = {"currency": "PLN", "periods": PERIODS, "inputs": {"invoice_lines": lines}}
    if dialects:
        lines["dialect"] = "erp"
        whole["dialects"] = {"erp": ERP | (dialect or {})}
    text = yaml.safe_dump(whole | (extra or {}), allow_unicode=True)
    (folder / "engagement.yaml").write_text(
        text.replace("'2024-", "2024-").replace("-01'", "-01").replace("-31'", "-31")
    )
    return load_engagement(folder)


def read(folder, number, **how):
    """Read one of the files."""
    return read_inputs(engagement_for(folder, number, **how), "FY2024")


def totals(intake) -> tuple:
    """Return lines, net, cost and customers, summed exactly."""
    months = intake.tables["customer_months"]
    net, cost = (
        sum(map(Decimal, map(str, months[name])), Decimal(0))
        for name in ("invoice_revenue", "cost_of_goods_sold")
    )
    return int(months["lines"].sum()), net, cost, months["customer_id"].nunique()


@pytest.fixture(scope="module")
def truth() -> tuple:
    """Lines, net, cost and customers as they are."""
    found = json.loads((DIRTY / "truth.json").read_text())
    net, cost = (Decimal(str(found[name])) for name in ("net", "cost"))
    return found["rows"], net, cost, found["customers"]


# --------------------------------------------------------------------------- exact as declared
FILE_08 = ["%d.%m.%Y", "%d.%m.%y", "%Y-%m-%d", "%d/%m/%Y", "excel", "%d %b %Y"]
EXACT = {  # file → what its engagement declares
    "01": {},
    "02": {"dialect": UTF8},
    "03": {"dialect": {"encoding": "iso8859-2"}},
    "04": {"dialect": {"encoding": "cp852"}},
    "05": {"dialect": UTF8},
    "06": {"dialect": UTF8},
    "07": {"dialect": {"separator": "\t", "thousands": "."}},
    "08": {"dialect": UTF8 | {"date": FILE_08}},
    "12": {"header_row": 4},
    "23": {},
    "24": {"sheet": "Sprzedaż", "header_row": 3},
    "16": {"dialect": UTF8 | {"repair": "utf8_read_as_cp1252"}},
}


@pytest.mark.parametrize("number", EXACT)
def test_a_declared_dialect_gives_every_line_and_every_cent(tmp_path, truth, number):
    intake = read(tmp_path, number, **EXACT[number])
    assert totals(intake) == truth
    reasons = set(intake.tables["quarantine"]["reason"])
    assert reasons == ({"a total, no line of its own"} if number == "12" else set())


def test_totals_of_pages_and_of_the_report_are_set_aside_without_money(tmp_path):
    aside = read(tmp_path, "12", header_row=4).tables["quarantine"]
    assert len(aside) == 8  # seven pages and the end
    assert aside["amount"].isna().all()


def test_lines_above_the_head_are_counted(tmp_path):
    intake = read(tmp_path, "12", **EXACT["12"])
    (said,) = [each for each in intake.outcomes if each.rule == "how_read"]
    assert said.outcome == "FLAG"
    assert "3 × lines above the head, passed over (invoice lines)" in said.said


def test_formulas_in_names_stay_text(tmp_path):
    intake = read(tmp_path, "22", dialect=UTF8, columns={"customer_id": "Nazwa kontrahenta"})
    ids = set(intake.tables["customers"]["customer_id"])
    assert {"@SUM(A1)", "+48 601 000 000", '=HYPERLINK("http://x.invalid";"a")'} <= ids
    assert totals(intake)[0] == 50


def test_with_one_declared_format_the_other_days_are_set_aside_with_their_money(tmp_path, truth):
    intake = read(tmp_path, "08", dialect=UTF8)
    aside = intake.tables["quarantine"]
    assert set(aside["reason"]) == {"not a date"}
    lines, net, *_ = totals(intake)
    assert lines + len(aside) == truth[0]
    assert net + sum(map(Decimal, map(str, aside["amount"])), Decimal(0)) == truth[1]


# --------------------------------------------------------------------------- rejected
REJECTED = {  # file → what is declared, what is said
    "01 undeclared": ({"dialects": False}, "encoding: cp1250"),
    "03 undeclared": ({"dialects": False}, "encoding: iso8859-2"),
    "03 as cp1250": ({}, "make sense in iso8859-2 only"),
    "04 undeclared": ({"dialects": False}, "encoding: cp852"),
    "02 as cp1250": ({}, "make sense in utf-8 only"),
    "02 undeclared": ({"dialects": False}, "separated by ';', not by ','"),
    "08 undeclared": (
        {"dialect": UTF8 | {"date": []}},
        r"found: 70 × like 31/03/2023, .*date: \['%d/%m/%Y', ",
    ),
    "12 undeclared": ({}, "header_row: 4"),
    "15": ({"dialect": UTF8}, "nothing brings that back.*Export it again"),
    "15 by commas": ({"dialect": UTF8 | {"separator": ","}}, "nothing brings that back"),
    "16": ({"dialect": UTF8}, "opened as cp1252 and saved again.*repair: utf8_read_as_cp1252"),
    "19": ({"dialect": UTF8}, "has a head only"),
    "20": ({"dialect": UTF8}, "is empty, without even a head"),
}


@pytest.mark.parametrize("case", REJECTED)
def test_what_is_not_as_declared_is_rejected_with_the_way_out(tmp_path, case):
    declared, says = REJECTED[case]
    with pytest.raises(DataError, match=f"(?s){says}"):
        read(tmp_path, case[:2], **declared)


# --------------------------------------------------------------------------- identity, currency, costs


# --------------------------------------------------------------------------- workbooks and invoice XML
