"""Tables and charts of S1."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

import numpy as np

from headwater import words
from headwater.checks.charts import bars, columns, curve, heatmap
from headwater.checks.finding import Chart, DataTable, Estimate, Scalar
from headwater.checks.s1_estimates import Columns, waited
from headwater.checks.s1_hours import FEWEST, WEEKDAYS, Hour, Week
from headwater.inference.survival import (
    Survival,
    hazard,
    kaplan_meier,
    survival_at,
    survival_interval,
    variance_at,
)

#: Width of a bin of the hazard, and of a step of the patience curve, in seconds.
BIN, STEP = 30, 10
#: A curve is drawn as far as this many are still waiting; beyond it single customers make it jump.
STILL_WAITING = 30
MOST_BAD_HOURS = 10
HOUR_COLUMNS = (
    "Weekday", "Hour", "Contacts", "Share that gave up", "Low", "High", "Mean wait", "Answered in time", "Remark",
)  # fmt: skip

WHY_LEVELS_DIFFER = {
    "service_level_of_offered": "everybody who came counts; who gave up was not served in time",
    "service_level_of_answered": "who gave up is forgotten, so it looks best when the most leave",
    "service_level_without_short_abandons": "who gave up quickly is taken as no real attempt",
    "service_level_abandons_in_time_count": "who gave up quickly is counted as served",
}


def tables(week: Week, estimates: Sequence[Estimate]) -> tuple[DataTable, ...]:
    """Service levels side by side, and the single bad hours; the hours of the week lie behind their chart."""
    found = [_service_levels(estimates)]
    if week.bad_hours:
        found.append(_bad_hours(week))
    return tuple(table for table in found if table.rows)


def charts(week: Week, seconds: Columns, estimates: Sequence[Estimate], level: float) -> tuple[Chart, ...]:
    """What there is to draw: hours of the week, service levels, patience, and when people give up."""
    drawn = [_hours(week), _levels(estimates), _patience(seconds, estimates, level), _hazard(seconds)]
    return tuple(chart for chart in drawn if chart is not None)


def _service_levels(estimates: Sequence[Estimate]) -> DataTable:
    rows = [
        (estimate.label, estimate.value, estimate.low, estimate.high, estimate.n, why)
        for name, why in WHY_LEVELS_DIFFER.items()
        for estimate in estimates
        if estimate.name == name
    ]
    return DataTable(
        "One service level, four definitions",
        ("Definition", "Share of contacts", "Low", "High", "Contacts", "Why it differs"),
        tuple(rows),
        ("", "share", "share", "share", "contacts", ""),
    )


def _bad_hours(week: Week) -> DataTable:
    shown = week.bad_hours[:MOST_BAD_HOURS]
    rows = [
        (
            hour.on.isoformat(),
            f"{hour.hour}:00",
            hour.offered,
            hour.abandoned,
            hour.abandoned / hour.offered,
            hour.usual,
        )
        for hour in shown
    ]
    return DataTable(
        f"Single hours far worse than the same hour of other weeks ({len(shown)} of {len(week.bad_hours)})",
        ("Day", "Hour", "Contacts", "Gave up", "Share", "Other weeks"),
        tuple(rows),
        ("", "", "contacts", "contacts", "share", "share"),
    )


def _hours(week: Week) -> Chart | None:
    known = [hour for hour in week.hours if hour.share is not None]
    if len({hour.hour for hour in known}) < 2 or not any(hour.abandoned for hour in known):
        return None
    by_place = {(hour.weekday, hour.hour): hour for hour in week.hours}
    span = range(min(hour.hour for hour in known), max(hour.hour for hour in known) + 1)
    rows = [_hour(weekday, hour, by_place.get((weekday, hour))) for weekday in range(7) for hour in span]
    table = DataTable(
        "Share of contacts that gave up, by weekday and hour (local time)",
        HOUR_COLUMNS,
        tuple(rows),
        ("", "", "contacts", "share", "share", "share", "seconds", "share", ""),
    )
    open_hours = [hour for hour in known if not hour.closed]
    worst = max(open_hours or known, key=lambda hour: hour.share or 0.0)
    alt = (
        f"Grid of weekdays and hours. The highest share, {words.share(worst.share or 0.0)}, is on "
        f"{WEEKDAYS[worst.weekday]}s from {worst.hour}:00. Hours with fewer than {FEWEST} contacts are empty."
    )
    return heatmap(
        title="When customers give up", alt=alt, table=table, x="Hour", y="Weekday", value=HOUR_COLUMNS[3]
    )


def _hour(weekday: int, clock: int, hour: Hour | None) -> tuple[Scalar, ...]:
    name = (WEEKDAYS[weekday], f"{clock}:00")
    if hour is None:
        return (*name, 0, None, None, None, None, None, "nobody came")
    if hour.limits is None:
        return (*name, hour.offered, None, None, None, None, None, "too few")
    remark = "closed" if hour.closed else "worse than the rest" if hour.worse else ""
    limits = (hour.limits.low, hour.limits.high)
    return (*name, hour.offered, hour.share, *limits, hour.mean_wait, hour.in_time, remark)


def _levels(estimates: Sequence[Estimate]) -> Chart | None:
    table = _service_levels(estimates)
    if not table.rows:
        return None
    shares = [words.share(float(row[1] or 0)) for row in table.rows]
    alt = f"Four bars: the same contacts give {', '.join(shares[:-1])} or {shares[-1]}, by definition."
    return bars(
        title="One service level, four definitions", alt=alt, table=table,
        category="Definition", value="Share of contacts", low="Low", high="High",
    )  # fmt: skip


def _patience(seconds: Columns, estimates: Sequence[Estimate], level: float) -> Chart | None:
    survival = kaplan_meier(*waited(seconds))
    if not (survival.at_risk >= STILL_WAITING).any():
        return None
    until = float(survival.time[survival.at_risk >= STILL_WAITING][-1])
    rows = [_still_waiting(survival, at, level) for at in np.arange(0, until + STEP, STEP) if at <= until]
    table = DataTable(
        "Share still waiting if nobody answered",
        ("Waited", "Still waiting", "Low", "High"),
        tuple(rows),
        ("seconds", "share", "share", "share"),
    )
    half = [float(e.value) for e in estimates if e.name == "patience_median" and e.value is not None]
    marks = [(at, f"half have left: {words.duration(at)}") for at in half if at <= until]
    last = rows[-1]
    alt = (
        f"Falling curve: after {words.duration(float(last[0] or 0))} of waiting "
        f"{words.share(float(last[1] or 0))} would still be there."
    )
    return curve(
        title="How long customers are willing to wait", alt=alt, table=table,
        x="Waited", y="Still waiting", low="Low", high="High", marks=marks, step=True,
    )  # fmt: skip


def _still_waiting(survival: Survival, at: float, level: float) -> tuple[Scalar, ...]:
    value = survival_at(survival, at)
    limits = survival_interval(value, variance_at(survival, at), level)
    # Before anybody has left there is nothing to be unsure about.
    low, high = (1.0, 1.0) if value == 1 else (limits.low, limits.high)
    return float(at), value, low, high


def _hazard(seconds: Columns) -> Chart | None:
    time, gone, answered = waited(seconds)
    remaining = (gone + answered)[::-1].cumsum()[::-1]
    long_enough = time[remaining >= STILL_WAITING]
    if not long_enough.size or not gone.sum():
        return None
    breaks = np.arange(0, max(long_enough[-1] // BIN, 1) * BIN + BIN, BIN)
    # Seconds begun end half a second earlier on average; so 30 s lies in the half minute it completes.
    rate, events = hazard(np.maximum(time - 0.5, 0), gone, answered, breaks)
    rows = [
        (f"{int(start)}–{int(start) + BIN}", 1 - exp(-float(value) * BIN), int(count))
        for start, value, count in zip(breaks, rate, events, strict=False)
    ]
    table = DataTable(
        f"Of those still waiting, the share who give up in the next {BIN} s",
        ("Seconds waited", f"Give up in the next {BIN} s", "Gave up here"),
        tuple(rows),
        ("", "share", "contacts"),
    )
    top = max(rows, key=lambda row: row[1])
    alt = f"Columns by time waited; highest at {top[0]} s: {words.share(top[1])} of those waiting give up."
    return columns(
        title="When patience runs out", alt=alt, table=table, x="Seconds waited", y=table.columns[1]
    )
