"""20/80, staying and doors, against books small enough to add up in the head."""

import re
from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import END, book, default_rules, order_days, ours

from kamlib.core.errors import DataError, ParameterError
from kamlib.segmentation import (
    asleep_verdict,
    assessed_parties,
    class_balances,
    class_flips,
    class_summary,
    concentration,
    door_verdicts,
    interval_verdict,
    main_measure,
    measure_verdicts,
    net_shares_verdict,
    open_doors,
    reference_window,
    repeat_rates,
    segment,
    split_vital_few,
    staying,
    staying_verdicts,
    strategic_door,
    whale_curve,
)
from kamlib.segmentation.staying import Window

moderately = settings(max_examples=60, deadline=None)
DRAWS = {"draws": 200, "level": 0.90, "seed": 1}
WINDOWS = SimpleNamespace(trend_months=24, return_months=12, staying_years=3)
SCALE = [(0.2, 0.0), (0.5, 0.4), (0.7, 0.7), (0.9, 1.0)]
profits = st.lists(st.integers(-10_000, 10_000), min_size=1, max_size=30)


@pytest.fixture
def with_a_loss_maker() -> pd.DataFrame:
    """Positive profit is 100: A earns 55, B 30, C 15. D gives back 40."""
    return book({"D": -40, "B": 30, "A": 55, "C": 15})


def classes_of(statement: pd.DataFrame, threshold: float = 0.80) -> dict[str, str]:
    table = segment(statement, measure="customer_profit", threshold=threshold)
    return table.set_index("customer_id")["profit_class"].to_dict()


def few_of(statement: pd.DataFrame, threshold: float = 0.80) -> list[str]:
    return [name for name, kind in classes_of(statement, threshold).items() if kind == "vital_few"]


# --------------------------------------------------------------------------------- whale curve
def test_the_whale_curve_peaks_before_the_loss_makers(with_a_loss_maker):
    curve = whale_curve(with_a_loss_maker)

    assert curve["customer_id"].tolist() == ["A", "B", "C", "D"]
    assert curve["cumulative"].tolist() == [55, 85, 100, 60]  # 55, +30, +15, -40
    assert curve["customer_share"].tolist() == [0.25, 0.50, 0.75, 1.00]
    assert curve["rank"].tolist() == [1, 2, 3, 4]


def test_equal_customers_are_ranked_by_id_so_that_a_rerun_agrees():
    assert whale_curve(book({"B": 10, "C": 10, "A": 10}))["customer_id"].tolist() == list("ABC")
    assert few_of(book({"B": 50, "A": 50}), 0.50) == ["A"]


def test_a_missing_profit_names_the_customer_and_the_notebook():
    with pytest.raises(DataError, match=r"missing for 1 of 2 rows.*customer B.*01_data_prep"):
        whale_curve(book({"A": 10, "B": np.nan}))


def test_a_customer_twice_is_refused():
    with pytest.raises(DataError, match=r"repeat the key customer_id \(A\).*Keep one row"):
        whale_curve(pd.concat([book({"A": 1}), book({"A": 2})]))


def test_an_absent_column_is_named():
    with pytest.raises(DataError, match="no column customer_profit"):
        whale_curve(book({"A": 1}).drop(columns="customer_profit"))


# --------------------------------------------------------------------------------- profit classes
@pytest.mark.parametrize(
    ("threshold", "vital_few"),
    [
        pytest.param(0.50, ["A"], id="A alone earns 55 of 100"),
        pytest.param(0.55, ["A"], id="reached exactly, though 0.55 * 100 > 55 in floats"),
        pytest.param(0.80, ["A", "B"], id="the customer who crosses the line is in"),
        pytest.param(0.85, ["A", "B"], id="85 are 85"),
        pytest.param(0.99, ["A", "B", "C"], id="the loss-maker never is"),
    ],
)
def test_vital_few_is_the_smallest_group_that_reaches_the_threshold(
    with_a_loss_maker, threshold, vital_few
):
    assert few_of(with_a_loss_maker, threshold) == vital_few


def test_nearly_reaching_the_threshold_is_not_reaching_it():
    """A earns 79,999,900 of 100 million: 100 short of four fifths."""
    assert few_of(book({"A": 79_999_900, "B": 10_000_100, "C": 10_000_000})) == ["A", "B"]


def test_a_customer_who_breaks_even_is_one_of_the_useful_many():
    assert classes_of(book({"A": 10, "B": 0, "C": -1})) == {
        "A": "vital_few",
        "B": "useful_many",
        "C": "loss_making",
    }


@pytest.mark.parametrize(
    ("profit", "classes"),
    [
        pytest.param({"A": 5}, {"A": "vital_few"}, id="one customer is the vital few"),
        pytest.param({"A": -5}, {"A": "loss_making"}, id="one customer at a loss"),
        pytest.param(
            {"A": -5, "B": -1}, {"B": "loss_making", "A": "loss_making"}, id="all at a loss"
        ),
        pytest.param({"A": 0, "B": 0}, {"A": "useful_many", "B": "useful_many"}, id="all at zero"),
    ],
)
def test_a_company_at_the_edge_has_classes_all_the_same(profit, classes):
    assert classes_of(book(profit)) == classes


@pytest.mark.parametrize("threshold", [0, 1, 80, -0.2])
def test_the_threshold_must_be_a_share(with_a_loss_maker, threshold):
    with pytest.raises(ParameterError, match=r"For 80 percent write 0\.80"):
        split_vital_few(whale_curve(with_a_loss_maker), threshold=threshold)


