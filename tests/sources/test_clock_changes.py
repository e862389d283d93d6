"""Wall-clock times in zones that change their clocks: elapsed time is computed on UTC, doubtful hours are told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loading import Loaded, load_text

from headwater.record.store import in_memory
from headwater.sources.engine import make_temp
from headwater.sources.values import moment

#: Zone, and in wall-clock time the night on which clocks go back: before, twice, after; seconds they go back.
BACK = [
    ("Europe/Rome", "2023-10-29 01:30", "2023-10-29 02:30", "2023-10-29 03:30", 3_600),
    ("America/New_York", "2023-11-05 00:30", "2023-11-05 01:30", "2023-11-05 02:30", 3_600),
    ("Asia/Jerusalem", "1999-09-03 00:30", "1999-09-03 01:30", "1999-09-03 02:30", 3_600),
    ("Australia/Lord_Howe", "2023-04-02 01:15", "2023-04-02 01:45", "2023-04-02 02:15", 1_800),
]
FORWARD = [
    ("Europe/Rome", "2023-03-26 01:30", "2023-03-26 02:30", "2023-03-26 03:30", 3_600),
    ("America/New_York", "2023-03-12 01:30", "2023-03-12 02:30", "2023-03-12 03:30", 3_600),
    ("Asia/Jerusalem", "1999-04-02 01:30", "1999-04-02 02:30", "1999-04-02 03:30", 3_600),
    ("Australia/Lord_Howe", "2023-10-01 01:45", "2023-10-01 02:15", "2023-10-01 02:45", 1_800),
]


def touches(folder: Path, zone: str, *spans: tuple[str, str]) -> Loaded:
    rows = "".join(f"{n},{start},{end}\n" for n, (start, end) in enumerate(spans))
    toml = f'rows = "touch"\ntimezone = "{zone}"\n[columns]\ncontact_id = "id"\nstarted_at = "from"\nended_at = "to"\n'
    return load_text(folder, "id,from,to\n" + rows, toml=toml)


def seconds(got: Loaded) -> list[float]:
    return [(row["ended_at"] - row["started_at"]).total_seconds() for row in got.rows("touches")]


def between(start: str, end: str) -> float:
    """Seconds that clocks on the wall seem to show."""
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()


@pytest.mark.parametrize(("zone", "before", "_twice", "after", "back"), BACK)
def test_a_night_on_which_clocks_go_back_is_longer(
    tmp_path: Path, zone: str, before: str, _twice: str, after: str, back: int
) -> None:
    assert seconds(touches(tmp_path, zone, (before, after))) == [between(before, after) + back]


@pytest.mark.parametrize(("zone", "before", "_never", "after", "forward"), FORWARD)
def test_a_night_on_which_clocks_go_forward_is_shorter(
    tmp_path: Path, zone: str, before: str, _never: str, after: str, forward: int
) -> None:
    assert seconds(touches(tmp_path, zone, (before, after))) == [between(before, after) - forward]


@pytest.mark.parametrize(("zone", "before", "twice", "after", "_back"), BACK)
def test_an_hour_that_comes_twice_is_told_with_the_number_of_times(
    tmp_path: Path, zone: str, before: str, twice: str, after: str, _back: int
) -> None:
    got = touches(tmp_path, zone, (before, after), (twice, after), (after, after))
    (told,) = got.load.warnings
    assert told.startswith("1 time lies in the hour that comes twice")
    assert zone in told


@pytest.mark.parametrize(("zone", "_before", "twice", "_after", "back"), BACK)
def test_a_start_in_the_hour_that_comes_twice_is_the_earlier_one_when_its_end_says_so(
    tmp_path: Path, zone: str, _before: str, twice: str, _after: str, back: int
) -> None:
    end = str(datetime.fromisoformat(twice) - timedelta(minutes=10))
    assert seconds(touches(tmp_path, zone, (twice, end))) == [back - 600]


@pytest.mark.parametrize(("zone", "before", "never", "after", "_forward"), FORWARD)
def test_only_times_that_clocks_skip_are_told_as_skipped(
    tmp_path: Path, zone: str, before: str, never: str, after: str, _forward: int
) -> None:
    assert touches(tmp_path, zone, (before, after), (after, after)).load.warnings == ()
    (told,) = touches(tmp_path, zone, (before, after), (never, after)).load.warnings
    assert told.startswith("1 time lies in the hour that clocks skip")


def test_times_with_an_offset_are_never_in_doubt(tmp_path: Path) -> None:
    got = touches(tmp_path, "Europe/Rome", ("2023-10-29T02:30:00+02:00", "2023-10-29T02:30:00+01:00"))
    assert (seconds(got), got.load.warnings) == ([3600.0], ())


def test_a_swapped_pair_outside_a_clock_change_is_kept_aside(tmp_path: Path) -> None:
    got = touches(tmp_path, "Europe/Rome", ("2023-10-28 02:30", "2023-10-28 02:20"))
    assert [row["reason"] for row in got.rejected] == ["end before start"]


def test_a_date_without_a_clock_time_is_midnight_in_its_zone(tmp_path: Path) -> None:
    got = touches(tmp_path, "America/New_York", ("2023-07-01", "2023-07-02"))
    assert got.column("touches", "started_at") == [datetime(2023, 7, 1, 4, tzinfo=UTC)]


@pytest.mark.parametrize("cell", ["2023-07-01", "01-07-2023", "2023-07-01 10:00", "1/7/2023 10:00"])
def test_times_without_an_offset_are_told_as_such(tmp_path: Path, cell: str) -> None:
    got = load_text(tmp_path, f"Ticket ID,Created\n1,{cell}\n2,{cell}\n")
    assert any("no time zone" in line for line in got.load.assumed)


@pytest.mark.parametrize("cell", ["2023-07-01T10:00:00Z", "2023-07-01 10:00:00 UTC", "2023-07-01 10:00+02:00",
                                  "2023-07-01T10:00:00.123+0200", "2023-07-01 10:00:00 -05", "1688205600",
                                  "1688205600000", "Sat, 01 Jul 2023 10:00:00 +0000"])  # fmt: skip
def test_times_with_an_offset_or_counted_from_1970_are_not(tmp_path: Path, cell: str) -> None:
    got = load_text(tmp_path, f'Ticket ID,Created\n1,"{cell}"\n2,"{cell}"\n')
    assert (got.load.rejected, [line for line in got.load.assumed if "time zone" in line]) == (0, [])


CON = in_memory().con


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1)),
    st.sampled_from(["Europe/Rome", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]),
)
@settings(deadline=None, max_examples=25)
def test_the_engine_reads_wall_clocks_as_the_time_zone_database_does(at: datetime, zone: str) -> None:
    """Of an hour that comes twice the later one (fold 1), as the module says."""
    at = at.replace(microsecond=0)
    rows = make_temp(CON, "walls", CON.sql(f"SELECT '{at}' AS cell"))
    (read,) = rows.select(at=moment(rows.cell, (), zone)).to_pyarrow()["at"].to_pylist()
    local = at.replace(tzinfo=ZoneInfo(zone), fold=1)
    skipped = local.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != at
    assert skipped or read == local.astimezone(UTC)
