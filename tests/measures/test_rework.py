from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.measures.elapsed import elapsed
from headwater.measures.journeys import journeys
from headwater.measures.rework import reopenings
from headwater.measures.rework_totals import NO_HOLDER, rework_totals
from headwater.measures.stations import passing, recorded_holders, stations
from headwater.record.record import Record
from headwater.testing import record_of

START = datetime(2024, 1, 1, tzinfo=UTC)
HOUR, DAY = 3600.0, 86400.0


def events(*kinds: str, contact: str = "a", same_time: bool = False) -> list[dict[str, Any]]:
    """Events an hour apart; "kind>value" carries a value."""
    return [
        {
            "contact_id": contact,
            "event_id": f"{contact}{number:04d}",
            "at": START + timedelta(hours=0 if same_time else number),
            "kind": text.split(">")[0],
            "to_value": text.split(">")[1] if ">" in text else None,
        }
        for number, text in enumerate(kinds)
    ]


def touches(*holders: str | None, contact: str = "a", **columns: Any) -> list[dict[str, Any]]:
    """Touches of teams an hour apart."""
    return [
        {"contact_id": contact, "touch_id": f"{contact}{n:04d}", "team": team,
         "started_at": START + timedelta(hours=n), **columns}
        for n, team in enumerate(holders)
    ]  # fmt: skip


def contacts(*names: str, **columns: Any) -> list[dict[str, Any]]:
    return [{"contact_id": name, "opened_at": START, **columns} for name in names]


def hours_of_reopening(*kinds: str, **options: Any) -> list[float]:
    record = record_of(events=events(*kinds, **options))
    moments = sorted(reopenings(record).to_pyarrow()["at"].to_pylist())
    return [(moment - START) / timedelta(hours=1) for moment in moments]


def row(record: Record, contact: str = "a") -> dict[str, Any]:
    rows = journeys(record, "team").to_pyarrow().to_pylist()
    return next(row for row in rows if row["contact_id"] == contact)


def test_a_resolved_contact_that_is_open_again_was_reopened() -> None:
    assert hours_of_reopening("opened", "status_changed>resolved", "status_changed>open") == [2]


def test_resolved_then_closed_then_open_is_one_reopening() -> None:
    assert hours_of_reopening("resolved", "closed", "status_changed>open") == [2]


def test_each_return_to_open_counts() -> None:
    assert hours_of_reopening("resolved", "resumed", "closed", "resumed") == [1, 3]


def test_waiting_after_resolved_is_no_reopening_even_if_work_follows() -> None:
    log = ("status_changed>resolved", "status_changed>waiting_customer", "status_changed>open")
    assert hours_of_reopening(*log) == []


def test_in_an_event_log_taking_a_resolved_contact_in_charge_again_is_a_reopening() -> None:
    assert hours_of_reopening("assigned>anna", "resolved", "assigned>ben") == [2]


def test_where_states_are_logged_a_new_holder_of_a_resolved_contact_does_not_reopen_it() -> None:
    log = ("status_changed>open", "status_changed>resolved", "assigned>ben", "status_changed>closed")
    assert hours_of_reopening(*log) == []


def test_an_opening_that_is_logged_late_is_no_reopening() -> None:
    assert hours_of_reopening("resolved", "opened") == []


def test_other_events_do_not_change_the_state() -> None:
    log = ("resolved", "team_changed>b", "escalated", "approval_asked", "activity>note", "closed")
    assert hours_of_reopening(*log) == []


def test_an_explicit_reopening_counts_even_if_the_closing_was_not_logged() -> None:
    assert hours_of_reopening("opened", "reopened", "reopened") == [1, 2]


@pytest.mark.parametrize("order", [("reopened", "status_changed>open"), ("status_changed>open", "reopened")])
def test_a_reopening_that_is_told_twice_at_the_same_moment_counts_once(order: tuple[str, str]) -> None:
    assert len(hours_of_reopening("closed", *order, same_time=True)) == 1


def test_ties_in_time_follow_the_order_of_event_ids() -> None:
    assert hours_of_reopening("status_changed>open", "resolved", same_time=True) == []
    assert hours_of_reopening("resolved", "status_changed>open", same_time=True) == [0]


