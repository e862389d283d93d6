"""A mapping says what the columns of a file mean. It is a small TOML that people can read and mend."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from headwater.errors import MappingError
from headwater.record.tables import CONTACTS, EVENTS, MESSAGES, RATINGS, TOUCHES, Column

RowKind = Literal["contact", "touch", "event", "state", "message", "rating"]
Unit = Literal["seconds", "minutes", "hours", "milliseconds", "clock"]

#: What a row is, in words, and the fields it cannot do without.
ROW_KINDS: dict[RowKind, tuple[str, tuple[str, ...]]] = {
    "contact": ("one contact", ("contact_id", "opened_at")),
    "touch": ("one stretch in which an agent or team held a contact", ("contact_id", "started_at")),
    "event": ("one thing that happened to a contact", ("contact_id", "at", "kind")),
    "state": ("the state of a contact from some moment on", ("contact_id", "at")),
    "message": ("one message", ("contact_id", "sent_at", "author")),
    "rating": ("one survey", ("contact_id", "asked_at")),
}

#: Every field a column can be mapped to, by name. Where tables share a name they share its meaning.
FIELDS: dict[str, Column] = {
    column.name: column
    for table in (RATINGS, MESSAGES, EVENTS, TOUCHES, CONTACTS)
    for column in table.columns
    if column.name != "source"
}

#: Cells that mean "not known" in the exports of most systems.
MISSING = ("null", "none", "nan", "\\n", "?", "-", "--", "#n/a", "undefined", "(blank)", "(empty)")


@dataclass(frozen=True)
class Field:
    """Where a field comes from.

    The first of `any` that the file has; or `columns`, joined with `join`; or a constant `value`.
    `missing` are more cells that mean unknown; `formats` and `unit` say how to read a time or a
    duration; `after` names a field that a clock time without a date cannot lie before (it then belongs
    to the next day); `when` limits it to rows in which other columns hold one of the given cells.
    """

    columns: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    join: str = " "
    value: str | None = None
    missing: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    unit: Unit | None = None
    after: str = ""
    when: Dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Mapping:
    """What the columns of a file mean.

    `values` holds, for a field, the record's own word for each word of the source (lower case).
    `recognise` names columns whose presence identifies the source; `assumed` says what was guessed.
    """

    name: str
    rows: RowKind
    fields: Dict[str, Field]
    title: str = ""
    timezone: str = ""
    formats: tuple[str, ...] = ()
    decimal: str = "."
    missing: tuple[str, ...] = ()
    delimiter: str = ""
    values: Dict[str, Dict[str, str]] = field(default_factory=dict)
    recognise: tuple[tuple[str, ...], ...] = ()
    assumed: tuple[str, ...] = ()

    def columns_used(self) -> set[str]:
        """The file's columns that the mapping names."""
        return {name for part in self.fields.values() for name in (*part.columns, *part.when)}

    def with_timezone(self, zone: str) -> Mapping:
        """The mapping with another time zone."""
        return replace(self, timezone=check_zone(zone))


def read_mapping(path: Path) -> Mapping:
    """The mapping in a TOML file. MappingError that names the file and what is wrong in it."""
    try:
        return parse_mapping(tomllib.loads(path.read_text("utf-8")), path.stem)
    except FileNotFoundError:
        raise MappingError(f"there is no mapping {path}", "write one with: headwater map FILE") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(f"{path.name} is not TOML: {error}", "mend that line") from error
    except MappingError as error:
        raise MappingError(f"{path.name}: {error.fact}", error.hint) from error


_PLAIN = {
    "name",
    "title",
    "rows",
    "timezone",
    "formats",
    "decimal",
    "missing",
    "delimiter",
    "recognise",
    "columns",
}


def parse_mapping(data: dict[str, Any], name: str) -> Mapping:
    """The mapping that a parsed TOML document describes."""
    rows: RowKind = data.get("rows", "")
    if rows not in ROW_KINDS:
        raise MappingError(f"rows = {rows!r} is not a kind of row", f"choose one of: {', '.join(ROW_KINDS)}")
    fields = {key: _field(key, value) for key, value in data.get("columns", {}).items()}
    unknown = sorted(set(fields) - set(FIELDS)) + sorted(set(data) - _PLAIN - set(FIELDS))
    if unknown:
        raise MappingError(
            f"unknown fields: {', '.join(unknown)}", f"fields are: {', '.join(sorted(FIELDS))}"
        )
    lacking = [need for need in ROW_KINDS[rows][1] if need not in fields]
    if lacking:
        raise MappingError(f"rows = {rows!r} needs {', '.join(lacking)}", "add it under [columns]")
    return Mapping(
        name=data.get("name", name),
        title=data.get("title", ""),
        rows=rows,
        fields=fields,
        timezone=check_zone(data.get("timezone", "")),
        formats=tuple(data.get("formats", ())),
        decimal=data.get("decimal", "."),
        missing=tuple(data.get("missing", ())),
        delimiter=data.get("delimiter", ""),
        values={key: _values(key, data[key]) for key in data if key in FIELDS},
        recognise=tuple(_names(entry) for entry in data.get("recognise", ())),
    )


def check_zone(zone: str) -> str:
    """The zone, if there is one of that name (or it is empty)."""
    if zone:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise MappingError(
                f"there is no time zone {zone!r}", "write it like Europe/Berlin or UTC"
            ) from None
    return zone


def _names(entry: str | list[str]) -> tuple[str, ...]:
    return (entry,) if isinstance(entry, str) else tuple(entry)


def _field(name: str, entry: Any) -> Field:
    if isinstance(entry, str):
        return Field(columns=(entry,))
    known = {"column", "columns", "any", "join", "value", "missing", "formats", "unit", "after", "when"}
    if not isinstance(entry, dict) or set(entry) - known:
        raise MappingError(
            f"{name} = {entry!r} cannot be understood", f"keys are: {', '.join(sorted(known))}"
        )
    columns = tuple(entry.get("columns", [entry["column"]] if "column" in entry else []))
    if not columns and not {"value", "any"} & set(entry):
        raise MappingError(f"{name} names no column", f'write {name} = "column name"')
    return Field(
        columns=columns,
        any=tuple(entry.get("any", ())),
        join=entry.get("join", " "),
        value=entry.get("value"),
        missing=_names(entry.get("missing", ())),
        formats=_names(entry.get("formats", ())),
        unit=entry.get("unit"),
        after=entry.get("after", ""),
        when={column: _names(cells) for column, cells in entry.get("when", {}).items()},
    )


def _values(name: str, groups: dict[str, list[str]]) -> dict[str, str]:
    """{"resolved": ["Solved", "Done"]} turned round: {"solved": "resolved", "done": "resolved"}."""
    return {
        word.strip().lower(): ours for ours, words in groups.items() for word in _words(name, ours, words)
    }


def _words(name: str, ours: str, words: Iterable[str]) -> Iterable[str]:
    allowed = VALUES.get(name)
    if allowed and ours not in allowed:
        raise MappingError(f"[{name}] {ours} is not a value of {name}", f"values are: {', '.join(allowed)}")
    return [words] if isinstance(words, str) else words


#: The record's own words for a field. A state log may tell apart whom a contact waits for.
VALUES: dict[str, tuple[str, ...]] = {name: column.values for name, column in FIELDS.items() if column.values}
VALUES["status"] = (*VALUES["status"], "waiting_customer", "waiting_other")
