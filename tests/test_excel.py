"""Excel workbooks as people make them: read as they are meant, marked or refused, never filled in."""

import datetime
import os
import zipfile
from collections import Counter
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kamlib.core.errors import DataError
from kamlib.intake import read_inputs
from kamlib.intake import workbooks as excel_package
from kamlib.intake.draft import suggest
from kamlib.intake.excel import HIDDEN_ROWS, MASKED_IDS, STRAY_CELLS, sheet_records, sheets_of
from kamlib.intake.inspect.heads import likely_header_row
from kamlib.intake.values import Dialect
from kamlib.intake.workbooks import ERROR_CELLS
from kamlib.settings.engagement import load_engagement

REFERENCE = Path(os.environ.get("KAM_REFERENCE_DATA", Path(__file__).parents[1] / "../shared/data"))
POLISH = Dialect(decimal=",", date=("%d.%m.%Y",))
POINT = Dialect(decimal=".")
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEAD = ["id", "date", "net"]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


# --------------------------------------------------------------------------- building workbooks
def saved(tmp_path, *rows, **sheets):
    """Save a workbook with one sheet of these rows, or with sheets by name, and return its path."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, content in (sheets or {"Sheet": rows}).items():
        sheet = book.create_sheet(name)
        for row in content:
            sheet.append(row)
    return saved_book(tmp_path, book)


def saved_book(tmp_path, book, name="book.xlsx"):
    """Save a workbook of openpyxl and return its path."""
    book.save(tmp_path / name)
    return tmp_path / name


def changed(tmp_path, *rows):
    """Return a workbook with these rows, its sheet, and a function that saves it."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return book.active, lambda: saved_book(tmp_path, book)


def raw(tmp_path, rows, *, calculation="", words=None, before=None, name="raw.xlsx"):
    """Write the parts of a workbook by hand: `rows` is the XML between <sheetData> tags."""
    strings = {"sharedStrings": "sharedStrings"} if words else {}
    parts = {
        "[Content_Types].xml": _kinds(workbook="sheet.main", **strings),
        "_rels/.rels": _links(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/_rels/workbook.xml.rels": _links(
            ("rId1", "worksheet", "worksheets/sheet1.xml"),
            *([("rId2", "sharedStrings", "sharedStrings.xml")] if words else []),
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets>'
            f'<sheet name="Sales" sheetId="1" r:id="rId1"/></sheets>'
            f"{calculation}</workbook>"
        ),
        "xl/worksheets/sheet1.xml": (
            f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
        ),
    }
    if words:
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{words}</sst>'
    with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, text in parts.items():
            archive.writestr(part, (before or {}).get(part, "") + text)
    return tmp_path / name


def _kinds(**kinds):
    """Return the part that says what the others are."""
    named = "".join(
        f'<Override PartName="/xl/{part}.xml" '
        f'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml"/>'
        for part, kind in kinds.items()
    )
    return f'<Types xmlns="{PACKAGE}/content-types">{named}</Types>'


