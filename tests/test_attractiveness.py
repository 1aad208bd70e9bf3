"""Both sides of attractiveness, against ratings small enough to weigh in the head."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import END, default_rules, ours

from kamlib.attractiveness.our_criteria import (
    measured_criteria,
    missing_criteria,
    profit_at_potential,
    side_a,
    side_a_criteria,
    side_a_outcomes,
)
from kamlib.attractiveness.ratings import asked_on, current_ratings, ratings_outcomes
from kamlib.attractiveness.tables import potential_table
from kamlib.attractiveness.their_criteria import (
    side_b,
    side_b_criteria,
    side_b_outcomes,
    their_trust,
)
from kamlib.attractiveness.words import potential_finding
from kamlib.core.errors import DataError
from kamlib.settings import SideACriterion

moderately = settings(max_examples=20, deadline=None)
with_many_parties = settings(max_examples=8, deadline=None)  # each example holds up to eight worlds
NOBODY = ours()
RULES_B = default_rules().side_b
BY_SUPPLIER = ("party_id", "criterion", "supplier")


def criterion(weight: float, points: list) -> SideACriterion:
    return SideACriterion(weight=weight, unit="points", value=points)


# raw 0 to 100 on growth, 10 to 0 days late on safety; weights .6 and .4
TWO = {
    "growth": criterion(0.6, [(0, 0), (50, 0.8), (100, 1)]),
    "safety": criterion(0.4, [(0, 1), (10, 0)]),
}


def measured(**columns) -> pd.DataFrame:
    ids = list("ABCDEFGH"[: len(next(iter(columns.values())))])
    return pd.DataFrame({"party_id": ids, **columns})


def sides(rows: pd.DataFrame, ratings: pd.DataFrame = NOBODY, *, criteria=TWO, least=0.60):
    values = side_a_criteria(rows, ratings, criteria)
    return side_a(values, min_known_weight=least).set_index("party_id")


# --------------------------------------------------------------------------------- which rating
def rated(*rows: tuple) -> pd.DataFrame:
    """Build ratings from (party, rating, date, source) on openness."""
    table = pd.DataFrame(list(rows), columns=["party_id", "rating", "date", "source"])
    return table.assign(criterion="openness", date=pd.to_datetime(table["date"]))


@pytest.mark.parametrize(
    ("rows", "counts"),
    [
        pytest.param(
            [("A", 3, "2024-01-01", "fact"), ("A", 8, "2025-01-01", "fact")], 8, id="the latest"
        ),
        pytest.param(
            [("A", 3, "2025-12-31", "fact"), ("A", 8, "2026-01-01", "fact")],
            3,
            id="up to the period's last day",
        ),
        pytest.param(
            [("A", 3, "2020-01-01", "their_words"), ("A", 8, "2025-01-01", "our_guess")],
            3,
            id="their words before a later guess",
        ),
        pytest.param(
            [("A", 3, "2020-01-01", "fact"), ("A", 8, "2025-01-01", None)],
            3,
            id="no source is a guess",
        ),
        pytest.param(
            [("A", 3, None, "fact"), ("A", 8, "2020-01-01", "fact")], 8, id="a date before none"
        ),
    ],
)
def test_the_latest_rating_counts_and_theirs_before_ours(rows, counts):
    for table in (rated(*rows), rated(*rows[::-1])):
        before = table.copy(deep=True)
        current = current_ratings(table, end=END)
        assert current["rating"].tolist() == [counts]
        pd.testing.assert_frame_equal(table, before)


def test_age_is_counted_in_whole_months_to_the_period_s_end():
    current = current_ratings(
        rated(("A", 5, "2024-07-01", "fact"), ("B", 5, None, "fact")), end=END
    )

    assert current["age_months"].tolist()[0] == 18
    assert np.isnan(current["age_months"].tolist()[1])


def test_ratings_older_than_a_year_and_a_half_are_told():
    fresh = current_ratings(rated(("A", 5, "2024-07-01", "fact")), end=END)
    old = current_ratings(rated(("A", 5, "2024-06-01", "fact"), ("B", 5, None, "fact")), end=END)

    nobody = current_ratings(None, end=END)
    assert ratings_outcomes(fresh, nobody)[0].outcome == "PASS"
    assert ratings_outcomes(nobody, nobody)[0].outcome == "PASS"
    assert ratings_outcomes(fresh, old.assign(weight=1.0))[0].said == (
        "Ratings in use that are older than 18 months: 1 of 3, the oldest from 1 Jun 2024. Their age "
        "is shown and widens no range."
    )


# --------------------------------------------------------------------------------- side A
def test_side_a_adds_up_weighted_values_of_what_is_measured():
    """A: growth 50 is .8, safety 0 is 1: .48 + .40. B: growth 25 is .4, 5 days late .5."""
    side = sides(measured(growth=[50.0, 25.0], safety=[0.0, 5.0]))

    assert side["side_a_low"].to_dict() == {"A": 0.88, "B": 0.44}
    assert side["side_a_high"].to_dict() == {"A": 0.88, "B": 0.44}
    assert side["known_weight"].tolist() == [1, 1]


def test_a_measured_value_beats_a_rating():
    side = sides(measured(growth=[50.0], safety=[0.0]), ours(("A", "growth", 1)))

    assert side.loc["A", "side_a_low"] == 0.88  # not .06 + .40


def test_a_rating_by_anchor_is_worth_a_tenth_a_point_and_is_read_backwards():
    values = side_a_criteria(
        measured(growth=[np.nan], safety=[5.0]), ours(("A", "growth", 4), ("A", "safety", 9)), TWO
    ).set_index("criterion")

    assert values["value_low"].to_dict() == {"growth": 0.4, "safety": 0.5}
    assert values["raw"].to_dict() == {"growth": 25.0, "safety": 5.0}
    assert values["source"].to_dict() == {"growth": "rated", "safety": "measured"}


def test_what_is_missing_is_an_interval_and_never_re_weighted():
    """Growth .8 of .6 is known: .48 to .48 + .40. Re-weighted it would be .80."""
    side = sides(measured(growth=[50.0], safety=[np.nan])).loc["A"]

    assert [side["side_a_low"], side["side_a_high"]] == [0.48, 0.88]
    assert side["known_weight"] == 0.6
    assert side["side_a_known"]  # .60 of the weight is enough


def test_with_less_known_weight_side_a_is_unknown_and_not_low():
    side = sides(measured(growth=[np.nan, np.nan], safety=[0.0, np.nan]))

    assert side["side_a_known"].tolist() == [False, False]
    assert side[["side_a_low", "side_a_high"]].to_numpy().tolist() == [[0, 1], [0, 1]]
    assert side["known_weight"].tolist() == [0.4, 0]


def test_a_criterion_that_nobody_measures_may_be_rated():
    side = sides(measured(growth=[50.0]), ours(("A", "safety", 10)))

    assert side.loc["A", "side_a_low"] == 0.88


def test_empty_ratings_as_they_come_from_no_file_rate_nobody():
    side = sides(measured(growth=[50.0]), current_ratings(None, end=END))

    assert side.loc["A", "known_weight"] == 0.6


def test_missing_criteria_are_named_in_words():
    values = side_a_criteria(measured(growth=[np.nan, 1.0], own_growth=[1, 1]), NOBODY, TWO)

    assert missing_criteria(values) == {"A": "growth, safety", "B": "safety"}
    assert missing_criteria(values.head(0)) == {}


def test_side_a_is_judged_by_how_many_are_known():
    rows = measured(growth=[50.0, np.nan], safety=[1.0, np.nan])
    values = side_a_criteria(rows, ours(("B", "own_growth", 3)), TWO)
    side = side_a(values, min_known_weight=0.6)

    told = side_a_outcomes(side, values, min_known_weight=0.6)

    assert told[0].said == "Side A is unknown for 1 of 2: less than 60% of its weight is known."
    assert side_a_outcomes(side.tail(1), values, min_known_weight=0.6)[0].outcome == "REFUSE"
    assert side_a_outcomes(side.head(1), values, min_known_weight=0.6)[0].outcome == "PASS"
    assert told[1].said == ("Potential and own growth are our ratings where nothing was measured.")


ratings_0_to_10 = st.one_of(st.none(), st.integers(0, 10))
people = st.lists(st.tuples(ratings_0_to_10, ratings_0_to_10), min_size=1, max_size=6)


def rate(people_rated) -> pd.DataFrame:
    rows = [
        ("ABCDEF"[i], name, float(rating))
        for i, pair in enumerate(people_rated)
        for name, rating in zip(TWO, pair, strict=True)
        if rating is not None
    ]
    return ours(*rows)


@given(people, st.randoms(use_true_random=False))
@moderately
def test_nobody_s_side_a_depends_on_who_else_is_there(people_rated, random):
    everybody = measured(growth=[np.nan] * len(people_rated))
    ratings = rate(people_rated)
    shuffled = everybody.sample(frac=1, random_state=random.randrange(2**32))

    together = sides(everybody, ratings)

    pd.testing.assert_frame_equal(together, sides(shuffled, ratings.iloc[::-1]))
    alone = sides(everybody.head(1), ratings)
    pd.testing.assert_frame_equal(alone, together.head(1))
    assert (together["side_a_low"] <= together["side_a_high"]).all()


@given(people, st.sampled_from(list(TWO)), st.integers(1, 10))
@moderately
def test_a_better_rating_never_lowers_its_own_side_a_and_moves_no_other(people_rated, name, by):
    everybody = measured(growth=[np.nan] * len(people_rated))
    ratings = rate(people_rated)
    mine = (ratings["party_id"] == "A") & (ratings["criterion"] == name)
    better = ratings.assign(
        rating=ratings["rating"].mask(mine, (ratings["rating"] + by).clip(0, 10))
    )

    before, after = sides(everybody, ratings), sides(everybody, better)

    names = ["side_a_low", "side_a_high"]
    assert (after.loc["A", names] >= before.loc["A", names]).all()
    pd.testing.assert_frame_equal(after.drop("A"), before.drop("A"))


@given(people, st.sampled_from(list(TWO)), st.integers(0, 10))
@moderately
def test_a_rating_more_narrows_side_a_and_never_leaves_the_interval(people_rated, name, rating):
    pair = dict(zip(TWO, people_rated[0], strict=True))
    if pair[name] is not None:
        return
    everybody = measured(growth=[np.nan] * len(people_rated))
    ratings = rate(people_rated)
    more = pd.concat([ratings, ours(("A", name, float(rating)))])

    before, after = sides(everybody, ratings).loc["A"], sides(everybody, more).loc["A"]

    assert after["side_a_low"] >= before["side_a_low"] - 1e-12
    assert after["side_a_high"] <= before["side_a_high"] + 1e-12


def test_measured_criteria_come_from_the_statement_a_contract_and_the_firm_itself():
    """A earns 12 % of pocket revenue, 3 days late, with a contract; B is a prospect."""
    parties = pd.DataFrame({"party_id": ["A", "B"], "own_growth": [4.0, np.nan]})
    statement = pd.DataFrame({"customer_id": ["A"], "profit_rate": [0.12], "days_late": [3.0]})
    stays = pd.DataFrame(
        {
            "customer_id": ["A", "C"],
            "p_stay_low": [0.90, 0.70],
            "staying_source": ["contract", "their_words"],
        }
    )

    could = pd.DataFrame({"profit_potential": [1.5]}, index=["A"])
    table = measured_criteria(parties, statement, stays, potential=could).set_index("party_id")

    assert table.loc["A"].to_dict() == {
        "profit_potential": 1.5,
        "own_growth": 4.0,
        "margin_quality": 12.0,
        "staying": 0.90,
        "financial_safety": 3.0,
    }
    assert table.loc["B"].isna().all()
    assert measured_criteria(parties[["party_id"]], statement, stays)["own_growth"].isna().all()


UPLIFT = pd.DataFrame(
    {"customer_id": ["A", "B", "C"], "uplift_kau_low": 0.1, "uplift_kau": 0.5, "uplift_kau_high": 1}
)


def test_profit_at_potential_is_what_more_could_come_and_what_comes_again():
    """A earns half a unit and returns, B half a unit and hardly returns; of C no profit is known."""
    statement = pd.DataFrame({"customer_id": ["A", "B"], "customer_profit": [50.0, 50.0]})
    stays = pd.DataFrame({"customer_id": ["A", "B", "C"], "p_return_low": [0.9, 0.2, 0.9]})

    could = profit_at_potential(UPLIFT, statement, stays, unit=100)

    assert could.loc["A"].tolist() == [0.6, 1.0, 1.5]
    assert could.loc["B"].tolist() == [0.1, 0.5, 1.0]
    assert "C" not in could.index
    assert profit_at_potential(None, statement, stays, unit=100).empty


def test_measured_potential_counts_and_a_rating_far_from_it_stands_beside_it():
    """Rated 7 is one unit; A could earn .3 and B .6 of one."""
    rules = default_rules().side_a.criteria
    table = measured(profit_potential=[0.3, 0.6, np.nan])
    ratings = ours(*((party, "profit_potential", 7) for party in "ABC"))

    values = side_a_criteria(table, ratings, rules)
    apart = potential_table(values, pd.Series({"A": "Alfa", "B": "Beta", "C": "Gamma"}))

    mine = values[values["criterion"] == "profit_potential"]
    assert mine["source"].tolist() == ["measured", "measured", "rated"]
    assert mine["raw"].tolist() == pytest.approx([0.3, 0.6, 1.0])
    assert apart["name"].tolist() == ["Alfa"]
    assert apart[["profit_potential", "potential_rated"]].iloc[0].tolist() == pytest.approx(
        [0.3, 1]
    )
    assert potential_finding(values, apart).startswith(
        "Potential is measured of 2, by what comparable customers buy; of 2 whom we rated too, 1 are"
    )
    unmeasured = side_a_criteria(measured(growth=[1.0]), NOBODY, rules)
    assert potential_finding(unmeasured, apart) == ""


# --------------------------------------------------------------------------------- side B
def theirs(*rows: tuple) -> pd.DataFrame:
    """Build current ratings from (party, criterion, supplier, weight, rating, source)."""
    names = ["party_id", "criterion", "supplier", "weight", "rating", "source"]
    return pd.DataFrame(list(rows), columns=names)


def lead(*rows: tuple, parties=("A",), guess=0.25) -> pd.DataFrame:
    criteria = side_b_criteria(theirs(*rows), guess_halfwidth=guess)
    side = side_b(criteria, pd.Series(list(parties)), unknown_range=RULES_B.unknown_range)
    return side.set_index("party_id")


# A wants service 3 : price 1; we are 8 and 4, the best rival 6 and 9
ASKED = [
    ("A", "service", "us", 3, 8, "their_words"),
    ("A", "service", "Rival", 3, 6, "their_words"),
    ("A", "price", "us", 1, 4, "their_words"),
    ("A", "price", "Rival", 1, 9, "their_words"),
]


def test_side_b_is_our_rating_by_their_weights_and_the_lead_is_against_the_best_rival():
    """Weights .75 and .25: 6 + 1 = 7 of ten; ahead .75·2 − .25·5 = .25 of ten."""
    side = lead(*ASKED).loc["A"]

    assert [side["side_b_low"], side["side_b_high"]] == [0.70, 0.70]
    assert [side["relative_strength_low"], side["relative_strength_high"]] == [0.025, 0.025]
    assert [side["asked"], side["complete"], side["rival_named"]] == [True, True, True]


THREE = ("speed", "price", "help")


def said_of(**suppliers: tuple) -> list[tuple]:
    """Return what A says of suppliers on three criteria of one weight."""
    return [
        ("A", criterion, supplier, 1, rating, "their_words")
        for supplier, ratings in suppliers.items()
        for criterion, rating in zip(THREE, ratings, strict=True)
    ]


def test_the_best_rival_is_a_whole_one():
    """We are 21 of 30 and they 19 each: ahead of both by 2 of 30, not behind a mixture of 25."""
    side = lead(*said_of(us=(8, 6, 7), North=(10, 2, 7), South=(4, 9, 6))).loc["A"]

    assert [side["relative_strength_low"], side["relative_strength_high"]] == pytest.approx(
        [2 / 30, 2 / 30]
    )
    assert side["rival"] == "North"  # of equal ones the first by name


def test_the_lead_bears_the_name_of_the_rival_whom_we_lead_least():
    side = lead(*said_of(us=(8, 6, 7), North=(10, 2, 6), South=(4, 9, 6))).loc["A"]

    assert [side["rival"], side["relative_strength_low"]] == ["South", pytest.approx(2 / 30)]


def test_a_rival_of_whom_little_is_known_is_not_better_for_certain_and_hides_nobody_else():
    """Other is 9 on service and 0 to 10 on price: 6.75 to 9.25; Rival is 6.75; we are 7."""
    side = lead(*ASKED, ("A", "service", "Other", 3, 9, "their_words")).loc["A"]

    assert [side["relative_strength_low"], side["relative_strength_high"]] == [-0.225, 0.025]
    assert side["rival"] == "Other"


scores = st.tuples(*[st.integers(0, 10)] * 3)


@given(scores, st.lists(scores, min_size=1, max_size=3))
@moderately
def test_the_lead_is_the_lowest_difference_over_whole_rivals(us, rivals):
    named = {f"R{i}": each for i, each in enumerate(rivals)}

    side = lead(*said_of(us=us, **named)).loc["A"]

    lowest = min(sum(us) - sum(each) for each in rivals) / 30
    assert side["relative_strength_low"] == pytest.approx(lowest)
    assert side["relative_strength_high"] == pytest.approx(lowest)
    assert sum(named[side["rival"]]) == max(map(sum, rivals))


def test_a_rival_who_is_just_like_us_leaves_no_lead():
    same = [(p, c, "Twin" if s != "us" else s, w, 5, src) for p, c, s, w, _r, src in ASKED]
    side = lead(*same).loc["A"]

    assert [side["relative_strength_low"], side["relative_strength_high"]] == [0, 0]


def test_weights_may_be_on_any_scale():
    tenfold = [(p, c, s, 10 * w, r, src) for p, c, s, w, r, src in ASKED]

    pd.testing.assert_frame_equal(lead(*tenfold), lead(*ASKED))
    criteria = side_b_criteria(theirs(*tenfold), guess_halfwidth=0.25)
    assert criteria["weight"].tolist() == [0.25, 0.75]


def test_who_named_no_rival_has_an_unknown_lead():
    side = lead(ASKED[0], ASKED[2]).loc["A"]

    assert [side["relative_strength_low"], side["relative_strength_high"]] == [-1, 1]
    assert not side["rival_named"]
    assert pd.isna(side["rival"])


def alone(source: str) -> tuple:
    """Return the row of a customer who has no other supplier: no criterion, weight or rating."""
    return ("A", None, "None", np.nan, np.nan, source)


def test_who_says_that_there_is_no_other_supplier_prefers_nobody_to_us():
    side = lead(ASKED[0], ASKED[2], alone("their_words")).loc["A"]

    assert [side["side_b_low"], side["relative_strength_low"]] == [0.70, 1]
    assert [side["rival"], side["rival_named"]] == ["none", False]


def test_our_guess_that_there_is_no_other_supplier_confirms_nothing():
    side = lead(ASKED[0], ASKED[2], alone("our_guess")).loc["A"]

    assert [side["relative_strength_low"], side["relative_strength_high"]] == [-1, 1]


def test_a_rival_who_is_named_counts_before_the_word_none():
    named = lead(*ASKED, alone("their_words"))

    pd.testing.assert_frame_equal(named, lead(*ASKED))


def test_a_rival_rated_on_one_criterion_only_may_be_anything_on_the_other():
    """Price: rival 0 to 10 against our 4, so −.25·6 to +.25·4; service +.75·2."""
    side = lead(*ASKED[:3]).loc["A"]

    assert [side["relative_strength_low"], side["relative_strength_high"]] == [0, 0.25]


def test_a_criterion_on_which_nobody_rated_us_is_open():
    """Service .75 of 8; price .25 of 0 to 10. Not complete, so cut to .90 at most."""
    side = lead(ASKED[0], ASKED[3]).loc["A"]

    assert [side["side_b_low"], side["side_b_high"]] == [0.60, 0.85]
    assert [side["asked"], side["complete"]] == [True, False]


@pytest.mark.parametrize(
    ("rating", "low", "high"),
    [
        pytest.param(6, 0.20, 0.85, id="6 ± 2.5, but a guess never confirms"),
        pytest.param(10, 0.20, 0.90, id="12.5 is cut to ten, and all is cut to .90"),
        pytest.param(1, 0.20, 0.35, id="below nothing is nothing"),
        pytest.param(0, 0.20, 0.25, id="at worst .20, as where nobody asked"),
    ],
)
def test_our_guess_has_a_half_width_and_confirms_nothing(rating, low, high):
    side = lead(("A", "service", "us", 1, rating, "our_guess")).loc["A"]

    assert [side["side_b_low"], side["side_b_high"]] == [low, high]
    assert [side["asked"], side["guessed"]] == [False, True]
    assert low < RULES_B.cut


def test_four_guesses_of_ten_beside_one_word_of_theirs_confirm_nothing():
    """In their words 9 by 1 of 21; four guesses of weight 5: .2 at worst, so (.9 + 4) / 21."""
    guesses = [("A", name, "us", 5, 10, "our_guess") for name in "abcd"]
    side = lead(("A", "service", "us", 1, 9, "their_words"), *guesses).loc["A"]

    assert [side["side_b_low"], side["side_b_high"]] == [pytest.approx(4.9 / 21), 0.90]
    assert side["asked"]


@given(
    st.lists(
        st.tuples(st.integers(1, 9), st.integers(0, 10), st.booleans()), min_size=1, max_size=6
    )
)
@moderately
def test_what_we_guess_is_worth_no_more_at_worst_than_what_nobody_knows(rows):
    """Whatever we guess, side B at worst is what they said and .20 for all the rest; .20 at least."""
    told = [
        ("A", f"c{i}", "us", weight, rating, "fact" if known else "our_guess")
        for i, (weight, rating, known) in enumerate(rows)
    ]
    side = lead(*told).loc["A"]

    least = sum(w * (r / 10 if known else 0.2) for w, r, known in rows) / sum(
        w for w, _r, _k in rows
    )
    assert side["side_b_low"] <= max(least, 0.2) + 1e-9
    assert side["side_b_low"] <= side["side_b_high"]


def test_our_guess_that_a_rival_is_weak_does_not_put_us_ahead():
    guessed = [(*row[:5], "our_guess") if row[2] == "Rival" else row for row in ASKED]
    side = lead(*guessed).loc["A"]

    assert side["relative_strength_low"] == pytest.approx(-0.30)  # 7 of ten against ten
    assert side["relative_strength_high"] > 0


def test_the_half_width_applies_criterion_by_criterion_and_is_cut_at_both_ends():
    """Guessed: 9 is 6.5 to 10, 1 is 0 to 3.5, 5 is 2.5 to 7.5; in their words 8 is 8."""
    guesses = [
        ("A", name, "us", 1, rating, "our_guess")
        for name, rating in zip("abc", (9, 1, 5), strict=True)
    ]
    criteria = side_b_criteria(
        theirs(*guesses, ("A", "d", "us", 1, 8, "their_words")), guess_halfwidth=0.25
    )

    assert criteria["us_low"].tolist() == [6.5, 0, 2.5, 8]
    assert criteria["us_high"].tolist() == [10, 3.5, 7.5, 8]


@pytest.mark.parametrize(
    ("source", "high"),
    [pytest.param("fact", 1.0, id="complete"), pytest.param("our_guess", 0.90, id="one guessed")],
)
def test_side_b_is_cut_to_the_unknown_range_unless_all_is_in_their_words_or_a_fact(source, high):
    side = lead(
        ("A", "service", "us", 9, 10, "their_words"), ("A", "price", "us", 1, 10, source)
    ).loc["A"]

    assert side["side_b_high"] == high
    assert side["side_b_low"] == (1.0 if source == "fact" else 0.90)  # .975 would be too sure


def test_who_was_never_asked_is_unknown_not_medium():
    side = lead(*ASKED, parties=["A", "B"]).loc["B"]

    assert [side["side_b_low"], side["side_b_high"]] == [0.20, 0.90]
    assert [side["relative_strength_low"], side["relative_strength_high"]] == [-1, 1]
    assert [side["asked"], side["complete"], side["guessed"], side["rival_named"]] == [False] * 4


def test_nobody_asked_at_all_is_an_unknown_side_b_for_everybody():
    for nobody in (current_ratings(None, end=END, by=BY_SUPPLIER), theirs()):
        criteria = side_b_criteria(nobody, guess_halfwidth=0.25)
        side = side_b(criteria, pd.Series(["A", "B"]), unknown_range=(0.2, 0.9))
        assert side["side_b_low"].tolist() == [0.2, 0.2]
        assert side["side_b_high"].tolist() == [0.9, 0.9]
        assert side["relative_strength_high"].tolist() == [1, 1]
        assert not side["asked"].any()
        assert [(v.outcome, v.said) for v in side_b_outcomes(side)] == [
            ("REFUSE", "Nobody was asked: side B is unknown of everybody (2).")
        ]


def test_trust_is_never_a_part_of_side_b():
    side = lead(*ASKED, ("A", "trust", "us", np.nan, 0, "their_words"))

    pd.testing.assert_frame_equal(side, lead(*ASKED))
    only_trust = lead(("A", "trust", "us", np.nan, 9, "their_words")).loc["A"]
    assert [only_trust["side_b_low"], only_trust["side_b_high"]] == [0.20, 0.90]


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        pytest.param(
            [("A", "x", "us", 0, 5, "fact"), ("A", "y", "us", 0, 5, "fact")],
            r"of A are missing or negative, or add up to nothing.*a weight above 0",
            id="weights of nothing",
        ),
        pytest.param(
            [("A", "x", "us", -1, 5, "fact"), ("A", "y", "us", 3, 5, "fact")],
            r"of A are missing or negative.*a weight above 0",
            id="a negative weight",
        ),
        pytest.param(
            [("A", "x", "us", np.nan, 5, "fact"), *[("B", *row[1:]) for row in ASKED]],
            r"of A are missing or negative.*a weight above 0",
            id="no weight at all is not two weights",
        ),
        pytest.param(
            [("A", "x", "us", np.nan, 5, "fact"), ("A", "y", "us", 1, 5, "fact")],
            r"of A are missing.*a weight above 0",
            id="one missing among others is not left out in silence",
        ),
    ],
)
def test_weights_that_make_no_sense_are_refused(rows, complaint):
    with pytest.raises(DataError, match=complaint):
        lead(*rows)


def dated(*rows: tuple) -> pd.DataFrame:
    """Build ratings from (criterion, supplier, weight, rating, date), in A's own words."""
    names = ["criterion", "supplier", "weight", "rating", "date"]
    table = pd.DataFrame(list(rows), columns=names).assign(party_id="A", source="their_words")
    return table.assign(date=pd.to_datetime(table["date"]))


