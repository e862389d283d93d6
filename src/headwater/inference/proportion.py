"""Intervals for shares, differences of shares and scores made of shares.

Counts may be fractional (weighted). A count below zero or above its total is a fault of the caller and
raises ValueError; a total of zero gives everything that is possible.
"""

from __future__ import annotations

from math import sqrt

from scipy.special import betaincinv

from headwater.inference.interval import Interval, tail_of, z_of


def wilson(successes: float, n: float, level: float = 0.95) -> Interval:
    """Score interval of a share (Wilson 1927); (0, 1) where nothing was counted."""
    _check_count(successes, n)
    if n == 0:
        return Interval(0.0, 1.0)
    z, p = z_of(level), successes / n
    centre = p + z * z / (2 * n)
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return _around(p, (centre - half) / scale, (centre + half) / scale)


def wilson_corrected(successes: float, n: float, level: float = 0.95) -> Interval:
    """Score interval with continuity correction (Newcombe 1998, method 4); (0, 1) where n is 0."""
    _check_count(successes, n)
    if n == 0:
        return Interval(0.0, 1.0)
    z, p = z_of(level), successes / n
    centre, scale = 2 * n * p + z * z, 2 * (n + z * z)
    below = z * sqrt(max(0.0, z * z - 2 - 1 / n + 4 * p * (n * (1 - p) + 1)))
    above = z * sqrt(max(0.0, z * z + 2 - 1 / n + 4 * p * (n * (1 - p) - 1)))
    low = 0.0 if p == 0 else (centre - 1 - below) / scale
    high = 1.0 if p == 1 else (centre + 1 + above) / scale
    return _around(p, low, high)


def clopper_pearson(successes: float, n: float, level: float = 0.95) -> Interval:
    """Exact interval of a share (Clopper & Pearson 1934); never too narrow, often too wide."""
    _check_count(successes, n)
    tail, failures = tail_of(level), n - successes
    low = float(betaincinv(successes, failures + 1, tail)) if successes > 0 else 0.0
    high = float(betaincinv(successes + 1, failures, 1 - tail)) if failures > 0 else 1.0
    return Interval(low, high)


def wilson_clustered(share: float, variance: float, n: int, level: float = 0.95) -> Interval:
    """Score interval of a share whose variance is known otherwise, such as clustered by customer.

    Wilson with the number of independent observations that would give this variance, share (1 - share)
    / variance (Korn & Graubard 1998), never more than n. Where the variance is zero or unknown (nan),
    clustering cannot be seen and n itself counts: pass the number of clusters to be on the safe side.
    """
    spread = share * (1 - share)
    effective = min(float(n), spread / variance) if variance > 0 and spread > 0 else float(n)
    return wilson(share * effective, effective, level)


def newcombe_difference(x1: float, n1: float, x2: float, n2: float, level: float = 0.95) -> Interval:
    """Hybrid score interval of x1/n1 - x2/n2 for independent groups (Newcombe 1998b, method 10)."""
    first, second = wilson(x1, n1, level), wilson(x2, n2, level)
    if n1 == 0 or n2 == 0:
        return Interval(first.low - second.high, first.high - second.low)
    p1, p2 = x1 / n1, x2 / n2
    low = p1 - p2 - sqrt((p1 - first.low) ** 2 + (second.high - p2) ** 2)
    high = p1 - p2 + sqrt((first.high - p1) ** 2 + (p2 - second.low) ** 2)
    return Interval(max(-1.0, low), min(1.0, high))


def net_promoter(
    promoters: float, detractors: float, n: float, level: float = 0.95
) -> tuple[float, float, Interval]:
    """Net promoter score of counts, its standard error and interval, all from -100 to 100.

    Normal interval from the multinomial variance. Where all answers are of one kind that variance is
    zero; the interval then comes from Wilson for that kind, with the rest of the people put where they
    move the score most.
    """
    _check_count(promoters + detractors, n)
    if n == 0:
        raise ValueError("a net promoter score needs at least one answer")
    p, d = promoters / n, detractors / n
    value, se = 100 * (p - d), 100 * sqrt(max(0.0, p + d - (p - d) ** 2) / n)
    if se == 0:
        return value, se, _unanimous(p, d, n, level)
    half = z_of(level) * se
    return value, se, Interval(max(-100.0, value - half), min(100.0, value + half))


def manski_bounds(response_rate: float, share: float) -> Interval:
    """What the share among all can be when only this part answered (Manski 1989): no assumption made."""
    return Interval(response_rate * share, response_rate * share + 1 - response_rate)


def _unanimous(p: float, d: float, n: float, level: float) -> Interval:
    rest = 100 * (1 - wilson(n, n, level).low)
    if p == 1:
        return Interval(100 - 2 * rest, 100.0)
    return Interval(-100.0, 2 * rest - 100) if d == 1 else Interval(-rest, rest)


def _around(p: float, low: float, high: float) -> Interval:
    # Rounding can leave a limit just inside the estimate or outside [0, 1].
    return Interval(max(0.0, min(low, p)), min(1.0, max(high, p)))


def _check_count(count: float, n: float) -> None:
    if not 0 <= count <= n:
        raise ValueError(f"{count} of {n} is not a share")
