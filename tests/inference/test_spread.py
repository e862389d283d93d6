from collections import Counter
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import bdtr, ndtri
from shared_values import column, reference, rows

from headwater.errors import SettingError
from headwater.inference.spread import (
    funnel_limits,
    james_stein,
    n_for_reliability,
    overdispersion,
    reliability,
    spread_of_rates,
)

UnitCounts = st.lists(
    st.integers(1, 80).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=2, max_size=15
)
few = settings(deadline=None, max_examples=60)


def within_chance(share: float, expected: float, trials: int) -> bool:
    """Within three standard errors of a share of that many trials."""
    return bool(abs(share - expected) <= 3 * (expected * (1 - expected) / trials) ** 0.5)


def test_the_funnel_has_the_reference_limits() -> None:
    # Spiegelhalter's (2005) interpolation, evaluated separately for p = .2.
    for n, *expected in reference("funnel_binomial_interpolated")["rows"]:
        wide, narrow = funnel_limits(0.2, n, 0.998), funnel_limits(0.2, n, 0.95)
        assert (wide[0], narrow[0], narrow[1], wide[1]) == pytest.approx(expected, abs=5.1e-6)


@few
@given(st.integers(1, 3000), st.floats(0.01, 0.99), st.sampled_from([0.9, 0.95, 0.998]))
def test_each_funnel_limit_cuts_off_its_tail(n: int, p0: float, level: float) -> None:
    # The count just inside the interpolated limit has less than its tail beyond it, the next has more.
    low, high = funnel_limits(p0, n, level)
    tail = (1 - level) / 2
    assert bdtr(np.ceil(high * n - 1e-9), n, p0) >= 1 - tail - 1e-12
    assert low == 0 or bdtr(np.ceil(low * n - 1e-9), n, p0) >= tail - 1e-12
    assert 0 <= low <= p0 + 1 / n and p0 - 1 / n <= high <= 1


def test_a_funnel_takes_many_sizes_at_once() -> None:
    low, high = funnel_limits(0.2, np.array([0.0, 50.0, 100.0]), 0.95)
    assert low.tolist() == [0.0, funnel_limits(0.2, 50, 0.95)[0], funnel_limits(0.2, 100, 0.95)[0]]
    assert high.tolist() == [1.0, funnel_limits(0.2, 50, 0.95)[1], funnel_limits(0.2, 100, 0.95)[1]]


def test_what_never_or_always_happens_has_no_funnel() -> None:
    assert funnel_limits(0.0, 20, 0.95) == (0, 0)
    assert funnel_limits(1.0, 20, 0.95) == (1, 1)


def test_a_funnel_of_an_impossible_level_is_refused() -> None:
    with pytest.raises(SettingError):
        funnel_limits(0.2, 50, 99.8)


def test_chance_alone_gives_one_or_with_a_tenth_winsorised_two_thirds() -> None:
    # Normal z cut at 1.2816: 1 - .2 - 2 * 1.2816 * .17550 + .2 * 1.2816^2 = .6788 by hand.
    z = ndtri((np.arange(100_000) + 0.5) / 100_000)
    assert overdispersion(z, winsor=0) == pytest.approx(1, abs=1e-3)
    assert overdispersion(z) == pytest.approx(0.6788, abs=1e-3)


def test_short_calls_of_24_agents_have_the_reference_dispersion() -> None:
    # Anonymous Bank, February 1999: calls under 10 s among those answered by a named agent.
    expected = reference("anonymous_bank_feb1999")
    calls = rows("anonymous_bank_feb1999/calls_feb1999_pseudonymised.csv.gz")
    named = [
        c for c in calls if c["outcome"] == "AGENT" and c["agent"] != "NO_SERVER" and float(c["ser_time"]) > 0
    ]
    all_calls = Counter(call["agent"] for call in named)
    short = Counter(call["agent"] for call in named if float(call["ser_time"]) < 10)
    found = spread_of_rates([short[a] for a in all_calls], list(all_calls.values()))
    assert (found.units, found.q) == pytest.approx((expected["named_agents"], expected["chi2"]), abs=1e-5)
    assert found.phi == pytest.approx(expected["phi_winsor10"], abs=1e-7)
    assert found.tau_low > 0.03 and found.p_value < 1e-3