def _links(*links):
    """Return the part that names other parts."""
    named = "".join(
        f'<Relationship Id="{i}" Type="{LINKS}/{t}" Target="{p}"/>' for i, t, p in links
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{named}</Relationships>'


def read(path, dialect=POINT, **options):
    """Return the head and the rows of a workbook, without their numbers."""
    return [cells for _, cells in sheet_records(path, dialect, shown=path.name, **options)]


def refusal(path, **options):
    """Return the words in which a workbook is refused."""
    with pytest.raises(DataError) as error:
        read(path, **options)
    return str(error.value)


# --------------------------------------------------------------------------- values
def test_typed_cells_are_written_as_the_dialect_reads_them_and_texts_stay(tmp_path):
    day = datetime.date(2024, 1, 2)
    path = saved(tmp_path, HEAD, ["F1", day, 12.5], ["F2", "02.01.2024", "12,50"])

    assert read(path, POLISH)[1:] == [["F1", "02.01.2024", "12,5"], ["F2", "02.01.2024", "12,50"]]
    assert read(path, POINT)[1] == ["F1", "2024-01-02", "12.5"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1 + 0.2, "0.3"),  # Excel shows 15 digits, and so much is meant
        (1122.2800000000001, "1122.28"),
        (1e-7, "0.0000001"),
        (-3, "-3"),
        (12.0, "12"),
        (999999999999999, "999999999999999"),
        (True, "true"),
        (False, "false"),
        (datetime.datetime(2024, 2, 29, 13, 5), "2024-02-29"),
        (datetime.time(18, 30), "18:30:00"),
        ("001", "001"),
        ("1E5", "1E5"),
        ("NA", "NA"),
        ("=", "="),
    ],
)
def test_a_value_comes_out_as_what_it_is(tmp_path, value, text):
    path = saved(tmp_path, ["id", "value"], ["A", value])

    assert read(path)[1] == ["A", text]


def test_a_number_without_declared_marks_cannot_be_taken_for_thousands(tmp_path):
    path = saved(tmp_path, ["id", "kg"], ["A", 1.234], ["B", 1.5])

    assert [cells[1] for cells in read(path, Dialect())[1:]] == ["1.2340", "1.5"]


def test_days_count_from_1904_where_the_workbook_says_so(tmp_path):
    sheet, save = changed(tmp_path, ["id", "date"], ["A", 43830])
    sheet["B2"].number_format = "yyyy-mm-dd"
    sheet.parent.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904

    assert read(save())[1] == ["A", "2024-01-01"]


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("dd/mm/yyyy", "2024-01-01"),
        ("[$-415]d mmmm yyyy;@", "2024-01-01"),
        ("mmm-yy", "2024-01-01"),
        ('yyyy"r."', "2024-01-01"),
        ("#,##0.00", "45292"),
        ('0.00" days"', "45292"),
        ("[h]:mm:ss", "45292"),
        ("General", "45292"),
        ("@", "45292"),
        ("0.0%", "4529200%"),
    ],
)
def test_only_a_date_s_format_makes_a_number_a_date(tmp_path, code, shown):
    sheet, save = changed(tmp_path, ["id", "when"], ["A", 45292])
    sheet["B2"].number_format = code

    assert read(save())[1] == ["A", shown]


def test_days_before_march_1900_and_the_day_that_never_was(tmp_path):
    sheet, save = changed(tmp_path, ["id", "when"], ["A", 1], ["B", 59], ["C", 60], ["D", 61])
    for row in range(2, 6):
        sheet[f"B{row}"].number_format = "yyyy-mm-dd"

    days = [cells[1] for cells in read(save())[1:]]
    assert days == ["1900-01-01", "1900-02-28", "60", "1900-03-01"]


def test_an_id_that_excel_shows_with_zeros_is_read_as_shown_and_noted(tmp_path):
    sheet, save = changed(tmp_path, ["id", "tax_id"], [12, 5261040828], [12345, 1])
    sheet["A2"].number_format = sheet["A3"].number_format = "00000"
    sheet["B2"].number_format = "000-000-00-00"
    notes = Counter()

    assert read(save(), notes=notes)[1:] == [["00012", "526-104-08-28"], ["12345", "1"]]
    assert notes[MASKED_IDS] == 2


def test_a_number_too_long_for_excel_is_marked_because_its_end_is_lost(tmp_path):
    path = saved(tmp_path, ["id", "net"], [1234567890123456789, 1])

    assert read(path)[1][0].startswith("#DIGITS! 1.2345678901234")
    assert ERROR_CELLS["#DIGITS!"]


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?"])
def test_an_error_stays_an_error_and_never_becomes_nought(tmp_path, error):
    path = saved(tmp_path, ["id", "net"], ["A", error])

    assert read(path)[1] == ["A", error]
    assert error in ERROR_CELLS


