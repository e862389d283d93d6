"""S1: what customers' waiting says about the number of people."""

import csv
import gzip
import json
import os
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.checks.check import Context
from headwater.checks.finding import Estimate, Finding
from headwater.checks.s1_estimates import by_day, per_week, waits
from headwater.checks.s1_hours import Week, hours_of_week, in_words
from headwater.checks.s1_staffing import CHECK
from headwater.errors import CheckError
from headwater.inference.arrays import Floats
from headwater.measures.clock import DAY, FROM_EARLY_MONDAY
from headwater.record.record import Record
from headwater.testing import record_of

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("HEADWATER_SHARED", ROOT.parent / "shared"))
MONDAY = datetime(2025, 9, 1, 9, tzinfo=UTC)
#: Monday 2025-09-01 as `clock.LocalParts.day` counts it; days in these tests count from there.
FIRST_DAY = FROM_EARLY_MONDAY // DAY + 20_332
KINDS = ("timed", "timed_answered", "answered_in_time", "abandoned_in_time", "answered_wait",
         "queued", "queued_abandoned", "queued_wait")  # fmt: skip


def shared(path: str) -> Path:
    if not (SHARED / path).exists():
        pytest.skip(f"{path} is not there: set HEADWATER_SHARED to the folder that holds it")
    return SHARED / path


def record(calls: Iterable[tuple[datetime, float | None, str]], **more: Any) -> Record:
    """A record of calls: when, how long they waited, how they ended."""
    rows = [(f"c{number}", *call) for number, call in enumerate(calls)]
    contacts = [{"contact_id": name, "opened_at": at, "channel": "phone"} | more for name, at, _, _ in rows]
    touches = [
        {"contact_id": name, "started_at": at, "wait_seconds": wait, "ended_by": end}
        for name, at, wait, end in rows
    ]
    return record_of(contacts=contacts, touches=touches)


def calls(
    answered: int, abandoned: int, day: int = 0, wait: float = 30.0
) -> list[tuple[datetime, float, str]]:
    at = MONDAY + timedelta(days=day)
    return [(at, wait, "resolved")] * answered + [(at, wait, "abandoned")] * abandoned


def weeks(answered: int, abandoned: int, days: int = 28) -> list[tuple[datetime, float, str]]:
    return [call for day in range(days) for call in calls(answered, abandoned, day)]


def assess(record: Record, timezone: str = "UTC", **params: Any) -> Finding:
    return CHECK.run(record, CHECK.defaults | params, Context(timezone=timezone))


def value(finding: Finding, name: str) -> float:
    found = finding.estimate(name).value
    assert found is not None
    return found


def width(estimate: Estimate) -> float:
    assert estimate.low is not None and estimate.high is not None
    return estimate.high - estimate.low


def rows_of(*hours: tuple[int, int, int, int]) -> dict[str, Floats]:
    """Rows as the engine counts them, from (day, hour, offered, abandoned)."""
    day, hour, offered, abandoned = np.array(hours, dtype=float).T + np.array([[FIRST_DAY], [0], [0], [0]])
    rest = {name: np.zeros(day.size) for name in KINDS}
    counted = {"offered": offered, "abandoned": abandoned, "timed": offered}
    return {"day": day, "weekday": day % 7, "hour": hour} | rest | counted


def quiet_weeks(worse: dict[tuple[int, int], int], weeks: int = 8) -> dict[str, Floats]:
    """Hours 8 to 17, 20 contacts in each of which 2 gave up; `worse` says how many in (day, hour) instead."""
    spots = [(day, hour) for day in range(7 * weeks) for hour in range(8, 18)]
    return rows_of(*[(day, hour, 20, worse.get((day, hour), 2)) for day, hour in spots])