def test_without_states_a_touch_after_a_resolved_one_is_a_reopening() -> None:
    record = record_of(touches=touches("x", "x", "x", ended_by="resolved"))
    assert reopenings(record).count().to_pyarrow().as_py() == 2


def test_touches_do_not_count_again_what_states_tell() -> None:
    log = events("resolved", "resumed")
    record = record_of(events=log, touches=touches("x", "x", ended_by="resolved"))
    assert reopenings(record).count().to_pyarrow().as_py() == 1


KINDS = ["opened", "assigned", "resumed", "reopened", "resolved", "closed", "waiting", "activity"]


def reopened_by_hand(kinds: list[str]) -> int:
    """The same rule told as a walk through the log."""
    state, number = "open", 0
    for kind in kinds:
        if kind in ("assigned", "resumed", "reopened"):
            number += kind == "reopened" or state == "finished"
            state = "open"
        elif kind in ("resolved", "closed"):
            state = "finished"
        elif kind == "waiting":
            state = "waiting"
    return number


@given(st.lists(st.lists(st.sampled_from(KINDS), max_size=12), min_size=1, max_size=40))
@settings(deadline=None, max_examples=20)
def test_any_event_log_gives_the_reopenings_of_a_walk_through_it(logs: list[list[str]]) -> None:
    rows = [row for number, log in enumerate(logs) for row in events(*log, contact=f"c{number}")]
    counted = reopenings(record_of(events=rows)).count().to_pyarrow().as_py()
    assert counted == sum(reopened_by_hand(log) for log in logs)


def test_neighbouring_stretches_of_one_team_are_one_station() -> None:
    held = stations(record_of(touches=touches("x", "x", "y", None, "y", "x")), "team")
    table = held.order_by("station").to_pyarrow()
    assert table["holder"].to_pylist() == ["x", "y", "x"]
    assert table["visit"].to_pylist() == [0, 0, 1]


def test_an_unknown_holder_between_two_stretches_of_the_same_team_is_no_hand_off() -> None:
    table = passing(record_of(touches=touches("x", None, "x")), "team").to_pyarrow()
    assert table["handoffs"].to_pylist() == [0]
    assert table["returned"].to_pylist() == [False]


def test_a_contact_that_goes_back_to_its_first_team_has_two_hand_offs_and_a_return() -> None:
    [found] = passing(record_of(touches=touches("x", "y", "x")), "team").to_pyarrow().to_pylist()
    assert (found["handoffs"], found["returned"]) == (2, True)
    assert found["passed_at"] == START + timedelta(hours=1)
    assert found["returned_at"] == START + timedelta(hours=2)


def test_without_touches_events_tell_the_holders() -> None:
    record = record_of(events=events("team_changed>x", "assigned>anna", "team_changed>y"))
    assert recorded_holders(record) == ("team", "agent")
    assert passing(record, "team").to_pyarrow()["handoffs"].to_pylist() == [1]


def test_in_an_event_log_who_takes_a_contact_in_charge_holds_it() -> None:
    log = [
        {**event, "actor_id": actor}
        for event, actor in zip(events("assigned", "assigned"), "ab", strict=True)
    ]
    assert passing(record_of(events=log), "agent").to_pyarrow()["handoffs"].to_pylist() == [1]


@given(
    st.lists(
        st.lists(st.sampled_from(["x", "y", "z", None]), min_size=1, max_size=8), min_size=1, max_size=30
    )
)
@settings(deadline=None, max_examples=20)
def test_any_sequence_of_teams_has_the_hand_offs_that_one_counts_by_hand(
    held: list[list[str | None]],
) -> None:
    rows = [row for number, teams in enumerate(held) for row in touches(*teams, contact=f"c{number}")]
    table = passing(record_of(touches=rows), "team").to_pyarrow()
    runs = [[team for team, _ in groupby(team for team in teams if team)] for teams in held]
    known = [run for run in runs if run]
    assert sum(table["handoffs"].to_pylist()) == sum(len(run) - 1 for run in known)
    assert sum(table["returned"].to_pylist()) == sum(len(set(run)) < len(run) for run in known)


