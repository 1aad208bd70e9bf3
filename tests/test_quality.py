"""Data quality: how far the input reaches, what is broken for how much, and that nothing is lost."""

import re
import zipfile
from datetime import date

import pandas as pd
import pytest
from test_intake import LINES, TWO_FIRMS, TWO_YEARS, book, give, outcome_and_words, world

from kamlib.core import contract
from kamlib.core.rules import RULES
from kamlib.data_prep.tables import quality_table, rows_set_aside
from kamlib.data_prep.words import documents_finding, quality_finding
from kamlib.intake import checks, documents, outcomes_about, read_inputs, reasons
from kamlib.report.exporting import write_rows_set_aside
from kamlib.settings import SetAside


# ------------------------------------------------------------------------- whether enough is left
def twenty(*, broken: int, cell: str = "9.5.0", who: str = "A", worth: int = 10) -> str:
    """Twenty lines of 10, of which some have a cell for an amount, or another customer and amount."""
    rows = [
        f"F{n}, 1, 2024-{n % 12 + 1:02}-05, A, P, 1, , 10, 5, invoice" for n in range(20 - broken)
    ]
    amount = worth if who != "A" else cell
    rows += [f"X{n}, 1, 2024-03-05, {who}, P, 1, , {amount}, 5, invoice" for n in range(broken)]
    return book(LINES, *rows)


def enough(tmp_path, text, **given) -> tuple[str, str]:
    engagement = give(world(tmp_path, **given), "invoice_lines", text)
    give(engagement, "customers", "customer_id\nA\n")
    return outcome_and_words(read_inputs(engagement, "FY2024"), "too_much_set_aside")


@pytest.mark.parametrize(
    ("broken", "outcome"), [(0, "PASS"), (1, "FLAG"), (2, "FLAG"), (3, "REFUSE"), (16, "REFUSE")]
)
def test_lines_whose_amount_cannot_be_read_are_counted_by_rows(tmp_path, broken, outcome):
    found, said = enough(tmp_path, twenty(broken=broken))
    assert found == outcome
    assert not broken or f"{broken} of 20 invoice lines ({5 * broken}" in said


def test_few_lines_with_much_money_are_too_much(tmp_path):
    """One line of an unknown customer has 810 of the 1,000 there are, and is one line of 20."""
    found, said = enough(tmp_path, twenty(broken=1, who="Z", worth=810))
    assert found == "REFUSE"
    assert "PLN\u00a0810 of PLN\u00a01,000 on invoice lines (81%)" in said


def test_the_limits_are_the_engagements_own(tmp_path):
    wide = SetAside(flag=0.5, refuse=0.9)
    assert enough(tmp_path, twenty(broken=3), set_aside=wide)[0] == "PASS"
    assert enough(tmp_path, twenty(broken=16), set_aside=wide)[0] == "FLAG"


def test_totals_and_repeated_lines_are_no_lines_that_are_missing(tmp_path):
    """Half the rows are copies, declared as such, and the last one is the sum of all above it."""
    lines = twenty(broken=0).strip().splitlines()
    text = "\n".join([*lines, *lines[1:], ",,,,,,,400,,"]) + "\n"
    engagement = give(world(tmp_path), "invoice_lines", text)
    given = engagement.inputs["invoice_lines"]
    engagement.inputs["invoice_lines"] = given.model_copy(update={"identical_rows": "quarantine"})
    intake = read_inputs(engagement, "FY2024")
    assert len(intake.tables["quarantine"]) == 21
    assert outcome_and_words(intake, "too_much_set_aside")[0] == "PASS"


def test_the_lines_of_the_period_are_looked_at_by_themselves(tmp_path):
    """Of 2024 a third is set aside, of both years together no more than a tenth."""
    rows = monthly("2022-01-01", "2024-12-01")
    rows += [
        row.replace("A", "Z").replace(",9,", ",9,") for row in monthly("2024-01-01", "2024-04-01")
    ]
    engagement = give(world(tmp_path, periods=TWO_YEARS), "invoice_lines", book(LINES, *rows))
    give(engagement, "customers", "customer_id\nA\n")
    outcome, said = outcome_and_words(read_inputs(engagement, "FY2024"), "too_much_set_aside")
    assert (outcome, "4 of 16 invoice lines of FY2024 (25%)" in said) == ("REFUSE", True)