@pytest.fixture(scope="module")
def bank() -> Finding:
    path = shared("data/science/anonymous_bank_feb1999/calls_feb1999_pseudonymised.csv.gz")
    status = {"AGENT": "closed", "HANG": "abandoned", "PHANTOM": "void"}
    ending = {"AGENT": "resolved", "HANG": "abandoned", "PHANTOM": None}
    contacts, touches = [], []
    with gzip.open(path, "rt", encoding="ascii") as file:
        for number, row in enumerate(csv.DictReader(file)):
            name, at, how = f"c{number}", row["arrival"] + "+02:00", row["outcome"]
            contacts.append({"contact_id": name, "opened_at": at, "channel": "phone", "status": status[how]})
            touches.append({"contact_id": name, "started_at": at, "wait_seconds": float(row["q_time"]),
                            "handle_seconds": float(row["ser_time"]), "ended_by": ending[how]})  # fmt: skip
    return assess(record_of(contacts=contacts, touches=touches), "Asia/Jerusalem")


@pytest.mark.parametrize(
    ("name", "expected", "tolerance"),
    [
        ("offered", 33_066, 0),
        ("answered", 27_162, 0),
        ("abandoned", 5_904, 0),
        ("queued", 18_028, 0),
        ("abandoned_of_queued_share", 3_932 / 18_028, 1e-12),
        ("mean_wait_queued", 75.837974, 5e-7),
        ("patience_mean_exponential", 347.712869, 5e-7),
        ("patience_median", 280, 0),
        ("patience_survival_60s", 0.8214032435, 5e-11),
        ("patience_survival_180s", 0.610452021, 5e-10),
        ("patience_survival_300s", 0.4870353049, 5e-11),
    ],
)
def test_the_bank_s_february_comes_out(bank: Finding, name: str, expected: float, tolerance: float) -> None:
    """Values computed from the data file, independently: methods.md section 4."""
    assert value(bank, name) == pytest.approx(expected, abs=tolerance, rel=0)


def test_the_bank_s_february_agrees_with_the_reference_values(bank: Finding) -> None:
    expected = json.loads(shared("reference/reference_values.json").read_text())["anonymous_bank_feb1999"]
    assert value(bank, "queued") == expected["queued"]
    assert value(bank, "patience_mean_exponential") == pytest.approx(
        expected["patience_mle_mean_s"], abs=5e-7
    )
    for at in ("60", "180", "300"):
        assert value(bank, f"patience_survival_{at}s") == pytest.approx(expected["km_S"][at], abs=5e-11)


def test_the_bank_s_worst_afternoons_are_told_as_incidents_and_not_as_a_pattern(bank: Finding) -> None:
    assert bank.verdict == "found"
    (incidents,) = [table for table in bank.tables if "Single hours" in table.caption]
    assert [row[:4] for row in incidents.rows[:2]] == [
        ("1999-02-03", "13:00", 494, 418),
        ("1999-02-21", "17:00", 199, 190),
    ]
    assert "Wednesday" not in bank.headline


def test_every_estimate_but_counts_has_limits_around_its_value(bank: Finding) -> None:
    for estimate in bank.estimates:
        if estimate.method != "count":
            assert estimate.low is not None and estimate.high is not None and estimate.value is not None
            assert estimate.low <= estimate.value <= estimate.high
            assert estimate.n > 0


def test_the_four_service_levels_treat_those_who_left_differently() -> None:
    """Six answered in time, two late, one gave up in time, one later."""
    ends = [(20.0, "resolved")] * 6 + [(21.0, "resolved")] * 2 + [(20.0, "abandoned"), (90.0, "abandoned")]
    finding = assess(record([(MONDAY, wait, end) for wait, end in ends]))
    assert value(finding, "service_level_of_offered") == 6 / 10
    assert value(finding, "service_level_of_answered") == 6 / 8
    assert value(finding, "service_level_without_short_abandons") == 6 / 9
    assert value(finding, "service_level_abandons_in_time_count") == 7 / 10


def test_within_moves_the_limit_of_being_in_time() -> None:
    finding = assess(record(calls(answered=3, abandoned=1, wait=45.0)), within=60.0)
    assert value(finding, "service_level_of_offered") == 3 / 4


def test_one_day_alone_gets_wilson_s_interval() -> None:
    """81 of 263, Newcombe (1998), Statistics in Medicine 17:857-872."""
    share = assess(record(calls(answered=182, abandoned=81))).estimate("abandoned_share")
    assert share.low == pytest.approx(0.25529, abs=5e-6)
    assert share.high == pytest.approx(0.36621, abs=5e-6)