def test_two_units_by_hand() -> None:
    # tau^2 = (.02 - .0021) / .99 = .018081; reliability .018081 / (.018081 + .0021) = .89594.
    found = spread_of_rates([20, 40], [100, 100])
    assert (found.units, found.mean, found.q) == pytest.approx((2, 0.3, 9.5238), abs=1e-4)
    assert found.tau == pytest.approx(0.134465, abs=1e-6)
    assert found.reliability == pytest.approx([0.89594, 0.89594], abs=1e-5)
    assert found.shrunk == pytest.approx([0.3 - 0.089594, 0.3 + 0.089594], abs=1e-5)


def test_units_that_only_differ_in_their_mix_do_not_differ() -> None:
    found = spread_of_rates([10, 40], [100, 100], expected=[10, 40])
    assert (found.q, found.tau, found.p_value) == pytest.approx((0, 0, 1), abs=1e-12)
    assert found.shrunk == pytest.approx([0.25, 0.25])


def test_a_mix_expected_too_high_for_all_makes_no_difference() -> None:
    one = spread_of_rates([10, 40, 20], [100, 100, 90], expected=[12, 30, 20])
    other = spread_of_rates([10, 40, 20], [100, 100, 90], expected=[24, 60, 40])
    assert one.tau == pytest.approx(other.tau) and one.shrunk == pytest.approx(other.shrunk)


def test_expecting_the_overall_rate_is_expecting_nothing_special() -> None:
    plain = spread_of_rates([10, 40, 20], [100, 100, 50])
    given_mix = spread_of_rates([10, 40, 20], [100, 100, 50], expected=[28, 28, 14])
    assert given_mix.shrunk == pytest.approx(plain.shrunk) and given_mix.q == pytest.approx(plain.q)


def test_a_unit_without_contacts_is_kept_but_counts_for_nothing() -> None:
    with_it, without = spread_of_rates([20, 0, 40], [100, 0, 100]), spread_of_rates([20, 40], [100, 100])
    assert with_it.units == 2 and with_it.tau == without.tau
    assert with_it.reliability[1] == 0 and with_it.shrunk[1] == with_it.mean


@pytest.mark.parametrize("successes", [[0, 0, 0], [9, 5, 7]])
def test_where_all_succeed_or_none_there_is_no_difference_but_little_is_known(successes: list[int]) -> None:
    found = spread_of_rates(successes, [9, 5, 7])
    assert (found.tau, found.tau_low, found.p_value) == (0, 0, 1)
    assert found.tau_high > 0


@few
@given(UnitCounts)
def test_shrunk_rates_lie_between_the_mean_and_the_raw_rate(counts: list[tuple[int, int]]) -> None:
    successes, n = np.array(counts, dtype=float).T
    found = spread_of_rates(successes, n)
    raw, mean = successes / n, found.mean
    assert np.all(found.shrunk >= np.minimum(raw, mean) - 1e-12)
    assert np.all(found.shrunk <= np.maximum(raw, mean) + 1e-12)
    assert np.all((found.reliability >= 0) & (found.reliability <= 1))
    assert 0 <= found.tau_low <= found.tau <= found.tau_high <= 0.5
    assert 0 < found.p_value <= 1


@few
@given(UnitCounts)
def test_failures_spread_as_successes_do(counts: list[tuple[int, int]]) -> None:
    successes, n = np.array(counts, dtype=float).T
    there, back = spread_of_rates(successes, n), spread_of_rates(n - successes, n)
    assert there.mean == pytest.approx(1 - back.mean, abs=1e-6)
    assert there.tau == pytest.approx(back.tau, abs=1e-6)
    assert there.shrunk == pytest.approx(1 - back.shrunk, abs=1e-6)


def drawn(units: int, mean: float, tau: float, seed: int) -> tuple[float, int]:
    """Share of 400 samples whose interval covers tau, and the number of p-values under .05."""
    random = np.random.default_rng(seed)
    strength = mean * (1 - mean) / tau**2 - 1 if tau else inf
    covered = rejected = 0
    for _ in range(400):
        n = random.integers(60, 300, units)
        rate = random.beta(mean * strength, (1 - mean) * strength, units) if tau else mean
        found = spread_of_rates(random.binomial(n, rate), n)
        covered += found.tau_low <= tau <= found.tau_high
        rejected += found.p_value < 0.05
    return covered / 400, rejected


