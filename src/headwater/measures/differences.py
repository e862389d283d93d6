"""What became of the contacts of each person or team, and what their mix of work would let expect.

People and teams have no name here: one row each, in an order that says nothing about who they are.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from headwater.measures.base import answered_contacts, catch_all_customers
from headwater.measures.clock import DAY
from headwater.measures.elapsed import epoch, joined
from headwater.measures.journeys import journeys
from headwater.measures.repeats import Requests, in_order, observations
from headwater.measures.rework_totals import last_moment
from headwater.measures.stations import Between, stations
from headwater.record.record import Record

#: Contacts of one topic, queue and channel are a stratum; smaller ones are merged by topic, then altogether.
SMALLEST_STRATUM = 30
_MIX = ("topic", "queue", "channel")


def came_back(asked: Requests, days: float) -> ir.Table:
    """Did the customer come back within that many days? One row for each finished contact that tells.

    contact_id, topic, queue, channel, customer, ended (epoch seconds, null where no closing is recorded) and
    bad (1 or 0). Contacts of identified customers that were watched for the whole window after they ended.
    """
    ordered = in_order(asked.table, "closed")
    seen = observations(ordered, ordered.next_opened, asked.watch, days)
    seen = seen.filter(seen.followed >= round(days * DAY))
    seen = joined(seen, asked.table.select("contact_id", ended=asked.table.closed.cast("float64")))
    return seen.select("contact_id", *_MIX, "ended", customer=seen.cluster, bad=seen.event)


def was_reopened(record: Record, days: float) -> ir.Table:
    """Was the contact reopened within that many days after it was first finished? Columns as in `came_back`.

    Contacts finished at least that long before the last thing that happened in the record. Where the
    customer is not identified, each contact counts as a customer of its own.
    """
    contacts, nobody = answered_contacts(record), catch_all_customers(record)
    known = contacts.customer_id.notin(nobody) if nobody else contacts.customer_id.notnull()
    customer = ibis.ifelse(known, contacts.customer_id, contacts.contact_id)
    told = contacts.select("contact_id", *_MIX, customer=ibis.coalesce(customer, contacts.contact_id))
    became = journeys(record, "team").select("contact_id", "finished_at", "reopened_at")
    told = joined(told, became)
    told = told.filter(told.finished_at <= last_moment(record) - days * DAY)
    bad = (told.reopened_at - told.finished_at <= days * DAY).fill_null(False)  # noqa: FBT003
    return told.select("contact_id", *_MIX, "customer", ended=told.finished_at, bad=bad.cast("int64"))


def by_holder(record: Record, outcomes: ir.Table, between: Between) -> pa.Table:
    """One row for each agent or team that held contacts last before they ended, without saying which.

    contacts; seen (how many of them went badly); expected (how many would with the rates that its strata
    have altogether); comparable (contacts less those that it could only be compared with itself on, the sum
    of 1 - own share of the stratum) and usual (the expected rate of those); noise and clustered (sums of
    squared residuals of contacts, and of their sums by customer).
    """
    held = _with_strata(_last_holder(record, outcomes, between))
    alone = held.mine / held.all_
    table = held.mutate(weight=1 - alone, usual=(1 - alone) * held.rate, residual=held.bad - held.rate)
    customers = table.group_by("holder", "customer").agg(
        contacts=table.count().cast("float64"),
        seen=table.bad.sum().cast("float64"),
        expected=table.rate.sum(),
        comparable=table.weight.sum(),
        usual=table.usual.sum(),
        noise=(table.residual * table.residual).sum(),
        sum=table.residual.sum(),
    )
    sums = {
        name: customers[name].sum()
        for name in ("contacts", "seen", "expected", "comparable", "usual", "noise")
    }
    holders = customers.group_by("holder").agg(**sums, clustered=(customers["sum"] * customers["sum"]).sum())
    return holders.drop("holder").order_by("contacts", "seen", "expected").to_pyarrow()


def _last_holder(record: Record, outcomes: ir.Table, between: Between) -> ir.Table:
    """The outcomes with `holder`, who held the contact when it ended; where nobody did, they are left out.

    A first station that seems to begin after the end was noted late and counts.
    """
    held = stations(record, between)
    held = held.select("contact_id", "holder", "station", since=epoch(held["at"]))
    pairs = outcomes.inner_join(held, "contact_id")
    pairs = pairs.filter(pairs.ended.isnull() | (pairs.since <= pairs.ended) | (pairs.station == 0))
    last = pairs.station.max().over(ibis.window(group_by="contact_id"))
    return pairs.mutate(last=last).filter(lambda t: t.station == t["last"]).drop("station", "since", "last")


def _with_strata(held: ir.Table) -> ir.Table:
    """`held` with rate (of the whole stratum), all_ (its contacts) and mine (those of the holder)."""
    filled = held.mutate(**{name: held[name].fill_null("") for name in _MIX})
    fine = filled.mutate(fine=filled.count().over(ibis.window(group_by=list(_MIX))) >= SMALLEST_STRATUM)
    kept = fine.mutate(**{name: ibis.ifelse(fine.fine, fine[name], "") for name in _MIX[1:]})
    size = kept.count().over(ibis.window(group_by=["fine", *_MIX]))
    merged = kept.mutate(topic=ibis.ifelse(size >= SMALLEST_STRATUM, kept.topic, ""))
    stratum = ["fine", *_MIX]
    return merged.mutate(
        rate=merged.bad.mean().over(ibis.window(group_by=stratum)),
        all_=merged.count().over(ibis.window(group_by=stratum)),
        mine=merged.count().over(ibis.window(group_by=[*stratum, "holder"])),
    )
