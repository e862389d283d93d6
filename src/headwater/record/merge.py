"""Put rows into a record so that loading them again changes nothing, and take out what a load brought."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import ibis.expr.types as ir

from headwater.record.loads import LOADS, Load
from headwater.record.schema import conform
from headwater.record.store import ALL, ORIGIN
from headwater.record.tables import TABLES, Table

_INCOMING = "headwater_incoming"
#: Rows of these tables gather knowledge over several loads: what a later load does not know stays.
_GATHERED = ("contacts", "agents")
#: How a gathered column is renewed, where it is not simply the newest known value.
_RULES = {
    "opened_at": "least(new.opened_at, old.opened_at)",
    "closed_at": "CASE WHEN new.status = 'unknown' THEN coalesce(new.closed_at, old.closed_at) ELSE new.closed_at END",
    "status": "CASE WHEN new.status = 'unknown' THEN coalesce(old.status, 'unknown') ELSE new.status END",
}


def next_number(con: Any) -> int:
    """The number of the next load."""
    return int(con.raw_sql(f"SELECT coalesce(max(number), 0) + 1 FROM {LOADS.name}").fetchall()[0][0])


def merge(con: Any, name: str, rows: ir.Table, number: int) -> int:
    """Add rows of load `number` to a table; a row whose key is there replaces it. Returns how many came."""
    table = ALL[name]
    con.raw_sql(
        f"CREATE OR REPLACE TEMP TABLE {_INCOMING} AS "
        f"SELECT *, {number}::BIGINT AS {ORIGIN} FROM ({con.compile(conform(rows, table))})"
    )
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


def note(con: Any, load_id: str, load: Load, fingerprint: str, number: int) -> None:
    """Remember that a file was loaded, and how it went."""
    con.con.execute(f"DELETE FROM {LOADS.name} WHERE load_id = ?", [load_id])
    con.con.execute(
        f"INSERT INTO {LOADS.name} (load_id, loaded_at, report, fingerprint, number) VALUES (?, now(), ?, ?, ?)",
        [load_id, load.to_json(), fingerprint, number],
    )


def forget(con: Any, fingerprint: str, concerned: Callable[[str], bool]) -> bool:
    """Take out what earlier loads of a file brought, if their kind of row is `concerned`. True when there were any.

    Rows that several loads know of stay: the next load renews them.
    """
    found = con.con.execute(
        f"SELECT number, report FROM {LOADS.name} WHERE fingerprint = ? AND number IS NOT NULL", [fingerprint]
    ).fetchall()
    numbers = [number for number, report in found if concerned(json.loads(report)["rows"])]
    for number in numbers:
        for name in TABLES:
            con.raw_sql(f"DELETE FROM {name} WHERE {ORIGIN} = {number}")
        con.raw_sql(f"DELETE FROM {LOADS.name} WHERE number = {number}")
    return bool(numbers)


def _gathered(table: Table) -> str:
    renewed = {name: _RULES.get(name, f'coalesce(new."{name}", old."{name}")') for name in table.names}
    columns = [f'{rule} AS "{name}"' for name, rule in renewed.items()]
    alone = f'old."{table.key[0]}" IS NULL OR old.{ORIGIN} = new.{ORIGIN}'
    return ", ".join([*columns, f"CASE WHEN {alone} THEN new.{ORIGIN} END AS {ORIGIN}"])
