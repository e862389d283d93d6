"""A file laid into the engine as it is: text columns, line numbers, and the rows its reader refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import ibis.expr.types as ir
import pyarrow as pa

from headwater.errors import SourceError
from headwater.sources.batch import Batch, Refused
from headwater.sources.delimited import read_delimited
from headwater.sources.engine import Engine, drop_temp, register, temp_table, unregister
from headwater.sources.files import Form, SourceFile
from headwater.sources.jsonl import read_jsonl
from headwater.sources.sheet import read_sheet
from headwater.sources.vectorised import DoubtError, read_plain
from headwater.sources.xes import read_xes

LINE, NUMBER = "__line", "__number"
#: Rows that are kept aside are handed over so many at a time.
PAGE = 5_000
#: Rows of up to so many bytes stay in memory instead of being copied into the engine.
IN_MEMORY = 200_000_000
STAGE, REFUSED = "stage", "refused"
Reader = Callable[[SourceFile], Iterator[Batch]]

#: A reader for each form that is not delimited text; Parquet the engine reads by itself.
READERS: dict[Form, Reader] = {"jsonl": read_jsonl, "xes": read_xes, "xlsx": read_sheet}
_REFUSED_AS = pa.schema(
    [
        (NUMBER, pa.int64()),
        ("line", pa.int64()),
        ("reason", pa.string()),
        ("column", pa.string()),
        ("value", pa.string()),
        ("cells", pa.list_(pa.string())),
    ]
)


@dataclass(frozen=True)
class Stage:
    """The rows of one file in the engine. `table` has the file's columns and `__line`.

    `refused` counts the rows that its reader could not take; they lie in the engine too.
    """

    con: Engine
    file: SourceFile
    table: ir.Table
    rows: int
    refused: int

    @property
    def columns(self) -> tuple[str, ...]:
        """The file's own columns."""
        return tuple(name for name in self.table.columns if name != LINE)

    @property
    def rows_read(self) -> int:
        """All rows of the file, kept and refused."""
        return self.rows + self.refused

    def refused_rows(self) -> Iterator[Refused]:
        """The rows that the reader could not take, in the order of the file."""
        for page in pages(temp_table(self.con, REFUSED), self.refused):
            for row in page:
                yield Refused(row["line"], row["reason"], row["column"], row["value"], tuple(row["cells"]))


def pages(table: ir.Table, rows: int) -> Iterator[list[dict[str, Any]]]:
    """The rows of a table page by page, in the order of their `__number` from 0 on.

    A stream would end, without a word, as soon as the engine is asked anything else on the same connection.
    """
    for first in range(0, rows, PAGE):
        page = table.filter(table[NUMBER].between(first, first + PAGE - 1)).order_by(NUMBER)
        yield page.to_pyarrow().to_pylist()


def lay(con: Engine, file: SourceFile, delimiter: str = "") -> Stage:
    """Read a file into the engine. SourceError when it cannot be read to its end, or changed meanwhile."""
    con.raw_sql(
        f"CREATE OR REPLACE TEMP TABLE {REFUSED} "
        f'({NUMBER} BIGINT, line BIGINT, reason VARCHAR, "column" VARCHAR, value VARCHAR, cells VARCHAR[])'
    )
    refused = 0
    if file.form == "parquet":
        _lay_parquet(con, file.path)
    elif file.form == "delimited":
        refused = _lay_delimited(con, file, delimiter)
    else:
        refused = _lay_batches(con, READERS[file.form](file))
    file.check_unchanged()
    table = temp_table(con, STAGE)
    return Stage(con, file, table, int(table.count().to_pyarrow().as_py()), refused)


def _lay_delimited(con: Engine, file: SourceFile, delimiter: str) -> int:
    try:
        return _lay_batches(con, read_plain(file, delimiter))
    except DoubtError:
        return _lay_batches(con, read_delimited(file, delimiter))


