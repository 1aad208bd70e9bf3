"""Who could join the vital few: potential by comparable customers, in numbers one can see."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from conftest import REFERENCE
from hypothesis import given
from hypothesis import strategies as st
from worlds import default_rules

from kamlib.segmentation.doors import (
    door_outcomes,
    open_doors,
    potential_door,
    prospect_door,
    strategic_door,
    worth_a_look,
)
from kamlib.segmentation.potential import (
    ENDS,
    buyers,
    comparable,
    pinball,
    potential,
    quantile_of_others,
    stated_purchases,
)
from kamlib.segmentation.words import joining_finding

LIMITS = default_rules().doors.potential
NOTHING_SAID = pd.Series(dtype="float64")


def bakers(sales: list[float], *, profit=0.1, few: int = 0, segment="bakers", size=np.nan):
    """Buyers with ids K0, K1, …; the last ones are the vital few."""
    n = len(sales)
    table = {
        "sales": np.asarray(sales, dtype=float),
        "profit_rate": profit,
        "industry_segment": segment,
        "size": size,
        "size_kind": "employees",
        "size_band": None,
        "few": [i >= n - few for i in range(n)],
    }
    return pd.DataFrame(table, index=[f"K{i}" for i in range(n)])


def test_potential_is_what_one_in_five_comparable_customers_exceeds():
    """K0 buys 50 among eleven who buy 0, 100, … 1,000: the .80 quantile of the others is 800."""
    sold = bakers([50, *range(0, 1001, 100), 1000])  # twelve others

    found = potential(sold, NOTHING_SAID, unit=100).set_index("customer_id").loc["K0"]

    assert (found["comparables"], found["compared_by"], found["basis"]) == (12, "segment", "sales")
    assert found["potential"] == pytest.approx(880)  # of 0, 100, …, 1,000, 1,000 at .8 × 11 = 8.8
    assert found["uplift_kau"] == pytest.approx((880 - 50) * 0.10 / 100)
    assert found["potential_low"] < 700
    assert found["potential_high"] == 1000


def test_with_more_comparable_customers_the_range_is_narrower():
    few, many = (
        potential(bakers([500.0, *np.linspace(0, 1000, n)]), NOTHING_SAID, unit=1)
        for n in (13, 401)
    )
    spread = [(each["potential_high"] - each["potential_low"])[0] for each in (few, many)]

    assert few["potential"][0] == pytest.approx(many["potential"][0]) == pytest.approx(800)
    assert spread[0] > 480 > 280 > spread[1] > 200  # .70 to .90 alone would be 200


def test_potential_is_never_below_what_a_customer_buys_today():
    found = potential(bakers([5000, *[100] * 12]), NOTHING_SAID, unit=1)

    assert found.loc[0, [*ENDS]].tolist() == [5000] * 3
    assert found.loc[0, "uplift_kau"] == 0


def test_more_sales_earn_the_lower_of_its_own_and_the_usual_profit_rate_and_never_less_than_nothing():
    rates = np.array([0.30, 0.02, -0.10, np.nan, *[0.10] * 10])
    found = potential(bakers([0.0 + 100] * 14, profit=rates), NOTHING_SAID, unit=1)

    assert found["uplift_rate"].tolist()[:3] == [0.10, 0.02, 0.0]
    assert found["uplift_kau"].isna().tolist() == [False] * 3 + [True] + [False] * 10


def test_a_firm_that_knows_no_segments_has_buyers_without_one():
    statement = pd.DataFrame(
        {
            "customer_id": ["A"],
            "active": True,
            "relation": "external",
            "invoice_revenue": 100.0,
            "customer_profit": 10.0,
        }
    )
    classes = pd.DataFrame({"customer_id": ["A"], "profit_class": ["vital_few"]})

    found = buyers(statement, pd.DataFrame({"customer_id": ["A"], "name": ["Alfa"]}), classes)

    assert found["industry_segment"].isna().tolist() == [True]
    assert (found["sales"]["A"], found["profit_rate"]["A"]) == (100, 0.1)


def test_three_of_a_segment_are_compared_with_those_of_their_size_and_without_a_size_with_nobody():
    large = bakers([100.0] * 13, size=50.0).assign(size_band=True)
    three = bakers([10.0] * 3, segment="brewers", size=60.0).assign(size_band=True)
    three["size"], three["size_band"] = [60.0, 60.0, np.nan], [True, True, None]
    sold = pd.concat([large, three.rename(index="B{}".format).rename(index={"BK2": "unsized"})])

    found = potential(sold, NOTHING_SAID, unit=1).set_index("customer_id")

    assert found.loc["BK0", ["compared_by", "comparables"]].tolist() == ["size", 14]
    assert found.loc["unsized", ["potential", "reach", "uplift_kau"]].isna().all()
    judged = potential_door(found.reset_index(), LIMITS, currency="PLN").set_index("party_id")
    assert judged.loc["unsized"].tolist() == [
        False,
        False,
        "too few customers are comparable, and its purchases are not told",
    ]


def test_where_sales_follow_size_potential_is_per_employee():
    """All buy ten for each employee: who has 40 could buy 400, whatever the others' sales are."""
    people = np.arange(10.0, 50.0)
    sold = bakers(people * 10, size=people).assign(size_band=people > 29.5)
    sold.loc["K30", "sales"] = 100.0  # 40 employees, and buys like 10

    found = potential(sold, NOTHING_SAID, unit=1).set_index("customer_id").loc["K30"]

    assert (found["basis"], found["compared_by"]) == ("employees", "segment_and_size")
    assert found["potential"] == pytest.approx(400)


