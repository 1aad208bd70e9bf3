"""Cells that mean more than their text: currencies, calendars and ids of Excel, quantities and prices."""

import datetime

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from test_intake import POLISH, book, give, world

from kamlib.intake import read_inputs
from kamlib.intake.inspect.words import money_in_format

HEAD = ["invoice_id", "date", "customer_id", "net_amount"]


def read_book(folder, fill, *, dialect=None):
    """Read a workbook with the usual head that `fill` has put rows under."""
    engagement = world(folder, dialects={"pl": POLISH})
    made = openpyxl.Workbook()
    made.active.append(HEAD)
    fill(made)
    made.save(folder / "s.xlsx")
    give(
        engagement,
        "invoice_lines",
        (folder / "s.xlsx").read_bytes(),
        name="s.xlsx",
        dialect=dialect,
    )
    return read_inputs(engagement, "FY2024")


def revenue(intake, by="customer_id"):
    """Return invoice revenue by customer or by month."""
    months = intake.tables["customer_months"]
    sums = months.groupby(by)["invoice_revenue"].sum()
    return {key: float(value) for key, value in sums.items()}


def flags(intake):
    """Return what was flagged, by rule."""
    return {one.rule: one.said for one in intake.outcomes if one.outcome == "FLAG"}


# --------------------------------------------------------------------------- currency
@pytest.mark.parametrize(
    "code",
    [
        '#,##0.00 "EUR"',
        "#,##0.00 [$€-2]",
        "[$USD] #,##0.00",
        "#,##0.00\\ €",
        "[$HK$-C04]0.00",
        "0.00 USD",
    ],
)
def test_a_currency_in_a_number_format_is_a_currency_beside_the_amount(tmp_path, code):
    """100 zł and 100 of another currency under one column: 100 count, 100 are set aside."""

    def fill(made):
        made.active.append(["F1", "2024-03-01", "A", 100])
        made.active["D2"].number_format = "#,##0.00 [$zł-415]"
        made.active.append(["F2", "2024-03-01", "A", 100])
        made.active["D3"].number_format = code

    intake = read_book(tmp_path, fill)
    assert revenue(intake) == {"A": 100}
    aside = intake.tables["quarantine"]
    assert aside[["row", "column"]].to_numpy().tolist() == [[3, "net_amount"]]


@given(
    st.sampled_from(["0", "#,##0.00", "0.00", "General", "0.00_)", "# ##0,00"]),
    st.text("zk łts.", max_size=5),
)
def test_units_and_plain_formats_are_no_currency(code, unit):
    assert money_in_format(f'{code} "{unit}"') == (
        "zł" if "zł" in unit.replace(".", " ").split() else ""
    )


# --------------------------------------------------------------------------- days
def test_a_bare_count_of_days_follows_the_calendar_of_its_workbook(tmp_path):
    """43,890 is 1 March 2024 where days are counted from 1904, and 28 February 2020 elsewhere."""

    def fill(made):
        made.epoch = CALENDAR_MAC_1904
        made.active.append(["F1", 43890, "A", 100])
        made.active.append(["F2", datetime.date(2024, 3, 1), "A", 50])

    intake = read_book(tmp_path, fill)
    assert [f"{month:%Y-%m}" for month in revenue(intake, "month")] == ["2024-03"]
    assert revenue(intake) == {"A": 150}


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(days=st.lists(st.integers(1, 28), min_size=10, max_size=30), swapped=st.booleans())
def test_dates_up_to_the_12th_beside_texts_above_it_are_flagged_as_swapped(
    tmp_path_factory, days, swapped
):
    """Opened in a country of another order, 03.04. becomes 4 March, and 25.04. stays a text."""
    days = [3, 4, 5, 25, 26, 27, *days]

    def fill(made):
        for n, day in enumerate(days):
            real = day <= 12 if swapped else n % 2 == 0
            when = datetime.date(2024, day, 4) if swapped and real else datetime.date(2024, 4, day)
            made.active.append([f"F{n}", when if real else f"{day:02}.04.2024", "A", 100])

    intake = read_book(tmp_path_factory.mktemp("swapped"), fill, dialect="pl")
    assert ("taken the day for the month" in flags(intake).get("how_read", "")) == swapped


# --------------------------------------------------------------------------- ids
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(form=st.sampled_from(["5,26025E+09", "5.26025e+09", "5E+09", "5,26025025E+10"]))
def test_an_id_that_a_spreadsheet_has_rounded_is_nobody_s(tmp_path_factory, form):
    """Two customers have become one: their 100 + 200 are set aside, and 7 of a whole id count."""
    engagement = world(tmp_path_factory.mktemp("rounded"))
    rows = [f'F1,2024-03-01,"{form}",100', f'F2,2024-03-01,"{form}",200', "F3,2024-03-01,5E9,7"]
    give(engagement, "invoice_lines", book(",".join(HEAD), *rows))
    intake = read_inputs(engagement, "FY2024")
    assert revenue(intake) == {"5E9": 7}
    aside = intake.tables["quarantine"]
    assert set(aside["reason"]) == {"an id in scientific notation, whose last digits are lost"}
    assert float(aside["amount"].sum()) == 300


def test_other_ids_that_were_rounded_are_counted(tmp_path):
    engagement = world(tmp_path)
    give(engagement, "invoice_lines", book(",".join(HEAD), "2.02401E+11,2024-03-01,A,100"))
    intake = read_inputs(engagement, "FY2024")
    assert revenue(intake) == {"A": 100}
    assert "1 × Invoice: ids in scientific notation" in flags(intake)["how_read"]


# --------------------------------------------------------------------------- quantity and price
def test_a_net_amount_far_from_quantity_times_price_is_flagged_with_its_money(tmp_path):
    """10 × 5 less 20 % is 40: right. 10 × 5 is not 5,000. A fee of 30 for nothing has no quantity."""
    head = "invoice_id,date,customer_id,quantity,unit_price,discount,net_amount,document_type"
    rows = [
        "F1,2024-03-01,A,10,5,20,40,invoice",
        "F2,2024-03-01,A,10,5,0,5000,invoice",
        "F3,2024-03-01,A,0,5,0,30,invoice",
        "K1,2024-03-01,A,0,,,-10,correction",
        "F4,2024-03-01,A,-10,5,,-50,invoice",
    ]
    engagement = world(tmp_path)
    give(engagement, "invoice_lines", book(head, *rows))
    told = flags(read_inputs(engagement, "FY2024"))
    assert "Of 5 lines, the net amount of 2 is" in told["price_times_quantity"]
    assert "worth PLN\u00a05,030" in told["price_times_quantity"]
    assert "a quantity of 0 on 1, worth PLN\u00a030" in told["quantity_of_nothing"]


def test_lines_whose_price_and_quantity_give_their_amount_are_not_spoken_of(tmp_path):
    engagement = world(tmp_path)
    head = "invoice_id,date,customer_id,quantity,unit_price,net_amount"
    give(engagement, "invoice_lines", book(head, "F1,2024-03-01,A,3,33.33,100"))
    assert not {"price_times_quantity", "quantity_of_nothing"} & set(
        flags(read_inputs(engagement, "FY2024"))
    )
