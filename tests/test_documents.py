"""Documents: returns, corrections, cancellations, advances, samples, and lines that stand twice."""

import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_intake import TWO_YEARS, book, give, outcome_and_words, revenue, set_aside, world

from kamlib.core.errors import DataError
from kamlib.intake import read_inputs, reasons
from kamlib.settings import Dialect
from kamlib.settings.inputs import Sum

HEAD = "invoice_id, date, customer_id, quantity, net_amount, document_type, corrects_invoice_id, order_id"


SCENARIOS = "invoice_id, date, customer_id, net_amount, Scenario"


def of(folder, *rows, head=HEAD, **keys):
    engagement = give(world(folder), "invoice_lines", book(head, *rows))
    given = engagement.inputs["invoice_lines"].model_copy(update=keys)
    engagement.inputs["invoice_lines"] = given
    return read_inputs(engagement, "FY2024")


def test_an_invoice_cancelled_whole_is_nothing_and_no_order(tmp_path):
    intake = of(
        tmp_path,
        "F1, 2024-01-10, A, 1, 60, invoice, , ",
        "F1, 2024-01-10, A, 1, 40, invoice, , ",
        "S1, 2024-01-12, A, -2, -100, cancellation, F1, ",
        "F2, 2024-01-12, A, 1, 30, invoice, , ",
    )
    assert revenue(intake) == {"A": 30}
    assert intake.tables["orders"]["order_id"].tolist() == ["F2"]
    assert intake.tables["corrections"]["document_type"].tolist() == ["cancellation"]


def test_an_invoice_cancelled_in_part_stays_an_order(tmp_path):
    intake = of(
        tmp_path,
        "F1, 2024-01-10, A, 2, 60, invoice, , ",
        "S1, 2024-01-12, A, -1, -30, cancellation, F1, ",
    )

    assert revenue(intake) == {"A": 30}
    assert intake.tables["orders"]["order_id"].tolist() == ["F1"]


def test_an_advance_is_no_second_sale(tmp_path):
    """100 ahead, then a final invoice of 300 that deducts the 100: one order, 300 in all."""
    intake = of(
        tmp_path,
        "Z1, 2024-01-10, A, 1, 100, advance, , O1",
        "F1, 2024-02-10, A, 1, 300, final, , O1",
        "F1, 2024-02-10, A, -1, -100, final, , O1",
    )
    assert revenue(intake) == {"A": 300}
    orders = intake.tables["orders"]
    assert orders[["order_id", "lines"]].values.tolist() == [["O1", 2]]
    assert intake.tables["customer_months"]["returned_revenue"].sum() == 0
    assert len(intake.tables["corrections"]) == 0
    assert outcome_and_words(intake, "advances")[0] == "PASS"


@pytest.mark.parametrize("link", ["Z1, ", ", O1"])
def test_an_advance_is_settled_by_its_name_or_its_order(tmp_path, link):
    intake = of(
        tmp_path,
        "Z1, 2024-01-10, A, 1, 100, advance, , O1",
        f"F1, 2024-02-10, A, 1, 200, final, {link}",
    )

    assert outcome_and_words(intake, "advances")[0] == "PASS"


def test_an_advance_without_a_final_invoice_is_named_with_its_money(tmp_path):
    intake = of(
        tmp_path,
        "Z1, 2024-01-10, A, 1, 100, advance, , O1",
        "F1, 2024-02-10, A, 1, 200, invoice, , O2",
    )

    outcome, said = outcome_and_words(intake, "advances")
    assert outcome == "FLAG"
    assert "1, worth PLN\xa0100" in said


def test_a_credit_note_counts_where_it_is_posted_and_one_without_its_invoice_is_named(tmp_path):
    intake = of(
        tmp_path,
        "F1, 2024-01-10, A, 2, 60, invoice, , ",
        "K1, 2024-02-10, A, -1, -30, credit_note, F1, ",
        "K2, 2024-02-11, A, -1, -7, correction, F0, ",
    )
    months = intake.tables["customer_months"]
    assert months["invoice_revenue"].tolist() == [60, -37]
    outcome, said = outcome_and_words(intake, "credit_notes")
    assert outcome == "FLAG"
    assert "1 of 2, worth PLN\xa07" in said


