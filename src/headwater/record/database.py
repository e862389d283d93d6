"""DuckDB as the record needs it: its settings, and files that are foreign, locked or half-written told apart."""

from __future__ import annotations

from os import getpid
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import duckdb

from headwater.errors import RecordError, SettingError
from headwater.record import duck


def open_file(path: Path, memory_limit: str, *, write: bool) -> Any:
    """A connection to a DuckDB file. RecordError says why it cannot be had."""
    try:
        con = connect(str(path), memory_limit, read_only=not write)
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
            f"{path.name} was written by another DuckDB ({first_line(error)})", "update Headwater"
        )
    return RecordError(
        f"{path.name} is no record, or was only half written ({first_line(error)})",
        "restore it from a backup",
    )


def _check_whole(con: Any, path: Path) -> None:
    """IOException when the file is shorter than its own blocks say: it was only half copied."""
    name, _, block, blocks = con.raw_sql("PRAGMA database_size").fetchall()[0][:4]
    if blocks and path.stat().st_size < block * blocks:
        con.disconnect()
        raise duckdb.IOException(f"{name} should hold {blocks:,} blocks and ends before")


def connect(target: str, memory_limit: str, *, read_only: bool = False) -> Any:
    """A connection set up as the record needs it."""
    con = duck.connect(target, read_only=read_only)
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


def first_line(error: BaseException) -> str:
    """What an error says, without what it adds on further lines."""
    return str(error).splitlines()[0] if str(error) else type(error).__name__
