"""Which contacts waited, how long, and which of them gave up."""

from typing import Any

import pytest

from headwater.measures.waiting import arrivals, by_hour, by_second
from headwater.record.record import Record
from headwater.testing import record_of

MONDAY_NINE = "2025-09-01T09:00:00+02:00"


def contact(name: str, **more: Any) -> dict[str, Any]:
    return {"contact_id": name, "opened_at": MONDAY_NINE, "channel": "phone"} | more


def touch(name: str, **more: Any) -> dict[str, Any]:
    return {"contact_id": name, "started_at": MONDAY_NINE, "ended_by": "resolved"} | more


def one(status: str = "closed", **more: Any) -> Record:
    """One contact beside one other that waited, so that the channel is one in which waits are kept."""
    return record_of(
        contacts=[contact("it", status=status), contact("other")],
        touches=[touch("it", **more), touch("other", wait_seconds=3.0)],
    )


def calls(*ends: tuple[float | None, str]) -> Record:
    return record_of(
        contacts=[contact(f"c{number}") for number in range(len(ends))],
        touches=[touch(f"c{n}", wait_seconds=wait, ended_by=end) for n, (wait, end) in enumerate(ends)],
    )


def found(record: Record, *written: str) -> dict[str, tuple[float | None, bool]]:
    rows = arrivals(record, written).to_pyarrow().to_pylist()
    return {row["contact_id"]: (row["wait_seconds"], row["abandoned"]) for row in rows}


def test_a_contact_waits_for_its_first_touch_only() -> None:
    later = touch("it", started_at="2025-09-01T10:00:00+02:00", wait_seconds=900.0, ended_by="abandoned")
    record = record_of(contacts=[contact("it")], touches=[later, touch("it", wait_seconds=12.0)])
    assert found(record) == {"it": (12.0, False)}


def test_a_touch_that_ended_abandoned_was_given_up() -> None:
    assert found(one(ended_by="abandoned", wait_seconds=40.0))["it"] == (40.0, True)


def test_the_status_abandoned_counts_where_the_touch_does_not_say_otherwise() -> None:
    assert found(one("abandoned", ended_by="unknown", wait_seconds=40.0))["it"] == (40.0, True)


def test_who_was_answered_and_gave_up_later_was_answered() -> None:
    assert found(one("abandoned", ended_by="transferred", wait_seconds=40.0))["it"] == (40.0, False)


def test_an_abandoned_contact_without_any_touch_counts_with_unknown_wait() -> None:
    record = record_of(
        contacts=[contact("it", status="abandoned"), contact("other")],
        touches=[touch("other", wait_seconds=3.0)],
    )
    assert found(record)["it"] == (None, True)


def test_void_contacts_never_came() -> None:
    assert "it" not in found(one("void", ended_by="abandoned", wait_seconds=40.0))


def test_a_contact_with_neither_wait_nor_end_is_left_out() -> None:
    assert "it" not in found(one("open", ended_by=None))


def test_an_answered_contact_counts_though_its_wait_is_unknown() -> None:
    assert found(one(wait_seconds=None))["it"] == (None, False)


def test_a_negative_wait_is_unknown() -> None:
    assert found(one(wait_seconds=-5.0))["it"] == (None, False)


def test_channels_without_any_wait_are_left_out() -> None:
    record = record_of(
        contacts=[contact("call"), contact("mail", channel="email"), contact("bare", channel=None)],
        touches=[touch("call", wait_seconds=3.0), touch("mail"), touch("bare")],
    )
    assert set(found(record)) == {"call"}


def test_channels_of_unknown_name_count_when_waits_are_kept() -> None:
    record = record_of(contacts=[contact("bare", channel=None)], touches=[touch("bare", wait_seconds=0.0)])
    assert found(record, "email") == {"bare": (0.0, False)}


def test_written_channels_are_left_out_whatever_their_case() -> None:
    record = record_of(
        contacts=[contact("mail", channel="Email")], touches=[touch("mail", wait_seconds=7200.0)]
    )
    assert found(record, "email") == {}


def test_waits_are_counted_by_the_second_begun_and_summed_exactly() -> None:
    record = calls((0.0, "resolved"), (0.2, "resolved"), (20.4, "abandoned"), (21.0, "resolved"))
    rows = by_second(arrivals(record)).to_pylist()
    assert [tuple(row.values()) for row in rows] == [
        (0, 1, 0, 0.0, 0.0),
        (1, 1, 0, 0.2, 0.0),
        (21, 1, 1, 21.0, 20.4),
    ]


def test_hours_are_those_of_the_local_clock() -> None:
    rows = by_hour(one(), arrivals(one()), "Europe/Amsterdam", 20).to_pylist()
    assert [(row["weekday"], row["hour"], row["offered"]) for row in rows] == [(0, 9, 2)]
    rows = by_hour(one(), arrivals(one()), "Asia/Kolkata", 20).to_pylist()
    assert [(row["weekday"], row["hour"]) for row in rows] == [(0, 12)]


def test_an_hour_counts_every_kind_once() -> None:
    answered = [(wait, "resolved") for wait in (0.0, 20.0, 21.0, None)]
    abandoned = [(wait, "abandoned") for wait in (0.0, 15.0, 90.0, None)]
    record = calls(*answered, *abandoned)
    (row,) = by_hour(record, arrivals(record), "UTC", 20).to_pylist()
    assert {name: row[name] for name in list(row)[3:]} == {
        "offered": 8,
        "abandoned": 4,
        "timed": 6,
        "timed_answered": 3,
        "answered_in_time": 2,
        "abandoned_in_time": 2,
        "answered_wait": 41.0,
        "queued": 4,
        "queued_abandoned": 2,
        "queued_wait": 146.0,
    }


@pytest.mark.parametrize("contacts", [[], [contact("it")]])
def test_a_record_without_waits_has_no_arrivals(contacts: list[dict[str, Any]]) -> None:
    record = record_of(contacts=contacts)
    assert by_second(arrivals(record)).num_rows == 0
    assert by_hour(record, arrivals(record), "UTC", 20).num_rows == 0
