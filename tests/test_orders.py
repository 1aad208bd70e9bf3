"""Orders: what has one number, on which day it was ordered, what its lines share, and who is new."""

import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_firm import NO_CORRECTIONS, exact
from test_intake import TWO_YEARS, book, give, outcome_and_words, world
from worlds import CostModel, Equation, Pool, Term

from kamlib.intake import read_inputs
from kamlib.profitability.customer_statements import customer_statements, statement_outcomes
from kamlib.profitability.volumes import activity_volumes, whole_orders

HEAD = (
    "invoice_id, date, customer_id, net_amount, order_id, order_date, warehouse, rush, delivery_id"
)


def read(folder, *rows, head=HEAD, customers=None, periods=TWO_YEARS):
    engagement = give(world(folder, periods=periods), "invoice_lines", book(head, *rows))
    if customers:
        give(engagement, "customers", book("customer_id, parent_id, since", *customers))
    return read_inputs(engagement, "FY2024")


def counted(intake) -> list[list]:
    """Return each order's number, day, period and lines, row by row."""
    table = whole_orders(intake.tables["orders"]).sort_values(["date", "order_id"])
    days = table["date"].map("{:%Y-%m-%d}".format)
    return [list(row) for row in zip(table["order_id"], days, table["lines"], strict=True)]


# ------------------------------------------------------------------ numbers
WORDS = ("brak", "-", "tel.", "N/A", "0", "000", "Telefonicznie", "--", "?", "xxx")


def test_a_word_in_place_of_a_number_is_no_order(tmp_path):
    """Two invoices of each customer under one word are two orders, and the money of all is named."""
    rows = [
        f"F{n}{month}, 2024-0{month}-10, K{n}, 10, {word}, , , , "
        for n, word in enumerate(WORDS)
        for month in (1, 2)
    ]

    intake = read(tmp_path, *rows, "F99, 2024-05-10, A, 10, O1, , , , ")

    assert len(counted(intake)) == 2 * len(WORDS) + 1
    outcome, said = outcome_and_words(intake, "orders")
    assert outcome == "FLAG"
    assert "counts as the order: 20, worth PLN\xa0200" in said


