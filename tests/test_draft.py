"""kam check --suggest: a draft of engagement.yaml for files nobody has seen, and no silent guess in it."""

import re
import shutil
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from conftest import REFERENCE
from typer.testing import CliRunner

from kamlib import read_inputs
from kamlib.core.errors import DataError, ParameterError
from kamlib.intake.draft import Draft, suggest, write_draft
from kamlib.report.cli import app
from kamlib.settings.engagement import load_engagement

DIRTY = REFERENCE / "polish_dirty"
NET, COST = Decimal("1826440.21"), Decimal("1547512.20")
GOOD = (
    "01_cp1250_srednik_przecinek.csv",
    "02_utf8_bom.csv",
    "03_iso8859_2.csv",
    "04_cp852_dos.csv",
    "05_nbsp_tysiace_zl.csv",
    "06_waska_spacja_minus_unicode.csv",
    "07_minus_na_koncu_SAP.csv",
    "08_daty_mieszane.csv",
    "09_nip_rozne_zapisy.csv",
    "11_nazwy_warianty_ten_sam_NIP.csv",
    "12_naglowek_i_sumy_raportu.csv",
    "16_mojibake.csv",
    "23_liczby_jako_tekst.xlsx",
    "24_arkusze_i_naglowek_w_3_wierszu.xlsx",
)
QUICK = ("07", "08", "24")
BARE = "currency: PLN\nperiods: {FY2025: {from: 2025-01-01, to: 2025-12-31}}\n"
LINES = """\
Nr faktury;Data wystawienia;Kod kontrahenta;Wartość netto;Koszt własny;Waluta
F1;31.01.2025;007;1 200,50;700,00;PLN
F2;02.02.2025;008;-10,25;5,00;PLN
"""
LINES_PLAIN = "Nr faktury;Data faktury;Kod klienta;Netto;COGS;Waluta\n"


@pytest.fixture
def folder(tmp_path):
    """Write files into a folder that is no engagement yet; return it."""

    def written(**files: str | bytes) -> Path:
        home = tmp_path / "firm"
        home.mkdir(exist_ok=True)
        for name, content in files.items():
            path = home / re.sub(r"_(csv|txt|xlsx|gz|yaml|parquet)$", r".\1", name)
            raw = content if isinstance(content, bytes) else content.encode()
            path.write_bytes(raw)
        return home

    return written


@pytest.fixture
def dirty(tmp_path):
    """Copy one of the Polish files into a folder of its own; skip where they are absent."""

    def copied(*names: str) -> Path:
        if not DIRTY.exists():
            pytest.skip("reference data are absent: set KAM_REFERENCE_DATA")
        home = tmp_path / "firm"
        home.mkdir()
        for name in names:
            shutil.copy(DIRTY / name, home)
        return home

    return copied


def fed_back(home: Path, draft: Draft) -> pd.DataFrame:
    """Load a draft as engagement.yaml and return the months that it reads."""
    (home / "engagement.yaml").write_text(draft.text, encoding="utf-8")
    engagement = load_engagement(home)
    return read_inputs(engagement, list(engagement.periods)[-1]).tables["customer_months"]


def asked(draft: Draft) -> str:
    """Return all questions of a draft in one text."""
    return "\n".join(draft.questions)


# ------------------------------------------------------------------------------ fed back
@pytest.mark.parametrize(
    "name",
    [name if name[:2] in QUICK else pytest.param(name, marks=pytest.mark.soak) for name in GOOD],
)
def test_a_good_file_fed_back_through_its_own_draft_is_exact_to_the_cent(dirty, name):
    home = dirty(name)

    months = fed_back(home, suggest(home))

    assert months["invoice_revenue"].sum() == NET
    assert months["cost_of_goods_sold"].sum() == COST
    assert months["customer_id"].nunique() == 19


def test_a_draft_for_lines_written_by_hand_reads_to_sums_one_can_check(folder):
    home = folder(sprzedaz_csv=LINES.encode("cp1250"))

    months = fed_back(home, suggest(home))

    assert months["invoice_revenue"].sum() == Decimal("1190.25")
    assert sorted(months["customer_id"]) == ["007", "008"]


def test_invoices_as_xml_need_no_dialect_and_no_columns(dirty):
    home = dirty("25_jpk_fa_uproszczony.xml")

    draft = suggest(home)

    assert "JPK_FA" in draft.text
    assert "columns:" not in draft.text
    assert fed_back(home, draft)["invoice_revenue"].sum() == NET


