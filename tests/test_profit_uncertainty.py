"""How sure each profit is: ranges, draws, and the band around the whale curve."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import Equation

from kamlib.core.errors import ParameterError
from kamlib.numerics.draws import Uncertain, odds, range_errors
from kamlib.profitability.uncertainty import (
    profit_uncertainty,
    uncertain_profits,
    uncertainty_outcome,
)
from kamlib.profitability.words import mover_finding, uncertainty_finding
from kamlib.segmentation.band import Whale, subsidy_outcome, whale_band
from kamlib.segmentation.classes import split_vital_few, whale_curve
from kamlib.segmentation.words import whale_uncertainty_finding
from kamlib.settings.engagement import load_engagement

moderately = settings(max_examples=15, deadline=None)
DRAWN = {"draws": 400, "level": 0.90, "seed": 7}
HOW = {**DRAWN, "profit_share": 0.80}


@dataclass
class Model:
    uncertainty: dict = field(default_factory=dict)
    time_equations: tuple = (
        Equation("desk", "order", 5),
        Equation("desk", "correction", 9),
        Equation("van", "drop", 1, driver="drops"),
    )


def company(profit: dict, *, desk=100.0, van=50.0, period="FY2025") -> tuple:
    """Build a statement from id → profit; each customer costs `desk` for orders and `van` for drops."""
    ids = list(profit)
    statement = pd.DataFrame(
        {
            "period": period,
            "customer_id": ids,
            "active": True,
            "customer_profit": [float(value) for value in profit.values()],
        }
    )
    cost = pd.concat(
        [
            pd.DataFrame(
                {
                    "period": period,
                    "customer_id": ids,
                    "activity": "desk, order",
                    "pool": "desk",
                    "cost": desk,
                }
            ),
            pd.DataFrame(
                {
                    "period": period,
                    "customer_id": ids,
                    "activity": "van, drop",
                    "pool": "van",
                    "cost": van,
                }
            ),
        ],
        ignore_index=True,
    )
    return statement, cost


def sure(profit: dict, uncertainty: dict, **costs) -> pd.DataFrame:
    return profit_uncertainty(*company(profit, **costs), Model(uncertainty), **HOW)


def plain(said: str) -> str:
    return said.replace("\u00a0", " ")


# --------------------------------------------------------------------------------- most moved
def test_the_range_that_moves_a_customer_most_is_named_with_its_money():
    ranges = {"desk": 0.10, "van": 0.40, "van, drop": 0.02}  # of 100, of 50 and of 50: 10, 20 and 1

    table = sure({"A": 5}, ranges)

    assert table[["moved_most_by", "moved_by"]].to_numpy().tolist() == [["van", 20.0]]


def test_who_uses_nothing_uncertain_is_moved_by_nothing():
    statement, cost = company({"A": 5, "B": 5})
    cost.loc[cost["customer_id"] == "A", "cost"] = 0.0

    table = profit_uncertainty(statement, cost, Model({"desk": 0.5}), **HOW).set_index(
        "customer_id"
    )

    assert table.loc["A", ["profit_low", "profit_high", "moved_by"]].tolist() == [5, 5, 0]
    assert table["moved_most_by"].isna().to_dict() == {"A": True, "B": False}


def test_a_range_for_what_is_neither_pool_nor_activity_is_rejected():
    with pytest.raises(ParameterError, match=r"range for 'desks'.*Did you mean 'desk'"):
        sure({"A": 5}, {"desks": 0.1})


# --------------------------------------------------------------------------------- draws
@given(st.lists(st.integers(-(10**7), 10**7), min_size=1, max_size=12))
@moderately
def test_ranges_of_nothing_give_the_plain_result_to_the_cent(cents):
    profit = {f"K{i:02}": value / 100 for i, value in enumerate(cents)}

    model = Model({"desk": 0.0, "van": 0.0, "van, drop": 0.0})
    table = profit_uncertainty(*company(profit), model, **{**HOW, "draws": 30})

    classes = split_vital_few(whale_curve(company(profit)[0])).set_index("customer_id")
    few = (classes["profit_class"] == "vital_few").reindex(table["customer_id"])
    for end in ("customer_profit", "profit_low", "profit_high"):
        assert table[end].tolist() == list(profit.values())
    assert table["p_unprofitable"].tolist() == [float(value < 0) for value in profit.values()]
    assert table["p_vital_few"].tolist() == few.astype(float).tolist()


def test_the_interval_of_one_rate_is_its_declared_range():
    statement, cost = company({"A": 0}, desk=1000.0)

    table = profit_uncertainty(
        statement, cost, Model({"desk": 0.10}), profit_share=0.8, draws=20_000, level=0.9, seed=1
    )

    assert table["profit_low"].item() == pytest.approx(-100, abs=4)
    assert table["profit_high"].item() == pytest.approx(100, abs=4)
    assert table["p_unprofitable"].item() == pytest.approx(0.5, abs=0.02)


def test_a_rate_moves_all_alike_and_a_volume_each_by_itself():
    profit = dict.fromkeys("AB", 500.0)

    def together(uncertainty: dict) -> float:
        world = uncertain_profits(*company(profit), Model(uncertainty), draws=4000, seed=1)
        return float(np.corrcoef(world.profits().T)[0, 1])

    assert together({"van": 0.3}) == pytest.approx(1)
    assert together({"desk, order": 0.3}) == pytest.approx(1)
    assert together({"van, drop": 0.3}) == pytest.approx(0, abs=0.05)


def test_rates_that_rise_take_more_in_all_because_nothing_is_scaled_back():
    statement, cost = company(dict.fromkeys("ABC", 500.0), desk=100.0)
    world = uncertain_profits(statement, cost, Model({"desk": 0.3}), draws=2000, seed=1)

    taken = 1500 - world.profits().sum(axis=1)

    assert taken.tolist() == pytest.approx((300 * world.errors[:, 0]).tolist())
    assert taken.std() > 40


def test_a_wider_range_never_gives_a_narrower_interval():
    widths = [
        float((t["profit_high"] - t["profit_low"]).sum())
        for t in (sure({"A": 5, "B": 9}, {"desk": w, "van, drop": 0.1}) for w in (0, 0.1, 0.3, 0.9))
    ]

    assert widths == sorted(widths)


def test_the_order_of_rows_changes_nothing():
    statement, cost = company({f"K{i}": 10.0 * i - 30 for i in range(8)})
    model = Model({"desk": 0.2, "van, drop": 0.3})

    again = profit_uncertainty(
        statement.iloc[[3, 0, 7, 2, 6, 1, 5, 4]], cost.iloc[::-1], model, **HOW
    )

    pd.testing.assert_frame_equal(again, profit_uncertainty(statement, cost, model, **HOW))


def test_how_the_draws_are_cut_into_pieces_changes_no_number(monkeypatch):
    from kamlib.numerics import draws

    n = 50
    rng = np.random.default_rng(3)
    errors = range_errors([0.2, 0.1], draws=130, seed=1)
    world = Uncertain(rng.normal(0, 9, n), rng.random((2, n)) * 90, errors, np.array([0, 0.5]), 9)
    whole = odds(world, level=0.9, share=0.8)

    monkeypatch.setattr(draws, "CELLS_OF_DRAWS", 1000)  # one block of 20 draws at a time

    for one, other in zip(whole, odds(world, level=0.9, share=0.8), strict=True):
        assert one.tolist() == pytest.approx(other.tolist(), abs=1e-9)
    assert len(list(world.row_chunks())) == 7


def test_a_cost_never_has_a_negative_rate():
    assert range_errors([0.99], draws=50_000, seed=1).min() == -1


def test_intervals_of_ninety_percent_hold_nine_times_of_ten_over_two_hundred_companies():
    """Plant the rates that were true, state profit at the declared ones, and see who was covered."""
    held = []
    for seed in range(200):
        rng = np.random.default_rng([11, seed])
        costs = np.exp(rng.normal(6, 1.2, (4, 60)))
        widths = rng.uniform(0.05, 0.40, 4)
        own = np.array([0, 0, 0, 0.3])
        true = 1 + rng.normal(0, widths / 1.645)
        theirs = 1 + rng.normal(0, own[:, None] / 1.645, (4, 60))
        margin = np.exp(rng.normal(7.5, 1, 60))
        truth = margin - (costs * true[:, None] * theirs).sum(axis=0)
        errors = range_errors(widths, draws=400, seed=seed)
        world = Uncertain(margin - costs.sum(axis=0), costs, errors, own, seed)
        found = odds(world, level=0.90, share=0.80)
        held.append(((found.low <= truth) & (truth <= found.high)).mean())

    assert 0.85 <= np.mean(held) <= 0.95
    assert np.std(held) > 0.05  # on one company common errors may cover far more or far fewer


# --------------------------------------------------------------------------------- verdicts
def test_nothing_declared_gives_no_intervals_and_says_what_to_bring():
    statement, cost = company({"A": 5})

    found = uncertainty_outcome(cost, None, Model(), period="FY2025")

    assert profit_uncertainty(statement, cost, Model(), **HOW).empty
    assert found.outcome == "REFUSE"
    assert "profitability.uncertainty" in found.bring


@pytest.mark.parametrize(
    ("declared", "outcome", "said"),
    [
        pytest.param({"desk": 0.1, "van": 0.0}, "PASS", "every pool", id="a pool may be sure"),
        pytest.param({"desk": 0.1}, "FLAG", "for the rates of van:", id="one pool has no range"),
        pytest.param(
            {"desk": 0.1, "van, drop": 0.1}, "FLAG", "rates of van:", id="its rate may be wrong too"
        ),
    ],
)
def test_a_pool_without_a_range_is_named(declared, outcome, said):
    _statement, cost = company({"A": 5})

    found = uncertainty_outcome(cost, None, Model(declared), period="FY2025")

    assert found.outcome == outcome
    assert said in found.said


def test_cost_that_stands_on_the_documents_needs_no_range():
    _statement, cost = company({"A": 5})
    pools = pd.DataFrame({"pool": ["desk", "van"], "unit": ["minute", "traced"]})

    assert uncertainty_outcome(cost, pools, Model({"desk": 0.1}), period="FY2025").outcome == "PASS"


# --------------------------------------------------------------------------------- whale band
SPRING = {"P": 2012, "Q": 11545, "R": 38720, "S": 41856, "T": -3346}


def test_spring_distribution_keeps_its_printed_numbers_inside_a_band():
    whale = whale_band(whale_curve(company(SPRING)[0]), **DRAWN)

    numbers = whale.numbers
    assert [numbers[name] for name in ("peak", "peak_at", "erosion", "total")] == [
        94_133,
        4,
        3_346,
        90_787,
    ]
    assert numbers["stobachoff"] == pytest.approx(0.358993, abs=1e-6)
    assert numbers["peak_low"] < 94_133 < numbers["peak_high"]
    assert whale.rests_on == "customers"
    assert subsidy_outcome(whale, currency="USD").outcome == "PASS"


@given(st.lists(st.integers(-(10**8), 10**8), min_size=1, max_size=40), st.integers(1, 5))
@moderately
def test_the_curve_bends_down_ends_at_the_total_and_lies_in_its_band_of_rates(cents, scale):
    profit = {f"K{i:02}": value / 100 for i, value in enumerate(cents)}
    statement, cost = company(profit, desk=0.0)
    world = uncertain_profits(statement, cost, Model({"desk": 0.0}), draws=40, seed=1)
    curve = whale_curve(statement)
    whale = whale_band(curve, uncertain=world, **DRAWN)

    steps = np.diff(whale.band["low"], prepend=0.0)
    assert (np.diff(steps) <= 1e-6).all()
    assert whale.numbers["total"] == round(sum(cents) / 100, 2)
    assert whale.band["low"].tolist() == pytest.approx(curve["cumulative"].tolist(), abs=0.005)
    assert whale.band["high"].tolist() == pytest.approx(whale.band["low"].tolist(), abs=0.005)
    more = statement.assign(customer_profit=statement["customer_profit"] * scale)
    again = whale_band(whale_curve(more), **DRAWN).numbers
    assert again["stobachoff"] == pytest.approx(whale.numbers["stobachoff"], nan_ok=True)


def test_declared_ranges_make_the_band_and_not_luck_with_customers():
    statement, cost = company({f"K{i:02}": 100.0 * i for i in range(20)})
    curve = whale_curve(statement)
    world = uncertain_profits(statement, cost, Model({"desk": 0.1}), draws=400, seed=1)

    rates, luck = whale_band(curve, uncertain=world, **DRAWN), whale_band(curve, **DRAWN)

    assert (rates.rests_on, luck.rests_on) == ("rates", "customers")
    assert (rates.band["high"] - rates.band["low"]).iloc[-1] == pytest.approx(400, rel=0.15)
    assert (luck.band["high"] - luck.band["low"]).iloc[-1] > 2000


@pytest.mark.parametrize(
    ("profit", "said"),
    [
        pytest.param({"A": 10, "B": -20}, "The total is −PLN 10", id="a loss in all"),
        pytest.param({"A": 30, "B": -20}, "could as well be nothing", id="perhaps a loss"),
    ],
)
def test_the_index_of_subsidy_is_refused_where_the_total_is_not_surely_positive(profit, said):
    found = subsidy_outcome(whale_band(whale_curve(company(profit)[0]), **DRAWN), currency="PLN")

    assert found.outcome == "REFUSE"
    assert said in plain(found.said)


# --------------------------------------------------------------------------------- words
def table(*rows: tuple) -> pd.DataFrame:
    """Build uncertainty from (id, profit, low, high, share of draws at a loss, moved by)."""
    names = ["customer_id", "customer_profit", "profit_low", "profit_high", "p_unprofitable"]
    built = pd.DataFrame([row[:5] for row in rows], columns=names)
    return built.assign(moved_most_by=[row[5] for row in rows], moved_by=12.0)


OPEN = ("A", -144.0, -898.0, 636.0, 0.61, "field_sales")
LOST = ("B", -9000.0, -9900.0, -8100.0, 1.0, "desk")
WON = ("C", 700.0, 690.0, 710.0, 0.0, "desk")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        pytest.param(
            [OPEN, LOST, WON],
            "1 of 2 losses stay losses in at least 95 cases of 100; 1 of 3 customers may earn or "
            "lose, as far as the declared ranges go.",
            id="one loss is sure",
        ),
        pytest.param(
            [WON],
            "As it stands nobody loses money; 0 of 1 customers may earn or lose, as far as the "
            "declared ranges go.",
            id="nobody loses",
        ),
        pytest.param(
            [],
            "How sure each profit is cannot be said: no range of any cost is declared.",
            id="none",
        ),
    ],
)
def test_how_many_losses_are_sure_is_said(rows, said):
    assert uncertainty_finding(table(*rows)) == said


def test_what_to_measure_better_first_is_what_moves_most_customers():
    assert mover_finding(table(OPEN, LOST, WON)) == (
        "The range of desk moves 2 of 3 customers most: measure that one better first."
    )
    assert mover_finding(table()) == "No declared range touches anybody."


@pytest.mark.parametrize(
    ("rests_on", "band"),
    [
        (
            "rates",
            "The band is what the declared ranges of cost allow for these customers; it knows "
            "nothing of luck with customers.",
        ),
        (
            "customers",
            "The band is what customers like these, drawn by lot, would show; it "
            "knows nothing of wrong rates.",
        ),
    ],
)
def test_the_whale_s_doubt_is_said_with_what_the_band_is(rests_on, band):
    numbers = {
        "customers": 200,
        "peak": 1000.0,
        "peak_low": 904.0,
        "peak_high": 1106.0,
        "peak_at_low": 110,
        "peak_at_high": 130,
        "given_back": 0.25,
        "given_back_low": 0.2,
        "given_back_high": 0.31,
    }

    said = whale_uncertainty_finding(Whale(numbers, pd.DataFrame(), rests_on, 0.9), currency="PLN")

    assert plain(said) == (
        "Of every 100 earned 25.0 are given back, 20.0 to 31.0 in nine cases of ten. The peak may lie "
        f"between PLN 904 and PLN 1,106, after 110 to 130 of 200 customers. {band}"
    )


# --------------------------------------------------------------------------------- engagement.yaml
HEAD = """\
currency: PLN
periods: {FY2025: {from: 2025-01-01, to: 2025-12-31}}
inputs: {invoice_lines: {files: lines.csv}}
profitability:
  resources: [{pool: desk, period: FY2025, cost: 100, unit: minute, practical_capacity: 100}]
  time_equations: [{pool: desk, per: order, base: 5}]
"""


def engagement(folder, ranges: str):
    (folder / "engagement.yaml").write_text(f"{HEAD}  uncertainty: {ranges}\n")
    return load_engagement(folder)


def test_ranges_are_read_by_pool_and_by_activity(tmp_path):
    model = engagement(tmp_path, '{desk: 0.15, "desk, order": 0}').profitability

    assert model.uncertainty == {"desk": 0.15, "desk, order": 0.0}


@pytest.mark.parametrize(
    ("ranges", "said"),
    [
        pytest.param("{desc: 0.15}", r"(?s)desc.*Did you mean 'desk'\?", id="no such pool"),
        pytest.param("{desk: 15}", "must be a share between 0 and 1, not 15", id="percent"),
        pytest.param("{desk: 1}", "must be below 1", id="a rate of nothing is no rate"),
        pytest.param("{desk: -0.1}", "must be a share between 0 and 1", id="negative"),
    ],
)
def test_a_range_that_moves_nobody_or_is_no_share_is_rejected(tmp_path, ranges, said):
    with pytest.raises(ParameterError, match=said):
        engagement(tmp_path, ranges)
