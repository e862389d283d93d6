"""The model behind `spread`: rates that vary between units, observed as counts.

A unit's rate is drawn with mean p and standard deviation tau, its count is binomial. The observed rate
then has variance `tau^2 (1 - 1/n) + p (1 - p) / n`, whatever the shape of the draw. At tau = 0 that is the
score variance under "no difference", which does not depend on the unit's own, chance-ridden rate. (Where
a unit's contacts differ in their chances, p (1 - p) is a little too large: errs to the side of chance.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, gammaincinv

from headwater.inference.arrays import Floats

#: Below this expected number of successes or failures in any unit, Q is not near enough to chi-square.
SMALL_EXPECTED = 5.0
#: Simulated data sets at most, cells simulated at most, and where the random numbers start.
DRAWS, CELLS, SEED = 9999, 4_000_000, 1927


@dataclass(frozen=True)
class Units:
    """Per unit the (adjusted) rate, the number of contacts, and the usual rate: that of its mix elsewhere."""

    rate: Floats
    n: Floats
    usual: Floats

    @property
    def df(self) -> int:
        """Degrees of freedom: units less one."""
        return self.n.size - 1

    def variance(self, tau2: float) -> Floats:
        """Of each observed rate, if rates vary by tau2 between units."""
        return tau2 * (1 - 1 / self.n) + self.usual * (1 - self.usual) / self.n

    def mean(self, tau2: float) -> float:
        """Of the rates, each weighted by what it tells."""
        weights = 1 / self.variance(tau2)
        return float(weights @ self.rate / weights.sum())

    def q(self, tau2: float) -> float:
        """Cochran's Q: squared deviations in units of their variance; falls as tau2 rises."""
        return float(((self.rate - self.mean(tau2)) ** 2 / self.variance(tau2)).sum())

    def q_by_chance(self, tau2: float) -> float:
        """What Q at this tau2 would be on average if units did not differ."""
        weights, chance = 1 / self.variance(tau2), self.variance(0.0)
        return float(weights @ chance - weights**2 @ chance / weights.sum())

    def excess_kurtosis(self, tau2: float) -> Floats:
        """Of each observed rate, if rates are beta distributed (beta-binomial counts)."""
        p, n = self.usual, self.n
        pq, skew = p * (1 - p), 1 - 2 * p
        rho = np.minimum(tau2 / pq, 1.0)
        m2 = rho * pq
        m3 = 2 * skew * m2 * rho / (1 + rho)
        m4 = m2**2 * (3 + 6 * rho * (skew**2 - pq * (1 + rho)) / (pq * (1 + rho) * (1 + 2 * rho)))
        # With d = rate - p, the variance of one contact is s = pq + skew d - d^2; four moments of d suffice.
        s_mean, s_d2 = pq - m2, pq * m2 + skew * m3 - m4
        third_d = (skew**2 - 2 * pq) * m2 - 3 * skew * m3 + 2 * m4
        s_squared = pq**2 + (skew**2 - 2 * pq) * m2 - 2 * skew * m3 + m4
        chance = 6 * s_d2 / n + 4 * third_d / n**2 + (s_mean + 3 * (n - 2) * s_squared) / n**3
        kurtosis: Floats = (m4 + chance) / self.variance(tau2) ** 2
        return kurtosis - 3

    def q_limit(self, tau2: float, probability: float) -> float:
        """Quantile of Q where rates vary by tau2: chi-square scaled to Q's mean and variance."""
        weights = 1 / self.variance(tau2)
        leverage = 1 - weights / weights.sum()
        spread = 2 * self.df + float(self.excess_kurtosis(tau2) @ leverage**2)
        shape = self.df**2 / max(spread, 0.1 * self.df)
        return float(gammaincinv(shape, probability)) * self.df / shape


def tau_squared(units: Units, tail: float) -> tuple[float, float, float]:
    """Variance between units: estimate (Paule & Mandel 1982), lower and upper limit (Q-profile).

    Units that happen to agree better than chance would give an upper limit near zero, or none. It is kept
    at what units that agree as well as chance makes them would give (power-constrained, Cowan et al. 2011).
    """
    return (
        _crossing(lambda tau2: units.q(tau2) - units.df, units),
        _crossing(lambda tau2: units.q(tau2) - units.q_limit(tau2, 1 - tail), units),
        _crossing(
            lambda tau2: max(units.q(tau2), units.q_by_chance(tau2)) - units.q_limit(tau2, tail), units
        ),
    )


def p_value(units: Units, observed: Floats | None) -> float:
    """Of Q under "no difference": chi-square, or by simulation where expected numbers are small.

    With `observed`, the successes, the simulation keeps their total (an exact conditional test); without,
    each count is binomial with the unit's usual rate.
    """
    q, rare = units.q(0.0), units.n * np.minimum(units.usual, 1 - units.usual)
    if rare.min() >= SMALL_EXPECTED:
        return float(chdtrc(units.df, q))
    draws = int(np.clip(CELLS // units.n.size, 999, DRAWS))
    rates = _counts_by_chance(units, observed, draws) / units.n - units.usual
    weights = 1 / units.variance(0.0)
    centred = rates - (rates @ weights / weights.sum())[:, None]
    # Ties are usual with small counts, and rounding must not break them.
    reached = int((centred**2 @ weights >= q * (1 - 1e-9)).sum())
    return (reached + 1) / (draws + 1)


def _crossing(falling: Callable[[float], float], units: Units) -> float:
    """The tau^2, between 0 and the most that a rate can vary, at which the function falls below 0."""
    from scipy.optimize import brentq

    top = float(np.max(units.usual * (1 - units.usual)))
    if falling(0.0) <= 0:
        return 0.0
    return top if falling(top) >= 0 else float(brentq(falling, 0.0, top, xtol=1e-14))


def _counts_by_chance(units: Units, observed: Floats | None, draws: int) -> npt.NDArray[np.int64]:
    random = np.random.default_rng(SEED)
    size = np.rint(units.n).astype(np.int64)
    # Beyond 10^9 contacts numpy cannot draw with a fixed total, and it makes no difference.
    if observed is None or size.sum() >= 10**9:
        return random.binomial(size, units.usual, (draws, size.size))
    total = int(np.rint(observed.sum()))
    return random.multivariate_hypergeometric(size, total, size=draws, method="marginals")