@pytest.mark.parametrize(("units", "mean", "tau"), [(20, 0.7, 0.05), (12, 0.4, 0.1), (40, 0.1, 0.05)])
def test_the_interval_of_tau_covers_it_as_often_as_it_says(units: int, mean: float, tau: float) -> None:
    # The third is skewed: there the uncorrected Q-profile covers .90.
    assert within_chance(drawn(units, mean, tau, seed=21)[0], 0.95, 400)


def test_units_that_do_not_differ_are_found_different_once_in_twenty() -> None:
    assert within_chance(drawn(15, 0.3, 0.0, seed=22)[1] / 400, 0.05, 400)


def test_the_same_holds_where_counts_are_small() -> None:
    random = np.random.default_rng(23)
    rejected = 0
    for _ in range(300):
        n = random.integers(3, 12, 10)
        rejected += spread_of_rates(random.binomial(n, 0.3), n).p_value < 0.05
    assert within_chance(rejected / 300, 0.05, 300)


def test_and_where_each_unit_has_its_own_mix() -> None:
    random = np.random.default_rng(24)
    rejected = 0
    for _ in range(300):
        n, usual = random.integers(3, 12, 10), random.uniform(0.1, 0.6, 10)
        found = spread_of_rates(random.binomial(n, usual), n, expected=n * usual)
        rejected += found.p_value < 0.05
    assert within_chance(rejected / 300, 0.05, 300)


def test_efron_and_morris_batters() -> None:
    # 18 batters of 1970; the shrunk averages are nearer to the rest of their season.
    table, expected = rows("efron_morris_1977/baseball.csv"), reference("efron_morris")
    average, season = np.array(column(table, "hits_45")) / 45, np.array(column(table, "season_avg"))
    mean = average.mean()
    shrunk, factor = james_stein(average, mean * (1 - mean) / 45)
    by_name = dict(zip([row["player"] for row in table], shrunk, strict=True))
    assert factor == pytest.approx(expected["c"], abs=1e-9)
    assert by_name["Clemente"] == pytest.approx(expected["clemente"], abs=5e-4)
    assert by_name["Alvis"] == pytest.approx(expected["alvis"], abs=5e-4)
    assert ((shrunk - season) ** 2).sum() == pytest.approx(expected["sse_js"], abs=1e-9)


def test_values_closer_than_chance_are_all_drawn_to_their_mean() -> None:
    shrunk, factor = james_stein([1.0, 2.0, 3.0, 4.0], variance=100.0)
    assert factor == 0 and shrunk.tolist() == [2.5] * 4
    assert james_stein([2.0] * 4, variance=1.0)[1] == 0


def test_three_values_are_too_few_to_borrow_from() -> None:
    with pytest.raises(ValueError, match="four values"):
        james_stein([1.0, 2.0, 3.0], 1.0)


def test_reliability_has_the_reference_values() -> None:
    expected = reference("misc")["reliability"]
    for n in ("20", "50", "100", "400"):
        found = reliability(expected["tau"], expected["p"], int(n))
        assert found == pytest.approx(expected[n], abs=1e-7)


@few
@given(st.floats(0.001, 0.3), st.floats(0.05, 0.95), st.floats(0.1, 0.95))
def test_with_the_contacts_needed_a_rate_is_as_reliable_as_wanted(
    tau: float, p: float, target: float
) -> None:
    assert reliability(tau, p, n_for_reliability(tau, p, target)) == pytest.approx(target)


def test_without_a_spread_no_number_of_contacts_is_enough() -> None:
    assert n_for_reliability(0.0, 0.8) == inf
    assert reliability(0.0, 0.8, 10_000) == 0


def test_no_contacts_are_not_reliable() -> None:
    assert reliability(0.05, 0.8, 0) == 0


def test_impossible_input_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be aimed at"):
        n_for_reliability(0.1, 0.5, target=1.0)
    with pytest.raises(ValueError, match="two units"):
        spread_of_rates([5, 0], [10, 0])
    with pytest.raises(ValueError, match="one of each per unit"):
        spread_of_rates([11, 2], [10, 10])
    with pytest.raises(ValueError, match="expected successes"):
        spread_of_rates([5, 2], [10, 10], expected=[11, 2])
