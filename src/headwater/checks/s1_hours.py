"""The hours of the week in S1: where too many give up week after week, and where one day went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
from scipy.special import betainc

from headwater import words
from headwater.checks.s1_estimates import Columns
from headwater.inference.arrays import Floats, floats
from headwater.inference.interval import Interval
from headwater.inference.multiple import benjamini_hochberg
from headwater.inference.proportion import wilson
from headwater.measures.clock import DAY, FROM_EARLY_MONDAY

Places = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
#: Fewer contacts than this say nothing about an hour.
FEWEST = 10
#: An hour of the week in which at most this share was ever answered counts as closed.
CLOSED = 0.05


@dataclass(frozen=True)
class Hour:
    """One hour of the week over all weeks. Shares are None where fewer than FEWEST came."""

    weekday: int
    hour: int
    offered: int
    abandoned: int
    closed: bool
    limits: Interval | None
    mean_wait: float | None
    in_time: float | None
    worse: bool = False

    @property
    def share(self) -> float | None:
        """Share that gave up; None where too few came."""
        return self.abandoned / self.offered if self.limits else None


@dataclass(frozen=True)
class Stretch:
    """Hours in a row on one weekday that are worse than the rest, taken together."""

    weekday: int
    first: int
    until: int
    offered: int
    abandoned: int
    limits: Interval

    @property
    def share(self) -> float:
        """Share that gave up."""
        return self.abandoned / self.offered

    @property
    def name(self) -> str:
        """As people say it: Mondays 9:00 to 11:00."""
        return f"{WEEKDAYS[self.weekday]}s {self.first}:00 to {self.until}:00"


@dataclass(frozen=True)
class BadHour:
    """One hour of one day in which far more gave up than in the same hour of other weeks."""

    on: date
    hour: int
    offered: int
    abandoned: int
    usual: float


@dataclass(frozen=True)
class Week:
    """The hours of the week; the stretches that are worse, costliest first; the single bad hours.

    `dispersion` is how much more weeks differ within an hour than chance would let them.
    """

    hours: tuple[Hour, ...]
    stretches: tuple[Stretch, ...]
    bad_hours: tuple[BadHour, ...]
    dispersion: float

    @property
    def closed_contacts(self) -> int:
        """Contacts that came in hours of the week in which hardly anybody was ever answered."""
        return sum(hour.offered for hour in self.hours if hour.closed)


@dataclass(frozen=True)
class _Grid:
    """Rows (hours of days) and the cells (hours of the week) they belong to.

    `place` gives the cell of each row; `sums` the columns summed by cell; `tested` the cells that are
    open and have enough contacts; `phi` the over-dispersion between weeks.
    """

    rows: Columns
    cell: Places
    place: Places
    sums: Columns
    tested: Flags
    phi: float
    level: float


def hours_of_week(rows: Columns, level: float) -> Week:
    """What the rows (one for each hour of each day, see `waiting.by_hour`) say about the hours of the week.

    An hour is called worse when its share of abandoned lies above that of all open hours, by an exact
    binomial test that reckons with the over-dispersion between weeks, after Benjamini-Hochberg over all
    hours, and without the hour's worst day: one outage does not make a pattern.
    """
    grid = _grid(rows, level)
    worse = _worse(grid)
    hours = tuple(_hour(grid, i, worse=bool(worse[i])) for i in range(grid.cell.size))
    # Limits of what was picked out of many must be wider (Benjamini & Yekutieli 2005).
    picked = 1 - (1 - level) * float(worse.sum()) / max(int(grid.tested.sum()), 1)
    return Week(hours, tuple(_stretches(hours, grid.phi, picked)), tuple(_bad_hours(grid)), grid.phi)


def _grid(rows: Columns, level: float) -> _Grid:
    cell, place = np.unique((rows["weekday"] * 24 + rows["hour"]).astype(np.intp), return_inverse=True)
    sums = {name: floats(np.bincount(place, column, cell.size)) for name, column in rows.items()}
    closed = sums["abandoned"] >= (1 - CLOSED) * sums["offered"]
    tested = ~closed & (sums["offered"] >= FEWEST)
    return _Grid(rows, cell, place, sums, tested, _dispersion(rows, sums, place, tested), level)


def _hour(grid: _Grid, i: int, *, worse: bool) -> Hour:
    sums = {name: float(column[i]) for name, column in grid.sums.items()}
    offered, abandoned, timed = sums["offered"], sums["abandoned"], sums["timed"]
    known = timed >= FEWEST
    return Hour(
        weekday=int(grid.cell[i]) // 24,
        hour=int(grid.cell[i]) % 24,
        offered=int(offered),
        abandoned=int(abandoned),
        closed=abandoned >= (1 - CLOSED) * offered,
        limits=_limits(offered, abandoned, grid.phi, grid.level) if offered >= FEWEST else None,
        mean_wait=sums["queued_wait"] / timed if known else None,
        in_time=sums["answered_in_time"] / timed if known else None,
        worse=worse,
    )


def _limits(offered: float, abandoned: float, phi: float, level: float) -> Interval:
    """Wilson's limits with contacts counted as 1/phi of an independent one each."""
    return wilson(abandoned / phi, offered / phi, level)