def weights_of(table: pd.DataFrame) -> dict[str, float]:
    """Return A's weights of the ratings that count at the period's end."""
    current = current_ratings(table, end=END, by=BY_SUPPLIER)
    criteria = side_b_criteria(current, guess_halfwidth=0.25)
    return dict(zip(criteria["criterion"], criteria["weight"], strict=True))


def test_a_later_survey_with_another_weight_weighs_for_all_suppliers():
    """Service was worth 3 : 1 in 2024; in 2025 only we are asked about, and it is worth 1 : 1."""
    table = dated(
        ("service", "us", 3, 8, "2024-05-01"),
        ("service", "Rival", 3, 6, "2024-05-01"),
        ("price", "us", 1, 4, "2024-05-01"),
        ("service", "us", 1, 8, "2025-05-01"),
    )

    assert weights_of(table) == {"price": 0.5, "service": 0.5}
    nobody = current_ratings(None, end=END)
    theirs_ = current_ratings(table, end=END, by=BY_SUPPLIER)
    odds = ratings_outcomes(nobody, theirs_)[1]
    assert (odds.outcome, odds.said) == (
        "FLAG",
        "Ratings of one day that differ, where the lower one counts: 0. Criteria with two weights, "
        "where the latest one counts for all suppliers and of one day their mean: 1 (A / service).",
    )