def test_shares_run_over_the_positive_sum_and_stay_at_one_for_losers(with_a_loss_maker):
    curve = split_vital_few(whale_curve(with_a_loss_maker))

    assert curve["cumulative_share"].tolist() == pytest.approx([0.55, 0.85, 1, 1])


def test_without_anything_positive_there_are_no_shares():
    assert split_vital_few(whale_curve(book({"A": -1, "B": 0})))["cumulative_share"].isna().all()


@given(profits, st.floats(0.01, 0.99), st.randoms(use_true_random=False))
@moderately
def test_any_book_keeps_its_customers_its_total_and_its_answer(values, threshold, random):
    customers = book({f"C{i:03}": value for i, value in enumerate(values)})
    before = customers.copy(deep=True)
    shuffled = customers.sample(frac=1, random_state=random.randrange(2**32))

    split = split_vital_few(whale_curve(customers), threshold=threshold)

    assert sorted(split["customer_id"]) == sorted(customers["customer_id"])
    assert split["cumulative"].iloc[-1] == customers["customer_profit"].sum()
    few = split.loc[split["profit_class"] == "vital_few", "customer_profit"]
    earned = split["customer_profit"].clip(lower=0).sum()
    assert (few > 0).all()
    assert few.sum() >= threshold * earned - 1e-4
    assert few.empty or few.sum() - few.iloc[-1] < threshold * earned
    again = split_vital_few(whale_curve(shuffled), threshold=threshold)
    pd.testing.assert_frame_equal(split, again)
    pd.testing.assert_frame_equal(customers, before)


def test_classes_are_given_per_period_and_only_to_active_customers():
    before = book({"A": 10, "B": 90}, period="FY2024")
    now = book({"A": 90, "B": 10, "C": 900}, asleep=["C"])

    table = segment(pd.concat([now, before]), measure="customer_profit", threshold=0.80)

    assert table[["period", "customer_id", "profit_class"]].to_numpy().tolist() == [
        ["FY2024", "B", "vital_few"],
        ["FY2024", "A", "useful_many"],
        ["FY2025", "A", "vital_few"],
        ["FY2025", "B", "useful_many"],
    ]


def test_a_period_whose_profit_is_unknown_has_no_classes_and_the_other_keeps_its_own():
    before = book({"A": np.nan, "B": np.nan}, period="FY2024")
    both = pd.concat([before, book({"A": 1, "B": 9})])

    table = segment(both, measure="customer_profit", threshold=0.80)

    assert table["period"].unique().tolist() == ["FY2025"]
    with pytest.raises(DataError, match=r"customer_profit is not known.*02_profitability"):
        segment(before, measure="customer_profit", threshold=0.80)


def test_the_classes_hold_all_customers_and_all_money(with_a_loss_maker):
    table = segment(with_a_loss_maker, measure="customer_profit", threshold=0.80)

    summary = class_summary(table).set_index("profit_class")
    balances = class_balances(with_a_loss_maker, table, measure="customer_profit", currency="PLN")

    assert summary["customers"].to_dict() == {"vital_few": 2, "useful_many": 1, "loss_making": 1}
    assert summary["amount"].tolist() == [85, 15, -40]
    assert summary["share"].tolist() == pytest.approx([0.85, 0.15, -0.40])
    assert summary["customer_share"].tolist() == [0.5, 0.25, 0.25]
    assert [float(balance.unexplained) for balance in balances] == [0, 0]
    lost = class_balances(
        with_a_loss_maker,
        table[table["customer_id"] != "C"],
        measure="customer_profit",
        currency="PLN",
    )
    assert [float(balance.unexplained) for balance in lost] == [1, 15]  # C and its 15 are missed


# --------------------------------------------------------------------------------- main measure
@pytest.mark.parametrize(
    ("profit", "margin", "measure"),
    [
        pytest.param([1, 2], [3, 4], "customer_profit", id="profit where it is known"),
        pytest.param([np.nan, np.nan], [3, 4], "gross_margin", id="else gross margin"),
        pytest.param([1, np.nan], [3, np.nan], "customer_profit", id="not known for one of them"),
        pytest.param([np.nan] * 2, [np.nan] * 2, None, id="else nothing: never revenue"),
    ],
)
def test_classes_rest_on_profit_else_on_margin_and_never_on_revenue(profit, margin, measure):
    statement = book(dict(zip("AB", profit, strict=True)), margin=margin)

    assert main_measure(statement) == measure
    outcome = {"customer_profit": "PASS", "gross_margin": "FLAG", None: "REFUSE"}[measure]
    assert measure_verdicts(statement)[1].outcome == outcome


def test_a_customer_asleep_with_no_profit_does_not_degrade_the_measure():
    assert main_measure(book({"A": 1, "B": np.nan}, asleep=["B"])) == "customer_profit"


@pytest.mark.parametrize(
    ("customers", "outcome"),
    [(0, "REFUSE"), (1, "FLAG"), (29, "FLAG"), (30, "PASS")],
)
def test_few_customers_are_flagged_and_none_are_refused(customers, outcome):
    statement = book({f"C{i:02}": 1 for i in range(customers)} | {"Z": 1}, asleep=["Z"])

    assert measure_verdicts(statement)[0].outcome == outcome


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(book({"A": 1, "B": 2}, asleep=["A", "B"]), id="nobody is active"),
        pytest.param(book({"A": np.nan, "B": np.nan}), id="neither profit nor margin is known"),
    ],
)
def test_without_a_measure_everything_is_empty_and_nothing_breaks(statement):
    assert main_measure(statement) is None
    table = segment(statement, measure=None, threshold=0.80)
    measures = concentration(statement, threshold=0.80, **DRAWS)

    assert table.empty
    assert class_summary(table)["customers"].tolist() == [0, 0, 0]
    assert class_flips(statement, measure=None, threshold=0.80).empty
    assert net_shares_verdict(measures, measure=None, currency="PLN").said == (
        "No measure of profit is known, so there are no shares of it."
    )
    (rows,) = class_balances(statement, table, measure=None, currency="PLN")
    assert rows.unexplained == 0


