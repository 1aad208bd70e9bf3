"""Deals as clients write them, and door 3: who is not yet a customer and very likely to be won."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import REFERENCE, ROOT
from fastpath import run_stages, table
from scipy.stats import beta
from test_intake import outcome_and_words, set_aside
from test_small_tables import CUSTOMERS, read
from worlds import default_rules

from kamlib.core.errors import DataError
from kamlib.intake import reasons
from kamlib.segmentation.doors import door_outcomes, open_doors, prospect_door
from kamlib.segmentation.prospects import (
    as_of,
    known_at_entry,
    letters_in_force,
    open_deals,
    trial,
    win_chances,
)
from kamlib.segmentation.words import deals_finding

DEALS = "opportunity_id,party_id,entered,closed,outcome,amount\n"


def deals(tmp_path, rows: str, **tables: str):
    return read(tmp_path, opportunities=DEALS + rows, **tables)


# --------------------------------------------------------------------------- what may stand
def test_a_deal_is_set_aside_that_closes_before_it_begins_and_one_won_for_nobody_knows_what_counts(
    tmp_path,
):
    """Set aside, it would be missing among the won alone, and all others would seem less likely won."""
    found = deals(
        tmp_path,
        "D1,A,2024-03-01,2024-02-01,lost,\n"
        "D2,A,2024-03-01,2024-04-01,won,\n"
        "D3,A,2024-03-01,2024-04-01,won,100\n"
        "D4,A,2024-03-01,2024-04-01,lost,\n"
        "D5,A,,,,100\n",
    )

    assert set_aside(found) == [
        (2, "closed", reasons.ENDS_BEFORE),
        (6, "entered", reasons.MISSING),
    ]
    assert found.tables["opportunities"]["opportunity_id"].tolist() == ["D2", "D3", "D4"]


def test_an_outcome_and_the_day_of_closing_stand_together_or_not_at_all(tmp_path):
    found = deals(
        tmp_path,
        "D1,A,2024-03-01,2024-04-01,,100\n"  # a day on which it is expected to close
        "D2,A,2024-03-01,,lost,100\n"
        "D3,A,2024-03-01,2024-04-01,open,100\n"
        "D4,A,2024-03-01,,open,100\n"
        "D5,A,2024-03-01,,,\n"
        "D6,A,2024-03-01,2024-04-01,maybe,100\n",
    )

    assert set_aside(found) == [
        (2, "outcome", reasons.OUTCOME_ALONE),
        (3, "outcome", reasons.OUTCOME_ALONE),
        (4, "outcome", reasons.OUTCOME_ALONE),
        (7, "outcome", "unknown outcome"),
    ]


def test_one_deal_in_two_rows_that_differ_is_rejected_and_the_same_row_twice_counts_once(tmp_path):
    twice = "D1,A,2024-03-01,,,100\n"

    assert len(deals(tmp_path, twice + twice).tables["opportunities"]) == 1
    with pytest.raises(DataError, match="have the same opportunity_id: D1"):
        deals(tmp_path, twice + "D1,B,2024-03-01,,,100\n")


def test_a_deal_without_an_account_is_counted_and_one_of_a_stranger_set_aside(tmp_path):
    found = deals(tmp_path, "D1,,2024-03-01,,,100\nD2,X,2024-03-01,,,100\n")

    assert set_aside(found) == [(3, "party_id", reasons.NO_PARTY)]
    assert found.tables["opportunities"]["party_id"].isna().tolist() == [True]


def test_a_prospect_who_is_a_customer_by_another_id_waits_for_a_decision(tmp_path):
    names = {"sites": CUSTOMERS.replace("Alfa", "Alfa Sp. z o.o.")}
    apart = deals(
        tmp_path, "D1,P,2024-03-01,,,100\n", **names | {"prospects": "prospect_id,name\nP,Gamma\n"}
    )
    same = deals(
        tmp_path, "D1,P,2024-03-01,,,100\n", **names | {"prospects": "prospect_id,name\nP,ALFA\n"}
    )

    assert outcome_and_words(apart, "identity_pairs")[0] == "PASS"
    outcome, said = outcome_and_words(same, "identity_pairs")
    assert (outcome, "P = A" in said) == ("FLAG", True)


# --------------------------------------------------------------------------- how likely a deal is won
END = date(2025, 12, 31)
DOOR = default_rules().doors.prospect
FIRMS = pd.DataFrame({"party_id": ["P", "Q"]})
NO_LETTERS = pd.Series(dtype="str")


def told(*rows: tuple[str, int, int | None, str, float]) -> pd.DataFrame:
    """Deals as (party, days open, days since closed or None, outcome, amount)."""
    days = [(days, 0 if closed is None else closed) for _who, days, closed, _out, _money in rows]
    last = pd.Timestamp(END)
    return pd.DataFrame(
        {
            "opportunity_id": [f"D{n:03}" for n in range(len(rows))],
            "party_id": [row[0] for row in rows],
            "entered": [last - pd.Timedelta(days=a + b) for a, b in days],
            "closed": [
                pd.NaT if row[2] is None else last - pd.Timedelta(days=row[2]) for row in rows
            ],
            "outcome": [row[3] for row in rows],
            "amount": [row[4] for row in rows],
        }
    )


def closed(n: int, won: int, age: int = 10) -> list[tuple]:
    return [("Q", age, 30, "won" if i < won else "lost", 100.0) for i in range(n)]


def chances(rows, stages=None) -> pd.DataFrame:
    return win_chances(as_of(told(*rows), end=END), stages, end=END)


def test_an_open_deal_has_the_rate_of_deals_that_were_open_at_its_age_shrunk_with_ten():
    """Of 40 quick deals 10 were won, of 40 slow ones 30: half of all, of those still open three in four."""
    rows = [*closed(40, 10, age=5), *closed(40, 30, age=60)]
    found = chances([*rows, ("P", 2, None, "open", 1.0), ("P", 30, None, "open", 1.0)])

    assert found["earlier"].tolist() == [80, 40]
    assert found["p_win"].tolist() == pytest.approx([0.5, (30 + 5) / 50])
    assert found["p_win_low"].iloc[1] == pytest.approx(beta.ppf(0.05, 35.5, 15.5))


def test_a_deal_s_stage_goes_before_its_age():
    """30 deals reached an offer and 24 of them were won; one of the 30 others: (24 + 10 × .42) / 40."""
    rows = [
        *closed(30, 24),
        *closed(30, 1),
        ("P", 5, None, "open", 1.0),
        ("P", 5, None, "open", 1.0),
    ]
    deals = told(*rows)
    offers = deals.loc[[*range(30), 60], ["opportunity_id", "entered"]].assign(deal_stage="offer")
    found = win_chances(as_of(deals, end=END), offers, end=END)

    assert found["deal_stage"].tolist()[0] == "offer"
    assert found["earlier"].tolist() == [30, 60]
    assert found["p_win"].iloc[0] == pytest.approx((24 + 10 * 25.5 / 61) / 40)


def test_a_stage_that_was_noted_after_the_end_of_a_deal_was_not_reached_before():
    deals = told(*closed(30, 24), ("P", 5, None, "open", 1.0))
    offers = deals[["opportunity_id"]].assign(deal_stage="offer", entered=pd.Timestamp(END))

    found = win_chances(as_of(deals, end=END), offers, end=END)

    assert found[["earlier", "p_win_low", "p_win_high"]].to_numpy().tolist() == [[0, 0, 1]]
    assert found["p_win"].isna().all()  # held against nobody, it is not known


def test_of_a_deal_that_closed_later_the_amount_is_not_known_before():
    """Clients write 0 once a deal is lost."""
    deals = told(("P", 50, 10, "lost", 0.0), ("Q", 50, None, "open", 7.0))

    then = as_of(deals, end=(pd.Timestamp(END) - pd.Timedelta(days=30)).date())

    assert then["over"].tolist() == [False, False]
    assert np.isnan(then["amount"].iloc[0])
    assert then["amount"].iloc[1] == 7


def test_a_column_that_tells_how_deals_ended_was_not_known_at_entry():
    """`active` is no for each deal that was lost; the product is won at times and lost at times."""
    known = as_of(told(*closed(60, 30)), end=END).assign(product=["a", "b"] * 30)
    known["active"] = known["won"].map({True: "yes", False: "no"})

    assert list(known_at_entry(known, FIRMS)) == ["product"]


def test_deals_that_are_open_longer_than_nearly_all_that_closed_count_as_not_won_at_that_age():
    """All closed within 40 days. Twenty that hang on for a year are hardly open: 40 of 60."""
    hanging = [("P", 365, None, "open", 1.0)] * 20
    fresh, old = (
        chances([*closed(40, 40, age=40), ("P", 1, None, "open", 1.0)]),
        chances([*closed(40, 40, age=40), *hanging]),
    )

    assert fresh["p_win"].iloc[0] > 0.95
    assert old["earlier"].tolist() == [60] * 20
    assert old["p_win"].iloc[0] == pytest.approx(40.5 / 61, abs=0.01)


def test_of_fewer_than_twenty_closed_deals_no_chance_is_told():
    found = chances([*closed(19, 19), ("P", 1, None, "open", 1.0)])

    assert found[["p_win_low", "p_win_high"]].to_numpy().tolist() == [[0, 1]]
    assert found["p_win"].isna().all()


def test_what_happens_after_the_period_is_not_known_in_it():
    deals = told(*closed(30, 15))
    found = as_of(
        deals, end=date(2025, 11, 30)
    )  # they closed on 1 December, ten days after they began

    assert (len(found), found["over"].sum(), found["won"].sum()) == (30, 0, 0)
    assert as_of(deals, end=date(2025, 11, 20)).empty


def test_a_regression_is_used_where_it_foretells_and_not_where_nothing_does():
    """Of 600 deals with bakers nine in ten are won, with brewers one in ten; or whoever buys, half."""
    rng = np.random.default_rng(1)
    firms = pd.DataFrame({"party_id": ["P", "Q"], "industry_segment": ["bakers", "brewers"]})
    for p, better in ((0.9, True), (0.5, False)):
        rows = []
        for n in range(600):
            baker = n % 2
            won = rng.random() < (p if baker else 1 - p)
            rows.append(("P" if baker else "Q", 10, 600 - n, "won" if won else "lost", 100.0))
        rows += [("P", 1, None, "open", 1.0), ("Q", 1, None, "open", 1.0)]
        found, test = open_deals(
            told(*rows), None, firms, NO_LETTERS, rates=(0.1, 0.0), letter=0.9, end=END
        )
        assert test.better == better
        assert (found["p_win"].max() > 0.8) == (found["p_win"].min() < 0.2) == better


# --------------------------------------------------------------------------- door 3
def offer(**changed) -> pd.DataFrame:
    good = {
        "party_id": "P",
        "p_win": 0.8,
        "p_win_low": 0.7,
        "p_win_high": 0.9,
        "profit_year2": 50.0,
    }
    return pd.DataFrame([{**good, "p_stay_low": 0.6, "p_stay_high": 0.8, **changed}])


@pytest.mark.parametrize(
    ("changed", "open_", "judged"),
    [
        pytest.param({}, True, True, id="likely, worth half a unit, and its like stay"),
        pytest.param({"p_win": 0.69}, False, True, id="not likely enough"),
        pytest.param({"p_win_low": 0.49}, False, True, id="not surely enough"),
        pytest.param({"profit_year2": 24.0}, False, True, id="worth too little"),
        pytest.param({"p_stay_high": 0.49, "p_stay_low": 0.2}, False, True, id="such leave"),
        pytest.param({"p_stay_low": 0.4}, False, False, id="such may stay or leave"),
        pytest.param({"profit_year2": np.nan}, False, False, id="nobody knows what it is worth"),
        pytest.param(
            {"p_win": np.nan, "p_win_low": 0.0, "p_win_high": 1.0},
            False,
            False,
            id="chance unknown",
        ),
        pytest.param(
            {"p_win": np.nan, "p_win_low": 0.0, "profit_year2": 24.0},
            False,
            True,
            id="worth too little, whatever its chance",
        ),
    ],
)
def test_door_three_opens_by_chance_profit_and_staying_and_what_is_unknown_shuts_nothing(
    changed, open_, judged
):
    found = prospect_door(offer(**changed), DOOR, unit=100.0)

    assert found[["open", "judged"]].to_numpy().tolist() == [[open_, judged]]


def test_of_several_deals_the_one_counts_that_opens_the_door_else_one_that_may():
    poor, may = offer(p_win=0.1), offer(profit_year2=np.nan)

    assert prospect_door(pd.concat([poor, offer()]), DOOR, unit=100.0)["open"].tolist() == [True]
    assert prospect_door(pd.concat([poor, may]), DOOR, unit=100.0)["judged"].tolist() == [False]
    assert prospect_door(None, DOOR, unit=100.0).empty


def test_a_signed_letter_of_intent_counts_ninety_until_it_ends():
    evidence = pd.DataFrame(
        {
            "party_id": ["P", "Q", "R"],
            "code": ["letter_of_intent", "letter_of_intent", "open_books"],
            "date": pd.to_datetime(["2025-06-01", "2025-06-01", "2025-06-01"]),
            "until": pd.to_datetime([None, "2025-12-30", None]),
        }
    )
    letters = letters_in_force(evidence, end=END, months=24)
    rows = [*closed(40, 4), ("P", 1, None, "open", 200.0), ("Q", 1, None, "open", 200.0)]
    found, _test = open_deals(
        told(*rows), None, FIRMS, letters, rates=(0.25, 0.0), letter=0.9, end=END
    )

    assert letters.tolist() == ["P"]
    assert found["p_win"].tolist()[0] == 0.9 > 0.2 > found["p_win"].tolist()[1]
    assert found["profit_year2"].tolist() == [
        50,
        50,
    ]  # a quarter of 200, as customers usually leave


def test_a_deal_s_own_margin_pays_for_the_usual_work():
    """100 at a margin of .40, of which work and capital usually take .15."""
    deals = told(*closed(20, 10), ("P", 1, None, "open", 100.0)).assign(margin_rate=0.40)
    found, _test = open_deals(
        deals, None, FIRMS, NO_LETTERS, rates=(0.05, 0.15), letter=0.9, end=END
    )

    assert found["profit_year2"].tolist() == pytest.approx([25.0])


def test_prospects_are_never_a_certain_not_now_as_long_as_no_deal_of_theirs_is_told():
    parties = pd.DataFrame({"party_id": ["P", "Q"], "is_prospect": True})
    nobody = prospect_door(None, DOOR, unit=1.0)
    statement = pd.DataFrame({"customer_id": [], "active": []})
    few = pd.DataFrame(
        columns=["customer_id", "profit_class", "rank", "measure", "cumulative_share"]
    )
    doors = open_doors(few, nobody, nobody, nobody, parties, statement, period="FY2025")

    assert doors[["door", "open", "judged"]].to_numpy().tolist() == [["prospect", False, False]] * 2
    [found] = [
        each
        for each in door_outcomes(doors, nobody, FIRMS.set_index("party_id").index.to_series())
        if each.rule == "door_prospect"
    ]
    assert (found.outcome, found.said.startswith("Of all 2 prospects nothing decides")) == (
        "FLAG",
        True,
    )


def test_the_list_says_what_is_to_be_expected_and_how_far_from_it_it_may_end():
    """Chances .9 .6 .3 .2 of 100 50 80 20: 148 on average, nothing in .1 × .4 × .7 × .8 of cases."""
    deals = pd.DataFrame({"p_win": [0.9, 0.6, 0.3, 0.2], "amount": [100.0, 50.0, 80.0, 20.0]})
    said = " ".join(deals_finding(deals, 0.7, currency="PLN")).replace("\u00a0", " ")

    assert "Of 4 open deals 1 has a chance of 70% or more." in said
    assert "Of the PLN 250 in 4 open deals PLN 148 is to be expected" in said
    assert (
        "less than PLN 100 comes, in one of ten more than PLN 230, and nothing with a chance of 2.2%"
        in said
    )


# --------------------------------------------------------------------------- a real pipeline
@pytest.fixture(scope="module")
def crm(tmp_path_factory) -> Path:
    if not (REFERENCE / "crm_sales_pipeline").exists():
        pytest.skip("reference data are absent: set KAM_REFERENCE_DATA")
    folder = tmp_path_factory.mktemp("crm_pipeline")
    return run_stages(ROOT / "data" / "crm_pipeline", "ALL", folder, until="segmentation")


def test_what_was_won_is_what_was_sold_and_no_deal_without_an_account_is_lost(crm):
    months, deals = table(crm, "customer_months"), table(crm, "opportunities")

    assert months["lines"].sum() == (deals["outcome"] == "won").sum() == 4238
    assert months["invoice_revenue"].sum() == 10_005_534
    assert months["customer_id"].nunique() == 85
    assert (len(deals), deals["party_id"].isna().sum()) == (8300, 1088)  # 500 have no day of entry
    products = set(table(crm, "customer_products")["product_id"])
    assert "GTX Pro" in products
    assert "GTXPro" not in products


def test_the_best_fifth_of_accounts_bring_a_third_which_is_no_eighty_twenty(crm):
    revenue = table(crm, "concentration").set_index("measure").loc["invoice_revenue"]

    assert revenue["top20"] == pytest.approx(0.317, abs=0.0005)
    assert revenue["few"] == 59


def test_what_is_known_when_a_deal_is_entered_foretells_nothing_and_the_base_rate_is_taken(crm):
    deals, customers = table(crm, "opportunities"), table(crm, "customers")
    known = as_of(deals, end=date(2017, 12, 31))
    facts = known_at_entry(known, customers.rename(columns={"customer_id": "party_id"}))
    test = trial(known, facts, day=pd.Timestamp(2017, 7, 15))

    assert list(facts) == ["product", "industry_segment", "region", "employees", "annual_revenue"]
    assert test.tested == 2688
    assert 0.50 <= test.auc <= 0.52
    assert test.brier > test.brier_of_rate == pytest.approx(0.238, abs=0.0005)
    assert not test.better


def test_no_door_opens_by_a_rate_that_is_too_low_and_the_report_says_why(crm):
    found, doors = table(crm, "open_deals"), table(crm, "doors")
    told_ = table(crm, "outcomes_segmentation").set_index("rule").loc["win_chances"]

    assert len(found) == 1589
    assert found["p_win"].max() < 0.70
    assert not (doors["open"] & (doors["door"] == "prospect")).any()
    assert told_["outcome"] == "FLAG"
    assert "63% were won" in told_["said"]
    assert "regression" in told_["said"]
    assert "1,088 open deals name nobody" in told_["said"]
