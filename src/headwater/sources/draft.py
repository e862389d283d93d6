"""Draft a mapping for a file nobody has described: by the names of its columns and what they hold."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from itertools import chain
from typing import NoReturn

import ibis

from headwater.errors import MappingError
from headwater.sources.columns import ColumnFacts, decimal_of, facts, has_forms, order_evidence
from headwater.sources.dates import Order, formats_for, named, says_when
from headwater.sources.mapping import FIELDS, ROW_KINDS, Field, Mapping, RowKind
from headwater.sources.masks import told
from headwater.sources.stage import Stage
from headwater.sources.vocabulary import (
    COLUMN_NAMES,
    ENDING_WORDS,
    KIND_WORDS,
    NOBODY,
    STATUS_WORDS,
    meaning,
    plain,
    without_unit,
)  # fmt: skip

#: A column of words is read as categories when it has no more of them than this.
MOST_WORDS = 200
_KIND_OF_CELLS = {"time": ("time",), "date": ("time",), "number": ("number", "time"), "integer": ("number",)}
_WORD_GROUPS = {"status": STATUS_WORDS, "ended_by": ENDING_WORDS, "kind": KIND_WORDS}
#: Fields that a row of each kind can carry; others are left unmapped.
_USED: dict[RowKind, tuple[str, ...]] = {
    "contact": ("contact_id", "opened_at", "closed_at", "customer_id", "channel", "queue", "team", "topic",
                "priority", "status", "agent_id", "started_at", "ended_at", "wait_seconds", "handle_seconds",
                "ended_by", "recorded_reopens", "recorded_handoffs", "recorded_replies", "language"),
    "touch": ("contact_id", "touch_id", "opened_at", "closed_at", "customer_id", "channel", "queue", "team",
              "topic", "priority", "status", "agent_id", "started_at", "ended_at", "wait_seconds",
              "handle_seconds", "ended_by", "language"),
    "event": ("contact_id", "at", "kind", "customer_id", "channel", "queue", "team", "topic", "priority",
              "agent_id", "opened_at"),
    "state": ("contact_id", "at", "opened_at", "closed_at", "customer_id", "channel", "queue", "team", "topic",
              "priority", "status", "agent_id", "recorded_reopens", "recorded_handoffs", "recorded_replies"),
    "message": (), "rating": (),
}  # fmt: skip


@dataclass(frozen=True)
class Draft:
    """A drafted mapping, why each column was taken for what, and the questions only people can answer."""

    mapping: Mapping
    reasons: Dict[str, str]
    questions: tuple[str, ...]
    unused: tuple[str, ...]


@dataclass
class _Work:
    """The draft while it grows."""

    stage: Stage
    columns: dict[str, ColumnFacts]
    chosen: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    assumed: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)


def draft(stage: Stage, timezone: str = "") -> Draft:
    """A mapping for the file on this stage. MappingError when no column can be a contact or a time."""
    work = _Work(stage, facts(stage))
    _choose(work)
    rows = _rows(work)
    _complete(work, rows)
    used = {name: column for name, column in work.chosen.items() if name in _USED[rows]}
    formats = _formats(work, used)
    values = {name: _values(work, name, used[name]) for name in _WORD_GROUPS if name in used}
    fields = {name: _field(work, name, column) for name, column in used.items()}
    work.assumed.insert(0, f"Each row was taken for {ROW_KINDS[rows][0]}.")
    if not timezone:
        _ask_for_zone(work, used)
    numbers = [column for name, column in used.items() if FIELDS[name].kind in ("number", "integer")]
    mapping = Mapping(
        name="drafted", title="a file without a known profile", rows=rows, fields=fields, timezone=timezone,
        formats=formats, decimal=decimal_of(work.columns, numbers), values=values, assumed=tuple(work.assumed),
    )  # fmt: skip
    reasons = {name: _reason(work, name, column) for name, column in used.items()}
    unused = tuple(name for name in work.columns if name not in used.values())
    return Draft(mapping, reasons, tuple(work.questions), unused)


def _choose(work: _Work) -> None:
    """Give each field the column whose name fits best and whose cells can be what the field needs."""
    names = {column: without_unit(plain(column)) for column in work.columns}
    offers = []
    for name, words in COLUMN_NAMES.items():
        for column, (bare, unit) in names.items():
            rank = _rank(bare, plain(column), words)
            if rank is not None and _can_be(work.columns[column], name):
                offers.append((rank, list(COLUMN_NAMES).index(name), name, column, unit))
    for _, _, name, column, unit in sorted(offers):
        if name not in work.chosen and column not in work.chosen.values():
            work.chosen[name] = column
            if unit and name.endswith("_seconds"):
                work.units[name] = unit


def _rank(bare: str, full: str, words: tuple[str, ...]) -> int | None:
    """How well a column's name fits: the place of the word that equals it, later if it only holds it."""
    for place, word in enumerate(words):
        if word in (bare, full):
            return place
    for place, word in enumerate(words):
        if len(word) > 4 and " " in word and f" {word} " in f" {full} ":
            return 100 + place
    return None


def _can_be(column: ColumnFacts, name: str) -> bool:
    kinds = _KIND_OF_CELLS.get(FIELDS[name].kind)
    if column.kind == "empty":
        return False
    if name == "contact_id":
        return column.kind != "time" and (column.distinct > 1 or column.known == 1)
    return column.kind in kinds if kinds else column.kind != "time"


