"""Worked examples that others published, repeated with their numbers."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest

from kamlib.attractiveness.our_criteria import side_a, side_a_criteria
from kamlib.numerics.concentration import (
    count_reaching,
    cumulative_best_first,
    gini,
    herfindahl,
    stobachoff,
)
from kamlib.numerics.sharing import piecewise, sort_ascending
from kamlib.profitability.costing import charge_customers, pool_costs
from kamlib.pyramid.boundaries import assign_levels
from kamlib.pyramid.bounds import Bounds, certain
from kamlib.segmentation.classes import whale_curve
from kamlib.settings import SideACriterion

# ------------------------------------------------------------------ Horngren, Spring Distribution (G1)
SPRING = {  # cases, price, orders, visits, deliveries, miles, expedited
    "P": (2080, 14.40, 15, 2, 10, 14, 0),
    "Q": (8750, 14.16, 25, 3, 30, 4, 0),
    "R": (60800, 13.20, 30, 6, 60, 3, 0),
    "S": (31800, 13.92, 25, 2, 40, 8, 0),
    "T": (3900, 12.96, 30, 3, 20, 40, 1),
}
NOBODY_SPECIAL = pd.Series({"none": "intercompany"})  # so that all customers are external
RATES = {"order": 100, "visit": 80, "mile": 2, "case": 0.5, "expedited": 300}


def spring_volumes() -> pd.DataFrame:
    rows = []
    for customer, (cases, _price, orders, visits, deliveries, miles, rushed) in SPRING.items():
        events = {
            "order": orders,
            "visit": visits,
            "mile": deliveries * miles,
            "case": cases,
            "expedited": rushed,
        }
        for activity, n in events.items():
            rows.append(("FY", customer, activity, activity, n, float(n)))
    names = ["period", "customer_id", "activity", "pool", "driver_volume", "used"]
    return pd.DataFrame(rows, columns=names)


def pools_at(rates: dict[str, float], capacity: dict[str, float]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "period": "FY",
                "pool": pool,
                "cost": rate * capacity[pool],
                "gl_account": "",
                "theoretical_capacity": np.nan,
                "practical_capacity": capacity[pool],
                "step_down_to": {},
            }
            for pool, rate in rates.items()
        ]
    )


def test_spring_distribution_earns_what_horngren_prints_for_each_customer():
    volumes = spring_volumes()
    used = volumes.groupby("pool")["used"].sum().to_dict()
    rated = pool_costs(pools_at(RATES, used), volumes)
    cost, left = charge_customers(volumes, rated, NOBODY_SPECIAL)
    served = cost.groupby("customer_id")["cost"].sum()
    margin = pd.Series({c: cases * (price - 12.0) for c, (cases, price, *_r) in SPRING.items()})

    profit = (margin - served).round(2)

    assert profit.to_dict() == {"P": 2012, "Q": 11545, "R": 38720, "S": 41856, "T": -3346}
    assert profit.sum() == 90_787
    assert left["unused_cost"].tolist() == [0, 0, 0, 0, 0]
    discounts = {c: round(cases * (14.40 - price)) for c, (cases, price, *_r) in SPRING.items()}
    assert discounts == {"P": 0, "Q": 2100, "R": 72960, "S": 15264, "T": 5616}


def test_spring_distribution_s_whale_curve_peaks_at_the_fourth_customer():
    book = pd.DataFrame(
        {"customer_id": list("PQRST"), "customer_profit": [2012, 11545, 38720, 41856, -3346.0]}
    )

    curve = whale_curve(book)

    assert curve["cumulative"].tolist() == [41856, 80576, 92121, 94133, 90787]
    assert stobachoff(book["customer_profit"]) == pytest.approx(0.3589928, abs=1e-6)
    assert gini(book["customer_profit"]) == pytest.approx(0.6519968, abs=1e-6)


# ------------------------------------------------------------------ Kaplan and Anderson 2004 (G2)
@pytest.mark.parametrize(
    ("volumes", "assigned", "unused_minutes", "unused"),
    [
        pytest.param((49_000, 1_400, 2_500), 462_880, 121_400, 97_120, id="first quarter"),
        pytest.param((51_000, 1_150, 2_700), 474_880, 106_400, 85_120, id="second quarter"),
    ],
)
def test_time_driven_costing_leaves_the_capacity_that_nobody_used(
    volumes, assigned, unused_minutes, unused
):
    minutes = dict(zip(["order", "inquiry", "credit check"], [8, 44, 50], strict=True))
    events = pd.DataFrame(
        [
            {
                "period": "Q",
                "customer_id": "all",
                "activity": name,
                "pool": "customer service",
                "driver_volume": n,
                "used": float(n * minutes[name]),
            }
            for name, n in zip(minutes, volumes, strict=True)
        ]
    )
    pool = pd.DataFrame(
        [
            {
                "period": "Q",
                "pool": "customer service",
                "cost": 560_000.0,
                "gl_account": "",
                "theoretical_capacity": np.nan,
                "practical_capacity": 700_000.0,
                "step_down_to": {},
            }
        ]
    )

    rated = pool_costs(pool, events)
    cost, left = charge_customers(events, rated, NOBODY_SPECIAL)

    assert rated["capacity_rate"].tolist() == [0.80]
    each = (cost["cost"] / cost["driver_volume"]).round(2)
    assert each.tolist() == [40.00, 35.20, 6.40]  # credit check, inquiry, order
    assert left["assigned_cost"].tolist() == [assigned]
    assert (700_000 - left["used"]).tolist() == [unused_minutes]
    assert left["unused_cost"].tolist() == [unused]


# ------------------------------------------------------------------ whale curves by hand (G6)
def test_two_whale_curves_one_can_add_up_in_the_head():
    assert cumulative_best_first([85, 33, -9]).tolist() == [85, 118, 109]
    assert stobachoff([85, 33, -9]) == pytest.approx(0.3650485, abs=1e-6)
    assert cumulative_best_first([100, 60, 20, -10, -70]).tolist() == [100, 160, 180, 170, 100]
    assert stobachoff([100, 60, 20, -10, -70]) == pytest.approx(0.6212121, abs=1e-6)
    assert (
        count_reaching([100, 60, 20, -10, -70], 0.80) == 2
    )  # 160 of 180; of the net 100 it would be 1


# ------------------------------------------------------------------ Gini with negatives, HHI (G7, G8)
def test_gini_stays_within_one_with_losses_as_raffinetti_and_others_show():
    losses = [-7, -15, 11, -10, 2, 4, 40]

    assert gini(losses) == pytest.approx(0.8164794007490637, abs=1e-9)
    assert gini([10, 0, 0, -4]) == 1.0
    assert gini([5, 5, 5]) == 0.0
    n, plain = 3, 0.05228758169934641  # the plain one has n where ours has n − 1
    assert gini([15, 17, 19]) * (n - 1) / n == pytest.approx(plain, abs=1e-9)


def test_four_suppliers_with_40_30_20_10_percent_count_as_three_and_a_third():
    assert herfindahl([40, 30, 20, 10]) * 10_000 == pytest.approx(3_000)
    assert 1 / herfindahl([40, 30, 20, 10]) == pytest.approx(3.3333333, abs=1e-6)
    assert 1 / herfindahl([25, 25, 25, 25]) == pytest.approx(4.0)


# ------------------------------------------------------------------ R MCDA, MR-Sort (G29)
@dataclass
class Limit:
    weight: float
    at_least: float | None = None
    at_most: float | None = None
    veto_below: float | None = None
    veto_above: float | None = None
    by_relation: dict = field(default_factory=dict)


@dataclass
class Boundary:
    majority: float
    criteria: dict


@pytest.mark.parametrize(
    ("vetoes", "classes"),
    [
        pytest.param(True, ["Good", "Medium", "Bad", "Bad", "Bad"], id="with vetoes"),
        pytest.param(False, ["Good", "Medium", "Medium", "Bad", "Bad"], id="without vetoes"),
    ],
)
def test_ways_to_cross_paris_are_sorted_as_in_the_mcda_package_for_r(vetoes, classes):
    ways = {
        "RER": (1, 10, 1),
        "METRO1": (4, 20, 2),
        "METRO2": (2, 20, 0),
        "BUS": (6, 40, 0),
        "TAXI": (30, 30, 3),
    }
    price, time, comfort = zip(*ways.values(), strict=True)
    bounds = Bounds(
        np.array(list(ways)),
        {"price": certain(price), "time": certain(time), "comfort": certain(comfort)},
    )
    # "at or beyond" of the source: a price of 9 and comfort of 0 are vetoed themselves
    good = {
        "price": Limit(1, at_most=3, veto_above=8.99 if vetoes else None),
        "time": Limit(3, at_most=11),
        "comfort": Limit(2, at_least=3),
    }
    medium = {
        "price": Limit(1, at_most=7),
        "time": Limit(3, at_most=25),
        "comfort": Limit(2, at_least=2, veto_below=1 if vetoes else None),
    }
    boundaries = {"medium": Boundary(3, medium), "good": Boundary(3, good)}

    levels = assign_levels(bounds, boundaries, ["auto"] * 5)

    assert [["Bad", "Medium", "Good"][k - 1] for k in levels["confirmed_level"]] == classes
    assert levels["possible_level"].tolist() == levels["confirmed_level"].tolist()  # all is known


def test_climbing_stops_at_the_first_boundary_that_is_not_passed():
    support, vetoed = [[0.5, 1.0], [1.0, 1.0]], [[False, False], [False, True]]

    assert sort_ascending(support, vetoed, [0.6, 0.6]).tolist() == [1, 2]


# ------------------------------------------------------------------ R smaa, value functions (G31)
def test_value_functions_are_piecewise_linear_and_clipped():
    rising = [(-0.15, 0), (0, 0.1), (0.25, 0.9), (0.35, 1)]
    falling = [(50, 1), (75, 0.8), (90, 0.5), (100, 0)]

    assert piecewise([0.1, 0.35, -0.2], rising) == pytest.approx([0.42, 1, 0], abs=1e-9)
    assert piecewise([60, 75, 90, 40, 120], falling) == pytest.approx(
        [0.92, 0.8, 0.5, 1, 0], abs=1e-9
    )


# ------------------------------------------------------------------ rank reversal (G36)
def criterion(weight: float, points: list) -> SideACriterion:
    return SideACriterion(weight=weight, unit="points", value=points)


def test_adding_a_worse_customer_moves_nobody_s_score():
    half = {"first": criterion(0.5, [(0, 0), (10, 1)]), "second": criterion(0.5, [(0, 0), (10, 1)])}
    world = pd.DataFrame(
        {"party_id": list("ABCD"), "first": [9.0, 5, 7, 3], "second": [3.0, 6, 2, 5]}
    )
    nobody = pd.DataFrame({"party_id": [], "criterion": [], "rating": []})

    def scores(rows: pd.DataFrame) -> dict[str, float]:
        side = side_a(side_a_criteria(rows, nobody, half), min_known_weight=0.6)
        return side.set_index("party_id")["side_a_low"].to_dict()

    three, four = scores(world.head(3)), scores(world)

    assert three == {
        "A": 0.60,
        "B": 0.55,
        "C": 0.45,
    }  # by smallest and largest it would be .625 > .5
    assert {name: four[name] for name in "ABC"} == three  # and B would pass A with D there