# --------------------------------------------------------------------------------- concentration
def test_the_three_measures_stand_side_by_side(with_a_loss_maker):
    """Revenue is 100 each, so 80 % of it takes all four; the margin is the profit."""
    measures = concentration(with_a_loss_maker, threshold=0.80, **DRAWS).set_index("measure")

    assert measures["few"].to_dict() == {
        "invoice_revenue": 4,
        "gross_margin": 2,
        "customer_profit": 2,
    }
    profit = measures.loc["customer_profit"]
    assert [profit["positive"], profit["lost"], profit["total"]] == [100, 40, 60]
    assert [profit["losing"], profit["peak_at"], profit["customers"]] == [1, 3, 4]
    assert profit["few_share"] == 0.5
    assert profit["top20"] == pytest.approx(0.44)  # .8 of one customer who brings 55
    assert profit["interval_level"] == 0.90


def test_a_measure_that_nobody_has_is_left_out_and_who_lacks_it_is_not_counted():
    nobody = book({"A": np.nan, "B": np.nan}, margin=[1, 2])
    one = book({"A": 1, "B": np.nan}, margin=[1, 2])

    counted = concentration(one, threshold=0.8, **DRAWS).set_index("measure")["customers"]

    assert concentration(nobody, threshold=0.8, **DRAWS)["measure"].tolist() == [
        "invoice_revenue",
        "gross_margin",
    ]
    assert counted.to_dict() == {"invoice_revenue": 2, "gross_margin": 2, "customer_profit": 1}


def test_intervals_repeat_with_the_seed_and_do_not_know_the_order_of_rows():
    statement = book({f"C{i:02}": value for i, value in enumerate([90, 40, 20, 9, 5, 3, 1, -8])})

    first = concentration(statement, threshold=0.80, **DRAWS)
    again = concentration(statement.iloc[::-1], threshold=0.80, **DRAWS)
    other = concentration(statement, threshold=0.80, **{**DRAWS, "seed": 2})

    pd.testing.assert_frame_equal(first, again)
    assert first["total_low"].tolist() != other["total_low"].tolist()
    wide = concentration(statement, threshold=0.80, **{**DRAWS, "level": 0.98})
    for name in ("few", "top20", "total"):
        assert (first[f"{name}_low"] <= first[f"{name}_high"]).all()
        assert (wide[f"{name}_low"] <= first[f"{name}_low"]).all()
        assert (wide[f"{name}_high"] >= first[f"{name}_high"]).all()


@pytest.mark.filterwarnings("error")
def test_a_company_at_a_loss_has_no_shares_and_raises_no_alarm():
    measures = concentration(book({"A": -3, "B": -1}), threshold=0.80, **DRAWS)
    profit = measures.set_index("measure").loc["customer_profit"]

    assert profit["few"] == 0
    assert np.isnan([profit["top20"], profit["top20_low"], profit["few_low"]]).all()
    assert profit["total"] == -4


def test_the_interval_says_what_it_is_worth():
    said = interval_verdict(pd.DataFrame({"customers": [240], "gini": [0.76]}), level=0.90).said

    assert said == (
        "The interval is a plain bootstrap of 240 customers. With a few very large ones a nominal "
        "90% interval holds in about 72 to 82 of 100 cases, and with the heaviest tails in about 30: "
        "read it as a lower bound of the doubt."
    )


@pytest.mark.parametrize(
    ("customers", "gini", "outcome"), [(240, 0.06, "PASS"), (240, 0.50, "FLAG"), (7, 0.06, "FLAG")]
)
def test_the_interval_of_many_customers_who_are_alike_needs_no_warning(customers, gini, outcome):
    measures = pd.DataFrame({"customers": [customers], "gini": [gini]})

    assert interval_verdict(measures, level=0.90).outcome == outcome


# --------------------------------------------------------------------------------- net shares
def measured(total, *, low, high, positive, lost, losing=2, level=0.90) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "measure": "customer_profit",
                "total": total,
                "total_low": low,
                "total_high": high,
                "positive": positive,
                "lost": lost,
                "losing": losing,
                "interval_level": level,
            }
        ]
    )


@pytest.mark.parametrize(
    ("measures", "said"),
    [
        pytest.param(
            measured(0, low=-9, high=9, positive=100, lost=100),
            "The total is PLN 0: a share of it has no meaning. Money is shown.",
            id="a total of nothing is tested first",
        ),
        pytest.param(
            measured(-60, low=-90, high=-9, positive=40, lost=100),
            "The total is −PLN 60: a share of it has no meaning. Money is shown.",
            id="a loss",
        ),
        pytest.param(
            measured(10, low=-5, high=25, positive=100, lost=90),
            "The total of PLN 10 could as well be nothing (−PLN 5 to PLN 25 in nine cases of ten), "
            "so shares of it are not shown. Of every 100 earned, 90.0 are given back by 2 customers "
            "and 10.0 remain.",
            id="the interval is tested before the two thirds",
        ),
        pytest.param(
            measured(50, low=0, high=99, positive=100, lost=50, level=0.95),
            "The total of PLN 50 could as well be nothing (PLN 0 to PLN 99 in 95 cases of 100), so "
            "shares of it are not shown. Of every 100 earned, 50.0 are given back by 2 customers "
            "and 50.0 remain.",
            id="an end at zero contains zero",
        ),
        pytest.param(
            measured(66, low=10, high=99, positive=100, lost=34, losing=1),
            "Of every 100 earned, 34.0 are given back by 1 customer and 66.0 remain, so shares of "
            "the total would flatter the best. Shares are of what those who earn bring.",
            id="below two thirds",
        ),
    ],
)
def test_shares_of_the_net_total_are_refused_in_the_settled_order(measures, said):
    found = net_shares_verdict(measures, measure="customer_profit", currency="PLN")

    assert found.outcome == "REFUSE"
    assert found.said.replace("\u00a0", " ") == said


