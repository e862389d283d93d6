"""Who held a contact: its stations in order, how often it was passed on, and whether it came back."""

from __future__ import annotations

from typing import Literal

import ibis
import ibis.expr.types as ir

from headwater.record.record import Record

Between = Literal["team", "agent"]
_HOLDER_EVENT: dict[Between, str] = {"team": "team_changed", "agent": "assigned"}


def recorded_holders(record: Record) -> tuple[Between, ...]:
    """Which kinds of holder the record knows: teams, agents, both or neither."""
    events = record.table("events")
    row = (
        events.aggregate(
            team=((events.kind == "team_changed") & events.to_value.notnull()).sum(),
            agent=((events.kind == "assigned") & _assignee(events).notnull()).sum(),
        )
        .to_pyarrow()
        .to_pylist()[0]
    )
    known: dict[Between, bool] = {
        "team": bool(row["team"]) or record.has("touches.team"),
        "agent": bool(row["agent"]) or record.has("touches.agent_id"),
    }
    return tuple(between for between, there in known.items() if there)


def stations(record: Record, between: Between) -> ir.Table:
    """One row for each stretch with the same holder: contact_id, at, holder, station, visit.

    From touches where they name the holder, else from events. An unknown holder is skipped and
    neighbours with the same holder are one station. `station` counts from 0 within the contact,
    `visit` from 0 within contact and holder.
    """
    held = _from_touches(record, between) if _in_touches(record, between) else _from_events(record, between)
    held = held.filter(held.holder.notnull())
    order = ibis.window(group_by="contact_id", order_by=["at", "key"])
    marked = held.mutate(before=held.holder.lag(1, "").over(order))
    starts = marked.filter(marked.before != marked.holder)
    visits = ibis.window(group_by=["contact_id", "holder"], order_by=["at", "key"])
    return starts.select(
        "contact_id",
        "at",
        "holder",
        station=ibis.row_number().over(order),
        visit=ibis.row_number().over(visits),
    )


def passing(record: Record, between: Between) -> ir.Table:
    """One row for each contact with a known holder: contact_id, handoffs, returned, passed_at, returned_at.

    `handoffs` is how often the holder changed, `returned` tells whether a holder got the contact back
    after another had it; passed_at and returned_at are the first moments of each, null if never.
    """
    held = stations(record, between)
    return held.group_by("contact_id").agg(
        handoffs=held.station.max(),
        returned=held.visit.max() > 0,
        passed_at=held["at"].min(where=held.station == 1),
        returned_at=held["at"].min(where=held.visit == 1),
    )


def _in_touches(record: Record, between: Between) -> bool:
    return record.has("touches.team" if between == "team" else "touches.agent_id")


def _from_touches(record: Record, between: Between) -> ir.Table:
    touches = record.table("touches")
    holder = touches.team if between == "team" else touches.agent_id
    return touches.select("contact_id", at=touches.started_at, key=touches.touch_id, holder=holder)


def _from_events(record: Record, between: Between) -> ir.Table:
    events = record.table("events")
    changes = events.filter(events.kind == _HOLDER_EVENT[between])
    holder = changes.to_value if between == "team" else _assignee(changes)
    return changes.select("contact_id", at=changes["at"], key=changes.event_id, holder=holder)


def _assignee(events: ir.Table) -> ir.StringValue:
    # An event log often says only who acted: who takes a contact in charge then holds it.
    return ibis.coalesce(events.to_value, events.actor_id)
