"""Who is leaving, how the base changed, who is neglected, and who is like those who stay."""

from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import END, order_days

from kamlib.staying.customer_base import (
    audit_balance,
    base_audit,
    can_be_told,
    leaving,
    lines_end,
    neglected,
)
from kamlib.staying.traits import attributes, likeness, profile, stayed


# --------------------------------------------------------------------------------- quiet leavers
def stays(**chances: float) -> pd.DataFrame:
    """Build regular customers from id → chance of return."""
    return pd.DataFrame(
        {
            "customer_id": list(chances),
            "order_days_24m": 12,
            "silent_days": 100.0,
            "usual_days": 20.0,
            "p_return_12m": list(chances.values()),
            "p_return_low": 0.2,
            "p_return_high": 0.9,
            "model": "regression",
            "overdue": True,
        }
    )


def months(**revenue: tuple[int, int]) -> pd.DataFrame:
    """Build revenue of each month from July to December, in 2024 and in 2025."""
    rows = [
        (customer, pd.Timestamp(f"{year}-{month:02}-01"), Decimal(amount))
        for customer, amounts in revenue.items()
        for year, amount in zip((2024, 2025), amounts, strict=True)
        for month in range(7, 13)
    ]
    return pd.DataFrame(rows, columns=["customer_id", "month", "invoice_revenue"])


PROFIT = pd.Series({"A": 100.0, "B": 1000.0, "C": 10.0, "D": -50.0}, name="customer_profit")
STEADY = months(A=(90, 90), B=(90, 90), C=(90, 90), D=(90, 90))


def alarmed(known: pd.DataFrame, money=STEADY, groups=None, **costs) -> dict[str, str]:
    found = leaving(known, PROFIT, money, groups, end=END, **costs)
    return dict(zip(found["customer_id"], found["signs"], strict=True))


def test_where_nobody_is_regular_nobody_shows_a_sign():
    assert alarmed(stays(A=0.1).assign(order_days_24m=2)) == {}


def test_an_alarm_pays_below_five_in_six_and_comes_by_profit_times_the_chance_of_leaving():
    """A stakes 100 · .9, B 1000 · .2, C 10 · .9; D earns nothing, and of .84 it does not pay."""
    known = stays(A=0.1, B=0.8, C=0.1, D=0.1)

    found = leaving(known, PROFIT, STEADY, None, end=END)

    assert found["customer_id"].tolist() == ["B", "A", "C"]
    assert found["at_stake"].tolist() == pytest.approx([200, 90, 9])
    assert alarmed(stays(A=0.84, B=0.83)) == {"B": "silent"}
    assert alarmed(stays(A=0.84, B=0.83), miss=1) == {}  # below one half


def test_who_buys_a_third_less_than_in_the_same_months_a_year_before_is_fading():
    money = months(A=(90, 60), B=(90, 61), C=(0, 5))

    assert alarmed(stays(A=0.95, B=0.95, C=0.95), money) == {"A": "fading"}


def test_who_is_silent_buys_less_by_that_alone_which_is_one_sign():
    """A brought 100 and has not bought for months: 90 are at stake, and not 100 as if it were gone."""
    found = leaving(stays(A=0.1), PROFIT, months(A=(90, 0)), bought("A", "2024-10-01", 9), end=END)

    assert found["signs"].tolist() == ["silent"]
    assert found["at_stake"].tolist() == pytest.approx([90])


def test_a_third_less_in_one_month_of_six_may_be_chance():
    """A bought for 90 in October, and for 50 a year later: of one pair of months nobody can tell."""
    once = months(A=(90, 50)).query("month.dt.month == 10")

    assert alarmed(stays(A=0.95), once) == {}


def test_of_a_month_that_has_begun_nobody_knows_the_rest():
    """By 9 December A has bought for 0 in it, and for 90 in each of the months before, as last year."""
    begun = months(A=(90, 90)).query("month != '2025-12-01'")

    assert leaving(stays(A=0.95), PROFIT, begun, None, end=date(2025, 12, 9)).empty
    assert alarmed(stays(A=0.95), begun) == {}  # a sixth less is no third


def test_lines_that_end_before_the_period_are_looked_at_as_far_as_they_go():
    """A buys every month until September; the period runs to December: nothing fell."""
    orders = pd.DataFrame({"date": pd.to_datetime(["2025-09-30"])})

    assert lines_end(orders, END) == date(2025, 9, 30)
    assert lines_end(pd.DataFrame({"date": pd.to_datetime(["2025-12-29"])}), END) == END


