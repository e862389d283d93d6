"""Keep a record: load files into it, and look at what it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from headwater.assess import reading_of
from headwater.checks.registry import all_checks
from headwater.measures.health import oddities
from headwater.record.loads import Load
from headwater.record.record import Record
from headwater.record.store import open_store
from headwater.record.tables import TABLES
from headwater.settings import Settings
from headwater.sources.load import load_files
from headwater.sources.rejected import rejected_file


def load(paths: Sequence[Path], settings: Settings, progress: Callable[[str], None]) -> Iterator[str]:
    """Load files into the record of the settings and say, line by line, how it went."""
    place = settings["record"]
    with closing(open_store(place, write=True, memory_limit=settings["memory_limit"])) as store:
        aside = Path(place.removeprefix("duckdb://") + ".rejected.csv")
        with rejected_file(aside) as rejected:
            loads = load_files(store, paths, reading_of(settings), rejected, progress)
        yield from (line for one in loads for line in _told(one, aside))
        if not loads:
            yield "nothing new: all of it was loaded before"
        yield from _holdings(store.record())


def _told(load: Load, aside: Path) -> Iterator[str]:
    yield f"{load.file}: {load.rows_read:,} rows read as {load.profile}, {load.rejected:,} kept aside"
    for reason, count in load.rejected_by_reason.items():
        yield f"  {count:,} kept aside: {reason} (see {aside})"
    for sentence in (*load.assumed, *load.warnings):
        yield f"  {sentence}"


def examine(place: str) -> Iterator[str]:
    """What is in a record, what is missing for which checks, and what looks wrong."""
    with closing(open_store(place)) as store:
        record = store.record()
        yield from _holdings(record)
        yield from _lacking(record)
        told = [sentence for one in store.loads() for sentence in (*one.assumed, *one.warnings)]
        wrong = [*oddities(record), *dict.fromkeys(told)]
        yield "what looks wrong:" if wrong else "nothing looks wrong"
        yield from (f"  {sentence}" for sentence in wrong)
        aside = sum(one.rejected for one in store.loads())
        yield f"{aside:,} rows were kept aside when it was loaded"


def _holdings(record: Record) -> Iterator[str]:
    yield f"record {record.place}:"
    for name, table in TABLES.items():
        if rows := record.filled[name]:
            empty = [column for column in table.names if not record.filled[f"{name}.{column}"]]
            note = f"; nothing known about {', '.join(empty)}" if empty else ""
            yield f"  {rows:>12,} {name}{note}"
    if not record.filled["contacts"]:
        yield "  no contacts"


def _lacking(record: Record) -> Iterator[str]:
    for check in all_checks().values():
        lacking = [need.what for need in check.needs if not record.has(*need.columns)]
        state = f"cannot tell; missing: {'; '.join(lacking)}" if lacking else "can be asked"
        yield f"  {check.code} {check.name}: {state}"
