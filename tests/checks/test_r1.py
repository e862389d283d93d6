"""R1: whether the first contact was enough, and what common definitions make of it."""

from datetime import timedelta
from typing import Any

import pytest
from returning_records import START, Row, contact, record, returning, simulated, singles

from headwater.checks.check import Context
from headwater.checks.finding import Finding
from headwater.checks.r1_first_contact_resolution import CHECK
from headwater.errors import CheckError
from headwater.inference.proportion import wilson
from headwater.record.record import Record


def run(made: Record, **params: Any) -> Finding:
    return CHECK.run(made, CHECK.defaults | params, Context())


def fcr(rows: list[Row], **params: Any) -> float | None:
    return run(record(rows), **params).estimate("fcr").value


def judged(rows: list[Row]) -> int:
    return run(record(rows)).estimate("fcr").n


def told(finding: Finding, words: str) -> bool:
    return any(words in caveat for caveat in finding.caveats)


#: 80 customers who came once, one every half day.
SETTLED = singles(80)
#: So many of them came after the first week.
AFTER_A_WEEK = 66


def test_customers_who_do_not_come_back_were_helped_at_once() -> None:
    assert fcr(SETTLED) == 1
    assert judged(SETTLED) == AFTER_A_WEEK


def test_an_issue_that_came_back_counts_once_however_often_it_did() -> None:
    """Ten customers come every two days, six times: ten issues, none resolved at first contact."""
    chains = [contact(f"again-{n}", 10 + n + 2 * k) for n in range(10) for k in range(6)]
    assert judged(SETTLED + chains) == AFTER_A_WEEK + 10
    assert fcr(SETTLED + chains) == pytest.approx(AFTER_A_WEEK / (AFTER_A_WEEK + 10), abs=0.01)


def test_the_same_matter_after_the_window_is_a_new_issue() -> None:
    # Ten days after their first contact 36 single customers and these 20 are still watched.
    late = [contact(f"late-{n}", day + n / 10) for n in range(20) for day in (13, 23)]
    assert fcr(SETTLED + late) == 1
    assert judged(SETTLED + late) == AFTER_A_WEEK + 40
    assert fcr(SETTLED + late, window=12) == pytest.approx(36 / (36 + 20), abs=0.01)


def test_a_planted_rate_is_found() -> None:
    """3 of 10 contacts are followed by another within 5 days; the first of an issue is no different."""
    finding = run(simulated(seed=11, customers=3000, days=60, chance=0.3, longest=5))
    estimate = finding.estimate("fcr")
    assert estimate.low is not None and estimate.high is not None
    assert estimate.low <= 0.7 <= estimate.high
    assert estimate.high - estimate.low < 0.05


def test_the_first_window_cannot_tell_first_contacts_and_says_so() -> None:
    assert told(run(record(SETTLED)), "14 first contacts came at the beginning of the record")


def test_what_a_timer_or_the_customer_closed_is_left_out() -> None:
    rows = SETTLED + [
        contact(f"left-{n}", 10 + n, closed_by=who) for n, who in enumerate(("timer", "system", "customer"))
    ]
    assert judged(rows) == AFTER_A_WEEK
    assert told(run(record(rows)), "3 first contacts were closed by the customer, a timer or a system")


def test_what_a_timer_closed_still_shows_that_the_customer_came_before() -> None:
    """The second contact belongs to the issue of the first and is no first contact itself."""
    pairs = [
        contact(f"p-{n}", 10 + n / 2 + k, closed_by="timer" if k == 0 else None)
        for n in range(20)
        for k in (0, 1)
    ]
    assert judged(SETTLED + pairs) == AFTER_A_WEEK


def test_what_is_still_open_is_left_out_and_told() -> None:
    rows = SETTLED + [contact(f"open-{n}", 12 + n, status="open") for n in range(4)]
    assert judged(rows) == AFTER_A_WEEK
    assert told(run(record(rows)), "4 first contacts are not finished yet")