# ------------------------------------------------------------------------------ nothing silent
@pytest.mark.parametrize(
    "name", ["08_daty_mieszane.csv", "14_waluty_mieszane.csv", "16_mojibake.csv"]
)
def test_every_setting_of_a_draft_stands_with_its_evidence_or_is_marked_as_assumed(dirty, name):
    settings = [
        line
        for line in suggest(dirty(name)).text.splitlines()
        if not line.startswith("#")
        and not re.fullmatch(r" *[^#]+:( +# (ours: theirs|theirs: ours))?", line)
    ]

    assert len(settings) > 15
    assert [each for each in settings if not re.search(r"  # (seen|assumed): \w", each)] == []


def test_evidence_shows_a_few_values_and_never_a_listing(folder):
    rows = "".join(f"F{i};0{1 + i % 9}.01.2025;K{i};{i},50;1,00;PLN\n" for i in range(300))

    draft = suggest(folder(sprzedaz_csv=LINES.split("\n")[0] + "\n" + rows))

    assert len(re.findall(r"\bK\d+\b", draft.text)) <= 3
    assert max(map(len, draft.text.splitlines())) < 700


def test_the_same_files_give_the_same_draft_byte_by_byte(dirty):
    home = dirty("08_daty_mieszane.csv", "13_pelne_duplikaty.csv")

    assert suggest(home).text == suggest(home).text


# ------------------------------------------------------------------------------ what cannot be told
def test_a_gross_amount_is_never_taken_for_the_net_one(dirty):
    draft = suggest(dirty("18_brutto_zamiast_netto.csv"))

    assert "net_amount: " not in draft.text
    assert "Wartość brutto says that VAT is in it, so it is not taken for net_amount" in asked(
        draft
    )
    assert (
        "quantity × unit price less discount with VAT gives Wartość brutto in 383 of 383"
        in draft.text
    )


def test_of_two_amounts_the_one_that_is_the_other_with_vat_is_not_the_net_one(folder):
    head = "Nr faktury,Data faktury,Kod klienta,Wartość,Kwota\n"
    rows = "".join(f"F{i},2025-01-{i:02},K,{i * 123 / 100:.2f},{i}.00\n" for i in range(1, 29))

    draft = suggest(folder(lines_csv=head + rows))

    assert "net_amount: Kwota  # assumed: Wartość is it with VAT in 28 of 28 rows" in draft.text


@pytest.mark.parametrize(
    ("given", "question"),
    [
        (
            LINES.replace("1 200,50", "1.234").replace("-10,25", "2.500").replace(",00", ""),
            "1.234: is it",
        ),
        (
            LINES.replace("31.01.2025", "03/04/2024").replace("02.02.2025", "05/06/2024"),
            "03/04/2024: does the day or the month come first? None of 2 values tells",
        ),
        (
            LINES.replace("31.01.2025", "31/01/2025").replace("02.02.2025", "01/31/2025"),
            "Which holds?",
        ),
        (LINES.replace("700,00", "700.00"), "have . as decimal mark, others ,"),
        (LINES.replace(";Wartość netto", ";Wartość"), "is Wartość really the net_amount?"),
        (LINES.replace("700,00;PLN", "700,00;EUR"), "Bring fx_rates"),
    ],
)
def test_what_the_values_cannot_tell_is_asked(folder, given, question):
    assert question in asked(suggest(folder(sprzedaz_csv=given)))


def test_a_day_above_twelve_settles_which_number_is_the_day(folder):
    american = LINES.replace("31.01.2025", "01/31/2025").replace("02.02.2025", "02/02/2025")

    draft = suggest(folder(sprzedaz_csv=american))

    assert 'date: "%m/%d/%Y"  # seen: 1 of 2 second numbers are above 12: month first' in draft.text
    assert "day or the month" not in asked(draft)


def test_a_column_called_like_an_amount_but_full_of_days_is_none(folder):
    wrong = LINES.replace("1 200,50", "01.02.2025").replace("-10,25", "02.02.2025")

    draft = suggest(folder(sprzedaz_csv=wrong))

    assert not draft.has_lines
    assert "Wartość netto is called like net_amount, but only 0 of 2 values are numbers" in asked(
        draft
    )