def test_a_credit_note_larger_than_the_sales_leaves_a_customer_below_zero(tmp_path):
    intake = of(
        tmp_path,
        "F1, 2024-01-10, A, 1, 10, invoice, , ",
        "K1, 2024-01-11, A, -1, -25, credit_note, F1, ",
    )

    assert revenue(intake) == {"A": -15}


def test_samples_are_lines_and_cost_nothing(tmp_path):
    intake = of(
        tmp_path, "F1, 2024-01-10, A, 3, 0, invoice, , ", "F1, 2024-01-10, A, 1, 5, invoice, , "
    )

    assert intake.tables["customer_months"]["lines"].sum() == 2
    assert outcome_and_words(intake, "samples") == (
        "PASS",
        "Lines free of charge: 1; their goods cost PLN\xa00.",
    )


TWICE = ("F1, 2024-01-10, A, 1, 10, invoice, , ",) * 3 + ("F2, 2024-01-10, B, 1, 4, invoice, , ",)


def test_identical_rows_are_kept_and_told_with_their_money(tmp_path):
    intake = of(tmp_path, *TWICE)

    assert revenue(intake) == {"A": 30, "B": 4}
    outcome, said = outcome_and_words(intake, "identical_rows")
    assert outcome == "FLAG"
    assert "PLN\xa020" in said


def test_identical_rows_are_set_aside_where_the_engagement_says_so(tmp_path):
    intake = of(tmp_path, *TWICE, identical_rows="quarantine")

    assert revenue(intake) == {"A": 10, "B": 4}
    assert set_aside(intake) == [
        (3, "", "repeats an earlier row"),
        (4, "", "repeats an earlier row"),
    ]
    assert intake.tables["quarantine"]["amount"].sum() == 20
    assert outcome_and_words(intake, "identical_rows")[0] == "PASS"
    assert all(balance.holds for balance in intake.balances)


def test_the_start_of_a_number_tells_the_kind_of_document_the_longest_first(tmp_path):
    intake = of(
        tmp_path,
        "FV/1, 2024-01-10, A, 10",
        "FV/K/1, 2024-01-11, A, -4",
        "X/1, 2024-01-12, A, 1",
        head="invoice_id, date, customer_id, net_amount",
        document_prefixes={"FV/": "invoice", "FV/K/": "correction"},
    )
    assert intake.tables["corrections"]["invoice_id"].tolist() == ["FV/K/1"]
    told = outcome_and_words(intake, "document_types")[1]
    assert told.startswith("Lines that do not say what document they belong to: 1 of 3.")


def test_quantity_times_price_less_discount_stands_in_for_the_net_amount(tmp_path):
    intake = of(
        tmp_path,
        "F1, 2024-01-10, A, 10, 2.50, 20",  # 25 less a fifth
        "F2, 2024-01-10, B, 3, 1.00, ",
        "F3, 2024-01-10, C, 1, 1.00, -5",
        head="invoice_id, date, customer_id, quantity, unit_price, discount",
    )
    assert revenue(intake) == {"A": 20, "B": 3}
    assert set_aside(intake) == [(4, "discount", "below 0")]


# ------------------------------------------------------------------ which period a correction belongs to
SOLD = (
    "F1, 2023-05-10, A, 1, 100, invoice, , ",
    "F2, 2023-06-10, A, 1, 100, invoice, , ",
    "F3, 2024-01-10, A, 1, 100, invoice, , ",
)


def moved(tmp_path, *rows) -> tuple[dict, tuple]:
    """Return what corrections took from which other period, and the verdict on those not placed."""
    text = book(HEAD, *SOLD, *rows).replace("~", " ")
    engagement = give(world(tmp_path, periods=TWO_YEARS), "invoice_lines", text)
    intake = read_inputs(engagement, "FY2024")
    table = intake.tables["timing"]
    earned = table.groupby(["period", "earned_period"])["invoice_revenue"].sum()
    return {key: int(value) for key, value in earned.items()}, outcome_and_words(
        intake, "credit_notes"
    )


def test_a_correction_of_a_correction_belongs_to_the_sale_at_the_end(tmp_path):
    """K3 corrects K2 corrects K1 corrects the sale F1 of 2023: all three belong there."""
    found, (outcome, _said) = moved(
        tmp_path,
        "K1, 2024-02-10, A, -1, -10, correction, F1, ",
        "K2, 2024-03-10, A, 1, 4, correction, K1, ",
        "K3, 2024-04-10, A, -1, -1, correction, K2, ",
    )

    assert found == {("FY2024", "FY2023"): -7}
    assert outcome == "PASS"