@pytest.mark.parametrize("table", ["drivers", "off_invoice"])
def test_what_customer_profit_rests_on_beside_the_lines_has_the_same_limits(tmp_path, table):
    head, row = {
        "drivers": ("period,customer_id,driver,volume", "FY2024,{who},visits,5"),
        "off_invoice": ("customer_id,date,kind,amount", "{who},2024-05-05,bonus,5"),
    }[table]
    engagement = give(world(tmp_path), "invoice_lines", twenty(broken=0))
    give(engagement, "customers", "customer_id\nA\n")
    give(engagement, table, "\n".join([head, *(row.format(who=w) for w in "AAZZ")]) + "\n")
    outcome, said = outcome_and_words(read_inputs(engagement, "FY2024"), "too_much_set_aside")
    assert (outcome, " 2 of 4 " in said) == ("REFUSE", True)


def test_what_was_set_aside_explains_nothing_against_the_ledger(tmp_path):
    """200 in the ledger, 30 of them on lines of an unknown customer: 15 % are not in our numbers."""
    engagement = give(world(tmp_path), "invoice_lines", twenty(broken=3, who="Z"))
    give(engagement, "customers", "customer_id\nA\n")
    text = "period,gl_account,amount,line,sign\nFY2024,700,200,invoice_revenue,1\n"
    outcome, said = outcome_and_words(
        read_inputs(give(engagement, "gl_totals", text), "FY2024"), "ledger_revenue"
    )
    assert outcome == "REFUSE"
    assert "PLN\u00a030.00 between" in said
    assert "(15% of revenue); PLN\u00a030.00 lie in rows set aside" in said


# --------------------------------------------------------------------------- how far it reaches
def monthly(first, last, *, who="A", day=28):
    days = pd.date_range(first, last, freq="MS") + pd.Timedelta(days=day - 1)
    return [f"{who}{d:%Y%m}, 1, {d:%Y-%m-%d}, {who}, P, 1, 9, 9, 5, invoice" for d in days]


@pytest.mark.parametrize(
    ("first", "outcome", "months"),
    [
        ("2022-01-01", "PASS", "24 months"),
        ("2022-06-01", "FLAG", "19 months"),
        ("2023-06-01", "REFUSE", "7 months"),
        ("2023-12-01", "REFUSE", "1 month"),
    ],
)
def test_a_window_too_short_to_tell_dormant_from_gone_says_so(tmp_path, first, outcome, months):
    rows = monthly(first, "2023-12-01", day=7)  # the first week of January has holidays
    engagement = give(world(tmp_path, periods=TWO_YEARS), "invoice_lines", book(LINES, *rows))

    found, said = outcome_and_words(read_inputs(engagement, "FY2023"), "dormant_or_gone")
    assert found == outcome
    assert f" {months} back" in said


def test_days_after_today_are_flagged_with_their_money(tmp_path, monkeypatch):
    """On 15 March 2024 two lines of 9 lie ahead; a day later than the last one nothing does."""
    engagement = give(
        world(tmp_path), "invoice_lines", book(LINES, *monthly("2024-01-01", "2024-04-01"))
    )
    monkeypatch.setattr(documents, "today", lambda: date(2024, 3, 15))
    outcome, said = outcome_and_words(read_inputs(engagement, "FY2024"), "days_ahead")
    assert (outcome, said.replace("\u00a0", " ")) == (
        "FLAG",
        "Invoice lines dated after today: 2, worth PLN 18, the last on 28 Apr 2024. They count in the "
        "period of their day all the same.",
    )
    monkeypatch.setattr(documents, "today", lambda: date(2024, 4, 28))
    rules = [each.rule for each in read_inputs(engagement, "FY2024").outcomes]
    assert "days_ahead" not in rules