def test_zeros_lost_in_one_of_two_exports_are_noticed(folder):
    customers = "Kod;Nazwa;Opiekun\n7;Alfa;Ewa\n8;Beta;Jan\n"

    draft = suggest(folder(sprzedaz_csv=LINES, kontrahenci_csv=customers))

    assert draft.tables == {"invoice_lines": ["sprzedaz.csv"], "customers": ["kontrahenci.csv"]}
    assert "only without their first zeros, such as 007" in asked(draft)


# ------------------------------------------------------------------------------ many files
def test_files_of_one_kind_become_a_pattern_where_it_takes_no_other_file(folder):
    later = LINES.replace("F1", "F3").replace("F2", "F4")

    draft = suggest(folder(sprzedaz_2024_csv=LINES, sprzedaz_2025_csv=later))

    assert 'files: "sprzedaz_*.csv"  # seen: 2 files' in draft.text


def test_a_file_that_repeats_another_is_left_out_with_the_reason(folder):
    draft = suggest(folder(a_csv=LINES, b_csv=LINES, c_csv=LINES.replace("1 200,50", "1 200,51")))

    assert draft.tables == {"invoice_lines": ["a.csv"]}
    assert draft.left == {
        "b.csv": "holds the same bytes as a.csv",
        "c.csv": "2 of its documents stand in a.csv too: their money would count twice",
    }


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is empty"),
        (b"\x00\x01\x02" * 400, "a zero byte"),
        (b"x" * 8_100_000, "no end of a line"),
        (b"PK\x03\x04 and more", "Excel workbook or a zip archive"),
        (b"1;2;3\n4;5;6\n", "no row looks like a head"),
        (LINES.split("\n")[0].encode() + b"\n", "a head of 6 names and no row"),
    ],
)
def test_a_file_that_is_no_table_says_why_and_spoils_nothing(folder, content, why):
    draft = suggest(folder(lines_csv=LINES, odd_csv=content))

    assert draft.tables == {"invoice_lines": ["lines.csv"]}
    assert why in draft.left["odd.csv"]


def test_comma_as_separator_and_as_decimal_mark_cannot_be_brought_back(dirty):
    draft = suggest(dirty("15_przecinek_i_przecinek_bez_cudzyslowu.csv"))

    assert not draft.has_lines
    assert "is separated by ';', its rows by ','" in draft.text


def test_a_sales_pipeline_is_no_list_of_invoices(tmp_path):
    source = REFERENCE / "crm_sales_pipeline"
    if not source.exists():
        pytest.skip("reference data are absent: set KAM_REFERENCE_DATA")
    shutil.copytree(source, tmp_path / "crm")

    draft = suggest(tmp_path / "crm")

    assert set(draft.tables) == {"customers", "products"}
    assert "invoice_id" in draft.left["sales_pipeline.csv"]


# ------------------------------------------------------------------------------ missing and far
def test_lines_without_a_customer_are_drafted_with_the_question_in_its_place(folder):
    head, *rows = LINES.splitlines()
    without = "\n".join(
        ";".join(cell for i, cell in enumerate(each.split(";")) if i != 2)
        for each in (head + ";Opis", *(row + ";x" for row in rows))
    )

    draft = suggest(folder(sprzedaz_csv=without))

    place = draft.text.index("  # open: sprzedaz.csv: which column is the customer_id?")
    assert draft.text.index("    columns:") < place < draft.text.index("net_amount: Wartość netto")
    assert draft.lacks == {"invoice_lines": ["customer_id"]}
    assert not draft.has_lines
    assert "which column is the customer_id? Not used yet: Opis." in asked(draft)
    assert "periods:\n  FY2025: {from: 2025-01-01, to: 2025-12-31}" in draft.text


def test_a_draft_with_a_gap_says_so_on_its_first_lines_and_ends_with_status_3(folder):
    home = folder(sprzedaz_csv=LINES.replace("Kod kontrahenta", "Pole 7"))

    shown = CliRunner().invoke(app, ["check", str(home), "--suggest"])

    assert shown.exit_code == 3
    assert "nobody knows which column is customer_id" in shown.output.split("currency:")[0]
    assert "The draft asks which column is customer_id of invoice_lines." in shown.output


def test_whole_lines_come_before_larger_ones_with_a_gap(folder):
    gap = LINES.replace("Kod kontrahenta", "Pole 7").replace("\nF", "\nG")
    gap += "G3;03.02.2025;009;1,00;1,00;PLN\n"

    draft = suggest(folder(a_csv=gap, b_csv=LINES))

    assert draft.tables == {"invoice_lines": ["b.csv"]}
    assert "nothing in it is customer_id" in draft.left["a.csv"]


