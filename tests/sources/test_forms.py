"""Workbooks, JSON lines, Parquet, XES: the same contacts, whatever holds them."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from loading import TICKETS, load_text, loaded, written
from workbook import workbook

from headwater.errors import SourceError

HEADER = ["Ticket ID", "Created at", "Solved at", "Requester", "Status", "Assignee"]
CONTACT = 'rows = "contact"\n[columns]\ncontact_id = "id"\n'
CREATED, SOLVED = datetime(2024, 3, 1, 9, 0), datetime(2024, 3, 1, 10, 30, 15)
ROWS: list[list[Any]] = [
    HEADER,
    [101, CREATED, SOLVED, "c1@example.org", "Solved", "Ada Quill"],
    [102, CREATED, None, "c2@example.org", "Open", "Bo Marsh"],
]


def utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)


def test_a_workbook_gives_its_dates_and_numbers_as_they_are_meant(tmp_path: Path) -> None:
    got = loaded(workbook(tmp_path / "export.xlsx", ROWS))
    assert got.column("contacts", "contact_id") == ["101", "102"]
    assert got.column("contacts", "opened_at") == [utc(CREATED)] * 2
    assert got.column("contacts", "closed_at") == [utc(SOLVED), None]


def test_rows_of_a_workbook_are_told_by_their_number_in_the_sheet(tmp_path: Path) -> None:
    rows = [*ROWS, [], [None, CREATED, None, None, "Open", None]]
    got = loaded(workbook(tmp_path / "export.xlsx", rows, first_row=4))
    assert [(row["line"], row["reason"]) for row in got.rejected] == [("8", "no contact id")]
    assert got.load.rows_read == 3


def test_the_first_sheet_with_a_table_is_read(tmp_path: Path) -> None:
    assert loaded(workbook(tmp_path / "export.xlsx", [["About"]], ROWS)).load.rows_read == 2


def test_a_workbook_is_known_by_what_it_is_and_not_by_its_name(tmp_path: Path) -> None:
    assert loaded(workbook(tmp_path / "export.csv", ROWS)).load.rows_read == 2


def test_a_broken_workbook_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "export.xlsx", ROWS)
    path.write_bytes(path.read_bytes().replace(b"<sheetData>", b"<sheetDat\0>"))
    with pytest.raises(SourceError, match=r"export\.xlsx is"):
        loaded(path)


TICKET = {
    "id": 7,
    "created_at": "2024-03-01T09:00:00Z",
    "requester": {"id": 12, "name": "Cy Vole"},
    "tags": ["a", "b"],
}


def test_nested_objects_become_dotted_columns(tmp_path: Path) -> None:
    toml = CONTACT + 'opened_at = "created_at"\ncustomer_id = "requester.id"\ntopic = "tags"'
    got = load_text(tmp_path, json.dumps(TICKET) + "\n", "export.jsonl", toml=toml, keep_names=True)
    assert (got.column("contacts", "customer_id"), got.column("contacts", "topic")) == (
        ["12"],
        ['["a", "b"]'],
    )


def test_a_broken_line_is_kept_aside_without_the_names_in_it(tmp_path: Path) -> None:
    lines = [json.dumps(TICKET | {"id": n, "assignee": "Ada Quill"}) for n in range(4)]
    lines[2] = lines[2].replace('"id": 2,', '"id": 2')
    got = load_text(tmp_path, "\n".join(lines) + "\n", "export.jsonl")
    assert [(row["line"], row["reason"]) for row in got.rejected] == [("3", "not JSON")]
    assert not {"Quill", "Vole"} & set(got.rejected[0]["row"].replace("|", " ").split())
    assert "created_at | 2024-03-01T09:00:00Z" in got.rejected[0]["row"]


def test_a_half_written_last_line_is_refused(tmp_path: Path) -> None:
    text = json.dumps(TICKET) + "\n" + json.dumps(TICKET)[:40]
    with pytest.raises(SourceError, match="line 2: the file stops in the middle of its last row"):
        load_text(tmp_path, text, "export.jsonl")


@pytest.mark.parametrize("start", ["", " \n", "\ufeff"])
def test_an_array_of_objects_is_read_too(tmp_path: Path, start: str) -> None:
    text = start + json.dumps([TICKET, TICKET | {"id": 8}], indent=1)
    assert load_text(tmp_path, text, "export.json").load.rows_read == 2


def test_an_array_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="not whole JSON"):
        load_text(tmp_path, json.dumps([TICKET, TICKET])[:-5], "export.json")


@pytest.mark.parametrize(
    "odd", [{"": 1}, {"ID": 1}, {"__line": 9}, {"a\0b": 1}, {"x": "\ud800"}, {"x": "a\0b"}]
)
def test_keys_and_values_that_no_table_could_hold_do_no_harm(tmp_path: Path, odd: dict[str, Any]) -> None:
    got = load_text(
        tmp_path, "".join(json.dumps(TICKET | {"id": n} | odd) + "\n" for n in (7, 8)), "export.jsonl"
    )
    assert (got.column("contacts", "contact_id"), got.load.rejected) == (["7", "8"], 0)


def test_columns_that_appear_late_are_columns_of_all_rows(tmp_path: Path) -> None:
    lines = [
        json.dumps({"id": n, "created_at": "2024-03-01"} | ({"priority": "high"} if n > 1 else {}))
        for n in range(3)
    ]
    got = load_text(tmp_path, "\n".join(lines), "export.jsonl")
    assert got.column("contacts", "priority") == [None, None, "high"]


def parquet(folder: Path, **columns: Any) -> Path:
    pq.write_table(pa.table(columns), folder / "export.parquet")
    return folder / "export.parquet"


def test_native_times_without_a_zone_are_wall_clocks_of_the_zone_that_is_told(tmp_path: Path) -> None:
    path = parquet(tmp_path, **{"Ticket ID": [1], "Created at": pa.array([CREATED], pa.timestamp("us"))})
    got = loaded(path, timezone="America/New_York")
    assert got.column("contacts", "opened_at") == [utc(CREATED + timedelta(hours=5))]
    assert any("no time zone" in line for line in loaded(path).load.assumed)


def test_native_times_with_a_zone_are_moments_already(tmp_path: Path) -> None:
    at = CREATED.replace(tzinfo=timezone(timedelta(hours=2)))
    path = parquet(
        tmp_path, **{"Ticket ID": [1], "Created at": pa.array([at], pa.timestamp("ms", "Europe/Rome"))}
    )
    got = loaded(path, timezone="America/New_York")
    assert got.column("contacts", "opened_at") == [at]
    assert not any("time zone" in line for line in got.load.assumed)


def test_numbers_of_parquet_are_the_same_ids_as_in_a_csv(tmp_path: Path) -> None:
    """Analysis tools write a column of ids with holes as floating-point numbers."""
    path = parquet(
        tmp_path,
        **{
            "Ticket ID": [1, 2, 3],
            "Created at": [CREATED] * 3,
            "Customer ID": pa.array([7.0, None, float("nan")]),
        },
    )
    got = loaded(path, keep_names=True)
    assert got.column("contacts", "customer_id") == ["7", None, None]


def test_nobody_is_nobody_in_a_column_of_numbers_too(tmp_path: Path) -> None:
    path = parquet(tmp_path, id=[1, 2], opened=[CREATED] * 2, customer=[0, 5])
    toml = CONTACT + 'opened_at = "opened"\ncustomer_id = { column = "customer", missing = "0" }'
    assert loaded(path, toml=toml, keep_names=True).column("contacts", "customer_id") == [None, "5"]


def test_bad_rows_of_parquet_are_kept_aside_with_their_number(tmp_path: Path) -> None:
    path = parquet(tmp_path, id=["1", "2"], opened=pa.array([CREATED, None]), handle=[float("nan"), -5.0])
    toml = 'rows = "touch"\n[columns]\ncontact_id = "id"\nstarted_at = "opened"\nhandle_seconds = "handle"'
    got = loaded(path, toml=toml)
    assert [(row["line"], row["reason"]) for row in got.rejected] == [("2", "no time")]
    assert got.column("touches", "handle_seconds") == [None]


def test_a_truncated_parquet_is_refused(tmp_path: Path) -> None:
    path = parquet(tmp_path, id=[1])
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(SourceError, match="cannot be read as Parquet"):
        loaded(path)


XES = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0">
 <global scope="event"><string key="concept:name" value="?"/></global>
 <trace>
  <string key="concept:name" value="K1"/>
  <event>
   <string key="concept:name" value="Insert ticket"/><date key="time:timestamp" value="2024-03-01T09:00:00+01:00"/>
   <string key="org:resource" value="Ada Quill"><string key="nested" value="x"/></string>
  </event>
  <event>
   <string key="concept:name" value="Closed"/><date key="time:timestamp" value="2024-03-01T10:00:00+01:00"/>
  </event>
 </trace>
 <trace><string key="concept:name" value="K2"/>
  <event><string key="concept:name" value="Wait"/><date key="time:timestamp" value="yesterday"/></event>
 </trace>
</log>
"""


