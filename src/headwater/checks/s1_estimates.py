"""The numbers of S1, from the small tables that the engine counted.

Contacts of one day meet the same queue, so they do not count as independent: shares and mean waits
take their variance from the differences between days (ratio estimator, Cochran 1977, section 6.3).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite, isnan

import numpy as np
import pyarrow as pa

from headwater import words
from headwater.checks.finding import Estimate
from headwater.inference import survival
from headwater.inference.arrays import Floats, floats
from headwater.inference.interval import Interval
from headwater.inference.proportion import wilson, wilson_clustered
from headwater.inference.rates import mean_interval, ratio_interval

Columns = Mapping[str, Floats]
KEYS = ("day", "weekday", "hour")
SURVIVAL_AT = (60, 180, 300)
BY_DAY = "wilson, clustered by day"


def columns(table: pa.Table) -> dict[str, Floats]:
    """The table's columns as arrays of floats."""
    return {name: floats(table[name].to_pylist()) for name in table.column_names}


def by_day(rows: Columns) -> dict[str, Floats]:
    """Sums of every counted column for each day that has a row."""
    days, place = np.unique(rows["day"], return_inverse=True)
    return {
        name: floats(np.bincount(place, column, days.size))
        for name, column in rows.items()
        if name not in KEYS
    }


def counts(rows: Columns) -> Iterator[Estimate]:
    """How many came, were answered, gave up and had to wait: plain counts without sampling error."""
    offered, abandoned, queued = (int(rows[name].sum()) for name in ("offered", "abandoned", "queued"))
    for name, value, label in (
        ("offered", offered, "contacts that came to a queue"),
        ("answered", offered - abandoned, "contacts that somebody answered"),
        ("abandoned", abandoned, "contacts that gave up before anybody answered"),
        ("queued", queued, "contacts that had to wait at all"),
    ):
        yield Estimate(name, value, None, None, "contacts", offered, "count", label)


def abandonment(days: Columns, level: float) -> Iterator[Estimate]:
    """The share that gave up, of all who came and of those who had to wait."""
    yield from _share(
        "abandoned_share", "of all who came, gave up", days["abandoned"], days["offered"], level
    )
    label = "of those who had to wait, gave up"
    yield from _share("abandoned_of_queued_share", label, days["queued_abandoned"], days["queued"], level)


def service_levels(days: Columns, within: float, level: float) -> Iterator[Estimate]:
    """Service level in its four usual definitions, of contacts whose wait is known."""
    soon = f"within {words.duration(within)}"
    answered, left, offered = days["answered_in_time"], days["abandoned_in_time"], days["timed"]
    for name, label, top, bottom in (
        ("of_offered", f"of all who came, answered {soon}", answered, offered),
        ("of_answered", f"of those answered, answered {soon}", answered, days["timed_answered"]),
        (
            "without_short_abandons",
            f"of all but those who gave up {soon}, answered {soon}",
            answered,
            offered - left,
        ),
        ("abandons_in_time_count", f"of all who came, answered or gave up {soon}", answered + left, offered),
    ):
        yield from _share(f"service_level_{name}", label, top, bottom, level)


def waits(days: Columns, seconds: Columns, level: float) -> Iterator[Estimate]:
    """Mean and median wait of those answered (also without waiting) and of all who had to wait."""
    waited = seconds["second"] > 0
    both = (seconds["answered"] + seconds["abandoned"]) * waited
    for name, label, histogram, total, count in (
        ("answered", "those answered", seconds["answered"], days["answered_wait"], days["timed_answered"]),
        ("queued", "all who had to wait", both, days["queued_wait"], days["queued"]),
    ):
        if count.sum() > 0:
            yield from _wait(name, label, (seconds["second"], histogram), (total, count), level)


def patience(seconds: Columns, level: float) -> Iterator[Estimate]:
    """How long customers are willing to wait: exponential mean, median and survival.

    Only who waited is in it; who was answered is censored at the answer. What the waits seen do not
    reach is left out.
    """
    time, gone, answered = waited(seconds)
    n, events = int((gone + answered).sum()), int(gone.sum())
    if not events:
        return
    total = float((seconds["answered_wait"] + seconds["abandoned_wait"])[seconds["second"] > 0].sum())
    mean, limits = survival.exponential_mean(total, events, level)
    label = "patience, if giving up were equally likely at every moment"
    yield _seconds("patience_mean_exponential", label, mean, limits, n, "exponential, exact interval", level)
    curve = survival.kaplan_meier(time, gone, answered)
    median, around = survival.quantile(curve, 0.5, level)
    if median is not None:
        label = "patience: by then half would have given up if nobody answered"
        yield Estimate(
            "patience_median", median, around.low, around.high, "seconds", n, "kaplan-meier", label, level
        )
    for at in SURVIVAL_AT:
        yield from _surviving(curve, at, n, level)