def test_shared_texts_come_whole_without_reading_aids_and_with_their_line_breaks(tmp_path):
    words = (
        "<si><t>id</t></si><si><r><t>Łó</t></r><r><t>dź</t></r></si>"
        '<si><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></si><si><t>two_x000A_lines</t></si>'
    )
    rows = "".join(f'<row><c t="s"><v>{n}</v></c></row>' for n in range(4))

    assert read(raw(tmp_path, rows, words=words)) == [["id"], ["Łódź"], ["東京"], ["two\nlines"]]


def test_rows_and_cells_without_their_place_follow_one_another(tmp_path):
    rows = (
        '<row><c t="inlineStr"><is><t>id</t></is></c><c t="inlineStr"><is><t>n</t></is></c></row>'
        "<row><c><v>7</v></c><c><v>8</v></c></row>"
    )

    assert list(sheet_records(raw(tmp_path, rows), POINT, shown="x")) == [
        (1, ["id", "n"]),
        (2, ["7", "8"]),
    ]


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(
            st.text("aŁź1 =+-@<&\"'_x000A_", min_size=1, max_size=8),
            st.decimals(-(10**9), 10**9, places=2),
            st.dates(datetime.date(1901, 1, 1), datetime.date(2200, 1, 1)),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_what_goes_into_a_workbook_comes_out(tmp_path, rows):
    path = saved(tmp_path, HEAD, *([f"'{name}", day, net] for name, net, day in rows))

    for cells, (name, net, day) in zip(read(path)[1:], rows, strict=True):
        assert (cells[0], cells[1]) == (f"'{name}", day.isoformat())
        assert Decimal(cells[2]) == net


# --------------------------------------------------------------------------- what people do to sheets
def test_only_the_named_sheet_is_read_even_if_hidden(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["other"])
    hidden = book.create_sheet("Sprzedaż")
    hidden.append(["id"])
    hidden.append(["A"])
    hidden.sheet_state = "hidden"
    path = saved_book(tmp_path, book)

    assert read(path, sheet="sprzedaż ") == [["id"], ["A"]]
    assert read(path) == [["other"]]
    assert [(seen.name, seen.hidden) for seen in sheets_of(path, shown="x")] == [
        ("Sheet", False),
        ("Sprzedaż", True),
    ]


def test_several_visible_sheets_without_a_name_are_refused_with_their_names(tmp_path):
    path = saved(tmp_path, Sales=[["id"], ["A"]], Costs=[["id"], ["B"]], Empty=[])

    assert "2 sheets with data (Sales, Costs)" in refusal(path)
    assert "Did you mean 'Sales'" in refusal(path, sheet="Slaes")


def test_empty_sheets_beside_the_data_do_no_harm(tmp_path):
    path = saved(tmp_path, Arkusz1=[["id"], ["A"]], Arkusz2=[], Arkusz3=[])

    assert read(path) == [["id"], ["A"]]


def test_a_workbook_without_a_cell_gives_nothing(tmp_path):
    assert read(saved(tmp_path)) == []


def test_hidden_rows_are_read_and_noted(tmp_path):
    sheet, save = changed(tmp_path, ["id"], ["A"], ["B"])
    sheet.row_dimensions[3].hidden = True
    notes = Counter()

    assert read(save(), notes=notes) == [["id"], ["A"], ["B"]]
    assert notes[HIDDEN_ROWS] == 1


def test_blank_rows_and_stray_cells_beside_the_table_are_passed_over(tmp_path):
    sheet, save = changed(tmp_path, ["id", "net"], ["A", 1], [None, None], ["B", 2])
    sheet["D9"], sheet["F2"], sheet["A30"] = " ", "a remark", "  "
    notes = Counter()

    records = list(sheet_records(save(), POINT, shown="x", notes=notes))
    assert records == [(1, ["id", "net"]), (2, ["A", "1"]), (4, ["B", "2"])]
    assert notes[STRAY_CELLS] == 1


def test_the_head_may_stand_lower_and_keeps_its_number_in_excel(tmp_path):
    path = saved(tmp_path, ["Sales report 2024"], [], HEAD, ["F1", "2024-01-02", 1])

    assert next(iter(sheet_records(path, POINT, shown="x", header_row=3)))[0] == 3
    assert read(path, header_row=3)[1] == ["F1", "2024-01-02", "1"]
    assert "Row 3 looks like it" in refusal(path, header_row=2)
    assert "row 2 of sheet 'Sheet' of book.xlsx is empty" in refusal(path, header_row=2)
    assert likely_header_row(sheets_of(path, shown="x")[0].rows) == 3


@pytest.mark.parametrize("area", ["A1:B1", "A1:A2", "B1:C2"])
def test_a_head_of_merged_cells_is_refused_with_the_way_out(tmp_path, area):
    sheet, save = changed(tmp_path, HEAD, ["id", "day", "net"], ["F1", "2024-01-02", 1])
    sheet.merge_cells(area)

    words = refusal(save())
    assert f"merged cells ({area})" in words
    assert "one name over each column" in words


def test_names_of_columns_in_two_rows_are_refused(tmp_path):
    path = saved(tmp_path, ["id", None, "net"], ["number", "day", "PLN"], ["F1", "2024-01-02", 1])

    assert "stand in two rows: row 1 leaves out what B2 names" in refusal(path)


def test_a_cell_merged_with_the_one_above_is_marked_and_never_filled(tmp_path):
    sheet, save = changed(tmp_path, ["id", "net"], ["A", 1], ["B", 2], ["C", 3], ["D", 4])
    sheet.merge_cells("A2:A3")

    assert read(save())[1:] == [["A", "1"], ["#MERGED!", "2"], ["C", "3"], ["D", "4"]]


def test_cells_merged_within_one_row_leave_the_others_empty(tmp_path):
    sheet, save = changed(tmp_path, HEAD, ["F1", "2024-01-02", 1], ["Razem", None, 1])
    sheet.merge_cells("A3:B3")

    assert read(save())[2] == ["Razem", "", "1"]


def test_a_formula_that_was_never_calculated_is_refused_with_the_cells(tmp_path):
    path = saved(tmp_path, ["id", "net"], ["A", "=1+1"], ["B", 2])

    assert "never calculated (B2)" in refusal(path)
    assert "Open it in Excel, save it" in refusal(path)


def test_a_nought_that_a_program_put_in_place_of_a_value_is_refused(tmp_path):
    rows = (
        '<row r="1"><c r="A1" t="str"><v>net</v></c></row>'
        '<row r="2"><c r="A2"><f>B2*2</f><v>0</v></c></row>'
    )

    assert "never calculated (A2)" in refusal(
        raw(tmp_path, rows, calculation='<calcPr fullCalcOnLoad="1"/>')
    )
    assert read(raw(tmp_path, rows)) == [["net"], ["0"]]  # Excel itself came to nought


def test_a_workbook_that_only_names_its_program_s_calculation_is_calculated(tmp_path):
    """Excel writes calcPr into every workbook; openpyxl alone would take its formulas for uncalculated."""
    rows = '<row><c t="str"><v>net</v></c></row><row><c><f>A3*2</f><v>0</v></c></row>'
    path = raw(tmp_path, rows, calculation='<calcPr calcId="191029"/>')

    assert read(path) == [["net"], ["0"]]


def test_a_colour_that_nobody_knows_does_not_keep_the_formats_from_being_read(tmp_path):
    sheet, save = changed(tmp_path, ["id"], [12])
    sheet["A2"].number_format = "00000"
    path = save()
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/styles.xml"] = parts["xl/styles.xml"].replace(b'theme="1"', b'rgb="red"')
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)

    with pytest.raises((TypeError, ValueError)):
        openpyxl.load_workbook(path)
    assert read(path)[1] == ["00012"]


