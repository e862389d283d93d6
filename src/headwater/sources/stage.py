"""A file laid into the engine as it is: text columns, line numbers, and the rows its reader refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import ibis.expr.types as ir
import pyarrow as pa

from headwater.errors import SourceError
from headwater.sources.batch import Batch, Refused
from headwater.sources.delimited import read_delimited
from headwater.sources.engine import Engine, temp_table
from headwater.sources.files import Form, SourceFile
from headwater.sources.jsonl import read_jsonl
from headwater.sources.sheet import read_sheet
from headwater.sources.vectorised import DoubtError, read_plain
from headwater.sources.xes import read_xes

LINE = "__line"
STAGE = "stage"
Reader = Callable[[SourceFile], Iterator[Batch]]

#: A reader for each form that is not delimited text; Parquet the engine reads by itself.
READERS: dict[Form, Reader] = {"jsonl": read_jsonl, "xes": read_xes, "xlsx": read_sheet}


@dataclass(frozen=True)
class Stage:
    """The rows of one file in the engine. `table` has the file's columns and `__line`."""

    file: SourceFile
    table: ir.Table
    rows: int
    refused: tuple[Refused, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The file's own columns."""
        return tuple(name for name in self.table.columns if name != LINE)

    @property
    def rows_read(self) -> int:
        """All rows of the file, kept and refused."""
        return self.rows + len(self.refused)


def lay(con: Engine, file: SourceFile, delimiter: str = "") -> Stage:
    """Read a file into the engine. SourceError when it cannot be read to its end, or changed meanwhile."""
    if file.form == "parquet":
        _lay_parquet(con, file.path)
        refused: list[Refused] = []
    else:
        refused = (
            _lay_delimited(con, file, delimiter)
            if file.form == "delimited"
            else _lay_batches(con, READERS[file.form](file))
        )
    file.check_unchanged()
    _check_whole(file, refused)
    table = temp_table(con, STAGE)
    return Stage(file, table, int(table.count().to_pyarrow().as_py()), tuple(refused))


def _check_whole(file: SourceFile, refused: list[Refused]) -> None:
    """A last row that is too short, with no line end behind it, is a file that was cut off."""
    if not file.closed and refused and refused[-1].line == file.lines:
        raise SourceError(f"{file.name}, line {file.lines}: the file stops in mid-row", "export it again")


def _lay_delimited(con: Engine, file: SourceFile, delimiter: str) -> list[Refused]:
    try:
        return _lay_batches(con, read_plain(file, delimiter))
    except DoubtError:
        return _lay_batches(con, read_delimited(file, delimiter))


def _lay_parquet(con: Engine, path: Path) -> None:
    place = str(path).replace("'", "''")
    try:
        con.raw_sql(
            f"CREATE OR REPLACE TEMP TABLE {STAGE} AS "
            f"SELECT * EXCLUDE file_row_number, file_row_number + 1 AS {LINE} "
            f"FROM read_parquet('{place}', file_row_number = true)"
        )
    except Exception as error:
        raise SourceError(
            f"{path.name} cannot be read as Parquet ({_first_line(error)})", "export it again"
        ) from error


def _lay_batches(con: Engine, batches: Iterator[Batch]) -> list[Refused]:
    con.raw_sql(f"CREATE OR REPLACE TEMP TABLE {STAGE} ({LINE} BIGINT)")
    known: set[str] = set()
    refused: list[Refused] = []
    for batch in batches:
        for name in batch.columns:
            if name.lower() not in known:
                con.raw_sql(f"ALTER TABLE {STAGE} ADD COLUMN {quoted(name)} VARCHAR")
                known.add(name.lower())
        _insert(con, batch)
        refused += batch.refused
    return refused


def _insert(con: Engine, batch: Batch) -> None:
    table = pa.table({LINE: batch.lines, **batch.columns})
    con.con.register("headwater_batch", table)
    con.con.execute(f"INSERT INTO {STAGE} BY NAME SELECT * FROM headwater_batch")
    con.con.unregister("headwater_batch")


def quoted(name: str) -> str:
    """A column name as the engine reads it, whatever signs it holds."""
    return '"' + name.replace('"', '""') + '"'


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
