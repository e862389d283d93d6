"""The customer's clock: weekday and hour in local time, on any engine.

Engines differ in what they know of time zones, so nothing is asked of them: the few changes of a
zone's offset between two moments are looked up here and become one CASE over epoch seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

from headwater.errors import SettingError

HOUR, DAY, WEEK = 3600, 86400, 7 * 86400
#: Seconds from a Monday midnight long before anybody kept records to 1970-01-01, a Thursday. Counted
#: from there every moment is positive, and dividing positive whole numbers means the same everywhere.
FROM_EARLY_MONDAY = 3 * DAY + 150_000 * WEEK


@dataclass(frozen=True)
class Offset:
    """From `since` (epoch seconds) on, local clocks are `seconds` ahead of UTC."""

    since: int
    seconds: int


@dataclass(frozen=True)
class LocalParts:
    """Where a moment lies in the local week: weekday (0 is Monday) and hour (0 to 23).

    `day` counts local midnights from a Monday long ago: it tells days apart, and its remainder by 7 is
    the weekday.
    """

    day: ir.IntegerValue
    weekday: ir.IntegerValue
    hour: ir.IntegerValue


def zone_of(name: str) -> ZoneInfo:
    """The time zone of that IANA name. SettingError when there is none."""
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError) as error:  # OSError: a folder of the database, as "Europe"
        raise SettingError(
            f"there is no time zone {name!r}", "take a name such as Europe/Amsterdam or America/New_York"
        ) from error


def offsets(zone: str, first: datetime, last: datetime) -> tuple[Offset, ...]:
    """The zone's offset at `first` and every change of it up to `last`, in order.

    Looks once in 24 hours: no zone in the database has two changes closer together than that.
    """
    place = zone_of(zone)
    start, end = int(first.timestamp()), int(last.timestamp()) + 1
    return (Offset(start, _offset(place, start)), *_changes(place, start, end))


def local_parts(moment: ir.TimestampValue, zone: str, first: datetime, last: datetime) -> LocalParts:
    """Day, weekday and hour of `moment` as the clocks of `zone` show them, from arithmetic on seconds alone.

    `first` and `last` bound the moments that occur; outside them the nearest known offset is used.
    """
    # Engines return fractions of a second here whatever the declared type: floor before dividing.
    epoch = moment.epoch_seconds().cast("float64").floor().cast("int64")
    local = epoch + _offset_of(epoch, offsets(zone, first, last)) + FROM_EARLY_MONDAY
    return LocalParts(day=local // DAY, weekday=(local % WEEK) // DAY, hour=(local % DAY) // HOUR)


def _offset_of(epoch: ir.IntegerValue, known: tuple[Offset, ...]) -> ir.IntegerValue:
    if len(known) == 1:
        return ibis.literal(known[0].seconds, "int64")
    branches = [(epoch >= change.since, change.seconds) for change in reversed(known[1:])]
    return ibis.cases(*branches, else_=known[0].seconds).cast("int64")


def _changes(place: ZoneInfo, start: int, end: int) -> Iterator[Offset]:
    known = _offset(place, start)
    while start < end:
        stop = min(start + DAY, end)
        seconds = _offset(place, stop)
        if seconds != known:
            yield Offset(_first_change(place, start, stop), seconds)
        start, known = stop, seconds


def _first_change(place: ZoneInfo, before: int, after: int) -> int:
    """The first second whose offset differs from that at `before`, by halving."""
    known = _offset(place, before)
    while after - before > 1:
        middle = (before + after) // 2
        before, after = (middle, after) if _offset(place, middle) == known else (before, middle)
    return after


def _offset(place: ZoneInfo, epoch: int) -> int:
    offset = datetime.fromtimestamp(epoch, UTC).astimezone(place).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0