def _lay_parquet(con: Engine, path: Path) -> None:
    clear(con)
    place = str(path).replace("'", "''")
    try:
        con.raw_sql(
            f"CREATE TEMP TABLE {STAGE} AS "
            f"SELECT * EXCLUDE file_row_number, file_row_number + 1 AS {LINE} "
            f"FROM read_parquet('{place}', file_row_number = true)"
        )
    except duckdb.Error as error:
        raise SourceError(
            f"{path.name} cannot be read as Parquet ({_first_line(error)})", "export it again"
        ) from error


@dataclass
class _Rows:
    """Rows on their way to the stage: in memory while they are few, in the engine when they are many.

    What lies in memory the engine reads on all its cores and nobody has to copy; what lies in the
    engine may be larger than memory.
    """

    con: Engine
    held: list[pa.Table] = field(default_factory=list)
    size: int = 0
    columns: list[str] | None = None

    def add(self, rows: pa.Table) -> None:
        """Take rows; their columns may be new."""
        self.held.append(rows)
        self.size += rows.nbytes
        if self.columns is not None or self.size > IN_MEMORY:
            self._lay()

    def finish(self) -> None:
        """Make the stage of what was taken."""
        if self.columns is None:
            nothing = pa.table({LINE: pa.array([], pa.int64())})
            register(self.con, STAGE, pa.concat_tables([nothing, *self.held], promote_options="default"))

    def _lay(self) -> None:
        for rows in self.held:
            if self.columns is None:
                columns = ", ".join(f"{quoted(name)} VARCHAR" for name in rows.column_names if name != LINE)
                self.con.raw_sql(f"CREATE TEMP TABLE {STAGE} ({LINE} BIGINT{', ' * bool(columns)}{columns})")
                self.columns = list(rows.column_names)
            for name in [name for name in rows.column_names if name not in self.columns]:
                self.con.raw_sql(f"ALTER TABLE {STAGE} ADD COLUMN {quoted(name)} VARCHAR")
                self.columns.append(name)
            _insert(self.con, STAGE, rows)
        self.held = []


def _lay_batches(con: Engine, batches: Iterator[Batch]) -> int:
    """Lay batches one below the other; how many rows were refused."""
    clear(con)
    con.raw_sql(f"DELETE FROM {REFUSED}")
    known: dict[str, str] = {}
    rows, refused = _Rows(con), 0
    for batch in _one_ahead(batches):
        names = _engine_names(batch.columns, known)
        known |= dict(zip(batch.columns, names, strict=True))
        columns = dict(zip(names, batch.columns.values(), strict=True))
        rows.add(pa.table({LINE: batch.lines, **columns}))
        _insert(con, REFUSED, _refused_table(batch.refused, refused))
        refused += len(batch.refused)
    rows.finish()
    return refused


def clear(con: Engine) -> None:
    """Forget the rows of the file that was read before."""
    unregister(con, STAGE)
    drop_temp(con, STAGE)


def _one_ahead(batches: Iterator[Batch]) -> Iterator[Batch]:
    """The batches, the next one being read while one is laid: the two use different cores."""
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = reader.submit(next, batches, None)
            yield batch


def _engine_names(columns: Sequence[str] | dict[str, pa.Array], known: dict[str, str]) -> list[str]:
    """Names the engine can tell apart: it knows no capitals, no empty name, and needs `__line` for itself."""
    names: list[str] = []
    for column in columns:
        name = known.get(column, column.replace("\0", "") or "(no name)")
        while column not in known and name.lower() in {LINE, *map(str.lower, (*known.values(), *names))}:
            name += " (2)"
        names.append(name)
    return names


def _refused_table(rows: Sequence[Refused], first: int) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {
                NUMBER: number,
                "line": row.line,
                "reason": row.reason,
                "column": row.column,
                "value": row.value,
                "cells": row.cells,
            }
            for number, row in enumerate(rows, first)
        ],
        schema=_REFUSED_AS,
    )


def _insert(con: Engine, name: str, table: pa.Table) -> None:
    if not table.num_rows:
        return
    register(con, "headwater_batch", table)
    con.con.execute(f"INSERT INTO {name} BY NAME SELECT * FROM headwater_batch")
    unregister(con, "headwater_batch")


def quoted(name: str) -> str:
    """A column name as the engine reads it, whatever signs it holds."""
    return '"' + name.replace('"', '""') + '"'


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
