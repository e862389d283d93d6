"""What became of each contact: reopened, passed on, come back, waiting, and what work that took."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from headwater.measures.base import answered_contacts
from headwater.measures.elapsed import WAITING, elapsed, epoch, joined
from headwater.measures.rework import FINISHED, reopenings, states, with_before
from headwater.measures.stations import Between, passing
from headwater.record.record import Record


def journeys(record: Record, between: Between) -> ir.Table:
    """One row for each answered contact. Moments are epoch seconds; what never happened is 0 or null.

    finished_at (first resolved or closed), finishes (times, by the states alone), paused (times it went from
    finished to waiting), touches, resolved_touches, reopened (times), reopened_at, handoffs, returned,
    passed_at, returned_at (see `passing`), the source's two counters, the columns of `elapsed`, and seconds
    of work:
    handled in all, handled_passed in touches from the first reopening or hand-off on, handled_again in
    touches from the first reopening or return to an earlier holder on.
    """
    contacts = answered_contacts(record)
    table = contacts.select(
        "contact_id", "recorded_reopens", "recorded_handoffs", closed=epoch(contacts.closed_at)
    )
    turns = joined(joined(table.select("contact_id"), _reopened(record)), _passed(record, between))
    for part in (_finishes(record), _touched(record), turns, elapsed(record), _worked(record, turns)):
        table = joined(table, part)
    counts = ("finishes", "paused", "reopened", "touches", "resolved_touches")
    return table.mutate(
        finished_at=ibis.coalesce(table.finished_at, table.resolved_at, table.closed),
        **{name: table[name].fill_null(0) for name in counts},
    )


def _finishes(record: Record) -> ir.Table:
    steps = with_before(states(record))
    finished, waiting = steps.state.isin(FINISHED), steps.state.isin(list(WAITING.values()))
    return steps.group_by("contact_id").agg(
        finished_at=epoch(steps["at"]).min(where=finished),
        finishes=finished.sum(),
        paused=(waiting & steps.state_before.isin(FINISHED)).sum(),
    )


def _touched(record: Record) -> ir.Table:
    touches = record.table("touches")
    ended = epoch(ibis.coalesce(touches.ended_at, touches.started_at))
    return touches.group_by("contact_id").agg(
        touches=touches.count(),
        resolved_touches=(touches.ended_by == "resolved").sum(),
        resolved_at=ended.min(where=touches.ended_by == "resolved"),
    )


def _reopened(record: Record) -> ir.Table:
    moments = reopenings(record)
    return moments.group_by("contact_id").agg(
        reopened=moments.count(), reopened_at=epoch(moments["at"]).min()
    )


def _passed(record: Record, between: Between) -> ir.Table:
    held = passing(record, between)
    return held.mutate(passed_at=epoch(held.passed_at), returned_at=epoch(held.returned_at))


def _worked(record: Record, turns: ir.Table) -> ir.Table:
    moments = turns.select(
        "contact_id",
        passed=_sooner(turns.reopened_at, turns.passed_at),
        again=_sooner(turns.reopened_at, turns.returned_at),
    )
    touches = record.table("touches")
    work = touches.filter(touches.handle_seconds >= 0).inner_join(moments, "contact_id")
    since, seconds = epoch(work.started_at), work.handle_seconds
    return work.group_by("contact_id").agg(
        handled=seconds.sum(),
        handled_passed=seconds.sum(where=since >= work.passed).fill_null(0.0),
        handled_again=seconds.sum(where=since >= work.again).fill_null(0.0),
    )


def _sooner(one: ir.FloatingValue, other: ir.FloatingValue) -> ir.FloatingValue:
    # Engines disagree on the least of a number and null.
    return ibis.least(ibis.coalesce(one, other), ibis.coalesce(other, one))
