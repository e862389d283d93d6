from math import inf, isnan, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shared_values import column, reference, rows

from headwater.inference.interval import Interval
from headwater.inference.proportion import wilson
from headwater.inference.survival import (
    Survival,
    exponential_mean,
    hazard,
    kaplan_meier,
    quantile,
    survival_at,
    survival_interval,
    variance_at,
)

# Weeks in remission under 6-MP and under placebo (Freireich et al. 1963), events and censored per week.
TREATED = (
    [6, 7, 9, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 34, 35],
    [3, 1, 0, 1, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0],
    [1, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 2, 1, 1],
)
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]

Times = st.lists(st.tuples(st.integers(1, 30), st.booleans()), min_size=1, max_size=60)
few = settings(deadline=None, max_examples=100)


def curve_of(people: list[tuple[int, bool]]) -> Survival:
    return kaplan_meier([t for t, _ in people], [e for _, e in people], [not e for _, e in people])


def test_the_remission_curve_of_the_textbooks() -> None:
    # Kaplan-Meier estimate and Greenwood error as printed by Kleinbaum & Klein and many others.
    curve = kaplan_meier(*TREATED)
    assert curve.time.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve.at_risk.tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert curve.survival == pytest.approx(
        [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482], abs=5.1e-5
    )
    errors = [variance_at(curve, t) ** 0.5 for t in curve.time]
    assert errors == pytest.approx([0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346], abs=5.1e-5)


def test_half_relapse_by_week_23_under_treatment_and_week_8_without() -> None:
    # Medians as printed. Limits by hand: ln(.2838) + 1.96 * .0963/(.7529 * .2838) = -.376, so the lower
    # limit of S(10) is exp(-exp(-.376)) = .503; in the same way .432 at 13 weeks; the upper limit of S(23)
    # is .680, so the upper limit of the median is not reached.
    assert quantile(kaplan_meier(*TREATED)) == (23, (13, None))
    assert quantile(kaplan_meier(PLACEBO, [1] * 21, [0] * 21))[0] == 8


def test_the_limits_of_survival_at_ten_weeks() -> None:
    # As above by hand, to four digits: .7529 ** exp(+-1.96 * .4507).
    interval = survival_interval(0.752941, 0.0963496**2)
    assert (interval.low, interval.high) == pytest.approx((0.5032, 0.8894), abs=2e-4)


def test_callers_patience_at_the_anonymous_bank() -> None:
    expected = reference("anonymous_bank_feb1999")
    calls = rows("anonymous_bank_feb1999/calls_feb1999_pseudonymised.csv.gz")
    queued = [call for call in calls if call["outcome"] != "PHANTOM" and float(call["q_time"]) > 0]
    gave_up = np.array([call["outcome"] == "HANG" for call in queued])
    waited = np.array(column(queued, "q_time"))
    curve = kaplan_meier(waited, gave_up, ~gave_up)
    assert (len(queued), curve.events.sum()) == (expected["queued"], expected["abandoned_of_queued"])
    for t, survival in expected["km_S"].items():
        assert survival_at(curve, float(t)) == pytest.approx(survival, abs=1e-9)
    assert quantile(curve)[0] == expected["km_median_patience_s"]
    mean, _ = exponential_mean(waited.sum(), int(gave_up.sum()))
    assert mean == pytest.approx(expected["patience_mle_mean_s"], abs=1e-6)


@few
@given(st.lists(st.integers(1, 30), min_size=1, max_size=60), st.integers(0, 31))
def test_without_censoring_it_is_the_share_still_waiting(times: list[int], t: int) -> None:
    curve = kaplan_meier(times, np.ones(len(times)), np.zeros(len(times)))
    still = sum(time > t for time in times) / len(times)
    assert survival_at(curve, t) == pytest.approx(still, abs=1e-12)
    assert variance_at(curve, t) == pytest.approx(still * (1 - still) / len(times), abs=1e-12)


@few
@given(Times)
def test_it_starts_at_most_at_one_and_never_rises(people: list[tuple[int, bool]]) -> None:
    survival = curve_of(people).survival
    assert np.all(np.diff(survival) < 0) and np.all((survival >= 0) & (survival < 1))


@few
@given(Times)
def test_one_more_censored_after_the_last_event_only_adds_to_those_at_risk(
    people: list[tuple[int, bool]],
) -> None:
    before, after = curve_of(people), curve_of([*people, (31, False)])
    assert after.time.tolist() == before.time.tolist()
    assert after.events.tolist() == before.events.tolist()
    assert after.at_risk.tolist() == (before.at_risk + 1).tolist()


@few
@given(Times, st.integers(1, 30))
def test_losing_somebody_from_sight_later_changes_nothing_earlier(
    people: list[tuple[int, bool]], t: int
) -> None:
    # Who is censored at t or later counts as at risk before t, whenever after it he or she was lost.
    here = curve_of([*people, (t, False)])
    later = curve_of([*people, (40, False)])
    assert survival_at(here, t - 1) == survival_at(later, t - 1)
    assert survival_at(here, t) == survival_at(later, t)


@few
@given(Times)
def test_rows_per_person_and_rows_per_time_are_the_same(people: list[tuple[int, bool]]) -> None:
    times = sorted({t for t, _ in people})
    events = [sum(e for t, e in people if t == time) for time in times]
    censored = [sum(not e for t, e in people if t == time) for time in times]
    assert kaplan_meier(times, events, censored).survival.tolist() == curve_of(people).survival.tolist()


