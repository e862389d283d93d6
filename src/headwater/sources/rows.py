"""Typed rows: every cell read, names replaced, and the first thing wrong with each row."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Dict
from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir

from headwater.sources import clocks, values
from headwater.sources.dates import EPOCH, OFFSET
from headwater.sources.engine import clock_of, in_zone
from headwater.sources.mapping import FIELDS, ROW_KINDS, VALUES, Mapping
from headwater.sources.stage import LINE

PROBLEM, WALL, SKIPPED, KIND_TEXT = "__problem", "__wall", "__skipped", "__kind_text"
HALF_DAY = 43_200
Hide = Callable[[ir.Value, str], ir.Value]

#: Pairs of fields of which the second cannot lie before the first.
_SPANS = (("opened_at", "closed_at"), ("started_at", "ended_at"), ("asked_at", "answered_at"))
_DURATIONS = ("wait_seconds", "handle_seconds")
_REASONS = {"time": "not a time", "date": "not a time", "number": "not a number", "integer": "not a number",
            "flag": "not a yes or no", "text": "unknown word"}  # fmt: skip
#: Words that must be understood: without them the row means nothing.
_NEEDED_WORDS = ("author", "kind")


@dataclass(frozen=True)
class Problem:
    """Something wrong with a row: the reason (a key of CURES) and the field to blame."""

    reason: str
    field: str


@dataclass(frozen=True)
class Typed:
    """Rows with their values. `__problem` is null for a good row, else an index into `problems`."""

    table: ir.Table
    problems: tuple[Problem, ...]


def typed_rows(stage: ir.Table, mapping: Mapping, hide: Hide, max_handle_seconds: float) -> Typed:
    """The rows of a stage in the types of the record. `hide` makes a pseudonym of a name and its kind."""
    cells = stage.select(
        LINE,
        **{
            _cell(name): values.cell(stage, FIELDS[name], field, mapping)
            for name, field in mapping.fields.items()
        },
    )
    table = cells.mutate(**{name: _value(cells[_cell(name)], name, mapping) for name in mapping.fields})
    table = _without_names(table, cells, mapping, hide)
    table = table.mutate(**{
        name: values.not_before_time(table[name]) for name in mapping.fields if FIELDS[name].kind == "time"
    })  # fmt: skip
    table = table.mutate(**{WALL: _wall_clock(table, mapping)})
    table = table.mutate(**{SKIPPED: _skipped(table, mapping)})
    table = _passing_midnight(table, mapping)
    table = _earlier_of_two(table, mapping)
    checks = dict(_checks(table, mapping, max_handle_seconds))
    index = ibis.cases(*((wrong, number) for number, wrong in enumerate(checks.values())))
    table = table.mutate(**{PROBLEM: index})
    if "kind" in mapping.fields:
        table = table.mutate(**{KIND_TEXT: table[_cell("kind")].cast("string")})
    kept = [name for name in table.columns if not name.startswith("c ")]
    return Typed(table.select(*kept), tuple(checks))


def _cell(name: str) -> str:
    return f"c {name}"


def _value(cells: ir.Value, name: str, mapping: Mapping) -> ir.Value:
    return values.typed(cells, FIELDS[name], mapping.fields[name], mapping)


def _without_names(table: ir.Table, cells: ir.Table, mapping: Mapping, hide: Hide) -> ir.Table:
    """The rows with pseudonyms. Each name is hashed once: hashing costs more than looking it up."""
    for name in mapping.fields:
        if person := FIELDS[name].person:
            names = cells.select(__name=_value(cells[_cell(name)], name, mapping)).distinct()
            hidden = names.mutate(__hidden=hide(names["__name"], person))
            table = table.left_join(hidden, table[name] == hidden["__name"])
            table = table.mutate(**{name: table["__hidden"]}).drop("__name", "__hidden")
    return table


def _passing_midnight(table: ir.Table, mapping: Mapping) -> ir.Table:
    """Clock times that borrowed the date of an earlier moment: half a day too early is the next day."""
    late = {}
    for name, field in mapping.fields.items():
        if field.after:
            behind = table[field.after].epoch_seconds() - table[name].epoch_seconds()
            # A day later by the clock, which is an hour more or less when clocks change that night.
            zone = mapping.timezone or "UTC"
            tomorrow = in_zone(zone, clock_of(zone, table[name]) + ibis.interval(days=1))
            late[name] = ibis.ifelse(behind > HALF_DAY, tomorrow, table[name])
    return table.mutate(**late) if late else table


def _earlier_of_two(table: ir.Table, mapping: Mapping) -> ir.Table:
    """A start in the hour that comes twice moves to the earlier of the two when its end lies before it."""
    if not mapping.timezone:
        return table
    for start, end in _SPANS:
        if start in mapping.fields and end in mapping.fields:
            seconds = ibis.ifelse(table[end] < table[start], clocks.twice(table[start], mapping.timezone), 0)
            table = table.mutate(**{start: table[start] - seconds.as_interval("s")})
    return table


def _skipped(table: ir.Table, mapping: Mapping) -> ir.Value:
    """True where the row's own time is one that clocks skipped."""
    name = ROW_KINDS[mapping.rows][1][1]
    field = mapping.fields[name]
    if not mapping.timezone:
        return ibis.literal(False)  # noqa: FBT003 - the value of a column
    told = values.typed(table[_cell(name)], FIELDS[name], field, replace(mapping, timezone=""))
    return table[WALL] & clocks.never(told, table[name], mapping.timezone)