def test_an_event_log_gives_cases_events_and_states(tmp_path: Path) -> None:
    got = load_text(tmp_path, XES, "log.xes")
    assert (got.load.profile, got.load.rows_read) == ("event-log", 3)
    assert [(row["status"], row["closed_at"]) for row in got.rows("contacts")] == [
        ("closed", datetime(2024, 3, 1, 9, tzinfo=UTC))
    ]
    assert [(row["line"], row["reason"]) for row in got.rejected] == [("15", "not a time")]


def test_a_packed_event_log_that_stops_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="line 15: broken XML"):
        loaded(written(tmp_path, gzip.compress(XES[:-20].encode()), "log.xes.gz"))


def test_xml_that_is_no_event_log_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="XML, but not an XES"):
        loaded(written(tmp_path, "<rows><row/></rows>", "export.xml"))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_inside_quotes_do_not_move_the_lines_after_them(tmp_path: Path, end: str) -> None:
    text = (
        TICKETS.replace("Billing\nT2", '"Bill"\nT2').replace("Login", '"Log\n\nin ""now"""')
        + "T4,nonsense,,,,,\n"
    )
    got = load_text(tmp_path, text.replace("\n", end))
    assert [row["line"] for row in got.rejected] == ["7"]
    assert got.column("contacts", "topic")[1].split() == ["Log", "in", '"now"']


def test_old_macintosh_line_ends_are_line_ends(tmp_path: Path) -> None:
    got = load_text(tmp_path, TICKETS.replace("\n", "\r") + "T4,nonsense,,,,,\r")
    assert (got.load.rows_read, [row["line"] for row in got.rejected]) == (4, ["5"])


def test_columns_of_one_name_are_told_apart(tmp_path: Path) -> None:
    got = load_text(tmp_path, "Ticket ID,Created,Topic,TOPIC,,__line\n1,2024-03-01,a,b,c,d\n")
    assert got.column("contacts", "topic") == ["a"]