def test_a_zero_in_a_column_of_whole_numbers_is_no_order(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    engagement = world(tmp_path)
    pq.write_table(
        pa.table(
            {
                "invoice_id": ["F1", "F2", "F3", "F4"],
                "date": ["2024-01-10"] * 4,
                "customer_id": ["A"] * 4,
                "net_amount": [1, 2, 3, 4],
                "order_id": [0, 0, 7, 7],
            }
        ),
        tmp_path / "lines.parquet",
    )
    give(engagement, "invoice_lines", b"")
    given_ = engagement.inputs["invoice_lines"].model_copy(update={"files": "lines.parquet"})
    engagement.inputs["invoice_lines"] = given_

    intake = read_inputs(engagement, "FY2024")

    assert [row[0] for row in counted(intake)] == ["7", "F1", "F2"]


def test_every_order_with_a_number_passes(tmp_path):
    intake = read(tmp_path, "F1, 2024-01-10, A, 10, O1, 2024-01-08, , , ")

    assert outcome_and_words(intake, "orders") == (
        "PASS",
        "An order is known by its number, else by its invoice.",
    )


def test_a_word_in_place_of_an_order_settles_no_advance(tmp_path):
    head = "invoice_id, date, customer_id, net_amount, document_type, order_id"

    intake = read(
        tmp_path,
        "Z1, 2024-01-10, A, 100, advance, brak",
        "F1, 2024-02-10, A, 200, final, brak",
        head=head,
    )

    assert outcome_and_words(intake, "advances")[0] == "FLAG"


def test_a_number_that_comes_again_months_later_is_another_order(tmp_path):
    """4711 in January and again in December; 4712 is delivered in two parts, two months apart."""
    intake = read(
        tmp_path,
        "F1, 2024-01-10, A, 10, 4711, , , , ",
        "F2, 2024-02-10, A, 10, 4711, , , , ",
        "F3, 2024-12-10, A, 10, 4711, , , , ",
        "F4, 2024-03-10, A, 10, 4712, , , , ",
        "F5, 2024-05-10, A, 10, 4712, , , , ",
    )

    assert counted(intake) == [
        ["4711", "2024-01-10", 2],
        ["4712", "2024-03-10", 2],
        ["4711", "2024-12-10", 1],
    ]
    outcome, said = outcome_and_words(intake, "orders")
    assert outcome == "FLAG"
    assert (
        "come again after more than 92 days, each time counted as another order: 1, worth" in said
    )


def test_an_order_delivered_late_is_one_by_its_order_date(tmp_path):
    intake = read(
        tmp_path,
        "F1, 2024-01-10, A, 10, 4711, 2024-01-08, , , ",
        "F2, 2024-08-10, A, 10, 4711, 2024-01-08, , , ",
    )

    assert counted(intake) == [["4711", "2024-01-08", 2]]
    assert outcome_and_words(intake, "orders")[0] == "PASS"


def test_a_number_that_never_rests_is_named(tmp_path):
    """A word nobody knows: every month for 15 months. It is counted as one order, and said."""
    days = [f"{2023 + n // 12}-{n % 12 + 1:02}-05" for n in range(15)]

    intake = read(tmp_path, *(f"F{n}, {day}, A, 10, Kasia, , , , " for n, day in enumerate(days)))

    assert counted(intake) == [["Kasia", "2023-01-05", 15]]
    outcome, said = outcome_and_words(intake, "orders")
    assert (outcome, "more than a year, counted as one order: 1, worth" in said) == ("FLAG", True)


def test_a_delivery_number_is_treated_as_an_order_number_is(tmp_path):
    rows = [
        "F1, 2024-01-10, A, 10, O1, , , , W1",
        "F2, 2024-12-10, A, 10, O2, , , , W1",
        "F3, 2024-01-10, A, 10, O3, , , , brak",
        "F4, 2024-03-10, A, 10, O4, , , , brak",
    ]

    deliveries = read(tmp_path, *rows).tables["deliveries"]

    assert deliveries["delivery_id"].tolist() == ["W1", "W1"]


# ------------------------------------------------------------------ days
def test_an_order_lies_in_the_period_of_its_order_date(tmp_path):
    """Ordered on 30 December 2023, invoiced in January: desk work of 2023. Without a date, of 2024."""
    intake = read(
        tmp_path, "F1, 2024-01-10, A, 10, O1, 2023-12-30, , , ", "F2, 2024-01-10, A, 10, O2, , , , "
    )

    orders = intake.tables["orders"].set_index("order_id")
    assert orders["period"].to_dict() == {"O1": "FY2023", "O2": "FY2024"}


def test_a_collective_invoice_without_order_numbers_has_an_order_for_each_day(tmp_path):
    rows = [f"F1, 2024-06-30, A, 10, , 2024-06-{day:02}, , , " for day in (3, 3, 10, 17)]

    assert counted(read(tmp_path, *rows)) == [
        ["F1", "2024-06-03", 2],
        ["F1", "2024-06-10", 1],
        ["F1", "2024-06-17", 1],
    ]


def test_an_order_date_that_cannot_be_the_orders_day_gives_way_to_the_invoices(tmp_path):
    """Not a century before, not nineteen months before, not after; but a year before."""
    odd = ("1900-01-01", "2022-06-01", "2024-01-11")
    rows = [f"F{n}, 2024-01-10, A, 10, O{n}, {day}, , , " for n, day in enumerate(odd)]

    intake = read(tmp_path, *rows, "F9, 2024-01-10, A, 20, O9, 2023-02-01, , , ")

    assert counted(intake) == [
        ["O9", "2023-02-01", 1],
        *([f"O{n}", "2024-01-10", 1] for n in range(3)),
    ]
    outcome, said = outcome_and_words(intake, "orders")
    assert (outcome, "the invoice's day counts: 3, worth PLN\xa030" in said) == ("FLAG", True)


# ------------------------------------------------------------------ who is new
def newness(intake) -> dict:
    orders = intake.tables["orders"].set_index("order_id")["customer_is_new"]
    return {number: None if pd.isna(new) else bool(new) for number, new in orders.items()}


def test_without_a_recorded_start_the_first_year_of_the_input_is_unknown(tmp_path):
    """Lines begin in January 2023. A's first order may be its hundredth; B's, in 2024, is its first."""
    intake = read(
        tmp_path,
        "F1, 2023-01-31, A, 10, A1, , , , ",
        "F2, 2024-01-30, A, 10, A2, , , , ",
        "F3, 2024-01-31, A, 10, A3, , , , ",
        "F4, 2024-02-01, B, 10, B1, , , , ",
    )

    assert newness(intake) == {"A1": None, "A2": None, "A3": False, "B1": True}


def test_with_a_recorded_start_newness_does_not_depend_on_the_input(tmp_path):
    """Twelve months from 10 March 2023: new up to 9 March 2024. B is new since it was first a site."""
    intake = read(
        tmp_path,
        "F1, 2024-03-09, A, 10, A1, , , , ",
        "F2, 2024-03-10, A, 10, A2, , , , ",
        "F3, 2024-03-10, B2, 10, B1, , , , ",
        "F4, 2024-03-10, C, 10, C1, , , , ",
        customers=["A, , 2023-03-10", "B, , 2024-01-01", "B2, B, 2020-01-01", "C, , 2024-03-10"],
    )

    assert newness(intake) == {"A1": True, "A2": False, "B1": False, "C1": True}


def test_a_start_after_the_first_order_tells_nothing_of_the_first_year(tmp_path):
    """A master record set up later, as when programs change: A may have bought long before the input."""
    intake = read(
        tmp_path,
        "F1, 2022-01-10, A, 10, A1, , , , ",
        "F2, 2024-03-10, A, 10, A2, , , , ",
        customers=["A, , 2024-01-01"],
    )

    assert newness(intake) == {"A1": None, "A2": False}


def test_a_site_without_a_start_leaves_open_when_its_group_began(tmp_path):
    """G's one dated site began in 2024, the other perhaps before; H was there in 2020 anyway."""
    intake = read(
        tmp_path,
        "F1, 2024-03-10, G2, 10, G, , , , ",
        "F2, 2024-03-10, H2, 10, H, , , , ",
        customers=["G, , 2024-02-01", "G2, G, ", "H, , 2020-01-01", "H2, H, "],
    )

    assert newness(intake) == {"G": None, "H": False}


# ------------------------------------------------------------------ what differs by line
YEAR = "FY2024"
PARTS = [  # order, customer, lines, lines in all, warehouse, rush
    ("1", "A", 1, 2, "north", False),
    ("1", "A", 1, 2, "south", True),
    ("2", "A", 3, 4, "north", False),
    ("2", "A", 1, 4, "south", False),
]


def parts(*rows: tuple) -> pd.DataFrame:
    names = ["order_id", "customer_id", "lines", "document_lines", "warehouse", "rush"]
    table = pd.DataFrame(rows, columns=names)
    return table.assign(
        period=YEAR,
        date=pd.Timestamp("2024-03-01"),
        order_channel="web",
        customer_is_new=False,
        first_order=False,
        order_value=exact(*table["lines"]),
    )


def minutes(table: pd.DataFrame, *equations: Equation) -> list[float]:
    volumes = activity_volumes(table, NO_CORRECTIONS, None, equations)
    used = volumes.groupby("activity")["used"].sum()
    return [float(used.get(each.name, 0.0)) for each in equations]


def of_house(house: str, per: str, base: float = 1, *plus: Term, **when) -> Equation:
    return Equation(house, per, base, plus, when={"warehouse": house, **when})


def test_lines_are_charged_to_the_warehouse_that_they_leave_from():
    assert minutes(parts(*PARTS), of_house("north", "line", 5), of_house("south", "line", 5)) == [
        20,
        10,
    ]


def test_an_orders_own_time_is_shared_by_its_lines():
    """Order 1 is half north's, order 2 three quarters: 1.25 and .75 orders, two in all."""
    houses = [of_house("north", "order", 4), of_house("south", "order", 4)]

    assert minutes(parts(*PARTS), *houses, Equation("desk", "order", 4)) == [5, 3, 8]


def test_a_rush_line_makes_its_order_a_rush_order_and_only_itself_a_rush_line():
    """Order 1 has one rush line of two. Per line 1 rush and 5 not; per order 1 rush and 1 not."""
    table = parts(*PARTS)
    plain, hurried = (Equation("desk", "line", 1, when={"rush": word}) for word in (False, True))
    calm, rushed = (Equation("desk", "order", 1, when={"rush": word}) for word in (False, True))

    assert [minutes(table, each) for each in (plain, hurried, calm, rushed)] == [[5], [1], [1], [1]]
    assert minutes(table, Equation("desk", "rush_order", 1)) == [1]


def test_rush_is_charged_where_the_rush_lines_are():
    """Rush time of order 1 is south's alone, because its only rush line leaves from there."""
    more = Term(8, when={"rush": True})
    houses = [of_house(house, "order", 0, more) for house in ("north", "south")]

    assert minutes(parts(*PARTS), *houses) == [0, 8]


def test_time_per_line_of_an_order_counts_the_lines_for_which_it_holds():
    """Desk: 10 an order, 2 a line, 3 more a rush line: 2 × 10 + 6 × 2 + 3."""
    desk = Equation(
        "desk", "order", 10, (Term(2, per="line"), Term(3, per="line", when={"rush": True}))
    )

    assert minutes(parts(*PARTS), desk) == [35]


def test_an_order_in_two_rows_is_one_order():
    orders = whole_orders(parts(*PARTS))

    assert orders["lines"].tolist() == [2, 4]
    assert orders["order_value"].tolist() == [2, 4]


HOUSES = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(["north", "south", "west"]), st.booleans()),
    min_size=1,
    max_size=8,
)