def test_a_calculated_formula_counts_as_its_value_and_an_empty_text_as_empty(tmp_path):
    rows = (
        '<row r="1"><c r="A1" t="str"><v>id</v></c><c r="B1" t="str"><v>net</v></c></row>'
        '<row r="2"><c r="A2" t="str"><f>""</f><v></v></c><c r="B2"><f>1+1</f><v>2</v></c></row>'
    )

    assert read(raw(tmp_path, rows))[1] == ["", "2"]


def test_a_formula_beside_the_table_does_no_harm(tmp_path):
    path = saved(tmp_path, ["id", "net"], ["A", 1, None, "=1+1"])

    assert read(path)[1] == ["A", "1"]


def test_a_workbook_with_macros_is_read_and_no_macro_is_opened(tmp_path):
    path = raw(tmp_path, '<row><c t="str"><v>id</v></c></row>', name="book.xlsm")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 not looked at")

    assert read(path) == [["id"]]


# --------------------------------------------------------------------------- what is no workbook
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512),
            "password, or one of the old kind (.xls)",
        ),
        (b"<html><table>", "a web page or XML"),
        (b"id;net\nA;1\n", "plain text, such as CSV"),
        (b"", "empty (no byte in it)"),
        (b"\x89PNG\0\0\0", "no Excel workbook"),
    ],
)
def test_what_is_only_named_like_a_workbook_is_told_apart(tmp_path, content, words):
    path = tmp_path / "book.xlsx"
    path.write_bytes(content)

    assert words in refusal(path)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_half_a_workbook_is_refused(tmp_path, share):
    path = saved(tmp_path, *([f"F{n}", n, n / 7] for n in range(500)))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])

    assert "no whole workbook" in refusal(path)