def test_days_that_differ_make_the_interval_wider() -> None:
    even = assess(record(calls(30, 10, day=0) + calls(30, 10, day=1))).estimate("abandoned_share")
    uneven = assess(record(calls(40, 0, day=0) + calls(20, 20, day=1))).estimate("abandoned_share")
    assert even.value == uneven.value == 0.25
    assert width(uneven) > 1.5 * width(even)


def test_too_many_who_give_up_are_found() -> None:
    finding = assess(record(weeks(answered=8, abandoned=2)))
    assert finding.verdict == "found"
    assert finding.headline.startswith("20% of 280 contacts that came to a phone or chat queue gave up")
    assert "handle time" not in finding.remedy and "roster" not in finding.needs


def test_few_who_give_up_are_not_found() -> None:
    finding = assess(record(weeks(answered=49, abandoned=1)))
    assert finding.verdict == "not_found"
    assert finding.headline.startswith("Few give up: 2% of 1,400 contacts")


def test_an_interval_on_both_sides_of_the_limit_cannot_tell_and_asks_for_more() -> None:
    finding = assess(record(weeks(answered=19, abandoned=1, days=7)))
    assert finding.verdict == "cannot_tell"
    assert "on both sides of 5%" in finding.headline
    assert finding.needs == ("a longer period of the same log",)


def test_a_promised_service_level_that_is_missed_is_found() -> None:
    finding = assess(record(weeks(answered=49, abandoned=1)), target=0.8)
    assert finding.verdict == "found"
    assert (
        finding.headline
        == "0% of contacts are answered within 20 s (between 0% and 0.3%), below the target of 80%."
    )


def test_a_promised_service_level_that_may_be_missed_cannot_be_told() -> None:
    mixed = [
        (at, 5.0 if number % 5 else 60.0, end) for number, (at, _, end) in enumerate(weeks(49, 1, days=14))
    ]
    finding = assess(record(mixed), target=0.79)
    assert finding.verdict == "cannot_tell"
    assert "answered within 20 s" in finding.headline


def test_a_record_without_waits_names_what_would_tell() -> None:
    finding = assess(record([(MONDAY, None, "resolved")]))
    assert finding.verdict == "cannot_tell"
    assert not finding.estimates
    assert len(finding.needs) == 2 and all(
        "log of the phone or chat system" in need for need in finding.needs
    )


def test_an_empty_record_cannot_tell() -> None:
    assert assess(record_of()).verdict == "cannot_tell"


def test_waits_of_written_channels_are_not_queues() -> None:
    assert assess(record(weeks(8, 2), channel="Email")).verdict == "cannot_tell"


def test_written_channels_can_be_told() -> None:
    letters = record(weeks(8, 2), channel="fax")
    assert assess(letters).verdict == "found"
    assert assess(letters, written_channels="email, fax").verdict == "cannot_tell"


def test_nobody_recorded_as_given_up_is_a_gap_and_not_good_news() -> None:
    finding = assess(record(weeks(answered=10, abandoned=0)))
    assert finding.verdict == "cannot_tell"
    assert "None of 280 contacts" in finding.headline
    assert "waited 30 s or less" in finding.headline
    assert "which contacts gave up" in finding.needs[0]
    assert finding.cost.contacts is None


def test_who_gave_up_at_once_is_told_and_not_in_patience() -> None:
    finding = assess(record(calls(8, 2) + calls(0, 3, wait=0.0)))
    assert value(finding, "abandoned") == 5
    assert finding.estimate("patience_mean_exponential").n == 10
    assert any(caveat.startswith("3 gave up at once") for caveat in finding.caveats)


def test_unknown_waits_are_told() -> None:
    finding = assess(record([*calls(8, 2), (MONDAY, None, "resolved")]))
    assert value(finding, "offered") == 11
    assert finding.estimate("service_level_of_offered").n == 10
    assert any("not known for 1 of 11" in caveat for caveat in finding.caveats)


