"""Which contacts can be followed, and which contact follows which."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from headwater.measures.repeats import (
    Match,
    Requests,
    handle_time_of_repeats,
    in_order,
    observations,
    parts,
    requests,
    share_of_busiest,
)
from headwater.measures.watching import Watch
from headwater.record.record import Record
from headwater.testing import record_of

START = datetime.fromisoformat("2026-01-05T00:00:00+00:00")
DAY = 86400
ALWAYS = Watch(int(START.timestamp()), int(START.timestamp()) + 30 * DAY, 0, whole_day=True)


def contact(name: str, day: float, customer: str | None = "anna", **more: Any) -> dict[str, Any]:
    row = {"contact_id": name, "opened_at": START + timedelta(days=day), "customer_id": customer}
    return row | {"topic": "billing", "queue": "help"} | more


def asked(*contacts: dict[str, Any], match: Match = "topic", enough: int = 1) -> Requests:
    return requests(record_of(contacts=contacts), ALWAYS, match, enough)


def followed(record: Record, **choice: Any) -> list[dict[str, Any]]:
    ordered = in_order(requests(record, ALWAYS, "topic").table, choice.get("clock", "opened"))
    table = observations(ordered, ordered.next_opened, ALWAYS, choice.get("horizon", 30))
    return list(table.order_by("contact_id").to_pyarrow().to_pylist())


def test_every_answered_contact_is_used_or_has_a_reason() -> None:
    found = asked(
        contact("used", 1),
        contact("nobody", 2, customer=None),
        contact("no topic", 3, topic=None),
        contact("too late", 31),
        contact("gave up", 4, status="abandoned"),
    )
    assert found.left_out == {"unidentified": 1, "unmatched": 1, "outside": 1}
    assert (found.used, found.answered) == (1, 4)
    assert found.used + sum(found.left_out.values()) == found.answered


@pytest.mark.parametrize(
    ("known", "expected"),
    [({}, "topic"), ({"topic": None}, "queue"), ({"topic": None, "queue": None}, "customer")],
)
def test_the_matching_falls_back_to_what_is_known(known: dict[str, None], expected: str) -> None:
    assert asked(contact("a", 1, **known), contact("b", 2, **known)).match == expected


def test_a_topic_on_too_few_contacts_is_not_enough() -> None:
    rows = [contact("a", 1), contact("b", 2, topic=None)]
    assert asked(*rows, enough=2).match == "queue"


def test_a_matching_is_never_made_finer_than_asked() -> None:
    assert asked(contact("a", 1), match="queue").match == "queue"


def test_time_runs_to_the_next_contact_or_to_the_end_of_watching() -> None:
    rows = followed(record_of(contacts=[contact("a", 1), contact("b", 3), contact("c", 4, customer="bert")]))
    assert [(row["seconds"], row["event"]) for row in rows] == [(2 * DAY, 1), (27 * DAY, 0), (26 * DAY, 0)]
    assert [row["followed"] for row in rows] == [29 * DAY, 27 * DAY, 26 * DAY]


def test_two_contacts_at_the_same_moment_follow_each_other_at_once() -> None:
    rows = followed(record_of(contacts=[contact("a", 1), contact("b", 1)]))
    assert [(row["seconds"], row["event"]) for row in rows] == [(0, 1), (29 * DAY, 0)]


def test_beyond_the_horizon_nothing_counts() -> None:
    rows = followed(record_of(contacts=[contact("a", 1), contact("b", 9)]), horizon=7)
    assert [(row["seconds"], row["event"]) for row in rows] == [(7 * DAY + 1, 0), (7 * DAY + 1, 0)]


def test_from_the_closing_on_what_came_before_it_counts_at_once() -> None:
    first = contact("a", 1, closed_at=START + timedelta(days=5))
    rows = followed(record_of(contacts=[first, contact("b", 3)]), clock="closed")
    assert (rows[0]["seconds"], rows[0]["event"]) == (0, 1)


def test_from_the_closing_on_what_is_open_has_not_begun() -> None:
    rows = followed(record_of(contacts=[contact("a", 1, status="open"), contact("b", 3)]), clock="closed")
    assert [row["contact_id"] for row in rows] == ["b"]


def test_a_finished_call_without_closing_time_was_over_at_once() -> None:
    rows = followed(record_of(contacts=[contact("a", 1), contact("b", 3)]), clock="closed")
    assert rows[0]["seconds"] == 2 * DAY


def test_a_group_knows_how_many_people_stand_behind_it() -> None:
    contacts = [contact("a", 1), contact("b", 2), contact("c", 3, customer="bert", queue="sales")]
    touches = [
        {"contact_id": name, "started_at": START, "agent_id": agent}
        for name, agent in (("a", "one"), ("b", "one"), ("b", "two"), ("c", None))
    ]
    record = record_of(contacts=contacts, touches=touches)
    ordered = in_order(requests(record, ALWAYS, "topic").table, "opened")
    found = parts(record, observations(ordered, ordered.next_opened, ALWAYS, 30), "queue")
    assert [(part.name, part.contacts, part.customers, part.agents) for part in found] == [
        ("help", 2, 1, 2),
        ("sales", 1, 1, 0),
    ]


def test_only_the_work_on_contacts_that_came_again_is_counted() -> None:
    contacts = [contact("a", 1), contact("b", 3), contact("c", 20)]
    touches = [
        {"contact_id": name, "started_at": START, "handle_seconds": seconds}
        for name, seconds in (("a", 1000.0), ("b", 60.0), ("b", 40.0), ("c", 1000.0))
    ]
    record = record_of(contacts=contacts, touches=touches)
    ordered = in_order(requests(record, ALWAYS, "topic").table, "opened")
    observed = observations(ordered, ordered.next_opened, ALWAYS, 30)
    work = handle_time_of_repeats(record, observed, 7)
    assert work is not None
    assert (work.value, work.n) == (100, 1)
    assert share_of_busiest(observed) == 1


def test_without_handle_times_there_is_no_mean() -> None:
    record = record_of(contacts=[contact("a", 1), contact("b", 3)])
    ordered = in_order(requests(record, ALWAYS, "topic").table, "opened")
    assert handle_time_of_repeats(record, observations(ordered, ordered.next_opened, ALWAYS, 30), 7) is None