def bought(customer: str, first: str, months_: int, step: int = 1) -> pd.DataFrame:
    """Build purchases of foil, every so many months."""
    days = pd.date_range(first, periods=months_, freq=f"{step}MS")
    return pd.DataFrame({"customer_id": customer, "month": days, "product_group": "foil"})


def test_who_bought_a_product_group_every_month_of_a_year_and_not_since_has_stopped():
    """B buys foil every third month: three months without it are usual; C bought it in December again."""
    groups = [
        bought("A", "2024-10-01", 12),
        bought("B", "2024-11-01", 4, 3),
        bought("C", "2024-10-01", 15),
    ]

    assert alarmed(stays(A=0.95, B=0.95, C=0.95), groups=pd.concat(groups)) == {"A": "stopped"}


def test_of_many_product_groups_one_is_missed_by_chance():
    """A bought foil in seven months of twelve: 7 % that three pass without it, and it buys ten groups."""
    foil = bought("A", "2024-10-01", 4, 3)
    foil = pd.concat([foil, bought("A", "2024-11-01", 3, 3)])
    others = [bought("A", "2024-10-01", 15).assign(product_group=f"g{n}") for n in range(9)]

    assert alarmed(stays(A=0.95), groups=foil) == {"A": "stopped"}
    assert alarmed(stays(A=0.95), groups=pd.concat([foil, *others])) == {}


def test_whoever_is_on_time_and_a_rare_buyer_are_not_leaving():
    """So is a seasonal buyer; and where 82 % of all return, who ordered yesterday gives no sign."""
    known = stays(A=0.82, B=0.82)
    rare = known.assign(order_days_24m=[2, 12])

    assert alarmed(known.assign(silent_days=[20, 21])) == {"B": "silent"}
    assert alarmed(rare) == {"B": "silent"}


def test_where_nothing_beats_the_base_rate_leaving_rests_on_the_other_signs_alone():
    known = stays(A=np.nan, B=np.nan).assign(model="base_rate", p_return_high=0.3)

    assert alarmed(known, months(A=(90, 60), B=(90, 90))) == {"A": "fading"}
    assert alarmed(known.assign(model="order_days_overdue")) == {"B": "silent", "A": "silent"}


def test_a_year_of_lines_alone_tells_nobody_s_leaving():
    """The chance of return is a range then, and there are no six months a year before to hold against."""
    known = stays(A=np.nan)
    this_year = STEADY[STEADY["month"] >= "2024-12-01"]

    assert not can_be_told(known, this_year, END)
    assert can_be_told(known, STEADY, END)
    assert can_be_told(stays(A=0.5), this_year, END)


# --------------------------------------------------------------------------------- base audit
def year(profits: dict[str, float | None]) -> pd.DataFrame:
    return pd.DataFrame(
        {"customer_id": list(profits), "customer_profit": list(profits.values()), "active": True}
    ).astype({"customer_profit": "float64"})


FIRST = pd.Series(
    {name: pd.Timestamp("2020-01-01") for name in "ABCE"} | {"D": pd.Timestamp("2025-03-01")}
)


def test_the_change_of_profit_is_that_of_those_lost_down_up_new_and_recovered():
    """A left with 50, B fell by 10, C rose by 5, D is new with 20, E came back with a loss of 3."""
    before = year({"A": 50, "B": 30, "C": 30})
    now = year({"B": 20, "C": 35, "D": 20, "E": -3})

    audit = base_audit(before, now, FIRST, since=date(2024, 1, 1)).set_index("movement")
    balance = audit_balance(audit.reset_index(), 110, 72, "PLN")

    assert audit["profit_change"].to_dict() == {
        "lost": -50,
        "down": -10,
        "up": 5,
        "new": 20,
        "recovered": -3,
        "unknown": 0,
    }
    assert audit["customers"].tolist() == [1, 1, 1, 1, 1, 0]
    assert balance.unexplained == 0


def test_a_customer_whose_profit_is_not_known_is_counted_apart_without_money():
    audit = base_audit(
        year({"A": 50, "B": 1}), year({"A": None, "B": 2}), FIRST, since=date(2024, 1, 1)
    )

    assert audit.set_index("movement").loc["unknown", ["customers", "profit_change"]].tolist() == [
        1,
        0,
    ]
    assert audit["profit_change"].sum() == 1


cents = st.integers(-(10**8), 10**8).map(lambda n: n / 100)
statements = st.dictionaries(st.sampled_from("ABCDE"), cents, min_size=1)