def test_two_weights_of_one_day_from_two_sites_count_by_their_mean():
    table = dated(
        ("service", "us", 2, 8, "2025-05-01"),
        ("service", "Rival", 4, 6, "2025-05-01"),
        ("price", "us", 1, 4, "2025-05-01"),
    )

    assert weights_of(table) == {"price": 0.25, "service": 0.75}


def test_two_ratings_of_one_day_from_two_sites_are_said_and_the_lower_one_counts():
    table = rated(
        ("A", 8, "2025-01-01", "fact"),
        ("A", 5, "2025-01-01", "fact"),
        ("A", 9, "2024-01-01", "fact"),
        ("B", 3, "2025-01-01", "fact"),
        ("B", 3, "2025-01-01", "fact"),
    )
    current = current_ratings(table, end=END)
    odds = ratings_outcomes(current, current_ratings(None, end=END, by=BY_SUPPLIER))[1]

    assert current["rating"].tolist() == [5, 3]
    assert odds.outcome == "FLAG"
    assert "the lower one counts: 1 (A / openness)." in odds.said


def test_ratings_that_agree_are_no_contradiction():
    table = dated(
        ("service", "us", 2, 8, "2024-05-01"),
        ("service", "us", 3, 9, "2025-05-01"),
        ("service", "Rival", 3, 6, "2025-05-01"),
    )
    theirs_ = current_ratings(table, end=END, by=BY_SUPPLIER)

    assert ratings_outcomes(current_ratings(None, end=END), theirs_)[1].outcome == "PASS"


