"""Fit a mapping to the columns a file really has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import get_close_matches

from headwater.errors import MappingError
from headwater.sources.dates import named
from headwater.sources.mapping import ROW_KINDS, Field, Mapping


def fits(mapping: Mapping, columns: Iterable[str]) -> bool:
    """True when the file has all the columns by which the mapping recognises its source."""
    present = {column.lower() for column in columns}
    return bool(mapping.recognise) and all(
        any(name.lower() in present for name in alternatives) for alternatives in mapping.recognise
    )


def bind(mapping: Mapping, columns: Sequence[str], *, lenient: bool = False) -> Mapping:
    """The mapping with the file's own spelling of each column.

    A column that the file lacks is an error in a mapping somebody wrote for it; in a bundled profile
    (`lenient`) its field is left out, unless rows cannot be read without it.
    """
    present = {column.lower(): column for column in columns}
    fields = {}
    for name, field in mapping.fields.items():
        bound = _bind_field(field, present)
        if bound is not None:
            fields[name] = bound
        elif not lenient or name in ROW_KINDS[mapping.rows][1]:
            raise _absent(name, field, columns)
    return replace(mapping, fields=fields)


def _bind_field(field: Field, present: dict[str, str]) -> Field | None:
    if field.any:
        found = next((present[name.lower()] for name in field.any if name.lower() in present), None)
        return None if found is None else replace(field, columns=(found,), any=())
    wanted = (*field.columns, *field.when)
    if any(name.lower() not in present for name in wanted):
        return None
    return replace(
        field,
        columns=tuple(present[name.lower()] for name in field.columns),
        when={present[name.lower()]: cells for name, cells in field.when.items()},
    )


def _absent(name: str, field: Field, columns: Sequence[str]) -> MappingError:
    wanted = field.any or (*field.columns, *field.when)
    lacking = [column for column in wanted if column.lower() not in {have.lower() for have in columns}]
    near = get_close_matches(lacking[0], columns, n=1)
    hint = f"did you mean {near[0]!r}? " if near and near[0] in named(columns, len(columns)) else ""
    if len(columns) == 1 and any(mark in columns[0] for mark in ",;\t|"):
        hint = "the whole line became one column: set delimiter in the mapping, or leave it out. "
    return MappingError(
        f"the file has no column {' or '.join(map(repr, lacking))} for {name}",
        f"{hint}it has: {named(columns)}",
    )
