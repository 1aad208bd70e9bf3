"""The arithmetic of the methods, against numbers small enough to do in the head."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.numerics.concentration import (
    among_fewest,
    count_reaching,
    cumulative_best_first,
    gini,
    herfindahl,
    stobachoff,
    top_share,
)
from kamlib.numerics.draws import resampled, resampled_shares
from kamlib.numerics.sharing import largest_remainder, piecewise, piecewise_inverse, sort_ascending

moderately = settings(max_examples=60, deadline=None)
amounts = st.lists(st.integers(-10_000, 10_000), min_size=1, max_size=30)
RISING = [(0.2, 0.0), (0.5, 0.4), (0.7, 0.7), (0.9, 1.0)]
FALLING = [(0.0, 1.0), (14.0, 0.7), (30.0, 0.4), (60.0, 0.0)]


# --------------------------------------------------------------------------------- rounding
@pytest.mark.parametrize(
    ("values", "total", "cents"),
    [
        pytest.param([1 / 3, 1 / 3, 1 / 3], None, [0.34, 0.33, 0.33], id="ties go to the first"),
        pytest.param([0.004, 0.004, 0.002], None, [0.01, 0.0, 0.0], id="three crumbs are a cent"),
        pytest.param(
            [-0.006, -0.006], None, [0.0, -0.01], id="of two equal losses the first is spared"
        ),
        pytest.param([1.0, 1.0], 2.03, [1.02, 1.01], id="what is given must be reached"),
        pytest.param([], None, [], id="nobody"),
    ],
)
def test_rounded_amounts_add_up_to_the_rounded_total(values, total, cents):
    assert largest_remainder(values, total=total).tolist() == pytest.approx(cents, abs=1e-12)


def test_each_row_of_a_table_is_rounded_to_its_own_total():
    rounded = largest_remainder([[1 / 3, 1 / 3, 1 / 3], [0.5, 0.25, 0.25]], total=[1.0, 1.02])

    assert rounded.sum(axis=1).tolist() == pytest.approx([1.0, 1.02])
    assert rounded[1].tolist() == pytest.approx([0.51, 0.26, 0.25])


@given(st.lists(st.integers(-(10**7), 10**7), min_size=1, max_size=30))
@moderately
def test_rounding_moves_nobody_by_more_than_a_cent_and_loses_nothing(thousandths):
    values = np.array(thousandths) / 1000

    rounded = largest_remainder(values)

    assert np.abs(rounded - values).max() < 0.01 + 1e-9
    assert abs(rounded.sum() - values.sum()) <= 0.005 + 1e-9


# --------------------------------------------------------------------------------- 20/80
@pytest.mark.parametrize(
    ("values", "share", "brings"),
    [
        pytest.param([10, 50, 10, 20, 10], 0.20, 0.50, id="the best of five"),
        pytest.param([50, 30, 10, 4, 3, 2, 1], 0.20, 0.62, id="1.4 of seven: 50 and .4 of 30"),
        pytest.param([50, 30, 10, 10, 0, -40], 2 / 6, 0.80, id="losers are customers, not income"),
        pytest.param([60, 40], 0.0, 0.0, id="none of them bring nothing"),
        pytest.param([60, 40], 1.0, 1.0, id="all of them bring all"),
        pytest.param([100], 0.20, 0.20, id="a fifth of the only one"),
        pytest.param([-5, 0], 0.20, np.nan, id="nothing positive is there to share"),
    ],
)
def test_the_best_share_of_customers_is_interpolated_between_whole_ones(values, share, brings):
    assert float(top_share(values, share)) == pytest.approx(brings, nan_ok=True)


@pytest.mark.parametrize(
    ("values", "share", "few"),
    [
        pytest.param([55, 30, 15], 0.55, 1, id="reached exactly, though 0.55 * 100 > 55 in floats"),
        pytest.param([55, 30, 15], 0.56, 2, id="the one who crosses the line is in"),
        pytest.param([79.9999, 10.0001, 10], 0.80, 2, id="nearly is not reached"),
        pytest.param([100, 60, 20, -10, -70], 0.80, 2, id="of what is earned, not of what is left"),
        pytest.param([0.1] * 10, 0.80, 8, id="eight of ten equal ones"),
        pytest.param([-5, -1], 0.80, 0, id="nobody earns anything"),
        pytest.param([0, 0], 0.80, 0, id="all break even"),
        pytest.param([], 0.80, 0, id="no customers"),
    ],
)
def test_the_fewest_who_reach_a_share_are_counted(values, share, few):
    assert int(count_reaching(values, share)) == few


@given(amounts, st.floats(0.01, 0.99))
@moderately
def test_the_fewest_reach_the_share_and_one_less_does_not(values, share):
    few = int(count_reaching(values, share))
    earned = cumulative_best_first(np.clip(values, 0, None))

    if earned[-1] == 0:
        assert few == 0
    else:
        assert earned[few - 1] >= share * earned[-1] - 1e-4
        assert few == 1 or earned[few - 2] < share * earned[-1]


@given(amounts, st.floats(0.01, 0.99))
@moderately
def test_the_fewest_are_named_as_they_are_counted_the_first_of_equals_before_the_last(
    values, share
):
    named = among_fewest(values, share)

    best_first = sorted(range(len(values)), key=lambda place: (-values[place], place))
    few = int(count_reaching(values, share))
    assert np.flatnonzero(named).tolist() == sorted(best_first[:few])


def test_the_fewest_of_thousands_of_draws_are_those_of_each_draw():
    draws = np.random.default_rng(5).normal(0, 10, (40, 30)).round()

    together = among_fewest(draws, 0.8)

    assert together.tolist() == [among_fewest(row, 0.8).tolist() for row in draws]


@given(amounts, st.floats(0, 1), st.floats(0, 1))
@moderately
def test_more_customers_never_bring_less(values, one, other):
    small, large = sorted([one, other])

    brought = [float(top_share(values, share)) for share in (0, small, large, 1)]

    if max(values) <= 0:
        assert np.isnan(brought).all()
    else:
        assert brought == sorted(brought)
        assert (brought[0], brought[-1]) == (0, pytest.approx(1))


# --------------------------------------------------------------------------------- indices
@given(amounts, st.randoms(use_true_random=False))
@moderately
def test_indices_know_neither_the_order_of_customers_nor_the_currency(values, random):
    shuffled = random.sample(values, len(values))
    measures = (gini, herfindahl, stobachoff, top_share, count_reaching)

    for measure in measures:
        expected = pytest.approx(float(measure(values)), abs=1e-9, nan_ok=True)
        assert float(measure(shuffled)) == expected
        assert float(measure(4.3 * np.array(values))) == expected


@given(st.lists(st.integers(-100, 100), min_size=2, max_size=20).filter(any))
@moderately
def test_the_same_company_twice_is_half_as_concentrated(values):
    twice, n = values + values, len(values)

    assert 0 <= gini(values) <= 1 + 1e-12
    assert gini(twice) == pytest.approx(gini(values) * 2 * (n - 1) / (2 * n - 1), abs=1e-9)
    assert herfindahl(twice) == pytest.approx(herfindahl(values) / 2, nan_ok=True)


def test_indices_of_one_customer_and_of_nobody_s_profit():
    assert gini([7]) == 0
    assert np.isnan(gini([0, 0]))
    assert herfindahl([7]) == 1
    assert herfindahl([60, 40, -900]) == pytest.approx(0.52)  # .36 + .16; a loss is not a share
    assert np.isnan(herfindahl([-1, 0]))


@pytest.mark.parametrize(
    ("values", "index"),
    [
        pytest.param([5, 5, 5], 0.0, id="all bring the same"),
        pytest.param([10, -10], np.nan, id="a total of nothing has no shares"),
        pytest.param([10, -20], np.nan, id="a loss has none either"),
        pytest.param([30, -10], 0.5, id="share 1.5 then 1: area 1, a half above equality"),
    ],
)
def test_subsidy_is_read_from_the_area_under_the_whale_curve(values, index):
    assert float(stobachoff(values)) == pytest.approx(index, nan_ok=True)


def test_thousands_of_draws_go_through_in_one_call():
    draws = np.array([[55, 30, 15, -40], [10, 10, 10, 10], [5, -1, -1, -1.0]])

    for measure in (gini, herfindahl, stobachoff, top_share, count_reaching):
        one_by_one = [float(measure(row)) for row in draws]
        assert measure(draws).tolist() == pytest.approx(one_by_one, nan_ok=True)
    assert cumulative_best_first(draws)[0].tolist() == [55, 85, 100, 60]


# --------------------------------------------------------------------------------- bootstrap
def test_the_same_seed_draws_the_same_customers():
    def drawn(seed: int) -> np.ndarray:
        return np.concatenate(list(resampled([1.0, 2, 3, 4], draws=450, seed=seed, chunk=200)))

    assert drawn(7).shape == (450, 4)
    assert (drawn(7) == drawn(7)).all()
    assert (drawn(7) != drawn(8)).any()
    assert set(drawn(7).ravel()) == {1.0, 2.0, 3.0, 4.0}
    assert drawn(7).mean() == pytest.approx(2.5, abs=0.1)


@moderately
@given(amounts, st.sampled_from([0.2, 0.55, 0.8, 1.0]), st.integers(0, 5))
def test_counted_samples_say_what_sorted_samples_say(values, share, seed):
    found = resampled_shares(values, share=share, draws=30, seed=seed, chunk=7)
    samples = np.concatenate(list(resampled(values, draws=30, seed=seed)))
    earned = (samples > 0).any(axis=1)

    few = np.where(earned, count_reaching(samples, share), np.nan)
    np.testing.assert_array_equal(found.few, few)
    np.testing.assert_allclose(found.top, top_share(samples), rtol=1e-12)
    np.testing.assert_array_equal(found.total, samples.sum(axis=1))


def test_few_who_bring_all_and_many_who_bring_little_are_both_counted():
    few = [1e6] * 3 + [0.01] * 997
    found = resampled_shares(few, share=0.999999, draws=50, seed=1)
    samples = np.concatenate(list(resampled(few, draws=50, seed=1)))
    assert found.few.tolist() == count_reaching(samples, 0.999999).tolist()


def test_cents_of_a_sample_add_up_without_an_error():
    values = np.random.default_rng(1).integers(-(10**9), 10**9, 400) / 100
    found = resampled_shares(values, share=0.8, draws=20, seed=1)
    samples = np.concatenate(list(resampled(values, draws=20, seed=1)))
    exact = [int(np.rint(sample * 100).astype(np.int64).sum()) / 100 for sample in samples]
    assert found.total.tolist() == exact


# --------------------------------------------------------------------------------- value functions
def test_values_are_clipped_at_both_ends_and_an_unknown_stays_unknown():
    raw = [-np.inf, 0.2, 0.6, 0.95, np.inf, np.nan]

    assert piecewise(raw, RISING) == pytest.approx([0, 0, 0.55, 1, 1, np.nan], nan_ok=True)
    assert piecewise([7, 14, 45, 400], FALLING) == pytest.approx([0.85, 0.7, 0.2, 0])


@pytest.mark.parametrize("points", [RISING, FALLING], ids=["rising", "falling"])
@given(value=st.floats(0, 1))
@moderately
def test_a_value_read_backwards_gives_itself(points, value):
    assert piecewise(piecewise_inverse(value, points), points) == pytest.approx(value, abs=1e-9)


# --------------------------------------------------------------------------------- levels
@pytest.mark.parametrize(
    ("support", "vetoed", "level"),
    [
        pytest.param([0.59, 1.0], [False, False], 1, id="who does not pass the first stays down"),
        pytest.param([0.1 + 0.2 + 0.3, 0.0], [False, False], 2, id="0.6 in floats passes 0.6"),
        pytest.param([1.0, 1.0], [True, False], 1, id="a veto cannot be outvoted"),
        pytest.param([1.0, 1.0], [False, True], 2, id="a veto above leaves the level below"),
        pytest.param([1.0, 1.0], [False, False], 3, id="all boundaries passed"),
    ],
)
def test_levels_are_climbed_from_below(support, vetoed, level):
    one = sort_ascending([[s] for s in support], [[v] for v in vetoed], [0.6, 0.6])

    assert one.tolist() == [level]
