import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import bdtr, ndtr
from shared_values import reference

from headwater.inference.interval import Interval, z_of
from headwater.inference.proportion import (
    clopper_pearson,
    manski_bounds,
    net_promoter,
    newcombe_difference,
    wilson,
    wilson_clustered,
    wilson_corrected,
)

Counts = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
Levels = st.sampled_from([0.5, 0.9, 0.95, 0.998])
few = settings(deadline=None, max_examples=100)


def limits(interval: Interval) -> tuple[float, float]:
    return interval.low, interval.high


def test_wilson_gives_the_reference_values() -> None:
    for x, n, low, high in reference("wilson")["rows"]:
        assert limits(wilson(x, n)) == pytest.approx((low, high), abs=1e-6)


def test_wilson_corrected_gives_the_reference_values() -> None:
    for x, n, low, high in reference("wilson")["with_cc"]:
        assert limits(wilson_corrected(x, n)) == pytest.approx((low, high), abs=5.1e-5)


def test_clopper_pearson_gives_the_reference_values() -> None:
    for x, n, low, high in reference("wilson")["clopper_pearson"]:
        assert limits(clopper_pearson(x, n)) == pytest.approx((low, high), abs=1e-6)


def test_newcombe_gives_the_reference_values() -> None:
    for x1, n1, x2, n2, low, high in reference("newcombe_difference")["rows"]:
        assert limits(newcombe_difference(x1, n1, x2, n2)) == pytest.approx((low, high), abs=5.1e-5)


def test_net_promoter_gives_the_reference_values() -> None:
    expected = reference("misc")["nps"]
    # The reference rounds z to 1.96, which is a level a little above .95.
    value, se, interval = net_promoter(100, 40, 200, level=2 * float(ndtr(1.96)) - 1)
    assert (value, se) == pytest.approx((expected["nps"], expected["se"]), abs=1e-5)
    assert limits(interval) == pytest.approx(expected["ci"], abs=1e-5)


def test_one_fifth_answering_85_percent_content_leaves_17_to_97() -> None:
    # Manski's bounds by hand: .2 * .85 and that plus the .8 who said nothing.
    assert limits(manski_bounds(0.2, 0.85)) == pytest.approx((0.17, 0.97))


@few
@given(Counts, Levels)
def test_wilson_contains_the_share_and_stays_possible(counts: tuple[int, int], level: float) -> None:
    x, n = counts
    for interval in (wilson(x, n, level), wilson_corrected(x, n, level), clopper_pearson(x, n, level)):
        assert 0 <= interval.low <= x / n <= interval.high <= 1


@few
@given(Counts, Levels)
def test_a_score_test_just_rejects_at_wilsons_limits(counts: tuple[int, int], level: float) -> None:
    # The definition: |p - limit| = z sqrt(limit (1 - limit) / n).
    (x, n), z = counts, z_of(level)
    for limit in limits(wilson(x, n, level)):
        assert (x / n - limit) ** 2 == pytest.approx(z * z * limit * (1 - limit) / n, rel=1e-6, abs=1e-12)


@few
@given(Counts.filter(lambda c: 0 < c[0] < c[1]), Levels)
def test_the_corrected_test_just_rejects_at_the_corrected_limits(
    counts: tuple[int, int], level: float
) -> None:
    # The definition: |p - limit| - 1/(2n) = z sqrt(limit (1 - limit) / n).
    (x, n), z = counts, z_of(level)
    for limit in limits(wilson_corrected(x, n, level)):
        reached = (abs(x / n - limit) - 1 / (2 * n)) ** 2
        assert reached == pytest.approx(z * z * limit * (1 - limit) / n, rel=1e-6, abs=1e-12)


@few
@given(Counts.filter(lambda c: 0 < c[0] < c[1]), Levels)
def test_each_exact_limit_leaves_half_of_the_rest(counts: tuple[int, int], level: float) -> None:
    x, n = counts
    low, high = limits(clopper_pearson(x, n, level))
    assert 1 - bdtr(x - 1, n, low) == pytest.approx((1 - level) / 2, abs=1e-7)
    assert bdtr(x, n, high) == pytest.approx((1 - level) / 2, abs=1e-7)


@few
@given(Counts, Levels)
def test_successes_and_failures_mirror_each_other(counts: tuple[int, int], level: float) -> None:
    x, n = counts
    there, back = wilson(x, n, level), wilson(n - x, n, level)
    assert (there.low, there.high) == pytest.approx((1 - back.high, 1 - back.low), abs=1e-12)


@few
@given(Counts, Counts)
def test_swapping_the_groups_mirrors_the_difference(one: tuple[int, int], two: tuple[int, int]) -> None:
    there, back = newcombe_difference(*one, *two), newcombe_difference(*two, *one)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low), abs=1e-12)
    assert -1 <= there.low <= one[0] / one[1] - two[0] / two[1] <= there.high <= 1


@pytest.mark.parametrize("interval", [wilson, wilson_corrected, clopper_pearson])
def test_nothing_counted_leaves_everything_possible(interval: object) -> None:
    assert interval(0, 0) == Interval(0.0, 1.0)  # type: ignore[operator]


def test_against_an_empty_group_the_difference_is_as_open_as_that_group() -> None:
    known = wilson(8, 10)
    assert newcombe_difference(8, 10, 0, 0) == Interval(known.low - 1, known.high)


def test_clustered_answers_count_for_fewer() -> None:
    # A variance four times the binomial one is worth a quarter of the answers.
    assert wilson_clustered(0.3, 4 * 0.21 / 400, 400) == wilson(30, 100)


def test_clustering_never_makes_answers_count_for_more() -> None:
    assert wilson_clustered(0.3, 0.21 / 4000, 400) == wilson(120, 400)


@pytest.mark.parametrize("variance", [0.0, float("nan")])
def test_without_a_variance_each_answer_counts(variance: float) -> None:
    assert wilson_clustered(1.0, variance, 20) == wilson(20, 20)
    assert wilson_clustered(0.5, variance, 20) == wilson(10, 20)


def test_ten_promoters_and_nobody_else_prove_little() -> None:
    # Wilson by hand for 10 of 10: low = 1 / (1 + 1.96^2 / 10) = .72247; the rest may all be detractors.
    value, se, interval = net_promoter(10, 0, 10)
    assert (value, se, interval.high) == (100, 0, 100)
    assert interval.low == pytest.approx(100 - 200 * (1 - 0.722467), abs=1e-3)
    mirrored = net_promoter(0, 10, 10)[2]
    assert (mirrored.low, mirrored.high) == pytest.approx((-interval.high, -interval.low))


def test_ten_who_neither_promote_nor_detract_may_hide_either() -> None:
    interval = net_promoter(0, 0, 10)[2]
    assert limits(interval) == pytest.approx((-27.7533, 27.7533), abs=1e-3)


def test_a_score_of_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one answer"):
        net_promoter(0, 0, 0)


def test_more_successes_than_trials_are_refused() -> None:
    with pytest.raises(ValueError, match="5 of 4 is not a share"):
        wilson(5, 4)
