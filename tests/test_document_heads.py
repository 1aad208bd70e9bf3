"""Heads of documents and their lines in files of their own: joined by a key, and nothing is lost."""

import openpyxl
import pytest

from kamlib import read_inputs
from kamlib.core.errors import DataError, ParameterError
from kamlib.report.record import hashes_of_inputs
from kamlib.settings.engagement import load_engagement

HEADS = """\
dok_Id;Nr;Data;Kontrahent;Wartość
7;F1;05.03.2024;A;30
8;F2;06.03.2024;B;7
9;F3;07.03.2024;B;1
"""
LINES = "ob_Id;dok;Wartość\n1;7;10,00\n2;7;20,00\n3;8;7,00\n"
SETTINGS = """\
id: firm
currency: PLN
periods: {{FY2024: {{from: 2024-01-01, to: 2024-12-31}}}}
dialects: {{erp: {{separator: ";", decimal: ",", date: "%d.%m.%Y"}}}}
inputs:
  invoice_lines:
    files: {files}
    dialect: erp
    heads: {{files: {heads}, by: {by}}}
    columns: {{invoice_id: Nr, date: Data, customer_id: Kontrahent, net_amount: Wartość}}
"""


def read(folder, *, lines=LINES, heads=HEADS, by="{dok: dok_Id}", names=("lines.csv", "heads.csv")):
    """Read lines and heads that stand in two files."""
    for name, content in zip(names, (lines, heads), strict=True):
        if content:
            (folder / name).write_text(content, encoding="utf-8")
    text = SETTINGS.format(files=names[0], heads=names[1], by=by)
    (folder / "engagement.yaml").write_text(text, encoding="utf-8")
    return read_inputs(load_engagement(folder), "FY2024")


def revenue(intake) -> dict:
    """Return invoice revenue by customer."""
    months = intake.tables["customer_months"]
    return months.groupby("customer_id")["invoice_revenue"].sum().astype(float).to_dict()


def flagged(intake) -> str:
    """Return what was said of the way in which files were read."""
    return " ".join(each.said for each in intake.outcomes if each.rule == "how_read")


def test_lines_take_number_day_and_customer_from_the_head_of_their_document(tmp_path):
    """A bought for 10 and 20 on one invoice, B for 7; the head's own total is not counted."""
    intake = read(tmp_path)

    assert revenue(intake) == {"A": 30.0, "B": 7.0}
    assert len(intake.tables["orders"]) == 2
    assert all(balance.holds for balance in intake.balances)


def test_a_line_without_a_head_is_set_aside_with_its_money(tmp_path):
    aside = read(tmp_path, lines=LINES + "4;6;5,00\n").tables["quarantine"]

    assert aside[["row", "column", "reason"]].to_numpy().tolist() == [[5, "invoice_id", "missing"]]
    assert float(aside["amount"].sum()) == 5.0


def test_a_head_that_comes_again_in_the_lines_is_no_line(tmp_path):
    intake = read(tmp_path, lines=LINES + LINES)

    assert revenue(intake) == {"A": 60.0, "B": 14.0}
    assert set(intake.tables["quarantine"]["reason"]) == {"the head again, no line of its own"}


def test_two_heads_of_one_document_that_differ_are_refused(tmp_path):
    with pytest.raises(DataError, match=r"line 5 of .* is a second head of document '8'"):
        read(tmp_path, heads=HEADS + "8;F2;09.03.2024;B;7\n")


@pytest.mark.parametrize(
    ("by", "says"),
    [
        (
            "{dk: dok_Id}",
            "lines.csv has no column 'dk' that tells its document. Did you mean 'dok'",
        ),
        ("dok", "heads.csv has no column 'dok' that tells its document"),
    ],
)
def test_a_key_that_is_not_there_is_named_with_the_file(tmp_path, by, says):
    with pytest.raises(DataError, match=says):
        read(tmp_path, by=by)


def test_a_key_has_one_name_on_each_side(tmp_path):
    with pytest.raises(ParameterError, match="must be one key"):
        read(tmp_path, by="{dok: dok_Id, ob_Id: Nr}")


def test_heads_may_stand_in_a_workbook_and_count_among_the_inputs(tmp_path):
    made = openpyxl.Workbook()
    for line in HEADS.splitlines():
        made.active.append(line.split(";"))
    made.save(tmp_path / "heads.xlsx")

    intake = read(tmp_path, heads=None, names=("lines.csv", "heads.xlsx"))

    assert revenue(intake) == {"A": 30.0, "B": 7.0}
    assert "heads.xlsx" in hashes_of_inputs(load_engagement(tmp_path))


def test_what_has_no_partner_is_counted_where_the_page_says_how_files_were_read(tmp_path):
    said = flagged(read(tmp_path, lines=LINES + "4;6;5,00\n"))

    assert "1 × heads of documents without a line" in said
    assert "1 × lines whose document has no head" in said