@settings(deadline=None, max_examples=15)
@given(HOUSES)
def test_however_lines_are_split_between_warehouses_the_whole_is_the_same(lines):
    """Lines and orders over all warehouses are those of a company with one; rush orders likewise."""
    table = pd.DataFrame(lines, columns=["order", "warehouse", "rush"])
    own = table.groupby(["order", "warehouse", "rush"], as_index=False).size()
    of = own["order"].map(table["order"].value_counts())
    rows = zip(
        own["order"].astype("str"), own["size"], of, own["warehouse"], own["rush"], strict=True
    )
    split = parts(*((order, "A", n, of_all, *rest) for order, n, of_all, *rest in rows))
    more = Term(2, when={"rush": True})

    houses = [
        minutes(split, *(of_house(house, per, 3, more) for house in ("north", "south", "west")))
        for per in ("line", "order")
    ]

    rushed = table.loc[table["rush"], "order"].nunique()
    assert sum(houses[0]) == 3 * len(table) + 2 * table["rush"].sum()
    assert sum(houses[1]) == pytest.approx(3 * table["order"].nunique() + 2 * rushed)


# ------------------------------------------------------------------ setting up
SETUP = [
    Equation("desk", "new_customer", 90),
    Equation("desk", "order", 6, (Term(15, when={"customer_is_new": True}),)),
]