def test_a_weight_given_once_holds_for_all_suppliers():
    once = [ASKED[0], ("A", "service", "Rival", np.nan, 6, "their_words"), *ASKED[2:]]

    pd.testing.assert_frame_equal(lead(*once), lead(*ASKED))


def test_a_criterion_without_a_rating_of_us_is_unknown_though_they_were_asked():
    side = lead(("A", "service", "us", 1, np.nan, "their_words")).loc["A"]

    assert [side["side_b_low"], side["side_b_high"]] == [0.20, 0.90]
    assert [side["asked"], side["complete"]] == [False, False]


two_scores = st.tuples(st.integers(0, 10), st.integers(0, 10))
opinions = st.lists(
    st.tuples(two_scores, two_scores, st.sampled_from(["their_words", "fact", "our_guess"])),
    min_size=2,
    max_size=8,
)


def of(parties) -> list[tuple]:
    """Each party weighs service 3 : price 1 and rates us and a rival on both."""
    rows = []
    for i, (us, rival, source) in enumerate(parties):
        for supplier, scores in (("us", us), ("Rival", rival)):
            rows += [
                ("ABCDEFGH"[i], "service", supplier, 3, scores[0], source),
                ("ABCDEFGH"[i], "price", supplier, 1, scores[1], source),
            ]
    return rows


