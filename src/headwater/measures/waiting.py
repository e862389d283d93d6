"""How long customers waited for somebody, and who gave up first.

Everything is counted on the engine: what comes back is one row for each second of waiting, and one
row for each hour of each day.
"""

from __future__ import annotations

from collections.abc import Collection

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from headwater.measures.base import period, real_contacts
from headwater.measures.clock import local_parts
from headwater.record.record import Record
from headwater.record.tables import ENDINGS

#: Endings of a first touch that mean somebody had taken the contact, whatever became of it later.
TAKEN = tuple(ending for ending in ENDINGS if ending not in ("abandoned", "unknown"))


def arrivals(record: Record, written: Collection[str] = ()) -> ir.Table:
    """Contacts whose customer waited for somebody: contact_id, opened_at, wait_seconds, abandoned.

    A contact counts by its first touch. `abandoned` is true where that touch ended so, or where the
    contact's status says so and the touch does not show that somebody took it. Contacts in `written`
    channels are left out, as are channels in which no wait was ever recorded, and contacts of which
    neither wait nor end is known. `wait_seconds` is null where it is not known.
    """
    contacts = real_contacts(record)
    if written:
        names = [name.lower() for name in written]
        contacts = contacts.filter(contacts.channel.isnull() | contacts.channel.lower().notin(names))
    first = _first_touches(record)
    joined = contacts.left_join(first, contacts.contact_id == first.touched_id)
    ending = joined.ended_by.fill_null("unknown")
    taken = ending.isin(TAKEN)
    gone = (ending == "abandoned") | ((joined.status == "abandoned") & ~taken)
    known = joined.wait_seconds.count().over(ibis.window(group_by=joined.channel)) > 0
    table = joined.select(
        "contact_id", "opened_at", "wait_seconds", abandoned=gone, taken=taken, waits_in_channel=known
    )
    told = table.wait_seconds.notnull() | table.abandoned | table.taken
    return table.filter(table.waits_in_channel & told).drop("taken", "waits_in_channel")


def by_second(waiting: ir.Table) -> pa.Table:
    """Answered and abandoned contacts by how long they waited, in whole seconds begun, ascending.

    Columns second, answered, abandoned, answered_wait, abandoned_wait (the exact sums of seconds).
    Seconds begun keep "waited at all" and "within 20 s" exact where waits have fractions.
    """
    known = waiting.filter(waiting.wait_seconds.notnull())
    known = known.mutate(second=known.wait_seconds.ceil().cast("int64"))
    return (
        known.group_by("second")
        .agg(
            answered=(~known.abandoned).sum(),
            abandoned=known.abandoned.sum(),
            answered_wait=_wait_where(known, ~known.abandoned),
            abandoned_wait=_wait_where(known, known.abandoned),
        )
        .order_by("second")
        .to_pyarrow()
    )


def by_hour(record: Record, waiting: ir.Table, zone: str, within: float) -> pa.Table:
    """Contacts by local day and hour of arrival; days and hours without any have no row.

    Columns day (see `clock.LocalParts`), weekday, hour; offered and abandoned; and of those whose wait
    is known: timed, timed_answered, answered_in_time, abandoned_in_time (at most `within` seconds),
    answered_wait, queued (waited at all), queued_abandoned, queued_wait.
    """
    watched = period(record)
    if watched.first is None or watched.last is None:
        return pa.table({name: pa.array([], pa.int64()) for name in ("day", "weekday", "hour")})
    at = local_parts(waiting.opened_at, zone, watched.first, watched.last)
    table = waiting.mutate(day=at.day, weekday=at.weekday, hour=at.hour)
    wait, answered = table.wait_seconds, ~table.abandoned
    timed = wait.notnull()
    queued, in_time = timed & (wait > 0), timed & (wait <= within)
    return (
        table.group_by("day", "weekday", "hour")
        .agg(
            offered=table.count(),
            abandoned=table.abandoned.sum(),
            timed=timed.sum(),
            timed_answered=(timed & answered).sum(),
            answered_in_time=(in_time & answered).sum(),
            abandoned_in_time=(in_time & table.abandoned).sum(),
            answered_wait=_wait_where(table, timed & answered),
            queued=queued.sum(),
            queued_abandoned=(queued & table.abandoned).sum(),
            queued_wait=_wait_where(table, queued),
        )
        .order_by("day", "hour")
        .to_pyarrow()
    )


def _first_touches(record: Record) -> ir.Table:
    touches = record.table("touches")
    order = ibis.window(group_by=touches.contact_id, order_by=[touches.started_at, touches.touch_id])
    first = touches.mutate(place=ibis.row_number().over(order)).filter(lambda t: t.place == 0)
    # A negative wait is a fault of the clock that wrote it: unknown, not short.
    wait = ibis.ifelse(first.wait_seconds >= 0, first.wait_seconds, None)
    return first.select("ended_by", touched_id="contact_id", wait_seconds=wait)


def _wait_where(table: ir.Table, which: ir.BooleanValue) -> ir.FloatingScalar:
    return table.wait_seconds.sum(where=which).fill_null(0.0)
