"""Where a record lives: in memory, in a DuckDB file, or in a folder of Parquet. Open, create, check, migrate.

A store is a connection on which the record's tables can be read, and changed inside `writing()`: either
all of a change is there afterwards, whatever happens meanwhile, or nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import getpid
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import duckdb
import ibis
from ibis.backends.sql.datatypes import DuckDBType

from headwater.errors import HeadwaterError, RecordError, SettingError
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
            if self.path is not None and is_folder(self.place, self.path):
                self._write_folder(self.path)
            self.con.raw_sql("COMMIT")
        except BaseException as error:
            _roll_back(self.con)
            raise _told(self.place, error) from error

    def _write_folder(self, folder: Path) -> None:
        number = int(_stored_meta(self.con).get(parquet.NUMBER, "0"))
        parquet.write(self.con, folder, ALL, {"version": str(VERSION), "key_mark": _mark(self.key)}, number)
        self.con.raw_sql(f"INSERT OR REPLACE INTO {META} VALUES ('{parquet.NUMBER}', '{number + 1}')")

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
    folder = is_folder(place, path)
    if not path.exists() and not write:
        raise RecordError(f"there is no record at {place}", f"make one: headwater load FILE --record {place}")
    if not path.parent.is_dir():
        raise RecordError(f"there is no folder {path.parent}", "make it first")
    con = _open_folder(path, memory_limit) if folder else _open_file(path, memory_limit, write=write)
    try:
        key_file = path / parquet.KEY if folder else path.with_name(path.name + ".key")
        return Store(con, place, path, _checked_key(con, place, key_file, write=write))
    except BaseException:
        con.disconnect()
        raise


def _checked_key(con: Any, place: str, file: Path, *, write: bool) -> Key | None:
    """The key of a record that is to be written. RecordError when the record or its key is not sound."""
    meta = _meta(con, place)
    if not write:
        return None
    try:
        file.parent.mkdir(exist_ok=True)
    except OSError as error:
        raise RecordError(f"{place} cannot be made ({error.strerror})", "choose another place") from error
    key = key_at(file, create=not meta)
    if meta.get("key_mark", key.mark) != key.mark:
        raise RecordError(
            f"{file.name} is not the key of {place}", "put the right key back, or start a new record"
        )
    return key


def is_folder(place: str, path: Path) -> bool:
    """True for a place that is, or will be, a folder of Parquet: one not said or seen to be a DuckDB file."""
    if place.startswith("duckdb://"):
        return False
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
    if path.is_dir() and place.startswith("duckdb://"):
        raise RecordError(
            f"{path} is a folder, not a DuckDB file", "leave out duckdb:// for a folder of Parquet"
        )
    return path


def _open_file(path: Path, memory_limit: str, *, write: bool) -> Any:
    try:
        con = _connect(str(path), memory_limit, read_only=not write)
        _check_whole(con, path)
    except duckdb.Error as error:
        raise _not_opened(path, error) from error
    return con


def _not_opened(path: Path, error: duckdb.Error) -> RecordError:
    text = str(error)
    if "set lock on file" in text or "different configuration" in text:
        return RecordError(f"{path.name} is in use by another program", "wait until it is done, or stop it")
    if "Permission denied" in text or "Read-only file system" in text:
        return RecordError(
            f"{path} may not be opened by you", "check its permissions and those of its folder"
        )
    if "newer" in text or "older version" in text:
        return RecordError(
            f"{path.name} was written by another DuckDB ({_first_line(error)})", "update Headwater"
        )
    return RecordError(
        f"{path.name} is no record, or was only half written ({_first_line(error)})",
        "restore it from a backup",
    )


def _check_whole(con: Any, path: Path) -> None:
    """IOException when the file is shorter than its own blocks say: it was only half copied."""
    name, _, block, blocks = con.raw_sql("PRAGMA database_size").fetchall()[0][:4]
    if blocks and path.stat().st_size < block * blocks:
        con.disconnect()
        raise duckdb.IOException(f"{name} should hold {blocks:,} blocks and ends before")


def _open_folder(path: Path, memory_limit: str) -> Any:
    con = _connect(":memory:", memory_limit)
    try:
        parquet.read(con, path, ALL, META)
    except BaseException:
        con.disconnect()
        raise
    return con


def _connect(target: str, memory_limit: str, *, read_only: bool = False) -> Any:
    con = ibis.duckdb.connect(target, read_only=read_only)
    con.raw_sql("SET TimeZone = 'UTC'")
    con.raw_sql("SET preserve_insertion_order = false")
    con.raw_sql("SET enable_progress_bar = false")
    if memory_limit:
        _limit(con, memory_limit)
    if target == ":memory:":
        # Otherwise what does not fit into memory goes to a folder .tmp where the user happens to be.
        con.con.execute("SET temp_directory = ?", [str(Path(gettempdir()) / f"headwater-{getpid()}")])
    return con


def _limit(con: Any, memory_limit: str) -> None:
    try:
        con.con.execute("SET memory_limit = ?", [memory_limit])
    except duckdb.Error as error:
        con.disconnect()
        raise SettingError(f"memory_limit = {memory_limit!r} is no size", "write it like 4GB") from error


def _stored_meta(con: Any) -> dict[str, str]:
    rows = con.table(META).to_pyarrow().to_pylist() if META in con.list_tables() else []
    return {row["name"]: row["value"] for row in rows}


def _meta(con: Any, place: str) -> dict[str, str]:
    """What the record says of itself; empty for a new one."""
    meta = _stored_meta(con)
    if not meta and con.list_tables():
        raise RecordError(f"{place} is a database, but no Headwater record", "choose another file")
    version = meta.get("version", "0")
    if not version.isdecimal() or int(version) > VERSION:
        raise RecordError(
            f"{place} was written by a newer Headwater (record version {version})", "update Headwater"
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


def _told(place: str, error: BaseException) -> BaseException:
    """The error as users should see it."""
    if isinstance(error, RuntimeError) and "interrupted" in str(error).lower():
        return KeyboardInterrupt()  # the engine's own way to say that Ctrl-C stopped it
    if isinstance(error, HeadwaterError) or not isinstance(error, duckdb.Error | OSError):
        return error
    return RecordError(f"{place} could not be written ({_first_line(error)})", _cure(error))


def _cure(error: BaseException) -> str:
    text = str(error).lower()
    if "no space" in text or "disk" in text:
        return "the disk is full: make room, then run it again; the record is as it was before"
    return "the record is as it was before; check permissions and room on the disk"