ENDS = ["side_b_low", "side_b_high", "relative_strength_low", "relative_strength_high"]


@given(opinions, st.integers(1, 10))
@with_many_parties
def test_a_better_rating_of_us_never_lowers_our_side_and_moves_nobody_else_s(parties, by):
    ids = list("ABCDEFGH"[: len(parties)])
    (us, rival, source), *others = parties
    better = [((min(us[0] + by, 10), us[1]), rival, source), *others]

    before, after = lead(*of(parties), parties=ids), lead(*of(better), parties=ids)

    assert (after.loc["A", ENDS] >= before.loc["A", ENDS]).all()
    pd.testing.assert_frame_equal(after.drop("A"), before.drop("A"))


@given(opinions, st.randoms(use_true_random=False))
@with_many_parties
def test_side_b_belongs_to_each_party_alone_and_knows_no_order_of_rows(parties, random):
    ids, rows = list("ABCDEFGH"[: len(parties)]), of(parties)

    together = lead(*rows, parties=ids)

    pd.testing.assert_frame_equal(together, lead(*random.sample(rows, len(rows)), parties=ids))
    alone = lead(*of(parties[:1]))
    pd.testing.assert_frame_equal(alone, together.head(1))
    assert (together["side_b_low"] <= together["side_b_high"]).all()
    assert (together["relative_strength_low"] <= together["relative_strength_high"]).all()


