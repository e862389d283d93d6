"""What a report is made of: the findings, and what was read to come to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from headwater.checks.finding import Finding


@dataclass(frozen=True)
class Assessment:
    """Everything that HTML, JSON and terminal tell, and nothing that only one of them knows.

    `place` is what was read, as the user named it. `since` and `until` are the first and the last
    opening of a contact, told in the zone they carry. `counts` holds the rows of each table of the
    record, `rejected_by_reason` the rows kept aside by reason in words. `assumptions` are sentences on
    what a drafted mapping took for granted, `warnings` on what looks wrong in the data.
    `synthetic` marks example data that no customer ever was part of.
    """

    version: str
    place: str
    since: datetime | None
    until: datetime | None
    counts: Mapping[str, int]
    rows_read: int
    findings: tuple[Finding, ...]
    rejected: int = 0
    rejected_by_reason: Mapping[str, int] = field(default_factory=dict)
    assumptions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    synthetic: bool = False