def test_a_month_cut_short_is_named(tmp_path):
    rows = monthly("2024-01-01", "2024-11-01")
    cut = [*rows, "A9, 1, 2024-12-09, A, P, 1, 9, 9, 5, invoice"]
    engagement = give(world(tmp_path), "invoice_lines", book(LINES, *cut))

    outcome, said = outcome_and_words(read_inputs(engagement, "FY2024"), "partial_month")
    assert outcome == "FLAG"
    assert "9 Dec 2024" in said
    whole = give(
        world(tmp_path), "invoice_lines", book(LINES, *rows, *monthly("2024-12-01", "2024-12-01"))
    )
    assert outcome_and_words(read_inputs(whole, "FY2024"), "partial_month")[0] == "PASS"


def test_customers_younger_than_a_year_are_counted_with_their_revenue(tmp_path):
    rows = monthly("2023-01-01", "2024-12-01") + monthly("2024-10-01", "2024-12-01", who="B")
    engagement = give(world(tmp_path, periods=TWO_YEARS), "invoice_lines", book(LINES, *rows))

    outcome, said = outcome_and_words(read_inputs(engagement, "FY2024"), "young_customers")
    assert outcome == "FLAG"
    assert said.startswith("1 of 2 customers of FY2024")
    assert "PLN\xa027 (20%" in said


@pytest.mark.parametrize("day", ["1900-01-01", "1970-01-01"])
def test_the_day_that_a_program_writes_for_an_empty_cell_is_no_first_day(tmp_path, day):
    rows = [*monthly("2023-06-01", "2023-12-01"), f"X1, 1, {day}, A, P, 1, 9, 9, 5, invoice"]
    intake = read_inputs(
        give(world(tmp_path, periods=TWO_YEARS), "invoice_lines", book(LINES, *rows)), "FY2023"
    )

    assert intake.tables["quarantine"][["column", "reason"]].values.tolist() == [
        ["date", reasons.LONG_AGO]
    ]
    assert (
        outcome_and_words(intake, "dormant_or_gone")[0] == "REFUSE"
    )  # seven months, not 120 years


# --------------------------------------------------------------------------- the general ledger
GL = """period,gl_account,amount,line,sign
FY2024,700,150,list_revenue,1
FY2024,701,20,on_invoice_discounts,1
FY2024,702,40,,1
FY2024,703,5,gross_margin,1
"""


def test_accounts_that_stand_on_no_line_of_the_statement_are_named_with_their_money(tmp_path):
    engagement = give(give(world(tmp_path), "invoice_lines", TWO_FIRMS), "gl_totals", GL)

    outcome, said = outcome_and_words(read_inputs(engagement, "FY2024"), "ledger_lines")
    assert outcome == "FLAG"
    assert "2 (702 in FY2024: PLN\xa040, 703 in FY2024: PLN\xa05)" in said
    lined = give(engagement, "gl_totals", "\n".join(GL.split("\n")[:3]) + "\n")
    assert outcome_and_words(read_inputs(lined, "FY2024"), "ledger_lines")[0] == "PASS"


def test_list_revenue_less_discounts_is_the_ledgers_invoice_revenue(tmp_path):
    """Lines of 60 + 40 + 30 − 10 are 120; the ledger has 150 at list price less 30."""
    ledger = GL.replace("701,20", "701,30")
    engagement = give(give(world(tmp_path), "invoice_lines", TWO_FIRMS), "gl_totals", ledger)

    intake = read_inputs(engagement, "FY2024")
    assert outcome_and_words(intake, "ledger_revenue")[0] == "PASS"
    silent = give(engagement, "gl_totals", GL.split("\n")[0] + "\nFY2024,702,40,,1\n")
    outcome, said = outcome_and_words(read_inputs(silent, "FY2024"), "ledger_silent")
    assert outcome == "FLAG"
    assert "no account of invoice revenue for FY2024" in said