@given(statements, statements)
@settings(max_examples=40)
def test_whatever_the_profits_the_audit_adds_up_to_half_a_cent(then, today):
    before, now = year(then), year(today)

    audit = base_audit(before, now, FIRST, since=date(2024, 1, 1))
    balance = audit_balance(audit, sum(then.values()), sum(today.values()), "PLN")

    assert abs(balance.unexplained) < Decimal("0.005")
    assert audit["customers"].sum() == len({*then, *today})


def test_good_customers_who_get_a_third_less_care_while_their_profit_holds_are_neglected():
    care = pd.DataFrame(
        {"customer_id": list("ABCD"), "care_before": [9, 9, 9, 9], "care_now": [6, 7, 6, 0]}
    )
    before = pd.Series(dict.fromkeys("ABCD", 30.0))
    now = pd.Series({"A": 30.0, "B": 30.0, "C": 20.0, "D": 30.0})

    found = neglected(pd.Series(list("ABC")), care, before, now)

    assert found["customer_id"].tolist() == [
        "A"
    ]  # B by less, C earns a third less itself, D is not good


# --------------------------------------------------------------------------------- the profile
def firms(n: int = 20) -> pd.DataFrame:
    """Half of the customers make food and are large, half make paper and are small; two prospects."""
    food = [i < n // 2 for i in range(n)]
    ours = pd.DataFrame(
        {
            "party_id": [f"C{i:02}" for i in range(n)],
            "name": [f"firm {i}" for i in range(n)],
            "industry_segment": ["food" if each else "paper" for each in food],
            "employees": [100.0 + i if each else 10.0 + i for i, each in enumerate(food)],
            "is_prospect": False,
        }
    )
    theirs = pd.DataFrame(
        {
            "party_id": ["P1", "P2"],
            "name": ["like food", "nobody knows"],
            "industry_segment": ["food", None],
            "employees": [105.0, np.nan],
            "is_prospect": True,
        }
    )
    return pd.concat([ours, theirs], ignore_index=True)


def test_the_lift_of_a_value_is_shrunk_by_ten_and_ten_customers_must_share_it():
    """All 10 of food are key, none of paper: half of all; (10 + 10 · .5) / 20 / .5 = 1.5."""
    traits = attributes(firms()).drop(["P1", "P2"])
    key = pd.Series(traits["industry_segment"].eq("food"))

    found = profile(traits, {"key": key}).set_index(["attribute", "value"])
    few = profile(traits.head(19), {"key": key})

    assert found.loc[("industry_segment", "food"), ["n", "share", "lift"]].tolist() == [10, 1, 1.5]
    assert found.loc[("industry_segment", "paper"), "lift"] == pytest.approx(0.5)
    assert (found["lift_low"] < found["lift"]).all()
    assert "paper" not in set(few["value"])


def test_a_prospect_is_like_those_who_share_its_attributes_and_without_any_it_is_unknown():
    """Of food, all stay for .8 to .9, of paper for .2 to .4; all are in the north: .5 to .65 on average.

    Food has a lift of 1.5, the north of 1: the geometric mean is the root of 1.5.
    """
    parties = firms().assign(region="north")
    parties.loc[parties["party_id"] == "P2", "region"] = None
    food = parties["industry_segment"].eq("food")[:20]
    chances = pd.DataFrame(
        {
            "customer_id": parties["party_id"][:20],
            "p_stay_low": np.where(food, 0.8, 0.2),
            "p_stay_high": np.where(food, 0.9, 0.4),
        }
    )
    traits = attributes(parties)[:20]
    known = profile(traits, {"key": pd.Series(food.to_numpy(), traits.index)})

    found = likeness(parties, known, chances, parties["party_id"][5:20]).set_index("party_id")

    assert found.loc["P1", "likeness"] == pytest.approx(1.5**0.5)
    assert found.loc["P1", ["p_stay_low", "p_stay_high"]].tolist() == pytest.approx([0.5, 0.9])
    assert (
        found.loc["P1", "nearest"] == "firm 5, firm 6, firm 7, firm 8, firm 9"
    )  # of food, and key
    assert found.loc["P2", ["likeness", "p_stay_low", "p_stay_high"]].isna().all()
    assert found.loc["P2", "nearest"] == ""


def test_stayed_is_who_bought_the_year_before_and_again():
    orders = order_days(A=["2024-05-01", "2025-05-01"], B=["2024-05-01"], C=["2025-05-01"])

    assert stayed(orders, end=END).to_dict() == {"A": True, "B": False}
