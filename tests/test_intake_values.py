"""Numbers and days as clients write them: every declared way is read back exactly, others not at all."""

import re
from datetime import date
from decimal import Decimal

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.core.contract import CONTRACT
from kamlib.core.errors import DataError, ParameterError
from kamlib.intake.how_written import refuse_undeclared
from kamlib.intake.inspect.words import money_words
from kamlib.intake.values import (
    MONTHS,
    Dialect,
    date_pattern,
    day_of,
    existing_day,
    number_of,
    number_pattern,
)

ZLOTY = money_words("PLN")
POLISH = Dialect(decimal=",", thousands=" ", money=ZLOTY)


@pytest.fixture(scope="module")
def engine():
    con = ibis.duckdb.connect()
    yield con
    con.disconnect()


def read(engine, texts, expression):
    """Compute an expression of a column of texts, one value per text, in order."""
    rows = pa.table({"n": range(len(texts)), "text": pa.array(texts, pa.string())})
    table = engine.create_table("texts", rows, overwrite=True)
    found = table.select("n", value=expression(table["text"])).order_by("n")
    return found.to_pyarrow()["value"].to_pylist()


def numbers(engine, texts, dialect, **how):
    """Read texts as numbers."""
    return read(engine, texts, lambda text: number_of(text, dialect, **how))


def days(engine, texts, *forms):
    """Read texts as days."""
    return read(engine, texts, lambda text: existing_day(day_of(text, forms)[0]))


# --------------------------------------------------------------------------- numbers
WAYS = {  # text → value, in a Polish dialect
    "1234,50": "1234.5",
    "1 234,50": "1234.5",
    "1\u00a0234\u202f567,50": "1234567.5",
    "1\u2009234,5": "1234.5",
    "\u221212,5": "-12.5",
    "12,50-": "-12.5",
    "12,50 -": "-12.5",
    "(12,50)": "-12.5",
    "- 12,5": "-12.5",
    "12,50 zł": "12.5",
    "1\u00a0234,50\u00a0zł": "1234.5",
    "-12,50 PLN": "-12.5",
    "PLN 12": "12",
    "(12,50 zł)": "-12.5",
    "12,50- zł": "-12.5",
    "-0,01": "-0.01",
    "007": "7",
    "0": "0",
}
NO_NUMBERS = [
    "1.234,50",
    "1 23,00",
    "1234 567,00",
    "1234,",
    ",5",
    "1E5",
    "1e308",
    "1,5e-3",
    "inf",
    "-inf",
    "nan",
    "NaN",
    "--1",
    "-1-",
    "(-1)",
    "(1",
    "1)",
    "-(1)",
    "5-5",
    "5%",
    "12 EUR",
    "€12",
    "12 kg",
    "",
    "-",
    "zł",
    "0x10",
    "1_000",
    "٣",
    "1" * 31,
    "1,5,5",
    "1\n2",
]


def test_an_amount_is_read_by_its_declared_marks_minus_and_currency(engine):
    found = numbers(engine, list(WAYS), POLISH)
    assert dict(zip(WAYS, found, strict=True)) == {t: Decimal(v) for t, v in WAYS.items()}


def test_what_is_not_as_declared_is_no_number(engine):
    found = numbers(engine, NO_NUMBERS, POLISH)
    assert dict(zip(NO_NUMBERS, found, strict=True)) == dict.fromkeys(NO_NUMBERS)


def test_marks_are_read_as_declared_and_never_the_other_way_round(engine):
    sap = Dialect(decimal=",", thousands=".")
    english = Dialect(decimal=".", thousands=",")
    swiss = Dialect(decimal=".", thousands="'")
    text = ["1.234,50", "1,234.50", "1'234.50", "1\u2019234.50", "1.234", "1,234"]
    assert numbers(engine, text, sap) == [
        Decimal("1234.5"),
        None,
        None,
        None,
        1234,
        Decimal("1.234"),
    ]
    assert numbers(engine, text, english) == [
        None,
        Decimal("1234.5"),
        None,
        None,
        Decimal("1.234"),
        1234,
    ]
    assert numbers(engine, text, swiss) == [
        None,
        None,
        Decimal("1234.5"),
        Decimal("1234.5"),
        Decimal("1.234"),
        None,
    ]


def test_percent_is_a_number_only_where_a_share_is_asked_for(engine):
    text = ["12,5%", "12,5 %", "0,125", "-3%"]
    shares = numbers(engine, text, POLISH, percent=True)
    assert shares == [Decimal("0.125")] * 3 + [Decimal("-0.03")]
    assert numbers(engine, text, POLISH) == [None, None, Decimal("0.125"), None]


def test_words_of_another_currency_are_read_only_where_a_column_names_the_currency(engine):
    every = POLISH._replace(money=money_words("PLN", every=True))
    assert numbers(engine, ["12 EUR", "€12", "$ 12"], every) == [12, 12, 12]
    assert numbers(engine, ["12 EUR", "€12", "$ 12"], POLISH) == [None] * 3