def test_any_damage_to_a_workbook_ends_in_a_refusal_or_the_same_rows(tmp_path):
    path = saved(tmp_path, *([f"F{n}", n] for n in range(20)))
    whole, right = path.read_bytes(), read(path)
    for place in range(0, len(whole), 97):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        with suppress(DataError):
            assert read(path) == right


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("xl/workbook.bin", "binary workbook (.xlsb). Save it as .xlsx"),
        ("content.xml", "LibreOffice (.ods)"),
        ("sales.csv", "a zip archive, not a workbook"),
    ],
)
def test_other_archives_are_named(tmp_path, part, words):
    path = tmp_path / "book.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(part, "x")

    assert words in refusal(path)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    path = raw(tmp_path, "<row/>" + " " * 30_000_000)
    monkeypatch.setattr(zipfile.ZipFile, "open", None)  # whoever opens a part fails

    assert path.stat().st_size < 100_000
    assert "at most 150 times is read" in refusal(path)


def test_far_too_many_parts_and_far_too_much_are_refused(tmp_path, monkeypatch):
    path = saved(tmp_path, ["id"])
    monkeypatch.setattr(excel_package, "MOST_PARTS", 3)
    assert "parts, more than 3" in refusal(path)
    monkeypatch.setattr(excel_package, "MOST_PARTS", 100)
    monkeypatch.setattr(excel_package, "MOST_BYTES", 1000)
    assert "would unpack to" in refusal(path)


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml"])
def test_a_document_type_is_refused_whichever_part_declares_it(tmp_path, part):
    bomb = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    path = raw(tmp_path, '<row><c t="str"><v>&b;</v></c></row>', before={part: bomb})

    assert "declares a document type" in refusal(path)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ('<row><c t="s"><v>99</v></c></row>', "row 1 of sheet 'Sales' of raw.xlsx is not as Excel"),
        ('<row><c r="ZZZZ1"><v>1</v></c></row>', "'ZZZZ' is not a valid column name"),
        ("<row><c><v>1</v>", "no whole XML"),
        ('<row r="one"><c><v>1</v></c></row>', "row one of sheet 'Sales'"),
        ("<row><c><v>12 + 4</v></c></row>", "'12 + 4'). Open it in Excel and save it."),
    ],
)
def test_broken_parts_are_refused_in_words(tmp_path, rows, words):
    assert words in refusal(raw(tmp_path, rows))


