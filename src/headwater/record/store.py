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

from headwater.errors import HeadwaterError, RecordError
from headwater.record import parquet
from headwater.record.database import connect, first_line, open_file
from headwater.record.loads import LOADS, Load, from_json
from headwater.record.pseudonym import Key, key_at, new_key
from headwater.record.record import Record
from headwater.record.schema import conform, empty
from headwater.record.tables import TABLES, Table

VERSION = 1
META = "headwater_meta"
ALL = {**TABLES, LOADS.name: LOADS}
#: Errors whose cause lies outside: the disk, the memory, another program.
_OUTSIDE = (
    OSError,
    duckdb.FatalException,  # the disk filled up while a change was sealed
    duckdb.IOException,
    duckdb.OutOfMemoryException,
    duckdb.TransactionException,
)
#: The number of the load that a row came with, beside the columns of its definition; null when of several.
ORIGIN = "headwater_load"


@dataclass(frozen=True)
class Store:
    """An open record. `path` is None in memory; a folder when it is of Parquet.

    `made` names what opening it made: a place to which nothing is written in the end is taken away again.
    """

    con: Any
    place: str
    path: Path | None
    key: Key | None
    made: tuple[Path, ...] = ()

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
            told = _told(self.place, error)
            if told is error:
                raise
            raise told from error

    def _write_folder(self, folder: Path) -> None:
        number = int(_stored_meta(self.con).get(parquet.NUMBER, "0"))
        parquet.write(self.con, folder, ALL, {"version": str(VERSION), "key_mark": _mark(self.key)}, number)
        self.con.raw_sql(f"INSERT OR REPLACE INTO {META} VALUES ('{parquet.NUMBER}', '{number + 1}')")

    def close(self) -> None:
        """Let go of the file."""
        unused = self.made if self.made and not _stored_meta(self.con) else ()
        self.con.disconnect()
        for path in unused:
            if not path.is_dir():
                path.unlink(missing_ok=True)
            elif not any(path.iterdir()):
                path.rmdir()


def _mark(key: Key | None) -> str:
    return key.mark if key else ""


def _roll_back(con: Any) -> None:
    try:
        con.raw_sql("ROLLBACK")
    except duckdb.Error:
        return  # the engine has already rolled back


def in_memory(memory_limit: str = "") -> Store:
    """A record that lasts as long as the program."""
    return Store(connect(":memory:", memory_limit), "memory", None, new_key())


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
    key_file = path / parquet.KEY if folder else path.with_name(path.name + ".key")
    made = tuple(new for new in (key_file, path) if not new.exists())
    con = _open_folder(path, memory_limit) if folder else open_file(path, memory_limit, write=write)
    try:
        return Store(con, place, path, _checked_key(con, place, key_file, write=write), made)
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


def _open_folder(path: Path, memory_limit: str) -> Any:
    con = connect(":memory:", memory_limit)
    try:
        parquet.read(con, path, ALL, META)
    except BaseException:
        con.disconnect()
        raise
    return con


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


def create_sql(name: str, table: Table) -> str:
    """The statement that makes a table of the record with the hidden column that says which load a row is of."""
    columns = [
        f'"{column.name}" {DuckDBType.to_string(ibis.dtype(column.ibis_type))}{"" if column.null else " NOT NULL"}'
        for column in table.columns
    ]
    return f"CREATE TABLE {name} ({', '.join([*columns, *([f'{ORIGIN} BIGINT'] if name in TABLES else [])])})"


def create_or_migrate(con: Any, key: Key | None) -> None:
    """Bring the tables to the present definitions: make what is missing, add columns, note the version.

    Columns are only ever added as nullable, so an older record stays readable all the way.
    """
    present = set(con.list_tables())
    for name, table in ALL.items():
        if name not in present:
            con.raw_sql(create_sql(name, table))
            continue
        have = set(con.table(name).columns)
        for column in table.columns:
            if column.name not in have:
                kind = DuckDBType.to_string(ibis.dtype(column.ibis_type))
                con.raw_sql(f'ALTER TABLE {name} ADD COLUMN "{column.name}" {kind}')
        if name in TABLES and ORIGIN not in have:
            con.raw_sql(f"ALTER TABLE {name} ADD COLUMN {ORIGIN} BIGINT")
    con.raw_sql(f"CREATE TABLE IF NOT EXISTS {META} (name VARCHAR PRIMARY KEY, value VARCHAR)")
    con.raw_sql(
        f"INSERT OR REPLACE INTO {META} VALUES ('version', '{VERSION}'), ('key_mark', '{_mark(key)}')"
    )


def _told(place: str, error: BaseException) -> BaseException:
    """The error as users should see it."""
    if isinstance(error, RuntimeError) and "interrupted" in str(error).lower():
        return KeyboardInterrupt()  # the engine's own way to say that Ctrl-C stopped it
    if isinstance(error, HeadwaterError) or not isinstance(error, _OUTSIDE):
        return error
    return RecordError(f"{place} could not be written ({first_line(error)})", _cure(error))


def _cure(error: BaseException) -> str:
    text = str(error).lower()
    if isinstance(error, duckdb.OutOfMemoryException):
        return "allow it more with --memory-limit; the record is as it was before"
    if "no space" in text or "disk" in text:
        return "the disk is full: make room, then run it again; the record is as it was before"
    return "the record is as it was before; check permissions and room on the disk"
