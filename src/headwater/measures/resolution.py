"""Issues and whether the first contact was enough, and what the common definitions would say instead.

An issue is a chain of contacts of one customer about one matter, each opened within the window of the one
before. Its first contact was enough when no other follows within the window and it is not reopened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from headwater.measures.clock import DAY
from headwater.measures.repeats import Clock, Requests, in_order, observations
from headwater.measures.rework import reopenings
from headwater.measures.watching import seconds_of
from headwater.record.record import Record

#: Who may have closed a contact without anybody having solved it.
NOT_OURS = ("customer", "system", "timer")
#: Zammad, lib/report/ticket_first_solution.rb: closed_at - 15 minutes < created_at.
FIRST_SOLUTION_SECONDS = 900
_NEVER = 10**11


@dataclass(frozen=True)
class Issues:
    """First contacts of issues as observations, and how many were left out and why.

    `left_out` counts first contacts by reason: early (opened in the first window of the record, so that a
    contact before it may be missing), not_ours (closed by the customer or by nobody) and open (not finished).
    """

    observations: ir.Table
    left_out: Mapping[str, int]


def issues(record: Record, asked: Requests, clock: Clock, days: float, horizon_days: float) -> Issues:
    """The first contact of each issue with the time until it turned out not to be enough."""
    window = round(days * DAY)
    ordered = in_order(asked.table, clock)
    first = ordered.filter(ordered.before.isnull() | (ordered.opened - ordered.before > window))
    reason = ibis.cases(
        (first.opened < asked.watch.start + window, "early"),
        (first.closed_by.isin(NOT_OURS), "not_ours"),
        (first.status.isin(["open", "waiting"]), "open"),
        else_="judged",
    )
    first = first.mutate(reason=reason)
    tally = first.group_by("reason").agg(n=first.count()).to_pyarrow().to_pylist()
    left_out = {row["reason"]: int(row["n"]) for row in tally if row["reason"] != "judged"}
    judged = _with_reopening(record, first.filter(first.reason == "judged"), asked.watch.end)
    failed = ibis.least(ibis.coalesce(judged.next_opened, _NEVER), ibis.coalesce(judged.reopened, _NEVER))
    return Issues(observations(judged, failed.nullif(_NEVER), asked.watch, horizon_days), left_out)


def common_definitions(record: Record) -> ir.Table:
    """What others call solved at first contact, for each resolved or closed contact; null where not known.

    closed_within_15_minutes: Zammad's "First solution". one_touch: fewer than two replies by agents, none
    included (Zendesk's "one-touch"); without messages, one touch. zero_replies: nothing from the customer
    after the first message (Freshservice); without messages, a counter of replies that stands at 0.
    """
    contacts = record.table("contacts")
    solved = contacts.filter(contacts.status.isin(["resolved", "closed"]))
    took = seconds_of(solved.closed_at) - seconds_of(solved.opened_at)
    solved = solved.select(
        "contact_id", "recorded_replies", closed_within_15_minutes=took < FIRST_SOLUTION_SECONDS
    )
    if record.has("messages.author"):
        counted = solved.left_join(_messages(record), "contact_id")
        return counted.select(
            "contact_id",
            "closed_within_15_minutes",
            one_touch=counted.by_agents < 2,
            zero_replies=counted.by_customer < 2,
        )
    touches = record.table("touches").group_by("contact_id").agg(touches=lambda t: t.count())
    counted = solved.left_join(touches, "contact_id")
    return counted.select(
        "contact_id",
        "closed_within_15_minutes",
        one_touch=counted.touches == 1,
        zero_replies=counted.recorded_replies == 0,
    )


def tally(definitions: ir.Table) -> dict[str, tuple[int, int]]:
    """For each definition, how many contacts it calls solved and how many it can judge."""
    names = [name for name in definitions.columns if name != "contact_id"]
    row = definitions.aggregate(
        **{f"{name}_x": definitions[name].cast("int64").sum() for name in names},
        **{f"{name}_n": definitions[name].count() for name in names},
    ).to_pyarrow().to_pylist()[0]  # fmt: skip
    return {name: (int(row[f"{name}_x"] or 0), int(row[f"{name}_n"])) for name in names}


def _messages(record: Record) -> ir.Table:
    """Replies that the customer could see and messages of the customer, by contact."""
    messages = record.table("messages")
    seen = (messages.author == "agent") & ibis.coalesce(messages.public, True)
    return messages.group_by("contact_id").agg(
        by_agents=seen.cast("int64").sum(), by_customer=(messages.author == "customer").cast("int64").sum()
    )


def _with_reopening(record: Record, first: ir.Table, until: int) -> ir.Table:
    """The contacts with `reopened`: the moment of their first reopening, null where there is none.

    A counter that says so without a history counts as reopened before the last closing.
    """
    turned = reopenings(record)
    turned = turned.mutate(moment=seconds_of(turned["at"])).filter(lambda t: t.moment <= until)
    earliest = turned.group_by("contact_id").agg(moment=turned.moment.min())
    joined = first.left_join(earliest, "contact_id").drop("contact_id_right")
    by_counter = ibis.ifelse(
        ibis.coalesce(joined.recorded_reopens, 0) > 0,
        ibis.coalesce(joined.closed, joined.opened),
        ibis.null("int64"),
    )
    return joined.mutate(reopened=ibis.coalesce(joined.moment, by_counter)).drop("moment")
