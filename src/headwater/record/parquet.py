"""A record as a folder of Parquet files that any engine can read.

`record.json` names the files that make up the record now. A change writes new files beside the old
ones and then replaces `record.json` in one step, so that at any moment it names a whole record.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from headwater.errors import RecordError
from headwater.record.tables import Table

MANIFEST = "record.json"
KEY = "record.key"


def is_record(path: Path) -> bool:
    """True for a folder that holds a record."""
    return (path / MANIFEST).is_file()


def read(con: Any, folder: Path, tables: Mapping[str, Table], meta_table: str) -> None:
    """Lay the folder's tables into an empty engine. RecordError when the folder holds something else."""
    if not folder.exists():
        return
    if not is_record(folder):
        if any(entry.name != KEY for entry in folder.iterdir()):
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
            except Exception as error:
                fact = f"{manifest['files'][name]} in {folder} is missing or damaged"
                raise RecordError(fact, "restore the folder from a backup") from error
    con.raw_sql(f"CREATE TABLE {meta_table} (name VARCHAR PRIMARY KEY, value VARCHAR)")
    for name, value in manifest["meta"].items():
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


def write(con: Any, folder: Path, tables: Mapping[str, Table], meta: Mapping[str, str]) -> None:
    """Write all tables as new files, then make them the record in one step."""
    folder.mkdir(exist_ok=True)
    before: dict[str, Any] = _manifest(folder) if is_record(folder) else {"files": {}, "number": 0}
    number = before["number"] + 1
    files = {name: f"{name}-{number:06d}.parquet" for name in tables}
    try:
        for name, file in files.items():
            place = str(folder / file).replace("'", "''")
            con.raw_sql(f"COPY {name} TO '{place}' (FORMAT parquet, COMPRESSION zstd)")
        _replace(folder, {"number": number, "meta": dict(meta), "files": files})
    except BaseException:
        for file in files.values():
            (folder / file).unlink(missing_ok=True)
        raise
    for file in before["files"].values():
        (folder / file).unlink(missing_ok=True)


def _replace(folder: Path, manifest: dict[str, Any]) -> None:
    draft = folder / (MANIFEST + ".new")
    with draft.open("w", encoding="utf-8") as stream:
        json.dump(manifest, stream, indent=2)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(folder / MANIFEST)