def test_while_a_contact_is_open_its_matter_is_not_over() -> None:
    """The customer comes again after three weeks, and the first contact is still open: no new issue."""
    rows = SETTLED + [contact(f"o-{n}", 8 + n, status="open") for n in range(5)]
    rows += [contact(f"o-{n}", 29 + n) for n in range(5)]
    assert judged(rows) == AFTER_A_WEEK


def test_coming_again_before_the_closing_counts_as_coming_back() -> None:
    slow = [contact(f"s-{n}", 8 + n, closed_at=START + timedelta(days=20 + n)) for n in range(10)]
    again = [contact(f"s-{n}", 18 + n) for n in range(10)]
    assert fcr(SETTLED + slow + again) == pytest.approx(AFTER_A_WEEK / (AFTER_A_WEEK + 10), abs=0.01)
    assert fcr(SETTLED + slow + again, clock="opened") == 1


def test_a_reopened_contact_was_not_resolved() -> None:
    rows = [row | {"contact_id": f"c{n}"} for n, row in enumerate(SETTLED)]
    events = [
        {"contact_id": f"c{n}", "at": rows[n]["opened_at"] + timedelta(hours=hour), "kind": kind}
        for n in range(20, 53)
        for hour, kind in ((1, "resolved"), (3, "reopened"), (5, "closed"))
    ]
    assert run(record(rows, events=events)).estimate("fcr").value == pytest.approx(0.5, abs=0.01)


def test_a_counter_of_reopenings_is_believed_where_there_is_no_history() -> None:
    rows = SETTLED[:14] + [row | {"recorded_reopens": n % 2} for n, row in enumerate(SETTLED[14:])]
    assert fcr(rows) == pytest.approx(0.5, abs=0.01)


def test_a_contact_resolved_a_second_time_by_a_touch_was_reopened() -> None:
    rows = [row | {"contact_id": f"c{n}"} for n, row in enumerate(SETTLED)]
    touches = [
        {
            "contact_id": f"c{n}",
            "started_at": rows[n]["opened_at"] + timedelta(hours=hour),
            "ended_by": "resolved",
        }
        for n in range(20, 53)
        for hour in (0, 4)
    ]
    assert run(record(rows, touches=touches)).estimate("fcr").value == pytest.approx(0.5, abs=0.01)


def test_thanks_do_not_make_an_issue_unresolved() -> None:
    pairs = [row | {"contact_id": f"p{n}"} for n, row in enumerate(returning(20, after=1, days=20))]
    messages = [
        {"contact_id": f"p{n}", "sent_at": row["opened_at"], "author": "customer", "text": "Thanks a lot!"}
        for n, row in enumerate(pairs)
        if n % 2
    ]
    assert run(record(SETTLED + pairs, messages=messages)).estimate("fcr").value == 1


def closed_after(minutes: float, rows: list[Row]) -> list[Row]:
    return [row | {"closed_at": row["opened_at"] + timedelta(minutes=minutes)} for row in rows]


def test_fast_closing_looks_like_resolution_and_is_not() -> None:
    """Everything is closed after 14 minutes; half of the customers come back the next day."""
    rows = closed_after(14, returning(60, after=1, days=38))
    finding = run(record(rows))
    assert finding.estimate("fcr_closed_within_15_minutes").value == 1
    assert finding.estimate("fcr").value == 0
    assert finding.verdict == "found"
    assert "100% (closed within 15 minutes)" in finding.headline
    (chart,) = finding.charts
    assert chart.table.rows[1][-1] == 1


def test_fifteen_minutes_to_the_second_are_too_late_for_zammad() -> None:
    rows = closed_after(15, SETTLED[:40]) + closed_after(14.99, SETTLED[40:])
    estimate = run(record(rows)).estimate("fcr_closed_within_15_minutes")
    limits = wilson(40, 80)
    assert (estimate.value, estimate.n) == (0.5, 80)
    assert (estimate.low, estimate.high) == (limits.low, limits.high)


