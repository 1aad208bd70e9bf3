"""Lines in other currencies: converted by dated rates, or rejected; never taken one to one."""

from decimal import Decimal

import pandas as pd
import pytest
from test_intake import book, give, outcome_and_words, revenue, set_aside, world

from kamlib.core.errors import DataError
from kamlib.intake import read_inputs
from kamlib.intake.currency import daily_rates
from kamlib.settings.inputs import Exchange

HEAD = "invoice_id, date, customer_id, net_amount, cost_of_goods_sold, currency"
RATES = book(
    "date, currency, rate", "2024-01-01, EUR, 4", "2024-01-05, EUR, 5", "2024-01-05, USD, 4"
)


def lines_of(folder, *rows, rates=None, **keys):
    engagement = give(world(folder), "invoice_lines", book(HEAD, *rows))
    given = engagement.inputs["invoice_lines"].model_copy(update=keys)
    engagement.inputs["invoice_lines"] = given
    return give(engagement, "fx_rates", rates) if rates else engagement


def test_the_latest_rate_on_or_before_the_day_converts(tmp_path):
    intake = read_inputs(
        lines_of(
            tmp_path,
            "F1, 2024-01-01, A, 10, 1, EUR",  # 4 on the day itself
            "F2, 2024-01-04, B, 10, 1, EUR",  # 4 three days later
            "F3, 2024-01-05, C, 10, 1, EUR",  # 5
            "F4, 2024-01-05, D, 10, 1, USD",  # 4
            "F5, 2024-01-05, E, 10, 1, PLN",
            rates=RATES,
        ),
        "FY2024",
    )
    assert revenue(intake) == {"A": 40, "B": 40, "C": 50, "D": 40, "E": 10}
    costs = intake.tables["customer_months"]["cost_of_goods_sold"]
    assert costs.sum() == 5  # the ledger keeps goods in its own currency
    outcome, said = outcome_and_words(intake, "converted")
    assert outcome == "PASS"
    assert "EUR\xa030 to PLN\xa0130" in said
    assert "USD\xa010 to PLN\xa040" in said


def test_the_ledger_shows_what_was_converted(tmp_path):
    intake = read_inputs(
        lines_of(
            tmp_path,
            "F1, 2024-01-01, A, 10, 1, EUR",
            "F2, 2024-01-01, , 1, 1, EUR",
            "F3, 2024-01-01, A, 7, 1, PLN",
            rates=RATES,
        ),
        "FY2024",
    )
    money = next(b for b in intake.balances if b.what == "Net amount of invoice lines")
    assert [(step.what, step.amount) for step in money.steps] == [
        ("read, as far as it is a number", 7),
        ("converted from EUR\xa011.00", 44),
        ("set aside: Customer, missing", -4),
        ("invoice revenue of all months", 47),
    ]
    assert money.holds


@pytest.mark.parametrize(
    ("rates", "says"),
    [
        (
            None,
            r"no rate: EUR\xa010\.00 on 1 line from 20 Jan 2024 to 20 Jan 2024\. Bring fx_rates",
        ),
        (RATES, "a rate at most 7 days before"),  # the latest is 15 days old
        (book("date, currency, rate", "2024-01-20, USD, 4"), "no rate: EUR"),
    ],
)
def test_a_currency_without_a_recent_rate_is_rejected(tmp_path, rates, says):
    engagement = lines_of(tmp_path, "F1, 2024-01-20, A, 10, 1, EUR", rates=rates)

    with pytest.raises(DataError, match=says):
        read_inputs(engagement, "FY2024")


def test_how_old_a_rate_may_be_is_declared(tmp_path):
    engagement = lines_of(tmp_path, "F1, 2024-01-20, A, 10, 1, EUR", rates=RATES)
    engagement.exchange = Exchange(at_most_days_old=15)

    assert revenue(read_inputs(engagement, "FY2024")) == {"A": 50}


def test_a_currency_may_be_written_as_people_do(tmp_path):
    words = {"A": "PLN", "B": "zł", "C": "pln", "D": "zl", "E": "ZŁ"}
    rows = [f"F{who}, 2024-01-01, {who}, 10, 1, {word}" for who, word in words.items()]

    assert revenue(read_inputs(lines_of(tmp_path, *rows), "FY2024")) == dict.fromkeys(words, 10)