MARKS = [(",", " "), (",", "."), (".", ","), (".", "'"), (",", None), (".", None), (".", " ")]
MINUSES = ["-{}", "\u2212{}", "{}-", "({})", "{} -"]


def written(amount: Decimal, decimal: str, thousands: str | None, minus: str, word: str) -> str:
    """Write an amount in a dialect, as a report would."""
    text = f"{abs(amount):,.6f}".rstrip("0").rstrip(".")
    text = text.replace(",", "\x00").replace(".", decimal).replace("\x00", thousands or "")
    text = f"{text} {word}" if word else text
    return minus.format(text) if amount < 0 else text


amounts = st.decimals(-(10**12), 10**12, places=6)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(amounts, min_size=1, max_size=30),
    st.sampled_from(MARKS),
    st.sampled_from(MINUSES),
    st.sampled_from(["", "zł", "PLN"]),
)
def test_any_amount_written_in_any_declared_dialect_is_read_back_exactly(
    engine, all_, marks, minus, word
):
    decimal, thousands = marks
    dialect = Dialect(decimal=decimal, thousands=thousands, money=ZLOTY)
    texts = [written(amount, *marks, minus, word) for amount in all_]
    assert numbers(engine, texts, dialect) == all_


# --------------------------------------------------------------------------- days
FILE_08 = ("%d.%m.%Y", "%d.%m.%y", "%Y-%m-%d", "%d/%m/%Y", "excel", "%d %b %Y")
DAYS = {
    "05.01.2023": date(2023, 1, 5),
    "5.1.23": date(2023, 1, 5),
    "2023-01-05": date(2023, 1, 5),
    "05/01/2023": date(2023, 1, 5),
    "44931": date(2023, 1, 5),
    "44931.75": date(2023, 1, 5),
    "5 sty 2023": date(2023, 1, 5),
    "5 stycznia 2023": date(2023, 1, 5),
    "5 paź. 2024": date(2024, 10, 5),
    "5 PAŹDZIERNIKA 2024": date(2024, 10, 5),
    "5 pazdziernika 2024": date(2024, 10, 5),
    "5 Oct 2024": date(2024, 10, 5),
    "5 XII 2024": date(2024, 12, 5),
    "29.02.2024": date(2024, 2, 29),
    "29.02.2000": date(2000, 2, 29),
}
NO_DAYS = [
    "29.02.2023",
    "29.02.1900",
    "31.04.2024",
    "00.01.2024",
    "01.00.2024",
    "01.13.2024",
    "5 foo 2024",
    "2024",
    "12/31/2024",
    "2024-1",
    "0001-01-01",
    "1.1.202",
    "123456",
    "0",
    "5 sty",
    "",
    "x",
]


def test_days_are_read_by_the_first_declared_format_that_fits(engine):
    assert dict(zip(DAYS, days(engine, list(DAYS), *FILE_08), strict=True)) == DAYS


def test_no_such_day_is_no_day_in_any_format(engine):
    found = days(engine, NO_DAYS, *FILE_08)
    assert dict(zip(NO_DAYS, found, strict=True)) == dict.fromkeys(NO_DAYS)


def test_with_one_declared_format_the_others_are_no_days(engine):
    found = days(engine, list(DAYS), "%d.%m.%Y")
    assert [text for text, day in zip(DAYS, found, strict=True) if day] == [
        "05.01.2023",
        "29.02.2024",
        "29.02.2000",
    ]


def test_the_order_of_formats_decides_where_two_fit(engine):
    assert days(engine, ["05/01/2023"], "%d/%m/%Y", "%m/%d/%Y") == [date(2023, 1, 5)]
    assert days(engine, ["05/01/2023"], "%m/%d/%Y", "%d/%m/%Y") == [date(2023, 5, 1)]


def test_every_day_of_four_centuries_exists_and_no_other(engine):
    texts = [
        f"{y}-{m:02}-{d:02}"
        for y in (1900, 1999, 2000, 2023, 2024, 2100, 2400)
        for m in range(14)
        for d in range(33)
    ]
    found = days(engine, texts, "%Y-%m-%d")
    assert [day.isoformat() for day in found if day] == [t for t in texts if is_day(t)]


def is_day(text: str) -> bool:
    """Tell whether Python's calendar has a day."""
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


FORMS = ["%d.%m.%Y", "%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%Y%m%d", "%d-%m-%Y", "%y%m%d", "%d.%m.%y"]


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.dates(date(1970, 1, 1), date(2068, 12, 31)), min_size=1, max_size=30),
    st.sampled_from([*FORMS, "%d %b %Y", "%B %d %Y", "excel"]),
)
def test_any_day_written_in_any_declared_format_is_read_back(engine, all_, form):
    texts = [in_words(day, form) for day in all_]
    assert days(engine, texts, form) == all_


def in_words(day: date, form: str) -> str:
    """Write a day; a name of a month is one of those that stand for it."""
    if form == "excel":
        return str((day - date(1899, 12, 30)).days)
    names = [name for name, month in MONTHS.items() if month == f"{day.month:02}"]
    name = names[day.day % len(names)]
    return day.strftime(re.sub("%[bB]", name, form))


