"""The rows kept aside: written as they come, with file, line, reason and cure, and without names."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from headwater.errors import OutputError
from headwater.sources.batch import Refused
from headwater.sources.reasons import CURES

HEADER = ("file", "line", "reason", "column", "value", "cure", "row")
#: A cell of the row is shown up to this length; the rest is in the source.
SHOWN = 2_000
SEPARATOR = " | "


@dataclass
class Rejected:
    """Where rows kept aside go, and how many went there for which reason."""

    stream: io.TextIOBase | None
    by_reason: Counter[str] = field(default_factory=Counter)

    def add(self, file: str, row: Refused) -> None:
        """Keep a row aside."""
        self.by_reason[row.reason] += 1
        if self.stream is not None:
            cells = (file, row.line, row.reason, row.column, row.value, CURES[row.reason], row.row)
            csv.writer(self.stream).writerow(_safe(cell) for cell in cells)


def _safe(cell: Any) -> Any:
    """A cell no spreadsheet takes for a formula."""
    if not isinstance(cell, str):
        return cell
    return "'" + cell[:SHOWN] if cell[:1] in ("=", "+", "-", "@", "\t") else cell[:SHOWN]


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
            yield Rejected(stream)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise OutputError(
            f"{path} cannot be written ({error.strerror or error})",
            "make room, or choose another folder with --out",
        ) from error
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def without_names(row: Refused, names: dict[str, str], hide: Callable[[str, str], str]) -> Refused:
    """The row with every known name in any of its cells replaced by its pseudonym.

    `names` maps a name, lower case, to its kind. Shifted rows hold names in the wrong columns, so all
    cells are looked at.
    """

    def masked(cell: str) -> str:
        kind = names.get(cell.strip().lower())
        return hide(cell, kind) if kind else cell

    return Refused(
        row.line,
        row.reason,
        row.column,
        masked(row.value),
        SEPARATOR.join(map(masked, row.row.split(SEPARATOR))),
    )