def test_constant_hazard_gives_back_the_mean_of_patience() -> None:
    """Two gave up after 60 s and two were answered after 30 s: 180 s of waiting, two events."""
    finding = assess(record([*calls(2, 0, wait=30.0), *calls(0, 2, wait=60.0)]))
    assert value(finding, "patience_mean_exponential") == 90.0


def test_a_median_that_was_not_reached_is_left_out_and_told() -> None:
    finding = assess(record(calls(9, 1)))
    assert "patience_median" not in {estimate.name for estimate in finding.estimates}
    assert any("median of patience" in caveat for caveat in finding.caveats)


def test_what_it_costs_is_contacts_per_week_with_limits() -> None:
    weekly = assess(record(weeks(answered=8, abandoned=2))).cost.contacts
    assert weekly is not None and weekly.value == 14
    # Days that do not differ leave Poisson's variance of 56 abandoned in four weeks.
    assert weekly.high == pytest.approx(14 * np.exp(1.959964 / np.sqrt(56)), rel=1e-6)


def test_weeks_that_differ_make_the_cost_less_sure() -> None:
    even = per_week(rows_of(*[(day, 9, 50, 10) for day in range(28)]), 0.95)
    uneven = per_week(rows_of(*[(day, 9, 50, 20 * (day >= 14)) for day in range(28)]), 0.95)
    assert even.value == uneven.value == 70
    assert width(uneven) > 2 * width(even)


def test_an_hour_that_is_worse_every_week_is_named() -> None:
    mondays = {(7 * week, hour): 9 for week in range(8) for hour in (9, 10)}
    week = hours_of_week(quiet_weeks(mondays), 0.95)
    (stretch,) = week.stretches
    assert (stretch.name, stretch.offered, stretch.abandoned) == ("Mondays 9:00 to 11:00", 320, 144)
    assert in_words(stretch).startswith("Mondays 9:00 to 11:00 (45%, ")
    assert not week.bad_hours


def test_one_outage_is_an_incident_and_not_a_pattern() -> None:
    week = hours_of_week(quiet_weeks({(16, 13): 20}), 0.95)
    assert not week.stretches
    (bad,) = week.bad_hours
    assert (bad.on.isoformat(), bad.hour, bad.abandoned, bad.usual) == ("2025-09-17", 13, 20, 0.1)


def test_one_week_alone_names_no_hour() -> None:
    assert not hours_of_week(quiet_weeks({(0, 9): 18}, weeks=1), 0.95).stretches


