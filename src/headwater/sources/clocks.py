"""Clock changes: the hours that come twice, and the hours that never come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

STEP = timedelta(days=1)


@dataclass(frozen=True)
class Turn:
    """A clock change: its moment in UTC, and the seconds by which clocks go back (below 0: forward)."""

    at: datetime
    back_seconds: int


@cache
def turns(zone: str, first_year: int, last_year: int) -> tuple[Turn, ...]:
    """Clock changes of a zone from the start of `first_year` to the end of `last_year`."""
    info = ZoneInfo(zone or "UTC")
    found, moment = [], datetime(first_year, 1, 1, tzinfo=UTC)
    end = datetime(last_year + 1, 1, 1, tzinfo=UTC)
    while moment < end:
        before, after = _offset(info, moment), _offset(info, moment + STEP)
        if before != after:
            found.append(Turn(_bisect(info, moment, moment + STEP), int((before - after).total_seconds())))
        moment += STEP
    return tuple(found)


def _offset(info: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(info).utcoffset() or timedelta(0)


def _bisect(info: ZoneInfo, low: datetime, high: datetime) -> datetime:
    start = _offset(info, low)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if _offset(info, middle) == start else (low, middle)
    return high.replace(microsecond=0)


def twice(moment: ir.Value, changes: tuple[Turn, ...]) -> ir.Value:
    """By how many seconds a moment read from a wall clock could be earlier.

    The engine reads a wall-clock time that comes twice as the later of the two.
    """
    seconds = moment.epoch_seconds()
    branches = [
        (
            seconds.between(int(turn.at.timestamp()), int(turn.at.timestamp()) + turn.back_seconds - 1),
            turn.back_seconds,
        )
        for turn in changes
        if turn.back_seconds > 0
    ]
    return ibis.cases(*branches, else_=0) if branches else ibis.literal(0)


def never(moment: ir.Value, changes: tuple[Turn, ...]) -> ir.Value:
    """True for a moment that was read from a wall-clock time that no clock showed."""
    seconds = moment.epoch_seconds()
    gaps = [
        seconds.between(int(turn.at.timestamp()), int(turn.at.timestamp()) - turn.back_seconds - 1)
        for turn in changes
        if turn.back_seconds < 0
    ]
    return ibis.or_(*gaps) if gaps else ibis.literal(False)  # noqa: FBT003