def test_an_empty_currency_is_set_aside_unless_a_default_is_declared(tmp_path):
    rows = ("F1, 2024-01-01, A, 10, 1, PLN", "F2, 2024-01-02, A, 3, 1, ")
    strict = read_inputs(lines_of(tmp_path, *rows), "FY2024")
    kind = read_inputs(lines_of(tmp_path, *rows, default_currency="PLN"), "FY2024")

    assert (revenue(strict), revenue(kind)) == ({"A": 10}, {"A": 13})
    assert set_aside(strict) == [(3, "currency", "missing")]


def test_a_default_currency_also_holds_for_lines_without_the_column(tmp_path):
    text = book("invoice_id, date, customer_id, net_amount", "F1, 2024-01-01, A, 10")
    engagement = give(world(tmp_path), "invoice_lines", text)
    given = engagement.inputs["invoice_lines"].model_copy(update={"default_currency": "EUR"})
    engagement.inputs["invoice_lines"] = given
    give(engagement, "fx_rates", RATES)

    assert revenue(read_inputs(engagement, "FY2024")) == {"A": 40}


def test_there_and_back_again_is_where_one_began(tmp_path):
    """4 PLN for a euro; then the books are in euros and a złoty is a quarter of one."""
    amounts = [Decimal("17.00"), Decimal("-8.50"), Decimal("1234.25"), Decimal("0.17")]
    bought = dict(zip("ABCD", amounts, strict=True))
    there = lines_of(
        tmp_path,
        *(f"F{who}, 2024-01-01, {who}, {a}, 0, EUR" for who, a in bought.items()),
        rates=book("date, currency, rate", "2024-01-01, EUR, 4"),
    )
    zloty = revenue(read_inputs(there, "FY2024"))
    (tmp_path / "back").mkdir()
    back = lines_of(
        tmp_path / "back",
        *(f"F{who}, 2024-01-01, {who}, {a}, 0, PLN" for who, a in zloty.items()),
        rates=book("date, currency, rate", "2024-01-01, PLN, 0.25"),
    )
    back.currency = "EUR"

    assert zloty["A"] == 68
    assert revenue(read_inputs(back, "FY2024")) == bought


def test_a_rate_reaches_to_the_next_one_and_no_further_than_declared():
    rates = pd.DataFrame(
        {
            "date": pd.to_datetime(["2024-01-01", "2024-01-03"]),
            "currency": ["EUR", "EUR"],
            "rate": [Decimal(4), Decimal(5)],
        }
    )
    daily = daily_rates(rates, at_most_days_old=3)

    assert daily["fx_day"].dt.day.tolist() == [1, 2, 3, 4, 5, 6]
    assert daily["_rate"].tolist() == [4, 4, 5, 5, 5, 5]


def test_a_rate_that_may_not_be_old_holds_on_its_own_day_in_its_own_currency():
    days = pd.to_datetime(["2024-01-01", "2024-01-03"])
    rates = pd.DataFrame(
        {"date": days, "currency": ["EUR", "USD"], "rate": [Decimal(4), Decimal(3)]}
    )
    daily = daily_rates(rates, at_most_days_old=0)

    assert daily["fx_currency"].tolist() == ["EUR", "USD"]
    assert daily["fx_day"].dt.day.tolist() == [1, 3]


def test_a_table_of_rates_without_a_row_has_no_rate(tmp_path):
    empty = "date,currency,rate\n"
    with pytest.raises(DataError, match="have no rate: EUR"):
        read_inputs(lines_of(tmp_path, "F1, 2024-01-02, A, 10, 1, EUR", rates=empty), "FY2024")


def test_a_rate_of_nothing_is_set_aside_and_two_rates_of_one_day_are_rejected(tmp_path):
    zero = book("date, currency, rate", "2024-01-01, EUR, 4", "2024-01-02, EUR, 0")
    intake = read_inputs(lines_of(tmp_path, "F1, 2024-01-02, A, 10, 1, EUR", rates=zero), "FY2024")
    assert revenue(intake) == {"A": 40}

    two = book("date, currency, rate", "2024-01-01, EUR, 4", "2024-01-01, EUR, 5")
    with pytest.raises(
        DataError,
        match="rows of the fx_rates table that differ have the same currency and date: EUR 20",
    ):
        read_inputs(lines_of(tmp_path, "F1, 2024-01-02, A, 10, 1, EUR", rates=two), "FY2024")


def test_a_rate_for_the_end_of_all_days_is_set_aside(tmp_path):
    given = lines_of(tmp_path, "F1, 2024-01-01, A, 10, 1, EUR", rates=RATES + "9999-12-31,EUR,7\n")

    intake = read_inputs(given, "FY2024")

    assert revenue(intake) == {"A": 40}
    assert intake.tables["quarantine"]["table"].tolist() == ["fx_rates"]
