"""Work done again: the states a contact went through, and its reopenings.

Published definitions of a reopening differ. Here it is a finished contact whose next state is open:
Resolved -> Active counts, Resolved -> Awaiting customer does not, as nobody has begun to work again.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from headwater.record.record import Record
from headwater.record.tables import IBIS_TYPES

FINISHED = ("resolved", "closed")
#: Where each kind of event leaves a contact; `status_changed` says it itself. `opened` is left out: every
#: contact begins open, and a log that notes the beginning late must not turn it into a return.
STATE_OF_KIND = {
    "resumed": "open",
    "reopened": "open",
    "resolved": "resolved",
    "closed": "closed",
}


def states(record: Record) -> ir.Table:
    """The states of each contact in order: contact_id, at, event_id, kind, state.

    Ties in time are broken by event_id. `assigned` means that work begins, unless the contact's log
    names its states itself: then a new holder alone does not open it.
    """
    events = record.table("events")
    named = (events.kind == "status_changed").sum().over(ibis.window(group_by=events.contact_id))
    whom = ibis.cases(
        (events.to_value.isin(["customer", "other"]), "waiting_" + events.to_value), else_="waiting"
    )
    state = ibis.cases(
        *[(events.kind == kind, state) for kind, state in STATE_OF_KIND.items()],
        (events.kind == "status_changed", events.to_value),
        (events.kind == "waiting", whom),
        ((events.kind == "assigned") & (named == 0), "open"),
    )
    known = events.select("contact_id", "at", "event_id", "kind", state=state)
    return known.filter(known.state.notnull())


def with_before(known: ir.Table) -> ir.Table:
    """States with state_before, the one before that (both "" where there is none) and at_before."""
    order = ibis.window(group_by="contact_id", order_by=["at", "event_id"])
    return known.mutate(
        state_before=known.state.lag(1, "").over(order),
        state_before_that=known.state.lag(2, "").over(order),
        at_before=known["at"].lag(1, known["at"]).over(order),
    )


def reopenings(record: Record) -> ir.Table:
    """One row for each reopening: contact_id, at.

    From the states where the contact has any, counting an explicit `reopened` once even when the same
    moment also carries the change of state; else from touches: one that starts after an earlier touch
    of the same contact that ended resolved. Contacts of every status are in it.
    """
    known = states(record)
    # Joins and windows change what Ibis believes about nulls; a union wants it equal on both sides.
    return ibis.union(_nullable(_from_states(known)), _nullable(_from_touches(record, known)))


def _from_states(known: ir.Table) -> ir.Table:
    steps = with_before(known)
    turned = (steps.state == "open") & steps.state_before.isin(FINISHED)
    # Some logs write both the change of state and `reopened`, at the same moment and in either order.
    told = (
        (steps.state_before == "open")
        & steps.state_before_that.isin(FINISHED)
        & (steps.at_before == steps["at"])
    )
    return steps.filter(turned | ((steps.kind == "reopened") & ~told)).select("contact_id", "at")


def _from_touches(record: Record, known: ir.Table) -> ir.Table:
    touches = record.table("touches").anti_join(known.filter(known.kind != "assigned"), "contact_id")
    order = ibis.window(group_by="contact_id", order_by=["started_at", "touch_id"])
    steps = touches.mutate(ended_before=touches.ended_by.lag(1, "").over(order))
    return steps.filter(steps.ended_before == "resolved").select("contact_id", at=steps.started_at)


def _nullable(moments: ir.Table) -> ir.Table:
    return moments.cast({"contact_id": IBIS_TYPES["text"], "at": IBIS_TYPES["time"]})
