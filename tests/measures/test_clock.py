"""Weekday and hour of any moment must be those that the zone's own clocks show."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.errors import SettingError
from headwater.measures.clock import Offset, local_parts, offsets

ZONES = (
    "Europe/Amsterdam",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "Pacific/Apia",
    "UTC",
)
ENGINE = ibis.duckdb.connect()
ENGINE.raw_sql("SET TimeZone = 'UTC'")
moments = st.datetimes(datetime(1965, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))


def on_the_engine(zone: str, times: list[datetime]) -> list[tuple[int, int]]:
    column = pa.array(times, pa.timestamp("us", tz="UTC"))
    table = ENGINE.create_table(
        "moments", pa.table({"number": range(len(times)), "at": column}), overwrite=True
    )
    parts = local_parts(table["at"], zone, min(times), max(times))
    rows = table.select("number", weekday=parts.weekday, hour=parts.hour).order_by("number").to_pyarrow()
    return [(row["weekday"], row["hour"]) for row in rows.to_pylist()]


def on_the_wall(zone: str, times: list[datetime]) -> list[tuple[int, int]]:
    local = [time.astimezone(ZoneInfo(zone)) for time in times]
    return [(time.weekday(), time.hour) for time in local]


@pytest.mark.parametrize("zone", ZONES)
@settings(deadline=None, max_examples=6)
@given(times=st.lists(moments, min_size=1, max_size=20))
def test_weekday_and_hour_are_those_of_the_zone(zone: str, times: list[datetime]) -> None:
    assert on_the_engine(zone, times) == on_the_wall(zone, times)


@pytest.mark.parametrize("zone", ZONES)
def test_every_quarter_of_an_hour_of_a_year_is_right(zone: str) -> None:
    start = datetime(2011, 6, 1, tzinfo=UTC)
    times = [start + timedelta(minutes=15 * step, microseconds=999_999) for step in range(366 * 96)]
    assert on_the_engine(zone, times) == on_the_wall(zone, times)


def test_days_are_counted_from_a_monday_and_change_at_local_midnight() -> None:
    before, after = datetime(2025, 10, 25, 21, 59, tzinfo=UTC), datetime(2025, 10, 25, 22, 0, tzinfo=UTC)
    column = pa.array([before, after], pa.timestamp("us", tz="UTC"))
    table = ENGINE.create_table("midnight", pa.table({"at": column}), overwrite=True)
    day = local_parts(table["at"], "Europe/Amsterdam", before, after).day
    saturday, sunday = table.select(day=day).order_by("day").to_pyarrow()["day"].to_pylist()
    assert (saturday % 7, sunday % 7, sunday - saturday) == (5, 6, 1)


def test_amsterdam_changes_its_clocks_at_one_in_the_morning_utc() -> None:
    found = offsets("Europe/Amsterdam", datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 12, 31, tzinfo=UTC))
    assert [change.seconds for change in found] == [3600, 7200, 3600]
    assert found[1].since == datetime(2025, 3, 30, 1, tzinfo=UTC).timestamp()
    assert found[2].since == datetime(2025, 10, 26, 1, tzinfo=UTC).timestamp()


def test_the_half_hour_of_lord_howe_is_kept() -> None:
    found = offsets("Australia/Lord_Howe", datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 5, 1, tzinfo=UTC))
    assert [change.seconds for change in found] == [11 * 3600, 10.5 * 3600]


def test_a_zone_without_summer_time_has_one_offset() -> None:
    first = datetime(2000, 1, 1, tzinfo=UTC)
    assert offsets("Asia/Kolkata", first, datetime(2025, 1, 1, tzinfo=UTC)) == (
        Offset(int(first.timestamp()), 19_800),
    )


def test_a_change_in_the_very_last_second_is_seen() -> None:
    change = datetime(2025, 10, 26, 1, tzinfo=UTC)
    assert offsets("Europe/Amsterdam", change - timedelta(hours=1), change)[-1].since == change.timestamp()


@pytest.mark.parametrize("name", ["Europe/Amsterdm", "", "../secrets", "Europe"])
def test_an_unknown_zone_is_refused_with_an_example(name: str) -> None:
    with pytest.raises(SettingError, match="Europe/Amsterdam"):
        offsets(name, datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 1, 2, tzinfo=UTC))
