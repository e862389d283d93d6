"""How long the record watched: from when to when a contact, had it come, would be in it.

A customer who has not come back yet may still do so, so every rate of returning needs to know until when
anybody looked. The last opening alone does not tell: a log of whole days goes on in silence until midnight,
and an export chosen by closing date trails off in a thin tail, in which hardly any return can be seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt

from headwater.measures.base import real_contacts
from headwater.measures.clock import DAY, WEEK, offsets
from headwater.record.record import Record, once

#: A week with less than this share of the usual contacts is one in which the record hardly looked.
THIN_SHARE = 0.05
#: The last day counts to its end when at most this share of a usual day's contacts comes after its last.
LATE_SHARE = 0.05
_RECENT = 28 * DAY
_BIN = 900

_Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Watch:
    """From `start` to `end`, in epoch seconds; contacts opened before or after it are `outside`.

    `whole_day` is true when the last day counts to its end, by the clocks of the zone that was given.
    """

    start: int
    end: int
    outside: int
    whole_day: bool

    @property
    def weeks(self) -> float:
        """Length in weeks, at least one day, so that rates per week do not explode."""
        return max(self.end - self.start, DAY) / WEEK

    @property
    def days(self) -> float:
        """Length in days."""
        return (self.end - self.start) / DAY


def seconds_of(moment: ir.TimestampValue) -> ir.IntegerValue:
    """Whole epoch seconds. Engines return fractions here whatever type they declare."""
    return moment.epoch_seconds().cast("float64").floor().cast("int64")


@once
def watched(record: Record, timezone: str) -> Watch | None:
    """The stretch in which the record looked steadily; None in a record without contacts.

    Weeks are counted back from the last day. Those at either end that hold less than 5 % of the usual
    contacts (the week in which the median contact came) are outside, where there are at least two weeks.
    """
    contacts = real_contacts(record)
    opened = contacts.select(opened=seconds_of(contacts.opened_at))
    by_day = opened.group_by(day=opened.opened // DAY).agg(
        n=opened.count(), first=opened.opened.min(), last=opened.opened.max()
    )
    table = by_day.order_by("day").to_pyarrow()
    if table.num_rows == 0:
        return None
    day, n, first, last = (table[name].to_numpy().astype(np.int64) for name in table.column_names)
    begin, stop = _steady(day, n)
    ending = int(last[stop])
    midnight = _end_of_day(opened, ending, timezone)
    outside = int(n[:begin].sum() + n[stop + 1 :].sum())
    return Watch(int(first[begin]), midnight or ending, outside, whole_day=midnight is not None)


def _steady(day: _Ints, n: _Ints) -> tuple[int, int]:
    """Places of the first and the last day between which the record looked steadily."""
    weeks = max((int(day[-1] - day[0]) + 1) // 7, 1)
    week = np.minimum((day[-1] - day) // 7, weeks - 1)
    per_week = np.bincount(week, n, weeks).astype(np.float64)
    usual = _of_median_contact(per_week)
    busy = np.flatnonzero(per_week >= THIN_SHARE * usual)
    good = (week >= busy[0]) & (week <= busy[-1])
    enough = n >= THIN_SHARE * usual / 7
    after_thin, before_thin = busy[0] > 0, busy[-1] < weeks - 1
    good &= enough | ~(((week == busy[0]) & after_thin) | ((week == busy[-1]) & before_thin))
    places = np.flatnonzero(good)
    return int(places[0]), int(places[-1])


def _of_median_contact(per_week: npt.NDArray[np.float64]) -> float:
    ordered = np.sort(per_week)
    return float(ordered[np.searchsorted(np.cumsum(ordered), ordered.sum() / 2)])


def _end_of_day(opened: ir.Table, last: int, timezone: str) -> int | None:
    """Midnight after `last`, if little usually comes so late in the day; None if the day was cut short."""
    recent = opened.filter(opened.opened > last - _RECENT, opened.opened <= last)
    table = recent.group_by(bin=recent.opened // _BIN).agg(n=recent.count()).order_by("bin").to_pyarrow()
    moments = np.append(table["bin"].to_numpy().astype(np.int64) * _BIN, last)
    zone = offsets(timezone, datetime.fromtimestamp(int(moments[0]), UTC), datetime.fromtimestamp(last, UTC))
    place = np.searchsorted([offset.since for offset in zone], moments, side="right") - 1
    local = moments + np.array([offset.seconds for offset in zone])[np.maximum(place, 0)]
    earlier = local[:-1] // DAY < local[-1] // DAY
    counts = table["n"].to_numpy().astype(np.int64)
    late = earlier & (local[:-1] % DAY > local[-1] % DAY)
    usual, after = int(counts[earlier].sum()), int(counts[late].sum())
    if usual == 0 or after > LATE_SHARE * usual:
        return None
    return last + int(DAY - local[-1] % DAY)
