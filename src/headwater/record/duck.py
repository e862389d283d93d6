"""DuckDB behind Ibis, asking for each result once."""

from __future__ import annotations

from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend
from ibis.formats.pyarrow import PyArrowData


class Duck(Backend):  # type: ignore[misc]  # Ibis ships its backends without types
    """Ibis's own backend, but for how results come back.

    Ibis 12 has DuckDB plan each query twice, once for its types and once for its rows. In an assessment
    of many small queries that is felt.
    """

    def to_pyarrow(
        self, expr: ir.Expr, /, *, params: Any = None, limit: int | str | None = None, **kwargs: Any
    ) -> pa.Table:
        """The result of an expression as Arrow."""
        self._run_pre_execute_hooks(expr)
        sql = self.compile(expr.as_table(), params=params, limit=limit, **kwargs)
        return expr.__pyarrow_result__(self.con.execute(sql).to_arrow_table(), data_mapper=PyArrowData)


def connect(target: str = ":memory:", *, read_only: bool = False) -> Any:
    """A connection to a DuckDB file or to memory."""
    return Duck().connect(target, read_only=read_only)
