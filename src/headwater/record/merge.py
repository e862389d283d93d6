"""Put rows into a record so that loading them again changes nothing."""

from __future__ import annotations

from typing import Any

import ibis.expr.types as ir

from headwater.record.loads import LOADS, Load
from headwater.record.schema import conform
from headwater.record.store import ALL
from headwater.record.tables import Table

_INCOMING = "headwater_incoming"
#: Rows of these tables gather knowledge over several loads: what a later load does not know stays.
_GATHERED = ("contacts", "agents")
#: How a gathered column is renewed, where it is not simply the newest known value.
_RULES = {
    "opened_at": "least(new.opened_at, old.opened_at)",
    "closed_at": "new.closed_at",
    "status": "CASE WHEN new.status = 'unknown' THEN coalesce(old.status, 'unknown') ELSE new.status END",
}


def merge(con: Any, name: str, rows: ir.Table) -> int:
    """Add rows to a table of the record; a row whose key is there replaces it. Returns how many rows came."""
    table = ALL[name]
    con.raw_sql(f"CREATE OR REPLACE TEMP TABLE {_INCOMING} AS {con.compile(conform(rows, table))}")
    same = " AND ".join(f'new."{key}" = old."{key}"' for key in table.key)
    if name in _GATHERED:
        con.raw_sql(
            f"CREATE OR REPLACE TEMP TABLE {_INCOMING} AS SELECT {_gathered(table)} "
            f"FROM {_INCOMING} new LEFT JOIN {name} old ON {same}"
        )
    con.raw_sql(f"DELETE FROM {name} old USING {_INCOMING} new WHERE {same}")
    con.raw_sql(f"INSERT INTO {name} BY NAME SELECT * FROM {_INCOMING}")
    count = con.raw_sql(f"SELECT count(*) FROM {_INCOMING}").fetchall()[0][0]
    con.raw_sql(f"DROP TABLE {_INCOMING}")
    return int(count)


def note(con: Any, load_id: str, load: Load) -> None:
    """Remember that a file was loaded, and how it went."""
    con.con.execute(f"DELETE FROM {LOADS.name} WHERE load_id = ?", [load_id])
    con.con.execute(f"INSERT INTO {LOADS.name} VALUES (?, now(), ?)", [load_id, load.to_json()])


def _gathered(table: Table) -> str:
    renewed = {name: _RULES.get(name, f'coalesce(new."{name}", old."{name}")') for name in table.names}
    return ", ".join(f'{rule} AS "{name}"' for name, rule in renewed.items())
