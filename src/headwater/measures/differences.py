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
from headwater.measures.rework import FINISHED, states, with_before
from headwater.measures.rework_totals import last_moment
from headwater.measures.stations import Between, stations
from headwater.record.record import Record

#: A stratum with fewer contacts is merged with its neighbours, as is a customer with fewer.
SMALLEST_STRATUM = 30
_MIX = ("topic", "queue", "channel")
#: What the contacts of a stratum have in common, from the finest to the coarsest.
_LEVELS = (("regular", *_MIX), ("regular", "topic"), ("regular",), ())


def came_back(record: Record, asked: Requests, days: float) -> ir.Table:
    """Did the customer come back within that many days? One row for each finished contact that tells.

    contact_id, topic, queue, channel, customer, ended (epoch seconds, null where no end is recorded) and
    bad (1 or 0). Contacts of identified customers that were watched for the whole window after they closed.
    """
    ordered = in_order(asked.table, "closed")
    seen = observations(ordered, ordered.next_opened, asked.watch, days)
    seen = seen.filter(seen.followed >= round(days * DAY))
    closed = asked.table.select("contact_id", closed=asked.table.closed.cast("float64"))
    seen = joined(joined(seen, closed), _last_finish(record))
    ended = ibis.coalesce(seen.finished, seen.closed)
    return seen.select("contact_id", *_MIX, ended=ended, customer=seen.cluster, bad=seen.event)


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


def _last_finish(record: Record) -> ir.Table:
    """When each contact was last finished: the first of resolved and closed, as nobody works in between."""
    steps = with_before(states(record))
    entered = steps.filter(steps.state.isin(FINISHED) & ~steps.state_before.isin(FINISHED))
    return entered.group_by("contact_id").agg(finished=epoch(entered["at"]).max())


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
    """`held` with rate (of the whole stratum), all_ (its contacts) and mine (those of the holder).

    A stratum is a mix of topic, queue and channel, within a regular customer where there is one: a customer
    with many contacts comes back for reasons of its own, whoever helps.
    """
    often = held.count().over(ibis.window(group_by="customer")) >= SMALLEST_STRATUM
    table = held.mutate(
        regular=ibis.ifelse(often, held.customer, ""),
        level=0,
        **{name: held[name].fill_null("") for name in _MIX},
    )
    stratum = ["level", *_LEVELS[0]]
    for level, common in enumerate(_LEVELS[1:], start=1):
        size = table.count().over(ibis.window(group_by=stratum))
        merged = (table.level == level - 1) & (size < SMALLEST_STRATUM)
        blank = {name: ibis.ifelse(merged, "", table[name]) for name in _LEVELS[0] if name not in common}
        table = table.mutate(level=ibis.ifelse(merged, level, table.level), **blank)
    return table.mutate(
        rate=table.bad.mean().over(ibis.window(group_by=stratum)),
        all_=table.count().over(ibis.window(group_by=stratum)),
        mine=table.count().over(ibis.window(group_by=[*stratum, "holder"])),
    )
