"""A log of incidents as ServiceNow exports it, made by chance: one row for each update of an incident."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from numpy.random import Generator
from pyarrow import csv

Array = npt.NDArray[Any]

SEED = 2
ROWS_PER_INCIDENT = 5.6
FIRST = np.datetime64("2025-03-01T00:00", "m")
DAYS = 300
STATES = np.array(["New", "Active", "Awaiting User Info", "Awaiting Vendor", "Resolved", "Closed"])
CHANNELS = np.array(["Phone", "Email", "Self service"])
#: Columns that no profile reads but that such an export carries, and how many different values each holds.
IDLE = {"location": 200, "opened_by": 200, "sys_created_by": 180, "sys_updated_by": 800, "u_symptom": 500,
        "cmdb_ci": 50, "impact": 3, "urgency": 3, "problem_id": 250, "rfc": 180, "vendor": 5, "caused_by": 4,
        "closed_code": 18, "resolved_by": 220, "notify": 2, "knowledge": 2, "made_sla": 2, "active": 2}  # fmt: skip


def incident_log(incidents: int) -> pa.Table:
    """The log of that many incidents; the same number always gives the same log."""
    rng = np.random.default_rng(SEED)
    updates = 2 + rng.poisson(ROWS_PER_INCIDENT - 2, incidents)
    incident = np.repeat(np.arange(incidents), updates)
    first = np.cumsum(updates) - updates
    step = np.arange(len(incident)) - first[incident]
    last = step == updates[incident] - 1
    opened = np.sort(rng.integers(0, DAYS * 1440, incidents))
    at = _moments(rng, opened, incident, step, first)
    closed = at[first + updates - 1]
    moved = (rng.random(len(incident)) < 0.12) & (step > 0)
    columns = {
        "number": _named("INC", incident),
        "incident_state": _states(rng, step, last),
        "sys_updated_at": _written(at),
        "opened_at": _written(opened)[incident],
        "closed_at": _written(closed)[incident],
        "reassignment_count": _counted(moved, first, incident).astype(str),
        "reopen_count": np.where(rng.random(incidents) < 0.01, "1", "0")[incident],
        "caller_id": _named("Caller ", rng.zipf(1.6, incidents) % 5000)[incident],
        "contact_type": CHANNELS[rng.integers(0, 3, incidents)][incident],
        "category": _named("Category ", rng.integers(0, 58, incidents))[incident],
        "subcategory": _named("Subcategory ", rng.integers(0, 255, incidents))[incident],
        "priority": _named("P", rng.integers(1, 5, incidents))[incident],
        "assignment_group": _named("Group ", (incident + _counted(moved, first, incident) * 17) % 70),
        "assigned_to": _named("Resolver ", (incident * 7 + _counted(moved, first, incident) * 31) % 230),
    }
    idle = {name: _named(f"{name} ", rng.integers(0, many, len(incident))) for name, many in IDLE.items()}
    return pa.table({name: pa.array(cells) for name, cells in (columns | idle).items()})


def write_log(path: Path, incidents: int) -> int:
    """Write the log as CSV; the number of its rows."""
    log = incident_log(incidents)
    csv.write_csv(log, path)
    return int(log.num_rows)


def _moments(rng: Generator, opened: Array, incident: Array, step: Array, first: Array) -> Array:
    """Minutes since the beginning: the first update at the opening, then after chance times."""
    waits = np.where(step == 0, 0, rng.exponential(900, len(incident)))
    total = np.cumsum(waits)
    since_first: Array = (total - total[first][incident]).astype(np.int64)
    return opened[incident] + since_first


def _states(rng: Generator, step: Array, last: Array) -> Array:
    middle = rng.choice(5, len(step), p=[0.1, 0.55, 0.17, 0.05, 0.13])
    return STATES[np.where(last, 5, np.where(step == 0, 0, middle))]


def _counted(happened: Array, first: Array, incident: Array) -> Array:
    """How often it has happened to the incident so far."""
    total: Array = np.cumsum(happened)
    before: Array = total[first]
    return total - before[incident]


def _named(what: str, numbers: Array) -> Array:
    return np.char.add(what, numbers.astype(str))


def _written(minutes: Array) -> Array:
    """Minutes since the beginning as 29/02/2024 13:45."""
    text = np.datetime_as_string(FIRST + minutes.astype("timedelta64[m]"), unit="m")
    parts = [
        np.array([line[start:end] for line in text]) for start, end in ((8, 10), (5, 7), (0, 4), (11, 16))
    ]
    day, month, year, clock = parts
    return np.char.add(
        np.char.add(np.char.add(day, "/"), np.char.add(month, "/")),
        np.char.add(np.char.add(year, " "), clock),
    )


if __name__ == "__main__":
    print(write_log(Path(sys.argv[1]), int(sys.argv[2])))
