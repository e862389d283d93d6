"""How much units (people, teams, queues) really differ in a rate, and how much of that is chance.

A unit's adjusted rate is `p0 + (O - E) / n`: overall rate, plus observed minus expected successes per
contact. The difference stays finite and unbiased where E is small; the ratio O/E does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt
from typing import overload

import numpy as np
import numpy.typing as npt
from scipy.special import bdtrik, betainc, gammaln, xlog1py, xlogy

from headwater.inference.arrays import Floats, floats
from headwater.inference.heterogeneity import Units, p_value, tau_squared
from headwater.inference.interval import tail_of


@dataclass(frozen=True)
class Spread:
    """Differences of a rate between units, rates from 0 to 1.

    `units` with at least one observation; their `mean`; `tau` the standard deviation between them with
    its interval; `phi` the over-dispersion; `q` the heterogeneity statistic and its `p_value` under "no
    difference"; per unit, in the order given, `reliability` and the `shrunk` rate.
    """

    units: int
    mean: float
    tau: float
    tau_low: float
    tau_high: float
    phi: float
    q: float
    p_value: float
    reliability: Floats
    shrunk: Floats


@overload
def funnel_limits(p0: float, n: float, level: float) -> tuple[float, float]: ...
@overload
def funnel_limits(p0: float, n: Floats, level: float) -> tuple[Floats, Floats]: ...
def funnel_limits(p0: float, n: float | Floats, level: float) -> tuple[float | Floats, float | Floats]:
    """Limits within which a unit of size n falls by chance if its rate is p0 (Spiegelhalter 2005).

    Exact binomial limits, interpolated between counts so that the funnel is smooth. `n` is a number or an
    array of whole numbers; the limits have its shape. Without observations they are 0 and 1.
    """
    size, tail = floats(n), tail_of(level)
    low, high = _binomial_limit(p0, size, tail), _binomial_limit(p0, size, 1 - tail)
    if size.ndim == 0:
        return (float(low), float(high)) if size > 0 else (0.0, 1.0)
    return np.where(size > 0, low, 0.0), np.where(size > 0, high, 1.0)


def overdispersion(z: npt.ArrayLike, winsor: float = 0.1) -> float:
    """Mean square of z-scores after winsorising this share at each end (Spiegelhalter 2005).

    By chance 1 without winsorising and about 0.68 with a tenth at each end, so above 1 is a strict bound.
    """
    scores = floats(z)
    low, high = np.quantile(scores, [winsor, 1 - winsor])
    return float(np.mean(np.clip(scores, low, high) ** 2))


def reliability(tau: float, p: float, n: float) -> float:
    """Share of the variance of a unit's rate that is not chance, when n contacts are counted."""
    return float(_reliability(tau, p, floats(n)))


def n_for_reliability(tau: float, p: float, target: float = 0.7) -> float:
    """Contacts per unit at which its rate has this reliability; infinite if units do not differ."""
    if not 0 < target < 1:
        raise ValueError(f"a reliability of {target} cannot be aimed at")
    return target / (1 - target) * p * (1 - p) / tau**2 if tau > 0 else inf


def james_stein(values: npt.ArrayLike, variance: float) -> tuple[Floats, float]:
    """Values of equal variance, drawn to their mean, and the factor c by which (Efron & Morris 1975, 1977).

    Shrunk value = mean + c (value - mean), c = 1 - (k - 3) variance / sum of squares, not below 0. Needs
    four values or more.
    """
    raw = floats(values)
    if raw.size < 4 or variance < 0:
        raise ValueError("James-Stein needs four values or more and their sampling variance")
    centred = raw - raw.mean()
    squares = float(centred @ centred)
    factor = max(0.0, 1 - (raw.size - 3) * variance / squares) if squares > 0 else 0.0
    return raw.mean() + factor * centred, factor