def _rows(work: _Work) -> RowKind:
    """What a row is: told by whether contacts repeat, and by what else stands in the row."""
    if "contact_id" not in work.chosen:
        _give_up(work, "a ticket or contact id", "contact_id")
    contact = work.columns[work.chosen["contact_id"]]
    repeats = contact.known > 1.05 * contact.distinct and not contact.looks_unique
    if not repeats:
        return "contact"
    if "kind" in work.chosen and _time_column(work, ("at", "opened_at", "started_at")):
        return "event"
    if "started_at" in work.chosen or {"handle_seconds", "agent_id"} <= set(work.chosen):
        return "touch"
    if _time_column(work, ("at",)) and {"status", "team", "agent_id"} & set(work.chosen):
        return "state"
    return "touch" if _time_column(work, ("started_at", "opened_at")) else "contact"


def _time_column(work: _Work, names: Iterable[str]) -> str | None:
    return next((work.chosen[name] for name in names if name in work.chosen), None)


def _complete(work: _Work, rows: RowKind) -> None:
    """Give the row the time it cannot do without, from the nearest other time column."""
    need = ROW_KINDS[rows][1][1]
    spare = {
        "opened_at": ("started_at", "at"),
        "started_at": ("opened_at", "at"),
        "at": ("opened_at", "started_at"),
    }
    if need in work.chosen:
        return
    other = next((name for name in spare[need] if name in work.chosen), None)
    if other is None:
        _give_up(work, "the time of a contact", need)
    work.chosen[need] = work.chosen.pop(other)


def _give_up(work: _Work, what: str, name: str) -> NoReturn:
    raise MappingError(
        f"{work.stage.file.name}: no column looks like {what} (it has: {named(list(work.columns), 30)})",
        _what_it_could_be(work)
        + f'If a column is that, write a mapping with {name} = "that column" (docs/mapping.md)',
    )


def _what_it_could_be(work: _Work) -> str:
    kinds = sorted(facts.kind for facts in work.columns.values())
    if len(kinds) <= 3 and set(kinds) <= {"number", "time"}:
        return "this looks like counts per slot of time; an assessment needs one row per contact, touch or event. "
    return ""


def _formats(work: _Work, used: dict[str, str]) -> tuple[str, ...]:
    """The forms of all time columns. They share one order of day and month: one export has one."""
    times = [column for name, column in used.items() if FIELDS[name].kind == "time"]
    written = [column for column in times if has_forms(work.columns[column].sample)]
    if not written:
        return ()
    order = _order(work, written)
    cells = chain.from_iterable(work.columns[column].sample for column in written)
    return formats_for(cells, order)


def _order(work: _Work, columns: list[str]) -> Order:
    seen, named = order_evidence(work.stage.table, columns), " and ".join(columns)
    if seen.day_first and seen.month_first:
        work.assumed.append(
            f"{named} mix day-first and month-first dates; all were read {seen.order}, and those that then make "
            "no date were kept aside. Others may be wrong too: ask for an export with one form of date."
        )
    elif seen.either and not (seen.day_first or seen.month_first):
        work.assumed.append(f"Dates in {named} were read day first; nothing in them shows the order.")
        work.questions.append(f"formats: are the dates in {named} day first (%d/%m) or month first (%m/%d)?")
    return seen.order


def _ask_for_zone(work: _Work, used: dict[str, str]) -> None:
    """Only where some time has no offset: the others say themselves when they were."""
    times = (work.columns[column] for name, column in used.items() if FIELDS[name].kind == "time")
    if any(not says_when(cell) for column in times for cell in column.sample):
        work.questions.append("timezone: which clock do these times show? Write it like Europe/Berlin.")


def _values(work: _Work, name: str, column: str) -> dict[str, str]:
    """The record's words for the words in a column, by what they say."""
    words = _words(work, column)
    known = {word.lower(): ours for word in words if (ours := meaning(word, _WORD_GROUPS[name]))}
    unknown = {word: rows for word, rows in words.items() if word.lower() not in known}
    if unknown and name != "kind":
        people = [other for field, other in work.chosen.items() if FIELDS[field].person]
        shown = told(work.stage, people, unknown, 8)
        work.assumed.append(f"Not understood in {column}, so treated as unknown: {shown}.")
    if name in ("status", "ended_by"):
        done = [word for word in words if known.get(word.lower()) in ("resolved", "closed")]
        shown = ", ".join(done) or "none"
        work.questions.append(f"[{name}]: which words mean that the issue is resolved? Taken: {shown}.")
        work.assumed.append(f"In {column}, these words were taken to mean resolved: {shown}.")
    return known


def _words(work: _Work, column: str) -> dict[str, int]:
    """The words of a column and the rows of each, commonest first."""
    text = work.stage.table.select(word=work.stage.table[column].cast("string").strip())
    text = text.filter(text.word.notnull() & (text.word != ""))
    counts = text.group_by("word").agg(n=text.count()).order_by(ibis.desc("n"), "word").limit(MOST_WORDS)
    return {row["word"]: row["n"] for row in counts.to_pyarrow().to_pylist()}


def _field(work: _Work, name: str, column: str) -> Field:
    missing = _nobody(work, column) if name == "customer_id" else ()
    unit = work.units.get(name)
    return Field(columns=(column,), missing=missing, unit=unit)  # type: ignore[arg-type]


def _nobody(work: _Work, column: str) -> tuple[str, ...]:
    cells = [cell.lower() for cell in work.columns[column].sample]
    found = tuple(word for word in NOBODY if cells.count(word) > max(1, 0.005 * len(cells)))
    if found:
        work.assumed.append(f"In {column}, {' and '.join(found)} was taken for nobody.")
    return found


def _reason(work: _Work, name: str, column: str) -> str:
    seen = work.columns[column]
    what = {"time": "times", "number": "numbers", "text": "words"}.get(seen.kind, "values")
    example = (
        f", like {seen.sample[0][:30]}" if seen.kind in ("time", "number") and not FIELDS[name].person else ""
    )
    return f"{seen.known:,} {what}, {seen.distinct:,} different{example}"
