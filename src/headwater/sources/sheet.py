"""Reader of Excel workbooks: the first sheet that holds a table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from headwater.errors import SourceError
from headwater.sources.batch import BATCH_ROWS, Batch, text_batch
from headwater.sources.delimited import unique_names
from headwater.sources.files import SourceFile


def read_sheet(file: SourceFile) -> Iterator[Batch]:
    """Rows of the first sheet with more than one row, in batches; lines are the sheet's row numbers."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_path(str(file.path))
        sheets = [workbook.get_sheet_by_index(number) for number in range(len(workbook.sheet_names))]
    except (CalamineError, OSError) as error:
        raise SourceError(
            f"{file.name} is a broken workbook ({error})", "save it again, or as CSV"
        ) from error
    sheet = next((sheet for sheet in sheets if sheet.total_height > 1), None)
    if sheet is None:
        raise SourceError(f"{file.name} holds no sheet with rows", "export it again")
    rows = ((number, [_cell(cell) for cell in row]) for number, row in enumerate(sheet.iter_rows(), 1))
    full = ((number, row) for number, row in rows if any(row))
    header = unique_names(cell or "" for cell in next(full)[1])
    while part := list(islice(full, BATCH_ROWS)):
        yield text_batch(header, [row for _, row in part], [number for number, _ in part])


def _cell(value: Any) -> str | None:
    """A cell as text: dates in ISO form, whole numbers without a point, durations in seconds."""
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, timedelta):
        return str(value.total_seconds())
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
