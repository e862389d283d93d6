"""The bank's phone log in months we do not have: slipped rows, midnight, impossible times, and names."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from bank_month import CUSTOMER, HEADER, SLIPPED, STAFF, Row, call, month, slipped, without
from loading import Loaded, load_text

from headwater.assess import assess
from headwater.settings import resolve

USUAL = [call(number) for number in range(60)]


def loaded_month(folder: Path, *rows: Row) -> Loaded:
    return load_text(folder, month([*USUAL, *rows]), "april.txt")


def everything_told(folder: Path, got: Loaded) -> str:
    """All that the record, the list of rejected rows and the messages hold."""
    tables = [str(got.rows(name, key)) for name, key in (("contacts", "contact_id"), ("touches", "touch_id"))]
    return " ".join([*tables, (folder / "rejected.csv").read_text("utf-8"), str(got.loads)])


@pytest.mark.parametrize("slip", [without, slipped])
def test_no_name_of_a_slipped_row_is_told_anywhere(tmp_path: Path, slip: Callable[[Row, str], Row]) -> None:
    names = (SLIPPED, STAFF[0].title(), f" {STAFF[1]} ")
    rows = [
        slip(call(100 + n, server=name), column) for n, column in enumerate(HEADER[:-1]) for name in names
    ]
    got = loaded_month(tmp_path, *rows)
    told = everything_told(tmp_path, got).lower()
    assert [name for name in (*STAFF, SLIPPED) if name.lower() in told] == []
    assert got.load.rows_read == 60 + len(rows)


@pytest.mark.parametrize("column", ["customer_id", "ser_start", "ser_time"])
def test_a_name_that_stands_in_one_slipped_row_only_is_hidden_too(tmp_path: Path, column: str) -> None:
    got = loaded_month(tmp_path, slipped(call(100, server=SLIPPED), column))
    assert SLIPPED not in everything_told(tmp_path, got)


def test_a_slipped_row_of_another_width_is_kept_aside_and_still_tells_where_it_is(tmp_path: Path) -> None:
    got = loaded_month(tmp_path, without(call(100, customer_id=CUSTOMER), "q_time"))
    (row,) = got.rejected
    assert (row["line"], row["reason"]) == ("62", "wrong number of cells")
    assert row["row"].startswith("AA0505 | ")
    assert CUSTOMER not in row["row"]


def test_customer_numbers_of_rejected_rows_are_replaced(tmp_path: Path) -> None:
    got = loaded_month(tmp_path, call(100, customer_id=CUSTOMER, ser_time="-3"))
    assert CUSTOMER not in everything_told(tmp_path, got)
    assert "customer-" in got.rejected[0]["row"]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"q_time": "-7"}, "negative duration"),
        ({"ser_time": "-7", "ser_exit": "10:00:53"}, "negative duration"),
        ({"ser_time": "61200", "ser_exit": "3:01:00"}, "impossible duration"),
        ({"vru_entry": "10:61:00"}, "not a time"),
        ({"date": "990231"}, "not a time"),
    ],
)
def test_calls_with_impossible_times_are_kept_aside(
    tmp_path: Path, cells: dict[str, str], reason: str
) -> None:
    got = loaded_month(tmp_path, call(100, **cells))
    assert [(row["line"], row["reason"]) for row in got.rejected] == [("62", reason)]
    assert len(got.rows("contacts")) == 60


def touch_of(got: Loaded, call_id: str) -> dict[str, object]:
    return next(row for row in got.rows("touches", "touch_id") if row["contact_id"].endswith(call_id))


def test_a_service_over_midnight_ends_on_the_next_day(tmp_path: Path) -> None:
    row = call(100, vru_entry="23:50:00", ser_start="23:52:00", ser_exit="0:04:00", ser_time="720")
    touch = touch_of(loaded_month(tmp_path, row), "33100")
    assert (touch["ended_at"] - touch["started_at"]).total_seconds() == 720  # type: ignore[operator]


def test_a_service_that_begins_after_midnight_belongs_to_the_next_day(tmp_path: Path) -> None:
    row = call(
        100, date="990202", vru_entry="23:59:00", ser_start="0:01:00", ser_exit="0:04:00", ser_time="180"
    )
    touch = touch_of(loaded_month(tmp_path, row), "33100")
    assert str(touch["started_at"]) == "1999-02-02 22:01:00+00:00"  # 3 February 00:01 in Israel, UTC+2


def test_midnight_of_a_day_on_which_clocks_changed_is_no_hour_off(tmp_path: Path) -> None:
    """Israel put its clocks forward on Friday 2 April 1999 at 02:00; that night has passed by evening."""
    row = call(
        100, date="990402", vru_entry="23:59:00", ser_start="0:01:00", ser_exit="0:04:00", ser_time="180"
    )
    got = loaded_month(tmp_path, row)
    opened = next(c["opened_at"] for c in got.rows("contacts") if c["contact_id"].endswith("33100"))
    assert (touch_of(got, "33100")["started_at"] - opened).total_seconds() == 120


def test_a_call_without_service_times_starts_when_it_came(tmp_path: Path) -> None:
    row = call(100, ser_start="0:00:00", ser_exit="0:00:00", ser_time="0")
    touch = touch_of(loaded_month(tmp_path, row), "33100")
    assert (str(touch["started_at"]), touch["ended_at"]) == ("1999-04-01 08:00:00+00:00", None)


def test_nobody_is_no_customer_and_no_agent(tmp_path: Path) -> None:
    got = loaded_month(tmp_path, call(101, server="NO_SERVER"), call(103, "HANG"), call(105, "PHANTOM"))
    lone = [row for row in got.rows("contacts") if row["contact_id"][-5:] in ("33101", "33103", "33105")]
    assert [row["customer_id"] for row in lone] == [None] * 3
    assert sorted(row["status"] for row in lone) == ["abandoned", "closed", "void"]
    assert len(got.rows("agents", "agent_id")) == len(STAFF)


def test_no_name_is_in_any_file_of_an_assessment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [slipped(call(n, server=SLIPPED), column) for n, column in enumerate(HEADER[:-1], 100)]
    source = tmp_path / "april.txt"
    source.write_text(month([*USUAL, *rows]))
    result = assess((str(source),), resolve({"out": str(tmp_path / "out")}, {}, tmp_path), print)
    written = "".join(path.read_text("utf-8") for path in result.files.values()) + capsys.readouterr().out
    assert [name for name in (*STAFF, SLIPPED) if name in written] == []
    assert not re.search(r"\b270001\d\d\b", written), "the customers of the slipped rows"


def test_names_are_kept_when_the_user_asks_for_it(tmp_path: Path) -> None:
    got = load_text(tmp_path, month(USUAL), "april.txt", keep_names=True)
    assert set(got.column("agents", "agent_id", "agent_id")) == set(STAFF)