@pytest.mark.parametrize("total", [200, 300])
def test_from_two_thirds_of_what_is_earned_net_shares_are_shown(total):
    measures = measured(total, low=1, high=400, positive=300, lost=300 - total)

    found = net_shares_verdict(measures, measure="customer_profit", currency="PLN")

    assert (found.outcome, found.said) == (
        "PASS",
        "The net total is large enough for shares of it.",
    )


# --------------------------------------------------------------------------------- class flips
def test_revenue_hides_who_loses_money_and_misses_who_earns():
    """By revenue A and B bring 90 of 100; by profit C and D do, and A loses."""
    statement = book({"A": -20, "B": 5, "C": 60, "D": 35}, revenue=[60, 30, 6, 4])

    flips = class_flips(statement, measure="customer_profit", threshold=0.80)

    assert flips[["customer_id", "by_revenue", "by_measure"]].to_numpy().tolist() == [
        ["A", "vital_few", "loss_making"],
        ["B", "vital_few", "useful_many"],
        ["C", "useful_many", "vital_few"],
        ["D", "useful_many", "vital_few"],
    ]


def test_nobody_changes_class_where_profit_follows_revenue():
    statement = book({"A": 6, "B": 4}, revenue=[60, 40])

    assert class_flips(statement, measure="customer_profit", threshold=0.80).empty


# --------------------------------------------------------------------------------- reference window


LAST_TWO = [date(2024, 1, 1), date(2025, 1, 1)]  # the year before the last one, and the last one


@pytest.mark.parametrize(
    ("first", "last", "years", "window"),
    [
        pytest.param(
            "2022-01-03",
            "2025-12-31",
            LAST_TWO,
            ("2022-01-01", "2024-01-01", "2025-01-01"),
            id="four years: returns in the third, order days in the two before",
        ),
        pytest.param(
            "2023-01-02",
            "2025-12-31",
            LAST_TWO,
            ("2023-01-01", "2025-01-01", "2026-01-01"),
            id="three years: returns in the last, so that order days have two years all the same",
        ),
        pytest.param(
            "2024-01-02",
            "2025-12-31",
            LAST_TWO,
            ("2024-01-01", "2025-01-01", "2026-01-01"),
            id="two years: the first, returns in the second",
        ),
        pytest.param(
            "2023-06-15",
            "2025-12-31",
            LAST_TWO,
            ("2023-06-15", "2024-06-15", "2025-06-15"),
            id="less than three: the first 12 months, returns in the next",
        ),
        pytest.param(
            "2023-01-02",
            "2025-09-30",
            LAST_TWO,
            ("2023-01-01", "2024-01-01", "2025-01-01"),
            id="a last year that is not over cannot tell who returns",
        ),
        pytest.param("2024-06-01", "2025-12-31", LAST_TWO, None, id="shorter than two years"),
    ],
)
def test_the_reference_window_has_whole_two_years_of_order_days_where_the_input_reaches(
    first, last, years, window
):
    orders = order_days(A=[first, last])

    found = reference_window(orders, years, windows=WINDOWS)

    assert (found and tuple(str(day.date()) for day in found)) == window


def test_a_frozen_window_holds_whatever_came_in_since():
    frozen = repeat_rates(buyers({1: (8, 5)}), WINDOW)
    later = order_days(A=["2015-01-01", "2025-12-31"])

    assert reference_window(later, LAST_TWO, windows=WINDOWS, frozen=frozen) == WINDOW


def test_without_orders_there_is_no_window_and_no_rate():
    window = reference_window(order_days(), LAST_TWO, windows=WINDOWS)

    assert window is None
    assert repeat_rates(order_days(), None) is None


# --------------------------------------------------------------------------------- repeat rates
WINDOW = Window(*map(pd.Timestamp, ("2022-01-01", "2024-01-01", "2025-01-01")))


def buyers(classes: dict[int, tuple[int, int]]) -> pd.DataFrame:
    """Build orders from number of order days → (customers, of whom so many return)."""
    days: dict[str, list] = {}
    for n, (customers, returning) in classes.items():
        for i in range(customers):
            bought = [f"2022-{1 + k % 12:02}-{1 + k // 12:02}" for k in range(n)] or ["2021-06-01"]
            days[f"{n:02}-{i:03}"] = bought + (["2024-07-01"] if i < returning else [])
    return order_days(**days)


