"""Files made for tests, and what loading them gives."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headwater.record.loads import Load
from headwater.record.store import Store, in_memory
from headwater.sources.load import Reading, load_files
from headwater.sources.mapping import Mapping, parse_mapping
from headwater.sources.rejected import rejected_file

#: An export as help desks write it: three tickets.
TICKETS = (
    "Ticket ID,Created at,Solved at,Requester,Status,Assignee,Topic\n"
    "T1,2024-03-01 09:00,2024-03-01 10:00,c1@example.org,Solved,Ada Quill,Billing\n"
    "T2,2024-03-01 09:30,2024-03-02 10:00,c2@example.org,Solved,Bo Marsh,Login\n"
    "T3,2024-03-02 09:00,,c1@example.org,Open,Ada Quill,Billing\n"
)
MAPPED = """
rows = "contact"
[columns]
contact_id = "id"
opened_at = "opened"
"""


@dataclass(frozen=True)
class Loaded:
    """A record after loading, how each file went, and the rows kept aside."""

    store: Store
    loads: tuple[Load, ...]
    rejected: list[dict[str, str]]

    @property
    def load(self) -> Load:
        return self.loads[0]

    def rows(self, table: str, order: str = "contact_id") -> list[dict[str, Any]]:
        expr = self.store.record().table(table)
        rows: list[dict[str, Any]] = expr.order_by(order).to_pyarrow().to_pylist()
        return rows

    def column(self, table: str, column: str, order: str = "contact_id") -> list[Any]:
        return [row[column] for row in self.rows(table, order)]


def mapping(toml: str, name: str = "mapping") -> Mapping:
    return parse_mapping(tomllib.loads(toml), name)


def written(folder: Path, content: str | bytes, name: str = "export.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def loaded(*paths: Path, store: Store | None = None, toml: str = "", **reading: Any) -> Loaded:
    """The files loaded together; rejected rows are read back from rejected.csv."""
    store = store or in_memory()
    aside = paths[0].parent / "rejected.csv"
    told = Reading(mapping=mapping(toml) if toml else None, **reading)
    with rejected_file(aside) as rejected:
        loads = load_files(store, paths, told, rejected, lambda _text: None)
    with aside.open(encoding="utf-8", newline="") as stream:
        return Loaded(store, loads, list(csv.DictReader(stream)))


def load_text(folder: Path, content: str | bytes, name: str = "export.csv", **how: Any) -> Loaded:
    return loaded(written(folder, content, name), **how)
