"""The tables of the record, each defined once.

From these definitions come the engine's tables, the validator and the documentation page.
Times are timezone-aware and stored in UTC, durations are seconds, unknown is null.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "time", "date", "number", "integer", "flag"]
Person = Literal["agent", "customer"]

#: The Ibis type of each kind of column. Times carry their zone so that no engine can misread them.
IBIS_TYPES: dict[Kind, str] = {
    "text": "string",
    "time": "timestamp('UTC', 6)",
    "date": "date",
    "number": "float64",
    "integer": "int64",
    "flag": "boolean",
}

#: Contact status. `void` marks what the source says is no real contact (test, spam, merged away);
#: it is counted but no check uses it.
STATUSES = ("open", "waiting", "resolved", "closed", "abandoned", "void", "unknown")
#: Who or what closed a contact.
CLOSERS = ("agent", "customer", "bot", "system", "timer")
#: How a touch ended.
ENDINGS = ("resolved", "transferred", "escalated", "abandoned", "hung_up", "parked", "unknown")
#: What an event can be. `status_changed` carries one of EVENT_STATES in `to_value`; `team_changed`
#: and `assigned` carry the new holder; `waiting` carries `customer` or `other`; `activity` is
#: anything else that a log names, with its own name in `to_value`.
EVENT_KINDS = (
    "opened", "assigned", "team_changed", "status_changed", "waiting", "resumed", "resolved",
    "reopened", "escalated", "approval_asked", "approval_given", "approval_refused", "closed",
    "activity",
)  # fmt: skip
#: The states a `status_changed` event can lead to.
EVENT_STATES = (
    "open", "waiting", "waiting_customer", "waiting_other", "resolved", "closed", "abandoned", "void",
)  # fmt: skip
AUTHORS = ("customer", "agent", "bot", "system")
ABOUT = ("issue", "person", "overall")


@dataclass(frozen=True)
class Column:
    """One column: its name, kind, and what it means in one sentence."""

    name: str
    kind: Kind
    help: str
    null: bool = True
    values: tuple[str, ...] = ()
    person: Person | None = None

    @property
    def ibis_type(self) -> str:
        """The Ibis type, with a mark where null is not allowed."""
        return IBIS_TYPES[self.kind] if self.null else "!" + IBIS_TYPES[self.kind]


@dataclass(frozen=True)
class Table:
    """One table: what a row is, the columns that identify it, and all columns in order."""

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The column names in order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)


def _id(name: str, help: str, person: Person | None = None) -> Column:
    return Column(name, "text", help, null=False, person=person)


_CONTACT = _id("contact_id", "The contact it belongs to.")
_AGENT = Column("agent_id", "text", "Pseudonym of the person at work.", person="agent")

CONTACTS = Table(
    "contacts",
    "one customer's one request",
    ("contact_id",),
    (
        _id("contact_id", "Identifier of the contact in its source."),
        Column("opened_at", "time", "When the customer made the contact.", null=False),
        Column("closed_at", "time", "When it was closed for the last time; null while open."),
        Column(
            "customer_id", "text", "Pseudonym of the customer; null when not identified.", person="customer"
        ),
        Column("channel", "text", "How it came: phone, email, chat, web, or the source's own word."),
        Column("queue", "text", "Line or team it was sent to first."),
        Column("topic", "text", "What it was about, in the source's own categories."),
        Column("priority", "text", "Priority in the source's own words."),
        Column("status", "text", "Where it stands now.", null=False, values=STATUSES),
        Column("closed_by", "text", "Who or what closed it.", values=CLOSERS),
        Column("language", "text", "Language of the contact, as an ISO 639 code."),
        Column("recorded_reopens", "integer", "The source's own counter of reopenings, if it keeps one."),
        Column("recorded_handoffs", "integer", "The source's own counter of reassignments, if it keeps one."),
        Column("recorded_replies", "integer", "The source's own counter of replies, if it keeps one."),
        Column("source", "text", "The profile or mapping that read it.", null=False),
    ),
)

TOUCHES = Table(
    "touches",
    "a stretch in which one agent or team held a contact",
    ("touch_id",),
    (
        _id("touch_id", "Identifier of the touch."),
        _CONTACT,
        _AGENT,
        Column("team", "text", "Team or group that held it."),
        Column("started_at", "time", "When the stretch began.", null=False),
        Column("ended_at", "time", "When it ended; null while it lasts or when not known."),
        Column("wait_seconds", "number", "Seconds the customer waited before it."),
        Column("handle_seconds", "number", "Seconds of work (talk, hold, after-work)."),
        Column("ended_by", "text", "How it ended.", values=ENDINGS),
    ),
)

EVENTS = Table(
    "events",
    "something that happened to a contact",
    ("event_id",),
    (
        _id("event_id", "Identifier of the event."),
        _CONTACT,
        Column("at", "time", "When it happened.", null=False),
        Column("kind", "text", "What happened.", null=False, values=EVENT_KINDS),
        Column("from_value", "text", "Value before, where the event is a change."),
        Column("to_value", "text", "Value after, where the event is a change."),
        Column("actor_id", "text", "Pseudonym of who did it.", person="agent"),
    ),
)

MESSAGES = Table(
    "messages",
    "one message",
    ("message_id",),
    (
        _id("message_id", "Identifier of the message."),
        _CONTACT,
        Column("sent_at", "time", "When it was sent.", null=False),
        Column("author", "text", "Who wrote it.", null=False, values=AUTHORS),
        _AGENT,
        Column("text", "text", "What it says."),
        Column("public", "flag", "True when the customer could see it."),
        Column("template_id", "text", "The canned reply it was made from."),
    ),
)

RATINGS = Table(
    "ratings",
    "one survey asked",
    ("rating_id",),
    (
        _id("rating_id", "Identifier of the survey."),
        _CONTACT,
        Column("asked_at", "time", "When it was asked.", null=False),
        Column("answered_at", "time", "When it was answered; null when it was not."),
        Column("score", "number", "The answer on its scale."),
        Column("scale_min", "number", "Lowest score of the scale.", null=False),
        Column("scale_max", "number", "Highest score of the scale.", null=False),
        Column("about", "text", "What was asked about.", null=False, values=ABOUT),
        _AGENT,
    ),
)

AGENTS = Table(
    "agents",
    "one person at work",
    ("agent_id",),
    (
        _id("agent_id", "Pseudonym of the person.", person="agent"),
        Column("team", "text", "Team the person belongs to."),
        Column("joined_on", "date", "First day at work."),
        Column("left_on", "date", "Last day at work."),
        Column("left_why", "text", "Why the person left, as recorded."),
    ),
)

SHIFTS = Table(
    "shifts",
    "planned or worked time",
    ("agent_id", "started_at", "activity", "planned"),
    (
        _id("agent_id", "Pseudonym of the person at work.", person="agent"),
        Column("started_at", "time", "When it began.", null=False),
        Column("ended_at", "time", "When it ended.", null=False),
        Column("activity", "text", "What the time was for.", null=False),
        Column("planned", "flag", "True for planned, false for worked time.", null=False),
    ),
)

TARGETS = Table(
    "targets",
    "one target or rule in force",
    ("target_id",),
    (
        _id("target_id", "Identifier of the target."),
        Column("name", "text", "What people call it.", null=False),
        Column("measure", "text", "What it measures, for example handle_seconds.", null=False),
        Column("statistic", "text", "Each contact, mean, share.", null=False),
        Column("per", "text", "Over whom and what time it is taken."),
        Column("comparator", "text", "At most or at least.", null=False),
        Column("value", "number", "The limit.", null=False),
        Column("unit", "text", "Unit of the limit.", null=False),
        Column("queue", "text", "Queue it holds for; null for all."),
        Column("since", "date", "First day in force."),
        Column("until", "date", "Last day in force."),
        Column("set_by", "text", "The role that set it."),
    ),
)

READINGS = Table(
    "readings",
    "what the reading part found",
    ("subject_id", "kind", "label", "reader"),
    (
        _id("subject_id", "The message or contact that was read."),
        Column("message_id", "text", "The message, when one message was read."),
        Column("contact_id", "text", "The contact, when a whole contact was read."),
        Column("kind", "text", "What kind of reading it is.", null=False),
        Column("label", "text", "What was found.", null=False),
        Column("score", "number", "How sure the reader is, from 0 to 1."),
        Column("quote_start", "integer", "First character of the quote that decided it."),
        Column("quote_end", "integer", "Character after the quote."),
        Column("reader", "text", "Name of the reader.", null=False),
        Column("version", "text", "Version of the reader.", null=False),
    ),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (CONTACTS, TOUCHES, EVENTS, MESSAGES, RATINGS, AGENTS, SHIFTS, TARGETS, READINGS)
}