@pytest.mark.parametrize("between", [";~", ";", "~/~", "~|~", "~i~", "~oraz~", "+"])
def test_a_correction_of_several_invoices_of_one_period_belongs_there(tmp_path, between):
    found, (outcome, _said) = moved(
        tmp_path, f"K1, 2024-02-10, A, -1, -10, correction, F1{between}F2, "
    )

    assert found == {("FY2024", "FY2023"): -10}
    assert outcome == "PASS"


@pytest.mark.parametrize(
    "names",
    [
        pytest.param("F1; F3", id="of two periods"),
        pytest.param("F1; F0", id="one of them is not in the input"),
        pytest.param("K1", id="itself"),
        pytest.param("F0", id="not in the input"),
    ],
)
def test_what_cannot_be_placed_stays_where_it_is_posted_and_is_named(tmp_path, names):
    found, (outcome, said) = moved(tmp_path, f"K1, 2024-02-10, A, -1, -10, correction, {names}, ")

    assert found == {}
    assert outcome == "FLAG"
    assert "several of different periods: 1 of 1, worth PLN\xa010" in said


def test_corrections_that_name_each_other_in_a_circle_are_named(tmp_path):
    found, (outcome, said) = moved(
        tmp_path,
        "K1, 2024-02-10, A, -1, -10, correction, K2, ",
        "K2, 2024-03-10, A, -1, -10, correction, K1, ",
    )

    assert (found, outcome) == ({}, "FLAG")
    assert "2 of 2" in said


# --------------------------------------------------------------- list value of what comes back
PRICED = (
    "invoice_id, date, customer_id, product_id, quantity, net_amount, document_type, "
    "corrects_invoice_id"
)
USUAL = [  # half of them pay 120 a unit, which is the list price of the month, half 100
    f"B{n}, 2024-03-{n + 1:02}, B, P, 10, {(1200, 1000)[n % 2]}, invoice, " for n in range(10)
]


def at_list(intake, customer="A") -> tuple:
    """Return list and invoice revenue of a customer."""
    months = intake.tables["customer_months"]
    mine = months[months["customer_id"] == customer]
    return mine["list_revenue"].sum(), mine["invoice_revenue"].sum()


@pytest.mark.parametrize(
    "back",
    [
        ["K1, 2024-03-20, A, P, -10, -1000, credit_note, A1"],
        ["K1, 2024-03-20, A, P, 10, -1000, credit_note, A1"],
        ["K1, 2024-05-20, A, P, -10, -1000, correction, A1"],
        ["K1, 2024-05-20, A, P, -10, -1000, credit_note, "],
        ["K1, 2024-03-20, A, P, -10, -1000, , "],
        [
            "K1, 2024-05-20, A, P, -4, -400, credit_note, A1",
            "K2, 2024-05-21, A, P, 6, -600, cancellation, A1",
        ],
    ],
    ids=[
        "a minus on both",
        "a quantity without minus",
        "in another month",
        "no invoice named",
        "no kind of document",
        "in two parts",
    ],
)
def test_a_full_return_takes_back_the_list_value_at_which_it_went_out(tmp_path, back):
    """Ten units of 120 at list went out for 1,000; all of them come back."""
    went_out = "A1, 2024-03-05, A, P, 10, 1000, invoice, "
    assert at_list(of(tmp_path, *USUAL, went_out, *back, head=PRICED)) == (0, 0)


def test_a_correction_shown_before_and_after_moves_the_list_value_by_what_it_changes(tmp_path):
    """D is corrected to the same, E from 10 units to 8, G from 1,000 to 900 for the same goods."""
    rows = [f"{who}1, 2024-03-05, {who}, P, 10, 1000, invoice, " for who in "DEG"]
    rows += [f"{who}2, 2024-04-06, {who}, P, -10, -1000, correction, {who}1" for who in "DEG"]
    rows += [
        "D2, 2024-04-06, D, P, 10, 1000, correction, D1",
        "E2, 2024-04-06, E, P, 8, 800, correction, E1",
        "G2, 2024-04-06, G, P, 10, 900, correction, G1",
    ]
    intake = of(tmp_path, *USUAL, *rows, head=PRICED)
    found = {who: at_list(intake, who) for who in "DEG"}
    assert found == {"D": (1200, 1000), "E": (960, 800), "G": (1200, 900)}


