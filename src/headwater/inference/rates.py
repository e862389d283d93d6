"""Intervals for means, counts and positive quantities.

A variance of nan or infinity means that it is not known; the interval is then all that is possible.
"""

from __future__ import annotations

from math import exp, inf, isfinite, isnan, sqrt

from scipy.special import gammaincinv

from headwater.inference.interval import Interval, tail_of, z_of


def ratio_interval(value: float, variance: float, level: float = 0.95) -> Interval:
    """Interval of a positive quantity, symmetric on the log scale (delta method).

    A value of zero has no logarithm: the limits are then 0 and z standard errors, or infinity where the
    variance is zero too, since a variance estimated from nothing but zeros says nothing. For a count of
    zero take `poisson_interval`.
    """
    if value < 0 or variance < 0:
        raise ValueError(f"a ratio of {value} with variance {variance} is not possible")
    if not isfinite(variance) or value == variance == 0:
        return Interval(0.0, inf)
    half = z_of(level) * sqrt(variance)
    if value == 0:
        return Interval(0.0, half)
    return Interval(value * exp(-half / value), value * exp(half / value))


def mean_interval(mean: float, variance_of_mean: float, level: float = 0.95) -> Interval:
    """Normal interval of a mean whose own variance (standard error squared) is given."""
    if variance_of_mean < 0:
        raise ValueError(f"a variance of {variance_of_mean} is not possible")
    if isnan(variance_of_mean):
        return Interval(-inf, inf)
    half = z_of(level) * sqrt(variance_of_mean)
    return Interval(mean - half, mean + half)


def poisson_interval(count: float, level: float = 0.95) -> Interval:
    """Exact interval of the mean of a Poisson count (Garwood 1936)."""
    if count < 0:
        raise ValueError(f"a count of {count} is not possible")
    tail = tail_of(level)
    low = float(gammaincinv(count, tail)) if count > 0 else 0.0
    return Interval(low, float(gammaincinv(count + 1, 1 - tail)))