def test_beyond_the_longest_watch_nothing_is_known() -> None:
    curve = kaplan_meier([1, 2], [1, 0], [0, 1])
    assert survival_at(curve, 2) == 0.5
    assert isnan(survival_at(curve, 2.5)) and isnan(variance_at(curve, 2.5))


def test_once_everybody_had_the_event_it_stays_that_way() -> None:
    curve = kaplan_meier([1, 2], [1, 1], [0, 0])
    assert survival_at(curve, 100) == 0 == variance_at(curve, 100)
    assert curve.greenwood.tolist() == [0.5, inf]


def test_nobody_watched_tells_nothing() -> None:
    curve = kaplan_meier([], [], [])
    assert survival_at(curve, 0) == 1 and isnan(survival_at(curve, 1))
    assert quantile(curve) == (None, (None, None))


@pytest.mark.parametrize("survival", [0.0, 1.0])
def test_at_the_ends_the_number_at_risk_gives_the_interval(survival: float) -> None:
    assert survival_interval(survival, 0.0, n=30) == wilson(survival * 30, 30)
    assert survival_interval(survival, 0.0) == Interval(0.0, 1.0)


@pytest.mark.parametrize(("survival", "variance"), [(nan, 0.01), (0.5, nan), (0.5, inf)])
def test_what_is_not_known_has_the_widest_interval(survival: float, variance: float) -> None:
    assert survival_interval(survival, variance) == Interval(0.0, 1.0)


@few
@given(st.floats(1e-6, 1 - 1e-6), st.floats(0, 10))
def test_the_interval_of_survival_contains_it_and_stays_possible(survival: float, variance: float) -> None:
    interval = survival_interval(survival, variance)
    assert (
        0 <= interval.low <= survival * (1 + 1e-12) and survival <= interval.high * (1 + 1e-12) <= 1 + 1e-11
    )


def test_a_quarter_relapse_sooner_than_a_half() -> None:
    # S is .7529 at 10 and .6902 at 13 weeks.
    assert quantile(kaplan_meier(*TREATED), q=0.25)[0] == 13


def test_a_time_not_reached_is_none() -> None:
    assert quantile(kaplan_meier(*TREATED), q=0.9) == (None, (None, None))


def test_the_limits_of_the_median_cover_it() -> None:
    # 400 samples of 60 exponential times with mean 1, watched until 1.5: the median is ln 2.
    random = np.random.default_rng(11)
    covered = 0
    for _ in range(400):
        times = random.exponential(1.0, 60)
        curve = kaplan_meier(np.minimum(times, 1.5), times <= 1.5, times > 1.5)
        low, high = quantile(curve)[1]
        covered += (low is None or low <= np.log(2)) and (high is None or np.log(2) <= high)
    assert covered / 400 == pytest.approx(0.95, abs=3 * (0.95 * 0.05 / 400) ** 0.5)


def test_the_hazard_is_events_over_time_at_risk() -> None:
    # By hand: events at 1 and 3, censored at 2 and 4. In [0, 2) 1 + 2 + 2 + 2 = 7, in [2, 4) 0 + 1 + 2 = 3.
    rate, events = hazard([1, 2, 3, 4], [1, 0, 1, 0], [0, 1, 0, 1], [0, 2, 4, 6])
    assert events.tolist() == [1, 1, 0]
    assert rate[:2] == pytest.approx([1 / 7, 1 / 3])
    assert isnan(rate[2])


@few
@given(Times, st.lists(st.integers(1, 30), max_size=5, unique=True))
def test_however_the_time_is_cut_the_events_and_the_exposure_stay(
    people: list[tuple[int, bool]], cuts: list[int]
) -> None:
    edges = [0, *(cut - 0.5 for cut in sorted(cuts)), 31]
    times, events, lost = zip(*((t, e, not e) for t, e in people), strict=True)
    rate, count = hazard(times, events, lost, edges)
    assert count.sum() == sum(events)
    exposure = sum(c / r for c, r in zip(count, rate, strict=True) if c > 0)
    assert exposure <= sum(times) + 1e-9
    assert not all(count) or exposure == pytest.approx(sum(times))


def test_breaks_that_do_not_ascend_are_refused() -> None:
    with pytest.raises(ValueError, match="ascend"):
        hazard([1], [1], [0], [0, 0])


def test_four_failures_in_a_thousand_hours() -> None:
    # Chi-square table: 20.483 (.975, 10 degrees of freedom) and 2.180 (.025, 8 degrees): 2000 / each.
    mean, interval = exponential_mean(1000.0, 4)
    assert mean == 250
    assert interval.low == pytest.approx(2000 / 20.483, rel=1e-4)
    assert interval.high == pytest.approx(2000 / 2.1797, rel=1e-4)


def test_without_an_event_only_the_lower_limit_is_known() -> None:
    mean, interval = exponential_mean(100.0, 0)
    assert mean == inf == interval.high
    # The "rule of three and two thirds": -ln(.025) = 3.689.
    assert interval.low == pytest.approx(100 / 3.6889, rel=1e-4)


@pytest.mark.parametrize("wrong", [([-1], [1], [0]), ([1], [-1], [0]), ([nan], [1], [0])])
def test_negative_or_missing_input_is_refused(wrong: tuple[list[float], list[int], list[int]]) -> None:
    with pytest.raises(ValueError, match="negative or missing"):
        kaplan_meier(*wrong)


def test_a_negative_total_time_is_refused() -> None:
    with pytest.raises(ValueError, match="not possible"):
        exponential_mean(-1.0, 2)
