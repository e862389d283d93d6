"""Kaplan-Meier on the engine against textbooks, against the curve in `inference`, and against resampling."""

from collections.abc import Iterable
from itertools import pairwise

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.checks.returning import limits_of
from headwater.inference.survival import kaplan_meier, survival_at, variance_at
from headwater.measures.clock import DAY
from headwater.measures.product_limit import Within, curve, within

ENGINE = ibis.duckdb.connect()
#: (customer, days until back or until the end of watching, came back)
Seen = tuple[str, int, bool]
#: Weeks of remission under 6-mercaptopurine, Freireich et al. 1963; False: still in remission.
FREIREICH = [(6, True)] * 3 + [
    (6, False), (7, True), (9, False), (10, True), (10, False), (11, False), (13, True), (16, True), (17, False),
    (19, False), (20, False), (22, True), (23, True), (25, False), (32, False), (32, False), (34, False), (35, False),
]  # fmt: skip
histories = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.integers(0, 9), st.booleans()), min_size=2, max_size=25
)


def observed(seen: Iterable[Seen], part: str = "all", longest: int = 10) -> ir.Table:
    rows = [
        {
            "part": part,
            "cluster": customer,
            "seconds": days * DAY,
            "event": int(back),
            "followed": (longest if back else days) * DAY,
        }
        for customer, days, back in seen
    ]
    return ibis.memtable(pa.Table.from_pylist(rows))


def at(seen: Iterable[Seen], *days: float) -> tuple[Within, ...]:
    return within(ENGINE.create_table("seen", observed(seen).to_pyarrow(), overwrite=True), days)["all"]


def own_clusters(seen: Iterable[tuple[int, bool]]) -> list[Seen]:
    return [(str(number), days, back) for number, (days, back) in enumerate(seen)]


def test_the_curve_of_freireich_1963_comes_out_as_printed() -> None:
    """Kleinbaum & Klein, Survival Analysis, chapter 2: 6-MP group; standard errors by Greenwood."""
    printed = {6: (0.8571, 0.0764), 7: (0.8067, 0.0869), 10: (0.7529, 0.0963), 13: (0.6902, 0.1068),
               16: (0.6275, 0.1141), 22: (0.5378, 0.1282), 23: (0.4482, 0.1346)}  # fmt: skip
    for rate in at(own_clusters(FREIREICH), *printed):
        survival, error = printed[round(rate.days)]
        assert 1 - rate.kaplan_meier.value == pytest.approx(survival, abs=5e-5)
        assert (rate.kaplan_meier.variance * 20 / 21) ** 0.5 == pytest.approx(error, abs=5e-5)


def test_the_table_of_the_curve_has_one_row_for_each_time() -> None:
    rows = curve(observed([("a", 1, True), ("b", 1, False), ("c", 2, True)])).order_by("seconds").to_pyarrow()
    assert rows["at_risk"].to_pylist() == [3, 1]
    assert rows["survival"].to_pylist() == pytest.approx([2 / 3, 0], abs=1e-9)


@given(histories, st.integers(0, 9))
@settings(max_examples=30, deadline=None)
def test_the_engine_and_the_statistics_module_agree(seen: list[Seen], day: int) -> None:
    one_each = own_clusters((days, back) for _, days, back in seen)
    (rate,) = at(one_each, day)
    times, back = [days for _, days, _ in seen], np.array([back for *_, back in seen])
    reference = kaplan_meier(times, back, ~back)
    before = [days for days in times if days <= day]
    expected = survival_at(reference, min(day, max(times)))
    assert 1 - rate.kaplan_meier.value == pytest.approx(expected if before else 1.0, abs=1e-9)
    greenwood = variance_at(reference, min(day, max(times))) if before else 0.0
    assert rate.kaplan_meier.variance * (len(seen) - 1) / len(seen) == pytest.approx(greenwood, abs=1e-9)


@given(histories)
@settings(max_examples=20, deadline=None)
def test_more_days_never_mean_fewer_returns(seen: list[Seen]) -> None:
    rates = at(seen, *range(10))
    for sooner, later in pairwise(rates):
        assert sooner.kaplan_meier.value <= later.kaplan_meier.value + 1e-12
        assert sooner.naive is not None and later.naive is not None
        assert sooner.naive.value <= later.naive.value


@given(histories, st.integers(0, 9), st.randoms())
@settings(max_examples=20, deadline=None)
def test_the_order_of_rows_does_not_matter(seen: list[Seen], day: int, random: object) -> None:
    shuffled = seen.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    (one,), (other,) = at(seen, day), at(shuffled, day)
    assert one.kaplan_meier.value == pytest.approx(other.kaplan_meier.value, abs=1e-12)
    assert one.kaplan_meier.variance == pytest.approx(other.kaplan_meier.variance, abs=1e-12)
    assert (one.naive, one.followed) == (other.naive, other.followed)