def test_open_time_is_told_from_waiting_and_from_the_time_after_resolving() -> None:
    log = events(
        "opened", "waiting>customer", "resumed", "waiting>other", "resumed", "resolved", "activity", "closed"
    )
    record = record_of(contacts=contacts("a", closed_at=START + timedelta(hours=7)), events=log)
    [times] = elapsed(record).to_pyarrow().to_pylist()
    assert times["elapsed"] == 7 * HOUR
    assert (times["waiting_customer"], times["waiting_other"], times["done"]) == (HOUR, HOUR, 2 * HOUR)


def test_a_contact_that_never_closed_lasts_until_it_was_last_heard_of() -> None:
    record = record_of(contacts=contacts("a"), events=events("opened", "waiting", "activity"))
    [times] = elapsed(record).to_pyarrow().to_pylist()
    assert (times["ended"], times["elapsed"], times["waiting_untold"]) == (False, 2 * HOUR, HOUR)


def test_a_contact_that_was_reopened_and_not_closed_again_lasts_until_it_was_last_heard_of() -> None:
    closed = START + timedelta(hours=1)
    record = record_of(contacts=contacts("a", closed_at=closed), events=events("opened", "closed", "resumed"))
    [times] = elapsed(record).to_pyarrow().to_pylist()
    assert (times["ended"], times["elapsed"]) == (False, 2 * HOUR)


def test_what_happens_after_the_last_close_does_not_lengthen_a_contact() -> None:
    log = events("opened", "closed", "activity>survey")
    record = record_of(contacts=contacts("a", closed_at=START + timedelta(hours=1)), events=log)
    assert elapsed(record).to_pyarrow()["elapsed"].to_pylist() == [HOUR]


def test_a_contact_that_closes_before_it_opens_has_no_length() -> None:
    record = record_of(contacts=contacts("a", closed_at=START - timedelta(hours=1)))
    assert elapsed(record).count().to_pyarrow().as_py() == 0


@given(st.lists(st.lists(st.sampled_from(KINDS), min_size=1, max_size=10), min_size=1, max_size=30))
@settings(deadline=None, max_examples=20)
def test_waiting_and_finished_time_are_never_more_than_the_whole(logs: list[list[str]]) -> None:
    rows = [row for number, log in enumerate(logs) for row in events(*log, contact=f"c{number}")]
    record = record_of(contacts=contacts(*(f"c{number}" for number in range(len(logs)))), events=rows)
    for times in elapsed(record).to_pyarrow().to_pylist():
        parts = [times[name] for name in ("waiting_customer", "waiting_other", "waiting_untold", "done")]
        assert all(part >= 0 for part in parts)
        assert sum(parts) <= times["elapsed"] + 1e-6


def test_work_after_a_hand_off_and_work_after_a_return_are_told_apart() -> None:
    record = record_of(contacts=contacts("a"), touches=touches("x", "y", "x", handle_seconds=60.0))
    journey = row(record)
    assert (journey["handled"], journey["handled_passed"], journey["handled_again"]) == (180, 120, 60)


def test_void_and_abandoned_contacts_are_not_counted() -> None:
    rows = contacts("a") + contacts("b", status="void") + contacts("c", status="abandoned")
    assert journeys(record_of(contacts=rows), "team").count().to_pyarrow().as_py() == 1


def test_contacts_are_grouped_by_hand_offs_and_those_without_a_holder_stand_apart() -> None:
    rows = touches("x", "y", contact="a") + touches("x", contact="b")
    totals = rework_totals(record_of(contacts=contacts("a", "b", "c"), touches=rows), "team", DAY)
    assert {number: group["contacts"] for number, group in totals.groups.items()} == {
        1: 1,
        0: 1,
        NO_HOLDER: 1,
    }


def test_a_contact_finished_in_the_last_days_is_not_followed() -> None:
    early, late = START + timedelta(days=1), START + timedelta(days=20)
    rows = [*contacts("a", closed_at=early), *contacts("b", closed_at=late)]
    totals = rework_totals(record_of(contacts=rows), "team", 14 * DAY)
    assert (totals.count("finished"), totals.count("followed")) == (2, 1)
