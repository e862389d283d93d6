"""A record as a folder of Parquet files that any engine can read.

`record.json` names the files that make up the record now. A change writes new files beside the old
ones and then replaces `record.json` in one step, so that at any moment it names a whole record.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from fnmatch import fnmatch
from pathlib import Path
from secrets import token_hex
from typing import Any

import duckdb

from headwater.errors import RecordError
from headwater.record.tables import Table

MANIFEST = "record.json"
KEY = "record.key"
#: Under this name an open record remembers which state of the folder it was read from.
NUMBER = "folder_number"


def is_record(path: Path) -> bool:
    """True for a folder that holds a record."""
    return (path / MANIFEST).is_file()


def read(con: Any, folder: Path, tables: Mapping[str, Table], meta_table: str) -> None:
    """Lay the folder's tables into an empty engine. RecordError when the folder holds something else."""
    if not folder.exists():
        return
    if not is_record(folder):
        if any(not _is_ours(entry.name, tables) for entry in folder.iterdir()):
            raise RecordError(
                f"{folder} is a folder, but holds no Headwater record", "choose an empty folder"
            )
        return
    manifest = _manifest(folder)
    for name in tables:
        if name in manifest["files"]:
            place = str(folder / manifest["files"][name]).replace("'", "''")
            try:
                con.raw_sql(f"CREATE TABLE {name} AS SELECT * FROM read_parquet('{place}')")
            except duckdb.Error as error:
                if _manifest(folder)["number"] != manifest["number"]:
                    raise _changed(folder) from error
                fact = f"{manifest['files'][name]} in {folder} is missing or damaged"
                raise RecordError(fact, "restore the folder from a backup") from error
    con.raw_sql(f"CREATE TABLE {meta_table} (name VARCHAR PRIMARY KEY, value VARCHAR)")
    for name, value in {**manifest["meta"], NUMBER: str(manifest["number"])}.items():
        con.con.execute(f"INSERT INTO {meta_table} VALUES (?, ?)", [name, value])


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        return {
            "files": dict(manifest["files"]),
            "meta": dict(manifest["meta"]),
            "number": int(manifest["number"]),
        }
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise RecordError(
            f"{folder / MANIFEST} cannot be understood", "restore the folder from a backup"
        ) from error


def write(con: Any, folder: Path, tables: Mapping[str, Table], meta: Mapping[str, str], number: int) -> None:
    """Write all tables as new files, then make them the record in one step.

    `number` is the state of the folder the tables were read from, 0 for a new one. RecordError when
    somebody else has changed the folder since.
    """
    folder.mkdir(exist_ok=True)
    before = _manifest(folder)["number"] if is_record(folder) else 0
    if before != number:
        raise _changed(folder)
    mark = token_hex(4)
    files = {name: f"{name}-{number + 1:06d}-{mark}.parquet" for name in tables}
    try:
        for name, file in files.items():
            place = str(folder / file).replace("'", "''")
            con.raw_sql(f"COPY {name} TO '{place}' (FORMAT parquet, COMPRESSION zstd)")
            _settle(folder / file)
        _replace(folder, {"number": number + 1, "meta": dict(meta), "files": files})
    except BaseException:
        if not is_record(folder) or _manifest(folder)["number"] == number:
            _remove(folder, files.values())
        raise
    _remove(folder, _left_over(folder, tables, files.values()))


def _changed(folder: Path) -> RecordError:
    return RecordError(f"{folder} was changed by another program meanwhile", "run it again")


def _is_ours(name: str, tables: Iterable[str]) -> bool:
    """True for what a program that was killed before its first manifest can have left."""
    return name in (KEY, f"{MANIFEST}.new") or any(fnmatch(name, f"{table}-*.parquet") for table in tables)


def _left_over(folder: Path, tables: Iterable[str], current: Iterable[str]) -> list[str]:
    """Files of earlier states, and of programs that were killed while they wrote."""
    written = {path.name for name in tables for path in folder.glob(f"{name}-*.parquet")}
    return sorted(written - set(current))


def _remove(folder: Path, files: Iterable[str]) -> None:
    for file in files:
        (folder / file).unlink(missing_ok=True)


def _settle(path: Path) -> None:
    """Wait until the file is on the disk: a manifest must never name one that is not."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def _replace(folder: Path, manifest: dict[str, Any]) -> None:
    draft = folder / f"{MANIFEST}.new"
    with draft.open("w", encoding="utf-8") as stream:
        json.dump(manifest, stream, indent=2)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(folder / MANIFEST)