@given(histories)
@settings(max_examples=20, deadline=None)
def test_when_all_were_watched_long_enough_the_three_ways_agree(seen: list[Seen]) -> None:
    watched = [(customer, days if back else 10, back) for customer, days, back in seen]
    (rate,) = at(watched, 9)
    assert rate.naive is not None and rate.followed is not None
    assert rate.kaplan_meier.value == pytest.approx(rate.naive.value, abs=1e-9)
    assert rate.kaplan_meier.variance == pytest.approx(rate.naive.variance, abs=1e-9)
    assert rate.followed == rate.naive


@given(histories, st.integers(0, 9))
@settings(max_examples=20, deadline=None)
def test_a_customer_who_never_returns_never_raises_the_naive_rate(seen: list[Seen], day: int) -> None:
    (before,), (after,) = at(seen, day), at([*seen, ("new", 5, False)], day)
    assert before.naive is not None and after.naive is not None
    assert after.naive.value <= before.naive.value


def test_who_was_not_watched_so_long_is_not_among_the_followed() -> None:
    (rate,) = at([("a", 2, True), ("b", 3, False), ("c", 10, False)], 5)
    assert rate.watched == 2
    assert rate.followed is not None and rate.followed.value == 0.5
    assert rate.naive is not None and rate.naive.value == pytest.approx(1 / 3)


def test_nobody_watched_so_long_gives_no_followed_share() -> None:
    (rate,) = at([("a", 2, False), ("b", 3, False)], 5)
    assert rate.followed is None
    assert rate.watched == 0


def test_a_curve_that_falls_to_nothing_has_no_variance_left() -> None:
    (rate,) = at([("a", 1, True), ("b", 2, True)], 5)
    assert rate.kaplan_meier.value == 1
    assert rate.kaplan_meier.variance == 0


def test_parts_are_estimated_apart() -> None:
    one, other = [("a", 1, True), ("b", 2, False)], [("a", 1, False), ("b", 3, True), ("c", 4, True)]
    together = within(ibis.union(observed(one, "one"), observed(other, "other")), [5])
    assert together["one"][0] == at(one, 5)[0]
    assert together["other"][0] == at(other, 5)[0]


def test_points_of_a_curve_come_without_the_naive_share() -> None:
    rates = within(observed([("a", 1, True), ("b", 6, False)]), [5], [2])["all"]
    assert [rate.days for rate in rates] == [2, 5]
    assert rates[0].naive is None and rates[1].naive is not None


def clustered_sample(seed: int, customers: int = 60) -> list[Seen]:
    """Contacts whose chance of coming back within 14 days is 0.5 on average, but differs between customers.

    The day of return is uniform from 1 to 14; watching ends after 1 to 30 days, whatever happens.
    """
    random = np.random.default_rng(seed)
    chance = random.beta(1, 1, customers)
    customer = np.repeat(np.arange(customers), 1 + random.poisson(6, customers))
    returns = random.random(customer.size) < chance[customer]
    day, end = random.integers(1, 15, customer.size), random.integers(1, 31, customer.size)
    back = returns & (day <= end)
    return [
        (str(c), int(d if b else e), bool(b)) for c, d, e, b in zip(customer, day, end, back, strict=True)
    ]


def test_the_variance_is_that_of_leaving_out_one_customer_at_a_time() -> None:
    """The delete-one-cluster jackknife, which shares no formula with the influence values."""
    seen = clustered_sample(3)
    (rate,) = at(seen, 10)
    names = sorted({customer for customer, *_ in seen})
    left = []
    for name in names:
        rest = [(days, back) for customer, days, back in seen if customer != name]
        back = np.array([back for _, back in rest])
        left.append(1 - survival_at(kaplan_meier([days for days, _ in rest], back, ~back), 10))
    count = len(names)
    jackknife = (count - 1) / count * np.sum((np.array(left) - np.mean(left)) ** 2)
    assert rate.kaplan_meier.variance == pytest.approx(jackknife, rel=0.03)
    one_each = at(own_clusters((days, back) for _, days, back in seen), 10)
    assert rate.kaplan_meier.variance > 1.5 * one_each[0].kaplan_meier.variance


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    hits, naive = [], []
    for seed in range(120):
        (rate,) = at(clustered_sample(seed), 14)
        limits = limits_of(rate.kaplan_meier, "kaplan-meier", 0.95)
        hits.append(limits.low <= 0.5 <= limits.high)
        assert rate.naive is not None
        naive.append(rate.naive.value)
    # 120 intervals of true coverage 0.95: 0.89 is three standard errors below.
    assert np.mean(hits) >= 0.89
    assert np.mean(naive) < 0.42
