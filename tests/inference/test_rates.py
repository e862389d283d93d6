from math import inf, log, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import gammainc

from headwater.inference.interval import Interval
from headwater.inference.rates import mean_interval, poisson_interval, ratio_interval


def test_garwoods_table_for_counts() -> None:
    # Exact 95 % limits of a Poisson mean, printed in any table after Garwood (1936).
    printed = {0: (0, 3.689), 1: (0.0253, 5.572), 5: (1.623, 11.668), 10: (4.795, 18.390)}
    for count, limits in printed.items():
        interval = poisson_interval(count)
        assert (interval.low, interval.high) == pytest.approx(limits, abs=1e-3)


@settings(deadline=None, max_examples=100)
@given(st.integers(1, 10_000), st.sampled_from([0.9, 0.95, 0.99]))
def test_each_poisson_limit_leaves_half_of_the_rest(count: int, level: float) -> None:
    interval = poisson_interval(count, level)
    assert gammainc(count, interval.low) == pytest.approx((1 - level) / 2)
    assert 1 - gammainc(count + 1, interval.high) == pytest.approx((1 - level) / 2)


def test_a_mean_has_two_standard_errors_on_either_side() -> None:
    interval = mean_interval(10.0, 4.0)
    assert (interval.low, interval.high) == pytest.approx((10 - 2 * 1.959964, 10 + 2 * 1.959964), abs=1e-5)


@settings(deadline=None, max_examples=100)
@given(st.floats(0.01, 1e6), st.floats(0.001, 1.0))
def test_a_ratio_lies_in_the_middle_of_its_interval_in_logs(value: float, relative: float) -> None:
    interval = ratio_interval(value, (relative * value) ** 2)
    assert 0 < interval.low < value < interval.high
    assert (log(interval.low) + log(interval.high)) / 2 == pytest.approx(log(value), abs=1e-9)


def test_a_ratio_of_2_with_standard_error_a_tenth_of_it() -> None:
    # By hand: 2 exp(-.1959964) and 2 exp(.1959964).
    interval = ratio_interval(2.0, 0.04)
    assert (interval.low, interval.high) == pytest.approx((1.64401, 2.43307), abs=1e-4)


def test_a_ratio_of_nothing_with_no_variance_can_be_anything() -> None:
    assert ratio_interval(0.0, 0.0) == Interval(0.0, inf)


def test_a_ratio_of_nothing_has_an_upper_limit_from_its_variance() -> None:
    assert ratio_interval(0.0, 1.0).low == 0
    assert ratio_interval(0.0, 1.0).high == pytest.approx(1.959964, abs=1e-5)


def test_where_the_variance_is_not_known_nothing_is() -> None:
    assert ratio_interval(3.0, nan) == Interval(0.0, inf)
    assert mean_interval(3.0, nan) == Interval(-inf, inf)
    assert mean_interval(3.0, inf) == Interval(-inf, inf)


def test_impossible_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="not possible"):
        ratio_interval(-1.0, 1.0)
    with pytest.raises(ValueError, match="not possible"):
        mean_interval(1.0, -1.0)
    with pytest.raises(ValueError, match="not possible"):
        poisson_interval(-1)