# --------------------------------------------------------------------------- what to mend
BROKEN = book(
    LINES,
    "F1, 1, 2024-01-10, A, P, 2, 80, 60, 50, invoice",
    "F2, 1, 2024-01-10, , P, 2, 80, 500, 50, invoice",
    "F3, 1, 2024-01-10, , P, 2, 80, 100, 50, invoice",
    "F4, 1, 2024-02-30, A, P, 2, 80, 300, 50, invoice",
    "F5, 1, 2024-03-01, A, P, 2, 80, many, 50, invoice",
)


@pytest.fixture(scope="module")
def quarantine(tmp_path_factory):
    engagement = give(world(tmp_path_factory.mktemp("broken")), "invoice_lines", BROKEN)
    return read_inputs(engagement, "FY2024").tables["quarantine"]


def test_rules_are_told_by_money_with_how_to_mend_them_at_the_source(quarantine):
    table = quality_table(quarantine)

    assert table.loc[:1, ["where", "reason", "rows", "amount"]].values.tolist() == [
        ["invoice lines, Customer", "missing", 2, 600.0],
        ["invoice lines, Date", "no such day", 1, 300.0],
    ]
    assert table["share_of_money"].tolist()[:2] == pytest.approx([2 / 3, 1 / 3])
    assert table.iloc[2]["reason"] == "not a number"
    assert pd.isna(table.iloc[2]["amount"])  # what it is worth, nobody can read: not nothing
    assert table["remedy"].str.len().min() > 20
    said = " ".join(quality_finding(table, currency="PLN"))
    assert said.startswith(
        "4 rows were set aside by 3 rules. Begin with invoice lines, Customer: missing, "
        "PLN\xa0600 on 2 rows, 67% of the money set aside there. Book each sale to a customer"
    )


def test_amounts_of_one_table_are_no_share_of_anothers(quarantine):
    ledger = quarantine[quarantine["column"] == "date"].assign(table="gl_totals", column="line")
    master = quarantine[quarantine["value"] == "many"].assign(table="customers")
    table = quality_table(pd.concat([quarantine, ledger, master], ignore_index=True))

    shares = dict(zip(table["where"], table["share_of_money"], strict=True))
    assert shares["general ledger totals, Statement line (date)"] == 1
    assert shares["invoice lines, Customer"] == pytest.approx(2 / 3)
    assert table.iloc[-1][["amount", "share_of_money"]].tolist() == ["–", "–"]  # has no money


def test_a_column_is_named_as_the_client_names_it(tmp_path):
    theirs = BROKEN.replace("customer_id", "NIP nabywcy")
    columns = {"customer_id": "NIP nabywcy"}
    engagement = give(world(tmp_path), "invoice_lines", theirs, columns=columns)
    aside = read_inputs(engagement, "FY2024").tables["quarantine"]

    first = rows_set_aside(aside, most=1)
    assert first[["row", "invoice_id", "column", "reason", "amount"]].values.tolist() == [
        [3, "F2", "Customer (NIP nabywcy)", "missing", 500.0]
    ]


def test_the_rows_worth_most_come_first_and_unreadable_amounts_last(quarantine):
    assert rows_set_aside(quarantine, most=3)["amount"].tolist() == [500, 300, 100]
    assert rows_set_aside(quarantine, most=99)["value"].tolist()[-1] == "many"


def test_every_reason_of_the_contract_has_a_remedy():
    fields = [field for table in contract.CONTRACT.values() for field in table.fields]
    told = {field.otherwise for field in fields if field.otherwise}
    told |= {f"below {f.at_least}" for f in fields if f.at_least is not None}
    told |= {f"not above {f.above}" for f in fields if f.above is not None}
    told |= {f"outside {low} to {high}" for low, high in contract.RANGES.values()}
    told |= {
        value
        for name, value in vars(reasons).items()
        if name.isupper()
        and isinstance(value, str)
        and not value.startswith("#")  # no value at all
    }

    assert told <= set(checks.REMEDIES)