@given(opinions)
@with_many_parties
def test_asking_instead_of_guessing_never_widens_side_b(parties):
    ids = list("ABCDEFGH"[: len(parties)])
    guessed = lead(*of([(us, rival, "our_guess") for us, rival, _s in parties]), parties=ids)
    asked = lead(*of([(us, rival, "fact") for us, rival, _s in parties]), parties=ids)

    width = [side["side_b_high"] - side["side_b_low"] for side in (asked, guessed)]
    assert (width[0] <= width[1] + 1e-12).all()
    assert (guessed["side_b_low"] == 0.20).all()


# --------------------------------------------------------------------------------- trust, verdicts
@pytest.mark.parametrize(
    ("row", "trust"),
    [
        pytest.param(("A", "trust", "us", np.nan, 8, "their_words"), 8, id="their words"),
        pytest.param(("A", "trust", "us", np.nan, 8, "fact"), 8, id="a fact"),
        pytest.param(("A", "trust", "us", np.nan, 8, "our_guess"), np.nan, id="our guess is none"),
        pytest.param(("A", "trust", "Rival", np.nan, 8, "fact"), np.nan, id="in a rival"),
        pytest.param(("A", "service", "us", 1, 8, "fact"), np.nan, id="another criterion"),
    ],
)
def test_trust_is_what_they_say_of_us(row, trust):
    believed = default_rules().pyramid.believed_on_trust

    found = their_trust(theirs(row), pd.Series(["A", "B"]), believed)

    assert found.tolist() == pytest.approx([trust, np.nan], nan_ok=True)


