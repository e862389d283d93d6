"""A simulated history as help desks and phone systems export it: one row per touch, with a few rows spoiled.

Times are wall-clock times without an offset, as such exports have them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from numpy.random import Generator

#: The first midnight, Europe/Amsterdam, a Monday.
START = datetime(2025, 9, 1)
COLUMNS = (
    "Ticket ID", "Customer ID", "Channel", "Queue", "Reason", "Opened", "Picked up", "Finished", "Wait (s)",
    "Handle time (s)", "Agent", "Team", "Outcome", "Closed",
)  # fmt: skip
SPOILED = 10
#: Outcomes with which a contact is closed, at least for now.
FINAL = ("Resolved", "Abandoned")

Row = tuple[str, ...]


@dataclass(frozen=True)
class Touch:
    """One touch; moments in whole seconds since START, "" and None where there is nothing to tell."""

    start: int
    end: int
    outcome: str
    agent: str = ""
    team: str = ""
    wait: int | None = None
    handle: int | None = None


@dataclass(frozen=True)
class Contact:
    """One contact with its touches in order."""

    ticket: str
    customer: str
    channel: str
    queue: str
    reason: str
    opened: int
    touches: tuple[Touch, ...]


def rows_of(contact: Contact, until: int) -> Iterator[Row]:
    """The rows of a contact in an export made at `until`: what had not happened by then is blank.

    A contact that nobody has picked up by then has no row. Nobody asked an abandoned contact for its reason.
    """
    seen = [touch for touch in contact.touches if touch.start < until]
    last = seen[-1] if seen else None
    closed = _clock(last.end) if last and last.end < until and last.outcome in FINAL else ""
    reason = "" if last and last.outcome == "Abandoned" else contact.reason
    head = (contact.ticket, contact.customer, contact.channel, contact.queue, reason, _clock(contact.opened))
    for touch in seen:
        over = touch.end < until
        finished, handle = (_clock(touch.end), _number(touch.handle)) if over else ("", "")
        held = (touch.agent, touch.team, touch.outcome if over else "")
        yield (*head, _clock(touch.start), finished, _number(touch.wait), handle, *held, closed)


def spoilt(rows: list[Row], rng: Generator) -> list[Row]:
    """Rows to add, as real exports have them: impossible dates, swapped times, negative times, no identifier.

    They are copies of resolved rows under identifiers of their own, so that they take nothing away.
    """
    resolved = [row for row in rows if row[COLUMNS.index("Outcome")] == "Resolved"]
    chosen = rng.choice(len(resolved), SPOILED, replace=False)
    copies = [dict(zip(COLUMNS, resolved[i], strict=True)) for i in chosen]
    for number, row in enumerate(copies):
        row["Ticket ID"] = f"T-9{number:05}"
    impossible = ("31/11/2025 09:10", "31/09/2025 16:40", "30/02/2025 11:25")
    for row, moment in zip(copies[:3], impossible, strict=True):
        row["Opened"] = moment
    for row in copies[3:6]:
        row["Picked up"], row["Finished"] = row["Finished"], row["Picked up"]
    for row in copies[6:8]:
        row["Handle time (s)"] = f"-{row['Handle time (s)']}"
    for row in copies[8:]:
        row["Ticket ID"] = ""
    return [tuple(row.values()) for row in copies]


def text_of(rows: Iterable[Row]) -> str:
    """The rows as CSV with their header."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([COLUMNS, *rows])
    return text.getvalue()


def _clock(at: int) -> str:
    return str(START + timedelta(seconds=at))


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