def test_a_word_that_is_old_or_below_what_we_sell_them_confirms_nothing():
    stated = pd.DataFrame(
        {
            "party_id": ["K0"],
            "amount": [700],
            "source": ["fact"],
            "date": [pd.Timestamp("2009-05-01")],
        }
    )
    sold = bakers([50, *range(0, 1001, 100), 1000])

    assert stated_purchases(stated, end=date(2025, 12, 31), months=24).empty
    assert potential(sold, pd.Series({"K0": 10.0}), unit=100)["basis"][0] == "sales"


def test_what_they_say_comes_first_and_the_comparable_ones_tell_the_reach():
    stated = pd.DataFrame(
        [
            ("K0", 700, "their_words", "2024-05-01"),
            ("K0", 900, "fact", "2025-05-01"),
            ("K0", 100, "fact", "2025-05-01"),  # its other site
            ("K0", 5000, "our_guess", "2025-06-01"),
            ("K0", 6000, "fact", "2026-01-01"),  # after the period
        ],
        columns=["party_id", "amount", "source", "date"],
    )
    stated["date"] = pd.to_datetime(stated["date"])
    said = stated_purchases(stated, end=date(2025, 12, 31), months=24)

    alone = potential(bakers([200, 10, 10]), said, unit=80).loc[0]
    among = potential(bakers([200, *[10] * 12], few=6), said, unit=80).loc[0]

    assert said.to_dict() == {"K0": 1000}
    assert alone[["basis", "potential", "uplift_kau"]].tolist() == ["said", 1000, 1.0]
    assert np.isnan(alone["reach"])
    assert among[["potential_low", "potential_high", "reach"]].tolist() == [1000, 1000, 0.5]
    judged = potential_door(pd.DataFrame([alone, among]), LIMITS, currency="PLN")
    assert judged["open"].tolist() == [False, True]
    assert judged["judged"].tolist() == [False, True]  # alone: nobody knows the reach; not shut
    assert stated_purchases(None, end=date(2025, 12, 31), months=24).empty


@pytest.mark.parametrize(
    ("low", "high", "reach", "open_", "judged"),
    [
        pytest.param(0.50, 0.90, 0.30, True, True, id="at the limits"),
        pytest.param(0.49, 0.90, 0.30, False, False, id="the range holds the limit"),
        pytest.param(0.10, 0.49, 0.90, False, True, id="too little more profit"),
        pytest.param(0.80, 0.90, 0.25, False, True, id="too few of its like"),
        pytest.param(np.nan, np.nan, 0.50, False, False, id="profit not known"),
    ],
)
def test_door_two_opens_shuts_or_stays_unknown_by_the_range_and_by_the_reach(
    low, high, reach, open_, judged
):
    row = {"customer_id": "A", "sales": 50, "potential": 120, "reach": reach, "comparables": 20}
    row |= {"uplift_kau_low": low, "uplift_kau_high": high}

    found = potential_door(pd.DataFrame([row]), LIMITS, currency="PLN").loc[0]

    assert (found["open"], found["judged"]) == (open_, judged)
    assert found["evidence"].endswith(
        f"{reach * 20:.0f} of 20 comparable ones are among the vital few, 30% needed"
    )


def test_buyers_are_external_and_active_and_their_size_is_what_more_of_them_tell():
    statement = pd.DataFrame(
        {
            "customer_id": list("ABCDEF"),
            "relation": ["external"] * 4 + ["intercompany", "external"],
            "active": [True] * 5 + [False],
            "invoice_revenue": [100.0, 200.0, 400.0, -50.0, 100.0, 100.0],
            "customer_profit": [10.0, 20.0, -40.0, 0.0, 0.0, 0.0],
        }
    )
    customers = pd.DataFrame(
        {
            "customer_id": list("ABCDEF"),
            "industry_segment": ["bakers", "", None, "bakers", "bakers", "bakers"],
            "employees": [3.0, 8.0, np.nan, 1, 1, 1],
            "annual_revenue": [0.0, 9000.0, np.nan, 1, 1, 1],  # nobody sells for nothing: not told
        }
    )
    classes = pd.DataFrame({"customer_id": ["B"], "profit_class": ["vital_few"]})

    found = buyers(statement, customers, classes)

    assert found.index.tolist() == ["A", "B", "C"]
    assert found["profit_rate"].tolist() == [0.1, 0.1, -0.1]
    assert found["size_kind"].unique().tolist() == ["employees"]
    assert found["size_band"].tolist()[:2] == [False, True]
    assert pd.isna(found.loc["C", "size_band"])
    assert found["industry_segment"].isna().tolist() == [False, True, True]
    assert found["few"].tolist() == [False, True, False]
    assert potential(found, NOTHING_SAID, unit=1)["potential"].isna().all()


def test_the_page_names_who_could_join_and_how_many_nobody_can_tell():
    sold = bakers([50, 900, *[1000] * 12], few=7)
    could = potential(sold, NOTHING_SAID, unit=100)
    ids = [*could["customer_id"], "dormant"]
    parties = pd.DataFrame({"party_id": ids, "is_prospect": False})
    few = pd.DataFrame({"customer_id": ids[7:14], "profit_class": "vital_few", "rank": 1})
    few = few.assign(measure="customer_profit", cumulative_share=0.8)
    statement = pd.DataFrame({"customer_id": ids[:14], "active": True})

    doors = open_doors(
        few,
        potential_door(could, LIMITS, currency="PLN"),
        prospect_door(None, default_rules().doors.prospect, unit=1),
        strategic_door(None, default_rules().doors.strategic, end=date(2025, 12, 31)),
        parties,
        statement,
        period="FY2025",
    )

    assert joining_finding(doors) == (
        "By what comparable customers buy, 1 of the others could join the vital few; of 1 it cannot be "
        "told yet."
    )
    assert worth_a_look(doors, could)["party_id"].tolist() == ["K0"]
    assert worth_a_look(doors, None).empty
    told = door_outcomes(doors, strategic_door(None, None, end=date(2025, 12, 31)), pd.Series())
    assert told[0].said.startswith("Of 1 of 15 customers nothing decides")
    shut = doors.assign(open=False)
    assert ", none of the others could join" in joining_finding(shut)
    assert joining_finding(shut.assign(judged=False)) == ""


@given(st.lists(st.integers(0, 100), min_size=2, max_size=20), st.floats(0, 1))
def test_the_quantile_of_the_others_is_that_of_the_list_without_oneself(values, q):
    found = quantile_of_others(values, q)

    for i, each in enumerate(found):
        assert each == pytest.approx(np.quantile([*values[:i], *values[i + 1 :]], q))


def test_on_real_resellers_the_quantile_misses_no_more_than_that_of_the_segment_and_covers_four_in_five():
    folder = REFERENCE / "adventureworks_resellers"
    if not folder.exists():
        pytest.skip(f"the resellers are not at {folder}; set KAM_REFERENCE_DATA")
    lines = pd.read_parquet(folder / "order_lines.parquet")
    last = lines[pd.to_datetime(lines["OrderDate"]) > "2012-11-29"]
    sales = last.groupby("ResellerKey")["SalesAmount"].sum().astype(float)
    names = {
        "ResellerKey": "customer_id",
        "BusinessType": "industry_segment",
        "NumberEmployees": "employees",
        "AnnualSales": "annual_revenue",
    }
    resellers = pd.read_csv(folder / "resellers.csv").rename(columns=names)
    statement = sales.rename("invoice_revenue").rename_axis("customer_id").reset_index()
    statement = statement.assign(active=True, relation="external", customer_profit=np.nan)
    sold = buyers(statement, resellers, pd.DataFrame(columns=["customer_id", "profit_class"]))

    chosen = comparable(sold, by_size=False)
    segment = comparable(sold, by_size=False, levels=["segment"])
    by_size = comparable(sold, by_size=True)

    assert len(chosen) == 493
    losses = [pinball(sold["sales"], each["potential"]) for each in (chosen, segment, by_size)]
    assert losses[0] < 24_900 * 1.02
    assert losses[0] < losses[1] * 1.02
    assert losses[0] < losses[2]
    assert set(potential(sold, NOTHING_SAID, unit=1)["basis"]) == {"sales"}
    assert 0.75 <= (sold["sales"] <= chosen["potential"].reindex(sold.index)).mean() <= 0.85
