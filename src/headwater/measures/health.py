"""What looks wrong in a record though every row of it could be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from statistics import median

import ibis
import ibis.expr.types as ir

from headwater import words
from headwater.measures.base import CATCH_ALL_ROWS, real_contacts
from headwater.record.record import Record

#: One identifier on this share of all rows is no single person.
HALF = 0.5
#: A day without contacts is a hole when the same weekday usually has at least this many.
USUAL = 5
LONGEST_WORK = 12 * words.HOUR
SHOWN = 5
ONE = {
    "contacts": "contact",
    "touches": "touch",
    "events": "event",
    "messages": "message",
    "ratings": "rating",
}


def oddities(record: Record) -> list[str]:
    """Sentences about what looks wrong, gravest first; none when nothing does."""
    looks: tuple[Callable[[Record], Iterator[str]], ...] = (
        _ids,
        _spans,
        _durations,
        _clocks,
        _strays,
        _holes,
    )
    return [sentence for look in looks for sentence in look(record)]


def _count(condition: ir.BooleanValue) -> int:
    return int(condition.sum().to_pyarrow().as_py() or 0)


def _ids(record: Record) -> Iterator[str]:
    for table, column in (("contacts", "customer_id"), ("touches", "agent_id")):
        rows = record.filled[table]
        if rows < CATCH_ALL_ROWS or not record.has(f"{table}.{column}"):
            continue
        known = record.table(table).filter(lambda t, column=column: t[column].notnull())
        counts = known.group_by(column).agg(n=known.count())
        most = counts.n.max().to_pyarrow().as_py()
        if most >= HALF * rows:
            yield (
                f"one {column} stands on {words.share(most / rows)} of all {table}: it is nobody in particular; "
                "name it as missing in the mapping"
            )


def _spans(record: Record) -> Iterator[str]:
    for table, start, end in (("contacts", "opened_at", "closed_at"), ("touches", "started_at", "ended_at")):
        rows = record.table(table)
        if swapped := _count(rows[end] < rows[start]):
            yield words.so_many(
                swapped, f"{ONE[table]} ends before it starts", f"{table} end before they start"
            )


def _durations(record: Record) -> Iterator[str]:
    touches = record.table("touches")
    if below := _count((touches.wait_seconds < 0) | (touches.handle_seconds < 0)):
        what = "a negative wait or handle time"
        yield words.so_many(below, f"touch has {what}", f"touches have {what}")
    if above := _count(touches.handle_seconds > LONGEST_WORK):
        what = f"a handle time of more than {words.duration(LONGEST_WORK)}"
        yield words.so_many(above, f"touch has {what}", f"touches have {what}")


def _clocks(record: Record) -> Iterator[str]:
    contacts = record.table("contacts").select("contact_id", "opened_at")
    for table, at in (("events", "at"), ("touches", "started_at")):
        rows = record.table(table).select("contact_id", moment=record.table(table)[at])
        joined = rows.join(contacts, "contact_id")
        early = joined.moment.epoch_seconds() < joined.opened_at.epoch_seconds() - words.MINUTE
        if count := _count(early):
            told = words.so_many(count, f"{ONE[table]} lies", f"{table} lie")
            yield f"{told} before the opening of the contact: a clock may have jumped, or zones differ"
    late = record.table("contacts").opened_at > ibis.now()
    if count := _count(late):
        told = words.so_many(count, "contact was", "contacts were")
        yield f"{told} opened in the future: a clock or the time zone is wrong"


def _strays(record: Record) -> Iterator[str]:
    contacts = record.table("contacts").select("contact_id")
    for table in ("touches", "events", "messages", "ratings"):
        if record.filled[table]:
            lost = int(record.table(table).anti_join(contacts, "contact_id").count().to_pyarrow().as_py())
            if lost:
                yield words.so_many(
                    lost, f"{ONE[table]} belongs to no contact in the record",
                    f"{table} belong to no contact in the record",
                )  # fmt: skip


def _holes(record: Record) -> Iterator[str]:
    contacts = real_contacts(record)
    day = contacts.opened_at.date()
    daily = contacts.group_by(day=day).agg(n=contacts.count()).to_pyarrow().to_pylist()
    missing = missing_days({row["day"]: row["n"] for row in daily})
    for first, last in _runs(missing)[:SHOWN]:
        span = f"on {first}" if first == last else f"from {first} to {last}"
        yield f"no contact {span}, though such weekdays usually have many: a holiday, or a hole in the export?"


def missing_days(counts: dict[date, int]) -> list[date]:
    """Days between the first and the last that hold nothing though their weekday usually does.

    Usual is the median over all weeks, days without contacts counted as 0.
    """
    if not counts:
        return []
    first, last = min(counts), max(counts)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    usual = {
        weekday: median([counts.get(day, 0) for day in days if day.weekday() == weekday] or [0])
        for weekday in range(7)
    }
    return [day for day in days if not counts.get(day) and usual[day.weekday()] >= USUAL]


def _runs(days: list[date]) -> list[tuple[date, date]]:
    runs: list[tuple[date, date]] = []
    for day in days:
        if runs and day - runs[-1][1] == timedelta(days=1):
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs
