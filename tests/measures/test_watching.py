"""Until when a record watched, whatever its last row says."""

from datetime import UTC, datetime, timedelta

import pytest

from headwater.measures.watching import Watch, watched
from headwater.testing import record_of

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def watch(*opened: datetime, timezone: str = "UTC", status: str = "closed") -> Watch:
    contacts = [
        {"contact_id": str(n), "opened_at": moment, "status": status} for n, moment in enumerate(opened)
    ]
    found = watched(record_of(contacts=contacts), timezone)
    assert found is not None
    return found


def office_days(count: int) -> list[datetime]:
    """One contact an hour from 9 o'clock, every day."""
    return [MONDAY + timedelta(days=day, hours=9 + hour) for day in range(count) for hour in range(8)]


def moment(epoch: int) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)


def test_a_record_without_contacts_watched_nothing() -> None:
    assert watched(record_of(), "UTC") is None


def test_a_record_of_nothing_but_void_contacts_watched_nothing() -> None:
    contacts = [{"contact_id": "a", "opened_at": MONDAY, "status": "void"}]
    assert watched(record_of(contacts=contacts), "UTC") is None


def test_a_whole_last_day_counts_to_midnight() -> None:
    found = watch(*office_days(20))
    assert found.whole_day
    assert moment(found.end) == MONDAY + timedelta(days=20)
    assert moment(found.start) == MONDAY + timedelta(hours=9)
    assert found.days == pytest.approx(20 - 9 / 24)


def test_a_last_day_cut_short_counts_to_its_last_contact() -> None:
    found = watch(*office_days(20)[:-4])
    assert not found.whole_day
    assert moment(found.end) == MONDAY + timedelta(days=19, hours=12)


def test_midnight_is_that_of_the_local_clock() -> None:
    found = watch(*office_days(20), timezone="America/New_York")
    assert moment(found.end) == MONDAY + timedelta(days=20, hours=4)


def test_one_day_alone_gives_no_idea_of_a_whole_day() -> None:
    assert moment(watch(*office_days(1)).end) == MONDAY + timedelta(hours=16)


def test_the_thin_tail_of_an_export_by_closing_date_is_outside() -> None:
    tail = [MONDAY + timedelta(days=42 + 9 * n) for n in range(12)]
    found = watch(*office_days(28), *tail)
    assert moment(found.end) == MONDAY + timedelta(days=28)
    assert found.outside == 12


def test_the_few_old_contacts_at_the_beginning_are_outside() -> None:
    old = [MONDAY - timedelta(days=30 + 9 * n) for n in range(8)]
    found = watch(*old, *office_days(28))
    assert moment(found.start) == MONDAY + timedelta(hours=9)
    assert found.outside == 8


def test_a_quiet_weekend_at_the_end_is_still_watched() -> None:
    weekdays = [opened for opened in office_days(28) if opened.weekday() < 5]
    sunday = MONDAY + timedelta(days=27, hours=20)
    found = watch(*weekdays, sunday)
    assert moment(found.end) == MONDAY + timedelta(days=28)
    assert found.outside == 0


def test_a_slow_desk_is_not_a_thin_one() -> None:
    found = watch(*(MONDAY + timedelta(days=3 * n) for n in range(30)))
    assert found.outside == 0


def test_a_record_of_an_hour_counts_as_a_day_in_rates_per_week() -> None:
    assert watch(MONDAY, MONDAY + timedelta(hours=1)).weeks == pytest.approx(1 / 7)