def test_side_b_says_who_was_asked_and_who_named_no_rival():
    sides = lead(
        *ASKED,
        ("B", "service", "us", 1, 8, "their_words"),
        ("C", "service", "us", 1, 8, "our_guess"),
        parties=list("ABCD"),
    )

    assert [(v.outcome, v.said) for v in side_b_outcomes(sides)] == [
        (
            "FLAG",
            "Not asked in their own words: 2 of 4. Side B of 1 is our guess and of 1 "
            "unknown. Neither can confirm anything.",
        ),
        (
            "FLAG",
            "Asked, and named no rival: 1. Whether we lead there is unknown.",
        ),
    ]
    for told in (ASKED, [ASKED[0], ASKED[2], alone("fact")]):
        assert [v.outcome for v in side_b_outcomes(lead(*told))] == ["PASS", "PASS"]


def test_their_words_of_a_rival_up_to_the_period_s_end_count_per_supplier():
    table = theirs(*ASKED).assign(date=pd.Timestamp("2025-01-01"))
    later = table.assign(date=pd.Timestamp("2026-01-01"), rating=0.0)
    older = table.assign(date=pd.Timestamp("2024-01-01"), rating=1.0)

    current = current_ratings(
        pd.concat([later, table, older]), end=date(2025, 12, 31), by=BY_SUPPLIER
    )

    criteria = side_b_criteria(current, guess_halfwidth=0.25)
    side = side_b(criteria, pd.Series(["A"]), unknown_range=(0.2, 0.9))
    assert side["side_b_low"].tolist() == [0.70]