def named_by_chance(seed: int, swing: float) -> Week:
    """Twelve weeks in which no hour is worse; whole weeks swing by `swing` on the log scale."""
    rng = np.random.default_rng(seed)
    spots = [(day, hour) for day in range(84) for hour in range(8, 18)]
    share = {week: min(0.9, 0.1 * float(np.exp(rng.normal(0, swing)))) for week in range(12)}
    rows = [(day, hour, 20, int(rng.binomial(20, share[day // 7]))) for day, hour in spots]
    return hours_of_week(rows_of(*rows), 0.95)


@pytest.mark.parametrize("swing", [0.0, 0.6])
def test_chance_alone_seldom_names_an_hour(swing: float) -> None:
    """At a level of 95 % at most 1 in 20 weeks without a pattern may name any: 40 draws, 5 at most (p < .05)."""
    assert sum(bool(named_by_chance(seed, swing).stretches) for seed in range(40)) <= 5


def test_dispersion_is_pearson_s() -> None:
    """Eight Mondays with 2 or 6 of 20: each is 2 from the mean of 4 with variance 3.2, on 7 degrees of freedom."""
    mondays = rows_of(*[(7 * week, 9, 20, 2 + 4 * (week % 2)) for week in range(8)])
    assert hours_of_week(mondays, 0.95).dispersion == pytest.approx(8 * (4 / 3.2) / 7)


def test_hours_with_few_contacts_say_too_few_and_closed_ones_say_so() -> None:
    counted = rows_of((0, 3, 9, 9), (0, 4, 10, 10), (0, 9, 10, 1))
    few, closed, open_ = hours_of_week(counted, 0.95).hours
    assert (few.share, closed.share, open_.share) == (None, 1.0, 0.1)
    assert (few.closed, closed.closed, open_.closed) == (True, True, False)
    assert hours_of_week(counted, 0.95).closed_contacts == 19


def test_hours_are_told_in_local_time_with_the_grid_behind_them() -> None:
    busy = [(at + timedelta(hours=shift), wait, end) for shift in (0, 1) for at, wait, end in weeks(3, 3)]
    finding = assess(record(busy), "Asia/Kolkata")
    grid = next(chart.table for chart in finding.charts if chart.title == "When customers give up")
    assert {row[1] for row in grid.rows} == {"14:00", "15:00"}
    assert len(grid.rows) == 14


def test_the_headline_names_the_worst_hours_of_the_local_clock() -> None:
    mornings = [(MONDAY + timedelta(days=day), 30.0, "resolved") for day in range(56) for _ in range(30)]
    mondays = [call for week in range(8) for call in calls(0, 30, day=7 * week)]
    afternoons = [(at + timedelta(hours=4), wait, end) for at, wait, end in mornings]
    finding = assess(record(mornings + mondays + afternoons), "Europe/Amsterdam")
    assert "; worst on Mondays 11:00 to 12:00 (50%, " in finding.headline
    assert value(finding, "abandoned_share_worst_hours_1") == 0.5


def test_numbers_of_the_headline_stand_in_the_estimates(bank: Finding) -> None:
    shares = {f"{100 * (bound or 0):.0f}%" for e in bank.estimates for bound in (e.value, e.low, e.high)}
    assert set(re.findall(r"\d+%", bank.headline)) <= shares


def test_charts_have_words_and_tables(bank: Finding) -> None:
    assert len(bank.charts) == 4
    assert all(chart.alt and chart.table.rows for chart in bank.charts)


def test_half_minutes_of_giving_up_add_up_to_those_who_gave_up() -> None:
    ends = [(wait, "abandoned") for wait in (1.0, 30.0, 31.0, 60.0)] + [(75.0, "resolved")] * 40
    finding = assess(record([(MONDAY, wait, end) for wait, end in ends]))
    table = next(chart.table for chart in finding.charts if chart.title == "When patience runs out")
    assert [row[2] for row in table.rows] == [2, 2]


histograms = st.dictionaries(st.integers(0, 900), st.integers(1, 9), min_size=1, max_size=30)


@settings(deadline=None, max_examples=100)
@given(histogram=histograms)
def test_mean_and_median_wait_are_those_of_the_single_waits(histogram: dict[int, int]) -> None:
    second, count = (np.array(part, dtype=float) for part in (list(histogram), list(histogram.values())))
    order = np.argsort(second)
    single = np.repeat(second, count.astype(int))
    seconds = {"second": second[order], "answered": count[order], "abandoned": np.zeros(count.size)}
    days = by_day(
        rows_of((0, 9, len(single), 0))
        | {"answered_wait": single[:, None].sum(0), "timed_answered": count.sum(keepdims=True)}
    )
    mean, median = waits(days, seconds, 0.95)
    assert mean.value == pytest.approx(single.mean())
    assert median.value == np.quantile(single, 0.5, method="inverted_cdf")
    assert median.low is not None and median.high is not None and median.value is not None
    assert median.low <= median.value <= median.high


@pytest.mark.parametrize(
    "wrong", [{"within": -1.0}, {"worth_acting": 5.0}, {"target": 80.0}, {"target": float("nan")}]
)
def test_a_parameter_out_of_range_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(CheckError, match="give a number from 0 to"):
        assess(record_of(), **wrong)


def test_the_page_answers_every_heading() -> None:
    page = (ROOT / "src/headwater/checks/pages/S1.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (.*)$", page, re.M) == [
        "Why it matters", "Method", "Formula", "Assumptions", "What would change the verdict", "References",
    ]  # fmt: skip
    assert all(parameter.source and parameter.help for parameter in CHECK.parameters)
