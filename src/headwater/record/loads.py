"""What was loaded into a record, and how it went: one row per file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from headwater.record.tables import Column, Table

#: A table of the record's own housekeeping, stored beside the tables of what happened.
LOADS = Table(
    "headwater_loads",
    "one file that was loaded",
    ("load_id",),
    (
        Column("load_id", "text", "Fingerprint of the file and of the mapping that read it.", null=False),
        Column("loaded_at", "time", "When it was loaded.", null=False),
        Column("report", "text", "How it went, as JSON.", null=False),
        Column("fingerprint", "text", "Fingerprint of the file alone."),
        Column("number", "integer", "Its number, by which rows remember the load they came with."),
    ),
)


@dataclass(frozen=True)
class Load:
    """How the loading of one file went.

    `rows_read` is what the file holds; `rejected_by_reason` counts those kept aside; `assumed` says what
    was guessed because nobody told; `warnings` what looks wrong though it could be read.
    """

    file: str
    profile: str
    rows: str
    timezone: str
    rows_read: int
    rejected_by_reason: dict[str, int] = field(default_factory=dict)
    assumed: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def rejected(self) -> int:
        """Rows kept aside."""
        return sum(self.rejected_by_reason.values())

    def to_json(self) -> str:
        """The load as JSON text."""
        return json.dumps(asdict(self), ensure_ascii=False)


def from_json(text: str) -> Load:
    """The load that `to_json` wrote."""
    data = json.loads(text)
    return Load(**data | {"assumed": tuple(data["assumed"]), "warnings": tuple(data["warnings"])})


def rejected_by_reason(loads: Sequence[Load]) -> dict[str, int]:
    """Rows kept aside over several files, commonest reason first."""
    total: Counter[str] = Counter()
    for load in loads:
        total.update(load.rejected_by_reason)
    return dict(total.most_common())