def test_two_lines_of_a_product_come_back_at_what_they_had_on_their_invoice(tmp_path):
    """One line paid 140 a unit, more than the usual 120: 1,200 + 1,400 at list, half comes back."""
    rows = [
        "A1, 2024-03-05, A, P, 10, 1000, invoice, ",
        "A1, 2024-03-05, A, P, 10, 1400, invoice, ",
        "K1, 2024-03-09, A, P, -10, -1200, credit_note, A1",
    ]
    assert at_list(of(tmp_path, *USUAL, *rows, head=PRICED)) == (1300, 1200)


def test_a_price_cut_without_goods_is_a_discount_and_a_rebate_line_no_price(tmp_path):
    """The cut of 50 leaves the list value; a negative line of another product counts as it stands."""
    rows = [
        "A1, 2024-03-05, A, P, 10, 1000, invoice, ",
        "K1, 2024-03-09, A, P, 0, -50, correction, A1",
        "H1, 2024-03-05, H, R, 1, -30, invoice, ",
    ]
    intake = of(tmp_path, *USUAL, *rows, head=PRICED)
    assert (at_list(intake), at_list(intake, "H")) == ((1200, 950), (-30, -30))


# ------------------------------------------------------------------ totals and copies among lines
EXPORT = "invoice_id, date, customer_id, product_id, quantity, net_amount"


def exported(*documents: tuple, head: str = "{total}") -> list[str]:
    """Return a row of each document with its total, then its lines, from (number, amounts)."""
    rows = []
    for number, *amounts in documents:
        day = f"2024-02-{int(number[1:]):02}"
        rows += [f"{number}, {day}, A, , , " + head.format(total=sum(amounts))]
        rows += [f"{number}, {day}, A, P{n}, 1, {amount}" for n, amount in enumerate(amounts)]
    return rows


def test_a_row_of_the_document_beside_its_lines_is_a_total_and_no_revenue(tmp_path):
    """Three invoices of 150, 40 and 70: revenue is 260, not 520; a fee without a product is a line."""
    rows = exported(("F1", 100, 50), ("F2", 40), ("F3", 30, 40))
    intake = of(
        tmp_path, *rows, "F4, 2024-02-09, A, P, 1, 5", "F4, 2024-02-09, A, , , 2", head=EXPORT
    )
    assert revenue(intake) == {"A": 267}
    aside = intake.tables["quarantine"]
    assert aside["reason"].unique().tolist() == ["a total, no line of its own"]
    assert (aside["row"].tolist(), aside["amount"].notna().sum()) == ([2, 5, 7], 0)
    assert all(balance.holds for balance in intake.balances)


def test_a_total_may_count_its_document_as_one(tmp_path):
    """Invoices of 150 and 70, each total one piece; freight of 20 as one piece is a line."""
    rows = [row.replace(", , , ", ", , 1, ") for row in exported(("F1", 100, 50), ("F2", 30, 40))]
    freight = ["F3, 2024-02-09, A, P, 1, 100", "F3, 2024-02-09, A, , 1, 20"]
    assert revenue(of(tmp_path, *rows, *freight, head=EXPORT)) == {"A": 150 + 70 + 120}


def test_a_total_may_have_the_quantity_of_its_lines_as_well(tmp_path):
    """Invoices of 150 and 70 in two units each; a fee for two units, beside 100 + 50, is a line."""
    rows = [row.replace(", , , ", ", , 2, ") for row in exported(("F1", 100, 50), ("F2", 30, 40))]
    fee = [
        "F3, 2024-02-09, A, P, 1, 100",
        "F3, 2024-02-09, A, P, 1, 50",
        "F3, 2024-02-09, A, , 2, 149",
    ]
    assert revenue(of(tmp_path, *rows, *fee, head=EXPORT)) == {"A": 150 + 70 + 299}


def test_a_second_line_that_has_as_much_as_the_first_is_no_total_unless_the_export_has_the_habit(
    tmp_path,
):
    one = of(tmp_path, *exported(("F1", 100)), "F2, 2024-02-09, A, P, 1, 7", head=EXPORT)
    assert revenue(one) == {"A": 207}
    assert "without product or quantity" in outcome_and_words(one, "how_read")[1]
    habit = of(tmp_path, *exported(*((f"F{n}", 100) for n in range(1, 4))), head=EXPORT)
    assert revenue(habit) == {"A": 300}


