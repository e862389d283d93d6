"""Small records for tests, offered to users who write their own checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import pyarrow as pa

from headwater.record.duck import connect
from headwater.record.record import Record
from headwater.record.schema import create_tables, schema_of
from headwater.record.tables import TABLES

Rows = Iterable[Mapping[str, Any]]

_DEFAULTS: dict[str, dict[str, Any]] = {
    "contacts": {"status": "closed", "source": "test"},
    "ratings": {"scale_min": 1.0, "scale_max": 5.0, "about": "overall"},
}


def record_of(**tables: Rows) -> Record:
    """A record in memory with the given rows: `record_of(contacts=[{...}], touches=[{...}])`.

    Absent columns are null, except that a contact is closed unless it says otherwise; a touch, event
    or message without an identifier gets one. Times may be ISO text; without an offset they are UTC.
    """
    con = connect()
    con.raw_sql("SET TimeZone = 'UTC'")
    create_tables(con)
    for name, rows in tables.items():
        definition = TABLES[name]
        full = [_complete(name, dict(row), number) for number, row in enumerate(rows)]
        if full:
            con.insert(name, pa.Table.from_pylist(full, schema=schema_of(definition).to_pyarrow()))
    return Record(con, "memory", {name: con.table(name) for name in TABLES})


def _complete(name: str, row: dict[str, Any], number: int) -> dict[str, Any]:
    definition = TABLES[name]
    row = _DEFAULTS.get(name, {}) | row
    key = definition.key[0]
    if key not in row and key.endswith("_id"):
        row[key] = f"{name}-{number}"
    for column in definition.columns:
        value = row.get(column.name)
        if column.kind == "time" and isinstance(value, str):
            moment = datetime.fromisoformat(value)
            row[column.name] = moment if moment.tzinfo else datetime.fromisoformat(value + "+00:00")
    return row
