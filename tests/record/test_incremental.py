"""Loading again, loading more, loading otherwise."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from records import HEADER, PLACES, TOUCHES, contents, export, load, loads_of, touch

from headwater.measures.rework import reopenings
from headwater.record.store import open_store


@pytest.fixture(params=list(PLACES))
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    at: str = PLACES[request.param](tmp_path)
    return at


def test_the_same_export_twice_changes_nothing(place: str, tmp_path: Path) -> None:
    file = export(tmp_path, range(40))
    load(place, file)
    before = contents(place), loads_of(place)
    assert load(place, file) == ()
    assert (contents(place), loads_of(place)) == before


def test_the_same_export_named_twice_at_once_is_loaded_once(place: str, tmp_path: Path) -> None:
    file = export(tmp_path, range(5))
    assert len(load(place, file, file)) == 1


def test_the_same_rows_in_another_file_change_nothing_that_happened(place: str, tmp_path: Path) -> None:
    load(place, export(tmp_path, range(40)))
    before = contents(place)
    other = tmp_path / "again.csv"
    other.write_text(HEADER + "".join(reversed([touch(number) for number in range(40)])))
    assert len(load(place, other)) == 1
    assert contents(place) == before


def test_overlapping_exports_of_touches_give_what_one_export_gives(place: str, tmp_path: Path) -> None:
    load(place, export(tmp_path, range(30), "first.csv"), keep_names=True)
    load(place, export(tmp_path, range(20, 60), "second.csv"), keep_names=True)
    (tmp_path / "other").mkdir()
    at_once = PLACES["duckdb"](tmp_path / "other")
    load(at_once, export(tmp_path, range(60), "all.csv"), keep_names=True)
    assert contents(place) == contents(at_once)


def test_all_files_are_loaded_or_none(place: str, tmp_path: Path) -> None:
    load(place, export(tmp_path, range(3)))
    before = contents(place)
    bad = tmp_path / "bad.csv"
    bad.write_text('id,start\n"open')
    with pytest.raises(ValueError, match="a quote is opened"):
        load(place, export(tmp_path, range(9), "more.csv"), bad)
    assert contents(place) == before


def test_a_file_read_another_way_replaces_what_it_brought(place: str, tmp_path: Path) -> None:
    """A wrong time zone, mended: no touch may stay at the wrong hour beside the right one."""
    file = export(tmp_path, range(10))
    load(place, file, keep_names=True)
    load(place, file, timezone="Asia/Tokyo", keep_names=True)
    (tmp_path / "other").mkdir()
    right = PLACES["duckdb"](tmp_path / "other")
    load(right, file, timezone="Asia/Tokyo", keep_names=True)
    assert contents(place)["touches"] == contents(right)["touches"]
    assert contents(place)["contacts"] == contents(right)["contacts"]
    assert [told.timezone for told in loads_of(place)] == ["Asia/Tokyo"]


def test_a_column_taken_out_of_the_mapping_is_out_of_the_record(place: str, tmp_path: Path) -> None:
    file = export(tmp_path, range(10))
    load(place, file)
    columns = {name: column for name, column in TOUCHES["columns"].items() if name != "topic"}  # type: ignore[attr-defined]
    load(place, file, mapping=TOUCHES | {"columns": columns})
    with closing(open_store(place)) as store:
        assert store.record().filled["contacts.topic"] == 0
        assert store.record().filled["touches"] == 10


def test_one_file_can_tell_of_contacts_and_of_ratings(place: str, tmp_path: Path) -> None:
    file = tmp_path / "both.csv"
    file.write_text("id,opened,score\n1,2024-03-01,4\n2,2024-03-02,5\n")
    load(place, file, mapping={"rows": "contact", "columns": {"contact_id": "id", "opened_at": "opened"}})
    rating = {"contact_id": "id", "asked_at": "opened", "score": "score"}
    load(place, file, mapping={"rows": "rating", "columns": rating})
    assert (len(contents(place)["contacts"]), len(contents(place)["ratings"])) == (2, 2)


def test_what_a_later_export_does_not_know_stays_known(place: str, tmp_path: Path) -> None:
    load(place, export(tmp_path, range(1)))
    late = tmp_path / "late.csv"
    late.write_text("id,opened\nC0,2024-03-05\n")
    load(place, late, mapping={"rows": "contact", "columns": {"contact_id": "id", "opened_at": "opened"}})
    with closing(open_store(place)) as store:
        (contact,) = store.record().table("contacts").to_pyarrow().to_pylist()
    assert (contact["topic"], contact["status"], str(contact["opened_at"].date())) == (
        "topic 0",
        "resolved",
        "2024-03-01",
    )
    assert contact["closed_at"] is not None


STATES: dict[str, Any] = {
    "rows": "state",
    "columns": {"contact_id": "id", "at": "at", "status": "status", "team": "team"},
    "status": {"open": ["Active"], "resolved": ["Resolved"], "closed": ["Closed"]},
}


def states(numbers: range) -> list[str]:
    """Contacts that go Active, Resolved, some of them Active again and Closed, in the order of time."""
    ways = ("Active A", "Active B", "Resolved B", "Active A", "Resolved A", "Closed A")
    rows = []
    for step, way in enumerate(ways):
        status, team = way.split()
        rows += [
            f"C{n},2024-03-{1 + step:02d} {n % 24:02d}:00,{status},{team}\n"
            for n in numbers
            if n % 3 or step not in (3, 4)
        ]
    return rows


def log(folder: Path, rows: list[str], name: str) -> Path:
    path = folder / name
    path.write_text("id,at,status,team\n" + "".join(rows))
    return path


@pytest.mark.parametrize("cut", [37, 60, 111])
def test_half_a_log_and_then_all_of_it_is_the_log(tmp_path: Path, cut: int) -> None:
    rows = states(range(24))
    grown, at_once = f"duckdb://{tmp_path}/grown.duckdb", f"duckdb://{tmp_path}/once.duckdb"
    load(grown, log(tmp_path, rows[:cut], "half.csv"), mapping=STATES)
    load(grown, log(tmp_path, rows, "all.csv"), mapping=STATES)
    load(at_once, tmp_path / "all.csv", mapping=STATES)
    assert contents(grown) == contents(at_once)
    with closing(open_store(grown)) as store:
        assert reopenings(store.record()).count().to_pyarrow().as_py() == 16