def test_what_is_written_in_another_form_is_refused_and_never_read_as_empty(tmp_path, monkeypatch):
    monkeypatch.setitem(globals(), "MAIN", "http://purl.oclc.org/ooxml/spreadsheetml/main")

    words = refusal(raw(tmp_path, '<row><c t="str"><v>id</v></c></row>'))
    assert "perhaps as Strict Open XML). Open it in Excel and save it as an ordinary .xlsx" in words


# --------------------------------------------------------------------------- through data prep
ENGAGEMENT = """\
id: tiny
currency: PLN
periods:
  FY2024: {from: 2024-01-01, to: 2024-12-31}
inputs:
  invoice_lines: {files: book.xlsx%s}
"""
LINES = ["invoice_id", "date", "customer_id", "net_amount"]


def prepared(tmp_path, options="", extra=""):
    """Read the workbook in a folder as an engagement's invoice lines."""
    (tmp_path / "engagement.yaml").write_text(ENGAGEMENT % options + extra, encoding="utf-8")
    return read_inputs(load_engagement(tmp_path), "FY2024")


def test_what_cannot_be_believed_is_set_aside_with_its_reason_and_the_rest_adds_up(tmp_path):
    day = datetime.date(2024, 5, 1)
    sheet, save = changed(
        tmp_path,
        LINES,
        ["F1", day, "A", 10.5],
        ["F2", day, "A", "#N/A"],
        ["F3", day, "#REF!", 3],
        ["F4", day, 12345678901234567890, 4],
        ["F5", day, "B", 5],
        ["F6", day, None, 6],
        ["Razem", None, None, 28.5],
    )
    sheet.merge_cells("C6:C7")
    save()
    intake = prepared(tmp_path)

    aside = intake.tables["quarantine"].set_index("row")
    assert aside["reason"].to_dict() == {
        3: "an error in Excel",
        4: "an error in Excel",
        5: "a number of more than 15 digits, of which Excel has lost the end",
        7: "merged in Excel with the cell above",
        8: "a total, no line of its own",
    }
    assert intake.tables["customer_months"]["invoice_revenue"].sum() == Decimal("15.5")
    assert all(balance.holds for balance in intake.balances)


def test_days_without_a_format_are_read_as_excel_counts_them(tmp_path):
    saved(tmp_path, LINES, ["F1", 45292, "A", 1], ["F2", datetime.date(2024, 1, 2), "A", 2])
    coverage = prepared(tmp_path).coverage.iloc[0]

    assert (coverage["first"].day, coverage["last"].day, coverage["set_aside"]) == (1, 2, 0)


def test_the_engagement_names_sheet_and_head(tmp_path):
    day = datetime.date(2024, 5, 1)
    saved(tmp_path, Info=[["read me"]], Data=[["May"], [], LINES, ["F1", day, "A", 10]])

    with pytest.raises(DataError, match=r"2 sheets with data \(Info, Data\)"):
        prepared(tmp_path)
    intake = prepared(tmp_path, ", sheet: Data, header_row: 3")
    assert intake.tables["customer_months"]["invoice_revenue"].tolist() == [10]


def months(tmp_path):
    """Save a workbook with a sheet for each of two months, and one of notes."""
    day, other = datetime.date(2024, 5, 1), datetime.date(2024, 6, 1)
    saved(
        tmp_path,
        **{
            "2024-05": [["May"], [], LINES, ["F1", day, "A", 10], ["F2", day, "A", "x"]],
            "2024-06": [["June"], [], LINES, ["F3", other, "B", 7], ["", None, "Razem", 7]],
            "Notes": [["read me"]],
        },
    )


