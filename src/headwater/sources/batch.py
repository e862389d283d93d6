"""What every reader hands over: rows as columns of values with their line numbers, and rows it refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa

#: Rows that a reader gathers before it hands them over; bounds its memory.
BATCH_ROWS = 20_000
BATCH_CHARACTERS = 32_000_000
#: Rows that are kept aside are cut to this length; the rest is in the source.
SHOWN = 2_000
SEPARATOR = " | "


@dataclass(frozen=True)
class Refused:
    """A row that was kept aside: where it stands, why, the value to blame, and its cells as they were.

    `placed` is False where nobody can say which column a cell belongs to.
    """

    line: int
    reason: str
    column: str
    value: str
    cells: tuple[str, ...]
    placed: bool = False

    @property
    def row(self) -> str:
        """The row on one line."""
        return SEPARATOR.join(self.cells)


@dataclass(frozen=True)
class Batch:
    """Some rows of a file. `columns` maps a column's name to its values; `lines` runs beside them."""

    columns: dict[str, pa.Array]
    lines: pa.Array
    refused: Sequence[Refused] = field(default_factory=tuple)


def refused(
    line: int, reason: str, column: str, value: str, cells: Sequence[str], *, placed: bool = False
) -> Refused:
    """A row to keep aside, cut to what is shown of it."""
    shown = tuple(cell[:SHOWN] for cell in cells[:SHOWN])
    return Refused(line, reason, column, value[:SHOWN], shown, placed)


def text_batch(
    names: Sequence[str],
    rows: Sequence[Sequence[str | None]],
    lines: Sequence[int],
    refused: Sequence[Refused] = (),
) -> Batch:
    """A batch of text columns from rows of cells that are all as long as `names`."""
    cells = zip(*rows, strict=True) if rows else ([] for _ in names)
    columns = {name: pa.array(column, pa.string()) for name, column in zip(names, cells, strict=True)}
    return Batch(columns, pa.array(lines, pa.int64()), tuple(refused))