def _dispersion(rows: Columns, sums: Columns, place: Places, tested: Flags) -> float:
    """Pearson's dispersion of the weeks within each hour, at least 1 (McCullagh & Nelder 1989)."""
    share = (sums["abandoned"] / sums["offered"])[place]
    use = tested[place] & (share > 0)
    n, x, p = rows["offered"][use], rows["abandoned"][use], share[use]
    freedom = n.size - np.unique(place[use]).size
    if freedom < 1:
        return 1.0
    return max(1.0, float((np.square(x - n * p) / (n * p * (1 - p))).sum()) / freedom)


def _worse(grid: _Grid) -> Flags:
    """Which hours of the week are surely above the rest, even without their worst day."""
    rows, sums, tested = grid.rows, grid.sums, grid.tested
    worse = np.zeros(tested.size, dtype=np.bool_)
    if tested.any():
        rate = sums["abandoned"][tested].sum() / sums["offered"][tested].sum()
        order = np.lexsort((rows["offered"], rows["abandoned"] / rows["offered"]))
        worst = np.zeros(tested.size, dtype=np.intp)
        worst[grid.place[order]] = order
        x, n = (sums[name] - rows[name][worst] for name in ("abandoned", "offered"))
        chance = _above(x[tested], n[tested], np.full(int(tested.sum()), rate), grid.phi)
        worse[tested] = benjamini_hochberg(chance) <= 1 - grid.level
    return worse


def _above(x: Floats, n: Floats, rate: Floats, phi: float) -> Floats:
    """Probability of at least x of n at that rate, with contacts counted as 1/phi of one each."""
    some = x > 0
    a, b = np.where(some, x, 1.0) / phi, np.where(some, n - x, 0.0) / phi + 1
    tail: Floats = np.where(some, betainc(a, b, rate), 1.0)
    return tail


def _stretches(hours: tuple[Hour, ...], phi: float, level: float) -> list[Stretch]:
    runs: list[list[Hour]] = []
    for hour in (hour for hour in hours if hour.worse):
        last = runs[-1][-1] if runs else None
        if last and (last.weekday, last.hour + 1) == (hour.weekday, hour.hour):
            runs[-1].append(hour)
        else:
            runs.append([hour])
    found = [_stretch(run, phi, level) for run in runs]
    rest = sum(hour.abandoned for hour in hours) / max(sum(hour.offered for hour in hours), 1)
    return sorted(found, key=lambda stretch: rest * stretch.offered - stretch.abandoned)


def _stretch(hours: list[Hour], phi: float, level: float) -> Stretch:
    offered, abandoned = sum(hour.offered for hour in hours), sum(hour.abandoned for hour in hours)
    limits = _limits(offered, abandoned, phi, level)
    return Stretch(hours[0].weekday, hours[0].hour, hours[-1].hour + 1, offered, abandoned, limits)


def _bad_hours(grid: _Grid) -> list[BadHour]:
    """Single hours surely above the same hour of all other weeks, most abandoned first."""
    x, n = grid.rows["abandoned"], grid.rows["offered"]
    other_x, other_n = grid.sums["abandoned"][grid.place] - x, grid.sums["offered"][grid.place] - n
    look = np.flatnonzero(grid.tested[grid.place] & (n >= FEWEST) & (other_n >= FEWEST))
    if not look.size:
        return []
    # Half a contact on either side keeps a usual rate of 0 from making everything unlikely.
    usual = (other_x + 0.5) / (other_n + 1)
    chance = benjamini_hochberg(_above(x[look], n[look], usual[look], grid.phi))
    found = look[chance <= 1 - grid.level]
    excess = x - usual * n
    return [
        BadHour(_date(grid.rows["day"][i]), int(grid.rows["hour"][i]), int(n[i]), int(x[i]),
                float(other_x[i] / other_n[i]))
        for i in found[np.argsort(-excess[found], kind="stable")]
    ]  # fmt: skip


def _date(day: float) -> date:
    return date(1970, 1, 1) + timedelta(days=int(day) - FROM_EARLY_MONDAY // DAY)


def in_words(stretch: Stretch) -> str:
    """The stretch, its share and its limits: Mondays 9:00 to 11:00 (31%, between 26% and 37%)."""
    around = words.between(stretch.limits.low, stretch.limits.high, "share")
    return f"{stretch.name} ({words.share(stretch.share)}, {around})"
