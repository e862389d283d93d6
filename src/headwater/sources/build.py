"""From typed rows to the tables of the record, for each kind of row."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from headwater.sources.engine import epoch_micros, whole_seconds
from headwater.sources.mapping import FIELDS, ROW_KINDS, Mapping
from headwater.sources.rows import KIND_TEXT
from headwater.sources.stage import LINE

ORDER = "__order"
Tables = dict[str, ir.Table]
CLOSED = ("resolved", "closed")
#: Identifiers that are made here where the mapping does not give them.
_IDENTIFIERS = {"touch_id", "event_id", "message_id", "rating_id"}
_TOUCH_FIELDS = ("agent_id", "team", "started_at", "wait_seconds", "handle_seconds", "ended_by")
#: Of several known values of a contact, the record keeps the first of these and the last of those.
_FIRST = ("customer_id", "channel", "queue", "language")
_LAST = ("topic", "priority", "closed_by")
_COUNTERS = ("recorded_reopens", "recorded_handoffs", "recorded_replies")
#: The state of a contact after an event.
STATE_AFTER = {"opened": "open", "assigned": "open", "resumed": "open", "reopened": "open", "waiting": "waiting",
               "resolved": "resolved", "closed": "closed"}  # fmt: skip
_STATUS_AFTER_TOUCH = {"resolved": "resolved", "abandoned": "abandoned", "hung_up": "closed",
                       "transferred": "open", "escalated": "open", "parked": "open"}  # fmt: skip


def build(rows: ir.Table, mapping: Mapping) -> Tables:
    """The tables that good rows of a mapping make; each has some columns of its definition."""
    rows = _with_all_fields(rows)
    start = rows[ROW_KINDS[mapping.rows][1][1]]
    # Seconds and line in one number: the order of rows within a contact without a sort.
    rows = rows.mutate(
        **{ORDER: whole_seconds(start) * 2**31 + rows[LINE]}, source=ibis.literal(mapping.name)
    )
    if mapping.rows == "contact":
        return _from_contacts(rows, touched=bool(set(_TOUCH_FIELDS) & set(mapping.fields)))
    if mapping.rows == "touch":
        return _from_touches(rows)
    if mapping.rows == "event":
        return _from_events(rows)
    if mapping.rows == "state":
        return _from_states(rows)
    return (
        {"messages": _keyed(rows, "message_id", "sent_at")}
        if mapping.rows == "message"
        else _from_ratings(rows)
    )


def _with_all_fields(rows: ir.Table) -> ir.Table:
    """Rows with every field that some table has; what the mapping does not give is null."""
    absent = set(FIELDS) - set(rows.columns) - _IDENTIFIERS
    nulls = {name: ibis.null().cast(FIELDS[name].ibis_type.lstrip("!")) for name in sorted(absent)}
    return rows.mutate(**nulls)


def _keyed(rows: ir.Table, key: str, time: str) -> ir.Table:
    """Rows with their own identifier, or one made of contact, time and place among equals."""
    at = rows[time]
    window = ibis.window(group_by=[rows.contact_id, at], order_by=[rows[LINE]])
    place = ibis.row_number().over(window).cast("string").lpad(9, "0")
    made = rows.contact_id + "|" + epoch_micros(at).cast("string") + "|" + place
    return rows.mutate(**{key: ibis.coalesce(rows[key], made) if key in rows.columns else made})


def _from_contacts(rows: ir.Table, *, touched: bool) -> Tables:
    told = ibis.coalesce(rows.status.nullif("unknown"), _status_after(rows.ended_by))
    known = ibis.coalesce(told, ibis.ifelse(rows.closed_at.notnull(), "closed", "unknown"))
    done = known.isin([*CLOSED, "abandoned"])
    contacts = rows.mutate(
        status=_plain_status(known),
        closed_at=ibis.ifelse(done, ibis.coalesce(rows.closed_at, rows.ended_at), rows.closed_at),
        closed_by=_closer(rows, known),
    )
    tables = {"contacts": contacts}
    if touched:
        start = ibis.coalesce(rows.started_at, rows.opened_at)
        tables["touches"] = _keyed(rows.mutate(started_at=start), "touch_id", "started_at")
    return tables


def _status_after(ending: ir.Value) -> ir.Value:
    """The status that the end of a touch leaves a contact in; null when it does not tell."""
    return ending.cases(*_STATUS_AFTER_TOUCH.items(), else_=ibis.null("string"))


def _closer(rows: ir.Table, status: ir.Value) -> ir.Value:
    """Who closed it: as recorded; an abandoned contact was ended by its customer."""
    return ibis.coalesce(rows.closed_by, ibis.ifelse(status == "abandoned", "customer", ibis.null()))


def _plain_status(status: ir.Value) -> ir.Value:
    return ibis.ifelse(status.startswith("waiting"), "waiting", status)


def _contacts(rows: ir.Table, otherwise: ir.Value, **more: ir.Value) -> ir.Table:
    """One row per contact: first or last known values, counters at their highest.

    It was opened at its recorded opening or, without one, at the first of `otherwise`.
    """
    first = {name: rows[name].argmin(rows[ORDER], where=rows[name].notnull()) for name in _FIRST}
    last = {name: rows[name].argmax(rows[ORDER], where=rows[name].notnull()) for name in _LAST}
    highest = {name: rows[name].max() for name in _COUNTERS}
    opened = ibis.coalesce(rows.opened_at.min(), otherwise.min())
    return rows.group_by("contact_id").agg(
        opened_at=opened, source=rows.source.max(), **first, **last, **highest, **more
    )


def _from_touches(rows: ir.Table) -> Tables:
    touches = _keyed(rows, "touch_id", "started_at")
    rows = rows.mutate(__status=ibis.coalesce(rows.status.nullif("unknown"), _status_after(rows.ended_by)))
    contacts = _contacts(
        rows, rows.started_at,
        known=rows["__status"].argmax(rows[ORDER], where=rows["__status"].notnull()),
        recorded=rows.closed_at.max(), ended=rows.ended_at.max(),
    )  # fmt: skip
    status = ibis.coalesce(contacts.known, ibis.ifelse(contacts.recorded.notnull(), "closed", "unknown"))
    done = status.isin([*CLOSED, "abandoned"])
    contacts = contacts.mutate(
        status=_plain_status(status),
        closed_at=ibis.ifelse(done, ibis.coalesce(contacts.recorded, contacts.ended), ibis.null()),
        closed_by=_closer(contacts, status),
    )
    return {"contacts": contacts, "touches": touches}


def _from_ratings(rows: ir.Table) -> Tables:
    rows = rows.mutate(
        scale_min=rows.scale_min.fill_null(1.0), scale_max=rows.scale_max.fill_null(5.0),
        about=rows.about.fill_null("overall"),
    )  # fmt: skip
    return {"ratings": _keyed(rows, "rating_id", "asked_at")}


def _from_events(rows: ir.Table) -> Tables:
    events = _keyed(rows, "event_id", "at")
    named = rows.kind.cases(
        ("activity", rows[KIND_TEXT]), ("team_changed", rows.team), ("assigned", rows.agent_id),
        else_=ibis.null("string"),
    )  # fmt: skip
    events = events.mutate(
        to_value=ibis.coalesce(rows.to_value, named),
        actor_id=ibis.coalesce(rows.actor_id, rows.agent_id),
    )
    rows = rows.mutate(__status=rows.kind.cases(*STATE_AFTER.items(), else_=ibis.null("string")))
    contacts = _with_status(rows, "unknown")
    return {"contacts": contacts, "events": events, "touches": _stretches(rows)}


def _from_states(rows: ir.Table) -> Tables:
    status = rows.status
    rows = rows.mutate(__status=status.nullif("unknown"))
    contacts = _with_status(rows, "unknown")
    kept = _keyed(rows, "event_id", "at")
    events = ibis.union(
        _changes(kept, "__status", "status_changed"),
        _changes(kept, "team", "team_changed"),
        _changes(kept, "agent_id", "assigned"),
    )
    return {"contacts": contacts, "events": events, "touches": _stretches(rows)}


def _with_status(rows: ir.Table, otherwise: str) -> ir.Table:
    """Contacts with their last known state, closed when that state was reached for the last time."""
    state = rows["__status"]
    at_rest = state.isin(CLOSED)
    contacts = _contacts(
        rows, rows["at"],
        last=state.argmax(rows[ORDER], where=state.notnull()),
        reached=rows["at"].max(where=at_rest),
        recorded=rows.closed_at.argmax(rows[ORDER], where=rows.closed_at.notnull()),
    )  # fmt: skip
    status = ibis.coalesce(contacts["last"], otherwise)
    closed_at = ibis.ifelse(
        status.isin(CLOSED), ibis.coalesce(contacts.recorded, contacts.reached), ibis.null()
    )
    return contacts.mutate(status=_plain_status(status), closed_at=closed_at)


def _changes(rows: ir.Table, column: str, kind: str) -> ir.Table:
    """An event for each row at which a column takes another known value."""
    known = rows.filter(rows[column].notnull())
    before = known[column].lag(1, default="").over(group_by=known.contact_id, order_by=known[ORDER])
    changed = known.mutate(__before=before).filter(lambda t: t["__before"] != t[column])
    return changed.select(
        event_id=changed.event_id + "|" + kind,
        contact_id=changed.contact_id,
        at=changed["at"],
        kind=ibis.literal(kind),
        from_value=changed["__before"].nullif(""),
        to_value=changed[column],
        actor_id=changed.actor_id,
    )


def _stretches(rows: ir.Table) -> ir.Table:
    """Touches from a log: runs of rows with the same holder."""
    held = rows.filter(rows.team.notnull() | rows.agent_id.notnull())
    held = held.mutate(__holder=ibis.coalesce(held.team, "") + "|" + ibis.coalesce(held.agent_id, ""))
    window = ibis.window(group_by=held.contact_id, order_by=held[ORDER])
    held = held.mutate(
        __new=(held["__holder"].lag(1, default="").over(window) != held["__holder"]).cast("int64")
    )
    window = ibis.cumulative_window(group_by=held.contact_id, order_by=held[ORDER])
    held = held.mutate(__run=held["__new"].sum().over(window))
    runs = held.group_by(["contact_id", "__run"]).agg(
        started_at=held["at"].min(), last_at=held["at"].max(), team=held.team.max(),
        agent_id=held.agent_id.max(), place=held[LINE].min(),
        state=held["__status"].argmax(held[ORDER], where=held["__status"].notnull()),
    )  # fmt: skip
    following = runs.started_at.lead(1).over(group_by=runs.contact_id, order_by=runs["__run"])
    runs = runs.mutate(__next=following)
    end = ibis.cases(
        (runs["__next"].notnull(), "transferred"), (runs.state.isin(CLOSED), "resolved"), else_="unknown"
    )
    runs = runs.mutate(
        ended_at=ibis.coalesce(runs["__next"], runs.last_at), ended_by=end, **{LINE: runs.place}
    )
    return _keyed(runs, "touch_id", "started_at")
