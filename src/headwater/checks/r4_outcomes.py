"""What R4 compares: customers who come back or, where they are not known, contacts that are reopened."""

from __future__ import annotations

from dataclasses import dataclass

import ibis.expr.types as ir

from headwater import words
from headwater.checks.check import Context, Params
from headwater.checks.returning import FEWEST_CONTACTS, SAME, window_of
from headwater.measures.differences import came_back, was_reopened
from headwater.measures.repeats import requests
from headwater.measures.watching import watched
from headwater.record.record import Record


@dataclass(frozen=True)
class Outcome:
    """What became of contacts: a table as `came_back` makes it, and how to say it."""

    table: ir.Table
    how_often: str
    going: str
    caveats: tuple[str, ...]


def outcome_of(record: Record, params: Params, context: Context) -> Outcome | None:
    """The outcome asked for, else reopening; None where the record shows neither."""
    repeat = _repeat(record, params, context) if params["outcome"] == "repeat" else None
    return repeat or _reopened(record, params)


def _repeat(record: Record, params: Params, context: Context) -> Outcome | None:
    watch, days = watched(record, context.timezone), window_of(params["window"])
    if watch is None or not record.has("contacts.customer_id"):
        return None
    asked = requests(record, watch, params["match"], FEWEST_CONTACTS)
    table = came_back(record, asked, days).cache()
    if table.count().to_pyarrow().as_py() < FEWEST_CONTACTS:
        return None
    window = words.value(days, "days")
    told = ["Contacts whose customer is not known, and those of the last days, are not in it."]
    if asked.match != params["match"]:
        told.append(f"Too few contacts have a {params['match']}: matched are contacts {SAME[asked.match]}.")
    return Outcome(
        table,
        f"How often customers come back within {window}",
        f"followed by another {SAME[asked.match]} within {window}",
        tuple(told),
    )


def _reopened(record: Record, params: Params) -> Outcome | None:
    days = window_of(params["window"])
    table = was_reopened(record, days).cache()
    if not table.bad.sum().to_pyarrow().as_py():
        return None
    window = words.value(days, "days")
    told = [f"Contacts finished less than {window} before the record ends are not in it."]
    if params["outcome"] != "reopened":
        told.append("Customers are not known, so reopened contacts stand for customers who came back.")
    return Outcome(
        table,
        f"How often contacts are reopened within {window}",
        f"reopened within {window} of being finished",
        tuple(told),
    )
