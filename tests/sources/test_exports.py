"""Real exports, where they are at hand: what the loader makes of them."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from loading import Loaded, loaded

from headwater.errors import MappingError
from headwater.measures.rework import reopenings

pytestmark = pytest.mark.slow


def count(expr: Any) -> int:
    return int(expr.count().to_pyarrow().as_py())


def read_into(folder: Path, source: Path, **how: Any) -> Loaded:
    """The export loaded by a name of the test's own folder: nothing is written beside the data."""
    link = folder / source.name
    link.symlink_to(source)
    return loaded(link, **how)


@pytest.fixture(scope="module")
def incidents(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    source = shared / "data/ops/uci_incident/incident_event_log_venu.zip"
    return read_into(tmp_path_factory.mktemp("uci"), source)


def test_no_row_of_the_incident_log_is_lost(incidents: Loaded) -> None:
    assert (incidents.load.profile, incidents.load.rows_read, incidents.load.rejected) == (
        "servicenow",
        141_712,
        0,
    )


def test_every_incident_ends_closed_in_the_order_of_the_file(incidents: Loaded) -> None:
    """Times are to the minute and often tie: the order of rows decides which state was last."""
    contacts = incidents.store.record().table("contacts")
    assert (count(contacts), count(contacts.filter(contacts.status == "closed"))) == (24_918, 24_918)
    assert count(contacts.filter(contacts.closed_at.isnull())) == 0


def test_recorded_counters_of_incidents_are_their_last_values(incidents: Loaded) -> None:
    contacts = incidents.store.record().table("contacts")
    assert count(contacts.filter(contacts.recorded_reopens > 0)) == 275
    assert count(contacts.filter(contacts.recorded_handoffs > 0)) / 24_918 == pytest.approx(0.4563, abs=5e-5)


def test_incidents_reopened_by_history_are_those_of_the_file(incidents: Loaded) -> None:
    assert reopenings(incidents.store.record()).contact_id.nunique().to_pyarrow().as_py() == 273


def test_states_that_tie_in_time_keep_the_order_of_the_file(incidents: Loaded, shared: Path) -> None:
    """Each incident's changes of state, recomputed from the rows of the file one after the other."""
    words = {"New": "open", "Active": "open", "Resolved": "resolved", "Closed": "closed",
             "Awaiting User Info": "waiting_customer", "Awaiting Vendor": "waiting_other",
             "Awaiting Problem": "waiting_other", "Awaiting Evidence": "waiting_other"}  # fmt: skip
    expected: dict[str, list[str]] = {}
    for row in rows_of_zip(shared / "data/ops/uci_incident/incident_event_log_venu.zip"):
        states = expected.setdefault(row["number"], [])
        state = words.get(row["incident_state"])
        if state and (not states or states[-1] != state):
            states.append(state)
    events = incidents.store.record().table("events")
    ordered = events.filter(events.kind == "status_changed").order_by(["contact_id", "at", "event_id"])
    found: dict[str, list[str]] = {}
    for row in ordered.select("contact_id", "to_value").to_pyarrow().to_pylist():
        found.setdefault(row["contact_id"], []).append(row["to_value"])
    assert found == expected


def rows_of_zip(path: Path) -> csv.DictReader[str]:
    with zipfile.ZipFile(path) as archive:
        text = archive.read(archive.namelist()[0]).decode()
    return csv.DictReader(io.StringIO(text, newline=""))


@pytest.fixture(scope="module")
def helpdesk(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    return read_into(
        tmp_path_factory.mktemp("xes"), shared / "data/ops/helpdesk_italian/helpdesk_pm4py.xes.gz"
    )


def test_events_that_are_written_twice_are_two_events(helpdesk: Loaded) -> None:
    """21,348 events as published, 254 of them exact copies of another row."""
    assert (helpdesk.load.profile, helpdesk.load.rows_read, helpdesk.load.rejected) == (
        "event-log",
        21_348,
        0,
    )
    assert count(helpdesk.store.record().table("events")) == 21_348


def test_cases_of_the_helpdesk_last_as_long_as_published(helpdesk: Loaded) -> None:
    events = helpdesk.store.record().table("events")
    cases = events.group_by("contact_id").agg(days=(events["at"].max() - events["at"].min()).cast("int64"))
    spans = events.group_by("contact_id").agg(
        first=events["at"].min().epoch_seconds(), last=events["at"].max().epoch_seconds()
    )
    assert count(cases) == 4_580
    assert (spans.last - spans.first).mean().to_pyarrow().as_py() / 86_400 == pytest.approx(40.86, abs=0.005)


def test_most_cases_of_the_helpdesk_end_closed(helpdesk: Loaded, shared: Path) -> None:
    """4,557 end in the activity Closed; the log's rare machine states INVALID and so on close a case too."""
    endings = Counter(
        dict(activities_of(shared / "data/ops/helpdesk_italian/helpdesk_pm4py.xes.gz")).values()
    )
    assert endings["Closed"] == 4_557
    contacts = helpdesk.store.record().table("contacts")
    closing = sum(endings[activity] for activity in ("Closed", "INVALID", "DUPLICATE", "VERIFIED"))
    assert count(contacts.filter(contacts.status == "closed")) == closing


def activities_of(path: Path) -> Iterator[tuple[str, str]]:
    """Case and activity of each event, by a reader that knows nothing of Headwater's."""
    case, depth = "", 0
    for _, element in ElementTree.iterparse(io.BytesIO(gzip.decompress(path.read_bytes())), ("start",)):
        depth = {"trace": 1, "event": 2}.get(element.tag.rpartition("}")[2], depth)
        if element.get("key") == "concept:name" and depth == 1:
            case, depth = element.get("value", ""), 0
        elif element.get("key") == "concept:name" and depth == 2:
            yield case, element.get("value", "")


def test_loading_the_same_log_anew_gives_the_same_record(shared: Path, tmp_path: Path) -> None:
    source = shared / "data/ops/helpdesk_italian/helpdesk_pm4py.xes.gz"
    (tmp_path / "again").mkdir()
    first, again = (read_into(folder, source, keep_names=True) for folder in (tmp_path, tmp_path / "again"))
    for table, key in (("contacts", "contact_id"), ("events", "event_id"), ("touches", "touch_id")):
        assert first.rows(table, key) == again.rows(table, key)


def test_the_reduced_log_of_the_helpdesk_is_another_population(shared: Path, tmp_path: Path) -> None:
    got = read_into(tmp_path, shared / "data/ops/helpdesk_italian/helpdesk_verenich.csv")
    assert (got.load.rows_read, count(got.store.record().table("contacts"))) == (13_710, 3_804)


BANK = {
    "february": (33_344, {"AGENT": 27_162, "HANG": 5_904, "PHANTOM": 278}, 24, 16),
    "january": (31_599, {"AGENT": 27_060, "HANG": 4_299, "PHANTOM": 240}, 28, 21),
}


@pytest.fixture(scope="module", params=list(BANK))
def bank(
    request: pytest.FixtureRequest, shared: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path, Loaded]:
    folder = tmp_path_factory.mktemp(request.param)
    source = shared / f"data/ops/anonymous_bank/{request.param}.txt"
    return request.param, source, read_into(folder, source)


def test_calls_of_the_bank_keep_their_outcomes(bank: tuple[str, Path, Loaded]) -> None:
    month, _, got = bank
    rows, outcomes, servers, _ = BANK[month]
    found = Counter(got.column("contacts", "status"))
    assert (got.load.rows_read, got.load.rejected) == (rows, 0)
    assert found == {"closed": outcomes["AGENT"], "abandoned": outcomes["HANG"], "void": outcomes["PHANTOM"]}
    assert len(got.rows("agents", "agent_id")) == servers


def test_services_of_the_bank_over_midnight_have_their_length(bank: tuple[str, Path, Loaded]) -> None:
    """Against the file's own seconds: start and end agree with them within 2 s, also over midnight."""
    month, _, got = bank
    touches = got.store.record().table("touches")
    timed = touches.filter(touches.ended_at.notnull() & (touches.handle_seconds > 0))
    length = timed.ended_at.epoch_seconds() - timed.started_at.epoch_seconds()
    assert count(timed.filter(length < 0)) == 0
    assert count(timed.filter((length - timed.handle_seconds).abs() > 2)) == 0
    start, end = (timed[name].epoch_seconds() + 7_200 for name in ("started_at", "ended_at"))
    crossing = timed.filter((start / 86_400).floor() != (end / 86_400).floor())
    assert count(crossing) == BANK[month][3]


def test_times_of_the_bank_lie_in_its_month(bank: tuple[str, Path, Loaded]) -> None:
    month, _, got = bank
    number = {"january": 1, "february": 2}[month]
    record = got.store.record()
    first, last = datetime(1999, number, 1, tzinfo=UTC), datetime(1999, number + 1, 1, tzinfo=UTC)
    for table, column in (("contacts", "opened_at"), ("touches", "started_at"), ("touches", "ended_at")):
        times = record.table(table)[column]
        row = times.as_table().aggregate(low=times.min(), high=times.max()).to_pyarrow().to_pylist()[0]
        assert (first - row["low"]).total_seconds() <= 2 * 3600
        assert row["high"] < last


def test_a_nobody_of_the_bank_is_no_customer(bank: tuple[str, Path, Loaded]) -> None:
    month, _, got = bank
    unknown = sum(who is None for who in got.column("contacts", "customer_id"))
    assert unknown / BANK[month][0] == pytest.approx({"january": 0.575, "february": 0.587}[month], abs=5e-4)


def test_no_name_of_the_banks_staff_is_anywhere(
    bank: tuple[str, Path, Loaded], capfd: pytest.CaptureFixture[str]
) -> None:
    _, source, got = bank
    names = {line.split("\t")[16] for line in source.read_text("ascii").splitlines()[1:]} - {"NO_SERVER"}
    cells = {
        str(cell)
        for table in ("contacts", "touches", "agents")
        for row in got.store.record().table(table).to_pyarrow().to_pylist()
        for cell in row.values()
    }
    assert len(names & cells) == 0
    told = f"{got.load} {got.rejected} {capfd.readouterr()}"
    assert sum(name in told for name in names) == 0


def test_complaints_in_western_text_are_read_without_a_mapping(shared: Path, tmp_path: Path) -> None:
    got = read_into(tmp_path, shared / "data/ops/bpic2016/BPI2016_Complaints.csv")
    contacts = got.store.record().table("contacts")
    assert (got.load.rows_read, count(contacts), contacts.customer_id.nunique().to_pyarrow().as_py()) == (
        289,
        289,
        226,
    )
    assert {
        str(at.date())
        for at in (min(got.column("contacts", "opened_at")), max(got.column("contacts", "opened_at")))
    } == {
        "2015-07-03",
        "2016-02-28",
    }


def test_counts_per_slot_of_time_are_told_from_contacts(shared: Path, tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="counts per slot of time"):
        read_into(tmp_path, shared / "data/ops/bank_calls/bank_calls.csv")