def spread_of_rates(
    observed: npt.ArrayLike, n: npt.ArrayLike, expected: npt.ArrayLike | None = None, level: float = 0.95
) -> Spread:
    """How much rates differ between units beyond chance, and each unit's empirical-Bayes rate.

    `observed` successes among `n` contacts per unit; `expected` successes given the unit's mix of contacts
    (indirect standardisation; scaled here to the observed total), by default those of the overall rate.
    Units without contacts stay in the arrays (reliability 0, shrunk to the mean) and count nowhere else.

    tau after Paule & Mandel (1982) with its interval by the Q-profile (Viechtbauer 2007). Q-profile limits
    are too narrow where rates are skewed (few successes, or tau near the mean), so Q is here compared with
    a chi-square scaled to its variance under beta distributed rates; where units agree by luck the upper
    limit stays at what such numbers of contacts can exclude. The p-value of Q is chi-square with
    units - 1 degrees of freedom; where some expected number is under 5 that is wrong, and Q is compared
    with simulated ones (seed fixed, totals kept where no mix is given). Needs two units with contacts.
    """
    o, size = floats(observed), floats(n)
    _check(o, size)
    seen = size > 0
    p0, usual = _usual_rates(o[seen], size[seen], None if expected is None else floats(expected)[seen])
    units = Units(p0 + o[seen] / size[seen] - usual, size[seen], _off_the_edge(usual, size[seen]))
    tau, low, high = (sqrt(t) for t in tau_squared(units, tail_of(level)))
    mean = units.mean(tau**2)
    trust, shrunk = np.zeros(o.size), np.full(o.size, mean)
    trust[seen] = _reliability(tau, units.usual, units.n)
    shrunk[seen] += trust[seen] * (units.rate - mean)
    phi = overdispersion((units.rate - p0) / np.sqrt(units.variance(0.0)))
    p = p_value(units, o[seen] if expected is None else None)
    shrunk = np.clip(shrunk, 0.0, 1.0)
    return Spread(units.n.size, mean, tau, low, high, phi, units.q(0.0), p, trust, shrunk)


def _usual_rates(o: Floats, n: Floats, expected: Floats | None) -> tuple[float, Floats]:
    p0 = float(o.sum() / n.sum())
    if expected is None:
        return p0, np.full(n.size, p0)
    if not np.all((expected >= 0) & (expected <= n)):
        raise ValueError("expected successes lie between 0 and the number of contacts")
    total = float(expected.sum())
    return p0, expected * (float(o.sum()) / total) / n if total > 0 else np.full(n.size, p0)


def _off_the_edge(usual: Floats, n: Floats) -> Floats:
    # A usual rate of 0 or 1 would have no variance: half an event in all the contacts keeps it honest.
    edge = 0.5 / (float(n.sum()) + 1)
    return np.clip(usual, edge, 1 - edge)


def _reliability(tau: float, p: float | Floats, n: Floats) -> Floats:
    between, chance = floats(tau**2 * n), floats(p) * (1 - floats(p))
    return floats(np.divide(between, between + chance, out=np.zeros_like(n), where=between > 0))


def _binomial_limit(p0: float, n: Floats, q: float) -> Floats:
    size = np.where(n > 0, n, 1.0)
    if p0 in (0.0, 1.0):
        return np.full_like(size, p0)
    r = np.clip(np.ceil(bdtrik(q, size, p0)), 0, size)
    r = np.where((r > 0) & (_binomial_cdf(np.maximum(r - 1, 0), size, p0) >= q), r - 1, r)
    r = np.where(_binomial_cdf(r, size, p0) < q, np.minimum(r + 1, size), r)
    orders = gammaln(size + 1) - gammaln(r + 1) - gammaln(size - r + 1)
    density = np.exp(orders + xlogy(r, p0) + xlog1py(size - r, -p0))
    alpha = (_binomial_cdf(r, size, p0) - q) / density
    return floats(np.clip((r - alpha) / size, 0.0, 1.0))


def _binomial_cdf(k: Floats, n: Floats, p: float) -> Floats:
    # Not scipy's bdtr: it wants n as a whole number by type, which an array of floats has not.
    return np.where(k < n, betainc(np.maximum(n - k, 1), k + 1, 1 - p), 1.0)


def _check(o: Floats, n: Floats) -> None:
    if o.shape != n.shape or not np.all((o >= 0) & (o <= n)):
        raise ValueError("observed successes lie between 0 and the number of contacts, one of each per unit")
    if (n > 0).sum() < 2:
        raise ValueError("a spread needs two units or more with contacts")