@pytest.mark.parametrize(
    ("head", "order"),
    [
        ("Row ID,Order ID,Order Date,Customer ID,Product ID,Sales,Quantity", "Order ID"),
        (
            "SalesOrderDetailID,SalesOrderID,OrderDate,CustomerID,ProductID,LineTotal,Qty",
            "SalesOrderID",
        ),
        (
            "order_item_id,order_id,order_purchase_timestamp,customer_id,product_id,price,qty",
            "order_id",
        ),
        (
            "Lp,Id zamówienia,Data zamówienia,Kod klienta,Indeks,Wartość netto,Ilość",
            "Id zamówienia",
        ),
        ("Line,Transaction ID,Transaction date,Customer ID,SKU,Amount,Qty", "Transaction ID"),
    ],
)
def test_an_order_stands_for_the_invoice_where_there_is_no_other_number_and_that_is_asked(
    folder, head, order
):
    rows = "".join(f"{i},S{i // 2},2025-01-{i:02},C{i % 3},P{i},{i}.50,1\n" for i in range(1, 29))

    draft = suggest(folder(lines_csv=f"{head}\n{rows}"))

    assert draft.has_lines
    assert f"invoice_id: {order}" in draft.text
    assert f"is {order} really the invoice_id?" in asked(draft)


@pytest.mark.parametrize("packed", [False, True])
def test_the_periods_reach_as_far_as_the_days_of_a_long_file(folder, packed):
    import gzip

    rows = "".join(
        f"F{i};{1 + i % 12:02}.{1 + i % 12:02}.{2022 + i // 9_000};00{i % 9};{i},50;1,00;PLN\n"
        for i in range(27_000)
    )
    text = LINES.split("\n")[0] + "\n" + rows + "F;31.12.2025;007;1,00;1,00;PLN\n"
    name = "sprzedaz.csv.gz" if packed else "sprzedaz.csv"
    home = folder()
    (home / name).write_bytes(gzip.compress(text.encode()) if packed else text.encode())

    draft = suggest(home)

    assert re.findall(r"FY\d+", draft.text) == ["FY2022", "FY2023", "FY2024", "FY2025"]
    assert "does the day or the month come first" not in asked(draft)  # the last day alone tells


def test_the_periods_reach_as_far_as_the_days_of_a_long_parquet_file(folder):
    n = 30_000
    days = pd.date_range("2022-01-01", "2025-12-31", periods=n).date
    home = folder()
    pd.DataFrame(
        {
            "invoice_id": [f"F{i}" for i in range(n)],
            "date": days,
            "customer_id": "K",
            "net_amount": 1.5,
        }
    ).to_parquet(home / "lines.parquet")

    assert re.findall(r"FY\d+", suggest(home).text) == ["FY2022", "FY2023", "FY2024", "FY2025"]


def test_no_break_spaces_between_thousands_do_not_make_polish_letters_western(folder):
    rows = "".join(
        f"F{i};31.01.2025;{i:03};1\u00a0{i:03}\u00a0000,50;1\u00a0000,00;PLN\n" for i in range(100)
    )
    text = (
        LINES.split("\n")[0]
        + ";Nazwa\n"
        + rows.replace("\n", ";Śruba\n", 3).replace("PLN\n", "PLN;\n")
    )

    draft = suggest(folder(sprzedaz_csv=text.encode("cp1250")))

    assert "encoding: cp1250  # seen: " in draft.text
    assert "net_amount: Wartość netto" in draft.text


def test_no_break_spaces_alone_leave_the_encoding_open(folder):
    rows = "F1;31.01.2025;007;1\u00a0200,50;700,00;PLN\n"

    text = suggest(folder(lines_csv=(LINES_PLAIN + rows).encode("cp1250"))).text

    assert "encoding: cp1250  # assumed: no letter beyond ASCII, only signs (1)" in text


