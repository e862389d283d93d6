"""Where a record lives: in memory, in a DuckDB file, or in a folder of Parquet. Open, create, check, migrate.

A store is a connection on which the record's tables can be read, and changed inside `writing()`: either
all of a change is there afterwards, whatever happens meanwhile, or nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import ibis
from ibis.backends.sql.datatypes import DuckDBType

from headwater.errors import RecordError
from headwater.record import parquet
from headwater.record.loads import LOADS, Load, from_json
from headwater.record.pseudonym import Key, key_at, new_key
from headwater.record.record import Record
from headwater.record.schema import conform, empty, schema_of
from headwater.record.tables import TABLES

VERSION = 1
META = "headwater_meta"
ALL = {**TABLES, LOADS.name: LOADS}


@dataclass(frozen=True)
class Store:
    """An open record. `path` is None in memory; a folder when it is of Parquet."""

    con: Any
    place: str
    path: Path | None
    key: Key | None

    def record(self) -> Record:
        """The tables as they are now, each with all columns of its definition, whatever version wrote it."""
        present = set(self.con.list_tables())
        tables = {
            name: conform(self.con.table(name), table) if name in present else empty(table)
            for name, table in TABLES.items()
        }
        return Record(self.con, self.place, tables)

    def loads(self) -> tuple[Load, ...]:
        """How each file was loaded, oldest first."""
        if LOADS.name not in self.con.list_tables():
            return ()
        table = self.con.table(LOADS.name)
        return tuple(from_json(text) for text in table.order_by("loaded_at").report.to_pyarrow().to_pylist())

    @contextmanager
    def writing(self) -> Iterator[None]:
        """All changes inside, or none of them. RecordError when the disk is full or not writable."""
        try:
            self.con.raw_sql("BEGIN TRANSACTION")
            create_or_migrate(self.con, self.key)
            yield
            if self.path is not None and is_folder(self.path):
                parquet.write(
                    self.con, self.path, ALL, {"version": str(VERSION), "key_mark": _mark(self.key)}
                )
            self.con.raw_sql("COMMIT")
        except BaseException as error:
            _roll_back(self.con)
            if isinstance(error, duckdb.Error | OSError):
                raise RecordError(
                    f"{self.place} could not be written ({_first_line(error)})", _cure(error)
                ) from error
            raise

    def close(self) -> None:
        """Let go of the file."""
        self.con.disconnect()


def _mark(key: Key | None) -> str:
    return key.mark if key else ""


def _roll_back(con: Any) -> None:
    try:
        con.raw_sql("ROLLBACK")
    except duckdb.Error:
        return  # the engine has already rolled back


def in_memory(memory_limit: str = "") -> Store:
    """A record that lasts as long as the program."""
    return Store(_connect(":memory:", memory_limit), "memory", None, new_key())


def open_store(place: str, *, write: bool = False, memory_limit: str = "") -> Store:
    """The record at `duckdb://FILE` or in a folder of Parquet; made when it is to be written and is not there.

    RecordError when there is none, when the file is something else, half-written, of a newer version, or
    in use by another program.
    """
    path = _path(place)
    if not path.exists() and not write:
        raise RecordError(f"there is no record at {place}", f"make one: headwater load FILE --record {place}")
    if not path.parent.is_dir():
        raise RecordError(f"there is no folder {path.parent}", "make it first")
    con = _open_folder(path, memory_limit) if is_folder(path) else _open_file(path, memory_limit, write=write)
    meta = _meta(con, place)
    if write and is_folder(path):
        path.mkdir(exist_ok=True)
    key_file = path / parquet.KEY if is_folder(path) else path.with_name(path.name + ".key")
    key = key_at(key_file, create=not meta) if write else None
    if key and meta and meta.get("key_mark") != key.mark:
        raise RecordError(
            f"{key_file.name} is not the key of {place}", "put the right key back, or start a new record"
        )
    return Store(con, place, path, key)


def is_folder(path: Path) -> bool:
    """True for a place that is, or will be, a folder of Parquet: everything that is no .duckdb file."""
    return path.is_dir() or (not path.exists() and path.suffix == "")


def is_place(text: str) -> bool:
    """True when `text` names a record rather than a file to read."""
    return text.startswith("duckdb://") or parquet.is_record(Path(text))


def _path(place: str) -> Path:
    if "://" in place and not place.startswith("duckdb://"):
        raise RecordError(f"{place} is not a place for a record", "use duckdb://FILE or a folder")
    path = Path(place.removeprefix("duckdb://"))
    if not str(path).strip("."):
        raise RecordError(f"{place} names no file", "write it like duckdb://support.duckdb")
    return path


def _open_file(path: Path, memory_limit: str, *, write: bool) -> Any:
    try:
        return _connect(str(path), memory_limit, read_only=not write)
    except duckdb.IOException as error:
        text = str(error)
        if "lock" in text.lower():
            raise RecordError(
                f"{path.name} is in use by another program", "wait until it is done, or stop it"
            ) from error
        raise RecordError(
            f"{path.name} is no record, or was only half written ({_first_line(error)})",
            "restore it from a backup",
        ) from error
    except duckdb.Error as error:
        raise RecordError(
            f"{path.name} cannot be opened ({_first_line(error)})", "restore it from a backup"
        ) from error


def _open_folder(path: Path, memory_limit: str) -> Any:
    con = _connect(":memory:", memory_limit)
    parquet.read(con, path, ALL, META)
    return con


def _connect(target: str, memory_limit: str, *, read_only: bool = False) -> Any:
    con = ibis.duckdb.connect(target, read_only=read_only)
    con.raw_sql("SET TimeZone = 'UTC'")
    con.raw_sql("SET preserve_insertion_order = false")
    con.raw_sql("SET enable_progress_bar = false")
    if memory_limit:
        con.raw_sql(f"SET memory_limit = '{memory_limit}'")
    return con


def _meta(con: Any, place: str) -> dict[str, str]:
    """What the record says of itself; empty for a new one."""
    tables = con.list_tables()
    if META not in tables:
        if tables:
            raise RecordError(f"{place} is a database, but no Headwater record", "choose another file")
        return {}
    rows = con.table(META).to_pyarrow().to_pylist()
    meta = {row["name"]: row["value"] for row in rows}
    if int(meta.get("version", "0")) > VERSION:
        raise RecordError(
            f"{place} was written by a newer Headwater (record version {meta['version']})", "update Headwater"
        )
    return meta


def create_or_migrate(con: Any, key: Key | None) -> None:
    """Bring the tables to the present definitions: make what is missing, add columns, note the version.

    Columns are only ever added as nullable, so an older record stays readable all the way.
    """
    present = set(con.list_tables())
    for name, table in ALL.items():
        if name not in present:
            con.create_table(name, schema=schema_of(table))
            continue
        have = set(con.table(name).columns)
        for column in table.columns:
            if column.name not in have:
                kind = DuckDBType.to_string(ibis.dtype(column.ibis_type))
                con.raw_sql(f'ALTER TABLE {name} ADD COLUMN "{column.name}" {kind}')
    con.raw_sql(f"CREATE TABLE IF NOT EXISTS {META} (name VARCHAR PRIMARY KEY, value VARCHAR)")
    con.raw_sql(
        f"INSERT OR REPLACE INTO {META} VALUES ('version', '{VERSION}'), ('key_mark', '{_mark(key)}')"
    )


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _cure(error: BaseException) -> str:
    text = str(error).lower()
    if "no space" in text or "disk" in text:
        return "the disk is full: make room, then run it again; the record is as it was before"
    return "the record is as it was before; check permissions and room on the disk"