def test_who_may_be_new_is_not_charged_as_new_and_what_is_open_is_counted():
    table = parts(
        ("1", "A", 1, 1, "", False), ("2", "B", 1, 1, "", False), ("3", "C", 1, 1, "", False)
    )
    table["customer_is_new"] = table["first_order"] = [True, None, False]

    volumes = activity_volumes(table, NO_CORRECTIONS, None, SETUP)

    sums = volumes.groupby("customer_id")[["used", "setup_used", "setup_open"]].sum()
    assert sums.to_numpy().tolist() == [[111, 105, 0], [6, 0, 105], [6, 0, 0]]


@settings(deadline=None, max_examples=3)
@given(st.lists(st.sampled_from([*WORDS, ""]), min_size=4, max_size=4))
def test_whatever_stands_for_no_number_the_orders_are_the_same(words):
    rows = [f"F{n}, 2024-0{n + 1}-10, A, 10, {{}}, , , , " for n in range(4)]
    with tempfile.TemporaryDirectory() as name:
        intake = read(
            Path(name), *(row.format(word) for row, word in zip(rows, words, strict=True))
        )

    assert [row[0] for row in counted(intake)] == ["F0", "F1", "F2", "F3"]
    flagged = outcome_and_words(intake, "orders")[0] == "FLAG"
    assert flagged == any(words)


# ------------------------------------------------------------------ the same company, fewer years
FOUR = {f"FY{year}": (date(year, 1, 1), date(year, 12, 31)) for year in range(2022, 2026)}
MODEL = CostModel(
    tuple(Pool(pool, Decimal(1000), 1000) for pool in ("desk", "north")),
    [*SETUP, of_house("north", "line", 2)],
)
BOUGHT = {  # customer → since, and how often it ordered in which years
    "A": ("2020-01-01", {2022: 4, 2023: 4, 2024: 4, 2025: 4}),
    "B": ("2025-03-01", {2025: 3}),
    "C": ("2022-01-01", {2022: 2, 2025: 2}),
    "D": ("2024-06-01", {2024: 1, 2025: 4}),
    "E": ("2023-01-01", {2023: 1, 2024: 2, 2025: 1}),
}