@pytest.mark.parametrize("named", ["[2024-05, 2024-06]", "'2024-*'"])
def test_sheets_of_one_workbook_are_one_table_and_a_row_is_named_with_its_sheet(tmp_path, named):
    """10 of May and 7 of June count; of May one row is set aside, of June the total."""
    months(tmp_path)
    intake = prepared(tmp_path, f", sheet: {named}, header_row: 3")

    assert intake.tables["customer_months"]["invoice_revenue"].tolist() == [10, 7]
    aside = intake.tables["quarantine"]
    assert aside[["file", "row"]].to_numpy().tolist() == [
        ["book.xlsx, sheet 2024-05", 5],
        ["book.xlsx, sheet 2024-06", 5],
    ]


def test_a_pattern_that_fits_no_sheet_is_refused_with_the_sheets_there_are(tmp_path):
    months(tmp_path)
    with pytest.raises(DataError, match="like '2023-\\*': it has 2024-05, 2024-06, Notes"):
        prepared(tmp_path, ", sheet: '2023-*'")


def test_a_draft_takes_sheets_of_one_head_together_and_asks(tmp_path):
    months(tmp_path)
    draft = suggest(tmp_path)

    assert "sheets 2024-05, 2024-06 only" in "".join(draft.questions)
    text = draft.text.replace("XXX", "PLN")
    (tmp_path / "engagement.yaml").write_text(text, encoding="utf-8")
    intake = read_inputs(load_engagement(tmp_path), "FY2024")
    assert intake.tables["customer_months"]["invoice_revenue"].sum() == 17


def test_a_password_and_a_name_that_stands_twice_are_refused_by_data_prep_too(tmp_path):
    saved(tmp_path, [*LINES, "date"], ["F1", 45292, "A", 1, 2])
    with pytest.raises(DataError, match="has date twice"):
        prepared(tmp_path)
    (tmp_path / "book.xlsx").write_bytes(b"\xd0\xcf\x11\xe0" + bytes(512))
    with pytest.raises(DataError, match="without a password"):
        prepared(tmp_path)


def test_typed_and_written_amounts_agree_under_a_polish_dialect(tmp_path):
    day = datetime.date(2024, 5, 1)
    saved(tmp_path, LINES, ["F1", day, "A", 1.234], ["F2", "01.05.2024", "A", "1,234"])
    polish = "dialects:\n  pl: {decimal: ',', date: '%d.%m.%Y'}\n"
    intake = prepared(tmp_path, ", dialect: pl", polish)

    assert intake.tables["customer_months"]["invoice_revenue"].sum() == Decimal("2.468")
    assert len(intake.tables["quarantine"]) == 0


# --------------------------------------------------------------------------- the collected cases
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("23_liczby_jako_tekst.xlsx", {}),
        ("24_arkusze_i_naglowek_w_3_wierszu.xlsx", {"sheet": "Sprzedaż", "header_row": 3}),
    ],
)
def test_polish_workbooks_give_every_line_and_every_grosz(name, options):
    path = REFERENCE / "polish_dirty" / name
    if not path.exists():
        pytest.skip("the collected cases are not at hand")
    head, *rows = read(path, POLISH, **options)

    def total(column):
        return sum(Decimal(r[head.index(column)].replace(",", ".")) for r in rows)

    assert len(rows) == 383
    assert total("Wartość netto") == Decimal("1826440.21")
    assert total("Koszt własny") == Decimal("1547512.20")
    assert len({cells[head.index("NIP")] for cells in rows}) == 19
    assert {len(cells[head.index("NIP")]) for cells in rows} == {10}
    seen = sheets_of(path, shown=name)
    assert likely_header_row(seen[-1].rows) == options.get("header_row", 1)
