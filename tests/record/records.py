"""Records on disk for tests: places of both kinds, loading into them, and all that they hold."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from headwater.record.loads import Load
from headwater.record.store import open_store
from headwater.record.tables import TABLES
from headwater.sources.load import Reading, load_files
from headwater.sources.mapping import parse_mapping
from headwater.sources.rejected import rejected_file

#: Both kinds of place a record can live at.
PLACES: dict[str, Callable[[Path], str]] = {
    "duckdb": lambda folder: f"duckdb://{folder / 'support.duckdb'}",
    "parquet": lambda folder: str(folder / "support"),
}
TOUCHES = {
    "rows": "touch",
    "columns": {"contact_id": "id", "started_at": "start", "ended_at": "end", "agent_id": "who", "topic": "topic",
                "customer_id": "from", "ended_by": "how"},
}  # fmt: skip
HEADER = "id,start,end,who,from,topic,how\n"


def touch(number: int, *, contact: int | None = None, how: str = "resolved") -> str:
    """One row of an export of touches."""
    day, minute = 1 + number % 28, number % 60
    return (
        f"C{number if contact is None else contact},2024-03-{day:02d} 09:{minute:02d},"
        f"2024-03-{day:02d} 10:{minute:02d},Agent {number % 7},customer {number % 5},topic {number % 3},{how}\n"
    )


def export(folder: Path, numbers: range, name: str = "export.csv") -> Path:
    path = folder / name
    path.write_text(HEADER + "".join(touch(number) for number in numbers))
    return path


def load(place: str, *files: Path, mapping: dict[str, Any] | None = None, **reading: Any) -> tuple[Load, ...]:
    told = Reading(mapping=parse_mapping(mapping or TOUCHES, "test"), **reading)
    with closing(open_store(place, write=True)) as store, rejected_file(None) as rejected:
        return load_files(store, files, told, rejected, lambda _text: None)


def contents(place: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, in order of its key."""
    with closing(open_store(place)) as store:
        record = store.record()
        return {
            name: [
                tuple(row.values())
                for row in record.table(name).order_by(list(table.key)).to_pyarrow().to_pylist()
            ]
            for name, table in TABLES.items()
        }


def loads_of(place: str) -> tuple[Load, ...]:
    with closing(open_store(place)) as store:
        return store.loads()