def test_a_repeat_rate_leans_on_its_neighbours_with_the_strength_of_two():
    """Each class counts its own customers and two more, who return as its neighbours together do.

    None: (0 + 2 · 6/8) / (2 + 2) = .375. One: (6 + 2 · 2/4) / (8 + 2) = .70. Two: (2 + 2 · 6/14) /
    (2 + 2) = .714. Three: nobody returned of 6, (0 + 2 · 4/4) / 8 = .25, below the class before it.
    Four to eleven: nobody, so no rate. Twelve and fourteen are one class: (2 + 2 · 0/6) / 4 = .5.
    """
    orders = buyers({0: (2, 0), 1: (8, 6), 2: (2, 2), 3: (6, 0), 12: (1, 1), 14: (1, 1)})

    rates = repeat_rates(orders, WINDOW)

    assert rates["order_days"].tolist() == list(range(13))
    assert rates["rate"].tolist() == pytest.approx(
        [0.375, 0.70, (2 + 12 / 14) / 4, 0.25] + [np.nan] * 8 + [0.5], nan_ok=True
    )
    assert rates["n"].tolist() == [2, 8, 2, 6] + [0] * 8 + [2]
    assert rates["returned"].tolist() == [0, 6, 2, 0] + [0] * 8 + [2]


def test_a_class_without_neighbours_has_the_rate_it_was_seen_with():
    rates = repeat_rates(buyers({4: (5, 2)}), WINDOW).set_index("order_days")

    assert rates.loc[4, "rate"] == pytest.approx(0.4)
    assert rates["rate"].notna().sum() == 1


def test_two_orders_on_one_day_are_one_order_day_and_the_end_of_the_window_is_out():
    orders = order_days(
        A=["2023-05-01", "2023-05-01", "2025-01-01"], B=["2023-01-01", "2024-12-31"]
    )

    rates = repeat_rates(orders, WINDOW).set_index("order_days")

    assert [rates.loc[1, "n"], rates.loc[1, "returned"]] == [2, 1]


@given(st.dictionaries(st.integers(0, 14), st.tuples(st.integers(1, 6), st.integers(0, 6))))
@settings(max_examples=25, deadline=None)
def test_a_rate_lies_between_what_was_seen_of_its_class_and_of_its_neighbours(classes):
    rates = repeat_rates(buyers(classes), WINDOW)

    here = rates[rates["n"] > 0].reset_index(drop=True)
    seen = (here["returned"] / here["n"]).tolist()
    assert rates.loc[rates["n"] == 0, "rate"].isna().all()
    for i, rate in enumerate(here["rate"]):
        around = seen[max(i - 1, 0) : i + 2]
        assert min(around) - 1e-9 <= rate <= max(around) + 1e-9


# --------------------------------------------------------------------------------- staying
def stays_of(orders, *, ratings=(), contracts=None, rates=None, customers="ABC") -> pd.DataFrame:
    table = pd.DataFrame({"customer_id": list(customers)})
    if contracts is not None:
        table["contract_end"] = pd.to_datetime(contracts)
    found = staying(orders, table, rates, ours(*ratings), windows=WINDOWS, end=END, scale=SCALE)
    return found.set_index("customer_id")


@pytest.mark.parametrize(
    ("contract", "ratings", "chance", "source"),
    [
        pytest.param("2029-01-01", [], 0.90, "contract", id="beyond three years counts as .90"),
        pytest.param("2029-01-01", [("A", "staying", 2)], 0.90, "contract", id="before a rating"),
        pytest.param("2028-12-31", [], np.nan, "unknown", id="three years are not beyond them"),
        pytest.param("2026-06-30", [("A", "staying", 7)], 0.70, "our_rating", id="a short one"),
        pytest.param(None, [("A", "staying", 7)], 0.70, "our_rating", id="7 is .70 by its anchor"),
        pytest.param(None, [("A", "staying", 2)], 0.35, "our_rating", id="half way to .5"),
        pytest.param(None, [("A", "staying", 0)], 0.20, "our_rating", id="0 hardly returns"),
        pytest.param(None, [("A", "openness", 9)], np.nan, "unknown", id="not rated on staying"),
        pytest.param(None, [], np.nan, "unknown", id="nobody said: unknown, not medium"),
    ],
)
def test_the_chance_of_staying_comes_from_a_contract_else_a_rating_else_nowhere(
    contract, ratings, chance, source
):
    row = stays_of(order_days(), ratings=ratings, contracts=[contract], customers="A").loc["A"]

    assert row["p_stay_3y"] == pytest.approx(chance, nan_ok=True)
    assert row["staying_source"] == source


def test_what_the_customer_said_of_staying_is_told_from_what_we_think():
    rated = ours(("A", "staying", 7), ("B", "staying", 7)).assign(
        source=["their_words", "our_guess"], date=pd.Timestamp("2025-03-01")
    )
    table = pd.DataFrame({"customer_id": list("AB")})

    stays = staying(order_days(), table, None, rated, windows=WINDOWS, end=END, scale=SCALE)

    assert stays["staying_source"].tolist() == ["their_words", "our_rating"]
    assert stays["staying_date"].dt.date.tolist() == [date(2025, 3, 1)] * 2


def test_order_days_age_and_chance_of_return_are_told_from_the_orders():
    """A: 3 order days in two years, known for 24 months. B: long ago. C: never, as far as we see.

    Of 3 order days (8 + 2 · 0/2) / (8 + 2) = .80 return, of none (0 + 2 · 8/8) / (2 + 2) = .50.
    """
    rates = repeat_rates(buyers({0: (2, 0), 3: (8, 8)}), WINDOW)
    orders = order_days(
        A=["2024-01-01", "2025-01-01", "2025-01-01", "2025-12-31", "2026-01-01"],
        B=["2023-12-31"],
    )

    stays = stays_of(orders, rates=rates)

    assert stays["order_days_24m"].to_dict() == {"A": 3, "B": 0, "C": 0}
    assert stays["orders_per_year"].to_dict() == {"A": 1.5, "B": 0, "C": 0}
    assert stays["age_months"].fillna(-1).to_dict() == {"A": 24, "B": 24, "C": -1}
    assert stays["known_years"].fillna(-1).to_dict() == {"A": 2, "B": 2, "C": -1}
    assert stays["p_return_12m"].to_dict() == {"A": 0.80, "B": 0.50, "C": 0.50}
    assert str(stays.loc["A", "last_order"].date()) == "2025-12-31"  # tomorrow is not known yet