@pytest.mark.parametrize("words", [("T", "N"), ("tak", "nie"), ("Y", "N"), ("1", "0"), ("x", "no")])
def test_yes_and_no_are_what_check_accepts(folder, words):
    rows = "".join(f"F{i},2025-01-{i:02},C,{i}.5,{words[i % 2]}\n" for i in range(1, 29))
    home = folder(lines_csv=f"invoice_id,date,customer_id,net_amount,rush\n{rows}")
    draft = suggest(home).text.replace("XXX", "PLN").replace("key_account_unit", "# ", 1)
    draft += (
        "profitability:\n  resources: [{pool: d, period: FY2025, cost: 1, unit: minute,"
        " practical_capacity: 99}]\n"
        "  time_equations: [{pool: d, per: order, base: 1, plus: [{when: {rush: true}, time: 1}]}]\n"
    )
    (home / "engagement.yaml").write_text(draft, encoding="utf-8")
    engagement = load_engagement(home)

    orders = read_inputs(engagement, "FY2025").tables["orders"]

    assert "28 of 28 values are yes or no" in draft
    assert len(orders) == 28
    assert orders["rush"].sum() == 14


def test_a_word_that_check_would_set_aside_is_not_called_yes_or_no(folder):
    rows = "".join(
        f"F{i},2025-01-{i:02},C,{i}.5,{'ja' if i % 2 else 'nein'}\n" for i in range(1, 29)
    )
    home = folder(lines_csv=f"invoice_id,date,customer_id,net_amount,rush\n{rows}")

    draft = suggest(home)

    assert "rush: rush" not in draft.text
    assert "only 0 of 28 values are yes or no" in asked(draft)


# ------------------------------------------------------------------------------ engagements, command
def test_a_draft_is_drawn_from_the_files_alone_and_says_so_where_an_engagement_is(folder):
    declared = f"{BARE}inputs: {{invoice_lines: {{files: sales.csv}}}}\n"
    home = folder(sales_csv=LINES.replace(";PLN", ";EUR"), engagement_yaml=declared)

    draft = suggest(home)

    assert "what engagement.yaml says is not looked at" in draft.text
    assert "currency: EUR  # seen: 2 of 2 lines are in it" in draft.text
    assert fed_back(home, draft)["invoice_revenue"].sum() == Decimal("1190.25")


def test_files_below_input_are_looked_into_and_those_beside_it_are_not(folder):
    home = folder()
    for place in ("input/2025", "stages"):
        (home / place).mkdir(parents=True)
        (home / place / "sprzedaz.csv").write_text(LINES)

    assert suggest(home).tables == {"invoice_lines": ["input/2025/sprzedaz.csv"]}


def test_the_command_prints_a_draft_and_writes_nothing_but_the_file_it_is_given(folder, tmp_path):
    home = folder(sprzedaz_csv=LINES)
    target = tmp_path / "draft.yaml"
    before = sorted(home.iterdir())

    shown = CliRunner().invoke(app, ["check", str(home), "--suggest"])
    kept = CliRunner().invoke(app, ["check", str(home), "--suggest", "--output", str(target)])
    again = CliRunner().invoke(app, ["check", str(home), "--suggest", "--output", str(target)])

    assert shown.exit_code == kept.exit_code == 0
    assert target.read_text(encoding="utf-8") == shown.stdout
    assert again.exit_code == 2
    assert "is not written over" in again.output
    assert sorted(home.iterdir()) == before


def test_an_empty_folder_is_rejected_with_what_to_put_there(folder):
    with pytest.raises(DataError, match="no file to look into in firm/ or firm/input/"):
        suggest(folder())


def test_a_folder_that_is_not_there_is_rejected(tmp_path):
    with pytest.raises(ParameterError, match="was not found"):
        suggest(tmp_path / "nowhere")


def test_a_check_that_cannot_read_points_to_the_suggestions(folder):
    bare = f"{BARE}inputs: {{invoice_lines: {{files: sprzedaz.csv}}}}\n"
    home = folder(sprzedaz_csv=LINES.replace(";", ","), engagement_yaml=bare)

    result = CliRunner().invoke(app, ["check", str(home)])

    assert result.exit_code == 2
    assert "--suggest` proposes how to read the files" in result.output


def test_an_unmapped_column_is_offered_under_the_name_that_clients_use(folder):
    bare = f"{BARE}inputs: {{invoice_lines: {{files: a.csv}}}}\n"
    home = folder(
        a_csv="Numer dokumentu,date,customer_id,net_amount\n1,2025-01-01,A,5\n",
        engagement_yaml=bare,
    )

    with pytest.raises(DataError, match="Clients call it 'Numer dokumentu' at times"):
        read_inputs(load_engagement(home), "FY2025")


def test_a_draft_is_not_written_into_a_folder_that_is_not_there(folder, tmp_path):
    with pytest.raises(ParameterError, match="cannot be written"):
        write_draft(suggest(folder(sprzedaz_csv=LINES)), tmp_path / "no" / "draft.yaml")
