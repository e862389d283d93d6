"""What looks wrong in a record is told, and nothing is told of a record in order."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from headwater.measures.health import missing_days, oddities
from headwater.testing import record_of

MONDAY = date(2025, 3, 3)


def contact(number: int, opened: str = "2025-03-03T09:00", **more: Any) -> dict[str, Any]:
    return {"contact_id": str(number), "opened_at": opened, "customer_id": f"c{number}", **more}


def test_nothing_is_told_of_a_record_in_order() -> None:
    touches = [{"contact_id": "1", "started_at": "2025-03-03T09:05", "handle_seconds": 60.0}]
    assert oddities(record_of(contacts=[contact(1)], touches=touches)) == []


def test_a_customer_who_is_nobody_is_told() -> None:
    many = [contact(n, customer_id="0" if n < 80 else f"c{n}") for n in range(120)]
    assert "one customer_id stands on 67% of all contacts" in oddities(record_of(contacts=many))[0]


def test_contacts_that_end_before_they_start_are_told() -> None:
    told = oddities(record_of(contacts=[contact(1, closed_at="2025-03-02T09:00")]))
    assert told == ["1 contact ends before it starts"]


def test_impossible_durations_are_told() -> None:
    touches = [
        {"contact_id": "1", "started_at": "2025-03-03T09:05", "handle_seconds": -5.0},
        {"contact_id": "1", "started_at": "2025-03-03T09:05", "handle_seconds": 17 * 3600.0},
    ]
    told = oddities(record_of(contacts=[contact(1)], touches=touches))
    assert "1 touch has a negative wait or handle time" in told
    assert "1 touch has a handle time of more than 12 hours" in told


def test_a_touch_long_before_its_contact_shows_a_clock_that_jumped() -> None:
    touches = [{"contact_id": "1", "started_at": "2025-03-03T07:05"}]
    assert "a clock may have jumped" in oddities(record_of(contacts=[contact(1)], touches=touches))[0]


def test_events_without_their_contact_are_told() -> None:
    events = [{"contact_id": "9", "at": "2025-03-03T07:05", "kind": "closed"}]
    assert oddities(record_of(contacts=[contact(1)], events=events)) == [
        "1 event belongs to no contact in the record"
    ]


def test_a_hole_in_time_is_a_day_without_what_its_weekday_usually_has() -> None:
    counts = {MONDAY + timedelta(days=n): 9 for n in range(28) if (MONDAY + timedelta(days=n)).weekday() < 5}
    hole = MONDAY + timedelta(days=9)
    del counts[hole]
    assert missing_days(counts) == [hole]


def test_weekends_without_work_are_no_holes() -> None:
    counts = {MONDAY + timedelta(days=n): 9 for n in range(28) if (MONDAY + timedelta(days=n)).weekday() < 5}
    assert missing_days(counts) == []