def test_when_they_told_us_is_the_day_of_trust_and_the_oldest_of_their_criteria():
    """B did not say when it told one of its criteria; C was never asked, we only guess."""
    said = theirs(
        ("A", "trust", "us", np.nan, 8, "their_words"),
        ("A", "price", "us", 1, 8, "fact"),
        ("A", "help", "us", 1, 8, "their_words"),
        ("A", "price", "Rival", 1, 9, "their_words"),
        ("B", "price", "us", 1, 8, "their_words"),
        ("B", "help", "us", 1, 8, "their_words"),
        ("C", "trust", "us", np.nan, 8, "our_guess"),
        ("C", "price", "us", 1, 8, "our_guess"),
    ).assign(
        date=pd.to_datetime(
            [
                "2025-05-01",
                "2024-03-01",
                "2025-06-01",
                "2020-01-01",
                "2025-01-01",
                None,
                "2025-01-01",
                "2025-01-01",
            ]
        )
    )

    days = asked_on(said, pd.Series(list("ABC")), ["their_words", "fact"])

    assert days["trust_date"].dropna().to_dict() == {0: pd.Timestamp("2025-05-01")}
    assert days["side_b_date"].dropna().to_dict() == {0: pd.Timestamp("2024-03-01")}
    nobody = asked_on(said.head(0), pd.Series(["A"]), ["fact"])
    assert nobody.isna().all().all()