def test_without_reference_rates_the_chance_of_return_is_unknown():
    stays = stays_of(order_days(A=["2025-01-01"]))
    found = staying_verdicts(stays.reset_index(), pd.Series(["A"]), None, None, windows=WINDOWS)

    assert stays["p_return_12m"].isna().all()
    assert [(each.rule, each.outcome) for each in found] == [
        ("reference_values", "REFUSE"),
        ("staying", "FLAG"),
    ]


def test_frozen_rates_say_over_which_year_even_when_read_back_as_text():
    rates = repeat_rates(buyers({1: (8, 5)}), WINDOW)
    stays = stays_of(order_days(A=["2025-01-01"]), rates=rates).reset_index()

    for frozen in (rates, rates.astype({"cutoff": "str", "window_end": "str"})):
        found = staying_verdicts(stays, pd.Series(["A"]), frozen, rates, windows=WINDOWS)
        assert found[0].said == (
            "Repeat rates were frozen over 1 Jan 2024 to 31 Dec 2024 from few customers (8); a "
            "chance of return may be off by some points."
        )


def test_order_days_are_counted_over_as_many_months_now_as_they_were_then():
    """Two years of lines. Each year: who orders in every month, who does once, and who never did.

    All of the first ten return, and one in ten of the others. B ordered once a year: over two years it
    had two order days, which would be nobody's class.
    """
    monthly = [f"{{}}-{m:02}-10" for m in range(1, 13)]
    days = {
        f"M{i}": [each.format(y) for y in (2024, 2025) for each in monthly] for i in range(10)
    } | {f"S{i}": ["2024-05-10", "2025-05-10"][: 1 + (i == 0)] for i in range(10)}
    orders = order_days(**days, B=["2024-03-10", "2025-03-10"])
    window = reference_window(orders, LAST_TWO, windows=WINDOWS)
    rates = repeat_rates(orders, window)

    stays = stays_of(orders, rates=rates, customers=["M0", "S1", "B"])

    assert window.months == 12
    assert stays["order_days_24m"].to_dict() == {"M0": 24, "S1": 1, "B": 2}
    assert stays.loc["M0", "p_return_12m"] > 0.80
    assert stays.loc["B", "p_return_12m"] == rates.set_index("order_days").loc[1, "rate"]
    assert np.isnan(stays.loc["S1", "p_return_12m"])  # who paused a year was not seen before


rhythms = st.lists(st.sampled_from([1, 2, 3, 4, 6, 12]), max_size=12).map(lambda rest: [1, *rest])


@given(rhythms, st.integers(0, 5))
@settings(max_examples=25, deadline=None)
def test_four_and_three_years_of_lines_tell_the_same_chances_and_two_are_flagged(each, gone):
    """Each orders every so many months, and some did so only until the year before the last."""
    days = {
        f"C{i}": [f"{m // 12}-{m % 12 + 1:02}-05" for m in range(2022 * 12, 2026 * 12, every)]
        for i, every in enumerate(each)
    } | {f"G{i}": ["2022-03-05", "2023-03-05", "2024-03-05"] for i in range(gone)}
    orders = order_days(**days)

    def told(first: str) -> tuple[dict[str, float], str]:
        lines = orders[orders["date"] >= first]
        rates = repeat_rates(lines, reference_window(lines, LAST_TWO, windows=WINDOWS))
        stays = stays_of(lines, rates=rates, customers=[f"C{i}" for i in range(len(each))])
        judged = staying_verdicts(
            stays.reset_index(), pd.Series(stays.index), rates, rates, windows=WINDOWS
        )
        (window,) = [v.outcome for v in judged if v.rule == "order_days_window"]
        return stays["p_return_12m"].round(9).to_dict(), window

    four, three, two = (told(first) for first in ("2022-01-01", "2023-01-01", "2024-01-01"))

    assert [four[1], three[1], two[1]] == ["PASS", "PASS", "FLAG"]
    if not gone:  # who left came back in one window and not in the other
        assert four[0] == three[0]


def test_a_shorter_window_is_flagged_with_both_lengths_and_who_cannot_be_told():
    orders = order_days(A=["2024-01-02", "2025-05-10"], B=["2024-03-10", "2025-12-31"])
    rates = repeat_rates(orders, reference_window(orders, LAST_TWO, windows=WINDOWS))
    stays = stays_of(orders, rates=rates, customers="ABC").reset_index()

    told = {
        v.rule: v
        for v in staying_verdicts(stays, pd.Series(["A", "B", "C"]), rates, rates, windows=WINDOWS)
    }

    assert (told["order_days_window"].outcome, told["order_days_window"].said) == (
        "FLAG",
        "For the chance of return order days are counted over 12 months, then as now, and not over "
        "24: the input does not reach further back. How many come back who order more rarely is "
        "unknown.",
    )
    assert told["order_days_met"].said == (
        "The chance of return of 1 active customers is unknown: nobody in the reference window had "
        "as many order days."
    )