def _wall_clock(table: ir.Table, mapping: Mapping) -> ir.Value:
    """True where the row's own time was read from a clock without an offset."""
    cells = table[_cell(ROW_KINDS[mapping.rows][1][1])]
    if not cells.type().is_string():
        return ibis.literal(not getattr(cells.type(), "timezone", None) and not cells.type().is_numeric())
    return ~cells.re_search(f"{OFFSET}|{EPOCH}")


def _checks(table: ir.Table, mapping: Mapping, max_handle_seconds: float) -> list[tuple[Problem, ir.Value]]:
    """Everything that can be wrong with a row, gravest first."""
    fields, start = mapping.fields, ROW_KINDS[mapping.rows][1][1]
    found = [(Problem("no contact id", "contact_id"), table.contact_id.isnull())]
    found += [(Problem(_REASONS[FIELDS[name].kind], name), unread) for name, unread in _unread(table, fields)]
    found.append((Problem("no time", start), table[start].isnull()))
    found += [(Problem("empty cell", name), table[name].isnull()) for name in _NEEDED_WORDS if name in fields]
    for name in _DURATIONS:
        if name in fields:
            found.append((Problem("negative duration", name), table[name] < 0))
    if "handle_seconds" in fields:
        found.append(
            (Problem("impossible duration", "handle_seconds"), table.handle_seconds > max_handle_seconds)
        )
    for first, last in _SPANS:
        if first in fields and last in fields:
            found.append((Problem("end before start", last), table[last] < table[first]))
    if {"score", "scale_min", "scale_max"} <= set(fields):
        found.append(
            (
                Problem("score outside its scale", "score"),
                ~table.score.between(table.scale_min, table.scale_max),
            )
        )
    return found


def _unread(table: ir.Table, fields: Dict[str, object]) -> list[tuple[str, ir.Value]]:
    """Fields whose cell says something that could not be read."""
    found = []
    for name in fields:
        cells, kind = table[_cell(name)], FIELDS[name].kind
        if kind == "text" and name not in (_NEEDED_WORDS if name in VALUES else ()):
            continue
        unread = cells.notnull() & table[name].isnull()
        found.append((name, unread & ~values.is_unset_time(cells) if kind in ("time", "date") else unread))
    return found
