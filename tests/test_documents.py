"""Documents: returns, corrections, cancellations, advances, samples, and lines that stand twice."""

import pytest
from test_intake import TWO_YEARS, book, give, revenue, set_aside, verdict_of, world

from kamlib.intake import read_inputs

HEAD = "invoice_id, date, customer_id, quantity, net_amount, document_type, corrects_invoice_id, order_id"


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
    intake = of(tmp_path, "F1, 2024-01-10, A, 2, 60, invoice, , ",
                "S1, 2024-01-12, A, -1, -30, cancellation, F1, ")  # fmt: skip

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
    assert verdict_of(intake, "advances")[0] == "PASS"


@pytest.mark.parametrize("link", ["Z1, ", ", O1"])
def test_an_advance_is_settled_by_its_name_or_its_order(tmp_path, link):
    intake = of(tmp_path, "Z1, 2024-01-10, A, 1, 100, advance, , O1",
                f"F1, 2024-02-10, A, 1, 200, final, {link}")  # fmt: skip

    assert verdict_of(intake, "advances")[0] == "PASS"


def test_an_advance_without_a_final_invoice_is_named_with_its_money(tmp_path):
    intake = of(tmp_path, "Z1, 2024-01-10, A, 1, 100, advance, , O1",
                "F1, 2024-02-10, A, 1, 200, invoice, , O2")  # fmt: skip

    outcome, said = verdict_of(intake, "advances")
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
    outcome, said = verdict_of(intake, "credit_notes")
    assert outcome == "FLAG"
    assert "1 of 2, worth PLN\xa07" in said


def test_a_credit_note_larger_than_the_sales_leaves_a_customer_below_zero(tmp_path):
    intake = of(tmp_path, "F1, 2024-01-10, A, 1, 10, invoice, , ",
                "K1, 2024-01-11, A, -1, -25, credit_note, F1, ")  # fmt: skip

    assert revenue(intake) == {"A": -15}


def test_samples_are_lines_and_cost_nothing(tmp_path):
    intake = of(
        tmp_path, "F1, 2024-01-10, A, 3, 0, invoice, , ", "F1, 2024-01-10, A, 1, 5, invoice, , "
    )

    assert intake.tables["customer_months"]["lines"].sum() == 2
    assert verdict_of(intake, "samples") == (
        "PASS", "Lines free of charge: 1; their goods cost PLN\xa00."
    )  # fmt: skip


TWICE = ("F1, 2024-01-10, A, 1, 10, invoice, , ",) * 3 + ("F2, 2024-01-10, B, 1, 4, invoice, , ",)


def test_identical_rows_are_kept_and_told_with_their_money(tmp_path):
    intake = of(tmp_path, *TWICE)

    assert revenue(intake) == {"A": 30, "B": 4}
    outcome, said = verdict_of(intake, "identical_rows")
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
    assert verdict_of(intake, "identical_rows")[0] == "PASS"
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
    told = verdict_of(intake, "document_types")[1]
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
SOLD = ("F1, 2023-05-10, A, 1, 100, invoice, , ", "F2, 2023-06-10, A, 1, 100, invoice, , ",
        "F3, 2024-01-10, A, 1, 100, invoice, , ")  # fmt: skip


def moved(tmp_path, *rows) -> tuple[dict, tuple]:
    """Return what corrections took from which other period, and the verdict on those not placed."""
    text = book(HEAD, *SOLD, *rows).replace("~", " ")
    engagement = give(world(tmp_path, periods=TWO_YEARS), "invoice_lines", text)
    intake = read_inputs(engagement, "FY2024")
    table = intake.tables["timing"]
    earned = table.groupby(["period", "earned_period"])["invoice_revenue"].sum()
    return {key: int(value) for key, value in earned.items()}, verdict_of(intake, "credit_notes")


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