def per_week(rows: Columns, level: float) -> Estimate:
    """Contacts that gave up, per week, with what weeks differ by chance.

    The variance is that between the same weekdays of different weeks, at least that of a Poisson count.
    """
    first, last = rows["day"].min(), rows["day"].max()
    span = int(last - first) + 1
    per_day = np.bincount((rows["day"] - first).astype(int), rows["abandoned"], span)
    groups = [per_day[start::7] for start in range(min(7, span))]
    between = sum(group.size * group.var(ddof=1) for group in groups if group.size > 1)
    total, weeks = float(per_day.sum()), span / 7
    limits = ratio_interval(total / weeks, max(float(between), total) / weeks**2, level)
    return Estimate(
        "abandoned_per_week", total / weeks, limits.low, limits.high, "contacts", int(rows["offered"].sum()),
        "mean of weeks, variance between the same weekdays", "contacts that gave up, per week", level,
    )  # fmt: skip


def waited(seconds: Columns) -> tuple[Floats, Floats, Floats]:
    """Second, abandoned and answered of those who waited at all: what a survival curve is made of."""
    some = seconds["second"] > 0
    return seconds["second"][some], seconds["abandoned"][some], seconds["answered"][some]


def _share(name: str, label: str, top: Floats, bottom: Floats, level: float) -> Iterator[Estimate]:
    n = int(bottom.sum())
    if n:
        value, variance = _ratio(top, bottom)
        limits = wilson_clustered(value, variance, n, level)
        yield Estimate(name, value, limits.low, limits.high, "share", n, BY_DAY, label, level)


def _ratio(top: Floats, bottom: Floats) -> tuple[float, float]:
    """Sum over sum and its variance from the differences between days; nan with fewer than two."""
    value, days = float(top.sum() / bottom.sum()), int((bottom > 0).sum())
    if days < 2:
        return value, float("nan")
    squares = float(np.square(top - value * bottom).sum())
    return value, days / (days - 1) * squares / float(bottom.sum()) ** 2


def _wait(
    name: str, label: str, histogram: tuple[Floats, Floats], by_day_: tuple[Floats, Floats], level: float
) -> Iterator[Estimate]:
    (second, count), n = histogram, int(histogram[1].sum())
    mean, between = _ratio(*by_day_)
    spread = float(count @ np.square(second - count @ second / n)) / n
    variance = spread / n if isnan(between) else max(between, spread / n)
    limits = mean_interval(mean, variance, level)
    limits = Interval(max(0.0, limits.low), limits.high)
    method = "mean, variance between days"
    yield _seconds(f"mean_wait_{name}", f"mean wait of {label}", mean, limits, n, method, level)
    alike = n if variance == 0 else min(float(n), spread / variance)
    middle = wilson(alike / 2, alike, level)
    low, median, high = (_quantile(second, count, q) for q in (middle.low, 0.5, middle.high))
    method = "Woodruff, clustered by day"
    yield _seconds(
        f"median_wait_{name}", f"median wait of {label}", median, Interval(low, high), n, method, level
    )


def _quantile(values: Floats, weights: Floats, q: float) -> float:
    """The first value up to which at least the share q of the weight lies."""
    reached = np.cumsum(weights) >= q * weights.sum() - 1e-9
    return float(values[int(np.argmax(reached))])


def _surviving(curve: survival.Survival, at: int, n: int, level: float) -> Iterator[Estimate]:
    value = survival.survival_at(curve, at)
    if isfinite(value):
        limits = survival.survival_interval(value, survival.variance_at(curve, at), level)
        label = f"would still be waiting after {words.duration(at)} if nobody answered"
        name, unit, method = f"patience_survival_{at}s", "share", "kaplan-meier"
        yield Estimate(name, value, limits.low, limits.high, unit, n, method, label, level)


def _seconds(
    name: str, label: str, value: float, limits: Interval, n: int, method: str, level: float
) -> Estimate:
    return Estimate(name, value, limits.low, limits.high, "seconds", n, method, label, level)