@pytest.mark.parametrize(
    ("now", "outcome", "said"),
    [
        pytest.param(
            {1: (20, 4), 2: (10, 5)}, "PASS", "would be as they were frozen", id="the same"
        ),
        pytest.param(
            {1: (21, 4), 2: (10, 5)}, "PASS", "as they were frozen", id="one more: no matter"
        ),
        pytest.param(
            {1: (20, 16), 2: (10, 5)},
            "FLAG",
            ": 77% instead of 23% with order days of 1.",
            id="other",
        ),
        pytest.param({}, "FLAG", "today's inputs do not reach those days", id="nothing is left"),
    ],
)
def test_frozen_rates_that_would_be_measured_otherwise_today_are_flagged_with_both(
    now, outcome, said
):
    """Of 20 with one order day 4 came back: (4 + 2 · .5) / 22 = 23 %; now it is 16: 77 %."""
    frozen = repeat_rates(buyers({1: (20, 4), 2: (10, 5)}), WINDOW)
    stays = stays_of(order_days(A=["2025-01-01"]), rates=frozen).reset_index()

    (told,) = [
        v
        for v in staying_verdicts(
            stays, pd.Series(["A"]), frozen, repeat_rates(buyers(now), WINDOW), windows=WINDOWS
        )
        if v.rule == "rates_afresh"
    ]

    assert told.outcome == outcome
    assert said in told.said


# --------------------------------------------------------------------------------- who is looked at
def quiet(ids, *, order_days, reach=24, first="2023-01-01"):
    """Return what `staying` says of customers, the first of whom ordered `reach` months ago."""
    return pd.DataFrame(
        {
            "customer_id": list(ids),
            "order_days_24m": order_days,
            "age_months": reach,
            "first_order": pd.Timestamp(first),
        }
    )


@pytest.mark.parametrize(
    ("reach", "first", "outcome", "line"),
    [
        (24, "2023-01-01", "PASS", ("Asleep", "no order in 24 months")),
        (23, "2023-01-06", "PASS", ("Asleep", "no order in 24 months")),
        (13, "2023-12-01", "FLAG", ("Asleep", "no order in the 13 months of the input")),
        (
            8,
            "2024-05-01",
            "REFUSE",
            ("Without an order", "asleep or gone: the input is too short to tell"),
        ),
    ],
)
def test_who_is_asleep_is_not_said_where_the_input_is_shorter_than_a_year(
    reach, first, outcome, line
):
    customers = pd.DataFrame(
        {"customer_id": ["A", "B"], "name": ["A", "B"], "relation": "external"}
    )
    stays = quiet("AB", order_days=[1, 0], reach=reach, first=first)
    statement = book({"A": 1, "B": 0}, asleep=["B"])

    told = asleep_verdict(customers, stays, statement)
    _, balance = assessed_parties(customers, None, stays, statement)

    assert told.outcome == outcome
    assert ("1" in re.findall(r"\d+", told.said)) == (outcome != "REFUSE")
    assert bool(told.bring) == (outcome != "PASS")
    assert line in [(step.what, step.why) for step in balance.steps]


def test_live_external_customers_and_prospects_are_looked_at_once_each():
    """A ordered, B was active without an order, C sleeps, I is our own firm; P is new, A twice."""
    customers = pd.DataFrame(
        {
            "customer_id": list("ABCI"),
            "name": list("ABCI"),
            "relation": ["external", "external", "external", "intercompany"],
        }
    )
    stays = quiet("ABCI", order_days=[2, 0, 0, 9])
    statement = book({"A": 1, "B": -1, "C": 0, "I": 5}, asleep=["C", "I"])
    prospects = pd.DataFrame({"prospect_id": ["P", "A"], "name": ["P", "A again"]})

    parties, balance = assessed_parties(customers, prospects, stays, statement)

    assert parties["party_id"].tolist() == ["A", "B", "P"]
    assert parties["is_prospect"].tolist() == [False, False, True]
    assert balance.unexplained == 0
    assert [(step.what, float(step.amount)) for step in balance.steps[1:]] == [
        ("Intercompany and collective", -1),
        ("Asleep", -1),
        ("Prospects", 2),
        ("Prospects who are customers", -1),
        ("Customers and prospects", 3),
    ]


def test_no_prospects_are_no_prospects():
    customers = pd.DataFrame({"customer_id": ["A"], "name": ["A"], "relation": ["external"]})
    stays = quiet("A", order_days=[1])

    for none in (None, pd.DataFrame({"prospect_id": [], "name": []})):
        parties, balance = assessed_parties(customers, none, stays, book({"A": 1}))
        assert parties["party_id"].tolist() == ["A"]
        assert balance.holds


# --------------------------------------------------------------------------------- doors
DOOR = default_rules().doors.strategic
GOOD = {
    "party_id": "A",
    "rating": 7.0,
    "justification": "opens the Nordic market",
    "owner": "sales",
    "review_on": pd.Timestamp("2025-12-31"),
}


