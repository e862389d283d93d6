"""What all measures share: which contacts count, who is a customer, and how long was watched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import ibis.expr.types as ir

from headwater.record.record import Record, once

#: A customer id on at least this share of all rows, and at least this many of them, is a catch-all
#: ("0", "anonymous", the switchboard's own number) and not one person.
CATCH_ALL_SHARE = 0.2
CATCH_ALL_ROWS = 100


@dataclass(frozen=True)
class Period:
    """First and last moment at which a contact was opened; both None in an empty record."""

    first: datetime | None
    last: datetime | None

    @property
    def weeks(self) -> float:
        """Length in weeks, at least one day, so that rates per week do not explode."""
        if self.first is None or self.last is None:
            return 0.0
        return max((self.last - self.first).total_seconds(), 86400.0) / (7 * 86400.0)


def real_contacts(record: Record) -> ir.Table:
    """Contacts that are what they seem: all but those the source marks void."""
    contacts = record.table("contacts")
    return contacts.filter(contacts.status != "void")


def answered_contacts(record: Record) -> ir.Table:
    """Real contacts that somebody took: all but the abandoned ones."""
    contacts = record.table("contacts")
    return contacts.filter(contacts.status.notin(["void", "abandoned"]))


@once
def period(record: Record) -> Period:
    """From the first to the last opening of a real contact."""
    contacts = real_contacts(record)
    row = contacts.aggregate(first=contacts.opened_at.min(), last=contacts.opened_at.max()).to_pyarrow()
    first, last = row["first"][0].as_py(), row["last"][0].as_py()
    return Period(first, last)


@once
def catch_all_customers(record: Record) -> tuple[str, ...]:
    """Customer ids that stand on so many rows that they cannot be one customer, commonest first."""
    contacts = real_contacts(record)
    total = contacts.count().to_pyarrow().as_py()
    counts = (
        contacts.filter(contacts.customer_id.notnull()).group_by("customer_id").agg(n=lambda t: t.count())
    )
    many = counts.filter((counts.n >= CATCH_ALL_ROWS) & (counts.n >= CATCH_ALL_SHARE * int(total)))
    return tuple(many.order_by(many.n.desc()).to_pyarrow()["customer_id"].to_pylist())


def identified(contacts: ir.Table, catch_all: tuple[str, ...]) -> ir.Table:
    """The contacts whose customer is known and is one customer."""
    known = contacts.filter(contacts.customer_id.notnull())
    return known.filter(known.customer_id.notin(catch_all)) if catch_all else known
