"""The few DuckDB functions that reading needs and Ibis has no name for, and temporary tables.

Loading always happens in the embedded engine; only finished tables go to a record.
"""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir
import pyarrow as pa

Engine = Any  # ibis.backends.duckdb.Backend, which ships without types


@ibis.udf.scalar.builtin(name="try_strptime", signature=((dt.string, dt.Array(dt.string)), dt.timestamp))
def parse_wall_clock(text, formats):  # type: ignore[no-untyped-def]
    """Wall-clock time by the first format that fits; null when none does."""


@ibis.udf.scalar.builtin(name="timezone", signature=((dt.string, dt.timestamp), dt.Timestamp("UTC", scale=6)))
def in_zone(zone, wall_clock):  # type: ignore[no-untyped-def]
    """The moment at which clocks in the zone show that time."""


def make_temp(con: Engine, name: str, expr: ir.Table) -> ir.Table:
    """A temporary table that holds the rows of `expr`; replaces one of that name."""
    con.raw_sql(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {con.compile(expr)}')
    return temp_table(con, name)


def temp_table(con: Engine, name: str) -> ir.Table:
    """The temporary table of that name."""
    return con.table(name, database=("temp", "main"))


def register(con: Engine, name: str, table: pa.Table) -> None:
    """Let the engine read a table that lies in memory."""
    con.con.register(name, table)


def unregister(con: Engine, name: str) -> None:
    """Take such a table back."""
    con.con.unregister(name)


def drop_temp(con: Engine, *names: str) -> None:
    """Forget temporary tables."""
    for name in names:
        con.raw_sql(f'DROP TABLE IF EXISTS temp.main."{name}"')


@ibis.udf.scalar.builtin(
    name="try_strptime", signature=((dt.string, dt.Array(dt.string)), dt.Timestamp("UTC", scale=6))
)
def parse_moment(text, formats):  # type: ignore[no-untyped-def]
    """Moment by the first format (with an offset in it) that fits; null when none does."""


@ibis.udf.scalar.builtin(name="array_to_string", signature=((dt.Array(dt.string), dt.string), dt.string))
def join_words(words, glue):  # type: ignore[no-untyped-def]
    """Words with the glue between them; nulls are left out."""


@ibis.udf.scalar.builtin(name="timezone", signature=((dt.string, dt.Timestamp("UTC", scale=6)), dt.timestamp))
def clock_of(zone, moment):  # type: ignore[no-untyped-def]
    """The time that clocks in the zone show at a moment."""


@ibis.udf.scalar.builtin(name="make_timestamptz", signature=((dt.int64,), dt.Timestamp("UTC", scale=6)))
def from_micros(micros):  # type: ignore[no-untyped-def]
    """The moment so many microseconds after the start of 1970."""


@ibis.udf.scalar.builtin(name="epoch_us", signature=((dt.Timestamp("UTC", scale=6),), dt.int64))
def epoch_micros(moment):  # type: ignore[no-untyped-def]
    """Whole microseconds since 1970: exact, where seconds come as a floating-point number."""


@ibis.udf.scalar.builtin(
    name="date_diff",
    signature=((dt.string, dt.Timestamp("UTC", scale=6), dt.Timestamp("UTC", scale=6)), dt.int64),
)
def _date_diff(part, start, end):  # type: ignore[no-untyped-def]
    """How many whole parts lie between two moments, as an integer."""


def whole_seconds(moment: ir.Value) -> ir.Value:
    """Whole seconds since 1970 as an integer, where Ibis's own seconds are a floating-point number."""
    return _date_diff("second", ibis.literal("1970-01-01T00:00:00+00:00", "timestamp('UTC', 6)"), moment)