@pytest.mark.parametrize(
    ("changed", "open_", "evidence"),
    [
        pytest.param({}, True, "opens the Nordic market", id="all written down"),
        pytest.param({"rating": 6.5}, False, "rated 6.5, below 7", id="rated too low"),
        pytest.param({"rating": np.nan}, False, "rated not at all, below 7", id="not rated"),
        pytest.param({"rating": None}, False, "rated not at all, below 7", id="no rating"),
        pytest.param({"owner": None}, False, "no owner written down", id="nobody answers for it"),
        pytest.param({"justification": " "}, False, "no justification written down", id="a blank"),
        pytest.param(
            {"justification": np.nan, "owner": ""},
            False,
            "no justification, owner written down",
            id="neither",
        ),
        pytest.param(
            {"review_on": pd.Timestamp("2025-12-30")},
            False,
            "to be looked at again by 30 Dec 2025, which has passed",
            id="expired the day before",
        ),
        pytest.param(
            {"review_on": pd.NaT},
            False,
            "to be looked at again by no date, which has passed",
            id="without a date it has no end, so it has none",
        ),
    ],
)
def test_door_four_opens_for_a_reason_an_owner_and_a_date_that_has_not_passed(
    changed, open_, evidence
):
    judged = strategic_door(pd.DataFrame([{**GOOD, **changed}]), DOOR, end=END)

    assert judged.to_dict("records") == [{"party_id": "A", "open": open_, "evidence": evidence}]


def test_two_sites_of_one_party_open_one_door():
    sites = pd.DataFrame([GOOD, {**GOOD, "rating": 2.0}, {**GOOD, "party_id": "B"}])

    judged = strategic_door(sites, DOOR, end=END)

    assert judged[["party_id", "open"]].to_numpy().tolist() == [["A", True], ["B", True]]


@pytest.mark.parametrize("nothing", [None, pd.DataFrame(columns=list(GOOD))])
def test_nobody_declared_strategic_means_no_door_four(nothing):
    judged = strategic_door(nothing, DOOR, end=END)

    assert judged.empty
    assert [each.rule for each in door_verdicts(judged, pd.Series(dtype="str"))] == [
        "doors_not_computed"
    ]


def test_every_open_door_carries_its_evidence(with_a_loss_maker):
    segments = segment(with_a_loss_maker, measure="customer_profit", threshold=0.80)
    strategic = strategic_door(
        pd.DataFrame(
            [
                {**GOOD, "party_id": "P"},
                {**GOOD, "party_id": "B", "rating": 1.0},
                {**GOOD, "party_id": "asleep"},
            ]
        ),
        DOOR,
        end=END,
    )

    parties = pd.DataFrame({"party_id": list("ABCDP"), "is_prospect": [False] * 4 + [True]})
    doors = open_doors(segments, strategic, parties, with_a_loss_maker, period="FY2025")

    told = doors[doors["judged"]]
    assert told[["party_id", "door", "open", "evidence"]].to_numpy().tolist() == [
        ["A", "vital_few", True, "place 1 by customer profit, within the first 55%"],
        ["B", "vital_few", True, "place 2 by customer profit, within the first 85%"],
        ["B", "strategic", False, "rated 1.0, below 7"],
        ["P", "strategic", True, "opens the Nordic market"],
    ]
    assert (doors["period"] == "FY2025").all()


def test_a_door_that_nobody_can_judge_is_unknown_and_not_shut(with_a_loss_maker):
    """Door 2 of every customer, door 3 of every prospect; door 1 of D, who stands in no class."""
    segments = segment(with_a_loss_maker, measure="customer_profit", threshold=0.80)
    ranked = segments[segments["customer_id"] != "D"]
    parties = pd.DataFrame({"party_id": list("ABCDZP"), "is_prospect": [False] * 5 + [True]})

    doors = open_doors(
        ranked, strategic_door(None, DOOR, end=END), parties, with_a_loss_maker, period="FY2025"
    )

    unknown = doors[~doors["judged"]]
    assert not unknown["open"].any()
    assert unknown[["party_id", "door"]].to_numpy().tolist() == [
        ["A", "potential"],
        ["B", "potential"],
        ["C", "potential"],
        ["D", "vital_few"],
        ["D", "potential"],
        ["P", "prospect"],
        ["Z", "potential"],
    ]


def test_declared_parties_that_stay_outside_are_named_with_their_reason():
    strategic = strategic_door(
        pd.DataFrame([GOOD, {**GOOD, "party_id": "B", "owner": ""}, {**GOOD, "party_id": "Z"}]),
        DOOR,
        end=END,
    )
    names = pd.Series({"A": "Alfa", "B": "Beta"})

    said = door_verdicts(strategic, names)[1]

    assert (said.outcome, said.said) == (
        "FLAG",
        "2 declared as strategic stay outside: Beta (no owner written down), "
        "Z (no order in 24 months and no prospect).",
    )
    assert door_verdicts(strategic.head(1), names)[1].said == (
        "Everybody declared strategic has a reason, an owner and a valid date (1)."
    )


# --------------------------------------------------------------------------------- metamorphic
@given(profits.filter(lambda values: max(values) > 0))
@settings(max_examples=20, deadline=None)
def test_another_currency_or_other_names_change_no_class(values):
    plain = book({f"C{i:03}": value for i, value in enumerate(values)})
    dear = plain.assign(customer_profit=plain["customer_profit"] * 4.3)
    renamed = plain.assign(customer_id="X-" + plain["customer_id"])

    classes = list(classes_of(plain).values())

    assert list(classes_of(dear).values()) == classes
    assert list(classes_of(renamed).values()) == classes
    assert [name.removeprefix("X-") for name in few_of(renamed)] == few_of(plain)


def test_a_customer_without_activity_changes_shares_of_customers_and_no_money(with_a_loss_maker):
    more = pd.concat([with_a_loss_maker, book({"E": 0})])

    curve, before = whale_curve(more), whale_curve(with_a_loss_maker)

    assert curve["cumulative"].iloc[-1] == before["cumulative"].iloc[-1] == 60
    assert curve["customer_share"].iloc[0] == 0.20
    assert few_of(more) == few_of(with_a_loss_maker)
