"""A rate that was counted: the guess leans on others, its interval does not."""

import numpy as np
import pytest
from scipy.stats import binom

from kamlib.numerics.rates import shrunk_rates


def test_a_rate_is_shrunk_as_if_ten_of_the_others_had_been_seen():
    """30 of 40 and ten at one in two: 35 of 50."""
    assert shrunk_rates(30, 40, 0.5).rate == pytest.approx(35 / 50)


@pytest.mark.parametrize("n", [10, 20, 30, 100])
@pytest.mark.parametrize(("truth", "others"), [(0.4, 0.4), (0.7, 0.3), (0.2, 0.5), (0.5, 0.9)])
def test_the_interval_holds_the_truth_in_nine_of_ten_cases_where_others_differ_too(
    n, truth, others
):
    hits = np.arange(n + 1)
    found = shrunk_rates(hits, n, others)
    held = (found.low <= truth) & (truth <= found.high)

    assert binom.pmf(hits, n, truth)[held].sum() > 0.86


def test_the_guess_lies_within_its_interval():
    hits, towards = np.meshgrid(np.arange(13), [0.0, 0.1, 0.9, 1.0])
    found = shrunk_rates(hits, 12, towards)

    assert (found.low <= found.rate).all()
    assert (found.rate <= found.high).all()