def test_totals_are_found_by_habit_where_lines_name_neither_product_nor_quantity(tmp_path):
    """Each of three invoices has a row with the sum of the two others; without the habit none is."""
    habit = [
        f"F{n}, 2024-01-1{n}, A, {amount}"
        for n in range(1, 4)
        for amount in (30, 10 * n, 30 + 10 * n)
    ]
    head = "invoice_id, date, customer_id, net_amount"
    assert revenue(of(tmp_path, *habit, head=head)) == {"A": 150}
    one = [
        *habit[:3],
        *(f"F{n}, 2024-01-1{n}, A, {amount}" for n in (2, 3) for amount in (1, 2, 9)),
    ]
    assert revenue(of(tmp_path, *one, head=head)) == {"A": 80 + 24}


NUMBERED = "invoice_id, line_id, date, customer_id, net_amount, document_type"


def test_one_line_number_twice_on_an_invoice_counts_once_and_both_places_are_named(tmp_path):
    """A table of heads was joined with its lines; a correction shows line 1 before and after."""
    rows = [
        "F1, 1, 2024-01-10, A, 60, invoice",
        "F1, 2, 2024-01-10, A, 40, invoice",
        "F1, 1, 2024-01-10, A, 60, invoice",
        "F1, 2, 2024-01-10, A, 45, invoice",
        "K1, 1, 2024-02-10, A, -60, correction",
        "K1, 1, 2024-02-10, A, 50, correction",
        "K1, 1, 2024-02-10, A, 50, correction",
    ]
    intake = of(tmp_path, *rows, head=NUMBERED)
    assert revenue(intake) == {"A": 90}
    told = intake.tables["quarantine"][["row", "reason", "value", "amount"]]
    why, where = (
        "its invoice and line number stand in an earlier row",
        "counted in invoice_lines.csv, row",
    )
    assert told.astype({"amount": int}).to_numpy().tolist() == [
        [4, why, f"{where} 2", 60],
        [5, why, f"{where} 3", 45],
        [8, why, f"{where} 6", 50],
    ]
    assert (
        outcome_and_words(intake, "too_much_set_aside")[0] == "REFUSE"
    )  # nobody has said that it is right
    for rule, left in (("set_aside", 90), ("keep", 245)):
        declared = of(tmp_path, *rows, head=NUMBERED, repeated_invoices=rule)
        assert revenue(declared) == {"A": left}
        assert outcome_and_words(declared, "too_much_set_aside")[0] == "PASS"
    assert "3 × lines whose invoice stands twice" in outcome_and_words(declared, "how_read")[1]


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.integers(0, 19), min_size=1, max_size=12))
def test_whatever_lines_with_numbers_come_again_the_revenue_is_the_same(again):
    rows = [
        f"F{n // 4}, {n}, 2024-02-{n // 4 + 1:02}, A, {n + 1}, invoice" for n in range(20)
    ]  # 1 + 2 + … + 20 is 210
    with tempfile.TemporaryDirectory() as folder:
        intake = of(Path(folder), *rows, *(rows[n] for n in again), head=NUMBERED)
    assert revenue(intake) == {"A": 210}
    assert len(intake.tables["quarantine"]) == len(again)


@pytest.mark.parametrize("other", ["F2, 2024-03-05, B, 30", "F2, 2024-03-05, B, 35"])
def test_an_invoice_in_two_files_is_rejected_or_counted_once_as_declared(tmp_path, other):
    """March stands in both files, in the second with the same line or with another one."""
    head = "invoice_id, date, customer_id, net_amount"
    (tmp_path / "b.csv").write_text(book(head, other, "F3, 2024-04-05, B, 7"))
    files = {"files": ["invoice_lines.csv", "b.csv"]}
    first = ("F1, 2024-02-05, A, 60", "F2, 2024-03-05, B, 30")

    with pytest.raises(
        DataError, match=r"the first is F2 of 2024-03-05, in invoice_lines\.csv and in b"
    ):
        of(tmp_path, *first, head=head, **files)
    once = of(tmp_path, *first, head=head, **files, repeated_invoices="set_aside")
    assert revenue(once) == {"A": 60, "B": 37}
    assert once.tables["quarantine"]["value"].tolist() == ["counted in invoice_lines.csv"]
    kept = of(tmp_path, *first, head=head, **files, repeated_invoices="keep")
    assert revenue(kept)["B"] == 37 + int(other[-2:])


