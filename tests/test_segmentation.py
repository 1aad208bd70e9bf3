"""20/80, who is looked at, and doors, against books small enough to add up in the head."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import END, book, default_rules

from kamlib.core.errors import DataError, ParameterError
from kamlib.core.frames import main_measure
from kamlib.segmentation.classes import (
    class_balances,
    class_flips,
    class_summary,
    class_transitions,
    measure_outcomes,
    segment,
    split_vital_few,
    whale_curve,
)
from kamlib.segmentation.doors import door_outcomes, open_doors, potential_door, strategic_door
from kamlib.segmentation.parties import assessed_parties, dormant_outcome
from kamlib.segmentation.shares import concentration, giants, interval_outcome, net_shares_outcome
from kamlib.segmentation.words import giants_finding, membership_finding, transition_finding

moderately = settings(max_examples=60, deadline=None)
DRAWS = {"draws": 200, "level": 0.90, "seed": 1}
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
    now = book({"A": 90, "B": 10, "C": 900}, dormant=["C"])

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
    assert measure_outcomes(statement)[1].outcome == outcome


def test_a_customer_dormant_with_no_profit_does_not_degrade_the_measure():
    assert main_measure(book({"A": 1, "B": np.nan}, dormant=["B"])) == "customer_profit"


@pytest.mark.parametrize(
    ("customers", "outcome"),
    [(0, "REFUSE"), (1, "FLAG"), (29, "FLAG"), (30, "PASS")],
)
def test_few_customers_are_flagged_and_none_are_refused(customers, outcome):
    statement = book({f"C{i:02}": 1 for i in range(customers)} | {"Z": 1}, dormant=["Z"])

    assert measure_outcomes(statement)[0].outcome == outcome


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(book({"A": 1, "B": 2}, dormant=["A", "B"]), id="nobody is active"),
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
    assert net_shares_outcome(measures, measure=None, currency="PLN").said == (
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
    """Giants are spoken of only where one customer alone brings more than a tenth."""
    said = [
        interval_outcome(
            pd.DataFrame({"customers": [240], "gini": [0.76], "first_1": [first]})
        ).said
        for first in (0.034, 0.24)
    ]

    assert said == [
        "Had other customers like these 240 come, the share would lie in the range in about 72 to 82 "
        "of 100 cases.",
        "Had other customers like these 240 come, the share would lie in the range in about 30 to 82 "
        "of 100 cases. The largest alone brings 24%: one such more or less moves it further.",
    ]


@pytest.mark.parametrize(
    ("customers", "gini", "outcome"), [(240, 0.06, "PASS"), (240, 0.50, "FLAG"), (7, 0.06, "FLAG")]
)
def test_the_interval_of_many_customers_who_are_alike_needs_no_warning(customers, gini, outcome):
    measures = pd.DataFrame({"customers": [customers], "gini": [gini], "first_1": [0.05]})

    assert interval_outcome(measures).outcome == outcome


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
    found = net_shares_outcome(measures, measure="customer_profit", currency="PLN")

    assert found.outcome == "REFUSE"
    assert found.said.replace("\u00a0", " ") == said


@pytest.mark.parametrize("total", [200, 300])
def test_from_two_thirds_of_what_is_earned_net_shares_are_shown(total):
    measures = measured(total, low=1, high=400, positive=300, lost=300 - total)

    found = net_shares_outcome(measures, measure="customer_profit", currency="PLN")

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


# --------------------------------------------------------------------------------- who is looked at
def quiet(ids, *, order_days, reach=24, first="2023-01-01"):
    """Return what `staying_chances` says of customers, the first of whom ordered `reach` months ago."""
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
        (24, "2023-01-01", "PASS", ("Dormant", "no order in 24 months")),
        (23, "2023-01-06", "PASS", ("Dormant", "no order in 24 months")),
        (13, "2023-12-01", "FLAG", ("Dormant", "no order in the 13 months of the input")),
        (
            8,
            "2024-05-01",
            "REFUSE",
            ("Without an order", "dormant or gone: the input is too short to tell"),
        ),
    ],
)
def test_who_is_dormant_is_not_said_where_the_input_is_shorter_than_a_year(
    reach, first, outcome, line
):
    customers = pd.DataFrame(
        {"customer_id": ["A", "B"], "name": ["A", "B"], "relation": "external"}
    )
    stays = quiet("AB", order_days=[1, 0], reach=reach, first=first)
    statement = book({"A": 1, "B": 0}, dormant=["B"])

    told = dormant_outcome(customers, stays, statement)
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
    statement = book({"A": 1, "B": -1, "C": 0, "I": 5}, dormant=["C", "I"])
    prospects = pd.DataFrame({"prospect_id": ["P", "A"], "name": ["P", "A again"]})

    parties, balance = assessed_parties(customers, prospects, stays, statement)

    assert parties["party_id"].tolist() == ["A", "B", "P"]
    assert parties["is_prospect"].tolist() == [False, False, True]
    assert balance.unexplained == 0
    assert [(step.what, float(step.amount)) for step in balance.steps[1:]] == [
        ("Intercompany and collective", -1),
        ("Dormant", -1),
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
NOBODY = potential_door(None, default_rules().doors.potential, currency="PLN")


def doors_of(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["party_id", "door", "open", "judged"])


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
            {"review_on": pd.Timestamp("2024-12-30")},
            False,
            "to be looked at again by 30 Dec 2024, which has passed",
            id="expired the day before, twelve months after its review",
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

    assert judged.to_dict("records") == [
        {"party_id": "A", "open": open_, "judged": True, "evidence": evidence}
    ]


def test_until_it_expires_nobody_knows_whether_a_reason_still_holds_whose_review_is_late():
    for review, judged in (("2025-12-30", False), ("2024-12-31", False), ("2024-12-30", True)):
        found = strategic_door(
            pd.DataFrame([{**GOOD, "review_on": pd.Timestamp(review)}]), DOOR, end=END
        )
        assert found[["open", "judged"]].to_numpy().tolist() == [[False, judged]]


def test_two_sites_of_one_party_open_one_door():
    sites = pd.DataFrame([GOOD, {**GOOD, "rating": 2.0}, {**GOOD, "party_id": "B"}])

    judged = strategic_door(sites, DOOR, end=END)

    assert judged[["party_id", "open"]].to_numpy().tolist() == [["A", True], ["B", True]]


@pytest.mark.parametrize("nothing", [None, pd.DataFrame(columns=list(GOOD))])
def test_nobody_declared_strategic_means_no_door_four(nothing):
    judged = strategic_door(nothing, DOOR, end=END)

    assert judged.empty
    names = pd.Series(dtype="str")
    assert [each.rule for each in door_outcomes(doors_of(), judged, names)] == ["door_potential"]


def test_door_two_says_why_nobody_s_potential_is_estimated_and_asks_for_what_settles_it():
    nobody, names = strategic_door(None, DOOR, end=END), pd.Series(dtype="str")

    [found] = door_outcomes(doors_of(), nobody, names, not_estimated="ALL is not a year")

    assert (found.outcome, found.bring) == ("REFUSE", "a period of 12 months with cost-to-serve")
    assert found.said.startswith("What customers could bring is not estimated: ALL is not a year.")


def test_every_open_door_carries_its_evidence(with_a_loss_maker):
    segments = segment(with_a_loss_maker, measure="customer_profit", threshold=0.80)
    strategic = strategic_door(
        pd.DataFrame(
            [
                {**GOOD, "party_id": "P"},
                {**GOOD, "party_id": "B", "rating": 1.0},
                {**GOOD, "party_id": "dormant"},
            ]
        ),
        DOOR,
        end=END,
    )

    parties = pd.DataFrame({"party_id": list("ABCDP"), "is_prospect": [False] * 4 + [True]})
    doors = open_doors(
        segments, NOBODY, NOBODY, strategic, parties, with_a_loss_maker, period="FY2025"
    )

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
        ranked,
        NOBODY,
        NOBODY,
        strategic_door(None, DOOR, end=END),
        parties,
        with_a_loss_maker,
        period="FY2025",
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

    said = door_outcomes(doors_of(), strategic, names)[1]

    assert (said.outcome, said.said) == (
        "FLAG",
        "2 declared as strategic stay outside: Beta (no owner written down), "
        "Z (no order in 24 months and no prospect).",
    )
    assert door_outcomes(doors_of(), strategic.head(1), names)[1].said == (
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


# --------------------------------------------------------------------------------- the first ones
def test_the_first_one_five_and_ten_bring_their_shares_of_what_is_earned():
    """Ten earn 10 each but the best 110: of 200 the first brings 55 %, five 75 %; no loss counts."""
    profits = {"A": 110, **{f"K{i}": 10 for i in range(9)}, "Z": -50}
    row = concentration(book(profits), threshold=0.80, **DRAWS).set_index("measure")

    shown = row.loc["customer_profit", ["first_1", "first_5", "first_10"]]
    assert shown.tolist() == pytest.approx([0.55, 0.75, 1.0])
    few = concentration(book({"A": 3, "B": 1}), threshold=0.80, **DRAWS).set_index("measure")
    assert few.loc["customer_profit", "first_10"] == 1.0


def test_who_brings_more_than_a_tenth_of_revenue_is_named():
    """Of 100 in revenue Alfa brings 85, Beta 10 and Gamma 5: a tenth is not more than a tenth."""
    statement = book({"A": 1, "B": 1, "C": 1}, revenue=[85, 10, 5])
    names = pd.Series({"A": "Alfa", "B": "Beta"})

    assert giants_finding(giants(statement), names) == (
        "More than 10% of revenue come from: Alfa (85%)."
    )
    even = book({str(i): 1 for i in range(20)})
    assert giants_finding(giants(even), names) == "Nobody alone brings more than 10% of revenue."


def test_one_sees_who_of_last_year_s_vital_few_still_is_one():
    """Of A, B and C one still is, one loses money and one buys no more; D is new among them."""
    rows = [("FY2024", each, "vital_few") for each in "ABC"]
    rows += [
        ("FY2025", "A", "vital_few"),
        ("FY2025", "B", "loss_making"),
        ("FY2025", "D", "vital_few"),
    ]
    segments = pd.DataFrame(rows, columns=["period", "customer_id", "profit_class"])

    moved = class_transitions(segments, period="FY2025", previous="FY2024").set_index(
        "class_before"
    )

    assert moved.loc["vital_few"].to_dict() == {
        "vital_few_now": 1,
        "useful_many_now": 0,
        "loss_making_now": 1,
        "inactive_now": 1,
    }
    assert moved.loc["inactive", "vital_few_now"] == 1
    assert transition_finding(moved.reset_index(), previous="FY2024") == (
        "Of the 3 vital few of FY2024 1 still are; now 1 at a loss and 1 without purchases."
    )
    alone = class_transitions(segments, period="FY2024", previous="")
    assert alone.empty
    assert transition_finding(alone, previous="") == ""


def test_chances_say_how_sure_the_vital_few_are():
    chances = pd.Series({"A": 1.0, "B": 0.6, "C": 0.15, "D": 0.05})

    assert membership_finding(chances, pd.Index(["A", "B"])) == (
        "Whatever the costs within their declared ranges, 1 of the 2 vital few belong to them in nine "
        "cases of ten or more; of the others 1 could, in one of ten or more."
    )
    assert membership_finding(chances.head(0), pd.Index(["A"])) == ""
