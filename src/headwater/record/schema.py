"""The record's tables in an engine: made from the definitions, and nothing else."""

from __future__ import annotations

from typing import Any

import ibis
import ibis.expr.types as ir
from ibis.backends import BaseBackend

from headwater.record.tables import TABLES, Table

Backend = BaseBackend

# Engines fuse nested selects themselves; doing it in Python takes a tenth of a whole assessment.
ibis.options.sql.fuse_selects = False


def schema_of(table: Table) -> ibis.Schema:
    """The Ibis schema of a table of the record."""
    return ibis.schema({column.name: column.ibis_type for column in table.columns})


def create_tables(con: Any) -> None:
    """Make every table of the record that `con` does not hold yet, empty."""
    present = set(con.list_tables())
    for table in TABLES.values():
        if table.name not in present:
            con.create_table(table.name, schema=schema_of(table))


def conform(expr: ir.Table, table: Table) -> ir.Table:
    """`expr` with exactly the columns of `table`, in order and of its types; absent ones are null."""
    have = set(expr.columns)
    return expr.select(
        **{
            column.name: (expr[column.name] if column.name in have else ibis.null()).cast(
                column.ibis_type.lstrip("!")
            )
            for column in table.columns
        }
    )


def empty(table: Table) -> ir.Table:
    """A table of the record without rows."""
    return ibis.memtable(schema_of(table).to_pyarrow().empty_table())