def test_the_list_in_excel_runs_no_formula_and_has_the_same_bytes_each_time(quarantine, tmp_path):
    bad = quarantine.assign(value='=HYPERLINK("http://x.invalid";"a")', customer_id="+48 601")
    write_rows_set_aside(bad, tmp_path / "a.xlsx", currency="PLN")
    write_rows_set_aside(bad, tmp_path / "b.xlsx", currency="PLN")

    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book_:
        sheets = "".join(book_.read(n).decode() for n in book_.namelist() if "sheet" in n)
        everything = "".join(book_.read(n).decode() for n in book_.namelist())
    assert "<f>" not in sheets
    assert "hyperlink" not in sheets
    assert "=HYPERLINK(" in everything  # as text
    assert re.search(r"<v>500</v>", sheets)


def test_the_list_in_excel_has_every_row_with_file_row_document_and_money(quarantine, tmp_path):
    import openpyxl

    write_rows_set_aside(quarantine, tmp_path / "a.xlsx", currency="PLN")
    rules, rows = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets
    cells = [[cell.value for cell in row] for row in rows.iter_rows()]

    assert cells[0] == [
        "Table",
        "File",
        "Row",
        "Invoice",
        "Column",
        "Value",
        "Reason",
        "Customer",
        "Date",
        "Amount, PLN",
    ]
    assert len(cells) == 1 + len(quarantine)
    assert cells[1][:5] == ["invoice lines", "invoice_lines.csv", 3, "F2", "Customer"]
    assert cells[1][9] == 500
    assert cells[-1][9] is None  # nobody can read it
    assert rows["J2"].number_format == "#,##0.00"
    assert {sheet.freeze_panes for sheet in (rules, rows)} == {"A2"}
    assert rows.auto_filter.ref == "A1:J5"
    assert rules["F1"].value == "Mend it at the source"


def test_the_ledger_of_a_page_adds_up_as_it_is_printed(tmp_path):
    """Three lines of a third of a cent: a cent is read, one of them is set aside."""
    cents = [
        f"F{n}, 1, 2024-01-10, {who}, P, 1, 9, 0.005, 5, invoice" for n, who in enumerate("AB")
    ]
    engagement = give(
        world(tmp_path), "invoice_lines", book(LINES, *cents, cents[0].replace("A", ""))
    )
    balance = read_inputs(engagement, "FY2024").balances[1]

    printed = [(step.what, str(step.amount)) for step in balance.steps]
    assert printed == [
        ("read, as far as it is a number", "0.02"),
        ("set aside: Customer, missing", "-0.01"),
        ("invoice revenue of all months", "0.01"),
    ]
    assert balance.holds


def test_each_verdict_of_the_intake_is_shown_in_one_part_of_notebook_1(tmp_path):
    found = read_inputs(give(world(tmp_path), "invoice_lines", BROKEN), "FY2024").outcomes
    parts = [
        outcomes_about(found, part)
        for part in {rule.section or "came_in" for rule in RULES.values()}
    ]

    assert sorted(each.rule for part in parts for each in part) == sorted(v.rule for v in found)


def test_documents_are_counted_by_kind_with_what_they_add(tmp_path):
    documents = read_inputs(give(world(tmp_path), "invoice_lines", TWO_FIRMS), "FY2024").tables[
        "documents"
    ]

    assert documents.astype({"invoice_revenue": float}).values.tolist() == [
        ["invoice", 2, 3, 130.0],
        ["credit_note", 1, 1, -10.0],
    ]
    assert documents_finding(documents, currency="PLN") == (
        "Of PLN\xa0130 that were invoiced, PLN\xa010 (7.7%) were given back by 1 credit note, "
        "correction or cancellation."
    )


# --------------------------------------------------------------------------- nothing is lost
def test_a_clean_file_is_used_whole(tmp_path):
    intake = read_inputs(give(world(tmp_path), "invoice_lines", TWO_FIRMS), "FY2024")

    assert intake.tables["quarantine"].empty
    assert quality_table(intake.tables["quarantine"]).empty
    assert quality_finding(quality_table(intake.tables["quarantine"]), currency="PLN") == [
        "No row was set aside: nothing has to be mended at the source."
    ]
