"""A record that is open: its tables as Ibis expressions, and what is in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, update_wrapper
from typing import Any, Concatenate, ParamSpec, TypeVar

import ibis.expr.types as ir

from headwater.record.schema import Backend
from headwater.record.tables import TABLES

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Record:
    """Tables of what happened, on one engine.

    `place` says where they live, as the user wrote it. `tables` holds one Ibis expression for each
    table of the record, empty where nothing was loaded. `answers` is what `once` remembers.
    """

    con: Backend
    place: str
    tables: Mapping[str, ir.Table]
    answers: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def table(self, name: str) -> ir.Table:
        """The table of that name."""
        return self.tables[name]

    @cached_property
    def filled(self) -> Mapping[str, int]:
        """How many values are known: {"contacts": rows, "contacts.topic": rows with a topic, ...}."""
        counts: dict[str, int] = {}
        for name, definition in TABLES.items():
            table = self.tables[name]
            row = (
                table.aggregate(
                    __rows=table.count(), **{column: table[column].count() for column in definition.names}
                )
                .to_pyarrow()
                .to_pylist()[0]
            )
            counts[name] = row.pop("__rows")
            counts |= {f"{name}.{column}": count for column, count in row.items()}
        return counts

    def has(self, *columns: str) -> bool:
        """True when at least one value is known in any of the columns (`table.column`)."""
        return any(self.filled[column] > 0 for column in columns)


def once(question: Callable[Concatenate[Record, P], T]) -> Callable[Concatenate[Record, P], T]:
    """A question that several checks put to a record, and that the engine answers only once."""

    def ask(record: Record, /, *args: P.args, **kwargs: P.kwargs) -> T:
        key = (question, args, tuple(sorted(kwargs.items())))
        if key not in record.answers:
            record.answers[key] = question(record, *args, **kwargs)
        answer: T = record.answers[key]
        return answer

    return update_wrapper(ask, question)
