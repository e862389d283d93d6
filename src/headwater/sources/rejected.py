"""The rows kept aside: written as they come, with file, line, reason and cure."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from headwater.errors import OutputError
from headwater.sources.batch import SHOWN, Refused
from headwater.sources.reasons import CURES

HEADER = ("file", "line", "reason", "column", "value", "cure", "row")
_NUMBER = re.compile(r"^[+-][\d.,:]+$")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass
class Rejected:
    """Where rows kept aside go, and how many went there for which reason."""

    stream: io.TextIOBase | None
    path: Path | None = None
    by_reason: Counter[str] = field(default_factory=Counter)

    def add(self, file: str, row: Refused) -> None:
        """Keep a row aside. OutputError when it cannot be written."""
        self.by_reason[row.reason] += 1
        if self.stream is None:
            return
        cells = (file, row.line, row.reason, row.column, row.value, CURES[row.reason], row.row)
        try:
            csv.writer(self.stream).writerow(_safe(cell) for cell in cells)
        except OSError as error:
            raise _unwritable(self.path, error) from error


def _safe(cell: Any) -> Any:
    """A cell no spreadsheet takes for a formula."""
    if not isinstance(cell, str):
        return cell
    risky = cell.startswith(_FORMULA) and not _NUMBER.match(cell)
    return "'" + cell[:SHOWN] if risky else cell[:SHOWN]


def _unwritable(path: Path | None, error: OSError) -> OutputError:
    return OutputError(
        f"{path} cannot be written ({error.strerror or error})",
        "make room, or choose another folder",
    )


@contextmanager
def rejected_file(path: Path | None) -> Iterator[Rejected]:
    """A file of rejected rows that appears whole at the end, or not at all."""
    if path is None:
        yield Rejected(None)
        return
    draft = path.with_name(path.name + ".new")
    try:
        with draft.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerow(HEADER)
            yield Rejected(stream, path)
        draft.replace(path)
    except BaseException as error:
        draft.unlink(missing_ok=True)
        if isinstance(error, OSError) and not isinstance(error, OutputError):
            raise _unwritable(path, error) from error
        raise
