"""Time to an event when not everybody was watched long enough: Kaplan-Meier and what follows from it.

Input is a small table: for each time how many events happened and how many were censored (lost from
sight without the event) at that time. Who is censored at a time is still at risk at it. Times may repeat
and come in any order, so one row per person is fine too.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, log, nan, sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from headwater.inference.arrays import Floats, floats
from headwater.inference.interval import Interval, z_of
from headwater.inference.proportion import wilson
from headwater.inference.rates import poisson_interval


@dataclass(frozen=True)
class Survival:
    """A Kaplan-Meier curve, one entry per distinct event time, ascending.

    `survival` is S just after each time; `greenwood` is the variance of S(t) over S(t) squared, infinite
    once S is 0. `followed_until` is the longest time at which anybody was seen: beyond it the curve says
    nothing.
    """

    time: Floats
    survival: Floats
    at_risk: Floats
    events: Floats
    greenwood: Floats
    followed_until: float = inf


class Limits(NamedTuple):
    """Limits of a time; None where the curve does not reach far enough to tell."""

    low: float | None
    high: float | None


def kaplan_meier(time: npt.ArrayLike, events: npt.ArrayLike, censored: npt.ArrayLike) -> Survival:
    """The product-limit curve (Kaplan & Meier 1958) with its variance (Greenwood 1926)."""
    times, died, lost = _tally(time, events, censored)
    leaving = died + lost
    at_risk = np.cumsum(leaving[::-1])[::-1]
    until = float(times[leaving > 0].max(initial=0.0))
    times, died, at_risk = times[died > 0], died[died > 0], at_risk[died > 0]
    staying = at_risk - died
    terms = np.divide(died, at_risk * staying, out=np.full_like(died, inf), where=staying > 0)
    return Survival(times, floats(np.cumprod(staying / at_risk)), at_risk, died, np.cumsum(terms), until)


def survival_at(curve: Survival, t: float) -> float:
    """S(t), the share without event up to and including t; nan where nobody was watched so long."""
    before = int(np.searchsorted(curve.time, t, side="right"))
    survival = float(curve.survival[before - 1]) if before else 1.0
    return nan if t > curve.followed_until and survival > 0 else survival


def variance_at(curve: Survival, t: float) -> float:
    """Greenwood's variance of S(t): 0 where S(t) is 0 or 1, nan where S(t) is."""
    survival = survival_at(curve, t)
    before = int(np.searchsorted(curve.time, t, side="right"))
    if survival == 0 or not before:
        return survival * 0.0
    return survival**2 * float(curve.greenwood[before - 1])


def survival_interval(
    survival: float, variance: float, level: float = 0.95, n: float | None = None
) -> Interval:
    """Interval of S from any variance of it, on the log(-log) scale (Kalbfleisch & Prentice 1980).

    Where S is 0 or 1 its variance says nothing; with `n`, the number at risk, the limits are Wilson's,
    without it they are 0 and 1, as they are where S or its variance is not known (nan).
    """
    if survival in (0.0, 1.0) and n is not None:
        return wilson(survival * n, n, level)
    if not 0 < survival < 1 or not 0 <= variance < inf:
        return Interval(0.0, 1.0)
    # exp(700) is near the largest number there is.
    width = exp(min(700.0, z_of(level) * sqrt(variance) / (survival * -log(survival))))
    return Interval(survival**width, survival ** (1 / width))


def quantile(curve: Survival, q: float = 0.5, level: float = 0.95) -> tuple[float | None, Limits]:
    """The time by which the share q has had the event, with limits; None where it is not reached.

    The first time at which S is at most 1 - q. Limits after Brookmeyer & Crowley (1982) on the log(-log)
    scale: the first times at which the lower and the upper limit of S are.
    """
    bands = [
        survival_interval(s, s * s * g if s > 0 else nan, level)
        for s, g in zip(curve.survival.tolist(), curve.greenwood.tolist(), strict=True)
    ]
    low = _first_at_most(curve.time, floats([band.low for band in bands]), 1 - q)
    high = _first_at_most(curve.time, floats([band.high for band in bands]), 1 - q)
    return _first_at_most(curve.time, curve.survival, 1 - q), Limits(low, high)


def hazard(
    time: npt.ArrayLike, events: npt.ArrayLike, censored: npt.ArrayLike, breaks: npt.ArrayLike
) -> tuple[Floats, Floats]:
    """Events per unit of time at risk, and events, in each [break, next break).

    Two arrays, one shorter than `breaks`. Each person is at risk in an interval for the part of it before
    his or her own time. The rate is nan where nobody was at risk. (Occurrence over exposure: the piecewise
    exponential model, Holford 1980.)
    """
    times, died, lost = _tally(time, events, censored)
    edges = floats(breaks)
    widths = np.diff(edges)
    if not np.all(widths > 0):
        raise ValueError("breaks have to ascend")
    inside = np.clip(times[:, None] - edges[:-1], 0.0, widths)
    exposure = (died + lost) @ inside
    belongs = (times[:, None] >= edges[:-1]) & (times[:, None] < edges[1:])
    count: Floats = died @ belongs
    return np.divide(count, exposure, out=np.full_like(count, nan), where=exposure > 0), count


def exponential_mean(total_time: float, events: int, level: float = 0.95) -> tuple[float, Interval]:
    """Mean time to the event if the hazard were constant: total time watched over events, with limits.

    Limits from the chi-square distribution of a watch that ends by the clock (Epstein & Sobel 1953;
    conservative). Without an event the mean is infinite and only the lower limit means anything.
    """
    if total_time < 0:
        raise ValueError(f"a total time of {total_time} is not possible")
    count = poisson_interval(events, level)
    mean = total_time / events if events else inf
    return mean, Interval(total_time / count.high, total_time / count.low if count.low > 0 else inf)


def _tally(
    time: npt.ArrayLike, events: npt.ArrayLike, censored: npt.ArrayLike
) -> tuple[Floats, Floats, Floats]:
    """Distinct times, ascending, with the events and the censored at each."""
    raw, died, lost = floats(time), floats(events), floats(censored)
    if not (np.all(raw >= 0) and np.all(died >= 0) and np.all(lost >= 0)):
        raise ValueError("times and counts cannot be negative or missing")
    times, place = np.unique(raw, return_inverse=True)
    return (
        times,
        np.bincount(place, died, times.size).astype(np.float64),
        np.bincount(place, lost, times.size).astype(np.float64),
    )


def _first_at_most(time: Floats, values: Floats, bound: float) -> float | None:
    reached = np.flatnonzero(values <= bound + 1e-12)
    return float(time[reached[0]]) if reached.size else None
