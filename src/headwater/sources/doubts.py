"""What was assumed because nobody told, and what looks wrong in rows that could be read."""

from __future__ import annotations

from collections.abc import Iterator

import ibis
import ibis.expr.types as ir

from headwater.sources import clocks
from headwater.sources.mapping import ROW_KINDS, Mapping
from headwater.sources.masks import people_columns, told
from headwater.sources.rows import SKIPPED, WALL
from headwater.sources.sequence import Sequence
from headwater.sources.stage import Stage
from headwater.words import so_many

_DAMAGED = r"^\d(\.\d+)?[eE]\+\d+$"
_SHOWN, MOST_WORDS = 8, 200


def assumptions(stage: Stage, rows: ir.Table, mapping: Mapping) -> tuple[str, ...]:
    """What the reading of a file took for granted, in sentences for the first screen."""
    return (*mapping.assumed, *_about_zone(rows, mapping), *_about_text(stage))


def _about_zone(rows: ir.Table, mapping: Mapping) -> Iterator[str]:
    if not mapping.timezone and bool(rows[WALL].any().to_pyarrow().as_py()):
        yield "Times carry no time zone; they were read as UTC. If they are local, set --timezone."


def _about_text(stage: Stage) -> Iterator[str]:
    if stage.file.encoding == "cp1252":
        yield f"{stage.file.name} is not UTF-8; its text was read as Western European (Windows-1252)."


def warnings(stage: Stage, rows: ir.Table, mapping: Mapping, seen: Sequence | None) -> tuple[str, ...]:
    """What looks wrong though it could be read."""
    return (
        *_clock_jumps(seen),
        *_clock_changes(rows, mapping),
        *_damaged_ids(stage, mapping),
        *_unknown_status(stage, mapping),
    )


def _clock_jumps(seen: Sequence | None) -> Iterator[str]:
    if seen and seen.odd:
        yield (
            f"{so_many(seen.odd, 'row steps', 'rows step')} back in time within a contact: a clock jumped. "
            "The order of the file was kept, at the time of the row before."
        )


def _clock_changes(rows: ir.Table, mapping: Mapping) -> Iterator[str]:
    if not mapping.timezone:
        return
    at = rows[ROW_KINDS[mapping.rows][1][1]]
    row = rows.aggregate(
        twice=(rows[WALL] & (clocks.twice(at, mapping.timezone) > 0)).sum(), never=rows[SKIPPED].sum()
    ).to_pyarrow().to_pylist()[0]  # fmt: skip
    if row["twice"]:
        yield (
            f"{so_many(row['twice'], 'time lies', 'times lie')} in the hour that comes twice when clocks go back "
            f"({mapping.timezone}); read as the later hour unless the row itself shows the earlier, and so "
            "perhaps an hour off."
        )
    if row["never"]:
        yield (
            f"{so_many(row['never'], 'time lies', 'times lie')} in the hour that clocks skip in spring "
            f"({mapping.timezone}); read an hour later. Is the time zone right?"
        )


def _damaged_ids(stage: Stage, mapping: Mapping) -> Iterator[str]:
    for name in ("customer_id", "contact_id"):
        for column in mapping.fields[name].columns if name in mapping.fields else ():
            if stage.table[column].type().is_string():
                damaged = int(stage.table[column].re_search(_DAMAGED).sum().to_pyarrow().as_py() or 0)
                if damaged:
                    yield (
                        f"{so_many(damaged, 'row has', 'rows have')} an id in {column} that a spreadsheet "
                        "has shortened (like 3.27E+11); different customers may share one."
                    )


def _unknown_status(stage: Stage, mapping: Mapping) -> Iterator[str]:
    """Words of a written mapping or profile that do not cover what the column holds."""
    for name in ("status", "ended_by"):
        field = mapping.fields.get(name)
        if field is None or mapping.name == "drafted" or not field.columns:
            continue
        text = stage.table[field.columns[0]].cast("string").strip()
        words = [
            *mapping.values.get(name, {}),
            "",
            *(word.lower() for word in (*mapping.missing, *field.missing)),
        ]
        unknown = stage.table.select(word=text)
        unknown = unknown.filter(unknown.word.notnull() & unknown.word.lower().notin(words))
        found = unknown.group_by("word").agg(n=unknown.count()).order_by(ibis.desc("n"), "word")
        counts = {row["word"]: row["n"] for row in found.limit(MOST_WORDS).to_pyarrow().to_pylist()}
        if counts:
            shown = told(stage, people_columns(mapping), counts, _SHOWN)
            yield f"{field.columns[0]} holds words the mapping does not know, treated as unknown: {shown}."
