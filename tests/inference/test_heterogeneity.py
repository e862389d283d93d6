import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import betaln, chdtrc, gammaln

from headwater.inference.arrays import Floats, floats
from headwater.inference.heterogeneity import Units, p_value, tau_squared

few = settings(deadline=None, max_examples=60)


def units_of(successes: list[int], n: list[int]) -> tuple[Units, Floats]:
    observed, size = floats(successes), floats(n)
    overall = observed.sum() / size.sum()
    return Units(observed / size, size, np.full(size.size, overall)), observed


def beta_binomial(n: int, p: float, tau: float) -> tuple[Floats, Floats]:
    """Rates that n contacts can show, less p, and their probabilities if rates are beta distributed."""
    a, b = (share * (p * (1 - p) / tau**2 - 1) for share in (p, 1 - p))
    k = np.arange(n + 1)
    orders = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    return k / n - p, np.exp(orders + betaln(k + a, n - k + b) - betaln(a, b))


@few
@given(st.integers(1, 60), st.floats(0.02, 0.98), st.floats(0.05, 0.9))
def test_the_moments_are_those_of_the_beta_binomial(n: int, p: float, part: float) -> None:
    # Enumerated: every count and its probability.
    tau = part * (p * (1 - p)) ** 0.5
    deviation, probability = beta_binomial(n, p, tau)
    variance = probability @ deviation**2
    units = Units(floats([p]), floats([n]), floats([p]))
    assert units.variance(tau**2) == pytest.approx([variance], rel=1e-6)
    kurtosis = probability @ deviation**4 / variance**2
    assert units.excess_kurtosis(tau**2) + 3 == pytest.approx([kurtosis], rel=1e-6)


def test_without_a_spread_the_counts_are_binomial() -> None:
    # Excess kurtosis of the binomial distribution: (1 - 6 p q) / (n p q).
    units = Units(floats([0.2, 0.2]), floats([10, 1000]), floats([0.2, 0.2]))
    assert units.excess_kurtosis(0.0) == pytest.approx([0.04 / 1.6, 0.04 / 160])


def test_q_is_pearsons_chi_square_of_the_table() -> None:
    # By hand: 20 and 40 of 100 each, 30 expected: (100 + 100) (1/30 + 1/70) = 9.5238.
    units, _ = units_of([20, 40], [100, 100])
    assert units.q(0.0) == pytest.approx(9.5238, abs=1e-4)


def test_large_counts_are_compared_with_chi_square() -> None:
    # 3.84 is the 5 % point of chi-square with one degree: its p-value for Q = 9.5238 is .00203 (any table).
    units, observed = units_of([20, 40], [100, 100])
    assert p_value(units, observed) == pytest.approx(float(chdtrc(1, 9.5238)), rel=1e-4)


def test_small_counts_are_compared_with_all_that_could_have_been() -> None:
    # Fisher's exact test of 0 of 4 against 4 of 4: 2 of the 70 ways to place four successes.
    units, observed = units_of([0, 4], [4, 4])
    assert p_value(units, observed) == pytest.approx(2 / 70, abs=3 * (2 / 70 / 9999) ** 0.5)


def test_the_same_data_have_the_same_p_value() -> None:
    units, observed = units_of([0, 2, 3], [4, 5, 6])
    assert p_value(units, observed) == p_value(units, observed)


def test_with_a_given_mix_each_count_is_drawn_by_itself() -> None:
    # Two units, one contact each, usual rate 1/2; Q is 2 if they differ and 0 if not: half and half.
    units = Units(floats([1.0, 0.0]), floats([1, 1]), floats([0.5, 0.5]))
    assert p_value(units, None) == pytest.approx(0.5, abs=0.02)


def test_equal_sizes_have_tau_in_closed_form() -> None:
    # Variance of .2, .4 is .02; less .21/100, over 1 - 1/100 (module's variance formula, solved for tau^2).
    units, _ = units_of([20, 40], [100, 100])
    assert tau_squared(units, 0.025)[0] == pytest.approx((0.02 - 0.0021) / 0.99, rel=1e-9)


def test_with_normal_rates_the_limits_are_those_of_a_variance() -> None:
    # Rates known to the last digit: sum of squares over chi-square's 11.1433 and .484419 (4 degrees).
    rates = floats([0.48, 0.49, 0.5, 0.51, 0.52])
    _, low, high = tau_squared(Units(rates, np.full(5, 1e9), np.full(5, 0.5)), 0.025)
    assert low == pytest.approx(0.001 / 11.1433, rel=0.01)
    assert high == pytest.approx(0.001 / 0.484419, rel=0.03)


def test_units_that_agree_by_luck_do_not_prove_that_none_differ() -> None:
    # Three times half of a million: Q is 0, and yet rates a little apart would often look like this. With
    # v = .25/n, Q by chance is 2 v / (v + tau^2); chi-square's .025 point (2 degrees) is .050636.
    units, _ = units_of([500_000] * 3, [1_000_000] * 3)
    estimate, low, high = tau_squared(units, 0.025)
    assert (estimate, low) == (0, 0)
    assert high == pytest.approx(0.25e-6 * (2 / 0.050636 - 1), rel=1e-3)


def test_q_by_chance_is_its_degrees_of_freedom() -> None:
    units, _ = units_of([20, 3, 4], [100, 20, 10])
    assert units.q_by_chance(0.0) == pytest.approx(2)


def test_single_contacts_say_nothing_about_a_spread() -> None:
    # With one contact per unit any tau up to sqrt(p q) gives the same counts.
    units, _ = units_of([1, 0, 1, 0], [1, 1, 1, 1])
    assert tau_squared(units, 0.025)[1:] == pytest.approx((0, 0.25))


@few
@given(st.lists(st.tuples(st.integers(1, 50), st.floats(0, 1)), min_size=2, max_size=20))
def test_the_estimate_lies_between_its_limits(units: list[tuple[int, float]]) -> None:
    n = [size for size, _ in units]
    successes = [round(size * share) for size, share in units]
    if 0 < sum(successes) < sum(n):
        estimate, low, high = tau_squared(units_of(successes, n)[0], 0.025)
        assert 0 <= low <= estimate <= high <= 0.25