def lines_from(year: int) -> list[str]:
    """Return the lines from a year on; every order leaves from two warehouses."""
    return [
        f"{who}{when}{n}{house}, {when}-{13 - 3 * n:02}-05, {who}, 100, O{who}{when}{n}, {house}"
        for who, (_since, years) in BOUGHT.items()
        for when, count in years.items()
        if when >= year
        for n in range(1, count + 1)
        for house in ("north", "south")
    ]


def stated(folder: Path, year: int, *, since: bool) -> pd.DataFrame:
    """Return the statements of FY2025 from the lines of a year on, by customer."""
    engagement = give(
        world(folder, periods=FOUR),
        "invoice_lines",
        book("invoice_id, date, customer_id, net_amount, order_id, warehouse", *lines_from(year)),
    )
    rows = [f"{who}, {start if since else ''}" for who, (start, _years) in BOUGHT.items()]
    tables = read_inputs(give(engagement, "customers", book("customer_id, since", *rows)), "FY2025")
    names = ("customers", "customer_months", "orders", "corrections")
    given_ = {name: tables.tables[name] for name in names}
    statement = customer_statements(given_, MODEL, periods=["FY2025"]).statement
    return statement.set_index("customer_id")


@pytest.fixture(scope="module", params=[True, False], ids=["since recorded", "since not recorded"])
def by_years(request, tmp_path_factory):
    found = {}
    for year in FOUR:
        folder = tmp_path_factory.mktemp(f"from_{year}")
        found[int(year[2:])] = stated(folder, int(year[2:]), since=request.param)
    return request.param, found


def test_with_recorded_starts_the_years_before_change_no_number_of_a_period(by_years):
    """D began in 2024; the lines of 2025 alone cannot tell whether its first order was before them."""
    since, found = by_years
    if since:
        for year, statement in found.items():
            same = statement.drop(columns="setup_open_cost")
            pd.testing.assert_frame_equal(same, found[2022].drop(columns="setup_open_cost"))
            new = statement.index[statement["setup_cost"] > 0]
            left = statement.index[statement["setup_open_cost"] > 0]
            assert [new.tolist(), left.tolist()] == [["B", "D"], ["D"] if year == 2025 else []]
            assert statement["setup_guessed_cost"].sum() == 0


def test_without_them_a_cost_differs_by_what_is_said_to_be_guessed_or_open_and_no_more(by_years):
    """With the lines of 2025 alone nobody can be called new; with those of 2024 on, C is taken for new."""
    since, found = by_years
    if not since:
        unsure = ["setup_guessed_cost", "setup_open_cost"]
        whole = found[2022]
        for statement in found.values():
            apart = (statement["cost_to_serve"] - whole["cost_to_serve"]).abs()
            assert (apart <= (statement + whole)[unsure].sum(axis=1) + 0.001).all()
        assert found[2025]["setup_cost"].sum() == 0
        assert found[2025]["setup_open_cost"].gt(0).all()
        assert found[2024]["setup_guessed_cost"].gt(0).to_dict()["C"]
        outcomes = statement_outcomes(
            found[2025].reset_index(),
            ONE_POOL,
            3,
            period="FY2025",
            stops_at="customer",
            currency="PLN",
        )
        told = next(each for each in outcomes if each.rule == "new_customers")
        assert told.outcome == "FLAG"
        assert "far enough back: 5; setting them up would cost" in told.said


ONE_POOL = pd.DataFrame(
    {
        "period": ["FY2025"],
        "pool": "desk",
        "unit": "minute",
        "charged": True,
        "used": 1.0,
        "used_share": 0.5,
        "capacity": 1000.0,
        "unassigned_cost": 0.0,
        "hierarchy_level": "customer",
    }
)


def test_orders_that_began_before_the_first_line_are_said(tmp_path):
    """Lines begin with the period, and one order is invoiced in two parts: so may one of before."""
    rows = ["F1, 2024-01-03, A, 10, O1", "F2, 2024-02-03, A, 10, O2", "F3, 2024-02-20, A, 10, O2"]
    head = "invoice_id, date, customer_id, net_amount, order_id"

    outcome, said = outcome_and_words(read(tmp_path, *rows, head=head), "orders")

    assert outcome == "FLAG"
    assert "orders begun before the first line" in said
    early = read(tmp_path, "F0, 2022-06-03, A, 10, O0", *rows, head=head)
    assert outcome_and_words(early, "orders")[0] == "PASS"