def test_a_date_format_needs_month_and_year_and_may_name_the_month_and_lack_the_day():
    assert date_pattern("%y%m%d")[1] == {"short year": 1, "month": 2, "day": 3}
    assert date_pattern("%d %b %Y")[1] == {"day": 1, "month name": 2, "year": 3}
    with pytest.raises(ParameterError, match="Use %d, %m, %b, %Y"):
        date_pattern("%d %j %Y")
    with pytest.raises(ParameterError, match="needs a month and a year"):
        date_pattern("%d.%m")
    assert date_pattern("%Y%m")[1] == {"year": 1, "month": 2}


# --------------------------------------------------------------------------- other engines
@pytest.mark.parametrize("engine_name", ["duckdb", "postgres", "pyspark"])
def test_the_expressions_are_the_same_for_every_engine(engine_name):
    table = ibis.table({"text": "string"}, name="lines")
    picked = table.select(
        number=number_of(table["text"], POLISH, percent=True),
        day=existing_day(day_of(table["text"], FILE_08)[0]),
    )
    sql = ibis.to_sql(picked, dialect=engine_name).upper()
    assert "TRY_CAST" not in sql
    assert "X{" not in sql


def test_what_stands_for_a_number_is_short_enough_to_be_cast_everywhere():
    longest = re.compile(number_pattern(Dialect(decimal=".", thousands=",")))
    assert longest.match("1" * 30)
    assert not longest.match("1" * 31)
    assert not longest.match("1" + ",111" * 10)


# --------------------------------------------------------------------------- nothing declared
FIELDS = tuple(f for f in CONTRACT["invoice_lines"].fields if f.name in ("date", "net_amount"))


NOTHING = Dialect()


def rejected(engine, *, dialect=NOTHING, **columns) -> str:
    """Return why columns cannot be read; empty if they can."""
    rows = pa.table({name: pa.array(texts, pa.string()) for name, texts in columns.items()})
    table = engine.create_table("raw", rows, overwrite=True)
    try:
        refuse_undeclared(table, FIELDS, dialect, shown="lines.csv")
    except DataError as error:
        return str(error)
    return ""


def test_three_digits_after_every_point_may_be_thousands_and_ask_for_a_declaration(engine):
    why = rejected(engine, net_amount=["1.234", "12", "5.000"])
    assert "two ways: 5.000 has three digits after it" in why
    assert "decimal: ',' and thousands: '.'" in why
    assert not rejected(engine, net_amount=["1.234", "12", "5.0"])
    assert not rejected(engine, net_amount=["1234.567", "0.125"])
    assert not rejected(engine, net_amount=["1", "-2", "x"])
    assert not rejected(engine, net_amount=["1.234"], dialect=Dialect(decimal="."))
    assert not rejected(engine, net_amount=["1.234"], dialect=Dialect(decimal=",", thousands="."))


def test_points_in_groups_cannot_be_decimal_even_beside_plain_numbers(engine):
    assert "1.234.567" in rejected(engine, net_amount=["1.50", "1.234", "1.234.567"])


def test_a_decimal_comma_that_nobody_declared_is_asked_about(engine):
    why = rejected(engine, net_amount=["12,50", "1 234,00", "7"])
    assert why.startswith("2 of 3 numbers in net_amount of lines.csv have a comma")
    assert "decimal: ','" in why
    assert not rejected(engine, net_amount=["12,50", "1", "7"])


def test_days_that_nobody_declared_are_named_with_the_formats_to_declare(engine):
    why = rejected(engine, date=["05.01.2023", "13.01.2023", "5.1.23", "2023-01-05", ""])
    assert "2 × like 13.01.2023, 1 × like 2023-01-05, 1 × like 5.1.23" in why
    assert "date: ['%d.%m.%Y', '%Y-%m-%d', '%d.%m.%y']" in why
    assert not rejected(engine, date=["05.01.2023"], dialect=Dialect(date=("%Y-%m-%d",)))
    assert not rejected(engine, date=["2023-01-05", "2023-01-06", "03.04.2023", "x"])


def test_days_up_to_12_only_leave_the_day_and_the_month_to_the_client(engine):
    why = rejected(engine, date=["05/01/2023", "12/11/2023"])
    assert "nobody can tell the day from the month: ask the client" in why
    sure = rejected(engine, date=["05/01/2023", "31/12/2023"])
    assert "ask the client" not in sure
    assert "date: '%d/%m/%Y'" in sure
    assert "date: '%m/%d/%Y'" in rejected(engine, date=["05/01/2023", "12/31/2023"])


def test_undeclared_days_with_a_time_are_refused_with_the_form_that_reads_them(engine):
    why = rejected(engine, date=["17.01.2023 10:30", "18.01.2023 23:15"])
    assert "date: '%d.%m.%Y %H:%M'" in why
    assert not rejected(engine, date=["2023-01-17 10:30", "2023-01-18T23:15:00"])


def test_month_names_are_unambiguous_between_polish_and_english():
    assert MONTHS["maja"] == MONTHS["may"] == "05"
    assert set(MONTHS.values()) == {f"{n:02}" for n in range(1, 13)}