def written(rows: list[Row], authors: list[tuple[str, bool]]) -> list[dict[str, Any]]:
    return [
        {"contact_id": row["contact_id"], "sent_at": row["opened_at"], "author": author, "public": public,
         "text": "About the invoice"}
        for row in rows
        for author, public in authors
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("authors", "one_touch", "zero_replies"),
    [
        ([("customer", True)], 1, 1),
        ([("customer", True), ("agent", True)], 1, 1),
        ([("customer", True), ("agent", True), ("agent", False)], 1, 1),
        ([("customer", True), ("agent", True), ("agent", True)], 0, 1),
        ([("customer", True), ("agent", True), ("customer", True)], 1, 0),
    ],
    ids=["nobody answered", "one answer", "an internal note", "two answers", "the customer wrote again"],
)
def test_messages_tell_one_touch_and_zero_replies(
    authors: list[tuple[str, bool]], one_touch: float, zero_replies: float
) -> None:
    rows = [row | {"contact_id": f"c{n}"} for n, row in enumerate(SETTLED)]
    finding = run(record(rows, messages=written(rows, authors)))
    assert finding.estimate("fcr_one_touch").value == one_touch
    assert finding.estimate("fcr_zero_replies").value == zero_replies


def test_without_messages_touches_and_the_counter_of_replies_tell() -> None:
    rows = [row | {"contact_id": f"c{n}", "recorded_replies": n % 4} for n, row in enumerate(SETTLED)]
    touches = [
        {"contact_id": f"c{n}", "started_at": rows[n]["opened_at"]}
        for n in range(80)
        for _ in range(1 + n % 2)
    ]
    finding = run(record(rows, touches=touches))
    assert finding.estimate("fcr_one_touch").value == 0.5
    assert finding.estimate("fcr_zero_replies").value == 0.25


def test_a_definition_that_the_record_does_not_allow_is_left_out() -> None:
    finding = run(record(SETTLED))
    assert {estimate.name for estimate in finding.estimates} == {"fcr", "fcr_naive", "fcr_followed"}


def test_without_customers_only_the_common_definitions_are_given() -> None:
    rows = closed_after(5, singles(60))
    finding = run(record(row | {"customer_id": None} for row in rows))
    assert finding.verdict == "cannot_tell"
    assert finding.needs == ("Which contacts are of the same customer (contacts.customer_id).",)
    assert [estimate.name for estimate in finding.estimates] == ["fcr_closed_within_15_minutes"]
    assert told(finding, "one touch includes what nobody answered")


def test_an_empty_record_cannot_tell() -> None:
    assert run(record([])).verdict == "cannot_tell"


def test_too_few_issues_cannot_tell() -> None:
    finding = run(record(SETTLED[:30]))
    assert finding.verdict == "cannot_tell"
    assert "At least 30 answered contacts" in finding.needs[0]


def test_a_window_that_nobody_was_watched_for_cannot_tell() -> None:
    finding = run(record(SETTLED), window=19)
    assert finding.verdict == "cannot_tell"
    assert finding.estimate("fcr").value is None
    assert finding.needs == ("At least 30 finished issues watched for 19 days after their first contact.",)


def test_more_than_expected_is_not_found() -> None:
    finding = run(record(SETTLED))
    assert finding.verdict == "not_found"
    assert "more than the 70% expected" in finding.headline


def test_an_interval_round_what_is_expected_is_neither() -> None:
    rows = SETTLED + [contact(f"p-{n}", 9 + n + k) for n in range(24) for k in (0, 1)]
    finding = run(record(rows))
    assert finding.verdict == "cannot_tell"
    assert "too uncertain" in finding.headline


@pytest.mark.parametrize("params", [{"window": -1}, {"expected": 70.0}])
def test_impossible_parameters_are_refused(params: dict[str, Any]) -> None:
    with pytest.raises(CheckError):
        run(record(SETTLED), **params)


def test_nobody_is_named() -> None:
    said = repr(run(record(SETTLED + returning(20, after=1))))
    assert "single-" not in said and "back-" not in said
