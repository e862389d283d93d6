"""How long contacts last, and where the time goes: open, waiting for somebody, or finished."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from headwater.measures.base import answered_contacts
from headwater.measures.rework import FINISHED, states
from headwater.record.record import Record

#: The state behind each column of `elapsed` that holds time spent waiting.
WAITING = {
    "waiting_customer": "waiting_customer",
    "waiting_other": "waiting_other",
    "waiting_untold": "waiting",
}


def elapsed(record: Record) -> ir.Table:
    """One row for each answered contact whose end is known, in seconds.

    contact_id, ended, elapsed, waiting_customer, waiting_other, waiting_untold (it is not said for
    whom) and done (resolved or closed before the end). A contact lasts from its opening to its last
    close; one that never closed, or was opened again since, to the last thing known of it. What is left,
    elapsed - waiting - done, is open: in work or in a queue.
    """
    known = states(record)
    spans = _spans(record, known)
    parts = (*WAITING, "done")
    times = joined(spans, _in_states(known, spans))
    return times.select(
        "contact_id",
        "ended",
        elapsed=times.end - times.start,
        **{p: times[p].fill_null(0.0) for p in parts},
    )


def _spans(record: Record, known: ir.Table) -> ir.Table:
    """contact_id, start and end in epoch seconds, ended."""
    contacts = answered_contacts(record)
    spans = contacts.select("contact_id", start=epoch(contacts.opened_at), closed=epoch(contacts.closed_at))
    for last in _last_moments(record, known):
        spans = joined(spans, last)
    closing = _later(spans.closed, spans.last_finish)
    finished = closing.notnull() & (spans.last_state.isnull() | (closing >= spans.last_state))
    sign = _later(_later(spans.last_event, spans.last_start), _later(spans.last_end, spans.last_state))
    spans = spans.select("contact_id", "start", ended=finished, end=finished.ifelse(closing, sign))
    # A contact that ends before it starts has no length: `headwater doctor` tells of such clocks.
    return spans.filter(spans.end >= spans.start)


def _last_moments(record: Record, known: ir.Table) -> tuple[ir.Table, ...]:
    events, touches = record.table("events"), record.table("touches")
    return (
        known.group_by("contact_id").agg(
            last_state=epoch(known["at"]).max(),
            last_finish=epoch(known["at"]).max(where=known.state.isin(FINISHED)),
        ),
        events.group_by("contact_id").agg(last_event=epoch(events["at"]).max()),
        touches.group_by("contact_id").agg(
            last_start=epoch(touches.started_at).max(), last_end=epoch(touches.ended_at).max()
        ),
    )


def _in_states(known: ir.Table, spans: ir.Table) -> ir.Table:
    """contact_id and the seconds between start and end that it spent waiting and done."""
    within = known.inner_join(spans, "contact_id")
    steps = within.select("contact_id", "event_id", "state", "start", "end", since=epoch(within["at"]))
    order = ibis.window(group_by="contact_id", order_by=["since", "event_id"])
    steps = steps.mutate(until=steps.since.lead(1, steps.end).over(order))
    steps = steps.mutate(
        seconds=_later(
            ibis.least(steps.until, steps.end) - ibis.greatest(steps.since, steps.start), ibis.literal(0.0)
        )
    )
    return steps.group_by("contact_id").agg(
        **{column: steps.seconds.sum(where=steps.state == state) for column, state in WAITING.items()},
        done=steps.seconds.sum(where=steps.state.isin(FINISHED)),
    )


def joined(left: ir.Table, right: ir.Table) -> ir.Table:
    """All rows of `left`, with the columns of the row of `right` for the same contact."""
    return left.left_join(right, "contact_id").drop("contact_id_right")


def epoch(moment: ir.TimestampValue) -> ir.FloatingValue:
    """Seconds since 1970."""
    return moment.epoch_seconds().cast("float64")


def _later(one: ir.FloatingValue, other: ir.FloatingValue) -> ir.FloatingValue:
    # Engines disagree on the greatest of a number and null.
    return ibis.greatest(ibis.coalesce(one, other), ibis.coalesce(other, one))