def test_an_invoice_whose_lines_are_spread_over_files_by_their_numbers_is_one(tmp_path):
    (tmp_path / "b.csv").write_text(book(NUMBERED, "F1, 2, 2024-01-10, A, 40, invoice"))
    files = {"files": ["invoice_lines.csv", "b.csv"]}
    row = "F1, 1, 2024-01-10, A, 60, invoice"
    intake = of(tmp_path, row, head=NUMBERED, **files)
    assert revenue(intake) == {"A": 100}
    assert (
        "1 × invoices with lines of different numbers" in outcome_and_words(intake, "how_read")[1]
    )


def test_who_has_mapped_line_numbers_is_not_asked_for_them():
    from kamlib.core.rules import RULES

    assert "line_id" not in RULES["identical_rows"].bring


SALES_AND_BACK = st.lists(
    st.tuples(
        st.integers(1, 12), st.integers(1, 99), st.integers(0, 10**6), st.booleans(), st.booleans()
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(SALES_AND_BACK)
def test_whatever_comes_back_whole_leaves_no_list_value(sales):
    """Each sale has its own month, quantity and cents; a credit note names it, with or without minus."""
    rows = list(USUAL)
    for n, (month, units, cents, minus, later) in enumerate(sales):
        paid, back = f"{cents / 100:.2f}", 12 if later else month
        rows += [
            f"A{n}, 2024-{month:02}-05, A, P, {units}, {paid}, invoice, ",
            f"K{n}, 2024-{back:02}-25, A, P, {'-' if minus or not cents else ''}{units}, -{paid}, "
            f"credit_note, A{n}",
        ]
    with tempfile.TemporaryDirectory() as folder:
        assert at_list(of(Path(folder), *rows, head=PRICED)) == (0, 0)


def test_lines_of_a_plan_are_left_out_where_the_engagement_says_which_rows_count(tmp_path):
    """A plan of 1,000 beside a sale of 100: revenue is 100, and the ledger shows the 1,000."""
    rows = ("F1,2024-02-01,A,100,Actual", "P1,2024-02-01,A,1000,Plan", "P2,someday,A,many,")

    intake = of(tmp_path, *rows, head=SCENARIOS, where={"Scenario": ["Actual"]})

    assert revenue(intake) == {"A": 100}
    assert set_aside(intake) == [
        (3, "where Scenario", reasons.LEFT_OUT),
        (4, "where Scenario", reasons.LEFT_OUT),
    ]
    money = next(one for one in intake.balances if "Net amount" in one.what)
    assert money.unexplained == 0
    assert outcome_and_words(intake, "too_much_set_aside")[0] == "PASS"
    assert outcome_and_words(intake, "rows_set_aside") == (
        "PASS",
        "Every row that counts is used (1). Left out, as the settings say which rows count: 2.",
    )


def test_a_column_by_which_rows_count_must_be_there(tmp_path):
    with pytest.raises(DataError, match=r"has no column 'Scenari'.*Did you mean 'Scenario'"):
        of(tmp_path, "F1,2024-02-01,A,100,Actual", head=SCENARIOS, where={"Scenari": ["Actual"]})


def test_what_a_customer_buys_of_a_product_group_is_told_by_month(tmp_path):
    """A buys foil for 100 and 20 in February, and tape in March; what has no group is left out."""
    head = "invoice_id, date, customer_id, product_id, net_amount"
    rows = (
        "F1,2024-02-01,A,P,100",
        "F2,2024-02-20,A,Q,20",
        "F3,2024-03-01,A,R,5",
        "F4,2024-03-01,A,S,1",
    )
    engagement = give(
        world(tmp_path), "products", "product_id,product_group\nP,foil\nQ,foil\nR,tape\n"
    )

    found = read_inputs(give(engagement, "invoice_lines", book(head, *rows)), "FY2024")

    told = found.tables["customer_groups"].astype({"invoice_revenue": "float64"})
    assert told.to_numpy().tolist() == [
        ["A", pd.Timestamp("2024-02-01"), "foil", 120],
        ["A", pd.Timestamp("2024-03-01"), "tape", 5],
    ]


def costs(intake) -> dict:
    """Return cost of goods by customer, and the revenue of lines whose cost nobody knows."""
    months = intake.tables["customer_months"].groupby("customer_id")
    cost, without = months["cost_of_goods_sold"].sum(), months["revenue_without_cost"].sum()
    return {name: (float(cost[name]), float(without[name])) for name in cost.index}


def test_a_cost_is_the_sum_of_columns_or_sales_less_profit(tmp_path):
    """A sells for 100 with a material of 40 and a labour of 20; B earns 30 of 100."""
    split = "invoice_id, date, customer_id, net_amount, Material, Labour"
    goods = {"cost_of_goods_sold": Sum(plus=["Material", "Labour"])}
    intake = of(tmp_path, "F1, 2024-02-01, A, 100, 40, 20", head=split, sums=goods)
    assert costs(intake) == {"A": (60, 0)}

    earned = "invoice_id, date, customer_id, Sales, Profit"
    goods = {"cost_of_goods_sold": Sum(plus=["Sales"], minus=["Profit"])}
    names = {"net_amount": "Sales"}
    intake = of(tmp_path, "F1, 2024-02-01, B, 100, 30", head=earned, columns=names, sums=goods)
    assert (revenue(intake), costs(intake)) == ({"B": 100}, {"B": (70, 0)})


def test_a_part_that_is_empty_leaves_the_cost_unknown_and_one_that_is_no_number_sets_aside(
    tmp_path,
):
    head = "invoice_id, date, customer_id, net_amount, Material, Labour"
    goods = {"cost_of_goods_sold": Sum(plus=["Material", "Labour"])}
    rows = ("F1, 2024-02-01, A, 100, 40, 20", "F2, 2024-02-01, A, 50, 10, ")

    intake = of(tmp_path, *rows, "F3, 2024-02-01, A, 7, much, 1", head=head, sums=goods)

    assert costs(intake) == {"A": (60, 50)}
    assert set_aside(intake) == [(4, "part Material", reasons.NOT_A_NUMBER)]


def test_sales_less_profit_are_in_the_currency_of_the_line_as_its_sales_are(tmp_path):
    """EUR 100 with a profit of 40 at a rate of 4: revenue 400, cost 240."""
    engagement = give(world(tmp_path), "fx_rates", "currency,date,rate\nEUR,2024-02-01,4\n")
    head = "invoice_id, date, customer_id, Sales, Profit, currency"
    give(engagement, "invoice_lines", book(head, "F1, 2024-02-01, B, 100, 40, EUR"))
    made = {"cost_of_goods_sold": Sum(plus=["Sales"], minus=["Profit"])}
    names = {"net_amount": "Sales"}
    given = engagement.inputs["invoice_lines"].model_copy(update={"sums": made, "columns": names})
    engagement.inputs["invoice_lines"] = given

    intake = read_inputs(engagement, "FY2024")

    assert (revenue(intake), costs(intake)) == ({"B": 400}, {"B": (240, 0)})


def test_a_sum_names_each_column_once():
    with pytest.raises(ValueError, match="names Profit twice"):
        Sum(plus=["Profit", "Profit"])


def test_a_part_of_a_sum_must_be_there(tmp_path):
    goods = {"cost_of_goods_sold": Sum(plus=["Materiel"])}
    head = "invoice_id, date, customer_id, net_amount, Material"
    with pytest.raises(DataError, match=r"'Materiel', a part of cost_.*Did you mean 'Material'"):
        of(tmp_path, "F1, 2024-02-01, A, 100, 40", head=head, sums=goods)


def test_a_ledger_by_months_has_its_lines_on_the_first_of_the_month(tmp_path):
    rows = book("invoice_id,date,customer_id,net_amount", "L1,202402,A,100", "L2,202413,A,7")
    engagement = give(world(tmp_path), "invoice_lines", rows, dialect="ledger")
    engagement.dialects["ledger"] = Dialect(date="%Y%m")

    intake = read_inputs(engagement, "FY2024")

    assert intake.tables["customer_months"]["month"].tolist() == [pd.Timestamp("2024-02-01")]
    assert set_aside(intake) == [(3, "date", reasons.NO_SUCH_DAY)]
