"""The way of the data: file, stage, mapping, typed rows, tables, record."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import ibis.expr.types as ir

from headwater.errors import SourceError
from headwater.record.loads import LOADS, Load
from headwater.record.merge import forget, merge, next_number, note
from headwater.record.store import ORIGIN, Store
from headwater.sources import doubts
from headwater.sources.bind import bind
from headwater.sources.build import build
from headwater.sources.draft import draft
from headwater.sources.engine import drop_temp, make_temp
from headwater.sources.files import SourceFile, look_at
from headwater.sources.keep_aside import ASIDE, keep_aside, settle_duplicates
from headwater.sources.mapping import Mapping
from headwater.sources.masks import BOOK
from headwater.sources.recognise import in_order, profile, recognised
from headwater.sources.rejected import Rejected
from headwater.sources.rows import PROBLEM, typed_rows
from headwater.sources.sequence import in_sequence, sequence
from headwater.sources.stage import REFUSED, Stage, clear, lay

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Reading:
    """How files are to be read. Without mapping and profile, each file is recognised or a mapping drafted."""

    mapping: Mapping | None = None
    profile: str = ""
    timezone: str = ""
    keep_names: bool = False
    max_handle_hours: float = 12.0


def load_files(
    store: Store, paths: Sequence[Path], reading: Reading, rejected: Rejected, progress: Progress
) -> tuple[Load, ...]:
    """Load files into a record, all of them or none. Files loaded before, read the same way, are passed over.

    SourceError, MappingError or RecordError say what is wrong with file, mapping or record.
    """
    if not paths:
        return ()
    files = [look_at(path) for path in paths]
    with store.writing():
        loads = tuple(_load(store, file, reading, rejected, progress) for file in files)
    return tuple(load for load in loads if load is not None)


def _load(
    store: Store, file: SourceFile, reading: Reading, rejected: Rejected, progress: Progress
) -> Load | None:
    identity = _identity(file, reading)
    if _is_loaded(store, identity):
        progress(f"{file.name} was loaded before; nothing to do")
        return None
    progress(f"reading {file.name}")
    stage = lay(store.con, file, reading.mapping.delimiter if reading.mapping else "")
    mapping = mapping_for(stage, reading)
    progress(f"understanding {stage.rows_read:,} rows as {mapping.title or mapping.name}")
    family = _family(mapping.rows)
    if forget(store.con, file.fingerprint, lambda rows: _family(rows) == family):
        progress(f"{file.name} was loaded before and is now read another way: what it brought is replaced")
    number = next_number(store.con)
    load = _take_in(store, stage, mapping, reading, rejected, number)
    note(store.con, identity, load, file.fingerprint, number)
    clear(store.con)
    drop_temp(store.con, REFUSED, ASIDE, BOOK, "typed", "typed_once", "typed_in_order")
    return load


def mapping_for(stage: Stage, reading: Reading) -> Mapping:
    """The mapping that fits the file: the one given, the profile named or recognised, or a draft."""
    if reading.mapping is not None:
        mapping = bind(reading.mapping, stage.columns)
    elif known := profile(reading.profile) if reading.profile else recognised(stage.columns):
        mapping = in_order(bind(known, stage.columns, lenient=True), stage)
    elif not stage.rows_read:
        raise SourceError(
            f"{stage.file.name} holds column names and no rows", "export it again, or leave it out"
        )
    else:
        mapping = draft(stage).mapping
    return mapping.with_timezone(reading.timezone) if reading.timezone else mapping


def _family(rows: str) -> str:
    """What a kind of row tells about: messages and ratings come beside contacts, the others make them."""
    return rows if rows in ("message", "rating") else "contact"


def _take_in(
    store: Store, stage: Stage, mapping: Mapping, reading: Reading, rejected: Rejected, number: int
) -> Load:
    hide = _hiding(store, reading)
    typed = typed_rows(stage.table, mapping, hide, reading.max_handle_hours * 3600)
    rows = settle_duplicates(store.con, make_temp(store.con, "typed", typed.table), mapping)
    before = dict(rejected.by_reason)
    keep_aside(stage, rows, mapping, typed.problems, rejected, None if reading.keep_names else store.key)
    good = rows.filter(rows[PROBLEM].isnull())
    seen = sequence(good, mapping)
    ordered = in_sequence(good, seen)
    if seen and seen.odd:
        # Laid down once, since each table of a log asks for it.
        ordered = make_temp(store.con, "typed_in_order", ordered)
    tables = build(ordered, mapping)
    for name, table in tables.items():
        merge(store.con, name, table, number)
    if "touches" in tables:
        merge(store.con, "agents", _agents(store.con.table("touches"), number), number)
    aside = {reason: n - before.get(reason, 0) for reason, n in rejected.by_reason.items()}
    aside = {reason: n for reason, n in aside.items() if n}
    return Load(
        file=stage.file.name,
        profile=mapping.name,
        rows=mapping.rows,
        timezone=mapping.timezone,
        rows_read=stage.rows_read,
        rejected_by_reason=aside,
        assumed=doubts.assumptions(stage, rows, mapping),
        warnings=doubts.warnings(stage, good, mapping, seen),
    )


def _hiding(store: Store, reading: Reading) -> Callable[[ir.Value, str], ir.Value]:
    key = store.key
    if reading.keep_names or key is None:
        return lambda name, _kind: name.cast("string")
    return lambda name, kind: key.hide_on_engine(name.cast("string"), kind)


def _agents(touches: ir.Table, number: int) -> ir.Table:
    """The people at work whom the touches of a load name, each with the team seen last."""
    known = touches.filter((touches[ORIGIN] == number) & touches.agent_id.notnull())
    return known.group_by("agent_id").agg(
        team=known.team.argmax(known.started_at, where=known.team.notnull())
    )


def _identity(file: SourceFile, reading: Reading) -> str:
    return hashlib.sha256(f"{file.fingerprint} {reading!r}".encode()).hexdigest()


def _is_loaded(store: Store, identity: str) -> bool:
    table = store.con.table(LOADS.name)
    return bool(table.filter(table.load_id == identity).count().to_pyarrow().as_py())
