"""Who had to come back: contacts of one customer about one matter, in order, and the time to the next.

A matter is what `match` says: the same topic, the same queue, or anything at all that this customer comes
with. Queue and channel never separate contacts of one matter unless the matching itself is by queue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import ibis
import ibis.expr.types as ir

from headwater.measures.base import answered_contacts, catch_all_customers
from headwater.measures.clock import DAY
from headwater.measures.product_limit import Share, ratio
from headwater.measures.thanks import without_request
from headwater.measures.watching import Watch, seconds_of
from headwater.record.record import Record, once

Match = Literal["topic", "queue", "customer"]
Clock = Literal["opened", "closed"]
#: From the finest matching to the coarsest.
MATCHES: tuple[Match, ...] = ("topic", "queue", "customer")
#: A share of contacts on one customer id from which it is worth a look whether it is one customer.
BUSY_SHARE = 0.02
_NEVER = 10**11


@dataclass(frozen=True)
class Requests:
    """The contacts among which returns are looked for, and how many were left out of them and why.

    `table` has contact_id, customer_id, matter, topic, queue, channel, status, closed_by, recorded_reopens,
    and opened and closed in epoch seconds. `left_out` counts answered contacts by reason: unidentified,
    catch_all, thanks, automatic, outside (the stretch that was watched) and unmatched (no topic, or queue).
    `asked` is the matching that was asked for, `match` the one that the record allows.
    """

    table: ir.Table
    match: Match
    asked: Match
    watch: Watch
    answered: int
    used: int
    left_out: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """One group of contacts: how many, of how many customers, held by how many agents (None: not known)."""

    name: str
    contacts: int
    customers: int
    agents: int | None


@once
def requests(record: Record, watch: Watch, match: Match, enough: int = 1) -> Requests:
    """Answered contacts of identified customers that ask for something, with the matter of each.

    Where fewer than `enough` of them have the column that `match` needs, the next coarser one is taken.
    """
    sorted_out = _sorted(record, watch)
    tally = sorted_out.group_by("reason").agg(
        n=sorted_out.count(), topic=sorted_out.topic.count(), queue=sorted_out.queue.count()
    )
    counts = {row["reason"]: row for row in tally.to_pyarrow().to_pylist()}
    left_out = {reason: int(row["n"]) for reason, row in counts.items() if reason != "used"}
    known: Mapping[str, int] = counts.get("used", {"n": 0, "topic": 0, "queue": 0})
    wanted = MATCHES[MATCHES.index(match) :]
    possible = next(m for m in wanted if m == "customer" or known[m] >= enough)
    usable = sorted_out.filter(sorted_out.reason == "used").drop("reason")
    used = int(known["n"] if possible == "customer" else known[possible])
    if used < known["n"]:
        left_out["unmatched"] = int(known["n"]) - used
    matter = ibis.literal("") if possible == "customer" else usable[possible]
    table = usable.mutate(matter=matter).filter(lambda t: t.matter.notnull())
    return Requests(
        table, possible, match, watch, sum(int(row["n"]) for row in counts.values()), used, left_out
    )


def started(contacts: ir.Table, clock: Clock) -> ir.IntegerValue:
    """When the clock of each contact starts, in epoch seconds; null where it has not.

    At the opening, or at the closing: a contact that is finished but has no closing time (a call) was over
    when it began; one that is still open has no start.
    """
    if clock == "opened":
        return contacts.opened
    open_still = contacts.status.isin(["open", "waiting"])
    return ibis.coalesce(contacts.closed, ibis.ifelse(open_still, ibis.null("int64"), contacts.opened))


def in_order(contacts: ir.Table, clock: Clock) -> ir.Table:
    """The contacts with `started`, `next_opened` and `before` of the same customer and matter.

    `next_opened` is the opening of the next contact. `before` is the latest start of the clock of any
    earlier one; of one that is still open it lies in the far future, since its matter is not over.
    """
    order = {"group_by": ["customer_id", "matter"], "order_by": ["opened", "contact_id"]}
    timed = contacts.mutate(started=started(contacts, clock))
    busy = ibis.coalesce(timed.started, _NEVER)
    return timed.mutate(
        next_opened=timed.opened.min().over(ibis.window(**order, rows=(1, 1))),
        before=busy.max().over(ibis.window(**order, rows=(None, -1))),
    )


def observations(
    ordered: ir.Table, came_back: ir.IntegerValue, watch: Watch, horizon_days: float
) -> ir.Table:
    """What `product_limit` works on, one row per contact whose clock started while somebody watched.

    `came_back` is the moment of the event, null where none was seen; an event before the clock started
    (the customer came again while the contact was open) counts at 0. Times are cut off after the horizon.
    """
    cut = round(horizon_days * DAY)
    timed = ordered.mutate(came_back=came_back).filter(ordered.started <= watch.end)
    followed = watch.end - timed.started
    until = ibis.greatest(ibis.coalesce(timed.came_back - timed.started, followed), 0)
    return timed.select(
        "contact_id", "topic", "queue", "channel",
        part=ibis.literal("all"),
        cluster=timed.customer_id,
        seconds=ibis.least(until, cut + 1),
        event=(timed.came_back.notnull() & (until <= cut)).cast("int64"),
        followed=followed,
        after=timed.opened - timed.before,
    )  # fmt: skip


def parts(record: Record, watched_contacts: ir.Table, column: str) -> list[Part]:
    """The groups of a column and how many contacts, customers and agents stand behind each, largest first."""
    known = watched_contacts.filter(watched_contacts[column].notnull())
    sizes = known.group_by(part=known[column]).agg(contacts=known.count(), customers=known.cluster.nunique())
    agents: dict[str, int] = {}
    told = record.has("touches.agent_id")
    if told:
        touches = record.table("touches")
        held = touches.filter(touches.agent_id.notnull()).select("contact_id", "agent_id")
        by_agent = known.select("contact_id", part=known[column]).inner_join(held, "contact_id")
        table = by_agent.group_by("part").agg(agents=by_agent.agent_id.nunique()).to_pyarrow()
        agents = dict(zip(table["part"].to_pylist(), table["agents"].to_pylist(), strict=True))
    rows = sizes.order_by(ibis.desc("contacts"), "part").to_pyarrow().to_pylist()
    return [
        Part(row["part"], row["contacts"], row["customers"], agents.get(row["part"], 0) if told else None)
        for row in rows
    ]


def handle_time_of_repeats(record: Record, watched_contacts: ir.Table, days: float) -> Share | None:
    """Mean seconds of work in a contact that came within `days` of one before; None where none is known.

    The work of a contact is the sum over its touches; the variance is clustered by customer.
    """
    touches = record.table("touches").filter(lambda t: t.handle_seconds.notnull())
    work = touches.group_by("contact_id").agg(work=touches.handle_seconds.sum())
    again = watched_contacts.filter(watched_contacts.after <= round(days * DAY)).inner_join(
        work, "contact_id"
    )
    by_cluster = again.group_by("cluster").agg(n=again.count().cast("float64"), x=again.work.sum())
    n, x = by_cluster.n, by_cluster.x
    sums: dict[str, Any] = by_cluster.aggregate(
        n=n.sum(), x=x.sum(), n2=(n * n).sum(), x2=(x * x).sum(), xn=(x * n).sum(), clusters=n.count()
    ).to_pyarrow().to_pylist()[0]  # fmt: skip
    return ratio(
        sums["x"] or 0.0, int(sums["n"] or 0), int(sums["clusters"]), sums["x2"], sums["xn"], sums["n2"]
    )


def share_of_busiest(watched_contacts: ir.Table) -> float:
    """The share of contacts that stand on the one customer id with most of them."""
    sizes = watched_contacts.group_by("cluster").agg(n=watched_contacts.count())
    row = sizes.aggregate(top=sizes.n.max(), total=sizes.n.sum()).to_pyarrow().to_pylist()[0]
    return float(row["top"] / row["total"]) if row["total"] else 0.0


def _sorted(record: Record, watch: Watch) -> ir.Table:
    """Every answered contact with the reason why it is left out, or `used`."""
    answered = answered_contacts(record)
    contacts = answered.select(
        "contact_id", "customer_id", "topic", "queue", "channel", "status", "closed_by", "recorded_reopens",
        opened=seconds_of(answered.opened_at), closed=seconds_of(answered.closed_at),
    )  # fmt: skip
    asks_nothing = without_request(record)
    contacts = contacts.left_join(asks_nothing, "contact_id").drop("contact_id_right")
    nobody = catch_all_customers(record)
    reasons = [
        (contacts.customer_id.isnull(), "unidentified"),
        (contacts.why.notnull(), contacts.why),
        ((contacts.opened < watch.start) | (contacts.opened > watch.end), "outside"),
    ]
    if nobody:
        reasons.insert(1, (contacts.customer_id.isin(nobody), "catch_all"))
    return contacts.mutate(reason=ibis.cases(*reasons, else_="used")).drop("why")
