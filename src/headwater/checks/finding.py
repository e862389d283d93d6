"""What a check returns. All of it is frozen: sentence and numbers are built together and stay together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Verdict = Literal["found", "not_found", "cannot_tell"]
Scalar = str | int | float | bool | None


@dataclass(frozen=True)
class Estimate:
    """One number with its uncertainty.

    `value`, `low` and `high` are in `unit` ("share" is 0 to 1). `low` and `high` bound the interval
    at `level`; both are None only for plain counts and totals, which have no sampling error.
    `n` is how many observations stand behind it; `method` names how it was made.
    `label` says in plain words what the number is.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    n: int
    method: str
    label: str
    level: float = 0.95


@dataclass(frozen=True)
class DataTable:
    """A small table for people: a caption, column headings, rows, and the unit of each column.

    Units are those of `Estimate` ("share", "seconds", "contacts", ...), or "" for words.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Scalar, ...], ...]
    units: tuple[str, ...]


@dataclass(frozen=True)
class Chart:
    """A Vega-Lite specification with its data inside, and the words for those who cannot see it."""

    title: str
    alt: str
    spec: Mapping[str, Any]
    table: DataTable


@dataclass(frozen=True)
class Cost:
    """What the finding costs per week. None where the record cannot tell; nothing is invented."""

    contacts: Estimate | None = None
    hours: Estimate | None = None
    money: Estimate | None = None
    basis: str = ""


@dataclass(frozen=True)
class Finding:
    """The answer of one check to its question."""

    code: str
    name: str
    question: str
    verdict: Verdict
    headline: str
    estimates: tuple[Estimate, ...] = ()
    tables: tuple[DataTable, ...] = ()
    charts: tuple[Chart, ...] = ()
    cost: Cost = field(default_factory=Cost)
    remedy: str = ""
    needs: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    method: str = ""

    def estimate(self, name: str) -> Estimate:
        """The estimate of that name; LookupError when the finding has none."""
        for estimate in self.estimates:
            if estimate.name == name:
                return estimate
        raise LookupError(f"{self.code} has no estimate named {name}")
