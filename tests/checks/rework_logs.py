"""Records for D4 and R4: histories of contacts, two real logs read straight from their files, planted truths."""

import csv
import gzip
import io
import os
import xml.etree.ElementTree as ET
import zipfile
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from headwater.record.record import Record
from headwater.record.schema import schema_of
from headwater.record.tables import TABLES
from headwater.testing import record_of

START = datetime(2024, 1, 1, tzinfo=UTC)
_BESIDE = Path(__file__).resolve().parents[3] / "shared"
STATES = {"New": "open", "Active": "open", "Awaiting User Info": "waiting_customer", "Resolved": "resolved",
          "Closed": "closed", "-100": None}  # fmt: skip
KINDS = {
    "Take in charge ticket": "assigned",
    "Wait": "waiting",
    "Resolve ticket": "resolved",
    "Closed": "closed",
}

Row = dict[str, Any]


def shared(path: str) -> Path:
    found = Path(os.environ.get("HEADWATER_SHARED", _BESIDE)) / path
    if not found.exists():
        pytest.skip(f"needs {path} of the shared folder (HEADWATER_SHARED)")
    return found


def record_with(**tables: list[Row]) -> Record:
    """Like `record_of`, for many rows that are complete and typed."""
    made = record_of()
    for name, rows in tables.items():
        schema = schema_of(TABLES[name]).to_pyarrow()
        filled = [{column.name: row.get(column.name) for column in TABLES[name].columns} for row in rows]
        made.con.insert(name, pa.Table.from_pylist(filled, schema=schema))
    return made


def incidents() -> dict[str, list[dict[str, str]]]:
    """The ServiceNow log as rows by incident, in the order of the file."""
    packed = zipfile.ZipFile(shared("data/ops/uci_incident/incident_event_log_venu.zip"))
    with io.TextIOWrapper(packed.open("incident_event_log.csv"), encoding="utf-8") as lines:
        by_incident: dict[str, list[dict[str, str]]] = {}
        for row in csv.DictReader(lines):
            by_incident.setdefault(row["number"], []).append(row)
        return by_incident


def uci_incident(log: dict[str, list[dict[str, str]]]) -> Record:
    """The log as a record: a state for every change of it, a touch for every stretch of team and agent."""
    contacts, events, touches = [], [], []
    for number, rows in log.items():
        contacts.append(
            {"contact_id": number, "opened_at": _time(rows[0]["opened_at"]), "status": "closed", "source": "test",
             "closed_at": _time(rows[-1]["closed_at"]),
             "recorded_reopens": max(int(row["reopen_count"]) for row in rows),
             "recorded_handoffs": max(int(row["reassignment_count"]) for row in rows)}
        )  # fmt: skip
        events += _changes(number, rows)
        touches += _stretches(number, rows)
    return record_with(contacts=contacts, events=events, touches=touches)


def _changes(number: str, rows: list[dict[str, str]]) -> list[Row]:
    known = [(n, row, STATES.get(row["incident_state"], "waiting_other")) for n, row in enumerate(rows)]
    known = [each for each in known if each[2]]
    first = [(known[0], "opened")] if known[0][2] == "open" else [(known[0], "status_changed")]
    later = [(new, "status_changed") for old, new in pairwise(known) if old[2] != new[2]]
    return [
        {"contact_id": number, "event_id": f"{number}/{n:06d}", "at": _time(row["sys_updated_at"]), "kind": kind,
         "to_value": state}
        for (n, row, state), kind in first + later
    ]  # fmt: skip


def _stretches(number: str, rows: list[dict[str, str]]) -> list[Row]:
    numbered = groupby(
        enumerate(rows), key=lambda each: (each[1]["assignment_group"], each[1]["assigned_to"])
    )
    starts = [(team, agent, *next(stretch)) for (team, agent), stretch in numbered]
    return [
        {"contact_id": number, "touch_id": f"{number}/{n:06d}", "started_at": _time(row["sys_updated_at"]),
         "team": None if team == "?" else team, "agent_id": None if agent == "?" else agent}
        for team, agent, n, row in starts
    ]  # fmt: skip


def helpdesk_italian() -> Record:
    """The event log as a record: kinds of events by name, a contact lasts from its first event."""
    with gzip.open(shared("data/ops/helpdesk_italian/helpdesk_pm4py.xes.gz")) as file:
        traces = [node for node in ET.parse(file).getroot() if node.tag.endswith("trace")]
    contacts, events = [], []
    for number, trace in enumerate(traces):
        log = [
            {part.get("key"): part.get("value") for part in node}
            for node in trace
            if node.tag.endswith("event")
        ]
        times = [datetime.fromisoformat(str(event["time:timestamp"])) for event in log]
        kinds = [KINDS.get(str(event["concept:name"]), "activity") for event in log]
        closed = [at for at, kind in zip(times, kinds, strict=True) if kind == "closed"]
        contacts.append(
            {"contact_id": str(number), "opened_at": min(times), "status": "closed", "source": "test",
             "closed_at": max(closed, default=None)}
        )  # fmt: skip
        events += [
            {"contact_id": str(number), "event_id": f"{number}/{n:04d}", "at": at, "kind": kind,
             "actor_id": event["org:resource"]}
            for n, (at, kind, event) in enumerate(zip(times, kinds, log, strict=True))
        ]  # fmt: skip
    return record_with(contacts=contacts, events=events)


def planted(
    seed: int, agents: int, contacts: int, tau: float, *, rate: float = 0.2, topics: int = 4
) -> Record:
    """A phone log in which one customer each comes back within a day with the chance of the agent who helped.

    Chances vary by tau between agents and by topic; each agent takes about as many contacts, of all topics.
    """
    random = np.random.default_rng(seed)
    easier = random.normal(0, 0.05, topics)
    own = random.normal(0, tau, agents)
    rows, touches = [], []
    for number in range(agents * contacts):
        agent, topic = int(random.integers(agents)), int(random.integers(topics))
        opened = START + timedelta(days=float(random.uniform(0, 60)))
        back = random.uniform() < np.clip(rate + easier[topic] + own[agent], 0, 1)
        # Who answers the second call is chance, so nobody's own calls are followed by more of them.
        calls = [(opened, agent), (opened + timedelta(hours=20), int(random.integers(agents)))][: 1 + back]
        for place, (at, who) in enumerate(calls):
            name = f"{number}-{place}"
            closed = at + timedelta(minutes=5)
            rows.append(
                {"contact_id": name, "opened_at": at, "closed_at": closed, "status": "closed", "source": "test",
                 "customer_id": f"c{number}", "topic": f"topic {topic}", "channel": "phone"}
            )  # fmt: skip
            touch = {"touch_id": name, "contact_id": name, "agent_id": f"person-{who}", "started_at": at}
            touches.append(touch)
    return record_with(contacts=rows, touches=touches)


def _time(text: str) -> datetime:
    return datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=UTC)
